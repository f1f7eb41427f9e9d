//! The commands on tables (language-and-model §2.7).

use super::trees::*;
use crate::event::{Timestamp, Value};
use crate::search::{PlanOptions, Table};
use crate::spl::ast::{BinaryOp, CommandKind};

fn run(kind: CommandKind, table: Table) -> Vec<String> {
    lines(&over_table(vec![kind]).run_table(table))
}

#[test]
fn rename_with_a_wildcard_leaves_the_others() {
    let table = table(
        &["Processes.a", "Processes.b.c", "count"],
        &[&["1", "2", "3"]],
    );
    let renamed = run(rename(&[("Processes.*", "*")]), table);
    assert_eq!(renamed, ["a|b.c|count", "1|2|3 [0]"]);
}

#[test]
fn rename_goes_from_left_to_right() {
    let t = || table(&["a", "b"], &[&["1", "2"]]);
    assert_eq!(
        run(rename(&[("a", "c"), ("c", "d")]), t()),
        ["d|b", "1|2 [0]"]
    );
    assert_eq!(
        run(rename(&[("a", "x"), ("b", "a"), ("x", "b")]), t()),
        ["b|a", "1|2 [0]"]
    );
    assert_eq!(
        run(rename(&[("a", "Search Name")]), t()),
        ["Search Name|b", "1|2 [0]"]
    );
}

#[test]
fn rename_replaces_what_has_the_new_name() {
    let t = || table(&["a", "b"], &[&["-", "2"], &["1", "2"]]);
    assert_eq!(run(rename(&[("a", "b")]), t()), ["b", "- [0]", "1 [1]"]);
    assert_eq!(run(rename(&[("*", "*")]), t())[0], "a|b");
    let prefixed = table(&["p.a", "a", "p.p.a"], &[&["1", "2", "3"]]);
    assert_eq!(run(rename(&[("p.*", "*")]), prefixed), ["a|p.a", "1|3 [0]"]);
}

#[test]
fn renaming_what_is_not_there_empties_what_has_the_new_name() {
    let t = || table(&["a", "b"], &[&["1", "2"]]);
    assert_eq!(run(rename(&[("x", "b")]), t()), ["a|b", "1|- [0]"]);
    assert_eq!(
        run(rename(&[("x", "y"), ("x*", "b*")]), t()),
        ["a|b", "1|2 [0]"]
    );
}

#[test]
fn convert_leaves_what_is_no_number() {
    let t = || {
        table(
            &["t", "u"],
            &[
                &["1655402652.9", "x"],
                &["soon", "-"],
                &["-", "1"],
                &["1;x", "2"],
            ],
        )
    };
    let convert = || {
        ctime(
            None,
            vec![
                agg("ctime", Some("t"), None),
                agg("ctime", Some("no"), None),
            ],
        )
    };
    assert_eq!(
        run(convert(), t()),
        [
            "t|u",
            "06/16/2022 18:04:12|x [0]",
            "soon|- [1]",
            "-|1 [2]",
            "01/01/1970 00:00:01;x|2 [3]"
        ]
    );
    let named = ctime(Some("%H:%M"), vec![agg("ctime", Some("t"), Some("at"))]);
    assert_eq!(run(named, t())[..2], ["t|u|at", "1655402652.9|x|18:04 [0]"]);
    let stars = ctime(Some("%S"), vec![agg("ctime", Some("*"), None)]);
    assert_eq!(run(stars, t())[3], "-|01 [2]");
}

#[test]
fn after_convert_the_field_is_text() {
    let t = table(&["t"], &[&["1655402652"], &["999"]]);
    let kinds = vec![
        ctime(None, vec![agg("ctime", Some("t"), None)]),
        stats(vec![agg("max", Some("t"), None)], vec![]),
    ];
    let table = over_table(kinds).run_table(t);
    assert_eq!(lines(&table)[1], "06/16/2022 18:04:12 [0, 1]");
}

