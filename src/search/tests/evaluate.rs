//! The expressions of `where` and `eval`, one row at a time.

use super::trees::*;
use crate::event::Value;
use crate::search::functions::{Arguments, FUNCTIONS};
use crate::search::{Plan, PlanOptions};
use crate::spl::ast::{BinaryOp, CommandKind, Expr, UnaryOp};

/// The row that expressions are tried on.
const COLUMNS: &[&str] = &[
    "name",
    "ten",
    "nine",
    "many",
    "none",
    "path",
    "ip",
    "'odd.name'",
];
const CELLS: &[&str] = &[
    "Cmd.EXE",
    "10",
    "9",
    "b;a;b",
    "-",
    r"C:\Windows\x.exe",
    "10.1.2.3",
    "z",
];

/// What an expression gives; `-` is null, texts of a multivalue field are parted by `;`.
fn eval(tree: Expr) -> String {
    let plan = over_table(vec![CommandKind::Eval(vec![(name("result"), tree)])]);
    let table = plan.run_table(table(COLUMNS, &[CELLS]));
    match table.cell(&table.rows[0], "result") {
        None => "-".to_owned(),
        Some(value) => value.each().join(";"),
    }
}

/// What a condition gives: true, false or null.
fn truth(tree: Expr) -> String {
    let shown = |truth: &str| txt(truth);
    let negated = Expr::Unary(UnaryOp::Not, Box::new(tree.clone()));
    eval(call(
        "case",
        vec![tree, shown("true"), negated, shown("false")],
    ))
}

fn f(function: &str, arguments: Vec<Expr>) -> String {
    eval(call(function, arguments))
}

fn is(function: &str, arguments: Vec<Expr>) -> String {
    truth(call(function, arguments))
}

#[test]
fn comparisons_are_of_numbers_where_both_are() {
    use BinaryOp::{Equal, Greater, Less, NotEqual};
    assert_eq!(truth(op(field("ten"), Greater, field("nine"))), "true");
    assert_eq!(truth(op(field("ten"), Equal, num(10.0))), "true");
    assert_eq!(truth(op(field("ten"), Equal, txt("10.0"))), "true");
    assert_eq!(
        truth(op(txt("10"), Less, txt("9"))),
        "true",
        "two texts of the search"
    );
    assert_eq!(
        truth(op(field("name"), Equal, txt("cmd.exe"))),
        "false",
        "case counts"
    );
    assert_eq!(truth(op(field("name"), NotEqual, num(1.0))), "true");
    assert_eq!(truth(op(field("many"), Equal, txt("a"))), "true");
    assert_eq!(truth(op(field("many"), Equal, txt("c"))), "false");
    assert_eq!(truth(op(field("none"), Equal, txt("x"))), "-");
    assert_eq!(truth(op(field("none"), NotEqual, txt("x"))), "-");
}

#[test]
fn logic_is_three_valued() {
    let (yes, no) = (|| call("true", vec![]), || call("false", vec![]));
    let unknown = || op(field("none"), BinaryOp::Equal, num(1.0));
    let not = |tree| Expr::Unary(UnaryOp::Not, Box::new(tree));
    assert_eq!(truth(op(unknown(), BinaryOp::And, no())), "false");
    assert_eq!(truth(op(unknown(), BinaryOp::And, yes())), "-");
    assert_eq!(truth(op(no(), BinaryOp::And, unknown())), "false");
    assert_eq!(truth(op(unknown(), BinaryOp::Or, yes())), "true");
    assert_eq!(truth(op(unknown(), BinaryOp::Or, no())), "-");
    assert_eq!(truth(op(yes(), BinaryOp::Xor, yes())), "false");
    assert_eq!(truth(op(yes(), BinaryOp::Xor, unknown())), "-");
    assert_eq!(truth(not(unknown())), "-");
    assert_eq!(
        truth(op(op(no(), BinaryOp::Or, no()), BinaryOp::Or, yes())),
        "true"
    );
    assert_eq!(truth(field("true")), "true");
    assert_eq!(eval(call("coalesce", vec![field("null"), txt("x")])), "x");
}

