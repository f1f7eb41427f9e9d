//! The main job: evidence in, rows out. Reads the members, keeps the creations that pass the first
//! stage of the rule's search (`visit`), and makes rows of them whenever asked. Headless and
//! workbench run this same code; what is counted beside the rows is `account`'s.

mod visit;

use super::account::Account;
use super::members::Members;
use super::report::{Loaded, Progress};
use super::rule::Rule;
use super::stored::Names;
use super::taken::Taken;
use crate::cim::{Hosts, Selection, Sources};
use crate::event::{EventTime, Identity, SourceId, Timestamp, Zone};
use crate::evidence::discover::{self, Input};
use crate::evidence::format::{Detected, ParseContext};
use crate::evidence::ledger::EventName;
use crate::evidence::member::{Member, Origin};
use crate::evidence::prefilter::Prefilter;
use crate::evidence::read::{Finished, ReadOptions, Whole, read};
use crate::search::needles::needles;
use crate::store::{EventStore, Findings, StoredEvent};
use std::collections::HashSet;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

/// What a hunt reads and how.
#[derive(Debug, Clone, Default)]
#[allow(
    clippy::struct_excessive_bools,
    reason = "switches of the command line, each by itself"
)]
pub struct HuntOptions {
    /// Files, folders, `-`.
    pub paths: Vec<PathBuf>,
    /// Evidence that is built into the program: shown path and bytes.
    pub built_in: &'static [(&'static str, &'static [u8])],
    /// Host names given by a person (`--hosts`).
    pub hosts: Hosts,
    /// The zone of times that carry none.
    pub assume_tz: Zone,
    /// Earliest event time, inclusive.
    pub since: Option<Timestamp>,
    /// Latest event time, exclusive.
    pub until: Option<Timestamp>,
    /// What `now()` is in the search; none: the latest time of the evidence.
    pub now: Option<Timestamp>,
    /// Count second copies of an event as an index that holds both would.
    pub keep_duplicates: bool,
    /// Keep the text of every event behind a row (for `--events`).
    pub keep_raw: bool,
    /// How thoroughly the evidence is gone through.
    pub pass: Pass,
    /// Read every record at every pass.
    pub no_prefilter: bool,
    /// Keep all events in columns: for what goes beyond the rows.
    pub index: bool,
    /// Set by anyone to end the hunt soon.
    pub cancel: Arc<AtomicBool>,
}

/// How thoroughly a hunt goes through the evidence. The rows are the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Pass {
    /// Read every record: the accounting is of all of them.
    #[default]
    Everything,
    /// Read the records that can matter to the search; count the others.
    Counted,
    /// Read the records that can matter to the search, and look at nothing else.
    Rows,
}

impl HuntOptions {
    /// Whether records that can't matter are passed over.
    pub fn passes_over(&self) -> bool {
        self.pass != Pass::Everything && !self.no_prefilter
    }

    /// Whether the time of every record must be known before the rows can be made.
    pub fn waits_for_now(&self, rule: &Rule) -> bool {
        self.now.is_none() && rule.plan.asks_now()
    }

    /// Whether a time is in the span that was asked for.
    pub fn in_window(&self, time: Option<EventTime>) -> bool {
        let (since, until) = (self.since, self.until);
        match time {
            Some(time) => since.is_none_or(|s| time.at >= s) && until.is_none_or(|u| time.at < u),
            // An event without time is in no span of time, as in Splunk.
            None => since.is_none() && until.is_none(),
        }
    }

    /// What there is to read, in the order of the evidence.
    pub fn inputs(&self) -> Vec<Input> {
        let built_in = self.built_in.iter();
        let built_in = built_in.map(|(path, bytes)| Input::built_in(path, bytes));
        discover::list(&self.paths).chain(built_in).collect()
    }

    /// Whether some of the evidence can be read once only.
    pub fn reads_a_stream(&self) -> bool {
        let stream = |input: Input| input.origin == Origin::Stream && input.refused.is_none();
        discover::list(&self.paths).any(stream)
    }
}

