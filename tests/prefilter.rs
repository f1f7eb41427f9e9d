//! The fast path changes no result: whatever a carrier writes, a record that the search takes holds
//! what is looked for; and hunts give the same rows at every pass.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stderr,
    clippy::format_push_string,
    clippy::format_collect,
    reason = "what goes wrong here must fail the test"
)]

#[path = "prefilter/carriers.rs"]
mod carriers;
mod made;

use carriers::{CARRIERS, record};
use gimlet::cim::{Dataset, Hosts, Models, Scope, Sources};
use gimlet::event::{Locator, Position, Record, SourceId};
use gimlet::evidence::format::{Confidence, Detected, Format, ParseContext};
use gimlet::evidence::framing::parse;
use gimlet::evidence::prefilter::{Prefilter, Wanted};
use gimlet::search::needles::needles;
use gimlet::search::{Plan, PlanOptions};
use gimlet::worker::hunt::{HuntOptions, Hunted, Pass, hunt};
use gimlet::worker::rule::{Rule, RuleFiles};
use proptest::prelude::*;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

static MODELS: LazyLock<Models> = LazyLock::new(|| Models::built_in().unwrap());
static SOURCES: LazyLock<Sources> = LazyLock::new(|| Sources::built_in(&MODELS).unwrap());

/// The dataset is the one that the clause names.
fn plan(clause: &str) -> Option<Plan> {
    let (model, dataset) = dataset_of(clause);
    let search =
        format!("| tstats count from datamodel={model}.{dataset} where {clause} by {dataset}.dest");
    let datasets: Vec<Dataset> = MODELS.datasets().cloned().collect();
    let pipeline = gimlet::spl::parse(&search).ok()?;
    Plan::compile(&pipeline, &datasets, &PlanOptions::default()).ok()
}

fn dataset_of(clause: &str) -> (&'static str, &'static str) {
    let others = [
        ("Endpoint", "Registry"),
        ("Endpoint", "Filesystem"),
        ("Endpoint", "Services"),
        ("Network_Traffic", "All_Traffic"),
        ("Authentication", "Authentication"),
    ];
    let mut named = others
        .into_iter()
        .filter(|(_, name)| clause.contains(&format!("{name}.")));
    named.next().unwrap_or(("Endpoint", "Processes"))
}

/// Texts of which values and patterns are made, so that they meet often.
fn piece() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec![
        "msiexec",
        "kiosk",
        "Tool",
        "rundll32",
        "evil-tool",
        ".exe",
        " ",
        " ",
        "\\",
        "/",
        "\"",
        "'",
        "&",
        "<",
        ">",
        "http:",
        "-q",
        "unknown",
        "a",
        "=",
        "ü",
        "1f",
        "x(y)",
        "\n",
        "\u{1}",
        "\\n",
        "n",
        ",",
        "msi",
        "exec",
        "evil-\"tool",
    ])
}

fn value() -> impl Strategy<Value = String> {
    prop::collection::vec(piece(), 2..8).prop_map(|pieces| pieces.concat())
}

/// Fields of texts, in which most conditions of public rules are.
const TEXTS: [&str; 8] = [
    "process",
    "process_name",
    "process_path",
    "process_exec",
    "original_file_name",
    "parent_process",
    "parent_process_name",
    "user",
];

const OTHERS: [&str; 10] = [
    "dest",
    "process_id",
    "process_integrity_level",
    "vendor_product",
    "process_hash",
    "process_guid",
    "user_id",
    "action",
    "os",
    "no_such_field",
];

/// A literal that is a part of one of the values, or seldom any text. It is written in quotes, its
/// entities now and then as such.
fn literal(values: &[String]) -> impl Strategy<Value = String> + use<> {
    let star = || prop::bool::weighted(0.95).prop_map(|star| if star { "*" } else { "" });
    let part = (
        prop::sample::select(values.to_vec()),
        any::<prop::sample::Index>(),
        5_usize..20,
    );
    let part = part.prop_map(|(value, from, length)| {
        let letters: Vec<char> = value.chars().collect();
        // A short part, which asks for nothing, is left to the other values.
        let from = from.index(letters.len().saturating_sub(length).max(1));
        letters
            .into_iter()
            .skip(from)
            .take(length)
            .collect::<String>()
    });
    // What a reader may have made of it: without its quotes, its line ends written out.
    let part = (part, 0..6).prop_map(|(part, change)| match change {
        0 => part.replace('"', ""),
        1 => part.replace('\n', "\\n"),
        _ => part,
    });
    let text = prop_oneof![8 => part, 1 => Just("msiexec".to_owned()), 1 => value()];
    (star(), text, star(), any::<bool>()).prop_map(|(before, text, after, entities)| {
        let text = text.replace('\\', "\\\\").replace('"', "\\\"");
        let text = if entities {
            text.replace('&', "&amp;").replace('<', "&lt;")
        } else {
            text
        };
        format!("\"{before}{text}{after}\"")
    })
}

