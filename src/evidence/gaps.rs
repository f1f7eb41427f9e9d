//! Which `EventRecordID`s of a log are missing: a sign of deleted records, of a damaged chunk, or
//! of an export that was filtered. Says nothing of what came before the first record: a log that
//! went round (the usual state of a busy one) does not begin with 1.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;

/// Runs kept at a time. A healthy log needs one, a ring that went round two; the limit keeps a
/// log of invented ids from filling the memory.
const MOST_RUNS: usize = 65_536;

/// Collects record ids, in any order, and tells what is missing between them.
#[derive(Debug, Clone, Default)]
pub struct Gaps {
    /// First id of a run of ids without a hole, and its last.
    runs: BTreeMap<u64, u64>,
    overflowed: bool,
}

/// What is missing.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Missing {
    /// The first so many missing ranges, lowest first.
    pub ranges: Vec<RangeInclusive<u64>>,
    /// How many ranges are missing.
    pub count: u64,
    /// How many ids are missing in all of them.
    pub ids: u64,
    /// The ids were too scattered to keep account of all: there are at least so many gaps.
    pub at_least: bool,
}

impl Gaps {
    /// Takes a record id in. Fastest when they come one after another.
    pub fn add(&mut self, id: u64) {
        let before = self.runs.range(..=id).next_back().map(|(f, l)| (*f, *l));
        if before.is_some_and(|(_, last)| last >= id) {
            return;
        }
        let after = id
            .checked_add(1)
            .and_then(|next| self.runs.get(&next).map(|last| (next, *last)));
        let touching = before.filter(|(_, last)| last.checked_add(1) == Some(id));
        let last = match after {
            Some((first, last)) => {
                self.runs.remove(&first);
                last
            }
            None => id,
        };
        if touching.is_none() && after.is_none() && self.runs.len() >= MOST_RUNS {
            self.overflowed = true;
            return;
        }
        self.runs
            .insert(touching.map_or(id, |(first, _)| first), last);
    }

    /// What is missing between the lowest and the highest id, `most` ranges of it by name.
    pub fn missing(&self, most: usize) -> Missing {
        let mut missing = Missing {
            at_least: self.overflowed,
            ..Missing::default()
        };
        let following = self.runs.keys().skip(1);
        for (last, next) in self.runs.values().zip(following) {
            let (from, to) = (last.saturating_add(1), next.saturating_sub(1));
            missing.count += 1;
            missing.ids = missing.ids.saturating_add(to - from + 1);
            if missing.ranges.len() < most {
                missing.ranges.push(from..=to);
            }
        }
        missing
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn missing(ids: impl IntoIterator<Item = u64>) -> Missing {
        let mut gaps = Gaps::default();
        ids.into_iter().for_each(|id| gaps.add(id));
        gaps.missing(10)
    }

    #[test]
    fn a_ring_that_went_round_has_no_gap() {
        let ring = (500..600).chain(301..500);
        assert_eq!(missing(ring), Missing::default());
        assert_eq!(missing([]), Missing::default());
        assert_eq!(missing([7, 7, 7]), Missing::default());
    }

    #[test]
    fn holes_are_listed_and_counted() {
        let found = missing([1, 2, 5, 9, 10]);
        assert_eq!(found.ranges, [3..=4, 6..=8]);
        assert_eq!((found.count, found.ids), (2, 5));
        assert_eq!(missing([5, 3, 1, 4, 2]), Missing::default());
    }

    #[test]
    fn the_list_is_capped_and_the_count_is_not() {
        let mut gaps = Gaps::default();
        (0..1000).for_each(|i| gaps.add(i * 2));
        let found = gaps.missing(3);
        assert_eq!((found.ranges.len(), found.count, found.ids), (3, 999, 999));
    }

    #[test]
    fn invented_ids_do_not_fill_the_memory() {
        let mut gaps = Gaps::default();
        (0..70_000_u64).for_each(|i| gaps.add(i * 3));
        gaps.add(u64::MAX);
        let found = gaps.missing(1);
        assert!(found.at_least);
        assert_eq!(gaps.runs.len(), MOST_RUNS);
    }

    proptest::proptest! {
        #[test]
        fn order_does_not_matter(mut ids in proptest::collection::vec(0_u64..60, 0..60)) {
            let given = missing(ids.iter().copied());
            ids.sort_unstable();
            proptest::prop_assert_eq!(given, missing(ids));
        }
    }
}
