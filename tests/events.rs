//! Searches of raw events, from a log to rows: the fields that the add-ons give, free terms, nulls
//! and several values; the same rows at every pass; what is told and kept beside the rows.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::format_push_string,
    clippy::too_many_lines,
    reason = "what goes wrong here must fail the test"
)]

use gimlet::cim::{Models, Sources};
use gimlet::event::Zone;
use gimlet::worker::details::fields;
use gimlet::worker::drilldown::{Over, Tokens};
use gimlet::worker::hunt::{HuntOptions, Hunted, Pass, hunt};
use gimlet::worker::rule::{Rule, RuleFiles};
use std::path::{Path, PathBuf};

const SYSMON: [&str; 2] = [
    "Microsoft-Windows-Sysmon",
    "Microsoft-Windows-Sysmon/Operational",
];
const SECURITY: [&str; 2] = ["Microsoft-Windows-Security-Auditing", "Security"];
const POWERSHELL: [&str; 2] = [
    "Microsoft-Windows-PowerShell",
    "Microsoft-Windows-PowerShell/Operational",
];
const SYSTEM: [&str; 2] = ["Service Control Manager", "System"];

/// An event with a time a second after the one before.
fn event(log: &mut String, [provider, channel]: [&str; 2], id: u32, data: &[(&str, &str)]) {
    let number = log.lines().count();
    let data: String = data.iter().fold(String::new(), |all, (name, value)| {
        all + &format!("<Data Name='{name}'>{value}</Data>")
    });
    *log += &format!(
        "<Event xmlns='http://schemas.microsoft.com/win/2004/08/events/event'><System><Provider \
         Name='{provider}'/><EventID>{id}</EventID><Opcode>15</Opcode><Keywords>0x8020000000000000\
         </Keywords><TimeCreated SystemTime='2024-05-01T10:00:{number:02}.000Z'/><EventRecordID>\
         {number}</EventRecordID><Channel>{channel}</Channel><Computer>ws-04.example.test</Computer>\
         <Security UserID='S-1-5-18'/></System><EventData>{data}</EventData></Event>\n"
    );
}

fn sysmon(log: &mut String, id: u32, more: &[(&'static str, &'static str)]) {
    let mut data = vec![
        ("UtcTime", "2024-05-01 10:00:00.000"),
        ("ProcessGuid", "{11111111-0001-0001-0000-000000000001}"),
        ("ProcessId", "2296"),
        ("Image", r"C:\Temp\tool.exe"),
        ("User", r"EXAMPLE\alice"),
    ];
    data.extend_from_slice(more);
    event(log, SYSMON, id, &data);
}

