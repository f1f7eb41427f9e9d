//! What is found by one word is what going through the tags finds.

use super::*;
use proptest::prelude::*;

fn look(bytes: &[u8], last: bool) -> Look<'_> {
    Look {
        bytes,
        base: 0,
        last,
        full: false,
    }
}

proptest! {
    #[test]
    fn a_plain_event_is_what_its_tags_say(
        pieces in prop::collection::vec(prop::sample::select(&[
            "<Event ", "<Event>", "<Event", "</Event>", "</Event >", "</Event", "<x:Event ",
            "</x:Event>", "<EventData>", "</EventData>", "<EventID>1</EventID>", "<!--", "-->",
            "<![CDATA[", "]]>", "<!", "!", " Event ", "Event>", "an Event/", ">", "/", "<", "\n",
            "text", "xmlns='x'>",
        ][..]), 0..12),
        last in any::<bool>(),
    ) {
        let text = format!("<Event {}</Event>\n<Event ", pieces.concat());
        let cut = plain_event(text.as_bytes());
        if let Some(len) = cut {
            let slow = XmlCutter::default().go_through(look(text.as_bytes(), last));
            prop_assert!(matches!(slow, Cut::Record(length) if length == len), "{text} {len}");
        }
    }
}

#[test]
fn an_event_as_most_are_is_plain() {
    let event = "<Event xmlns='x'><System><EventID>1</EventID></System><EventData>\
                 <Data Name='EventType'>Events! Event, no end</Data></EventData></Event>";
    let text = format!("{event}\n{event}");
    assert_eq!(plain_event(text.as_bytes()), Some(event.len()));
    for not in [
        "<Event a></Event >",
        "<Event a><![CDATA[</Event>]]></Event>",
        "<Event a>",
        "",
    ] {
        assert_eq!(plain_event(not.as_bytes()), None, "{not}");
    }
}
