//! Aggregates of `stats` as a search writes them: of fields and of expressions, with nulls and with
//! multivalue fields, and the options (Search Reference, "stats", "Statistical and charting
//! functions").

use super::trees::{lines, processes, table};
use crate::event::Timestamp;
use crate::search::{Plan, PlanOptions};

const COLUMNS: &[&str] = &["_time", "host", "status", "size", "many"];
const ROWS: &[&[&str]] = &[
    &["100", "a", "404", "1", "x;y"],
    &["110", "a", "200", "2", "y"],
    &["120", "b", "404", "-", "-"],
    &["130", "b", "-", "4", "x;x"],
    &["140", "a", "303", "9", "5"],
];

fn plan(search: &str) -> Result<Plan, Vec<crate::spl::Diagnostic>> {
    let pipeline = crate::spl::parse(&format!("| from datamodel Risk.All_Risk | {search}"))?;
    let options = PlanOptions {
        now: Timestamp::from_seconds(1_655_402_652),
        ..PlanOptions::default()
    };
    Plan::compile(&pipeline, &[processes()], &options)
}

fn run(search: &str) -> Vec<String> {
    over(search, COLUMNS, ROWS)
}

/// The lines of what a search makes of a table.
pub(super) fn over(search: &str, columns: &[&str], rows: &[&[&str]]) -> Vec<String> {
    let plan = plan(search).unwrap_or_else(|errors| panic!("{search}: {}", errors[0]));
    lines(&plan.run_table(table(columns, rows)))
}

/// The first column of the one row that an aggregate without `by` gives; `-` without a row.
fn one(aggregate: &str) -> String {
    let lines = run(&format!("stats {aggregate} as x"));
    let row = lines.get(1).map_or("-", String::as_str);
    row.split(" [").next().unwrap_or("").to_owned()
}

