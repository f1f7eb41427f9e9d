//! The tests that a rule declares: finds the data of each by name below a folder and hunts in
//! them. What a test wants is one row at least (contentctl: a detection must return results on its
//! test data).

use super::hunt::{HuntOptions, Pass};
use super::pack::hunt_once;
use super::rule::Rule;
use crate::cim::Sources;
use crate::content::detection::DetectionTest;
use std::collections::BTreeMap;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use walkdir::WalkDir;

/// How a test went.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// So many rows.
    Pass(u64),
    /// No row, though the data are there.
    Fail,
    /// The data are not there, or nothing in them could be read: which and why.
    NoData(String),
}

/// The files below a folder, by the name under which they are looked for.
#[derive(Debug, Clone, Default)]
pub struct DataFiles {
    folder: PathBuf,
    by_name: BTreeMap<String, Vec<PathBuf>>,
}

/// What a file may have behind its name when it is packed.
const PACKED: [&str; 3] = [".gz", ".zst", ".zip"];

impl DataFiles {
    /// Looks through a folder.
    pub fn below(folder: &Path) -> Self {
        let mut by_name: BTreeMap<String, Vec<PathBuf>> = BTreeMap::new();
        let walk = WalkDir::new(folder).sort_by_file_name();
        for entry in walk.into_iter().filter_map(Result::ok) {
            if !entry.file_type().is_file() {
                continue;
            }
            let path = entry.into_path();
            if let Some(name) = parts(&path.to_string_lossy()).pop() {
                by_name.entry(name).or_default().push(path);
            }
        }
        Self {
            folder: folder.to_owned(),
            by_name,
        }
    }

    /// The file of an address: of those with its name the one whose folders are the address's for
    /// the longest way up. Many data sets have a `windows-sysmon.log`, and many a folder
    /// `atomic_red_team`: two folders must be the address's, or all that lie below the folder of
    /// the data. None too where several are alike.
    pub fn find(&self, address: &str) -> Option<&Path> {
        let wanted = parts(address);
        let candidates = self.by_name.get(wanted.last()?)?;
        let mut found: Option<(usize, &Path)> = None;
        let mut several = false;
        for path in candidates {
            let below = path.strip_prefix(&self.folder).unwrap_or(path);
            let own = parts(&below.to_string_lossy());
            let pairs = own.iter().rev().zip(wanted.iter().rev());
            let alike = pairs.take_while(|(a, b)| a == b).count();
            if alike < own.len().min(NAME_AND_FOLDERS) {
                continue;
            }
            let most = found.map_or(0, |(most, _)| most);
            several = alike == most || (several && alike < most);
            if alike > most {
                found = Some((alike, path));
            }
        }
        found.filter(|_| !several).map(|(_, path)| path)
    }
}

/// How much of an address must be that of a file: the name and two folders.
const NAME_AND_FOLDERS: usize = 3;

/// The folders and the name of a path or address, in lower case, the name without what a packer
/// put behind it. Copies that keep all in one folder write '__' for '/'.
fn parts(path: &str) -> Vec<String> {
    let path = path.trim().to_lowercase().replace("__", "/");
    let packed = PACKED.iter().find_map(|ending| path.strip_suffix(ending));
    let path = packed.unwrap_or(&path);
    let parts = path.split(['/', '\\']).filter(|part| !part.is_empty());
    parts.map(str::to_owned).collect()
}

/// Runs a test over the data that are there.
pub fn run(
    rule: &Rule,
    test: &DetectionTest,
    data: &DataFiles,
    sources: &Sources,
    options: &HuntOptions,
) -> Outcome {
    let mut paths: Vec<PathBuf> = Vec::new();
    let mut missing = Vec::new();
    for one in &test.data {
        match data.find(&one.data) {
            Some(path) if is_pointer(path) => missing.push(format!(
                "'{}' is a Git LFS pointer: fetch it with 'git lfs pull'",
                path.display()
            )),
            Some(path) => paths.push(path.to_owned()),
            None => missing.push(format!("'{}' is not there", one.data.trim())),
        }
    }
    if paths.is_empty() {
        let why = missing.join("; ");
        let none = || "the test names no data".to_owned();
        return Outcome::NoData(if why.is_empty() { none() } else { why });
    }
    let options = HuntOptions {
        paths,
        pass: Pass::Rows,
        ..options.clone()
    };
    let hunted = hunt_once(rule, sources, &options, &mut ());
    let rows = hunted.findings.table.rows.len() as u64;
    if rows > 0 {
        return Outcome::Pass(rows);
    }
    if !hunted.loaded.ledger.any_read() {
        missing.push("the data hold nothing that can be read".to_owned());
    }
    if missing.is_empty() {
        Outcome::Fail
    } else {
        Outcome::NoData(missing.join("; "))
    }
}

/// What stands in a checkout in the place of a large file (Git LFS, "Specification").
fn is_pointer(path: &Path) -> bool {
    const BEGINNING: &[u8] = b"version https://git-lfs.github.com/spec/";
    let mut start = Vec::new();
    let read = std::fs::File::open(path)
        .and_then(|file| file.take(BEGINNING.len() as u64).read_to_end(&mut start));
    read.is_ok() && start == BEGINNING
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_data_of_an_address_are_found_by_name_and_folders() {
        let folder = tempfile::TempDir::new().unwrap();
        for path in [
            "datasets/T1105/a/sysmon.log",
            "datasets/T1218/a/sysmon.log.gz",
            "flat/corp+data__datasets__T1003__b__security.log",
            "only.json.zst",
            "put.log",
            "twice/a.log",
            "other/twice/a.log.gz",
        ] {
            let path = folder.path().join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, "x").unwrap();
        }
        let data = DataFiles::below(folder.path());
        let find = |address: &str| {
            let found = data.find(address)?.strip_prefix(folder.path()).unwrap();
            Some(found.display().to_string())
        };
        let host = "https://data.example/corp/master/datasets";
        for (address, found) in [
            (
                format!("{host}/T1218/a/sysmon.log"),
                Some("datasets/T1218/a/sysmon.log.gz"),
            ),
            (
                format!("{host}/T1105/A/Sysmon.log"),
                Some("datasets/T1105/a/sysmon.log"),
            ),
            (format!("{host}/T1/c/sysmon.log"), None),
            (format!("{host}/T1/a/sysmon.log"), None),
            (format!("{host}/T1/c/security.log"), None),
            (format!("{host}/T1/c/put.log"), Some("put.log")),
            (
                format!("{host}/T1003/b/security.log"),
                Some("flat/corp+data__datasets__T1003__b__security.log"),
            ),
            (format!("{host}/T9/x/only.json"), Some("only.json.zst")),
            (format!("{host}/T9/x/none.json"), None),
            (
                format!("{host}/other/twice/a.log"),
                Some("other/twice/a.log.gz"),
            ),
            (format!("{host}/twice/a.log"), Some("twice/a.log")),
            (String::new(), None),
        ] {
            assert_eq!(find(&address).as_deref(), found, "{address}");
        }
    }
}
