//! Reads JSON records of every shape. The only file that names `serde_json`; the shapes are told
//! apart in `shape`, and each is turned into a record in its own file.

mod cells;
mod event_tree;
mod evtxecmd;
mod flat;
mod nxlog;
mod repair;
pub mod shape;
mod wazuh;
mod winlogbeat;

use super::format::Detected;
use super::windows::Origin;
use super::{splunk, xml};
use crate::event::Record;
use serde::Serialize;
use serde_json::ser::{CharEscape, Formatter, Serializer};
use serde_json::{Map, Value};
use shape::Shape;
use std::io::{self, Write};
use std::sync::Arc;

pub use cells::{detect_columns, parse_cells};

/// A JSON object, in the order of its text.
pub type Object = Map<String, Value>;

/// How many wrappers (`_source`, `result`, a JSON text in `_raw`) may lie around a record.
const DEEPEST_WRAPPER: u32 = 4;

/// The record of one JSON object.
pub fn parse(text: &str, origin: Origin) -> Result<Record, String> {
    let (object, repaired) = read(text)?;
    let mut record = from_object(object, origin, 0)?;
    record.repaired |= repaired;
    Ok(record)
}

/// The record of a JSON text that stands inside of another record.
pub fn parse_inner(text: &str, origin: Origin, depth: u32) -> Result<Record, String> {
    let (object, repaired) = read(text)?;
    let mut record = from_object(object, origin, depth + 1)?;
    record.repaired |= repaired;
    Ok(record)
}

/// The record of a JSON object under `depth` wrappers.
fn from_object(object: Object, origin: Origin, depth: u32) -> Result<Record, String> {
    if depth > DEEPEST_WRAPPER {
        return Err("a record inside of too many wrappers".to_owned());
    }
    let found = shape::find(object);
    let object = &found.object;
    let mut record = match found.shape {
        Some(Shape::EventTree | Shape::Velociraptor) => event_tree::parse(object, origin),
        Some(Shape::Winlogbeat7) => winlogbeat::parse(object, origin),
        Some(Shape::Winlogbeat6) => winlogbeat::parse_6(object, origin),
        Some(Shape::NxLog) => nxlog::parse(object, origin),
        Some(Shape::SysmonFlat) => flat::sysmon(object, origin),
        Some(Shape::CrowdStrike | Shape::HostTable) => flat::crowdstrike(object, origin),
        Some(Shape::Nvm) => flat::nvm(object, origin),
        Some(Shape::EvtxECmd) => evtxecmd::parse(object, origin)?,
        Some(Shape::Wazuh) => wazuh::parse(object, origin),
        Some(Shape::Flat(source)) => flat::of_source(object, source, origin),
        Some(Shape::Raw) => {
            let raw = at(object, "_raw").map(text_of).unwrap_or_default();
            splunk::parse(&raw, origin, depth)?
        }
        Some(Shape::Carrier) => match shape::carried(object) {
            Some((name, event)) => {
                let mut record = xml::parse(event, origin)?;
                record
                    .remark
                    .get_or_insert_with(|| Arc::from(format!("XML in the field '{name}'")));
                record
            }
            None => flat::other(object, origin),
        },
        None => flat::other(object, origin),
    };
    if found.export {
        splunk::set_time(
            &mut record,
            text_at(object, "_time").as_deref(),
            origin.context,
        );
    }
    Ok(record)
}

/// What a JSON text is, for the detection: `None` when no object can be read.
pub fn detect(text: &str) -> Option<(Detected, Shape)> {
    let (object, _) = read(text).ok()?;
    shape::describe(object)
}

/// Reads an object; a text that only breaks a rule which carries no meaning (a lone surrogate, a
/// bare control character in a string) is repaired, which is said.
fn read(text: &str) -> Result<(Object, bool), String> {
    let (value, repaired) = match serde_json::from_str::<Value>(text) {
        Ok(value) => (value, false),
        Err(error) => match repair::strings(text) {
            Some(text) => (
                serde_json::from_str(&text).map_err(|e| format!("no JSON: {e}"))?,
                true,
            ),
            None => return Err(format!("no JSON: {error}")),
        },
    };
    match value {
        Value::Object(object) => Ok((object, repaired)),
        _ => Err("a JSON value that is no object".to_owned()),
    }
}

/// The value at a path of names with points between; arrays are not entered.
fn at<'v>(object: &'v Object, path: &str) -> Option<&'v Value> {
    let mut names = path.split('.');
    let mut value = object.get(names.next()?)?;
    for name in names {
        value = value.as_object()?.get(name)?;
    }
    Some(value)
}

/// The value at a path as text; `None` for null, an object or nothing. Of an array the first.
fn text_at(object: &Object, path: &str) -> Option<String> {
    match at(object, path)? {
        Value::Null | Value::Object(_) => None,
        Value::Array(items) => items.first().filter(|item| !item.is_object()).map(text_of),
        value => Some(text_of(value)),
    }
}

/// A value as text: a string itself, a number in decimal, null as nothing, anything else as JSON.
fn text_of(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Array(_) | Value::Object(_) => written(value),
        Value::Bool(_) | Value::Number(_) => value.to_string(),
    }
}

/// A list or an object as JSON.
fn written(value: &Value) -> String {
    let mut out = Vec::new();
    // Writing to memory does not fail, and what is written is UTF-8.
    let _ = value.serialize(&mut Serializer::with_formatter(&mut out, Bare));
    String::from_utf8(out).unwrap_or_default()
}

/// As short as JSON can be, but control characters stay as they are: written as `\n` or `\u0001` a
/// carrier's bare one would put letters before the text behind it that stand nowhere in the bytes.
struct Bare;

impl Formatter for Bare {
    fn write_char_escape<W: ?Sized + Write>(
        &mut self,
        writer: &mut W,
        escape: CharEscape,
    ) -> io::Result<()> {
        match escape {
            CharEscape::Quote => writer.write_all(b"\\\""),
            CharEscape::ReverseSolidus => writer.write_all(b"\\\\"),
            CharEscape::Solidus => writer.write_all(b"/"),
            CharEscape::Backspace => writer.write_all(b"\x08"),
            CharEscape::FormFeed => writer.write_all(b"\x0c"),
            CharEscape::LineFeed => writer.write_all(b"\n"),
            CharEscape::CarriageReturn => writer.write_all(b"\r"),
            CharEscape::Tab => writer.write_all(b"\t"),
            CharEscape::AsciiControl(byte) => writer.write_all(&[byte]),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_and_objects_are_written_as_json_but_for_control_characters() {
        let text = r#"{"a":["x\n\u0001y","\"\\/ü"],"b":{"c":1.0,"d":null,"e":true}}"#;
        let value: Value = serde_json::from_str(text).unwrap();
        let bare = text.replace(r"\n", "\n").replace(r"\u0001", "\u{1}");
        assert_eq!(text_of(&value), bare);
    }
}
