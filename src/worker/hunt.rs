//! The main job: evidence in, rows out. Reads the members, counts every record in the ledger, maps
//! creations to the rule's dataset, keeps those that pass the first stage of its search, and makes
//! rows of them whenever asked. Headless and workbench run this same code.

use super::clauses::ClauseCounts;
use super::late_hosts::LateHosts;
use super::report::{Loaded, Progress};
use super::rule::Rule;
use crate::cim::{Hosts, OutOfScope, Scope, SourceIndex, Sources};
use crate::event::{EventTime, Identity, Record, Timestamp, Zone};
use crate::evidence::discover::{self, Input};
use crate::evidence::format::{Detected, ParseContext};
use crate::evidence::gaps::LogGaps;
use crate::evidence::kind;
use crate::evidence::ledger::{BadEntry, CreationEntry, Ledger};
use crate::evidence::member::{Member, Origin};
use crate::evidence::outcome::{BadRecord, Outcome, Status};
use crate::evidence::prefilter::Prefilter;
use crate::evidence::read::{Finished, ReadOptions, Visitor, read};
use crate::search::needles::needles;
use crate::store::{EventUrl, Findings, StoredEvent};
use hashbrown::HashMap;
use std::ops::ControlFlow;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

/// A time so much later than the evidence's own date is taken for impossible.
const YEAR: i64 = 366 * 24 * 3600;

/// What a hunt reads and how.
#[derive(Debug, Clone, Default)]
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
    /// Count second copies of an event as an index that holds both would.
    pub keep_duplicates: bool,
    /// Keep the text of every event behind a row (for `--events`).
    pub keep_raw: bool,
    /// How thoroughly the evidence is gone through.
    pub pass: Pass,
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
}

/// A hunt under way.
pub struct Hunt<'a> {
    rule: &'a Rule,
    sources: &'a Sources,
    options: &'a HuntOptions,
    observer: Option<&'a mut dyn Observer>,
    hosts: Hosts,
    late_hosts: LateHosts,
    ledger: Ledger,
    clauses: ClauseCounts,
    without_time: u64,
    members: Vec<Member>,
    detected: Vec<Option<Detected>>,
    gaps: LogGaps,
    events: Vec<Arc<StoredEvent>>,
    /// Each creation's identity and, when it was kept, its place among the events.
    seen: HashMap<Identity, Option<usize>, foldhash::fast::RandomState>,
    progress: Progress,
    tested: u64,
    tested_with_command_line: u64,
    span: Option<(Timestamp, Timestamp)>,
    latest_possible: Option<Timestamp>,
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
    let built_in = options
        .built_in
        .iter()
        .map(|(path, bytes)| Input::built_in(path, bytes));
    let inputs: Vec<Input> = discover::list(&options.paths).chain(built_in).collect();
    let read_options = ReadOptions {
        context: ParseContext {
            assume_tz: options.assume_tz,
        },
        cancel: options.cancel.clone(),
        total: total_bytes(&inputs),
        prefilter: (options.pass != Pass::Everything)
            .then(|| Arc::new(Prefilter::new(&needles(&rule.plan, sources)))),
        count: options.pass == Pass::Counted,
        keep_raw: options.keep_raw,
        ..ReadOptions::default()
    };
    let mut hunt = Hunt::new(rule, sources, options);
    hunt.progress.files_total = inputs.len() as u64;
    hunt.progress.bytes_total = read_options.total;
    hunt.observer = Some(observer);
    let finished = read(inputs, &read_options, &mut hunt);
    hunt.finish(finished == Finished::Complete)
}

fn total_bytes(inputs: &[Input]) -> Option<u64> {
    let known = inputs
        .iter()
        .all(|i| i.origin != Origin::Stream || i.refused.is_some());
    known.then(|| inputs.iter().map(Input::bytes).sum())
}

