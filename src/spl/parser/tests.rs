//! The vectors of the search language, as trees or as the message that a mistake gives.

use crate::spl::ast::{CommandKind, Expr, Predicate, Tstats};
use crate::spl::parser::parse;
use crate::spl::print;

fn one(text: &str) -> CommandKind {
    parse(text).unwrap().commands.remove(0).kind
}

/// A predicate with parentheses around every group.
fn shape(text: &str) -> String {
    fn full(tree: &Predicate) -> String {
        let joined = |parts: &[Predicate], word: &str| {
            let texts: Vec<_> = parts.iter().map(full).collect();
            format!("({})", texts.join(word))
        };
        match tree {
            Predicate::And(parts) => joined(parts, " AND "),
            Predicate::Or(parts) => joined(parts, " OR "),
            Predicate::Not(inner) => format!("(NOT {})", full(inner)),
            leaf => print::predicate(leaf),
        }
    }
    match one(text) {
        CommandKind::Search(tree) => full(&tree),
        other => panic!("{other:?}"),
    }
}

fn expression(text: &str) -> String {
    fn full(tree: &Expr) -> String {
        match tree {
            Expr::Unary(op, inner) => format!("({op:?} {})", full(inner)),
            Expr::Binary(op, a, b) => format!("({} {op:?} {})", full(a), full(b)),
            leaf => print::expression(leaf),
        }
    }
    match parse(&format!("a | where {text}"))
        .unwrap()
        .commands
        .remove(1)
        .kind
    {
        CommandKind::Where(tree) => full(&tree),
        other => panic!("{other:?}"),
    }
}

fn tstats(text: &str) -> Tstats {
    match one(text) {
        CommandKind::Tstats(tstats) => tstats,
        other => panic!("{other:?}"),
    }
}

/// `code: message @ what is underlined`, one a line.
fn problems(text: &str) -> Vec<String> {
    let problems = parse(text).expect_err(text);
    let line = |p: &crate::spl::Diagnostic| {
        let place = text.get(p.span.start..p.span.end).unwrap();
        format!("{}: {} @ {place}", p.code, p.message)
    };
    problems.iter().map(line).collect()
}

#[test]
fn or_binds_before_and_in_a_predicate() {
    // Search Reference, "search", and the vectors of the public content.
    for (text, expected) in [
        ("A=1 AND B=2 OR C=3", "(A=1 AND (B=2 OR C=3))"),
        ("A=1 B=2 OR C=3", "(A=1 AND (B=2 OR C=3))"),
        ("error NOT 403 OR 404", "(error AND ((NOT 403) OR 404))"),
        ("A=1 OR B=2 C=3", "((A=1 OR B=2) AND C=3)"),
        ("NOT A=1 OR B=2", "((NOT A=1) OR B=2)"),
        ("p IN (x,y) OR q=1 r=2", "((p IN (x, y) OR q=1) AND r=2)"),
        ("a=1 (b=2 c=3) OR d=4", "(a=1 AND ((b=2 AND c=3) OR d=4))"),
        (
            "NOT (a OR b) NOT NOT c",
            "((NOT (a OR b)) AND (NOT (NOT c)))",
        ),
        ("a NOT IN (1,2)", "(NOT a IN (1, 2))"),
        // Only capitals are operators.
        ("a=1 and b=2", "(a=1 AND \"and\" AND b=2)"),
        ("(()) x", "(* AND x)"),
        ("\"user.name\" = \"x\" n >= 5", "(user.name=\"x\" AND n>=5)"),
        (
            "user=CASE(Bob) CASE(\"x\") TERM(10.0.0.1)",
            "(user=CASE(Bob) AND CASE(\"x\") AND 10.0.0.1)",
        ),
    ] {
        // A lower-case `and` prints bare where it is no operator.
        let expected = expected.replace("\"and\"", "and");
        assert_eq!(shape(text), expected, "{text}");
    }
}

