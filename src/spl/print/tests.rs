//! Parse, print, parse is the identity: over trees made at random and over written examples.

mod rows;
mod searches;

use super::*;
use crate::spl::ast::{Rename, Span};
use crate::spl::parser::parse;
use proptest::prelude::*;

fn name_of(text: &str) -> Name {
    let text = text.to_owned();
    let span = Span::default();
    Name { text, span }
}

fn names() -> impl Strategy<Value = Name> {
    prop_oneof![
        4 => "[A-Za-z_][A-Za-z0-9_.]{0,12}",
        1 => Just("Processes.*".to_owned()),
        1 => "(and|OR|not|in|by|from|span|as|like|search|-x|a b|été|é)",
        1 => "[ -~]{1,8}",
    ]
    .prop_map(|text| name_of(&text))
}

/// What may stand between quotes: no lone quote, no backslash at the end.
fn quoted_source() -> impl Strategy<Value = String> {
    proptest::collection::vec(
        prop_oneof![
            4 => "[a-zA-Z0-9 .:/*|=<>()\\[\\],$&;\n-]{0,6}",
            1 => "(\\\\\\\\|\\\\\"|\\\\\\||\\\\\\*|\\\\t|&amp;|\\$user\\$|\\$u\\|s\\$|'|`|é)",
        ],
        0..6,
    )
    .prop_map(|parts| parts.concat())
}

fn bare_source() -> impl Strategy<Value = String> {
    "[a-zA-Z0-9*./:;&{}$%_-]([a-zA-Z0-9*./:;&=<>!{}$%_é-]|\\\\\\\\|\\\\\"|\\\\\\|){0,8}"
}

fn literals() -> impl Strategy<Value = Literal> {
    let text = prop_oneof![
        quoted_source().prop_map(|text| (text, true)),
        bare_source().prop_map(|text| (text, false)),
    ];
    (text, prop::bool::weighted(0.1)).prop_map(|((text, quoted), case_sensitive)| Literal {
        pieces: if text.is_empty() {
            vec![]
        } else {
            vec![Piece::Source(text)]
        },
        quoted,
        case_sensitive,
        span: Span::default(),
    })
}

/// A text that is looked for: a bare one must be no operator and hold no comparison.
fn texts() -> impl Strategy<Value = Predicate> {
    literals().prop_map(|mut literal| {
        let bare = literal_text(&literal);
        let odd = bare.contains(['=', '<', '>', '!']);
        literal.quoted |= odd || matches!(bare.as_str(), "AND" | "OR" | "NOT");
        let by = bare.eq_ignore_ascii_case("by") || bare.eq_ignore_ascii_case("groupby");
        literal.quoted |= by || bare.eq_ignore_ascii_case("in");
        Predicate::Text(literal)
    })
}

fn comparisons() -> impl Strategy<Value = CompareOp> {
    prop_oneof![
        4 => Just(CompareOp::Equal),
        1 => Just(CompareOp::NotEqual),
        1 => Just(CompareOp::Less),
        1 => Just(CompareOp::LessEqual),
        1 => Just(CompareOp::Greater),
        1 => Just(CompareOp::GreaterEqual),
    ]
}

fn predicates() -> impl Strategy<Value = Predicate> {
    let leaf = prop_oneof![
        3 => (names(), comparisons(), literals())
            .prop_map(|(field, op, value)| Predicate::Compare { field, op, value }),
        2 => (names(), prop::collection::vec(literals(), 1..4))
            .prop_map(|(field, values)| Predicate::In { field, values }),
        1 => texts(),
    ];
    leaf.prop_recursive(5, 24, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 2..4).prop_map(Predicate::And),
            prop::collection::vec(inner.clone(), 2..4).prop_map(Predicate::Or),
            inner.prop_map(|p| Predicate::Not(Box::new(p))),
        ]
    })
}

fn operators() -> impl Strategy<Value = BinaryOp> {
    use BinaryOp as B;
    prop::sample::select(vec![
        B::Xor,
        B::Or,
        B::And,
        B::Equal,
        B::NotEqual,
        B::Less,
        B::LessEqual,
        B::Greater,
        B::GreaterEqual,
        B::Like,
        B::Concat,
        B::Add,
        B::Subtract,
        B::Multiply,
        B::Divide,
        B::Remainder,
    ])
}