impl<'a> Hunt<'a> {
    fn new(rule: &'a Rule, sources: &'a Sources, options: &'a HuntOptions) -> Self {
        Self {
            rule,
            sources,
            options,
            observer: None,
            hosts: options.hosts.clone(),
            late_hosts: LateHosts::default(),
            ledger: Ledger::default(),
            clauses: ClauseCounts::of(&rule.plan),
            without_time: 0,
            members: Vec::new(),
            detected: Vec::new(),
            gaps: LogGaps::default(),
            events: Vec::new(),
            seen: HashMap::default(),
            progress: Progress::default(),
            tested: 0,
            tested_with_command_line: 0,
            span: None,
            latest_possible: None,
            waits_for_dest: rule.tests_field("dest"),
        }
    }

    /// The rows of what was found until now.
    pub fn findings(&self) -> Findings {
        let events = self
            .late_hosts
            .resolve(&self.events, &self.hosts, self.sources);
        let table = self.rule.plan.run_rows(events.iter().map(|e| &e.row));
        Findings::new(table, events)
    }

    /// What was found and read until now, with nothing counted yet.
    pub fn snapshot(&self) -> Hunted {
        Hunted {
            findings: Arc::new(self.findings()),
            members: self.members.clone(),
            detected: self.detected.clone(),
            hosts: self.hosts.clone(),
            loaded: Loaded {
                span: self.span,
                ..Loaded::default()
            },
        }
    }

    /// How many events passed the first stage.
    pub fn event_count(&self) -> usize {
        self.events.len()
    }

    fn finish(mut self, complete: bool) -> Hunted {
        let events = self
            .late_hosts
            .resolve(&self.events, &self.hosts, self.sources);
        let (table, stages) = self
            .rule
            .plan
            .run_rows_counted(events.iter().map(|e| &e.row));
        for (from, to) in self.late_hosts.names(&self.hosts) {
            self.ledger.rename_host(&from, &to);
        }
        self.ledger.settle(complete);
        let tested = self.tested;
        let stages = stages
            .iter()
            .enumerate()
            .map(|(place, stage)| {
                let rows_in = if place == 0 {
                    tested
                } else {
                    stage.rows_in as u64
                };
                (
                    self.rule.stage_text(stage.span),
                    rows_in,
                    stage.rows_out as u64,
                )
            })
            .collect();
        Hunted {
            findings: Arc::new(Findings::new(table, events)),
            members: self.members,
            detected: self.detected,
            hosts: self.hosts,
            loaded: Loaded {
                clause_counts: self.clauses.texts(self.rule),
                tested: self.tested,
                tested_with_command_line: self.tested_with_command_line,
                span: self.span,
                stages,
                ledger: self.ledger,
                risk_imported: 0,
                imported_scores: Vec::new(),
                without_time: self.without_time,
            },
        }
    }

    fn creation(
        &mut self,
        source: SourceIndex,
        record: &Record,
        identity: Identity,
        raw: &mut dyn FnMut() -> Arc<str>,
    ) {
        let row = self.sources.map(source, record, &self.hosts);
        let machine = self.sources.unnamed_machine(source, record, &self.hosts);
        let endpoint = self.sources.endpoint(source, record, &self.hosts);
        let endpoint = machine
            .map(|m| m.id)
            .or(endpoint.as_deref())
            .unwrap_or("unknown");
        let has_command_line = self
            .sources
            .facts(source, record, &self.hosts)
            .recorded_command_line
            .is_some_and(|line| !line.trim().is_empty());
        let earlier = self.seen.get(&identity).copied();
        let duplicate = earlier.is_some();
        self.ledger.creation(
            record.locator.source,
            CreationEntry {
                host: endpoint,
                source: self.sources.get(source).map_or("", |s| s.title.as_str()),
                time: record.time,
                with_command_line: has_command_line,
                duplicate,
            },
        );
        if let Some(machine) = machine {
            self.late_hosts.note(machine);
        }
        if duplicate && !self.options.keep_duplicates {
            if let Some(Some(place)) = earlier {
                self.add_copy(place, record);
            }
            return;
        }
        let mut kept = None;
        if self.in_window(record.time) {
            self.widen(record.time);
            self.tested += 1;
            self.tested_with_command_line += u64::from(has_command_line);
            self.clauses.count(&self.rule.plan, &row);
            let unresolved = machine.is_some()
                && self
                    .sources
                    .unresolved_host(source, record, &self.hosts)
                    .is_some();
            // Rows are tested once more when they are made, with the names known then.
            if self.rule.plan.test(&row) || (unresolved && self.waits_for_dest) {
                kept = Some(self.events.len());
                if let Some(machine) = machine {
                    self.late_hosts
                        .note_event(machine.id, self.events.len(), unresolved);
                }
                let stored = self.stored(source, record, row, identity, raw);
                self.events.push(Arc::new(stored));
            }
        } else if record.time.is_none() {
            self.without_time += u64::from(self.rule.plan.test(&row));
        }
        self.seen.entry(identity).or_insert(kept);
    }