#[test]
fn and_binds_before_or_in_an_expression_and_xor_last() {
    for (text, expected) in [
        (
            "a=1 OR b=2 AND c=3",
            "((a Equal 1) Or ((b Equal 2) And (c Equal 3)))",
        ),
        ("a XOR b OR c", "(a Xor (b Or c))"),
        ("NOT a=1 and b", "((Not (a Equal 1)) And b)"),
        (
            "1+2*3 . \"x\" = y",
            "(((1 Add (2 Multiply 3)) Concat \"x\") Equal y)",
        ),
        ("a-b-c", "((a Subtract b) Subtract c)"),
        ("-a*b", "((Negate a) Multiply b)"),
        (
            "x LIKE \"a%\" OR status in(\"1\", 2)",
            "((x Like \"a%\") Or in(status, \"1\", 2))",
        ),
        ("NOT 'a b' NOT IN (1)", "(Not (Not in('a b', 1)))"),
        ("if(a==1, true(), x.y)", "if(a=1, true(), x . y)"),
        ("t=\"\\.a\\\\b\\\"\"", "(t Equal \"\\\\.a\\\\b\\\"\")"),
    ] {
        assert_eq!(expression(text), expected, "{text}");
    }
}

#[test]
fn tstats_in_its_spellings() {
    let full = tstats(
        "| TSTATS summariesonly=false prestats=t count, min(_time) AS firstTime, \
         distinct_count(Processes.dest) FROM datamodel=Endpoint.Processes \
         WHERE Processes.process=\"*by*\" BY Processes.user, _time span=1h",
    );
    let options = full.options.iter();
    let options: Vec<_> = options
        .map(|(name, value)| (name.text.as_str(), value.text.as_str()))
        .collect();
    assert_eq!(options, [("summariesonly", "false"), ("prestats", "t")]);
    let functions: Vec<_> = full.aggregates.iter().map(print::aggregate).collect();
    assert_eq!(
        functions,
        ["count", "min(_time) as firstTime", "dc(Processes.dest)"]
    );
    assert_eq!(full.by.len(), 2);
    assert_eq!(full.by[1].time_span.as_deref(), Some("1h"));
    for from in [
        "datamodel=Web.Web where a=1",
        "datamodel=\"Web\".\"Web\" where a=1",
        "datamodel=\"Web.Web\" where a=1",
        "datamodel Web.Web where a=1",
        "datamodel=Web where nodename=Web.Web a=1",
        "datamodel=Web where (a=1) nodename = \"Web\"",
    ] {
        let tree = tstats(&format!("| tstats count from {from} groupby b"));
        assert_eq!(
            (tree.from.model.as_str(), tree.from.dataset.as_deref()),
            ("Web", Some("Web"))
        );
        assert_eq!(
            print::predicate(tree.predicate.as_ref().unwrap()),
            "a=1",
            "{from}"
        );
    }
    assert_eq!(
        tstats("| tstats count from datamodel=Web").from.dataset,
        None
    );
}

#[test]
fn the_other_commands_in_their_spellings() {
    for (text, printed) in [
        ("SEARCH a", "search a"),
        ("state IN (OR, AND)", "search state IN (OR, AND)"),
        ("a in b", "search a AND in AND b"),
        ("  a  ", "search a"),
        ("search=1", "search search=1"),
        ("| search", "search *"),
        ("a | ```c``` search b ```d```", "search a\n| search b"),
        (
            "| from datamodel:\"Risk.All_Risk\"",
            "| from datamodel:Risk.All_Risk",
        ),
        ("| from datamodel=Risk", "| from datamodel:Risk"),
        (
            "a | rename \"P.*\" AS *, b as \"c d\"",
            "search a\n| rename P.* as *, b as \"c d\"",
        ),
        (
            "a | rename b as c d as e",
            "search a\n| rename b as c, d as e",
        ),
        (
            "a | convert timeformat=\"%Y %H\" ctime(a) ctime(b) AS c",
            "search a\n| convert timeformat=\"%Y %H\" ctime(a) ctime(b) as c",
        ),
        ("a | fields - b c", "search a\n| fields - b, c"),
        ("a | fields + b", "search a\n| fields b"),
        ("a | table b c, d*", "search a\n| table b, c, d*"),
        (
            "a | stats count, values(x.y) as \"X Y\" BY b, c",
            "search a\n| stats count values(x.y) as \"X Y\" by b c",
        ),
        (
            "a | eval b.c=1, 'd e'=x, \"f\"=y",
            "search a\n| eval 'b.c'=1, 'd e'=x, f=y",
        ),
        ("a | where x=$u|s$", "search a\n| where x=\"$u|s$\""),
    ] {
        assert_eq!(print::pipeline(&parse(text).unwrap()), printed, "{text}");
    }
}

