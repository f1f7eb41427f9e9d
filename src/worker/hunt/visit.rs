//! What a hunt does with each record: maps a creation to the rule's dataset, asks the search about
//! it, keeps it when it passes; counts everything.

use super::Hunt;
use crate::cim::{Facts, Machine, OutOfScope, Scope, SourceIndex};
use crate::event::{EventTime, Identity, Outline, Record, SourceId};
use crate::evidence::format::Detected;
use crate::evidence::ledger::CreationEntry;
use crate::evidence::member::Member;
use crate::evidence::outcome::{BadRecord, Outcome};
use crate::evidence::read::Visitor;
use crate::store::{EventStore, Other};
use crate::worker::kept::{Fate, Seen};
use crate::worker::stored::Read;
use crate::worker::taken::{Answer, Passes};
use std::ops::ControlFlow;
use std::sync::Arc;

impl Visitor for Hunt<'_> {
    fn begin(&mut self, member: &Member, detected: &Detected) {
        self.come_to(member);
        let member = self.members.register(member, Some(detected));
        self.account.begin(&member, detected);
    }

    fn record(&mut self, mut record: Record, raw: &mut dyn FnMut() -> Arc<str>) -> ControlFlow<()> {
        record.locator.source = self.members.number(record.locator.source);
        self.account.record(&record);
        let scope = self.sources.scope(&record);
        // Of the record as it stands, so that it can be told again when the bytes are read again.
        let identity = matches!(scope, Scope::Creation(_)).then(|| record.identity());
        record.time = self.account.possible(record.time);
        self.tick(record.time);
        match (scope, identity) {
            (Scope::Creation(source), Some(identity)) => {
                self.account.progress.creations += 1;
                self.creation(source, &record, identity, raw);
            }
            (Scope::OutOfScope(why), _) => self.beside(why, &record),
            (Scope::Creation(_), None) => {}
        }
        ControlFlow::Continue(())
    }

    fn outline(&mut self, mut outline: Outline) -> ControlFlow<()> {
        outline.locator.source = self.members.number(outline.locator.source);
        outline.time = self.account.possible(outline.time);
        self.tick(outline.time);
        self.account.outline(&outline);
        if let Some(store) = &mut self.store {
            store.add_other(&Other {
                time: outline.time,
                host: outline.computer.as_deref(),
                provider: &outline.provider,
                event_id: outline.event_id,
                channel: outline.channel.as_deref(),
                locator: outline.locator,
            });
        }
        ControlFlow::Continue(())
    }

    fn bad(&mut self, member: &Member, bad: BadRecord) {
        self.account.bad(self.members.number(member.id), bad);
    }

    fn progress(&mut self, read: u64, total: Option<u64>) {
        self.account.progress.bytes_read = read;
        self.account.progress.bytes_total = total;
        self.tell();
    }

    fn end(&mut self, member: &Member, outcome: Outcome) {
        self.come_to(member);
        let member = self.members.register(member, None);
        self.account.end(&member, outcome);
        self.tell();
    }
}

