//! `gimlet hunt` under hostile conditions: outputs that name the evidence, disks that are full,
//! streams that never end, evidence that was cut or blown up. Nothing is destroyed, nothing hangs,
//! every record is accounted for.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "what goes wrong here must fail the test"
)]

mod made;

use made::generator::story::Log;
use serde_json::Value as Json;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use tempfile::TempDir;

fn gimlet() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_gimlet"));
    command.env_clear().stdin(Stdio::null());
    command
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

/// A folder with a log that has rows in it.
fn evidence() -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join("log.xml");
    let events = made::intrusion_events(Log::Sysmon);
    std::fs::write(&log, made::exports::events_element(&events)).unwrap();
    (folder, log)
}

fn refused(output: &Output, word: &str) {
    let said = text(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{said}");
    assert!(output.stdout.is_empty());
    assert!(said.contains(word), "{said}");
}

#[test]
fn no_output_is_written_over_evidence_or_another_input() {
    let (folder, log) = evidence();
    let before = std::fs::read(&log).unwrap();
    let link = folder.path().join("link.xml");
    std::os::unix::fs::symlink(&log, &link).unwrap();
    let elsewhere = tempfile::tempdir().unwrap();
    let hard = elsewhere.path().join("hard.xml");
    std::fs::hard_link(&log, &hard).unwrap();
    let dotted = folder
        .path()
        .join("../")
        .join(folder.path().file_name().unwrap());
    for output in [&log, &link, &hard, &dotted.join("log.xml")] {
        for option in ["--events", "--ledger"] {
            for evidence in [log.as_path(), folder.path(), link.as_path()] {
                let output = gimlet()
                    .args(["hunt", option])
                    .args([output, evidence])
                    .output()
                    .unwrap();
                refused(&output, "evidence");
                assert_eq!(std::fs::read(&log).unwrap(), before);
            }
        }
    }
    let macros = elsewhere.path().join("macros.conf");
    std::fs::write(
        &macros,
        "[windows_msiexec_remote_download_filter]\ndefinition = search *\n",
    )
    .unwrap();
    let output = gimlet()
        .args(["hunt", "--macros"])
        .args([&macros, Path::new("--ledger"), &macros, &log])
        .output()
        .unwrap();
    refused(&output, "is the input");
    assert!(std::fs::read_to_string(&macros).unwrap().starts_with('['));
}

#[test]
fn nothing_is_written_into_an_evidence_folder() {
    let (folder, _log) = evidence();
    let output = gimlet()
        .args(["hunt", "--ledger", "ledger.json", "."])
        .current_dir(folder.path())
        .output()
        .unwrap();
    refused(&output, "lies in the evidence folder");
    assert!(!folder.path().join("ledger.json").exists());
}

#[test]
fn two_outputs_need_two_files() {
    let (_folder, log) = evidence();
    let elsewhere = tempfile::tempdir().unwrap();
    let output = |ledger: &str| {
        gimlet()
            .args(["hunt", "--events", "one", "--ledger", ledger])
            .arg(&log)
            .current_dir(elsewhere.path())
            .output()
            .unwrap()
    };
    refused(&output("./one"), "a file of its own");
    assert!(!elsewhere.path().join("one").exists());
    refused(&output("-"), "no name of an output");
    let nowhere = ["hunt", "--events", "/dev/null", "--ledger", "/dev/null"];
    let output = gimlet().args(nowhere).arg(&log).output().unwrap();
    assert_eq!(output.status.code(), Some(0));
    let rows = elsewhere.path().join("rows");
    let output = gimlet()
        .args(["hunt", "--ledger"])
        .args([&rows, &log])
        .stdout(std::fs::File::create(&rows).unwrap())
        .output()
        .unwrap();
    refused(&output, "where the rows are printed");
}

#[test]
fn a_full_disk_is_named_and_the_ledger_is_written_all_the_same() {
    let (_folder, log) = evidence();
    let elsewhere = tempfile::tempdir().unwrap();
    let [events, ledger] = ["events", "ledger"].map(|name| elsewhere.path().join(name));
    for format in ["ndjson", "json", "csv", "table"] {
        let output = gimlet()
            .args(["hunt", "--format", format, "--ledger"])
            .args([&ledger, Path::new("--events"), &events, &log])
            .stdout(std::fs::File::create("/dev/full").unwrap())
            .output()
            .unwrap();
        assert_eq!(output.status.code(), Some(2));
        let said = text(&output.stderr);
        assert!(said.contains("the rows could not be printed"), "{said}");
        let ledger: Json = serde_json::from_slice(&std::fs::read(&ledger).unwrap()).unwrap();
        assert_eq!(ledger["complete"], true);
        assert!(!std::fs::read(&events).unwrap().is_empty());
    }
    let output = gimlet()
        .args(["hunt", "--events", "/dev/full", "--ledger"])
        .args([&ledger, &log])
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).contains("'/dev/full' could not be written"));
    serde_json::from_slice::<Json>(&std::fs::read(&ledger).unwrap()).unwrap();
}

#[test]
fn a_column_that_is_not_there_is_told_before_reading() {
    let arguments = ["hunt", "--sort", "nosuch", "/nowhere"].map(OsStr::new);
    let output = gimlet().args(arguments).output().unwrap();
    refused(&output, "no column 'nosuch'");
}

