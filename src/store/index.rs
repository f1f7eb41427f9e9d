//! What is asked of all rows at once, made once for them: each field's distinct values with the
//! rows that carry them, the values lower-cased in one text a field, the rows in each order, the
//! times of their events in order. A screen that filters or groups a hundred thousand rows at a
//! key has no time to look at them one by one. Decides nothing about what is asked.

use super::event::StoredEvent;
use super::findings::Findings;
use crate::event::{SourceId, Timestamp, Value};
use foldhash::fast::RandomState;
use hashbrown::HashMap;
use memchr::memmem::Finder;
use std::borrow::Cow;
use std::cmp::Reverse;
use std::sync::Arc;

/// No value.
const NONE: u32 = u32::MAX;

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
    row_of_event: Vec<u32>,
}

/// Which values each row has, by their number.
#[derive(Debug, Clone, Default)]
pub struct Ids {
    first: Vec<u32>,
    /// Of rows with several values: all of them.
    all: HashMap<u32, Vec<u32>, RandomState>,
}

/// The values of a field.
#[derive(Debug, Clone, Default)]
pub struct Column {
    /// Which row has which.
    pub ids: Ids,
    values: Vec<Arc<str>>,
    /// The values lower-cased, one behind the other, a line feed between.
    lower: String,
    /// Where each begins in it; one more than there are values.
    starts: Vec<usize>,
}

impl Ids {
    /// The first value of a row.
    pub fn of(&self, row: usize) -> Option<usize> {
        let id = self.first.get(row).copied().filter(|id| *id != NONE)?;
        Some(id as usize)
    }

    /// All values of a row.
    pub fn all_of(&self, row: usize) -> impl Iterator<Item = usize> {
        let several = u32::try_from(row).ok().and_then(|row| self.all.get(&row));
        let one = self.first.get(row).filter(|id| **id != NONE);
        let one = if several.is_some() { None } else { one };
        let ids = several.into_iter().flatten().chain(one);
        ids.map(|id| *id as usize)
    }

    /// Marks in `rows` every row that has a value that is marked in `values`.
    pub fn mark(&self, values: &[bool], rows: &mut [bool]) {
        let is_in = |id: &u32| values.get(*id as usize) == Some(&true);
        for (row, id) in rows.iter_mut().zip(&self.first) {
            *row |= is_in(id);
        }
        for (row, ids) in &self.all {
            if ids.iter().any(is_in)
                && let Some(row) = rows.get_mut(*row as usize)
            {
                *row = true;
            }
        }
    }

    fn add(&mut self, ids: &[u32]) {
        if ids.len() > 1
            && let Ok(row) = u32::try_from(self.first.len())
        {
            self.all.insert(row, ids.to_vec());
        }
        self.first.push(ids.first().copied().unwrap_or(NONE));
    }
}

impl Column {
    /// How many distinct values there are.
    pub fn len(&self) -> usize {
        self.values.len()
    }

    /// Whether no row has a value.
    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    /// A value as it is.
    pub fn value(&self, id: usize) -> &Arc<str> {
        static EMPTY: std::sync::LazyLock<Arc<str>> = std::sync::LazyLock::new(|| Arc::from(""));
        self.values.get(id).unwrap_or(&EMPTY)
    }

    /// A value lower-cased.
    pub fn lower(&self, id: usize) -> &str {
        let (Some(from), Some(until)) = (self.starts.get(id), self.starts.get(id + 1)) else {
            return "";
        };
        self.lower.get(*from..until - 1).unwrap_or("")
    }

    /// Which values hold a text, which is lower-cased.
    pub fn holding(&self, text: &str) -> Vec<bool> {
        let mut found = vec![text.is_empty(); self.values.len()];
        if text.is_empty() || text.contains('\n') {
            return found;
        }
        let finder = Finder::new(text);
        let all = self.lower.as_bytes();
        let (mut id, mut from) = (0, 0);
        while let Some(at) = all.get(from..).and_then(|rest| finder.find(rest)) {
            // To the value in which it stands, and on behind that.
            let behind = |id: usize| self.starts.get(id + 1).copied().unwrap_or(usize::MAX);
            while behind(id) <= from + at {
                id += 1;
            }
            if let Some(found) = found.get_mut(id) {
                *found = true;
            }
            from = behind(id);
        }
        found
    }

    /// Which of the values that are asked for pass a test of the lower-cased text.
    pub fn passing(&self, asked: &[bool], test: impl Fn(&str) -> bool) -> Vec<bool> {
        let asked = asked.iter().enumerate();
        asked
            .map(|(id, asked)| *asked && test(self.lower(id)))
            .collect()
    }

    /// Which values some row has that is not found yet.
    pub fn open(&self, found: &[bool]) -> Vec<bool> {
        let mut open = vec![false; self.values.len()];
        for (row, _) in found.iter().enumerate().filter(|(_, found)| !**found) {
            for id in self.ids.all_of(row) {
                if let Some(open) = open.get_mut(id) {
                    *open = true;
                }
            }
        }
        open
    }

