//! What a plan refuses and remarks, its input, its key, its explanations.

use super::trees::*;
use crate::search::{ClauseKind, Plan, PlanInput, PlanOptions};
use crate::spl::Diagnostic;
use crate::spl::ast::{CommandKind, Predicate, Tstats};

fn refused(kinds: Vec<CommandKind>) -> Vec<Diagnostic> {
    let options = PlanOptions::default();
    Plan::compile(&pipeline(kinds), &[processes()], &options).unwrap_err()
}

fn count(predicate: Option<Predicate>) -> Tstats {
    tstats(vec![agg("count", None, None)], predicate, vec![])
}

fn only(errors: &[Diagnostic]) -> (&'static str, &str, usize) {
    assert_eq!(errors.len(), 1, "{errors:?}");
    (errors[0].code, &errors[0].message, errors[0].span.start)
}

#[test]
fn a_search_of_raw_events_is_refused_by_name() {
    let errors = refused(vec![CommandKind::Search(eq("source", "x"))]);
    let (code, message, place) = only(&errors);
    assert_eq!((code, place), ("SPL-RAW", 100));
    assert!(message.contains("'search'"));
    let errors = refused(vec![CommandKind::Table(names(&["a"]))]);
    assert_eq!(only(&errors).0, "SPL-FIRST");
    let errors = refused(vec![
        CommandKind::Tstats(count(None)),
        CommandKind::Tstats(count(None)),
    ]);
    assert_eq!((only(&errors).0, only(&errors).2), ("SPL-FIRST", 200));
    assert_eq!(only(&refused(vec![])).0, "SPL-EMPTY");
}

#[test]
fn an_unknown_data_model_is_named_with_its_place() {
    let mut tree = count(None);
    tree.from = model("Web", Some("Web"));
    let errors = refused(vec![CommandKind::Tstats(tree.clone())]);
    let message = "the data model 'Web' is not available in this version";
    assert_eq!(only(&errors), ("SPL-MODEL", message, 77));
    tree.from = model("Endpoint", Some("Registry"));
    let errors = refused(vec![CommandKind::Tstats(tree)]);
    let message = "the dataset 'Endpoint.Registry' is not available in this version";
    assert_eq!(only(&errors), ("SPL-MODEL", message, 77));
}

#[test]
fn a_dataset_can_be_named_by_nodename_or_be_the_only_one() {
    for predicate in [
        Some(eq("nodename", "Endpoint.Processes")),
        Some(and([
            eq("nodename", "Processes"),
            eq("Processes.dest", "a"),
        ])),
        Some(eq("Processes.dest", "a")),
    ] {
        let mut tree = count(predicate);
        tree.from = model("Endpoint", None);
        let plan = plan(vec![CommandKind::Tstats(tree)]);
        assert!(plan.test(&process(None, ["a", "-", "-", "-", "-"])));
        assert!(plan.lints().is_empty(), "{:?}", plan.lints());
    }
}

#[test]
fn options_are_known_by_name() {
    let with = |option: &str, value: &str| {
        let mut tree = count(None);
        tree.options = vec![(name(option), name(value))];
        vec![CommandKind::Tstats(tree)]
    };
    for (name, value) in [
        ("summariesonly", "false"),
        ("summariesonly", "t"),
        ("allow_old_summaries", "true"),
        ("chunk_size", "10"),
        ("prestats", "f"),
    ] {
        let options = PlanOptions::default();
        let plan = Plan::compile(&pipeline(with(name, value)), &[processes()], &options);
        assert!(plan.is_ok(), "{name}");
    }
    let errors = refused(with("sumariesonly", "false"));
    assert_eq!(
        only(&errors),
        ("SPL-OPTION", "tstats has no option 'sumariesonly'", 12)
    );
    assert_eq!(only(&refused(with("prestats", "true"))).0, "SPL-OPTION");
}