#[test]
fn what_public_rules_with_unit_tests_write_is_read() {
    for (text, printed) in [
        (
            r#"a="x"AND b="y"c="z" d"#,
            r#"search a="x" AND b="y" AND c="z" AND d"#,
        ),
        (
            r#"a IN (,"b","c",, "d" "e",) b IN ("f". "g") c IN (""*h*"", "i")"#,
            r#"search a IN ("b", "c", "d", "e") AND b IN ("f", ., "g") AND c IN (*h*, "i")"#,
        ),
        (
            "a | stats count by b, , c, | fields d,, e, | table f , | rename g as h,",
            "search a\n| stats count by b c\n| fields d, e\n| table f\n| rename g as h",
        ),
        (
            "a | stats values(b) as c(d) count(e) by f | fields - p(q) | rename count(e) as n",
            "search a\n| stats values(b) as \"c(d)\" count(e) by f\n| fields - \"p(q)\"\n\
             | rename \"count(e)\" as n",
        ),
        (
            "a | eval in:out=b/c, d-e=1 | where f>=10 AND .25 > g",
            "search a\n| eval 'in:out'=b / c, 'd-e'=1\n| where f>=10 AND 0.25>g",
        ),
    ] {
        assert_eq!(print::pipeline(&parse(text).unwrap()), printed, "{text}");
    }
}

#[test]
fn every_wrong_command_is_named_with_its_place() {
    let found =
        problems("| tstats count from datamodel=E.P | geostats user | sort x, [ | y ] | table");
    assert_eq!(
        found,
        [
            "SPL-COMMAND: the command 'geostats' is not supported @ geostats",
            "SPL-SUBSEARCH: a subsearch is not supported @ [ | y ]",
            "SPL-SYNTAX: a field name is missing at the end @ ",
        ]
    );
}