fn clause(values: &[String]) -> impl Strategy<Value = String> + use<> {
    let text = || prop::sample::select(TEXTS.to_vec());
    let field = || prop_oneof![3 => text(), 1 => prop::sample::select(OTHERS.to_vec())];
    let literal = || literal(values);
    let leaf = prop_oneof![
        16 => (text(), literal()).prop_map(|(f, v)| format!("Processes.{f}={v}")),
        1 => (field(), literal()).prop_map(|(f, v)| format!("Processes.{f}={v}")),
        1 => (field(), prop::sample::select(vec!["!=", ">="]), literal())
            .prop_map(|(f, op, v)| format!("Processes.{f}{op}{v}")),
        4 => (text(), prop::collection::vec(literal(), 1..3))
            .prop_map(|(f, v)| format!("Processes.{f} IN ({})", v.join(", "))),
        1 => (text(), literal()).prop_map(|(f, v)| format!("Processes.{f}=CASE({v})")),
        1 => literal(),
    ];
    leaf.prop_recursive(3, 6, 2, |inner| {
        prop_oneof![
            6 => (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("({a} {b})")),
            3 => (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("({a} OR {b})")),
            1 => inner.prop_map(|a| format!("NOT ({a})")),
        ]
    })
}

/// Values and a clause that looks for parts of them.
fn case<S: Strategy<Value = String>>(
    clause: impl Fn(&[String]) -> S,
) -> impl Strategy<Value = (Vec<String>, String)> {
    prop::collection::vec(value(), 6)
        .prop_flat_map(move |values| (Just(values.clone()), clause(&values)))
}

fn read(format: Format, text: &str) -> Option<Record> {
    let detected = Detected {
        read_whole: false,
        format,
        shape: String::new(),
        confidence: Confidence::Certain,
        reason: String::new(),
    };
    let position = Position::Span { offset: 0, len: 0 };
    let source = SourceId(0);
    parse(
        &detected,
        text.as_bytes(),
        Locator { source, position },
        &ParseContext::default(),
    )
    .ok()
}

/// Whether a record as it stands in bytes is read if the search takes it; none: it does not, or
/// every record is read.
fn is_read(clause: &str, (format, text): &(Format, String)) -> Option<bool> {
    let plan = plan(clause)?;
    let record = read(*format, text)?;
    let sources = SOURCES.filling(plan.dataset()).unwrap();
    let Scope::Creation(index) = sources.scope(&record) else {
        return None;
    };
    if !plan.test(&sources.map(index, &record, &Hosts::default())) {
        return None;
    }
    let filter = Prefilter::new(&needles(&plan, &SOURCES));
    Some(filter.text(*format)?.find(text.as_bytes()).is_some())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(6000))]

    #[test]
    fn a_record_that_the_search_takes_is_not_passed_over(
        (values, clause) in case(clause),
        carrier in 0..CARRIERS,
        turns in prop::collection::vec(0_u8..40, 1..12),
    ) {
        let record = record(carrier, &values, &turns);
        prop_assert!(is_read(&clause, &record) != Some(false), "{}\n{:?}", clause, record);
    }

    /// Of one condition alone, which meets its value far more often.
    #[test]
    fn a_record_that_a_condition_takes_is_not_passed_over(
        (values, clause) in case(|values| {
            let field = prop::sample::select(TEXTS.to_vec());
            (field, literal(values)).prop_map(|(f, v)| format!("Processes.{f}={v}"))
        }),
        carrier in 0..CARRIERS,
        turns in prop::collection::vec(0_u8..40, 1..12),
    ) {
        let record = record(carrier, &values, &turns);
        prop_assert!(is_read(&clause, &record) != Some(false), "{}\n{:?}", clause, record);
    }
}

