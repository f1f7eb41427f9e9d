//! The sources as tables: which CIM field comes from which raw field. Read from `assets/sources/`,
//! whose first file explains the form. What a record gives is evaluated in `mapping`; which records
//! are creations is told in `scope`; what takes code is in `rule`.

mod events;
mod given;
mod table;
mod wider;

use super::model::{Dataset, Model, Models, TableError};
use super::rule::Rule;
use super::transform::Transform;
use crate::event::{Family, Record, Value};
pub use events::MODEL as RAW_MODEL;
pub(super) use events::Template;
pub use given::MapError;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::sync::Arc;
use table::SourceTable;

/// The sources that are built in, and the dataset that they fill: `Endpoint.Processes`, whose
/// events the process tree is made of. Those of the other datasets stand behind it.
#[derive(Debug, Clone)]
pub struct Sources {
    pub(super) model: Arc<Model>,
    pub(super) tables: Vec<Source>,
    /// The place of `dest` in the dataset.
    pub(super) dest: usize,
    /// The same of the other datasets, which have none behind them.
    others: Arc<[Sources]>,
    /// Of the tables those before this place are of process creations, where any are.
    creations: usize,
}

/// The place of a source in [`Sources`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SourceIndex(pub(super) u8);

/// A source of process creations and how it fills the dataset.
#[derive(Debug, Clone)]
pub struct Source {
    /// `sysmon`.
    pub id: String,
    /// As a person calls it: `Sysmon 1`.
    pub title: String,
    /// The letter that a row shows: `S`, `4`, `C`, `N`, `D`, `E`, `R`.
    pub letter: char,
    /// Splunk's `source`.
    pub splunk_source: String,
    /// Splunk's `sourcetype`.
    pub sourcetype: String,
    /// Texts that mean no value, besides the empty one.
    pub(super) empty: Vec<String>,
    pub(super) detect: Detect,
    /// By [`Dataset::index`].
    pub(super) mappings: Vec<Option<Mapping>>,
    pub(super) facts: FactTable,
}

/// Which records are creations of a source.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Detect {
    #[serde(deserialize_with = "family")]
    pub family: Family,
    #[serde(default)]
    pub providers: Vec<String>,
    #[serde(default)]
    pub channels: Vec<String>,
    #[serde(default)]
    pub shape: Vec<String>,
    #[serde(default)]
    pub event_ids: Vec<u32>,
    #[serde(default)]
    pub event_simple_names: Vec<String>,
    /// Names that each record of a flat source has with a value; `a|b` is either.
    #[serde(default)]
    pub has: Vec<String>,
    /// Where the time of a flat source is: for `evidence::sources`, which reads the same table.
    #[serde(default)]
    pub time: Vec<String>,
    /// Fields of a flat source's events, each with the values of which it has one.
    #[serde(default)]
    pub values: BTreeMap<String, Vec<String>>,
    /// The records are rows of a search's result.
    #[serde(default)]
    pub result_rows: bool,
    /// Raw fields with an ending by which a record is none after all.
    #[serde(default)]
    pub except_ending: BTreeMap<String, String>,
}

/// How a source fills one field.
#[derive(Debug, Clone)]
pub(super) struct Mapping {
    pub gives: Gives,
    pub from: Vec<RawName>,
    pub transforms: Vec<Transform>,
    pub lookup: BTreeMap<String, Arc<str>>,
    /// What is not in the lookup is no value.
    pub only_lookup: bool,
    pub host_of: Option<Arc<str>>,
    pub note: Option<Arc<str>>,
    pub ours: bool,
    /// Some carrier puts the raw text together of pieces, so that it does not stand in the bytes.
    pub assembled: bool,
}

/// What kind of mapping it is.
#[derive(Debug, Clone)]
pub(super) enum Gives {
    /// The same for every record.
    Constant(Value),
    /// An exception in code.
    Rule(Rule),
    /// The first raw field that gives a value.
    Raw,
    /// Every value of the first raw field that gives one, and each line of it: a multivalue field.
    All,
    /// Every value of the first raw field that has any.
    Own,
    /// Texts with raw fields in them, each that can be written.
    Written(Vec<Template>),
}

/// The name of a raw field, `System/Computer` for one of the System element.
#[derive(Debug, Clone, Deserialize)]
#[serde(from = "String")]
pub(super) struct RawName {
    pub shown: Arc<str>,
    in_system: bool,
}

impl From<String> for RawName {
    fn from(name: String) -> Self {
        Self {
            in_system: name.starts_with(SYSTEM),
            shown: Arc::from(name),
        }
    }
}

const SYSTEM: &str = "System/";

impl RawName {
    /// Whether it is of the System element.
    pub fn is_of_system(&self) -> bool {
        self.in_system
    }