fn expressions() -> impl Strategy<Value = Expr> {
    let leaf = prop_oneof![
        "[ -~\n]{0,10}".prop_map(Expr::Text),
        (0.0_f64..1e12).prop_map(Expr::Number),
        (0_u32..1000).prop_map(|n| Expr::Number(f64::from(n))),
        names().prop_map(Expr::Field),
    ];
    leaf.prop_recursive(6, 32, 3, |inner| {
        prop_oneof![
            (operators(), inner.clone(), inner.clone()).prop_map(|(op, a, b)| Expr::Binary(
                op,
                Box::new(a),
                Box::new(b)
            )),
            inner
                .clone()
                .prop_map(|e| Expr::Unary(UnaryOp::Not, Box::new(e))),
            inner
                .clone()
                .prop_map(|e| Expr::Unary(UnaryOp::Negate, Box::new(e))),
            (
                "(if|case|match|like|in|len|coalesce)",
                prop::collection::vec(inner, 0..4)
            )
                .prop_map(|(name, arguments)| Expr::Call {
                    name,
                    arguments,
                    span: Span::default(),
                }),
        ]
    })
}

fn aggregates() -> impl Strategy<Value = Aggregate> {
    let function = prop::sample::select(vec!["count", "min", "max", "values", "dc", "latest"]);
    (function, names(), prop::option::of(names()), any::<bool>()).prop_map(
        |(function, field, alias, bare)| Aggregate {
            function: function.to_owned(),
            field: (function != "count" || !bare).then_some(field),
            eval: None,
            alias,
            span: Span::default(),
        },
    )
}

fn by_fields() -> impl Strategy<Value = Vec<ByField>> {
    (
        prop::collection::vec(names(), 0..4),
        prop::option::of("[0-9]{1,2}[smhd]"),
    )
        .prop_map(|(names, span)| {
            let mut fields: Vec<_> = names
                .into_iter()
                .map(|name| ByField {
                    name,
                    time_span: None,
                })
                .collect();
            if span.is_some() {
                fields.push(ByField {
                    name: name_of("_time"),
                    time_span: span,
                });
            }
            fields
        })
}

fn datasets() -> impl Strategy<Value = Dataset> {
    (
        "[A-Z][A-Za-z_]{0,8}",
        prop::option::of("[A-Z][A-Za-z_ ]{0,8}[a-z]"),
    )
        .prop_map(|(model, dataset)| Dataset {
            model,
            dataset,
            span: Span::default(),
        })
}

fn first_commands() -> impl Strategy<Value = CommandKind> {
    let tstats = (
        prop::collection::vec(("[a-z_]{1,9}", "[a-z0-9 ]{1,6}"), 0..3),
        prop::collection::vec(aggregates(), 1..4),
        datasets(),
        prop::option::of(predicates()),
        by_fields(),
    )
        .prop_map(|(options, aggregates, from, predicate, by)| {
            // A 'nodename' conjunct is moved into the dataset: not generated here.
            let options = options.iter();
            CommandKind::Tstats(Tstats {
                options: options.map(|(n, v)| (name_of(n), name_of(v))).collect(),
                aggregates,
                from,
                predicate,
                by,
            })
        });
    prop_oneof![
        predicates().prop_map(CommandKind::Search),
        datasets().prop_map(CommandKind::From),
        tstats,
    ]
}

fn stats() -> impl Strategy<Value = CommandKind> {
    let of_evals =
        (aggregates(), expressions(), names()).prop_map(|(one, eval, alias)| Aggregate {
            field: None,
            eval: Some(eval),
            alias: Some(alias),
            ..one
        });
    let aggregates = prop_oneof![3 => aggregates(), 1 => of_evals];
    (
        prop::collection::vec(("[a-z_]{1,9}", "[a-z0-9 ]{1,6}"), 0..2),
        prop::collection::vec(aggregates, 1..4),
        by_fields(),
    )
        .prop_map(|(options, aggregates, mut by)| {
            for field in &mut by {
                field.time_span = None;
            }
            let options = options.iter().map(|(n, v)| (name_of(n), name_of(v)));
            CommandKind::Stats(Stats {
                options: options.collect(),
                aggregates,
                by,
            })
        })
}

