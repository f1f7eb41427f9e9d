//! `fields` and `table`: which columns there are, and in which order.
//!
//! Facts (Search Reference, "fields", "table"): `fields` leaves the internal fields (`_time`,
//! `_raw`) in unless they are named to be taken out; `table` has exactly the columns that are
//! named, in that order. Decided here: `fields` puts the columns in the order of its list too, as
//! Splunk's statistics table shows them, internal ones in front; `table` has an empty column for
//! a field that is not there, `fields` has none.

use super::super::names::NamePattern;
use super::super::table::{Row, Table};
use super::{Feed, Run};
use crate::spl::ast::Name;
use std::sync::Arc;

/// `fields`.
#[derive(Debug, Clone)]
pub(super) struct Fields {
    remove: bool,
    names: Vec<NamePattern>,
}

/// `table`.
#[derive(Debug, Clone)]
pub(super) struct Columns {
    names: Vec<(Arc<str>, NamePattern)>,
}

impl Fields {
    pub(super) fn new(remove: bool, names: &[Name]) -> Self {
        let names = names.iter().map(|name| NamePattern::new(&name.text));
        Self {
            remove,
            names: names.collect(),
        }
    }
}

impl Run for Fields {
    fn has_told_columns(&self) -> bool {
        true
    }

    fn run(&self, table: Table, _: &Feed<'_>) -> Table {
        let columns = || table.columns.iter().enumerate();
        let named = |name: &str| self.names.iter().any(|pattern| pattern.matches(name));
        let mut order: Vec<usize> = columns()
            .filter(|(_, name)| !named(name) && (self.remove || name.starts_with('_')))
            .map(|(place, _)| place)
            .collect();
        if !self.remove {
            for pattern in &self.names {
                order.extend(
                    columns()
                        .filter(|(_, n)| pattern.matches(n))
                        .map(|(p, _)| p),
                );
            }
        }
        let order = order.into_iter().map(Wanted::Place).collect();
        select(table, order)
    }
}

impl Columns {
    pub(super) fn new(names: &[Name]) -> Self {
        let names = names
            .iter()
            .map(|name| (Arc::from(name.text.as_str()), NamePattern::new(&name.text)));
        Self {
            names: names.collect(),
        }
    }
}

impl Run for Columns {
    fn has_told_columns(&self) -> bool {
        true
    }

    fn run(&self, table: Table, _: &Feed<'_>) -> Table {
        let mut order = Vec::new();
        for (name, pattern) in &self.names {
            let columns = table.columns.iter().enumerate();
            let before = order.len();
            let found = columns.filter(|(_, column)| pattern.matches(column));
            order.extend(found.map(|(place, _)| Wanted::Place(place)));
            if order.len() == before && pattern.is_plain() {
                order.push(Wanted::Empty(name.clone()));
            }
        }
        select(table, order)
    }
}

/// A column of the result.
enum Wanted {
    Place(usize),
    Empty(Arc<str>),
}

/// The table with those columns; one that is wanted twice is taken once.
fn select(table: Table, order: Vec<Wanted>) -> Table {
    let mut columns: Vec<Arc<str>> = Vec::new();
    let mut places: Vec<Option<usize>> = Vec::new();
    let mut seen = hashbrown::HashSet::new();
    for wanted in order {
        let (name, place) = match wanted {
            Wanted::Place(place) => (table.columns.get(place).cloned(), Some(place)),
            Wanted::Empty(name) => (Some(name), None),
        };
        if let Some(name) = name
            && seen.insert(name.clone())
        {
            columns.push(name);
            places.push(place);
        }
    }
    let rows = table.rows.into_iter().map(|mut row| {
        let cells = places.iter().map(|place| {
            let cell = place.and_then(|place| row.cells.get_mut(place));
            cell.and_then(Option::take)
        });
        Row {
            cells: cells.collect(),
            events: row.events,
        }
    });
    let rows = rows.collect();
    Table { columns, rows }
}
