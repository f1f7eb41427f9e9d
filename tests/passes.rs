//! One pass over the evidence or two, in whichever order its files are read: the rows, the events
//! behind them and the accounting are the same.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "what goes wrong here must fail the test"
)]

use gimlet::cim::{Models, Sources};
use gimlet::event::{Timestamp, Zone};
use gimlet::headless::demo;
use gimlet::store::{Findings, KnownBy, Lineage};
use gimlet::worker::hunt::{HuntOptions, Hunted, Pass, hunt, hunt_again};
use gimlet::worker::rule::{Rule, RuleFiles};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

fn tables() -> (Rule, Sources) {
    let models = Models::built_in().unwrap();
    let rule = Rule::load(&RuleFiles::default(), &models, Zone::UTC).unwrap();
    (rule, Sources::built_in(&models).unwrap())
}

/// The rule with another condition.
fn rule_with(condition: &str) -> Rule {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("rule.yml");
    let search = format!(
        "| tstats count from datamodel=Endpoint.Processes where {condition} by Processes.dest \
         Processes.process Processes.user_id"
    );
    std::fs::write(&path, format!("name: R\nsearch: '{search}'\n")).unwrap();
    let files = RuleFiles {
        rule: Some(path),
        macros: Vec::new(),
    };
    Rule::load(&files, &Models::built_in().unwrap(), Zone::UTC).unwrap()
}

fn everything() -> HuntOptions {
    HuntOptions {
        pass: Pass::Everything,
        index: true,
        ..HuntOptions::default()
    }
}

fn ledger(hunted: &Hunted) -> serde_json::Value {
    hunted.loaded.ledger.check().unwrap();
    serde_json::to_value(&hunted.loaded.ledger).unwrap()
}

/// Whether all that a person is told is the same.
fn assert_same(one: &Hunted, other: &Hunted) {
    assert!(one.findings.has_rows_of(&other.findings));
    assert_eq!(one.findings.events, other.findings.events);
    assert_eq!(one.members, other.members);
    assert_eq!(ledger(one), ledger(other));
    let figures = |hunted: &Hunted| {
        let loaded = &hunted.loaded;
        (
            (loaded.tested, loaded.tested_with_command_line),
            (loaded.span, loaded.without_time),
            loaded.stages.clone(),
        )
    };
    assert_eq!(figures(one), figures(other));
}

/// The demo once more, with one of its files first, then with each other one.
#[test]
fn the_order_of_reading_changes_nothing() {
    let (rule, sources) = tables();
    let options = HuntOptions {
        built_in: demo::EVIDENCE,
        ..everything()
    };
    let first = hunt(&rule, &sources, &options, &mut ());
    assert_eq!(first.findings.findings.len(), 262);
    let files: BTreeSet<&Path> = first.members.iter().map(|m| &*m.path).collect();
    assert!(files.len() > 15);
    for file in files {
        let in_file =
            |place: &gimlet::event::Locator| first.members[place.source.0 as usize].path == file;
        let events = first.findings.events.iter();
        let events =
            events.filter(|event| in_file(&event.locator) && event.also_in.iter().all(in_file));
        let found = Findings::new(first.findings.table.clone(), events.cloned().collect());
        let earlier = Hunted {
            findings: Arc::new(found),
            ..first.clone()
        };
        let earlier = (options.inputs(), &earlier);
        let again = hunt_again(&rule, &sources, &options, earlier, &mut ());
        assert_same(&first, &again);
        assert_eq!(first.loaded.clause_counts, again.loaded.clause_counts);
    }
}

/// `now()` is the end of the evidence, however it is read, or what a person gave.
#[test]
fn now_is_the_end_of_the_evidence_or_what_was_given() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("rule.yml");
    let search = "| tstats max(_time) as t from datamodel=Endpoint.Processes \
                  where Processes.process_name=msiexec.exe by Processes.dest | eval now=now()";
    std::fs::write(&path, format!("name: R\nsearch: '{search}'\n")).unwrap();
    let files = RuleFiles {
        rule: Some(path),
        macros: Vec::new(),
    };
    let (_, sources) = tables();
    let rule = Rule::load(&files, &Models::built_in().unwrap(), Zone::UTC).unwrap();
    let now = |pass: Pass, given: Option<Timestamp>| {
        let options = HuntOptions {
            built_in: demo::EVIDENCE,
            pass,
            now: given,
            ..HuntOptions::default()
        };
        let hunted = hunt(&rule, &sources, &options, &mut ());
        let table = &hunted.findings.table;
        let cells = table.rows.iter().map(|row| table.cell(row, "now").cloned());
        let cells: BTreeSet<_> = cells
            .map(|cell| cell.unwrap().as_text().into_owned())
            .collect();
        let said = hunted.loaded.now.unwrap();
        assert_eq!(cells, BTreeSet::from([said.seconds().to_string()]));
        let (_, last) = hunted.loaded.span.unwrap();
        assert!(given.is_some() || last <= said, "{pass:?}");
        said
    };
    let end = now(Pass::Everything, None);
    assert_eq!(now(Pass::Rows, None), end);
    assert_eq!(now(Pass::Counted, None), end);
    let given = Timestamp::from_seconds(1_700_000_000);
    assert_eq!(Some(now(Pass::Rows, given)), given);
}

