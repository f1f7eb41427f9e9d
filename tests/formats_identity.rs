//! One event exported by several tools is one event: the same identity whatever carried it, as far
//! as the carrier keeps its time. The inputs are those of the format goldens.

// A failure in a test's own helper fails the test, as it should.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing)]

use gimlet::event::{Locator, Position, Record, SourceId};
use gimlet::evidence::detect::detect;
use gimlet::evidence::format::ParseContext;
use gimlet::evidence::framing::{Frame, frames, parse};
use std::path::Path;

/// The records of a case with that event id.
fn records(case: &str, event_id: u32) -> Vec<Record> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("fixtures/formats/{case}.in"));
    let bytes = std::fs::read(path).unwrap();
    let detected = detect(&bytes).unwrap();
    let mut frames = frames(&detected, Box::new(bytes.as_slice()));
    let mut records = Vec::new();
    while let Some(frame) = frames.next().unwrap() {
        if let Frame::Record { offset, len, bytes } = frame {
            let position = Position::Span { offset, len };
            let source = SourceId(0);
            let locator = Locator { source, position };
            records.extend(parse(&detected, bytes, locator, &ParseContext::default()));
        }
    }
    records.retain(|record| record.event_id() == Some(event_id));
    records
}

/// Every case gives at least one record of that event, and all are one.
fn all_one(event_id: u32, cases: &[&str]) -> Record {
    let first = records(cases[0], event_id).remove(0);
    for case in cases {
        let records = records(case, event_id);
        assert!(!records.is_empty(), "{case} has no event {event_id}");
        for record in records {
            assert_eq!(
                record.identity(),
                first.identity(),
                "{case}: {record:#?}\nis not {first:#?}"
            );
        }
    }
    first
}

#[test]
fn carriers_that_keep_the_time_give_one_sysmon_event() {
    all_one(
        1,
        &[
            "xml-one-a-line",
            "xml-double-quotes-crlf",
            "xml-several-lines",
            "xml-prefix",
            "xml-syslog",
            "json-evtx-dump-lines",
            "json-evtx-dump-separate-array",
            "json-splunk-result-raw",
            "csv-splunk-raw",
        ],
    );
}

#[test]
fn carriers_that_keep_the_time_give_one_4688() {
    all_one(
        4688,
        &[
            "xml-one-a-line",
            "json-evtx-dump-lines",
            "json-evtx-dump-pretty-array",
            "json-velociraptor",
            "json-splunk-result-raw",
            "json-splunk-results",
            "csv-splunk-raw",
        ],
    );
}

/// Winlogbeat has the time in milliseconds: its forms are one event, and the event log's own.
#[test]
fn all_forms_of_winlogbeat_give_one_event() {
    let sysmon = all_one(
        1,
        &[
            "json-winlogbeat7-raw",
            "json-winlogbeat6",
            "json-elastic-source-lines",
            "json-elastic-hits",
            "json-elastic-dotted",
        ],
    );
    // The sysmon module's fields are put back from ECS and from the message text.
    let module = records("json-winlogbeat7-sysmon-module", 1).remove(0);
    assert_eq!(module.identity(), sysmon.identity());
    assert!(module.remark.is_some());
    all_one(
        4688,
        &[
            "json-winlogbeat7-raw",
            "json-winlogbeat7-security-module",
            "json-winlogbeat6",
            "json-elastic-hits",
        ],
    );
    let xml = records("xml-one-a-line", 1).remove(0);
    assert_eq!(xml.identity(), sysmon.identity());
}

/// The carrier has no part in it, a changed value has.
#[test]
fn a_changed_command_line_is_another_event() {
    let one = records("xml-one-a-line", 4688).remove(0);
    let mut other = one.clone();
    for field in &mut other.data {
        if &*field.name == "CommandLine" {
            field.value.push('x');
        }
    }
    assert_ne!(one.identity(), other.identity());
}