#[test]
fn fields_that_are_null_everywhere_are_remarked() {
    let lints = |field: &str| {
        let plan = plan(vec![CommandKind::Tstats(count(Some(eq(field, "a"))))]);
        let row = process(None, ["a", "a", "a", "a", "a"]);
        let lints: Vec<&'static str> = plan.lints().iter().map(|lint| lint.code).collect();
        (plan.test(&row), lints)
    };
    assert_eq!(lints("Processes.dest"), (true, vec![]));
    assert_eq!(lints("Processes.os"), (false, vec!["SPL-FIELD"]));
    assert_eq!(lints("processes.dest"), (false, vec!["SPL-CASE"]));
    assert_eq!(lints("Processes.Dest"), (false, vec!["SPL-CASE"]));
    assert_eq!(lints("dest"), (false, vec!["SPL-FIELD"]));
    let plan = plan(vec![CommandKind::Tstats(count(Some(eq("dest", "a"))))]);
    assert_eq!(
        plan.lints()[0].help.as_deref(),
        Some("write 'Processes.dest'")
    );
}

#[test]
fn every_error_is_given_at_once_in_the_order_of_the_text() {
    let mut tree = count(Some(eq("earliest", "-7d")));
    tree.aggregates = vec![agg("sparkline", None, None), agg("min", None, None)];
    let errors = refused(vec![
        CommandKind::Tstats(tree),
        CommandKind::Where(call("nonsense", vec![])),
        rename(&[("a*", "b")]),
    ]);
    let codes: Vec<&str> = errors.iter().map(|error| error.code).collect();
    let expected = [
        "SPL-FUNCTION",
        "SPL-ARGUMENTS",
        "SPL-WILDCARD",
        "SPL-FUNCTION",
        "SPL-TIME",
    ];
    assert_eq!(codes, expected);
    assert_eq!(
        errors[3].message,
        "the function 'nonsense' can't be run in this version"
    );
    assert_eq!(errors[3].span.start, 5);
}

#[test]
fn two_columns_of_one_name_are_refused() {
    let mut tree = count(None);
    tree.by = by(&["Processes.dest"]);
    tree.aggregates
        .push(agg("min", Some("_time"), Some("Processes.dest")));
    assert_eq!(
        only(&refused(vec![CommandKind::Tstats(tree)])).0,
        "SPL-COLUMN"
    );
}

#[test]
fn wildcards_where_there_can_be_none_are_refused() {
    let mut tree = count(None);
    tree.by = by(&["Processes.*"]);
    assert_eq!(
        only(&refused(vec![CommandKind::Tstats(tree)])).0,
        "SPL-WILDCARD"
    );
}

#[test]
fn depth_is_bounded() {
    let mut predicate = eq("Processes.dest", "a");
    for _ in 0..2000 {
        predicate = not(predicate);
    }
    let errors = refused(vec![CommandKind::Tstats(count(Some(predicate)))]);
    assert_eq!(only(&errors).0, "SPL-DEPTH");
    let mut expression = field("a");
    for _ in 0..2000 {
        expression = call("lower", vec![expression]);
    }
    let first = CommandKind::Tstats(count(None));
    let errors = refused(vec![
        first,
        CommandKind::Eval(vec![(name("x"), expression)]),
    ]);
    assert_eq!(only(&errors).0, "SPL-DEPTH");
}

#[test]
fn a_risk_search_runs_over_a_table() {
    let plan = over_table(vec![]);
    let PlanInput::Table { model, dataset } = plan.input() else {
        panic!("not a table");
    };
    assert_eq!((model.as_str(), dataset.as_str()), ("Risk", "All_Risk"));
    assert_eq!(plan.run_rows([].iter()).rows.len(), 0);
    let mut tree = count(Some(eq("All_Risk.risk_object", "u")));
    tree.from = super::trees::model("Risk", Some("All_Risk"));
    tree.by = by(&["All_Risk.risk_object", "_time"]);
    let risk = table(&["_time", "risk_object"], &[&["5", "U"], &["6", "v"]]);
    let grouped = super::trees::plan(vec![CommandKind::Tstats(tree)]).run_table(risk);
    assert_eq!(
        lines(&grouped),
        ["All_Risk.risk_object|_time|count", "U|5|1 [0]"]
    );
}

