//! Searches inside of a rule's search over evidence, of the same dataset and of another one, and
//! searches of raw events; in one pass or two, on the fast path or not, the rows are the same.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "what goes wrong here must fail the test"
)]

use gimlet::cim::{Models, Sources};
use gimlet::event::Zone;
use gimlet::worker::hunt::{HuntOptions, Hunted, Pass, hunt, hunt_again};
use gimlet::worker::rule::{Rule, RuleFiles};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

/// A Sysmon event as a Windows log exports it.
fn event(id: u32, record: u32, data: &[(&str, &str)]) -> String {
    let mut text = format!(
        "<Event xmlns=\"http://schemas.microsoft.com/win/2004/08/events/event\"><System>\
         <Provider Name=\"Microsoft-Windows-Sysmon\"/><EventID>{id}</EventID><Version>5</Version>\
         <Keywords>0x8000000000000000</Keywords>\
         <TimeCreated SystemTime=\"2024-05-01T10:00:{record:02}.0000000Z\"/>\
         <EventRecordID>{record}</EventRecordID>\
         <Channel>Microsoft-Windows-Sysmon/Operational</Channel>\
         <Computer>ws.example.test</Computer></System><EventData>"
    );
    for (name, value) in data {
        let _ = write!(text, "<Data Name=\"{name}\">{value}</Data>");
    }
    text + "</EventData></Event>\n"
}

fn guid(number: u32) -> String {
    format!("{{11111111-F212-5F7E-E400-{number:012}}}")
}

fn process(record: u32, number: u32, image: &str, line: &str) -> String {
    let guid = guid(number);
    let image = format!("C:\\Windows\\System32\\{image}");
    let time = format!("2024-05-01 10:00:{record:02}.000");
    let data = [
        ("UtcTime", time.as_str()),
        ("ProcessGuid", &guid),
        ("ProcessId", "44"),
        ("Image", &image),
        ("CommandLine", line),
        ("User", "EXAMPLE\\alice"),
        ("IntegrityLevel", "High"),
        ("ParentImage", "C:\\Windows\\explorer.exe"),
        ("ParentCommandLine", "explorer.exe"),
    ];
    event(1, record, &data)
}

fn file(record: u32, number: u32, path: &str) -> String {
    let guid = guid(number);
    let time = format!("2024-05-01 10:00:{record:02}.000");
    let data = [
        ("UtcTime", time.as_str()),
        ("ProcessGuid", &guid),
        ("ProcessId", "44"),
        ("Image", "C:\\Windows\\System32\\certutil.exe"),
        ("TargetFilename", path),
        ("CreationUtcTime", &time),
        ("User", "EXAMPLE\\alice"),
    ];
    event(11, record, &data)
}

/// Two logs: processes that write files, and much that is of no matter.
fn evidence(folder: &Path) -> Vec<PathBuf> {
    let mut one = String::new();
    one += &file(1, 1, "C:\\Users\\alice\\first.dll");
    one += &process(
        2,
        1,
        "certutil.exe",
        "certutil -urlcache http://x.example/a.dll",
    );
    one += &process(3, 2, "certutil.exe", "certutil -hashfile a");
    one += &process(4, 3, "whoami.exe", "whoami /all");
    let mut two = String::new();
    two += &file(5, 2, "C:\\Users\\alice\\plain.txt");
    two += &file(6, 3, "C:\\Users\\alice\\other.dll");
    two += &process(
        7,
        4,
        "certutil.exe",
        "certutil -urlcache http://x.example/b.dll",
    );
    two += &process(8, 5, "notepad.exe", "notepad");
    let paths = [("one.xml", one), ("two.xml", two)].map(|(name, text)| {
        let path = folder.join(name);
        std::fs::write(&path, text).unwrap();
        path
    });
    paths.to_vec()
}

fn rule(folder: &Path, search: &str) -> Result<Rule, String> {
    let path = folder.join("rule.yml");
    std::fs::write(&path, format!("name: R\nsearch: '{search}'\n")).unwrap();
    let files = RuleFiles {
        rule: Some(path),
        ..RuleFiles::default()
    };
    let models = Models::built_in().unwrap();
    Rule::load(&files, &models, Zone::UTC).map_err(|error| error.0)
}

