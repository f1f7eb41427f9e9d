//! Every function with a null and with a multivalue field where it takes a value, one line each:
//! what is left out is missed by the last tests.

use super::functions::eval;
use crate::search::aggregate::NAMES;
use crate::search::functions::FUNCTIONS;

/// `none` is null; `many` is `b;a;b`, `ports` is `80;443`.
const NULLS: &[(&str, &str)] = &[
    ("abs(none)", "-"),
    ("acos(none)", "-"),
    ("acosh(none)", "-"),
    ("asin(none)", "-"),
    ("asinh(none)", "-"),
    ("atan(none)", "-"),
    ("atan2(none, 1)", "-"),
    ("atanh(none)", "-"),
    ("bit_and(none, 1)", "-"),
    ("bit_not(none)", "-"),
    ("bit_or(1, none)", "-"),
    ("bit_shift_left(none, 1)", "-"),
    ("bit_shift_right(1, none)", "-"),
    ("bit_xor(none, 1)", "-"),
    (r#"case(none="x", "a", isnull(none), "b")"#, "b"),
    ("ceil(none)", "-"),
    ("ceiling(none)", "-"),
    (r#"cidrmatch("10.0.0.0/8", none)"#, "-"),
    ("coalesce(none, none)", "-"),
    ("cos(none)", "-"),
    ("cosh(none)", "-"),
    ("exact(none)", "-"),
    ("exp(none)", "-"),
    ("none=1 OR false()", "-"),
    ("floor(none)", "-"),
    ("hypot(3, none)", "-"),
    (r#"if(none="x", "a", "b")"#, "b"),
    (r#"in(none, "x")"#, "-"),
    (r#"ipmask("255.0.0.0", none)"#, "-"),
    ("isbool(none)", "false"),
    ("isint(none)", "false"),
    ("isnotnull(none)", "false"),
    ("isnull(none)", "true"),
    ("isnum(none)", "false"),
    ("isstr(none)", "false"),
    ("json_valid(none)", "-"),
    ("len(none)", "-"),
    (r#"like(none, "%")"#, "-"),
    ("ln(none)", "-"),
    ("log(none)", "-"),
    ("lower(none)", "-"),
    ("ltrim(none)", "-"),
    (r#"match(none, ".")"#, "-"),
    ("max(none, 1)", "1"),
    ("md5(none)", "-"),
    ("min(none, none)", "-"),
    ("mvappend(none, none)", "-"),
    ("mvcount(none)", "-"),
    ("mvdedup(none)", "-"),
    ("mvfilter(isnull(none))", "-"),
    (r#"mvfind(none, ".")"#, "-"),
    ("mvindex(none, 0)", "-"),
    (r#"mvjoin(none, ",")"#, "-"),
    ("mvmap(none, 1)", "-"),
    ("mvrange(1, none)", "-"),
    ("mvsort(none)", "-"),
    ("mvzip(none, many)", "-"),
    ("if(now()=none, 1, 2)", "2"),
    ("null()", "-"),
    ("nullif(none, none)", "-"),
    ("pi() + none", "-"),
    ("pow(none, 2)", "-"),
    (r#"printf("%s|%d", none, none)"#, "|0"),
    (r#"relative_time(none, "-1d")"#, "-"),
    (r#"replace(none, "a", "b")"#, "-"),
    ("round(none)", "-"),
    ("rtrim(none)", "-"),
    (r#"searchmatch("NOT none=*")"#, "true"),
    ("sha1(none)", "-"),
    ("sha256(none)", "-"),
    ("sha512(none)", "-"),
    ("sin(none)", "-"),
    ("sinh(none)", "-"),
    (r#"spath(none, "a")"#, "-"),
    (r#"split(none, ",")"#, "-"),
    ("sqrt(none)", "-"),
    (r#"strftime(none, "%Y")"#, "-"),
    (r#"strptime(none, "%Y")"#, "-"),
    ("substr(none, 1)", "-"),
    ("tan(none)", "-"),
    ("tanh(none)", "-"),
    ("time() . none", "-"),
    ("tonumber(none)", "-"),
    ("tostring(none)", "-"),
    ("trim(none)", "-"),
    ("none=1 AND true()", "-"),
    ("typeof(none)", "Invalid"),
    ("upper(none)", "-"),
    ("urldecode(none)", "-"),
    (r#"validate(none=1, "a")"#, "-"),
];

const MANY: &[(&str, &str)] = &[
    ("abs(ports)", "-"),
    ("acos(ports)", "-"),
    ("acosh(ports)", "-"),
    ("asin(ports)", "-"),
    ("asinh(ports)", "-"),
    ("atan(ports)", "-"),
    ("atan2(ports, 1)", "-"),
    ("atanh(ports)", "-"),
    ("bit_and(ports, 1)", "-"),
    ("bit_not(ports)", "-"),
    ("bit_or(1, ports)", "-"),
    ("bit_shift_left(ports, 1)", "-"),
    ("bit_shift_right(1, ports)", "-"),
    ("bit_xor(ports, 1)", "-"),
    (r#"case(many="a", many)"#, "b;a;b"),
    ("ceil(ports)", "-"),
    ("ceiling(ports)", "-"),
    (
        r#"cidrmatch("10.0.0.0/8", split("192.0.2.1 10.1.1.1", " "))"#,
        "true",
    ),
    ("coalesce(none, many)", "b;a;b"),
    ("cos(ports)", "-"),
    ("cosh(ports)", "-"),
    ("exact(ports)", "-"),
    ("exp(ports)", "-"),
    (r#"many="c" OR false()"#, "false"),
    ("floor(ports)", "-"),
    ("hypot(3, ports)", "-"),
    (r#"if(many="a", many, "x")"#, "b;a;b"),
    (r#"in(many, "x", "a")"#, "true"),
    (
        r#"ipmask("255.0.0.0", split("1.2.3.4,5.6.7.8", ","))"#,
        "1.0.0.0;5.0.0.0",
    ),
    ("isbool(many)", "false"),
    ("isint(ports)", "false"),
    ("isnotnull(many)", "true"),
    ("isnull(many)", "false"),
    ("isnum(ports)", "false"),
    ("isstr(many)", "true"),
    (r#"json_valid(mvappend("1", "2"))"#, "false"),
    ("len(many)", "5"),
    (r#"like(many, "_")"#, "true"),
    ("ln(ports)", "-"),
    ("log(ports)", "-"),
    ("lower(upper(many))", "b;a;b"),
    (r#"ltrim(many, "b")"#, ";a;"),
    (r#"match(many, "^a$")"#, "true"),
    ("max(ports, 100)", "443"),
    (
        "md5(mvdedup(many))",
        "92eb5ffee6ae2fec3ad71c777531578f;0cc175b9c0f1b6a831c399e269772661",
    ),
    ("min(ports, 100)", "80"),
    ("mvappend(many, ports)", "b;a;b;80;443"),
    ("mvcount(many)", "3"),
    ("mvdedup(many)", "b;a"),
    (r#"mvfilter(many!="a")"#, "b;b"),
    (r#"mvfind(many, "a")"#, "1"),
    ("mvindex(many, 1, -1)", "a;b"),
    (r#"mvjoin(many, "-")"#, "b-a-b"),
    (r#"mvmap(many, many . "!")"#, "b!;a!;b!"),
    ("mvrange(ports, 90)", "-"),
    ("mvsort(many)", "a;b;b"),
    ("mvzip(many, ports)", "b,80;a,443"),
    ("if(now()=ports, 1, 2)", "2"),
    ("mvappend(null(), many)", "b;a;b"),
    (r#"nullif(many, "a")"#, "-"),
    ("pi() + ports", "-"),
    ("pow(ports, 2)", "-"),
    (r#"mvcount(split(printf("%s", many), "b"))"#, "3"),
    (r#"relative_time(ports, "-1d")"#, "-"),
    (r#"replace(many, "b", "x")"#, "x;a;x"),
    ("round(ports)", "-"),
    (r#"rtrim(many, "a")"#, "b;;b"),
    (r#"searchmatch("many=a")"#, "true"),
    ("mvcount(sha1(many))", "3"),
    ("mvcount(sha256(many))", "3"),
    ("mvcount(sha512(many))", "3"),
    ("sin(ports)", "-"),
    ("sinh(ports)", "-"),
    (r#"spath(many, "a")"#, "-"),
    (r#"mvcount(split(many, "a"))"#, "2"),
    ("sqrt(ports)", "-"),
    (r#"strftime(ports, "%Y")"#, "-"),
    (r#"strptime(mvappend("1970-01-02", "x"), "%F")"#, "86400"),
    ("substr(many, 2)", ";;"),
    ("tan(ports)", "-"),
    ("tanh(ports)", "-"),
    ("mvcount(time() . many)", "1"),
    ("tonumber(ports)", "-"),
    ("mvcount(tostring(many))", "1"),
    (r#"trim(many, "a")"#, "b;;b"),
    (r#"many="a" AND true()"#, "true"),
    ("typeof(ports)", "String"),
    ("upper(many)", "B;A;B"),
    (r#"urldecode(mvappend("%41", "b"))"#, "A;b"),
    (r#"validate(many="a", "x", many="c", "y")"#, "y"),
];

fn all(examples: &[(&str, &str)]) {
    for (expression, expected) in examples {
        assert_eq!(eval(expression), *expected, "{expression}");
    }
    for function in FUNCTIONS {
        let call = format!("{}(", function.name);
        let called = examples.iter().any(|(text, _)| {
            let mut found = text.match_indices(&call);
            found.any(|(at, _)| !text[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_'))
        });
        assert!(called, "{}", function.name);
    }
}

#[test]
fn every_function_with_a_null() {
    all(NULLS);
}

#[test]
fn every_function_with_a_multivalue_field() {
    all(MANY);
}

/// Of rows `1;x`, nothing and `2`, and of rows that have nothing at all.
const AGGREGATES: &[(&str, &str, &str)] = &[
    ("count", "3", "0"),
    ("c", "3", "0"),
    ("dc", "3", "0"),
    ("distinct_count", "3", "0"),
    ("values", "1;2;x", "-"),
    ("list", "1;x;2", "-"),
    ("min", "1", "-"),
    ("max", "x", "-"),
    ("range", "1", "-"),
    ("sum", "3", "-"),
    ("avg", "1.5", "-"),
    ("mean", "1.5", "-"),
    ("sumsq", "5", "-"),
    ("stdev", "0.7071067811865476", "-"),
    ("stdevp", "0.5", "-"),
    ("var", "0.5", "-"),
    ("varp", "0.25", "-"),
    ("mode", "1", "-"),
    ("median", "2", "-"),
    ("first", "1;x", "-"),
    ("last", "2", "-"),
    ("earliest", "1;x", "-"),
    ("latest", "2", "-"),
    ("earliest_time", "10", "-"),
    ("latest_time", "30", "-"),
    ("rate", "-", "-"),
    ("estdc", "3", "0"),
    ("estdc_error", "0", "0"),
    ("perc50", "1", "-"),
    ("exactperc100", "2", "-"),
    ("upperperc100", "2", "-"),
    ("p0", "1", "-"),
];

#[test]
fn every_aggregate_with_nulls_and_multivalue_fields() {
    for (function, of_some, of_none) in AGGREGATES {
        let rows: &[&[&str]] = &[&["10", "1;x", "-"], &["20", "-", "-"], &["30", "2", "-"]];
        let search = format!("stats {function}(f) as some {function}(g) as none count as n");
        let lines = super::aggregates::over(&search, &["_time", "f", "g"], rows);
        assert_eq!(
            lines[1],
            format!("{of_some}|{of_none}|3 [0, 1, 2]"),
            "{function}"
        );
    }
    for (name, _) in NAMES {
        let tried = AGGREGATES.iter().any(|(function, ..)| function == name);
        assert!(tried, "{name}");
    }
}
