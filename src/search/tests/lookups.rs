//! `lookup`, `inputlookup`, `makeresults`.

use super::texts::{compile, made, refused, rows, run};
use super::trees::table;

#[test]
fn lookup_takes_the_columns_of_the_rows_that_fit() {
    let t = || table(&["name"], &[&["FOO.EXE"], &["bar.exe"], &["x"], &["-"]]);
    // Search Reference, "lookup": "lookup usertogroup local_user AS user OUTPUT user_group".
    assert_eq!(
        run("lookup tools tool AS name OUTPUT kind note AS remark", t()),
        [
            "name|kind|remark",
            "FOO.EXE|a;c|first;third [0]",
            // An empty cell is no value.
            "bar.exe|b|- [1]",
            // What is not found gets the lookup's default_match.
            "x|none|none [2]",
            "-|none|none [3]"
        ]
    );
    // Letter case counts where the definition does not say otherwise; one match may be enough.
    let t = || table(&["tool"], &[&["foo.exe"], &["FOO.EXE"], &["-"]]);
    assert_eq!(
        rows("lookup one_tool tool", t()),
        ["foo.exe|a|first", "FOO.EXE|-|-", "-|-|-"]
    );
    // Any value of a multivalue field.
    let several = table(&["tool"], &[&["Bar.exe;foo.exe"]]);
    assert_eq!(
        rows("lookup tools.csv tool OUTPUT kind", several),
        ["Bar.exe;foo.exe|a;b;c"]
    );
}

#[test]
fn many_values_of_many_fields_find_the_same() {
    let tools = ["foo.exe"; 20].join(";") + ";Bar.exe";
    let kinds: Vec<String> = (b'a'..=b'z').map(|c| char::from(c).to_string()).collect();
    let t = table(&["t", "k"], &[&[&tools, &kinds.join(";")], &[&tools, "c"]]);
    assert_eq!(
        rows(
            "lookup tools.csv tool AS t kind AS k OUTPUT note | table note",
            t
        ),
        ["first;third", "third"]
    );
}

#[test]
fn lookup_replaces_or_keeps_what_a_field_holds() {
    let t = || {
        table(
            &["tool", "kind"],
            &[&["foo.exe", "old"], &["foo.exe", "-"], &["y", "old"]],
        )
    };
    assert_eq!(
        rows("lookup one_tool tool OUTPUT kind", t()),
        ["foo.exe|a", "foo.exe|a", "y|old"]
    );
    assert_eq!(
        rows("lookup one_tool tool OUTPUTNEW kind", t()),
        ["foo.exe|old", "foo.exe|a", "y|old"]
    );
    // Every field of the left side must fit.
    let t = table(&["t", "k"], &[&["foo.exe", "c"], &["foo.exe", "x"]]);
    assert_eq!(
        rows("lookup tools.csv tool AS t kind AS k OUTPUT note", t),
        ["foo.exe|c|third", "foo.exe|x|-"]
    );
}

#[test]
fn lookup_matches_wildcards_and_subnets() {
    let t = table(
        &["p", "ip"],
        &[
            &["C:\\Temp\\x.exe", "10.1.2.3"],
            &["d:\\temp\\y", "10.9.0.1"],
            &["d:\\z", "9.9.9.9"],
            &["-", "-"],
        ],
    );
    assert_eq!(
        rows(
            "lookup paths path AS p OUTPUT label | lookup nets net AS ip OUTPUT zone",
            t
        ),
        [
            "C:\\Temp\\x.exe|10.1.2.3|temporary;x;drive|inside;lab",
            "d:\\temp\\y|10.9.0.1|temporary|inside",
            "d:\\z|9.9.9.9|-|-",
            "-|-|-|-"
        ]
    );
}

#[test]
fn what_a_lookup_does_not_have_is_named() {
    let unknown = refused("lookup nowhere a OUTPUT b");
    assert!(
        unknown.starts_with("SPL-LOOKUP: there is no lookup 'nowhere'"),
        "{unknown}"
    );
    assert!(unknown.contains("nowhere.csv"), "{unknown}");
    assert_eq!(
        refused("lookup tools tool OUTPUT price"),
        "SPL-LOOKUP: the lookup 'tools' has no column 'price' \
         (its columns are tool, kind, note)"
    );
    assert!(refused("lookup tools OUTPUT kind").contains("a field name is missing"));
    assert!(refused("lookup tools mode=x tool").contains("the options are local, update"));
    let message = refused("inputlookup tools");
    assert!(
        message.contains("'inputlookup' must be the first command"),
        "{message}"
    );
}

#[test]
fn inputlookup_gives_the_rows_of_a_lookup() {
    assert_eq!(
        made("| inputlookup tools.csv"),
        ["foo.exe|a|first", "Bar.exe|b|-", "foo.exe|c|third"]
    );
    assert_eq!(
        made("| inputlookup tools where tool=foo.exe kind!=a | fields kind"),
        ["c"]
    );
    // Search Reference, "inputlookup": start and max.
    assert_eq!(
        made("| inputlookup start=1 max=1 tools | table kind"),
        ["b"]
    );
    let t = table(&["kind", "x"], &[&["z", "1;2"]]);
    assert_eq!(
        run("inputlookup append=t tools | fields kind x", t),
        ["kind|x", "z|1;2 [0]", "a|- []", "b|- []", "c|- []"]
    );
    assert!(compile("| inputlookup tools limit=3").is_err());
}

#[test]
fn makeresults_makes_rows_with_the_time_of_the_search() {
    // Search Reference, "makeresults": one row when no count is given.
    assert_eq!(made("| makeresults"), ["1700000000"]);
    assert_eq!(
        made("| makeresults count=2 | eval x=\"a\" | fields - _time"),
        ["a", "a"]
    );
    assert!(compile("| makeresults").unwrap().asks_now());
    assert!(compile("| makeresults annotate=t").is_err());
    assert!(compile("| makeresults count=99999999999").is_err());
}