impl Hunt<'_> {
    fn creation(
        &mut self,
        source: SourceIndex,
        record: &Record,
        identity: Identity,
        raw: &mut dyn FnMut() -> Arc<str>,
    ) {
        let hosts = Arc::clone(&self.hosts);
        let row = match &self.selection {
            Some(selection) => self.sources.map_selected(source, record, &hosts, selection),
            None => self.sources.map(source, record, &hosts),
        };
        let facts = self.sources.facts(source, record, &hosts);
        let read = Read {
            sources: self.sources,
            dataset: self.rule.dataset(),
            names: self.names,
            source,
            record,
            hosts: &hosts,
            facts: &facts,
            row: &row,
            identity,
        };
        let machine = self.sources.unnamed_machine(source, record, &hosts);
        let host = host_name(machine, &facts);
        let with_command_line = facts
            .recorded_command_line
            .is_some_and(|line| !line.trim().is_empty());
        let seen = self.taken.seen(identity);
        let creation = CreationEntry {
            host,
            source: self.sources.get(source).map_or("", |s| s.title.as_str()),
            time: record.time,
            with_command_line,
            duplicate: seen.is_some(),
        };
        self.account
            .ledger
            .creation(record.locator.source, creation);
        if let Some(machine) = machine {
            self.taken.note_machine(machine);
        }
        let earlier = seen.filter(|_| !self.options.keep_duplicates);
        if let Some(store) = self.store.as_mut().filter(|_| earlier.is_none()) {
            // Of raw events some are process creations.
            let of_raw = self.sources.dataset().is_raw();
            let process = of_raw.then(|| self.creations.scope(record));
            match process {
                Some(Scope::Creation(process)) => self.store_creation(process, record),
                _ if self.sources.is_creation(source) => store.add(&read.creation(host)),
                _ => add_other(store, record),
            }
        }
        let fate = self.judge(read, machine, earlier.map(|seen| seen.fate), raw);
        self.note(identity, record.locator.source.0, seen, fate);
    }

    /// Asks the search about a copy of an event. Copies of one event may differ in what the identity
    /// leaves out, so that each is asked about: the fast path does not see those that can't pass.
    fn judge(
        &mut self,
        read: Read<'_>,
        machine: Option<Machine<'_>>,
        earlier: Option<Fate>,
        raw: &mut dyn FnMut() -> Arc<str>,
    ) -> Fate {
        let (record, row) = (read.record, read.row);
        let passes = self.rule.plan.test(row);
        let in_window = self.options.in_window(record.time);
        if in_window && !matches!(earlier, Some(Fate::Tested | Fate::Kept(_))) {
            let line = read.facts.recorded_command_line;
            let with_command_line = line.is_some_and(|line| !line.trim().is_empty());
            self.account
                .tested(self.rule, row, record.time, with_command_line);
        }
        let unresolved = machine.is_some()
            && self
                .sources
                .unresolved_host(read.source, record, &self.hosts)
                .is_some();
        let answer = Answer {
            locator: record.locator,
            time: record.time,
            machine,
            unresolved,
            in_window,
            passes: Passes::of(passes, unresolved && self.waits_for_dest),
        };
        let stream = self.members.is_stream(record.locator.source);
        let raw = || (stream || self.options.keep_raw).then(raw);
        self.taken
            .take(&answer, earlier, || Arc::new(read.event(raw())))
    }

    fn note(&mut self, identity: Identity, source: u32, seen: Option<Seen>, fate: Fate) {
        let first = seen.map_or(source, |seen| seen.source);
        if source < first {
            let [source, first] = [source, first].map(SourceId);
            self.account.ledger.read_late(source, first);
        }
        self.taken.note(identity, source, seen, fate);
    }

    fn tick(&mut self, time: Option<EventTime>) {
        if self.options.in_window(time) {
            self.account.tick(time);
        }
    }

    /// A record that is no event of the rule's dataset. Beside those of another dataset the store
    /// has process creations.
    fn beside(&mut self, why: OutOfScope, record: &Record) {
        let scope = match &self.store {
            Some(_) if !self.sources.fill_processes() => self.creations.scope(record),
            _ => Scope::OutOfScope(why),
        };
        match scope {
            Scope::Creation(source) => {
                let (locator, time) = (record.locator.source, record.time);
                let event = record.provider().zip(record.event_id());
                let event = event.unwrap_or_default();
                self.account
                    .out_of_scope(locator, record.computer(), time, event);
                self.store_creation(source, record);
            }
            Scope::OutOfScope(_) => self.out_of_scope(why, record),
        }
    }

    /// Each process creation goes into the store once.
    fn store_creation(&mut self, source: SourceIndex, record: &Record) {
        let identity = record.identity();
        if !self.stored.insert(identity) {
            return;
        }
        let (creations, hosts) = (self.creations, Arc::clone(&self.hosts));
        let row = creations.map_selected(source, record, &hosts, &self.store_selection);
        let facts = creations.facts(source, record, &hosts);
        let read = Read {
            sources: creations,
            // Nothing of it goes into rows.
            dataset: self.rule.dataset(),
            names: self.store_names,
            source,
            record,
            hosts: &hosts,
            facts: &facts,
            row: &row,
            identity,
        };
        let machine = creations.unnamed_machine(source, record, &hosts);
        let host = host_name(machine, &facts);
        if let Some(store) = &mut self.store {
            store.add(&read.creation(host));
        }
        if let Some(machine) = machine {
            self.taken.note_machine(machine);
        }
    }

    fn out_of_scope(&mut self, why: OutOfScope, record: &Record) {
        if why == OutOfScope::HostRecord {
            Arc::make_mut(&mut self.hosts).learn(record);
        }
        let (source, host) = (record.locator.source, record.computer());
        let event = record.provider().zip(record.event_id());
        self.account
            .out_of_scope(source, host, record.time, event.unwrap_or_default());
        if let Some(store) = &mut self.store {
            add_other(store, record);
        }
    }

    /// The files that were to be read first have been.
    fn gathered(&mut self) {
        if self.first.take().is_none() {
            return;
        }
        if let (Some(store), Some(observer)) = (&mut self.store, &mut self.observer) {
            store.seal();
            observer.gathered(store);
        }
    }

    fn come_to(&mut self, member: &Member) {
        let first = self.first.as_ref();
        if first.is_some_and(|first| !first.contains(&member.path)) {
            self.gathered();
        }
    }
}

/// What the ledger and the store call the host of an event: as long as it has no name, its id.
fn host_name<'a>(machine: Option<Machine<'a>>, facts: &'a Facts<'_>) -> &'a str {
    machine
        .map(|m| m.id)
        .or(facts.endpoint.as_deref())
        .unwrap_or("unknown")
}

/// A record that is no process creation, to the store; one without provider and id is not kept.
fn add_other(store: &mut EventStore, record: &Record) {
    if let Some((provider, event_id)) = record.provider().zip(record.event_id()) {
        store.add_other(&Other {
            time: record.time,
            host: record.computer(),
            provider,
            event_id,
            channel: record.channel(),
            locator: record.locator,
        });
    }
}
