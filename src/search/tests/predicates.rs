//! The comparison rules of predicates (language-and-model §2.3), over rows of a table.

use super::trees::*;
use crate::event::Value;
use crate::search::{Plan, Row, Table};
use crate::spl::ast::{CommandKind, CompareOp, Predicate};

/// Whether one row of one column passes.
fn passes(predicate: Predicate, value: &str) -> bool {
    kept(predicate, table(&["f", "g"], &[&[value, "other"]]))
}

fn kept(predicate: Predicate, table: Table) -> bool {
    let plan: Plan = over_table(vec![CommandKind::Search(predicate)]);
    !plan.run_table(table).rows.is_empty()
}

#[test]
fn values_compare_without_regard_to_case() {
    assert!(passes(eq("f", "msiexec.exe"), "MSIEXEC.EXE"));
    assert!(passes(eq("f", "ÄÖ"), "äö"));
    let mut exact = lit("msiexec.exe");
    exact.case_sensitive = true;
    let exact = || compare("f", CompareOp::Equal, exact.clone());
    assert!(!passes(exact(), "MSIEXEC.EXE") && passes(exact(), "msiexec.exe"));
}

#[test]
fn equality_is_of_texts() {
    assert!(!passes(eq("f", "1"), "1.0"));
    assert!(!passes(eq("f", "3972"), "0xf84"));
    let count = Table {
        columns: vec!["f".into()],
        rows: vec![Row {
            cells: vec![Some(Value::Number(1.0))],
            events: vec![],
        }],
    };
    assert!(kept(eq("f", "1"), count.clone()) && !kept(eq("f", "1.0"), count));
}

#[test]
fn orderings_are_of_numbers_when_both_are_else_of_texts() {
    let test = |op, right: &str, left: &str| passes(compare("f", op, lit(right)), left);
    assert!(test(CompareOp::Greater, "9", "10") && test(CompareOp::LessEqual, "1", "1.0"));
    assert!(
        test(CompareOp::Less, "9a", "10"),
        "texts: '1' is before '9'"
    );
    assert!(test(CompareOp::Less, "B", "a") && test(CompareOp::GreaterEqual, "A", "a"));
    assert!(!test(CompareOp::Less, "5", "-"), "null is in no order");
    assert!(test(CompareOp::Equal, "a*", "abc") && !test(CompareOp::Less, "a*", "a+"));
}

#[test]
fn wildcards_reach_over_anything() {
    assert!(passes(eq("f", "*http://*"), "msiexec /i\nHTTP://x"));
    assert!(passes(
        among("f", &["*http://*", "*https://*"]),
        "a https://b"
    ));
    assert!(!passes(
        among("f", &["*http://*", "*https://*"]),
        "a ftp://b"
    ));
    assert!(!passes(eq("f", "http://*"), "a http://b"));
}

#[test]
fn a_star_alone_asks_for_presence() {
    assert!(passes(eq("f", "*"), "") && passes(eq("f", "*"), "x"));
    assert!(!passes(eq("f", "*"), "-"));
    assert!(!passes(ne("f", "*"), "x") && !passes(ne("f", "*"), "-"));
    assert!(passes(not(eq("f", "*")), "-"));
}

#[test]
fn unequal_needs_the_field_and_not_does_not() {
    assert!(passes(ne("f", "a"), "b") && !passes(ne("f", "a"), "A"));
    assert!(!passes(ne("f", "a"), "-"));
    assert!(passes(not(eq("f", "a")), "-"));
    assert!(!passes(ne("h", "a"), "x"), "no such column");
    assert!(passes(not(among("h", &["a"])), "x"));
}

#[test]
fn any_value_of_a_multivalue_field_is_enough() {
    assert!(passes(eq("f", "b"), "a;b") && passes(ne("f", "b"), "a;b"));
    assert!(!passes(not(eq("f", "b")), "a;b") && !passes(ne("f", "a"), "a;A"));
    assert!(passes(among("f", &["x", "B"]), "a;b"));
}

#[test]
fn names_of_fields_keep_their_case() {
    assert!(!passes(eq("F", "a"), "a"));
}

#[test]
fn a_subnet_holds_addresses() {
    assert!(passes(eq("f", "10.0.0.0/8"), "10.1.2.3"));
    assert!(passes(ne("f", "10.0.0.0/8"), "192.168.0.1"));
    assert!(!passes(ne("f", "10.0.0.0/8"), "10.1.2.3"));
    assert!(passes(
        among("f", &["10.0.0.0/8", "2001:db8::/32"]),
        "2001:db8::7"
    ));
    assert!(
        passes(eq("f", "10.0.0.0/8"), "10.0.0.0/8"),
        "the text itself"
    );
    let letters = compare("f", CompareOp::Equal, bound("10.0.0.0/8"));
    assert!(
        !passes(letters, "10.1.2.3"),
        "a bound value is taken letter by letter"
    );
}

#[test]
fn bound_values_have_no_wildcards_and_no_escapes() {
    let user = || compare("f", CompareOp::Equal, bound(r"ATTACKRANGE\Administrator"));
    assert!(passes(user(), r"attackrange\administrator"));
    let star = || compare("f", CompareOp::Equal, bound("a*"));
    assert!(passes(star(), "A*") && !passes(star(), "ab"));
}

#[test]
fn a_free_term_is_looked_for_in_every_value() {
    assert!(passes(term("oth"), "x") && passes(term("OTHER"), "x"));
    assert!(!passes(term("nothing"), "x") && passes(not(term("nothing")), "x"));
    assert!(passes(term("*"), "-"), "a star alone keeps everything");
    assert!(passes(term(""), "-"));
}

#[test]
fn or_inside_and_as_the_vectors_parse() {
    let row = |a, b, c| table(&["A", "B", "C"], &[&[a, b, c]]);
    let vector = || and([eq("A", "1"), or([eq("B", "2"), eq("C", "3")])]);
    assert!(kept(vector(), row("1", "-", "3")) && kept(vector(), row("1", "2", "-")));
    assert!(
        !kept(vector(), row("0", "-", "3")),
        "A=1 AND B=2 OR C=3 is not (A AND B) OR C"
    );
    let vector = || and([or([eq("A", "1"), eq("B", "2")]), eq("C", "3")]);
    assert!(kept(vector(), row("1", "-", "3")) && !kept(vector(), row("1", "-", "-")));
    let vector = || or([not(eq("A", "1")), eq("B", "2")]);
    assert!(kept(vector(), row("1", "2", "-")) && kept(vector(), row("-", "-", "-")));
    let vector = || and([or([among("A", &["x", "y"]), eq("B", "1")]), eq("C", "2")]);
    assert!(kept(vector(), row("Y", "-", "2")) && !kept(vector(), row("y", "1", "-")));
}

#[test]
fn orderings_read_escapes_as_equality_does() {
    let test = compare("f", CompareOp::GreaterEqual, lit(r"C:\\b"));
    assert!(passes(test.clone(), r"C:\b") && !passes(test, r"C:\a"));
}
