//! Several rules over evidence that is read once: a record is parsed once, mapped once for each
//! dataset, and of the rules only those are asked about it whose needles it holds (`candidates`).
//! What a rule takes is kept, and a hunt of its own (`hunt`) makes its rows of it, so that they are
//! those of the rule alone. Reads no evidence by itself and decides nothing about an event.
//!
//! What a search brings of another dataset is found in the same pass, as by a rule of its own.

mod candidates;
mod combine;

use super::hunt::{Hunt, HuntOptions, Hunted, Observer};
use super::rule::Rule;
use crate::cim::{Hosts, OutOfScope, Scope, Selection, Sources};
use crate::event::{Outline, Record};
use crate::evidence::discover::Input;
use crate::evidence::format::Detected;
use crate::evidence::member::Member;
use crate::evidence::outcome::{BadRecord, Outcome};
use crate::evidence::prefilter::{Needles, Prefilter, Wanted};
use crate::evidence::read::{Finished, Visitor, Whole, read};
use crate::search::Table;
use crate::search::needles::needles;
use crate::store::{Findings, StoredEvent};
use candidates::Candidates;
pub use combine::RULE_COLUMN;
use combine::combine;
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

/// The columns of such rows, without rows.
pub fn columns(rules: &[Rule]) -> Table {
    let each = rules.iter().map(Rule::columns);
    let each = each.map(|table| Arc::new(Findings::new(table, Vec::new())));
    combine(rules, &each.collect::<Vec<_>>()).table
}

/// What the rules over one dataset share.
struct Share<'a> {
    sources: &'a Sources,
    /// The fields that any of them tests; none: all.
    selection: Option<Selection>,
}

/// A record that some rule takes, or that names a host.
struct Heard {
    record: Record,
    raw: Option<Arc<str>>,
}

struct Pack<'a> {
    /// The rules, and behind them what searches inside of them bring.
    rules: &'a [&'a Rule],
    /// For each of the latter the place of its rule.
    owners: &'a [usize],
    sources: &'a Sources,
    options: &'a HuntOptions,
    /// The hunt that accounts for the evidence. It is that of the rule at this place, unless the
    /// rows of that rule can't be made before those of others; then it is gone through once more.
    base: Hunt<'a>,
    first: Option<usize>,
    /// The places of the other rules, which are numbered in this order: those of one dataset stand
    /// together.
    others: Vec<usize>,
    /// The datasets, and by the numbers of the rules which is theirs.
    shares: Vec<Share<'a>>,
    share_of: Vec<usize>,
    candidates: Candidates,
    needles: Needles,
    waits_for_now: bool,
    heard: Vec<Heard>,
    /// For each of the other rules what it takes of that; and what names hosts, for all.
    taken: Vec<Vec<usize>>,
    naming: Vec<usize>,
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
        let first = rules.iter().position(|rule| std::ptr::eq(*rule, base));
        let first = first.filter(|place| !owners.contains(place));
        let rest = (0..rules.len()).filter(|place| Some(*place) != first);
        let (mut shares, mut share_of, mut others) = (Vec::new(), Vec::new(), Vec::new());
        for (of_dataset, places) in by_dataset(rules, rest, sources) {
            share_of.resize(share_of.len() + places.len(), shares.len());
            shares.push(Share::new(of_dataset, &places, rules));
            others.extend(places);
        }
        let looks_for = |rule: &'a Rule| (rule, needles(&rule.plan, rule.sources(sources)));
        let of_others = others.iter().filter_map(|place| rules.get(*place).copied());
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
            rules,
            owners,
            sources,
            options,
            first,
            base: Hunt::new(base, sources, options, observer),
            candidates: Candidates::new(&wanted),
            needles: all,
            waits_for_now: rules.iter().any(waits),
            heard: Vec::new(),
            taken: vec![Vec::new(); others.len()],
            naming: Vec::new(),
            shares,
            share_of,
            others,
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
        self.shares
            .iter()
            .map(|share| share.sources.clone())
            .collect()
    }

    fn finish(self, complete: bool) -> (Hunted, Vec<(usize, Arc<Findings>)>) {
        let options = HuntOptions {
            now: self.base.now(),
            index: false,
            ..self.options.clone()
        };
        let replay = Replay {
            sources: self.sources,
            options: &options,
            heard: &self.heard,
            naming: &self.naming,
        };
        let mut hunted = self.base.finish(complete);
        let first = self
            .first
            .map(|first| (first, Arc::clone(&hunted.findings)));
        let mut found: Vec<(usize, Arc<Findings>)> = first.into_iter().collect();
        if found.is_empty() {
            // What its own search has to tell is told when it is run again.
            hunted.loaded.notes.clear();
            hunted.loaded.rejected.clear();
            hunted.loaded.without_time = 0;
        }
        let own = self.rules.len() - self.owners.len();
        let mut brought: Vec<Vec<Arc<StoredEvent>>> = vec![Vec::new(); own];
        let mut all: Vec<(usize, &Vec<usize>)> =
            self.others.iter().copied().zip(&self.taken).collect();
        // What is brought to rules before the rules, and that in the order in which they ask for it.
        all.sort_by_key(|(place, _)| (*place < own, *place));
        for (place, taken) in all {
            let Some(rule) = self.rules.get(place) else {
                continue;
            };
            let owner = place.checked_sub(own).and_then(|at| self.owners.get(at));
            let mine = brought
                .get_mut(place)
                .map(std::mem::take)
                .unwrap_or_default();
            let findings = replay.rows(rule, taken, mine, &mut hunted);
            match owner.and_then(|owner| brought.get_mut(*owner)) {
                Some(brought) => brought.extend(findings.events.iter().cloned()),
                None => found.push((place, findings)),
            }
        }
        (hunted, found)
    }

    /// Asks the rules about a record, and keeps it when one takes it or it names a host.
    fn ask(&mut self, record: &mut Record, raw: &mut dyn FnMut() -> Arc<str>) {
        let told = record.time;
        record.time = self.base.possible(told);
        let hosts = self.base.hosts();
        let names_host = self.sources.scope(record) == Scope::OutOfScope(OutOfScope::HostRecord);
        let candidates = self.candidates.of(record);
        let share = |number: &usize| self.share_of.get(*number).copied();
        let mut takers: Vec<usize> = Vec::new();
        for numbers in candidates.chunk_by(|one, next| share(one) == share(next)) {
            let share = numbers.first().and_then(share);
            if let Some(share) = share.and_then(|share| self.shares.get(share)) {
                let asked = (numbers, self.rules, &*self.others);
                share.ask(record, &hosts, asked, &mut takers);
            }
        }
        record.time = told;
        if takers.is_empty() && !names_host {
            return;
        }
        let place = self.heard.len();
        let raw = (self.options.keep_raw || self.base.is_stream(record.locator.source)).then(raw);
        self.heard.push(Heard {
            record: record.clone(),
            raw,
        });
        if names_host {
            self.naming.push(place);
        }
        for number in takers {
            if let Some(taken) = self.taken.get_mut(number) {
                taken.push(place);
            }
        }
    }
}