/// Fields of the other datasets.
const FIELDS: [&str; 10] = [
    "Registry.registry_path",
    "Registry.registry_key_name",
    "Registry.registry_value_name",
    "Registry.registry_value_data",
    "Registry.action",
    "Registry.registry_hive",
    "Filesystem.file_path",
    "Filesystem.file_name",
    "Filesystem.file_hash",
    "Filesystem.user",
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4000))]

    /// Of the other datasets, with what their sources do to a value.
    #[test]
    fn a_change_that_a_condition_takes_is_not_passed_over(
        (values, clause) in case(|values| {
            let field = prop::sample::select(FIELDS.to_vec());
            let other = prop::sample::select(vec!["created", "modified", "deleted", "HKEY_CURRENT_USER"]);
            let literal = prop_oneof![8 => literal(values), 1 => other.prop_map(str::to_owned)];
            (field, literal, any::<bool>()).prop_map(|(f, v, not)| {
                if not { format!("{f}={v} NOT {f}=\"*zq*\"") } else { format!("{f}={v}") }
            })
        }),
        carrier in 0..carriers::CHANGES,
        turns in prop::collection::vec(0_u8..40, 1..12),
    ) {
        let record = carriers::change(carrier, &values, &turns);
        prop_assert!(is_read(&clause, &record) != Some(false), "{}\n{:?}", clause, record);
    }
}

/// The property is of something: the conditions do meet the records, and most are looked for.
#[test]
fn changes_are_looked_for() {
    let path = r"HKLM\SOFTWARE\Policies\kiosk\Run";
    let values: Vec<String> = ["a.exe", path, "DWORD (0x00000001)", "SetValue", "x", "y"]
        .map(str::to_owned)
        .into();
    let found = |clause: &str, carrier: usize| {
        let record = carriers::change(carrier, &values, &[39]);
        (
            is_read(clause, &record),
            needles(&plan(clause).unwrap(), &SOURCES).windows,
        )
    };
    for (clause, carrier) in [
        ("Registry.registry_path=\"*\\\\kiosk\\\\*\"", 0),
        ("Registry.registry_key_name=kiosk", 0),
        (
            "Registry.registry_value_name=Run Registry.registry_path=\"*policies*\"",
            0,
        ),
        (
            "Filesystem.file_name=\"*kiosk*\" OR Filesystem.file_path=\"*kiosk*\"",
            6,
        ),
    ] {
        let (read, wanted) = found(clause, carrier);
        assert_eq!(read, Some(true), "{clause}");
        assert!(matches!(wanted, Wanted::Holding(_)), "{clause}: {wanted:?}");
    }
    // What says nothing of the record's texts takes the full pass, and says why.
    for clause in [
        "Registry.action=created",
        "Filesystem.dest=*",
        "Registry.status=success",
    ] {
        let wanted = needles(&plan(clause).unwrap(), &SOURCES).windows;
        assert!(
            matches!(&wanted, Wanted::Everything(why) if !why.is_empty()),
            "{clause}: {wanted:?}"
        );
    }
}

fn rule(folder: &Path, clause: &str) -> Rule {
    let (model, dataset) = dataset_of(clause);
    let by = match dataset {
        "Registry" => "Registry.registry_path Registry.registry_value_data Registry.action",
        "Filesystem" => "Filesystem.file_path Filesystem.process_guid Filesystem.action",
        "Services" => "Services.service_name Services.service_path",
        "All_Traffic" => "All_Traffic.src All_Traffic.dest_port All_Traffic.app",
        "Authentication" => "Authentication.src Authentication.action Authentication.app",
        _ => "Processes.process Processes.process_name",
    };
    let path = folder.join("rule.yml");
    let search = match clause.strip_prefix(RAW) {
        Some(raw) => format!("{raw} | table _time dest user EventCode source"),
        None => format!(
            "| tstats count min(_time) as firstTime from datamodel={model}.{dataset} where {clause} \
             by {dataset}.dest {dataset}.user {by}"
        ),
    };
    let text = format!(
        "name: A rule\nid: 00000000-0000-0000-0000-000000000000\nversion: 1\ndate: '2024-01-01'\n\
         author: a\nstatus: production\ntype: TTP\ndescription: d\nsearch: '{}'\n",
        search.replace('\'', "''")
    );
    std::fs::write(&path, text).unwrap();
    let files = RuleFiles {
        rule: Some(path),
        ..RuleFiles::default()
    };
    Rule::load(&files, &MODELS, gimlet::event::Zone::UTC).unwrap()
}

fn run(rule: &Rule, paths: &[PathBuf], pass: Pass) -> Hunted {
    let options = HuntOptions {
        paths: paths.to_vec(),
        pass,
        ..HuntOptions::default()
    };
    hunt(rule, &SOURCES, &options, &mut ())
}