#[test]
fn nothing_to_read_is_said_even_when_quiet() {
    let folder = tempfile::tempdir().unwrap();
    let said = |arguments: &[&str]| {
        let output = gimlet()
            .arg("hunt")
            .args(arguments)
            .current_dir(folder.path())
            .output()
            .unwrap();
        assert_eq!(output.status.code(), Some(2));
        text(&output.stderr)
    };
    assert_eq!(
        said(&["-q", "."]),
        "gimlet: nothing could be read: there is no file in what was given\n"
    );
    std::fs::write(folder.path().join("a.bin"), b"\0\x01").unwrap();
    let lines = said(&[".", "gone"]);
    assert!(
        lines.contains("'gone': not opened; can't be opened: No such file"),
        "{lines}"
    );
    assert!(
        lines.ends_with("nothing could be read: 1 not opened, 1 of other kinds than logs\n"),
        "{lines}"
    );
    assert!(!lines.contains("No rows"), "{lines}");
    let lines = said(&["a.bin"]);
    assert!(
        lines.contains("'a.bin': not evidence, binary file"),
        "{lines}"
    );
}

#[test]
fn copies_are_not_counted_among_those_with_a_command_line() {
    let folder = tempfile::tempdir().unwrap();
    let mut events = made::intrusion_events(Log::Sysmon);
    events.retain(|event| !format!("{event:?}").contains("http"));
    let bytes = made::exports::events_element(&events);
    for name in ["a.xml", "b.xml", "c.xml"] {
        std::fs::write(folder.path().join(name), &bytes).unwrap();
    }
    let output = gimlet()
        .args([
            OsStr::new("hunt"),
            OsStr::new("--no-prefilter"),
            folder.path().as_os_str(),
        ])
        .output()
        .unwrap();
    let said = text(&output.stderr);
    let numbers: Vec<&str> = said
        .split_once("': ")
        .unwrap()
        .1
        .split(' ')
        .filter(|word| word.parse::<u64>().is_ok())
        .collect();
    assert_eq!(numbers[0], numbers[3], "{said}");
}

/// A hunt that waits for the rest of its evidence, and is interrupted.
fn interrupted(mut command: Command, feed: impl FnOnce(&mut std::process::Child)) -> Output {
    let mut child = command
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    feed(&mut child);
    std::thread::sleep(std::time::Duration::from_millis(700));
    let id = child.id().to_string();
    let sent = Command::new("kill").args(["-INT", &id]).status().unwrap();
    assert!(sent.success());
    child.wait_with_output().unwrap()
}

#[test]
fn a_stream_that_gives_nothing_more_can_be_interrupted() {
    let (folder, log) = evidence();
    let bytes = std::fs::read(&log).unwrap();
    let elsewhere = tempfile::tempdir().unwrap();
    let ledger = elsewhere.path().join("ledger.json");
    let complete = || {
        let ledger: Json = serde_json::from_slice(&std::fs::read(&ledger).unwrap()).unwrap();
        (
            ledger["complete"].clone(),
            ledger["files"][0]["status"].clone(),
        )
    };
    let mut command = gimlet();
    command
        .args(["hunt", "--ledger"])
        .args([&ledger, Path::new("-")]);
    command.stdin(Stdio::piped());
    let mut held = None;
    let output = interrupted(command, |child| {
        let mut input = child.stdin.take().unwrap();
        // More than is looked at before the format is told.
        for _ in 0..4 {
            std::io::Write::write_all(&mut input, &bytes).unwrap();
        }
        held = Some(input);
    });
    drop(held);
    assert_eq!(output.status.code(), Some(130), "{}", text(&output.stderr));
    assert!(
        text(&output.stdout).contains("http"),
        "what was found is printed"
    );
    assert_eq!(complete(), (false.into(), "partly".into()));

    let fifo = folder.path().join("pipe");
    let mode = rustix::fs::Mode::RUSR | rustix::fs::Mode::WUSR;
    rustix::fs::mknodat(rustix::fs::CWD, &fifo, rustix::fs::FileType::Fifo, mode, 0).unwrap();
    let mut command = gimlet();
    command.args(["hunt", "--ledger"]).args([&ledger, &fifo]);
    let output = interrupted(command, |_| {});
    assert_eq!(output.status.code(), Some(130));
    assert_eq!(complete(), (false.into(), "not opened".into()));
    assert!(text(&output.stderr).contains("stopped before it was read"));
}

#[test]
fn a_matching_event_without_a_usable_time_is_told_when_a_span_leaves_it_out() {
    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join("log.xml");
    let events = text(&made::exports::events_on_one_line(&made::intrusion_events(
        Log::Sysmon,
    )));
    std::fs::write(&log, events.replace("SystemTime='2022", "SystemTime='1985")).unwrap();
    let said = |more: &[&str]| {
        let output = gimlet().arg("hunt").args(more).arg(&log).output().unwrap();
        (text(&output.stdout).lines().count(), text(&output.stderr))
    };
    let (rows, lines) = said(&[]);
    assert_eq!(rows, 3, "{lines}");
    assert!(!lines.contains("usable time"), "{lines}");
    for bound in ["--since=1970-01-01", "--until=2100-01-01"] {
        let (rows, lines) = said(&[bound]);
        assert_eq!(rows, 0);
        assert!(
            lines.contains("3 matching events without a usable time, left out by"),
            "{lines}"
        );
    }
}
