//! Tests of the lints: what each is told of, where, and what it is not told of.

use super::*;
use crate::spl::parse;

/// The lints' names and the texts that they underline.
fn told(search: &str) -> Vec<(&'static str, &str)> {
    let pipeline = parse(search).unwrap();
    let found = lints(&pipeline, search);
    assert!(found.iter().all(|lint| lint.is_lint && lint.help.is_some()));
    let place = |lint: &Diagnostic| &search[lint.span.start..lint.span.end];
    found.iter().map(|lint| (lint.code, place(lint))).collect()
}

#[test]
fn and_and_or_at_one_level() {
    for (search, underlined) in [
        ("a=1 AND b=2 OR c=3", vec!["b=2 OR c=3"]),
        ("a=1 OR b=2 c=3", vec!["a=1 OR b=2"]),
        ("(x=1 OR a=1 b=2)", vec!["x=1 OR a=1"]),
        ("a=1 OR (b=2 c=3) d=4", vec!["a=1 OR (b=2 c=3)"]),
        (
            "p IN (x, y) OR q=1 r=2 OR s=3",
            vec!["p IN (x, y) OR q=1", "r=2 OR s=3"],
        ),
        ("x NOT a=1 OR b=2", vec!["a=1 OR b=2"]),
        (
            "(x ((a=1 z) OR b IN (2)) y) OR c=3 z",
            vec!["(x ((a=1 z) OR b IN (2)) y) OR c=3"],
        ),
        ("(x OR y IN (1) (z))", vec!["x OR y IN (1)"]),
        // In parentheses of its own, or without another operator beside it.
        ("a=1 (b=2 OR c=3)", vec![]),
        ("((a=1) OR (b=2)) c=3", vec![]),
        ("(a=1 OR b=2) (c=3 OR d=4)", vec![]),
        ("a=1 NOT (b=2 OR c=3)", vec![]),
        ("a=1 b IN (1, 2) (c IN (3) OR d=4)", vec![]),
        ("a=1 OR b=2 OR c=3", vec![]),
        ("a=1 \"x (\" b=2", vec![]),
        ("(a=1 b=2) OR c=3", vec![]),
    ] {
        let expected: Vec<_> = underlined.iter().map(|text| ("SPL-PREC", *text)).collect();
        assert_eq!(told(search), expected, "{search}");
        let tstats =
            format!("| tstats count from datamodel=E.P where {search} by P.a | search {search}");
        let twice = [expected.clone(), expected].concat();
        assert_eq!(told(&tstats), twice, "{tstats}");
    }
}

#[test]
fn a_backslash_that_escapes_nothing() {
    for (search, underlined) in [
        (r#"a="*\.txt""#, vec![r"\."]),
        (r#"a IN ("x", "*\.txt", "*\.html")"#, vec![r"\.", r"\."]),
        (r"a=*\calc.exe", vec![r"\c"]),
        (r#""*\'x""#, vec![r"\'"]),
        (r#"CASE("a\b")"#, vec![r"\b"]),
        (r#"a="\\\\x\\.y\"z\|\*""#, vec![]),
        (r"a=x\", vec![]),
    ] {
        let expected: Vec<_> = underlined.iter().map(|text| ("SPL-ESC", *text)).collect();
        let found: Vec<_> = told(search)
            .into_iter()
            .map(|(code, text)| (code, text.trim_start_matches("CASE(\"a")))
            .map(|(code, text)| (code, text.trim_end_matches("\")")))
            .collect();
        assert_eq!(found, expected, "{search}");
    }
}

#[test]
fn an_entity_in_a_value() {
    assert_eq!(
        told(r#"a="* echo b &gt; *" b="x&y""#),
        [("SPL-ENT", "&gt;")]
    );
}

#[test]
fn a_bare_word_with_a_parenthesis() {
    assert_eq!(told("x *GetCurrent()*"), [("SPL-PAREN", "*GetCurrent")]);
    assert_eq!(told("x (y) \"z\"(y) CASE(a)"), []);
}

#[test]
fn a_field_that_is_never_null() {
    let search = |option: &str, rest: &str| {
        format!("| tstats {option} count from datamodel=E.P by P.a P.b | rename P.* as * {rest}")
    };
    let fill = "fillnull_value=null";
    for (option, rest, underlined) in [
        (fill, "| where isnotnull(a)", vec!["isnotnull(a)"]),
        (
            fill,
            "| search a=1 | where count>1 AND isnotnull(b)",
            vec!["isnotnull(b)"],
        ),
        (fill, "| where isnotnull(c)", vec![]),
        (fill, "| where isnotnull(a) OR count>1", vec![]),
        (fill, "| eval a=null() | where isnotnull(a)", vec![]),
        ("", "| where isnotnull(a)", vec![]),
    ] {
        let text = search(option, rest);
        let expected: Vec<_> = underlined.iter().map(|text| ("SPL-NOOP", *text)).collect();
        assert_eq!(told(&text), expected, "{text}");
    }
}

proptest::proptest! {
    #[test]
    fn any_search_is_looked_at(
        words in proptest::collection::vec("a=1|AND|OR|NOT|\\(|\\)|x|b IN \\(1, 2\\)|\"\\\\.\"", 0..12),
    ) {
        let search = words.join(" ");
        if let Ok(pipeline) = parse(&search) {
            for lint in lints(&pipeline, &search) {
                proptest::prop_assert!(search.get(lint.span.start..lint.span.end).is_some());
            }
        }
    }
}