fn rows(hunted: &Hunted) -> Vec<String> {
    let table = &hunted.findings.table;
    let rows = table.rows.iter().map(|row| {
        let cells = row.cells.iter().map(|cell| {
            let text = cell.as_ref().map(|value| value.as_text().into_owned());
            text.unwrap_or_else(|| "-".to_owned())
        });
        let cells: Vec<String> = cells.collect();
        let events = row.events.iter().map(|place| {
            let event = &hunted.findings.events[*place as usize];
            format!("{}:{}", event.source, event.record_id.unwrap())
        });
        let events: Vec<String> = events.collect();
        format!("{} <{}>", cells.join("|"), events.join(" "))
    });
    rows.collect()
}

/// The rows, which are the same in every way of reading.
fn found(search: &str) -> Vec<String> {
    let folder = tempfile::tempdir().unwrap();
    let paths = evidence(folder.path());
    let rule = rule(folder.path(), search).unwrap();
    let sources = Sources::built_in(&Models::built_in().unwrap()).unwrap();
    let options = |pass: Pass, no_prefilter: bool| HuntOptions {
        paths: paths.clone(),
        pass,
        no_prefilter,
        ..HuntOptions::default()
    };
    let fast = options(Pass::Rows, false);
    let first = hunt(&rule, &sources, &fast, &mut ());
    let expected = rows(&first);
    for (pass, no_prefilter) in [
        (Pass::Counted, false),
        (Pass::Everything, false),
        (Pass::Rows, true),
    ] {
        let whole = hunt(&rule, &sources, &options(pass, no_prefilter), &mut ());
        assert_eq!(rows(&whole), expected, "{pass:?}");
        whole.loaded.ledger.check().unwrap();
    }
    let everything = HuntOptions {
        index: true,
        ..options(Pass::Everything, false)
    };
    let earlier = (everything.inputs(), &first);
    let again = hunt_again(&rule, &sources, &everything, earlier, &mut ());
    assert_eq!(rows(&again), expected);
    assert!(again.findings.has_rows_of(&first.findings));
    expected
}

#[test]
fn files_of_processes_are_joined_with_them() {
    let search = "| tstats count from datamodel=Endpoint.Processes where \
                  Processes.process_name=certutil.exe by Processes.process_guid Processes.process \
                  | rename Processes.* as * | join process_guid [| tstats count as files from \
                  datamodel=Endpoint.Filesystem where Filesystem.file_name=*.dll \
                  by Filesystem.process_guid Filesystem.file_name | rename Filesystem.* as *]";
    assert_eq!(
        found(search),
        [format!(
            "{}|certutil -urlcache http://x.example/a.dll|1|first.dll|1 <Sysmon 1:2 Sysmon 11:1>",
            guid(1)
        )]
    );
}

#[test]
fn a_search_of_the_same_dataset_brings_its_own_rows() {
    let search = "| tstats count from datamodel=Endpoint.Processes where \
                  Processes.process_name=whoami.exe by Processes.user Processes.process_name \
                  | append [| tstats count from datamodel=Endpoint.Processes where \
                  Processes.process=\"*urlcache*\" by Processes.user Processes.process_name]";
    assert_eq!(
        found(search),
        [
            "alice|whoami.exe|1 <Sysmon 1:4>",
            "alice|certutil.exe|2 <Sysmon 1:2 Sysmon 1:7>"
        ]
    );
}

#[test]
fn what_a_search_in_the_where_finds_is_asked_for() {
    let search = "| tstats count from datamodel=Endpoint.Processes where \
                  Processes.process_name=certutil.exe [| tstats count from \
                  datamodel=Endpoint.Filesystem where Filesystem.file_name=*.dll \
                  by Filesystem.process_guid | rename Filesystem.process_guid as \
                  Processes.process_guid | fields Processes.process_guid] by Processes.process";
    assert_eq!(
        found(search),
        ["certutil -urlcache http://x.example/a.dll|1 <Sysmon 1:2>"]
    );
}

