//! Rules over the datasets beside process creations, from a log as Windows writes it to rows: who,
//! where, what; and what is told and kept beside the rows.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::format_push_string,
    clippy::too_many_lines,
    reason = "what goes wrong here must fail the test"
)]

mod common;

use gimlet::cim::{Models, Sources};
use gimlet::event::Zone;
use gimlet::store::KnownBy;
use gimlet::worker::details::fields;
use gimlet::worker::hunt::{HuntOptions, Hunted, Pass, hunt};
use gimlet::worker::rule::{Rule, RuleFiles};
use gimlet::worker::threads::Engine;
use std::path::{Path, PathBuf};

const SYSMON: &str = "Microsoft-Windows-Sysmon";
const SECURITY: &str = "Microsoft-Windows-Security-Auditing";

/// An event with a time a second after the one before.
fn event(log: &mut String, provider: &str, id: u32, data: &[(&str, &str)]) {
    let number = log.lines().count();
    let data: String = data.iter().fold(String::new(), |all, (name, value)| {
        all + &format!("<Data Name='{name}'>{value}</Data>")
    });
    let channel = if provider == SYSMON {
        "Microsoft-Windows-Sysmon/Operational"
    } else {
        "Security"
    };
    *log += &format!(
        "<Event xmlns='http://schemas.microsoft.com/win/2004/08/events/event'><System><Provider \
         Name='{provider}'/><EventID>{id}</EventID><Keywords>0x8020000000000000</Keywords><TimeCreated \
         SystemTime='2024-05-01T10:00:{number:02}.000Z'/><EventRecordID>{number}</EventRecordID><Channel>\
         {channel}</Channel><Computer>ws-04.example.test</Computer></System><EventData>{data}</EventData>\
         </Event>\n"
    );
}

const GUID: &str = "{11111111-0001-0001-0000-000000000001}";

fn log(folder: &Path) -> PathBuf {
    let mut log = String::new();
    let by = |image| {
        vec![
            ("UtcTime", "2024-05-01 10:00:00.000"),
            ("ProcessGuid", GUID),
            ("ProcessId", "2296"),
            ("Image", image),
            ("User", r"EXAMPLE\alice"),
        ]
    };
    let with = |more: &[(&'static str, &'static str)]| {
        let mut data = by(r"C:\Temp\tool.exe");
        data.extend_from_slice(more);
        data
    };
    let line = r#"tool.exe "-run""#;
    event(
        &mut log,
        SYSMON,
        1,
        &with(&[("CommandLine", line), ("ParentImage", r"C:\a\cmd.exe")]),
    );
    let run = r"HKU\S-1-5-21-1\Software\Microsoft\Windows\CurrentVersion\Run\tool";
    let set = [
        ("EventType", "SetValue"),
        ("TargetObject", run),
        ("Details", r"C:\Temp\tool.exe"),
    ];
    event(&mut log, SYSMON, 13, &with(&set));
    // A second copy of it.
    let copy = log.lines().last().unwrap().to_owned() + "\n";
    log += &copy;
    let key = [
        ("EventType", "CreateKey"),
        ("TargetObject", r"HKLM\SOFTWARE\Example"),
    ];
    event(&mut log, SYSMON, 12, &with(&key));
    let file = [
        ("TargetFilename", r"C:\Temp\x.ps1"),
        ("CreationUtcTime", "2024-05-01 10:00:00.000"),
    ];
    event(&mut log, SYSMON, 11, &with(&file));
    event(
        &mut log,
        SYSMON,
        26,
        &with(&[("TargetFilename", r"C:\Temp\x.ps1"), ("Hashes", "MD5=00")]),
    );
    let connection = [
        ("Protocol", "tcp"),
        ("Initiated", "true"),
        ("SourceIp", "10.0.1.14"),
        ("DestinationIp", "192.0.2.77"),
        ("DestinationPort", "443"),
    ];
    event(&mut log, SYSMON, 3, &with(&connection));
    event(
        &mut log,
        SYSMON,
        22,
        &with(&[("QueryName", "dl.example.test"), ("QueryStatus", "0")]),
    );
    let logon = |user| {
        [
            ("TargetUserName", user),
            ("LogonType", "3"),
            ("LogonProcessName", "NtLmSsp"),
            ("IpAddress", "10.0.1.99"),
            ("WorkstationName", "-"),
        ]
    };
    event(&mut log, SECURITY, 4624, &logon("bob"));
    event(&mut log, SECURITY, 4624, &logon("WS-04$"));
    event(&mut log, SECURITY, 4625, &logon("carol"));
    event(
        &mut log,
        SECURITY,
        4720,
        &[("TargetUserName", "svc"), ("SubjectUserName", "bob")],
    );
    let service = [
        ("SubjectUserName", "bob"),
        ("ServiceName", "PSEXESVC"),
        ("ServiceFileName", r"%SystemRoot%\PSEXESVC.exe"),
        ("ServiceStartType", "3"),
    ];
    event(&mut log, SECURITY, 4697, &service);
    let path = folder.join("events.xml");
    std::fs::write(&path, log).unwrap();
    path
}

