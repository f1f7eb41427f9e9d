//! What a search and the searches inside of it run over: the rows that are at hand, each with the
//! dataset that it is of, or the table that stands for one.

use super::table::Table;
use crate::cim::DatasetRow;

/// Rows of datasets, or a table.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Feed<'a> {
    rows: &'a [(usize, &'a DatasetRow)],
    table: Option<&'a Table>,
}

/// What a table is that is not at hand.
static EMPTY: Table = Table {
    columns: Vec::new(),
    rows: Vec::new(),
};

impl<'a> Feed<'a> {
    pub(super) fn of_rows(rows: &'a [(usize, &'a DatasetRow)]) -> Self {
        Self { rows, table: None }
    }

    pub(super) fn of_table(table: &'a Table) -> Self {
        let table = Some(table);
        Self { rows: &[], table }
    }

    /// The rows of the dataset at that place, with their places among all rows.
    pub(super) fn rows(self, index: usize) -> impl Iterator<Item = (u32, &'a DatasetRow)> {
        // More rows than a number of 32 bits can say do not fit into memory.
        let rows = (0_u32..).zip(self.rows);
        rows.filter(move |(_, (of, _))| *of == index)
            .map(|(place, (_, row))| (place, *row))
    }

    pub(super) fn table(self) -> &'a Table {
        self.table.unwrap_or(&EMPTY)
    }
}
