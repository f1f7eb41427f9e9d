//! Cuts `<Event …>` to `</Event>` out of text, with any namespace prefix, over one or many lines.
//! Does not check the XML: that is the parser's.
//!
//! An event inside of an event does not occur, so a second start cuts the first one off; only in
//! CDATA and comments can `<Event` be text (elsewhere a `<` of a value is written `&lt;`).

use super::cutter::Cut;
use super::window::Look;
use memchr::{memchr, memchr_iter, memmem};
use std::sync::LazyLock;

/// Longer names are no event's: a prefix has a few letters.
const LONGEST_NAME: usize = 128;

/// An event's end as nearly all write it.
const END_TAG: &[u8] = b"</Event>";

/// See the module.
#[derive(Default)]
pub struct XmlCutter {
    /// Where to go on, from the foot.
    at: usize,
    /// The foot is an event's start.
    inside: bool,
    /// A part of the event that never ended.
    open: Option<&'static str>,
    /// The rest of an overlong event is passing by.
    lost: bool,
    /// Bytes, in the stream, that hold no end of CDATA, or of a comment.
    endless: [(u64, u64); 2],
}

/// The first place where a line begins as an event does, and what stands before it did not end as one.
fn broken_off(bytes: &[u8]) -> Option<usize> {
    memchr_iter(b'\n', bytes).find(|end| {
        let begins = bytes
            .get(end + 1..)
            .is_some_and(|next| next.starts_with(b"<Event "));
        let before = bytes.get(..*end).unwrap_or_default().trim_ascii_end();
        begins && !before.is_empty() && !before.ends_with(END_TAG)
    })
}

/// The length of an event in front of the bytes that is written as nearly all are: what
/// [`XmlCutter`] cuts there, found by looking at the word `Event` alone. In a name that is longer
/// (`EventData`) it is no event's; where it is a whole name and not the end tag, and where CDATA or
/// a comment may begin, the tags are gone through one by one.
fn plain_event(bytes: &[u8]) -> Option<usize> {
    const START: &[u8] = b"<Event ";
    let inner = bytes.strip_prefix(START)?;
    let stops = |next: u8| matches!(next, b'>' | b'/' | b'<') || next.is_ascii_whitespace();
    let found = EVENT.find_iter(inner).find(|at| {
        let next = inner.get(at + EVENT.needle().len());
        next.is_none_or(|next| stops(*next))
    })?;
    let before = inner.get(..found.checked_sub(2)?)?;
    let is_end = inner.get(before.len()..)?.starts_with(END_TAG);
    let is_plain = !memchr_iter(b'!', before).any(|at| at > 0 && before.get(at - 1) == Some(&b'<'));
    (is_end && is_plain).then(|| START.len() + before.len() + END_TAG.len())
}

/// The word that an event's tags are found by.
static EVENT: LazyLock<memmem::Finder<'static>> = LazyLock::new(|| memmem::Finder::new("Event"));

/// What begins at a `<`.
enum Tag {
    /// Too few bytes to say.
    Unknown,
    Start,
    /// An event's end tag of that length.
    End(usize),
    /// CDATA or a comment.
    Part(&'static Part),
    Other,
}

struct Part {
    start: &'static [u8],
    end: &'static [u8],
    index: usize,
    unclosed: &'static str,
}

static PARTS: [Part; 2] = [
    Part {
        start: b"<![CDATA[",
        end: b"]]>",
        index: 0,
        unclosed: "its CDATA section has no end",
    },
    Part {
        start: b"<!--",
        end: b"-->",
        index: 1,
        unclosed: "its comment has no end",
    },
];

impl XmlCutter {
    pub fn cut(&mut self, look: Look<'_>) -> Cut {
        let cut = self.scan(look);
        if !matches!(cut, Cut::More) {
            self.at = 0;
        }
        cut
    }

    /// Between events, nothing begun.
    pub fn is_fresh(&self) -> bool {
        self.at == 0 && !self.inside && !self.lost && self.open.is_none()
    }

    /// The last place in `bytes`, which hold neither CDATA nor a comment, where a fresh cutter
    /// that went through them is fresh again: outside of these two every end tag is one.
    ///
    /// It is before the first event that broke off where the next one's line begins: that should
    /// be seen, and told.
    pub fn last_fresh(bytes: &[u8]) -> Option<usize> {
        let whole = broken_off(bytes).unwrap_or(bytes.len());
        let found = memmem::rfind(bytes.get(..whole)?, END_TAG)?;
        Some(found + END_TAG.len())
    }

    /// The first such place from `from` on, whatever stands before it.
    pub fn first_fresh(bytes: &[u8], from: usize) -> Option<usize> {
        let from = from.saturating_sub(END_TAG.len());
        let found = memmem::find(bytes.get(from..)?, END_TAG)?;
        Some(from + found + END_TAG.len())
    }

    /// What is left of the event goes with it.
    pub fn give_up(&mut self) {
        self.at = 0;
        self.inside = false;
        self.open = None;
        self.lost = true;
    }

    fn scan(&mut self, look: Look<'_>) -> Cut {
        if self.at == 0
            && !self.lost
            && let Some(len) = plain_event(look.bytes)
        {
            return Cut::Record(len);
        }
        self.go_through(look)
    }

