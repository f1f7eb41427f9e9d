//! What a hunt counts beside its rows: the ledger, the figures that the answer "no rows" rests on,
//! how far it is. Decides nothing about an event.

use super::clauses::ClauseCounts;
use super::rejected::Rejected;
use super::report::Progress;
use super::rule::Rule;
use crate::cim::DatasetRow;
use crate::event::{EventTime, Outline, Record, SourceId, Timestamp};
use crate::evidence::format::Detected;
use crate::evidence::gaps::LogGaps;
use crate::evidence::kind;
use crate::evidence::ledger::{BadEntry, EventName, Ledger};
use crate::evidence::member::Member;
use crate::evidence::outcome::{BadRecord, Outcome, Status};

/// A time so much later than the evidence's own date is taken for impossible.
const YEAR: i64 = 366 * 24 * 3600;

/// The figures.
#[derive(Debug, Clone, Default)]
pub(super) struct Account {
    pub ledger: Ledger,
    pub progress: Progress,
    pub clauses: ClauseCounts,
    pub rejected: Rejected,
    pub tested: u64,
    pub tested_with_command_line: u64,
    pub span: Option<(Timestamp, Timestamp)>,
    /// The latest time of a record within the bounds, creation or not.
    pub clock: Option<Timestamp>,
    gaps: LogGaps,
    latest_possible: Option<Timestamp>,
}

impl Account {
    /// Of events that are called so.
    pub fn of(event: EventName) -> Self {
        let mut account = Self::default();
        account.progress.event = event.clone();
        account.ledger.event = event;
        account
    }

    /// A log of a known format begins.
    pub fn begin(&mut self, member: &Member, detected: &Detected) {
        self.name(member);
        self.gaps = LogGaps::default();
        self.latest_possible = member.date().map(|date| date.plus_seconds(YEAR));
        let entry = self.ledger.file(member.id);
        entry.format.clone_from(&detected.shape);
        entry.confidence = Some(detected.confidence.to_string());
        entry.why.clone_from(&detected.reason);
    }

    /// What became of a log.
    pub fn end(&mut self, member: &Member, mut outcome: Outcome) {
        self.name(member);
        if member.named_on_command_line && outcome.kind.as_deref() == Some(kind::EMPTY) {
            // An empty log is a log: nothing of it was left unread.
            outcome.status = Status::Read;
        }
        let gaps = std::mem::take(&mut self.gaps).texts();
        self.ledger.file(member.id).close(&outcome, gaps);
        self.progress.files_done += 1;
    }

    /// Enters the names of a log.
    fn name(&mut self, member: &Member) {
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

    /// Enters the logs to which a reading that was stopped has not come, though it came to some
    /// behind them.
    pub fn name_unread(&mut self, members: &[Member]) {
        let entered = self.ledger.files.len();
        for member in members.iter().take(entered) {
            if self.ledger.file(member.id).path.is_empty() {
                self.name(member);
                let mut outcome = Outcome::new(Status::NotOpened);
                outcome.reason = Some("stopped before it was read".to_owned());
                self.ledger.file(member.id).close(&outcome, Vec::new());
            }
        }
    }

    /// A record of the log at hand.
    pub fn record(&mut self, record: &Record) {
        self.gaps.add(record);
        self.progress.records += 1;
    }

    /// The outline of one, which is no creation.
    pub fn outline(&mut self, outline: &Outline) {
        self.gaps.add_outline(outline);
        self.progress.records += 1;
        let source = outline.locator.source;
        let event = (&*outline.provider, outline.event_id);
        self.out_of_scope(source, outline.computer.as_deref(), outline.time, event);
    }

    /// Counts a record that is no creation: its host, its time, its provider and event id.
    pub fn out_of_scope(
        &mut self,
        source: SourceId,
        host: Option<&str>,
        time: Option<EventTime>,
        event: (&str, u32),
    ) {
        self.ledger.out_of_scope(source, host, time);
        if let Some(host) = host.filter(|_| LOG_CLEARED.contains(&event)) {
            self.ledger.log_cleared(source, host, time);
        }
    }

    /// A record that could not be read.
    pub fn bad(&mut self, source: SourceId, bad: BadRecord) {
        self.progress.records += 1;
        self.progress.bad += 1;
        let entry = BadEntry {
            offset: Some(bad.offset),
            record_id: bad.record_id,
            reason: bad.reason,
        };
        self.ledger.bad(source, entry);
    }

    /// The time as it is taken: not one that is much later than the log itself.
    pub fn possible(&self, time: Option<EventTime>) -> Option<EventTime> {
        time.filter(|time| self.latest_possible.is_none_or(|latest| time.at <= latest))
    }

    /// The clock of the evidence goes on to the time of a record.
    pub fn tick(&mut self, time: Option<EventTime>) {
        self.clock = self.clock.max(time.map(|time| time.at));
    }

    /// Counts an event that the search is asked about, by the copy that it is asked about first:
    /// copies that differ in what an identity leaves out may meet other clauses.
    pub fn tested(
        &mut self,
        rule: &Rule,
        row: &DatasetRow,
        time: Option<EventTime>,
        with_command_line: bool,
    ) {
        self.tested += 1;
        self.tested_with_command_line += u64::from(with_command_line);
        self.clauses.count(&rule.plan, row);
        self.rejected.count(rule, row);
        let Some(at) = time.map(|time| time.at) else {
            return;
        };
        let (first, last) = self.span.unwrap_or((at, at));
        self.span = Some((first.min(at), last.max(at)));
    }
}

/// The audit log was cleared; a log was cleared.
const LOG_CLEARED: [(&str, u32); 2] = [
    ("Microsoft-Windows-Eventlog", 1102),
    ("Microsoft-Windows-Eventlog", 104),
];
