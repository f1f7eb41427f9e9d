//! The screen while the evidence is gone through twice: first for the rows, then to count it and to
//! learn what lies around them.

#![allow(
    clippy::unwrap_used,
    reason = "what goes wrong here must fail the test"
)]

mod common;

use common::{Desk, Evidence, evidence};
use gimlet::app::{Loading, Message};
use gimlet::store::{Findings, Grandparent, KnownBy, StoredEvent};
use gimlet::worker::hunt::Pass;
use gimlet::worker::{Job, JobEnd, JobKind, Loaded, Progress, Report, Stage};
use std::sync::Arc;

fn at(stage: Stage, far: u64) -> Report {
    let counted = if stage == Stage::Index { far } else { 0 };
    Report::Progress(Progress {
        stage,
        bytes_read: far * 10_000_000,
        bytes_total: Some(1_000_000_000),
        files_done: far / 20,
        files_total: 5,
        records: 12 + counted * 7_000,
        creations: 12 + counted * 1_400,
        hosts: 4,
        hosts_with_creations: 3,
        ..Progress::default()
    })
}

fn ended(end: JobEnd) -> Report {
    let kind = JobKind::Load;
    Report::Ended { kind, end }
}

/// With all rows on the screen and the second pass begun.
fn indexing(evidence: Evidence, width: u16, height: u16) -> Desk {
    let mut desk = Desk::started(evidence, width, height);
    let (sources, rows) = (desk.evidence.sources.clone(), &desk.evidence.findings);
    let reports = vec![
        at(Stage::Rows, 43),
        Report::Sources(sources.into()),
        Report::Findings(Arc::clone(rows)),
        at(Stage::Index, 20),
    ];
    desk.reports(reports);
    desk
}

/// The same rows; of each event one thing more is known.
fn completed(findings: &Findings, by: KnownBy) -> Arc<Findings> {
    let with = |event: &Arc<StoredEvent>| {
        let mut event = StoredEvent::clone(event);
        event.grandparent = Some(Grandparent {
            name: "tomcat9.exe".into(),
            by,
        });
        Arc::new(event)
    };
    Arc::new(findings.with_events(findings.events.iter().map(with).collect()))
}

#[test]
fn the_header_says_which_pass_it_is() {
    for (width, height) in [(80, 24), (160, 45)] {
        let mut desk = Desk::started(evidence::sample(), width, height);
        let rows = Report::Findings(Arc::clone(&desk.evidence.findings));
        desk.reports(vec![at(Stage::Rows, 43), rows]);
        let screen = desk.screen();
        let head = screen.lines().next().unwrap();
        assert!(head.contains("finding rows 43% of 1.0 GB · "), "{head}");
        assert!(head.contains("6 rows") && !head.contains("ev"), "{head}");
        assert!(screen.contains("X stop reading"));
        insta::assert_snapshot!(format!("finding-{width}x{height}"), screen);
        desk.message(Message::Report(at(Stage::Index, 20)));
        let screen = desk.screen();
        let head = screen.lines().next().unwrap();
        assert!(head.contains("indexing 20% of 1.0 GB · "), "{head}");
        assert!(screen.contains("X stop indexing"));
        insta::assert_snapshot!(format!("indexing-{width}x{height}"), screen);
    }
}

#[test]
fn nothing_moves_when_more_is_known_of_the_events() {
    let mut desk = indexing(evidence::sample(), 160, 45);
    desk.keys("/nv cmd<enter><enter>]]");
    assert!(matches!(desk.jobs.last(), Some(Job::Raw { .. })));
    let asked = desk.jobs.len();
    let before = desk.screen();
    let more = completed(&desk.evidence.findings, KnownBy::ProcessId);
    desk.message(Message::Report(Report::Findings(more)));
    assert_eq!(desk.screen(), before);
    assert_eq!(desk.jobs.len(), asked, "what is known is not asked again");
    desk.keys("[[");
    let chain = "tomcat9.exe (by pid) ▸ cmd.exe ▸ msiexec.exe";
    assert!(desk.screen().contains(chain), "{}", desk.screen());
    let more = completed(&desk.evidence.findings, KnownBy::ProcessGuid);
    desk.message(Message::Report(Report::Findings(more)));
    assert!(!desk.screen().contains("by pid"));
    let loaded = Arc::clone(&desk.evidence.loaded);
    let rows = |desk: &Desk| {
        let screen = desk.screen();
        screen
            .lines()
            .skip(1)
            .map(str::to_owned)
            .collect::<Vec<_>>()
    };
    let before = rows(&desk);
    desk.reports(vec![Report::Loaded(loaded), ended(JobEnd::Done)]);
    let after = rows(&desk);
    // All but the head and the key that stops it.
    assert_eq!(before[..before.len() - 1], after[..after.len() - 1]);
    assert_eq!(desk.app.loading, Loading::Done);
}

