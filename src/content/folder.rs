//! A folder of content: a checkout of Splunk's `security_content` as it is, or a folder that holds
//! rules alone. Reads everything once and tells what could not be read; compiles nothing.
//!
//! What is read of a checkout: `detections/**/*.yml`, `macros/*`, `lookups/*`, `stories/*.yml`, and
//! ATT&CK names from `mitre_enrichment.csv` where a build has left one (contentctl writes it among
//! the lookups of its app, with the columns `mitre_id`, `technique`, `tactics`).

mod find;

use super::attack::Attack;
use super::detection::Detection;
use super::load_error::LoadError;
use super::lookups::Lookups;
use super::macros::Macros;
use super::story::Story;
pub use find::FindError;
use std::panic::resume_unwind;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use walkdir::{DirEntry, WalkDir};

/// How deep a folder of rules is searched.
const MAX_FOLDERS: usize = 16;

/// The folder of a checkout in which its rules are.
const RULES: &str = "detections";

/// The content of a folder.
#[derive(Debug, Clone, Default)]
pub struct Folder {
    /// Where it is.
    pub path: PathBuf,
    /// The rules, by path.
    pub detections: Vec<Detection>,
    /// The macros that come with the program with those of the folder over them.
    pub macros: Macros,
    /// The lookups.
    pub lookups: Arc<Lookups>,
    /// The stories, by path.
    pub stories: Vec<Story>,
    /// ATT&CK names.
    pub attack: Attack,
    /// What could not be read, by kind and path. The rest was.
    pub problems: Vec<LoadError>,
}

impl Folder {
    /// Reads a checkout, a folder of rules or one rule. What a folder holds beside rules is taken
    /// from the checkout that it is a part of, if it is one. A broken file is one of
    /// [`Folder::problems`]; an error is that nothing is there to read.
    pub fn read(path: &Path) -> Result<Self, LoadError> {
        Self::read_beside(path, None)
    }

    /// The same with what another checkout holds beside its rules.
    pub fn read_beside(path: &Path, content: Option<&Path>) -> Result<Self, LoadError> {
        let shown = path.display().to_string();
        if let Err(error) = std::fs::metadata(path) {
            return Err(LoadError::new(&shown, format!("can't be read: {error}"))
                .with_help("give a checkout of security_content, a folder of rules or one rule"));
        }
        let mut folder = match content {
            Some(content) => Self::without_rules(content)?,
            None => Self::around(root_of(path).as_deref())?,
        };
        path.clone_into(&mut folder.path);
        let rules = if path.join(RULES).is_dir() {
            path.join(RULES)
        } else {
            path.to_owned()
        };
        let mut problems = Vec::new();
        let files = yaml_files(&rules, &mut problems);
        if files.is_empty() && problems.is_empty() {
            return Err(LoadError::new(&shown, "holds no rule")
                .with_help("rules are files with the ending .yml"));
        }
        for read in in_parallel(&files, |file| Detection::read(file)) {
            match read {
                Ok(detection) => folder.detections.push(detection),
                Err(problem) => problems.push(problem),
            }
        }
        problems.append(&mut folder.problems);
        folder.problems = problems;
        Ok(folder)
    }

    /// What comes with the program: its macros, its ATT&CK names, no rule.
    pub fn built_in() -> Result<Self, LoadError> {
        Self::around(None)
    }

    /// The same as [`Folder::read`] without reading the rules, for who has one already.
    pub fn without_rules(path: &Path) -> Result<Self, LoadError> {
        let root = root_of(path);
        if root.is_none() {
            let shown = path.display().to_string();
            return Err(LoadError::new(
                &shown,
                "is no content: it has no folders 'detections' and 'macros'",
            )
            .with_help("give a checkout of security_content"));
        }
        Self::around(root.as_deref())
    }