#[test]
fn arithmetic_and_joining() {
    use BinaryOp::{Add, Concat, Divide, Remainder, Subtract};
    assert_eq!(eval(op(field("ten"), Add, num(1.0))), "11");
    assert_eq!(eval(op(field("name"), Add, txt("!"))), "Cmd.EXE!");
    assert_eq!(eval(op(txt(" "), Add, field("ten"))), " 10");
    assert_eq!(eval(op(field("name"), Add, num(1.0))), "-");
    assert_eq!(eval(op(field("ten"), Concat, num(1.0))), "101");
    assert_eq!(eval(op(field("ten"), Concat, field("none"))), "-");
    assert_eq!(eval(op(field("none"), Subtract, num(1.0))), "-");
    assert_eq!(eval(op(num(1.0), Divide, num(0.0))), "-");
    assert_eq!(eval(op(num(7.0), Remainder, num(4.0))), "3");
    assert_eq!(
        eval(Expr::Unary(UnaryOp::Negate, Box::new(field("ten")))),
        "-10"
    );
}

#[test]
fn conditions() {
    let (yes, null) = (|| call("true", vec![]), || call("null", vec![]));
    assert_eq!(f("if", vec![yes(), txt("a"), txt("b")]), "a");
    assert_eq!(f("if", vec![null(), txt("a"), txt("b")]), "b");
    assert_eq!(f("case", vec![null(), txt("a"), yes(), txt("b")]), "b");
    assert_eq!(f("case", vec![null(), txt("a")]), "-");
    assert_eq!(
        f(
            "coalesce",
            vec![null(), field("none"), field("name"), txt("b")]
        ),
        "Cmd.EXE"
    );
    assert_eq!(f("nullif", vec![txt("a"), txt("a")]), "-");
    assert_eq!(f("nullif", vec![field("none"), txt("a")]), "-");
    assert_eq!(f("nullif", vec![txt("b"), txt("a")]), "b");
    assert_eq!(is("in", vec![field("ten"), txt("9"), txt("10")]), "true");
    assert_eq!(is("in", vec![field("name"), txt("cmd.exe")]), "false");
    assert_eq!(is("in", vec![field("none"), txt("x")]), "-");
    assert_eq!(is("isnull", vec![field("none")]), "true");
    assert_eq!(is("isnotnull", vec![field("nowhere")]), "false");
    assert_eq!(is("isnum", vec![field("ten")]), "true");
    assert_eq!(is("isint", vec![num(1.5)]), "false");
    assert_eq!(is("isstr", vec![field("name")]), "true");
}

#[test]
fn patterns() {
    assert_eq!(
        is("match", vec![field("path"), txt(r"\\x\.")]),
        "true",
        "unanchored"
    );
    assert_eq!(
        is("match", vec![field("path"), txt("windows")]),
        "false",
        "case counts"
    );
    assert_eq!(is("match", vec![field("path"), txt("(?i)windows")]), "true");
    assert_eq!(is("match", vec![field("many"), txt("^a$")]), "true");
    assert_eq!(is("match", vec![field("none"), txt("a")]), "-");
    assert_eq!(
        is("match", vec![field("name"), field("name")]),
        "true",
        "of the row"
    );
    assert_eq!(
        is("match", vec![field("name"), call("lower", vec![txt("(")])]),
        "-"
    );
    let huge = call("lower", vec![txt("(a{1000}){1000}")]);
    assert_eq!(is("match", vec![field("name"), huge]), "-", "bounded");
    assert_eq!(is("like", vec![field("path"), txt(r"C:\%.e_e")]), "true");
    assert_eq!(is("like", vec![field("path"), txt(r"c:\%")]), "false");
    let like = op(field("name"), BinaryOp::Like, txt("Cmd%"));
    assert_eq!(truth(like), "true");
    assert_eq!(
        is("cidrmatch", vec![txt("10.0.0.0/8"), field("ip")]),
        "true"
    );
    assert_eq!(
        is("cidrmatch", vec![txt("10.0.0.0/8"), field("name")]),
        "false"
    );
    assert_eq!(is("cidrmatch", vec![txt("x"), field("ip")]), "-");
}