#[test]
fn from_a_dataset_gives_every_row() {
    let plan = plan(vec![
        CommandKind::From(model("Endpoint", Some("Processes"))),
        CommandKind::Search(eq("dest", "B")),
    ]);
    let rows = [
        process(Some("1.5"), ["a", "-", "-", "-", "-"]),
        process(Some("2.5"), ["b", "u", "-", "-", "7"]),
    ];
    assert_eq!(
        lines(&plan.run_rows(rows.iter())),
        [
            "_time|dest|user|process|process_name|process_id",
            "2.5|b|u|-|-|7 [1]"
        ]
    );
}

#[test]
fn the_key_is_of_the_dataset_and_the_where_alone() {
    let key = |predicate: Option<Predicate>| {
        let plan = plan(vec![CommandKind::Tstats(count(predicate))]);
        plan.predicate_key().to_owned()
    };
    let (a, b) = (|| eq("Processes.dest", "A"), || eq("Processes.user", "b"));
    let one = key(Some(and([a(), or([b(), a()])])));
    assert_eq!(
        one,
        key(Some(and([or([a(), b(), b()]), eq("Processes.dest", "a")])))
    );
    assert_ne!(one, key(Some(or([a(), and([b(), a()])]))));
    assert_ne!(one, key(None));
    let among = key(Some(among("Processes.dest", &["x", "A", "a"])));
    assert_ne!(among, key(Some(a())));
    let bound = super::trees::compare(
        "Processes.dest",
        crate::spl::ast::CompareOp::Equal,
        bound("A"),
    );
    assert_ne!(key(Some(bound)), key(Some(a())));
    let mut other = count(Some(and([a(), or([b(), a()])])));
    other.by = by(&["Processes.dest"]);
    assert_eq!(one, plan(vec![CommandKind::Tstats(other)]).predicate_key());
}

#[test]
fn an_explanation_says_what_a_row_has_instead() {
    let predicate = and([
        or([
            eq("Processes.process_name", "msiexec.exe"),
            eq("Processes.user", "x"),
        ]),
        not(eq("Processes.dest", "b")),
    ]);
    let plan = plan(vec![CommandKind::Tstats(count(Some(predicate)))]);
    let clause = plan
        .explain(&process(None, ["B", "-", "-", "msiexec.exe", "-"]))
        .unwrap();
    assert!(!clause.met && clause.kind == ClauseKind::All);
    assert!(clause.parts[0].met && !clause.parts[1].met);
    let ClauseKind::Test { field, found, .. } = &clause.parts[1].parts[0].kind else {
        panic!("no test");
    };
    assert_eq!(field.as_deref(), Some("Processes.dest"));
    assert_eq!(*found, Some("B".into()));
    assert!(!clause.parts[0].parts[1].met);
    let places = ["dest", "user"].map(|name| processes().index(name).unwrap());
    let mut tested = plan.tested_places().unwrap();
    tested.sort_unstable();
    tested.dedup();
    assert!(
        places.iter().any(|place| tested.contains(place)),
        "{tested:?}"
    );
}

#[test]
fn a_free_term_looks_at_every_field() {
    let plan = |predicate| plan(vec![CommandKind::Tstats(count(predicate))]);
    assert_eq!(plan(None).tested_places(), Some(vec![]));
    let dest = processes().index("dest").unwrap();
    let tested = plan(Some(eq("Processes.dest", "x"))).tested_places();
    assert_eq!(tested, Some(vec![dest]));
    let free = and([eq("Processes.dest", "x"), Predicate::Text(lit("y"))]);
    assert_eq!(plan(Some(free)).tested_places(), None);
}

#[test]
fn a_plan_can_be_shared_between_threads() {
    fn shared<T: Send + Sync + Clone>() {}
    shared::<Plan>();
}