/// Stands before a search of raw events.
const RAW: &str = "raw: ";

/// Rules that ask for rare texts, for common ones, for several, for none of one family.
const CLAUSES: [&str; 23] = [
    "(Processes.process_name=msiexec.exe OR Processes.original_file_name=msiexec.exe)",
    "Processes.process_name=rundll32.exe",
    "Processes.process_name=powershell.exe Processes.process=\"*-enc*\"",
    "Processes.process_name IN (cmd.exe, net.exe, net1.exe, schtasks.exe)",
    "Processes.parent_process_name=winword.exe OR Processes.parent_process_name=explorer.exe",
    "Processes.process=\"*mimikatz*\" OR Processes.process=\"*sekurlsa*\"",
    "Processes.process=\"*\\\\Temp\\\\*\" NOT Processes.process_name=msiexec.exe",
    "Processes.user=SYSTEM Processes.process_name=sc.exe",
    "Processes.process=\"*kiosk*\"",
    "Registry.registry_path=\"*\\\\CurrentVersion\\\\Run\\\\*\"",
    "Registry.registry_value_data=\"0x00000001\" Registry.registry_path=\"*\\\\Policies\\\\*\"",
    "Filesystem.file_name IN (\"*.exe\", \"*.dll\") Filesystem.file_path=\"*\\\\Temp\\\\*\"",
    "Filesystem.action=deleted OR Filesystem.file_path=\"*.ps1\"",
    "Services.service_path=\"*powershell*\" OR Services.service_name=PSEXESVC",
    "All_Traffic.app=\"*\\\\powershell.exe\" All_Traffic.direction=outbound",
    "Authentication.action=success Authentication.user=*admin*",
    "raw: `sysmon` EventCode=1 Image=\"*\\\\powershell.exe\" Hashes=*A*",
    "raw: `wineventlog_security` EventCode=4688 TokenElevationType=\"%%1936\"",
    "raw: TargetUserName=*admin* NOT SubjectUserName=SYSTEM",
    "raw: source=\"XmlWinEventLog:*\" ScriptBlockText=*invoke* OR parent_process_name=cmd.exe",
    "raw: \"*msiexec*\" NOT EventCode=4688",
    "raw: sourcetype=\"cisco:nvm:flowdata\" process_arguments=*http*",
    "raw: source=WinEventLog:Security New_Process_Name=*cmd.exe OR TargetObject=\"*\\\\Run\\\\*\"",
];

fn same_rows_at_every_pass(paths: &[PathBuf], least: usize) {
    let folder = tempfile::tempdir().unwrap();
    let mut rows = 0;
    for clause in CLAUSES {
        let rule = rule(folder.path(), clause);
        let whole = run(&rule, paths, Pass::Everything);
        whole.loaded.ledger.check().unwrap();
        for pass in [Pass::Rows, Pass::Counted] {
            let fast = run(&rule, paths, pass);
            assert_eq!(
                whole.findings.table, fast.findings.table,
                "{clause} {pass:?}"
            );
            assert_eq!(
                whole.findings.events, fast.findings.events,
                "{clause} {pass:?}"
            );
            assert_eq!(whole.members, fast.members, "{clause} {pass:?}");
            fast.loaded.ledger.check().unwrap();
            let (all, read) = (&whole.loaded.ledger.totals, &fast.loaded.ledger.totals);
            if pass == Pass::Counted {
                assert_eq!(all.records, read.records, "{clause}");
            }
            assert_eq!(all.passed_over, 0);
        }
        rows += whole.findings.table.rows.len();
    }
    assert!(rows >= least, "{rows} rows");
}

#[test]
fn real_logs_give_the_same_rows_at_every_pass() {
    let Some(data) = made::real::shared().map(|root| root.join("data")) else {
        return;
    };
    same_rows_at_every_pass(&[data], 500);
}

#[test]
fn the_demo_gives_the_same_rows_at_every_pass() {
    same_rows_at_every_pass(&[made::fixture("atomic"), made::fixture("formats")], 100);
}

