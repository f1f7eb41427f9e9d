//! Tests of the ledger: sums, and its words.

use super::*;

fn creation(host: &'static str, duplicate: bool) -> CreationEntry<'static> {
    CreationEntry {
        host,
        source: "Sysmon",
        time: Timestamp::from_seconds(1_655_402_652).map(|at| EventTime { at, assumed: false }),
        with_command_line: true,
        duplicate,
    }
}

#[test]
fn sums_add_up() {
    let mut ledger = Ledger::default();
    let file = SourceId(0);
    ledger.creation(file, creation("WEB", false));
    ledger.creation(file, creation("web", true));
    ledger.out_of_scope(file, Some("db"), None);
    ledger.out_of_scope(file, Some("web"), None);
    ledger.bad(
        file,
        BadEntry {
            offset: Some(7),
            record_id: None,
            reason: "cut".into(),
        },
    );
    ledger.settle(true);
    assert_eq!(ledger.check(), Ok(()));
    let totals = &ledger.totals;
    assert_eq!(
        (totals.records, totals.creations, totals.duplicates),
        (5, 2, 1)
    );
    assert_eq!((totals.hosts, totals.hosts_with_creations), (2, 1));
    let hosts: Vec<_> = ledger
        .hosts
        .iter()
        .map(|h| (h.host.as_str(), h.creations))
        .collect();
    assert_eq!(hosts, [("db", 0), ("WEB", 1)]);
    assert!(!ledger.all_read());
}

#[test]
fn a_record_that_is_not_accounted_for_is_noticed() {
    let mut ledger = Ledger::default();
    ledger.file(SourceId(0)).records = 3;
    assert!(ledger.check().is_err());
}

#[test]
fn its_json_has_the_documented_words() {
    let mut ledger = Ledger::default();
    ledger.file(SourceId(0)).status = Status::NotOpened;
    ledger.settle(false);
    let json = serde_json::to_value(&ledger).unwrap();
    assert_eq!(json["files"][0]["status"], "not opened");
    assert_eq!(json["complete"], false);
}

#[test]
fn hosts_counted_on_the_way_are_those_of_the_end() {
    let mut ledger = Ledger::default();
    let names = ["a", "B", "b", "a", "C", "c", "d"];
    for step in 0_u32..60 {
        let (file, name) = (SourceId(step / 9), names[step as usize % names.len()]);
        match step % 4 {
            0 => ledger.out_of_scope(file, Some(name), None),
            1 => ledger.creation(file, creation(name, step % 3 == 0)),
            2 => ledger.creation(
                file,
                CreationEntry {
                    source: "4688",
                    ..creation(name, false)
                },
            ),
            _ => ledger.log_cleared(file, name, None),
        }
        assert_eq!(ledger.host_counts(), ledger.lines.counts(), "step {step}");
    }
    assert_eq!(ledger.host_counts(), (4, 4));
    ledger.rename_host("A", "d");
    ledger.settle(true);
    assert_eq!(ledger.host_counts(), (3, 3));
    assert_eq!(ledger.check(), Ok(()));
    for host in &ledger.hosts {
        assert!(host.files.is_sorted_by(|one, other| one < other));
    }
}

#[test]
fn files_may_be_read_in_any_order() {
    let mut ledger = Ledger::default();
    let at = |seconds| {
        let at = Timestamp::from_seconds(seconds)?;
        Some(EventTime { at, assumed: false })
    };
    ledger.creation(SourceId(2), creation("WEB", false));
    ledger.log_cleared(SourceId(2), "WEB", at(60));
    ledger.creation(SourceId(0), creation("web", true));
    ledger.read_late(SourceId(0), SourceId(2));
    ledger.log_cleared(SourceId(0), "web", at(0));
    ledger.out_of_scope(SourceId(2), Some("Web"), None);
    ledger.settle(true);
    assert_eq!(ledger.check(), Ok(()));
    let line = &ledger.hosts[0];
    assert_eq!(
        (line.host.as_str(), line.files.as_slice()),
        ("web", &[0, 2][..])
    );
    let cleared = ["1970-01-01T00:00:00Z", "1970-01-01T00:01:00Z"];
    assert_eq!(line.log_cleared, cleared);
    let duplicates = ledger.files.iter().map(|file| file.duplicates);
    assert_eq!(duplicates.collect::<Vec<_>>(), [0, 0, 1]);
}

#[test]
fn a_renamed_host_may_be_counted_under_its_old_name_again() {
    let mut ledger = Ledger::default();
    ledger.creation(SourceId(0), creation("F00D", false));
    ledger.rename_host("f00d", "web");
    ledger.creation(SourceId(0), creation("F00D", false));
    ledger.creation(SourceId(0), creation("f00d", false));
    ledger.rename_host("F00D", "WEB");
    ledger.settle(true);
    assert_eq!(ledger.check(), Ok(()));
    let hosts = ledger
        .hosts
        .iter()
        .map(|line| (line.host.as_str(), line.creations));
    assert_eq!(hosts.collect::<Vec<_>>(), [("web", 3)]);
}
