//! Several rules in one pass: each has the rows that it has alone, whatever it looks for, and the
//! accounting is that of one hunt.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::print_stderr,
    reason = "what goes wrong here must fail the test"
)]

use gimlet::cim::{Models, Sources};
use gimlet::content::{Detection, Folder};
use gimlet::event::Zone;
use gimlet::headless::demo;
use gimlet::worker::hunt::{HuntOptions, Hunted, Pass, hunt};
use gimlet::worker::pack::{RULE_COLUMN, hunt_once, hunt_pack};
use gimlet::worker::rule::Rule;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// One search of each kind: by needle and without, of several datasets, of raw events by id and by
/// text, with a join over one dataset and over two, with a row where there is no event.
const SEARCHES: &[&str] = &[
    "| tstats count from datamodel=Endpoint.Processes where Processes.process_name=msiexec.exe \
     Processes.process=*http* by Processes.dest Processes.user Processes.process",
    "| tstats count from datamodel=Endpoint.Processes where Processes.process_name=powershell.exe \
     by Processes.dest Processes.process_id",
    "| tstats count from datamodel=Endpoint.Processes where Processes.process_id=4* by Processes.dest",
    "| tstats count from datamodel=Endpoint.Processes where Processes.dest=w* by Processes.dest",
    "| tstats count from datamodel=Endpoint.Processes where Processes.process=nowhere.exe",
    "| tstats count from datamodel=Endpoint.Registry by Registry.dest Registry.registry_path",
    "| tstats count from datamodel=Endpoint.Filesystem where Filesystem.file_name=*.msi \
     by Filesystem.dest Filesystem.file_path",
    "EventCode=1 Image=*\\\\msiexec.exe | stats count by Computer ParentImage",
    "(EventCode=11 OR EventCode=13) | stats count by EventCode dest",
    "EventCode IN (4624, 4688) | stats count values(EventCode) by Computer",
    "source=*Sysmon* rundll32 | stats count by Image",
    "| tstats count from datamodel=Endpoint.Processes where Processes.process_name=cmd.exe \
     by Processes.dest Processes.process_guid | join Processes.dest \
     [| tstats count as m from datamodel=Endpoint.Processes where \
     Processes.process_name=msiexec.exe by Processes.dest]",
    "| tstats count from datamodel=Endpoint.Processes where Processes.process_name=msiexec.exe \
     by Processes.dest | rename Processes.dest as dest | join dest \
     [| tstats count as f from datamodel=Endpoint.Filesystem by Filesystem.dest \
     | rename Filesystem.dest as dest]",
];

fn rules() -> (Vec<Rule>, Sources) {
    let models = Models::built_in().unwrap();
    let folder = Folder::built_in().unwrap();
    let named = SEARCHES.iter().enumerate().map(|(number, search)| {
        let mut detection = Detection::of_search(search, "made up");
        detection.name = format!("Rule {number}");
        detection
    });
    let detections: Vec<Detection> = named.collect();
    let rules = Rule::all_of(&detections, &folder, &models, Zone::UTC);
    let rules = rules.into_iter().map(Result::unwrap).collect();
    (rules, Sources::built_in(&models).unwrap())
}

fn assert_as_alone(options: &HuntOptions) -> Vec<usize> {
    let (rules, sources) = rules();
    let pack = hunt_pack(&rules, &sources, options, &mut ());
    assert_eq!(pack.findings.len(), rules.len());
    for (rule, found) in rules.iter().zip(&pack.findings) {
        let hunted = hunt(rule, &sources, options, &mut ());
        let alone = &hunted.findings;
        assert!(
            found.has_rows_of(alone),
            "{}\n{:?}\n{:?}",
            rule.detection.search,
            found.table.rows,
            alone.table.rows
        );
        let once = hunt_once(rule, &sources, options, &mut ());
        assert!(
            once.findings.has_rows_of(alone),
            "{}",
            rule.detection.search
        );
        let made = |hunted: &Hunted| -> Vec<u64> {
            let behind = hunted.loaded.stages.iter().skip(1);
            behind.map(|(_, _, rows)| *rows).collect()
        };
        assert_eq!(made(&once), made(&hunted), "{}", rule.detection.search);
    }
    let rows: Vec<usize> = pack.findings.iter().map(|f| f.table.rows.len()).collect();
    let all = &pack.hunted.findings;
    assert_eq!(all.table.rows.len(), rows.iter().sum::<usize>());
    assert_eq!(&*all.table.columns[0], RULE_COLUMN);
    for row in 0..all.table.rows.len() {
        assert!(all.text(row, RULE_COLUMN).starts_with("ESCU - Rule "));
    }
    if options.pass == Pass::Everything {
        pack.hunted.loaded.ledger.check().unwrap();
        let first = hunt(&rules[0], &sources, options, &mut ());
        let told = |hunted: &Hunted| serde_json::to_value(&hunted.loaded.ledger).unwrap();
        assert_eq!(told(&pack.hunted), told(&first));
    }
    rows
}

