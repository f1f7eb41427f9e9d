//! `fixtures/cim/*.in` (a record as TOML, as a format would hand it over) against `*.expected`: the
//! row, where each field came from, and the facts. A new case is two files; `GIMLET_BLESS=1` writes
//! the second, to be read.

use super::{Facts, FieldOrigin, Hosts, Models, Scope, Sources};
use crate::event::time::Reading;
use crate::event::{EventTime, Family, Locator, Position, Record, SourceId, Value, Zone};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Fixture {
    /// Of which its sources are asked: `Endpoint.Registry`; none is process creations.
    dataset: Option<String>,
    family: String,
    time: Option<String>,
    hosts: Option<String>,
    #[serde(default)]
    system: BTreeMap<String, String>,
    data: BTreeMap<String, String>,
}

impl Fixture {
    fn record(&self) -> Record {
        let family = match self.family.as_str() {
            "windows" => Family::Windows,
            "crowdstrike" => Family::CrowdStrike,
            "nvm" => Family::Nvm,
            "flat" => Family::Flat,
            other => panic!("family '{other}'"),
        };
        let position = Position::Span { offset: 0, len: 0 };
        let locator = Locator {
            source: SourceId(0),
            position,
        };
        let mut record = Record::new(family, locator);
        record.time = self.time.as_deref().map(|text| {
            let (at, assumed) = Reading::iso8601(text).unwrap().resolve(Zone::UTC);
            EventTime { at, assumed }
        });
        for (name, value) in &self.system {
            record.push_system(name, value.as_str());
        }
        for (name, value) in &self.data {
            record.push_data(name, value.as_str());
        }
        record
    }
}

fn sources() -> Sources {
    Sources::built_in(&Models::built_in().unwrap()).unwrap()
}

/// The sources that a fixture is about.
fn sources_of(fixture: &Fixture) -> Sources {
    let dataset = fixture.dataset.as_deref().unwrap_or("Endpoint.Processes");
    sources().filling(dataset).unwrap().clone()
}

fn shown(value: Option<&str>) -> &str {
    value.unwrap_or("null")
}

fn write_field(out: &mut String, origin: &FieldOrigin) {
    let from = origin.from.as_deref().unwrap_or("-");
    let ours = if origin.ours { " [ours]" } else { "" };
    let note = origin.note.as_deref().map(|n| format!(" ({n})"));
    let _ = writeln!(
        out,
        "{} = {}\n    {from}: {}{ours}{}",
        origin.field,
        shown(origin.value.as_deref()).replace('\n', " + "),
        origin.how,
        note.unwrap_or_default()
    );
}

fn evaluate(text: &str) -> String {
    let fixture: Fixture = toml::from_str(text).unwrap();
    let record = fixture.record();
    let mut hosts = Hosts::default();
    hosts.read(fixture.hosts.as_deref().unwrap_or("")).unwrap();
    let sources = sources_of(&fixture);
    let index = match sources.scope(&record) {
        Scope::Creation(index) => index,
        Scope::OutOfScope(why) => return format!("{}\n", sources.reason(why, &record)),
    };
    let mut out = format!("source {}\n\n", sources.get(index).unwrap().id);
    let row = sources.map(index, &record, &hosts);
    let origins = sources.explain(index, &record, &hosts);
    assert_eq!(row.time, record.time.map(|t| t.at));
    assert_eq!(row.values.len(), sources.dataset().fields.len());
    for (origin, value) in origins.iter().zip(row.values.iter()) {
        let text = value.as_ref().map(Value::as_text);
        assert_eq!(origin.value.as_deref(), text.as_deref());
        if origin.value.is_some() || origin.note.is_some() {
            write_field(&mut out, origin);
        }
    }
    out.push('\n');
    write_facts(&mut out, &sources.facts(index, &record, &hosts));
    out
}

fn write_facts(out: &mut String, facts: &Facts<'_>) {
    let arguments = facts.arguments_only.then_some("yes");
    for (name, value) in [
        ("recorded_command_line", facts.recorded_command_line),
        ("arguments_only", arguments),
        ("image", facts.image),
        ("original_file_name", facts.original_file_name),
        ("current_directory", facts.current_directory),
        ("raw_account", facts.raw_account.as_deref()),
        ("endpoint", facts.endpoint.as_deref()),
        ("parent_image", facts.parent_image),
        ("grandparent", facts.grandparent),
        ("parent_command_line", facts.parent_command_line),
        ("process_guid", facts.process_guid),
        ("process_id", facts.process_id),
        ("parent_process_guid", facts.parent_process_guid),
        ("parent_process_id", facts.parent_process_id),
        ("logon_id", facts.logon_id.as_deref()),
        ("integrity", facts.integrity),
        ("hashes", facts.hashes),
    ] {
        if let Some(value) = value {
            let _ = writeln!(out, "fact {name} = {value}");
        }
    }
}

#[test]
fn records_become_the_rows_beside_them() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/cim");
    let mut names: Vec<_> = std::fs::read_dir(&folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|e| e == "in"))
        .collect();
    names.sort();
    assert!(names.len() >= 14, "{names:?}");
    for path in names {
        let actual = evaluate(&std::fs::read_to_string(&path).unwrap());
        let expected = path.with_extension("expected");
        if std::env::var_os("GIMLET_BLESS").is_some() {
            std::fs::write(&expected, &actual).unwrap();
        }
        let expected = std::fs::read_to_string(&expected).unwrap_or_default();
        assert!(
            actual == expected,
            "{}\n--- expected\n{expected}\n--- actual\n{actual}",
            path.display()
        );
    }
}

#[test]
fn a_host_name_that_comes_late_is_put_into_the_row() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/cim");
    let text = std::fs::read_to_string(folder.join("crowdstrike.in")).unwrap();
    let record = toml::from_str::<Fixture>(&text).unwrap().record();
    let sources = sources();
    let Scope::Creation(index) = sources.scope(&record) else {
        panic!("no creation");
    };
    let mut hosts = Hosts::default();
    let early = sources.map(index, &record, &hosts);
    let aid = sources.unresolved_host(index, &record, &hosts).unwrap();
    hosts
        .read(&format!("aid,ComputerName\n{aid},WS-04"))
        .unwrap();
    assert_eq!(sources.unresolved_host(index, &record, &hosts), None);
    let name = hosts.of_aid(aid).unwrap();
    assert_eq!(
        sources.remap_host(&early, name),
        sources.map(index, &record, &hosts)
    );
    assert_ne!(early, sources.map(index, &record, &hosts));
}

#[test]
fn a_part_of_a_row_is_as_in_the_whole_row() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/cim");
    let hosts = Hosts::default();
    let mut rows = 0;
    for entry in std::fs::read_dir(&folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|e| e != "in") {
            continue;
        }
        let text = std::fs::read_to_string(&path).unwrap();
        let fixture = toml::from_str::<Fixture>(&text).unwrap();
        let (record, sources) = (fixture.record(), sources_of(&fixture));
        let Scope::Creation(index) = sources.scope(&record) else {
            continue;
        };
        let whole = sources.map(index, &record, &hosts);
        for place in 0..whole.values.len() {
            let selection = sources.selection(&[place]);
            let part = sources.map_selected(index, &record, &hosts, &selection);
            assert_eq!(
                part.values[place],
                whole.values[place],
                "{}",
                path.display()
            );
            let given = part.values.iter().filter(|value| value.is_some());
            assert!(given.count() <= 2 && part.time == whole.time);
            rows += 1;
        }
    }
    assert!(rows > 300);
}
