//! The accounting of evidence: every record is a creation, out of scope, passed over or bad, for
//! each file and each host, and the sums add up (`Ledger::check`). Its JSON form is one that
//! others rely on.
//! "Creations" are the events that the search is about: process creations, or those of another
//! dataset, by whose name a person reads them ([`EventName`]).
//! Not risk events (those live in the risk store), and it decides nothing: it is told.

mod event_name;
mod hosts;

use super::outcome::Outcome;
pub use super::outcome::Status;
use crate::event::{EventTime, SourceId, Timestamp, Zone};
pub use event_name::EventName;
use hosts::HostLines;
use serde::Serialize;

/// How many bad records of a file are listed with place and reason; all are counted.
const BAD_LISTED: usize = 100;

/// The whole accounting of one run.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Ledger {
    /// Reading reached the end of everything (not interrupted).
    pub complete: bool,
    /// The members in their order.
    pub files: Vec<FileEntry>,
    /// The hosts by name and source.
    pub hosts: Vec<HostEntry>,
    /// The sums.
    pub totals: Totals,
    /// What the creations are called.
    #[serde(skip)]
    pub event: EventName,
    #[serde(skip)]
    lines: HostLines,
    /// Hosts seen, and those with creations, counted on the way: progress asks for them often.
    #[serde(skip)]
    host_counts: (u64, u64),
}

/// What a member is and what was read of it.
#[derive(Debug, Clone, Default, Serialize)]
pub struct FileEntry {
    /// The path as found.
    pub path: String,
    /// The place inside a container, nested places joined by `!`.
    pub member: Option<String>,
    /// The path as a person reads it, where a collector encoded it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub shown: Option<String>,
    /// The format, or the kind of a file that is no evidence.
    pub format: String,
    /// How sure the format is.
    pub confidence: Option<String>,
    /// Why: what was seen.
    pub why: String,
    /// Size after unpacking, in bytes, as far as it was read.
    pub bytes: u64,
    /// SHA-256 of the member, in hex, when it was computed.
    pub sha256: Option<String>,
    /// Records met, bad ones included.
    pub records: u64,
    /// Process creations among them, second copies included.
    pub creations: u64,
    /// Creations that carry a command line.
    pub with_command_line: u64,
    /// Records that the prefilter skipped unclassified.
    pub passed_over: u64,
    /// Records that are no process creation.
    pub out_of_scope: u64,
    /// Creations that are a second copy of one seen before.
    pub duplicates: u64,
    /// Records without a usable time.
    pub no_time: u64,
    /// Records whose time carried no zone, so that one was assumed.
    pub assumed_time: u64,
    /// Records in which bytes that are no UTF-8 were replaced.
    pub repaired: u64,
    /// Bytes between records, of no meaning here: white space, an enclosing element, empty chunks.
    pub skipped_bytes: u64,
    /// How its text is encoded.
    pub encoding: Option<String>,
    /// The first bad records.
    pub bad: Vec<BadEntry>,
    /// How many there are.
    pub bad_total: u64,
    /// Earliest time of a record.
    pub first: Option<String>,
    /// Latest time of a record.
    pub last: Option<String>,
    /// Missing runs of record ids, `first-last`; null where records were passed over.
    pub gaps: Option<Vec<String>>,
    /// How far it was read.
    pub status: Status,
    /// Why not to its end, or what to do about it.
    pub hint: Option<String>,
    /// It was named on the command line, so that not reading it counts.
    #[serde(skip)]
    pub named: bool,
    /// Bytes that were passed over.
    #[serde(skip)]
    pub passed_bytes: u64,
    /// Some records were passed over uncounted.
    #[serde(skip)]
    pub uncounted: bool,
    #[serde(skip)]
    span: Span,
}

/// A record that could not be read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct BadEntry {
    /// First byte in the member.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub offset: Option<u64>,
    /// EVTX: the record id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub record_id: Option<u64>,
    /// What is wrong.
    pub reason: String,
}

/// A host and one source of process creations on it. A host without any is listed with the
/// source "" and no creations.
#[derive(Debug, Clone, Default, Serialize)]
pub struct HostEntry {
    /// The host.
    pub host: String,
    /// The source of its creations, empty when it has none.
    pub source: String,
    /// The members in which it was seen.
    pub files: Vec<u32>,
    /// Earliest creation (or, without any, record).
    pub first: Option<String>,
    /// Latest.
    pub last: Option<String>,
    /// Process creations, each event once.
    pub creations: u64,
    /// Those with a command line.
    pub with_command_line: u64,
    /// When an event log was cleared on it (Security 1102, System 104), in order.
    pub log_cleared: Vec<String>,
    #[serde(skip)]
    span: Span,
    /// The first file in the order of the evidence that names it.
    #[serde(skip)]
    spelled_in: u32,
}