fn log(folder: &Path) -> PathBuf {
    let mut log = String::new();
    sysmon(&mut log, 1, &[("CommandLine", "tool.exe -run")]);
    let connection = [
        ("Protocol", "tcp"),
        ("SourceIp", "10.0.1.14"),
        ("DestinationIp", "192.0.2.77"),
        ("DestinationPort", "443"),
    ];
    sysmon(&mut log, 3, &connection);
    let image = [
        ("ImageLoaded", r"C:\Temp\helper.dll"),
        ("Hashes", "SHA1=aa,IMPHASH=bb"),
        ("Signed", "false"),
    ];
    sysmon(&mut log, 7, &image);
    let access = [
        ("SourceImage", r"C:\Temp\tool.exe"),
        ("TargetImage", r"C:\Windows\system32\lsass.exe"),
        ("GrantedAccess", "0x1010"),
    ];
    event(&mut log, SYSMON, 10, &access);
    sysmon(&mut log, 11, &[("TargetFilename", r"C:\Temp\x.ps1")]);
    let value = [
        ("TargetObject", r"HKLM\SOFTWARE\Example\Kiosk"),
        ("Details", "DWORD (0x00000001)"),
    ];
    sysmon(&mut log, 13, &value);
    sysmon(
        &mut log,
        22,
        &[("QueryName", "dl.example.test"), ("QueryStatus", "0")],
    );
    let logon = [
        ("SubjectUserName", "WS-04$"),
        ("TargetUserName", "bob"),
        ("TargetDomainName", "EXAMPLE"),
        ("LogonType", "10"),
        ("IpAddress", "10.0.1.99"),
        ("WorkstationName", "-"),
    ];
    event(&mut log, SECURITY, 4624, &logon);
    let process = [
        ("SubjectUserName", "bob"),
        ("TargetUserName", "-"),
        ("NewProcessName", r"C:\Windows\System32\net.exe"),
        ("CommandLine", "net user /add"),
        ("ParentProcessName", r"C:\Windows\explorer.exe"),
    ];
    event(&mut log, SECURITY, 4688, &process);
    let task = [
        ("SubjectUserName", "bob"),
        ("TaskName", r"\Updater"),
        (
            "TaskContent",
            "&lt;Command&gt;C:\\Temp\\a.exe&lt;/Command&gt;",
        ),
    ];
    event(&mut log, SECURITY, 4698, &task);
    let script = [
        (
            "ScriptBlockText",
            "Invoke-Kiosk -Path 'C:\\Temp' | Out-Null",
        ),
        ("Path", ""),
    ];
    event(&mut log, POWERSHELL, 4104, &script);
    let service = [
        ("ServiceName", "PSEXESVC"),
        ("ImagePath", r"%SystemRoot%\PSEXESVC.exe"),
        ("StartType", "demand start"),
        ("AccountName", "LocalSystem"),
    ];
    event(&mut log, SYSTEM, 7045, &service);
    // Of a provider that no table names, with a name that stands twice.
    let other = [("Path", "first"), ("Path", "second"), ("Null", "")];
    event(&mut log, ["Example-Agent", "Example/Admin"], 99, &other);
    let stream = [
        ("TargetFilename", r"C:\Temp\a.txt:Zone.Identifier"),
        ("Hash", "MD5=cc"),
    ];
    sysmon(&mut log, 15, &stream);
    let path = folder.join("events.xml");
    std::fs::write(&path, log).unwrap();
    let flows = "fv=\"nvzFlow_v11\" udid=\"00ab\" liuid=\"CORP\\alice\" liuida=\"CORP\" pn=\"curl.exe\" \
        pid=\"3040\" ppath=\"C:\\Windows\\System32\\curl.exe\" parg=\"-o a.exe http://files.example.test/a\" \
        ppn=\"cmd.exe\" sa=\"10.0.1.14\" sp=\"50100\" da=\"192.0.2.77\" dp=\"80\" dh=\"files.example.test\" \
        pr=\"6\" fss=\"1719400000\" puid=\"FE\"\n";
    std::fs::write(folder.join("flows.log"), flows).unwrap();
    folder.to_owned()
}

struct Desk {
    folder: tempfile::TempDir,
    logs: PathBuf,
    sources: Sources,
}

impl Desk {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let logs = folder.path().join("logs");
        std::fs::create_dir(&logs).unwrap();
        Self {
            logs: log(&logs),
            folder,
            sources: Sources::built_in(&Models::built_in().unwrap()).unwrap(),
        }
    }

    fn rule(&self, search: &str) -> Rule {
        self.rule_with(search, "")
    }

    fn rule_with(&self, search: &str, more: &str) -> Rule {
        let path = self.folder.path().join("rule.yml");
        let search = search.replace('\'', "''");
        std::fs::write(&path, format!("name: R\nsearch: '{search}'\n{more}")).unwrap();
        let files = RuleFiles {
            rule: Some(path),
            macros: Vec::new(),
        };
        Rule::load(&files, &Models::built_in().unwrap(), Zone::UTC).unwrap()
    }

    fn options(&self, pass: Pass) -> HuntOptions {
        HuntOptions {
            paths: vec![self.logs.clone()],
            pass,
            index: pass == Pass::Everything,
            ..HuntOptions::default()
        }
    }

    fn hunt(&self, rule: &Rule, pass: Pass) -> Hunted {
        hunt(rule, &self.sources, &self.options(pass), &mut ())
    }

    /// The rows, cells joined by bars; the same at every pass.
    fn rows(&self, search: &str) -> Vec<String> {
        let rule = self.rule(search);
        let rows = |pass| {
            let hunted = self.hunt(&rule, pass);
            hunted.loaded.ledger.check().unwrap();
            let rows = hunted.findings.table.rows.iter().map(|row| {
                let cells = row.cells.iter().map(|cell| match cell {
                    Some(value) => value.each().join(";"),
                    None => "-".to_owned(),
                });
                cells.collect::<Vec<_>>().join("|")
            });
            rows.collect::<Vec<_>>()
        };
        let whole = rows(Pass::Everything);
        for pass in [Pass::Rows, Pass::Counted] {
            assert_eq!(rows(pass), whole, "{search}");
        }
        whole
    }
}

const OF_SYSMON: &str = "(source=WinEventLog:Microsoft-Windows-Sysmon/Operational OR \
    source=XmlWinEventLog:Microsoft-Windows-Sysmon/Operational)";
const OF_SECURITY: &str =
    "eventtype=wineventlog_security OR Channel=security OR source=XmlWinEventLog:Security";

