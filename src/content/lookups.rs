//! Lookups on disk: a definition (`lookups/*.yml` of the public content) and the CSV that it
//! stands for. Tells what a lookup is and holds its rows; how a row is found for a value is the
//! business of the `lookup` command in `search`.
//!
//! Facts: the settings and their defaults are those of `transforms.conf` (Admin Manual,
//! "transforms.conf", section on lookups): `case_sensitive_match` is true, `match_type` is EXACT
//! for every field that is not named, `min_matches` is 0, `max_matches` is 1000, `default_match`
//! is the empty text. Decided here: a CSV without a definition is known by its file name, as in
//! Splunk, and by that name without `.csv` too, so that a file can be given for a definition.

mod definition;

pub use definition::{Definition, LookupKind, MatchType};

use super::load_error::LoadError;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The largest CSV that is read. The largest public one has 2 MB.
const MAX_CSV: u64 = 256 << 20;

/// What a lookup that sets none matches at most (`max_matches`).
const MAX_MATCHES: usize = 1000;

/// Lookups that come with Enterprise Security or that it makes of the assets and identities of a
/// person's own (Administer Splunk Enterprise Security, "Manage asset and identity lookups",
/// "Manage internal lookups").
const OF_SECURITY: [&str; 8] = [
    "asset_lookup_by_str",
    "asset_lookup_by_cidr",
    "asset_lookup_default_fields",
    "identity_lookup_expanded",
    "identity_lookup_default_fields",
    "interesting_ports_lookup",
    "interesting_processes_lookup",
    "interesting_services_lookup",
];

/// A lookup with its rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lookup {
    /// Its name.
    pub name: String,
    /// The columns, in the file's order.
    pub header: Vec<String>,
    /// The rows in the file's order, each as long as the header.
    pub rows: Vec<Vec<String>>,
    /// Whether `A` and `a` differ (`case_sensitive_match`).
    pub case_sensitive: bool,
    /// How the fields that `match_type` names are compared.
    pub match_types: Vec<(String, MatchType)>,
    /// So many values are given at least: [`Lookup::default_match`] fills them up. 0: none.
    pub min_matches: usize,
    /// So many rows are taken at most, the first ones of the file.
    pub max_matches: usize,
    /// What fields that find nothing get, where `min_matches` is above 0.
    pub default_match: String,
}

impl Lookup {
    /// How a field is compared.
    pub fn match_type(&self, field: &str) -> MatchType {
        let named = self.match_types.iter().find(|(name, _)| name == field);
        named.map_or(MatchType::Exact, |(_, kind)| *kind)
    }

    /// The place of a column; names are case-sensitive, as all field names.
    pub fn column(&self, field: &str) -> Option<usize> {
        self.header.iter().position(|name| name == field)
    }
}

/// Why a lookup can't be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LookupError {
    /// Nothing has that name.
    #[error("there is no lookup '{0}'")]
    Unknown(String),
    /// Enterprise Security makes it.
    #[error("the lookup '{0}' is one that Enterprise Security makes on a Splunk server")]
    OfSecurity(String),
    /// Its rows are in a KV store, which a server holds.
    #[error("the lookup '{0}' is a KV store collection, which exists on a Splunk server only")]
    KvStore(String),
    /// It is a machine learning model.
    #[error(
        "the lookup '{0}' is a machine learning model, which the Splunk toolkit alone can apply"
    )]
    Model(String),
    /// Its CSV is not there.
    #[error("the file '{file}' of the lookup '{name}' is not there")]
    NoFile {
        /// The lookup.
        name: String,
        /// The file.
        file: String,
    },
    /// Its CSV can't be read.
    #[error("{0}")]
    Broken(LoadError),
}

impl LookupError {
    /// What to do about it.
    pub fn help(&self) -> String {
        match self {
            Self::Unknown(name) | Self::KvStore(name) | Self::OfSecurity(name) => {
                let name = name.strip_suffix(".csv").unwrap_or(name);
                format!("give its rows as a CSV file: --lookups {name}.csv")
            }
            Self::NoFile { name, .. } => {
                format!("put it there, or give its rows: --lookups {name}.csv")
            }
            Self::Model(_) => "no file can stand for it".to_owned(),
            Self::Broken(error) => error.help.clone().unwrap_or_default(),
        }
    }

    /// The stable name of the message.
    pub fn code(&self) -> &'static str {
        match self {
            Self::KvStore(_) => "DEP-KV",
            Self::Model(_) => "DEP-MLTK",
            Self::OfSecurity(_) => "DEP-ES",
            Self::Unknown(_) | Self::NoFile { .. } | Self::Broken(_) => "SPL-LOOKUP",
        }
    }
}

/// All lookups that are known. A CSV is read when it is first asked for.
#[derive(Debug, Clone, Default)]
pub struct Lookups {
    known: BTreeMap<String, Arc<Definition>>,
    /// The CSV files by file name.
    files: BTreeMap<String, Arc<Definition>>,
}

