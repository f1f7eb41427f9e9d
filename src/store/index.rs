//! What is asked of all rows at once, made once for them: each field's distinct values with the
//! rows that carry them, the values lower-cased in one text a field, the rows in each order, the
//! times of their events in order. A screen that filters or groups a hundred thousand rows at a
//! key has no time to look at them one by one. Decides nothing about what is asked.

use super::column::{Builder, Column, Ids, NONE};
use super::event::StoredEvent;
use super::findings::{Finding, Findings};
use crate::event::{SourceId, Timestamp, Value};
use foldhash::fast::RandomState;
use hashbrown::HashMap;
use std::cmp::Reverse;
use std::sync::Arc;

/// The index of a set of rows.
#[derive(Debug, Clone, Default)]
pub struct Index {
    columns: Vec<(Arc<str>, Column)>,
    ours: Vec<(&'static str, Column)>,
    recorded: Column,
    machine: Column,
    /// Fields with several values in some row, those of a row as one text.
    joined: Vec<(Arc<str>, Column)>,
    files: Ids,
    file_ids: Vec<SourceId>,
    /// The rows by their first event, earliest first; those without a time last.
    pub oldest: Vec<u32>,
    /// By their last event, latest first; those without a time last.
    pub newest: Vec<u32>,
    /// By the number of their events, most first.
    pub most: Vec<u32>,
    /// The time of each event behind a row, ascending, and the row.
    pub times: Vec<(Timestamp, u32)>,
    /// What groups are summed from, by row.
    pub extents: Vec<Extent>,
    row_of_event: Vec<u32>,
}

/// When the events of a row were and how many they are: of its finding, in one place.
#[derive(Debug, Clone, Copy, Default)]
pub struct Extent {
    /// Time of the first event.
    pub first: Option<Timestamp>,
    /// Time of the last event.
    pub last: Option<Timestamp>,
    /// Events.
    pub count: u64,
    /// One of the times had no zone.
    pub assumed: bool,
}

impl Extent {
    /// Takes in another.
    pub fn add(&mut self, other: Self) {
        self.first = match (self.first, other.first) {
            (Some(ours), Some(theirs)) => Some(ours.min(theirs)),
            (ours, theirs) => ours.or(theirs),
        };
        self.last = self.last.max(other.last);
        self.count += other.count;
        self.assumed |= other.assumed;
    }
}

impl Index {
    /// Of rows.
    pub fn of(findings: &Findings) -> Self {
        let columns = findings.table.columns.iter().enumerate();
        let mut index = Self {
            columns: columns
                .map(|(place, name)| (name.clone(), cells(findings, place)))
                .collect(),
            ours: ours(findings),
            recorded: of_events(findings, |event| event.command_line.as_ref()),
            ..Self::default()
        };
        index.machine = machines(findings);
        let columns = index.columns.iter().enumerate();
        let several = columns.filter(|(_, (_, column))| !column.ids.are_single());
        index.joined = several
            .map(|(place, (name, _))| (name.clone(), joined(findings, place)))
            .collect();
        index.list_files(findings);
        let extent = |finding: &Finding| Extent {
            first: finding.first,
            last: finding.last,
            count: finding.count,
            assumed: finding.assumed_time,
        };
        index.extents = findings.findings.iter().map(extent).collect();
        index.order(findings);
        index
    }

    /// The values of a field: ours before a column of the search of the same name.
    pub fn column(&self, field: &str) -> Option<&Column> {
        let ours = self.ours.iter().find(|(name, _)| *name == field);
        let own = || self.columns.iter().find(|(name, _)| **name == *field);
        ours.map(|(_, column)| column)
            .or_else(|| own().map(|(_, column)| column))
    }

    /// A column of the search with one value a row: several are one text, as Splunk exports them.
    pub fn whole(&self, field: &str) -> Option<&Column> {
        let columns = self.joined.iter().chain(&self.columns);
        let mut same = columns.filter(|(name, _)| **name == *field);
        same.next().map(|(_, column)| column)
    }

    /// The machines on which the rows' processes ran, which for NVM are not their dests.
    pub fn machine(&self) -> &Column {
        &self.machine
    }

    /// Everything that words are looked for in, but the names of files; few values first.
    pub fn texts(&self) -> Vec<&Column> {
        let own = self.columns.iter().map(|(_, column)| column);
        let ours = self.ours.iter().map(|(_, column)| column);
        let mut all: Vec<&Column> = own.chain(ours).chain([&self.recorded]).collect();
        all.sort_by_key(|column| column.len());
        all
    }

    /// In which members the events of a row lie, by number in the second list.
    pub fn files(&self) -> (&Ids, &[SourceId]) {
        (&self.files, &self.file_ids)
    }

