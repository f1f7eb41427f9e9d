//! Risk events from rows, from exports, and in the store: `fixtures/risk/NAME.in.*` is an export,
//! `NAME.expected` beside it what it gives, as rows and then the lines that gave nothing.
//! `GIMLET_BLESS=1` writes what is missing or has changed.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test may panic"
)]

use gimlet::event::time::Reading;
use gimlet::event::{Timestamp, Value, Zone};
use gimlet::report::write_ndjson;
use gimlet::risk::{
    EntitySpec, ImportError, RiskEvent, RiskSpec, RiskStore, Scores, TechniqueSpec,
    ThreatObjectSpec, import, risk_events,
};
use gimlet::search::{Row, Table};
use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::sync::Arc;

fn at(text: &str) -> Timestamp {
    Reading::iso8601(text).unwrap().resolve(Zone::UTC).0
}

fn table(columns: &[&str], rows: Vec<Vec<Option<Value>>>) -> Table {
    let row = |cells| Row {
        cells,
        events: vec![],
    };
    Table {
        columns: columns.iter().map(|c| Arc::from(*c)).collect(),
        rows: rows.into_iter().map(row).collect(),
    }
}

/// The rule as its file has it.
fn spec() -> RiskSpec {
    let message = "An instance of $parent_process_name$ spawning $process_name$ was identified on \
                   endpoint $dest$ by user $user$ attempting to download a remote file.";
    let entity = |field: &str, kind: &str| EntitySpec {
        field: field.into(),
        kind: kind.into(),
        score: 30,
        message: message.into(),
    };
    let threat = |field: &str| ThreatObjectSpec {
        field: field.into(),
        kind: field.into(),
    };
    RiskSpec {
        search_name: "ESCU - Windows MSIExec Remote Download - Rule".into(),
        kind: "Anomaly".into(),
        entities: vec![entity("user", "user"), entity("dest", "system")],
        threat_objects: vec![threat("parent_process_name"), threat("process_name")],
        stories: vec!["Water Gamayun".into(), "StealC Stealer".into()],
        techniques: vec![TechniqueSpec {
            id: "T1218.007".into(),
            name: "Msiexec".into(),
            tactics: vec!["Defense Evasion".into()],
        }],
        data_sources: vec!["Sysmon EventID 1".into()],
        annotations: vec![("cis20".into(), vec!["CIS 10".into()])],
        earliest: None,
        latest: None,
    }
}

fn rows() -> (Table, Vec<Option<Timestamp>>) {
    let columns = [
        "dest",
        "parent_process_name",
        "process_name",
        "user",
        "source",
        "count",
    ];
    let row = |dest: &str, user: &str| {
        let texts = [dest, "cmd.exe", "msiexec.exe", user, "XmlWinEventLog"];
        let mut cells: Vec<Option<Value>> = texts.iter().map(|t| Some(Value::text(t))).collect();
        cells.push(Some(Value::Number(1.0)));
        cells
    };
    let rows = vec![row("WEB-02", "iis\\app"), row("web-02", "Administrator ")];
    let last = [
        at("2022-06-14T02:13:40.1234567Z"),
        at("2022-06-16T18:04:12Z"),
    ];
    (table(&columns, rows), last.map(Some).to_vec())
}

fn text(value: Option<&Value>) -> String {
    value.map_or("-".into(), |v| v.each().join("|"))
}

/// All that the first event of the first row holds.
const FIRST_EVENT: [(&str, &str); 33] = [
    ("_time", "1655172820.1234567"),
    ("index", "risk"),
    ("source", "ESCU - Windows MSIExec Remote Download - Rule"),
    (
        "search_name",
        "ESCU - Windows MSIExec Remote Download - Rule",
    ),
    ("risk_object", "iis\\app"),
    ("risk_object_type", "user"),
    ("normalized_risk_object", "iis\\app"),
    ("risk_score", "30"),
    ("calculated_risk_score", "30"),
    (
        "risk_message",
        "An instance of cmd.exe spawning msiexec.exe was identified on endpoint WEB-02 by user \
             iis\\app attempting to download a remote file.",
    ),
    ("severity", "low"),
    ("threat_object", "cmd.exe|msiexec.exe"),
    ("threat_object_type", "parent_process_name|process_name"),
    ("analyticstories", "Water Gamayun|StealC Stealer"),
    (
        "annotations._all",
        "Anomaly|CIS 10|StealC Stealer|Sysmon EventID 1|T1218.007|Water Gamayun",
    ),
    ("annotations.analytic_story", "Water Gamayun|StealC Stealer"),
    ("annotations.cis20", "CIS 10"),
    ("annotations.data_source", "Sysmon EventID 1"),
    ("annotations.mitre_attack", "T1218.007"),
    ("annotations.mitre_attack.mitre_technique_id", "T1218.007"),
    ("annotations.mitre_attack.mitre_technique", "Msiexec"),
    ("annotations.mitre_attack.mitre_tactic", "Defense Evasion"),
    ("annotations.type", "Anomaly"),
    ("annotations.type_list", "Anomaly"),
    (
        "contributing_events_search",
        "| savedsearch \"ESCU - Windows MSIExec Remote Download - Rule\" | search \
             user=\"iis\\\\app\"",
    ),
    ("info_min_time", "0.000"),
    ("info_max_time", "+Infinity"),
    ("count", "1"),
    ("dest", "WEB-02"),
    ("orig_source", "XmlWinEventLog"),
    ("parent_process_name", "cmd.exe"),
    ("process_name", "msiexec.exe"),
    ("user", "iis\\app"),
];

