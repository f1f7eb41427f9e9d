//! What is known of the bytes ahead: up to where nothing stands that a prefilter looks for, and
//! where something does. Cuts nothing; the cutters say where a stretch may end that is passed over.
//!
//! Why a stretch may be passed over without cutting it: it begins where the cutter is fresh and
//! ends where it would be fresh again (each cutter's `last_fresh` argues that), so the records
//! behind it are the same; and none of its bytes belong to anything the filter looks for, so none of
//! its records matters.

use super::window::Look;
use crate::evidence::prefilter::TextFilter;

/// See the module.
pub struct Skim<'f> {
    filter: &'f TextFilter,
    /// The stream has been searched up to here.
    searched: u64,
    /// Where something stands, if that is not behind us.
    hit: Option<u64>,
}

impl<'f> Skim<'f> {
    pub fn new(filter: &'f TextFilter) -> Self {
        Self {
            filter,
            searched: 0,
            hit: None,
        }
    }

    /// How many of the bytes, from the first, hold nothing: all of them if not even the last
    /// begins something.
    pub fn clear(&mut self, look: Look<'_>) -> usize {
        let len = look.bytes.len();
        let end = look.base + len as u64;
        let place = |at: u64| usize::try_from(at - look.base).map_or(len, |at| at.min(len));
        if let Some(hit) = self.hit.filter(|hit| *hit >= look.base) {
            return place(hit);
        }
        self.hit = None;
        // What lies across the end of what was searched begins less than its length before.
        let from = place(
            self.searched
                .saturating_sub(self.filter.longest() as u64)
                .max(look.base),
        );
        if self.searched >= end {
            return len;
        }
        let found = self.filter.find(look.bytes.get(from..).unwrap_or_default());
        let clear = found.map_or(len, |at| from + at);
        self.searched = look.base + clear as u64;
        self.hit = found.map(|_| self.searched);
        clear
    }
}
