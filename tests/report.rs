//! The shapes of output, file by file: each `fixtures/report/NAME.in.json` describes a table with
//! its events, each `NAME.expected.SHAPE` beside it is what that shape must look like to the byte.
//! A new case is a new input; `GIMLET_BLESS=1` writes what is missing or has changed.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::cast_possible_truncation,
    reason = "a test may panic"
)]

use gimlet::event::time::Reading;
use gimlet::event::{EventTime, Identity, Locator, Position, SourceId, Timestamp, Value, Zone};
use gimlet::evidence::ledger::{BadEntry, CreationEntry, FileEntry, Ledger, Status};
use gimlet::report::{self, TableStyle};
use gimlet::search::{Row, Table};
use gimlet::store::{EventUrl, Findings, StoredEvent};
use serde_json::Value as Json;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use unicode_width::UnicodeWidthStr;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/report")
}

fn check(name: &str, shape: &str, written: &[u8]) {
    let path = folder().join(format!("{name}.expected.{shape}"));
    let expected = fs::read(&path).unwrap_or_default();
    if expected == written {
        return;
    }
    if std::env::var_os("GIMLET_BLESS").is_some() {
        fs::write(&path, written).unwrap();
        return;
    }
    panic!(
        "{} differs; it is now:\n{}",
        path.display(),
        String::from_utf8_lossy(written)
    );
}

fn value(json: &Json) -> Option<Value> {
    match json {
        Json::Null => None,
        Json::Number(number) => Some(Value::Number(number.as_f64().unwrap())),
        Json::String(text) => Some(Value::text(text)),
        Json::Array(texts) => Value::many(
            texts
                .iter()
                .map(|t| Arc::from(t.as_str().unwrap()))
                .collect(),
        ),
        other => panic!("{other} is no cell"),
    }
}

fn event(json: &Json) -> StoredEvent {
    let text = |name: &str| json[name].as_str().map(Arc::<str>::from);
    let source = SourceId(json["source"].as_u64().unwrap() as u32);
    let evtx = |record_id| Position::Evtx {
        chunk: 4096,
        record_id,
        offset: 512,
    };
    let position = match json["record"].as_u64() {
        Some(record) => evtx(record),
        None => Position::Span {
            offset: json["offset"].as_u64().unwrap(),
            len: 10,
        },
    };
    let time = json["time"].as_str().map(|t| {
        let (at, assumed) = Reading::iso8601(t).unwrap().resolve(Zone::UTC);
        EventTime { at, assumed }
    });
    let url = |pair: &Json| EventUrl {
        text: pair[0].as_str().unwrap().into(),
        host: "".into(),
        path: "".into(),
        role: pair[1].as_str().unwrap().into(),
    };
    let copy = |pair: &Json| Locator {
        source: SourceId(pair[0].as_u64().unwrap() as u32),
        position: evtx(pair[1].as_u64().unwrap()),
    };
    let list = |name: &str| json[name].as_array().cloned().unwrap_or_default();
    StoredEvent {
        row: gimlet::cim::DatasetRow::default(),
        dataset: 0,
        time,
        locator: Locator { source, position },
        also_in: list("also").iter().map(copy).collect(),
        identity: Identity(0),
        source: "Microsoft Sysmon".into(),
        letter: 'S',
        channel: text("channel"),
        provider: text("provider"),
        event_id: json["event_id"].as_u64().map(|id| id as u32),
        record_id: json["number"].as_u64(),
        command_line: None,
        arguments_only: false,
        image: None,
        account: None,
        endpoint: "".into(),
        grandparent: None,
        parent: gimlet::store::ParentIds::default(),
        parent_command_line: None,
        urls: list("urls").iter().map(url).collect(),
        remark: None,
        repaired: false,
        raw: text("raw"),
    }
}

