//! `streamstats`: what `stats` computes over the rows up to each.
//!
//! Facts (Search Reference, "streamstats"): the row itself takes part but with `current=f`;
//! `window=N` is of the last N rows, of all groups together, or with `global=f` of the row's own;
//! `reset_on_change` forgets everything when a field of `by` changes. Decided here: a row that lacks
//! a field to group by gets nothing; a multivalue one has its row in each group, and shows the
//! lowest. A function that keeps every value (`values`, `dc`) is copied for each row.

use super::super::cells::{Cells, Fields};
use super::super::group::{Grouping, Groups};
use super::super::messages::Messages;
use super::super::table::Table;
use super::stats::{Results, Stats, put_beside};
use super::{Feed, Run};
use crate::spl::ast;
use std::collections::VecDeque;

#[derive(Debug)]
pub(super) struct Streamstats {
    stats: Stats,
    by: usize,
    current: bool,
    window: usize,
    global: bool,
    reset_on_change: bool,
}

impl Streamstats {
    pub(super) fn compile(tree: &ast::Streamstats, messages: &mut Messages) -> Self {
        Self {
            stats: Stats::compile(&tree.stats, messages),
            by: tree.stats.by.len(),
            current: tree.current,
            window: usize::try_from(tree.window).unwrap_or(usize::MAX),
            global: tree.global,
            reset_on_change: tree.reset_on_change,
        }
    }

    /// The results of each row.
    fn results(&self, table: &Table, grouping: &Grouping, fields: &Fields) -> Vec<Results> {
        let places = fields.in_table(table);
        let mut groups = Groups::new(grouping);
        let mut window: VecDeque<usize> = VecDeque::new();
        let mut before: Option<Vec<String>> = None;
        let mut results = Vec::with_capacity(table.rows.len());
        let cells = |place: usize| {
            let row = table.rows.get(place)?;
            Some(Cells::of_table(row, &places))
        };
        for (place, row) in table.rows.iter().enumerate() {
            let own = Cells::of_table(row, &places);
            let key = grouping.lowest_key(&own);
            if self.reset_on_change && key != before {
                groups = Groups::new(grouping);
                window.clear();
            }
            before.clone_from(&key);
            if self.window == 0 {
                if self.current {
                    groups.add(&own, &[]);
                }
                results.push(groups.results(&own));
                if !self.current {
                    groups.add(&own, &[]);
                }
                continue;
            }
            if self.current {
                window.push_back(place);
            }
            self.shorten(&mut window, grouping, &cells);
            let mut last = Groups::new(grouping);
            let mut same: Vec<usize> = window.iter().copied().collect();
            if !self.global {
                same.retain(|place| cells(*place).and_then(|c| grouping.lowest_key(&c)) == key);
                let passed = same.len().saturating_sub(self.window);
                same.drain(..passed);
            }
            for place in same {
                if let Some(cells) = cells(place) {
                    last.add(&cells, &[]);
                }
            }
            results.push(last.results(&own));
            if !self.current {
                window.push_back(place);
            }
        }
        results
    }

    /// Rows that no window reaches any more are forgotten.
    fn shorten<'c>(
        &self,
        window: &mut VecDeque<usize>,
        grouping: &Grouping,
        cells: &impl Fn(usize) -> Option<Cells<'c>>,
    ) {
        if self.global || self.by == 0 {
            while window.len() > self.window {
                window.pop_front();
            }
            return;
        }
        // Each group has a window of its own: only the newest row's can have become too long.
        let of = |place: usize| cells(place).and_then(|cells| grouping.lowest_key(&cells));
        let Some(newest) = window.back().copied() else {
            return;
        };
        let key = of(newest);
        let same: Vec<usize> = window.iter().copied().filter(|p| of(*p) == key).collect();
        if let Some(oldest) = same.first().filter(|_| same.len() > self.window) {
            window.retain(|place| place != oldest);
        }
    }
}

impl Run for Streamstats {
    fn run(&self, mut table: Table, _: &Feed<'_>) -> Table {
        let compiled = self.stats.compiled(&table);
        let (grouping, fields) = &*compiled;
        let results = self.results(&table, grouping, fields);
        let names = grouping.columns();
        put_beside(&mut table, names.iter().skip(self.by), results);
        table
    }
}
