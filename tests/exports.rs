//! The exports that people have: from a file in a product's own shape to a row of the rule Windows
//! `MSIExec` Remote Download with the right user, dest, parent and command line. The files are those
//! of `fixtures/formats`, whose reading `tests/formats_golden.rs` holds.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::too_many_lines,
    reason = "what goes wrong here must fail the test"
)]

use gimlet::cim::{Models, Sources};
use gimlet::event::{Value, Zone};
use gimlet::report::{Medium, write_csv};
use gimlet::search::Table;
use gimlet::worker::drilldown::{Over, Tokens};
use gimlet::worker::hunt::{HuntOptions, Hunted, Pass, hunt};
use gimlet::worker::rule::{Rule, RuleFiles};
use std::path::{Path, PathBuf};
use std::process::Command;

const LINE: &str =
    r#""C:\Windows\System32\msiexec.exe" /q /i "http://dl.example.test/a.msi?x=1&y=<2>""#;
const PARENT: &str = r#"cmd.exe /c "cd /d C:\Temp & msiexec""#;
const HOST: &str = "ws-017.corp.example";

fn fixture(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/formats");
    folder.join(format!("{name}.in"))
}

fn run(paths: Vec<PathBuf>, pass: Pass) -> Hunted {
    let models = Models::built_in().unwrap();
    let sources = Sources::built_in(&models).unwrap();
    let rule = Rule::load(&RuleFiles::default(), &models, Zone::UTC).unwrap();
    let options = HuntOptions {
        paths,
        pass,
        ..HuntOptions::default()
    };
    hunt(&rule, &sources, &options, &mut ())
}

/// The rows of files, of the columns that are named; the same at every pass.
fn rows_of(paths: &[PathBuf], columns: &[&str]) -> Vec<Vec<String>> {
    let rows = |pass| {
        let hunted = run(paths.to_vec(), pass);
        let table = hunted.findings.table.clone();
        let text = |row, column: &&str| {
            let value = table.cell(row, column);
            value.map_or("null".to_owned(), |value| value.as_text().into_owned())
        };
        let rows = table.rows.iter();
        rows.map(|row| columns.iter().map(|column| text(row, column)).collect())
            .collect::<Vec<Vec<String>>>()
    };
    let all = rows(Pass::Everything);
    assert_eq!(rows(Pass::Rows), all, "{paths:?}");
    assert_eq!(rows(Pass::Counted), all, "{paths:?}");
    all
}

const WHO: [&str; 6] = [
    "user",
    "dest",
    "parent_process_name",
    "parent_process",
    "process_name",
    "process",
];

fn who(names: &[&str]) -> Vec<Vec<String>> {
    let paths: Vec<PathBuf> = names.iter().map(|name| fixture(name)).collect();
    rows_of(&paths, &WHO)
}

/// The row that all fixtures have.
fn first() -> Vec<String> {
    ["alice", HOST, "cmd.exe", PARENT, "msiexec.exe", LINE]
        .map(str::to_owned)
        .to_vec()
}

#[test]
fn microsoft_defender() {
    let renamed = [
        "alice",
        HOST,
        "cmd.exe",
        PARENT,
        "setup.exe",
        "setup.exe\r\n /i https://x.example.test/b.msi",
    ];
    for name in ["defender-csv", "defender-json-lines", "defender-event-hub"] {
        // Known by its original name; the record that is no creation gives no row.
        assert_eq!(
            who(&[name]),
            [renamed.map(str::to_owned).to_vec(), first()],
            "{name}"
        );
        let columns = [
            "original_file_name",
            "process_hash",
            "process_integrity_level",
            "process_id",
            "parent_process_id",
            "process_path",
            "vendor_product",
            "firstTime",
        ];
        let rows = rows_of(&[fixture(name)], &columns);
        let common = ["high", "8496", "9232"];
        let product = "Microsoft Defender for Endpoint";
        let of = |name, hash, path, time| {
            let mut row = vec![name, hash];
            row.extend(common);
            row.extend([path, product, time]);
            row
        };
        let image = r"C:\Windows\System32\msiexec.exe";
        assert_eq!(
            rows,
            [
                of(
                    "MSIEXEC.EXE",
                    "bb22",
                    r"C:\Temp\setup.exe",
                    "2025-06-26T16:09:00"
                ),
                of("msiexec.exe", "aa11", image, "2025-06-26T16:08:54"),
            ],
            "{name}"
        );
    }
    // One event in three carriers is three events: a flat record's identity is its fields.
    let hunted = run(vec![fixture("defender-json-lines")], Pass::Everything);
    assert_eq!(hunted.loaded.tested, 2);
}