fn findings(case: &Json) -> Findings {
    let events = case["events"].as_array().unwrap();
    let rows = case["rows"].as_array().unwrap().iter().enumerate();
    let behind = |row: usize| {
        let of = |(at, e): (usize, &Json)| (e["row"] == row).then_some(at as u32);
        events.iter().enumerate().filter_map(of).collect()
    };
    let table = Table {
        columns: case["columns"]
            .as_array()
            .unwrap()
            .iter()
            .map(|c| Arc::from(c.as_str().unwrap()))
            .collect(),
        rows: rows
            .map(|(row, cells)| Row {
                cells: cells.as_array().unwrap().iter().map(value).collect(),
                events: behind(row),
            })
            .collect(),
    };
    Findings::new(table, events.iter().map(|e| Arc::new(event(e))).collect())
}

fn files(case: &Json) -> Vec<FileEntry> {
    let entry = |json: &Json| {
        let text = |name: &str| json[name].as_str().map(str::to_owned);
        let mut file = FileEntry::default();
        file.path = text("path").unwrap();
        file.member = text("member");
        file.sha256 = text("sha256");
        file
    };
    case["files"]
        .as_array()
        .unwrap()
        .iter()
        .map(entry)
        .collect()
}

fn written(write: impl FnOnce(&mut Vec<u8>) -> std::io::Result<()>) -> Vec<u8> {
    let mut out = Vec::new();
    write(&mut out).unwrap();
    out
}

fn style(width: usize) -> TableStyle {
    TableStyle {
        width: Some(width),
        zone: Zone::UTC,
        ascii: false,
    }
}

fn readable(case: &Json, width: Option<usize>) -> Vec<u8> {
    let found = findings(case);
    let order = report::by_first_time(&found);
    let style = TableStyle { width, ..style(80) };
    written(|out| report::write_findings(out, &found, &files(case), &order, style))
}

fn cases() -> Vec<(String, Json)> {
    let mut cases: Vec<(String, Json)> = fs::read_dir(folder())
        .unwrap()
        .filter_map(|entry| {
            let path = entry.unwrap().path();
            let name = path.file_name()?.to_str()?.strip_suffix(".in.json")?;
            let json = serde_json::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
            Some((name.to_owned(), json))
        })
        .collect();
    cases.sort_by(|a, b| a.0.cmp(&b.0));
    assert!(cases.len() >= 3);
    cases
}

#[test]
fn every_case_in_every_shape() {
    for (name, case) in cases() {
        let found = findings(&case);
        let table = &found.table;
        let order = report::order(table, None).unwrap();
        check(
            &name,
            "ndjson",
            &written(|out| report::write_ndjson(out, table, &order)),
        );
        let csv = |medium| written(|out| report::write_csv(out, table, &order, medium));
        check(&name, "csv", &csv(report::Medium::File));
        check(&name, "terminal.csv", &csv(report::Medium::Terminal));
        let document = report::Document {
            rules: &[report::RuleName {
                name: "Windows MSIExec Remote Download",
                id: "6aa49ff2-3c92-4586-83e0-d83eb693dfda",
                version: "17",
            }],
            search: "| tstats count",
            earliest: Timestamp::from_seconds(1_655_337_600),
            latest: None,
            zone: Zone::UTC,
        };
        check(
            &name,
            "json",
            &written(|out| report::write_json(out, &document, table, &order)),
        );
        check(&name, "80.txt", &readable(&case, Some(80)));
        check(&name, "220.txt", &readable(&case, Some(220)));
        check(&name, "30.txt", &readable(&case, Some(30)));
        for width in [90, 200] {
            let all = written(|out| report::write_table(out, table, &order, style(width)));
            check(&name, &format!("wide.{width}.txt"), &all);
        }
        let mut raw = |_: usize, event: &StoredEvent| {
            let gone = || "the file has changed since it was read".to_owned();
            event.raw.clone().ok_or_else(gone)
        };
        let files = files(&case);
        let events = written(|out| report::write_events(out, &found, &order, &files, &mut raw));
        check(&name, "events.ndjson", &events);
    }
}

