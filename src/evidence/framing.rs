//! Cuts records out of a byte stream without holding the file, and hands each to its parser.
//!
//! One record is held at a time, never more than [`MAX_RECORD`] bytes of it. The same stream gives
//! the same frames however the reader chunks it, so that a record can be found again by its offset.
//! Blanks and punctuation between records (line ends, the brackets and commas of a JSON array) are
//! in no frame; everything else is in exactly one. Knows nothing of files, archives or EVTX.
//!
//! With a prefilter, records that can't matter are told in bulk and, where the format allows it,
//! not even cut (`skim`).

mod classic;
mod csv;
mod cutter;
mod json;
mod nvm;
#[cfg(test)]
mod properties;
mod scan;
mod skim;
#[cfg(test)]
mod skims;
mod window;
mod xml;

use super::format::{Detected, Format, ParseContext};
use super::prefilter::TextFilter;
use super::windows::Origin;
use super::{csv as csv_rows, json as json_records, nvm as nvm_lines, text, xml as xml_events};
use crate::event::{Locator, Outline, Record};
use cutter::{Cut, Cutter};
use skim::Skim;
use std::borrow::Cow;
use std::io::{self, Read};
use window::Window;

pub(super) use scan::complete as complete_json;

/// The longest record that is read, in bytes; a longer one is bad. Windows makes none over 64 KiB;
/// read into fields, a hostile one can take twenty times its length of memory.
pub const MAX_RECORD: usize = 16 << 20;

/// A piece of the stream. Offsets are in the stream as it was given, unpacked and decoded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Frame<'a> {
    /// One record.
    Record {
        /// Its first byte.
        offset: u64,
        /// How many bytes it takes.
        len: u64,
        /// What [`parse`] reads: the bytes themselves, for CSV with the header row before them.
        bytes: &'a [u8],
    },
    /// Bytes that should have been a record.
    Bad {
        /// Their first byte.
        offset: u64,
        /// How many.
        len: u64,
        /// What is wrong.
        reason: String,
    },
    /// Records that the prefilter passed over, and what lies between them.
    Passed {
        /// Their first byte.
        offset: u64,
        /// How many bytes.
        len: u64,
        /// How many records, when they were counted, else 0.
        records: u64,
    },
    /// Bytes that are no record: a syslog header, an XML prolog, the head of a JSON document.
    Skipped {
        /// Their first byte.
        offset: u64,
        /// How many.
        len: u64,
    },
}

struct Gap {
    offset: u64,
    len: u64,
    bad: Option<Cow<'static, str>>,
    /// Nothing but blanks: not worth a frame.
    blank: bool,
}

/// The frames of one stream, see [`frames`].
pub struct Frames<'r> {
    window: Window<'r>,
    cutter: Cutter,
    gap: Option<Gap>,
    /// A record that waits for the gap before it to be told, then one that was told and goes.
    ready: Option<usize>,
    told: usize,
    /// The last row of a CSV, with the header before it.
    row: Vec<u8>,
    skim: Option<Skim<'r>>,
    /// Every record is cut, so that they can be counted.
    count: bool,
    /// Where to stop, as soon as nothing is begun there or behind it.
    until: Option<u64>,
}

/// Starts to cut what `reader` gives, as UTF-8 text without byte order mark, by the format that was
/// detected. EVTX is not cut here.
pub fn frames<'r>(detected: &Detected, reader: Box<dyn Read + Send + 'r>) -> Frames<'r> {
    Frames::at(Cutter::new(detected.format), 0, reader)
}

/// How far before a segment its reader must stand, see [`segment`].
pub const LEAD: u64 = 16;

/// Starts to cut inside of a stream, at the first place from `from` on where a record may begin
/// whatever stands before it. The reader stands at `from` less [`LEAD`], or at the stream's start.
/// Whether that place is one is known when what is before it has been cut up to there: see
/// [`Frames::place`]. `None` when the format has no such places, or none is near.
///
/// # Errors
///
/// Whatever the reader says.
pub fn segment<'r>(
    detected: &Detected,
    reader: Box<dyn Read + Send + 'r>,
    from: u64,
) -> io::Result<Option<Frames<'r>>> {
    let Some(cutter) = Cutter::inside(detected.format) else {
        return Ok(None);
    };
    let offset = from.saturating_sub(LEAD);
    let mut frames = Frames::at(cutter, offset, reader);
    loop {
        let look = frames.window.look();
        let place = look.and_then(|look| {
            let from = usize::try_from(from - offset).ok()?;
            frames.cutter.first_fresh(look.bytes, from)
        });
        if let Some(place) = place {
            frames.window.drop_front(place);
            return Ok(Some(frames));
        }
        if frames.window.has_ended() || frames.window.held() > LONGEST_LEAD {
            return frames.window.error().map_or(Ok(None), Err);
        }
        frames.window.fill();
    }
}

/// Goes on cutting a stream at a place that [`Frames::place`] told, where the reader stands.
pub fn resume<'r>(
    detected: &Detected,
    reader: Box<dyn Read + Send + 'r>,
    at: u64,
) -> Option<Frames<'r>> {
    Cutter::inside(detected.format).map(|cutter| Frames::at(cutter, at, reader))
}

