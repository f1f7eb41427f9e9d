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

mod made;

use gimlet::cim::{Dataset, Hosts, Models, Scope, Sources};
use gimlet::event::{Locator, Position, Record, SourceId};
use gimlet::evidence::format::{Confidence, Detected, Format, ParseContext};
use gimlet::evidence::framing::parse;
use gimlet::evidence::prefilter::Prefilter;
use gimlet::search::needles::needles;
use gimlet::search::{Plan, PlanOptions};
use gimlet::worker::hunt::{HuntOptions, Hunted, Pass, hunt};
use gimlet::worker::rule::{Rule, RuleFiles};
use proptest::prelude::*;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

static MODELS: LazyLock<Models> = LazyLock::new(|| Models::built_in().unwrap());
static SOURCES: LazyLock<Sources> = LazyLock::new(|| Sources::built_in(&MODELS).unwrap());

fn plan(clause: &str) -> Option<Plan> {
    let search = format!(
        "| tstats count from datamodel=Endpoint.Processes where {clause} by Processes.dest"
    );
    let datasets: Vec<Dataset> = MODELS.datasets().cloned().collect();
    let pipeline = gimlet::spl::parse(&search).ok()?;
    Plan::compile(&pipeline, &datasets, &PlanOptions::default()).ok()
}

/// Texts of which values and patterns are made, so that they meet often.
fn piece() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec![
        "msiexec", "kiosk", "Tool", ".exe", " ", "\\", "/", "\"", "'", "&", "<", ">", "http:",
        "-q", "unknown", "a", "=", "ü", "1f", "x(y)",
    ])
}

/// A text that a pattern of [`literal`] most likely finds.
fn word() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec![
        "msiexec",
        "kiosk",
        "tool.exe",
        "kiosk msiexec",
        "x(y)z",
    ])
}

fn value() -> impl Strategy<Value = String> {
    let pieces = || prop::collection::vec(piece(), 0..3).prop_map(|pieces| pieces.concat());
    (pieces(), prop::option::weighted(0.8, word()), pieces())
        .prop_map(|(before, word, after)| [&before, word.unwrap_or(""), &after].concat())
}

const FIELDS: [&str; 12] = [
    "process",
    "process_name",
    "process_path",
    "process_exec",
    "original_file_name",
    "parent_process",
    "parent_process_name",
    "user",
    "dest",
    "process_id",
    "process_integrity_level",
    "vendor_product",
];

fn literal() -> impl Strategy<Value = String> {
    let star = || prop::bool::weighted(0.8).prop_map(|star| if star { "*" } else { "" });
    let text = prop_oneof![3 => word().prop_map(str::to_owned), 1 => value()];
    (star(), text, star()).prop_map(|(before, value, after)| {
        let value = value.replace('\\', "\\\\").replace('"', "\\\"");
        format!("\"{before}{value}{after}\"")
    })
}

fn clause() -> impl Strategy<Value = String> {
    let field = || prop::sample::select(FIELDS.to_vec());
    let leaf = prop_oneof![
        6 => (field(), literal()).prop_map(|(f, v)| format!("Processes.{f}={v}")),
        1 => (field(), literal()).prop_map(|(f, v)| format!("Processes.{f}!={v}")),
        2 => (field(), prop::collection::vec(literal(), 1..3))
            .prop_map(|(f, v)| format!("Processes.{f} IN ({})", v.join(", "))),
    ];
    leaf.prop_recursive(3, 10, 2, |inner| {
        prop_oneof![
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("({a} {b})")),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("({a} OR {b})")),
            inner.prop_map(|a| format!("NOT ({a})")),
        ]
    })
}