/// What no writer that keeps the rules makes, and readers take all the same.
#[test]
fn texts_that_readers_put_together_are_not_passed_over() {
    let csv = |command: &str| {
        let text = format!(
            "Id,ProviderName,Message\n1,Microsoft-Windows-Sysmon,\"Process Create:\nUtcTime: 2020-01-01 \
             00:00:00.000\nCommandLine: {command}\nUser: a\"\n"
        );
        (Format::Csv, text)
    };
    let flat = |command: &str| {
        let text = format!(
            "{{\"ProcessGuid\":\"{{1}}\",\"UtcTime\":\"2020-01-01 00:00:00.000\",\"EventId\":1,\"Image\":\
             \"a\",\"CommandLine\":{command}}}"
        );
        (Format::Json, text)
    };
    let falcon = |image: &str, command: &str| {
        let text = format!(
            "{{\"event_simpleName\":\"ProcessRollup2\",\"aid\":\"1\",{image}\"CommandLine\":\"{command}\"}}"
        );
        (Format::Json, text)
    };
    for (clause, record) in [
        // A quote that is not doubled ends the cell's quotes, not the cell.
        ("process=\"*msiexec*\"", csv("msi\"exec")),
        ("process=\"*msi*\"", csv("msi\"exec")),
        // A line end that is written out with a letter.
        ("process=\"*nkiosk*\"", flat("[\"a\nkiosk\"]")),
        (
            "process=\"*u0001kiosk*\"",
            flat("{\"x\":[\"a\u{1}kiosk\"]}"),
        ),
        ("process=\"*kiosk\"", flat("\"a\\u006biosk\"")),
        (
            "process=\"*msiexec.exe*\"",
            falcon("\"ImageFileName\":\"a\",", "msi\\\"exec.exe"),
        ),
        ("process_name=msiexec.exe", falcon("", "msi\\\"exec.exe")),
    ] {
        let clause = format!("Processes.{clause}");
        assert!(
            is_read(&clause, &record) != Some(false),
            "{clause}\n{record:?}"
        );
    }
}

/// A record that names a host is no creation, and rows have its name.
#[test]
fn records_that_name_hosts_are_not_passed_over() {
    let plan = plan("Processes.process_name=msiexec.exe").unwrap();
    let filter = Prefilter::new(&needles(&plan, &SOURCES));
    let raw = |text: &str| {
        format!(
            "{{\"_raw\":\"{}\"}}",
            text.replace('\\', "\\\\").replace('"', "\\\"")
        )
    };
    let cell = |text: &str| format!("_raw\n\"{}\"\n", text.replace('"', "\"\""));
    let aidmaster = r#"{"aid":"a1","ComputerName":"WS-1","Time":"1"}"#;
    let system = r#"{"fv":"nvzFlow_v7","udid":"1","vsn":"WS-1"}"#;
    let line = r#"fv="nvzFlow_v7" udid="1" vsn="WS-1""#;
    for (format, text) in [
        (Format::Json, aidmaster.to_owned()),
        (Format::Json, raw(aidmaster)),
        (Format::Csv, cell(aidmaster)),
        (Format::Json, system.to_owned()),
        (Format::Json, raw(system)),
        (Format::Json, raw(&raw(system))),
        (Format::Csv, cell(system)),
        (Format::NvmText, line.to_owned()),
        (Format::Json, raw(line)),
        (Format::Csv, cell(line)),
    ] {
        let filter = filter.text(format).unwrap();
        assert!(filter.find(text.as_bytes()).is_some(), "{format:?} {text}");
    }
}

/// The exports that people have: each carrier is a creation, and is looked for.
#[test]
fn exports_are_looked_for() {
    let values: Vec<String> = [
        "tool.exe",
        "tool.exe -kiosk",
        "T.EXE",
        "cmd.exe",
        "cmd /c",
        "u",
    ]
    .map(str::to_owned)
    .into();
    let clause = "Processes.process_name=\"tool.exe\" Processes.process=\"*kiosk*\"";
    let plan = plan(clause).unwrap();
    let wanted = needles(&plan, &SOURCES);
    assert!(
        matches!(&wanted.flat, Wanted::Holding(texts) if !texts.is_empty()),
        "{wanted:?}"
    );
    let filter = Prefilter::new(&wanted);
    for carrier in 18..CARRIERS {
        for turns in [[30], [31], [32], [35]] {
            let record = record(carrier, &values, &turns);
            assert_eq!(
                is_read(clause, &record),
                Some(true),
                "{carrier}: {}",
                record.1
            );
            let other = record
                .1
                .replace("kiosk", "other")
                .replace("tool.exe", "else.exe");
            let found = filter.text(record.0).unwrap().find(other.as_bytes());
            assert_eq!(found, None, "{other}");
        }
    }
}