impl Lookups {
    /// Takes in the `*.yml` and `*.csv` of a folder, or one CSV; what comes later replaces what has
    /// its name. Gives what could not be read; the rest is known.
    pub fn add(&mut self, path: &Path) -> Vec<LoadError> {
        if path.is_file() {
            return self.add_one(path).err().into_iter().collect();
        }
        let mut problems = Vec::new();
        let files = match list(path) {
            Ok(files) => files,
            Err(problem) => return vec![problem],
        };
        for path in files.iter().filter(|path| has_ending(path, "csv")) {
            self.add_file(path);
        }
        let is_yaml = |path: &&PathBuf| has_ending(path, "yml") || has_ending(path, "yaml");
        for path in files.iter().filter(is_yaml) {
            match Definition::read(path) {
                Ok(definition) => {
                    let name = definition.name.clone();
                    self.known.insert(name, Arc::new(definition));
                }
                Err(problem) => problems.push(problem),
            }
        }
        problems
    }

    /// A file that a person gives must be a CSV; it is read later, when a search asks for it.
    fn add_one(&mut self, path: &Path) -> Result<(), LoadError> {
        if has_ending(path, "csv") {
            self.add_file(path);
            return Ok(());
        }
        let shown = path.display().to_string();
        Err(LoadError::new(&shown, "is no CSV by its name")
            .with_help("give a file NAME.csv for the lookup NAME, or a folder of them"))
    }

    /// Takes in a CSV of its own, known by its file name.
    fn add_file(&mut self, path: &Path) {
        let Some(name) = path.file_name().and_then(|name| name.to_str()) else {
            return;
        };
        let stem = name.get(..name.len().saturating_sub(4)).unwrap_or(name);
        // A file that is given stands for the lookup of that name, compared as that says.
        if let Some(known) = self.known.get(stem) {
            let given = known.with_rows_of(path);
            self.known.insert(stem.to_owned(), Arc::new(given));
        }
        let definition = Arc::new(Definition::of_file(name, path));
        self.files.insert(name.to_owned(), definition);
    }

    /// A lookup with its rows, by the name of its definition or of its file.
    pub fn get(&self, name: &str) -> Result<Arc<Lookup>, LookupError> {
        match self.definition(name) {
            Some(definition) => definition.rows(),
            None if OF_SECURITY.contains(&name) => Err(LookupError::OfSecurity(name.to_owned())),
            None => Err(LookupError::Unknown(name.to_owned())),
        }
    }

    /// What is known of a lookup without its rows.
    pub fn definition(&self, name: &str) -> Option<&Definition> {
        let defined = self.known.get(name).or_else(|| self.files.get(name));
        let defined = defined.or_else(|| self.files.get(&format!("{name}.csv")));
        defined.map(AsRef::as_ref)
    }

    /// All definitions, by name.
    pub fn all(&self) -> impl Iterator<Item = &Definition> {
        self.known.values().map(AsRef::as_ref)
    }

    /// None is known.
    pub fn is_empty(&self) -> bool {
        self.known.is_empty() && self.files.is_empty()
    }
}

/// The columns and rows of a CSV: RFC 4180, the first line names the columns. A short row is
/// filled up with empty values, a long one is cut.
fn read_csv(path: &Path) -> Result<(Vec<String>, Vec<Vec<String>>), LoadError> {
    let bytes = super::read_bytes(path, MAX_CSV)?;
    rows_of(&bytes, &path.display().to_string())
}

fn rows_of(bytes: &[u8], origin: &str) -> Result<(Vec<String>, Vec<Vec<String>>), LoadError> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    // Some exports are Windows-1252: what is no UTF-8 becomes U+FFFD and the rest can be looked up.
    let text = |cell: &[u8]| String::from_utf8_lossy(cell).into_owned();
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .from_reader(bytes);
    let mut rows = Vec::new();
    for record in reader.byte_records() {
        let record = record.map_err(|error| {
            let line = error.position().map_or(0, csv::Position::line);
            LoadError::new(origin, format!("is no CSV, at line {line}: {error}"))
        })?;
        rows.push(record.iter().map(text).collect::<Vec<_>>());
    }
    if rows.is_empty() {
        return Err(LoadError::new(origin, "is empty")
            .with_help("the first line of a lookup names its columns"));
    }
    let header: Vec<String> = rows
        .remove(0)
        .iter()
        .map(|name| name.trim().to_owned())
        .collect();
    for row in &mut rows {
        row.resize(header.len(), String::new());
    }
    Ok((header, rows))
}

fn has_ending(path: &Path, ending: &str) -> bool {
    path.extension()
        .is_some_and(|e| e.eq_ignore_ascii_case(ending))
}

/// The files of a folder, by path.
fn list(folder: &Path) -> Result<Vec<PathBuf>, LoadError> {
    let problem = |error: std::io::Error| {
        let origin = folder.display().to_string();
        LoadError::new(&origin, format!("can't be listed: {error}"))
    };
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(problem)? {
        let path = entry.map_err(problem)?.path();
        if path.is_file() {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

#[cfg(test)]
mod tests;
