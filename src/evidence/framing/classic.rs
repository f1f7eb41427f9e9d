//! Cuts classic Windows event text: an event begins with a date line (`09/15/2020 11:48:27 PM`)
//! behind which a `Key=value` line stands. A date line alone may be part of a message.

use super::super::text::{is_date_line, is_key_line};
use super::cutter::Cut;
use super::window::Look;
use memchr::{memchr, memchr_iter, memrchr_iter};

/// A date line and the key of the line after it are shorter than this.
const LOOK_AHEAD: usize = 160;

/// See the module.
#[derive(Default)]
pub struct ClassicCutter {
    /// Where to go on: the start of a line, or inside of one.
    at: usize,
    mid_line: bool,
    inside: bool,
    /// The rest of an overlong event is passing by.
    lost: bool,
}

impl ClassicCutter {
    pub fn cut(&mut self, look: Look<'_>) -> Cut {
        let cut = self.scan(look);
        if !matches!(cut, Cut::More) {
            self.at = 0;
        }
        cut
    }

    /// Between events.
    pub fn is_fresh(&self) -> bool {
        self.at == 0 && !self.inside && !self.lost && !self.mid_line
    }

    /// The last place in `bytes`, which begin with an event, where one begins for sure.
    pub fn last_fresh(bytes: &[u8]) -> Option<usize> {
        let sure = bytes.len().checked_sub(LOOK_AHEAD)?;
        let ends = memrchr_iter(b'\n', bytes.get(..=sure)?);
        let mut starts = ends.map(|end| end + 1).filter(|start| *start <= sure);
        starts.find(|start| bytes.get(*start..).is_some_and(begins_event))
    }

    /// The first such place from `from` on.
    pub fn first_fresh(bytes: &[u8], from: usize) -> Option<usize> {
        let sure = bytes.len().checked_sub(LOOK_AHEAD)?;
        let from = from.saturating_sub(1);
        let mut starts = memchr_iter(b'\n', bytes.get(from..)?).map(|end| from + end + 1);
        starts.find(|start| *start <= sure && bytes.get(*start..).is_some_and(begins_event))
    }

    pub fn give_up(&mut self) {
        self.at = 0;
        self.inside = false;
        self.mid_line = true;
        self.lost = true;
    }

    fn scan(&mut self, look: Look<'_>) -> Cut {
        loop {
            let rest = look.bytes.get(self.at..).unwrap_or_default();
            let sure = look.last || rest.len() >= LOOK_AHEAD;
            if rest.is_empty() || (!self.mid_line && !sure) {
                return self.ran_out(look);
            }
            if !self.mid_line && (self.at > 0 || !self.inside) && begins_event(rest) {
                if self.at > 0 {
                    return self.before(self.at);
                }
                self.inside = true;
                self.lost = false;
            }
            let end = memchr(b'\n', rest);
            self.mid_line = end.is_none();
            self.at = end.map_or(look.bytes.len(), |end| self.at + end + 1);
        }
    }

    fn ran_out(&mut self, look: Look<'_>) -> Cut {
        if look.last {
            self.before(look.bytes.len())
        } else if self.inside || self.at == 0 {
            Cut::More
        } else {
            self.before(self.at)
        }
    }

    /// What the bytes before the next event are.
    fn before(&mut self, len: usize) -> Cut {
        if self.inside {
            self.inside = false;
            Cut::Record(len)
        } else if self.lost {
            Cut::Rest(len)
        } else {
            Cut::Skip(len)
        }
    }
}

fn begins_event(bytes: &[u8]) -> bool {
    let head = bytes.get(..LOOK_AHEAD).unwrap_or(bytes);
    let mut lines = head.splitn(3, |b| *b == b'\n');
    lines.next().is_some_and(is_date_line) && lines.next().is_some_and(is_key_line)
}
