//! From file to screen: the real worker reads real forms of evidence, and the screen shows them.

#![allow(
    clippy::unwrap_used,
    clippy::print_stderr,
    reason = "what goes wrong here must fail the test"
)]

mod common;
mod made;

use common::Desk;
use gimlet::cim::{Models, Sources};
use gimlet::event::Zone;
use gimlet::worker::hunt::HuntOptions;
use gimlet::worker::rule::{Rule, RuleFiles};
use gimlet::worker::threads::{Engine, Passes};
use made::generator::story::Log;
use std::path::{Path, PathBuf};

fn open(paths: &[PathBuf]) -> Desk {
    Desk::on(engine(paths), 160, 45)
}

fn engine(paths: &[PathBuf]) -> Engine {
    let models = Models::built_in().unwrap();
    Engine {
        rule: Rule::load(&RuleFiles::default(), &models, Zone::UTC).unwrap(),
        sources: Sources::built_in(&models).unwrap(),
        options: HuntOptions {
            paths: paths.to_vec(),
            ..HuntOptions::default()
        },
        imported: Vec::new(),
    }
}

/// A real log, where they are at hand.
fn real(name: &str) -> Option<PathBuf> {
    let root = std::env::var_os("GIMLET_SHARED").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared"),
        PathBuf::from,
    );
    let path = root.join("data").join(name);
    if !path.exists() {
        eprintln!("skipped: no real log at '{}'", path.display());
        return None;
    }
    Some(path)
}

/// Types the keys, waits for what they ask, and finds all the texts on the screen.
fn shows(desk: &mut Desk, keys: &str, texts: &[&str]) {
    desk.keys(keys);
    desk.settle();
    let screen = desk.screen();
    for text in texts {
        assert!(
            screen.contains(text),
            "no '{text}' after '{keys}':\n{screen}"
        );
    }
}

#[test]
fn the_nvm_line_goes_from_file_to_screen() {
    let name = "cisco-nvm/splunk+security_content__cisco_nvm_flowdata_v1__nvzFlow_v9_syslog_kv.log";
    let Some(path) = real(name) else { return };
    let mut desk = open(&[path]);
    shows(
        &mut desk,
        "",
        &[
            "1 row · 1 event",
            "140.82.112.3",
            "EC2AMAZ-E56LIG5",
            "github.com",
        ],
    );
    shows(&mut desk, "<enter>]e", &["parg", "ours"]);
    shows(&mut desk, "]", &["fv=\"nvzFlow_v9\""]);
    shows(
        &mut desk,
        "2",
        &[
            "View the detection results for - \"EC2AMAZ-E56LIG5\\Administrator\"",
            "1 row",
        ],
    );
    shows(
        &mut desk,
        "3",
        &["2 rows", "from 1 rule and 0 imported risk events"],
    );
}

#[test]
fn the_flat_sysmon_events_go_from_file_to_screen() {
    let Some(path) = real("sysmon-json/endgameinc+eqllib__sysmon-rta.json.gz") else {
        return;
    };
    let mut desk = open(&[path]);
    shows(
        &mut desk,
        "",
        &[
            "2 rows · 2 events",
            "python.exe",
            "192.168.162.135",
            "/bin/Installer.msi",
        ],
    );
    shows(&mut desk, "", &["known by its shape"]);
    shows(&mut desk, "<enter>]]", &["ProcessGuid"]);
}

#[test]
fn a_utf_16_export_goes_from_file_to_screen() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("export.xml");
    let events = made::intrusion_events(Log::Sysmon);
    std::fs::write(&path, made::exports::utf16_wevtutil(&events)).unwrap();
    let mut desk = open(std::slice::from_ref(&path));
    shows(
        &mut desk,
        "",
        &[
            "3 rows · 3 events",
            "web-02.corp.example",
            "/nv.msi",
            "package",
        ],
    );
    shows(
        &mut desk,
        "<enter>]e",
        &["CommandLine", "original_file_name"],
    );
    shows(&mut desk, "]", &["<Event xmlns="]);
    // What has changed under us is said, not shown as if it were the same.
    std::fs::write(&path, b"something else").unwrap();
    shows(&mut desk, "<esc><esc>j", &["has changed since it was read"]);
}

#[test]
fn nothing_found_says_what_it_rests_on() {
    let folder = tempfile::tempdir().unwrap();
    let events: Vec<_> = made::intrusion_events(Log::Sysmon)
        .into_iter()
        .filter(|event| !format!("{event:?}").contains("http://"))
        .collect();
    let lines = made::exports::events_on_one_line(&events);
    std::fs::write(folder.path().join("log.xml"), lines).unwrap();
    let mut desk = open(&[folder.path().to_owned()]);
    shows(&mut desk, "", &["No rows", "1 of 1 hosts", "0"]);
    shows(&mut desk, "5", &["web-02.corp.example"]);
}

/// The rows, their order, the ledger: whatever can be seen is the same after one pass and after two.
#[test]
fn one_pass_or_two_end_on_the_same_screen() {
    let screens = [Passes::One, Passes::Two].map(|passes| {
        let mut engine = engine(&[made::fixture("atomic")]);
        let export = std::fs::read(made::fixture("atomic/risk/risk-index-export.ndjson")).unwrap();
        engine.imported = gimlet::risk::import(&export, 0, Zone::UTC).unwrap().events;
        let mut desk = Desk::on_in(passes, engine, 160, 45);
        // From the first line on: how far a list is scrolled depends on how its rows came in.
        let tour = [
            "g",
            "/nv.msi<enter>",
            "<enter>]",
            "]",
            "2",
            "3",
            "5",
            "jjjj",
            "1u",
        ];
        tour.map(|keys| {
            desk.keys(keys);
            desk.settle();
            desk.screen()
        })
    });
    let [one, two] = &screens;
    for (one, two) in one.iter().zip(two) {
        assert_eq!(one, two);
    }
    let chain = "java.exe ▸ cmd.exe ▸ msiexec.exe";
    assert!(one[1].contains(chain), "{}", one[1]);
    assert!(one[0].contains("262 rows"), "{}", one[0]);
}

/// A group's risk is that of its entity: the rows' and the imported risk events', as the drilldown
/// over all time has it.
#[test]
fn the_risk_of_a_group_is_that_of_the_drilldown() {
    let mut engine = engine(&[made::fixture("atomic/win-dc-447")]);
    let export = std::fs::read(made::fixture("atomic/risk/risk-index-export.ndjson")).unwrap();
    engine.imported = gimlet::risk::import(&export, 0, Zone::UTC).unwrap().events;
    let mut desk = Desk::on(engine, 160, 45);
    shows(
        &mut desk,
        "b/Administrator<enter>",
        &["user ▸ dest", "risk "],
    );
    let screen = desk.screen();
    let line = screen.lines().find(|line| line.contains("risk ")).unwrap();
    let risk = line
        .split("risk ")
        .nth(1)
        .unwrap()
        .split_whitespace()
        .next()
        .unwrap()
        .to_owned();
    // 'w' widens the seven days to everything.
    shows(
        &mut desk,
        "3w",
        &["View risk events", &format!("{risk} │ Administrator")],
    );
}
