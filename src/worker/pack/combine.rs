//! The rows of several rules as one table, each beginning with the name of its rule. Their columns
//! are put one behind another in the order in which they come up first; a row has none of another
//! rule's.

use crate::event::Value;
use crate::search::{Row, Table};
use crate::store::{Findings, StoredEvent};
use crate::worker::rule::Rule;
use std::sync::Arc;

/// The column that holds the rule's name, as the risk index has it.
pub const RULE_COLUMN: &str = "search_name";

/// Joins what each rule found, in the order of the rules.
pub(super) fn combine(rules: &[Rule], findings: &[Arc<Findings>]) -> Findings {
    let mut columns: Vec<Arc<str>> = vec![Arc::from(RULE_COLUMN)];
    for column in findings.iter().flat_map(|found| &found.table.columns) {
        if !columns.contains(column) {
            columns.push(Arc::clone(column));
        }
    }
    let mut rows = Vec::new();
    let mut events: Vec<Arc<StoredEvent>> = Vec::new();
    for (rule, found) in rules.iter().zip(findings) {
        let name = Value::text(&rule.detection.search_name());
        let behind = u32::try_from(events.len()).unwrap_or(u32::MAX);
        let places: Vec<Option<usize>> = found
            .table
            .columns
            .iter()
            .map(|column| columns.iter().position(|known| known == column))
            .collect();
        for row in &found.table.rows {
            let mut cells = vec![None; columns.len()];
            for (cell, place) in row.cells.iter().zip(&places) {
                if let Some(to) = place.and_then(|place| cells.get_mut(place)) {
                    to.clone_from(cell);
                }
            }
            if let Some(first) = cells.first_mut() {
                *first = Some(name.clone());
            }
            let of_all = row.events.iter().map(|event| event.saturating_add(behind));
            rows.push(Row {
                cells,
                events: of_all.collect(),
            });
        }
        events.extend(found.events.iter().cloned());
    }
    Findings::new(Table { columns, rows }, events)
}
