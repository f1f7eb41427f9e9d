//! The fast way against the parser: what it reads is what the parser reads, and the rest it leaves.

use super::{parse_document, scan::scan};
use crate::event::{Locator, Outline, Position, Record, SourceId, Zone};
use crate::evidence::detect::detect;
use crate::evidence::evtx::{self, Piece, Pieces, tests::shared};
use crate::evidence::format::{Format, ParseContext};
use crate::evidence::framing::{self, Frame, Parsed};
use crate::evidence::windows::Origin;
use proptest::prelude::*;
use std::path::Path;

/// A place, and a zone that is not UTC.
pub(in crate::evidence) fn origin() -> Origin {
    let position = Position::Span { offset: 7, len: 9 };
    let source = SourceId(3);
    Origin {
        locator: Locator { source, position },
        context: ParseContext {
            assume_tz: Zone::parse("+02:00").unwrap(),
        },
    }
}

/// What an outline says, as the record itself says it.
pub(in crate::evidence) fn outline_of(record: &Record) -> Option<Outline> {
    Some(Outline {
        provider: record.provider()?.into(),
        event_id: record.event_id()?,
        channel: record.channel().map(Into::into),
        computer: record.computer().map(Into::into),
        record_id: record.record_id(),
        time: record.time,
        repaired: record.repaired,
        locator: record.locator,
    })
}

/// Holds the fast way against the parser; whether it took the event.
fn compare(text: &str) -> Result<bool, String> {
    let slow = parse_document(text, origin());
    let wrong = |fast: Parsed| Err(format!("{text}\n{fast:#?}\n{slow:#?}"));
    match scan(text, origin(), &|_, _| false) {
        Some(Parsed::Outline(outline)) => {
            let of_record = slow.as_ref().ok().and_then(outline_of);
            if of_record.as_ref() != Some(&outline) {
                return wrong(Parsed::Outline(outline));
            }
        }
        Some(Parsed::Whole(record)) if slow.as_ref() != Ok(&record) => {
            return wrong(Parsed::Whole(record));
        }
        _ => {}
    }
    match scan(text, origin(), &|_, _| true) {
        Some(Parsed::Whole(record)) if slow.as_ref() == Ok(&record) => Ok(true),
        Some(fast) => wrong(fast),
        None => Ok(false),
    }
}

/// Every event of a file as XML.
fn events(path: &Path, each: &mut dyn FnMut(&str)) {
    let bytes = std::fs::read(path).unwrap();
    if evtx::detect(&bytes).is_some() {
        let mut pieces = Pieces::new(&bytes[..]);
        while let Some(piece) = pieces.next().unwrap() {
            if let Piece::Record { xml, .. } = piece {
                each(&String::from_utf8_lossy(xml));
            }
        }
        return;
    }
    let head = &bytes[..bytes.len().min(64 << 10)];
    let Some(detected) = detect(head).filter(|d| d.format == Format::WindowsXml) else {
        return;
    };
    let mut frames = framing::frames(&detected, Box::new(&bytes[..]));
    while let Some(frame) = frames.next().unwrap() {
        if let Frame::Record { bytes, .. } = frame {
            each(&String::from_utf8_lossy(bytes));
        }
    }
}

#[test]
fn real_events_are_read_alike_and_nearly_all_the_fast_way() {
    let Some(shared) = shared() else { return };
    let mut ways = [(0_u32, 0_u32); 2];
    for folder in std::fs::read_dir(shared.join("data")).unwrap() {
        let folder = folder.unwrap().path();
        for file in std::fs::read_dir(&folder).unwrap() {
            let file = file.unwrap().path();
            let evtx = file.extension().is_some_and(|e| e == "evtx");
            events(&file, &mut |text| {
                let (fast, all) = &mut ways[usize::from(evtx)];
                *all += 1;
                *fast += u32::from(compare(text).unwrap());
            });
        }
    }
    for (way, (fast, all)) in ["XML", "EVTX"].into_iter().zip(ways) {
        eprintln!("{way}: {fast} of {all} the fast way");
        assert!(all > 200 && fast * 100 > all * 95, "{way}: {fast} of {all}");
    }
}

