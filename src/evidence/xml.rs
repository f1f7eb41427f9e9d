//! Reads one `<Event>` element. The only file that names `quick_xml`, which reads the events that
//! the fast way (`scan`) leaves to it: those of an unusual shape, and all that is bad.
//!
//! Traps of that parser that are met here (0.38 to 0.42): it splits a text at every entity, so the
//! pieces, entities and CDATA are put together and used when the element ends, and nothing is
//! trimmed by piece; names are compared without their prefix.

mod cursor;
mod scan;
#[cfg(test)]
pub(super) mod tests;
mod usual;

use super::framing::Parsed;
use super::windows::{Origin, WindowsEvent};
use crate::event::Record;
use quick_xml::XmlVersion;
use quick_xml::events::{BytesRef, BytesStart, Event};
use quick_xml::reader::Reader;

/// No event nests deeper; more is refused.
const DEEPEST: usize = 64;

/// An element that is open.
struct Element {
    name: String,
    /// Its `Name` attribute.
    label: Option<String>,
    text: String,
    leaf: bool,
}

/// The record of one element, with nothing but blanks around it.
pub fn parse(text: &str, origin: Origin) -> Result<Record, String> {
    match scan::scan(text, origin, &|_, _| true) {
        Some(Parsed::Whole(record)) => Ok(record),
        Some(Parsed::Outline(_)) | None => parse_document(text, origin),
    }
}

/// The same, but for an event that `whole` does not ask for its outline, where its shape is plain.
pub fn parse_wanted(
    text: &str,
    origin: Origin,
    whole: &dyn Fn(&str, u32) -> bool,
) -> Result<Parsed, String> {
    match scan::scan(text, origin, whole) {
        Some(parsed) => Ok(parsed),
        None => parse_document(text, origin).map(Parsed::Whole),
    }
}

/// The record of an element of any shape.
fn parse_document(text: &str, origin: Origin) -> Result<Record, String> {
    let mut reader = Reader::from_str(text);
    let config = reader.config_mut();
    config.allow_dangling_amp = true;
    config.expand_empty_elements = true;
    let mut event = WindowsEvent::new(origin);
    let mut open: Vec<Element> = Vec::new();
    let mut has_system = false;
    loop {
        let next = reader
            .read_event()
            .map_err(|error| format!("no XML at byte {}: {error}", reader.error_position()))?;
        match next {
            Event::Start(start) => {
                begin(&mut event, &mut open, &start)?;
                has_system |= open.len() == 2 && open.last().is_some_and(|e| e.name == "System");
            }
            Event::End(_) => {
                if let Some(element) = open.pop() {
                    end(&mut event, &open, &element);
                }
                if open.is_empty() {
                    break;
                }
            }
            Event::Text(piece) => append(&mut open, &piece),
            Event::CData(piece) => append(&mut open, &piece),
            Event::GeneralRef(entity) => append(&mut open, &resolve(&entity)),
            Event::Eof => return Err("cut off: an element has no end".to_owned()),
            _ => {}
        }
    }
    if has_system {
        Ok(event.finish())
    } else {
        Err("an <Event> without <System>".to_owned())
    }
}

/// The `<Event>` element in a text that may have something before and after it.
pub fn event_in(text: &str) -> Option<&str> {
    let start = text
        .match_indices('<')
        .map(|(at, _)| at)
        .find(|at| is_event_tag(text.get(at + 1..).unwrap_or_default()))?;
    let rest = text.get(start..)?;
    let end = rest
        .rmatch_indices("</")
        .find(|(at, _)| is_event_tag(rest.get(at + 2..).unwrap_or_default()))
        .and_then(|(at, _)| Some(at + rest.get(at..)?.find('>')? + 1));
    rest.get(..end.unwrap_or(rest.len()))
}

/// Whether a tag goes on with `Event`, with any prefix.
fn is_event_tag(text: &str) -> bool {
    let name = text
        .split(|c: char| c.is_ascii_whitespace() || matches!(c, '>' | '/' | '<'))
        .next()
        .unwrap_or_default();
    name.rsplit(':').next() == Some("Event")
}

fn begin(
    event: &mut WindowsEvent,
    open: &mut Vec<Element>,
    start: &BytesStart<'_>,
) -> Result<(), String> {
    if open.len() >= DEEPEST {
        return Err("elements are nested too deeply".to_owned());
    }
    let local = start.local_name();
    let mut element = Element {
        name: local.as_ref().to_owned(),
        label: None,
        text: String::new(),
        leaf: true,
    };
    if open.is_empty() && element.name != "Event" {
        return Err("no <Event> element".to_owned());
    }
    if let Some(parent) = open.last_mut() {
        parent.leaf = false;
    }
    for attribute in start.attributes().with_checks(false) {
        let attribute =
            attribute.map_err(|error| format!("an attribute of <{}>: {error}", element.name))?;
        let value = attribute
            .normalized_value(XmlVersion::Implicit1_0)
            .unwrap_or_else(|_| attribute.value.clone());
        let name = attribute.key.as_ref();
        match section(open) {
            Some("System") if open.len() == 2 => {
                if let Some(system) = system_attribute(&element.name, name) {
                    event.set(system, &value);
                }
            }
            Some("UserData") if name != "xmlns" && !name.starts_with("xmlns:") => {
                event.push(&format!("{}.{name}", element.name), value.into_owned());
            }
            Some("EventData") if name == "Name" => element.label = Some(value.into_owned()),
            _ => {}
        }
    }
    open.push(element);
    Ok(())
}

/// The element under `Event` that is open.
fn section(open: &[Element]) -> Option<&str> {
    open.get(1).map(|element| element.name.as_str())
}

/// The `System` name of an attribute. Linux Sysmon writes `UserId`.
fn system_attribute(element: &str, attribute: &str) -> Option<&'static str> {
    Some(match (element, attribute) {
        ("Provider", "Name" | "EventSourceName") => "Provider",
        ("TimeCreated", "SystemTime") => "TimeCreated",
        ("Correlation", "ActivityID") => "ActivityID",
        ("Execution", "ProcessID") => "ProcessID",
        ("Execution", "ThreadID") => "ThreadID",
        ("Security", "UserID" | "UserId") => "UserID",
        _ => return None,
    })
}

fn append(open: &mut [Element], piece: &str) {
    if let Some(element) = open.last_mut() {
        element.text.push_str(piece);
    }
}

/// What an entity stands for; one that is not known stays as it is written.
fn resolve(entity: &BytesRef<'_>) -> String {
    if let Ok(Some(c)) = entity.resolve_char_ref() {
        return c.to_string();
    }
    quick_xml::escape::resolve_predefined_entity(entity)
        .map_or_else(|| format!("&{};", &**entity), str::to_owned)
}

fn end(event: &mut WindowsEvent, open: &[Element], element: &Element) {
    match (section(open), open.len()) {
        // Of pieces around other elements no one text can be looked for.
        (Some("System"), 2) if element.leaf => event.set(&element.name, &element.text),
        (Some("EventData"), _) if element.leaf => {
            let name = element.label.as_deref().unwrap_or(&element.name);
            event.push(name, element.text.as_str());
        }
        (Some("UserData"), _) if element.leaf && open.len() > 2 => {
            event.push(&element.name, element.text.as_str());
        }
        _ => {}
    }
}
