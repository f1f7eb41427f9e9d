//! `addtotals`: the sum of each row, and with `col` of each column. Facts (Search Reference,
//! "addtotals"): the fields are all when none is named; the sum is in `Total` or `fieldname`; the
//! row at the end says `label` in `labelfield`. Decided here: what is no number is passed over, and
//! a row or column without one has no sum; internal fields are summed only when they are named.

use super::super::names::NamePattern;
use super::super::table::{Row, Table};
use super::rows::column_of;
use super::{Feed, Run};
use crate::event::Value;
use crate::spl::ast;
use std::sync::Arc;

#[derive(Debug)]
pub(super) struct Addtotals {
    tree: ast::Addtotals,
    names: Vec<NamePattern>,
}

impl Addtotals {
    pub(super) fn new(tree: &ast::Addtotals) -> Self {
        let names = tree.fields.iter().map(|name| NamePattern::new(&name.text));
        Self {
            names: names.collect(),
            tree: tree.clone(),
        }
    }
}

/// The sum of the numbers; none when there is none.
fn sum(cells: impl Iterator<Item = Option<f64>>) -> Option<Value> {
    let sum = cells.flatten().reduce(|a, b| a + b)?;
    sum.is_finite().then_some(Value::Number(sum))
}

fn number(row: &Row, place: usize) -> Option<f64> {
    row.cells.get(place)?.as_ref()?.as_number()
}

impl Run for Addtotals {
    fn run(&self, mut table: Table, _: &Feed<'_>) -> Table {
        let wanted = |name: &str| {
            let mut names = self.names.iter();
            (names.len() == 0 && !name.starts_with('_')) || names.any(|one| one.matches(name))
        };
        let columns = table.columns.iter().enumerate();
        let mut summed: Vec<usize> = columns
            .filter(|(_, name)| wanted(name))
            .map(|(place, _)| place)
            .collect();
        if self.tree.row {
            let total = column_of(&mut table, &Arc::from(self.tree.field_name.text.as_str()));
            summed.retain(|place| *place != total);
            for row in &mut table.rows {
                let sum = sum(summed.iter().map(|place| number(row, *place)));
                if let Some(cell) = row.cells.get_mut(total) {
                    *cell = sum;
                }
            }
            summed.push(total);
        }
        if self.tree.col {
            let label = self.tree.label_field.as_ref();
            let label = label.map(|name| column_of(&mut table, &Arc::from(name.text.as_str())));
            let mut cells = vec![None; table.columns.len()];
            for place in summed {
                let sum = sum(table.rows.iter().map(|row| number(row, place)));
                if let Some(cell) = cells.get_mut(place) {
                    *cell = sum;
                }
            }
            if let Some(cell) = label.and_then(|label| cells.get_mut(label)) {
                *cell = Some(Value::text(&self.tree.label.text));
            }
            let events = Vec::new();
            table.rows.push(Row { cells, events });
        }
        table
    }
}