/// A segment begins within so many bytes or not at all.
const LONGEST_LEAD: usize = 1 << 20;

/// Reads one record out of the bytes of its frame.
///
/// # Errors
///
/// Says what is wrong with the record, without its place, which the caller knows.
pub fn parse(
    detected: &Detected,
    bytes: &[u8],
    locator: Locator,
    context: &ParseContext,
) -> Result<Record, String> {
    let origin = Origin {
        locator,
        context: *context,
    };
    let text = text_of(bytes);
    let mut record = match detected.format {
        Format::WindowsXml => xml_events::parse(&text, origin),
        Format::Json => json_records::parse(&text, origin),
        Format::NvmText => nvm_lines::parse(&text, origin),
        Format::ClassicText => text::parse(&text, origin),
        Format::Csv => csv_rows::parse(&text, origin),
        Format::Evtx => Err("an EVTX record is not read as text".to_owned()),
    }?;
    record.repaired |= matches!(text, Cow::Owned(_));
    Ok(record)
}

/// A record that was read, or the outline of one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Parsed {
    /// All of it.
    Whole(Record),
    /// Of a Windows event that is not wanted whole.
    Outline(Outline),
}

/// The same as [`parse`], but for a Windows event that `whole` does not ask for (by provider and
/// event id) an outline, where the format has a cheap way to one. An outline is made only of a
/// record that [`parse`] would read without complaint, and tells what that would.
///
/// # Errors
///
/// As [`parse`].
pub fn parse_wanted(
    detected: &Detected,
    bytes: &[u8],
    locator: Locator,
    context: &ParseContext,
    whole: &dyn Fn(&str, u32) -> bool,
) -> Result<Parsed, String> {
    let origin = Origin {
        locator,
        context: *context,
    };
    let text = text_of(bytes);
    let mut parsed = match detected.format {
        Format::WindowsXml => xml_events::parse_wanted(&text, origin, whole)?,
        _ => return parse(detected, bytes, locator, context).map(Parsed::Whole),
    };
    let repaired = match &mut parsed {
        Parsed::Whole(record) => &mut record.repaired,
        Parsed::Outline(outline) => &mut outline.repaired,
    };
    *repaired |= matches!(text, Cow::Owned(_));
    Ok(parsed)
}

/// The bytes as text; what is no UTF-8 is replaced. Nearly all are, which is found out faster.
fn text_of(bytes: &[u8]) -> Cow<'_, str> {
    std::str::from_utf8(bytes).map_or_else(|_| String::from_utf8_lossy(bytes), Cow::Borrowed)
}

impl<'r> Frames<'r> {
    fn at(cutter: Cutter, offset: u64, reader: Box<dyn Read + Send + 'r>) -> Self {
        Self {
            window: Window::new(reader, offset, MAX_RECORD),
            cutter,
            gap: None,
            ready: None,
            told: 0,
            row: Vec::new(),
            skim: None,
            count: false,
            until: None,
        }
    }

    /// Passes over the records in which `filter` finds nothing; with `count` they are counted.
    #[must_use]
    pub fn filtered(mut self, filter: Option<&'r TextFilter>, count: bool) -> Self {
        self.skim = filter.map(Skim::new);
        self.count = count;
        self
    }

    /// Stops at the first place from `until` on where a segment could begin.
    #[must_use]
    pub fn until(mut self, until: Option<u64>) -> Self {
        self.until = until;
        self
    }

    /// How far the stream has been cut.
    pub fn offset(&self) -> u64 {
        self.window.offset()
    }

    /// Where the stream was left, when a segment that began there would give the same frames from
    /// there on.
    pub fn place(&self) -> Option<u64> {
        let told_all = self.told == 0 && self.ready.is_none() && self.gap.is_none();
        (told_all && self.cutter.begins_anew()).then(|| self.window.offset())
    }
}

