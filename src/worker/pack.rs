//! Several rules over evidence that is read once: a record is parsed once, mapped once for each
//! dataset, and of the rules only those are asked about it whose needles it holds (`candidates`).
//! What any rule takes is kept once, and the rows of each are made of it as a hunt of its own would
//! (`replay`). Reads no evidence by itself and decides nothing about an event.
//!
//! What a search brings of another dataset is found in the same pass, as by a rule of its own: of
//! one rule, too (`hunt_once`).

mod candidates;
mod combine;
mod replay;
mod roster;
mod share;

use super::hunt::{Hunt, HuntOptions, Hunted, Observer, hunt};
use super::rule::Rule;
use crate::cim::Sources;
use crate::event::{Outline, Record};
use crate::evidence::discover::Input;
use crate::evidence::format::Detected;
use crate::evidence::member::Member;
use crate::evidence::outcome::{BadRecord, Outcome};
use crate::evidence::prefilter::{Needles, Prefilter, Wanted};
use crate::evidence::read::{Finished, Visitor, Whole, read};
use crate::search::Table;
use crate::search::needles::needles;
use crate::store::Findings;
use candidates::Candidates;
pub use combine::RULE_COLUMN;
use combine::combine;
use replay::{Asked, Replay};
use roster::Roster;
use share::Heard;
use std::collections::BTreeSet;
use std::ops::ControlFlow;
use std::sync::Arc;

/// What several rules found.
#[derive(Debug, Default)]
pub struct Packed {
    /// What was read, and the rows of all rules: theirs in the order of the rules, each beginning
    /// with the name of its rule ([`RULE_COLUMN`]). What is told of the run of a search is that of
    /// all; clauses and stages are those of one rule.
    pub hunted: Hunted,
    /// The rows of each rule, by its place.
    pub findings: Vec<Arc<Findings>>,
}

/// Runs rules over evidence, to the end or until it is cancelled. The observer sees the rows of one
/// of them only.
pub fn hunt_pack(
    rules: &[Rule],
    sources: &Sources,
    options: &HuntOptions,
    observer: &mut dyn Observer,
) -> Packed {
    // What a search brings of other datasets is found as by rules of its own, which stand behind.
    let beside: Vec<(usize, Rule)> = (0..)
        .zip(rules)
        .flat_map(|(owner, rule)| {
            let plans = rule.plan.beside().into_iter();
            plans.map(move |plan| (owner, rule.with_plan(plan)))
        })
        .collect();
    let all: Vec<&Rule> = rules
        .iter()
        .chain(beside.iter().map(|(_, rule)| rule))
        .collect();
    let owners: Vec<usize> = beside.iter().map(|(owner, _)| *owner).collect();
    let mut findings = vec![Arc::default(); rules.len()];
    let Some(pack) = Pack::new(&all, &owners, sources, options, observer) else {
        return Packed::default();
    };
    let (mut hunted, found) = pack.run(options.inputs());
    for (place, found) in found {
        if let Some(findings) = findings.get_mut(place) {
            *findings = found;
        }
    }
    hunted.findings = Arc::new(combine(rules, &findings));
    Packed { hunted, findings }
}

/// Runs one rule, and finds what searches inside of it bring of other datasets in the same pass,
/// where [`hunt`] goes through the evidence once for each. The observer sees its rows without that.
pub fn hunt_once(
    rule: &Rule,
    sources: &Sources,
    options: &HuntOptions,
    observer: &mut dyn Observer,
) -> Hunted {
    let plans = rule.plan.beside().into_iter();
    let beside: Vec<Rule> = plans.map(|plan| rule.with_plan(plan)).collect();
    if beside.is_empty() {
        return hunt(rule, sources, options, observer);
    }
    let all: Vec<&Rule> = std::iter::once(rule).chain(&beside).collect();
    let owners = vec![0; beside.len()];
    let pack = Pack::new(&all, &owners, sources, options, observer);
    pack.map_or_else(Hunted::default, |pack| pack.run(options.inputs()).0)
}

/// The columns of such rows, without rows.
pub fn columns(rules: &[Rule]) -> Table {
    let each = rules.iter().map(Rule::columns);
    let each = each.map(|table| Arc::new(Findings::new(table, Vec::new())));
    combine(rules, &each.collect::<Vec<_>>()).table
}

struct Pack<'a> {
    options: &'a HuntOptions,
    /// The hunt that accounts for the evidence: that of the rule at this place.
    base: Hunt<'a>,
    first: (usize, &'a Rule),
    /// The other rules.
    roster: Roster<'a>,
    candidates: Candidates,
    needles: Needles,
    waits_for_now: bool,
    several: bool,
    heard: Vec<Heard>,
    /// By number, what a rule is to be asked about once more, by the place there.
    asked: Vec<Vec<Asked>>,
}