#[test]
fn a_condition_is_counted_where_it_is_true() {
    // "stats", example 3: count(eval(status="404")) AS count_status.
    let found = run(r#"stats count(eval(status="404")) AS count_status BY host"#);
    assert_eq!(found, ["host|count_status", "a|1 [0, 1, 4]", "b|1 [2, 3]"]);
    assert_eq!(
        one(r#"count(eval(status!="404"))"#),
        "2",
        "null is not unequal"
    );
    assert_eq!(one("count(eval(isnull(status)))"), "1");
    assert_eq!(
        one(r#"count(eval(many="x"))"#),
        "2",
        "any value of a field is enough"
    );
    assert_eq!(
        one("count(eval(size*2))"),
        "4",
        "of values those that are not null"
    );
    assert_eq!(one(r#"c(eval(match(host, "^(?!a)")))"#), "2");
}

#[test]
fn other_functions_take_what_an_expression_gives() {
    assert_eq!(one("sum(eval(size*10))"), "160");
    assert_eq!(one(r#"sum(eval(if(status="404", 1, 0)))"#), "2");
    assert_eq!(one(r#"values(eval(if(status="404", host, null)))"#), "a;b");
    assert_eq!(one("dc(eval(lower(many)))"), "3");
    assert_eq!(one("max(eval(mvcount(many)))"), "2");
    assert_eq!(one("list(eval(many))"), "x;y;y;x;x;5");
    assert_eq!(one("avg(eval(round(_time/25)))"), "4.8", "4 4 5 5 6");
    assert_eq!(one("latest(eval(host . status))"), "a303");
    assert_eq!(one("max(eval(now() - _time))"), "1655402552");
    assert_eq!(one("avg(eval(nothing))"), "-");
    let found =
        run(r#"stats dc(eval(if('size'<3 AND host IN ("a"), size, null))) as s count by host"#);
    assert_eq!(found, ["host|s|count", "a|2|3 [0, 1, 4]", "b|0|2 [2, 3]"]);
}

#[test]
fn times_and_rates() {
    assert_eq!(one("earliest_time(status)"), "100");
    assert_eq!(one("latest_time(status)"), "140");
    assert_eq!(one("latest_time(many)"), "140");
    assert_eq!(one("latest_time(nothing)"), "-");
    assert_eq!(one("rate(size)"), "0.2", "from 1 to 9 in 40 seconds");
    assert_eq!(one("rate(host)"), "-");
    assert_eq!(one("rate(nothing)"), "-");
    assert_eq!(one("rate(many)"), "-");
    let found = run("stats rate(size) as r by status");
    assert_eq!(
        found[1..],
        ["200|- [1]", "303|- [4]", "404|- [0, 2]"],
        "no time between"
    );
}

#[test]
fn estimates_are_exact() {
    assert_eq!(one("estdc(many)"), "3");
    assert_eq!(one("estdc_error(many)"), "0");
    assert_eq!(one("estdc(nothing)"), "0");
    for function in ["perc50", "p50", "exactperc50", "upperperc50", "median"] {
        let expected = if function == "median" { "4" } else { "2" };
        assert_eq!(one(&format!("{function}(size)")), expected, "{function}");
    }
    assert_eq!(one("perc99.5(size)"), "9");
    assert_eq!(one("exactperc0(size)"), "1");
    assert_eq!(one("perc50(nothing)"), "-");
    assert_eq!(one("perc50(many)"), "5", "what is no number is passed over");
    assert_eq!(one("mean(size)"), "4");
    assert_eq!(one("mode(many)"), "x");
    assert_eq!(one("mode(nothing)"), "-");
    assert_eq!(one("range(size)"), "8");
}

#[test]
fn options_of_stats() {
    let found = run("stats allnum=true sum(size) as s avg(many) as m count(many) as c by host");
    assert_eq!(found[1..], ["a|12|-|4 [0, 1, 4]", "b|4|-|2 [2, 3]"]);
    let found = run("stats allnum=f avg(many) as m by host");
    assert_eq!(found[1..], ["a|5 [0, 1, 4]", "b|- [2, 3]"]);
    let found = run("stats allnum=1 range(many) as r max(many) as m");
    assert_eq!(
        found,
        ["r|m", "-|y [0, 1, 2, 3, 4]"],
        "texts have a largest too"
    );
    let found = run("stats delim=\":\" partitions=2 list(many) as l by host");
    assert_eq!(found[1], "a|x;y;y;5 [0, 1, 4]");
    let found = run("stats count by many");
    assert_eq!(found[1..], ["5|1 [4]", "x|3 [0, 3]", "y|2 [0, 1]"]);
    let found = run("stats count by many dedup_splitvals=true");
    assert_eq!(found[1..], ["5|1 [4]", "x|2 [0, 3]", "y|2 [0, 1]"]);
}

#[test]
fn what_can_not_be_computed_is_refused() {
    for (search, code, said) in [
        ("stats sparkline(count) as s", "SPL-FUNCTION", "'sparkline'"),
        ("stats percx(size) as s", "SPL-FUNCTION", "'percx'"),
        ("stats perc101(size) as s", "SPL-FUNCTION", "'perc101'"),
        ("stats count(eval(a=1))", "SPL-SYNTAX", "no name"),
        ("stats count(eval(a=1) as x", "SPL-SYNTAX", "'as'"),
        ("stats count(eval()) as x", "SPL-SYNTAX", "a value"),
        ("stats sum(eval(size>1)) as x", "SPL-BOOLEAN", "'sum'"),
        ("stats sum(eval(nope(size))) as x", "SPL-FUNCTION", "'nope'"),
        ("stats nonsense=1 count", "SPL-OPTION", "'nonsense'"),
        ("stats sum as x", "SPL-SYNTAX", "'sum'"),
    ] {
        let errors = plan(search).unwrap_err();
        assert_eq!(errors[0].code, code, "{search}: {}", errors[0]);
        assert!(errors[0].message.contains(said), "{search}: {}", errors[0]);
        assert!(errors[0].help.is_some(), "{search}");
    }
    let of_tstats = "| tstats count(eval(a=1)) as x from datamodel=Endpoint.Processes";
    let errors = crate::spl::parse(of_tstats).unwrap_err();
    assert_eq!(errors[0].code, "SPL-FUNCTION");
}
