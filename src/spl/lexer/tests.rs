//! Where commands and tokens are cut.

use super::*;

fn words(text: &str) -> Vec<&str> {
    let tokens = arguments(text, 0..text.len()).unwrap();
    tokens.into_iter().map(|t| t.text).collect()
}

fn cut(text: &str) -> Vec<&str> {
    let found = commands(text);
    assert_eq!(found.problems, [], "{text}");
    found.ranges.into_iter().map(|r| text[r].trim()).collect()
}

#[test]
fn pipes_cut_outside_of_quotes_brackets_and_comments() {
    assert_eq!(cut("| a | b"), ["a", "b"]);
    assert_eq!(cut(r#"a "x|y\"|" | b"#), [r#"a "x|y\"|""#, "b"]);
    assert_eq!(cut(r"a x\|y | b"), [r"a x\|y", "b"]);
    assert_eq!(cut(r#"a [ b | c "]" ] | d"#), [r#"a [ b | c "]" ]"#, "d"]);
    assert_eq!(
        cut("don't | where 'a|\"b'=1 | c"),
        ["don't", "where 'a|\"b'=1", "c"]
    );
    assert_eq!(cut("a ```x | \" [``` | d"), ["a ```x | \" [```", "d"]);
    assert_eq!(cut("where a=$user|s$ | b"), ["where a=$user|s$", "b"]);
    assert!(commands(" ``` c ``` | a").leading_pipe);
}

#[test]
fn bare_words_end_at_blanks_parentheses_and_commas() {
    assert_eq!(
        words("a=b;c:d&e$f{} (x,y)"),
        ["a", "=", "b;c:d&e$f{}", "(", "x", ",", "y", ")"]
    );
    // After an operator and in a list `=` is a letter of the value.
    assert_eq!(
        words("p=*a=b* q!=c<d"),
        ["p", "=", "*a=b*", "q", "!=", "c<d"]
    );
    assert_eq!(
        words("p IN (a=b, c)"),
        ["p", "IN", "(", "a=b", ",", "c", ")"]
    );
    assert_eq!(words("p IN (CASE(x), <)").concat(), "pIN(CASE(x),<)");
    assert_eq!(words("a >= 5"), ["a", ">=", "5"]);
    assert_eq!(
        words(r#"p=C:\x\ q="C:\\x\\""#),
        ["p", "=", r"C:\x\", "q", "=", r"C:\\x\\"]
    );
}

#[test]
fn expressions_know_numbers_and_signs() {
    let text = r"a.1 . .5+1.5e3*'b c' ==$u|s$";
    let tokens = expression(text, 0..text.len()).unwrap();
    let texts: Vec<_> = tokens.iter().map(|t| t.text).collect();
    let expected = [
        "a", ".", "1", ".", ".5", "+", "1.5e3", "*", "b c", "==", "$u|s$",
    ];
    assert_eq!(texts, expected);
}

#[test]
fn what_is_not_closed_is_named_with_its_place() {
    for (text, message, at) in [
        ("a=\"b | c", "the quote is not closed", 2),
        ("a [b | c", "the '[' is not closed", 2),
        ("a ```b | c", "the comment is not closed", 2),
    ] {
        let problem = commands(text).problems.remove(0);
        assert_eq!(
            (problem.message.as_str(), problem.span.start),
            (message, at)
        );
    }
}

#[test]
fn a_dollar_token_is_told_from_a_dollar() {
    assert_eq!(token_length("$user$x"), Some(6));
    assert_eq!(token_length("$user|s$"), Some(8));
    for text in ["$$", "$", "$a b$", "$\\x$", "$user", "$user|$", "$user|ss$"] {
        assert_eq!(token_length(text), None, "{text}");
    }
}

proptest::proptest! {
    #[test]
    fn any_text_is_lexed_without_panic(text in "\\PC{0,60}|[\\\\\"'`|$s\\[\\]() =,a.*]{0,40}") {
        for range in commands(&text).ranges {
            let _ = arguments(&text, range.clone());
            let _ = expression(&text, range);
        }
    }
}