#[test]
fn stats_leaves_out_rows_with_null_in_a_by_field() {
    let t = table(
        &["a", "b", "v"],
        &[
            &["x", "1", "9"],
            &["-", "1", "8"],
            &["x", "-", "7"],
            &["x", "1", "10"],
        ],
    );
    let by_both = stats(
        vec![
            agg("count", None, None),
            agg("max", Some("v"), Some("Top Value")),
        ],
        by(&["a", "b"]),
    );
    assert_eq!(
        run(by_both, t.clone()),
        ["a|b|count|Top Value", "x|1|2|10 [0, 3]"]
    );
    let by_missing = stats(vec![agg("count", None, None)], by(&["nowhere"]));
    assert_eq!(run(by_missing, t), ["nowhere|count"]);
}

#[test]
fn stats_merges_the_events_of_its_rows() {
    let mut t = table(&["a"], &[&["x"], &["x"]]);
    t.rows[0].events = vec![4, 9];
    t.rows[1].events = vec![1, 4];
    let counted = run(stats(vec![agg("count", None, None)], by(&["a"])), t);
    assert_eq!(counted, ["a|count", "x|2 [1, 4, 9]"]);
}

#[test]
fn stats_values_are_distinct_texts_in_the_order_of_codes() {
    let t = table(&["x"], &[&["9"], &["70"], &["10;100"], &["9"], &["-"]]);
    let functions = vec![
        agg("values", Some("x"), None),
        agg("dc", Some("x"), None),
        agg("list", Some("x"), None),
        agg("count", Some("x"), None),
        agg("count", None, None),
    ];
    let summed = run(stats(functions, vec![]), t);
    assert_eq!(summed[0], "values(x)|dc(x)|list(x)|count(x)|count");
    assert_eq!(summed[1], "10;100;70;9|4|9;70;10;100;9|5|5 [0, 1, 2, 3, 4]");
}

#[test]
fn stats_takes_names_with_dots_plain_and_wildcards() {
    let t = table(&["annotations._all", "b", "k"], &[&["T1218", "2", "z"]]);
    let dotted = stats(
        vec![agg("values", Some("annotations._all"), Some("Annotations"))],
        by(&["k"]),
    );
    assert_eq!(run(dotted, t.clone()), ["k|Annotations", "z|T1218 [0]"]);
    let all = stats(vec![agg("values", Some("*"), Some("all_*"))], by(&["k"]));
    assert_eq!(
        run(all, t),
        ["k|all_annotations._all|all_b", "z|T1218|2 [0]"]
    );
}

#[test]
fn earliest_and_latest_go_by_time() {
    let t = table(
        &["_time", "x"],
        &[&["20", "b"], &["5", "a"], &["100", "c"], &["-", "d"]],
    );
    let ends = stats(
        vec![
            agg("earliest", Some("x"), None),
            agg("latest", Some("x"), None),
        ],
        vec![],
    );
    assert_eq!(run(ends, t)[1], "a|c [0, 1, 2, 3]");
}

#[test]
fn the_risk_drilldown_makes_a_row_for_each_entity() {
    let t = table(
        &["_time", "normalized_risk_object", "search_name"],
        &[
            &["10.5", "u", "B"],
            &["9", "u", "A"],
            &["7", "d", "A"],
            &["8", "e", "A"],
        ],
    );
    let kinds = vec![
        CommandKind::Search(among("normalized_risk_object", &["U", "D"])),
        stats(
            vec![
                agg("count", None, None),
                agg("min", Some("_time"), Some("firstTime")),
                agg("max", Some("_time"), Some("lastTime")),
                agg("values", Some("search_name"), Some("Search Name")),
            ],
            by(&["normalized_risk_object"]),
        ),
        ctime(Some("%S"), vec![agg("ctime", Some("firstTime"), None)]),
    ];
    assert_eq!(
        lines(&over_table(kinds).run_table(t)),
        [
            "normalized_risk_object|count|firstTime|lastTime|Search Name",
            "d|1|07|7|A [2]",
            "u|2|09|10.5|A;B [0, 1]"
        ]
    );
}

