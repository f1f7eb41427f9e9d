//! The real program on a pseudo-terminal, with the demo: what a person does first, and that the
//! terminal is theirs again afterwards.

#![allow(
    clippy::unwrap_used,
    reason = "what goes wrong here must fail the test"
)]

mod common;

use common::pty::Pty;
use portable_pty::CommandBuilder;

fn demo() -> Pty {
    let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_gimlet"));
    command.arg("demo");
    // Nobody's settings.
    command.env("HOME", "/nonexistent");
    command.cwd("/");
    Pty::start(command, "C.UTF-8", [45, 160])
}

#[test]
fn open_group_filter_drill_down_and_quit() {
    let mut pty = demo();
    pty.wait("262 rows · 265 events");
    pty.wait("5 of 6 hosts");
    // The row of the eleventh atomic test is selected.
    pty.wait("hxxps://github.com/redcanaryco/atomic-red-team/");
    pty.wait("Sysmon 1");
    pty.keys("b");
    pty.wait("user ▸ dest");
    pty.keys("b/iis-app\r");
    pty.wait("4 of 262 rows");
    pty.keys("2");
    pty.wait("View the detection results for - \"iis-app\" and \"web-02.corp.example\"");
    pty.wait("4 rows");
    pty.keys("3");
    pty.wait("View risk events for the last 7 days for - \"iis-app\" and \"web-02.corp.example\"");
    pty.wait("from 1 rule and 3 imported risk events");
    pty.keys("1\x1b");
    pty.wait("no filter");
    pty.keys("q");
    let (status, _) = pty.ended();
    assert_eq!(status.exit_code(), 0);
}

#[test]
fn sigterm_gives_the_terminal_back() {
    let mut pty = demo();
    pty.wait("262 rows");
    pty.signal("-TERM");
    assert_eq!(pty.ended().0.exit_code(), 143);
}
