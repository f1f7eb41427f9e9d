//! The EVTX writer of the fixtures against the `evtx` crate: every record of a whole file is read
//! back as it was put in, and a broken file is broken where it should be.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "what goes wrong here must fail the test"
)]

mod made;

use evtx::{EvtxParser, ParserSettings};
use made::evtx_file::{CHUNK, Damage, HEADER, chunk_count, file};
use made::generator::story::Log;
use made::generator::windows::{Payload, WindowsEvent};
use made::intrusion_events;
use serde_json::Value;

fn read(bytes: Vec<u8>) -> Vec<Result<(u64, Value), String>> {
    let settings = ParserSettings::default()
        .validate_checksums(true)
        .num_threads(1);
    let mut parser = EvtxParser::from_buffer(bytes)
        .unwrap()
        .with_configuration(settings);
    parser
        .records_json_value()
        .map(|record| match record {
            Ok(record) => Ok((record.event_record_id, record.data)),
            Err(error) => Err(error.to_string()),
        })
        .collect()
}

/// Enough events for several chunks, of both logs in turn, numbered anew.
fn many() -> Vec<WindowsEvent> {
    let (sysmon, security) = (
        intrusion_events(Log::Sysmon),
        intrusion_events(Log::Security),
    );
    let mut events: Vec<WindowsEvent> = sysmon
        .into_iter()
        .chain(security)
        .cycle()
        .take(400)
        .collect();
    for (event, number) in events.iter_mut().zip(1000..) {
        event.record_id = number;
    }
    events
}

fn assert_same(event: &WindowsEvent, json: &Value) {
    let system = &json["Event"]["System"];
    assert_eq!(system["Provider"]["#attributes"]["Name"], *event.provider);
    assert_eq!(system["EventRecordID"], event.record_id);
    assert_eq!(system["Computer"], *event.computer);
    assert_eq!(system["Channel"], *event.channel);
    let id = &system["EventID"];
    assert_eq!(id.get("#text").unwrap_or(id), event.event_id);
    let time = system["TimeCreated"]["#attributes"]["SystemTime"]
        .as_str()
        .unwrap();
    assert_eq!(time.get(..23), event.time.system_time().get(..23));
    if let Payload::Data(values) = &event.payload {
        for (name, value) in values.iter().filter(|(name, _)| !name.is_empty()) {
            let read = &json["Event"]["EventData"][name];
            let text = match read {
                Value::String(text) => text.clone(),
                Value::Null => String::new(),
                other => other.to_string(),
            };
            assert_eq!(
                text,
                value.render(false),
                "{name} of record {}",
                event.record_id
            );
        }
    }
}

#[test]
fn every_record_is_read_back() {
    let events = many();
    let bytes = file(&events, Damage::default());
    assert!(chunk_count(&bytes) >= 5, "{} chunks", chunk_count(&bytes));
    assert_eq!(bytes.len(), HEADER + chunk_count(&bytes) * CHUNK);
    let records = read(bytes);
    assert_eq!(records.len(), events.len());
    for (event, record) in events.iter().zip(records) {
        let (id, json) = record.unwrap();
        assert_eq!(id, event.record_id);
        assert_same(event, &json);
    }
}

#[test]
fn classic_and_user_data_events_are_read_back() {
    let application = intrusion_events(Log::Application);
    let begun = application
        .iter()
        .find(|event| event.event_id == 1040)
        .unwrap();
    let done = application
        .iter()
        .find(|event| event.event_id == 11_707)
        .unwrap();
    let security = intrusion_events(Log::Security);
    let cleared = security
        .iter()
        .find(|event| event.event_id == 1102)
        .unwrap();
    let bytes = file(
        &[begun.clone(), done.clone(), cleared.clone()],
        Damage::default(),
    );
    let records: Vec<Value> = read(bytes)
        .into_iter()
        .map(|record| record.unwrap().1)
        .collect();
    assert_eq!(
        records[0]["Event"]["System"]["EventID"]["#attributes"]["Qualifiers"],
        0
    );
    assert_eq!(
        records[0]["Event"]["EventData"]["Data"]["#text"][0],
        "http://203.0.113.9:9900/nv.msi"
    );
    assert!(
        records[1]["Event"]["EventData"]["Binary"]
            .as_str()
            .unwrap()
            .starts_with("7B")
    );
    let user = &records[2]["Event"]["UserData"]["LogFileCleared"];
    assert_eq!(user["SubjectUserName"], "SYSTEM");
    assert_eq!(user["SubjectUserSid"], "S-1-5-18");
}

#[test]
fn the_header_is_intact() {
    let bytes = file(&many(), Damage::default());
    let header = evtx::EvtxFileHeader::from_bytes(&bytes).unwrap();
    assert!(header.validate_checksum());
    assert_eq!(usize::from(header.chunk_count), chunk_count(&bytes));
    assert_eq!(header.next_record_id, 1400);
}

#[test]
fn a_dirty_file_knows_fewer_chunks_than_it_has() {
    let bytes = file(
        &many(),
        Damage {
            dirty: true,
            ..Damage::default()
        },
    );
    let header = evtx::EvtxFileHeader::from_bytes(&bytes).unwrap();
    assert!(header.flags.contains(evtx::HeaderFlags::DIRTY));
    assert_eq!(header.chunk_count, 1);
    assert!(chunk_count(&bytes) > 1);
    assert_eq!(read(bytes).len(), 400);
}

#[test]
fn a_zeroed_chunk_takes_its_records_with_it() {
    let whole = file(&many(), Damage::default());
    let bytes = file(
        &many(),
        Damage {
            zeroed_chunk: Some(1),
            ..Damage::default()
        },
    );
    assert_eq!(bytes.len(), whole.len());
    let ids: Vec<u64> = read(bytes)
        .into_iter()
        .filter_map(Result::ok)
        .map(|(id, _)| id)
        .collect();
    assert!(
        ids.len() < 400 && ids.len() > 200,
        "{} records left",
        ids.len()
    );
    assert_eq!((ids.first(), ids.last()), (Some(&1000), Some(&1399)));
}

#[test]
fn a_corrupt_record_is_one_error() {
    let bytes = file(
        &many(),
        Damage {
            corrupt_record: Some(1105),
            ..Damage::default()
        },
    );
    // The damage came after the checksum was taken from the records as they are: it is valid.
    let (good, bad): (Vec<_>, Vec<_>) = read(bytes).into_iter().partition(Result::is_ok);
    assert_eq!((good.len(), bad.len()), (399, 1));
}

#[test]
fn a_truncated_file_ends_in_a_chunk() {
    let bytes = file(
        &many(),
        Damage {
            truncated: true,
            ..Damage::default()
        },
    );
    assert_eq!((bytes.len() - HEADER) % CHUNK, CHUNK / 2);
}
