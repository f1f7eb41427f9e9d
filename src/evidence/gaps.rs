//! Which `EventRecordID`s of a log are missing: a sign of deleted records, of a damaged chunk, or
//! of an export that was filtered. Says nothing of what came before the first record: a log that
//! went round (the usual state of a busy one) does not begin with 1.

use crate::event::{Outline, Position, Record};
use foldhash::fast::RandomState;
use hashbrown::HashTable;
use std::collections::BTreeMap;
use std::hash::BuildHasher;
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
    /// Takes a record id in.
    pub fn add(&mut self, id: u64) {
        self.add_run(id, id);
    }

    /// Takes in ids that follow one another.
    fn add_run(&mut self, first: u64, last: u64) {
        let before = self.runs.range(..=first).next_back().map(|(f, l)| (*f, *l));
        let touching = before.filter(|(_, end)| end.saturating_add(1) >= first);
        if touching.is_some_and(|(_, end)| end >= last) {
            return;
        }
        let (mut end, mut joined) = (last, touching.is_some());
        while let Some((from, until)) = self.runs.range(first..).next().map(|(f, l)| (*f, *l)) {
            if from > last.saturating_add(1) {
                break;
            }
            self.runs.remove(&from);
            end = end.max(until);
            joined = true;
        }
        if !joined && self.runs.len() >= MOST_RUNS {
            self.overflowed = true;
            return;
        }
        self.runs
            .insert(touching.map_or(first, |(from, _)| from), end);
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
    logs: Vec<LogIds>,
    /// The places of the logs by the hash of host and log.
    known: HashTable<usize>,
    hasher: RandomState,
}

#[derive(Debug, Clone, Default)]
struct LogIds {
    host: String,
    log: String,
    gaps: Gaps,
    /// The run at hand, which is not among the gaps yet.
    run: Option<(u64, u64)>,
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
        let place = self.place(host, log);
        if let Some(ids) = self.logs.get_mut(place) {
            ids.add(id);
            ids.records += 1;
            ids.whole |= whole;
        }
    }

    fn place(&mut self, host: &str, log: &str) -> usize {
        let hash = self.hasher.hash_one((host, log));
        let logs = &mut self.logs;
        let same = |place: &usize| {
            logs.get(*place)
                .is_some_and(|l| l.host == host && l.log == log)
        };
        if let Some(place) = self.known.find(hash, same) {
            return *place;
        }
        let place = logs.len();
        logs.push(LogIds {
            host: host.to_owned(),
            log: log.to_owned(),
            ..LogIds::default()
        });
        let hasher = &self.hasher;
        self.known.insert_unique(hash, place, |place| {
            let log = logs.get(*place).map(|l| (l.host.as_str(), l.log.as_str()));
            hasher.hash_one(log.unwrap_or_default())
        });
        place
    }

    /// The missing ranges as `first-last`, with host and log where the member holds several. An
    /// export that lacks more records than it has was filtered: none are named for it.
    pub fn texts(self) -> Vec<String> {
        let several = self.logs.len() > 1;
        let mut texts = Vec::new();
        let mut logs = self.logs;
        logs.sort_unstable_by(|a, b| (&a.host, &a.log).cmp(&(&b.host, &b.log)));
        for mut ids in logs {
            ids.end_run();
            let (host, log) = (&ids.host, &ids.log);
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

impl LogIds {
    /// Most ids follow the one before them.
    fn add(&mut self, id: u64) {
        match &mut self.run {
            Some((_, last)) if last.checked_add(1) == Some(id) => *last = id,
            _ => {
                self.end_run();
                self.run = Some((id, id));
            }
        }
    }

    fn end_run(&mut self) {
        if let Some((first, last)) = self.run.take() {
            self.gaps.add_run(first, last);
        }
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

        #[test]
        fn runs_are_the_ids_in_them(
            runs in proptest::collection::vec((0_u64..60, 0_u64..5), 0..20),
            top in proptest::bool::ANY,
        ) {
            // At the upper end of all ids too.
            let base = if top { u64::MAX - 63 } else { 0 };
            let runs = || runs.iter().map(|(from, more)| (base + from, base + from + more.min(&3)));
            let mut gaps = Gaps::default();
            runs().for_each(|(first, last)| gaps.add_run(first, last));
            let found = missing(runs().flat_map(|(first, last)| first..=last));
            proptest::prop_assert_eq!(gaps.missing(10), found);
        }
    }
}
