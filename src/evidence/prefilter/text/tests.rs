//! What is found in text, and what is not.

use super::*;
use proptest::prelude::*;

fn filter(needles: &[&str], carrier: Carrier) -> TextFilter {
    let needles: Vec<Arc<str>> = needles.iter().map(|n| Arc::from(*n)).collect();
    TextFilter::new(&needles, &["vsn=\""], carrier).unwrap()
}

#[test]
fn a_needle_is_found_in_any_case_and_under_the_folding_of_the_search() {
    let filter = filter(&["msiexec.exe", "kim"], Carrier::Plain);
    for text in [
        "a MSIEXEC.exe",
        "m\u{17f}iexec.exe",
        "\u{212a}IM",
        "vsn=\"h\"",
    ] {
        assert!(filter.find(text.as_bytes()).is_some(), "{text}");
    }
    for text in ["msiexecxexe", "VSN=\"h\"", "", "&#x6d;siexec.exe"] {
        assert_eq!(filter.find(text.as_bytes()), None, "{text}");
    }
}

#[test]
fn what_may_hide_a_letter_is_found() {
    let xml = filter(&["msiexec"], Carrier::Xml);
    for text in ["&#109;siexec", "m<!---->siexec", "<![CDATA[m]]>", "m<?x?>s"] {
        assert!(xml.find(text.as_bytes()).is_some(), "{text}");
    }
    assert_eq!(xml.find(b"<a href='x'>&lt;&amp;</a>"), None);
    let json = filter(&["msiexec"], Carrier::Json);
    for text in [
        r"\u006dsiexec",
        r"\u006Dsiexec",
        r"m\u017fiexec",
        r"\u005cu006d",
        r"\\u006d",
        r"\u0026#109;",
        r"&#109;",
        r"\u003c!--",
    ] {
        assert!(json.find(text.as_bytes()).is_some(), "{text}");
    }
    // What JSON writers escape without need, and no needle has.
    assert_eq!(
        json.find(br#"{"a":"\u0022\u0027\u003c\u003e\u0026\u003d\u002f\u000a\n\/"}"#),
        None
    );
}

#[test]
fn many_needles_fold_as_few_do() {
    let many: Vec<String> = (0..100).map(|n| format!("tool{n}.exe")).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    let filter = filter(&many, Carrier::Plain);
    assert!(filter.find(b"x TOOL99.EXE").is_some());
    assert!(filter.find("mi\u{17f}".as_bytes()).is_some());
    assert_eq!(filter.find(b"tool.exe"), None);
}

#[test]
fn nothing_wanted_is_nothing_found() {
    let filter = TextFilter::new(&[], &[], Carrier::Plain).unwrap();
    assert_eq!(filter.find(b"anything"), None);
}

proptest! {
    /// The sieve changes nothing of what is found, wherever a block ends.
    #[test]
    fn a_sieve_finds_what_a_search_finds(
        noise in "[a-z<>/ ]{1000,1600}",
        parts in prop::collection::vec(
            (0_usize..1500, prop::sample::select(&[
                "MsiExec.exe", "m\u{17f}iexec.exe", "&#", "<!", "\\u006d", "\\\\users", "vsn=\"",
                "x.", "ieXe", "\u{212a}",
            ][..])),
            0..4,
        ),
        json in any::<bool>(),
    ) {
        let filter = filter(&["msiexec.exe"], if json { Carrier::Json } else { Carrier::Xml });
        prop_assert!(filter.sieve.is_some());
        let mut text = noise;
        for (at, part) in parts {
            let at = (0..=at.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap();
            text.insert_str(at, part);
        }
        prop_assert_eq!(filter.find(text.as_bytes()), filter.search(text.as_bytes()));
    }
}