/// A search and the one message that it gives.
const MISTAKES: &[(&str, &str)] = &[
    (
        "a | outputlookup x.csv",
        "SPL-COMMAND: the command 'outputlookup' is not supported @ outputlookup",
    ),
    (
        "a=[ | b ] c",
        "SPL-SUBSEARCH: a subsearch is not supported @ [ | b ]",
    ),
    (
        "a NOT [| iplocation x]",
        "SPL-COMMAND: the command 'iplocation' is not supported @ iplocation",
    ),
    (
        "a | where x IN ([b])",
        "SPL-SUBSEARCH: a subsearch is not supported @ [b]",
    ),
    (
        "a | | search b",
        "SPL-SYNTAX: a command is missing here @ |",
    ),
    ("a |", "SPL-SYNTAX: a command is missing here @ |"),
    ("", "SPL-SYNTAX: a command is missing here @ "),
    ("a | %", "SPL-SYNTAX: a command is missing here @ "),
    (
        "a AND",
        "SPL-SYNTAX: a condition is missing behind this @ AND",
    ),
    (
        "| tstats count from datamodel=E.P where a=1 OR by b",
        "SPL-SYNTAX: a condition is missing behind this @ OR",
    ),
    (
        "(a NOT) b",
        "SPL-SYNTAX: a condition is missing behind this @ NOT",
    ),
    (
        "a= AND b=1",
        "SPL-SYNTAX: a value is missing before 'AND' @ AND",
    ),
    (
        "a IN \"b\", c",
        "SPL-SYNTAX: the list of IN stands without its parentheses @ \"b\"",
    ),
    (
        "OR a",
        "SPL-SYNTAX: a condition is missing before 'OR' @ OR",
    ),
    ("(a b", "SPL-SYNTAX: the '(' is not closed @ ("),
    ("a b)", "SPL-SYNTAX: a ')' without its '(' @ )"),
    ("a=", "SPL-SYNTAX: a value is missing at the end @ "),
    (
        "a=*\"b\"*",
        "SPL-SYNTAX: a quote in the middle of a value @ *\"b\"",
    ),
    (
        "a=\"b\"c",
        "SPL-SYNTAX: a quote in the middle of a value @ \"b\"c",
    ),
    (
        "a IN (b c)",
        "SPL-SYNTAX: a comma is missing before 'c' @ c",
    ),
    (
        "a IN (\"b\" AND c=1",
        "SPL-SYNTAX: a comma is missing before 'AND' @ AND",
    ),
    (
        "a IN (\"b\"*, \"c\")",
        "SPL-SYNTAX: a quote in the middle of a value @ \"b\"*",
    ),
    ("a IN ()", "SPL-SYNTAX: the list is empty @ ()"),
    ("a IN (,)", "SPL-SYNTAX: the list is empty @ (,)"),
    (
        "a == b",
        "SPL-SYNTAX: '==' is no comparison of a search @ ==",
    ),
    (
        "a | stats count(eval(b==\"c\"))",
        "SPL-SYNTAX: the column of 'count(eval(…))' has no name @ count(eval(b==\"c\"))",
    ),
    (
        "a | stats sparkline count by b",
        "SPL-FUNCTION: the function 'sparkline' is not supported @ sparkline",
    ),
    (
        "a | eval {b}=c",
        "SPL-NAME: a field that is named by the value of another ('{b}') is not supported @ {b}",
    ),
    ("a `m`", "SPL-MACRO: a backtick that begins no macro @ `"),
    (
        "tstats count from datamodel=E.P",
        "SPL-SYNTAX: 'tstats' stands without a '|' before it, so it would be searched for @ tstats",
    ),
    (
        "a | tstats count from datamodel=E.P",
        "SPL-COMMAND: 'tstats' must be the first command @ tstats",
    ),
    (
        "| tstats from datamodel=E.P",
        "SPL-SYNTAX: an aggregate such as 'count' is missing before 'from' @ from",
    ),
    (
        "| tstats count where a=1",
        "SPL-SYNTAX: 'from datamodel=' is missing before 'where' @ where",
    ),
    (
        "| tstats count(eval(a=1)) from datamodel=E",
        "SPL-FUNCTION: 'eval' inside of an aggregate can't stand here @ count(eval(a=1))",
    ),
    (
        "| tstats count from datamodel=E by a span=1h",
        "SPL-OPTION: 'span=' needs '_time' among the fields @ span",
    ),
    (
        "| from inputlookup:x",
        "SPL-COMMAND: rows can't be taken from 'inputlookup:x' here @ inputlookup:x",
    ),
    (
        "a | stats foo by b",
        "SPL-SYNTAX: 'foo' is no aggregate, or lacks its field @ foo",
    ),
    (
        "a | rename b.* as c",
        "SPL-SYNTAX: 'b.*' has 1 '*' and 'c' has 0 @ c",
    ),
    ("a | rename b", "SPL-SYNTAX: 'as' is missing at the end @ "),
    (
        "a | convert mktime(b)",
        "SPL-FUNCTION: the function 'mktime' of convert is not supported @ mktime(b)",
    ),
    (
        "a | where b=",
        "SPL-SYNTAX: a value is missing at the end @ ",
    ),
    (
        "a | where b=1 c",
        "SPL-SYNTAX: 'c' is not expected here @ c",
    ),
    (
        "a | where x=$u$",
        "SPL-SYNTAX: the token '$u$' stands bare in an expression @ $u$",
    ),
    (
        "a | where a = NOT b",
        "SPL-SYNTAX: NOT can't stand behind this operator @ NOT",
    ),
    (
        "a | where 1e999 > b",
        "SPL-SYNTAX: '1e999' is too large a number @ 1e999",
    ),
    ("a | eval b", "SPL-SYNTAX: a '=' is missing at the end @ "),
    (
        "a | fields ,",
        "SPL-SYNTAX: a field name is missing at the end @ ",
    ),
];

