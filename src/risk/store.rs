//! The risk store: own and imported risk events in one total order, cut by time, as the table that
//! `| from datamodel Risk.All_Risk` reads. Nothing is dropped: two events that say the same stand
//! for two, since an export without ids can't tell a copy from a second run.

use super::event::{RiskEvent, entity_key, rank};
use crate::event::{Timestamp, Value};
use crate::search::{Row, Table};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::ops::Range;
use std::sync::Arc;

/// All risk events, ordered by time, those without one first, then by entity, search and message.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct RiskStore {
    events: Vec<RiskEvent>,
    imported: u64,
}

/// What one entity gathered.
#[derive(Debug, Clone, PartialEq)]
pub struct EntityScore {
    /// As it was spelt first.
    pub entity: Arc<str>,
    /// Risk events.
    pub events: u64,
    /// The sum of their `calculated_risk_score`.
    pub score: f64,
}

/// The sums by entity. Ours: no drilldown of a rule adds scores up. Never across entities.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Scores(BTreeMap<String, EntityScore>);

impl RiskStore {
    /// Of own and imported events, in any order.
    pub fn new(own: Vec<RiskEvent>, imported: Vec<RiskEvent>) -> Self {
        let count = imported.len() as u64;
        let mut events = own;
        events.extend(imported);
        events.sort_by_cached_key(|event| {
            (
                event.time,
                entity_key(&event.entity()),
                event.text("search_name").into_owned(),
                event.text("risk_message").into_owned(),
                event.origin,
            )
        });
        Self {
            events,
            imported: count,
        }
    }

    /// All events in order.
    pub fn events(&self) -> &[RiskEvent] {
        &self.events
    }

    /// How many of them were imported.
    pub fn imported(&self) -> u64 {
        self.imported
    }

    /// The places of the events from `earliest` to `latest`, both inclusive. An event without time
    /// is within no bounds, and so is there only when there is none.
    pub fn between(&self, earliest: Option<Timestamp>, latest: Option<Timestamp>) -> Range<usize> {
        let first = match (earliest, latest) {
            (None, None) => 0,
            (earliest, _) => self.events.partition_point(|event| match event.time {
                None => true,
                Some(at) => earliest.is_some_and(|bound| at < bound),
            }),
        };
        let end = latest.map_or(self.events.len(), |bound| {
            self.events
                .partition_point(|event| event.time.is_none_or(|at| at <= bound))
        });
        first..end.max(first)
    }

    /// The events at `places` as rows; `Row::events` is the place in [`RiskStore::events`]. Columns
    /// are the union of their fields. `normalized_risk_object` holds the first spelling among
    /// these rows, so that grouping by it is without regard to case.
    pub fn to_table(&self, places: Range<usize>) -> Table {
        let start = places.start;
        let events = self.events.get(places).unwrap_or(&[]);
        let mut names: BTreeSet<(usize, &str)> = BTreeSet::new();
        for event in events {
            let parts = event.parts.iter().flat_map(|part| part.iter());
            names.extend(parts.map(|(name, _)| (rank(name), &**name)));
        }
        let columns: Vec<Arc<str>> = names.iter().map(|(_, name)| Arc::from(*name)).collect();
        let places: HashMap<&str, usize> = names
            .iter()
            .enumerate()
            .map(|(at, (_, name))| (*name, at))
            .collect();
        let entity_column = places.get("normalized_risk_object").copied();
        let mut spellings: HashMap<String, Value> = HashMap::new();
        let row = |(at, event): (usize, &RiskEvent)| {
            let mut cells: Vec<Option<Value>> = vec![None; columns.len()];
            // Where a name comes twice the first counts, so it is put in last.
            for (name, value) in event.parts.iter().flat_map(|part| part.iter()).rev() {
                let cell = places.get(&**name).and_then(|at| cells.get_mut(*at));
                if let Some(cell) = cell {
                    *cell = Some(value.clone());
                }
            }
            if let Some(cell) = entity_column.and_then(|at| cells.get_mut(at)) {
                let entity = event.entity();
                let first = spellings
                    .entry(entity_key(&entity))
                    .or_insert_with(|| Value::text(entity.trim()));
                *cell = Some(first.clone());
            }
            Row {
                cells,
                events: u32::try_from(start + at).into_iter().collect(),
            }
        };
        let rows = events.iter().enumerate().map(row).collect();
        Table { columns, rows }
    }
}

impl Scores {
    /// Of `events`.
    pub fn new(events: &[RiskEvent]) -> Self {
        let mut scores: BTreeMap<String, EntityScore> = BTreeMap::new();
        for event in events {
            let entity = event.entity();
            let sum = scores
                .entry(entity_key(&entity))
                .or_insert_with(|| EntityScore {
                    entity: Arc::from(entity.trim()),
                    events: 0,
                    score: 0.0,
                });
            sum.events += 1;
            sum.score += event.score();
        }
        Self(scores)
    }

    /// Of one entity, however it is spelt.
    pub fn get(&self, entity: &str) -> Option<&EntityScore> {
        self.0.get(&entity_key(entity))
    }

    /// All, by entity.
    pub fn iter(&self) -> impl Iterator<Item = &EntityScore> {
        self.0.values()
    }
}
