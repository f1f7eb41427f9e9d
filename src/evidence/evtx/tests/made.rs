//! Chunks for tests, of any shape that binary XML can have, in order or not.

use super::super::{CHUNK, CHUNK_HEADER, CHUNK_MAGIC};

/// What stands in an element or an attribute.
#[derive(Debug, Clone)]
pub(super) enum Part {
    Text(String),
    Value(u16),
    Entity(String),
    Letter(u16),
    Cdata(String),
    Instruction(String, String),
    Element(Element),
}

#[derive(Debug, Clone)]
pub(super) struct Element {
    pub(super) name: String,
    pub(super) attributes: Vec<(String, Vec<Part>)>,
    pub(super) parts: Vec<Part>,
}

/// What a value is made of.
#[derive(Debug, Clone)]
pub(super) enum Value {
    /// Of a kind.
    Bytes(u8, Vec<u8>),
    /// A fragment that is an instance of a template.
    Instance(Box<Event>),
    /// A fragment of elements.
    Elements(Vec<Element>),
}

/// A template and the values for it.
#[derive(Debug, Clone)]
pub(super) struct Event {
    pub(super) template: Element,
    pub(super) values: Vec<Value>,
}

pub(super) fn utf16(text: &str) -> Vec<u8> {
    text.encode_utf16().flat_map(u16::to_le_bytes).collect()
}

/// An event with these elements in its `EventData`.
pub(super) fn event(data: Vec<Element>, values: Vec<Value>) -> Event {
    let text = |name: &str, text: &str| element(name, vec![Part::Text(text.to_owned())]);
    let mut provider = element("Provider", Vec::new());
    provider.attributes = vec![("Name".to_owned(), vec![Part::Text("Maker".to_owned())])];
    let system = vec![provider, text("EventID", "1"), text("Computer", "WS1")];
    let elements = |all: Vec<Element>| all.into_iter().map(Part::Element).collect();
    Event {
        template: element(
            "Event",
            vec![
                Part::Element(element("System", elements(system))),
                Part::Element(element("EventData", elements(data))),
            ],
        ),
        values,
    }
}

pub(super) fn element(name: &str, parts: Vec<Part>) -> Element {
    Element {
        name: name.to_owned(),
        attributes: Vec::new(),
        parts,
    }
}

/// `<Data Name="name">…</Data>`
pub(super) fn data(name: &str, parts: Vec<Part>) -> Element {
    let mut data = element("Data", parts);
    data.attributes = vec![("Name".to_owned(), vec![Part::Text(name.to_owned())])];
    data
}

/// A chunk with these records, numbered from 1; those behind `counted` are not counted by its
/// header.
pub(super) fn chunk(events: &[Event], counted: usize) -> Vec<u8> {
    let mut out = vec![0; CHUNK_HEADER];
    let (mut free, mut last) = (out.len(), 0);
    for (event, id) in events.iter().zip(1_u64..) {
        let start = out.len();
        out.extend([0x2a, 0x2a, 0, 0]);
        out.extend([0; 4]);
        out.extend(id.to_le_bytes());
        out.extend(133_000_000_000_000_000_u64.to_le_bytes());
        fragment(&mut out, event);
        let size = u32::try_from(out.len() - start + 4).unwrap().to_le_bytes();
        out.extend(size);
        out[start + 4..start + 8].copy_from_slice(&size);
        if id <= counted as u64 {
            (free, last) = (out.len(), id);
        }
    }
    assert!(out.len() < CHUNK, "{} bytes", out.len());
    out.resize(CHUNK, 0);
    out[..8].copy_from_slice(CHUNK_MAGIC);
    for (place, number) in [(8, 1), (16, last), (24, 1), (32, last)] {
        out[place..place + 8].copy_from_slice(&number.to_le_bytes());
    }
    out[40..44].copy_from_slice(&128_u32.to_le_bytes());
    out[48..52].copy_from_slice(&u32::try_from(free).unwrap().to_le_bytes());
    out
}

fn place(out: &[u8]) -> u32 {
    u32::try_from(out.len()).unwrap()
}

fn fragment(out: &mut Vec<u8>, event: &Event) {
    out.extend([0x0f, 1, 1, 0, 0x0c, 1, 7, 0, 0, 0]);
    let here = place(out) + 4;
    out.extend(here.to_le_bytes());
    // Nothing follows; a GUID; the size.
    out.extend([0; 24]);
    let start = out.len();
    out.extend([0x0f, 1, 1, 0]);
    tokens(out, &event.template, true);
    out.push(0);
    let size = place(out) - u32::try_from(start).unwrap();
    out[start - 4..start].copy_from_slice(&size.to_le_bytes());
    out.extend(u32::try_from(event.values.len()).unwrap().to_le_bytes());
    let sizes = out.len();
    for value in &event.values {
        let kind = match value {
            Value::Bytes(kind, _) => *kind,
            _ => 0x21,
        };
        out.extend([0, 0, kind, 0]);
    }
    for (value, number) in event.values.iter().zip(0..) {
        let start = out.len();
        match value {
            Value::Bytes(_, bytes) => out.extend(bytes),
            Value::Instance(event) => fragment(out, event),
            Value::Elements(elements) => {
                out.extend([0x0f, 1, 1, 0]);
                for element in elements {
                    tokens(out, element, false);
                }
                out.push(0);
            }
        }
        let size = u16::try_from(out.len() - start).unwrap().to_le_bytes();
        let at: usize = sizes + 4 * number;
        out[at..at + 2].copy_from_slice(&size);
    }
    out.push(0);
}

fn tokens(out: &mut Vec<u8>, element: &Element, in_template: bool) {
    let with_attributes = !element.attributes.is_empty();
    out.push(if with_attributes { 0x41 } else { 0x01 });
    if in_template {
        out.extend([0xff, 0xff]);
    }
    out.extend([0; 4]);
    name(out, &element.name);
    if with_attributes {
        out.extend([0; 4]);
    }
    for (key, parts) in &element.attributes {
        out.push(0x06);
        name(out, key);
        for piece in parts {
            part(out, piece, in_template);
        }
    }
    if element.parts.is_empty() {
        out.push(0x03);
        return;
    }
    out.push(0x02);
    for piece in &element.parts {
        part(out, piece, in_template);
    }
    out.push(0x04);
}

fn part(out: &mut Vec<u8>, part: &Part, in_template: bool) {
    match part {
        Part::Text(text) => {
            out.extend([0x05, 0x01]);
            long(out, text);
        }
        Part::Value(number) => {
            out.push(0x0d);
            out.extend(number.to_le_bytes());
            out.push(0x01);
        }
        Part::Entity(text) => {
            out.push(0x09);
            name(out, text);
        }
        Part::Letter(letter) => {
            out.push(0x08);
            out.extend(letter.to_le_bytes());
        }
        Part::Cdata(text) => {
            out.push(0x07);
            long(out, text);
        }
        Part::Instruction(target, text) => {
            out.push(0x0a);
            name(out, target);
            out.push(0x0b);
            long(out, text);
        }
        Part::Element(element) => tokens(out, element, in_template),
    }
}

/// A text with its length.
fn long(out: &mut Vec<u8>, text: &str) {
    let text = utf16(text);
    out.extend(u16::try_from(text.len() / 2).unwrap().to_le_bytes());
    out.extend(text);
}

/// A name, here.
fn name(out: &mut Vec<u8>, text: &str) {
    let here = place(out) + 4;
    out.extend(here.to_le_bytes());
    out.extend([0; 6]);
    long(out, text);
    out.extend([0, 0]);
}
