//! Rows of a result that someone exported, beside those that a `tstats` makes: they were counted
//! where they come from, so each stays one row, its columns put where the search has theirs. Whether
//! they meet the `where` is told before.

use super::super::cells::{TIME, bare_name};
use super::super::table::{Row, Table};
use crate::cim::Given;
use crate::event::{Timestamp, Value};
use std::sync::Arc;

/// What of a `tstats` such rows are put by.
#[derive(Debug, Clone)]
pub(super) struct Results {
    dataset: String,
    /// How many columns it groups by; they are the first.
    by: usize,
    /// Stands for null in them; without it such rows are left out.
    fill: Option<Arc<str>>,
}

impl Results {
    pub(super) fn new(dataset: &str, by: usize, fill: Option<&str>) -> Self {
        Self {
            dataset: dataset.to_owned(),
            by,
            fill: fill.map(Arc::from),
        }
    }

    /// Adds rows, each with its place and time, and puts all into the order of the fields grouped
    /// by.
    pub(super) fn add(&self, table: &mut Table, made: &[(u32, Option<Timestamp>, &Given)]) {
        if made.is_empty() {
            return;
        }
        let rows = made.iter().filter_map(|(place, time, given)| {
            let columns = table.columns.iter().enumerate();
            let cells = columns.map(|(at, column)| {
                let cell = self.cell(column, *time, given);
                let filled = || self.fill.clone().map(Value::Text);
                if at < self.by {
                    cell.or_else(filled)
                } else {
                    cell
                }
            });
            let cells: Vec<Option<Value>> = cells.collect();
            let whole = cells.iter().take(self.by).all(Option::is_some);
            let events = vec![*place];
            whole.then_some(Row { cells, events })
        });
        let rows: Vec<Row> = rows.collect();
        table.rows.extend(rows);
        table.rows.sort_by_cached_key(|row| {
            let by = row.cells.iter().take(self.by);
            by.map(|cell| cell.as_ref().map(|value| value.as_text().into_owned()))
                .collect::<Vec<_>>()
        });
    }

    /// The cell of a column, which the export names with or without the dataset.
    fn cell(&self, column: &str, time: Option<Timestamp>, given: &Given) -> Option<Value> {
        if column == TIME {
            return time.map(|at| Value::text(&at.epoch_text()));
        }
        let named = |name: &str| given.iter().find(|(known, _)| **known == *name);
        let bare = || bare_name(&self.dataset, column).and_then(named);
        let (_, value) = named(column).or_else(bare)?;
        // A count is a number here, and a text in CSV.
        Some(match value.as_number() {
            Some(number) if column == "count" => Value::Number(number),
            _ => value.clone(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn given(cells: &[(&str, &str)]) -> Given {
        let cells = cells.iter();
        cells
            .map(|(name, text)| (Arc::from(*name), Value::text(text)))
            .collect()
    }

    fn table(columns: &[&str]) -> Table {
        Table {
            columns: columns.iter().map(|name| Arc::from(*name)).collect(),
            rows: vec![Row {
                cells: vec![Some("m".into()), Some(Value::Number(1.0))],
                events: vec![0],
            }],
        }
    }

    fn added(fill: Option<&str>) -> Vec<Vec<Option<Value>>> {
        let rows = [
            given(&[("Processes.dest", "z"), ("count", "7")]),
            given(&[("dest", "a"), ("count", "2"), ("other", "x")]),
            given(&[("count", "3")]),
        ];
        let mut table = table(&["Processes.dest", "count"]);
        let made: Vec<_> = (1..)
            .zip(&rows)
            .map(|(place, given)| (place, None, given))
            .collect();
        Results::new("Processes", 1, fill).add(&mut table, &made);
        table.rows.into_iter().map(|row| row.cells).collect()
    }

    #[test]
    fn rows_made_elsewhere_stand_in_the_order_of_the_others() {
        let row = |dest: &str, count: f64| vec![Some(dest.into()), Some(Value::Number(count))];
        let rows = [row("a", 2.0), row("m", 1.0), row("z", 7.0)];
        assert_eq!(added(None), rows);
        let filled = [
            row("a", 2.0),
            row("m", 1.0),
            row("null", 3.0),
            row("z", 7.0),
        ];
        assert_eq!(added(Some("null")), filled);
    }
}
