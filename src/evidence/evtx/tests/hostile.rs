//! What a log may do to be passed over though it matters: for anything that can be written in a
//! chunk, the records in which a needle stands are told with a filter as they are without.

use super::made::{Element, Event, Part, Value, chunk, data, element, event, utf16};
use super::*;
use crate::event::{Locator, Record, SourceId};
use crate::evidence::format::ParseContext;
use crate::evidence::framing;
use crate::evidence::prefilter::{Needles, Wanted};
use proptest::prelude::*;
use std::sync::Arc;

pub(super) fn prefilter(needles: &[&str]) -> Prefilter {
    let wanted = || Wanted::Holding(needles.iter().map(|needle| Arc::from(*needle)).collect());
    Prefilter::new(&Needles {
        windows: wanted(),
        crowdstrike: wanted(),
        flat: wanted(),
        nvm: wanted(),
    })
}

fn parsed(told: &Told) -> Option<Record> {
    let Told::Record { position, xml, .. } = told else {
        return None;
    };
    let locator = Locator {
        source: SourceId(0),
        position: *position,
    };
    framing::parse(&rendered_format(), xml, locator, &ParseContext::default()).ok()
}

/// Whether one of the needles stands in a value of the record, as the search takes letters.
fn holds(told: &Told, needles: &[&str]) -> bool {
    let fold = |text: &str| {
        let letters = text.chars().map(|letter| match letter {
            '\u{17f}' => 's',
            '\u{212a}' => 'k',
            letter => letter.to_ascii_lowercase(),
        });
        letters.collect::<String>()
    };
    parsed(told).is_some_and(|record| {
        let mut fields = record.system.iter().chain(&record.data);
        fields.any(|field| {
            let value = fold(&field.value);
            needles.iter().any(|needle| value.contains(needle))
        })
    })
}

/// Holds for every log: what has a needle is told alike with a filter and without, and every record
/// is told or counted as passed over, unless it could not have been read.
pub(super) fn assert_alike(bytes: &[u8], needles: &[&str]) -> Vec<Told> {
    let filter = prefilter(needles);
    let found = all(Pieces::new(bytes).filtered(Some(&filter)));
    let every = pieces(bytes);
    let expected: Vec<&Told> = every.iter().filter(|told| holds(told, needles)).collect();
    let kept: Vec<&Told> = found.iter().filter(|told| holds(told, needles)).collect();
    assert_eq!(kept, expected);
    let is_record = |told: &&Told| matches!(told, Told::Record { .. });
    let told = found.iter().filter(is_record).count() as u64;
    let passed: u64 = found
        .iter()
        .map(|told| match told {
            Told::Passed { records, .. } => *records,
            _ => 0,
        })
        .sum();
    let bad = |all: &[Told]| all.iter().filter(|t| matches!(t, Told::Bad(_))).count() as u64;
    // A record that is bad in a value that nobody looked at is passed over.
    let whole = every.iter().filter(is_record).count() as u64;
    assert!(told + passed >= whole, "{told} {passed} {whole}");
    assert!(told + passed + bad(&found) <= whole + bad(&every));
    found
}

/// The needle that must be found however it is written, in every log of this file.
const NEEDLES: [&str; 2] = ["msiexec", "k_l"];

fn text(value: &str) -> Value {
    Value::Bytes(0x01, utf16(value))
}

fn t(text: &str) -> Part {
    Part::Text(text.to_owned())
}

fn v(number: u16) -> Part {
    Part::Value(number)
}

/// An event with a `Data` of these parts.
fn one(parts: Vec<Part>, values: Vec<Value>) -> Event {
    event(vec![data("A", parts)], values)
}

/// An event with a value that is an instance of a template of its own, with a `<y>` of these parts.
fn nested(parts: Vec<Part>) -> Event {
    let inner = Event {
        template: element("x", vec![Part::Element(element("y", parts))]),
        values: vec![text("exec")],
    };
    let mut event = event(vec![], vec![Value::Instance(Box::new(inner))]);
    event.template.parts[1] = Part::Element(element("UserData", vec![v(0)]));
    event
}

/// Whether a needle is found in one of the records of the event's chunk, filtered or not.
fn is_found(event: &Event) -> bool {
    let bytes = chunk(std::slice::from_ref(event), 1);
    let found = assert_alike(&bytes, &NEEDLES);
    found.iter().any(|told| holds(told, &NEEDLES))
}

#[test]
fn a_word_in_any_kind_of_text_is_found() {
    let ansi = |text: &[u8]| Value::Bytes(0x02, text.to_vec());
    let texts = |text: &str| Value::Bytes(0x81, utf16(text));
    let values = [
        text("x msiExec"),
        text("m\u{17f}iexec"),
        text("K\u{2}l"),
        text("\u{212a}\u{ffff}L"),
        ansi(b"MSIEXEC\0\0"),
        ansi(b"ms\0iexec"),
        texts("a\0msiexec\0"),
        texts("a\0msiexec"),
        Value::Bytes(0x82, b"a\0msiexec\0".to_vec()),
    ];
    for value in values {
        let event = one(vec![v(0)], vec![value]);
        assert!(is_found(&event), "{event:?}");
    }
    assert!(is_found(&one(vec![t("msiexec")], vec![])));
    assert!(!is_found(&one(vec![v(0)], vec![texts("msi\0exec\0")])));
}