    /// Some rows together.
    pub fn extent(&self, rows: &[usize]) -> Extent {
        let mut sum = Extent::default();
        for extent in rows.iter().filter_map(|row| self.extents.get(*row)) {
            sum.add(*extent);
        }
        sum
    }

    /// The row of an event by its place.
    pub fn row_of_event(&self, place: usize) -> Option<usize> {
        let row = self.row_of_event.get(place).filter(|row| **row != NONE)?;
        Some(*row as usize)
    }

    fn list_files(&mut self, findings: &Findings) {
        let mut known: HashMap<SourceId, u32, RandomState> = HashMap::default();
        for row in 0..findings.findings.len() {
            let mut ids: Vec<u32> = Vec::new();
            for (_, event) in findings.events_of(row) {
                let source = event.locator.source;
                let next = u32::try_from(self.file_ids.len()).unwrap_or(NONE);
                let id = *known.entry(source).or_insert(next);
                if id == next {
                    self.file_ids.push(source);
                }
                // Events stand in the order of the evidence, those of a file together.
                if ids.last() != Some(&id) {
                    ids.push(id);
                }
            }
            self.files.add(&ids);
        }
    }

    fn order(&mut self, findings: &Findings) {
        let all = std::mem::take(&mut self.extents);
        let rows = || (0..all.len()).filter_map(|row| u32::try_from(row).ok());
        let extent = |row: &u32| all.get(*row as usize);
        let first = |row: &u32| extent(row).and_then(|e| e.first);
        self.oldest = rows().collect();
        self.oldest
            .sort_by_cached_key(|row| (first(row).is_none(), first(row), *row));
        let last = |row: &u32| Reverse(extent(row).and_then(|e| e.last));
        self.newest = rows().collect();
        self.newest.sort_by_cached_key(|row| (last(row), *row));
        self.most.clone_from(&self.oldest);
        let count = |row: &u32| Reverse(extent(row).map_or(0, |e| e.count));
        self.most.sort_by_cached_key(count);
        self.row_of_event = vec![NONE; findings.events.len()];
        for row in rows() {
            for (place, event) in findings.events_of(row as usize) {
                if let Some(of) = self.row_of_event.get_mut(place) {
                    *of = row;
                }
                self.times.extend(event.time.map(|time| (time.at, row)));
            }
        }
        self.times.sort_unstable();
        self.extents = all;
    }
}

fn cells(findings: &Findings, place: usize) -> Column {
    let mut builder = Builder::default();
    for row in &findings.table.rows {
        match row.cells.get(place).and_then(Option::as_ref) {
            Some(Value::Text(text)) => builder.add_shared(text),
            Some(Value::Many(texts)) => texts.iter().for_each(|text| builder.add_shared(text)),
            Some(number @ Value::Number(_)) => builder.add(&number.as_text()),
            None => {}
        }
        builder.end_row();
    }
    builder.finish()
}

fn joined(findings: &Findings, place: usize) -> Column {
    let mut builder = Builder::default();
    for row in &findings.table.rows {
        if let Some(value) = row.cells.get(place).and_then(Option::as_ref) {
            builder.add(&value.as_text());
        }
        builder.end_row();
    }
    builder.finish()
}

fn machines(findings: &Findings) -> Column {
    let mut builder = Builder::default();
    for finding in &findings.findings {
        if finding.endpoint.is_empty() {
            builder.add(&findings.text(finding.row, "dest"));
        } else {
            builder.add_shared(&finding.endpoint);
        }
        builder.end_row();
    }
    builder.finish()
}

fn of_events(findings: &Findings, text: impl Fn(&StoredEvent) -> Option<&Arc<str>>) -> Column {
    let mut builder = Builder::default();
    for row in 0..findings.findings.len() {
        for (_, event) in findings.events_of(row) {
            if let Some(text) = text(event) {
                builder.add_shared(text);
            }
        }
        builder.end_row();
    }
    builder.finish()
}

/// Our own fields, which no search has.
fn ours(findings: &Findings) -> Vec<(&'static str, Column)> {
    let of_urls = |text: fn(&super::EventUrl) -> &Arc<str>| {
        let mut builder = Builder::default();
        for finding in &findings.findings {
            finding
                .urls
                .iter()
                .for_each(|u| builder.add_shared(text(u)));
            builder.end_row();
        }
        builder.finish()
    };
    let mut endpoint = Builder::default();
    for finding in &findings.findings {
        endpoint.add_shared(&finding.endpoint);
        endpoint.end_row();
    }
    vec![
        ("url", of_urls(|url| &url.text)),
        ("url_host", of_urls(|url| &url.host)),
        ("url_path", of_urls(|url| &url.path)),
        ("role", of_urls(|url| &url.role)),
        ("endpoint", endpoint.finish()),
        ("source", of_events(findings, |event| Some(&event.source))),
        (
            "account",
            of_events(findings, |event| event.account.as_ref()),
        ),
    ]
}
