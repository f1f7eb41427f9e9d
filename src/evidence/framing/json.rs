//! Cuts JSON records: one a line, one after the other over several lines, in an array, or in the
//! array of a document that holds them (`hits.hits` of Elasticsearch, `results` of Splunk and others).
//!
//! A broken value costs its line: reading goes on at the next line that can begin a record. Inside
//! of an array without line ends it goes on at the next `},{`.

use super::cutter::Cut;
use super::scan::{Brackets, Scan, Step};
use super::window::Look;
use memchr::{memchr, memchr_iter, memchr2, memmem};

/// How many blanks may stand between `{` and the first name behind other text.
const LONGEST_BLANK: usize = 256;

/// Text without line end before it: any column.
const MID_LINE: usize = usize::MAX;

/// See the module.
#[derive(Default)]
#[allow(
    clippy::struct_excessive_bools,
    reason = "each says another thing of the bytes behind"
)]
pub struct JsonCutter {
    at: usize,
    scan: Option<Scan>,
    /// The last record stood on one line.
    one_line: bool,
    /// A `[` was passed between records.
    array: bool,
    /// A document with an array of records was met. Where the first records stand on lines, no
    /// later line is one.
    documents: bool,
    /// Inside the array of a document: its open brackets.
    document: Option<Brackets>,
    /// The scan goes through the end of a document.
    tail: bool,
    /// A value that is broken from that place on.
    broken: Option<(usize, &'static str)>,
    /// What follows a broken value is passing by.
    lost: Option<Lost>,
    /// The foot's column as far as only blanks and brackets stand before it.
    column: usize,
    /// The column of the record being scanned.
    indent: usize,
}

#[derive(Clone, Copy)]
struct Lost {
    /// A record may begin up to this column.
    indent: usize,
    mid_line: bool,
}

impl JsonCutter {
    pub fn cut(&mut self, look: Look<'_>) -> Cut {
        let cut = if self.broken.is_some() {
            self.leave(look)
        } else if self.scan.is_some() {
            self.value(look)
        } else if let Some(lost) = self.lost {
            self.pass(look, lost)
        } else {
            self.between(look)
        };
        if !matches!(cut, Cut::More) {
            self.at = 0;
        }
        cut
    }

    /// At the start of a line, where records stand on one line each and nothing is begun.
    pub fn is_fresh(&self) -> bool {
        self.one_line
            && !self.documents
            && (self.at, self.column) == (0, 0)
            && !self.tail
            && self.scan.is_none()
            && self.document.is_none()
            && self.broken.is_none()
            && self.lost.is_none()
    }

    /// No `[` has been passed: as at a line in the middle of lines.
    pub fn is_in_lines(&self) -> bool {
        !self.array
    }

    /// As after many lines with a record each, at the start of one more.
    pub fn in_lines() -> Self {
        Self {
            one_line: true,
            ..Self::default()
        }
    }

    /// The last place in `bytes` where a fresh cutter that went through them is fresh again, as
    /// long as every line begins with `{`: such a line ends what was before it. Not behind a line
    /// that does not end as a record does: one that broke off should be seen, and told.
    pub fn last_fresh(bytes: &[u8]) -> Option<usize> {
        if bytes.first() != Some(&b'{') {
            return None;
        }
        let starts = memchr_iter(b'\n', bytes).map(|end| end + 1);
        starts
            .take_while(|start| {
                let line = bytes.get(..*start).unwrap_or_default().trim_ascii_end();
                bytes.get(*start) == Some(&b'{') && line.ends_with(b"}")
            })
            .last()
    }

    /// The first such place from `from` on, whatever stands before it.
    pub fn first_fresh(bytes: &[u8], from: usize) -> Option<usize> {
        let from = from.saturating_sub(1);
        let mut starts = memchr_iter(b'\n', bytes.get(from..)?).map(|end| from + end + 1);
        starts.find(|start| bytes.get(*start) == Some(&b'{'))
    }

    pub fn give_up(&mut self) {
        self.at = 0;
        self.scan = None;
        self.broken = None;
        self.tail = false;
        self.lost = Some(Lost {
            indent: MID_LINE,
            mid_line: true,
        });
    }

    /// Between records.
    fn between(&mut self, look: Look<'_>) -> Cut {
        let mut blanks = 0;
        for byte in look.bytes {
            match byte {
                b'\n' => self.column = 0,
                b']' if self.document.is_some() => break,
                b'[' => {
                    // Behind a record on its line it begins nothing.
                    self.array |= self.column != MID_LINE;
                    self.column = self.column.saturating_add(1);
                }
                b',' | b']' => self.column = self.column.saturating_add(1),
                byte if byte.is_ascii_whitespace() => {
                    self.column = self.column.saturating_add(1);
                }
                _ => break,
            }
            blanks += 1;
        }
        if blanks > 0 {
            return Cut::Blank(blanks);
        }
        match look.bytes.first() {
            Some(b'{') => {
                let lines = self.one_line && !self.documents;
                let holds = !self.array && self.document.is_none() && !lines;
                self.scan = Some(Scan::new(self.one_line, holds));
                self.indent = self.column;
                self.value(look)
            }
            Some(b']') => {
                self.tail = true;
                self.scan = self.document.take().map(Scan::behind);
                self.indent = self.column;
                self.value(look)
            }
            _ => self.other_text(look),
        }
    }