    /// Goes through the tags.
    fn go_through(&mut self, look: Look<'_>) -> Cut {
        loop {
            let Some(found) = look
                .bytes
                .get(self.at..)
                .and_then(|rest| memchr(b'<', rest))
            else {
                self.at = look.bytes.len();
                return self.ran_out(look, self.at);
            };
            let here = self.at + found;
            match classify(look.bytes.get(here..).unwrap_or_default(), look.last) {
                Tag::Unknown => {
                    self.at = here;
                    return self.ran_out(look, here);
                }
                Tag::Start if self.inside && here > 0 => {
                    self.inside = false;
                    let reason = self.open.take();
                    return Cut::Bad(
                        here,
                        reason.unwrap_or("no '</Event>' before the next event begins"),
                    );
                }
                Tag::Start if here > 0 => return self.gap(here),
                Tag::Start => {
                    self.inside = true;
                    self.lost = false;
                    self.at = 1;
                }
                Tag::End(len) => return self.end(here, len),
                Tag::Part(part) => {
                    if let Some(cut) = self.part(look, here, part) {
                        return cut;
                    }
                }
                Tag::Other => self.at = here + 1,
            }
        }
    }

    /// An end tag at `here`.
    fn end(&mut self, here: usize, len: usize) -> Cut {
        if self.inside {
            self.inside = false;
            return match self.open.take() {
                Some(reason) => Cut::Bad(here + len, reason),
                None => Cut::Record(here + len),
            };
        }
        if self.lost {
            self.lost = false;
            return Cut::Rest(here + len);
        }
        if here > 0 {
            Cut::Skip(here)
        } else {
            Cut::Bad(len, "an event's end without its start")
        }
    }

    /// CDATA or a comment at `here`: goes on behind it, `None`, or cannot.
    fn part(&mut self, look: Look<'_>, here: usize, part: &Part) -> Option<Cut> {
        if !self.inside && (part.index == 0 || self.lost) {
            self.at = here + 1;
            return None;
        }
        if !self.inside && here > 0 {
            return Some(self.gap(here));
        }
        let from = here + part.start.len();
        let from_offset = look.base + from as u64;
        let (none_from, none_to) = self.endless.get(part.index).copied().unwrap_or_default();
        let known = if (none_from..none_to).contains(&from_offset) {
            usize::try_from(none_to - from_offset).unwrap_or(0)
        } else {
            0
        };
        // The end may have begun in the bytes that are known not to hold it whole.
        let search = from + known.saturating_sub(part.end.len() - 1);
        let rest = look.bytes.get(search..).unwrap_or_default();
        if let Some(found) = memmem::find(rest, part.end) {
            self.at = search + found + part.end.len();
            return None;
        }
        let end = look.base + look.bytes.len() as u64;
        if let Some(range) = self.endless.get_mut(part.index) {
            let start = if known > 0 { none_from } else { from_offset };
            *range = (start, end.max(none_to));
        }
        if !look.last && !look.full {
            self.at = here;
            return Some(Cut::More);
        }
        if self.inside {
            self.open = Some(part.unclosed);
        }
        self.at = here + 1;
        None
    }

    /// The bytes end, and up to `sure` nothing begins.
    fn ran_out(&mut self, look: Look<'_>, sure: usize) -> Cut {
        if self.inside {
            if !look.last {
                return Cut::More;
            }
            self.inside = false;
            let reason = self.open.take();
            return Cut::Bad(
                look.bytes.len(),
                reason.unwrap_or("cut off: the log ends before '</Event>'"),
            );
        }
        match sure {
            0 if !look.last => Cut::More,
            0 => self.gap(look.bytes.len()),
            sure => self.gap(sure),
        }
    }

    fn gap(&self, len: usize) -> Cut {
        if self.lost {
            Cut::Rest(len)
        } else {
            Cut::Skip(len)
        }
    }
}

/// What begins at the `<` in front of `bytes`.
fn classify(bytes: &[u8], last: bool) -> Tag {
    let unknown = || if last { Tag::Other } else { Tag::Unknown };
    let Some(second) = bytes.get(1) else {
        return unknown();
    };
    if *second == b'!' {
        for part in &PARTS {
            if bytes.starts_with(part.start) {
                return Tag::Part(part);
            }
            if part.start.starts_with(bytes) {
                return unknown();
            }
        }
        return Tag::Other;
    }
    let end_tag = *second == b'/';
    let name_at = if end_tag { 2 } else { 1 };
    let name = bytes.get(name_at..).unwrap_or_default();
    let stop = name
        .iter()
        .take(LONGEST_NAME)
        .position(|b| matches!(b, b'>' | b'/' | b'<') || b.is_ascii_whitespace());
    let Some(stop) = stop else {
        return if name.len() < LONGEST_NAME {
            unknown()
        } else {
            Tag::Other
        };
    };
    let name = name.get(..stop).unwrap_or_default();
    let local = name.rsplit(|b| *b == b':').next().unwrap_or(name);
    if local != b"Event" {
        return Tag::Other;
    }
    if !end_tag {
        return Tag::Start;
    }
    let after = name_at + stop;
    let blanks = bytes
        .get(after..)
        .unwrap_or_default()
        .iter()
        .take(LONGEST_NAME)
        .take_while(|b| b.is_ascii_whitespace())
        .count();
    match bytes.get(after + blanks) {
        Some(b'>') => Tag::End(after + blanks + 1),
        Some(_) => Tag::Other,
        None => unknown(),
    }
}

#[cfg(test)]
mod tests;
