//! `eventstats`: what `stats` computes, beside each row of the group. Facts (Search Reference,
//! "eventstats"): the functions and `by` are those of `stats`; a row that lacks a field to group by
//! gets nothing. Decided here: a row with a multivalue field in `by` gets what its first group has.

use super::super::cells::Cells;
use super::super::group::Groups;
use super::super::messages::Messages;
use super::super::table::Table;
use super::stats::{Stats, put_beside};
use super::{Feed, Run};
use crate::spl::ast;

#[derive(Debug)]
pub(super) struct Eventstats {
    stats: Stats,
    by: usize,
}

impl Eventstats {
    pub(super) fn compile(tree: &ast::Stats, messages: &mut Messages) -> Self {
        Self {
            stats: Stats::compile(tree, messages),
            by: tree.by.len(),
        }
    }
}

impl Run for Eventstats {
    fn run(&self, mut table: Table, _: &Feed<'_>) -> Table {
        let compiled = self.stats.compiled(&table);
        let (grouping, fields) = &*compiled;
        let places = fields.in_table(&table);
        let cells = table.rows.iter().map(|row| Cells::of_table(row, &places));
        let mut groups = Groups::new(grouping);
        cells.clone().for_each(|cells| groups.add(&cells, &[]));
        let results: Vec<_> = cells.map(|cells| groups.results(&cells)).collect();
        let names = grouping.columns();
        put_beside(&mut table, names.iter().skip(self.by), results);
        table
    }
}
