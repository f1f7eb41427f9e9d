//! The demo evidence and what is expected of it: both are what the generator makes, and the
//! expectations are true of the evidence, checked here by plain looking, without Gimlet.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "what goes wrong here must fail the test"
)]

mod made;

use made::fixture;
use made::generator::{self, Demo, files};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::sync::LazyLock;

static DEMO: LazyLock<Demo> = LazyLock::new(|| generator::make().unwrap());

/// The files below a folder by their path in it.
fn committed(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    walkdir::WalkDir::new(folder)
        .into_iter()
        .map(Result::unwrap)
        .filter(|entry| entry.file_type().is_file())
        .map(|entry| {
            let path = entry.path().strip_prefix(folder).unwrap();
            (
                path.to_str().unwrap().replace('\\', "/"),
                fs::read(entry.path()).unwrap(),
            )
        })
        .collect()
}

/// Compared unpacked: what a packer makes of the same bytes may change with its version.
#[test]
fn the_evidence_is_what_the_generator_makes() {
    let committed = committed(&fixture("atomic"));
    let (made, there): (Vec<_>, Vec<_>) =
        (DEMO.evidence.keys().collect(), committed.keys().collect());
    assert_eq!(made, there, "run: cargo run --example make-atomic");
    for (path, packed) in &committed {
        let plain = files::unpack(path, packed).unwrap();
        assert!(
            plain == DEMO.evidence[path],
            "{path} differs: cargo run --example make-atomic"
        );
    }
}

#[test]
fn the_expectations_are_what_the_generator_makes() {
    let mut committed = committed(&fixture("atomic-expected"));
    assert!(committed.remove("README.md").is_some());
    assert!(
        committed == DEMO.expected,
        "run: cargo run --example make-atomic"
    );
}

#[test]
fn the_same_bytes_are_made_each_time() {
    let again = generator::make().unwrap();
    assert!(again.evidence == DEMO.evidence && again.expected == DEMO.expected);
    let (path, plain) = again
        .evidence
        .iter()
        .find(|(path, _)| path.contains(".gz"))
        .unwrap();
    let [one, two] = [(), ()].map(|()| files::pack(path, plain).unwrap());
    assert!(one == two);
}

#[test]
fn it_is_small_enough_to_embed() {
    let size: usize = committed(&fixture("atomic")).values().map(Vec::len).sum();
    assert!(size < 600_000, "{size} bytes");
}

fn expected_toml() -> toml::Table {
    toml::from_str(std::str::from_utf8(&DEMO.expected["EXPECTED.toml"]).unwrap()).unwrap()
}

fn expected_lines(name: &str) -> Vec<Value> {
    let text = std::str::from_utf8(&DEMO.expected[name]).unwrap();
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

/// A record of the evidence, read by plain looking.
#[derive(Debug, Default)]
struct Seen {
    number: u64,
    image: String,
    original: String,
    line: String,
    creation: bool,
}

impl Seen {
    /// The rule, in plain words.
    fn is_hit(&self) -> bool {
        let name = self.image.rsplit('\\').next().unwrap_or("").to_lowercase();
        let line = self.line.to_lowercase();
        self.creation
            && (name == "msiexec.exe" || self.original.eq_ignore_ascii_case("msiexec.exe"))
            && (line.contains("http://") || line.contains("https://"))
    }
}

fn between<'t>(text: &'t str, before: &str, after: &str) -> &'t str {
    let rest = text.split_once(before).map_or("", |(_, rest)| rest);
    rest.split_once(after).map_or("", |(value, _)| value)
}

fn see(path: &str, plain: &[u8]) -> Vec<Seen> {
    if path.contains(".evtx") {
        return see_evtx(plain.to_vec());
    }
    let text = std::str::from_utf8(plain).unwrap();
    let lines = text.lines().zip(1..);
    if path.contains(".xml") {
        return lines
            .filter(|(line, _)| line.ends_with("</Event>"))
            .map(|(l, _)| see_xml(l))
            .collect();
    }
    if path.starts_with("crowdstrike") || path.contains("v2") {
        return lines.map(|(line, number)| see_json(line, number)).collect();
    }
    lines
        .map(|(line, number)| Seen {
            number,
            image: between(line, " ppath=\"", "\"").to_owned(),
            line: between(line, " parg=\"", "\" ppid=").to_owned(),
            creation: line.contains(" pn=\""),
            ..Seen::default()
        })
        .collect()
}

