//! The ledger as a JSON document: which tool with which rules and arguments read what, when, and
//! how far. The accounting itself is `evidence::ledger`; risk events have no part in it.

use super::json_text::write_pretty;
use crate::event::{Timestamp, Zone};
use crate::evidence::ledger::Ledger;
use serde::Serialize;
use std::io::{self, Write};

/// What the document says around the accounting.
#[derive(Debug, Clone, Copy)]
pub struct LedgerDocument<'a> {
    /// The rules that were run.
    pub rules: &'a [RuleEntry],
    /// The macros whose text is not the content's own.
    pub macro_overrides: &'a [MacroOverride],
    /// The command line after the program's name, as given.
    pub arguments: &'a [String],
    /// When the run began.
    pub started: Timestamp,
    /// When it ended.
    pub ended: Timestamp,
    /// The zone of the times that the rules format.
    pub zone: Zone,
    /// The accounting, settled.
    pub ledger: &'a Ledger,
}

/// A rule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RuleEntry {
    /// Its UUID.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// SHA-256 of its file, in hex.
    pub sha256: String,
}

/// A macro that was overridden.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct MacroOverride {
    /// `windows_msiexec_remote_download_filter`.
    pub name: String,
    /// The file that overrides it.
    pub file: String,
}

#[derive(Serialize)]
struct Shape<'a> {
    tool: Tool,
    rules: &'a [RuleEntry],
    macro_overrides: &'a [MacroOverride],
    arguments: &'a [String],
    started: String,
    ended: String,
    zone: String,
    #[serde(flatten)]
    ledger: &'a Ledger,
}

#[derive(Serialize)]
struct Tool {
    name: &'static str,
    version: &'static str,
}

/// Writes the document; times are UTC.
pub fn write_ledger(out: &mut dyn Write, document: &LedgerDocument<'_>) -> io::Result<()> {
    let shape = Shape {
        tool: Tool {
            name: env!("CARGO_PKG_NAME"),
            version: env!("CARGO_PKG_VERSION"),
        },
        rules: document.rules,
        macro_overrides: document.macro_overrides,
        arguments: document.arguments,
        started: document.started.rfc3339(Zone::UTC),
        ended: document.ended.rfc3339(Zone::UTC),
        zone: document.zone.name(),
        ledger: document.ledger,
    };
    write_pretty(out, &shape)
}
