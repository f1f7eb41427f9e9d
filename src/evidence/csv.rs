//! CSV made from events: a Splunk export with its `_raw` column, or an export of Windows events with
//! the rendered text in a `Message` column. The only file that names the `csv` crate.

use super::splunk;
use super::tables::CSV;
use super::text::add_message;
use super::times;
use super::windows::{Origin, WindowsEvent};
use crate::event::Record;
use ::csv::{ReaderBuilder, StringRecord, Terminator};

/// What a header row says of its file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Columns {
    /// There is a `_raw` column.
    Raw,
    /// There is a `Message` column beside an event id and a source.
    Message,
}

/// The delimiter of a header row: the one of `,`, `;` and tab that occurs most in it.
pub fn delimiter(header: &[u8]) -> u8 {
    let mut best = (b',', 0);
    for delimiter in [b',', b';', b'\t'] {
        let count = memchr::memchr_iter(delimiter, header).count();
        if count > best.1 {
            best = (delimiter, count);
        }
    }
    best.0
}

/// Whether the line is what PowerShell's `Export-Csv` writes before the header.
pub fn is_type_line(line: &[u8]) -> bool {
    line.starts_with(b"#TYPE ")
}

/// What the first rows of a text say; `None` when it is no CSV that is known.
pub fn columns(text: &str) -> Option<Columns> {
    let header = text
        .lines()
        .find(|line| !line.trim().is_empty() && !is_type_line(line.as_bytes()))?;
    let names = rows(header).into_iter().next()?;
    let has = |name: &str| names.iter().any(|known| known == name);
    let any = |system: &str| {
        CSV.system
            .get(system)
            .is_some_and(|columns| columns.iter().any(|column| has(column)))
    };
    if has("_raw") {
        Some(Columns::Raw)
    } else if has("Message") && any("EventID") && any("Provider") {
        Some(Columns::Message)
    } else {
        None
    }
}

/// The record of a row that stands behind its header row.
pub fn parse(text: &str, origin: Origin) -> Result<Record, String> {
    let mut rows = rows(text).into_iter();
    let (Some(header), Some(row)) = (rows.next(), rows.next()) else {
        return Err("a row without its header".to_owned());
    };
    let cell = |name: &str| {
        let index = header.iter().position(|known| known == name)?;
        row.get(index)
    };
    if let Some(raw) = cell("_raw") {
        let mut record = splunk::parse(raw, origin, 0)?;
        splunk::set_time(&mut record, cell("_time"), origin.context);
        return Ok(record);
    }
    let Some(message) = cell("Message") else {
        return Err("the row ends before its 'Message'".to_owned());
    };
    let mut event = WindowsEvent::new(origin);
    for (name, columns) in &CSV.system {
        let value = columns
            .iter()
            .find_map(|column| cell(column).filter(|v| !v.is_empty()));
        match (name.as_str(), value) {
            (_, None) => {}
            // A wall clock's, in the format of the machine that exported it: no `TimeCreated`.
            ("TimeCreated", Some(value)) => event.set_time(times::any(value)),
            (name, Some(value)) => event.set(name, value),
        }
    }
    if event.event_id().is_none() {
        return Err("no event id in its column".to_owned());
    }
    add_message(&mut event, message)?;
    Ok(event.finish())
}

/// The first two rows. A carriage return counts as part of the line end alone.
fn rows(text: &str) -> Vec<StringRecord> {
    let first = text.lines().next().unwrap_or_default();
    let mut reader = ReaderBuilder::new()
        .delimiter(delimiter(first.as_bytes()))
        .has_headers(false)
        .flexible(true)
        .terminator(Terminator::Any(b'\n'))
        .from_reader(text.as_bytes());
    reader
        .records()
        .take(2)
        .map_while(Result::ok)
        .map(|row| {
            let last = row.len().saturating_sub(1);
            row.iter()
                .enumerate()
                .map(|(index, cell)| match cell.strip_suffix('\r') {
                    Some(cell) if index == last => cell,
                    _ => cell,
                })
                .collect()
        })
        .collect()
}