fn see_xml(line: &str) -> Seen {
    let data = |name: &str| between(line, &format!("<Data Name='{name}'>"), "</Data>").to_owned();
    let sysmon = line.contains("Name='Microsoft-Windows-Sysmon'");
    let id = between(line, "<EventID>", "</EventID>");
    Seen {
        number: between(line, "<EventRecordID>", "</EventRecordID>")
            .parse()
            .unwrap(),
        image: data(if sysmon { "Image" } else { "NewProcessName" }),
        original: data("OriginalFileName"),
        line: data("CommandLine"),
        creation: id == if sysmon { "1" } else { "4688" },
    }
}

fn see_json(line: &str, number: u64) -> Seen {
    let json: Value = serde_json::from_str(line).unwrap();
    let text = |name: &str| json[name].as_str().unwrap_or("").to_owned();
    let flow = json.get("fv").is_some();
    let name = text("event_simpleName");
    Seen {
        number,
        image: text(if flow { "ppath" } else { "ImageFileName" }),
        original: text("OriginalFilename"),
        line: text(if flow { "parg" } else { "CommandLine" }),
        creation: flow || name == "ProcessRollup2" || name == "SyntheticProcessRollup2",
    }
}

fn see_evtx(bytes: Vec<u8>) -> Vec<Seen> {
    let mut parser = evtx::EvtxParser::from_buffer(bytes).unwrap();
    let records = parser.records_json_value().map(Result::unwrap);
    records
        .map(|record| {
            let event = &record.data["Event"];
            let text = |name: &str| event["EventData"][name].as_str().unwrap_or("").to_owned();
            Seen {
                number: record.event_record_id,
                image: text("Image"),
                original: text("OriginalFileName"),
                line: text("CommandLine"),
                creation: event["System"]["EventID"] == 1,
            }
        })
        .collect()
}

fn evidence() -> impl Iterator<Item = (&'static str, Vec<Seen>)> {
    let files = DEMO
        .evidence
        .iter()
        .filter(|(path, _)| !path.starts_with("risk"));
    files.map(|(path, plain)| (path.as_str(), see(path, plain)))
}

#[test]
fn the_rows_are_behind_the_very_records_that_the_rule_describes() {
    let mut hits = BTreeSet::new();
    for (path, records) in evidence() {
        let found = records.iter().filter(|record| record.is_hit());
        hits.extend(found.map(|record| (path.to_owned(), record.number)));
    }
    let mut told = BTreeSet::new();
    for origin in expected_lines("origins.ndjson") {
        for place in ["events", "also_in"]
            .iter()
            .flat_map(|key| origin[*key].as_array().unwrap())
        {
            told.insert((
                place[0].as_str().unwrap().to_owned(),
                place[1].as_u64().unwrap(),
            ));
        }
    }
    assert_eq!(hits, told);
    assert!(hits.len() > 200);
}

#[test]
fn files_have_as_many_records_as_is_told() {
    let expected = expected_toml();
    let files = expected["file"].as_array().unwrap();
    for (path, records) in evidence() {
        let told = files
            .iter()
            .find(|file| file["path"].as_str() == Some(path))
            .unwrap();
        assert_eq!(
            told["records"].as_integer(),
            i64::try_from(records.len()).ok(),
            "{path}"
        );
        let creations = records.iter().filter(|record| record.creation).count();
        assert_eq!(
            told["creations"].as_integer(),
            i64::try_from(creations).ok(),
            "{path}"
        );
        let with_line = records
            .iter()
            .filter(|r| r.creation && !r.line.is_empty() && r.line != "''");
        let with_line = i64::try_from(with_line.count()).ok();
        assert_eq!(told["with_command_line"].as_integer(), with_line, "{path}");
    }
    let total = expected["totals"]["records"].as_integer().unwrap();
    assert!((7_500..=8_500).contains(&total), "{total} records");
}

#[test]
fn a_line_is_cut_where_the_evidence_is_bad() {
    let expected = expected_toml();
    for file in expected["file"].as_array().unwrap() {
        let path = file["path"].as_str().unwrap();
        let plain = &DEMO.evidence[path];
        let text = String::from_utf8_lossy(plain);
        let lines = text.lines().filter(|_| path.contains(".xml"));
        let cut = lines.filter(|line| !line.ends_with("</Event>")).count();
        assert_eq!(file["bad"].as_integer(), i64::try_from(cut).ok(), "{path}");
    }
    assert_eq!(expected["totals"]["bad"].as_integer(), Some(1));
}