impl Frames<'_> {
    /// The next frame, `None` at the end of the stream. After an error the stream has ended.
    ///
    /// # Errors
    ///
    /// Whatever the reader says, once everything before it has been told.
    #[allow(clippy::should_implement_trait)] // it lends its buffer, which `Iterator` cannot
    pub fn next(&mut self) -> io::Result<Option<Frame<'_>>> {
        let told = std::mem::take(&mut self.told);
        self.window.drop_front(told);
        loop {
            if let Some(len) = self.ready.take() {
                return Ok(Some(self.record(len)));
            }
            if self.gap.is_none() && self.cutter.is_fresh() {
                let done = self.until.is_some_and(|end| self.window.offset() >= end);
                if done && self.cutter.begins_anew() {
                    return Ok(None);
                }
                match self.pass_over() {
                    Ahead::Passed(passed) => return Ok(Some(passed)),
                    Ahead::More => {
                        self.window.fill();
                        continue;
                    }
                    Ahead::Cut => {}
                }
            }
            let cut = match self.window.look() {
                Some(look) => self.cutter.cut(look),
                None => Cut::More,
            };
            let told = match cut {
                Cut::More => match self.more()? {
                    More::Bytes => None,
                    More::End => return Ok(None),
                    More::Gap(gap) => gap,
                },
                Cut::Blank(len) => {
                    self.window.drop_front(len.max(1));
                    None
                }
                Cut::Record(len) => {
                    self.ready = Some(len.max(1));
                    self.gap.take()
                }
                Cut::Skip(len) => self.widen(len, None, true),
                Cut::Bad(len, reason) => self.widen(len, Some(Cow::Borrowed(reason)), false),
                Cut::Rest(len) => self.widen(len, None, false),
            };
            if let Some(gap) = told.filter(|gap| !gap.blank) {
                return Ok(Some(gap.frame()));
            }
        }
    }

    /// Passes over what can be passed over without cutting it.
    fn pass_over(&mut self) -> Ahead {
        let (Some(skim), Some(look)) = (&mut self.skim, self.window.look()) else {
            return Ahead::Cut;
        };
        if self.count {
            return Ahead::Cut;
        }
        let clear = skim.clear(look);
        let bytes = look.bytes.get(..clear).unwrap_or_default();
        let Some(mut len) = self.cutter.last_fresh(bytes).filter(|len| *len > 0) else {
            // Most likely a record goes on behind the block: with more of it both may be passed.
            let more = clear == look.bytes.len() && clear < MOST_HELD;
            return if more && !self.window.has_ended() {
                Ahead::More
            } else {
                Ahead::Cut
            };
        };
        if let Some(until) = self.until.filter(|until| look.base + len as u64 > *until) {
            let from = usize::try_from(until.saturating_sub(look.base)).unwrap_or(0);
            len = self.cutter.first_fresh(bytes, from.max(1)).unwrap_or(len);
        }
        let offset = look.base;
        self.window.drop_front(len);
        Ahead::Passed(Frame::Passed {
            offset,
            len: len as u64,
            records: 0,
        })
    }

    /// Whether the record at the foot can matter.
    fn is_wanted(&mut self, len: usize) -> bool {
        match (&mut self.skim, self.window.look()) {
            (Some(skim), Some(look)) => skim.clear(look) < len,
            _ => true,
        }
    }

    fn record(&mut self, len: usize) -> Frame<'_> {
        self.told = len;
        if !self.is_wanted(len) {
            return Frame::Passed {
                offset: self.window.offset(),
                len: len as u64,
                records: 1,
            };
        }
        let (offset, bytes) = (self.window.offset(), self.window.front(len));
        let len = len as u64;
        let bytes = match &self.cutter {
            Cutter::Csv(cutter) => {
                self.row.clear();
                self.row.extend_from_slice(cutter.header());
                self.row.extend_from_slice(bytes);
                &self.row
            }
            _ => bytes,
        };
        Frame::Record { offset, len, bytes }
    }

    /// Puts the next `len` bytes into the gap before the next record; gives the gap before them
    /// when they don't belong to it. Skipped bytes join skipped ones, the rest of a bad record
    /// whatever was before it.
    fn widen(&mut self, len: usize, bad: Option<Cow<'static, str>>, skipped: bool) -> Option<Gap> {
        let len = len.max(1);
        let offset = self.window.offset();
        let blank = bad.is_none() && self.window.front(len).trim_ascii_start().is_empty();
        self.window.drop_front(len);
        if let Some(gap) = &mut self.gap
            && bad.is_none()
            && gap.offset + gap.len == offset
            && (!skipped || gap.bad.is_none())
        {
            gap.len += len as u64;
            gap.blank &= blank;
            return None;
        }
        let len = len as u64;
        self.gap.replace(Gap {
            offset,
            len,
            bad,
            blank,
        })
    }

    /// More bytes for a cutter that could not say.
    fn more(&mut self) -> io::Result<More> {
        if let Some(limit) = self.window.is_full() {
            self.cutter.give_up();
            let reason = format!("longer than {} MiB", limit >> 20);
            let gap = self.widen(limit, Some(Cow::Owned(reason)), false);
            return Ok(More::Gap(gap));
        }
        if !self.window.has_ended() {
            self.window.fill();
            return Ok(More::Bytes);
        }
        let held = self.window.held();
        if held > 0 {
            // A cutter that sees the last bytes must say; these are left where reading failed.
            let reason = Cow::Borrowed("cut off by a read error");
            return Ok(More::Gap(self.widen(held, Some(reason), false)));
        }
        match self.gap.take() {
            Some(gap) => Ok(More::Gap(Some(gap))),
            None => self.window.error().map_or(Ok(More::End), Err),
        }
    }
}

/// With so many bytes held the cutter goes on.
const MOST_HELD: usize = 64 << 10;

/// What is to be done with the bytes ahead.
enum Ahead {
    Passed(Frame<'static>),
    More,
    Cut,
}

enum More {
    Bytes,
    Gap(Option<Gap>),
    End,
}

impl Gap {
    fn frame<'a>(self) -> Frame<'a> {
        let Self {
            offset, len, bad, ..
        } = self;
        match bad {
            Some(reason) => Frame::Bad {
                offset,
                len,
                reason: reason.into_owned(),
            },
            None => Frame::Skipped { offset, len },
        }
    }
}
