//! What the screen asks of a worker ([`Job`]) and what it is told ([`Report`]): values only, so
//! that they can be compared in a test, logged, and dropped when they are stale.

use super::hunt::Pass;
use crate::event::Timestamp;
use crate::evidence::ledger::{EventName, Ledger};
use crate::search::Table;
use crate::store::Findings;
use crossbeam_channel::Receiver;
use std::sync::Arc;

/// The screen's handle on the threads that work for it.
pub trait WorkerHandle {
    /// Starts a job over the findings that its places count in: those that the screen shows,
    /// which may be older than the newest.
    fn start(&mut self, job: Job, over: Arc<Findings>);
    /// Asks loading to stop, whichever pass it is in; what was found until then stands.
    fn cancel_loading(&mut self);
    /// What the jobs report. Bounded: the disk waits for the screen.
    fn reports(&self) -> &Receiver<Report>;
}

/// Work that may take longer than a frame.
#[derive(Debug, Clone, PartialEq)]
pub enum Job {
    /// Read the evidence and run the rule's search over it, then go through it once more for all
    /// that is not rows (see [`Stage`]). Asked once, at the start.
    Load,
    /// The whole text of the record behind an event.
    Raw {
        /// Its place in `Findings::events`.
        event: usize,
        /// Comes back in the report: places shift while events arrive, so an earlier number is
        /// stale.
        generation: u64,
    },
    /// All fields of an event: model fields with the source field of each, and the raw fields.
    Fields {
        /// Its place in `Findings::events`.
        event: usize,
        /// Comes back in the report, as in [`Job::Raw`].
        generation: u64,
    },
    /// One of the rule's drilldown searches for a row.
    Drilldown {
        /// Which: 0 the first of the rule over its results, 1 the first over risk events.
        which: usize,
        /// The row in `Findings::table` that fills the tokens.
        row: usize,
        /// Take everything that is loaded instead of the drilldown's own bounds.
        all_time: bool,
        /// Comes back in the report: a later number makes an earlier report stale.
        generation: u64,
    },
}

/// What kind of job ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum JobKind {
    /// [`Job::Load`].
    Load,
    /// [`Job::Raw`].
    Raw,
    /// [`Job::Fields`].
    Fields,
    /// [`Job::Drilldown`].
    Drilldown,
}

/// How a job ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum JobEnd {
    /// It did its work.
    Done,
    /// It was asked to stop; what was found until then stands.
    Cancelled,
    /// It could not go on: why, and what to do.
    Failed(String),
    /// A fault in this program: the panic's text.
    Panicked(String),
}

/// A message from a job.
#[derive(Debug, Clone)]
pub enum Report {
    /// How far loading is. The first one of a stage always comes.
    Progress(Progress),
    /// What imported risk events score; sent before any row. Entity (trimmed, lower-cased) and
    /// sum, by entity.
    Imported(Arc<[(String, u64)]>),
    /// The names of the members by `SourceId`, as a person reads them, hostile; sent before rows
    /// whose events lie in them, and again when more are known.
    Sources(Arc<[Arc<str>]>),
    /// The rows found until now, all of them; in [`Stage::Index`] the same rows, of whose events
    /// more is known.
    Findings(Arc<Findings>),
    /// Loading has ended: the accounting of the evidence.
    Loaded(Arc<Loaded>),
    /// The text of a record, or why it can't be shown.
    Raw {
        /// The event.
        event: usize,
        /// The number that the job was given.
        generation: u64,
        /// Its text, hostile.
        text: Result<Arc<str>, String>,
    },
    /// The fields of an event.
    Fields {
        /// The event.
        event: usize,
        /// The number that the job was given.
        generation: u64,
        /// Model fields and raw fields.
        fields: Result<Arc<EventFields>, String>,
    },
    /// A drilldown's result.
    Drilldown {
        /// The number that the job was given.
        generation: u64,
        /// Which of the rule's drilldowns.
        which: usize,
        /// The result.
        result: Result<Arc<DrilldownResult>, String>,
    },
    /// A job has ended; the last report of every job.
    Ended {
        /// Which kind.
        kind: JobKind,
        /// How.
        end: JobEnd,
    },
}

/// What loading does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Stage {
    /// It goes through the evidence once, for everything.
    #[default]
    Once,
    /// It looks for the rows, at records that can matter to the search and at no others.
    Rows,
    /// It has all rows, and goes through everything once more: for the accounting, and for what
    /// lies around the rows.
    Index,
}

/// How far loading is. Sums over everything read until now.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Progress {
    /// What it does.
    pub stage: Stage,
    /// Bytes read of the files as they lie on the disk (packed ones packed).
    pub bytes_read: u64,
    /// Bytes of all files; `None` for standard input.
    pub bytes_total: Option<u64>,
    /// Files done.
    pub files_done: u64,
    /// Files in all, as far as is known.
    pub files_total: u64,
    /// Records.
    pub records: u64,
    /// Process creations, or the events that the search is about.
    pub creations: u64,
    /// What these are called.
    pub event: EventName,
    /// Hosts seen.
    pub hosts: u64,
    /// Hosts with process creations.
    pub hosts_with_creations: u64,
    /// Bad records.
    pub bad: u64,
}