#[test]
fn fields_keeps_internal_fields_and_the_order_of_its_list() {
    let t = || table(&["a", "_time", "b", "ab"], &[&["1", "2", "3", "4"]]);
    let fields = |remove: bool, list: &[&str]| CommandKind::Fields {
        remove,
        names: names(list),
    };
    assert_eq!(
        run(fields(false, &["b", "a*", "no"]), t()),
        ["_time|b|a|ab", "2|3|1|4 [0]"]
    );
    assert_eq!(run(fields(false, &["b", "_time"]), t())[0], "b|_time");
    assert_eq!(run(fields(true, &["a*"]), t())[0], "_time|b");
    assert_eq!(run(fields(true, &["*"]), t())[0], "_time");
    assert_eq!(run(fields(true, &["_*"]), t())[0], "a|b|ab");
}

#[test]
fn table_has_the_columns_of_its_list() {
    let t = table(&["a", "_time", "b"], &[&["1", "2", "3"]]);
    let listed = run(CommandKind::Table(names(&["b", "no", "*", "_time"])), t);
    assert_eq!(listed, ["b|no|a|_time", "3|-|1|2 [0]"]);
}

#[test]
fn where_drops_what_is_null() {
    let t = || table(&["a", "b"], &[&["10", "9"], &["-", "9"], &["2", "x"]]);
    let greater = || op(field("a"), BinaryOp::Greater, field("b"));
    assert_eq!(run(CommandKind::Where(greater()), t())[1..], ["10|9 [0]"]);
    let not = crate::spl::ast::Expr::Unary(crate::spl::ast::UnaryOp::Not, Box::new(greater()));
    assert_eq!(run(CommandKind::Where(not), t())[1..], ["2|x [2]"]);
    let filled = call("isnotnull", vec![field("a")]);
    assert_eq!(run(CommandKind::Where(filled), t()).len(), 3);
}

#[test]
fn eval_goes_from_left_to_right_and_empties_on_null() {
    let t = table(&["a", "b"], &[&["2", "x"], &["-", "y"]]);
    let eval = CommandKind::Eval(vec![
        (name("c"), op(field("a"), BinaryOp::Multiply, num(2.0))),
        (name("d"), op(field("c"), BinaryOp::Concat, txt("!"))),
        (name("b"), op(field("a"), BinaryOp::Concat, field("b"))),
    ]);
    assert_eq!(run(eval, t), ["a|b|c|d", "2|2x|4|4! [0]", "-|-|-|- [1]"]);
}

#[test]
fn eval_refuses_truth_as_a_value() {
    let eval = |tree| CommandKind::Eval(vec![(name("x"), tree)]);
    let from = || CommandKind::From(model("Risk", Some("All_Risk")));
    for tree in [
        op(field("a"), BinaryOp::Equal, num(1.0)),
        call("if", vec![field("a"), call("true", vec![]), num(1.0)]),
        call(
            "case",
            vec![call("true", vec![]), call("isnull", vec![field("a")])],
        ),
    ] {
        let pipeline = pipeline(vec![from(), eval(tree)]);
        let errors = crate::search::Plan::compile(&pipeline, &[], &PlanOptions::default());
        assert_eq!(errors.unwrap_err()[0].code, "SPL-BOOLEAN");
    }
    let fine = call("case", vec![call("true", vec![]), txt("x")]);
    let pipeline = pipeline(vec![from(), eval(fine)]);
    assert!(crate::search::Plan::compile(&pipeline, &[], &PlanOptions::default()).is_ok());
}

#[test]
fn rows_shorter_than_the_columns_are_null_at_the_end() {
    let mut t = table(&["a", "b"], &[&["1", "2"]]);
    t.rows[0].cells.truncate(1);
    assert_eq!(
        run(CommandKind::Table(names(&["b", "a"])), t.clone()),
        ["b|a", "-|1 [0]"]
    );
    assert_eq!(run(rename(&[("a", "b")]), t), ["b", "1 [0]"]);
}

#[test]
fn now_is_what_was_given() {
    let t = table(&["a"], &[&["1"]]);
    let eval = || CommandKind::Eval(vec![(name("n"), call("now", vec![]))]);
    assert_eq!(run(eval(), t)[1], "1|1700000000 [0]");
    let at = Timestamp::from_seconds(1_700_000_000).unwrap();
    assert_eq!(Value::text(&at.epoch_text()).as_number(), Some(1.7e9));
}