#[test]
fn windows_events_of_evtxecmd_and_wazuh_are_the_events_that_they_were() {
    for name in ["evtxecmd-csv", "evtxecmd-json", "wazuh-archives"] {
        let rows = who(&[name]);
        let mut audit = first();
        // 4688 has a path for the parent's command line.
        audit[3] = r"C:\Windows\System32\cmd.exe".to_owned();
        assert_eq!(rows, [first(), audit], "{name}");
        let columns = ["action", "process_id", "vendor_product", "firstTime"];
        assert_eq!(
            rows_of(&[fixture(name)], &columns),
            [
                ["allowed", "8496", "Microsoft Sysmon", "2025-06-26T16:08:54"],
                [
                    "allowed",
                    "0x2130",
                    "Microsoft Windows",
                    "2025-06-26T16:08:54"
                ],
            ],
            "{name}"
        );
    }
    assert_eq!(who(&["wazuh-hits"]), [first()]);
    // The same event in four carriers, and as XML, is one event.
    let folder = tempfile::tempdir().unwrap();
    let xml = folder.path().join("security.xml");
    std::fs::write(&xml, AUDIT_XML).unwrap();
    let mut paths: Vec<PathBuf> = [
        "evtxecmd-csv",
        "evtxecmd-json",
        "wazuh-archives",
        "wazuh-hits",
    ]
    .map(fixture)
    .to_vec();
    paths.push(xml);
    let rows = rows_of(&paths, &["vendor_product", "count"]);
    assert_eq!(
        rows,
        [["Microsoft Sysmon", "1"], ["Microsoft Windows", "1"]]
    );
}

/// The 4688 of the fixtures, as the log has it.
const AUDIT_XML: &str = r#"<Event xmlns="http://schemas.microsoft.com/win/2004/08/events/event"><System><Provider Name="Microsoft-Windows-Security-Auditing"/><EventID>4688</EventID><Version>2</Version><Level>0</Level><Task>13312</Task><Opcode>0</Opcode><Keywords>0x8020000000000000</Keywords><TimeCreated SystemTime="2025-06-26T16:08:54.2345678Z"/><EventRecordID>8</EventRecordID><Execution ProcessID="4" ThreadID="4200"/><Channel>Security</Channel><Computer>ws-017.corp.example</Computer><Security/></System><EventData><Data Name="SubjectUserSid">S-1-5-21-1-2-3-1104</Data><Data Name="SubjectUserName">alice</Data><Data Name="SubjectDomainName">CORP</Data><Data Name="SubjectLogonId">0x3e7</Data><Data Name="NewProcessId">0x2130</Data><Data Name="NewProcessName">C:\Windows\System32\msiexec.exe</Data><Data Name="TokenElevationType">%%1936</Data><Data Name="ProcessId">0x2410</Data><Data Name="CommandLine">&quot;C:\Windows\System32\msiexec.exe&quot; /q /i &quot;http://dl.example.test/a.msi?x=1&amp;y=&lt;2&gt;&quot;</Data><Data Name="TargetUserSid">S-1-0-0</Data><Data Name="TargetUserName">-</Data><Data Name="TargetDomainName">-</Data><Data Name="TargetLogonId">0x0</Data><Data Name="ParentProcessName">C:\Windows\System32\cmd.exe</Data><Data Name="MandatoryLabel">S-1-16-12288</Data></EventData></Event>
"#;

