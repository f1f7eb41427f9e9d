//! Trees of the commands that pick, order and change rows, made at random, and their spelling.

use super::*;
use crate::spl::ast::{
    Bin, Dedup, Fillnull, Head, Makemv, Mvexpand, Regex, Replace, Rex, Separator, Sort, SortKey,
    SortOrder,
};

/// What an option or a quoted argument holds.
fn texts() -> impl Strategy<Value = Name> {
    "([ -~]|é){0,8}".prop_map(|text| name_of(&text))
}

fn fields() -> impl Strategy<Value = Vec<Name>> {
    prop::collection::vec(names(), 1..4)
}

fn keys() -> impl Strategy<Value = Vec<SortKey>> {
    let order = prop::sample::select(vec![
        SortOrder::Auto,
        SortOrder::Ip,
        SortOrder::Num,
        SortOrder::Str,
    ]);
    let name = prop_oneof![names(), Just(name_of("desc")), Just(name_of("10"))];
    let key = (any::<bool>(), order, name).prop_map(|(descending, order, field)| SortKey {
        descending,
        order,
        field,
    });
    prop::collection::vec(key, 1..3)
}

fn dedups() -> impl Strategy<Value = CommandKind> {
    let sort = prop_oneof![Just(Vec::new()), keys()];
    (1_u64..4, fields(), any::<[bool; 3]>(), sort).prop_map(|(count, fields, flags, sort)| {
        CommandKind::Dedup(Dedup {
            count,
            fields,
            keep_events: flags[0],
            keep_empty: flags[1],
            consecutive: flags[2],
            sort,
        })
    })
}

fn heads() -> impl Strategy<Value = CommandKind> {
    let condition = prop::option::of("[a-z]{1,4}").prop_map(|name| {
        name.map(|name| Expr::Call {
            name: "isnotnull".to_owned(),
            arguments: vec![Expr::Field(name_of(&format!("f_{name}")))],
            span: Span::default(),
        })
    });
    (0_u64..30, any::<[bool; 2]>(), condition).prop_map(|(limit, flags, condition)| {
        CommandKind::Head(Head {
            limit: Some(limit),
            condition,
            null: flags[0],
            keep_last: flags[1],
        })
    })
}

fn rexes() -> impl Strategy<Value = CommandKind> {
    let field = || prop::option::of(names());
    (field(), texts(), any::<bool>(), 0_u64..3, field()).prop_map(
        |(field, pattern, sed, max_match, offset_field)| {
            CommandKind::Rex(Rex {
                field,
                pattern,
                sed,
                max_match,
                offset_field,
            })
        },
    )
}

fn separators() -> impl Strategy<Value = Separator> {
    prop_oneof![
        texts().prop_map(Separator::Delimiter),
        texts().prop_map(Separator::Tokenizer),
    ]
}

pub(super) fn commands() -> impl Strategy<Value = CommandKind> {
    let option = || prop::option::of(texts());
    let alias = prop::option::of(names());
    prop_oneof![
        (prop::option::of(names()), any::<bool>(), texts()).prop_map(
            |(field, negated, pattern)| CommandKind::Regex(Regex {
                negated: negated && field.is_some(),
                field,
                pattern,
            })
        ),
        rexes(),
        dedups(),
        (0_u64..9, keys()).prop_map(|(limit, keys)| CommandKind::Sort(Sort { limit, keys })),
        heads(),
        (0_u64..9).prop_map(CommandKind::Tail),
        Just(CommandKind::Reverse),
        (option(), prop_oneof![Just(Vec::new()), fields()])
            .prop_map(|(value, fields)| CommandKind::Fillnull(Fillnull { value, fields })),
        (option(), option(), names(), alias).prop_map(|(span, align, field, alias)| {
            CommandKind::Bin(Bin {
                span,
                align,
                field,
                alias,
            })
        }),
        (names(), 0_u64..3)
            .prop_map(|(field, limit)| CommandKind::Mvexpand(Mvexpand { field, limit })),
        (names(), separators(), any::<bool>()).prop_map(|(field, separator, allow_empty)| {
            CommandKind::Makemv(Makemv {
                field,
                separator,
                allow_empty,
            })
        }),
        (
            prop::collection::vec((texts(), texts()), 1..3),
            prop_oneof![Just(Vec::new()), fields()]
        )
            .prop_map(|(pairs, fields)| CommandKind::Replace(Replace { pairs, fields })),
    ]
}

#[test]
fn the_printed_spelling_of_commands_on_rows() {
    for (source, printed) in [
        ("x | bucket _time span=5m", "bin span=\"5m\" _time"),
        ("x | dedup 3 e b", "dedup 3 e, b"),
        ("x | sort - e, num(b) d", "sort 10000 +e, -num(b)"),
        ("x | head", "head limit=10"),
        ("x | head 3 null=t (a > 1)", "head limit=3 null=true (a>1)"),
        ("x | rex \"(?<a>\\d)\"", "rex \"(?<a>\\\\d)\""),
        ("x | regex a != \"b\"", "regex a!=\"b\""),
        ("x | fillnull", "fillnull"),
        ("x | makemv a", "makemv delim=\" \" a"),
        ("x | eventstats count by a", "eventstats count by a"),
    ] {
        let tree = parse(source).unwrap();
        assert_eq!(command(&tree.commands[1]), printed);
    }
}
