//! The two drilldowns of the built-in rule, and what older generations do.

use super::*;
use crate::event::Zone;
use crate::event::time::Reading;

fn at(text: &str) -> Timestamp {
    Reading::iso8601(text).unwrap().resolve(Zone::UTC).0
}

fn values(name: &str) -> Option<Vec<String>> {
    let list: &[&str] = match name {
        "user" => &["ATTACKRANGE\\Administrator"],
        "dest" => &["win-dc-6764986.attackrange.local"],
        "many" => &["a", "b"],
        "star" => &["a*"],
        _ => return None,
    };
    Some(list.iter().map(|v| (*v).to_owned()).collect())
}

fn row() -> Row<'static> {
    Row {
        values: &values,
        anchor: Some(at("2022-06-16T18:04:12.5Z")),
        window: Bounds {
            earliest: Some(at("2022-06-08T09:12:00Z")),
            latest: Some(at("2022-06-16T18:31:00Z")),
        },
    }
}

fn rule_and_macros() -> (Detection, Macros) {
    let rule = Detection::built_in().unwrap();
    let mut macros = Macros::built_in().unwrap();
    macros.add_filter_of(&rule);
    (rule, macros)
}

fn resolved(search: &str, earliest: Option<&str>, latest: Option<&str>) -> ResolvedDrilldown {
    let (rule, macros) = rule_and_macros();
    let drilldown = Drilldown {
        name: "For $user$ and $gone$".to_owned(),
        search: search.to_owned(),
        earliest_offset: earliest.map(str::to_owned),
        latest_offset: latest.map(str::to_owned),
        ..Drilldown::default()
    };
    resolve(&rule, &drilldown, &macros, row()).unwrap_or_else(|e| panic!("{}", e.drawn()))
}

fn said(bounds: Bounds) -> String {
    let one = |at: Option<Timestamp>| at.map_or("-".to_owned(), |at| at.rfc3339(Zone::UTC));
    format!("{} {}", one(bounds.earliest), one(bounds.latest))
}

#[test]
fn the_detection_results_of_the_built_in_rule() {
    let (rule, macros) = rule_and_macros();
    let results = resolve(&rule, &rule.drilldowns[0], &macros, row()).unwrap();
    assert_eq!(
        results.title,
        "View the detection results for - \"ATTACKRANGE\\Administrator\" and \
         \"win-dc-6764986.attackrange.local\""
    );
    // As written, its macros too, with the values escaped.
    assert_eq!(
        results.spl,
        format!(
            "{} | search  user = \"ATTACKRANGE\\\\Administrator\" dest = \"win-dc-6764986.attackrange.local\"",
            rule.search.trim()
        )
    );
    let last = print::command(results.pipeline.commands.last().unwrap());
    assert_eq!(
        last,
        "search user=\"ATTACKRANGE\\\\Administrator\" AND dest=\"win-dc-6764986.attackrange.local\""
    );
    assert_eq!(results.pipeline.commands.len(), 6);
    assert_eq!(
        said(results.bounds),
        "2022-06-08T09:12:00Z 2022-06-16T18:31:00Z"
    );
    assert!(results.warnings.is_empty(), "{:?}", results.warnings);
    assert_eq!(results.expanded.used.len(), 8);
}

#[test]
fn the_risk_events_of_the_built_in_rule() {
    let (rule, macros) = rule_and_macros();
    let risk = resolve(&rule, &rule.drilldowns[1], &macros, row()).unwrap();
    assert_eq!(
        said(risk.bounds),
        "2022-06-09T18:04:12.5Z 2022-06-16T18:04:12.5Z"
    );
    assert!(risk.spl.contains(
        "normalized_risk_object IN (\"ATTACKRANGE\\\\Administrator\", \"win-dc-6764986.attackrange.local\")"
    ));
    assert!(risk.spl.ends_with("`security_content_ctime(lastTime)`"));
    assert_eq!(
        print::pipeline(&risk.pipeline),
        "| from datamodel:Risk.All_Risk\n\
         | search normalized_risk_object IN (\"ATTACKRANGE\\\\Administrator\", \"win-dc-6764986.attackrange.local\")\n\
         | stats count min(_time) as firstTime max(_time) as lastTime values(search_name) as \"Search Name\" \
         values(risk_message) as \"Risk Message\" values(analyticstories) as \"Analytic Stories\" \
         values(annotations._all) as Annotations \
         values(annotations.mitre_attack.mitre_tactic) as \"ATT&CK Tactics\" by normalized_risk_object\n\
         | convert timeformat=\"%Y-%m-%dT%H:%M:%S\" ctime(firstTime)\n\
         | convert timeformat=\"%Y-%m-%dT%H:%M:%S\" ctime(lastTime)"
    );
}

#[test]
fn the_seven_days_inside_of_an_older_search_are_bounds() {
    let risk = resolved(
        "| from datamodel Risk.All_Risk | search normalized_risk_object IN (\"$user$\") starthoursago=168 endhoursago=1",
        Some("$info_min_time$"),
        Some("$info_max_time$"),
    );
    assert_eq!(
        said(risk.bounds),
        "2022-06-09T18:04:12.5Z 2022-06-16T17:04:12.5Z"
    );
    assert!(!print::pipeline(&risk.pipeline).contains("starthoursago"));
    assert!(risk.spl.contains("starthoursago=168"));
}

