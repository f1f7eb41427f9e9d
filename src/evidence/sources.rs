//! The flat sources: records that no Windows event stands behind, known by the names of their
//! fields. What is read here is the `[detect]` of a source's table (`assets/sources/`, or a file that
//! a person gives), as far as reading needs it: by which names, and where the time is. What a row
//! takes from the fields is `cim`'s, which reads the same files.

use serde::Deserialize;
use std::sync::{LazyLock, OnceLock};

/// How a flat source's records are known and read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FlatSource {
    /// As a person calls it: `Microsoft Defender DeviceProcessEvents`.
    pub title: String,
    /// Names that all of its records have with a value; `a|b` is either.
    pub has: Vec<String>,
    /// Where the time is, the first that holds one counts.
    pub time: Vec<String>,
    /// Its records are rows of a search's result.
    pub result_rows: bool,
}

#[derive(Deserialize)]
struct Table {
    title: String,
    detect: Detect,
}

#[derive(Deserialize)]
struct Detect {
    family: String,
    #[serde(default)]
    has: Vec<String>,
    #[serde(default)]
    time: Vec<String>,
    #[serde(default)]
    result_rows: bool,
}

const TABLES: [&str; 5] = [
    include_str!("../../assets/sources/defender.toml"),
    include_str!("../../assets/sources/elastic.toml"),
    include_str!("../../assets/sources/result_rows.toml"),
    include_str!("../../assets/sources/result_rows_registry.toml"),
    include_str!("../../assets/sources/result_rows_filesystem.toml"),
];

static BUILT_IN: LazyLock<Vec<FlatSource>> =
    LazyLock::new(|| TABLES.iter().filter_map(|text| read(text)).collect());

/// Those of a person. Known to the whole program: records are read in many places, and once more
/// when a person looks at one.
static GIVEN: OnceLock<Vec<FlatSource>> = OnceLock::new();

/// Makes the sources of a person's own tables known, which come before the built-in ones. Said once,
/// before anything is read; a second time it does nothing.
pub fn give<'t>(tables: impl Iterator<Item = &'t str>) {
    let _ = GIVEN.set(tables.filter_map(read).collect());
}

/// The source of a table; none where its family has a reader of its own, or the table no form
/// (`cim` says so).
fn read(text: &str) -> Option<FlatSource> {
    let table: Table = toml::from_str(text).ok()?;
    let is_flat = table.detect.family == "flat" && !table.detect.has.is_empty();
    is_flat.then_some(FlatSource {
        title: table.title,
        has: table.detect.has,
        time: table.detect.time,
        result_rows: table.detect.result_rows,
    })
}

/// The source of a record which has a value under the names that `has` says yes to: one of a
/// person's own tables.
pub fn given(has: impl Fn(&str) -> bool) -> Option<&'static FlatSource> {
    find(GIVEN.get()?, has)
}

/// The same of the built-in tables.
pub fn built_in(has: impl Fn(&str) -> bool) -> Option<&'static FlatSource> {
    find(&BUILT_IN, has)
}

fn find(sources: &'static [FlatSource], has: impl Fn(&str) -> bool) -> Option<&'static FlatSource> {
    let mut sources = sources.iter();
    sources.find(|source| {
        let mut names = source.has.iter();
        names.all(|names| names.split('|').any(&has))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_built_in_table_is_read() {
        assert_eq!(BUILT_IN.len(), TABLES.len());
        for source in BUILT_IN.iter() {
            assert!(!source.time.is_empty(), "{}", source.title);
        }
    }

    #[test]
    fn a_table_of_another_family_or_of_no_form_is_none() {
        let head = "title = 'x'\n[detect]\n";
        assert_eq!(read(&format!("{head}family = 'windows'")), None);
        assert_eq!(read(&format!("{head}family = 'flat'")), None);
        assert_eq!(read("title ="), None);
        let read = read(&format!("{head}family = 'flat'\nhas = ['a']")).unwrap();
        assert_eq!((read.has, read.time), (vec!["a".to_owned()], vec![]));
    }
}