#[test]
fn each_rule_has_the_rows_that_it_has_alone() {
    for pass in [Pass::Everything, Pass::Counted, Pass::Rows] {
        let rows = assert_as_alone(&HuntOptions {
            built_in: demo::EVIDENCE,
            pass,
            keep_raw: true,
            ..HuntOptions::default()
        });
        assert!(rows[0] > 0 && rows[7] > 0, "{rows:?}");
        // No event, and still the row with the count.
        assert_eq!(rows[4], 1, "{rows:?}");
    }
}

#[test]
fn each_rule_has_its_rows_over_real_logs() {
    let Some(shared) = shared() else { return };
    let paths = [
        "sysmon-xml",
        "sysmon-evtx",
        "security4688-evtx",
        "crowdstrike",
    ];
    let there = paths.iter().map(|path| shared.join(path));
    let paths: Vec<PathBuf> = there.filter(|path| path.exists()).collect();
    assert!(!paths.is_empty());
    let rows = assert_as_alone(&HuntOptions {
        paths,
        pass: Pass::Rows,
        ..HuntOptions::default()
    });
    let with = rows.iter().filter(|rows| **rows > 0).count();
    assert!(with > 8, "{rows:?}");
}

/// The folder of real logs, or a word that they are not there.
fn shared() -> Option<PathBuf> {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared");
    let shared = std::env::var_os("GIMLET_SHARED").map_or(beside, PathBuf::from);
    let data = shared.join("data");
    if !data.is_dir() {
        eprintln!("skipped: there is no {}", data.display());
        return None;
    }
    Some(data)
}

fn gimlet(arguments: &[&str]) -> (String, String, Option<i32>) {
    let demo = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/atomic");
    let output = Command::new(env!("CARGO_BIN_EXE_gimlet"))
        .arg("hunt")
        .args(arguments)
        .arg(demo)
        .env("HOME", "/nonexistent")
        .env_remove("XDG_CONFIG_HOME")
        .output()
        .unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (
        text(output.stdout),
        text(output.stderr),
        output.status.code(),
    )
}

#[test]
fn the_rows_of_several_rules_begin_with_their_names() {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str, search: &str| {
        let path = folder.path().join(format!("{name}.yml"));
        std::fs::write(&path, format!("name: {name}\nsearch: '{search}'\n")).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let by_host = file("By Host", &SEARCHES[0].replace("Processes.user ", ""));
    let raw = file("Raw", "EventCode=1 | stats count by Computer");
    let rules = ["--rule", &by_host, "--rule", &raw];

    // One of the demo's logs has a bad record.
    let (rows, said, status) = gimlet(&rules);
    assert_eq!(status, Some(3), "{said}");
    let first = rows.lines().next().unwrap();
    assert!(
        first.starts_with("{\"search_name\":\"ESCU - By Host - Rule\","),
        "{first}"
    );
    let raw_rows = rows.lines().filter(|row| row.contains("ESCU - Raw - Rule"));
    assert!(raw_rows.clone().count() > 0, "{rows}");
    // No column of another rule stands in it.
    assert!(raw_rows.clone().all(|row| !row.contains("Processes.dest")));
    assert!(said.contains("2 of 2 rules with rows"), "{said}");

    let (json, ..) = gimlet(&[&rules[..], &["--format", "json"]].concat());
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(json["rules"][1]["name"], "Raw");
    assert_eq!(json["columns"][0], "search_name");
    let (csv, ..) = gimlet(&[&rules[..], &["--format", "csv"]].concat());
    assert!(csv.starts_with("search_name,"), "{csv}");
    let (table, ..) = gimlet(&[&rules[..], &["--format", "table"]].concat());
    assert!(table.starts_with("By Host: "), "{table}");
    assert!(table.contains("\n\nRaw: "), "{table}");

    // The same rows twice.
    assert_eq!(gimlet(&rules).0, rows);
    let (_, said, status) = gimlet(&["--rule", &by_host, "--rule", "no such rule"]);
    assert_eq!(status, Some(2));
    assert!(said.contains("no such rule"), "{said}");
}

/// What a hunt of one rule takes and tells, one of several does.
#[test]
fn several_rules_take_and_tell_what_one_does() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let by_host = "| tstats count from datamodel=Endpoint.Processes by Processes.dest";
    let plain = write("plain.yml", &format!("name: Plain\nsearch: '{by_host}'\n"));
    let text = "a".repeat(500);
    let slow = format!("eval x=if(match(\"{text}\",\"(?=a)(a|a)*(a|a)*(a|a)*\\1c\"),1,0)");
    let slow = write(
        "slow.yml",
        &format!("name: Slow\nsearch: '{by_host} | {slow}'\n"),
    );
    let both = ["--rule", &plain, "--rule", &slow];

    // Its own search has something to tell; lints are told of rules that are named.
    let (_, said, _) = gimlet(&both);
    let slow = "rule 'Slow': the pattern '(?=a)";
    assert!(
        said.contains(slow) && said.contains("took too long on some text"),
        "{said}"
    );
    assert_eq!(said.matches("SPL-NOFILL").count(), 2, "{said}");
    let (_, said, _) = gimlet(&[&both[..], &["--since", "2200-01-01"]].concat());
    assert!(!said.contains("took too long"), "{said}");

    let (_, said, status) = gimlet(&[&both[..], &["--sort", "nope"]].concat());
    assert_eq!(status, Some(2));
    assert!(
        said.contains("no column 'nope'") && !said.contains("bad record"),
        "{said}"
    );
    let (_, said, _) = gimlet(&[&both[..], &["--show-search"]].concat());
    assert_eq!(said.matches("macros expanded").count(), 2, "{said}");

    // A source of one's own.
    let map = write(
        "map.toml",
        "id = 'edr'\ntitle = 'EDR'\ndataset = 'Endpoint.Processes'\n[detect]\nfamily = 'flat'\n\
         has = ['Host', 'CmdLine']\ntime = ['When']\n[[field]]\nname = 'dest'\nfrom = ['Host']\n",
    );
    let log = r#"{"When":"2025-06-26T16:08:54Z","Host":"made-up-17","CmdLine":"x.exe"}"#;
    let log = write("edr.ndjson", log);
    let (rows, ..) = gimlet(&[&both[..], &["--map", &map, &log]].concat());
    assert_eq!(rows.matches("made-up-17").count(), 2, "{rows}");
}