#[test]
fn elastic_defend() {
    let mut by_arguments = first();
    by_arguments[5] = "msiexec /i https://x.example.test/b.msi".to_owned();
    assert_eq!(who(&["elastic-defend-lines"]), [first(), by_arguments]);
    for name in ["elastic-defend-hits", "elastic-defend-kibana-csv"] {
        assert_eq!(who(&[name]), [first()], "{name}");
        let columns = [
            "original_file_name",
            "process_integrity_level",
            "process_hash",
            "process_id",
            "parent_process_id",
            "firstTime",
        ];
        assert_eq!(
            rows_of(&[fixture(name)], &columns),
            [[
                "msiexec.exe",
                "high",
                "bb22",
                "8496",
                "9232",
                "2025-06-26T16:08:54"
            ]],
            "{name}"
        );
    }
}

#[test]
fn security_onion() {
    for name in [
        "security-onion-csv",
        "security-onion-json",
        "security-onion-source-lines",
    ] {
        assert_eq!(who(&[name]), [first()], "{name}");
        let columns = [
            "process_id",
            "parent_process_id",
            "process_hash",
            "firstTime",
        ];
        assert_eq!(
            rows_of(&[fixture(name)], &columns),
            [["8496", "9232", "SHA256=AA11", "2025-06-26T16:08:54"]],
            "{name}"
        );
    }
}

/// The same row in three forms.
const RESULTS: [&str; 3] = [
    "result-rows-csv",
    "result-rows-json",
    "result-rows-export-lines",
];

/// Who, how often and when.
fn given(paths: &[PathBuf]) -> Vec<Vec<String>> {
    let columns = [&WHO[..], &["count", "firstTime", "lastTime"]].concat();
    rows_of(paths, &columns)
}

#[test]
fn rows_of_a_result_go_on_behind_the_tstats() {
    let mut row = first();
    row.extend(["3", "2025-06-26T16:08:54", "2025-06-27T01:00:00"].map(str::to_owned));
    for name in RESULTS {
        assert_eq!(given(&[fixture(name)]), [row.clone()], "{name}");
        for pass in [Pass::Everything, Pass::Counted, Pass::Rows] {
            let hunted = run(vec![fixture(name)], pass);
            let [rejected] = hunted.loaded.rejected.as_slice() else {
                unreachable!("{:?}", hunted.loaded.rejected)
            };
            assert_eq!(rejected.rows, 1);
            assert!(rejected.clause.contains("*http://*"), "{}", rejected.clause);
            let who = format!(r"user 'alice', dest '{HOST}', process 'msiexec.exe /i c:\a.msi'");
            assert_eq!(rejected.first, who);
            assert_eq!(hunted.loaded.tested, 2);
        }
    }
    // The same row in three exports is one row.
    assert_eq!(given(&RESULTS.map(fixture)), [row]);
}

#[test]
fn rows_without_a_count_are_events_whose_cells_keep_their_values() {
    let name = "result-rows-without-count";
    let hunted = run(vec![fixture(name)], Pass::Everything);
    assert!(hunted.loaded.rejected.is_empty());
    // A field to group by that holds two values makes a group of each, as in Splunk.
    let mut row = first();
    row.extend(["1", "2025-06-26T16:08:54", "2025-06-26T16:08:54"].map(str::to_owned));
    let mut other = row.clone();
    other[5] = "msiexec.exe /z x.dll".to_owned();
    assert_eq!(given(&[fixture(name)]), [row, other]);
}

/// All cells of a table as text.
fn texts(table: &Table) -> Vec<Vec<Option<String>>> {
    let text = |cell: &Option<Value>| cell.as_ref().map(|value| value.as_text().into_owned());
    table
        .rows
        .iter()
        .map(|row| row.cells.iter().map(text).collect())
        .collect()
}

