//! Values in place of tokens, in the tree and in the text.

use super::*;
use crate::spl::parser::parse;
use crate::spl::pattern::Pattern;

fn values(name: &str) -> Option<Vec<String>> {
    let list: &[&str] = match name {
        "user" => &["ATTACKRANGE\\Administrator"],
        "quote" => &["a\"b | delete"],
        "star" => &["a*b"],
        "hosts" => &["h1", "h2"],
        "none" => &[],
        _ => return None,
    };
    Some(list.iter().map(|v| (*v).to_owned()).collect())
}

fn bound(text: &str) -> (String, String, Vec<String>) {
    let mut tree = parse(text).unwrap();
    let bound = bind(&mut tree, &values);
    (
        print::pipeline(&tree),
        apply(text, &bound.edits),
        bound.unknown,
    )
}

/// A search; as printed and as edited with its tokens bound.
const BOUND: &[(&str, &str, &str)] = &[
    (
        "search  user = \"$user$\" x=1",
        r#"search user="ATTACKRANGE\\Administrator" AND x=1"#,
        r#"search  user = "ATTACKRANGE\\Administrator" x=1"#,
    ),
    (
        "user=$user$",
        r#"search user="ATTACKRANGE\\Administrator""#,
        r#"user="ATTACKRANGE\\Administrator""#,
    ),
    (
        "x=\"$quote|s$\"",
        r#"search x="a\"b | delete""#,
        r#"x="a\"b | delete""#,
    ),
    (
        "x=\"$hosts$\" y",
        "search x IN (\"h1\", \"h2\") AND y",
        "x IN (\"h1\", \"h2\") y",
    ),
    (
        "x!=\"$hosts$\" y",
        "search (x!=\"h1\" AND x!=\"h2\") AND y",
        "(x!=\"h1\" AND x!=\"h2\") y",
    ),
    (
        "x IN (a, \"$hosts$\", $user$)",
        r#"search x IN (a, "h1", "h2", "ATTACKRANGE\\Administrator")"#,
        r#"x IN (a, "h1", "h2", "ATTACKRANGE\\Administrator")"#,
    ),
    (
        "NOT $hosts$",
        "search NOT (\"h1\" OR \"h2\")",
        "NOT (\"h1\" OR \"h2\")",
    ),
    (
        "p=\"*$hosts$\\\\$hosts$*\"",
        r#"search p IN ("*h1\\h1*", "*h1\\h2*", "*h2\\h1*", "*h2\\h2*")"#,
        r#"p IN ("*h1\\h1*", "*h1\\h2*", "*h2\\h1*", "*h2\\h2*")"#,
    ),
    (
        "a | where x=\"$hosts$\" AND y=\"c $quote$\" | search b=\"$user$\"",
        "search a\n| where in(x, \"h1\", \"h2\") AND y=\"c a\\\"b | delete\"\n| search b=\"ATTACKRANGE\\\\Administrator\"",
        "a | where in(x, \"h1\", \"h2\") AND y=\"c a\\\"b | delete\" | search b=\"ATTACKRANGE\\\\Administrator\"",
    ),
    (
        "a | where x!=$hosts|s$",
        "search a\n| where NOT in(x, \"h1\", \"h2\")",
        "a | where NOT in(x, \"h1\", \"h2\")",
    ),
];

#[test]
fn tokens_become_literals_in_tree_and_text() {
    for (text, printed, edited) in BOUND {
        let (tree, text_of, unknown) = bound(text);
        assert_eq!(tree, *printed);
        assert_eq!(text_of, *edited);
        assert!(unknown.is_empty());
        // The edited text is the same search but for the pieces that were bound.
        assert_eq!(print::pipeline(&parse(edited).unwrap()), *printed);
    }
}

#[test]
fn unknown_tokens_stay_and_are_named_once() {
    let text = "x=\"$nobody$ $none$\" y=$nobody$ z=\"C$ d\" \"$f$\"=1 | where a=\"$gone$\"";
    let (_, edited, unknown) = bound(text);
    assert_eq!(edited, text);
    assert_eq!(unknown, ["nobody", "none", "f", "gone"]);
}

#[test]
fn a_bound_text_matches_itself_alone_and_stars_are_told_of() {
    let mut tree = parse("user=\"$star$\"").unwrap();
    bind(&mut tree, &values);
    assert!(bound_wildcards(&tree));
    let CommandKind::Search(Predicate::Compare { value, .. }) = &tree.commands[0].kind else {
        panic!("{tree:?}");
    };
    let pattern = Pattern::compile(value);
    assert!(pattern.matches("A*B") && !pattern.matches("axb"));
    let mut tree = parse("user=\"*$user$\"").unwrap();
    bind(&mut tree, &values);
    assert!(!bound_wildcards(&tree));
}

proptest::proptest! {
    #[test]
    fn no_value_changes_the_shape_of_a_search(value in "\\PC{0,24}|[\\\\\"|*()$ ]{0,12}") {
        let mut tree = parse("a=1 user=\"x\\$u$\" OR b=$u$ | where c=\"$u$\"").unwrap();
        bind(&mut tree, &|_| Some(vec![value.clone()]));
        let again = parse(&print::pipeline(&tree)).unwrap();
        proptest::prop_assert_eq!(again.commands.len(), 2);
        let CommandKind::Search(Predicate::And(parts)) = &again.commands[0].kind else {
            panic!("{again:?}");
        };
        let Predicate::Or(parts) = &parts[1] else { panic!("{again:?}") };
        let Predicate::Compare { value: literal, .. } = &parts[1] else { panic!("{again:?}") };
        // But for `*`, which can't be escaped, the printed literal still means the value.
        proptest::prop_assert!(Pattern::compile(literal).matches(&value));
    }
}
