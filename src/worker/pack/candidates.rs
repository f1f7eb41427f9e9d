//! Which of many rules a record can matter to: those whose needles it holds, found by one automaton
//! over all of them, and those that have none. Asks no rule; what it leaves out can't take the
//! record (`search::needles` argues that a record which matters holds a needle in its data).

use crate::event::{Family, Record};
use crate::evidence::prefilter::{Needles, Wanted};
use crate::spl::ast::{CompareOp, Literal, Piece, Predicate};
use crate::worker::rule::Rule;
use aho_corasick::{AhoCorasick, AhoCorasickKind};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// For each family its rules.
pub(super) struct Candidates {
    windows: OfFamily,
    crowdstrike: OfFamily,
    nvm: OfFamily,
}

/// The rules of a family, by their numbers.
#[derive(Default)]
struct OfFamily {
    /// None when there are no needles, or too many to look for: then all are asked.
    automaton: Option<AhoCorasick>,
    /// By needle, the rules that have it.
    holding: Vec<Vec<usize>>,
    /// The rules that want everything, or every event of these ids.
    always: Vec<(usize, Option<BTreeSet<u32>>)>,
    all: Vec<usize>,
}

/// Stands between the values of a record, where no needle has it.
const BETWEEN: char = '\n';

impl Candidates {
    /// The rules in the order of their numbers.
    pub(super) fn new(rules: &[(&Rule, Needles)]) -> Self {
        let of = |wanted: fn(&Needles) -> &Wanted| OfFamily::new(rules, wanted);
        Self {
            windows: of(|needles| &needles.windows),
            crowdstrike: of(|needles| &needles.crowdstrike),
            nvm: of(|needles| &needles.nvm),
        }
    }

    /// The numbers of the rules, ascending.
    pub(super) fn of(&self, record: &Record) -> Vec<usize> {
        match record.family {
            Family::Windows => self.windows.of(record),
            Family::CrowdStrike => self.crowdstrike.of(record),
            Family::Nvm => self.nvm.of(record),
            // Exported rows are among them, for which no needle is promised.
            Family::Flat => self.windows.all.clone(),
            Family::Other => Vec::new(),
        }
    }
}

impl OfFamily {
    fn new<'n>(rules: &'n [(&Rule, Needles)], wanted: fn(&Needles) -> &Wanted) -> Self {
        let mut family = Self::default();
        let mut needles: BTreeMap<&Arc<str>, Vec<usize>> = BTreeMap::new();
        for (number, (rule, of_rule)) in rules.iter().enumerate() {
            family.all.push(number);
            match wanted(of_rule) {
                Wanted::Everything(_) => {
                    // The ids of a raw event are a field of it, those of a dataset's are not.
                    let predicate = rule.predicate().filter(|_| rule.raw.is_some());
                    let ids = predicate
                        .filter(|_| !rule.plan.has_searches())
                        .and_then(event_ids);
                    family.always.push((number, ids));
                }
                Wanted::Holding(texts) => {
                    for text in texts {
                        needles.entry(text).or_default().push(number);
                    }
                }
            }
        }
        let texts: Vec<&str> = needles.keys().map(|text| &***text).collect();
        let mut builder = AhoCorasick::builder();
        builder.ascii_case_insensitive(true);
        builder.kind(Some(AhoCorasickKind::ContiguousNFA));
        family.automaton = builder.build(&texts).ok();
        family.holding = needles.into_values().collect();
        family
    }

    fn of(&self, record: &Record) -> Vec<usize> {
        let Some(automaton) = &self.automaton else {
            return self.all.clone();
        };
        let text = text_of(record);
        // The search takes these for s and k, which the automaton does not.
        if text.contains(['\u{17f}', '\u{212a}']) {
            return self.all.clone();
        }
        let id = record.event_id();
        let of_id = |ids: &BTreeSet<u32>| id.is_none_or(|id| ids.contains(&id));
        let always = self.always.iter();
        let always = always.filter(|(_, ids)| ids.as_ref().is_none_or(of_id));
        let mut found: Vec<usize> = always.map(|(number, _)| *number).collect();
        let hits = automaton.find_overlapping_iter(&text);
        found.extend(
            hits.filter_map(|hit| self.holding.get(hit.pattern().as_usize()))
                .flatten(),
        );
        found.sort_unstable();
        found.dedup();
        found
    }
}

/// The ids that an event must have one of to meet a predicate, where it says so.
fn event_ids(predicate: &Predicate) -> Option<BTreeSet<u32>> {
    let is_id = |field: &str| matches!(field, "EventCode" | "EventID");
    let id = |literal: &Literal| match literal.pieces.as_slice() {
        [Piece::Source(text)] => text.parse().ok(),
        _ => None,
    };
    match predicate {
        Predicate::And(parts) => parts.iter().filter_map(event_ids).min_by_key(BTreeSet::len),
        Predicate::Or(parts) => {
            let all: Option<Vec<_>> = parts.iter().map(event_ids).collect();
            Some(all?.into_iter().flatten().collect())
        }
        Predicate::Compare {
            field,
            op: CompareOp::Equal,
            value,
        } if is_id(&field.text) => id(value).map(|id| BTreeSet::from([id])),
        Predicate::In { field, values } if is_id(&field.text) => values.iter().map(id).collect(),
        _ => None,
    }
}

/// All values of a record, none touching another.
fn text_of(record: &Record) -> String {
    let mut text = String::with_capacity(2048);
    for field in record.system.iter().chain(&record.data) {
        text.push_str(&field.value);
        text.push(BETWEEN);
    }
    text
}