#[test]
fn each_source_gives_the_fields_of_its_add_on() {
    let desk = Desk::new();
    for (search, rows) in [
        (
            "{sysmon} EventCode=3 DestinationPort=443 | stats count by dest, dest_ip, dest_port, src_ip, transport, user, process_name",
            r"192.0.2.77|192.0.2.77|443|10.0.1.14|tcp|alice|tool.exe|1",
        ),
        (
            r#"{sysmon} EventID=7 ImageLoaded="*\\helper.dll" Signed=false | stats count by Computer loaded_file loaded_file_path process_path IMPHASH signature"#,
            r"ws-04.example.test|helper.dll|C:\Temp\helper.dll|C:\Temp\tool.exe|bb|Image loaded|1",
        ),
        (
            r#"{sysmon} EventCode=10 TargetImage=*lsass.exe GrantedAccess IN ("0x1010", "0x1410") | stats count by process_name parent_process_name GrantedAccess"#,
            "lsass.exe|tool.exe|0x1010|1",
        ),
        (
            r#"{sysmon} EventCode=11 TargetFilename="*.ps1" | stats count by file_name file_path action user UserID"#,
            r"x.ps1|C:\Temp\x.ps1|created|alice|S-1-5-18|1",
        ),
        (
            r#"{sysmon} EventCode=13 registry_path="*\\Kiosk" | stats count by registry_value_name registry_value_data"#,
            "Kiosk|0x00000001|1",
        ),
        (
            "{sysmon} EventCode=22 query=*.example.test | stats count values(QueryName) as q by host source sourcetype",
            "ws-04.example.test|XmlWinEventLog:Microsoft-Windows-Sysmon/Operational|XmlWinEventLog|1|dl.example.test",
        ),
        (
            r#"{sysmon} EventCode=15 TargetFilename="*:Zone.Identifier" | stats count by process_name Hash file_hash"#,
            "tool.exe|MD5=cc|MD5=cc|1",
        ),
        (
            r"{security} EventCode=4624 Logon_Type=10 | stats count by user src_ip src dest action signature_id",
            "bob|10.0.1.99|10.0.1.99|ws-04.example.test|success|4624|1",
        ),
        (
            r#"{security} EventCode=4688 New_Process_Name="*\\net.exe" Process_Command_Line="* /add" | stats count by user process process_name parent_process_name status"#,
            r"bob|C:\Windows\System32\net.exe user /add|net.exe|explorer.exe|success|1",
        ),
        (
            r#"{security} EventCode=4698 TaskContent="*&lt;Command&gt;C:\\Temp\\*" | stats count by Task_Name src_user"#,
            r"\Updater|bob|1",
        ),
        (
            r#"source=WinEventLog:Microsoft-Windows-PowerShell/Operational EventCode=4104 ScriptBlockText="*invoke-kiosk*" | stats count by Opcode Computer UserID EventCode ScriptBlockText"#,
            "15|ws-04.example.test|S-1-5-18|4104|Invoke-Kiosk -Path 'C:\\Temp' | Out-Null|1",
        ),
        (
            "eventtype=wineventlog_system EventCode=7045 ServiceName=psexesvc | stats count by service_path start_mode user",
            r"%SystemRoot%\PSEXESVC.exe|demand start|LocalSystem|1",
        ),
        (
            r#"sourcetype="cisco:nvm:flowdata" process_arguments="*http://*" dest_port=80 | stats count by src dest dest_hostname src_ip process_name transport"#,
            "CORP|192.0.2.77|files.example.test|10.0.1.14|curl.exe|tcp|1",
        ),
    ] {
        let written = search
            .replace("{sysmon}", OF_SYSMON)
            .replace("{security}", OF_SECURITY);
        assert_eq!(desk.rows(&written), [rows], "{written}");
    }
}

