//! The text formats on real logs, which are not part of the repository: the number of records of
//! each file against the list of the collection. Skipped where the collection is absent.

// A failure in a test's own helper fails the test, as it should.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing)]

#[path = "made/real.rs"]
mod real;

use gimlet::event::{Family, Locator, Position, Record, SourceId};
use gimlet::evidence::detect::detect;
use gimlet::evidence::format::{Detected, ParseContext};
use gimlet::evidence::framing::{Frame, frames, parse};
use std::io::Read;
use std::path::Path;

/// A line of the list.
struct Entry {
    file: String,
    format: String,
    events: usize,
    broken: usize,
    sysmon: usize,
    security: usize,
    rollups: usize,
    nvm: usize,
}

fn entries(root: &Path) -> Vec<Entry> {
    let mut reader = csv::Reader::from_path(root.join("manifest.csv")).unwrap();
    let header = reader.headers().unwrap().clone();
    let index = |name: &str| header.iter().position(|known| known == name).unwrap();
    let columns = [
        "events",
        "parse_errors",
        "sysmon1",
        "security4688",
        "processrollup2",
        "nvm",
    ]
    .map(index);
    let (file, format) = (index("file"), index("format"));
    reader
        .records()
        .map(|row| {
            let row = row.unwrap();
            let number = |column: usize| row[column].parse().unwrap_or(0);
            Entry {
                file: row[file].to_owned(),
                format: row[format].to_owned(),
                events: number(columns[0]),
                broken: number(columns[1]),
                sysmon: number(columns[2]),
                security: number(columns[3]),
                rollups: number(columns[4]),
                nvm: number(columns[5]),
            }
        })
        .filter(|entry| entry.format != "evtx")
        .collect()
}

#[derive(Default, Debug)]
struct Counts {
    /// Image, command line and parent of the process creations.
    processes: Vec<[String; 3]>,
    records: usize,
    bad: usize,
    sysmon: usize,
    security: usize,
    rollups: usize,
    flows: usize,
    untimed: usize,
    reasons: Vec<String>,
}

fn count(detected: &Detected, bytes: &[u8]) -> Counts {
    let mut counts = Counts::default();
    let mut frames = frames(detected, Box::new(bytes));
    while let Some(frame) = frames.next().unwrap() {
        let (offset, len, bytes) = match frame {
            Frame::Record { offset, len, bytes } => (offset, len, bytes),
            Frame::Bad { reason, .. } => {
                counts.bad += 1;
                counts.reasons.push(reason);
                continue;
            }
            Frame::Skipped { .. } | Frame::Passed { .. } => continue,
        };
        let position = Position::Span { offset, len };
        let source = SourceId(0);
        let locator = Locator { source, position };
        match parse(detected, bytes, locator, &ParseContext::default()) {
            Ok(record) => {
                counts.records += 1;
                counts.processes.extend(process(&record));
                counts.untimed += usize::from(record.time.is_none());
                let provider = record.provider().or(record.channel()).unwrap_or_default();
                match (record.family, record.event_id()) {
                    (Family::Windows, Some(1)) if provider.contains("Sysmon") => counts.sysmon += 1,
                    (Family::Windows, Some(4688)) => counts.security += 1,
                    (Family::CrowdStrike, _)
                        if record.data("event_simpleName") == Some("ProcessRollup2") =>
                    {
                        counts.rollups += 1;
                    }
                    (Family::Nvm, _) if record.data("pn").is_some() => counts.flows += 1,
                    _ => {}
                }
            }
            Err(reason) => {
                counts.bad += 1;
                counts.reasons.push(reason);
            }
        }
    }
    counts
}

/// Image, command line and parent as the record has them.
fn process(record: &Record) -> Option<[String; 3]> {
    let names = match (record.family, record.event_id()) {
        (Family::Windows, Some(1)) => ["Image", "CommandLine", "ParentImage"],
        (Family::Windows, Some(4688)) => ["NewProcessName", "CommandLine", "ParentProcessName"],
        (Family::Nvm, _) => ["ppath", "parg", "ppn"],
        _ => return None,
    };
    Some(names.map(|name| record.data(name).unwrap_or_default().to_owned()))
}

fn unpacked(path: &Path) -> Vec<u8> {
    let bytes = std::fs::read(path).unwrap();
    if path.extension().is_some_and(|e| e == "gz") {
        let mut out = Vec::new();
        flate2::read::MultiGzDecoder::new(bytes.as_slice())
            .read_to_end(&mut out)
            .unwrap();
        return out;
    }
    bytes
}

#[test]
fn real_logs_give_the_listed_records() {
    let Some(root) = real::shared() else { return };
    let expected = std::fs::read_to_string(root.join("expected.jsonl")).unwrap();
    let mut wrong = Vec::new();
    let mut found = 0;
    for entry in entries(&root) {
        let bytes = unpacked(&root.join("data").join(&entry.file));
        let detected = detect(&bytes[..bytes.len().min(64 << 10)]);
        let Some(detected) = detected else {
            if !entry.format.is_empty() {
                wrong.push(format!("{}: not detected", entry.file));
            }
            continue;
        };
        let mut counts = count(&detected, &bytes);
        // The list counts a record that cannot be read as an event and an error. It does not count
        // the examples that are cut off in their middle; here such an event is bad.
        let cut_off = entry.format == "xml" && entry.events == 0;
        let bad = entry.broken + usize::from(cut_off);
        for process in expected_processes(&expected, &entry.file) {
            match counts.processes.iter().position(|known| *known == process) {
                Some(index) => {
                    counts.processes.swap_remove(index);
                    found += 1;
                }
                None => wrong.push(format!("{}: no {process:?}", entry.file)),
            }
        }
        counts.processes.clear();
        let same = (counts.records, counts.bad) == (entry.events - entry.broken, bad)
            && (!cut_off || counts.reasons == ["cut off: the log ends before '</Event>'"])
            && counts.sysmon == entry.sysmon
            && counts.security == entry.security
            && counts.rollups == entry.rollups
            && counts.flows == entry.nvm;
        if !same {
            wrong.push(format!(
                "{}: listed {} ({} {} {} {}), read {counts:?} as {detected:?}",
                entry.file, entry.events, entry.sysmon, entry.security, entry.rollups, entry.nvm
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert_eq!(found, 14, "process creations around msiexec");
}

/// The process creations that the collection lists for a file.
fn expected_processes(expected: &str, file: &str) -> Vec<[String; 3]> {
    expected
        .lines()
        .map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap())
        .filter(|line| line["file"] == file)
        .map(|line| {
            let text = |name: &str| line[name].as_str().unwrap().to_owned();
            // For NVM the list has the raw text, with its escapes.
            [
                text("image"),
                text("cmd").replace("\\\"", "\""),
                text("pimage"),
            ]
        })
        .collect()
}
