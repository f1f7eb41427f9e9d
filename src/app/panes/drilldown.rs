//! A drilldown: the result of one of the rule's drilldown searches for the selected row, its table,
//! the events behind a row of that, and one thing of it in full.

use crate::app::list::List;
use crate::app::moved::Moved;
use crate::app::text_view::TextView;
use crate::worker::DrilldownResult;
use std::sync::Arc;

/// What is shown in full, in place of the panes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Whole {
    /// The resolved search.
    Search,
    /// A row of the table, a column a line.
    Row(usize),
    /// An event behind the table, by its number in the result.
    Event(usize),
}

/// What was asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Asked {
    row: usize,
    all_time: bool,
    generation: u64,
}

/// The state of the view.
#[derive(Debug, Clone, Default)]
pub struct DrilldownPane {
    /// Everything that is loaded instead of the drilldown's own bounds.
    pub all_time: bool,
    asked: Option<Asked>,
    running: bool,
    /// More was read since it was asked.
    stale: bool,
    result: Option<Result<Arc<DrilldownResult>, String>>,
    /// The rows of the table.
    pub table: List<usize>,
    /// The first column in sight.
    pub column: usize,
    /// How many columns are in sight whole.
    pub columns: usize,
    /// The events behind the selected row of the table, by their number in the result.
    pub behind: List<usize>,
    /// What is shown in full.
    pub whole: Option<Whole>,
    /// Where that is scrolled to.
    pub view: TextView,
    /// What is searched in table and events.
    pub search: String,
}

impl DrilldownPane {
    /// The result; `None` while it is awaited.
    pub fn result(&self) -> Option<&Result<Arc<DrilldownResult>, String>> {
        self.result.as_ref()
    }

    /// The result when there is one.
    pub fn found(&self) -> Option<&DrilldownResult> {
        self.result.as_ref()?.as_ref().ok().map(|found| &**found)
    }

    /// Whether it is being searched.
    pub fn is_running(&self) -> bool {
        self.running
    }

    /// Whether more was read since it was asked.
    pub fn is_stale(&self) -> bool {
        self.stale
    }

    /// Whether to ask for a row now; the number to ask with is `generation` when so. A result
    /// that more reading made stale is asked for again when reading has ended: while it goes on
    /// that would never end.
    pub fn ask(&mut self, row: usize, generation: u64, loading: bool) -> bool {
        let same = self
            .asked
            .is_some_and(|a| a.row == row && a.all_time == self.all_time);
        if self.running || (same && (!self.stale || loading)) {
            return false;
        }
        if !same {
            self.result = None;
            self.whole = None;
            self.column = 0;
        }
        self.asked = Some(Asked {
            row,
            all_time: self.all_time,
            generation,
        });
        self.running = true;
        self.stale = false;
        true
    }

    /// Takes a result, unless it is an earlier one's.
    pub fn take(&mut self, generation: u64, result: Result<Arc<DrilldownResult>, String>) {
        if self
            .asked
            .is_some_and(|asked| asked.generation == generation)
        {
            self.result = Some(result);
            self.fit_table();
        }
    }

    /// The job has ended; when it gave no result, that is the result.
    pub fn ended(&mut self, reason: Option<String>) {
        self.running = false;
        if let (None, Some(reason)) = (&self.result, reason) {
            self.result = Some(Err(reason));
        }
    }

    /// The rows have other places now, and more was read.
    pub(in crate::app) fn rows_moved(&mut self, moved: &Moved<'_>) {
        let Some(asked) = &mut self.asked else { return };
        match moved.row(asked.row) {
            Some(row) => asked.row = row,
            None => self.asked = None,
        }
        self.stale = true;
    }

    /// More is known of what it was asked over.
    pub(in crate::app) fn more_is_known(&mut self) {
        self.stale = self.asked.is_some();
    }

    fn fit_table(&mut self) {
        let rows = self.found().map_or(0, |found| found.table.rows.len());
        self.table
            .replace((0..rows).collect(), |k| Some(*k), |_| true);
        self.fit_behind();
    }

    /// Lists the events behind the selected row of the table.
    pub fn fit_behind(&mut self) {
        let row = self.table.selected();
        let events = self.found().map_or(Vec::new(), |found| {
            let behind = found.events.iter().enumerate();
            let of_row = behind.filter(|(_, event)| event.rows.contains(&row));
            of_row.map(|(place, _)| place).collect()
        });
        if events != self.behind.keys() {
            self.behind.replace(events, |k| Some(*k), |_| true);
        }
    }

    /// Shows something in full.
    pub fn show(&mut self, whole: Option<Whole>) {
        if whole != self.whole {
            self.view = TextView::default();
        }
        self.whole = whole;
    }

    /// To the columns before or after: by one, or by as many as are in sight. Not further than
    /// the last one needs.
    pub fn turn(&mut self, right: bool, page: bool) {
        let all = self.found().map_or(0, |found| found.table.columns.len());
        let step = if page { self.columns.max(1) } else { 1 };
        if !right {
            self.column = self.column.saturating_sub(step);
        } else if self.column + self.columns < all {
            self.column = (self.column + step).min(all.saturating_sub(1));
        }
    }
}

/// A row of the table as names and values, ours last and called so.
pub fn row_fields(found: &DrilldownResult, row: usize) -> Vec<(String, String)> {
    let cells = found.table.rows.get(row).map_or(&[][..], |r| &r.cells);
    let columns = found.table.columns.iter().zip(cells);
    let mut fields: Vec<(String, String)> = columns
        .filter_map(|(column, cell)| {
            let value = cell.as_ref()?.as_text().into_owned();
            Some((column.to_string(), value))
        })
        .collect();
    if let Some((name, values)) = &found.ours
        && let Some(value) = values.get(row)
    {
        fields.push((
            format!("{name} (ours, no column of the search)"),
            value.clone(),
        ));
    }
    fields
}
