//! `eventstats`: what `stats` computes, beside each row of the group. Facts (Search Reference,
//! "eventstats"): the functions and `by` are those of `stats`; a row that lacks a field to group by
//! gets nothing. Decided here: a row with a multivalue field in `by` gets what its first group has.

use super::super::messages::Messages;
use super::super::table::{Row, Table};
use super::rows::column_of;
use super::stats::Stats;
use super::{Feed, Run};
use crate::event::Value;
use crate::spl::ast;
use hashbrown::HashMap;
use std::borrow::Cow;
use std::sync::Arc;

#[derive(Debug)]
pub(super) struct Eventstats {
    stats: Stats,
    by: Vec<Arc<str>>,
}

impl Eventstats {
    pub(super) fn compile(tree: &ast::Stats, messages: &mut Messages) -> Self {
        let by = tree.by.iter().map(|by| Arc::from(by.name.text.as_str()));
        Self {
            stats: Stats::compile(tree, messages),
            by: by.collect(),
        }
    }
}

impl Run for Eventstats {
    fn run(&self, mut table: Table, _: &Feed<'_>) -> Table {
        let grouped = self.stats.group(&table);
        let width = self.by.len();
        let by = self.by.iter();
        let places: Vec<Option<usize>> = by.map(|name| table.column(name)).collect();
        let groups: HashMap<Vec<String>, &[Option<Value>]> = grouped
            .rows
            .iter()
            .filter_map(|row| {
                let (key, results) = row.cells.split_at_checked(width)?;
                let key = key.iter().map(|cell| cell.as_ref().map(text)).collect();
                Some((Option::<Vec<String>>::unwrap_or_default(key), results))
            })
            .collect();
        let names = grouped.columns.iter().skip(width);
        let columns: Vec<usize> = names.map(|name| column_of(&mut table, name)).collect();
        for row in &mut table.rows {
            let results = key_of(row, &places).and_then(|key| groups.get(&key));
            for (number, column) in columns.iter().enumerate() {
                let result = results.and_then(|results| results.get(number).cloned().flatten());
                if let Some(cell) = row.cells.get_mut(*column) {
                    *cell = result;
                }
            }
        }
        table
    }
}

fn text(value: &Value) -> String {
    value.as_text().into_owned()
}

/// The texts of the fields to group by, of a multivalue field the first; none when one is missing.
fn key_of(row: &Row, places: &[Option<usize>]) -> Option<Vec<String>> {
    let texts = places.iter().map(|place| {
        let value = row.cells.get((*place)?)?.as_ref()?;
        value.each().into_iter().min().map(Cow::into_owned)
    });
    texts.collect()
}
