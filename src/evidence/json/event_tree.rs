//! The `<Event>` element as JSON: `evtx_dump` (attributes in `#attributes` or in `…_attributes`),
//! XML turned into JSON by common tools (`@Name`, `#text`), and Velociraptor (no root, the event id
//! in `EventID.Value`, numbers where XML has hex).

use super::{Object, Value, text_of};
use crate::event::Record;
use crate::event::Zone;
use crate::evidence::times;
use crate::evidence::windows::{Origin, SECURITY, WindowsEvent};

/// `UserData` is not followed deeper.
const DEEPEST: u32 = 32;

/// The record of such an object.
pub fn parse(object: &Object, origin: Origin) -> Record {
    let root = object
        .get("Event")
        .and_then(Value::as_object)
        .unwrap_or(object);
    let mut event = WindowsEvent::new(origin);
    if let Some(system) = root.get("System").and_then(Value::as_object) {
        read_system(&mut event, system);
    }
    read_data(&mut event, root);
    event.finish()
}

/// The data of an event out of an object that has `EventData` or `UserData`.
pub fn read_data(event: &mut WindowsEvent, root: &Object) {
    if let Some(data) = root.get("EventData") {
        event_data(event, data);
    }
    if let Some(data) = root.get("UserData").and_then(Value::as_object) {
        user_data(event, data, DEEPEST);
    }
}

fn read_system(event: &mut WindowsEvent, system: &Object) {
    for (name, element, attribute) in [
        ("Provider", "Provider", "Name"),
        ("Provider", "Provider", "EventSourceName"),
        ("TimeCreated", "TimeCreated", "SystemTime"),
        ("ActivityID", "Correlation", "ActivityID"),
        ("ProcessID", "Execution", "ProcessID"),
        ("ThreadID", "Execution", "ThreadID"),
        ("UserID", "Security", "UserID"),
        ("UserID", "Security", "UserId"),
    ] {
        if let Some(value) = attribute_of(system, element, attribute) {
            let text = match value {
                // Velociraptor has seconds since the epoch as a number.
                Value::Number(number) if name == "TimeCreated" => times::epoch(&number.to_string())
                    .map_or_else(|| number.to_string(), |at| at.rfc3339(Zone::UTC)),
                value => text_of(value),
            };
            event.set(name, &text);
        }
    }
    for name in [
        "EventID",
        "Version",
        "Level",
        "Task",
        "Opcode",
        "Keywords",
        "EventRecordID",
        "Channel",
        "Computer",
    ] {
        if let Some(value) = system.get(name).and_then(content) {
            event.set(name, &text_of(value));
        }
    }
}

/// An attribute of an element, however the carrier keeps attributes.
fn attribute_of<'v>(parent: &'v Object, element: &str, attribute: &str) -> Option<&'v Value> {
    let beside = parent.get(format!("{element}_attributes").as_str());
    let inside = parent.get(element).and_then(Value::as_object);
    beside
        .and_then(|attributes| attributes.get(attribute))
        .or_else(|| inside.and_then(|element| own_attribute(element, attribute)))
        .filter(|value| !value.is_null())
}

fn own_attribute<'v>(element: &'v Object, attribute: &str) -> Option<&'v Value> {
    element
        .get("#attributes")
        .and_then(|attributes| attributes.get(attribute))
        .or_else(|| element.get(format!("@{attribute}").as_str()))
        .or_else(|| element.get(attribute))
}

/// An element's text; `None` when it has none.
fn content(value: &Value) -> Option<&Value> {
    match value {
        Value::Object(object) => ["#text", "Value", "text", "$"]
            .iter()
            .find_map(|name| object.get(*name)),
        Value::Array(_) => None,
        value => Some(value),
    }
}

fn event_data(event: &mut WindowsEvent, data: &Value) {
    match data {
        Value::Object(object) => {
            for (name, value) in object {
                match name.as_str() {
                    "#attributes" | "@Name" | "Name_attributes" | "Data_attributes" => {}
                    "Data" => unnamed(event, value),
                    name => named(event, name, value),
                }
            }
        }
        Value::Array(items) => items.iter().for_each(|item| unnamed(event, item)),
        Value::Null => {}
        value => unnamed(event, value),
    }
}

/// `Data` elements as such: with a name among their attributes, or without.
fn unnamed(event: &mut WindowsEvent, value: &Value) {
    let items = match value {
        Value::Array(items) => items.as_slice(),
        value => std::slice::from_ref(value),
    };
    for item in items {
        let name = item
            .as_object()
            .and_then(|element| own_attribute(element, "Name"))
            .and_then(Value::as_str);
        match (name, item) {
            (Some(name), item) => {
                let value = content(item).cloned().unwrap_or(Value::Null);
                named(event, name, &value);
            }
            (None, Value::Object(element)) => match element.get("#text") {
                Some(Value::Array(texts)) => {
                    for text in texts {
                        event.push("Data", text_of(text));
                    }
                }
                Some(text) => event.push("Data", text_of(text)),
                None => event.push("Data", text_of(item)),
            },
            (None, item) => event.push("Data", text_of(item)),
        }
    }
}

fn named(event: &mut WindowsEvent, name: &str, value: &Value) {
    match value {
        Value::Array(items) => {
            for item in items {
                event.push(name, text_of(item));
            }
        }
        Value::Object(element) => {
            let text = element.get("#text").or_else(|| element.get("Value"));
            event.push(name, text_of(text.unwrap_or(value)));
        }
        Value::Number(number) => match number.as_u64().filter(|_| is_hex(event, name)) {
            Some(number) => event.push(name, format!("{number:#x}")),
            None => event.push(name, number.to_string()),
        },
        value => event.push(name, text_of(value)),
    }
}

/// Whether the audit events of Windows have that field in hex, where Velociraptor has a number.
/// Source: the event manifest of Microsoft-Windows-Security-Auditing (`win:Pointer`,
/// `win:HexInt64`).
fn is_hex(event: &WindowsEvent, name: &str) -> bool {
    event.get("Provider") == Some(SECURITY)
        && (name.ends_with("LogonId") || matches!(name, "ProcessId" | "NewProcessId"))
}

/// The leaves of `UserData` by their names, and attributes as `Element.attribute`.
fn user_data(event: &mut WindowsEvent, object: &Object, depth: u32) {
    if depth == 0 {
        return;
    }
    for (name, value) in object {
        let items = match value {
            Value::Array(items) => items.as_slice(),
            value => std::slice::from_ref(value),
        };
        for item in items {
            user_item(event, name, item, depth);
        }
    }
}

fn user_item(event: &mut WindowsEvent, name: &str, item: &Value, depth: u32) {
    let Value::Object(element) = item else {
        if name != "#text" && !name.starts_with(['#', '@']) && !name.ends_with("_attributes") {
            event.push(name, text_of(item));
        }
        return;
    };
    if name.starts_with('#') || name.ends_with("_attributes") {
        return;
    }
    if let Some(Value::Object(attributes)) = element.get("#attributes") {
        for (attribute, value) in attributes {
            if attribute != "xmlns" && !attribute.starts_with("xmlns:") {
                event.push(&format!("{name}.{attribute}"), text_of(value));
            }
        }
    }
    if let Some(text) = element.get("#text") {
        event.push(name, text_of(text));
    }
    user_data(event, element, depth - 1);
}
