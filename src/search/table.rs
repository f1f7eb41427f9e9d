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

impl Row {
    /// The values of some columns; none when one is missing.
    pub(super) fn key(&self, places: &[Option<usize>]) -> Option<Vec<Vec<String>>> {
        let values = places.iter().map(|place| {
            let value = self.cells.get((*place)?)?.as_ref()?;
            Some(value.each().iter().map(ToString::to_string).collect())
        });
        values.collect()
    }
}

/// Every way to take one of each; one of none when there is nothing to take.
pub(super) fn combinations<T: Clone>(choices: &[Vec<T>]) -> Vec<Vec<T>> {
    let mut found = vec![Vec::with_capacity(choices.len())];
    for choices in choices {
        let longer = found.iter().flat_map(|taken| {
            choices.iter().map(move |choice| {
                let mut taken: Vec<T> = taken.clone();
                taken.push(choice.clone());
                taken
            })
        });
        found = longer.collect();
    }
    found
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