fn later_commands() -> impl Strategy<Value = CommandKind> {
    let list = || prop::collection::vec(names(), 1..4);
    let renames = prop::collection::vec(("[a-z]{1,4}\\*?", "[a-z ]{1,4}"), 1..3);
    let ctime = (names(), prop::option::of(names())).prop_map(|(field, alias)| Aggregate {
        function: "ctime".to_owned(),
        field: Some(field),
        eval: None,
        alias,
        span: Span::default(),
    });
    let convert = (
        prop::option::of("[ -~]{0,8}"),
        prop::collection::vec(ctime, 1..3),
    );
    prop_oneof![
        predicates().prop_map(CommandKind::Search),
        stats(),
        renames.prop_map(|pairs| CommandKind::Rename(
            pairs
                .into_iter()
                .map(|(from, to)| {
                    let star = if from.ends_with('*') { "*" } else { "" };
                    Rename {
                        from: name_of(&from),
                        to: name_of(&format!("{to}{star}")),
                    }
                })
                .collect()
        )),
        convert.prop_map(|(time_format, functions)| CommandKind::Convert(Convert {
            time_format: time_format.map(|format| name_of(&format)),
            functions
        })),
        (any::<bool>(), list()).prop_map(|(remove, names)| CommandKind::Fields { remove, names }),
        list().prop_map(CommandKind::Table),
        expressions().prop_map(CommandKind::Where),
        prop::collection::vec((names(), expressions()), 1..3).prop_map(CommandKind::Eval),
        rows::commands(),
        searches::commands(),
    ]
}

fn pipelines() -> impl Strategy<Value = Pipeline> {
    (
        first_commands(),
        prop::collection::vec(later_commands(), 0..4),
    )
        .prop_map(|(first, rest)| {
            let wrap = |kind| Command {
                span: Span::default(),
                kind,
            };
            Pipeline {
                commands: std::iter::once(first).chain(rest).map(wrap).collect(),
            }
        })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]
    #[test]
    fn what_is_printed_parses_to_the_same_tree(tree in pipelines()) {
        let text = pipeline(&tree);
        match parse(&text) {
            Ok(again) => prop_assert_eq!(again, tree, "{}", text),
            Err(problems) => prop_assert!(false, "{text}\n{problems:?}"),
        }
    }
}

#[test]
fn the_printed_spelling() {
    for (source, printed) in [
        ("a=1 b=2 OR c=3", "search a=1 AND b=2 OR c=3"),
        (
            "NOT (a=1 b=2) (c OR (d OR e))",
            "search NOT (a=1 AND b=2) AND c OR (d OR e)",
        ),
        ("a IN (x,\"y z\")", "search a IN (x, \"y z\")"),
        ("\"a b\"=CASE(x)", "search \"a b\"=CASE(x)"),
        (
            "| tstats count FROM datamodel=\"E\".\"P\" GROUPBY _time, x span=1h",
            "| tstats count from datamodel=E.P by _time span=1h x",
        ),
        (
            "| from datamodel Risk.All_Risk | fields -a,b",
            "| from datamodel:Risk.All_Risk\n| fields - a, b",
        ),
        (
            "x | where NOT a=1 AND (b=2 OR 'c d' IN (\"x\")) | eval n=-(1+2)*3 . \"\\\\\"",
            "search x\n| where NOT a=1 AND (b=2 OR in('c d', \"x\"))\n| eval n=-(1 + 2) * 3 . \"\\\\\"",
        ),
    ] {
        assert_eq!(pipeline(&parse(source).unwrap()), printed);
    }
}

#[test]
fn bound_texts_are_escaped() {
    let bound = Literal {
        pieces: vec![
            Piece::Source("*\\".to_owned()),
            Piece::Bound("a\\b\"c".to_owned()),
        ],
        quoted: false,
        case_sensitive: false,
        span: Span::default(),
    };
    assert_eq!(literal(&bound), r#""*\\a\\b\"c""#);
}