#[test]
fn a_pattern_that_can_not_be_used_is_refused_with_its_reason() {
    let from = CommandKind::From(model("Risk", Some("All_Risk")));
    let filter = CommandKind::Where(call("match", vec![field("a"), txt("a(b")]));
    let pipeline = pipeline(vec![from, filter]);
    let errors = Plan::compile(&pipeline, &[], &PlanOptions::default()).unwrap_err();
    assert_eq!((errors[0].code, errors[0].span.start), ("SPL-REGEX", 5));
    assert!(
        errors[0].message.contains("unclosed group"),
        "{}",
        errors[0]
    );
}

#[test]
fn texts() {
    assert_eq!(f("len", vec![txt("añb")]), "3");
    assert_eq!(f("lower", vec![field("name")]), "cmd.exe");
    assert_eq!(f("upper", vec![field("many")]), "B;A;B");
    assert_eq!(f("lower", vec![field("none")]), "-");
    assert_eq!(f("substr", vec![txt("string"), num(1.0), num(3.0)]), "str");
    assert_eq!(f("substr", vec![txt("string"), num(-3.0)]), "ing");
    assert_eq!(f("substr", vec![txt("añb"), num(2.0), num(1.0)]), "ñ");
    assert_eq!(f("substr", vec![txt("ab"), num(-9.0), num(1.0)]), "a");
    assert_eq!(f("substr", vec![txt("ab"), num(9.0)]), "");
    assert_eq!(f("substr", vec![txt("ab"), field("none")]), "-");
    assert_eq!(f("trim", vec![txt(" \ta ")]), "a");
    assert_eq!(f("trim", vec![txt("\"a\""), txt("\"")]), "a");
    assert_eq!(f("ltrim", vec![txt("xxaxx"), txt("x")]), "axx");
    assert_eq!(f("rtrim", vec![txt("xxaxx"), txt("x")]), "xxa");
    let day = vec![
        txt("1/14/2023"),
        txt(r"^(\d{1,2})/(\d{1,2})/"),
        txt(r"\2/\1/"),
    ];
    assert_eq!(f("replace", day), "14/1/2023");
    assert_eq!(
        f("replace", vec![txt("a$b"), txt(r"\$"), txt("$1\\")]),
        r"a$1\b"
    );
}

#[test]
fn numbers_and_conversions() {
    assert_eq!(f("round", vec![num(2.5)]), "3");
    assert_eq!(f("round", vec![num(-2.567), num(2.0)]), "-2.57");
    assert_eq!(
        f("round", vec![num(1e300), num(15.0)]),
        format!("{}", 1e300)
    );
    assert_eq!(f("abs", vec![num(-1.5)]), "1.5");
    assert_eq!(f("ceiling", vec![num(1.2)]), "2");
    assert_eq!(f("floor", vec![num(-1.2)]), "-2");
    assert_eq!(
        f(
            "max",
            vec![num(1.0), field("ten"), txt("foo"), field("none")]
        ),
        "foo"
    );
    assert_eq!(f("min", vec![field("many"), field("ten")]), "10");
    assert_eq!(f("tonumber", vec![txt("0A4"), num(16.0)]), "164");
    assert_eq!(f("tonumber", vec![txt("0xf84"), num(16.0)]), "3972");
    assert_eq!(f("tonumber", vec![txt("x")]), "-");
    assert_eq!(f("tonumber", vec![txt("9"), num(99.0)]), "-");
    assert_eq!(f("tostring", vec![num(15.0), txt("hex")]), "0xF");
    assert_eq!(
        f("tostring", vec![num(12_345.678_9), txt("commas")]),
        "12,345.68"
    );
    assert_eq!(f("tostring", vec![num(-1234.0), txt("commas")]), "-1,234");
    assert_eq!(f("tostring", vec![num(615.0), txt("duration")]), "00:10:15");
    assert_eq!(
        f("tostring", vec![num(90_061.0), txt("duration")]),
        "1+01:01:01"
    );
    assert_eq!(
        f("tostring", vec![op(num(1.0), BinaryOp::Equal, num(1.0))]),
        "True"
    );
    let at = vec![num(1_655_402_652.0), txt("%Y-%m-%d")];
    assert_eq!(f("strftime", at), "2022-06-16");
    assert_eq!(f("strftime", vec![txt("soon"), txt("%Y")]), "-");
}