impl<'a> Pack<'a> {
    /// None without rules.
    fn new(
        rules: &'a [&'a Rule],
        owners: &'a [usize],
        sources: &'a Sources,
        options: &'a HuntOptions,
        observer: &'a mut dyn Observer,
    ) -> Option<Self> {
        let of_processes = |rule: &&&Rule| rule.sources(sources).fill_processes();
        let own = rules.len() - owners.len();
        let mut of_own = rules.iter().take(own);
        let base = *of_own.find(of_processes).or(rules.first())?;
        let first = rules.iter().position(|rule| std::ptr::eq(*rule, base))?;
        let rest = (0..rules.len()).filter(|place| *place != first);
        let roster = Roster::new(rules, owners, rest, sources);
        let looks_for = |rule: &'a Rule| (rule, needles(&rule.plan, rule.sources(sources)));
        let of_others = roster.rules.iter().map(|numbered| numbered.rule);
        let wanted: Vec<(&Rule, Needles)> = of_others.map(looks_for).collect();
        let (_, mut all) = looks_for(base);
        for (_, needles) in &wanted {
            all.windows = either(&all.windows, &needles.windows);
            all.crowdstrike = either(&all.crowdstrike, &needles.crowdstrike);
            all.nvm = either(&all.nvm, &needles.nvm);
            all.flat = either(&all.flat, &needles.flat);
        }
        let waits = |rule: &&Rule| options.waits_for_now(rule);
        Some(Self {
            options,
            first: (first, base),
            base: Hunt::new(base, sources, options, observer),
            candidates: Candidates::new(&wanted),
            needles: all,
            waits_for_now: rules.iter().any(waits),
            several: own > 1,
            heard: Vec::new(),
            asked: vec![Vec::new(); roster.rules.len()],
            roster,
        })
    }

    /// What was read with the rows of the first rule, and the rows of each.
    fn run(mut self, inputs: Vec<Input>) -> (Hunted, Vec<(usize, Arc<Findings>)>) {
        let mut read_options = self.base.read_options(&inputs);
        let passes_over = self.options.passes_over() && !self.waits_for_now;
        read_options.prefilter = passes_over.then(|| Arc::new(Prefilter::new(&self.needles)));
        let (whole, datasets) = (read_options.whole.take(), self.datasets());
        read_options.whole = whole.map(|Whole(of_first)| {
            let any = move |provider: &str, id: u32| {
                of_first(provider, id) || datasets.iter().any(|s| s.may_be_creation(provider, id))
            };
            Whole(Arc::new(any))
        });
        self.base.start(&inputs, &read_options);
        let finished = read(inputs, &read_options, &mut self);
        self.finish(finished == Finished::Complete)
    }

    fn datasets(&self) -> Vec<Sources> {
        let shares = self.roster.shares.iter();
        shares.map(|share| share.sources.clone()).collect()
    }

    fn finish(mut self, complete: bool) -> (Hunted, Vec<(usize, Arc<Findings>)>) {
        let hosts = self.base.hosts();
        let replay = Replay {
            options: self.options,
            now: self.base.now(),
            hosts: &hosts,
            heard: &self.heard,
        };
        let mut brought = self.roster.brought(&replay, &self.asked);
        let (place, rule) = self.first;
        self.base.bring(brought.remove(&place).unwrap_or_default());
        let mut hunted = self.base.finish(complete);
        let (mut found, told) = self.roster.replay(&replay, &self.asked, brought);
        if self.several {
            told.put(rule, &mut hunted.loaded);
        }
        found.push((place, Arc::clone(&hunted.findings)));
        (hunted, found)
    }

    /// Asks the rules about a record, and keeps what is made of it for those that it matters to.
    fn ask(&mut self, record: &mut Record, raw: &mut dyn FnMut() -> Arc<str>) {
        let candidates = self.candidates.of(record);
        if candidates.is_empty() {
            return;
        }
        let told = record.time;
        let mut identity = None;
        record.time = self.base.possible(told);
        let hosts = self.base.hosts();
        let keeps_raw = self.options.keep_raw || self.base.is_stream(record.locator.source);
        let roster = &self.roster;
        let share = |number: &usize| roster.rules.get(*number).map(|rule| rule.share);
        for numbers in candidates.chunk_by(|one, next| share(one) == share(next)) {
            let share = numbers.first().and_then(share);
            let Some(share) = share.and_then(|share| roster.shares.get(share)) else {
                continue;
            };
            let rules = numbers.iter().filter_map(|number| {
                let rule = roster.rules.get(*number)?.rule;
                Some((*number, rule))
            });
            let Some(said) = share.ask(record, &hosts, rules) else {
                continue;
            };
            // Of the record as it stands, see the hunt.
            let identity = *identity.get_or_insert_with(|| {
                let possible = std::mem::replace(&mut record.time, told);
                let identity = record.identity();
                record.time = possible;
                identity
            });
            let raw = keeps_raw.then(&mut *raw);
            let place = self.heard.len();
            self.heard
                .push(share.hear((&said, identity), record, &hosts, raw));
            for (number, passes) in said.rules {
                if let Some(asked) = self.asked.get_mut(number) {
                    asked.push(Asked { place, passes });
                }
            }
        }
        record.time = told;
    }
}

impl Visitor for Pack<'_> {
    fn begin(&mut self, member: &Member, detected: &Detected) {
        self.base.begin(member, detected);
    }

    fn record(&mut self, mut record: Record, raw: &mut dyn FnMut() -> Arc<str>) -> ControlFlow<()> {
        self.ask(&mut record, raw);
        self.base.record(record, raw)
    }

    fn outline(&mut self, outline: Outline) -> ControlFlow<()> {
        self.base.outline(outline)
    }

    fn bad(&mut self, member: &Member, bad: BadRecord) {
        self.base.bad(member, bad);
    }

    fn progress(&mut self, read: u64, total: Option<u64>) {
        self.base.progress(read, total);
    }

    fn end(&mut self, member: &Member, outcome: Outcome) {
        self.base.end(member, outcome);
    }
}

/// What one of two searches wants.
fn either(one: &Wanted, other: &Wanted) -> Wanted {
    match (one, other) {
        (Wanted::Everything(why), _) | (_, Wanted::Everything(why)) => {
            Wanted::Everything(why.clone())
        }
        (Wanted::Holding(one), Wanted::Holding(other)) => {
            let all: BTreeSet<&Arc<str>> = one.iter().chain(other).collect();
            Wanted::Holding(all.into_iter().cloned().collect())
        }
    }
}
