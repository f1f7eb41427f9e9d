//! A result table: named columns, rows of values, and for each row the events it came from.

use crate::event::Value;
use std::sync::Arc;

/// Columns and rows.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Table {
    /// Names, in the order in which the search puts them.
    pub columns: Vec<Arc<str>>,
    /// The rows.
    pub rows: Vec<Row>,
}

/// A row: a value or none for each column, and what it rests on.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Row {
    /// By column.
    pub cells: Vec<Option<Value>>,
    /// The places of the input rows behind it, ascending.
    pub events: Vec<u32>,
}

impl Table {
    /// The place of a column.
    pub fn column(&self, name: &str) -> Option<usize> {
        self.columns.iter().position(|c| &**c == name)
    }

    /// A cell by column name.
    pub fn cell<'a>(&self, row: &'a Row, name: &str) -> Option<&'a Value> {
        row.cells.get(self.column(name)?)?.as_ref()
    }
}
