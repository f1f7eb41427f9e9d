//! Properties: predicates against a naive reading of the rules, grouping against a shuffled input.

use super::trees::*;
use crate::cim::DatasetRow;
use crate::event::{Timestamp, Value};
use crate::search::functions::FUNCTIONS;
use crate::search::{Plan, PlanOptions};
use crate::spl::ast::{CommandKind, CompareOp, Expr, Literal, Piece, Predicate};
use proptest::prelude::*;
use std::sync::Arc;

const FIELDS: [&str; 3] = ["Processes.dest", "Processes.user", "Processes.os"];

fn text() -> impl Strategy<Value = String> {
    prop::sample::select(vec![
        "", "a", "A", "ab", "b", "B", "ba", "1", "1.0", "10", "9", "-0",
    ])
    .prop_map(str::to_owned)
}

fn literal() -> impl Strategy<Value = Literal> {
    let stars = prop::sample::select(vec!["*", "a*", "*b", "*a*", "1*", "a", "B", "10", "9", "0"]);
    prop_oneof![
        stars.prop_map(lit),
        text().prop_map(|text| bound(&text)),
        text().prop_map(|text| Literal {
            case_sensitive: true,
            ..lit(&text)
        }),
    ]
}

fn leaf() -> impl Strategy<Value = Predicate> {
    let op = prop::sample::select(vec![
        CompareOp::Equal,
        CompareOp::NotEqual,
        CompareOp::Less,
        CompareOp::LessEqual,
        CompareOp::Greater,
        CompareOp::GreaterEqual,
    ]);
    let field = || prop::sample::select(FIELDS.to_vec());
    prop_oneof![
        (field(), op, literal()).prop_map(|(field, op, value)| compare(field, op, value)),
        (field(), prop::collection::vec(literal(), 1..4)).prop_map(|(field, values)| {
            Predicate::In {
                field: name(field),
                values,
            }
        }),
    ]
}

fn predicate() -> impl Strategy<Value = Predicate> {
    leaf().prop_recursive(4, 24, 3, |inner| {
        let several = || prop::collection::vec(inner.clone(), 2..4);
        prop_oneof![
            inner.clone().prop_map(not),
            several().prop_map(Predicate::And),
            several().prop_map(Predicate::Or),
        ]
    })
}

fn value() -> impl Strategy<Value = Option<Value>> {
    prop_oneof![
        Just(None),
        text().prop_map(|text| Some(Value::text(&text))),
        prop::collection::vec(text(), 2..4)
            .prop_map(|texts| Value::many(texts.iter().map(|t| Arc::from(t.as_str())).collect())),
        (0_i32..12).prop_map(|number| Some(Value::Number(f64::from(number)))),
    ]
}

fn row() -> impl Strategy<Value = DatasetRow> {
    let values = prop::collection::vec(value(), 5);
    (prop::option::of(0_i64..5), values).prop_map(|(time, values)| DatasetRow {
        time: time.and_then(Timestamp::from_seconds),
        values: values.into(),
        ..DatasetRow::default()
    })
}

/// The rules read one by one, with no regard to cost.
fn naive(predicate: &Predicate, row: &DatasetRow) -> bool {
    let texts = |field: &str| -> Vec<String> {
        let place = match field {
            "Processes.dest" => 0,
            "Processes.user" => 1,
            _ => return Vec::new(),
        };
        let value = row.values[place].as_ref();
        value.map_or(Vec::new(), |v| {
            v.each().iter().map(ToString::to_string).collect()
        })
    };
    match predicate {
        Predicate::And(parts) => parts.iter().all(|part| naive(part, row)),
        Predicate::Or(parts) => parts.iter().any(|part| naive(part, row)),
        Predicate::Not(inner) => !naive(inner, row),
        Predicate::In { field, values } => texts(&field.text)
            .iter()
            .any(|text| values.iter().any(|value| glob(value, text))),
        Predicate::Compare { field, op, value } => texts(&field.text).iter().any(|text| match op {
            CompareOp::Equal => glob(value, text),
            CompareOp::NotEqual => !glob(value, text),
            CompareOp::Less => order(text, value).is_lt(),
            CompareOp::LessEqual => order(text, value).is_le(),
            CompareOp::Greater => order(text, value).is_gt(),
            CompareOp::GreaterEqual => order(text, value).is_ge(),
        }),
        Predicate::Text(_) | Predicate::Subsearch { .. } => unreachable!("none is made"),
    }
}

fn written(literal: &Literal) -> (&str, bool) {
    match &literal.pieces[0] {
        Piece::Source(text) => (text, true),
        Piece::Bound(text) => (text, false),
    }
}

fn glob(literal: &Literal, text: &str) -> bool {
    fn fits(pattern: &[char], text: &[char], stars: bool) -> bool {
        match pattern.split_first() {
            None => text.is_empty(),
            Some(('*', rest)) if stars => (0..=text.len()).any(|at| fits(rest, &text[at..], stars)),
            Some((c, rest)) => text.first() == Some(c) && fits(rest, &text[1..], stars),
        }
    }
    let (pattern, stars) = written(literal);
    let fold = |text: &str| -> Vec<char> {
        if literal.case_sensitive {
            text.chars().collect()
        } else {
            text.to_lowercase().chars().collect()
        }
    };
    fits(&fold(pattern), &fold(text), stars)
}

fn order(text: &str, literal: &Literal) -> std::cmp::Ordering {
    let (right, _) = written(literal);
    if let (Ok(left), Ok(right)) = (text.parse::<f64>(), right.parse::<f64>()) {
        return left.partial_cmp(&right).unwrap();
    }
    if literal.case_sensitive {
        return text.cmp(right);
    }
    text.to_lowercase().cmp(&right.to_lowercase())
}

