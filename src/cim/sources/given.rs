//! A person's own source table (`--map FILE`), in the form of the built-in ones. It comes before
//! those: what it knows is its.

use super::super::model::TableError;
use super::Sources;
use super::table::SourceTable;
use std::fmt::Write as _;

/// More tables than sources can be numbered.
const MOST: usize = 200;

/// What is wrong with a person's table: where, what, and what to do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}{what}\n{help}", line.map_or(String::new(), |line| format!("line {line}: ")))]
pub struct MapError {
    /// Its line, from 1.
    pub line: Option<usize>,
    /// What is wrong.
    pub what: String,
    /// The remedy.
    pub help: String,
}

impl Sources {
    /// Adds a person's own table to the sources of its dataset, before the others; a later one
    /// comes before an earlier one.
    ///
    /// # Errors
    ///
    /// The table has no form, or names a dataset, a field, a source or a lookup that is not there.
    pub fn add_map(&mut self, text: &str) -> Result<(), MapError> {
        let table: SourceTable = toml::from_str(text).map_err(|error| MapError {
            line: error.span().map(|span| line_at(text, span.start)),
            what: error.message().to_owned(),
            help: "README, 'Sources of your own', has the form of such a table and an example"
                .to_owned(),
        })?;
        let wanted = table.dataset.clone();
        if self.model.dataset.full_name() == wanted {
            return self.add(table, text);
        }
        let others = std::sync::Arc::make_mut(&mut self.others);
        let filling = others
            .iter_mut()
            .find(|sources| sources.model.dataset.full_name() == wanted);
        if let Some(sources) = filling {
            return sources.add(table, text);
        }
        let others = self.others.iter();
        let names = std::iter::once(&*self)
            .chain(others)
            .map(|sources| sources.model.dataset.full_name());
        let mut names: Vec<String> = names.collect();
        names.sort();
        Err(MapError {
            line: line_of(text, &wanted),
            what: format!("there is no dataset '{wanted}'"),
            help: format!("there are {}", names.join(", ")),
        })
    }

    fn add(&mut self, table: SourceTable, text: &str) -> Result<(), MapError> {
        let dataset = &self.model.dataset;
        let like = table.like.clone();
        let like = match &like {
            Some(id) => Some(self.tables.iter().find(|s| s.id == *id).ok_or_else(|| {
                let ids: Vec<&str> = self.tables.iter().map(|s| s.id.as_str()).collect();
                MapError {
                    line: line_of(text, id),
                    what: format!("'like' names the source '{id}', which is not there"),
                    help: format!("there are {}", ids.join(", ")),
                }
            })?),
            None => None,
        };
        let source = table.resolve("map", dataset, like).map_err(|error| {
            let mut fields = String::new();
            for field in &dataset.fields {
                let _ = write!(fields, " {}", field.name);
            }
            match error {
                TableError::Form { reason, .. } => MapError {
                    line: text
                        .lines()
                        .position(|l| l.trim() == "[detect]")
                        .map(|n| n + 1),
                    what: reason,
                    help: "has and time are lists of names: has = [\"Host\"]".to_owned(),
                },
                TableError::Name { kind, name, .. } => MapError {
                    line: line_of(text, &name),
                    what: format!("{kind} '{name}' is not known"),
                    help: if kind == "the field" {
                        format!("the fields of {} are{fields}", dataset.full_name())
                    } else {
                        format!("write the table [lookup.{name}], or another name")
                    },
                },
            }
        })?;
        if self.tables.len() >= MOST {
            return Err(MapError {
                line: None,
                what: format!("more than {MOST} sources"),
                help: "give fewer tables".to_owned(),
            });
        }
        self.tables.insert(0, source);
        self.creations += 1;
        Ok(())
    }

    /// The place of the source with that id.
    #[cfg(test)]
    fn place_of(&self, id: &str) -> Option<super::SourceIndex> {
        self.all()
            .find(|(_, source)| source.id == id)
            .map(|(index, _)| index)
    }
}

/// The line, from 1, in which that byte stands.
fn line_at(text: &str, at: usize) -> usize {
    let before = text.as_bytes().get(..at).unwrap_or_default();
    memchr::memchr_iter(b'\n', before).count() + 1
}