#[test]
fn mistakes_and_what_is_said_of_them() {
    for (text, said) in MISTAKES {
        assert_eq!(problems(text), [*said], "{text}");
    }
}

/// Searches in the manner of the public content, each with a turn that has tripped a parser.
const IN_THE_WILD: &[&str] = &[
    r#"| tstats summariesonly=false count values(Processes.process) as process from datamodel=Endpoint.Processes where (Processes.process_name=rundll32.exe OR Processes.original_file_name=RUNDLL32.EXE) Processes.process=*comsvcs.dll* Processes.process IN ("*MiniDump*", "*#24*") by _time span=1h Processes.user | rename "Processes.*" as * | where count > 5 AND (isnotnull(user) OR 'a b'!="-")"#,
    r#"| tstats count FROM datamodel=Endpoint.Filesystem WHERE Filesystem.file_name IN ("*\.txt","*\.html") Filesystem.file_path = *\\Temp\\* NOT (Filesystem.dest = "a" AND Filesystem.user!=x) BY Filesystem.dest, Filesystem.user"#,
    r#"(source=XmlWinEventLog:Security OR source=WinEventLog:Security) EventCode=4688 NOT user="*$" process="*-c \"*\"*" | stats count, dc(a{}.b) as n by user host | eval t=strftime(_time, "%Y"), u=if(like(user, "%$"), "machine", lower(user) . "@" . host) | fields - _raw, n | table t u"#,
    r#"| from datamodel:"Risk.All_Risk" | search normalized_risk_object IN ("a") | where match(risk_message, "(?i)a|b\\d+") AND risk_score>=10 | convert timeformat="%F" ctime(_time) AS t"#,
];

#[test]
fn searches_as_they_are_written_are_understood() {
    for text in IN_THE_WILD {
        let tree = parse(text).unwrap_or_else(|problems| panic!("{text}\n{problems:?}"));
        let printed = print::pipeline(&tree);
        assert_eq!(parse(&printed).unwrap(), tree, "{printed}");
    }
}

#[test]
fn depth_is_bounded() {
    let deep =
        |open: &str, close: &str, n: usize| format!("{}a{}", open.repeat(n), close.repeat(n));
    assert!(parse(&deep("(", ")", 60)).is_ok());
    for text in [
        deep("(", ")", 100_000),
        deep("NOT ", "", 100_000),
        format!("a | where {}", deep("(", ")", 100_000)),
        format!("a | where {}", deep("f(", ")", 100_000)),
        format!("a | where {}", deep("-", "", 100_000)),
        format!("a | where {}", deep("a.", "", 100_000)),
        format!("a | where {}", deep("NOT ", "", 100_000)),
        format!("a | where a{}", " IN (1)".repeat(100_000)),
    ] {
        assert_eq!(parse(&text).unwrap_err()[0].code, "SPL-DEPTH");
    }
    assert_eq!(parse(&"| x".repeat(10_000)).unwrap_err().len(), 32);
}

proptest::proptest! {
    #[test]
    fn any_text_is_parsed_or_refused(
        text in "((a|b|=|\\(|\\)|,|\"|'|AND|OR|NOT|IN|\\||where|eval|stats|tstats|count|from|datamodel|by|as|rename|fields|-|\\*|\\.|\\[|\\]|\\\\) ?){0,24}"
    ) {
        if let Err(problems) = parse(&text) {
            for problem in problems {
                proptest::prop_assert!(text.get(problem.span.start..problem.span.end).is_some());
            }
        }
    }
}
