//! Data models and their datasets as tables: fields, defaults, fallbacks. Data, not code: the
//! tables are read from `assets/models/`. What a source gives for a field is not here (`sources`),
//! nor are the tags that put an event into a dataset (`scope`).

use crate::event::{Timestamp, Value};
use serde::Deserialize;
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

/// What stands behind the name of a field that holds every spelling of another one, to be tested
/// and not to be shown (`assets/events/windows.toml`).
pub const ANY_SPELLING: &str = " (any spelling)";

impl DatasetField {
    /// Whether it is there to be tested only.
    pub fn is_only_tested(&self) -> bool {
        self.name.ends_with(ANY_SPELLING)
    }
}

impl Dataset {
    /// `Endpoint.Processes`.
    pub fn full_name(&self) -> String {
        format!("{}.{}", self.model, self.name)
    }

    /// Whether it is that of raw events, whose fields are those that a search asks for.
    pub fn is_raw(&self) -> bool {
        self.model == super::sources::RAW_MODEL
    }

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
    /// Of a row of a search's result that stands for several events (it has a `count`): its columns
    /// by name, without those that are empty. It goes on behind the search's first command.
    pub given: Option<Given>,
}

/// The columns of a result row.
pub type Given = Arc<[(Arc<str>, Value)]>;

impl DatasetRow {
    /// The value at that place.
    pub fn get(&self, index: usize) -> Option<&Value> {
        self.values.get(index)?.as_ref()
    }
}

/// What a model does with a field besides putting in its default.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Evaluation {
    /// Nothing.
    #[default]
    Plain,
    /// Where the source gives nothing: the file name in the field at that place, a command line.
    FileNameOf(usize),
    /// In lower case.
    Lower,
    /// Where the source gives nothing: vendor and product, else the sourcetype.
    VendorProduct,
}

/// A dataset with what the model does to its fields.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Model {
    /// The dataset.
    pub dataset: Dataset,
    /// One of its events, as a person calls it: `process creation`.
    pub event: String,
    /// By [`Dataset::index`].
    pub evaluations: Vec<Evaluation>,
}

/// The datasets that are built in.
#[derive(Debug, Clone)]
pub struct Models {
    models: Vec<Arc<Model>>,
}

/// A built-in table that can't be read: a fault of the program's own files.
#[derive(Debug, thiserror::Error)]
pub enum TableError {
    /// No such form.
    #[error("the table '{file}' can't be read: {reason}")]
    Form {
        /// Its name under `assets/`.
        file: &'static str,
        /// Where and what.
        reason: String,
    },
    /// It names something that isn't there.
    #[error("the table '{file}' names {kind} '{name}', which is not known")]
    Name {
        /// Its name under `assets/`.
        file: &'static str,
        /// What kind of thing it names.
        kind: &'static str,
        /// The name.
        name: String,
    },
}

/// The dataset of process creations stands first.
const TABLES: [(&str, &str); 9] = tables![
    "models":
    "endpoint_processes",
    "endpoint_registry",
    "endpoint_filesystem",
    "endpoint_services",
    "endpoint_ports",
    "network_traffic",
    "network_resolution",
    "change",
    "authentication",
];

impl Models {
    /// The built-in tables.
    pub fn built_in() -> Result<Self, TableError> {
        let models = TABLES
            .into_iter()
            .map(|(file, text)| Model::read(file, text).map(Arc::new))
            .collect::<Result<_, _>>()?;
        Ok(Self { models })
    }

    /// The dataset `model`.`dataset` with its evaluations. Case counts.
    pub fn get(&self, model: &str, dataset: &str) -> Option<&Arc<Model>> {
        self.models
            .iter()
            .find(|m| m.dataset.model == model && m.dataset.name == dataset)
    }

    /// Every dataset with its evaluations, in the order of the tables.
    pub fn all(&self) -> impl Iterator<Item = &Arc<Model>> {
        self.models.iter()
    }

    /// Every dataset, in the order of the tables.
    pub fn datasets(&self) -> impl Iterator<Item = &Dataset> {
        self.models.iter().map(|m| &m.dataset)
    }
}