/// How letters are written where a carrier may write them in another way: by turns of these.
fn xml(text: &str, turns: &[u8]) -> String {
    let mut turns = turns.iter().cycle();
    let mut out = String::new();
    for c in text.chars() {
        match (c, turns.next().unwrap()) {
            ('&', _) => out.push_str("&amp;"),
            ('<', _) => out.push_str("&lt;"),
            ('"', _) => out.push_str("&quot;"),
            ('\'', _) => out.push_str("&apos;"),
            (c, 0) => out.push_str(&format!("&#x{:x};", u32::from(c))),
            (c, 1) => out.push_str(&format!("&#{};", u32::from(c))),
            (c, 2) => out.push_str(&format!("<![CDATA[{c}]]>")),
            (c, 3) => out.push_str(&format!("{c}<!-- x -->")),
            ('s', 4) => out.push('\u{17f}'),
            ('k', 4) => out.push('\u{212a}'),
            (c, 5) => out.extend(c.to_uppercase()),
            (c, _) => out.push(c),
        }
    }
    out
}

fn json(text: &str, turns: &[u8]) -> String {
    let mut turns = turns.iter().cycle();
    let mut out = String::new();
    for c in text.chars() {
        match (c, turns.next().unwrap()) {
            (c, 0 | 1) if (c as u32) < 0x1_0000 => {
                out.push_str(&format!("\\u{:04x}", u32::from(c)));
            }
            ('"', _) => out.push_str("\\\""),
            ('\\', _) => out.push_str("\\\\"),
            ('/', 2) => out.push_str("\\/"),
            ('s', 4) => out.push_str("\\u017f"),
            ('k', 4) => out.push('\u{212a}'),
            (c, 5) => out.extend(c.to_uppercase()),
            (c, _) => out.push(c),
        }
    }
    out
}

const SYSMON: [&str; 6] = [
    "Image",
    "CommandLine",
    "OriginalFileName",
    "ParentImage",
    "ParentCommandLine",
    "User",
];
const AUDIT: [&str; 6] = [
    "NewProcessName",
    "CommandLine",
    "TokenElevationType",
    "ParentProcessName",
    "MandatoryLabel",
    "SubjectUserName",
];
const FALCON: [&str; 6] = [
    "ImageFileName",
    "CommandLine",
    "OriginalFilename",
    "ParentBaseFileName",
    "x",
    "UserName",
];
const NVM: [&str; 6] = ["ppath", "parg", "pn", "ppn", "pparg", "pa"];