#[test]
fn no_readable_line_is_wider_than_the_terminal_or_holds_what_it_acts_on() {
    for (name, case) in cases() {
        let found = findings(&case);
        let order = report::order(&found.table, None).unwrap();
        for width in 20..=220 {
            let brief = readable(&case, Some(width));
            let all = written(|out| report::write_table(out, &found.table, &order, style(width)));
            for text in [brief, all] {
                let text = String::from_utf8(text).unwrap();
                for line in text.lines() {
                    assert!(line.width() <= width, "{name} at {width}: '{line}'");
                    assert!(!line.chars().any(gimlet::event::visible::is_hidden));
                }
            }
        }
    }
}

#[test]
fn urls_are_whole_however_narrow_the_terminal_is() {
    let (_, case) = cases().into_iter().find(|(n, _)| n == "plain").unwrap();
    let url = case["events"][0]["urls"][0][0].as_str().unwrap().to_owned();
    for width in [20, 47, 80, 130, 170] {
        let text = String::from_utf8(readable(&case, Some(width))).unwrap();
        let bare: String = text.split_whitespace().collect();
        assert!(bare.contains(&url), "{width}: {text}");
    }
    let found = findings(&case);
    let order = report::by_first_time(&found);
    let ascii = TableStyle {
        ascii: true,
        ..style(80)
    };
    let plain = written(|out| report::write_findings(out, &found, &[], &order, ascii));
    assert!(plain.is_ascii());
    let unlimited = String::from_utf8(readable(&case, None)).unwrap();
    assert!(unlimited.contains(&url));
    assert_eq!(unlimited.lines().count(), 2 + 5);
}

#[test]
fn the_formats_agree_on_the_values() {
    let (_, case) = cases().into_iter().find(|(n, _)| n == "hostile").unwrap();
    let table = findings(&case).table;
    let order = report::order(&table, Some(&"-dest".parse().unwrap())).unwrap();
    let ndjson = written(|out| report::write_ndjson(out, &table, &order));
    let lines = String::from_utf8(ndjson).unwrap();
    for (line, place) in lines.lines().zip(&order) {
        let row: Json = serde_json::from_str(line).unwrap();
        for (name, cell) in table.columns.iter().zip(&table.rows[*place].cells) {
            assert_eq!(value(&row[&**name]), *cell);
        }
    }
}

/// A pipe whose reader has gone.
struct Closed;