struct Desk {
    _folder: tempfile::TempDir,
    log: PathBuf,
    sources: Sources,
}

impl Desk {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        Self {
            log: log(folder.path()),
            sources: Sources::built_in(&Models::built_in().unwrap()).unwrap(),
            _folder: folder,
        }
    }

    fn rule(&self, search: &str) -> Rule {
        let path = self.log.with_file_name("rule.yml");
        let search = search.replace('\'', "''");
        std::fs::write(&path, format!("name: R\nsearch: '{search}'\n")).unwrap();
        let files = RuleFiles {
            rule: Some(path),
            macros: Vec::new(),
        };
        Rule::load(&files, &Models::built_in().unwrap(), Zone::UTC).unwrap()
    }

    /// The screen after the hunt.
    fn screen(&self, search: &str, width: u16, height: u16) -> common::Desk {
        let engine = Engine {
            rule: self.rule(search),
            sources: self.sources.clone(),
            options: HuntOptions {
                paths: vec![self.log.clone()],
                ..HuntOptions::default()
            },
            imported: Vec::new(),
        };
        let mut screen = common::Desk::on(engine, width, height);
        screen.settle();
        screen
    }

    fn hunt(&self, rule: &Rule, pass: Pass) -> Hunted {
        let options = HuntOptions {
            paths: vec![self.log.clone()],
            pass,
            index: pass == Pass::Everything,
            ..HuntOptions::default()
        };
        hunt(rule, &self.sources, &options, &mut ())
    }

    /// The rows, cells joined by bars; the same at every pass.
    fn rows(&self, search: &str) -> Vec<String> {
        let rule = self.rule(search);
        let rows = |pass| {
            let hunted = self.hunt(&rule, pass);
            hunted.loaded.ledger.check().unwrap();
            let rows = hunted.findings.table.rows.iter().map(|row| {
                let cells = row.cells.iter().map(|cell| match cell {
                    Some(value) => value.as_text().into_owned(),
                    None => "-".to_owned(),
                });
                cells.collect::<Vec<_>>().join("|")
            });
            rows.collect::<Vec<_>>()
        };
        let whole = rows(Pass::Everything);
        assert_eq!(rows(Pass::Rows), whole, "{search}");
        whole
    }
}

#[test]
fn each_dataset_gives_rows() {
    let desk = Desk::new();
    for (search, rows) in [
        (
            r#"| tstats count from datamodel=Endpoint.Registry where Registry.registry_path="*\\CurrentVersion\\Run\\*" by Registry.dest Registry.user Registry.registry_key_name Registry.registry_value_name Registry.registry_value_data Registry.action"#,
            &[r"ws-04.example.test|alice|Run|tool|C:\Temp\tool.exe|modified|1"][..],
        ),
        (
            "| tstats count from datamodel=Endpoint.Registry where Registry.action=created by Registry.registry_path Registry.registry_value_data",
            &[r"HKLM\SOFTWARE\Example|unknown|1"],
        ),
        (
            r#"| tstats count from datamodel=Endpoint.Filesystem where Filesystem.file_name="*.ps1" by Filesystem.file_path Filesystem.action Filesystem.user Filesystem.process_id"#,
            &[
                r"C:\Temp\x.ps1|created|alice|2296|1",
                r"C:\Temp\x.ps1|deleted|alice|2296|1",
            ],
        ),
        (
            r#"| tstats count from datamodel=Network_Traffic.All_Traffic where All_Traffic.app="*\\tool.exe" by All_Traffic.src All_Traffic.dest All_Traffic.dest_port All_Traffic.direction All_Traffic.transport All_Traffic.user"#,
            &["10.0.1.14|192.0.2.77|443|outbound|tcp|alice|1"],
        ),
        (
            "| tstats count from datamodel=Network_Resolution where nodename=DNS DNS.query=*.example.test by DNS.src DNS.query DNS.answer",
            &["ws-04.example.test|dl.example.test|unknown|1"],
        ),
        (
            "| tstats count from datamodel=Authentication where Authentication.dest=ws-04* by Authentication.user Authentication.src Authentication.action Authentication.app",
            &[
                "bob|10.0.1.99|success|win:remote|1",
                "carol|10.0.1.99|failure|win:remote|1",
            ],
        ),
        (
            "| tstats count from datamodel=Change.All_Changes where All_Changes.result_id=4720 by All_Changes.user All_Changes.src_user All_Changes.action All_Changes.object_category",
            &["svc|bob|created|user|1"],
        ),
        (
            "| tstats count from datamodel=Endpoint.Services where Services.service_name=psexesvc by Services.dest Services.service_path Services.start_mode",
            &[r"ws-04.example.test|%SystemRoot%\PSEXESVC.exe|manual|1"],
        ),
        (
            "| tstats count from datamodel=Endpoint.Ports where Ports.state=listening by Ports.dest",
            &[],
        ),
    ] {
        assert_eq!(desk.rows(search), rows, "{search}");
    }
}

