//! The commands that go by the order of rows or by their numbers, and those that take fields out
//! of texts.

use super::texts::{refused, rows, run};
use super::trees::table;
use crate::search::Table;

fn sums() -> Table {
    table(
        &["k", "n"],
        &[
            &["a", "1"],
            &["b", "10"],
            &["a", "2"],
            &["-", "5"],
            &["a", "4"],
        ],
    )
}

#[test]
fn streamstats_computes_over_the_rows_up_to_each() {
    // Search Reference, "streamstats": a running total and a running count.
    assert_eq!(
        run("streamstats sum(n) as total count", sums()),
        [
            "k|n|total|count",
            "a|1|1|1 [0]",
            "b|10|11|2 [1]",
            "a|2|13|3 [2]",
            "-|5|18|4 [3]",
            "a|4|22|5 [4]"
        ]
    );
    assert_eq!(
        rows("streamstats sum(n) as total by k | table total", sums()),
        ["1", "10", "3", "-", "7"]
    );
    assert_eq!(
        rows(
            "streamstats current=f sum(n) as total count by k | table total count",
            sums()
        ),
        ["-|0", "-|0", "1|1", "-|-", "3|2"]
    );
}

#[test]
fn streamstats_can_look_through_a_window() {
    let of = |options: &str| rows(&format!("streamstats {options} | table s"), sums());
    assert_eq!(of("window=2 sum(n) as s"), ["1", "11", "12", "7", "9"]);
    assert_eq!(
        of("window=1 current=f sum(n) as s"),
        ["-", "1", "10", "2", "5"]
    );
    // A window of all groups together, or of each.
    assert_eq!(of("window=2 sum(n) as s by k"), ["1", "10", "2", "-", "4"]);
    assert_eq!(
        of("window=2 global=f sum(n) as s by k"),
        ["1", "10", "3", "-", "6"]
    );
    assert_eq!(
        of("reset_on_change=t sum(n) as s by k"),
        ["1", "10", "2", "-", "4"]
    );
    let several = table(&["n"], &[&["1;2"], &["4"]]);
    assert_eq!(rows("streamstats sum(n) as s", several), ["1;2|3", "4|7"]);
    assert!(refused("streamstats windw=2 count").contains("the options are current, window"));
    assert!(refused("streamstats time_window=1h count").contains("not supported"));
}

#[test]
fn addtotals_sums_rows_and_columns() {
    let t = || {
        table(
            &["p", "a", "b"],
            &[&["x", "1", "2.5"], &["y", "-", "3"], &["z", "1;2", "q"]],
        )
    };
    assert_eq!(
        run("addtotals", t()),
        [
            "p|a|b|Total",
            "x|1|2.5|3.5 [0]",
            "y|-|3|3 [1]",
            "z|1;2|q|- [2]"
        ]
    );
    // Search Reference, "addtotals": "addtotals col=t labelfield=products label="Quarterly Totals"
    // fieldname="Product Totals"".
    assert_eq!(
        rows(
            "addtotals col=t labelfield=p label=\"All of it\" fieldname=Sum a b",
            t()
        )[3],
        "All of it|1|5.5|6.5"
    );
    assert_eq!(rows("addtotals row=f col=t b", t())[3], "-|-|5.5");
    assert!(refused("addtotals rows=t").contains("the options are row, col"));
}

fn logins() -> Table {
    table(
        &["_time", "user", "code", "src"],
        &[
            &["30", "ann", "out", "1"],
            &["10", "ann", "in", "1"],
            &["12", "bob", "in", "2"],
            &["20", "ann", "do", "-"],
            &["100", "ann", "in", "1"],
            &["15", "-", "in", "3"],
            &["-", "ann", "in", "1"],
        ],
    )
}

#[test]
fn transaction_makes_one_row_of_those_that_belong_together() {
    // Search Reference, "transaction": "transaction host cookie maxspan=30s maxpause=5s".
    assert_eq!(
        run(
            "transaction user maxspan=60s | table user code _time duration eventcount",
            logins()
        ),
        [
            "user|code|_time|duration|eventcount",
            "ann|do;in;out|10|20|3 [0, 1, 3]",
            "bob|in|12|0|1 [2]",
            "ann|in|100|0|1 [4]"
        ]
    );
    assert_eq!(
        rows(
            "transaction user maxpause=15s mvlist=t | table code",
            logins()
        ),
        ["in;do;out", "in", "in"]
    );
    assert_eq!(
        rows(
            "transaction user maxevents=2 | table eventcount closed_txn",
            logins()
        ),
        ["2|1", "1|0", "2|1"]
    );
    assert_eq!(rows("transaction | table eventcount", logins()), ["6"]);
}

#[test]
fn transaction_begins_and_ends_where_it_is_told() {
    let of = |options: &str| {
        rows(
            &format!("transaction user {options} | table user code eventcount"),
            logins(),
        )
    };
    assert_eq!(
        of("startswith=(code=in) endswith=(code=out)"),
        ["ann|do;in;out|3"]
    );
    assert_eq!(
        of("startswith=eval(code==\"in\" AND isnotnull(user)) endswith=\"out\""),
        ["ann|do;in;out|3"]
    );
    assert_eq!(
        of("startswith=(code=in)"),
        ["ann|do;in;out|3", "bob|in|1", "ann|in|1"]
    );
    assert_eq!(
        of("startswith=(code=in) endswith=(code=out) keepevicted=t").len(),
        3
    );
    // With fields that differ two rows are not of one transaction.
    assert_eq!(
        rows("transaction user src | table eventcount", logins()),
        ["4", "1", "1"]
    );
    assert!(refused("transaction user maxspan=soon").starts_with("SPL-SPAN"));
    assert!(refused("transaction user maxlength=3").contains("the options are maxspan"));
    assert!(refused("transaction user keeporphans=t").contains("not supported"));
}