#[test]
fn a_word_put_together_from_pieces_is_found() {
    let together = [
        one(vec![t("msi"), v(0)], vec![text("exec")]),
        one(vec![v(0), v(1)], vec![text("msi"), text("exec")]),
        one(vec![t("msi"), t("exec")], vec![]),
        one(vec![t("ms"), Part::Letter(105), t("exec")], vec![]),
        one(vec![t("msi"), Part::Cdata("exec".to_owned())], vec![]),
        nested(vec![t("msi"), v(0)]),
    ];
    for event in &together {
        assert!(is_found(event), "{event:?}");
    }
    let apart = [
        one(
            vec![t("msi"), Part::Entity("amp".to_owned()), t("exec")],
            vec![],
        ),
        event(
            vec![data("A", vec![t("msi")]), data("A", vec![t("exec")])],
            vec![],
        ),
    ];
    for event in &apart {
        assert!(!is_found(event), "{event:?}");
    }
    // Markup in a name puts a text beside a value.
    let markup = vec![element("a>msi<?x?", vec![v(0)])];
    assert!(is_found(&event(markup, vec![text("exec")])));
}

#[test]
fn an_attribute_put_together_from_pieces_is_found() {
    let mut event = event(vec![], vec![text("exec")]);
    let Part::Element(system) = &mut event.template.parts[0] else {
        panic!()
    };
    let Part::Element(provider) = &mut system.parts[0] else {
        panic!()
    };
    provider.attributes[0].1 = vec![t("msi"), Part::Value(0)];
    let found = assert_alike(&chunk(&[event], 1), &NEEDLES);
    assert!(found.iter().any(|told| holds(told, &NEEDLES)));
}

#[test]
fn a_chunk_in_which_reading_goes_astray_is_read() {
    let is_plain = |kind: u8, bytes: &[u8]| {
        let event = event(
            vec![data("A", vec![Part::Value(0)])],
            vec![Value::Bytes(kind, bytes.to_vec()), text("x")],
        );
        let (bytes, mut records) = (chunk(&[event], 1), Vec::new());
        plain::records(&bytes, true, &mut records).unwrap();
        Plain::new().holds(&bytes, &records)
    };
    let sid = [1, 1, 0, 0, 0, 0, 0, 5, 18, 0, 0, 0];
    let good: [(u8, &[u8]); 9] = [
        (0x00, &[1, 2, 3]),
        (0x01, b"a\0b\0"),
        (0x02, b"ab\0\0"),
        (0x08, &[0; 4]),
        (0x10, &[0; 8]),
        (0x13, &sid),
        (0x21, &[]),
        (0x81, b"a\0\0\0"),
        (0x95, &[0; 16]),
    ];
    for (kind, bytes) in good {
        assert!(is_plain(kind, bytes), "{kind:x} {bytes:?}");
    }
    let astray: [(u8, &[u8]); 14] = [
        (0x01, b"a\0b"),
        (0x02, b"a\0b\0"),
        (0x03, &[]),
        (0x08, &[0; 3]),
        (0x0c, &[0; 9]),
        (0x0f, &[0; 4]),
        (0x10, &[0; 5]),
        (0x13, &sid[..11]),
        (0x16, &[]),
        (0x20, &[0; 8]),
        (0x21, &[0x0c]),
        (0x81, b"a\0"),
        (0x81, b"a\0\0"),
        (0x93, &sid),
    ];
    for (kind, bytes) in astray {
        assert!(!is_plain(kind, bytes), "{kind:x} {bytes:?}");
    }
}

#[test]
fn newer_records_of_an_open_log_are_looked_at() {
    let events = [
        event(vec![data("A", vec![t("one")])], vec![]),
        event(vec![data("A", vec![t("two")])], vec![]),
        event(vec![data("A", vec![t("msi"), t("exec")])], vec![]),
    ];
    let found = assert_alike(&chunk(&events, 1), &NEEDLES);
    assert!(found.iter().any(|t| matches!(
        t,
        Told::Record {
            uncounted: true,
            ..
        }
    )));
    let found = assert_alike(&chunk(&events[..2], 2), &NEEDLES);
    assert_eq!(found.len(), 1, "{found:?}");
}

/// Pieces that make the needles when they come together; now and then a needle.
fn piece() -> impl Strategy<Value = String> {
    let pieces = ["msi", "exec", "k", "_l", "K\u{3}", "L", "m\u{17f}i", "x"];
    prop_oneof![
        30 => prop::sample::select(pieces.to_vec()),
        1 => prop::sample::select(vec!["MsiExec", "K\u{3}L"]),
        1 => Just(""),
    ]
    .prop_map(str::to_owned)
}

