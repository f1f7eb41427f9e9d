//! Where macros come from: the set that comes with the program, and files that override it. A file
//! is Splunk's `macros.conf` or YAML of the public content's shape. How a macro is put into a
//! search is `spl::macros`'s business.

mod conf;

use super::detection::Detection;
use super::load_error::LoadError;
use super::place::place_of_definition;
use super::yaml::{self, Node};
use crate::spl::macros::{DefinitionPlace, MacroText};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// The origin of what comes with the program.
pub const BUILT_IN: &str = "built in";

const ASSETS: [&str; 4] = [
    include_str!("../../assets/macros/security_content.yml"),
    include_str!("../../assets/macros/cim.yml"),
    include_str!("../../assets/macros/processes.yml"),
    include_str!("../../assets/macros/sources.yml"),
];

/// How deep a folder of macros is searched.
const MAX_FOLDERS: usize = 16;

/// All macros that are known.
#[derive(Debug, Clone, Default)]
pub struct Macros {
    known: BTreeMap<(String, usize), Macro>,
    overrides: Vec<Override>,
}

/// A macro.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Macro {
    /// Its name.
    pub name: String,
    /// The names of its arguments.
    pub arguments: Vec<String>,
    /// What it stands for.
    pub definition: String,
    /// What it is for; may be empty.
    pub description: String,
    /// Its file, or [`BUILT_IN`].
    pub origin: String,
    /// Its line in the file.
    pub line: usize,
    /// Where its definition stands in the file; none for what comes with the program.
    pub place: Option<DefinitionPlace>,
    /// It is an eval expression (`iseval`): known by name, and refused where a search uses it.
    pub is_eval: bool,
}

/// A macro that a file gave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Override {
    /// The macro.
    pub name: String,
    /// The number of its arguments.
    pub argc: usize,
    /// The file.
    pub file: String,
    /// What it stood for before; none for a macro that was not known.
    pub before: Option<String>,
}

impl Macros {
    /// The set that comes with the program.
    pub fn built_in() -> Result<Self, LoadError> {
        let mut macros = Self::default();
        for asset in ASSETS {
            for one in from_yaml(asset, BUILT_IN)?.0 {
                macros.put(one);
            }
        }
        Ok(macros)
    }

    /// Knows the rule's own filter macro, as `search *`, unless it has been given already. That is
    /// what the public content puts there when a rule brings no such macro.
    pub fn add_filter_of(&mut self, rule: &Detection) {
        let name = rule.filter_macro();
        let key = (name.clone(), 0);
        self.known.entry(key).or_insert_with(|| Macro {
            name,
            arguments: Vec::new(),
            definition: "search *".to_owned(),
            description: format!("The tuning of '{}': nothing is filtered.", rule.name),
            origin: BUILT_IN.to_owned(),
            line: 0,
            place: None,
            is_eval: false,
        });
    }

    /// Takes in a file, or all `macros.conf` and YAML files of a folder, by path. What is given
    /// last wins. Gives how many macros there were; none at all is an error.
    pub fn add(&mut self, path: &Path) -> Result<usize, LoadError> {
        let origin = path.display().to_string();
        let found = if path.is_dir() {
            let mut files = Vec::new();
            collect_files(path, 0, &mut files)?;
            let mut found = Vec::new();
            for file in files {
                let more = self.read_file(&file, &found)?.0;
                found.extend(more);
            }
            found
        } else {
            let (found, no_macro) = self.read_file(path, &[])?;
            if let Some(place) = no_macro {
                return Err(place);
            }
            found
        };
        if found.is_empty() {
            return Err(LoadError::new(&origin, "holds no macro").with_help(
                "give a macros.conf with [name] stanzas, or YAML with 'name' and 'definition'",
            ));
        }
        let count = found.len();
        for one in found {
            let file = one.origin.clone();
            let (name, argc) = (one.name.clone(), one.arguments.len());
            let before = self.put(one);
            self.overrides.push(Override {
                name,
                argc,
                file,
                before,
            });
        }
        Ok(count)
    }

    /// Takes in the macros of a content folder, which are no overrides: they are what the folder's
    /// rules were written with. Gives what could not be read; the rest is known.
    pub fn add_content(&mut self, folder: &Path) -> Vec<LoadError> {
        let (mut files, mut problems) = (Vec::new(), Vec::new());
        if let Err(problem) = collect_files(folder, 0, &mut files) {
            problems.push(problem);
        }
        for file in files.iter().filter(|file| file.is_file()) {
            match self.read_file(file, &[]) {
                Ok((found, _)) => {
                    for one in found {
                        self.put(one);
                    }
                }
                Err(problem) => problems.push(problem),
            }
        }
        problems
    }

    /// The definition before.
    fn put(&mut self, one: Macro) -> Option<String> {
        let key = (one.name.clone(), one.arguments.len());
        self.known.insert(key, one).map(|old| old.definition)
    }

