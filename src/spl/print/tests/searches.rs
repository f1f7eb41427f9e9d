//! Trees of the commands that bring in other rows or go by their order, made at random, and their
//! spelling.

use super::*;
use crate::spl::ast::{
    Addtotals, Append, Condition, Foreach, Inputlookup, Join, Lookup, LookupField, Map, Return,
    ReturnField, Spath, Streamstats, Top, Transaction,
};

fn texts() -> impl Strategy<Value = Name> {
    "([ -~]|é){0,8}".prop_map(|text| name_of(&text))
}

fn list() -> impl Strategy<Value = Vec<Name>> {
    prop::collection::vec(names(), 1..4)
}

fn maybe_list() -> impl Strategy<Value = Vec<Name>> {
    prop_oneof![Just(Vec::new()), list()]
}

fn one(kind: CommandKind) -> Pipeline {
    let span = Span::default();
    Pipeline {
        commands: vec![Command { span, kind }],
    }
}

/// A short search that can stand in brackets.
fn searches() -> impl Strategy<Value = Pipeline> {
    prop_oneof![
        predicates().prop_map(|tree| one(CommandKind::Search(tree))),
        datasets().prop_map(|tree| one(CommandKind::From(tree))),
    ]
}

fn lookups() -> impl Strategy<Value = CommandKind> {
    let name = || prop_oneof![4 => names(), 1 => Just(name_of("output"))];
    let fields = move || {
        let field = (name(), prop::option::of(name()))
            .prop_map(|(column, field)| LookupField { column, field });
        prop::collection::vec(field, 1..3)
    };
    let outputs = prop_oneof![Just(Vec::new()), fields()];
    (names(), fields(), outputs, any::<bool>()).prop_map(|(table, inputs, outputs, keeps)| {
        CommandKind::Lookup(Lookup {
            table,
            inputs,
            keeps: keeps && !outputs.is_empty(),
            outputs,
        })
    })
}

fn joins() -> impl Strategy<Value = CommandKind> {
    (any::<[bool; 2]>(), 0_u64..3, maybe_list(), searches()).prop_map(
        |(flags, max, fields, search)| {
            CommandKind::Join(Join {
                outer: flags[0],
                overwrite: flags[1],
                max,
                fields,
                search,
            })
        },
    )
}

fn transactions() -> impl Strategy<Value = CommandKind> {
    let condition = || {
        prop::option::of(prop_oneof![
            predicates().prop_map(Condition::Search),
            "[a-z]{1,5}"
                .prop_map(|name| Condition::Eval(Expr::Field(name_of(&format!("f{name}"))))),
        ])
    };
    let option = || prop::option::of("[0-9]{1,2}[smhd]".prop_map(|text| name_of(&text)));
    (
        maybe_list(),
        option(),
        option(),
        1_u64..1001,
        condition(),
        condition(),
        any::<[bool; 3]>(),
    )
        .prop_map(
            |(fields, max_span, max_pause, max_events, starts, ends, flags)| {
                CommandKind::Transaction(Transaction {
                    fields,
                    max_span,
                    max_pause,
                    max_events,
                    starts,
                    ends,
                    connected: flags[0],
                    keep_evicted: flags[1],
                    list: flags[2],
                })
            },
        )
}

fn streams() -> impl Strategy<Value = CommandKind> {
    let stats = (prop::collection::vec(aggregates(), 1..3), by_fields());
    (stats, any::<[bool; 3]>(), 0_u64..4).prop_map(|((aggregates, mut by), flags, window)| {
        for field in &mut by {
            field.time_span = None;
        }
        CommandKind::Streamstats(Streamstats {
            stats: Stats {
                options: Vec::new(),
                aggregates,
                by,
            },
            current: flags[0],
            window,
            global: flags[1],
            reset_on_change: flags[2],
        })
    })
}

fn totals() -> impl Strategy<Value = CommandKind> {
    let label = prop::option::of(names());
    (any::<[bool; 2]>(), texts(), label, texts(), maybe_list()).prop_map(
        |(flags, field_name, label_field, label, fields)| {
            CommandKind::Addtotals(Addtotals {
                row: flags[0],
                col: flags[1],
                field_name,
                label_field,
                label,
                fields,
            })
        },
    )
}