/// What is known when loading has ended.
#[derive(Debug, Clone, Default)]
pub struct Loaded {
    /// What the figures rest on: with [`Pass::Rows`] they are of the records that can matter to
    /// the search, and of no others.
    pub pass: Pass,
    /// The accounting.
    pub ledger: Ledger,
    /// Creations that the search was asked about: each event once, within the bounds.
    pub tested: u64,
    /// Those with a command line.
    pub tested_with_command_line: u64,
    /// For the answer "no rows": how often the rule's named process ran at all, by the clauses
    /// of the where-clause: (clause as text, creations that meet it).
    pub clause_counts: Vec<(String, u64)>,
    /// Earliest and latest time of a creation.
    pub span: Option<(Timestamp, Timestamp)>,
    /// What `now()` was: as a person gave it, else the latest time of the evidence within the
    /// bounds.
    pub now: Option<Timestamp>,
    /// Rows in and out of each stage of the search: (stage as text, rows in, rows out).
    pub stages: Vec<(String, u64, u64)>,
    /// What the search has to tell of its run, each once.
    pub notes: Vec<String>,
    /// Events that the search would have taken, had they a time: they are in no span of time.
    pub without_time: u64,
    /// Exported rows that the search does not take.
    pub rejected: Vec<RejectedRows>,
}

/// Rows of a result that someone exported which fail one part of the where-clause.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RejectedRows {
    /// The part, as the expanded search says it.
    pub clause: String,
    /// How many rows.
    pub rows: u64,
    /// Who and what the first of them is; no longer hostile.
    pub first: String,
}

/// Model fields and raw fields of an event.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct EventFields {
    /// The fields of the data model.
    pub model: Vec<FieldOrigin>,
    /// The record's own fields: name and value, system fields first.
    pub raw: Vec<(String, String)>,
}

/// Where the value of a model field came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldOrigin {
    /// The model field: `process_name`.
    pub field: String,
    /// Its value; `None` is null.
    pub value: Option<String>,
    /// The raw field: `Image`; `None` for a constant or a default.
    pub from: Option<String>,
    /// What was done: `last part of the path`, `default of the data model`.
    pub how: String,
    /// The mapping is ours, not the Splunk add-on's.
    pub ours: bool,
}

/// The result of a drilldown search.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct DrilldownResult {
    /// The title with its tokens filled in.
    pub title: String,
    /// The resolved search as a person would paste it into Splunk.
    pub spl: String,
    /// Lower bound, inclusive; `None`: none.
    pub earliest: Option<Timestamp>,
    /// Upper bound, inclusive; `None`: none.
    pub latest: Option<Timestamp>,
    /// The result, exactly as the search asks.
    pub table: Table,
    /// The events behind it, each a line of name and value pairs, for the list below the table:
    /// for the first drilldown evidence events, for the risk drilldown risk events.
    pub events: Vec<DrilldownEvent>,
    /// A column of ours beside the table, named, one text a row: the sum of risk scores.
    pub ours: Option<(String, Vec<String>)>,
    /// What the result rests on: "from 1 rule and 0 imported risk events; in ES every rule counts".
    pub basis: String,
    /// What a person who pastes the search must know: a bound value holds a `*`.
    pub warnings: Vec<String>,
}

/// An event behind a drilldown's result.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct DrilldownEvent {
    /// Its time.
    pub time: Option<Timestamp>,
    /// One line that says what it is.
    pub summary: String,
    /// All of it: names and values.
    pub fields: Vec<(String, String)>,
    /// Its place in `Findings::events`, when it is an event of the evidence.
    pub event: Option<usize>,
    /// The rows of the table that it stands behind.
    pub rows: Vec<usize>,
}

/// What the Rule view shows; made once when the rule is loaded.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RuleView {
    /// `Windows MSIExec Remote Download`.
    pub name: String,
    /// `17`.
    pub version: String,
    /// `Anomaly`.
    pub kind: String,
    /// From the highest score: `low`.
    pub severity: String,
    /// `T1218.007`.
    pub techniques: Vec<String>,
    /// Sections in order: heading and text (may have several lines): description, id, author,
    /// status, data sources, ATT&CK names, stories, references, known false positives, …
    pub sections: Vec<(String, String)>,
    /// The search as written.
    pub search: String,
    /// The search with its macros expanded.
    pub expanded: String,
    /// Macros that were overridden: name and file.
    pub overrides: Vec<(String, String)>,
    /// Indicators derived from the parsed search: field, kind (`eq`, `in`), value, and how many
    /// other rules look for the same, empty where that is not known.
    pub indicators: Vec<(String, String, String, String)>,
    /// Whether there is a drilldown over results, and one over risk events.
    pub drills: [bool; 2],
    /// The name templates of the drilldowns.
    pub drilldowns: Vec<String>,
    /// What an entity's row scores: (field, score): `user`, 30.
    pub entities: Vec<(String, u32)>,
}
