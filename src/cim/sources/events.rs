//! The tables of raw events (`assets/events/`): what the add-ons make of an event's fields when it
//! is searched without a data model. Written like those of the datasets, but a table may name any
//! field, and a field that it does not name is the record's own of that name. They are made ready
//! for the fields that a search asks for, so that no other is ever evaluated.

use super::super::model::{Dataset, DatasetField, Evaluation, Model, TableError};
use super::super::ways::{TOGETHER, Way};
use super::{Gives, Mapping, RawName, Source, SourceTable, Sources};
use crate::event::Record;
use serde::Deserialize;
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};

/// One that is `like` another stands after it; a record is tried against the last one first, so
/// that the table of any Windows event takes what the others leave.
const TABLES: [(&str, &str); 10] = tables![
    "events":
    "windows",
    "application",
    "system",
    "security",
    "sysmon",
    "sysmon_linux",
    "sysmon_network",
    "sysmon_two_processes",
    "crowdstrike",
    "cisco_nvm",
];

/// What one of them is called.
const EVENT: &str = "event";

/// What stands for a data model of raw events.
pub const MODEL: &str = "Raw";

/// Fields that are there whatever a search asks for.
const ALWAYS: [&str; 3] = ["dest", "source (any spelling)", "sourcetype (any spelling)"];

/// The built-in tables as they are written, with their names.
fn built_in() -> Result<&'static [(&'static str, SourceTable)], TableError> {
    type Tables = Vec<(&'static str, SourceTable)>;
    static READ: LazyLock<Result<Tables, String>> =
        LazyLock::new(|| SourceTable::read_all(&TABLES).map_err(|error| error.to_string()));
    READ.as_deref().map_err(|reason| TableError::Form {
        file: "events",
        reason: reason.clone(),
    })
}

/// The record's own field of that name.
fn own(name: &Arc<str>) -> Mapping {
    Mapping {
        gives: Gives::Own,
        from: vec![RawName::from(name.to_string())],
        transforms: Vec::new(),
        lookup: BTreeMap::new(),
        only_lookup: false,
        host_of: None,
        note: None,
        ours: false,
        assembled: false,
    }
}

impl Sources {
    /// Raw events with fields of these names, and what a search's first tests of a source and of
    /// the text are made of.
    pub fn raw<'n>(asked: impl Iterator<Item = &'n str>) -> Result<Self, TableError> {
        let mut names: Vec<&str> = asked.chain(ALWAYS).collect();
        names.sort_unstable();
        names.dedup();
        let fields = names.iter().map(|name| DatasetField {
            name: Arc::from(*name),
            default: None,
        });
        let dataset = Dataset {
            model: MODEL.to_owned(),
            name: "Events".to_owned(),
            fields: fields.collect(),
        };
        let model = Model {
            evaluations: vec![Evaluation::Plain; dataset.fields.len()],
            event: EVENT.to_owned(),
            dataset,
        };
        let mut sources = Self::of(Arc::new(model), built_in()?.iter().cloned())?;
        for source in &mut sources.tables {
            for (mapping, field) in source
                .mappings
                .iter_mut()
                .zip(&sources.model.dataset.fields)
            {
                mapping.get_or_insert_with(|| own(&field.name));
            }
        }
        sources.tables.reverse();
        Ok(sources)
    }
}

/// A text with names of raw fields in braces: `XmlWinEventLog:{System/Channel}`.
#[derive(Debug, Clone, Deserialize)]
#[serde(from = "String")]
pub(in super::super) struct Template {
    parts: Vec<Part>,
}

#[derive(Debug, Clone)]
enum Part {
    Text(String),
    Raw(RawName),
}

impl From<String> for Template {
    fn from(text: String) -> Self {
        let mut parts = Vec::new();
        for piece in text.split('{') {
            match piece.split_once('}') {
                Some((name, behind)) => {
                    parts.push(Part::Raw(RawName::from(name.to_owned())));
                    parts.push(Part::Text(behind.to_owned()));
                }
                None => parts.push(Part::Text(piece.to_owned())),
            }
        }
        Self { parts }
    }
}

impl Template {
    /// How a value comes by it.
    pub fn way(&self) -> Way {
        match self.parts.as_slice() {
            [Part::Text(text)] => Way::Text(Arc::from(text.as_str())),
            [Part::Text(text), ..] => Way::Begun(Arc::from(text.as_str())),
            _ => Way::Made(TOGETHER),
        }
    }

    /// The text for a record; none where a raw field gives no value.
    pub fn of<'r>(&self, source: &Source, record: &'r Record) -> Option<Cow<'r, str>> {
        let mut text = String::new();
        for part in &self.parts {
            match part {
                Part::Text(part) => text.push_str(part),
                Part::Raw(name) => {
                    let raw = name.of(record).filter(|raw| source.is_value(raw))?;
                    text.push_str(raw);
                }
            }
        }
        Some(Cow::Owned(text))
    }
}