#[test]
fn rows_written_as_csv_are_the_same_rows_with_the_same_drilldowns() {
    let models = Models::built_in().unwrap();
    let sources = Sources::built_in(&models).unwrap();
    let rule = Rule::load(&RuleFiles::default(), &models, Zone::UTC).unwrap();
    let demo = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/atomic");
    let folder = tempfile::tempdir().unwrap();
    let csv = folder.path().join("rows.csv");
    let hunt_over = |path: &Path| {
        let options = HuntOptions {
            paths: vec![path.to_owned()],
            ..HuntOptions::default()
        };
        (hunt(&rule, &sources, &options, &mut ()), options)
    };
    let (own, own_options) = hunt_over(&demo);
    let order: Vec<usize> = (0..own.findings.table.rows.len()).collect();
    let mut file = std::fs::File::create(&csv).unwrap();
    write_csv(&mut file, &own.findings.table, &order, Medium::File).unwrap();
    let (again, again_options) = hunt_over(&csv);
    assert!(!order.is_empty());
    assert_eq!(own.findings.table.columns, again.findings.table.columns);
    assert_eq!(texts(&own.findings.table), texts(&again.findings.table));
    assert!(again.loaded.rejected.is_empty());

    for row in order {
        for which in 0..2 {
            let drilled = |hunted: &Hunted, options: &HuntOptions| {
                let over = Over {
                    rule: &rule,
                    sources: &sources,
                    options,
                    findings: &hunted.findings,
                    span: hunted.loaded.span,
                    now: None,
                    imported: &[],
                };
                let tokens = Tokens::of_row(&hunted.findings, row);
                over.run(which, &tokens, true).unwrap()
            };
            let (first, second) = (drilled(&own, &own_options), drilled(&again, &again_options));
            assert!(!first.table.rows.is_empty(), "{row} {which}");
            assert_eq!(texts(&first.table), texts(&second.table), "{row} {which}");
            assert_eq!(first.title, second.title);
            assert_eq!(first.spl, second.spl);
        }
    }
}

fn gimlet(arguments: &[&str]) -> (Option<i32>, String, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_gimlet"))
        .args(arguments)
        .output()
        .unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (
        output.status.code(),
        text(output.stdout),
        text(output.stderr),
    )
}

#[test]
fn a_source_of_ones_own_by_the_table_of_the_readme() {
    let readme = Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md");
    let readme = std::fs::read_to_string(readme).unwrap();
    let map = readme
        .split("```toml\n")
        .nth(1)
        .unwrap()
        .split("```")
        .next()
        .unwrap();
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let write = |name: &str, text: &str| {
        std::fs::write(path(name), text).unwrap();
        path(name)
    };
    let [map_file, wrong] = [
        write("map.toml", map),
        write(
            "wrong.toml",
            &map.replace("\"parent_process\"", "\"parentprocess\""),
        ),
    ];
    let line = "msiexec.exe /i http://dl.example.test/a.msi";
    let record = |kind: &str, process: &str| {
        format!(
            "{{\"When\":\"2025-06-26T16:08:54Z\",\"Kind\":\"{kind}\",\"Host\":\"ws-017\",\"Who\":\"CORP\\\\alice\",\
             \"CmdLine\":\"{process}\",\"Parent\":\"cmd.exe /c x\"}}\n"
        )
    };
    let json = [
        record("end", line),
        record("start", line),
        record("start", "calc.exe"),
    ]
    .concat();
    let json = write("edr.json", &json);
    let csv = format!(
        "Host;Kind;When;Who;CmdLine;Parent\r\nws-017;start;2025-06-26T16:08:54Z;CORP\\alice;{line};cmd.exe /c x\r\n"
    );
    let csv = write("edr.csv", &csv);
    for evidence in [&json, &csv] {
        for more in ["--no-prefilter", "--quiet"] {
            let asked = [
                "hunt", "--format", "csv", "--map", &map_file, more, evidence,
            ];
            let (status, out, err) = gimlet(&asked);
            assert_eq!(status, Some(0), "{err}");
            let rows: Vec<&str> = out.lines().collect();
            assert_eq!(rows.len(), 2, "{out}{err}");
            let mut reader = csv::Reader::from_reader(out.as_bytes());
            let head = reader.headers().unwrap().clone();
            let row = reader.records().next().unwrap().unwrap();
            let cell = |name: &str| &row[head.iter().position(|known| known == name).unwrap()];
            assert_eq!(cell("user"), "alice");
            assert_eq!(cell("dest"), "ws-017");
            assert_eq!(cell("process"), line);
            assert_eq!(cell("process_name"), "msiexec.exe");
            assert_eq!(cell("parent_process"), "cmd.exe /c x");
            assert_eq!(cell("parent_process_name"), "cmd.exe");
            assert_eq!(cell("firstTime"), "2025-06-26T16:08:54");
        }
        // Without the table they are no evidence.
        let (status, out, _) = gimlet(&["hunt", "--format", "csv", evidence]);
        assert_eq!((status, out.lines().count()), (Some(2), 1), "{out}");
    }
    let (status, _, err) = gimlet(&["hunt", "--map", &wrong, &json]);
    assert_eq!(status, Some(2));
    let said = "wrong.toml': line 27: the field 'parentprocess' is not known\n";
    assert!(err.contains(said), "{err}");
    assert!(
        err.contains("the fields of Endpoint.Processes are action "),
        "{err}"
    );
}