/// What is told while a hunt goes on. Called often: do little.
pub trait Observer {
    /// After some reading: how far it is, and the hunt for whoever wants its rows now.
    fn advance(&mut self, progress: &Progress, hunt: &Hunt<'_>);

    /// In a second pass, when the files in which the first one found rows have been read: all
    /// events of them.
    fn gathered(&mut self, store: &EventStore) {
        let _ = store;
    }
}

/// An observer that wants nothing.
impl Observer for () {
    fn advance(&mut self, _: &Progress, _: &Hunt<'_>) {}
}

/// What a hunt found and read.
#[derive(Debug, Clone, Default)]
pub struct Hunted {
    /// The rows and their events.
    pub findings: Arc<Findings>,
    /// The members by number.
    pub members: Vec<Member>,
    /// How each member is read, by number; none for what is no evidence.
    pub detected: Vec<Option<Detected>>,
    /// The host table as it was at the end.
    pub hosts: Hosts,
    /// Ledger, stages, clause counts.
    pub loaded: Loaded,
    /// All events, where they were asked for.
    pub store: Option<Arc<EventStore>>,
}

/// A hunt under way.
pub struct Hunt<'a> {
    rule: &'a Rule,
    /// Those that fill the rule's dataset.
    sources: &'a Sources,
    /// Those of process creations, which the store is made of: the same ones, or besides.
    creations: &'a Sources,
    options: &'a HuntOptions,
    observer: Option<&'a mut dyn Observer>,
    /// Shared only while a creation is looked at.
    hosts: Arc<Hosts>,
    account: Account,
    members: Members,
    taken: Taken,
    /// The events of other datasets that searches inside of the rule's ask for. They stand behind
    /// the kept ones.
    beside: Vec<Arc<StoredEvent>>,
    store: Option<EventStore>,
    /// The process creations in the store, where they are not the events of the search.
    stored: HashSet<Identity>,
    /// What the store has of a process creation that is not an event of the search.
    store_names: Names,
    store_selection: Selection,
    names: Names,
    /// The fields that the search asks of every creation, and the names: an event that it takes is
    /// mapped whole.
    selection: Option<Selection>,
    /// Files that are read first, until one is read that is not among them.
    first: Option<HashSet<PathBuf>>,
    /// The where-clause looks at `dest`: an event whose host is not named yet can't be tested yet.
    waits_for_dest: bool,
}

/// Runs a rule over evidence, to the end or until it is cancelled.
pub fn hunt(
    rule: &Rule,
    sources: &Sources,
    options: &HuntOptions,
    observer: &mut dyn Observer,
) -> Hunted {
    let mut hunt = Hunt::new(rule, sources, options, observer);
    hunt.gather_beside();
    hunt.run(options.inputs())
}

/// Runs a rule once more over the inputs of an earlier hunt, those in which it found rows first.
/// Members have the numbers that they had there, and what is found and counted is the same as in
/// any other order.
pub fn hunt_again(
    rule: &Rule,
    sources: &Sources,
    options: &HuntOptions,
    earlier: (Vec<Input>, &Hunted),
    observer: &mut dyn Observer,
) -> Hunted {
    let (inputs, earlier) = earlier;
    let mut hunt = Hunt::new(rule, sources, options, observer);
    hunt.members = Members::known(&earlier.members, &earlier.detected);
    let events = earlier.findings.events.iter();
    let of_others = events
        .clone()
        .filter(|event| event.dataset != rule.dataset());
    hunt.beside = of_others.cloned().collect();
    let places = events.flat_map(|event| [event.locator].into_iter().chain(event.also_in.clone()));
    let members = places.filter_map(|place| earlier.members.get(place.source.0 as usize));
    let with_rows: HashSet<PathBuf> = members.map(|member| member.path.clone()).collect();
    let (mut first, rest): (Vec<Input>, Vec<Input>) = inputs
        .into_iter()
        .partition(|input| with_rows.contains(&input.path));
    hunt.first = (!first.is_empty()).then_some(with_rows);
    first.extend(rest);
    hunt.run(first)
}

fn total_bytes(inputs: &[Input]) -> Option<u64> {
    let known = inputs
        .iter()
        .all(|i| i.origin != Origin::Stream || i.refused.is_some());
    known.then(|| inputs.iter().map(Input::bytes).sum())
}

impl<'a> Hunt<'a> {
    pub(super) fn new(
        rule: &'a Rule,
        sources: &'a Sources,
        options: &'a HuntOptions,
        observer: &'a mut dyn Observer,
    ) -> Self {
        let creations = sources;
        let sources = rule.sources(creations);
        let names = Names::of(sources);
        let store_names = Names::of(creations);
        let store_places: Vec<usize> = store_names.places().collect();
        let tested = rule.plan.tested_places();
        let selection = tested.map(|mut places| {
            places.extend(names.places());
            sources.selection(&places)
        });
        Self {
            rule,
            sources,
            creations,
            options,
            observer: Some(observer),
            hosts: Arc::new(options.hosts.clone()),
            account: Account::of(EventName::new(sources.event())),
            members: Members::default(),
            taken: Taken::default(),
            beside: Vec::new(),
            store: options.index.then(EventStore::default),
            stored: HashSet::new(),
            store_names,
            store_selection: creations.selection(&store_places),
            names,
            selection,
            first: None,
            waits_for_dest: rule.tests_field("dest"),
        }
    }

