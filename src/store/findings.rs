//! The rows of the rule's search with what screens and reports ask of each: when, where, who,
//! which URL, which events. Made anew whenever more events have come; cheap to share.

use super::event::{EventUrl, StoredEvent};
use super::index::Index;
use crate::event::{Timestamp, Value};
use crate::search::Table;
use foldhash::fast::RandomState;
use hashbrown::HashSet;
use std::sync::{Arc, OnceLock};

/// All rows found until now.
#[derive(Debug, Clone, Default)]
pub struct Findings {
    /// The result table, columns and order as the search has them.
    pub table: Table,
    /// One for each row of the table, in its order.
    pub findings: Vec<Finding>,
    /// The events behind the rows, in the order of the evidence; `Row::events` counts in it.
    pub events: Vec<Arc<StoredEvent>>,
    index: OnceLock<Arc<Index>>,
}

/// What is known of a result row beside its cells. For this rule Splunk ES calls it an
/// intermediate finding.
#[derive(Debug, Clone, PartialEq)]
pub struct Finding {
    /// Its place in the table.
    pub row: usize,
    /// Time of its first event, exact; `None` when none of its events has a time.
    pub first: Option<Timestamp>,
    /// Time of its last event, exact.
    pub last: Option<Timestamp>,
    /// One of its times had no zone, so that one was assumed: shown with `~`.
    pub assumed_time: bool,
    /// Events behind it.
    pub count: u64,
    /// The URLs of its events, each once, in order.
    pub urls: Vec<EventUrl>,
    /// The letters of its sources, each once: `S`, `4`, `SC`.
    pub letters: String,
    /// The host on which it ran (for NVM not its dest).
    pub endpoint: Arc<str>,
}

impl Findings {
    /// Rows and events with what is derived from both.
    pub fn new(table: Table, events: Vec<Arc<StoredEvent>>) -> Self {
        let findings = (0..table.rows.len())
            .map(|row| finding(&table, &events, row))
            .collect();
        Self {
            table,
            findings,
            events,
            index: OnceLock::new(),
        }
    }

    /// The same rows over the same events, of which more is known. They are found as before.
    #[must_use]
    pub fn with_events(&self, events: Vec<Arc<StoredEvent>>) -> Self {
        Self {
            events,
            ..self.clone()
        }
    }

    /// Whether rows and events are those of others, each at its place. What is known beside them
    /// may differ.
    pub fn has_rows_of(&self, other: &Self) -> bool {
        let same = |(ours, theirs): (&Arc<StoredEvent>, &Arc<StoredEvent>)| {
            (ours.identity, ours.locator) == (theirs.identity, theirs.locator)
        };
        self.events.len() == other.events.len()
            && self.events.iter().zip(&other.events).all(same)
            && self.findings == other.findings
            && self.table == other.table
    }

    /// The index of the rows as they are when it is asked for first. The worker asks for it before
    /// it hands the rows to a screen: making it takes a while when they are many.
    pub fn index(&self) -> &Index {
        self.index.get_or_init(|| Arc::new(Index::of(self)))
    }

    /// The text of a cell, empty when the row has no such value.
    pub fn text(&self, row: usize, column: &str) -> String {
        self.value(row, column)
            .map_or(String::new(), |v| v.as_text().into_owned())
    }

    /// A cell.
    pub fn value(&self, row: usize, column: &str) -> Option<&Value> {
        self.table.cell(self.table.rows.get(row)?, column)
    }

    /// The events behind a row.
    pub fn events_of(&self, row: usize) -> impl Iterator<Item = (usize, &Arc<StoredEvent>)> {
        let places = self
            .table
            .rows
            .get(row)
            .map_or(&[][..], |r| r.events.as_slice());
        places.iter().filter_map(|place| {
            let place = *place as usize;
            self.events.get(place).map(|event| (place, event))
        })
    }
}

fn finding(table: &Table, events: &[Arc<StoredEvent>], row: usize) -> Finding {
    let places = table.rows.get(row).map_or(&[][..], |r| r.events.as_slice());
    let behind: Vec<&StoredEvent> = places
        .iter()
        .filter_map(|place| events.get(*place as usize).map(|e| &**e))
        .collect();
    let times = || behind.iter().filter_map(|e| e.time);
    let mut urls: Vec<EventUrl> = Vec::new();
    let mut known: HashSet<&EventUrl, RandomState> = HashSet::default();
    let mut letters = String::new();
    for event in &behind {
        for url in &event.urls {
            if known.insert(url) {
                urls.push(url.clone());
            }
        }
        if !letters.contains(event.letter) {
            letters.push(event.letter);
        }
    }
    let dest = || {
        let cell = table.rows.get(row).and_then(|r| table.cell(r, "dest"));
        Arc::from(&*cell.map_or("".into(), Value::as_text))
    };
    Finding {
        row,
        first: times().map(|t| t.at).min(),
        last: times().map(|t| t.at).max(),
        assumed_time: times().any(|t| t.assumed),
        count: behind.len() as u64,
        urls,
        letters,
        endpoint: behind.first().map_or_else(dest, |e| e.endpoint.clone()),
    }
}