#[test]
fn a_row_of_the_rule_makes_two_events() {
    let (table, last) = rows();
    let events = risk_events(&table, &last, &spec());
    assert_eq!(events.len(), 4);
    let fields: Vec<(&str, String)> = events[0]
        .fields()
        .into_iter()
        .map(|(name, value)| (name, text(Some(value))))
        .collect();
    let expected = FIRST_EVENT.map(|(name, value)| (name, value.to_owned()));
    assert_eq!(fields, expected);
    assert_eq!(events[1].text("risk_object"), "WEB-02");
    assert_eq!(events[1].text("risk_object_type"), "system");
    assert_eq!(events[2].text("risk_object"), "Administrator ");
    assert_eq!(events[2].entity(), "Administrator");
}

#[test]
fn several_values_make_several_events_and_none_makes_none() {
    let both = Value::many(vec!["anna".into(), "bert".into()]);
    let rows = vec![
        vec![both, Some("web".into())],
        vec![None, Some("web".into())],
        vec![Some(" ".into()), None],
    ];
    let events = risk_events(&table(&["user", "dest"], rows), &[], &spec());
    let objects: Vec<_> = events.iter().map(|e| e.text("risk_object")).collect();
    assert_eq!(objects, ["anna", "bert", "web", "web"]);
    assert!(
        events[0]
            .text("risk_message")
            .contains("by user anna attempting")
    );
    assert!(
        events[0]
            .text("risk_message")
            .contains("$parent_process_name$")
    );
    assert!(events.iter().all(|e| e.time.is_none()));
    assert_eq!(
        RiskStore::new(events.clone(), vec![]).between(None, None),
        0..4
    );
    let any = Some(at("2000-01-01T00:00:00Z"));
    assert!(
        RiskStore::new(events.clone(), vec![])
            .between(any, None)
            .is_empty()
    );
    assert!(RiskStore::new(events, vec![]).between(None, any).is_empty());
}

fn imported(lines: &str) -> Vec<RiskEvent> {
    import(lines.as_bytes(), 0, Zone::UTC).unwrap().events
}

#[test]
fn seven_days_include_both_ends() {
    let last = at("2022-06-16T18:04:12.5Z");
    let week_before = last.plus_seconds(-7 * 86_400);
    let lines: String = [-1, 0, 1]
        .iter()
        .flat_map(|tick| [week_before.ticks() + tick, last.ticks() + tick])
        .fold(String::new(), |mut lines, ticks| {
            let time = Timestamp::from_ticks(ticks).epoch_text();
            writeln!(lines, "{{\"_time\":\"{time}\",\"risk_object\":\"a\"}}").unwrap();
            lines
        });
    let store = RiskStore::new(vec![], imported(&lines));
    assert_eq!(store.between(Some(week_before), Some(last)), 1..5);
    assert_eq!(store.between(Some(week_before), None), 1..6);
    assert_eq!(store.between(None, Some(last)), 0..5);
    assert_eq!(store.between(None, None), 0..6);
    assert!(store.between(Some(last), Some(week_before)).is_empty());
    assert_eq!(store.imported(), 6);
}