fn filter(predicate: Predicate) -> crate::search::Plan {
    let tree = tstats(vec![agg("count", None, None)], Some(predicate), vec![]);
    plan(vec![CommandKind::Tstats(tree)])
}

proptest! {
    #[test]
    fn a_predicate_is_what_its_rules_say(predicate in predicate(), row in row()) {
        let expected = naive(&predicate, &row);
        let plan = filter(predicate);
        prop_assert_eq!(plan.test(&row), expected);
        prop_assert_eq!(plan.explain(&row).is_none_or(|clause| clause.met), expected);
    }

    #[test]
    fn negation_goes_inside(a in predicate(), b in predicate(), row in row()) {
        let both = filter(not(and([a.clone(), b.clone()])));
        let either = filter(or([not(a.clone()), not(b.clone())]));
        prop_assert_eq!(both.test(&row), either.test(&row));
        let twice = filter(not(not(a.clone())));
        prop_assert_eq!(twice.test(&row), filter(a.clone()).test(&row));
        let (one, other) = (filter(or([a.clone(), b.clone()])), filter(or([b, a])));
        prop_assert_eq!(one.test(&row), other.test(&row));
        prop_assert_eq!(one.predicate_key(), other.predicate_key());
    }

    #[test]
    fn equal_keys_mean_equal_answers(a in leaf(), b in leaf(), rows in prop::collection::vec(row(), 8)) {
        let (a, b) = (filter(a), filter(b));
        if a.predicate_key() == b.predicate_key() {
            for row in &rows {
                prop_assert_eq!(a.test(row), b.test(row));
            }
        }
    }

    #[test]
    fn the_order_of_the_input_changes_nothing_but_the_events(
        (rows, order) in prop::collection::vec(row(), 0..12).prop_flat_map(|rows| {
            let order: Vec<usize> = (0..rows.len()).collect();
            (Just(rows), Just(order).prop_shuffle())
        }),
        filled in any::<bool>(),
    ) {
        let functions = [
            "min", "max", "range", "values", "dc", "mode", "median", "earliest", "latest", "sum",
            "earliest_time", "latest_time", "rate", "estdc", "perc90",
        ];
        let mut aggregates: Vec<_> = functions
            .iter()
            .map(|function| agg(function, Some("Processes.process"), None))
            .collect();
        aggregates.push(agg("count", None, None));
        aggregates.push(agg("min", Some("_time"), None));
        let mut tree = tstats(aggregates, None, by(&["Processes.dest", "Processes.user"]));
        if !filled {
            tree.options.clear();
        }
        let plan = plan(vec![CommandKind::Tstats(tree)]);
        let straight = plan.run_rows(rows.iter());
        let shuffled = plan.run_rows(order.iter().map(|place| &rows[*place]));
        prop_assert_eq!(&straight.columns, &shuffled.columns);
        prop_assert_eq!(straight.rows.len(), shuffled.rows.len());
        for (one, other) in straight.rows.iter().zip(&shuffled.rows) {
            prop_assert_eq!(&one.cells, &other.cells);
            let mut back: Vec<u32> = other
                .events
                .iter()
                .map(|place| u32::try_from(order[*place as usize]).unwrap())
                .collect();
            back.sort_unstable();
            prop_assert_eq!(&one.events, &back);
        }
    }
}

/// Values of every kind, odd ones among them.
fn argument() -> impl Strategy<Value = Expr> {
    let texts = prop::sample::select(vec![
        "",
        "%",
        "%s %5.2f%%",
        "-1d@w3",
        "%Y-%m-%d",
        "hex",
        "duration",
        "10.0.0.0/8",
        "a.b{}.c{1}",
        "{\"a\":[1,{\"b\":null}]}",
        "(?=a)b",
        "\\1",
        "(",
        "%41%",
        "2022-06-16",
        "1e309",
        "-0",
    ]);
    let numbers = prop::sample::select(vec![
        0.0,
        -1.0,
        0.5,
        3.0,
        16.0,
        36.0,
        1e15,
        -1e300,
        1e308,
        9_007_199_254_740_993.0,
        1e-320,
    ]);
    prop_oneof![
        texts.prop_map(txt),
        "\\PC{0,12}".prop_map(|text| txt(&text)),
        numbers.prop_map(num),
        prop::sample::select(vec!["a", "many", "none"]).prop_map(field),
        Just(call("true", vec![])),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4000))]

    /// Whatever a function is given, it gives something, and the same again.
    #[test]
    fn no_arguments_are_too_much_for_a_function(
        function in prop::sample::select(FUNCTIONS.iter().map(|f| f.name).collect::<Vec<_>>()),
        arguments in prop::collection::vec(argument(), 0..5),
    ) {
        let call = call(function, arguments);
        let shown = call_of("tostring", call);
        let kinds = vec![CommandKind::From(model("Risk", Some("All_Risk"))), CommandKind::Eval(vec![(name("x"), shown)])];
        let options = PlanOptions { now: Timestamp::from_seconds(1_700_000_000), ..PlanOptions::default() };
        // Many are refused: too few arguments, a pattern that is none.
        if let Ok(plan) = Plan::compile(&pipeline(kinds), &[], &options) {
            let rows = table(&["a", "many"], &[&["1655402652.5", "b;a;b"], &["", "-"]]);
            let first = plan.run_table(rows.clone());
            prop_assert_eq!(first, plan.run_table(rows));
        }
    }
}

fn call_of(function: &str, argument: Expr) -> Expr {
    call(function, vec![argument])
}
