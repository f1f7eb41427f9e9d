//! Which `EventRecordID`s of a log are missing: a sign of deleted records, of a damaged chunk, or
//! of an export that was filtered. Says nothing of what came before the first record: a log that
//! went round (the usual state of a busy one) does not begin with 1.

use crate::event::{Outline, Position, Record};
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

/// How many missing ranges of a member are named.
const NAMED: usize = 20;

/// The gaps of a member: each log in it (a channel of a host) has its own run of record ids.
#[derive(Debug, Clone, Default)]
pub struct LogGaps {
    logs: BTreeMap<(String, String), LogIds>,
    last: Option<(String, String)>,
}

#[derive(Debug, Clone, Default)]
struct LogIds {
    gaps: Gaps,
    records: u64,
    /// Read from the log itself: it should be whole. An export may have been filtered.
    whole: bool,
}

impl LogGaps {
    /// Takes a record in; one without a record id has no part in it.
    pub fn add(&mut self, record: &Record) {
        self.take(
            record.locator.position,
            record.record_id(),
            record.computer(),
            record.channel(),
        );
    }

    /// The same of the outline of a record.
    pub fn add_outline(&mut self, outline: &Outline) {
        self.take(
            outline.locator.position,
            outline.record_id,
            outline.computer.as_deref(),
            outline.channel.as_deref(),
        );
    }

    fn take(
        &mut self,
        position: Position,
        given: Option<u64>,
        host: Option<&str>,
        log: Option<&str>,
    ) {
        let (id, whole) = match position {
            Position::Evtx { record_id, .. } => (Some(record_id), true),
            Position::Span { .. } => (given, false),
        };
        let Some(id) = id else { return };
        let (host, log) = (host.unwrap_or(""), log.unwrap_or(""));
        let same = |last: &(String, String)| last.0 == host && last.1 == log;
        if !self.last.as_ref().is_some_and(same) {
            self.last = Some((host.to_owned(), log.to_owned()));
        }
        let Some(key) = &self.last else { return };
        if !self.logs.contains_key(key) {
            self.logs.insert(key.clone(), LogIds::default());
        }
        if let Some(ids) = self.logs.get_mut(key) {
            ids.gaps.add(id);
            ids.records += 1;
            ids.whole |= whole;
        }
    }

    /// The missing ranges as `first-last`, with host and log where the member holds several. An
    /// export that lacks more records than it has was filtered: none are named for it.
    pub fn texts(self) -> Vec<String> {
        let several = self.logs.len() > 1;
        let mut texts = Vec::new();
        for ((host, log), ids) in self.logs {
            let missing = ids.gaps.missing(NAMED.saturating_sub(texts.len()));
            if !ids.whole && missing.ids > ids.records {
                continue;
            }
            let before = if several {
                format!("{host} {log}: ")
            } else {
                String::new()
            };
            let range = |range: &RangeInclusive<u64>| match (range.start(), range.end()) {
                (first, last) if first == last => format!("{before}{first}"),
                (first, last) => format!("{before}{first}-{last}"),
            };
            texts.extend(missing.ranges.iter().map(range));
            let unnamed = missing.count.saturating_sub(missing.ranges.len() as u64);
            if unnamed > 0 || missing.at_least {
                let or_more = if missing.at_least { " or more" } else { "" };
                texts.push(format!("{before}and {unnamed}{or_more} others"));
            }
        }
        texts
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::{Family, Locator, SourceId};

    fn record(id: u64, evtx: bool) -> Record {
        let evtx_place = Position::Evtx {
            chunk: 0,
            record_id: id,
            offset: 0,
        };
        let position = if evtx {
            evtx_place
        } else {
            Position::Span { offset: id, len: 1 }
        };
        let locator = Locator {
            source: SourceId(0),
            position,
        };
        let mut record = Record::new(Family::Windows, locator);
        record.push_system("EventRecordID", id.to_string());
        record.push_system("Computer", "web-02");
        record
    }

    #[test]
    fn a_filtered_export_has_no_gaps_and_a_log_has() {
        for (evtx, expected) in [(false, vec![]), (true, vec!["2-99".to_owned()])] {
            let mut gaps = LogGaps::default();
            gaps.add(&record(1, evtx));
            gaps.add(&record(100, evtx));
            assert_eq!(gaps.texts(), expected);
        }
        let mut gaps = LogGaps::default();
        for id in [1, 2, 4, 5] {
            gaps.add(&record(id, false));
        }
        assert_eq!(gaps.texts(), ["3"]);
    }

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