    /// The raw text, which may be empty.
    pub fn of<'r>(&self, record: &'r Record) -> Option<&'r str> {
        if self.in_system {
            record.system(self.shown.strip_prefix(SYSTEM)?)
        } else {
            record.data(&self.shown)
        }
    }

    /// All raw texts of that name.
    pub fn all_of<'r>(&'r self, record: &'r Record) -> impl Iterator<Item = &'r str> {
        let (fields, name) = if self.in_system {
            let name = self.shown.strip_prefix(SYSTEM).unwrap_or_default();
            (&record.system, name)
        } else {
            (&record.data, &*self.shown)
        };
        let named = fields.iter().filter(move |field| &*field.name == name);
        named.map(|field| field.value.as_str())
    }
}

/// Where a fact beyond the model comes from.
#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
pub(super) enum FactFrom {
    Rule(Rule),
    Raw(Vec<RawName>),
}

impl Default for FactFrom {
    fn default() -> Self {
        Self::Raw(Vec::new())
    }
}

/// The `[facts]` of a table; see [`super::facts::Facts`].
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct FactTable {
    pub endpoint: FactFrom,
    pub command_line: FactFrom,
    pub arguments: FactFrom,
    pub image: FactFrom,
    pub original_file_name: FactFrom,
    pub current_directory: FactFrom,
    pub account: FactFrom,
    pub parent_image: FactFrom,
    pub grandparent: FactFrom,
    pub parent_command_line: FactFrom,
    pub process_guid: FactFrom,
    pub process_id: FactFrom,
    pub parent_process_guid: FactFrom,
    pub parent_process_id: FactFrom,
    pub logon_id: FactFrom,
    pub integrity: FactFrom,
    pub hashes: FactFrom,
}

/// The dataset that process trees are made of.
const PROCESSES: &str = "Endpoint.Processes";

/// In the order in which a record is tried against them; one that is `like` another stands after it.
const TABLES: [(&str, &str); 27] = tables![
    "sources":
    "sysmon",
    "sysmon_linux",
    "security_4688",
    "crowdstrike",
    "cisco_nvm",
    "defender",
    "elastic",
    "result_rows",
    "result_rows_registry",
    "result_rows_filesystem",
    "sysmon_registry_value",
    "sysmon_registry_key",
    "sysmon_file",
    "sysmon_file_stream",
    "sysmon_file_delete",
    "crowdstrike_registry",
    "crowdstrike_file",
    "system_7045",
    "security_4697",
    "crowdstrike_listen",
    "sysmon_network",
    "sysmon_dns",
    "security_account",
    "security_group",
    "security_4624",
    "security_4625",
    "security_4648",
];

impl Sources {
    /// The built-in tables.
    pub fn built_in(models: &Models) -> Result<Self, TableError> {
        let tables = SourceTable::read_all(&TABLES)?;
        let known = |name: &String| models.datasets().any(|d| d.full_name() == *name);
        if let Some((file, table)) = tables.iter().find(|(_, table)| !known(&table.dataset)) {
            return Err(unknown(file, "the dataset", &table.dataset));
        }
        let mut filled = Vec::new();
        for model in models.all() {
            let name = model.dataset.full_name();
            let tables = tables.iter().filter(|(_, table)| table.dataset == name);
            filled.push(Self::of(model.clone(), tables.cloned())?);
        }
        let place = filled
            .iter()
            .position(|s| s.model.dataset.full_name() == PROCESSES);
        let place = place.ok_or_else(|| unknown("sources", "the dataset", PROCESSES))?;
        let processes = filled.swap_remove(place);
        Ok(Self {
            others: filled.into(),
            ..processes
        })
    }