impl Model {
    fn read(file: &'static str, text: &str) -> Result<Self, TableError> {
        let table: ModelTable = toml::from_str(text).map_err(|e| TableError::Form {
            file,
            reason: e.to_string(),
        })?;
        let dataset = Dataset {
            model: table.model,
            name: table.dataset,
            fields: table
                .field
                .iter()
                .map(|f| DatasetField {
                    name: Arc::from(f.name.as_str()),
                    default: f.default.as_deref().map(Arc::from),
                })
                .collect(),
        };
        let evaluations = table
            .field
            .iter()
            .map(|f| match (f.evaluation, &f.of) {
                (None, _) => Ok(Evaluation::Plain),
                (Some(EvaluationName::Lower), _) => Ok(Evaluation::Lower),
                (Some(EvaluationName::VendorProduct), _) => Ok(Evaluation::VendorProduct),
                (Some(EvaluationName::FileNameOf), of) => {
                    let of = of.as_deref().unwrap_or("");
                    let place = dataset.index(of).ok_or_else(|| TableError::Name {
                        file,
                        kind: "the field",
                        name: of.to_owned(),
                    })?;
                    Ok(Evaluation::FileNameOf(place))
                }
            })
            .collect::<Result<_, _>>()?;
        Ok(Self {
            dataset,
            event: table.event,
            evaluations,
        })
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ModelTable {
    model: String,
    dataset: String,
    event: String,
    field: Vec<FieldTable>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FieldTable {
    name: String,
    default: Option<String>,
    evaluation: Option<EvaluationName>,
    of: Option<String>,
}

#[derive(Deserialize, Clone, Copy)]
#[serde(rename_all = "snake_case")]
enum EvaluationName {
    FileNameOf,
    Lower,
    VendorProduct,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn processes() -> Arc<Model> {
        let models = Models::built_in().unwrap();
        models.get("Endpoint", "Processes").unwrap().clone()
    }

    #[test]
    fn endpoint_processes_has_the_fields_of_the_model() {
        let model = processes();
        let dataset = &model.dataset;
        let by_fields = "action dest original_file_name parent_process parent_process_exec \
            parent_process_guid parent_process_id parent_process_name parent_process_path process \
            process_exec process_guid process_hash process_id process_integrity_level process_name \
            process_path user user_id vendor_product";
        for field in by_fields.split_whitespace() {
            let place = dataset.index(field);
            assert!(place.is_some(), "{field}");
            assert_eq!(dataset.index(&format!("Processes.{field}")), place);
        }
        assert_eq!(dataset.fields.len(), 39);
        assert_eq!(dataset.index("processes.process_name"), None);
        assert_eq!(dataset.index("Processes."), None);
        let names: Vec<_> = dataset.fields.iter().map(|f| &f.name).collect();
        assert!(names.is_sorted(), "the order of the CIM reference");
    }

    #[test]
    fn defaults_are_those_of_the_model() {
        let model = processes();
        let with_default: Vec<_> = model
            .dataset
            .fields
            .iter()
            .filter(|f| f.default.is_some())
            .map(|f| &*f.name)
            .collect();
        assert_eq!(
            with_default,
            [
                "dest",
                "loaded_file",
                "original_file_name",
                "parent_process",
                "parent_process_name",
                "parent_user",
                "process",
                "process_name",
                "user",
                "vendor_product"
            ]
        );
        let place = |name| model.dataset.index(name).unwrap();
        assert_eq!(
            model.evaluations[place("parent_process_name")],
            Evaluation::FileNameOf(place("parent_process"))
        );
        assert_eq!(
            model.evaluations[place("process_integrity_level")],
            Evaluation::Lower
        );
    }

    #[test]
    fn a_table_that_names_an_unknown_field_is_refused() {
        let text = "model = 'M'\ndataset = 'D'\nevent = 'e'\n[[field]]\nname = 'a'\nevaluation = 'file_name_of'\nof = 'b'";
        let error = Model::read("models/m.toml", text).unwrap_err();
        assert_eq!(
            error.to_string(),
            "the table 'models/m.toml' names the field 'b', which is not known"
        );
        assert!(Model::read("models/m.toml", "model = 1").is_err());
    }
}
