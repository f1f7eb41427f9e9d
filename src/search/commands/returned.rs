//! `format` and `return`: what rows ask for, as the text that a search in brackets puts in its place.
//!
//! Facts (Search Reference, "format", "return"): the one row that is given has the text in the field
//! `search`; `return` takes the first row, or N; `field` and `alias=field` compare, `$field` is the
//! value alone; the rows are joined by OR. Decided here: the text is in the spelling of this program,
//! which means the same; several fields of a row of `return` must all be met.

use super::super::subsearch::asked;
use super::super::table::{Row, Table};
use super::{Feed, Run};
use crate::event::Value;
use crate::spl::ast::{self, ReturnField};
use crate::spl::{Span, print};
use std::sync::Arc;

#[derive(Debug)]
pub(super) struct Format;

#[derive(Debug)]
pub(super) struct Return(pub(super) ast::Return);

/// The table with the text of a predicate.
fn one(text: &str, rows: &[Row]) -> Table {
    let mut events: Vec<u32> = rows.iter().flat_map(|row| row.events.clone()).collect();
    events.sort_unstable();
    events.dedup();
    Table {
        columns: vec![Arc::from("search")],
        rows: vec![Row {
            cells: vec![Some(Value::text(text))],
            events,
        }],
    }
}

impl Run for Format {
    fn run(&self, table: Table, _: &Feed<'_>) -> Table {
        let text = print::predicate(&asked(&table, Span::default()));
        one(&text, &table.rows)
    }
}

impl Run for Return {
    fn run(&self, mut table: Table, _: &Feed<'_>) -> Table {
        table
            .rows
            .truncate(usize::try_from(self.0.count).unwrap_or(usize::MAX));
        // A field called `search` stands by itself: that is what `$field` asks for.
        let columns = self.0.fields.iter().map(|field| match field {
            ReturnField::Compare { alias, field } => (alias.text.as_str(), field),
            ReturnField::Value(field) => ("search", field),
        });
        let columns: Vec<(Arc<str>, Option<usize>)> = columns
            .map(|(name, field)| (Arc::from(name), table.column(&field.text)))
            .collect();
        let rows = table.rows.iter().map(|row| Row {
            cells: columns
                .iter()
                .map(|(_, place)| place.and_then(|place| row.cells.get(place).cloned().flatten()))
                .collect(),
            events: row.events.clone(),
        });
        let wanted = Table {
            rows: rows.collect(),
            columns: columns.iter().map(|(name, _)| name.clone()).collect(),
        };
        let text = print::predicate(&asked(&wanted, Span::default()));
        one(&text, &wanted.rows)
    }
}
