//! `inputlookup`: the rows of a lookup as rows. Facts (Search Reference, "inputlookup"): without
//! `append` it is the first command; `start` passes rows over and `max` bounds them; `where` picks
//! among them. Decided here: `where` is tested before the bounds; an empty cell is null. And
//! `makeresults`: rows with nothing but the time of the search (Search Reference, "makeresults").

use super::super::cells::{Cells, Fields, TIME};
use super::super::messages::Messages;
use super::super::plan::Context;
use super::super::predicate::Predicate;
use super::super::table::{Row, Table};
use super::lookup::find;
use super::rows::column_of;
use super::{Feed, Run};
use crate::content;
use crate::event::Value;
use crate::spl::ast;
use std::sync::Arc;

#[derive(Debug)]
pub(super) struct Inputlookup {
    table: Arc<content::Lookup>,
    start: usize,
    max: usize,
    condition: Option<(Predicate, Fields)>,
}

impl Inputlookup {
    pub(super) fn compile(
        tree: &ast::Inputlookup,
        context: &Context<'_>,
        messages: &mut Messages,
    ) -> Option<Self> {
        let condition = tree.predicate.as_ref().map(|tree| {
            let mut fields = Fields::default();
            let predicate = Predicate::compile(tree, &mut fields, messages);
            (predicate, fields)
        });
        Some(Self {
            table: find(&tree.table, context, messages)?,
            start: usize::try_from(tree.start).unwrap_or(usize::MAX),
            max: usize::try_from(tree.max).unwrap_or(usize::MAX),
            condition,
        })
    }

    fn rows(&self) -> Table {
        let value = |cell: &String| (!cell.is_empty()).then(|| Value::text(cell));
        let rows = self.table.rows.iter().map(|row| Row {
            cells: row.iter().map(value).collect(),
            events: Vec::new(),
        });
        let names = self.table.header.iter();
        let mut table = Table {
            columns: names.map(|name| Arc::from(name.as_str())).collect(),
            rows: rows.collect(),
        };
        if let Some((predicate, fields)) = &self.condition {
            let places = fields.in_table(&table);
            table
                .rows
                .retain(|row| predicate.test(&Cells::of_table(row, &places)));
        }
        let rows = table.rows.into_iter().skip(self.start).take(self.max);
        table.rows = rows.collect();
        table
    }
}

impl Run for Inputlookup {
    fn run(&self, table: Table, _: &Feed<'_>) -> Table {
        appended(table, self.rows())
    }
}

/// The rows of one table behind those of another, by the names of their columns.
pub(super) fn appended(mut table: Table, more: Table) -> Table {
    let names = more.columns.iter();
    let columns: Vec<usize> = names.map(|name| column_of(&mut table, name)).collect();
    let width = table.columns.len();
    for row in more.rows {
        let mut cells = vec![None; width];
        for (cell, column) in row.cells.into_iter().zip(&columns) {
            if let Some(place) = cells.get_mut(*column) {
                *place = cell;
            }
        }
        let events = row.events;
        table.rows.push(Row { cells, events });
    }
    table
}

#[derive(Debug)]
pub(super) struct Makeresults {
    count: usize,
    time: Option<Value>,
}

impl Makeresults {
    pub(super) fn new(count: u64, context: &Context<'_>, messages: &mut Messages) -> Self {
        messages.asks_now = true;
        let now = context.options.now;
        Self {
            count: usize::try_from(count).unwrap_or(usize::MAX),
            time: now.map(|now| Value::text(&now.epoch_text())),
        }
    }
}

impl Run for Makeresults {
    fn run(&self, _: Table, _: &Feed<'_>) -> Table {
        let row = Row {
            cells: vec![self.time.clone()],
            events: Vec::new(),
        };
        Table {
            columns: vec![Arc::from(TIME)],
            rows: vec![row; self.count],
        }
    }
}
