//! Rules of all three generations, good and bad: `fixtures/rules/*.yml` with what is read of them
//! beside it. `GIMLET_BLESS=1` writes the expected files anew.

use super::*;
use crate::content::macros::Macros;
use crate::content::parsed_search::ParsedSearch;
use crate::spl::print;
use std::fmt::Write as _;
use std::path::PathBuf;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/rules")
}

/// All that is read of a rule, for comparison.
fn summary(rule: &Detection) -> String {
    let mut out = String::new();
    for (name, value) in [
        ("name", &rule.name),
        ("id", &rule.id),
        ("version", &rule.version),
        ("type", &rule.kind.to_string()),
        ("severity", &rule.severity().to_string()),
        ("status", &rule.status),
        ("author", &rule.author),
        ("dates", &format!("{:?} {:?}", rule.created, rule.modified)),
        ("description", &format!("{:?}", rule.description)),
        ("search from line", &rule.search_line().to_string()),
        ("filter", &rule.filter_macro()),
        ("data sources", &rule.data_sources.join("; ")),
        ("how to implement", &rule.how_to_implement),
        ("false positives", &rule.known_false_positives),
        ("references", &rule.references.join("; ")),
        ("stories", &rule.analytic_stories.join("; ")),
        ("asset type", &rule.asset_type),
        ("ATT&CK", &rule.mitre_attack_ids.join("; ")),
        ("products", &rule.products.join("; ")),
        ("category", &rule.category),
        ("domain", &rule.security_domain),
        ("finding", &format!("{:?}", rule.finding_title)),
    ] {
        if !value.is_empty() {
            let _ = writeln!(out, "{name}: {value}");
        }
    }
    for entity in &rule.entities {
        let RiskEntity {
            field,
            kind,
            score,
            message,
        } = entity;
        let _ = writeln!(out, "entity: {field} {kind} {score} {message:?}");
    }
    for threat in &rule.threat_objects {
        let _ = writeln!(out, "threat object: {} {}", threat.field, threat.kind);
    }
    for drilldown in &rule.drilldowns {
        let _ = writeln!(out, "drilldown: {drilldown:?}");
    }
    for test in &rule.tests {
        let _ = writeln!(out, "test: {test:?}");
    }
    for (key, value) in &rule.unknown {
        let _ = writeln!(out, "unknown: {key} = {value}");
    }
    out
}

fn report(file: &Path) -> String {
    let text = std::fs::read_to_string(file).unwrap();
    let name = file.file_name().unwrap().to_str().unwrap();
    let rule = match Detection::parse(&text, name) {
        Ok(rule) => rule,
        Err(error) => return format!("{error}\n\n{}", error.drawn()),
    };
    let mut macros = Macros::built_in().unwrap();
    macros.add_filter_of(&rule);
    let searched = match ParsedSearch::of(&rule, &macros) {
        Ok(parsed) => print::pipeline(&parsed.pipeline) + "\n",
        Err(error) => format!("{error}\n\n{}", error.drawn()),
    };
    format!("{}\n{searched}", summary(&rule))
}

#[test]
fn rules_are_read_as_expected() {
    let mut files: Vec<_> = std::fs::read_dir(folder())
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|e| e == "yml"))
        .collect();
    files.sort();
    assert!(files.len() >= 12);
    for file in files {
        let expected = file.with_extension("expected");
        let found = report(&file);
        if std::env::var_os("GIMLET_BLESS").is_some() {
            std::fs::write(&expected, &found).unwrap();
        }
        let written = std::fs::read_to_string(&expected).unwrap_or_default();
        assert_eq!(found, written, "{}", file.display());
    }
}