impl std::io::Write for Closed {
    fn write(&mut self, _: &[u8]) -> std::io::Result<usize> {
        Err(std::io::ErrorKind::BrokenPipe.into())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[test]
fn a_closed_pipe_is_known_as_one() {
    let (_, case) = cases().into_iter().find(|(n, _)| n == "plain").unwrap();
    let found = findings(&case);
    let many: Vec<usize> = std::iter::repeat_n(0, 10_000).collect();
    let table = &found.table;
    let ledger = ledger();
    let mut raw = |_: usize, _: &StoredEvent| Ok("raw".into());
    let kinds = [
        report::write_csv(&mut Closed, table, &many, report::Medium::File),
        report::write_ndjson(&mut Closed, table, &many),
        report::write_table(&mut Closed, table, &many, style(80)),
        report::write_coverage(&mut Closed, &ledger, style(80)),
        report::write_events(&mut Closed, &found, &many, &files(&case), &mut raw),
    ]
    .map(|result| result.unwrap_err().kind());
    assert_eq!(kinds, [std::io::ErrorKind::BrokenPipe; 5]);
}

fn at(text: &str) -> Option<EventTime> {
    let (at, assumed) = Reading::iso8601(text)?.resolve(Zone::UTC);
    Some(EventTime { at, assumed })
}

fn creation<'a>(host: &'a str, source: &'a str, time: &str, duplicate: bool) -> CreationEntry<'a> {
    CreationEntry {
        host,
        source,
        time: at(time),
        with_command_line: source == "Microsoft Sysmon",
        duplicate,
    }
}

fn ledger() -> Ledger {
    let mut ledger = Ledger::default();
    let paths = ["web.evtx", "all\u{1b}.log", "x.7z", "NTUSER.DAT", "a.txt"];
    for (place, path) in (0..).zip(paths) {
        let file = ledger.file(SourceId(place));
        file.path = path.into();
        file.format = "evtx".into();
        file.why = "starts with 'ElfFile'".into();
        file.confidence = Some("certain".into());
    }
    let (web, all) = (SourceId(0), SourceId(1));
    let (host, sysmon) = ("web-02.corp.example", "Microsoft Sysmon");
    let (first, last) = ("2022-06-14T02:11:07.5Z", "2022-06-16T00:00:00Z");
    let upper = host.to_uppercase();
    ledger.creation(web, creation(host, sysmon, first, false));
    ledger.creation(web, creation(&upper, sysmon, last, false));
    ledger.creation(all, creation(host, sysmon, last, true));
    let other = creation(
        "dc\u{202e}01",
        "Windows Security",
        "2022-06-15T10:00:00",
        false,
    );
    ledger.creation(all, other);
    ledger.out_of_scope(all, Some("fs-01"), None);
    ledger.log_cleared(web, host, at("2022-06-16T18:00:00Z"));
    for offset in [7, 4096] {
        let bad = BadEntry {
            offset: Some(offset),
            record_id: None,
            reason: "no closing '</Event>'".into(),
        };
        ledger.bad(all, bad);
    }
    ledger.file(web).gaps = Some(vec!["12-15".into(), "88".into()]);
    ledger.file(all).passed_over = 1_200_000;
    ledger.file(all).records += 1_200_000;
    ledger.file(SourceId(2)).status = Status::NotOpened;
    ledger.file(SourceId(2)).why = "a 7-Zip archive".into();
    ledger.file(SourceId(2)).hint = Some("unpack it and name the folder".into());
    for (place, kind) in [(3, "registry hive"), (4, "")] {
        ledger.file(SourceId(place)).status = Status::NotEvidence;
        ledger.file(SourceId(place)).format = kind.into();
    }
    ledger.settle(true);
    ledger.check().unwrap();
    ledger
}

#[test]
fn the_ledger_as_a_document_and_as_a_person_reads_it() {
    let ledger = ledger();
    let rules = [report::RuleEntry {
        id: "6aa49ff2".into(),
        name: "Windows MSIExec Remote Download".into(),
        version: "17".into(),
        sha256: "dd".into(),
    }];
    let overrides = [report::MacroOverride {
        name: "windows_msiexec_remote_download_filter".into(),
        file: "macros.conf".into(),
    }];
    let arguments = ["hunt", "--ledger", "l.json", "logs"].map(str::to_owned);
    let document = report::LedgerDocument {
        rules: &rules,
        macro_overrides: &overrides,
        arguments: &arguments,
        started: Timestamp::from_seconds(1_700_000_000).unwrap(),
        ended: Timestamp::from_epoch_text("1700000000.9").unwrap(),
        zone: Zone::parse("+02:00").unwrap(),
        ledger: &ledger,
    };
    let json = written(|out| report::write_ledger(out, &document));
    check("ledger", "json", &json);
    let json: Json = serde_json::from_slice(&json).unwrap();
    let keys: Vec<&String> = json.as_object().unwrap().keys().collect();
    assert_eq!(
        keys,
        [
            "tool",
            "rules",
            "macro_overrides",
            "arguments",
            "started",
            "ended",
            "zone",
            "complete",
            "files",
            "hosts",
            "totals"
        ]
    );
    for width in [50, 80, 150] {
        let text = written(|out| report::write_coverage(out, &ledger, style(width)));
        check("coverage", &format!("{width}.txt"), &text);
        for line in String::from_utf8(text).unwrap().lines() {
            assert!(line.width() <= width, "'{line}'");
        }
    }
    let mut open = ledger;
    open.settle(false);
    let text = written(|out| report::write_coverage(out, &open, style(80)));
    assert!(text.starts_with(b"Interrupted"));
}