#[test]
fn a_drilldown_need_not_wait_for_the_counting() {
    let mut desk = indexing(evidence::sample(), 160, 45);
    desk.keys("/nv<enter>2");
    assert!(matches!(desk.jobs.last(), Some(Job::Drilldown { .. })));
    assert!(desk.screen().contains("View the detection results"));
    let asked = desk.jobs.len();
    // The span of what was read bounds it, which is known now.
    let loaded = Arc::clone(&desk.evidence.loaded);
    desk.reports(vec![Report::Loaded(loaded), ended(JobEnd::Done)]);
    assert_eq!(desk.jobs.len(), asked + 1);
    assert!(!desk.screen().contains("over what was read when"));
}

#[test]
fn no_rows_is_said_before_it_is_counted_what_it_rests_on() {
    let mut desk = indexing(evidence::none(), 100, 24);
    let screen = desk.screen();
    assert!(screen.contains("No rows. The search went through all the evidence."));
    insta::assert_snapshot!("none-indexing-100x24", screen);
    desk.keys("5");
    let screen = desk.screen();
    assert!(screen.contains("These figures are not final."));
    insta::assert_snapshot!("evidence-indexing-100x24", screen);
    desk.keys("1");
    let loaded = Arc::clone(&desk.evidence.loaded);
    desk.reports(vec![Report::Loaded(loaded), ended(JobEnd::Done)]);
    assert!(desk.screen().contains("No rows. 8 process creations on 4"));
}

/// As a pass leaves it that was stopped.
fn stopped(pass: Pass) -> Report {
    let mut loaded = Loaded {
        pass,
        ..Loaded::clone(&evidence::none().loaded)
    };
    loaded.ledger.settle(false);
    Report::Loaded(Arc::new(loaded))
}

#[test]
fn each_pass_can_be_stopped() {
    let mut desk = indexing(evidence::none(), 100, 24);
    desk.keys("X");
    assert!(desk.screen().contains("stopping"));
    desk.reports(vec![stopped(Pass::Everything), ended(JobEnd::Cancelled)]);
    let screen = desk.screen();
    assert!(screen.contains("rows complete, figures not"), "{screen}");
    assert!(screen.contains("The counting was stopped: all evidence was searched"));
    desk.keys("5");
    assert!(desk.screen().contains("The counting was stopped"));

    let mut desk = Desk::started(evidence::none(), 100, 24);
    desk.message(Message::Report(at(Stage::Rows, 43)));
    desk.keys("5");
    let words = "The search looks at the records that can matter to it";
    assert!(desk.screen().contains(words), "{}", desk.screen());
    desk.keys("1X");
    desk.reports(vec![stopped(Pass::Rows), ended(JobEnd::Cancelled)]);
    let screen = desk.screen();
    assert!(screen.contains("stopped: incomplete · "), "{screen}");
    assert!(screen.contains("No row until reading was stopped, after 430.0 MB of 1.0 GB (43%)."));
    desk.keys("5");
    assert!(desk.screen().contains("there only of the records that can"));
}

#[test]
fn a_row_that_was_asked_for_is_left_alone_when_all_rows_are_there() {
    let settings = gimlet::app::Settings {
        rule: Arc::new(common::rule::view()),
        select: Some("bob".to_owned()),
        ..gimlet::app::Settings::default()
    };
    let mut desk = Desk::with(settings, evidence::sample(), 160, 45);
    let rows = Report::Findings(Arc::clone(&desk.evidence.findings));
    desk.reports(vec![at(Stage::Rows, 43), rows, at(Stage::Index, 1)]);
    let selected = |desk: &Desk| {
        desk.app
            .findings
            .text(desk.app.rows.selected_row().unwrap(), "user")
    };
    assert_eq!(selected(&desk), "bob");
    desk.keys("gg");
    let there = desk.app.rows.list.selected();
    let more = completed(&desk.evidence.findings, KnownBy::ProcessGuid);
    desk.message(Message::Report(Report::Findings(more)));
    assert_eq!(desk.app.rows.list.selected(), there);
}