    /// A macro by name and number of arguments, for `spl::macros::expand`.
    pub fn lookup(&self, name: &str, argc: usize) -> Option<MacroText> {
        self.get(name, argc).map(|one| MacroText {
            arguments: one.arguments.clone(),
            definition: one.definition.clone(),
            origin: one.origin.clone(),
            place: one.place.clone(),
            refused: one.is_eval.then(|| {
                let (file, line) = (&one.origin, one.line);
                format!(
                    "it is an eval expression ('iseval', {file}:{line}), which is not supported"
                )
            }),
        })
    }

    /// A macro by name and number of arguments.
    pub fn get(&self, name: &str, argc: usize) -> Option<&Macro> {
        self.known.get(&(name.to_owned(), argc))
    }

    /// All that files gave, in the order given; of several for one macro the last counts.
    pub fn overrides(&self) -> &[Override] {
        &self.overrides
    }

    /// All macros, by name.
    pub fn all(&self) -> impl Iterator<Item = &Macro> {
        self.known.values()
    }
}

impl Macros {
    /// Reads a file. `before` are macros of this folder that were read before it: Splunk puts the
    /// layers of an app over each other setting by setting, so that a `local` stanza may leave to
    /// `default` what its arguments are called.
    fn read_file(&self, path: &Path, before: &[Macro]) -> Result<Found, LoadError> {
        let origin = path.display().to_string();
        let text = super::read_text(path)?;
        let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
        if !is_conf(path, text) {
            return from_yaml(text, &origin);
        }
        let arguments = |name: &str, argc: usize| {
            let same = |one: &&Macro| one.name == name && one.arguments.len() == argc;
            let known = before
                .iter()
                .rev()
                .find(same)
                .or_else(|| self.get(name, argc));
            known.map(|one| one.arguments.clone())
        };
        Ok((conf::read(text, &origin, &arguments)?, None))
    }
}

/// The macros of a file and, if something in it is none, what is to be said of that.
type Found = (Vec<Macro>, Option<LoadError>);

/// By its ending, else by its first line that says something.
fn is_conf(path: &Path, text: &str) -> bool {
    let ending = path.extension().and_then(|e| e.to_str()).unwrap_or("");
    match ending.to_ascii_lowercase().as_str() {
        "conf" => true,
        "yml" | "yaml" => false,
        _ => text
            .lines()
            .map(str::trim)
            .find(|line| !line.is_empty() && !line.starts_with('#'))
            .is_some_and(|line| line.starts_with('[')),
    }
}

fn collect_files(folder: &Path, depth: usize, files: &mut Vec<PathBuf>) -> Result<(), LoadError> {
    let problem = |error: std::io::Error| {
        let origin = folder.display().to_string();
        LoadError::new(&origin, format!("can't be listed: {error}"))
    };
    let mut entries = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(problem)? {
        let entry = entry.map_err(problem)?;
        entries.push((entry.path(), entry.file_type().map_err(problem)?));
    }
    entries.sort_by(|a, b| a.0.cmp(&b.0));
    for (path, kind) in entries {
        let is_conf = path
            .file_name()
            .is_some_and(|name| name.eq_ignore_ascii_case("macros.conf"));
        let is_yaml = path
            .extension()
            .is_some_and(|e| e.eq_ignore_ascii_case("yml") || e.eq_ignore_ascii_case("yaml"));
        if kind.is_dir() && depth < MAX_FOLDERS {
            collect_files(&path, depth + 1, files)?;
        } else if !kind.is_dir() && (is_conf || is_yaml) {
            files.push(path);
        }
    }
    Ok(())
}

/// The macros of a YAML text: one, a list, or several documents.
fn from_yaml(text: &str, origin: &str) -> Result<Found, LoadError> {
    let mut found = Vec::new();
    let mut no_macro = None;
    for document in yaml::read(text, origin)? {
        for node in document.items() {
            let at = |message: &str| {
                LoadError::at(origin, text, (node.line, node.column), message)
                    .with_help("a macro has 'name' and 'definition'")
            };
            let (Some(name), Some(definition)) = (node.get("name"), node.get("definition")) else {
                no_macro = no_macro.or_else(|| Some(at("this is no macro")));
                continue;
            };
            let start = (definition.line, definition.column);
            let (Some(name), Some(definition)) = (name.text(), definition.text()) else {
                return Err(at("the macro's name or definition is no text"));
            };
            let place = || place_of_definition(text, start, definition.trim());
            let arguments = node.get("arguments").map_or(&[][..], Node::items);
            found.push(Macro {
                name: name.trim().to_owned(),
                arguments: arguments.iter().map(Node::summary).collect(),
                definition: definition.trim().to_owned(),
                description: node
                    .get("description")
                    .map(Node::summary)
                    .unwrap_or_default(),
                origin: origin.to_owned(),
                line: node.line,
                place: (origin != BUILT_IN).then(place).flatten(),
                is_eval: false,
            });
        }
    }
    Ok((found, no_macro))
}

#[cfg(test)]
mod tests;