const EVENTS: [&str; 4] = [
    "<Event xmlns='http://schemas.microsoft.com/win/2004/08/events/event'><System><Provider \
     Name='Microsoft-Windows-Sysmon' Guid='{5770385f}'/><EventID>1</EventID><Version>5</Version>\
     <Keywords>0x8000000000000000</Keywords><TimeCreated SystemTime='2025-06-26T16:08:54.1234567Z'/>\
     <EventRecordID>12</EventRecordID><Correlation/><Execution ProcessID='4' ThreadID='5'/>\
     <Channel>Microsoft-Windows-Sysmon/Operational</Channel><Computer>WS-1</Computer>\
     <Security UserID='S-1-5-18'/></System><EventData><Data Name='RuleName'>-</Data>\
     <Data Name='CommandLine'>msiexec &amp; &quot;http://x&quot; &#x41;&#66;</Data>\
     <Data Name='Empty'></Data><Data Name='None'/></EventData></Event>",
    "<Event xmlns=\"http://schemas.microsoft.com/win/2004/08/events/event\">\r\n  <System>\r\n    \
     <Provider Name=\"Microsoft Windows security auditing.\" EventSourceName=\"Security\">\r\n    \
     </Provider>\r\n    <EventID Qualifiers=\"16384\">4688</EventID>\r\n    <Keywords>Audit Success\
     </Keywords>\r\n    <TimeCreated SystemTime=\"2025-06-26 16:08:54\">\r\n    </TimeCreated>\r\n    \
     <EventRecordID>99</EventRecordID>\r\n    <Channel>Security</Channel>\r\n    <Computer> DC \
     </Computer>\r\n  </System>\r\n  <EventData>\r\n    <Data>one</Data>\r\n    <Data>two\r\n three\
     </Data>\r\n    <Binary>00ff</Binary>\r\n  </EventData>\r\n  <RenderingInfo Culture=\"en-US\">\
     <Message>a &amp; b</Message><Keywords><Keyword>Audit</Keyword></Keywords></RenderingInfo>\r\n\
     </Event>\r\n",
    "<Event><System><Provider Name='Microsoft-Windows-Eventlog'/><EventID>1102</EventID><Channel>\
     Security</Channel><Computer>web-02</Computer></System><UserData><LogFileCleared xmlns='http://x' \
     kind='all'><SubjectUserName>bob</SubjectUserName><Where><File>a&lt;b</File><None/></Where>\
     </LogFileCleared></UserData></Event>",
    "<Event><EventData><Data Name='Image'>täxt.exe</Data></EventData><System><Channel>\
     Microsoft-Windows-Sysmon/Operational</Channel><EventID>1</EventID><ProcessID>7</ProcessID>\
     </System></Event>",
];

#[test]
fn regular_events_take_the_fast_way() {
    for text in EVENTS {
        assert_eq!(compare(text), Ok(true), "{text}");
    }
    let outline = |text: &str| match scan(text, origin(), &|p, id| (p, id) == ("-", 1)) {
        Some(Parsed::Outline(outline)) => Some((outline.provider.to_string(), outline.event_id)),
        _ => None,
    };
    let sysmon = Some(("Microsoft-Windows-Sysmon".to_owned(), 1));
    assert_eq!(outline(EVENTS[0]), sysmon);
    let audit = Some(("Microsoft-Windows-Security-Auditing".to_owned(), 4688));
    assert_eq!(outline(EVENTS[1]), audit);
    // Without provider the shape of the data tells the source.
    assert_eq!(outline(EVENTS[3]), None);
}

#[test]
fn the_rest_is_left_to_the_parser() {
    let event = |system: &str, data: &str| {
        format!(
            "<Event><System><Provider Name='P'/><EventID>1</EventID>{system}</System>\
             <EventData>{data}</EventData></Event>"
        )
    };
    for text in [
        event("<Computer>WS<b/>-1</Computer>", ""),
        event("<!-- x -->", ""),
        event("<Computer>a&amp;b</Computer>", ""),
        event("</System><System>", ""),
        event("", "<Data Name='x'><![CDATA[a]]></Data>"),
        event("", "<Data Name='x'><?pi?></Data>"),
        event("", "<Data Name='x'>&unknown;</Data>"),
        event("", "<Data Name='x'>a & b</Data>"),
        event("", "<Data Name='x'>&#0;&#xd800;</Data>"),
        event("", "<Data Name='a&amp;b'>1</Data>"),
        event("", "<Data Name='a\tb'>1</Data>"),
        event("", "<Data Name = 'x'>1</Data>"),
        event("", "<Data Name='x'>1</Data >"),
        event("", "<e:Data Name='x'>1</e:Data>"),
        event("", "<Data Name='x'><Data Name='y'>1</Data></Data>"),
        event("", "<Data Name=x>1</Data>"),
        event("", "<Data Name='x'>1</Other>"),
        event("", "<Data Name='x'>1").replace("</Event>", ""),
        "<Event><EventData/></Event>".to_owned(),
        "<Event/>".to_owned(),
        String::new(),
    ] {
        assert_eq!(compare(&text), Ok(false), "{text}");
    }
}

#[test]
fn a_system_value_is_the_text_of_an_element_without_others_in_it() {
    let text = "<Event><System><Computer>WS<b/>-1</Computer><Channel>C</Channel></System></Event>";
    let record = parse_document(text, origin()).unwrap();
    assert_eq!((record.computer(), record.channel()), (None, Some("C")));
}