    /// Reads the evidence once for each other dataset that the search asks for: its rows are needed
    /// before those of the rule's own can be joined with them. A stream can't be read twice, which
    /// [`Rule::refused_evidence`] tells before.
    fn gather_beside(&mut self) {
        for plan in self.rule.plan.beside() {
            let rule = self.rule.with_plan(plan);
            let options = HuntOptions {
                index: false,
                pass: Pass::Rows,
                ..self.options.clone()
            };
            let mut unwatched = ();
            let mut hunt = Hunt::new(&rule, self.creations, &options, &mut unwatched);
            hunt.members = self.members.clone();
            let found = hunt.run(options.inputs());
            self.members = Members::known(&found.members, &found.detected);
            self.beside.extend(found.findings.events.iter().cloned());
        }
    }

    fn run(mut self, inputs: Vec<Input>) -> Hunted {
        let read_options = self.read_options(&inputs);
        self.start(&inputs, &read_options);
        let finished = read(inputs, &read_options, &mut self);
        self.finish(finished == Finished::Complete)
    }

    /// How the evidence is read for this rule.
    pub(super) fn read_options(&self, inputs: &[Input]) -> ReadOptions {
        let (sources, creations) = (self.sources.clone(), self.creations.clone());
        let of_store = self.store.is_some();
        let whole = move |provider: &str, id: u32| {
            sources.may_be_creation(provider, id)
                || (of_store && creations.may_be_creation(provider, id))
        };
        ReadOptions {
            context: ParseContext {
                assume_tz: self.options.assume_tz,
            },
            cancel: self.options.cancel.clone(),
            total: total_bytes(inputs),
            prefilter: (self.options.passes_over() && !self.options.waits_for_now(self.rule))
                .then(|| Arc::new(Prefilter::new(&needles(&self.rule.plan, self.sources)))),
            count: self.options.pass == Pass::Counted,
            keep_raw: self.options.keep_raw,
            whole: Some(Whole(Arc::new(whole))),
            ..ReadOptions::default()
        }
    }

    /// Reading begins.
    pub(super) fn start(&mut self, inputs: &[Input], read_options: &ReadOptions) {
        self.account.progress.files_total = inputs.len() as u64;
        self.account.progress.bytes_total = read_options.total;
        self.tell();
    }