/// What the pass heard, to be gone through once for each rule.
struct Replay<'a> {
    sources: &'a Sources,
    options: &'a HuntOptions,
    heard: &'a [Heard],
    naming: &'a [usize],
}

impl Replay<'_> {
    /// The rows of a rule that takes these records, and to which events of other datasets are
    /// brought. The logs are lent by a hunt that is over.
    fn rows(
        &self,
        rule: &Rule,
        taken: &[usize],
        brought: Vec<Arc<StoredEvent>>,
        hunted: &mut Hunted,
    ) -> Arc<Findings> {
        let mut unwatched = ();
        let mut hunt = Hunt::new(rule, self.sources, self.options, &mut unwatched);
        hunt.take_members(hunted);
        hunt.bring(brought);
        // Without an event of its own it needs no host's name.
        let naming = if taken.is_empty() { &[] } else { self.naming };
        let both: BTreeSet<usize> = taken.iter().chain(naming).copied().collect();
        for heard in both.into_iter().filter_map(|at| self.heard.get(at)) {
            hunt.hear(&heard.record, heard.raw.as_ref());
        }
        let mut of_rule = hunt.finish(true);
        hunted.members = std::mem::take(&mut of_rule.members);
        hunted.detected = std::mem::take(&mut of_rule.detected);
        let (told, loaded) = (&mut hunted.loaded, of_rule.loaded);
        let new = |note: &String| !told.notes.contains(note);
        let notes: Vec<String> = loaded.notes.into_iter().filter(new).collect();
        told.notes.extend(notes);
        told.rejected.extend(loaded.rejected);
        told.without_time += loaded.without_time;
        of_rule.findings
    }
}

/// The places of rules by what fills their datasets, in the order in which these come up.
fn by_dataset<'a>(
    rules: &'a [&'a Rule],
    places: impl Iterator<Item = usize>,
    all: &'a Sources,
) -> Vec<(&'a Sources, Vec<usize>)> {
    let mut datasets: Vec<(&Sources, Vec<usize>)> = Vec::new();
    for place in places {
        let Some(filling) = rules.get(place).map(|rule| rule.sources(all)) else {
            continue;
        };
        let mut known = datasets.iter_mut();
        match known.find(|(known, _)| std::ptr::eq(*known, filling)) {
            Some((_, places)) => places.push(place),
            None => datasets.push((filling, vec![place])),
        }
    }
    datasets
}

impl<'a> Share<'a> {
    fn new(sources: &'a Sources, places: &[usize], rules: &[&Rule]) -> Self {
        let of_it = places.iter().filter_map(|place| rules.get(*place));
        let tested: Option<Vec<Vec<usize>>> = of_it.map(|rule| rule.plan.tested_places()).collect();
        Self {
            sources,
            selection: tested.map(|tested| sources.selection(&tested.concat())),
        }
    }

    /// Which rules, by their numbers, take a record, or may take it when its host has a name.
    fn ask(
        &self,
        record: &Record,
        hosts: &Hosts,
        (numbers, rules, others): (&[usize], &[&Rule], &[usize]),
        takers: &mut Vec<usize>,
    ) {
        let Scope::Creation(source) = self.sources.scope(record) else {
            return;
        };
        let row = match &self.selection {
            Some(selection) => self.sources.map_selected(source, record, hosts, selection),
            None => self.sources.map(source, record, hosts),
        };
        let unresolved = self
            .sources
            .unresolved_host(source, record, hosts)
            .is_some();
        let wants = |rule: &Rule| rule.plan.test(&row) || (unresolved && rule.tests_field("dest"));
        let of = |number: &usize| {
            others
                .get(*number)
                .and_then(|place| rules.get(*place).copied())
        };
        let taking = numbers
            .iter()
            .filter(|number| of(number).is_some_and(wants));
        takers.extend(taking);
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
