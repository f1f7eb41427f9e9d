//! The vectors of the search language for literals, and a plain matcher to check against.

use super::*;
use proptest::prelude::*;

fn matches(pattern: &str, value: &str) -> bool {
    Pattern::compile(&Literal::quoted(pattern)).matches(value)
}

#[test]
fn the_vectors_for_escapes() {
    for (pattern, value, expected) in [
        (r"*\\Temp\\*", r"C:\Windows\Temp\a.dll", true),
        (
            r"ATTACKRANGE\\Administrator",
            r"ATTACKRANGE\Administrator",
            true,
        ),
        (
            r"ATTACKRANGE\Administrator",
            r"ATTACKRANGE\Administrator",
            true,
        ),
        (
            r"ATTACKRANGE\Administrator",
            "attackrangeADMINISTRATOR",
            true,
        ),
        (
            r"ATTACKRANGE\\Administrator",
            "ATTACKRANGEAdministrator",
            false,
        ),
        (r"*\.txt", "README.txt", true),
        (r"*\.txt", r"README\.TXT", true),
        (r"*\.txt", "READMEtxt", false),
        (r#"*Action\=\"Deny\"*"#, r#"<x Action="Deny"/>"#, true),
        (r"*\\\\127.0.0.1\\*$*", r"copy a \\127.0.0.1\C$\x", true),
        (r"*\\\\127.0.0.1\\*$*", r"copy a \127.0.0.1\C$\x", false),
        (
            r"*\\SOFTWARE\\Microsoft\\.NETFramework*",
            r"HKLM\SOFTWARE\Microsoft\.NETFramework",
            true,
        ),
        (
            r"*\\SOFTWARE\\Microsoft\\.NETFramework*",
            r"HKLM\SOFTWARE\Microsoft.NETFramework",
            false,
        ),
        (
            r"*\'Don\'t Require Preauth\' - Enabled*",
            "x 'Don't Require Preauth' - Enabled",
            true,
        ),
        (r"*\calc.exe", r"C:\calc.exe", true),
        (r"a\|b", "a|b", true),
        (r"a\*b", r"a\xyb", true),
        (r"a\*b", "a*b", false),
        ("1", "1.0", false),
        ("msiexec.exe", "MSIEXEC.EXE", true),
        ("*http://*", "msiexec /i HTTP://x", true),
        ("*http://*", "msiexec\n/i\nhttp://x\n", true),
        ("C:\\", r"c:\", true),
        ("", "", true),
        ("", "x", false),
    ] {
        assert_eq!(matches(pattern, value), expected, "{pattern} on {value}");
    }
}

#[test]
fn entities_are_decoded_on_both_sides() {
    for (pattern, value, expected) in [
        ("* echo b &gt; *", "cmd echo b > c", true),
        ("* echo b > *", "cmd echo b &gt; c", true),
        ("*&gt;*", "a &gt; b", true),
        (
            "*&lt;Command&gt;C:\\\\Windows\\\\*",
            r"<Command>C:\Windows\x",
            true,
        ),
        ("a&amp;&quot;&apos;b", "a&\"'b", true),
        ("a&amp;gt;b", "a>b", false),
        ("a&b&", "a&amp;b&", true),
        ("*&nbsp;*", "&nbsp;", true),
    ] {
        assert_eq!(matches(pattern, value), expected, "{pattern} on {value}");
    }
}

#[test]
fn case_is_folded_letter_by_letter_unless_asked_not_to() {
    assert!(matches("Größe*ΣΙΣΥΦΟΣ", "GRÖßE x σισυφος"));
    assert!(matches("kelvin*", "\u{212a}elvin"));
    assert!(!matches("i", "ı"));
    assert!(!matches("ss", "ß"));
    let mut literal = Literal::quoted("*Admin*");
    literal.case_sensitive = true;
    let pattern = Pattern::compile(&literal);
    assert!(pattern.matches("xAdminx") && !pattern.matches("xadminx"));
    for c in (0..=0x10_ffff).filter_map(char::from_u32) {
        assert_eq!(fold::letter(fold::letter(c)), fold::letter(c), "{c}");
    }
}

#[test]
fn bound_texts_stand_for_themselves() {
    let pattern = Pattern::compile(&Literal::bound(r"CORP\*"));
    assert!(pattern.matches(r"corp\*") && !pattern.matches(r"corp\bob"));
    assert_eq!(
        Literal::quoted(r#"10.0.0.0\\\"\.*"#).text(),
        r#"10.0.0.0\"\.*"#
    );
}

#[test]
fn a_lone_star_is_known() {
    assert!(Pattern::compile(&Literal::quoted("*")).is_any());
    assert!(Pattern::compile(&Literal::quoted("**")).is_any());
    assert!(!Pattern::compile(&Literal::quoted("*a")).is_any());
    assert!(!Pattern::compile(&Literal::quoted("")).is_any());
    assert!(!Pattern::compile(&Literal::bound("*")).is_any());
}

#[test]
fn the_texts_that_must_be_there() {
    let parts = |pattern: &str| {
        let pattern = Pattern::compile(&Literal::quoted(pattern));
        pattern
            .literal_parts()
            .iter()
            .map(|p| (*p).to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(parts("*HTTP://*"), ["http://"]);
    assert_eq!(parts(r"C:\\Temp\.a*b"), [r"c:\temp", ".a", "b"]);
    assert!(parts("*").is_empty());
    assert_eq!(
        Pattern::compile(&Literal::quoted("MSI.exe")).exact(),
        Some("msi.exe")
    );
    assert_eq!(Pattern::compile(&Literal::quoted("MSI*")).exact(), None);
}

#[test]
fn matched_texts_are_found_in_the_value_as_it_stands() {
    let found = |pattern: &str, value: &str| {
        let spans = Pattern::compile(&Literal::quoted(pattern)).find_spans(value);
        spans
            .into_iter()
            .map(|s| value[s].to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(found("*http://*", "x HTTP://y http://z"), ["HTTP://"]);
    assert_eq!(found("a*b*c", "AxBxC"), ["A", "B", "C"]);
    assert_eq!(found(r"*ö &gt; \.x*", r"aÖ > \.Xy"), [r"Ö > \.X"]);
    assert_eq!(found("*b > c*", "a b &gt; c d"), ["b &gt; c"]);
    assert_eq!(found("*b*", "acd"), [""; 0]);
}

#[test]
fn no_value_makes_a_pattern_slow() {
    let value = "a".repeat(200_000);
    let pattern = format!("{}b", "*a".repeat(400));
    let start = std::time::Instant::now();
    assert!(!matches(&pattern, &value));
    assert!(!matches(r"*aaaaaaaaaa\.aaaaaaaaaab*", &value));
    assert!(start.elapsed().as_secs() < 5);
}

/// The plainest matcher: tries everything.
fn naive(pattern: &[Element], value: &[char]) -> bool {
    match pattern.split_first() {
        None => value.is_empty(),
        Some((Element::Wildcard, rest)) => (0..=value.len()).any(|n| naive(rest, &value[n..])),
        Some((Element::Atom(Atom::MaybeBackslash), rest)) => {
            naive(rest, value) || (value.first() == Some(&'\\') && naive(rest, &value[1..]))
        }
        Some((Element::Atom(Atom::Letter(c)), rest)) => {
            value
                .first()
                .is_some_and(|v| fold::letter(*v) == fold::letter(*c))
                && naive(rest, &value[1..])
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]
    #[test]
    fn it_agrees_with_a_matcher_that_tries_everything(
        pattern in "([abA.&*]|\\\\|\\*|é|&lt;|\\\\\\.|\\\\\\\\){0,10}", value in "[abA.\\\\&É<]{0,12}",
    ) {
        let literal = Literal::quoted(&pattern);
        let subject = Subject::new(&value);
        let letters: Vec<char> = subject.text(true).chars().collect();
        let expected = naive(&atoms::read(&literal), &letters);
        let compiled = Pattern::compile(&literal);
        prop_assert_eq!(compiled.matches(&value), expected);
        if expected {
            for part in compiled.literal_parts() {
                prop_assert!(subject.text(false).contains(part));
            }
        }
        let spans = compiled.find_spans(&value);
        prop_assert!(spans.iter().all(|span| value.get(span.clone()).is_some()));
        prop_assert!(spans.windows(2).all(|two| two[0].end <= two[1].start));
    }

    #[test]
    fn a_bound_text_matches_itself(value in "\\PC{0,20}|[\\\\\"*&;amp]{0,12}") {
        prop_assert!(Pattern::compile(&Literal::bound(&value)).matches(&value));
    }
}