/// Beside the rows of another dataset the store has the process creations, and the accounting is
/// of that dataset's events.
#[test]
fn what_stands_beside_the_rows_of_another_dataset() {
    let desk = Desk::new();
    let rule = desk.rule(
        "| tstats count from datamodel=Endpoint.Registry where Registry.registry_value_name=tool \
         by Registry.registry_path Registry.user",
    );
    let hunted = desk.hunt(&rule, Pass::Everything);
    let ledger = &hunted.loaded.ledger;
    ledger.check().unwrap();
    assert_eq!(ledger.event.full(), "registry change");
    assert_eq!((ledger.totals.creations, ledger.totals.duplicates), (3, 1));
    assert_eq!(hunted.loaded.tested, 2);
    let store = hunted.store.as_ref().unwrap();
    assert_eq!(store.len(), 1, "one process creation");
    let creation = store
        .creation(store.of_host("ws-04.example.test")[0])
        .unwrap();
    assert_eq!(creation.image, Some(r"C:\Temp\tool.exe"));
    // All but that creation and the second copy.
    assert_eq!(store.others_len() as u64, ledger.totals.records - 2);
    let event = &hunted.findings.events[0];
    assert_eq!(event.source.as_ref(), "Sysmon 13");
    assert_eq!(event.also_in.len(), 1);
    assert_eq!(event.account.as_deref(), Some(r"EXAMPLE\alice"));
    assert_eq!(event.command_line, None);
    assert!(
        event
            .grandparent
            .as_ref()
            .is_none_or(|g| g.by != KnownBy::Record)
    );
    let told = fields(&hunted, &rule, &desk.sources, event, Zone::UTC).unwrap();
    assert_eq!(told.model[0].field, "registry_path");
    let key = told
        .model
        .iter()
        .find(|origin| origin.field == "registry_key_name");
    assert_eq!(key.unwrap().value.as_deref(), Some("Run"));
}

/// What `y` copies, and the screen after it.
fn copied(screen: &mut common::Desk) -> (String, String) {
    screen.keys("y");
    (screen.copied().unwrap().to_owned(), screen.screen())
}

#[test]
fn a_row_says_what_it_is_about() {
    let desk = Desk::new();
    let run = r"HKU\S-1-5-21-1\Software\Microsoft\Windows\CurrentVersion\Run\tool";
    let registry = "| tstats count from datamodel=Endpoint.Registry where Registry.action=modified \
                    by Registry.dest Registry.user Registry.registry_value_data \
                    Registry.registry_path _time | rename Registry.* as *";
    for (width, height) in [(160, 45), (80, 24)] {
        let mut screen = desk.screen(registry, width, height);
        let text = screen.screen();
        assert!(text.contains(r"\tool  C:\Temp\tool.exe"), "{text}");
        assert!(
            text.contains("registry_value_data C:\\Temp\\tool.exe"),
            "{text}"
        );
        // The row names no process, the record does.
        assert!(
            !text.contains("▸ tool.exe") && text.contains(" tool.exe "),
            "{text}"
        );
        let (text, screen) = copied(&mut screen);
        assert_eq!(text, run);
        assert!(screen.contains("the registry_path (6"), "{screen}");
    }
    let mut rule = desk.screen(registry, 80, 24);
    rule.keys("4");
    let text = rule.screen();
    // Of a rule without version and techniques nothing stands in their places.
    assert!(text.contains("R · no type · high  "), "{text}");
    let raw = "EventCode=1 | stats count min(_time) as firstTime by Computer User CommandLine | \
                rename Computer as dest, User as user";
    let mut screen = desk.screen(raw, 100, 30);
    let text = screen.screen();
    assert!(text.contains(r#"10:00:00 S tool.exe "-run""#), "{text}");
    assert!(!text.contains("▸ tool.exe"), "no parent is known: {text}");
    let (text, screen) = copied(&mut screen);
    assert_eq!(text, r#"tool.exe "-run""#);
    assert!(screen.contains("the command line (15 "), "{screen}");
}
