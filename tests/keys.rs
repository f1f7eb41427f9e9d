//! Key strings typed into the real workbench, and what is on the screen then.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "helpers of tests: what fails is to be loud"
)]

mod common;

use common::{Desk, at, evidence};
use gimlet::app::{Effect, Loading, Message, Mouse, MouseKind, Settings};
use gimlet::event::Zone;
use gimlet::worker::{JobEnd, JobKind, Progress, Report};
use std::sync::Arc;

fn desk() -> Desk {
    Desk::loaded(evidence::sample(), 130, 32)
}

/// The line that is selected in the list in focus.
fn selected(desk: &Desk) -> String {
    let screen = desk.screen();
    let line = screen.lines().find(|line| line.starts_with("│>"));
    let line = line.unwrap_or_else(|| panic!("nothing is selected:\n{screen}"));
    line.split('│').nth(1).unwrap().trim().to_owned()
}

#[test]
fn findings_at_every_size() {
    for (width, height) in [(80, 24), (120, 40), (160, 45), (200, 50)] {
        let desk = Desk::loaded(evidence::sample(), width, height);
        assert!(selected(&desk).starts_with(">      06-08 09:12:00"));
        insta::assert_snapshot!(format!("findings-{width}x{height}"), desk.screen());
    }
}

#[test]
fn the_other_views() {
    for (key, name, fact) in [
        (
            "2",
            "results",
            "View the detection results for - \"SYSTEM\"",
        ),
        (
            "3",
            "risk",
            "from 2022-06-03T09:12:00Z to 2022-06-10T09:12:00Z",
        ),
        ("4", "rule", "6aa49ff2-3c92-4586-83e0-d83eb693dfda"),
        (
            "5",
            "evidence",
            "51 records = 8 creations + 42 out of scope",
        ),
    ] {
        for (width, height) in [(80, 24), (160, 45)] {
            let mut desk = Desk::loaded(evidence::sample(), width, height);
            desk.keys(key);
            assert!(desk.screen().contains(fact), "{}", desk.screen());
            insta::assert_snapshot!(format!("{name}-{width}x{height}"), desk.screen());
        }
    }
}

#[test]
fn before_anything_is_read() {
    let mut desk = Desk::started(evidence::sample(), 100, 24);
    desk.message(Message::Report(Report::Progress(Progress {
        bytes_read: 34,
        bytes_total: Some(100),
        files_done: 2,
        files_total: 6,
        records: 1_204_113,
        ..Progress::default()
    })));
    assert!(desk.screen().contains("34% of 100 B"));
    insta::assert_snapshot!("loading-100x24", desk.screen());
}

#[test]
fn no_rows_is_an_answer() {
    let desk = Desk::loaded(evidence::none(), 100, 24);
    assert!(
        desk.screen()
            .contains("No rows. 8 process creations on 4 of 5 hosts tested")
    );
    insta::assert_snapshot!("none-100x24", desk.screen());
}

#[test]
fn a_load_that_fails_says_why() {
    let mut desk = Desk::started(evidence::sample(), 100, 24);
    let end = JobEnd::Failed("'x.evtx' is gone".into());
    desk.message(Message::Report(Report::Ended {
        kind: JobKind::Load,
        end,
    }));
    let screen = desk.screen();
    assert!(screen.contains("'x.evtx' is gone") && screen.contains("failed: incomplete"));
}

#[test]
fn the_selection_stays_on_its_row_as_rows_arrive() {
    let seeds = evidence::seeds();
    let mut desk = Desk::started(evidence::sample(), 130, 32);
    let rows = |count: usize| Report::Findings(Arc::new(evidence::findings(&seeds[..count])));
    desk.message(Message::Report(rows(2)));
    desk.keys("j");
    assert!(selected(&desk).contains("java.exe"));
    for count in 3..=seeds.len() {
        desk.message(Message::Report(rows(count)));
        let line = selected(&desk);
        let stays = line.contains("06-14 02:13:40") && line.contains("java.exe");
        assert!(stays, "with {count} events: {line}");
    }
}

#[test]
fn a_filter_is_typed_with_a_live_count() {
    let mut desk = desk();
    desk.keys("/nv.m");
    assert!(desk.screen().contains("filter: nv.m") && desk.screen().contains("2 of 6 rows"));
    desk.keys("<esc>");
    assert!(desk.screen().contains("no filter"));
    desk.keys("/host:web<enter>/-java<enter>");
    assert!(desk.screen().contains("1 of 6 rows · 1 event"));
    desk.keys("<esc>");
    assert!(desk.screen().contains("-java is off the filter"));
    assert!(desk.screen().contains("2 of 6 rows"));
    desk.keys("/zzz");
    assert!(desk.screen().contains("No row matches the filter."));
}

