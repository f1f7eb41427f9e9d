//! Gimlet: a terminal workbench for triage. It opens endpoint logs, runs a Splunk
//! security-content detection on them as it is written, without Splunk, shows the rows grouped by
//! user and dest, and drills down with the rule's own drilldown searches.
//!
//! # The map
//!
//! A layer imports lower layers only; the rooms of one layer do not import each other
//! (`tests/layers.rs` reads the `crate::` paths and fails on a wrong arrow).
//!
//! | layer | room | what it is for |
//! |--|--|--|
//! | 0 | [`event`] | the vocabulary: times, values, places, records, hostile text made visible |
//! | 1 | [`evidence`] | bytes → `Record`: members, containers, formats, the ledger |
//! | 1 | [`cim`] | `Record` → row of a data model's dataset; what it says of an execution; URLs |
//! | 1 | [`spl`] | the search language: text → tree → text |
//! | 2 | [`content`] | security content on disk: detections, macros, lookups, drilldowns, ATT&CK names |
//! | 3 | [`search`] | runs a parsed search over rows |
//! | 4 | [`store`] | the events that passed the first stage, the rows made of them; all events, in columns |
//! | 4 | [`risk`] | risk events from rows, imported ones, the table a risk search runs on |
//! | 6 | [`report`] | shapes of output: rows, events, ledger, coverage |
//! | 7 | [`worker`] | the engine and its threads: load a rule, check rules, hunt with one or several, drill down, look up a record |
//! | 8 | [`app`] | the workbench's state: messages in, effects out; no terminal |
//! | 9 | [`ui`] | draws the state |
//! | 10 | [`config`] | settings: defaults, file, environment, flags |
//! | 11 | [`cli`] | the command line, as types |
//! | 11 | [`terminal`] | the terminal, the loop, the effects |
//! | 12 | [`headless`] | the same engine without a screen |
//!
//! # Where to start reading
//!
//! [`worker::hunt`] is the main job from evidence to rows; [`app::App::update`] is the workbench.
//! One record goes: `evidence::discover` → `evidence::read` → `cim::Sources` → `search::Plan` →
//! `store::Findings` → `app` → `ui`.
//!
//! # Words
//!
//! A **record** is one log record as read. An **event** is a record behind a row. A **row** is a
//! result row of the search (Splunk ES makes an *intermediate finding* of each row of this rule).
//! A **creation** is an event that says that a process was started; an **execution** is one start
//! of one process however many sources saw it. A row's **subject** is what tells it from its
//! neighbours: a command line, a registry path, a file. The **ledger** accounts for evidence and for
//! nothing else; risk events live in the **risk store**. A **member** is one log: a file, or a
//! log inside a container.

pub mod app;
pub mod cim;
pub mod cli;
pub mod config;
pub mod content;
pub mod event;
pub mod evidence;
pub mod headless;
pub mod report;
pub mod risk;
pub mod search;
pub mod spl;
pub mod store;
pub mod terminal;
pub mod ui;
pub mod worker;
