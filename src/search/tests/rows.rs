//! The commands that pick and order rows.

use super::texts::{refused, rows, run};
use super::trees::table;
use crate::search::Table;

fn one(name: &str, values: &[&str]) -> Table {
    let rows: Vec<Vec<&str>> = values.iter().map(|value| vec![*value]).collect();
    let rows: Vec<&[&str]> = rows.iter().map(Vec::as_slice).collect();
    table(&[name], &rows)
}

#[test]
fn regex_keeps_what_matches_and_with_a_sign_what_does_not() {
    // Search Reference, "regex": the example of mail addresses.
    let mails = || {
        one(
            "email",
            &["a.b@splunk.com", "A@x.y", "none", "-", "x;c@d.org"],
        )
    };
    let of = |sign: &str| {
        let pattern = r"^([a-z0-9_\.-]+)@([\da-z\.-]+)\.([a-z\.]{2,6})$";
        rows(&format!("regex email{sign}\"{pattern}\""), mails())
    };
    assert_eq!(of("="), ["a.b@splunk.com", "x;c@d.org"]);
    // A null does not match; any value of several is enough.
    assert_eq!(of("!="), ["A@x.y", "none", "-"]);
    let raw = table(&["_raw", "x"], &[&["a 10.1.2.3", "1"], &["b", "10.1.2.3"]]);
    assert_eq!(rows(r#"regex "10\.\d+""#, raw), ["a 10.1.2.3|1"]);
    assert_eq!(run("regex nowhere=\"x\"", mails()), ["email"]);
    assert!(refused("regex email=\"(\"").starts_with("SPL-REGEX"));
    assert!(refused("regex").contains("a regular expression is missing"));
}

#[test]
fn backslashes_of_a_pattern_are_read_once() {
    let t = || one("p", &["C:\\a\\b.exe", "C:/a"]);
    assert_eq!(rows(r#"regex p="\\\\b\.exe$""#, t()), ["C:\\a\\b.exe"]);
    assert_eq!(rows(r#"regex p="\\x{43}:/""#, t()), ["C:/a"]);
}

#[test]
fn dedup_keeps_the_first_of_the_same_values() {
    let t = || {
        table(
            &["host", "source", "n"],
            &[
                &["a", "x", "1"],
                &["a", "y", "2"],
                &["a", "x", "3"],
                &["-", "x", "4"],
                &["A", "x", "5"],
                &["a", "x", "6"],
            ],
        )
    };
    assert_eq!(rows("dedup host", t()), ["a|x|1", "A|x|5"]);
    assert_eq!(rows("dedup host, source", t()), ["a|x|1", "a|y|2", "A|x|5"]);
    // Search Reference, "dedup": "dedup 3 source", "dedup host sortby -_size", "keepevents=true".
    assert_eq!(rows("dedup 2 host", t()), ["a|x|1", "a|y|2", "A|x|5"]);
    assert_eq!(rows("dedup host sortby -n", t()), ["a|x|6", "A|x|5"]);
    assert_eq!(
        rows("dedup host keepempty=true", t()),
        ["a|x|1", "-|x|4", "A|x|5"]
    );
    assert_eq!(
        rows("dedup host keepevents=true", t()),
        ["a|x|1", "-|y|2", "-|x|3", "A|x|5", "-|x|6"]
    );
    assert_eq!(
        rows("dedup source consecutive=true", t()),
        ["a|x|1", "a|y|2", "a|x|3"]
    );
    let several = one("v", &["a;b", "b;a", "a", "a;b"]);
    assert_eq!(rows("dedup v", several), ["a;b", "b;a", "a"]);
    assert!(rows("dedup nowhere", t()).is_empty());
    let message = refused("dedup host keepall=true");
    assert_eq!(
        message,
        "SPL-OPTION: the option 'keepall' of dedup is not known \
         (the options are keepevents, keepempty, consecutive)"
    );
    assert!(refused("dedup host keepempty=maybe").contains("true or false, not 'maybe'"));
    assert!(refused("dedup 0 host").contains("one row or more"));
}

#[test]
fn sort_compares_as_numbers_addresses_or_texts() {
    let t = || {
        one(
            "v",
            &["10", "9", "b", "-", "B", "10.0.0.9", "10.0.0.10", "1.5"],
        )
    };
    assert_eq!(
        rows("sort v", t()),
        ["1.5", "9", "10", "10.0.0.9", "10.0.0.10", "B", "b", "-"]
    );
    // What is missing is last in both directions.
    assert_eq!(
        rows("sort - v", t()),
        ["b", "B", "10.0.0.10", "10.0.0.9", "10", "9", "1.5", "-"]
    );
    assert_eq!(rows("sort str(v)", t())[..3], ["1.5", "10", "10.0.0.10"]);
    assert_eq!(rows("sort 2 -num(v)", t()), ["10", "9"]);
    assert_eq!(rows("sort limit=1 ip(v)", t()), ["10.0.0.9"]);
    assert_eq!(rows("sort v desc", t()), rows("sort -v", t()));
    // A text that begins with a number goes by it.
    assert_eq!(
        rows("sort v", one("v", &["a1", "10b", "9c", "9"])),
        ["9", "9c", "10b", "a1"]
    );
    // SPL2 Search Reference, "sort command usage", the two examples.
    let numbers = || one("v", &["9.1", "10.1"]);
    assert_eq!(rows("sort -v", numbers()), ["10.1", "9.1"]);
    let texts = || one("v", &["10.1.a", "9.1.a"]);
    assert_eq!(rows("sort -v", texts()), ["9.1.a", "10.1.a"]);
    assert_eq!(
        rows("sort v", one("v", &["2;1", "1;9", "1"])),
        ["1", "1;9", "2;1"]
    );
}

#[test]
fn sort_takes_several_keys_and_a_bound() {
    // Search Reference, "sort": "sort 100 -size, +source".
    let t = || {
        table(
            &["size", "source"],
            &[&["1", "b"], &["2", "c"], &["2", "a"], &["-", "z"]],
        )
    };
    assert_eq!(
        rows("sort 100 -size, +source", t()),
        ["2|a", "2|c", "1|b", "-|z"]
    );
    assert_eq!(rows("sort 0 -size source d", t())[..2], ["1|b", "2|c"]);
    assert_eq!(rows("sort -count, dest", t()), ["1|b", "2|c", "2|a", "-|z"]);
    let many: Vec<String> = (0..10_001).map(|n| n.to_string()).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    assert_eq!(rows("sort v", one("v", &many)).len(), 10_000);
    assert_eq!(rows("sort 0 v", one("v", &many)).len(), 10_001);
    assert!(refused("sort").contains("a field name is missing"));
    assert!(refused("sort count=5 x").contains("the options are limit"));
}

#[test]
fn head_and_tail_and_reverse() {
    let many: Vec<String> = (0..15).map(|n| n.to_string()).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    let t = || one("n", &many);
    assert_eq!(rows("head", t()).len(), 10);
    assert_eq!(rows("head 2", t()), ["0", "1"]);
    // Search Reference, "tail": the last rows, in reverse order.
    assert_eq!(rows("tail 2", t()), ["14", "13"]);
    assert_eq!(rows("tail", t()).len(), 10);
    assert_eq!(rows("reverse | head 1", t()), ["14"]);
    // Search Reference, "head": until an expression is not met.
    assert_eq!(rows("head (n<3)", t()), ["0", "1", "2"]);
    assert_eq!(rows("head limit=2 (n<3)", t()), ["0", "1"]);
    assert_eq!(rows("head keeplast=true (n<2)", t()), ["0", "1", "2"]);
    let gaps = || one("n", &["1", "-", "2", "9"]);
    assert_eq!(rows("head (n<3)", gaps()), ["1"]);
    assert_eq!(rows("head null=true (n<3)", gaps()), ["1", "-", "2"]);
    assert_eq!(rows("head (n<3)", one("n", &["5;1", "4"])), ["5;1"]);
    assert!(refused("head x").contains("'x' is not expected here"));
    assert!(refused("head first=3").contains("limit, null, keeplast"));
    assert!(refused("reverse x").contains("'x' is not expected here"));
}