    fn add_copy(&mut self, place: usize, record: &Record) {
        if let Some(event) = self.events.get_mut(place) {
            Arc::make_mut(event).also_in.push(record.locator);
        }
    }

    fn stored(
        &self,
        source: SourceIndex,
        record: &Record,
        row: crate::cim::DatasetRow,
        identity: Identity,
        raw: &mut dyn FnMut() -> Arc<str>,
    ) -> StoredEvent {
        let facts = self.sources.facts(source, record, &self.hosts);
        let table = self.sources.get(source);
        let text = |text: &str| Arc::<str>::from(text);
        let stream = self
            .members
            .get(record.locator.source.0 as usize)
            .is_some_and(|m| m.origin == Origin::Stream);
        StoredEvent {
            row,
            time: record.time,
            locator: record.locator,
            also_in: Vec::new(),
            identity,
            source: table.map_or(text(""), |t| text(&t.title)),
            letter: table.map_or('?', |t| t.letter),
            channel: record.channel().map(text),
            provider: record.provider().map(text),
            event_id: record.event_id(),
            record_id: record.record_id(),
            command_line: facts.recorded_command_line.map(text),
            arguments_only: facts.arguments_only,
            image: facts.image.map(text),
            account: facts.raw_account.as_deref().map(text),
            endpoint: text(facts.endpoint.as_deref().unwrap_or("unknown")),
            grandparent: facts.grandparent.map(text),
            parent_command_line: facts.parent_command_line.map(text),
            urls: facts.recorded_command_line.map_or(Vec::new(), urls),
            remark: record.remark.clone(),
            repaired: record.repaired,
            raw: (stream || self.options.keep_raw).then(raw),
        }
    }

    fn in_window(&self, time: Option<EventTime>) -> bool {
        let (since, until) = (self.options.since, self.options.until);
        match time {
            Some(time) => since.is_none_or(|s| time.at >= s) && until.is_none_or(|u| time.at < u),
            // An event without time is in no span of time, as in Splunk.
            None => since.is_none() && until.is_none(),
        }
    }

    fn widen(&mut self, time: Option<EventTime>) {
        let Some(at) = time.map(|t| t.at) else { return };
        let (first, last) = self.span.unwrap_or((at, at));
        self.span = Some((first.min(at), last.max(at)));
    }

    fn out_of_scope(&mut self, why: OutOfScope, record: &Record) {
        let source = record.locator.source;
        if why == OutOfScope::HostRecord {
            self.hosts.learn(record);
        }
        let host = record.computer();
        self.ledger.out_of_scope(source, host, record.time);
        if let Some(host) = host.filter(|_| is_log_cleared(record)) {
            self.ledger.log_cleared(source, host, record.time);
        }
    }