#[test]
fn processes_as_the_add_ons_fill_them() {
    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join("sysmon.xml");
    let event = |id: u32, data: &str| {
        format!(
            "<Event xmlns='http://schemas.microsoft.com/win/2004/08/events/event'><System><Provider \
             Name='Microsoft-Windows-Sysmon'/><EventID>{id}</EventID><TimeCreated \
             SystemTime='2025-06-26T16:08:5{id}Z'/><Computer>ws-017</Computer></System><EventData><Data \
             Name='Image'>C:\\a\\tool.exe</Data>{data}</EventData></Event>\n"
        )
    };
    let line = "<Data Name='CommandLine'>tool -x</Data>";
    let image = "<Data Name='ImageLoaded'>C:\\a\\x.dll</Data>";
    let text = [event(1, line), event(3, ""), event(5, ""), event(7, image)].concat();
    std::fs::write(&log, text).unwrap();
    let search = "| tstats count from datamodel=Endpoint.Processes where Processes.process_name=tool.exe by \
                  Processes.action Processes.process Processes.loaded_file";
    let rows = |more: &[&str]| {
        let mut asked = vec!["search", search, "--format", "csv"];
        asked.extend(more);
        asked.push(log.to_str().unwrap());
        let (status, out, err) = gimlet(&asked);
        assert_eq!(status, Some(0), "{err}");
        out.lines()
            .skip(1)
            .map(str::to_owned)
            .collect::<Vec<String>>()
    };
    let creation = "allowed,tool -x,unknown,1";
    assert_eq!(rows(&[]), [creation]);
    let wider = [
        creation,
        r"allowed,unknown,C:\a\x.dll,1",
        r"blocked,C:\a\tool.exe,unknown,1",
    ];
    assert_eq!(rows(&["--dataset", "ta"]), wider);
    assert_eq!(rows(&["--dataset=ta", "--no-prefilter"]), wider);
}

#[test]
fn rows_over_the_registry_and_files_go_on_behind_the_tstats() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("rows.csv");
    let text = "Registry.dest,Registry.user,Registry.registry_path,count\r\n\
                ws-017,alice,HKLM\\Run\\tool,4\r\nws-018,bob,HKLM\\Other,2\r\n";
    std::fs::write(&file, text).unwrap();
    let rows = |search: &str| {
        let asked = ["search", search, "--format", "csv", file.to_str().unwrap()];
        let (status, out, err) = gimlet(&asked);
        assert_eq!(status, Some(0), "{err}");
        out.lines()
            .skip(1)
            .map(str::to_owned)
            .collect::<Vec<String>>()
    };
    let of = |dataset: &str, field: &str| {
        format!(
            "| tstats fillnull_value=null count from datamodel=Endpoint.{dataset} where {dataset}.{field}=\"*tool*\" by \
             {dataset}.dest {dataset}.user {dataset}.{field}"
        )
    };
    assert_eq!(
        rows(&of("Registry", "registry_path")),
        [r"ws-017,alice,HKLM\Run\tool,4"]
    );
    let files = "dest,user,file_path,count\r\nws-017,alice,C:\\Temp\\tool.exe,3\r\n";
    std::fs::write(&file, files).unwrap();
    assert_eq!(
        rows(&of("Filesystem", "file_path")),
        [r"ws-017,alice,C:\Temp\tool.exe,3"]
    );
    assert_eq!(rows(&of("Registry", "registry_path")), [] as [&str; 0]);
}