/// One record in a format: its values written as that format may write them.
fn record(source: usize, values: &[String], turns: &[u8]) -> (Format, String) {
    let fields = |names: [&'static str; 6]| names.into_iter().zip(values.iter().cloned());
    let event = |provider: &str, id: &str, names| {
        let data: String = fields(names)
            .map(|(name, value)| format!("<Data Name='{name}'>{}</Data>", xml(&value, turns)))
            .collect();
        format!(
            "<Event xmlns='http://schemas.microsoft.com/win/2004/08/events/event'><System><Provider \
             Name='{provider}'/><EventID>{id}</EventID><TimeCreated SystemTime='2020-01-01T00:00:00Z'/>\
             <Computer>h</Computer></System><EventData>{data}</EventData></Event>"
        )
    };
    let object = |names| -> String {
        let data =
            fields(names).map(|(name, value)| format!("\"{name}\":\"{}\"", json(&value, turns)));
        data.collect::<Vec<_>>().join(",")
    };
    let sysmon = "Microsoft-Windows-Sysmon";
    let audit = "Microsoft-Windows-Security-Auditing";
    match source {
        0 => (Format::WindowsXml, event(sysmon, "1", SYSMON)),
        1 => (Format::WindowsXml, event(audit, "4688", AUDIT)),
        2 => {
            let text = event(sysmon, "1", SYSMON);
            (
                Format::Json,
                format!("{{\"_raw\":\"{}\"}}", json(&text, turns)),
            )
        }
        3 => (
            Format::Json,
            format!(
                "{{\"Event\":{{\"System\":{{\"Provider\":{{\"#attributes\":{{\"Name\":\"{sysmon}\"}}}},\
                 \"EventID\":1}},\"EventData\":{{{}}}}}}}",
                object(SYSMON)
            ),
        ),
        4 => (
            Format::Json,
            format!(
                "{{\"event_simpleName\":\"ProcessRollup2\",\"aid\":\"1\",\"event_platform\":\"Win\",{}}}",
                object(FALCON)
            ),
        ),
        5 => (
            Format::Json,
            format!("{{\"fv\":\"nvzFlow_v7\",{}}}", object(NVM)),
        ),
        _ => {
            let fields = fields(NVM)
                .map(|(name, value)| format!("{name}=\"{}\"", value.replace('"', "\\\"")));
            let fields: Vec<String> = fields.collect();
            (
                Format::NvmText,
                format!("fv=\"nvzFlow_v7\" {}", fields.join(" ")),
            )
        }
    }
}

fn read(format: Format, text: &str) -> Option<Record> {
    let detected = Detected {
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

proptest! {
    #![proptest_config(ProptestConfig::with_cases(3000))]

    #[test]
    fn a_record_that_the_search_takes_is_not_passed_over(
        clause in clause(),
        source in 0_usize..7,
        values in prop::collection::vec(value(), 6),
        turns in prop::collection::vec(0_u8..40, 1..12),
    ) {
        let Some(plan) = plan(&clause) else { return Ok(()) };
        let (format, text) = record(source, &values, &turns);
        let Some(record) = read(format, &text) else { return Ok(()) };
        let Scope::Creation(index) = SOURCES.scope(&record) else { return Ok(()) };
        if !plan.test(&SOURCES.map(index, &record, &Hosts::default())) {
            return Ok(());
        }
        let filter = Prefilter::new(&needles(&plan, &SOURCES));
        if let Some(filter) = filter.text(format) {
            prop_assert!(filter.find(text.as_bytes()).is_some(), "{}\n{:?}\n{}", clause, needles(&plan, &SOURCES), text);
        }
    }
}

/// The real logs, where they are at hand.
fn shared() -> Option<PathBuf> {
    let root = std::env::var_os("GIMLET_SHARED").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared"),
        PathBuf::from,
    );
    let found = root.join("data").is_dir();
    if !found {
        eprintln!("skipped: no real logs at '{}'", root.display());
    }
    found.then(|| root.join("data"))
}

fn rule(folder: &Path, clause: &str) -> Rule {
    let path = folder.join("rule.yml");
    let text = format!(
        "name: A rule\nid: 00000000-0000-0000-0000-000000000000\nversion: 1\ndate: '2024-01-01'\n\
         author: a\nstatus: production\ntype: TTP\ndescription: d\nsearch: '| tstats count min(_time) as \
         firstTime from datamodel=Endpoint.Processes where {} by Processes.dest Processes.user \
         Processes.process Processes.process_name'\n",
        clause.replace('\'', "''")
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

/// Rules that ask for rare texts, for common ones, for several, for none of one family.
const CLAUSES: [&str; 9] = [
    "(Processes.process_name=msiexec.exe OR Processes.original_file_name=msiexec.exe)",
    "Processes.process_name=rundll32.exe",
    "Processes.process_name=powershell.exe Processes.process=\"*-enc*\"",
    "Processes.process_name IN (cmd.exe, net.exe, net1.exe, schtasks.exe)",
    "Processes.parent_process_name=winword.exe OR Processes.parent_process_name=explorer.exe",
    "Processes.process=\"*mimikatz*\" OR Processes.process=\"*sekurlsa*\"",
    "Processes.process=\"*\\\\Temp\\\\*\" NOT Processes.process_name=msiexec.exe",
    "Processes.user=SYSTEM Processes.process_name=sc.exe",
    "Processes.process=\"*kiosk*\"",
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
    let Some(data) = shared() else { return };
    same_rows_at_every_pass(&[data], 500);
}

#[test]
fn the_demo_gives_the_same_rows_at_every_pass() {
    same_rows_at_every_pass(&[made::fixture("atomic"), made::fixture("formats")], 100);
}
