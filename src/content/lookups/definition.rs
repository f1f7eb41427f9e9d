//! The definition of a lookup: what its YAML says, and its rows once they are asked for.

use super::{Lookup, LookupError, MAX_MATCHES, has_ending, read_csv};
use crate::content::load_error::LoadError;
use crate::content::yaml::{self, Node};
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

/// How a value and a row are compared in one field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MatchType {
    /// As it is.
    Exact,
    /// The row's value is a pattern with `*`.
    Wildcard,
    /// The row's value is a subnet, such as `10.0.0.0/8`.
    Cidr,
}

/// Where the rows of a lookup are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LookupKind {
    /// In a CSV file.
    Csv(PathBuf),
    /// In a KV store collection, on a server.
    KvStore,
    /// In a machine learning model.
    Model,
}

/// A lookup as it is defined.
#[derive(Debug)]
pub struct Definition {
    /// Its name.
    pub name: String,
    /// What it is for; may be empty.
    pub description: String,
    /// The file that defines it.
    pub origin: String,
    /// Where its rows are.
    pub kind: LookupKind,
    /// The names of its fields, where the definition says them (a KV store has no file to ask).
    pub fields: Vec<String>,
    case_sensitive: bool,
    match_types: Vec<(String, MatchType)>,
    min_matches: usize,
    max_matches: usize,
    default_match: String,
    rows: OnceLock<Result<Arc<Lookup>, LookupError>>,
}

impl Definition {
    /// A CSV file without a definition: all settings have their defaults.
    pub(super) fn of_file(name: &str, path: &Path) -> Self {
        Self {
            name: name.to_owned(),
            description: String::new(),
            origin: path.display().to_string(),
            kind: LookupKind::Csv(path.to_owned()),
            fields: Vec::new(),
            case_sensitive: true,
            match_types: Vec::new(),
            min_matches: 0,
            max_matches: MAX_MATCHES,
            default_match: String::new(),
            rows: OnceLock::new(),
        }
    }

    /// The same lookup with the rows of another file.
    pub(super) fn with_rows_of(&self, path: &Path) -> Self {
        Self {
            name: self.name.clone(),
            description: self.description.clone(),
            origin: self.origin.clone(),
            kind: LookupKind::Csv(path.to_owned()),
            fields: self.fields.clone(),
            case_sensitive: self.case_sensitive,
            match_types: self.match_types.clone(),
            min_matches: self.min_matches,
            max_matches: self.max_matches,
            default_match: self.default_match.clone(),
            rows: OnceLock::new(),
        }
    }

    /// Reads a YAML file; its CSV stands beside it.
    pub(super) fn read(path: &Path) -> Result<Self, LoadError> {
        let origin = path.display().to_string();
        let text = crate::content::read_text(path)?;
        let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
        let mut documents = yaml::read(text, &origin)?;
        let Some(node) = documents.pop().filter(|_| documents.is_empty()) else {
            return Err(LoadError::new(&origin, "is not one lookup")
                .with_help("give one lookup a file: 'name' and 'filename'"));
        };
        Source {
            node: &node,
            text,
            origin: &origin,
            path,
        }
        .definition()
    }

    /// The lookup with its rows; read once.
    pub fn rows(&self) -> Result<Arc<Lookup>, LookupError> {
        self.rows.get_or_init(|| self.read_rows()).clone()
    }

    fn read_rows(&self) -> Result<Arc<Lookup>, LookupError> {
        let path = match &self.kind {
            LookupKind::Csv(path) => path,
            LookupKind::KvStore => return Err(LookupError::KvStore(self.name.clone())),
            LookupKind::Model => return Err(LookupError::Model(self.name.clone())),
        };
        if !path.is_file() {
            return Err(LookupError::NoFile {
                name: self.name.clone(),
                file: path.display().to_string(),
            });
        }
        let (header, rows) = read_csv(path).map_err(LookupError::Broken)?;
        Ok(Arc::new(Lookup {
            name: self.name.clone(),
            header,
            rows,
            case_sensitive: self.case_sensitive,
            match_types: self.match_types.clone(),
            min_matches: self.min_matches,
            max_matches: self.max_matches,
            default_match: self.default_match.clone(),
        }))
    }
}

/// A file while it is read.
struct Source<'a> {
    node: &'a Node,
    text: &'a str,
    origin: &'a str,
    path: &'a Path,
}

