//! Which of many rules a record can matter to: those whose needles it holds, found by one automaton
//! over all of them, and those that have none. Asks no rule; what it leaves out can't take the
//! record (`search::needles` argues that a record which matters holds a needle in its data).

use crate::event::{Family, Record};
use crate::evidence::prefilter::{Needles, Wanted};
use aho_corasick::{AhoCorasick, AhoCorasickKind};
use std::collections::BTreeMap;
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
    /// The rules that want everything.
    always: Vec<usize>,
    all: Vec<usize>,
}

/// Stands between the values of a record, where no needle has it.
const BETWEEN: char = '\n';

impl Candidates {
    pub(super) fn new<'n>(rules: impl Iterator<Item = (usize, &'n Needles)> + Clone) -> Self {
        let of = |wanted: fn(&Needles) -> &Wanted| {
            OfFamily::new(
                rules
                    .clone()
                    .map(|(number, needles)| (number, wanted(needles))),
            )
        };
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
            Family::Other => Vec::new(),
        }
    }
}

impl OfFamily {
    fn new<'n>(rules: impl Iterator<Item = (usize, &'n Wanted)>) -> Self {
        let mut family = Self::default();
        let mut needles: BTreeMap<&Arc<str>, Vec<usize>> = BTreeMap::new();
        for (number, wanted) in rules {
            family.all.push(number);
            match wanted {
                Wanted::Everything(_) => family.always.push(number),
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
        let mut found = self.always.clone();
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

/// All values of a record, none touching another.
fn text_of(record: &Record) -> String {
    let mut text = String::with_capacity(2048);
    for field in record.system.iter().chain(&record.data) {
        text.push_str(&field.value);
        text.push(BETWEEN);
    }
    text
}