    fn tell(&mut self) {
        let (hosts, with) = self.ledger.host_counts();
        self.progress.hosts = hosts;
        self.progress.hosts_with_creations = with;
        if let Some(observer) = self.observer.take() {
            observer.advance(&self.progress, self);
            self.observer = Some(observer);
        }
    }
}

fn urls(command_line: &str) -> Vec<EventUrl> {
    let of = |url: crate::cim::Url| EventUrl {
        text: Arc::from(&*url.text),
        host: Arc::from(&*url.host),
        path: Arc::from(&*url.path),
        role: Arc::from(url.role.to_string()),
    };
    crate::cim::urls(command_line).into_iter().map(of).collect()
}

/// Security 1102 (audit log cleared) and System 104 (a log was cleared), both of Eventlog.
fn is_log_cleared(record: &Record) -> bool {
    matches!(record.event_id(), Some(1102 | 104))
        && record.provider() == Some("Microsoft-Windows-Eventlog")
}

impl Visitor for Hunt<'_> {
    fn begin(&mut self, member: &Member, detected: &Detected) {
        self.register(member, Some(detected));
        self.gaps = LogGaps::default();
        self.latest_possible = member.date().map(|date| date.plus_seconds(YEAR));
        let entry = self.ledger.file(member.id);
        entry.format.clone_from(&detected.shape);
        entry.confidence = Some(detected.confidence.to_string());
        entry.why.clone_from(&detected.reason);
    }

    fn record(&mut self, mut record: Record, raw: &mut dyn FnMut() -> Arc<str>) -> ControlFlow<()> {
        self.gaps.add(&record);
        self.progress.records += 1;
        let scope = self.sources.scope(&record);
        // Of the record as it stands, so that it can be told again when the bytes are read again.
        let identity = matches!(scope, Scope::Creation(_)).then(|| record.identity());
        if let Some((latest, time)) = self.latest_possible.zip(record.time)
            && time.at > latest
        {
            record.time = None;
        }
        match (scope, identity) {
            (Scope::Creation(source), Some(identity)) => {
                self.progress.creations += 1;
                self.creation(source, &record, identity, raw);
            }
            (Scope::OutOfScope(why), _) => self.out_of_scope(why, &record),
            (Scope::Creation(_), None) => {}
        }
        ControlFlow::Continue(())
    }

    fn bad(&mut self, member: &Member, bad: BadRecord) {
        self.progress.records += 1;
        self.progress.bad += 1;
        let entry = BadEntry {
            offset: Some(bad.offset),
            record_id: bad.record_id,
            reason: bad.reason,
        };
        self.ledger.bad(member.id, entry);
    }

    fn progress(&mut self, read: u64, total: Option<u64>) {
        self.progress.bytes_read = read;
        self.progress.bytes_total = total;
        self.tell();
    }

    fn end(&mut self, member: &Member, mut outcome: Outcome) {
        self.register(member, None);
        if member.named_on_command_line && outcome.kind.as_deref() == Some(kind::EMPTY) {
            // An empty log is a log: nothing of it was left unread.
            outcome.status = Status::Read;
        }
        let gaps = std::mem::take(&mut self.gaps).texts();
        self.ledger.file(member.id).close(&outcome, gaps);
        self.progress.files_done += 1;
        self.tell();
    }
}

impl Hunt<'_> {
    fn register(&mut self, member: &Member, detected: Option<&Detected>) {
        let place = member.id.0 as usize;
        if self.members.len() > place {
            return;
        }
        self.members.push(member.clone());
        self.detected.push(detected.cloned());
        let entry = self.ledger.file(member.id);
        entry.path = member.path.to_string_lossy().into_owned();
        entry.member.clone_from(&member.member);
        entry.named = member.named_on_command_line;
        let plain = match &member.member {
            Some(inside) => format!("{}!{inside}", entry.path),
            None => entry.path.clone(),
        };
        entry.shown = (plain != member.name).then(|| member.name.clone());
    }
}