    /// The first values of some rows, each once, case aside; an empty one for rows without any.
    pub fn values_of(&self, rows: &[usize]) -> Vec<Arc<str>> {
        let folded = self.folded();
        let mut seen = vec![false; self.values.len() + 1];
        let mut values = Vec::new();
        for row in rows {
            let id = self.ids.of(*row);
            let key = id.and_then(|id| folded.get(id)).copied();
            match seen.get_mut(key.unwrap_or(self.values.len())) {
                Some(seen) if !*seen => *seen = true,
                _ => continue,
            }
            values.push(id.map_or_else(|| Arc::from(""), |id| self.value(id).clone()));
        }
        values
    }

    /// How often the values stand in some rows.
    pub fn counts(&self, rows: &[usize]) -> Vec<(u64, &Arc<str>)> {
        let mut counts = vec![0; self.values.len()];
        for id in rows.iter().flat_map(|row| self.ids.all_of(*row)) {
            if let Some(count) = counts.get_mut(id) {
                *count += 1;
            }
        }
        let counts = counts.into_iter().zip(&self.values);
        counts.filter(|(count, _)| *count > 0).collect()
    }

    /// For each value the first that is the same when case is put aside.
    pub fn folded(&self) -> Vec<usize> {
        let mut first: HashMap<&str, usize, RandomState> = HashMap::default();
        let ids = 0..self.values.len();
        ids.map(|id| *first.entry(self.lower(id)).or_insert(id))
            .collect()
    }
}

#[derive(Default)]
struct Builder {
    column: Column,
    known: HashMap<Arc<str>, u32, RandomState>,
    /// The row in which each value was seen last.
    seen: Vec<usize>,
    ids: Vec<u32>,
}

impl Builder {
    fn add(&mut self, value: Cow<'_, str>) {
        self.put(&value, || Arc::from(&*value));
    }

    fn add_shared(&mut self, value: &Arc<str>) {
        self.put(value, || value.clone());
    }

    fn put(&mut self, value: &str, make: impl FnOnce() -> Arc<str>) {
        let id = match self.known.get(value) {
            Some(id) => *id,
            None => {
                let id = u32::try_from(self.column.values.len()).unwrap_or(NONE);
                let value = make();
                self.column.push(&value);
                self.known.insert(value, id);
                self.seen.push(usize::MAX);
                id
            }
        };
        let row = self.column.ids.first.len();
        if let Some(seen) = self.seen.get_mut(id as usize).filter(|seen| **seen != row) {
            *seen = row;
            self.ids.push(id);
        }
    }

    fn end_row(&mut self) {
        self.column.ids.add(&self.ids);
        self.ids.clear();
    }

    fn finish(mut self) -> Column {
        self.column.starts.push(self.column.lower.len());
        self.column
    }
}

impl Column {
    fn push(&mut self, value: &Arc<str>) {
        self.starts.push(self.lower.len());
        if value.is_ascii() {
            let from = self.lower.len();
            self.lower.push_str(value);
            if let Some(new) = self.lower.get_mut(from..) {
                new.make_ascii_lowercase();
            }
        } else {
            self.lower.push_str(&value.to_lowercase());
        }
        self.lower.push('\n');
        self.values.push(value.clone());
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
        let several = columns.filter(|(_, (_, column))| !column.ids.all.is_empty());
        index.joined = several
            .map(|(place, (name, _))| (name.clone(), joined(findings, place)))
            .collect();
        index.list_files(findings);
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
        let all = &findings.findings;
        let rows = || (0..all.len()).filter_map(|row| u32::try_from(row).ok());
        let finding = |row: &u32| all.get(*row as usize);
        let first = |row: &u32| finding(row).and_then(|f| f.first);
        self.oldest = rows().collect();
        self.oldest
            .sort_by_cached_key(|row| (first(row).is_none(), first(row), *row));
        let last = |row: &u32| Reverse(finding(row).and_then(|f| f.last));
        self.newest = rows().collect();
        self.newest.sort_by_cached_key(|row| (last(row), *row));
        self.most.clone_from(&self.oldest);
        let count = |row: &u32| Reverse(finding(row).map_or(0, |f| f.count));
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
    }
}

fn cells(findings: &Findings, place: usize) -> Column {
    let mut builder = Builder::default();
    for row in &findings.table.rows {
        match row.cells.get(place).and_then(Option::as_ref) {
            Some(Value::Text(text)) => builder.add_shared(text),
            Some(Value::Many(texts)) => texts.iter().for_each(|text| builder.add_shared(text)),
            Some(number @ Value::Number(_)) => builder.add(number.as_text()),
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
            builder.add(value.as_text());
        }
        builder.end_row();
    }
    builder.finish()
}

fn machines(findings: &Findings) -> Column {
    let mut builder = Builder::default();
    for finding in &findings.findings {
        if finding.endpoint.is_empty() {
            builder.add(findings.text(finding.row, "dest").into());
        } else {
            builder.add_shared(&finding.endpoint);
        }
        builder.end_row();
    }
    builder.finish()
}

fn of_events(
    findings: &Findings,
    text: impl Fn(&StoredEvent) -> Option<&Arc<str>>,
) -> Column {
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
            finding.urls.iter().for_each(|u| builder.add_shared(text(u)));
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
        ("account", of_events(findings, |event| event.account.as_ref())),
    ]
}