/// The first line with that text in quotes.
fn line_of(text: &str, name: &str) -> Option<usize> {
    let quoted = [format!("'{name}'"), format!("\"{name}\"")];
    let mut lines = text.lines();
    let place = lines.position(|line| quoted.iter().any(|q| line.contains(q.as_str())));
    place.map(|place| place + 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cim::{Hosts, Models, Scope};
    use crate::event::{Family, Record};

    const MAP: &str = "\
id = 'edr'
title = 'Our EDR'
dataset = 'Endpoint.Processes'

[detect]
family = 'flat'
has = ['Host', 'CmdLine']
time = ['When']

[detect.values]
Kind = ['start']

[[field]]
name = 'dest'
from = ['Host']

[[field]]
name = 'process'
from = ['CmdLine']
";

    fn sources() -> Sources {
        Sources::built_in(&Models::built_in().unwrap()).unwrap()
    }

    fn record(data: &[(&str, &str)]) -> Record {
        Record::made(Family::Flat, data)
    }

    #[test]
    fn a_table_of_a_person_comes_before_the_others() {
        let mut sources = sources();
        let tables = sources.tables.len();
        sources.add_map(MAP).unwrap();
        assert_eq!(sources.tables.len(), tables + 1);
        let index = sources.place_of("edr").unwrap();
        let line = "msiexec.exe /i http://x.example.test/a.msi";
        let data = [("Host", "ws"), ("CmdLine", line), ("Kind", "START")];
        // Result rows have fields of their own; what the map knows is its.
        let both = [
            &data[..],
            &[
                ("dest", "x"),
                ("user", "u"),
                ("process", "p"),
                ("process_name", "n"),
            ],
        ]
        .concat();
        for data in [&data[..], &both] {
            let record = record(data);
            assert_eq!(sources.scope(&record), Scope::Creation(index));
            let row = sources.map(index, &record, &Hosts::default());
            let cell = |name: &str| {
                let place = sources.dataset().index(name).unwrap();
                row.get(place).map(|value| value.as_text().into_owned())
            };
            assert_eq!(cell("dest").as_deref(), Some("ws"));
            assert_eq!(cell("process").as_deref(), Some(line));
            // The model takes the name out of the command line, and has a default for the user.
            assert_eq!(cell("process_name").as_deref(), Some("msiexec.exe"));
            assert_eq!(cell("user").as_deref(), Some("unknown"));
            assert_eq!(cell("os"), None);
            assert_eq!(cell("vendor_product").as_deref(), Some("edr"));
        }
        for data in [
            &[("Host", "ws"), ("CmdLine", line), ("Kind", "end")][..],
            &data[..2],
        ] {
            assert!(
                matches!(sources.scope(&record(data)), Scope::OutOfScope(_)),
                "{data:?}"
            );
        }
    }

    #[test]
    fn another_dataset_has_its_own() {
        let mut sources = sources();
        let map = MAP.replace("Endpoint.Processes", "Endpoint.Filesystem");
        let map = map.replace("name = 'process'", "name = 'file_path'");
        sources.add_map(&map).unwrap();
        let files = sources.filling("Endpoint.Filesystem").unwrap();
        assert!(files.place_of("edr").is_some());
        assert!(sources.place_of("edr").is_none());
    }

    #[test]
    fn what_is_wrong_is_told_with_line_and_remedy() {
        for (from, to, line, what, help) in [
            (
                "'Endpoint.Processes'",
                "'Endpoint.Process'",
                Some(3),
                "no dataset",
                "Endpoint.Processes",
            ),
            (
                "name = 'dest'",
                "name = 'Dest'",
                Some(14),
                "the field 'Dest'",
                " dest ",
            ),
            (
                "[[field]]\nname = 'dest'",
                "[[field]]\nname =",
                Some(14),
                "",
                "README",
            ),
            ("has = ['Host', 'CmdLine']\n", "", Some(5), "'flat'", "has"),
            (
                "from = ['Host']",
                "from = ['Host']\nlookup = 'l'",
                Some(16),
                "the lookup 'l'",
                "[lookup.l]",
            ),
            ("title =", "like = 'x'\ntitle =", Some(2), "'x'", "sysmon"),
            (
                "from = ['Host']",
                "frm = ['Host']",
                Some(15),
                "unknown field `frm`",
                "README",
            ),
            (
                "family = 'flat'",
                "family = 'vms'",
                Some(6),
                "unknown family 'vms'",
                "README",
            ),
        ] {
            let map = MAP.replacen(from, to, 1);
            assert_ne!(map, MAP);
            let mut sources = sources();
            let error = sources.add_map(&map).unwrap_err();
            assert_eq!(error.line, line, "{error}");
            assert!(error.what.contains(what), "{error}");
            assert!(error.help.contains(help), "{error}");
        }
    }
}
