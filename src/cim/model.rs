//! Data models and their datasets as tables: fields, defaults, fallbacks. Data, not code: the
//! tables are read from `assets/models/`.

use crate::event::{Timestamp, Value};
use std::sync::Arc;

/// A dataset of a data model: `Endpoint.Processes`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dataset {
    /// `Endpoint`.
    pub model: String,
    /// `Processes`; searches write its fields as `Processes.process_name`.
    pub name: String,
    /// The fields in the order of the model.
    pub fields: Vec<DatasetField>,
}

/// A field of a dataset.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DatasetField {
    /// `process_name`.
    pub name: Arc<str>,
    /// What the model puts in when the source gives nothing, `unknown` for most; `None`: null.
    pub default: Option<Arc<str>>,
}

impl Dataset {
    /// The place of a field, written with or without the dataset's name before it. Case counts.
    pub fn index(&self, field: &str) -> Option<usize> {
        let bare = field
            .strip_prefix(self.name.as_str())
            .and_then(|rest| rest.strip_prefix('.'))
            .unwrap_or(field);
        self.fields.iter().position(|f| &*f.name == bare)
    }
}

/// A row of a dataset: its time and its fields by place. Cheap to clone.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct DatasetRow {
    /// `_time`.
    pub time: Option<Timestamp>,
    /// The values by [`Dataset::index`].
    pub values: Arc<[Option<Value>]>,
}

impl DatasetRow {
    /// The value at that place.
    pub fn get(&self, index: usize) -> Option<&Value> {
        self.values.get(index)?.as_ref()
    }
}