#[test]
fn multivalue() {
    let many = || field("many");
    assert_eq!(f("mvcount", vec![many()]), "3");
    assert_eq!(f("mvcount", vec![field("none")]), "-");
    assert_eq!(f("mvcount", vec![field("ten")]), "1");
    assert_eq!(f("mvindex", vec![many(), num(1.0)]), "a");
    assert_eq!(f("mvindex", vec![many(), num(-2.0), num(-1.0)]), "a;b");
    assert_eq!(f("mvindex", vec![many(), num(3.0)]), "-");
    assert_eq!(f("mvindex", vec![many(), num(0.0), num(f64::MAX)]), "b;a;b");
    assert_eq!(f("mvjoin", vec![many(), txt(", ")]), "b, a, b");
    assert_eq!(f("mvdedup", vec![many()]), "b;a");
    assert_eq!(f("mvsort", vec![many()]), "a;b;b");
    assert_eq!(f("mvfind", vec![many(), txt("^a")]), "1");
    assert_eq!(f("mvfind", vec![many(), txt("z")]), "-");
    assert_eq!(
        f("mvappend", vec![many(), field("none"), num(1.0)]),
        "b;a;b;1"
    );
    let pieces = || call("split", vec![field("path"), txt("\\")]);
    assert_eq!(f("mvindex", vec![pieces(), num(-1.0)]), "x.exe");
    assert_eq!(f("split", vec![txt("ab"), txt("")]), "a;b");
}

#[test]
fn every_function_counts_its_arguments() {
    for function in FUNCTIONS {
        let count = match function.arguments {
            Arguments::Between(_, most) => most + 1,
            Arguments::AtLeast(least) => least - 1,
            Arguments::Pairs => 3,
        };
        let filter = CommandKind::Where(call(function.name, vec![num(1.0); count]));
        let from = CommandKind::From(model("Risk", Some("All_Risk")));
        let options = PlanOptions::default();
        let errors = Plan::compile(&pipeline(vec![from, filter]), &[], &options).unwrap_err();
        let counted = errors.iter().any(|error| error.code == "SPL-ARGUMENTS");
        assert!(counted, "{}", function.name);
        assert!(!function.doc.is_empty());
    }
    assert!(FUNCTIONS.is_sorted_by_key(|function| function.name));
}

#[test]
fn no_function_fails_on_odd_values() {
    let odd = [
        field("none"),
        field("many"),
        txt(""),
        num(-1e18),
        txt("ẞ\u{0}("),
        call("true", vec![]),
    ];
    // These take a field or a search, and nothing else.
    let special = ["mvfilter", "mvmap", "searchmatch"];
    for function in FUNCTIONS.iter().filter(|f| !special.contains(&f.name)) {
        let count = match function.arguments {
            Arguments::Between(_, most) => most,
            Arguments::AtLeast(least) => least + 1,
            Arguments::Pairs => 4,
        };
        for first in &odd {
            for other in &odd {
                let mut arguments = vec![first.clone()];
                let others = (1..count).map(|_| call("mvindex", vec![other.clone(), num(0.0)]));
                arguments.extend(others);
                arguments.truncate(count);
                let shown = call("tostring", vec![call(function.name, arguments)]);
                let _ = eval(shown);
            }
        }
    }
}

#[test]
fn numbers_stay_numbers_in_the_table() {
    let plan = over_table(vec![CommandKind::Eval(vec![(name("n"), num(3.0))])]);
    let table = plan.run_table(table(&["a"], &[&["1"]]));
    assert_eq!(table.cell(&table.rows[0], "n"), Some(&Value::Number(3.0)));
}