#[test]
fn a_row_that_a_filter_hid_is_selected_again() {
    let mut desk = desk();
    desk.keys("/nv<enter>");
    let hidden = selected(&desk);
    desk.keys("<esc>");
    assert_ne!(selected(&desk), hidden);
    assert!(selected(&desk).contains("06-08 09:12:00"));
}

#[test]
fn only_this_user_and_dest() {
    let mut desk = desk();
    desk.keys("/nv<enter>j");
    assert!(selected(&desk).contains("java.exe"));
    desk.keys("<esc>u");
    assert!(desk.screen().contains("filter user:\"iis-app\""));
    assert!(desk.screen().contains("2 of 6 rows"));
    desk.keys("d");
    assert!(
        desk.screen()
            .contains("filter user:\"iis-app\" dest:\"web-02.corp.example\"")
    );
    desk.keys("ud");
    assert!(desk.screen().contains("no filter"));
    // A group of two users has no "this user"; its dest it has.
    desk.keys("gu");
    assert!(desk.screen().contains("this group has 2 values of user"));
    desk.keys("d");
    assert!(desk.screen().contains("2 of 6 rows"));
}

#[test]
fn a_value_is_kept_or_dropped() {
    let mut desk = desk();
    desk.keys("-");
    assert!(desk.screen().contains("Drop rows with"));
    desk.keys("p");
    assert!(
        desk.screen()
            .contains("filter -parent_process_name:\"CcmExec.exe\"")
    );
    assert!(desk.screen().contains("4 of 6 rows"));
    desk.keys("+<esc>+h");
    assert!(desk.screen().contains("url_host:\"203.0.113.9\""));
    assert!(desk.screen().contains("2 of 6 rows"));
}

#[test]
fn groups_flip_and_fold() {
    let mut desk = desk();
    desk.keys("b");
    assert!(desk.screen().contains("Findings · user ▸ dest"));
    assert!(selected(&desk).contains("06-08 09:12:00"));
    desk.keys("bh");
    assert!(selected(&desk).starts_with("> ▸ SYSTEM") || selected(&desk).contains("▸ SYSTEM"));
    desk.keys("h");
    assert!(selected(&desk).contains("▾ ws-017.corp.example"));
    desk.keys("<space>");
    assert!(selected(&desk).contains("▸ ws-017.corp.example"));
    assert!(!desk.screen().contains("▾ bob"));
    desk.keys("<enter>j");
    assert!(desk.screen().contains("▾ bob"));
}

#[test]
fn orders() {
    let mut desk = desk();
    desk.keys("s");
    assert!(desk.screen().contains("newest first"));
    let (_, dc) = desk.find("win-dc-447");
    let (_, web) = desk.find("▾ web-02");
    assert!(dc < web);
    desk.keys("s");
    let (_, ws) = desk.find("▾ ws-017");
    let (_, web) = desk.find("▾ web-02");
    assert!(desk.screen().contains("most events first") && ws < web);
}

#[test]
fn help_is_searched_and_runs() {
    let mut desk = desk();
    desk.keys("?");
    assert!(desk.screen().contains("Keys") && desk.screen().contains("j Down"));
    desk.keys("/newest<enter><enter>");
    assert!(desk.screen().contains("newest first"));
    desk.keys("?4");
    assert!(desk.screen().contains("╭ Rule"));
}

#[test]
fn the_mouse_selects_opens_and_scrolls() {
    let mut desk = desk();
    let click = |desk: &mut Desk, text: &str| {
        let (x, y) = desk.find(text);
        desk.message(Message::Mouse(Mouse {
            kind: MouseKind::Click,
            x,
            y,
        }));
    };
    click(&mut desk, "java.exe");
    assert!(selected(&desk).contains("java.exe"));
    click(&mut desk, "Fields");
    assert!(desk.screen().contains("← ParentImage"));
    click(&mut desk, "3 Risk");
    assert!(desk.screen().contains("View risk events"));
    click(&mut desk, "1 Findings");
    click(&mut desk, "? help");
    assert!(desk.screen().contains("Keys"));
    desk.keys("<esc><f2>");
    assert!(desk.effects.contains(&Effect::CaptureMouse(false)));
    let mut desk = Desk::loaded(evidence::sample(), 80, 24);
    let (x, y) = desk.find("ws-017");
    desk.message(Message::Mouse(Mouse {
        kind: MouseKind::WheelDown,
        x,
        y,
    }));
    assert!(desk.screen().contains("win-dc-447"));
}

