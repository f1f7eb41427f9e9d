//! The terminal is left as it was, whatever ends the workbench: this test binary runs itself on a
//! pseudo-terminal (the ignored test `child`) with a worker that has made-up evidence.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::manual_assert,
    reason = "helpers of tests: what fails is to be loud"
)]

mod common;

use common::pty::{DEADLINE, Pty};
use common::{Evidence, evidence, rule};
use crossbeam_channel::{Receiver, Sender, bounded};
use gimlet::app::{App, Settings};
use gimlet::config::Flags;
use gimlet::store::Findings;
use gimlet::terminal::{run, theme_from_environment};
use gimlet::worker::{Job, JobEnd, JobKind, Progress, Report, WorkerHandle};
use portable_pty::CommandBuilder;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// What the child's worker does: `GIMLET_TEST_CHILD`.
#[derive(Clone, Copy, PartialEq)]
enum Manner {
    /// Answers at once.
    Quick,
    /// Reads slowly, a row at a time.
    Slow,
    /// Panics when a drilldown is asked, on the thread that asks.
    Panics,
}

struct Bench {
    evidence: Evidence,
    manner: Manner,
    sender: Sender<Report>,
    receiver: Receiver<Report>,
    cancelled: Arc<AtomicBool>,
}

impl WorkerHandle for Bench {
    fn start(&mut self, job: Job, _: Arc<Findings>) {
        if self.manner == Manner::Panics && matches!(job, Job::Drilldown { .. }) {
            panic!("a drilldown was asked: \x1b]0;title\x07");
        }
        let (evidence, sender) = (self.evidence.clone(), self.sender.clone());
        let (manner, cancelled) = (self.manner, Arc::clone(&self.cancelled));
        std::thread::spawn(move || {
            if job == Job::Load && manner == Manner::Slow {
                load_slowly(&evidence, &sender, &cancelled);
                return;
            }
            for report in evidence.answer(&job) {
                if sender.send(report).is_err() {
                    return;
                }
            }
        });
    }

    fn cancel_loading(&mut self) {
        self.cancelled.store(true, Ordering::Relaxed);
    }

    fn reports(&self) -> &Receiver<Report> {
        &self.receiver
    }
}

fn load_slowly(evidence: &Evidence, sender: &Sender<Report>, cancelled: &AtomicBool) {
    let seeds = evidence::seeds();
    let _ = sender.send(Report::Sources(evidence.sources.clone().into()));
    for step in 1..=seeds.len() {
        let far = u64::try_from(step).unwrap_or(0);
        let progress = Progress {
            bytes_read: far * 100_000_000,
            bytes_total: Some(3_400_000_000),
            files_done: far / 2,
            stage: gimlet::worker::Stage::Once,
            files_total: 6,
            records: far * 40_321,
            creations: far * 1_200,
            hosts: 5,
            hosts_with_creations: far.min(4),
            ..Progress::default()
        };
        let _ = sender.send(Report::Progress(progress));
        let rows = evidence::findings(seeds.get(..step).unwrap_or(&[]));
        let _ = sender.send(Report::Findings(Arc::new(rows)));
        std::thread::sleep(Duration::from_millis(100));
    }
    // Goes on until it is cancelled: the evidence of this manner has no end.
    while !cancelled.load(Ordering::Relaxed) {
        std::thread::sleep(Duration::from_millis(20));
    }
    let end = JobEnd::Cancelled;
    let _ = sender.send(Report::Loaded(Arc::clone(&evidence.loaded)));
    let _ = sender.send(Report::Ended {
        kind: JobKind::Load,
        end,
    });
}

#[test]
#[ignore = "the program that the other tests run on a pseudo-terminal"]
fn child() {
    let manner = match std::env::var("GIMLET_TEST_CHILD")
        .unwrap_or_default()
        .as_str()
    {
        "slow" => Manner::Slow,
        "panics" => Manner::Panics,
        _ => Manner::Quick,
    };
    let (sender, receiver) = bounded(64);
    let bench = Bench {
        evidence: evidence::sample(),
        manner,
        sender,
        receiver,
        cancelled: Arc::default(),
    };
    let app = App::new(Settings {
        rule: Arc::new(rule::view()),
        ..Settings::default()
    });
    // As the settings have it.
    let ascii = gimlet::config::Settings::load(&Flags::default())
        .unwrap()
        .ascii;
    let outcome = run(app, theme_from_environment(ascii), bench).unwrap();
    std::process::exit(outcome.exit_code().into());
}

