//! Cuts records out of a byte stream without holding the file, and hands each to its parser.
//!
//! One record is held at a time, never more than [`MAX_RECORD`] bytes of it. The same stream gives
//! the same frames however the reader chunks it, so that a record can be found again by its offset.
//! Blanks and punctuation between records (line ends, the brackets and commas of a JSON array) are
//! in no frame; everything else is in exactly one. Knows nothing of files, archives or EVTX.
//!
//! Room for a prefilter: it would look at a `Record` frame's bytes before [`parse`] does.

mod classic;
mod csv;
mod json;
mod nvm;
#[cfg(test)]
mod properties;
mod scan;
mod window;
mod xml;

use super::format::{Detected, Format, ParseContext};
use super::windows::Origin;
use super::{csv as csv_rows, json as json_records, nvm as nvm_lines, text, xml as xml_events};
use crate::event::{Locator, Outline, Record};
use std::borrow::Cow;
use std::io::{self, Read};
use window::{Look, Window};

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
    /// Bytes that are no record: a syslog header, an XML prolog, the head of a JSON document.
    Skipped {
        /// Their first byte.
        offset: u64,
        /// How many.
        len: u64,
    },
}

/// What a cutter says of the bytes at its feet. After anything but `More` those bytes are gone and
/// the cutter stands behind them.
#[derive(Debug)]
enum Cut {
    /// More bytes are needed to say.
    More,
    /// Nothing to tell of.
    Blank(usize),
    /// A record.
    Record(usize),
    /// No record.
    Skip(usize),
    /// A bad record.
    Bad(usize, &'static str),
    /// Goes with what was said before: the rest of a bad record.
    Rest(usize),
}

enum Cutter {
    Xml(xml::XmlCutter),
    Json(json::JsonCutter),
    Nvm(nvm::NvmCutter),
    Classic(classic::ClassicCutter),
    Csv(csv::CsvCutter),
    /// For a format that is not text.
    Nothing,
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
}

/// Starts to cut what `reader` gives, as UTF-8 text without byte order mark, by the format that was
/// detected. EVTX is not cut here.
pub fn frames<'r>(detected: &Detected, reader: Box<dyn Read + Send + 'r>) -> Frames<'r> {
    let cutter = match detected.format {
        Format::WindowsXml => Cutter::Xml(xml::XmlCutter::default()),
        Format::Json => Cutter::Json(json::JsonCutter::default()),
        Format::NvmText => Cutter::Nvm(nvm::NvmCutter::default()),
        Format::ClassicText => Cutter::Classic(classic::ClassicCutter::default()),
        Format::Csv => Cutter::Csv(csv::CsvCutter::default()),
        Format::Evtx => Cutter::Nothing,
    };
    Frames {
        window: Window::new(reader, MAX_RECORD),
        cutter,
        gap: None,
        ready: None,
        told: 0,
        row: Vec::new(),
    }
}

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

    fn record(&mut self, len: usize) -> Frame<'_> {
        self.told = len;
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

impl Cutter {
    fn cut(&mut self, look: Look<'_>) -> Cut {
        match self {
            Self::Xml(cutter) => cutter.cut(look),
            Self::Json(cutter) => cutter.cut(look),
            Self::Nvm(cutter) => cutter.cut(look),
            Self::Classic(cutter) => cutter.cut(look),
            Self::Csv(cutter) => cutter.cut(look),
            Self::Nothing => Cut::Bad(look.bytes.len(), "no text format"),
        }
    }

    /// A record grew too long and is gone: find the next one.
    fn give_up(&mut self) {
        match self {
            Self::Xml(cutter) => cutter.give_up(),
            Self::Json(cutter) => cutter.give_up(),
            Self::Nvm(cutter) => cutter.give_up(),
            Self::Classic(cutter) => cutter.give_up(),
            Self::Csv(cutter) => cutter.give_up(),
            Self::Nothing => {}
        }
    }
}
