//! One risk event: named values as the data model `Risk.All_Risk` has them, and where they
//! came from. Field names are Splunk ES's.

use crate::event::{Timestamp, Value};
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

/// The fields that come first, in this order, in tables and lists; others follow by name.
pub const FIELDS: [&str; 29] = [
    "_time",
    "index",
    "source",
    "search_name",
    "risk_object",
    "risk_object_type",
    "normalized_risk_object",
    "risk_score",
    "calculated_risk_score",
    "risk_message",
    "severity",
    "threat_object",
    "threat_object_type",
    "analyticstories",
    "annotations._all",
    "annotations.analytic_story",
    "annotations.cis20",
    "annotations.data_source",
    "annotations.mitre_attack",
    "annotations.mitre_attack.mitre_technique_id",
    "annotations.mitre_attack.mitre_technique",
    "annotations.mitre_attack.mitre_tactic",
    "annotations.type",
    "annotations.type_list",
    "contributing_events_search",
    "info_min_time",
    "info_max_time",
    "orig_sid",
    "orig_rid",
];

/// A named value.
pub type RiskField = (Arc<str>, Value);

/// Where a risk event came from. Orders own ones before imported ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Origin {
    /// Made from a row of the rule.
    Row {
        /// Its place in the table.
        row: usize,
        /// Which of the rule's entities.
        entity: usize,
        /// Which value of a multivalue field.
        value: usize,
    },
    /// Read from an export.
    Imported {
        /// Which export, as the caller counts them.
        file: u32,
        /// The line, or the number of the element in a JSON array, from 1.
        line: u64,
    },
}

/// A risk event. Its fields lie in shared parts, so that what all events of a rule or of a row have
/// in common is kept once; where two parts have a name, the earlier part counts.
#[derive(Debug, Clone, PartialEq)]
pub struct RiskEvent {
    /// Where it came from.
    pub origin: Origin,
    /// Its `_time`, exact: the row's last event, unrounded. `None` when no event has a time.
    pub time: Option<Timestamp>,
    pub(super) parts: [Arc<[RiskField]>; 3],
}

/// What an entity is compared by: blanks around it and case do not count, a domain before it does.
pub fn entity_key(entity: &str) -> String {
    entity.trim().to_lowercase()
}

/// The place of a name in [`FIELDS`], and behind them for others.
pub(super) fn rank(name: &str) -> usize {
    let place = FIELDS.iter().position(|known| *known == name);
    place.unwrap_or(FIELDS.len())
}

impl RiskEvent {
    /// A field.
    pub fn get(&self, name: &str) -> Option<&Value> {
        let all = self.parts.iter().flat_map(|part| part.iter());
        all.into_iter()
            .find(|(known, _)| &**known == name)
            .map(|(_, value)| value)
    }

    /// A field as text, empty when it has no value.
    pub fn text(&self, name: &str) -> Cow<'_, str> {
        self.get(name).map_or(Cow::Borrowed(""), Value::as_text)
    }

    /// The entity as this event spells it: `normalized_risk_object`.
    pub fn entity(&self) -> Cow<'_, str> {
        self.text("normalized_risk_object")
    }

    /// `calculated_risk_score`, 0 when it has none.
    pub fn score(&self) -> f64 {
        self.get("calculated_risk_score")
            .and_then(Value::as_number)
            .unwrap_or(0.0)
    }

    /// All fields: those of [`FIELDS`] in that order, then the others by name.
    pub fn fields(&self) -> Vec<(&str, &Value)> {
        let mut fields: BTreeMap<(usize, &str), &Value> = BTreeMap::new();
        for (name, value) in self.parts.iter().flat_map(|part| part.iter()) {
            fields.entry((rank(name), name)).or_insert(value);
        }
        let named = fields.into_iter();
        named.map(|((_, name), value)| (name, value)).collect()
    }

    /// One line that says what it is: entity, score, which search and its message. Hostile.
    pub fn summary(&self) -> String {
        format!(
            "{} {} +{}  {}  {}",
            self.text("risk_object_type"),
            self.entity(),
            self.text("calculated_risk_score"),
            self.text("search_name"),
            self.text("risk_message")
        )
    }
}