#[test]
fn values_of_a_transaction_are_of_any_of_its_rows() {
    // A row with several values goes with those that share one of them.
    let t = table(
        &["_time", "ids"],
        &[
            &["1", "a;b"],
            &["2", "b;c"],
            &["3", "c"],
            &["4", "d"],
            &["5", "-"],
        ],
    );
    assert_eq!(
        rows("transaction ids | table ids eventcount", t),
        ["a;b;c|3", "d|1"]
    );
}

#[test]
fn top_and_rare_count_values() {
    let t = || {
        table(
            &["a", "b"],
            &[
                &["x", "1"],
                &["y", "1"],
                &["x", "2"],
                &["-", "1"],
                &["z;x", "1"],
            ],
        )
    };
    // Search Reference, "top": "top limit=20 referer", "top action by referer_domain".
    assert_eq!(
        run("top limit=2 a", t()),
        ["a|count|percent", "x|3|60 [0, 2, 4]", "y|1|20 [1]"]
    );
    assert_eq!(rows("top 1 a by b", t()), ["1|x|2|50", "2|x|1|100"]);
    assert_eq!(
        rows("rare a showperc=f countfield=n", t()),
        ["y|1", "z|1", "x|3"]
    );
    assert_eq!(rows("top a b showcount=f", t())[0], "x|1|40");
    let third = table(&["a"], &[&["x"], &["y"], &["z"]]);
    assert_eq!(rows("top 1 a", third), ["x|1|33.333333"]);
    assert!(rows("top nowhere", t()).is_empty());
    assert!(refused("top a max=3").contains("the options are limit, countfield"));
    assert!(refused("rare").contains("a field name is missing"));
}

#[test]
fn uniq_and_nomv() {
    let t = table(
        &["a"],
        &[&["1;2"], &["1;2"], &["-"], &["-"], &["1"], &["1;2"]],
    );
    assert_eq!(
        run("uniq", t),
        ["a", "1;2 [0, 1]", "- [2, 3]", "1 [4]", "1;2 [5]"]
    );
    let t = table(&["a", "b"], &[&["1;2", "3;4"], &["-", "5"]]);
    assert_eq!(rows("nomv a", t), ["1\n2|3;4", "-|5"]);
    assert!(refused("nomv").contains("a field name is missing"));
}

#[test]
fn xmlkv_takes_fields_out_of_xml() {
    // Search Reference, "xmlkv": a tag's name is the field, what it holds the value.
    let text =
        "<a><Command x=\"1\">run.exe</Command><Arguments>/x</Arguments><b/><n>1</n><n>2</n></a>";
    let t = table(&["m"], &[&[text], &["-"], &["<p>q</p>;<r>s</r>"]]);
    assert_eq!(
        run("xmlkv m | fields - m", t),
        [
            "Command|Arguments|n|p|r",
            "run.exe|/x|1;2|-|- [0]",
            "-|-|-|-|- [1]",
            "-|-|-|q|s [2]"
        ]
    );
    assert!(run("xmlkv", table(&["m"], &[&["x"]])).len() == 2);
    assert!(refused("xmlkv maxinput=3 m").contains("the options are maxinputs"));
}

#[test]
fn spath_takes_fields_out_of_json_and_xml() {
    let json = r#"{"a":{"b":[{"c":1},{"c":"two"}],"d":null},"e":true}"#;
    let t = || table(&["_raw", "j"], &[&[json, "-"], &["no json", json]]);
    assert_eq!(
        run("spath | fields - _raw, j", t()),
        ["a.b{}.c|a.d|e", "1;two|null|true [0]", "-|-|- [1]"]
    );
    // Search Reference, "spath": "spath output=commit_author path=commits{}.author.name".
    assert_eq!(
        rows("spath output=x path=a.b{}.c | table x", t()),
        ["1;two", "-"]
    );
    assert_eq!(
        rows("spath input=j a.b{1}.c | table a.b{1}.c", t()),
        ["-", "two"]
    );
    assert_eq!(
        rows("spath input=j path=a.b{0} output=o | table o", t())[1],
        "{\"c\":1}"
    );
    let xml = "<?xml v='1'?><E><S n=\"x > 1\"><I>1</I><I><![CDATA[<2>]]></I></S><T/></E>";
    let t = || table(&["x"], &[&[xml], &["<E><S>broken"]]);
    assert_eq!(
        run("spath input=x | fields - x", t()),
        ["E.S{@n}|E.S.I", "x > 1|1;<2> [0]", "-|- [1]"]
    );
    assert_eq!(
        rows("spath input=x path=E.S.I{2} output=o | table o", t())[0],
        "<2>"
    );
    assert_eq!(
        rows("spath input=x path=E.S{@n} output=o | table o", t())[0],
        "x > 1"
    );
    assert!(refused("spath output=x").contains("'output' needs a 'path'"));
    assert!(refused("spath field=x").contains("the options are input, output, path"));
}