/// The sums over all files.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Totals {
    /// Members that are evidence or should have been.
    pub files: u64,
    /// Those not read to their end.
    pub files_not_read: u64,
    /// Members that are no evidence.
    pub files_not_evidence: u64,
    /// Bytes after unpacking.
    pub bytes: u64,
    /// Records.
    pub records: u64,
    /// Creations.
    pub creations: u64,
    /// Creations with a command line.
    pub with_command_line: u64,
    /// Passed over.
    pub passed_over: u64,
    /// Out of scope.
    pub out_of_scope: u64,
    /// Duplicates among the creations.
    pub duplicates: u64,
    /// Bad.
    pub bad: u64,
    /// Hosts seen.
    pub hosts: u64,
    /// Hosts with process creations.
    pub hosts_with_creations: u64,
    /// Bytes that were passed over.
    #[serde(skip)]
    pub passed_bytes: u64,
    /// Some records were passed over uncounted.
    #[serde(skip)]
    pub uncounted: bool,
}

#[derive(Debug, Clone, Copy, Default)]
struct Span {
    first: Option<Timestamp>,
    last: Option<Timestamp>,
}

impl Span {
    fn take(&mut self, at: Option<EventTime>) {
        let Some(at) = at.map(|t| t.at) else { return };
        self.first = Some(self.first.map_or(at, |first| first.min(at)));
        self.last = Some(self.last.map_or(at, |last| last.max(at)));
    }
}

/// A process creation as the ledger counts it.
#[derive(Debug, Clone, Copy)]
pub struct CreationEntry<'a> {
    /// The host on which it ran.
    pub host: &'a str,
    /// The source's title.
    pub source: &'a str,
    /// Its time.
    pub time: Option<EventTime>,
    /// It carries a command line.
    pub with_command_line: bool,
    /// It is a second copy of an event seen before.
    pub duplicate: bool,
}

impl Ledger {
    /// The entry of a member, made when it is new.
    #[allow(
        clippy::indexing_slicing,
        reason = "the list was just made long enough"
    )]
    pub fn file(&mut self, source: SourceId) -> &mut FileEntry {
        let place = source.0 as usize;
        if self.files.len() <= place {
            self.files.resize_with(place + 1, FileEntry::default);
        }
        &mut self.files[place]
    }

    /// Counts a process creation.
    pub fn creation(&mut self, source: SourceId, creation: CreationEntry<'_>) {
        let file = self.file(source);
        file.count(creation.time);
        file.creations += 1;
        file.with_command_line += u64::from(creation.with_command_line);
        file.duplicates += u64::from(creation.duplicate);
        let host = self.host(creation.host, creation.source, source);
        host.span.take(creation.time);
        if !creation.duplicate {
            host.creations += 1;
            host.with_command_line += u64::from(creation.with_command_line);
            if host.creations == 1 {
                let name = creation.host.to_lowercase();
                let with = self.lines.of(&name).filter(|line| line.creations > 0);
                let first = with.take(2).count() == 1;
                self.host_counts.1 += u64::from(first);
            }
        }
    }

    /// Of two copies of a creation the one in `first` comes first in the order of the evidence
    /// though it was read, and counted as the duplicate, after the one in `later`.
    pub fn read_late(&mut self, first: SourceId, later: SourceId) {
        let late = self.file(first);
        late.duplicates = late.duplicates.saturating_sub(1);
        self.file(later).duplicates += 1;
    }

    /// Counts a record that is no process creation; `host` when it tells one.
    pub fn out_of_scope(&mut self, source: SourceId, host: Option<&str>, time: Option<EventTime>) {
        let file = self.file(source);
        file.count(time);
        file.out_of_scope += 1;
        if let Some(host) = host {
            self.host(host, "", source).span.take(time);
        }
    }

    /// Notes that an event log was cleared on a host.
    pub fn log_cleared(&mut self, source: SourceId, host: &str, time: Option<EventTime>) {
        let when = time.map_or("at an unknown time".to_owned(), |t| t.at.rfc3339(Zone::UTC));
        self.host(host, "", source).log_cleared.push(when);
    }

    /// Counts a bad record.
    pub fn bad(&mut self, source: SourceId, bad: BadEntry) {
        let file = self.file(source);
        file.records += 1;
        file.bad_total += 1;
        if file.bad.len() < BAD_LISTED {
            file.bad.push(bad);
        }
    }

    /// How many hosts were seen, and how many with process creations. Exact once settled.
    pub fn host_counts(&self) -> (u64, u64) {
        self.host_counts
    }

    /// Puts what was counted for a host under another name: a sensor's id whose host became known.
    pub fn rename_host(&mut self, from: &str, to: &str) {
        self.lines.rename(from, to);
    }

    fn host(&mut self, host: &str, source: &str, file: SourceId) -> &mut HostEntry {
        let (entry, is_new) = self.lines.line(host, source, file);
        self.host_counts.0 += u64::from(is_new);
        entry
    }

    /// Fills the lists and sums from what was counted. May be called again as counting goes on.
    pub fn settle(&mut self, complete: bool) {
        self.complete = complete;
        for file in &mut self.files {
            file.first = file.span.first.map(|t| t.rfc3339(Zone::UTC));
            file.last = file.span.last.map(|t| t.rfc3339(Zone::UTC));
        }
        self.hosts = self.lines.settled();
        self.totals = self.sums();
        self.host_counts = (self.totals.hosts, self.totals.hosts_with_creations);
    }

    fn sums(&self) -> Totals {
        let mut totals = Totals::default();
        for file in &self.files {
            match file.status {
                Status::NotEvidence => totals.files_not_evidence += 1,
                status => {
                    totals.files += 1;
                    totals.files_not_read += u64::from(status != Status::Read);
                }
            }
            totals.bytes += file.bytes;
            totals.records += file.records;
            totals.creations += file.creations;
            totals.with_command_line += file.with_command_line;
            totals.passed_over += file.passed_over;
            totals.passed_bytes += file.passed_bytes;
            totals.uncounted |= file.uncounted;
            totals.out_of_scope += file.out_of_scope;
            totals.duplicates += file.duplicates;
            totals.bad += file.bad_total;
        }
        (totals.hosts, totals.hosts_with_creations) = self.lines.counts();
        totals
    }

    /// Whether every record is accounted for exactly once, in each file and in all; the first
    /// file where it isn't, as text.
    pub fn check(&self) -> Result<(), String> {
        for file in &self.files {
            let sum = file.creations + file.out_of_scope + file.passed_over + file.bad_total;
            if file.records != sum {
                let place = file.member.as_deref().unwrap_or("");
                return Err(format!(
                    "'{}' {place}: {} records, but {sum} accounted for",
                    file.path, file.records
                ));
            }
        }
        let once: u64 = self.lines.all().map(|(_, h)| h.creations).sum();
        let sums = self.sums();
        if once + sums.duplicates != sums.creations {
            return Err(format!(
                "{} creations, but {once} on hosts and {} duplicates",
                sums.creations, sums.duplicates
            ));
        }
        Ok(())
    }

    /// Whether all evidence was read: nothing recognised or named was left, nothing was bad.
    pub fn all_read(&self) -> bool {
        self.complete && self.files.iter().all(|file| !file.is_problem())
    }

    /// Whether at least one member was read, wholly or partly.
    pub fn any_read(&self) -> bool {
        self.files
            .iter()
            .any(|f| matches!(f.status, Status::Read | Status::Partly))
    }
}