/// A stream is read once, and what a search brings of another dataset is found in it all the same.
#[test]
fn a_stream_is_enough_for_a_search_over_two_datasets() {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str, search: &str| {
        let path = folder.path().join(format!("{name}.yml"));
        std::fs::write(&path, format!("name: {name}\nsearch: '{search}'\n")).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let two = file("Two", SEARCHES[SEARCHES.len() - 1]);
    let one = file("One", SEARCHES[0]);
    let demo = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/atomic");
    let packed = std::fs::read(demo.join("ws-017/sysmon.xml.zst")).unwrap();
    let log = zstd::decode_all(&packed[..]).unwrap();
    let hunt = |path: &str| {
        let mut child = Command::new(env!("CARGO_BIN_EXE_gimlet"))
            .args(["hunt", "-q", "--rule", &two, "--rule", &one, path])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut stdin = child.stdin.take().unwrap();
        // Whoever reads a file leaves the stream alone.
        let _ = stdin.write_all(&log);
        drop(stdin);
        String::from_utf8(child.wait_with_output().unwrap().stdout).unwrap()
    };
    let rows = hunt("-");
    assert!(rows.contains("ESCU - Two - Rule"), "{rows}");
    // Alone, too: its rows are those over a file.
    let alone = |path: &str, bytes: &[u8]| {
        let mut child = Command::new(env!("CARGO_BIN_EXE_gimlet"))
            .args(["hunt", "-q", "--format", "csv", "--rule", &two, path])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut stdin = child.stdin.take().unwrap();
        let _ = stdin.write_all(bytes);
        drop(stdin);
        String::from_utf8(child.wait_with_output().unwrap().stdout).unwrap()
    };
    let saved = folder.path().join("saved.xml");
    std::fs::write(&saved, &log).unwrap();
    let of_stream = alone("-", &log);
    assert!(of_stream.lines().count() > 1, "{of_stream}");
    assert_eq!(of_stream, alone(saved.to_str().unwrap(), &[]));
    let path = folder.path().join("sysmon.xml");
    std::fs::write(&path, &log).unwrap();
    assert_eq!(rows, hunt(path.to_str().unwrap()));
}

#[test]
fn a_content_runs_whole_and_names_what_is_refused() {
    let checkout = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/content/checkout");
    let checkout = checkout.to_str().unwrap();
    let (_, said, status) = gimlet(&["--content", checkout]);
    assert_eq!(status, Some(3), "{said}");
    assert!(said.contains("refused: -v says why"), "{said}");
    assert!(said.contains("rules with rows"), "{said}");
    let (_, said, _) = gimlet(&["-v", "--content", checkout]);
    assert!(said.contains("is refused:\n"), "{said}");
}
