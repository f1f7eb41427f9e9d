//! Each function with the example of Splunk's documentation, or one like it where that is of
//! Splunk's own data (Search Reference, "Evaluation functions", by section), with nulls and with
//! multivalue fields. Searches are written as text.

use super::trees::{lines, processes, table};
use crate::event::{Timestamp, Zone};
use crate::search::functions::FUNCTIONS;
use crate::search::{Plan, PlanOptions};

/// The row that expressions are tried on; `none` is null, `many` a multivalue field.
const COLUMNS: &[&str] = &[
    "name", "ten", "many", "ports", "none", "url", "ip", "status", "json",
];
const CELLS: &[&str] = &[
    "Cmd.EXE",
    "10",
    "b;a;b",
    "80;443",
    "-",
    "http%3A%2F%2Fwww.splunk.com%2Fdownload%3Fr%3Dheader",
    "10.20.30.120",
    "404",
    r#"{"user":{"name":"ann","ids":[1,2]},"tags":["x","y"],"n":null}"#,
];

fn plan(search: &str) -> Result<Plan, String> {
    let pipeline = crate::spl::parse(&format!("| from datamodel Risk.All_Risk | {search}"));
    let pipeline = pipeline.map_err(|problems| problems[0].to_string())?;
    let options = PlanOptions {
        zone: Zone::UTC,
        now: Timestamp::from_seconds(1_655_402_652),
        ..PlanOptions::default()
    };
    Plan::compile(&pipeline, &[processes()], &options).map_err(|problems| problems[0].to_string())
}

/// What an expression gives; `-` is null, texts of a multivalue field are parted by `;`. One of
/// truth is `true` or `false`.
pub(super) fn eval(expression: &str) -> String {
    let shown = format!("eval result={expression}");
    let plan = plan(&shown).or_else(|_| {
        let shown = format!("eval result=case({expression},\"true\",NOT ({expression}),\"false\")");
        plan(&shown)
    });
    let plan = plan.unwrap_or_else(|error| panic!("{expression}: {error}"));
    let table = plan.run_table(table(COLUMNS, &[CELLS]));
    match table.cell(&table.rows[0], "result") {
        None => "-".to_owned(),
        Some(value) => value.each().join(";"),
    }
}

fn all(examples: &[(&str, &str)]) {
    for (expression, expected) in examples {
        assert_eq!(eval(expression), *expected, "{expression}");
    }
}