impl FileEntry {
    fn count(&mut self, time: Option<EventTime>) {
        self.records += 1;
        self.span.take(time);
        self.no_time += u64::from(time.is_none());
        self.assumed_time += u64::from(time.is_some_and(|t| t.assumed));
    }

    /// Takes in what became of the member, and which record ids are missing.
    pub fn close(&mut self, outcome: &Outcome, gaps: Vec<String>) {
        self.status = outcome.status;
        self.bytes = outcome.bytes;
        self.repaired = outcome.repaired;
        self.skipped_bytes = outcome.skipped_bytes;
        self.records += outcome.passed_over;
        self.passed_over = outcome.passed_over;
        self.passed_bytes = outcome.passed_bytes;
        self.uncounted = outcome.uncounted;
        let is_text =
            matches!(outcome.status, Status::Read | Status::Partly) && self.format != "EVTX";
        self.encoding = is_text.then(|| outcome.encoding.to_string());
        if self.format.is_empty() {
            self.format = outcome.kind.clone().unwrap_or_else(|| "unknown".to_owned());
        }
        self.hint = match (&outcome.reason, &outcome.hint) {
            (Some(reason), Some(hint)) => Some(format!("{reason}; {hint}")),
            (reason, hint) => reason.clone().or_else(|| hint.clone()),
        };
        // Of records that nobody looked at the numbers are not known.
        self.gaps = (outcome.passed_bytes == 0).then_some(gaps);
    }

    /// Whether it belongs among the problems: evidence, or named, and not wholly read.
    pub fn is_problem(&self) -> bool {
        match self.status {
            Status::Read => self.bad_total > 0,
            Status::Partly | Status::NotOpened => true,
            Status::NotEvidence => self.named,
        }
    }

    /// Path and place inside the container, as one text; hostile.
    pub fn place(&self) -> String {
        let path = self.shown.as_deref().unwrap_or(&self.path);
        match &self.member {
            Some(member) if self.shown.is_none() => format!("{path}!{member}"),
            _ => path.to_owned(),
        }
    }

    /// Its time span, once settled or not.
    pub fn span(&self) -> Option<(Timestamp, Timestamp)> {
        self.span.first.zip(self.span.last)
    }
}

#[cfg(test)]
mod tests;