fn start(manner: &str, locale: &str) -> Pty {
    let mut command = CommandBuilder::new(std::env::current_exe().unwrap());
    command.args(["--ignored", "--exact", "child", "--nocapture"]);
    command.env("GIMLET_TEST_CHILD", manner);
    Pty::start(command, locale, [24, 80])
}

#[test]
fn a_panic_is_told_on_a_clean_terminal() {
    let mut pty = start("panics", "C.UTF-8");
    pty.wait("ws-017.corp.example");
    pty.keys("2");
    let (status, screen) = pty.ended();
    assert_eq!(status.exit_code(), 101);
    assert!(screen.contains("a fault of its own"), "{screen}");
    // What a panic says may hold a log's text.
    assert!(
        screen.contains("a drilldown was asked: ␛]0;title␇"),
        "{screen}"
    );
}

#[test]
fn signals_end_it_with_their_codes() {
    for (signal, code) in [("-TERM", 143), ("-HUP", 129), ("-INT", 130)] {
        let mut pty = start("slow", "C.UTF-8");
        pty.wait("web-02.corp.example");
        pty.signal(signal);
        assert_eq!(pty.ended().0.exit_code(), code, "{signal}");
    }
}

#[test]
fn ctrl_c_twice_leaves_whatever_is_open() {
    let mut pty = start("slow", "C.UTF-8");
    pty.wait("web-02.corp.example");
    pty.keys("/msi");
    pty.wait("filter: msi");
    pty.keys("\x03");
    pty.wait("Ctrl-C again");
    pty.keys("\x03");
    assert_eq!(pty.ended().0.exit_code(), 130);
}

#[test]
fn a_closed_terminal_ends_it_quietly() {
    let mut pty = start("slow", "C.UTF-8");
    pty.wait("web-02.corp.example");
    pty.master = None;
    pty.writer = Box::new(std::io::sink());
    pty.output = crossbeam_channel::never();
    let end = Instant::now() + DEADLINE;
    while pty.child.try_wait().unwrap().is_none() {
        assert!(Instant::now() < end, "it does not end");
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn stopping_as_a_job_comes_back() {
    let mut pty = start("quick", "C.UTF-8");
    pty.wait("ws-017.corp.example");
    // Without a shell above it the stop is ignored by the system: it comes back at once.
    pty.keys("\x1a");
    pty.wait("ws-017.corp.example");
    pty.keys("?");
    pty.wait("Keys");
    pty.keys("qq");
    assert_eq!(pty.ended().0.exit_code(), 0);
}

#[test]
fn loading_is_cancelled_and_says_so() {
    let mut pty = start("slow", "C.UTF-8");
    pty.wait("web-02.corp.example");
    pty.keys("X");
    pty.wait("incomplete");
    pty.keys("q");
    assert_eq!(pty.ended().0.exit_code(), 0);
}

#[test]
fn a_locale_that_is_not_utf_8_gets_ascii() {
    let mut pty = start("quick", "C");
    pty.wait("ws-017.corp.example");
    assert!(pty.screen.screen().contents().is_ascii());
    pty.keys("q");
    assert_eq!(pty.ended().0.exit_code(), 0);
}

#[test]
fn what_is_copied_goes_to_the_terminal() {
    let mut pty = start("quick", "C.UTF-8");
    pty.wait("ws-017.corp.example");
    pty.keys("y");
    pty.wait("OSC 52");
    let found = |pty: &Pty| pty.raw.windows(7).any(|window| window == b"\x1b]52;c;");
    assert!(found(&pty));
    pty.keys("q");
    assert_eq!(pty.ended().0.exit_code(), 0);
}
