//! How a source's table is written, and how it is made into a [`Source`].

use super::super::model::{Dataset, TableError};
use super::super::rule::Rule;
use super::super::transform::Transform;
use super::events::Template;
use super::{Detect, FactTable, Gives, Mapping, RawName, Source, unknown};
use crate::event::{Family, Value};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::sync::Arc;

#[derive(Debug, Deserialize, Clone)]
#[serde(deny_unknown_fields)]
pub(super) struct SourceTable {
    id: String,
    pub(super) like: Option<String>,
    title: String,
    #[serde(default = "letter")]
    letter: char,
    /// Empty for a table of raw events.
    #[serde(default)]
    pub(super) dataset: String,
    source: Option<String>,
    sourcetype: Option<String>,
    #[serde(default)]
    ours: bool,
    #[serde(default)]
    empty: Vec<String>,
    detect: Detect,
    #[serde(default)]
    field: Vec<FieldTable>,
    #[serde(default)]
    lookup: BTreeMap<String, BTreeMap<String, Arc<str>>>,
    facts: Option<FactTable>,
}

#[derive(Debug, Deserialize, Clone)]
#[serde(deny_unknown_fields)]
#[allow(
    clippy::struct_excessive_bools,
    reason = "keys of a table, each by itself"
)]
struct FieldTable {
    name: String,
    #[serde(default)]
    from: Vec<RawName>,
    #[serde(default)]
    transform: Vec<Transform>,
    constant: Option<String>,
    texts: Option<Vec<Arc<str>>>,
    rule: Option<Rule>,
    written: Option<Vec<Template>>,
    lookup: Option<String>,
    #[serde(default)]
    only_lookup: bool,
    host_of: Option<Arc<str>>,
    note: Option<Arc<str>>,
    #[serde(default)]
    ours: bool,
    #[serde(default)]
    assembled: bool,
    #[serde(default)]
    all: bool,
}

/// Of a person's own source.
fn letter() -> char {
    'M'
}

impl SourceTable {
    /// Tables of the program's own, by their names under `assets/`.
    pub(super) fn read_all(
        tables: &[(&'static str, &str)],
    ) -> Result<Vec<(&'static str, Self)>, TableError> {
        let tables = tables.iter();
        tables.map(|(file, text)| Self::read(file, text)).collect()
    }

    pub(super) fn read(file: &'static str, text: &str) -> Result<(&'static str, Self), TableError> {
        let read = toml::from_str(text).map(|table| (file, table));
        read.map_err(|error| TableError::Form {
            file,
            reason: error.to_string(),
        })
    }

    pub(super) fn resolve(
        self,
        file: &'static str,
        dataset: &Dataset,
        like: Option<&Source>,
    ) -> Result<Source, TableError> {
        let mut mappings = like.map_or_else(
            || dataset.fields.iter().map(|_| None).collect(),
            |like| like.mappings.clone(),
        );
        for field in self.field {
            let name = field.name.clone();
            let slot = dataset
                .index(&name)
                .and_then(|place| mappings.get_mut(place));
            let Some(slot) = slot else {
                if dataset.is_raw() {
                    // A search asks for some of them only.
                    continue;
                }
                return Err(unknown(file, "the field", &name));
            };
            *slot = Some(field.resolve(file, &self.lookup)?);
        }
        let flat = self.detect.family == Family::Flat;
        if flat && (self.detect.has.is_empty() || self.detect.time.is_empty()) {
            return Err(TableError::Form {
                file,
                reason:
                    "a table of the family 'flat' says in [detect] by which fields its records are \
                         known (has = [\"…\"]) and where their time is (time = [\"…\"])"
                        .to_owned(),
            });
        }
        for mapping in mappings.iter_mut().flatten() {
            mapping.ours |= self.ours;
        }
        Ok(Source {
            title: self.title,
            letter: self.letter,
            splunk_source: self.source.unwrap_or_else(|| self.id.clone()),
            sourcetype: self.sourcetype.unwrap_or_else(|| self.id.clone()),
            id: self.id,
            empty: self.empty,
            detect: self.detect,
            mappings,
            facts: self
                .facts
                .or_else(|| like.map(|like| like.facts.clone()))
                .unwrap_or_default(),
        })
    }
}

impl FieldTable {
    fn resolve(
        self,
        file: &'static str,
        lookups: &BTreeMap<String, BTreeMap<String, Arc<str>>>,
    ) -> Result<Mapping, TableError> {
        let lookup = match &self.lookup {
            None => BTreeMap::new(),
            Some(name) => lookups
                .get(name)
                .cloned()
                .ok_or_else(|| unknown(file, "the lookup", name))?,
        };
        let constant = self
            .constant
            .map(|text| Value::text(&text))
            .or_else(|| Value::many(self.texts.unwrap_or_default()));
        let gives = match (constant, self.rule, self.written) {
            (Some(value), _, _) => Gives::Constant(value),
            (None, Some(rule), _) => Gives::Rule(rule),
            (None, None, Some(texts)) => Gives::Written(texts),
            (None, None, None) if self.all => Gives::All,
            (None, None, None) => Gives::Raw,
        };
        Ok(Mapping {
            gives,
            from: self.from,
            transforms: self.transform,
            lookup,
            only_lookup: self.only_lookup,
            host_of: self.host_of,
            note: self.note,
            ours: self.ours,
            assembled: self.assembled,
        })
    }
}
