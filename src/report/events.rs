//! The events behind the rows as NDJSON: where each lies, down to the record, by which hash the
//! file is known, its exact time in UTC, its other copies, and its raw text. This is the
//! provenance that the rows themselves do not carry.

use super::json_text::write_line;
use crate::event::{Locator, Position, Zone};
use crate::evidence::ledger::FileEntry;
use crate::store::{Findings, StoredEvent};
use serde::Serialize;
use std::io::{self, Write};
use std::sync::Arc;

/// Gives the text of the record behind an event, by its place in `Findings::events`, or says why
/// it can't be read again.
pub type ReadRaw<'a> = dyn FnMut(usize, &StoredEvent) -> Result<Arc<str>, String> + 'a;

/// An event; what is not known is absent. `raw_problem` says why there is no `raw`.
#[derive(Serialize)]
struct EventLine<'a> {
    row: usize,
    #[serde(flatten)]
    place: Place<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sha256: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    channel: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    provider: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    event_id: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    time: Option<String>,
    /// The source wrote no zone, so that one was assumed.
    #[serde(skip_serializing_if = "is_false")]
    time_assumed: bool,
    /// Bytes that are no UTF-8 were replaced.
    #[serde(skip_serializing_if = "is_false")]
    repaired: bool,
    also_in: Vec<Place<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    raw: Option<Arc<str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    raw_problem: Option<String>,
}

#[derive(Serialize)]
struct Place<'a> {
    file: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    member: Option<&'a str>,
    /// First byte of a record that is a run of bytes.
    #[serde(skip_serializing_if = "Option::is_none")]
    offset: Option<u64>,
    /// The number that the host gave the record, where it is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    record_id: Option<u64>,
}

#[allow(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde hands a reference to a predicate"
)]
fn is_false(value: &bool) -> bool {
    !value
}

/// Writes the events behind the rows of `order`. `row` counts from 1 as the rows are printed in
/// that order. `files` are the ledger's.
pub fn write_events(
    out: &mut dyn Write,
    findings: &Findings,
    order: &[usize],
    files: &[FileEntry],
    raw: &mut ReadRaw<'_>,
) -> io::Result<()> {
    for (number, row) in (1..).zip(order) {
        for (place, event) in findings.events_of(*row) {
            let text = raw(place, event);
            write_line(out, &event_line(number, event, files, text))?;
        }
    }
    Ok(())
}

fn event_line<'a>(
    row: usize,
    event: &'a StoredEvent,
    files: &'a [FileEntry],
    raw: Result<Arc<str>, String>,
) -> EventLine<'a> {
    let mut place = place(event.locator, files);
    place.record_id = place.record_id.or(event.record_id);
    let copies = event.also_in.iter();
    let (raw, raw_problem) = match raw {
        Ok(text) => (Some(text), None),
        Err(reason) => (None, Some(reason)),
    };
    EventLine {
        row,
        place,
        sha256: file(event.locator, files).and_then(|f| f.sha256.as_deref()),
        channel: event.channel.as_deref(),
        provider: event.provider.as_deref(),
        event_id: event.event_id,
        time: event.time.map(|time| time.at.rfc3339(Zone::UTC)),
        time_assumed: event.time.is_some_and(|time| time.assumed),
        repaired: event.repaired,
        also_in: copies.map(|locator| self::place(*locator, files)).collect(),
        raw,
        raw_problem,
    }
}

fn file(locator: Locator, files: &[FileEntry]) -> Option<&FileEntry> {
    files.get(locator.source.0 as usize)
}

fn place(locator: Locator, files: &[FileEntry]) -> Place<'_> {
    let file = file(locator, files);
    let (offset, record_id) = match locator.position {
        Position::Span { offset, .. } => (Some(offset), None),
        Position::Evtx { record_id, .. } => (None, Some(record_id)),
    };
    Place {
        file: file.map_or("", |f| &f.path),
        member: file.and_then(|f| f.member.as_deref()),
        offset,
        record_id,
    }
}
