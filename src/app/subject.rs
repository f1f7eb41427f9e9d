//! What a row is about: by which of its values a person tells it from its neighbours
//! (`assets/subjects.toml`). Who and where stands in the groups, when at the line's beginning. How
//! it looks is `ui`'s concern.

use crate::store::Findings;
use serde::Deserialize;
use std::sync::{Arc, LazyLock};

/// What a row is about.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Subject {
    /// Its columns and what stands in them, the most telling first; none is empty.
    pub values: Vec<(Arc<str>, String)>,
    /// They are what a person typed, a command line or a script: the beginning says most.
    pub is_command: bool,
}

#[derive(Debug, Deserialize)]
struct Table {
    subject: Vec<Entry>,
}

#[derive(Debug, Deserialize)]
struct Entry {
    #[serde(default)]
    command: bool,
    fields: Vec<String>,
}

static SUBJECTS: LazyLock<Vec<Entry>> = LazyLock::new(|| {
    let table = include_str!("../../assets/subjects.toml");
    toml::from_str::<Table>(table).map_or_else(|_| Vec::new(), |table| table.subject)
});

/// Told elsewhere on the screen, whatever a row is about.
const ELSEWHERE: [&str; 7] = [
    "dest",
    "user",
    "count",
    "_time",
    "firstTime",
    "lastTime",
    "parent_process_name",
];

/// Whether a cell tells anything: what stands for no value does not.
pub fn is_told(text: &str) -> bool {
    !["", "unknown", "null"].contains(&text)
}

impl Subject {
    /// Of a row: of the first subject of which it has a value, else all that isn't told elsewhere.
    pub fn of(findings: &Findings, row: usize) -> Self {
        let columns = &findings.table.columns;
        let value = |column: &Arc<str>| {
            let text = findings.text(row, column);
            is_told(&text).then(|| (column.clone(), text))
        };
        let named = |field: &String| columns.iter().find(|column| ***column == **field);
        for entry in &*SUBJECTS {
            let fields = entry.fields.iter().filter_map(named).filter_map(value);
            let mut values: Vec<(Arc<str>, String)> = Vec::new();
            for (field, text) in fields {
                // A path says its name already.
                if !values.iter().any(|(_, said)| said.ends_with(&text)) {
                    values.push((field, text));
                }
            }
            if !values.is_empty() {
                let is_command = entry.command;
                return Self { values, is_command };
            }
        }
        let others = columns.iter().filter(|c| !ELSEWHERE.contains(&&***c));
        Self {
            values: others.filter_map(value).collect(),
            is_command: false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::Value;
    use crate::search::{Row, Table as Rows};

    fn of(cells: &[(&str, &str)]) -> (String, bool) {
        let table = Rows {
            columns: cells.iter().map(|(name, _)| Arc::from(*name)).collect(),
            rows: vec![Row {
                cells: cells
                    .iter()
                    .map(|(_, text)| Some(Value::from(*text)))
                    .collect(),
                ..Row::default()
            }],
        };
        let subject = Subject::of(&Findings::new(table, Vec::new()), 0);
        let values = subject
            .values
            .iter()
            .map(|(name, text)| format!("{name}={text}"));
        (values.collect::<Vec<_>>().join(" "), subject.is_command)
    }

    #[test]
    fn the_table_is_read() {
        assert!(SUBJECTS.len() > 5);
        assert!(SUBJECTS.iter().all(|entry| !entry.fields.is_empty()));
    }

    #[test]
    fn a_row_is_about_the_first_subject_that_it_has() {
        for (cells, told, is_command) in [
            (
                &[
                    ("dest", "a"),
                    ("process_name", "x.exe"),
                    ("process", "x.exe -y"),
                ][..],
                "process=x.exe -y",
                true,
            ),
            (
                &[
                    ("process", "null"),
                    ("registry_value_data", "1"),
                    ("registry_path", r"HKLM\a"),
                ],
                r"registry_path=HKLM\a registry_value_data=1",
                false,
            ),
            (
                &[("file_name", "x.ps1"), ("file_path", r"C:\x.ps1")],
                r"file_path=C:\x.ps1",
                false,
            ),
            // Of nothing that is known: all that isn't told elsewhere, in the order of the search.
            (
                &[
                    ("dest", "a"),
                    ("odd", "1"),
                    ("count", "2"),
                    ("even", ""),
                    ("more", "2"),
                ],
                "odd=1 more=2",
                false,
            ),
            (&[("dest", "a"), ("user", "b")], "", false),
        ] {
            assert_eq!(of(cells), (told.to_owned(), is_command), "{cells:?}");
        }
    }
}
