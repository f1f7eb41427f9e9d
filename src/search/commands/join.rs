//! `join`: the fields of another search's rows beside the rows with which they share values.
//!
//! Facts (Search Reference, "join"): without fields it is all that both have; `inner` leaves out
//! rows that find no other, `left` and `outer` keep them; each row is joined with one other, or
//! `max`, with 0 all; `overwrite` lets the others' fields replace those that there are; the other
//! search gives 50,000 rows at most. Of several that fit the first is taken (SPL2 Search
//! Reference, "join command: Examples"). Decided here: a million rows come out at most; letter case counts; a
//! null is equal to nothing; a multivalue field is compared with all its values; internal fields
//! are no fields that both have, unless named.

use super::super::messages::Messages;
use super::super::plan::{Context, Plan};
use super::super::subsearch::{events_of, rows_of};
use super::super::table::{Row, Table};
use super::rows::column_of;
use super::{Feed, Run};
use crate::spl::ast;
use hashbrown::HashMap;
use std::sync::Arc;

/// How many rows of the other search are taken (`limits.conf`, `[join]`: `subsearch_maxout`).
const MAX_ROWS: usize = 50_000;

/// How many rows come out at most: `max=0` multiplies rows, and no person reads a million.
const MAX_JOINED: usize = 1_000_000;

#[derive(Debug)]
pub(super) struct Join {
    outer: bool,
    overwrite: bool,
    max: usize,
    fields: Vec<Arc<str>>,
    search: Plan,
}

type Key = Vec<Vec<String>>;

impl Join {
    pub(super) fn compile(
        tree: &ast::Join,
        context: &Context<'_>,
        messages: &mut Messages,
    ) -> Option<Self> {
        let fields = tree.fields.iter();
        Some(Self {
            outer: tree.outer,
            overwrite: tree.overwrite,
            max: match tree.max {
                0 => usize::MAX,
                max => usize::try_from(max).unwrap_or(usize::MAX),
            },
            fields: fields.map(|name| Arc::from(name.text.as_str())).collect(),
            search: Plan::compile_in(&tree.search, context, messages)?,
        })
    }

    /// The fields that must be equal.
    fn shared(&self, table: &Table, others: &Table) -> Vec<Arc<str>> {
        if !self.fields.is_empty() {
            return self.fields.clone();
        }
        let names = table.columns.iter().filter(|name| !name.starts_with('_'));
        let both = names.filter(|name| others.column(name).is_some());
        both.cloned().collect()
    }
}

impl Run for Join {
    fn run(&self, mut table: Table, feed: &Feed<'_>) -> Table {
        // Nothing joins with nothing: then it is run for its columns.
        let none = Feed::default();
        let feed = if table.rows.is_empty() { &none } else { feed };
        let others = rows_of(&self.search, feed, MAX_ROWS);
        let shared = self.shared(&table, &others);
        let places = |of: &Table| -> Vec<Option<usize>> {
            shared.iter().map(|name| of.column(name)).collect()
        };
        let (own, their) = (places(&table), places(&others));
        let mut index: HashMap<Key, Vec<&Row>> = HashMap::new();
        if !shared.is_empty() {
            for row in &others.rows {
                if let Some(key) = row.key(&their) {
                    index.entry(key).or_default().push(row);
                }
            }
        }
        let names = others.columns.iter().enumerate();
        let taken: Vec<(usize, usize)> = names
            .filter(|(_, name)| !shared.contains(name))
            .map(|(place, name)| (place, column_of(&mut table, name)))
            .collect();
        let rows = std::mem::take(&mut table.rows);
        for row in rows {
            let found = row.key(&own).and_then(|key| index.get(&key));
            let Some(found) = found else {
                if self.outer {
                    table.rows.push(row);
                }
                continue;
            };
            let left = MAX_JOINED.saturating_sub(table.rows.len());
            for other in found.iter().take(self.max.min(left)) {
                table.rows.push(self.joined(&row, other, &taken));
            }
        }
        table
    }

    fn searches(&self) -> Vec<&Plan> {
        vec![&self.search]
    }

    fn has_told_columns(&self) -> bool {
        self.search.has_told_columns()
    }

    fn leaves_nothing(&self, feed: &Feed<'_>) -> bool {
        !self.outer && self.search.finds_nothing(feed)
    }
}

impl Join {
    fn joined(&self, row: &Row, other: &Row, taken: &[(usize, usize)]) -> Row {
        let mut joined = row.clone();
        joined.events = events_of(row, other);
        for (from, to) in taken {
            let theirs = other.cells.get(*from).cloned().flatten();
            if let (Some(theirs), Some(cell)) = (theirs, joined.cells.get_mut(*to))
                && (self.overwrite || cell.is_none())
            {
                *cell = Some(theirs);
            }
        }
        joined
    }
}
