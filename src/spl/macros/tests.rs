//! What macros expand to, what is refused, and where a place came from.

use super::*;

fn lookup(name: &str, argc: usize) -> Option<MacroText> {
    let (arguments, definition): (&[&str], &str) = match (name, argc) {
        ("options", 0) => (&[], "a=`value` b=1"),
        ("value", 0) => (&[], "false"),
        ("drop", 1) => (&["object"], "rename \"$object$.*\" as *"),
        ("two", 2) => (&["a", "b"], "x=$b$ y=$a$ z=$user$ `drop($a$)`"),
        ("quote", 0) => (&[], "p=\"`value`\" ```c``` q"),
        ("loop", 0) => (&[], "`loop2`"),
        ("loop2", 0) => (&[], "x `loop`"),
        ("holds_unknown", 0) => (&[], "x `nowhere` y"),
        ("grow", 1) => (&["a"], "`grow2($a$$a$$a$$a$)` `grow2($a$$a$)`"),
        ("bomb0", 0) => (&[], ""),
        _ => return bomb(name, argc),
    };
    Some(MacroText {
        refused: None,
        place: None,
        arguments: arguments.iter().map(|a| (*a).to_owned()).collect(),
        definition: definition.to_owned(),
        origin: "m.conf".to_owned(),
    })
}

// bomb1 calls bomb0 eight times, bomb2 calls bomb1 eight times …
fn bomb(name: &str, argc: usize) -> Option<MacroText> {
    let level: usize = name.strip_prefix("bomb")?.parse().ok()?;
    (argc == 0).then(|| MacroText {
        refused: None,
        place: None,
        arguments: Vec::new(),
        definition: format!("`bomb{}`", level - 1).repeat(8),
        origin: "m.conf".to_owned(),
    })
}

fn text(source: &str) -> String {
    expand(source, &lookup).unwrap().text
}

#[test]
fn macros_are_put_in_as_text() {
    assert_eq!(text("| t `options` c"), "| t a=false b=1 c");
    assert_eq!(
        text("`drop(P)` | `drop(\"P Q\")`"),
        "rename \"P.*\" as * | rename \"P Q.*\" as *"
    );
    assert_eq!(
        text("`two(1, \"a,b\")`"),
        "x=a,b y=1 z=$user$ rename \"1.*\" as *"
    );
    assert_eq!(
        text("`two(if(a,b), c)`"),
        "x=c y=if(a,b) z=$user$ rename \"if(a,b).*\" as *"
    );
    // Not inside of quoted values, but after an escaped quote; comments become a blank.
    assert_eq!(
        text("a=\"`value`\" \\\" `value`"),
        "a=\"`value`\" \\\" false"
    );
    assert_eq!(text("a```x \" `nowhere` ```b"), "a b");
    assert_eq!(text("`quote`"), "p=\"`value`\"   q");
}

#[test]
fn the_macros_used_are_listed_in_order_once() {
    let expanded = expand("`two(1,2)` `options` `value`", &lookup).unwrap();
    let names: Vec<_> = expanded
        .used
        .iter()
        .map(|u| (u.name.as_str(), u.argc))
        .collect();
    assert_eq!(
        names,
        [("two", 2), ("drop", 1), ("options", 0), ("value", 0)]
    );
}

#[test]
fn faults_are_named_with_their_place_in_the_search() {
    for (source, message, at) in [
        ("a `nowhere`", "the macro 'nowhere' is not known", 2..11),
        (
            "a `drop(1,2)`",
            "the macro 'drop(2)' is not known (there is one with 1 argument)",
            2..13,
        ),
        (
            "`holds_unknown`",
            "the macro 'nowhere' is not known, in the macro 'holds_unknown' (m.conf)",
            0..15,
        ),
        (
            "x `loop`",
            "the macro 'loop' calls itself: loop > loop2 > loop, in the macro 'loop2' (m.conf)",
            2..8,
        ),
        ("a `b", "the macro is not closed", 2..3),
        ("a `drop(x`", "the macro's '(' is not closed", 2..10),
        ("``", "the macro's name is missing", 0..2),
        ("a ```b", "the comment is not closed", 2..5),
    ] {
        let problem = expand(source, &lookup).unwrap_err();
        assert_eq!(problem.message, message);
        assert_eq!(
            (problem.span.start, problem.span.end),
            (at.start, at.end),
            "{source}"
        );
    }
}

#[test]
fn an_explosion_is_stopped() {
    let problem = expand("`bomb9`", &lookup).unwrap_err();
    assert!(problem.message.contains("expand to more than"), "{problem}");
}

#[test]
fn places_lead_back_to_what_was_written() {
    let source = "| t `options` c | `drop(Proc)`";
    let expanded = expand(source, &lookup).unwrap();
    let origin_of = |part: &str| {
        let start = expanded.text.find(part).unwrap();
        expanded.origin(Span::from(start..start + part.len()))
    };
    let cut = |text: &str, span: Span| text[span.start..span.end].to_owned();

    let plain = origin_of("| t");
    assert_eq!(
        (cut(source, plain.span).as_str(), plain.inside.is_none()),
        ("| t", true)
    );

    let inner = origin_of("false");
    assert_eq!(cut(source, inner.span), "`options`");
    let inside = inner.inside.unwrap();
    assert_eq!(
        (inside.name, cut(inside.definition, inside.span)),
        ("value", "false".to_owned())
    );

    // An argument was written by the caller.
    let argument = origin_of("Proc");
    assert_eq!(
        (
            cut(source, argument.span).as_str(),
            argument.inside.is_none()
        ),
        ("Proc", true)
    );

    let both = origin_of("rename \"Proc");
    assert_eq!(cut(source, both.span), "`drop(Proc)`");

    let wide = origin_of("b=1 c");
    assert_eq!(cut(source, wide.span), "`options` c");
    let end = expanded.origin(Span::from(expanded.text.len()..expanded.text.len()));
    assert_eq!(end.span.end, source.len());
}

proptest::proptest! {
    #[test]
    fn any_text_expands_or_is_refused(source in "(`|\"|\\\\|,|\\(|\\)|\\$|a|two|options| ){0,40}") {
        if let Ok(expanded) = expand(&source, &lookup) {
            for start in 0..=expanded.text.len() {
                let origin = expanded.origin(Span::from(start..expanded.text.len()));
                proptest::prop_assert!(source.get(origin.span.start..origin.span.end).is_some());
            }
        }
    }
}

#[test]
fn the_search_of_map_is_expanded_in_its_quotes() {
    let lookup = |name: &str, _| {
        (name == "m").then(|| MacroText {
            arguments: Vec::new(),
            definition: "(a=\"b\")".to_owned(),
            origin: "test".to_owned(),
            place: None,
            refused: None,
        })
    };
    let expanded = |text: &str| expand(text, &lookup).unwrap().text;
    assert_eq!(
        expanded(r#"x | map search="search `m` c=\"$d$\" e=\\\\f" maxsearches=3 | eval z="`m`""#),
        r#"x | map search=[search (a="b") c="$d$" e=\\\\f] maxsearches=3 | eval z="`m`""#
    );
    assert_eq!(
        expanded(r#"x | mapper search="`m`""#),
        r#"x | mapper search="`m`""#
    );
    assert_eq!(
        expanded(r#"map="x" search="`m`""#),
        r#"map="x" search="`m`""#
    );
}