#[test]
fn nulls_several_values_and_free_terms() {
    let desk = Desk::new();
    for (search, rows) in [
        // A null in a by field leaves the event out; `!=` needs the field and NOT does not.
        ("EventCode=99 | stats count by Path Null", &[][..]),
        ("EventCode=99 Null!=x | stats count", &["0"]),
        ("EventCode=99 NOT Null=x | stats count", &["1"]),
        ("EventCode=99 Null=* | stats count", &["0"]),
        // Any of several values is enough, and each is one.
        (
            "EventCode=99 Path=second | stats count values(Path) as paths",
            &["1|first;second"],
        ),
        (
            "EventCode=99 Path!=second | stats count by Path",
            &["first|1", "second|1"],
        ),
        // OR binds before AND; letter case does not count; numbers are compared as such.
        (
            "EventCode=4104 OR EventCode=7045 Opcode=15 | stats count",
            &["2"],
        ),
        (
            "eventcode=4104 OR EventCode>7000 | stats count by EventCode",
            &["7045|1"],
        ),
        // Free terms are looked for in the event's text.
        ("\"invoke-kiosk\" | stats count by EventCode", &["4104|1"]),
        (
            "kiosk NOT EventCode=4104 | stats count by EventCode",
            &["13|1"],
        ),
        (
            "\"*Name='QueryName'>dl.*\" | stats count by EventCode",
            &["22|1"],
        ),
        ("nothing-of-the-kind | stats count", &["0"]),
        // What is asked of an index is met, whichever way it is asked.
        ("index=win EventCode=22 | stats count", &["1"]),
        ("NOT index=win EventCode=22 | stats count", &["1"]),
        // The other spelling of a channel is another one of neither.
        (
            "source!=WinEventLog:Security EventCode=4624 | stats count",
            &["0"],
        ),
        // Texts of the event as XML.
        (
            "EventCode=22 | rex \"Name='QueryStatus'>(?<status>[^<]+)\" | stats count by status",
            &["0|1"],
        ),
        // Searches inside.
        (
            "EventCode=11 [search EventCode=22 | fields Computer | dedup Computer | table Computer] | stats count by TargetFilename",
            &[r"C:\Temp\x.ps1|1"],
        ),
        (
            "EventCode=11 | join Computer [search EventCode=22 | stats count as queries by Computer] | table TargetFilename queries",
            &[r"C:\Temp\x.ps1|1"],
        ),
        (
            "EventCode=11 | join dest [| tstats count as starts from datamodel=Endpoint.Processes by Processes.dest Processes.process_name | rename \"Processes.*\" as * | search process_name=tool.exe] | table TargetFilename starts",
            &[r"C:\Temp\x.ps1|1"],
        ),
    ] {
        assert_eq!(desk.rows(search), rows, "{search}");
    }
}

#[test]
fn what_stands_beside_the_rows() {
    let desk = Desk::new();
    let search = format!("{OF_SYSMON} (EventCode=1 OR EventCode=11) | stats count by dest user");
    let rule = desk.rule(&search);
    let hunted = desk.hunt(&rule, Pass::Everything);
    let ledger = &hunted.loaded.ledger;
    ledger.check().unwrap();
    // Every record is an event.
    assert_eq!((ledger.totals.records, ledger.totals.creations), (15, 15));
    assert_eq!(hunted.loaded.tested, 15);
    let row = &hunted.findings.table.rows[0];
    assert_eq!(row.events, [0, 1]);
    // Process creations are those of any search, Sysmon 1 and Security 4688 and the flow.
    let store = hunted.store.as_ref().unwrap();
    assert_eq!(store.len(), 3);
    let event = &hunted.findings.events[0];
    assert_eq!(event.command_line.as_deref(), Some("tool.exe -run"));
    assert_eq!(event.account.as_deref(), Some(r"EXAMPLE\alice"));
    let told = fields(&hunted, &rule, &desk.sources, event, Zone::UTC).unwrap();
    let named: Vec<&str> = told.model.iter().map(|f| f.field.as_str()).collect();
    assert_eq!(named[..2], ["dest", "user"]);
    assert_eq!(told.model[1].value.as_deref(), Some("alice"));
    assert_eq!(told.model[1].from.as_deref(), Some("User"));
}

#[test]
fn drilldowns_run_over_the_evidence_as_the_rule_does() {
    let desk = Desk::new();
    let more = "drilldown_searches:\n\
        - name: Of $user$\n  search: '%original_detection_search% | search user = \"$user$\"'\n  \
        earliest_offset: $info_min_time$\n  latest_offset: $info_max_time$\n\
        - name: Others\n  search: 'EventCode=22 Computer=\"$dest$\" | stats count by QueryName'\n  \
        earliest_offset: $info_min_time$\n  latest_offset: $info_max_time$\n";
    let rule = desk.rule_with("EventCode=11 | stats count by dest user", more);
    let hunted = desk.hunt(&rule, Pass::Everything);
    let options = desk.options(Pass::Rows);
    let over = Over {
        rule: &rule,
        sources: &desk.sources,
        options: &options,
        findings: &hunted.findings,
        span: None,
        now: None,
        imported: &[],
    };
    let tokens = Tokens::of_row(&hunted.findings, 0);
    let same = over.run(0, &tokens, true).unwrap();
    assert_eq!(same.table.rows.len(), 1);
    assert_eq!(same.events[0].event, Some(0), "of the kept events");
    let other = over.run(1, &tokens, true).unwrap();
    let name = other.table.rows[0].cells[0].as_ref().unwrap();
    assert_eq!(name.as_text(), "dl.example.test");
}