/// Rows of the demo whose parent was seen starting have a grandparent, those of the intrusion the
/// portal's Java.
#[test]
fn a_row_tells_who_started_its_parent() {
    let (rule, sources) = tables();
    let options = HuntOptions {
        built_in: demo::EVIDENCE,
        ..everything()
    };
    let hunted = hunt(&rule, &sources, &options, &mut ());
    let store = hunted.store.as_ref().unwrap();
    assert_eq!(
        store.len() as u64,
        hunted.loaded.ledger.totals.creations - hunted.loaded.ledger.totals.duplicates
    );
    let complete = Lineage::new(store).complete(&hunted.findings).unwrap();
    let told = |letter: char, line: &str| {
        let mut events = complete
            .events
            .iter()
            .filter(|event| event.letter == letter);
        let event = events
            .find(|event| {
                let recorded = event.command_line.as_deref().unwrap_or("");
                recorded.contains(line)
            })
            .unwrap();
        let told = event.grandparent.as_ref();
        told.map(|told| (told.name.to_string(), told.by))
    };
    let java = |by| Some(("java.exe".to_owned(), by));
    assert_eq!(told('S', "/nv.msi"), java(KnownBy::ProcessGuid));
    assert_eq!(told('4', "/nv.msi"), java(KnownBy::ProcessId));
    let of_falcon = told('C', "T1218.007_JScript.msi");
    let powershell = ("powershell.exe".to_owned(), KnownBy::ProcessGuid);
    assert_eq!(of_falcon, Some(powershell));
    // What started before the log began is not known.
    assert_eq!(told('S', "updates.northwind.example"), None);
}

/// A 4688 of which two carriers tell: the identity leaves `System/Security` out.
fn copy(user: &str, second: u32) -> String {
    format!(
        "<Event xmlns='http://schemas.microsoft.com/win/2004/08/events/event'><System>\
         <Provider Name='Microsoft-Windows-Security-Auditing'/><EventID>4688</EventID>\
         <TimeCreated SystemTime='2022-06-14T02:11:{second:02}Z'/><Channel>Security</Channel>\
         <Computer>web-02</Computer><Security{user}/></System><EventData>\
         <Data Name='NewProcessId'>0x{second}</Data><Data Name='NewProcessName'>C:\\a.exe</Data>\
         <Data Name='CommandLine'>a.exe {second}</Data></EventData></Event>\n"
    )
}

fn written(folder: &Path, files: &[(&str, String)]) -> Vec<PathBuf> {
    for (name, text) in files {
        std::fs::write(folder.join(name), text).unwrap();
    }
    vec![folder.to_owned()]
}

#[test]
fn the_first_copy_that_passes_is_kept() {
    let (_, sources) = tables();
    let rule = rule_with("Processes.user_id=S-1-5-18");
    let folder = tempfile::tempdir().unwrap();
    let system = " UserID='S-1-5-18'";
    let files = [
        ("a.xml", copy("", 1) + &copy("", 2)),
        ("b.xml", copy(system, 1) + &copy("", 3)),
        ("c.xml", copy("", 1) + &copy(system, 2) + &copy(system, 3)),
        ("d.xml", copy(system, 1) + &copy("", 2)),
    ];
    let options = HuntOptions {
        paths: written(folder.path(), &files),
        ..everything()
    };
    let hunted = hunt(&rule, &sources, &options, &mut ());
    let kept = hunted.findings.events.iter().map(|event| {
        let copies = event.also_in.iter().map(|copy| copy.source.0);
        (
            event.command_line.as_deref().unwrap_or("").to_owned(),
            event.locator.source.0,
            copies.collect::<Vec<_>>(),
        )
    });
    let expected = [
        ("a.exe 1", 1, vec![3]),
        ("a.exe 2", 2, vec![]),
        ("a.exe 3", 2, vec![]),
    ];
    let expected = expected.map(|(line, file, copies)| (line.to_owned(), file, copies));
    assert_eq!(kept.collect::<Vec<_>>(), expected);
    let totals = &hunted.loaded.ledger.totals;
    assert_eq!((totals.creations, totals.duplicates), (9, 6));
    assert_eq!(hunted.loaded.tested, 3);
    let duplicates = hunted
        .loaded
        .ledger
        .files
        .iter()
        .map(|file| file.duplicates);
    assert_eq!(duplicates.collect::<Vec<_>>(), [0, 1, 3, 2]);
    // The files with rows (all but the first) before it: the same.
    let earlier = (options.inputs(), &hunted);
    let again = hunt_again(&rule, &sources, &options, earlier, &mut ());
    assert_same(&hunted, &again);
}

#[test]
fn a_second_pass_that_is_stopped_names_what_it_left() {
    struct Stop<'a>(&'a HuntOptions);
    impl gimlet::worker::hunt::Observer for Stop<'_> {
        fn advance(
            &mut self,
            progress: &gimlet::worker::Progress,
            _: &gimlet::worker::hunt::Hunt<'_>,
        ) {
            if progress.files_done > 0 {
                self.0
                    .cancel
                    .store(true, std::sync::atomic::Ordering::Relaxed);
            }
        }
    }
    let (_, sources) = tables();
    let rule = rule_with("Processes.user_id=S-1-5-18");
    let folder = tempfile::tempdir().unwrap();
    let files = [
        ("a.xml", copy("", 1)),
        ("b.xml", copy(" UserID='S-1-5-18'", 1)),
    ];
    let options = HuntOptions {
        paths: written(folder.path(), &files),
        ..everything()
    };
    let hunted = hunt(&rule, &sources, &options, &mut ());
    let earlier = (options.inputs(), &hunted);
    let again = hunt_again(&rule, &sources, &options, earlier, &mut Stop(&options));
    let ledger = &again.loaded.ledger;
    assert!(!ledger.complete);
    let told = ledger.files.iter().map(|file| {
        let name = file.path.rsplit('/').next().unwrap();
        (name, file.records, file.hint.as_deref().unwrap_or(""))
    });
    let expected = [("a.xml", 0, "stopped before it was read"), ("b.xml", 1, "")];
    assert_eq!(told.collect::<Vec<_>>(), expected);
}