impl Source<'_> {
    fn definition(&self) -> Result<Definition, LoadError> {
        let node = self.node;
        let words = |key: &str| node.get(key).map(Node::summary);
        let Some(name) = words("name").filter(|name| !name.is_empty()) else {
            return Err(self.at(node, "the lookup has no 'name'", "add 'name: …'"));
        };
        Ok(Definition {
            name,
            description: words("description").unwrap_or_default(),
            origin: self.origin.to_owned(),
            kind: self.kind()?,
            // `fields_list` until 2024, `fields` since.
            fields: node
                .get("fields")
                .or_else(|| node.get("fields_list"))
                .map(|fields| split(&fields.summary()))
                .unwrap_or_default(),
            case_sensitive: self.truth("case_sensitive_match", true)?,
            match_types: self.match_types()?,
            min_matches: self.number("min_matches", 0)?,
            max_matches: self.number("max_matches", MAX_MATCHES)?,
            default_match: words("default_match").unwrap_or_default(),
            rows: OnceLock::new(),
        })
    }

    /// Until 2024 a `filename` or a `collection` says it. Since then `lookup_type` does, and the
    /// file has the name of the definition's file.
    fn kind(&self) -> Result<LookupKind, LoadError> {
        const HELP: &str = "write 'lookup_type: csv' or 'filename: NAME.csv'";
        let node = self.node;
        if let Some(kind) = node.get("lookup_type") {
            return match kind.summary().to_ascii_lowercase().as_str() {
                "csv" => {
                    let named = self.file()?;
                    let file = named.unwrap_or_else(|| self.path.with_extension("csv"));
                    Ok(LookupKind::Csv(file))
                }
                "kvstore" => Ok(LookupKind::KvStore),
                "mlmodel" => Ok(LookupKind::Model),
                other => {
                    let message = format!("'{other}' is no kind of lookup");
                    Err(self.at(kind, &message, HELP))
                }
            };
        }
        if let Some(file) = self.file()? {
            return Ok(if has_ending(&file, "mlmodel") {
                LookupKind::Model
            } else {
                LookupKind::Csv(file)
            });
        }
        if node.get("collection").is_some() {
            return Ok(LookupKind::KvStore);
        }
        Err(self.at(node, "the lookup does not say where its rows are", HELP))
    }

    /// The file that `filename` names: one beside this one, as in Splunk, where lookups have no
    /// folders.
    fn file(&self) -> Result<Option<PathBuf>, LoadError> {
        let Some(node) = self.node.get("filename") else {
            return Ok(None);
        };
        let name = node.summary();
        if name.contains(['/', '\\']) || name == ".." || name == "." {
            let message = format!("'{name}' is no name of a file");
            return Err(self.at(node, &message, "name a file beside this one"));
        }
        Ok(Some(self.path.with_file_name(name)))
    }

    fn truth(&self, key: &str, usual: bool) -> Result<bool, LoadError> {
        let Some(node) = self.node.get(key) else {
            return Ok(usual);
        };
        match node.summary().to_ascii_lowercase().as_str() {
            "true" | "1" | "yes" => Ok(true),
            "false" | "0" | "no" => Ok(false),
            other => {
                let message = format!("'{key}' is '{other}'");
                Err(self.at(node, &message, "write 'true' or 'false'"))
            }
        }
    }

    fn number(&self, key: &str, usual: usize) -> Result<usize, LoadError> {
        let Some(node) = self.node.get(key) else {
            return Ok(usual);
        };
        let text = node.summary();
        text.parse().map_err(|_| {
            let message = format!("'{key}' is '{text}'");
            self.at(node, &message, "write a whole number")
        })
    }

    /// `WILDCARD(a), CIDR(b)`, as one text or as a list.
    fn match_types(&self) -> Result<Vec<(String, MatchType)>, LoadError> {
        let Some(node) = self.node.get("match_type") else {
            return Ok(Vec::new());
        };
        split(&node.summary())
            .iter()
            .map(|one| {
                match_type(one).ok_or_else(|| {
                    let message = format!("'{one}' is no match type");
                    self.at(
                        node,
                        &message,
                        "write 'WILDCARD(field)', 'CIDR(field)' or 'EXACT(field)'",
                    )
                })
            })
            .collect()
    }

    fn at(&self, node: &Node, message: &str, help: &str) -> LoadError {
        LoadError::at(self.origin, self.text, (node.line, node.column), message).with_help(help)
    }
}

fn match_type(text: &str) -> Option<(String, MatchType)> {
    let (kind, field) = text.strip_suffix(')')?.split_once('(')?;
    let kind = match kind.trim().to_ascii_uppercase().as_str() {
        "EXACT" => MatchType::Exact,
        "WILDCARD" => MatchType::Wildcard,
        "CIDR" => MatchType::Cidr,
        _ => return None,
    };
    Some((field.trim().to_owned(), kind))
}

/// The words between commas.
fn split(text: &str) -> Vec<String> {
    let words = text.split(',').map(str::trim).filter(|w| !w.is_empty());
    words.map(str::to_owned).collect()
}
