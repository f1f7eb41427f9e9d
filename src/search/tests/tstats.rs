//! `tstats` (language-and-model §2.6) and the flagship's shape (§2.7, §5).

use super::trees::*;
use crate::cim::DatasetRow;
use crate::event::{Timestamp, Value, Zone};
use crate::search::{Plan, PlanInput, PlanOptions, Table};
use crate::spl::ast::{ByField, CommandKind, CompareOp, Tstats};

fn run(tree: Tstats, rows: &[DatasetRow]) -> Table {
    plan(vec![CommandKind::Tstats(tree)]).run_rows(rows.iter())
}

fn without_fill(mut tree: Tstats) -> Tstats {
    tree.options.clear();
    tree
}

fn rows() -> Vec<DatasetRow> {
    vec![
        process(
            Some("1655402652.75"),
            ["b", "u1", "msiexec /i HTTP://x", "MSIEXEC.EXE", "7"],
        ),
        process(
            Some("1655402651"),
            ["a", "u1", "msiexec /i http://x", "msiexec.exe", "8"],
        ),
        process(
            Some("1655402650.5"),
            ["b", "u1", "msiexec /i http://y", "msiexec.exe", "9"],
        ),
        process(
            None,
            ["b", "u1", "msiexec /i https://z", "msiexec.exe", "-"],
        ),
        process(
            Some("1655402600"),
            ["b", "u1", "cmd /c dir", "cmd.exe", "10"],
        ),
        process(
            Some("1655402700"),
            ["B", "-", "msiexec /i https://z", "msiexec.exe", "11"],
        ),
    ]
}

fn downloads() -> Tstats {
    tstats(
        vec![
            agg("count", None, None),
            agg("min", Some("_time"), Some("firstTime")),
            agg("max", Some("_time"), Some("lastTime")),
        ],
        Some(and([
            or([
                eq("Processes.process_name", "msiexec.exe"),
                eq("Processes.original_file_name", "x"),
            ]),
            among("Processes.process", &["*http://*", "*https://*"]),
        ])),
        by(&["Processes.dest", "Processes.user"]),
    )
}

#[test]
fn rows_are_filtered_and_grouped() {
    assert_eq!(
        lines(&run(downloads(), &rows())),
        [
            "Processes.dest|Processes.user|count|firstTime|lastTime",
            "B|null|1|1655402700|1655402700 [5]",
            "a|u1|1|1655402651|1655402651 [1]",
            "b|u1|3|1655402650.5|1655402652.75 [0, 2, 3]",
        ]
    );
}

#[test]
fn test_is_the_where_and_the_input_is_the_dataset() {
    let plan = plan(vec![CommandKind::Tstats(downloads())]);
    assert_eq!(*plan.input(), PlanInput::Dataset { index: 0 });
    let passed: Vec<bool> = rows().iter().map(|row| plan.test(row)).collect();
    assert_eq!(passed, [true, true, true, true, false, true]);
}

#[test]
fn without_fillnull_rows_with_null_in_a_by_field_are_left_out() {
    let table = run(without_fill(downloads()), &rows());
    assert_eq!(table.rows.len(), 2);
    let plan = plan(vec![CommandKind::Tstats(without_fill(downloads()))]);
    assert!(plan.lints().iter().any(|lint| lint.code == "SPL-NOFILL"));
}

#[test]
fn the_key_of_a_group_is_the_exact_text() {
    let tree = tstats(
        vec![agg("count", None, None)],
        None,
        by(&["Processes.process_name"]),
    );
    assert_eq!(
        lines(&run(tree, &rows()))[1..],
        [
            "MSIEXEC.EXE|1 [0]",
            "cmd.exe|1 [4]",
            "msiexec.exe|4 [1, 2, 3, 5]"
        ]
    );
}

#[test]
fn columns_are_called_as_they_are_written() {
    let aggregates = vec![
        agg("count", Some("Processes.user"), None),
        agg("min", Some("_time"), None),
        agg("dc", Some("Processes.dest"), None),
        agg("values", Some("Processes.process_id"), Some("ids")),
    ];
    assert_eq!(
        lines(&run(tstats(aggregates, None, vec![]), &rows())),
        [
            "count(Processes.user)|min(_time)|dc(Processes.dest)|ids",
            "5|1655402600|3|10;11;7;8;9 [0, 1, 2, 3, 4, 5]",
        ]
    );
}