/// What is put into an event somewhere.
const PIECES: [&str; 40] = [
    "<",
    ">",
    "/",
    "'",
    "\"",
    "&",
    ";",
    "=",
    " ",
    "\r\n",
    "\t",
    "&amp;",
    "&lt;",
    "&#x9;",
    "&#10;",
    "&#xZ;",
    "&nbsp;",
    "<!--",
    "-->",
    "<![CDATA[",
    "]]>",
    "<?x?>",
    "<b>",
    "</b>",
    "<b/>",
    "<Data>",
    "</Data>",
    "<Data Name='x'>",
    "</EventData>",
    "<System>",
    "</System>",
    "</Event>",
    "<Event>",
    "x:",
    " a='b'",
    "xmlns",
    "ü",
    "\u{a0}",
    "<UserData>",
    "</UserData>",
];

#[derive(Debug, Clone)]
enum Change {
    Insert(usize, usize),
    Remove(usize, usize),
    Repeat(usize, usize),
    Byte(usize, char),
    Cut(usize),
}

fn change() -> impl Strategy<Value = Change> {
    let place = 0_usize..2_000;
    let len = 0_usize..60;
    prop_oneof![
        4 => (place.clone(), 0..PIECES.len()).prop_map(|(at, piece)| Change::Insert(at, piece)),
        2 => (place.clone(), len.clone()).prop_map(|(at, len)| Change::Remove(at, len)),
        1 => (place.clone(), len).prop_map(|(at, len)| Change::Repeat(at, len)),
        2 => (place.clone(), any::<char>()).prop_map(|(at, c)| Change::Byte(at, c)),
        1 => place.prop_map(Change::Cut),
    ]
}

fn changed(text: &str, change: &Change) -> String {
    let mut letters: Vec<char> = text.chars().collect();
    let here = |at: usize| at % (letters.len() + 1);
    let range = |at: usize, len: usize| here(at)..(here(at) + len).min(letters.len());
    match *change {
        Change::Insert(at, piece) => {
            let at = here(at);
            letters.splice(at..at, PIECES[piece].chars());
        }
        Change::Remove(at, len) => {
            letters.drain(range(at, len));
        }
        Change::Repeat(at, len) => {
            let range = range(at, len);
            let again: Vec<char> = letters[range.clone()].to_vec();
            letters.splice(range.start..range.start, again);
        }
        Change::Byte(at, c) => {
            let at = here(at);
            if let Some(letter) = letters.get_mut(at) {
                *letter = c;
            }
        }
        Change::Cut(at) => letters.truncate(here(at)),
    }
    letters.into_iter().collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4_000))]

    #[test]
    fn changed_events_are_read_alike(
        event in 0..EVENTS.len(),
        changes in proptest::collection::vec(change(), 1..4),
    ) {
        let text = changes.iter().fold(EVENTS[event].to_owned(), |text, c| changed(&text, c));
        compare(&text).map_err(TestCaseError::fail)?;
    }

    #[test]
    fn any_value_and_name_is_read_alike(
        name in "[ -~üä\t\n]{0,12}",
        value in "([ -~ü\r\n]|&amp;|&#x?[0-9a-f]{0,5};){0,30}",
        quote in prop_oneof![Just('\''), Just('"')],
    ) {
        let system = format!("<{name}>{value}</{name}>");
        let data = format!("<Data Name={quote}{name}{quote}>{value}</Data>");
        for (system, data) in [("", &*data), (&*system, "")] {
            let text = EVENTS[0]
                .replace("<Correlation/>", system)
                .replace("<Data Name='None'/>", data);
            compare(&text).map_err(TestCaseError::fail)?;
        }
    }
}

#[test]
fn the_usual_system_element_is_gone_through_at_once() {
    let event = |correlation: &str, security: &str| {
        format!(
            "<Provider Name='P' Guid='{{g}}'/><EventID>1</EventID><Version>5</Version>\
             <Level>4</Level><Task>1</Task><Opcode>0</Opcode><Keywords>0x8</Keywords>\
             <TimeCreated SystemTime='2024-03-01T00:00:00Z'/><EventRecordID>7</EventRecordID>\
             <Correlation{correlation}/><Execution ProcessID='2' ThreadID='3'/>\
             <Channel>C</Channel><Computer>h</Computer><Security{security}/></System>"
        )
    };
    for (correlation, security) in [("", ""), (" ActivityID='{a}'", " UserID='S-1-5-18'")] {
        let system = event(correlation, security);
        let mut put = 0;
        let rest = super::usual::system(&system, &mut |_, _| {
            put += 1;
            Some(())
        });
        assert_eq!(rest, Some("</System>"), "{system}");
        assert_eq!(put, 13 + if security.is_empty() { 0 } else { 2 });
        let whole = format!("<Event xmlns='x'><System>{system}</Event>");
        assert_eq!(compare(&whole), Ok(true));
    }
    for other in [
        event("", " UserID='a&amp;b'"),
        event("", "").replace("<Level>4", "<Level> <!-- -->4"),
        event("", "").replace("h</Comp", "a&amp;b</Comp"),
        event("", "").replace("<Version>5</Version>", ""),
    ] {
        assert_eq!(super::usual::system(&other, &mut |_, _| Some(())), None);
        compare(&format!("<Event xmlns='x'><System>{other}</Event>")).unwrap();
    }
}
