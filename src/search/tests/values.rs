//! The commands that change what fields hold.

use super::texts::{refused, rows, run};
use super::trees::table;

#[test]
fn rex_fills_fields_with_named_groups() {
    // Search Reference, "rex": the examples of mail headers and of the scheduler's log.
    let mail = table(&["_raw"], &[&["From: <Susan> To: <Bob>"], &["none"]]);
    assert_eq!(
        run(r#"rex "From: <(?<from>.*)> To: <(?<to>.*)>""#, mail),
        [
            "_raw|from|to",
            "From: <Susan> To: <Bob>|Susan|Bob [0]",
            "none|-|- [1]"
        ]
    );
    let saved = table(&["savedsearch_id"], &[&["bob|search|my_saved_search"]]);
    let pattern = r"(?<user>\w+)\|(?<app>\w+)\|(?<SavedSearchName>\w+)";
    assert_eq!(
        rows(&format!("rex field=savedsearch_id \"{pattern}\""), saved),
        ["bob|search|my_saved_search|bob|search|my_saved_search"]
    );
}

#[test]
fn rex_takes_as_many_matches_as_it_is_told() {
    let t = || table(&["v"], &[&["a1b22c333"], &["-"], &["7;8x9"]]);
    let of = |options: &str| rows(&format!("rex {options} field=v \"(?<n>\\d+)\""), t());
    assert_eq!(of(""), ["a1b22c333|1", "-|-", "7;8x9|7;8"]);
    assert_eq!(of("max_match=2"), ["a1b22c333|1;22", "-|-", "7;8x9|7;8;9"]);
    assert_eq!(of("max_match=0")[0], "a1b22c333|1;22;333");
    assert_eq!(
        rows("rex field=v offset_field=o \"b(?<n>\\d+)\"", t())[0],
        "a1b22c333|22|n=3-4"
    );
}

#[test]
fn rex_without_a_match_changes_nothing() {
    let t = table(&["v", "n"], &[&["x", "old"], &["5", "old"]]);
    assert_eq!(rows(r#"rex field=v "(?<n>\d)""#, t), ["x|old", "5|5"]);
    let t = table(&["v"], &[&["ab"], &["b"]]);
    assert_eq!(
        run(r#"rex field=v "(?P<x>a)?(?<y>b)""#, t),
        ["v|x|y", "ab|a|b [0]", "b|-|b [1]"]
    );
    let t = table(&["v"], &[&["ab"]]);
    assert_eq!(run(r#"rex field=w "(?<x>a)""#, t), ["v|x", "ab|- [0]"]);
}

#[test]
fn rex_in_the_mode_of_sed_changes_the_field() {
    let t = table(&["v"], &[&["1234-5678"], &["-"], &["11;2"]]);
    assert_eq!(
        rows(r#"rex mode=sed field=v "s/\d/#/g""#, t),
        ["####-####", "-", "##;#"]
    );
    assert!(refused(r#"rex mode=sed field=v "d/x/""#).contains("the sed expression"));
    assert!(refused(r#"rex mode=awk field=v "x""#).contains("'mode' takes sed, not 'awk'"));
    assert!(refused(r#"rex field=v "no group""#).contains("no named group"));
    assert_eq!(
        refused(r#"rex input=v "(?<x>a)""#),
        "SPL-OPTION: the option 'input' of rex is not known \
         (the options are field, max_match, offset_field, mode)"
    );
}

#[test]
fn fillnull_fills_all_fields_or_those_named() {
    let t = || table(&["a", "b"], &[&["-", "x;y"], &["1", "-"]]);
    // Search Reference, "fillnull": 0 when no value is given.
    assert_eq!(rows("fillnull", t()), ["0|x;y", "1|0"]);
    assert_eq!(rows("fillnull value=NULL", t()), ["NULL|x;y", "1|NULL"]);
    assert_eq!(
        run("fillnull value=\"un known\" b c", t()),
        ["a|b|c", "-|x;y|un known [0]", "1|un known|un known [1]"]
    );
    assert!(refused("fillnull with=0").contains("the options are value"));
}

#[test]
fn bin_gives_the_start_of_a_time_and_the_range_of_a_number() {
    let t = || {
        table(
            &["_time", "size"],
            &[
                &["1655402652.5", "14"],
                &["-", "-3"],
                &["soon", "x"],
                &["1655402399", "10;29.5"],
            ],
        )
    };
    // Search Reference, "bin": "bin span=5m _time".
    assert_eq!(
        rows("bin span=5m _time", t()),
        ["1655402400|14", "-|-3", "soon|x", "1655402100|10;29.5"]
    );
    assert_eq!(
        rows("bucket _time span=5m", t()),
        rows("bin span=5m _time", t())
    );
    assert_eq!(
        rows("bin size span=10 as range | table range", t()),
        ["10-20", "-10-0", "x", "10-20;20-30"]
    );
    assert_eq!(
        rows("bin span=0.5 size", t())[3],
        "1655402399|10-10.5;29.5-30"
    );
    assert_eq!(
        rows("bin span=1h aligntime=1655402000 _time as t | table t", t())[0],
        "1655402000"
    );
    assert!(refused("bin _time").starts_with("SPL-SPAN"));
    assert!(refused("bin bins=10 size").contains("'bins' of bin is not supported"));
    assert!(refused("bin span=soon _time").contains("'soon'"));
    assert!(refused("bin size=3 _time").contains("the options are span"));
}

#[test]
fn eventstats_puts_the_aggregates_beside_the_rows() {
    // Search Reference, "eventstats": "eventstats avg(duration) as avgdur by date_minute".
    let t = || {
        table(
            &["duration", "minute"],
            &[
                &["1", "a"],
                &["3", "a"],
                &["9", "b"],
                &["5", "-"],
                &["7", "b;a"],
            ],
        )
    };
    assert_eq!(
        run("eventstats count sum(duration) as total", t())[..2],
        ["duration|minute|count|total", "1|a|5|25 [0]"]
    );
    assert_eq!(
        rows("eventstats max(duration) as most by minute", t()),
        ["1|a|7", "3|a|7", "9|b|9", "5|-|-", "7|b;a|7"]
    );
    // What has the name of an aggregate is replaced.
    assert_eq!(
        rows("eventstats min(duration) as duration", t())[4],
        "1|b;a"
    );
    assert_eq!(run("eventstats count", table(&["a"], &[])), ["a|count"]);
    assert!(refused("eventstats").contains("an aggregate"));
}

#[test]
fn mvexpand_makes_a_row_of_each_value() {
    let t = || table(&["foo", "x"], &[&["a;b;c", "1"], &["-", "2"], &["d", "3"]]);
    assert_eq!(
        run("mvexpand foo", t()),
        [
            "foo|x", "a|1 [0]", "b|1 [0]", "c|1 [0]", "-|2 [1]", "d|3 [2]"
        ]
    );
    // Search Reference, "mvexpand": "mvexpand foo limit=100".
    assert_eq!(rows("mvexpand foo limit=2", t()).len(), 4);
    assert_eq!(rows("mvexpand nowhere", t()).len(), 3);
    assert!(refused("mvexpand foo max=2").contains("the options are limit"));
}

#[test]
fn makemv_cuts_a_text_into_values() {
    let t = || table(&["foo"], &[&["a:b::c"], &["-"], &["x:y;z"]]);
    // Search Reference, "makemv": "makemv delim=":" allowempty=t foo" and the tokenizer's example.
    assert_eq!(
        rows(r#"makemv delim=":" allowempty=t foo"#, t()),
        ["a;b;;c", "-", "x;y;z"]
    );
    assert_eq!(rows(r#"makemv delim=":" foo"#, t())[0], "a;b;c");
    let senders = table(&["senders"], &[&["u1,u2,u3"]]);
    assert_eq!(
        rows(r#"makemv tokenizer="([^,]+),?" senders"#, senders),
        ["u1;u2;u3"]
    );
    let words = table(&["w"], &[&["one two"]]);
    assert_eq!(rows("makemv w", words), ["one;two"]);
    assert!(refused("makemv separator=x foo").contains("delim, tokenizer, allowempty, setsv"));
}

#[test]
fn replace_puts_values_in_place_of_values() {
    // Search Reference, "replace": the examples of hosts.
    let t = || {
        table(
            &["host", "_x", "n"],
            &[
                &["my localhost", "127.0.0.1", "0"],
                &["127.0.0.1", "-", "1"],
                &["-", "-", "0;1;2"],
            ],
        )
    };
    assert_eq!(
        rows("replace *localhost with localhost in host", t())[0],
        "localhost|127.0.0.1|0"
    );
    assert_eq!(
        rows("replace 127.0.0.1 with localhost", t())[1],
        "localhost|-|1"
    );
    assert_eq!(
        rows("replace \"* localhost\" with \"localhost *\" in host", t())[0],
        "localhost my|127.0.0.1|0"
    );
    assert_eq!(
        rows("replace 0 with Critical, 1 with Error in n", t())[2],
        "-|-|Critical;Error;2"
    );
    assert_eq!(
        rows("replace * with all, 1 with one in n", t())[2],
        "-|-|all;one;all"
    );
    assert!(refused("replace a*b with *c* in n").starts_with("SPL-WILDCARD"));
    assert!(refused("replace a b in n").contains("'with' is missing"));
}