    fn of(
        model: Arc<Model>,
        tables: impl Iterator<Item = (&'static str, SourceTable)>,
    ) -> Result<Self, TableError> {
        let dest = model.dataset.index("dest").unwrap_or(usize::MAX);
        let mut sources: Vec<Source> = Vec::new();
        for (file, table) in tables {
            let like = match &table.like {
                None => None,
                Some(id) => Some(
                    sources
                        .iter()
                        .find(|s| s.id == *id)
                        .ok_or_else(|| unknown(file, "the source", id))?,
                ),
            };
            let source = table.resolve(file, &model.dataset, like)?;
            sources.push(source);
        }
        Ok(Self {
            model,
            creations: sources.len(),
            tables: sources,
            dest,
            others: Arc::default(),
        })
    }

    /// Those that fill a dataset, by its full name; none for a dataset that is not known.
    pub fn filling(&self, dataset: &str) -> Option<&Self> {
        // Where process events are widened, the wider sources stand among the others.
        let mut all = self.others.iter().chain([self]);
        all.find(|sources| sources.model.dataset.full_name() == dataset)
    }

    /// Whether the dataset is the one that has the process creations.
    pub fn fill_processes(&self) -> bool {
        self.model.dataset.full_name() == PROCESSES
    }

    /// Whether the events of a source are process creations.
    pub fn is_creation(&self, source: SourceIndex) -> bool {
        self.fill_processes() && usize::from(source.0) < self.creations
    }

    /// One of the dataset's events, as a person calls it: `process creation`.
    pub fn event(&self) -> &str {
        &self.model.event
    }

    /// The dataset that the sources fill.
    pub fn dataset(&self) -> &Dataset {
        &self.model.dataset
    }

    /// Every source with its place.
    pub fn all(&self) -> impl Iterator<Item = (SourceIndex, &Source)> {
        (0..).map(SourceIndex).zip(&self.tables)
    }

    /// A source by the place that [`Self::scope`] gave.
    pub fn get(&self, index: SourceIndex) -> Option<&Source> {
        self.tables.get(usize::from(index.0))
    }
}

impl Source {
    /// Whether a raw text means something.
    pub(super) fn is_value(&self, text: &str) -> bool {
        !text.is_empty() && !self.empty.iter().any(|empty| empty == text)
    }
}

fn unknown(file: &'static str, kind: &'static str, name: &str) -> TableError {
    TableError::Name {
        file,
        kind,
        name: name.to_owned(),
    }
}

fn family<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Family, D::Error> {
    let name = String::deserialize(deserializer)?;
    match name.as_str() {
        "windows" => Ok(Family::Windows),
        "crowdstrike" => Ok(Family::CrowdStrike),
        "nvm" => Ok(Family::Nvm),
        "flat" => Ok(Family::Flat),
        _ => Err(serde::de::Error::custom(format!("unknown family '{name}'"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_dataset_has_sources_that_fill_it() {
        let models = Models::built_in().unwrap();
        let sources = Sources::built_in(&models).unwrap();
        let mut ids = std::collections::BTreeSet::new();
        for dataset in models.datasets() {
            let filling = sources.filling(&dataset.full_name()).unwrap();
            assert_eq!(filling.dataset(), dataset);
            assert!(filling.all().count() > 0, "{}", dataset.full_name());
            assert!(!filling.event().is_empty());
            for (_, source) in filling.all() {
                assert!(ids.insert(source.id.clone()), "{}", source.id);
            }
        }
        assert_eq!(ids.len(), TABLES.len());
        assert!(sources.filling("Endpoint.Nothing").is_none());
        assert!(sources.fill_processes());
    }

    #[test]
    fn the_built_in_tables_are_read() {
        let models = Models::built_in().unwrap();
        let sources = Sources::built_in(&models).unwrap();
        let letters: Vec<_> = sources
            .all()
            .map(|(_, s)| (s.id.as_str(), s.letter))
            .collect();
        assert_eq!(
            letters,
            [
                ("sysmon", 'S'),
                ("sysmon_linux", 'S'),
                ("security_4688", '4'),
                ("crowdstrike", 'C'),
                ("cisco_nvm", 'N'),
                ("defender", 'D'),
                ("elastic", 'E'),
                ("result_rows", 'R'),
            ]
        );
        let place = sources.dataset().index("process_name").unwrap();
        for (index, source) in sources.all() {
            assert_eq!(sources.get(index).unwrap().id, source.id);
            assert!(source.mappings[place].is_some(), "{}", source.id);
        }
    }

    #[test]
    fn a_table_that_names_what_is_not_there_is_refused() {
        let models = Models::built_in().unwrap();
        let model = models.get("Endpoint", "Processes").unwrap();
        let head = "id = 'x'\ntitle = 'X'\nletter = 'X'\nsource = 'x'\nsourcetype = 'x'\n";
        let detect = "[detect]\nfamily = 'nvm'\n";
        for (text, reason) in [
            (
                format!("{head}dataset = 'Endpoint.Processes'\nlike = 'y'\n{detect}"),
                "the source 'y'",
            ),
            (
                format!(
                    "{head}dataset = 'Endpoint.Processes'\n{detect}[[field]]\nname = 'Process'"
                ),
                "the field 'Process'",
            ),
            (
                format!(
                    "{head}dataset = 'Endpoint.Processes'\n{detect}[[field]]\nname = 'os'\nlookup = 'l'"
                ),
                "the lookup 'l'",
            ),
            (
                format!("{head}dataset = 'Endpoint.Processes'\n[detect]\nfamily = 'vms'"),
                "unknown family 'vms'",
            ),
        ] {
            let read = SourceTable::read("sources/x.toml", &text);
            let read = read.and_then(|table| Sources::of(model.clone(), [table].into_iter()));
            let error = read.unwrap_err();
            assert!(error.to_string().contains(reason), "{error}");
        }
    }
}