fn loops() -> impl Strategy<Value = CommandKind> {
    let target = prop_oneof![Just("__FIELD__"), Just("n ___MATCHSTR__"), Just("x")];
    (list(), target).prop_map(|(names, target)| {
        let value = Expr::Field(name_of("__FIELD__"));
        let commands = one(CommandKind::Eval(vec![(name_of(target), value)]));
        CommandKind::Foreach(Foreach { names, commands })
    })
}

fn tops() -> impl Strategy<Value = CommandKind> {
    let option = || prop::option::of(texts());
    (
        any::<bool>(),
        0_u64..20,
        list(),
        maybe_list(),
        option(),
        option(),
    )
        .prop_map(|(rare, limit, fields, by, count_field, percent_field)| {
            CommandKind::Top(Top {
                rare,
                limit,
                fields,
                by,
                count_field,
                percent_field,
            })
        })
}

fn returns() -> impl Strategy<Value = CommandKind> {
    let field = prop_oneof![
        ("[a-z]{1,4}", names()).prop_map(|(alias, field)| ReturnField::Compare {
            alias: name_of(&alias),
            field,
        }),
        "[a-z]{1,4}".prop_map(|name| ReturnField::Value(name_of(&name))),
    ];
    (1_u64..9, prop::collection::vec(field, 1..3))
        .prop_map(|(count, fields)| CommandKind::Return(Return { count, fields }))
}

pub(super) fn commands() -> impl Strategy<Value = CommandKind> {
    let option = || prop::option::of(texts());
    let spath = (option(), option(), texts()).prop_map(|(input, output, path)| {
        CommandKind::Spath(Spath {
            input,
            output,
            path: Some(path),
        })
    });
    let inputlookup = (0_u64..2, 0_u64..9, names(), prop::option::of(predicates())).prop_map(
        |(start, max, table, predicate)| {
            CommandKind::Inputlookup(Inputlookup {
                append: true,
                start,
                max,
                table,
                predicate,
            })
        },
    );
    let inside = (searches(), any::<bool>()).prop_map(|(search, negated)| {
        let search = Box::new(search);
        let span = Span::default();
        let tree = Predicate::Subsearch { search, span };
        CommandKind::Search(if negated {
            Predicate::Not(Box::new(tree))
        } else {
            tree
        })
    });
    prop_oneof![
        lookups(),
        inputlookup,
        joins(),
        (0_u64..9, searches())
            .prop_map(|(max, search)| CommandKind::Append(Append { max, search })),
        predicates().prop_map(|tree| CommandKind::Appendpipe(one(CommandKind::Search(tree)))),
        loops(),
        (0_u64..20, searches()).prop_map(|(max, search)| CommandKind::Map(Map { max, search })),
        Just(CommandKind::Format),
        Just(CommandKind::Uniq),
        names().prop_map(CommandKind::Nomv),
        tops(),
        returns(),
        streams(),
        transactions(),
        totals(),
        prop::option::of(names()).prop_map(CommandKind::Xmlkv),
        spath,
        inside,
    ]
}

#[test]
fn the_printed_spelling_of_searches_in_searches() {
    for (source, printed) in [
        (
            "x | lookup t a as b, c output d",
            "lookup t a as b, c output d",
        ),
        (
            "x | inputlookup append=t l.csv where a=1",
            "inputlookup append=true l.csv where a=1",
        ),
        (
            "x | join type=outer max=0 a,b [search c | head 1]",
            "join type=left max=0 a, b [search c\n| head limit=1]",
        ),
        (
            "x | search a=1 NOT [| inputlookup l]",
            "search a=1 AND NOT [| inputlookup l]",
        ),
        ("x | append [y]", "append [search y]"),
        (
            "x | foreach a* [eval <<FIELD>>='<<FIELD>>' . \"<<MATCHSTR>>\"]",
            "foreach a* [| eval <<FIELD>>=<<FIELD>> . \"<<MATCHSTR>>\"]",
        ),
        (
            "x | transaction a startswith=\"b\" endswith=eval(c>1) maxspan=5m",
            "transaction a maxspan=\"5m\" startswith=(\"b\") endswith=eval(c>1)",
        ),
        (
            "x | streamstats window=2 count by a",
            "streamstats window=2 count by a",
        ),
        ("x | spath input=a b.c", "spath input=\"a\" path=\"b.c\""),
        ("x | xmlkv", "xmlkv"),
    ] {
        let tree = parse(source).unwrap();
        assert_eq!(command(&tree.commands[1]), printed);
    }
    assert_eq!(
        pipeline(&parse("| makeresults").unwrap()),
        "| makeresults count=1"
    );
}