fn part() -> impl Strategy<Value = Part> {
    prop_oneof![
        8 => piece().prop_map(Part::Text),
        8 => (0_u16..3).prop_map(Part::Value),
        2 => prop::sample::select(vec!["amp", "lt", "quot", "msi", "x;msi"])
            .prop_map(|name| Part::Entity(name.to_owned())),
        1 => prop::sample::select(vec![109_u16, 115, 105, 95, 38]).prop_map(Part::Letter),
        1 => piece().prop_map(Part::Cdata),
        1 => (piece(), piece()).prop_map(|(a, b)| Part::Instruction(a, b)),
    ]
}

fn tree() -> impl Strategy<Value = Element> {
    let name = prop_oneof![
        20 => Just("Data"),
        2 => prop::sample::select(vec!["x", "Binary"]),
        2 => prop::sample::select(vec!["Data>msi<?x?", "Data>msi", "b c='msi"]),
    ];
    let parts = || prop::collection::vec(part(), 1..3);
    let leaf = (name, prop::collection::vec(parts(), 0..2), parts());
    let leaf = leaf.prop_map(|(name, attributes, parts)| Element {
        name: name.to_owned(),
        attributes: attributes
            .into_iter()
            .map(|parts| ("Name".to_owned(), parts))
            .collect(),
        parts,
    });
    leaf.prop_recursive(2, 6, 2, |inner| {
        let child = prop_oneof![part(), inner.prop_map(Part::Element)];
        prop::collection::vec(child, 1..4).prop_map(|parts| element("Data", parts))
    })
}

fn plain_value() -> impl Strategy<Value = Value> {
    let joined = || prop::collection::vec(piece(), 1..3);
    let odd = prop_oneof![
        (any::<u8>(), joined()).prop_map(|(kind, all)| Value::Bytes(kind, utf16(&all.concat()))),
        (0_u8..0x16, prop::collection::vec(any::<u8>(), 0..20))
            .prop_map(|(kind, bytes)| Value::Bytes(kind, bytes)),
    ];
    prop_oneof![
        20 => piece().prop_map(|piece| text(&piece)),
        4 => joined().prop_map(|all| Value::Bytes(0x02, all.join("\0").into_bytes())),
        2 => joined().prop_map(|all| Value::Bytes(0x81, utf16(&all.join("\0")))),
        2 => joined().prop_map(|all| Value::Bytes(0x81, utf16(&(all.join("\0") + "\0")))),
        2 => joined().prop_map(|all| Value::Bytes(0x82, all.join("\0").into_bytes())),
        1 => odd,
    ]
}

fn value() -> impl Strategy<Value = Value> {
    let inner = (tree(), prop::collection::vec(plain_value(), 3..4));
    prop_oneof![
        12 => plain_value(),
        1 => inner.prop_map(|(template, values)| {
            Value::Instance(Box::new(Event { template, values }))
        }),
        1 => prop::collection::vec(tree(), 1..3).prop_map(Value::Elements),
    ]
}

fn any_event() -> impl Strategy<Value = Event> {
    let trees = prop::collection::vec(tree(), 1..3);
    (trees, prop::collection::vec(value(), 3..4)).prop_map(|(trees, values)| event(trees, values))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(if cfg!(debug_assertions) { 1500 } else { 40_000 }))]

    /// Whatever a template, a value and a name are made of.
    #[test]
    fn what_has_a_needle_is_told(
        events in prop::collection::vec(any_event(), 1..3),
        uncounted in 0_usize..2,
    ) {
        let counted = events.len().saturating_sub(uncounted);
        assert_alike(&chunk(&events, counted), &NEEDLES);
    }

    /// And whatever bytes of the chunk are others then.
    #[test]
    fn what_has_a_needle_is_told_of_a_damaged_chunk(
        events in prop::collection::vec(any_event(), 1..3),
        damage in prop::collection::vec((0_usize..3000, any::<u8>()), 1..6),
    ) {
        let mut bytes = chunk(&events, events.len());
        for (place, byte) in damage {
            bytes[place] = byte;
        }
        assert_alike(&bytes, &NEEDLES);
    }

    /// A plain log with a word in it: it is told when the word is looked for, and is passed over
    /// when another is.
    #[test]
    fn a_word_of_a_record_is_found_and_no_other(
        texts in prop::collection::vec("[ -~äÖſ€]{0,30}", 1..4),
        word in "[a-z]{0,3}[ghj-ln-r][a-z0-9._-]{2,6}",
        at in 0_usize..30,
        is_upper in any::<bool>(),
    ) {
        let mut texts = texts;
        let written = if is_upper { word.to_uppercase() } else { word.clone() };
        let at = texts[0].char_indices().map(|(at, _)| at).nth(at).unwrap_or(0);
        texts[0].insert_str(at, &written);
        let elements = (0_u16..).zip(&texts).map(|(n, _)| data("A", vec![Part::Value(n)]));
        let event = event(elements.collect(), texts.iter().map(|value| text(value)).collect());
        let bytes = chunk(&[event], 1);
        let is_told = |found: &[Told]| found.iter().any(|t| matches!(t, Told::Record { .. }));
        prop_assert!(is_told(&assert_alike(&bytes, &[&word])));
        let other = format!("{word}qqqq");
        prop_assert!(!is_told(&assert_alike(&bytes, &[&other])));
    }
}