    /// What a checkout holds beside its rules; without one, what comes with the program.
    fn around(root: Option<&Path>) -> Result<Self, LoadError> {
        let mut folder = Self {
            macros: Macros::built_in()?,
            attack: Attack::built_in()?,
            ..Self::default()
        };
        let Some(root) = root else {
            return Ok(folder);
        };
        let there = |name: &str| Some(root.join(name)).filter(|path| path.is_dir());
        if let Some(macros) = there("macros") {
            folder.problems.extend(folder.macros.add_content(&macros));
        }
        if let Some(lookups) = there("lookups") {
            let mut known = Lookups::default();
            folder.problems.extend(known.add(&lookups));
            folder.lookups = Arc::new(known);
        }
        if let Some(stories) = there("stories") {
            let files = yaml_files(&stories, &mut folder.problems);
            for read in in_parallel(&files, |file| Story::read(file)) {
                match read {
                    Ok(story) => folder.stories.push(story),
                    Err(problem) => folder.problems.push(problem),
                }
            }
        }
        if let Ok(names) = folder.lookups.get("mitre_enrichment") {
            folder.attack.add_names(&names);
        }
        Ok(folder)
    }

    /// Lays macros over those that are there, each file or folder over the one before.
    pub fn add_macros(&mut self, paths: &[PathBuf]) -> Result<(), LoadError> {
        for path in paths {
            self.macros.add(path)?;
        }
        Ok(())
    }

    /// Lays lookups over those that are there: CSV files of their own, or folders as
    /// [`Lookups::add`] takes them.
    pub fn add_lookups(&mut self, paths: &[PathBuf]) -> Result<(), LoadError> {
        for path in paths {
            let lookups = Arc::make_mut(&mut self.lookups);
            if let Some(problem) = lookups.add(path).into_iter().next() {
                return Err(problem);
            }
        }
        Ok(())
    }

    /// A story by its name.
    pub fn story(&self, name: &str) -> Option<&Story> {
        self.stories.iter().find(|story| story.name == name)
    }
}

/// The checkout that a path is or lies in: the nearest folder with rules and macros, as the path
/// names it where it does.
fn root_of(path: &Path) -> Option<PathBuf> {
    let is_root = |folder: &&Path| folder.join(RULES).is_dir() && folder.join("macros").is_dir();
    let named = path.ancestors().find(is_root).map(Path::to_owned);
    named.or_else(|| {
        let whole = path.canonicalize().ok()?;
        whole.ancestors().find(is_root).map(Path::to_owned)
    })
}

/// The YAML files below a folder, by path; a file is one whatever it is called.
fn yaml_files(folder: &Path, problems: &mut Vec<LoadError>) -> Vec<PathBuf> {
    let mut files = Vec::new();
    let walk = WalkDir::new(folder)
        .max_depth(MAX_FOLDERS)
        .sort_by_file_name();
    for entry in walk {
        match entry {
            Ok(entry) if entry.file_type().is_dir() => {}
            // A pipe may be named, but one that lies about would never end.
            Ok(entry) if entry.depth() == 0 || (is_yaml(entry.path()) && is_file(&entry)) => {
                files.push(entry.into_path());
            }
            Ok(_) => {}
            Err(error) => {
                let path = error.path().unwrap_or(folder).display().to_string();
                problems.push(LoadError::new(&path, format!("can't be listed: {error}")));
            }
        }
    }
    files
}

fn is_file(entry: &DirEntry) -> bool {
    // Of a link, what it leads to.
    entry.path().is_file()
}

fn is_yaml(path: &Path) -> bool {
    path.extension()
        .is_some_and(|e| e.eq_ignore_ascii_case("yml") || e.eq_ignore_ascii_case("yaml"))
}

/// What `make` makes of each thing, in their order, on all processors: the things do not depend on
/// each other. Whoever is done takes the next one, since some take much longer than others.
pub fn in_parallel<A: Sync, B: Send>(things: &[A], make: impl Fn(&A) -> B + Sync) -> Vec<B> {
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let next = AtomicUsize::new(0);
    let work = || {
        let mut part: Vec<(usize, B)> = Vec::new();
        loop {
            let place = next.fetch_add(1, Ordering::Relaxed);
            let Some(thing) = things.get(place) else {
                return part;
            };
            part.push((place, make(thing)));
        }
    };
    let mut whole = std::thread::scope(|scope| {
        let others = 1..threads.min(things.len());
        let others: Vec<_> = others.map(|_| scope.spawn(work)).collect();
        let mut whole = work();
        for other in others {
            // Nothing is left out in silence: what panicked there does so here.
            whole.extend(other.join().unwrap_or_else(|panic| resume_unwind(panic)));
        }
        whole
    });
    whole.sort_unstable_by_key(|(place, _)| *place);
    whole.into_iter().map(|(_, made)| made).collect()
}

#[cfg(test)]
mod tests;
