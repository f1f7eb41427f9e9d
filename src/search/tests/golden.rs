//! Examples as data: of every function the documented one, one with a null and one with several
//! values (`fixtures/spl`). A new one is a line there.

use super::aggregates::over;
use super::functions::eval;
use crate::search::aggregate::NAMES;
use crate::search::functions::FUNCTIONS;
use crate::spl::parser;
use serde::Deserialize;
use std::collections::BTreeMap;

/// An expression and what it gives, see `functions.toml`.
type Example = (String, String);

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Examples {
    documented: Vec<Example>,
    nulls: Vec<Example>,
    multivalues: Vec<Example>,
}

/// Asks for each example; they are of these names, which are sorted here.
fn check(text: &str, mut known: Vec<&str>, gives: impl Fn(&str) -> String) {
    let examples: BTreeMap<String, Examples> = toml::from_str(text).unwrap();
    known.sort_unstable();
    let told: Vec<&str> = examples.keys().map(String::as_str).collect();
    assert_eq!(told, known, "each has its examples, and only those");
    let mut wrong = Vec::new();
    for (name, examples) in &examples {
        for kind in [&examples.documented, &examples.nulls, &examples.multivalues] {
            assert!(!kind.is_empty(), "{name}");
            for (asked, expected) in kind {
                assert!(asked.contains(name), "{asked}");
                let gives = gives(asked);
                if gives != *expected {
                    wrong.push(format!("{asked}: {gives}, not {expected}"));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_function_gives_what_its_examples_say() {
    let text = include_str!("../../../fixtures/spl/functions.toml");
    let known = FUNCTIONS.iter().map(|function| function.name);
    check(text, known.collect(), eval);
}

#[test]
fn every_aggregate_gives_what_its_examples_say() {
    let text = include_str!("../../../fixtures/spl/aggregates.toml");
    let known = NAMES
        .iter()
        .map(|(name, _)| *name)
        .chain(["perc", "exactperc", "upperperc"]);
    let columns = &["_time", "host", "size", "many", "nums", "none"];
    let rows: &[&[&str]] = &[
        &["100", "a", "1", "x;y", "1;3", "-"],
        &["110", "a", "2", "y", "2", "-"],
        &["120", "b", "-", "-", "-", "-"],
        &["130", "b", "4", "x;x", "4;4", "-"],
        &["140", "a", "9", "5", "5", "-"],
    ];
    check(text, known.collect(), |aggregate| {
        let lines = over(&format!("stats {aggregate} as x"), columns, rows);
        let row = lines.get(1).map_or("-", String::as_str);
        row.split(" [").next().unwrap_or_default().to_owned()
    });
}

/// These read datasets or files and are tried in `tstats`, `lookups` and `plans`.
const OF_EVIDENCE: [&str; 4] = ["tstats", "from", "lookup", "inputlookup"];

#[test]
fn every_command_gives_what_its_examples_say() {
    let text = include_str!("../../../fixtures/spl/commands.toml");
    let known = parser::known().filter(|name| !OF_EVIDENCE.contains(name));
    let columns = &["_time", "host", "status", "size", "many", "none", "_raw"];
    let rows: &[&[&str]] = &[
        &[
            "100",
            "a",
            "404",
            "1",
            "x;y",
            "-",
            "<code>7</code> from 192.0.2.1",
        ],
        &["110", "a", "200", "2", "y", "-", "<code>8</code>"],
        &["120", "b", "-", "3", "-", "-", "-"],
        &["130", "a", "404", "-", "x;x", "-", "plain"],
    ];
    check(text, known.collect(), |search| {
        let lines = over(search, columns, rows);
        let lines = lines
            .iter()
            .map(|line| line.split(" [").next().unwrap_or_default());
        lines.collect::<Vec<_>>().join(" / ")
    });
}