    /// The rows of what was found until now.
    pub fn findings(&self) -> Findings {
        let events = self.events();
        let plan = self.rule.plan_at(self.now());
        let rows = events.iter().map(|e| (e.dataset, &e.row));
        let (table, _) = plan.run_datasets(rows);
        Findings::new(table, events)
    }

    /// The events until now, with the names that are known now, and those of other datasets.
    fn events(&self) -> Vec<Arc<StoredEvent>> {
        let mut events = self.taken.events(&self.hosts, self.sources);
        events.extend(self.beside.iter().cloned());
        events
    }

    /// What `now()` is, as far as the evidence was read.
    pub(super) fn now(&self) -> Option<Timestamp> {
        self.options.now.or(self.account.clock)
    }

    /// What was found and read until now, with nothing counted yet.
    pub fn snapshot(&self) -> Hunted {
        Hunted {
            findings: Arc::new(self.findings()),
            members: self.members.list.clone(),
            detected: self.members.detected.clone(),
            hosts: Hosts::clone(&self.hosts),
            loaded: Loaded {
                pass: self.options.pass,
                span: self.account.span,
                now: self.now(),
                ..Loaded::default()
            },
            store: None,
        }
    }

    /// Events of other datasets that searches inside of the rule's ask for.
    pub(super) fn bring(&mut self, events: Vec<Arc<StoredEvent>>) {
        self.beside.extend(events);
    }

    /// The time as it is taken, see `Account::possible`.
    pub(super) fn possible(&self, time: Option<EventTime>) -> Option<EventTime> {
        self.account.possible(time)
    }

    /// The names of hosts as they are known now.
    pub(super) fn hosts(&self) -> Arc<Hosts> {
        Arc::clone(&self.hosts)
    }

    /// Whether a log can be read once only.
    pub(super) fn is_stream(&self, source: SourceId) -> bool {
        self.members.is_stream(source)
    }

    /// How many events passed the first stage.
    pub fn event_count(&self) -> usize {
        self.taken.count()
    }

    pub(super) fn finish(mut self, complete: bool) -> Hunted {
        self.taken.arrange();
        let events = self.events();
        let now = self.now();
        let plan = self.rule.plan_at(now);
        let rows = events.iter().map(|e| (e.dataset, &e.row));
        let (table, stages) = plan.run_datasets(rows);
        let mut account = self.account;
        for (from, to) in self.taken.names(&self.hosts) {
            account.ledger.rename_host(&from, &to);
            if let Some(store) = &mut self.store {
                store.rename_host(&from, &to);
            }
        }
        account.name_unread(&self.members.list);
        account.ledger.settle(complete);
        let stages = stages.iter().enumerate().map(|(place, stage)| {
            let rows_in = if place == 0 {
                account.tested
            } else {
                stage.rows_in as u64
            };
            let text = self.rule.stage_text(stage.span);
            (text, rows_in, stage.rows_out as u64)
        });
        let stages = stages.collect();
        if let Some(store) = &mut self.store {
            store.seal();
        }
        Hunted {
            findings: Arc::new(Findings::new(table, events)),
            members: self.members.list,
            detected: self.members.detected,
            hosts: Arc::unwrap_or_clone(self.hosts),
            loaded: Loaded {
                pass: self.options.pass,
                clause_counts: account.clauses.texts(self.rule),
                rejected: account.rejected.rows(self.rule, &account.clauses),
                tested: account.tested,
                tested_with_command_line: account.tested_with_command_line,
                span: account.span,
                now,
                notes: plan.notes(),
                stages,
                ledger: account.ledger,
                without_time: self.taken.without_time,
            },
            store: self.store.map(Arc::new),
        }
    }

    fn tell(&mut self) {
        let (hosts, with) = self.account.ledger.host_counts();
        self.account.progress.hosts = hosts;
        self.account.progress.hosts_with_creations = with;
        if let Some(observer) = self.observer.take() {
            observer.advance(&self.account.progress, self);
            self.observer = Some(observer);
        }
    }
}