#[test]
fn the_built_in_rule_is_read_whole() {
    let rule = Detection::built_in().unwrap();
    assert_eq!(rule.name, "Windows MSIExec Remote Download");
    assert_eq!((rule.version.as_str(), &rule.kind), ("17", &Kind::Anomaly));
    assert_eq!(rule.severity(), Severity::Low);
    assert_eq!(
        rule.filter_macro(),
        "windows_msiexec_remote_download_filter"
    );
    assert_eq!(
        rule.search_name(),
        "ESCU - Windows MSIExec Remote Download - Rule"
    );
    let scores: Vec<_> = rule
        .entities
        .iter()
        .map(|e| (e.field.as_str(), e.kind.as_str(), e.score))
        .collect();
    assert_eq!(scores, [("user", "user", 30), ("dest", "system", 30)]);
    assert_eq!(
        (
            rule.drilldowns.len(),
            rule.threat_objects.len(),
            rule.tests.len()
        ),
        (2, 2, 2)
    );
    assert_eq!(rule.analytic_stories.len(), 5);
    assert!(rule.unknown.is_empty(), "{:?}", rule.unknown);
    assert!(rule.search.starts_with("| tstats"));
    let line = rule.text.lines().nth(rule.search_line() - 1).unwrap();
    assert!(line.contains("| tstats"), "{line}");
    assert_eq!(rule.sha256.len(), 64);
}

#[test]
fn the_built_in_rule_is_understood_and_printed() {
    let rule = Detection::built_in().unwrap();
    let mut macros = Macros::built_in().unwrap();
    macros.add_filter_of(&rule);
    let parsed = ParsedSearch::of(&rule, &macros).unwrap_or_else(|e| panic!("{}", e.drawn()));
    let printed = print::pipeline(&parsed.pipeline);
    assert_eq!(
        printed,
        "| tstats summariesonly=false allow_old_summaries=true fillnull_value=null count min(_time) as firstTime \
         max(_time) as lastTime from datamodel=Endpoint.Processes where \
         Processes.process_name=msiexec.exe OR Processes.original_file_name=msiexec.exe AND \
         Processes.process IN (\"*http://*\", \"*https://*\") by Processes.action Processes.dest \
         Processes.original_file_name Processes.parent_process Processes.parent_process_exec \
         Processes.parent_process_guid Processes.parent_process_id Processes.parent_process_name \
         Processes.parent_process_path Processes.process Processes.process_exec Processes.process_guid \
         Processes.process_hash Processes.process_id Processes.process_integrity_level \
         Processes.process_name Processes.process_path Processes.user Processes.user_id \
         Processes.vendor_product\n\
         | rename Processes.* as *\n\
         | convert timeformat=\"%Y-%m-%dT%H:%M:%S\" ctime(firstTime)\n\
         | convert timeformat=\"%Y-%m-%dT%H:%M:%S\" ctime(lastTime)\n\
         | search *"
    );
    assert_eq!(crate::spl::parse(&printed).unwrap(), parsed.pipeline);
    let used: Vec<_> = parsed
        .expanded
        .used
        .iter()
        .map(|u| u.name.as_str())
        .collect();
    assert_eq!(
        used,
        [
            "security_content_summariesonly",
            "summariesonly_config",
            "oldsummaries_config",
            "fillnull_config",
            "process_msiexec",
            "drop_dm_object_name",
            "security_content_ctime",
            "windows_msiexec_remote_download_filter",
        ]
    );
}

#[test]
fn a_fault_is_told_by_the_line_of_the_file() {
    let built_in = Detection::built_in().unwrap();
    let text = built_in.text.replace(
        "| `security_content_ctime(lastTime)`\n",
        "| geostats user\n",
    );
    let rule = Detection::parse(&text, "mine.yml").unwrap();
    let mut macros = Macros::built_in().unwrap();
    macros.add_filter_of(&rule);
    let error = ParsedSearch::of(&rule, &macros).unwrap_err();
    let line = text.lines().position(|l| l.contains("geostats")).unwrap() + 1;
    assert_eq!(
        error.to_string(),
        format!("mine.yml:{line}:7: the command 'geostats' is not supported")
    );
    assert!(
        error
            .drawn()
            .contains(&format!("{line} |     | geostats user")),
        "{}",
        error.drawn()
    );
}

proptest::proptest! {
    #[test]
    fn any_text_is_read_or_refused(text in "((name|search|tags|rba|tests|finding): ?|- |\n|  |\\{|\\}|\\[|x|'|\"|\\||&a |\\*a ){0,30}") {
        match Detection::parse(&text, "f") {
            Ok(rule) => { let _ = ParsedSearch::of(&rule, &Macros::default()).map_err(|e| e.drawn()); }
            Err(error) => { let _ = error.drawn(); }
        }
    }
}
