//! `top` and `rare`: the most and the least frequent values of fields.
//!
//! Facts (Search Reference, "top", "rare"): 10 values are given, or `limit`, with 0 all; `by` groups
//! first; `count` and `percent` stand behind, under other names with `countfield` and
//! `percentfield`, or not at all. A row without one of the fields does not count. Decided here:
//! values that are as frequent come in the order of their texts; groups in that of theirs; every
//! value of a multivalue field counts; a share is written with at most six decimals.

use super::super::table::{Row, Table, combinations};
use super::{Feed, Run};
use crate::event::Value;
use crate::spl::ast;
use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::sync::Arc;

#[derive(Debug)]
pub(super) struct Top {
    tree: ast::Top,
    limit: usize,
}

/// The rows of one combination of values: how many, and the events behind.
#[derive(Default)]
struct Tally {
    count: usize,
    events: Vec<u32>,
}

type Key = Vec<Arc<str>>;

impl Top {
    pub(super) fn new(tree: &ast::Top) -> Self {
        Self {
            limit: match tree.limit {
                0 => usize::MAX,
                limit => usize::try_from(limit).unwrap_or(usize::MAX),
            },
            tree: tree.clone(),
        }
    }

    /// The tallies of each combination of values, by the fields to group by.
    fn tally(&self, table: &Table) -> BTreeMap<Key, BTreeMap<Key, Tally>> {
        let place = |name: &ast::Name| table.column(&name.text);
        let by: Vec<_> = self.tree.by.iter().map(place).collect();
        let fields: Vec<_> = self.tree.fields.iter().map(place).collect();
        let mut groups: BTreeMap<Key, BTreeMap<Key, Tally>> = BTreeMap::new();
        for row in &table.rows {
            for group in keys(row, &by) {
                for key in keys(row, &fields) {
                    let tallies = groups.entry(group.clone()).or_default();
                    let tally = tallies.entry(key).or_default();
                    tally.count += 1;
                    tally.events.extend_from_slice(&row.events);
                }
            }
        }
        groups
    }
}

/// Every combination of the values of some fields; none when a field is missing.
fn keys(row: &Row, places: &[Option<usize>]) -> Vec<Key> {
    let values = places.iter().map(|place| {
        let value = place.and_then(|place| row.cells.get(place)?.as_ref());
        let texts = value.map(Value::each).unwrap_or_default();
        texts.iter().map(|text| Arc::from(text.as_ref())).collect()
    });
    combinations(&values.collect::<Vec<_>>())
}

#[expect(clippy::cast_precision_loss, reason = "no count of rows reaches 2^53")]
fn number(count: usize) -> f64 {
    count as f64
}

impl Run for Top {
    fn run(&self, table: Table, _: &Feed<'_>) -> Table {
        let names = self.tree.by.iter().chain(&self.tree.fields);
        let names = names.map(|name| &name.text);
        let added = [&self.tree.count_field, &self.tree.percent_field];
        let names = names.chain(added.into_iter().flatten().map(|name| &name.text));
        let mut made = Table {
            columns: names.map(|name| Arc::from(name.as_str())).collect(),
            rows: Vec::new(),
        };
        for (group, tallies) in self.tally(&table) {
            let total: usize = tallies.values().map(|tally| tally.count).sum();
            let mut tallies: Vec<(Key, Tally)> = tallies.into_iter().collect();
            // A stable sort of what is in the order of its texts.
            if self.tree.rare {
                tallies.sort_by_key(|(_, tally)| tally.count);
            } else {
                tallies.sort_by_key(|(_, tally)| Reverse(tally.count));
            }
            for (key, mut tally) in tallies.into_iter().take(self.limit) {
                let texts = group.iter().chain(&key).cloned();
                let mut cells: Vec<_> = texts.map(|text| Some(Value::Text(text))).collect();
                let count = number(tally.count);
                if self.tree.count_field.is_some() {
                    cells.push(Some(Value::Number(count)));
                }
                if self.tree.percent_field.is_some() {
                    let share = (count / number(total) * 1e8).round() / 1e6;
                    cells.push(Some(Value::Number(share)));
                }
                tally.events.sort_unstable();
                tally.events.dedup();
                let events = tally.events;
                made.rows.push(Row { cells, events });
            }
        }
        made
    }
}
