//! Cuts CSV into rows: fields may be quoted and then hold line ends. The first row is the header,
//! which is put before the bytes of every row, so that a row can be read alone.

use super::super::csv::{column_count, delimiter, is_type_line};
use super::cutter::Cut;
use super::window::Look;
use memchr::memchr;

/// See the module.
#[derive(Default)]
pub struct CsvCutter {
    header: Vec<u8>,
    columns: usize,
    delimiter: u8,
    at: usize,
    quoted: bool,
    /// Something other than a delimiter stands before, so a quote here is a plain one.
    in_field: bool,
    state: State,
}

#[derive(Default, PartialEq, Eq)]
enum State {
    #[default]
    Rows,
    /// The rest of an overlong row is passing by.
    Lost,
}

impl CsvCutter {
    /// The header row with its line end; empty before it was seen.
    pub fn header(&self) -> &[u8] {
        &self.header
    }

    pub fn cut(&mut self, look: Look<'_>) -> Cut {
        if self.state == State::Lost {
            return self.pass(look);
        }
        if self.header.is_empty() && self.at == 0 {
            match memchr(b'\n', look.bytes) {
                Some(end) => {
                    let line = look.bytes.get(..end).unwrap_or_default();
                    if line.trim_ascii().is_empty() {
                        return Cut::Blank(end + 1);
                    }
                    if is_type_line(line) {
                        return Cut::Skip(end + 1);
                    }
                    self.delimiter = delimiter(line);
                }
                None if look.last => self.delimiter = delimiter(look.bytes),
                None => return Cut::More,
            }
        }
        let Some(end) = self.row_end(look) else {
            if self.quoted && (look.last || look.full) {
                return self.unclosed(look);
            }
            if !look.last {
                return Cut::More;
            }
            return self.row(look, look.bytes.len());
        };
        self.row(look, end)
    }

    pub fn give_up(&mut self) {
        self.reset();
        self.state = State::Lost;
    }

    fn reset(&mut self) {
        self.at = 0;
        self.quoted = false;
        self.in_field = false;
    }

    fn row(&mut self, look: Look<'_>, end: usize) -> Cut {
        self.reset();
        let row = look.bytes.get(..end).unwrap_or_default();
        if row.trim_ascii().is_empty() {
            return Cut::Blank(end);
        }
        if self.header.is_empty() {
            return self.take_header(row);
        }
        // Each row is read together with the header: one that can't hold a delimiter for each
        // column would cost more than its bytes.
        if row.len() + 1 < self.columns {
            return Cut::Bad(end, "fewer cells than the header row");
        }
        Cut::Record(end)
    }

    fn take_header(&mut self, row: &[u8]) -> Cut {
        let Some(columns) = column_count(&String::from_utf8_lossy(row)) else {
            return Cut::Bad(row.len(), "a header row with overlong names");
        };
        self.columns = columns;
        self.header.extend_from_slice(row);
        if !self.header.ends_with(b"\n") {
            self.header.push(b'\n');
        }
        Cut::Skip(row.len())
    }

    /// Goes on to the row's end; `None` when it is not here.
    fn row_end(&mut self, look: Look<'_>) -> Option<usize> {
        loop {
            let rest = look.bytes.get(self.at..)?;
            if self.quoted {
                let quote = self.at
                    + memchr(b'"', rest).or_else(|| {
                        self.at = look.bytes.len();
                        None
                    })?;
                match look.bytes.get(quote + 1) {
                    Some(b'"') => self.at = quote + 2,
                    None if !look.last => {
                        self.at = quote;
                        return None;
                    }
                    _ => {
                        self.quoted = false;
                        self.at = quote + 1;
                    }
                }
                continue;
            }
            let byte = *rest.first()?;
            self.at += 1;
            match byte {
                b'\n' => return Some(self.at),
                b'"' if !self.in_field => {
                    self.quoted = true;
                    self.in_field = true;
                }
                byte => self.in_field = byte != self.delimiter,
            }
        }
    }

    /// A row whose quotes never close is bad up to its first line end. (Any later quote but a
    /// doubled one closes, so not all rows behind it can be of this kind.)
    fn unclosed(&mut self, look: Look<'_>) -> Cut {
        self.reset();
        Cut::Bad(self.line_end(look), "a quoted field has no end")
    }

    /// The rest of an overlong row, up to the next line end.
    fn pass(&mut self, look: Look<'_>) -> Cut {
        Cut::Rest(self.line_end(look))
    }

    fn line_end(&mut self, look: Look<'_>) -> usize {
        let end = memchr(b'\n', look.bytes);
        self.state = if end.is_some() {
            State::Rows
        } else {
            State::Lost
        };
        end.map_or(look.bytes.len(), |end| end + 1)
    }
}