#[test]
fn times_are_shown_in_the_zone_that_was_given() {
    let settings = Settings {
        rule: Arc::new(common::rule::view()),
        zone: Zone::parse("+02:00").unwrap(),
        select: Some("user:Administrator".into()),
    };
    let mut desk = Desk::with(settings, evidence::sample(), 130, 32);
    let reports = desk.evidence.load();
    desk.reports(reports);
    assert!(
        selected(&desk).contains("06-16 20:04:12"),
        "{}",
        desk.screen()
    );
    assert!(desk.screen().contains("UTC+02:00"));
    assert!(desk.screen().contains("2022-06-16T20:04:12.1234567+02:00"));
    desk.keys("T");
    assert!(selected(&desk).contains("06-16 18:04:12"));
    desk.keys("5/db-01<enter>");
    assert!(desk.screen().contains("2022-06-10T00:00:00Z"));
}

#[test]
fn esc_never_leaves_and_q_only_from_a_view() {
    let mut desk = desk();
    desk.keys("<esc><esc><esc>3<enter><esc><esc><esc>");
    assert!(!desk.effects.contains(&Effect::Quit));
    assert!(desk.screen().contains("q leaves"));
    desk.keys("?q<enter>eq/q<esc>");
    assert!(!desk.effects.contains(&Effect::Quit), "{}", desk.screen());
    desk.keys("q");
    assert_eq!(desk.effects.last(), Some(&Effect::Quit));
}

#[test]
fn ctrl_c_twice_leaves() {
    let mut desk = desk();
    desk.keys("/x<c-c>");
    assert!(desk.screen().contains("no filter") || desk.screen().contains("Ctrl-C again"));
    desk.keys("j<c-c>");
    assert!(!desk.effects.contains(&Effect::Abort));
    desk.keys("<c-c>");
    assert!(desk.effects.contains(&Effect::Abort));
}

#[test]
fn reading_is_cancelled() {
    let mut desk = Desk::started(evidence::sample(), 100, 24);
    desk.keys("XX");
    assert_eq!(desk.effects, [Effect::CancelLoading]);
    let end = JobEnd::Cancelled;
    desk.message(Message::Report(Report::Ended {
        kind: JobKind::Load,
        end,
    }));
    assert_eq!(desk.app.loading, Loading::Stopped);
    assert!(desk.screen().contains("stopped: incomplete"));
}

#[test]
fn rows_of_more_years_say_the_year_and_rows_without_time_that() {
    let mut seeds = evidence::seeds();
    seeds[0].time = "2021-01-01T00:00:00Z";
    let mut timeless = seeds[1].clone();
    timeless.time = "";
    timeless.account = "nobody";
    seeds.push(timeless);
    let evidence = common::Evidence {
        findings: Arc::new(evidence::findings(&seeds)),
        ..evidence::sample()
    };
    let desk = Desk::loaded(evidence, 130, 32);
    let screen = desk.screen();
    assert!(screen.contains("2021-01-01 00:00:00") && screen.contains("no time"));
    assert_eq!(at("2021-01-01T00:00:00Z").year(), 2021);
}

/// A group of many rows, of which the selected one is the last.
fn crowded() -> common::Evidence {
    let mut seeds = evidence::seeds();
    for place in 0..30 {
        seeds.push(evidence::Seed {
            account: "CORP\\crowd",
            dest: "aaa-01",
            process: format!("msiexec /i http://203.0.113.9/{place}.msi"),
            time: "2022-06-01T00:00:00Z",
            ..evidence::Seed::default()
        });
    }
    common::Evidence {
        findings: Arc::new(evidence::findings(&seeds)),
        ..evidence::of(&seeds)
    }
}