#[test]
fn what_can_not_be_filled_is_told() {
    let odd = resolved("a=\"$gone$\" b=$many$ c=\"$star$\"", None, Some("soon"));
    assert_eq!(odd.spl, "a=\"$gone$\" b IN (\"a\", \"b\") c=\"a*\"");
    assert_eq!(odd.title, "For ATTACKRANGE\\Administrator and $gone$");
    assert_eq!(said(odd.bounds), "- -");
    assert_eq!(odd.warnings.len(), 3, "{:?}", odd.warnings);
    assert!(odd.warnings[0].contains("$gone$ is left"));
    assert!(odd.warnings[1].contains("a value holds '*'"));
    assert!(odd.warnings[2].contains("'soon' is no time offset"));

    let (rule, macros) = rule_and_macros();
    let row = Row {
        anchor: None,
        ..row()
    };
    let timeless = resolve(&rule, &rule.drilldowns[1], &macros, row).unwrap();
    assert_eq!(said(timeless.bounds), "- -");
    assert!(timeless.warnings[0].starts_with("the row has no time"));
}

#[test]
fn a_token_that_a_macro_brings_in_is_printed_whole() {
    let (rule, mut macros) = rule_and_macros();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("m.conf");
    std::fs::write(&file, "[by_user]\ndefinition = user=\"$user$\"\n").unwrap();
    macros.add(&file).unwrap();
    let drilldown = Drilldown {
        search: "a=1 `by_user`".to_owned(),
        ..Drilldown::default()
    };
    let filled = resolve(&rule, &drilldown, &macros, row()).unwrap();
    assert_eq!(
        filled.spl,
        "search a=1 AND user=\"ATTACKRANGE\\\\Administrator\""
    );
}

#[test]
fn a_fault_in_a_drilldown_names_the_drilldown() {
    let (rule, macros) = rule_and_macros();
    let drilldown = Drilldown {
        name: "Odd".to_owned(),
        search: "%original_detection_search% | geostats user".to_owned(),
        ..Drilldown::default()
    };
    let error = resolve(&rule, &drilldown, &macros, row()).unwrap_err();
    let text = error.to_string();
    assert!(text.contains("built in (drilldown 'Odd'):"), "{text}");
    assert!(
        text.ends_with("the command 'geostats' is not supported"),
        "{text}"
    );
}

#[test]
fn a_fault_is_shown_where_it_is_written() {
    let macros = Macros::built_in().unwrap();
    let text = "name: R\nsearch: |\n  | tstats count from datamodel=Endpoint.Processes | nope\n\
                drilldown_searches:\n- name: One\n  search: '%original_detection_search% | search a IN (\n    )'\n  \
                earliest_offset: soon\n  latest_offset: $info_max_time$\n- name: Two\n";
    let rule = Detection::parse(text, "r.yml").unwrap();
    let error = resolve(&rule, &rule.drilldowns[0], &macros, row()).unwrap_err();
    assert!(
        error.to_string().contains(":3:54: the command 'nope'"),
        "{error}"
    );
    assert!(error.drawn().contains("r.yml:6:54\n"), "{}", error.drawn());
    let missing = resolve(&rule, &rule.drilldowns[1], &macros, row()).unwrap_err();
    assert!(
        missing.drawn().contains("r.yml:10:3\n"),
        "{}",
        missing.drawn()
    );
    assert!(
        missing
            .to_string()
            .ends_with("the drilldown 'Two' has no 'search'"),
        "{missing}"
    );

    let fine = Detection::parse(
        &text.replace(" | nope", "").replace("(\n    )", "(b)"),
        "r.yml",
    )
    .unwrap();
    let filled = resolve(&fine, &fine.drilldowns[0], &macros, row()).unwrap();
    assert!(
        filled.warnings[0].starts_with("r.yml:7:20: 'soon' is no time offset"),
        "{:?}",
        filled.warnings
    );
    let search = filled.pipeline.commands[1].span;
    let drawn = filled.draw(
        &fine,
        &fine.drilldowns[0],
        &Diagnostic::new("X", "m", search),
    );
    assert!(drawn.contains("r.yml:6:42\n"), "{drawn}");
}

proptest::proptest! {
    #[test]
    fn no_value_gets_out_of_its_literal(value in "\\PC{0,24}|[\\\\\"|*()`$ ]{0,12}") {
        let (rule, macros) = rule_and_macros();
        let values = |_: &str| Some(vec![value.clone()]);
        let filled = resolve(&rule, &rule.drilldowns[0], &macros, Row { values: &values, ..row() }).unwrap();
        proptest::prop_assert_eq!(filled.pipeline.commands.len(), 6);
        let pasted = ParsedSearch::of_text(&filled.spl, "", &macros).unwrap();
        proptest::prop_assert_eq!(
            print::pipeline(&pasted.pipeline),
            print::pipeline(&filled.pipeline)
        );
    }
}
