//! `dedup`: of rows with the same values of some fields the first. `uniq`: of rows one behind the
//! other that are the same in every field the first (Search Reference, "uniq").
//!
//! Facts (Search Reference, "dedup"): the first of each combination of values is kept, or the first
//! N; rows that lack one of the fields are left out but with `keepempty`; `keepevents` keeps the
//! rows and takes the fields out of those that would go; `consecutive` compares with the row before
//! only; `sortby` orders first. Letter case counts. Decided here: the values of a multivalue field
//! are compared all together.

use super::super::subsearch::events_of;
use super::super::table::Table;
use super::order::arrange;
use super::{Feed, Run};
use crate::spl::ast;
use hashbrown::HashMap;

#[derive(Debug)]
pub(super) struct Dedup {
    tree: ast::Dedup,
}

type Key = Vec<Vec<String>>;

impl Dedup {
    pub(super) fn new(tree: &ast::Dedup) -> Self {
        Self { tree: tree.clone() }
    }
}

impl Run for Dedup {
    fn run(&self, mut table: Table, _: &Feed<'_>) -> Table {
        let tree = &self.tree;
        arrange(&mut table, &tree.sort);
        let names = tree.fields.iter();
        let places: Vec<Option<usize>> = names.map(|name| table.column(&name.text)).collect();
        let mut seen: HashMap<Key, u64> = HashMap::new();
        table.rows.retain_mut(|row| {
            let Some(key) = row.key(&places) else {
                return tree.keep_empty;
            };
            if tree.consecutive && !seen.contains_key(&key) {
                seen.clear();
            }
            let count = seen.entry(key).or_default();
            *count += 1;
            if *count <= tree.count || !tree.keep_events {
                return *count <= tree.count;
            }
            for place in places.iter().flatten() {
                if let Some(cell) = row.cells.get_mut(*place) {
                    *cell = None;
                }
            }
            true
        });
        table
    }
}

#[derive(Debug)]
pub(super) struct Uniq;

impl Run for Uniq {
    fn run(&self, mut table: Table, _: &Feed<'_>) -> Table {
        table.rows.dedup_by(|next, row| {
            let same = next.cells == row.cells;
            if same {
                row.events = events_of(row, next);
            }
            same
        });
        table
    }
}
