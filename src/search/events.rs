//! `search` as the first command: raw events that meet a predicate, with the fields that the search
//! asks for. Which fields an event has is the sources' business.
//!
//! Facts (Search Reference, "search"): what stands without a field is looked for in the event's
//! text, `_raw`. Decided here: it is found anywhere in it and not only at the borders of its words:
//! Splunk's index cuts texts into terms (Getting Data In, "About event segmentation"), which nothing
//! here does, so that what Splunk finds is found, and what stands inside of a longer word besides;
//! events come in the order of the evidence (Splunk's newest first).

use super::canonical;
use super::cells::{Cells, Fields, Place, TIME};
use super::feed::Feed;
use super::messages::Messages;
use super::plan::{Context, Plan};
use super::predicate::Predicate;
use super::subsearch;
use super::table::{Row, Table};
use super::tested::as_tested;
use crate::cim::{Dataset, DatasetRow};
use crate::event::Value;
use crate::spl::ast;
use std::sync::Arc;

/// A search of raw events.
#[derive(Debug, Clone)]
pub(super) struct Events {
    pub(super) predicate: Predicate,
    pub(super) fields: Fields,
    places: Vec<Place>,
    /// What a row has of an event: the places of fields and their names.
    columns: Vec<(usize, Arc<str>)>,
    /// The predicate in one spelling.
    pub(super) key: String,
    late: Option<Box<Late>>,
}

/// A predicate that asks for what other searches find.
#[derive(Debug, Clone)]
struct Late {
    tree: ast::Predicate,
    dataset: Dataset,
    searches: Vec<Plan>,
}

impl Events {
    pub(super) fn compile(
        tree: &ast::Predicate,
        dataset: &Dataset,
        context: &Context<'_>,
        messages: &mut Messages,
    ) -> Self {
        let tree = &as_tested(tree);
        if !subsearch::stands_in(tree) {
            return Self::of(tree, dataset, messages);
        }
        let mut searches = Vec::new();
        let known = subsearch::known(tree, context, &mut searches, messages);
        if searches.is_empty() {
            return Self::of(&known, dataset, messages);
        }
        let mut events = Self::of(&subsearch::loose(&known), dataset, messages);
        events.key = canonical::spelling(&known);
        events.late = Some(Box::new(Late {
            tree: known,
            dataset: dataset.clone(),
            searches,
        }));
        events
    }

    fn of(tree: &ast::Predicate, dataset: &Dataset, messages: &mut Messages) -> Self {
        let mut fields = Fields::default();
        let errors = messages.errors.len();
        let predicate = Predicate::compile_on_raw(tree, &mut fields, messages);
        let spelt = messages.errors.len() == errors;
        Self {
            predicate,
            places: fields.in_dataset(dataset),
            fields,
            columns: dataset
                .fields
                .iter()
                .enumerate()
                .filter(|(_, field)| !field.is_only_tested())
                .map(|(place, field)| (place, field.name.clone()))
                .collect(),
            key: if spelt {
                canonical::spelling(tree)
            } else {
                String::new()
            },
            late: None,
        }
    }

    /// The searches inside of it.
    pub(super) fn searches(&self) -> Vec<&Plan> {
        let late = self.late.iter();
        late.flat_map(|late| &late.searches).collect()
    }

    /// With what the searches inside of it ask for in their places; none when there are none.
    pub(super) fn resolved(&self, feed: &Feed<'_>) -> Option<Self> {
        let late = self.late.as_ref()?;
        let tree = as_tested(&subsearch::resolved(&late.tree, &late.searches, feed));
        Some(Self::of(&tree, &late.dataset, &mut Messages::default()))
    }

    pub(super) fn test(&self, row: &DatasetRow) -> bool {
        self.predicate.test(&Cells::of_dataset(row, &self.places))
    }

    /// The places of the fields that it tests; none: of all.
    pub(super) fn tested_places(&self) -> Option<Vec<usize>> {
        self.predicate.tested_places(&self.places)
    }

    /// Over events with their places; how many there were comes with the table.
    pub(super) fn run<'a>(
        &self,
        rows: impl Iterator<Item = (u32, &'a DatasetRow)>,
    ) -> (Table, usize) {
        let mut count = 0;
        let rows = rows.inspect(|_| count += 1);
        let table = listed(&self.columns, rows.filter(|(_, row)| self.test(row)));
        (table, count)
    }
}

/// Rows of a dataset as rows of a table, with these columns after the time: the places of fields and
/// their names.
pub(super) fn listed<'a>(
    columns: &[(usize, Arc<str>)],
    rows: impl Iterator<Item = (u32, &'a DatasetRow)>,
) -> Table {
    let rows = rows.map(|(place, row)| {
        let time = row.time.map(|at| Value::text(&at.epoch_text()));
        let values = columns.iter().map(|(place, _)| row.get(*place).cloned());
        Row {
            cells: std::iter::once(time).chain(values).collect(),
            events: vec![place],
        }
    });
    Table {
        rows: rows.collect(),
        columns: std::iter::once(Arc::from(TIME))
            .chain(columns.iter().map(|(_, name)| name.clone()))
            .collect(),
    }
}
