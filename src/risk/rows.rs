//! Risk events from the rows of a rule: one for each row and entity, with the
//! fields that Splunk ES gives them (ES documentation, risk data model; contentctl, `risk_event.py`).
//!
//! Decisions: an entity field without a value makes no event; a multivalue one makes one for each
//! value (believed of ES, not verified); `unknown` and `null` are values like any other, as the
//! data model hands them on. A row's own fields are carried along; one that has the name of a risk
//! field is carried as `orig_` and that name, as Splunk does with `source` and `_time`.

use super::event::{FIELDS, Origin, RiskEvent, RiskField};
use super::spec::{EntitySpec, RiskSpec, quoted, severity};
use crate::content::template;
use crate::event::{Timestamp, Value};
use crate::search::{Row, Table};
use std::collections::BTreeSet;
use std::sync::Arc;

/// The risk events of all rows of `table`, in its order. `last` has the exact time of the last
/// event behind each row, by its place.
pub fn risk_events(table: &Table, last: &[Option<Timestamp>], spec: &RiskSpec) -> Vec<RiskEvent> {
    let rule: Arc<[RiskField]> = rule_fields(spec).into();
    let mut events = Vec::with_capacity(table.rows.len() * spec.entities.len());
    for (place, row) in table.rows.iter().enumerate() {
        let own: Arc<[RiskField]> = row_fields(table, row, &rule, spec).into();
        let time = last.get(place).copied().flatten();
        for (entity, of) in spec.entities.iter().enumerate() {
            let named = table.cell(row, &of.field).map_or(vec![], Value::each);
            let named = named.iter().filter(|name| !name.trim().is_empty());
            for (value, name) in named.enumerate() {
                let fields = entity_fields(table, row, spec, of, name);
                let time_field = time.map(|at| field("_time", Value::text(&at.epoch_text())));
                events.push(RiskEvent {
                    origin: Origin::Row {
                        row: place,
                        entity,
                        value,
                    },
                    time,
                    parts: [
                        time_field.into_iter().chain(fields).collect(),
                        rule.clone(),
                        own.clone(),
                    ],
                });
            }
        }
    }
    events
}

fn field(name: &str, value: Value) -> RiskField {
    (Arc::from(name), value)
}

fn texts(name: &str, values: &[String]) -> Option<RiskField> {
    let values = values.iter().map(|v| Arc::from(v.as_str())).collect();
    Some(field(name, Value::many(values)?))
}

/// What every event of the rule has.
fn rule_fields(spec: &RiskSpec) -> Vec<RiskField> {
    let scores = spec.entities.iter().map(|e| e.score);
    let bound = |at: Option<Timestamp>, open: &str| {
        Value::text(&at.map_or(open.to_owned(), Timestamp::epoch_text))
    };
    let mut fields = vec![
        field("index", "risk".into()),
        field("source", Value::text(&spec.search_name)),
        field("search_name", Value::text(&spec.search_name)),
        field("severity", severity(scores).into()),
        // As `addinfo` writes open bounds (Search Reference, "addinfo").
        field("info_min_time", bound(spec.earliest, "0.000")),
        field("info_max_time", bound(spec.latest, "+Infinity")),
    ];
    fields.extend(texts("analyticstories", &spec.stories));
    fields.extend(annotation_fields(spec));
    fields
}

fn annotation_fields(spec: &RiskSpec) -> Vec<RiskField> {
    let kind: Vec<String> = Some(spec.kind.clone())
        .filter(|kind| !kind.is_empty())
        .into_iter()
        .collect();
    let ids: Vec<String> = spec.techniques.iter().map(|t| t.id.clone()).collect();
    let mut annotations = vec![
        ("analytic_story".to_owned(), spec.stories.clone()),
        ("data_source".to_owned(), spec.data_sources.clone()),
        ("mitre_attack".to_owned(), ids.clone()),
        ("type".to_owned(), kind.clone()),
        ("type_list".to_owned(), kind),
    ];
    annotations.extend(spec.annotations.iter().cloned());
    // The union holds what the rule says, not the names that ES looks up for its techniques.
    let all: BTreeSet<String> = annotations.iter().flat_map(|(_, v)| v.clone()).collect();
    let all: Vec<String> = all.into_iter().collect();
    let mut fields: Vec<RiskField> = annotations
        .iter()
        .filter_map(|(name, values)| texts(&format!("annotations.{name}"), values))
        .collect();
    fields.extend(texts("annotations._all", &all));
    let known = spec.techniques.iter().map(|t| t.name.clone());
    let tactics: BTreeSet<String> = spec
        .techniques
        .iter()
        .flat_map(|t| t.tactics.clone())
        .collect();
    let looked_up = [
        ("mitre_technique_id", ids),
        (
            "mitre_technique",
            known.filter(|name| !name.is_empty()).collect(),
        ),
        ("mitre_tactic", tactics.into_iter().collect()),
    ];
    for (name, values) in looked_up {
        fields.extend(texts(&format!("annotations.mitre_attack.{name}"), &values));
    }
    fields
}

/// What every event of the row has: its cells and its threat objects.
fn row_fields(table: &Table, row: &Row, rule: &[RiskField], spec: &RiskSpec) -> Vec<RiskField> {
    let (mut objects, mut kinds) = (Vec::new(), Vec::new());
    for threat in &spec.threat_objects {
        for value in table.cell(row, &threat.field).map_or(vec![], Value::each) {
            objects.push(value.into_owned());
            kinds.push(threat.kind.clone());
        }
    }
    let mut fields: Vec<RiskField> = Vec::with_capacity(table.columns.len() + 2);
    fields.extend(texts("threat_object", &objects));
    fields.extend(texts("threat_object_type", &kinds));
    for (name, cell) in table.columns.iter().zip(&row.cells) {
        let Some(value) = cell else { continue };
        let taken = FIELDS.contains(&&**name) || rule.iter().any(|(known, _)| known == name);
        let name = if taken {
            Arc::from(format!("orig_{}", name.trim_start_matches('_')))
        } else {
            name.clone()
        };
        fields.push((name, value.clone()));
    }
    fields
}

/// What is the entity's own.
fn entity_fields(
    table: &Table,
    row: &Row,
    spec: &RiskSpec,
    entity: &EntitySpec,
    name: &str,
) -> Vec<RiskField> {
    let values = |token: &str| {
        if token == entity.field {
            return Some(vec![name.to_owned()]);
        }
        let texts = table.cell(row, token)?.each();
        Some(texts.iter().map(ToString::to_string).collect())
    };
    let (message, _) = template::fill(&entity.message, &values);
    let search = format!(
        "| savedsearch {} | search {}={}",
        quoted(&spec.search_name),
        entity.field,
        quoted(name)
    );
    let score = Value::Number(f64::from(entity.score));
    vec![
        field("risk_object", Value::text(name)),
        field("risk_object_type", Value::text(&entity.kind)),
        field("normalized_risk_object", Value::text(name.trim())),
        field("risk_score", score.clone()),
        field("calculated_risk_score", score),
        field("risk_message", Value::text(&message)),
        field("contributing_events_search", Value::text(&search)),
    ]
}