#[test]
fn without_rows_there_is_a_count_of_nought_or_no_group() {
    let count = || vec![agg("count", None, None)];
    assert_eq!(
        lines(&run(tstats(count(), None, vec![]), &[]))[1..],
        ["0 []"]
    );
    let none = run(tstats(count(), None, by(&["Processes.dest"])), &[]);
    assert_eq!(lines(&none), ["Processes.dest|count"]);
    let values = vec![agg("values", Some("Processes.dest"), None)];
    assert_eq!(run(tstats(values, None, vec![]), &[]).rows.len(), 0);
}

#[test]
fn time_is_grouped_by_its_span() {
    let span = |span: &str| {
        vec![ByField {
            name: name("_time"),
            time_span: Some(span.to_owned()),
        }]
    };
    let mut early = process(Some("999999999"), ["-", "-", "-", "-", "-"]);
    let tree = tstats(vec![agg("count", None, None)], None, span("1m"));
    let mut all = rows();
    all.push(early.clone());
    assert_eq!(
        lines(&run(tree, &all))[1..],
        [
            "null|1 [3]",
            "999999960|1 [6]",
            "1655402580|1 [4]",
            "1655402640|3 [0, 1, 2]",
            "1655402700|1 [5]"
        ]
    );
    early.time = Timestamp::from_epoch_text("1655402652.1234567");
    let whole = tstats(vec![agg("count", None, None)], None, by(&["_time"]));
    assert_eq!(lines(&run(whole, &[early]))[1], "1655402652.1234567|1 [0]");
}

#[test]
fn time_can_be_tested() {
    let after = compare("_time", CompareOp::Greater, lit("1655402651"));
    let tree = tstats(vec![agg("count", None, None)], Some(after), vec![]);
    assert_eq!(lines(&run(tree, &rows()))[1], "2 [0, 5]");
}

#[test]
fn a_multivalue_by_field_has_a_group_for_each_value() {
    let mut row = process(None, ["a", "u", "-", "-", "-"]);
    let mut values = row.values.to_vec();
    values[2] = Value::many(vec!["y".into(), "x".into(), "y".into()]);
    values[1] = Value::many(vec!["v".into(), "u".into()]);
    row.values = values.into();
    let fields = by(&["Processes.process", "Processes.user"]);
    let tree = tstats(vec![agg("count", None, None)], None, fields);
    assert_eq!(
        lines(&run(tree, &[row]))[1..],
        ["x|u|1 [0]", "x|v|1 [0]", "y|u|1 [0]", "y|v|1 [0]"]
    );
}

#[test]
fn the_flagships_pipeline_gives_the_searchs_own_columns() {
    let format = Some("%Y-%m-%dT%H:%M:%S");
    let kinds = || {
        vec![
            CommandKind::Tstats(downloads()),
            rename(&[("Processes.*", "*")]),
            ctime(format, vec![agg("ctime", Some("firstTime"), None)]),
            ctime(format, vec![agg("ctime", Some("lastTime"), None)]),
            CommandKind::Search(term("*")),
        ]
    };
    let (table, counts) = plan(kinds()).run_rows_counted(rows().iter());
    assert_eq!(
        lines(&table),
        [
            "dest|user|count|firstTime|lastTime",
            "B|null|1|2022-06-16T18:05:00|2022-06-16T18:05:00 [5]",
            "a|u1|1|2022-06-16T18:04:11|2022-06-16T18:04:11 [1]",
            "b|u1|3|2022-06-16T18:04:10|2022-06-16T18:04:12 [0, 2, 3]",
        ]
    );
    let went: Vec<(usize, usize, usize)> = counts
        .iter()
        .map(|count| (count.span.start, count.rows_in, count.rows_out))
        .collect();
    assert_eq!(
        went,
        [
            (100, 6, 3),
            (200, 3, 3),
            (300, 3, 3),
            (400, 3, 3),
            (500, 3, 3)
        ]
    );
    let options = PlanOptions {
        zone: Zone::parse("+02:00").unwrap(),
        ..PlanOptions::default()
    };
    let plan = Plan::compile(&pipeline(kinds()), &[processes()], &options).unwrap();
    let there = plan.run_rows(rows().iter());
    assert_eq!(
        there.cell(&there.rows[0], "firstTime"),
        Some(&"2022-06-16T20:05:00".into())
    );
}

#[test]
fn the_results_drilldown_filters_the_final_table() {
    let kinds = vec![
        CommandKind::Tstats(downloads()),
        rename(&[("Processes.*", "*")]),
        CommandKind::Search(and([
            compare("user", CompareOp::Equal, bound("U1")),
            compare("dest", CompareOp::Equal, bound("b")),
        ])),
    ];
    let table = plan(kinds).run_rows(rows().iter());
    assert_eq!(table.rows.len(), 1);
    assert_eq!(table.rows[0].events, [0, 2, 3]);
}