#[test]
fn entities_are_grouped_without_case_and_printed_as_first_seen() {
    let (table, last) = rows();
    let old = "{\"_time\":\"2022-06-01T00:00:00Z\",\"risk_object\":\"Web-02\",\"risk_score\":80}\n\
               {\"_time\":\"2022-06-01T00:00:00Z\",\"risk_object\":\"CORP\\\\iis\\\\app\"}";
    let store = RiskStore::new(risk_events(&table, &last, &spec()), imported(old));
    let column = |table: &Table, name: &str| -> Vec<String> {
        table
            .rows
            .iter()
            .map(|row| text(table.cell(row, name)))
            .collect()
    };
    let all = store.to_table(store.between(None, None));
    assert_eq!(
        column(&all, "normalized_risk_object"),
        [
            "CORP\\iis\\app",
            "Web-02",
            "iis\\app",
            "Web-02",
            "Administrator",
            "Web-02"
        ]
    );
    assert_eq!(
        column(&all, "risk_object"),
        [
            "CORP\\iis\\app",
            "Web-02",
            "iis\\app",
            "WEB-02",
            "Administrator ",
            "web-02"
        ]
    );
    assert_eq!(
        all.columns[..4],
        ["_time", "index", "source", "search_name"].map(Arc::from)
    );
    let recent = store.to_table(store.between(Some(at("2022-06-02T00:00:00Z")), None));
    assert_eq!(
        column(&recent, "normalized_risk_object"),
        ["iis\\app", "WEB-02", "Administrator", "WEB-02"]
    );
    assert_eq!(recent.rows[0].events, [2]);
    let scores = Scores::new(store.events());
    let web = scores.get("wEB-02").unwrap();
    assert_eq!((&*web.entity, web.events, web.score), ("Web-02", 3, 140.0));
    assert!((scores.get("administrator").unwrap().score - 30.0).abs() < 1e-9);
    assert_eq!(scores.iter().count(), 4);
}

#[test]
fn the_order_of_the_input_does_not_matter() {
    let (table, last) = rows();
    let own = risk_events(&table, &last, &spec());
    let mut turned = own.clone();
    turned.reverse();
    assert_eq!(RiskStore::new(own, vec![]), RiskStore::new(turned, vec![]));
}

#[test]
fn exports() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/risk");
    let mut cases = 0;
    for entry in fs::read_dir(&folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap();
        let Some((name, _)) = name.split_once(".in.") else {
            continue;
        };
        cases += 1;
        let found = import(&fs::read(&path).unwrap(), 0, Zone::UTC).unwrap();
        let store = RiskStore::new(vec![], found.events);
        let table = store.to_table(0..store.events().len());
        let mut out = Vec::new();
        let order: Vec<usize> = (0..table.rows.len()).collect();
        write_ndjson(&mut out, &table, &order).unwrap();
        let mut out = String::from_utf8(out).unwrap();
        for bad in &found.bad {
            writeln!(out, "line {}: {}", bad.line, bad.reason).unwrap();
        }
        assert_eq!(found.bad.len() as u64, found.bad_total);
        let expected = folder.join(format!("{name}.expected"));
        if std::env::var_os("GIMLET_BLESS").is_some() {
            fs::write(&expected, &out).unwrap();
        }
        assert_eq!(
            out,
            fs::read_to_string(&expected).unwrap_or_default(),
            "{name}"
        );
    }
    assert_eq!(cases, 3);
}

#[test]
fn what_is_no_export_is_said() {
    let error = |bytes: &[u8]| import(bytes, 0, Zone::UTC).unwrap_err();
    assert_eq!(error(b" \n"), ImportError::Empty);
    assert_eq!(error(b"\xff\xfe{\0"), ImportError::Utf16);
    assert_eq!(error(b"a,b\n1,2\n"), ImportError::NoRiskColumn);
    let many = "{}\n".repeat(500);
    let found = import(many.as_bytes(), 0, Zone::UTC).unwrap();
    assert_eq!((found.bad.len(), found.bad_total), (100, 500));
    let bom = "\u{feff}{\"_time\":1,\"risk_object\":\"a\"}";
    assert_eq!(imported(bom).len(), 1);
}

#[test]
fn a_zone_can_be_assumed() {
    let line = b"{\"_time\":\"2022-06-16 18:04:12\",\"risk_object\":\"a\"}";
    let found = import(line, 0, Zone::parse("+02:00").unwrap()).unwrap();
    assert_eq!(found.events[0].time, Some(at("2022-06-16T16:04:12Z")));
}

proptest::proptest! {
    #[test]
    fn no_bytes_bring_it_down(
        text in "[\\[{\"]?(_time|risk_object|,|\"|:|\\{|\\}|\\$|;|__mv_risk_object|\n|1|a){0,60}",
        bytes in proptest::collection::vec(proptest::num::u8::ANY, 0..60),
    ) {
        let _ = import(text.as_bytes(), 0, Zone::UTC);
        let _ = import(format!("risk_object,_time\n{text}").as_bytes(), 0, Zone::UTC);
        let _ = import(&bytes, 0, Zone::UTC);
    }
}