#[test]
fn only_the_eleventh_atomic_test_makes_rows() {
    let text = std::str::from_utf8(&DEMO.expected["atomic-tests.toml"]).unwrap();
    let tests: toml::Table = toml::from_str(text).unwrap();
    let tests = tests["test"].as_array().unwrap();
    let numbers: Vec<_> = tests
        .iter()
        .map(|test| test["number"].as_integer().unwrap())
        .collect();
    assert_eq!(numbers, (1..=11).collect::<Vec<_>>());
    let log = String::from_utf8_lossy(&DEMO.evidence["win-dc-447/sysmon.xml.gz"]).into_owned();
    let rows = expected_lines("rows.ndjson");
    for test in tests {
        let matches = test["matches"].as_bool().unwrap();
        assert_eq!(matches, test["number"].as_integer() == Some(11));
        let guids: Vec<_> = test["process_guids"]
            .as_array()
            .unwrap()
            .iter()
            .map(|g| g.as_str().unwrap())
            .collect();
        assert!(guids.len() >= 2);
        assert!(guids.iter().all(|guid| log.contains(guid)), "{test}");
        let found = rows
            .iter()
            .any(|row| guids.contains(&row["process_guid"].as_str().unwrap()));
        assert_eq!(found, matches);
    }
}

#[test]
fn the_story_is_as_the_readme_tells_it() {
    let expected = expected_toml();
    let totals = &expected["totals"];
    assert!(
        totals["first"]
            .as_str()
            .unwrap()
            .starts_with("2022-06-08T09:12:04")
    );
    assert!(
        totals["last"]
            .as_str()
            .unwrap()
            .starts_with("2022-06-16T18:31:0")
    );
    let hosts = expected["host"].as_array().unwrap();
    assert_eq!(hosts.len(), 6);
    let of = |name: &str, key: &str| {
        let host = hosts
            .iter()
            .find(|host| host["host"].as_str() == Some(name))
            .unwrap();
        host[key].as_integer().unwrap()
    };
    assert_eq!(of("srv-sql-03.corp.example", "creations"), 0);
    assert!(of("srv-files-01.corp.example", "creations") > 200);
    assert_eq!(of("srv-files-01.corp.example", "with_command_line"), 0);
    let rows = expected_lines("rows.ndjson");
    let readme = fs::read_to_string(fixture("atomic-expected/README.md")).unwrap();
    assert!(readme.contains(&format!("the rule's {} result rows", rows.len())));
    let count = |user: &str, dest: &str| {
        rows.iter()
            .filter(|row| row["user"] == user && row["dest"] == dest)
            .count()
    };
    assert_eq!(count("iis-app", "web-02.corp.example"), 4);
    assert_eq!(count("Administrator", "win-dc-447.attackrange.local"), 2);
    assert_eq!(count("student", "win-dc-447.attackrange.local"), 2);
    // The renamed msiexec: Sysmon's row alone, told apart by its original name.
    let renamed: Vec<_> = rows
        .iter()
        .filter(|row| row["process_name"] == "nvupd.exe")
        .collect();
    assert_eq!(renamed.len(), 1);
    assert_eq!(renamed[0]["original_file_name"], "msiexec.exe");
}

#[test]
fn a_risk_event_of_eight_days_ago_is_left_out_of_the_seven_days() {
    let expected = expected_toml();
    let test_11 = expected["drilldown"]
        .as_array()
        .unwrap()
        .iter()
        .find(|d| d["user"].as_str() == Some("Administrator"));
    let risk = test_11.unwrap()["risk"].as_array().unwrap();
    let messages = |object: &str| {
        let line = risk
            .iter()
            .find(|l| l["normalized_risk_object"].as_str() == Some(object));
        line.unwrap()["Search Name"].as_array().unwrap().len()
    };
    let imported =
        String::from_utf8_lossy(&DEMO.evidence["risk/risk-index-export.ndjson"]).into_owned();
    assert!(imported.contains("2022-06-08") && imported.contains("Spawn Discovery Command"));
    assert_eq!(messages("Administrator"), 2);
    assert_eq!(messages("win-dc-447.attackrange.local"), 2);
    let text = std::str::from_utf8(&DEMO.expected["EXPECTED.toml"]).unwrap();
    assert!(!text.contains("Spawn Discovery Command"));
}