#[test]
fn bitwise() {
    all(&[
        ("bit_and(5, 3)", "1"),
        ("bit_or(5, 3)", "7"),
        ("bit_xor(5, 3)", "6"),
        ("bit_and(15, 7, 3)", "3"),
        ("bit_not(5, 7)", "2"),
        ("bit_not(0)", "9007199254740991"),
        ("bit_shift_left(1, 4)", "16"),
        ("bit_shift_right(16, 2)", "4"),
        ("bit_shift_left(1, 99)", "0"),
        ("bit_and(5, -1)", "-"),
        ("bit_and(5.5, 1)", "-"),
        ("bit_or(none, 1)", "-"),
        ("bit_or(ports, 1)", "-"),
        // A mask of rights in hex, as Windows events have it.
        (r#"bit_and(tonumber("0x1410", 16), 16)"#, "16"),
    ]);
}

#[test]
fn mathematical() {
    all(&[
        ("exp(0)", "1"),
        ("floor(1.9)", "1"),
        ("ceiling(1.9)", "2"),
        ("ceil(-1.9)", "-1"),
        ("ln(1)", "0"),
        ("log(1000, 10)", "3"),
        ("log(100)", "2"),
        ("log(8, 2)", "3"),
        ("pi()", "3.14159265359"),
        ("pow(2, 10)", "1024"),
        ("sqrt(9)", "3"),
        ("sqrt(-1)", "-"),
        ("log(0)", "-"),
        ("exact(3.14 * 2)", "6.28"),
        ("round(3.5)", "4"),
        ("round(2.555, 2)", "2.56"),
        ("abs(-5)", "5"),
        ("hypot(3, 4)", "5"),
        ("cos(0)", "1"),
        ("sin(0)", "0"),
        ("tan(0)", "0"),
        ("acos(1)", "0"),
        ("asin(2)", "-"),
        ("atan2(0, 1)", "0"),
        (
            "acosh(1) + asinh(0) + atan(0) + atanh(0) + sinh(0) + tanh(0)",
            "0",
        ),
        ("cosh(0)", "1"),
        ("sqrt(none)", "-"),
        ("pow(none, 2)", "-"),
        ("sqrt(many)", "-"),
        ("log(name)", "-"),
    ]);
}

#[test]
fn cryptographic() {
    all(&[
        (r#"md5("abc")"#, "900150983cd24fb0d6963f7d28e17f72"),
        (r#"sha1("abc")"#, "a9993e364706816aba3e25717850c26c9cd0d89d"),
        (
            r#"sha256("abc")"#,
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
        ),
        (r#"len(sha512("abc"))"#, "128"),
        (r#"substr(sha512("abc"), 1, 8)"#, "ddaf35a1"),
        ("md5(none)", "-"),
        ("mvcount(md5(many))", "3"),
        ("md5(ten)", "d3d9446802a44259755d38e6d163e820"),
    ]);
}

#[test]
fn times() {
    all(&[
        ("now()", "1655402652"),
        ("time()", "1655402652"),
        (r#"relative_time(now(), "-1d@d")"#, "1655251200"),
        (r#"relative_time(1655402652, "@w1")"#, "1655078400"),
        (r#"relative_time(now(), "-70m@m")"#, "1655398440"),
        (r#"relative_time(now(), "soon")"#, "-"),
        (r#"relative_time(none, "-1d")"#, "-"),
        (r#"relative_time(many, "-1d")"#, "-"),
        ("relative_time(now(), none)", "-"),
        (
            r#"strftime(now(), "%Y-%m-%dT%H:%M:%S")"#,
            "2022-06-16T18:04:12",
        ),
        (r#"strftime(none, "%Y")"#, "-"),
        (
            r#"strptime("2022-06-16 18:04:12", "%Y-%m-%d %H:%M:%S")"#,
            "1655402652",
        ),
        (
            r#"strptime("18:04:12.25 16/06/22 +0000", "%H:%M:%S.%2N %d/%m/%y %z")"#,
            "1655402652.25",
        ),
        (r#"strptime(none, "%Y")"#, "-"),
        (r#"strptime("soon", "%Y")"#, "-"),
        (
            r#"strptime(split("2022-06-16,x,2022-06-17", ","), "%F")"#,
            "1655337600;1655424000",
        ),
    ]);
}

#[test]
fn conditions_and_kinds() {
    all(&[
        (
            r#"validate(isint(ten), "no number", ten>99, "too small")"#,
            "too small",
        ),
        (r#"validate(isint(ten), "no number")"#, "-"),
        (r#"validate(none>1, "null is not false")"#, "-"),
        (r#"searchmatch("status=404 name=cmd*")"#, "true"),
        (r#"searchmatch("status=200")"#, "false"),
        (r#"searchmatch("none=*")"#, "false"),
        (r#"searchmatch("many=A")"#, "true"),
        ("typeof(12)", "Number"),
        (r#"typeof("string")"#, "String"),
        ("typeof(1==2)", "Boolean"),
        ("typeof(badfield)", "Invalid"),
        ("typeof(many)", "String"),
        ("isbool(1==1)", "true"),
        ("isbool(none==1)", "false"),
        ("isbool(many)", "false"),
        (r#"ipmask("255.255.255.0", ip)"#, "10.20.30.0"),
        (r#"ipmask("0.255.0.255", "10.20.30.120")"#, "0.20.0.120"),
        (r#"ipmask("255.0.0.0", none)"#, "-"),
        (r#"ipmask("x", ip)"#, "-"),
        (r#"ipmask("255.0.0.0", name)"#, "-"),
        (
            r#"ipmask("255.0.0.0", split("1.2.3.4 5.6.7.8", " "))"#,
            "1.0.0.0;5.0.0.0",
        ),
        (r#"nullif(name, "Cmd.EXE")"#, "-"),
        ("coalesce(none, many)", "b;a;b"),
        (r#"cidrmatch("10.20.0.0/16", ip)"#, "true"),
    ]);
}

#[test]
fn multivalue_fields() {
    all(&[
        (r#"mvfilter(match(many, "^b"))"#, "b;b"),
        (r#"mvfilter(many!="b" AND isnotnull(many))"#, "a"),
        (r#"mvfilter(match(many, "z"))"#, "-"),
        (r#"mvfilter(match(none, "z"))"#, "-"),
        (r#"mvfilter(name="Cmd.EXE")"#, "Cmd.EXE"),
        ("mvmap(ports, ports+10)", "90;453"),
        ("mvmap(ten, ten*10)", "100"),
        ("mvmap(none, 1)", "-"),
        (
            r#"mvmap(many, if(many="a", null(), many.name))"#,
            "bCmd.EXE;bCmd.EXE",
        ),
        // The inner field stands for one value of its own.
        ("mvmap(ports, mvcount(mvmap(many, many.ports)))", "3;3"),
        (
            "mvmap(ports, mvjoin(mvmap(many, many.ports), \"+\"))",
            "b80+a80+b80;b443+a443+b443",
        ),
        ("mvrange(1,11,2)", "1;3;5;7;9"),
        ("mvrange(3,0,-1)", "3;2;1"),
        ("mvrange(1,4)", "1;2;3"),
        (r#"mvrange(1514834731,1524134919,"7d")"#, &weeks()),
        ("mvrange(1,4,0)", "-"),
        ("mvrange(4,1)", "-"),
        ("mvrange(none,4)", "-"),
        ("mvcount(mvrange(0,pow(10,12)))", "10000"),
        ("mvzip(many,ports)", "b,80;a,443"),
        (r#"mvzip(many,ports,"|")"#, "b|80;a|443"),
        ("mvzip(mvzip(many,ports),ten)", "b,80,10"),
        ("mvzip(none,ports)", "-"),
        ("mvappend(many, none, mvdedup(many))", "b;a;b;b;a"),
        (r#"mvjoin(mvsort(mvdedup(many)), "; ")"#, "a; b"),
        ("mvindex(many, -1)", "b"),
        ("mvindex(many, -3, -2)", "b;a"),
        ("mvindex(many, 5)", "-"),
        (r#"mvfind(many, "a")"#, "1"),
        (r#"mvfind(none, "a")"#, "-"),
        (r#"split("a,b,c", ",")"#, "a;b;c"),
    ]);
}

/// "mvrange", third example: a span as the step.
fn weeks() -> String {
    let week = 604_800;
    let times = (1_514_834_731..1_524_134_919).step_by(week);
    times
        .map(|t: i64| t.to_string())
        .collect::<Vec<_>>()
        .join(";")
}

#[test]
fn texts() {
    all(&[
        ("urldecode(url)", "http://www.splunk.com/download?r=header"),
        (r#"urldecode("a+b%zz%4")"#, "a+b%zz%4"),
        (r#"urldecode("%C3%A9%ff")"#, "é\u{fffd}"),
        ("urldecode(none)", "-"),
        (r#"urldecode(mvappend("%41", "%42"))"#, "A;B"),
        (
            r#"printf("Hi, my name is %s and I have %d", name, ten)"#,
            "Hi, my name is Cmd.EXE and I have 10",
        ),
        (r#"printf("%04.4f", 4.2)"#, "4.2000"),
        (
            r#"printf("%5d|%-5d|%05d|%+d", 42, 42, -42, 42)"#,
            "   42|42   |-0042|+42",
        ),
        (
            r#"printf("%x %X %#x %o %c%%", 255, 255, 255, 8, name)"#,
            "ff FF 0xff 10 C%",
        ),
        (
            r#"printf("%'d %.2e %g %g %G", 1234567, 12345.678, 0.0001, 1000000, 0.00001)"#,
            "1,234,567 1.23e+04 0.0001 1e+06 1E-05",
        ),
        (r#"printf("%*d %.3s", 4, 7, "abcdef")"#, "   7 abc"),
        (r#"printf("%d")"#, "-"),
        (r#"printf("%q", 1)"#, "-"),
        (r#"printf("%s", none)"#, ""),
        (r#"printf("%d", name)"#, "0"),
        ("printf(none)", "-"),
        (r#"printf("%999999999d", 1) != "x""#, "true"),
        (r#"trim("  ZZZZabcZZ ", " Z")"#, "abc"),
        (r#"ltrim(" ZZZZabcZZ ", " Z")"#, "abcZZ "),
        (r#"rtrim(" ZZZZabcZZ ", " Z")"#, " ZZZZabc"),
        (
            r#"replace("1/14/2023", "^(\d{1,2})/(\d{1,2})/", "\2/\1/")"#,
            "14/1/2023",
        ),
        (r#"replace(many, "b(?!x)", "c")"#, "c;a;c"),
        (r#"replace(name, "(?<=\.)EXE$", "dll")"#, "Cmd.dll"),
        (r#"match(name, "^(?!cmd)")"#, "true"),
        (r#"match(many, "(.)(?<!a)")"#, "true"),
        (r#"tostring(15, "hex")"#, "0xF"),
        (r#"tostring(12345.6789, "commas")"#, "12,345.68"),
        (r#"tostring(615, "duration")"#, "00:10:15"),
        (r#"tonumber("0A4", 16)"#, "164"),
        (r#"substr("string", 1, 3) . substr("string", -3)"#, "string"),
    ]);
}

#[test]
fn json() {
    all(&[
        (r#"spath(json, "user.name")"#, "ann"),
        (r#"spath(json, "user.ids{}")"#, "1;2"),
        (r#"spath(json, "tags{1}")"#, "y"),
        (r#"spath(json, "user")"#, r#"{"name":"ann","ids":[1,2]}"#),
        (r#"spath(json, "n")"#, "null"),
        (r#"spath("<a><b id='x'>1</b><b>2</b></a>", "a.b")"#, "1;2"),
        (r#"spath("<a><b id='x'>1</b></a>", "a.b{@id}")"#, "x"),
        (r#"spath(json, "user.nobody")"#, "-"),
        (r#"spath(name, "user")"#, "-"),
        (r#"spath(none, "user")"#, "-"),
        ("json_valid(json)", "true"),
        ("json_valid(name)", "false"),
        ("json_valid(none)", "-"),
        ("json_valid(many)", "false"),
    ]);
}

#[test]
fn a_pattern_that_gives_up_makes_a_null() {
    let letters = "a".repeat(400);
    let slow = r"(?=a)(a|a)*(a|a)*(a|a)*\1c";
    all(&[
        (&format!(r#"match("{letters}", "{slow}")"#), "-"),
        (&format!(r#"replace("{letters}", "{slow}", "")"#), "-"),
        (&format!(r#"mvfind("{letters}", "{slow}")"#), "-"),
        (
            &format!(r#"match(mvappend("{letters}", "ac"), "(?=a)a+c|{slow}")"#),
            "true",
        ),
    ]);
}

#[test]
fn a_pattern_that_gave_up_is_told_once() {
    let slow = plan(r#"where match(a, "(?=a)(a|a)*(a|a)*(a|a)*\1c") OR match(a, "b")"#).unwrap();
    assert_eq!(slow.notes(), Vec::<String>::new());
    let letters = "a".repeat(400);
    let rows = table(&["a"], &[&[&letters], &[&letters], &["b"]]);
    assert_eq!(
        lines(&slow.run_table(rows)),
        ["a", "b [2]"],
        "null is not true"
    );
    let notes = slow.notes();
    assert_eq!(notes.len(), 1);
    assert!(notes[0].contains("(?=a)"), "{notes:?}");
}

#[test]
fn what_can_not_be_had_is_refused_with_its_reason() {
    for (expression, code, said) in [
        ("random()", "SPL-FUNCTION", "'random'"),
        ("nonsense(1)", "SPL-FUNCTION", "'nonsense'"),
        ("mvfilter(many=ports)", "SPL-ARGUMENTS", "one field"),
        (r#"mvmap("x", 1)"#, "SPL-ARGUMENTS", "one field"),
        ("mvfilter(1=1)", "SPL-ARGUMENTS", "one field"),
        ("if(searchmatch(name),1,0)", "SPL-ARGUMENTS", "written out"),
        (
            r#"if(searchmatch("a=1 OR"),1,0)"#,
            "SPL-ARGUMENTS",
            "searchmatch",
        ),
        (
            r#"if(searchmatch("a=1 | where b"),1,0)"#,
            "SPL-ARGUMENTS",
            "one search",
        ),
    ] {
        let search = format!("| from datamodel Risk.All_Risk | eval x={expression}");
        let pipeline = crate::spl::parse(&search).unwrap();
        let errors = Plan::compile(&pipeline, &[], &PlanOptions::default()).unwrap_err();
        assert_eq!(errors[0].code, code, "{expression}");
        assert!(errors[0].message.contains(said), "{}", errors[0]);
        assert!(errors[0].help.is_some(), "{expression}");
    }
}

#[test]
fn a_plan_knows_whether_it_asks_for_the_time() {
    assert!(
        plan("where _time > relative_time(now(), \"-1d\")")
            .unwrap()
            .asks_now()
    );
    assert!(!plan("where _time > 1").unwrap().asks_now());
    let pipeline = crate::spl::parse("| from datamodel Risk.All_Risk | eval t=now()").unwrap();
    let plan = Plan::compile(&pipeline, &[], &PlanOptions::default()).unwrap();
    let table = plan.run_table(table(&["a"], &[&["1"]]));
    assert_eq!(
        lines(&table),
        ["a|t", "1|- [0]"],
        "null when it is not known"
    );
}

/// Every function of the table is asked for something in this file or in `evaluate`.
#[test]
fn no_function_is_left_out() {
    let here = concat!(include_str!("functions.rs"), include_str!("evaluate.rs"));
    for function in FUNCTIONS {
        let called = here.contains(&format!("{}(", function.name))
            || here.contains(&format!("\"{}\"", function.name));
        assert!(called, "{}", function.name);
    }
}