    fn value(&mut self, look: Look<'_>) -> Cut {
        let Some(scan) = &mut self.scan else {
            return Cut::More;
        };
        let step = scan.run(look.bytes, look.last);
        match step {
            Step::More if !look.last => return Cut::More,
            Step::More => {
                self.broken = Some((look.bytes.len(), "cut off: the log ends inside of it"));
            }
            Step::Broken(at, reason) => self.broken = Some((at, reason)),
            Step::End(len) => {
                let lines = scan.lines;
                self.scan = None;
                self.column = MID_LINE;
                if std::mem::take(&mut self.tail) {
                    return Cut::Skip(len);
                }
                self.one_line = !lines;
                return Cut::Record(len);
            }
            Step::Holds(at) => {
                self.document = Some(scan.open());
                self.documents = true;
                self.scan = None;
                self.column = MID_LINE;
                return Cut::Skip(at);
            }
        }
        self.scan = None;
        self.tail = false;
        self.leave(look)
    }

    /// Ends a broken value: at its first line end, or in an array before the next element.
    fn leave(&mut self, look: Look<'_>) -> Cut {
        let Some((from, reason)) = self.broken else {
            return Cut::More;
        };
        let rest = look.bytes.get(self.at..).unwrap_or_default();
        let line = memchr(b'\n', rest).map(|found| self.at + found + 1);
        let elements = self.array || self.document.is_some();
        if elements && line.is_none_or(|line| line > from) {
            let from = from.max(self.at);
            let until = line.unwrap_or(look.bytes.len());
            let text = look.bytes.get(from..until).unwrap_or_default();
            if let Some(found) = next_element(text) {
                self.broken = None;
                self.column = MID_LINE;
                return Cut::Bad(from + found, reason);
            }
        }
        match line {
            None if !look.last => {
                // The `},{` that is looked for may lie across the end.
                self.at = look.bytes.len().saturating_sub(3);
                Cut::More
            }
            line => {
                self.broken = None;
                self.column = 0;
                if !self.one_line {
                    self.lost = Some(Lost {
                        indent: self.indent,
                        mid_line: false,
                    });
                }
                Cut::Bad(line.unwrap_or(look.bytes.len()), reason)
            }
        }
    }

    /// Passes lines until one can begin a record.
    fn pass(&mut self, look: Look<'_>, lost: Lost) -> Cut {
        let rest = look.bytes.get(self.at..).unwrap_or_default();
        if !lost.mid_line {
            let blanks = look
                .bytes
                .iter()
                .take_while(|b| matches!(b, b' ' | b'\t'))
                .count();
            let next = look.bytes.get(blanks);
            if next.is_none() && !look.last && blanks < LONGEST_BLANK {
                return Cut::More;
            }
            if blanks <= lost.indent && matches!(next, Some(b'{' | b'[' | b']' | b',')) {
                self.lost = None;
                return self.between(look);
            }
        }
        let end = memchr(b'\n', rest).map(|found| found + 1);
        self.column = 0;
        self.lost = Some(Lost {
            mid_line: end.is_none(),
            ..lost
        });
        Cut::Rest(end.unwrap_or(look.bytes.len()))
    }

    /// Something else than an object: a syslog header before one, or a bad line.
    fn other_text(&mut self, look: Look<'_>) -> Cut {
        loop {
            let rest = look.bytes.get(self.at..).unwrap_or_default();
            let Some(found) = memchr2(b'\n', b'{', rest) else {
                if look.last {
                    return Cut::Bad(look.bytes.len(), "no JSON object on this line");
                }
                self.at = look.bytes.len();
                return Cut::More;
            };
            let here = self.at + found;
            if look.bytes.get(here) == Some(&b'\n') {
                self.column = 0;
                return Cut::Bad(here + 1, "no JSON object on this line");
            }
            let behind = look.bytes.get(here + 1..).unwrap_or_default();
            let next = behind
                .iter()
                .take(LONGEST_BLANK)
                .position(|b| !b.is_ascii_whitespace());
            match next.and_then(|next| behind.get(next)) {
                Some(b'"' | b'}') => {
                    self.column = MID_LINE;
                    return Cut::Skip(here);
                }
                None if behind.len() < LONGEST_BLANK && !look.last => {
                    self.at = here;
                    return Cut::More;
                }
                _ => self.at = here + 1,
            }
        }
    }
}

/// The place of the next element's `{` behind `},`.
fn next_element(text: &[u8]) -> Option<usize> {
    let near = |pattern: &[u8]| memmem::find(text, pattern).map(|at| at + pattern.len() - 1);
    match (near(b"},{"), near(b"}, {")) {
        (Some(a), Some(b)) => Some(a.min(b)),
        (a, b) => a.or(b),
    }
}