#[test]
fn the_row_that_was_asked_for_is_selected_whatever_comes_first() {
    let all = crowded();
    let settings = Settings {
        rule: Arc::new(common::rule::view()),
        select: Some("dest:web-02".into()),
        ..Settings::default()
    };
    let mut desk = Desk::with(settings, all, 100, 24);
    let seeds = evidence::seeds();
    // The later of two rows comes first.
    let first = evidence::findings(&seeds[1..2]);
    desk.message(Message::Report(Report::Findings(Arc::new(first))));
    assert!(selected(&desk).contains("06-14 02:13:40"));
    let reports = desk.evidence.load();
    desk.reports(reports);
    assert!(
        selected(&desk).contains("06-14 02:11:07"),
        "{}",
        desk.screen()
    );
    assert!(desk.screen().contains("▾ web-02.corp.example ▸ iis-app"));
    // A person's choice holds.
    desk.keys("j");
    let rows = Report::Findings(Arc::clone(&desk.evidence.findings));
    desk.message(Message::Report(rows));
    assert!(selected(&desk).contains("06-14 02:13:40"));
}

#[test]
fn the_group_of_the_selected_row_comes_into_sight() {
    let mut desk = Desk::loaded(crowded(), 100, 24);
    desk.keys("/29.msi<enter>");
    assert!(desk.screen().contains("▾ aaa-01 ▸ crowd"));
    desk.keys("<esc>s");
    assert!(desk.screen().contains("newest first"));
    desk.keys("/dest:web-02<enter>G<esc>");
    assert!(
        selected(&desk).contains("06-14 02:11:07"),
        "{}",
        desk.screen()
    );
    assert!(desk.screen().contains("▾ web-02.corp.example ▸ iis-app"));
}

#[test]
fn without_rows_the_footer_says_what_can_be_done() {
    let mut desk = Desk::loaded(evidence::sample(), 100, 24);
    desk.keys("/zzz<enter>");
    let screen = desk.screen();
    let footer = screen.lines().last().unwrap();
    assert!(footer.contains("esc drop the last term  / filter  4 rule  5 evidence"));
    assert!(!footer.contains("details") && !footer.contains("only user"));
    let desk = Desk::loaded(evidence::none(), 100, 24);
    let screen = desk.screen();
    assert!(
        screen
            .lines()
            .last()
            .unwrap()
            .starts_with(" 4 rule  5 evidence ")
    );
}

#[test]
fn a_filter_says_when_what_it_leaves_was() {
    let mut desk = Desk::loaded(evidence::sample(), 100, 24);
    desk.keys("/web-02<enter>");
    assert!(
        desk.screen()
            .contains("2 of 6 rows · 2 events · 06-14 02:11 … 02:13")
    );
}

#[test]
fn nothing_tested_is_said_too() {
    for (files, others, answer) in [
        (0, 0, "there was no file to read."),
        (0, 1, "the one file is no evidence. 5 says what it is."),
        (0, 2, "of 2 files none is evidence. 5 says what they are."),
        (
            1,
            1,
            "there is no process creation among 0 records of 1 file",
        ),
    ] {
        let mut evidence = evidence::none();
        let mut loaded = gimlet::worker::Loaded::default();
        loaded.ledger.complete = true;
        loaded.ledger.totals.files = files;
        loaded.ledger.totals.files_not_evidence = others;
        evidence.loaded = Arc::new(loaded);
        let desk = Desk::loaded(evidence, 130, 32);
        let screen = desk.screen();
        assert!(
            screen.contains("No rows, and nothing was tested: "),
            "{screen}"
        );
        assert!(screen.contains(answer), "{screen}");
        assert!(screen.contains(&format!("{files} of {files} files")));
    }
}

#[test]
fn rows_that_a_later_stage_dropped_are_no_clause_unmet() {
    let mut evidence = evidence::none();
    let mut loaded = (*evidence.loaded).clone();
    loaded.stages = vec![("tstats".into(), 8214, 6), ("where count > 5".into(), 6, 0)];
    evidence.loaded = Arc::new(loaded);
    let desk = Desk::loaded(evidence, 200, 32);
    let screen = desk.screen();
    assert!(screen.contains("6 rows came out of the first stage") && !screen.contains("none with"));
}

#[test]
fn a_long_user_leaves_the_figures() {
    let seed = evidence::Seed {
        account: "S-1-5-21-3804571926-1120447813-2917733056-1142",
        ..evidence::Seed::default()
    };
    let mut seeds = vec![
        seed.clone(),
        evidence::Seed {
            account: "CORP\\a",
            ..seed
        },
    ];
    seeds[1].time = "2022-06-15T02:11:07Z";
    for width in [60, 80, 120] {
        let desk = Desk::loaded(evidence::of(&seeds), width, 24);
        let screen = desk.screen();
        let line = screen
            .lines()
            .find(|line| line.contains("S-1-5-21"))
            .unwrap();
        assert!(line.contains("  1 row · 1 event"), "{screen}");
    }
}
