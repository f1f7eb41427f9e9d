//! Cuts Cisco NVM v1 text into lines. A line with a flow version is a record; a line that has
//! fields but no flow version is a bad one; any other line of the syslog stream is skipped.

use super::cutter::Cut;
use super::window::Look;
use memchr::{memchr, memmem, memrchr};

/// See the module.
#[derive(Default)]
pub struct NvmCutter {
    at: usize,
    /// The rest of an overlong line is passing by.
    lost: bool,
}

impl NvmCutter {
    pub fn cut(&mut self, look: Look<'_>) -> Cut {
        let rest = look.bytes.get(self.at..).unwrap_or_default();
        let (end, whole) = match memchr(b'\n', rest) {
            Some(found) => (self.at + found + 1, true),
            None if self.lost || look.last => (look.bytes.len(), look.last),
            None => {
                self.at = look.bytes.len();
                return Cut::More;
            }
        };
        self.at = 0;
        if self.lost {
            self.lost = !whole;
            return Cut::Rest(end);
        }
        let line = look.bytes.get(..end).unwrap_or_default();
        if line.trim_ascii().is_empty() {
            Cut::Blank(end)
        } else if is_flow(line) {
            Cut::Record(end)
        } else if memmem::find(line, b"=\"").is_some() {
            Cut::Bad(end, "a line without the flow version 'fv'")
        } else {
            Cut::Skip(end)
        }
    }

    /// At the start of a line.
    pub fn is_fresh(&self) -> bool {
        self.at == 0 && !self.lost
    }

    /// The last place in `bytes` where a line begins.
    pub fn last_fresh(bytes: &[u8]) -> Option<usize> {
        memrchr(b'\n', bytes).map(|end| end + 1)
    }

    /// The first such place from `from` on.
    pub fn first_fresh(bytes: &[u8], from: usize) -> Option<usize> {
        let from = from.saturating_sub(1);
        memchr(b'\n', bytes.get(from..)?).map(|end| from + end + 1)
    }

    pub fn give_up(&mut self) {
        self.at = 0;
        self.lost = true;
    }
}

/// Whether the line has the field `fv` with a version of nvzFlow.
fn is_flow(line: &[u8]) -> bool {
    memmem::find_iter(line, b"nvzFlow").any(|at| {
        let before = line.get(..at).unwrap_or_default();
        before.ends_with(b"fv=\"") || before.ends_with(b"fv='")
    })
}