#[test]
fn raw_events_are_searched_by_their_own_fields() {
    let search = "`sysmon` EventCode=11 TargetFilename=\"*\\\\alice\\\\*.dll\" \
                  | stats count min(_time) as firstTime by dest, user, process_name, TargetFilename \
                  | `security_content_ctime(firstTime)`";
    assert_eq!(
        found(search),
        [
            "ws.example.test|alice|certutil.exe|C:\\Users\\alice\\first.dll|1|2024-05-01T10:00:01 \
             <Sysmon:1>",
            "ws.example.test|alice|certutil.exe|C:\\Users\\alice\\other.dll|1|2024-05-01T10:00:06 \
             <Sysmon:6>"
        ]
    );
    // A word stands anywhere in the event; what has no value is null.
    let search = "source=\"XmlWinEventLog:Microsoft-Windows-Sysmon/Operational\" whoami NOT Nothing=* \
                  | table EventCode CommandLine Nothing host sourcetype";
    assert_eq!(
        found(search),
        ["1|whoami /all|-|ws.example.test|XmlWinEventLog <Sysmon:4>"]
    );
}

#[test]
fn raw_events_are_joined_and_go_through_all_commands() {
    let search = "`sysmon` EventCode=1 Image=*certutil.exe | rex field=CommandLine \
                  \"(?<url>https?://\\S+)\" | where isnotnull(url) | join ProcessGuid \
                  [search `sysmon` EventCode=11 | stats values(TargetFilename) as files by ProcessGuid] \
                  | transaction user maxspan=1h | table user url files eventcount duration";
    assert_eq!(
        found(search),
        [
            "alice|http://x.example/a.dll|C:\\Users\\alice\\first.dll|1|0 \
             <Sysmon:1 Sysmon:2>"
        ]
    );
    let search = "| tstats count from datamodel=Endpoint.Processes where \
                  Processes.process_name=whoami.exe by Processes.process_guid Processes.process \
                  | rename Processes.process_guid as ProcessGuid | join ProcessGuid \
                  [search EventCode=11 TargetFilename=*.dll | fields ProcessGuid TargetFilename]";
    assert_eq!(
        found(search),
        [format!(
            "{}|whoami /all|1|1714557606|C:\\Users\\alice\\other.dll <Sysmon 1:4 Sysmon:6>",
            guid(3)
        )]
    );
}

#[test]
fn a_search_is_run_for_each_row() {
    let search = "| tstats count from datamodel=Endpoint.Processes where \
                  Processes.process=\"*urlcache*\" by Processes.process_guid \
                  | rename Processes.* as * | map maxsearches=5 search=\"search `sysmon` EventCode=11 \
                  ProcessGuid=\\\"$process_guid$\\\" | table TargetFilename\"";
    assert_eq!(found(search), ["C:\\Users\\alice\\first.dll <Sysmon:1>"]);
}

#[test]
fn raw_events_that_are_not_read_are_told() {
    let folder = tempfile::tempdir().unwrap();
    let refused = |search: &str| rule(folder.path(), search).unwrap_err();
    let told = refused("sourcetype=\"aws:cloudtrail\" eventName=x | stats count by user");
    assert!(told.contains("SPL-RAW"), "{told}");
    assert!(told.contains("Windows event logs"), "{told}");
}

#[test]
fn what_is_read_twice_must_be_there_twice() {
    let folder = tempfile::tempdir().unwrap();
    let search = "| tstats count from datamodel=Endpoint.Processes by Processes.dest \
                  | append [| tstats count from datamodel=Endpoint.Filesystem by Filesystem.dest]";
    let rule = rule(folder.path(), search).unwrap();
    let stream = HuntOptions {
        paths: vec![PathBuf::from("-")],
        ..HuntOptions::default()
    };
    let refused = rule.refused_evidence(&stream).unwrap();
    assert!(refused.contains("'Endpoint.Filesystem'"), "{refused}");
    assert!(refused.contains("save it to a file"), "{refused}");
    let file = HuntOptions {
        paths: vec![folder.path().join("rule.yml")],
        ..HuntOptions::default()
    };
    assert_eq!(rule.refused_evidence(&file), None);
}

#[test]
fn what_no_hunt_can_give_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let refused = |search: &str| rule(folder.path(), search).unwrap_err();
    assert!(refused("| makeresults").contains("reads no evidence"));
    let risk = "| tstats count from datamodel=Endpoint.Processes by Processes.dest \
                | append [| from datamodel Risk.All_Risk]";
    assert!(refused(risk).contains("'Risk.All_Risk'"));
}
