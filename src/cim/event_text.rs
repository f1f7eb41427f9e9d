//! `_raw` of a raw event: one text of all of it, whatever carried it, so that a free term or a `rex`
//! finds the same in an EVTX log and in its exports. Of a Windows event it is the XML that Splunk's
//! forwarder sends (`renderXml = true`, sourcetype `XmlWinEventLog`): `System` in the order of the
//! event schema, each datum as `<Data Name='…'>`, quotes single, entities escaped. Of an NVM flow it
//! is the collector's `key="value"` line, of any other record a JSON object.
//!
//! Not the record's own bytes: those are shown elsewhere. What the schema has beyond
//! `Record::system` (`Provider/@Guid`, `Correlation`'s other attributes) is not in it, nor the
//! elements of `UserData`, whose leaves stand as data.

use super::rule::Ruled;
use crate::event::{Family, Record};
use std::fmt::Write as _;

/// What the text is made of, for the Fields pane.
const ALL: &str = "the whole event";

/// The whole of it.
pub fn raw(record: &Record) -> Ruled<'_> {
    let text = match record.family {
        Family::Windows => xml(record),
        Family::Nvm => line(record),
        Family::CrowdStrike | Family::Flat | Family::Other => json(record),
    };
    Ruled::new(text, ALL)
}

/// `EventData_Xml` of `Splunk_TA_windows`: what stands between the tags of `EventData`.
pub fn event_data(record: &Record) -> Option<Ruled<'_>> {
    let mut text = String::new();
    write_data(record, &mut text);
    (!text.is_empty()).then(|| Ruled::new(text, "the event's data"))
}

/// `UserData_Xml` of `Splunk_TA_windows`: what stands between the tags of `UserData`, here without
/// the element around its leaves, which no carrier but XML keeps.
pub fn user_data(record: &Record) -> Option<Ruled<'_>> {
    let mut text = String::new();
    for field in &record.data {
        if is_element_name(&field.name) {
            let _ = write!(text, "<{0}>{1}</{0}>", field.name, Escaped(&field.value));
        }
    }
    (!text.is_empty()).then(|| Ruled::new(text, "the event's data"))
}

/// What may be an element's name; another one would break the text.
fn is_element_name(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && name
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.'))
}

fn xml(record: &Record) -> String {
    let mut text = String::with_capacity(1024);
    text.push_str("<Event xmlns='http://schemas.microsoft.com/win/2004/08/events/event'><System>");
    let system = |name: &str| record.system(name).map(Escaped);
    if let Some(provider) = system("Provider") {
        let _ = write!(text, "<Provider Name='{provider}'/>");
    }
    for name in ["EventID", "Version", "Level", "Task", "Opcode", "Keywords"] {
        if let Some(value) = system(name) {
            let _ = write!(text, "<{name}>{value}</{name}>");
        }
    }
    if let Some(time) = system("TimeCreated") {
        let _ = write!(text, "<TimeCreated SystemTime='{time}'/>");
    }
    if let Some(id) = system("EventRecordID") {
        let _ = write!(text, "<EventRecordID>{id}</EventRecordID>");
    }
    if let Some(id) = system("ActivityID") {
        let _ = write!(text, "<Correlation ActivityID='{id}'/>");
    }
    if let Some((process, thread)) = system("ProcessID").zip(system("ThreadID")) {
        let _ = write!(
            text,
            "<Execution ProcessID='{process}' ThreadID='{thread}'/>"
        );
    }
    for name in ["Channel", "Computer"] {
        if let Some(value) = system(name) {
            let _ = write!(text, "<{name}>{value}</{name}>");
        }
    }
    match system("UserID") {
        Some(user) => {
            let _ = write!(text, "<Security UserID='{user}'/>");
        }
        None => text.push_str("<Security/>"),
    }
    text.push_str("</System><EventData>");
    write_data(record, &mut text);
    text.push_str("</EventData></Event>");
    text
}

fn write_data(record: &Record, text: &mut String) {
    for field in &record.data {
        let value = Escaped(&field.value);
        let _ = match &*field.name {
            // How a datum without name is called.
            "Data" => write!(text, "<Data>{value}</Data>"),
            name => write!(text, "<Data Name='{}'>{value}</Data>", Escaped(name)),
        };
    }
}

fn line(record: &Record) -> String {
    let mut text = String::with_capacity(512);
    for field in &record.data {
        let blank = if text.is_empty() { "" } else { " " };
        let value = field.value.replace('"', "\\\"");
        let _ = write!(text, "{blank}{}=\"{value}\"", field.name);
    }
    text
}

fn json(record: &Record) -> String {
    let fields = record.data.iter();
    let fields = fields.map(|field| {
        let value = serde_json::Value::from(field.value.as_str());
        (field.name.to_string(), value)
    });
    serde_json::Value::Object(fields.collect()).to_string()
}

/// A text with what XML marks escaped.
struct Escaped<'t>(&'t str);

impl std::fmt::Display for Escaped<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut rest = self.0;
        while let Some(at) = rest.find(['&', '<', '>', '\'']) {
            let (plain, marked) = rest.split_at(at);
            f.write_str(plain)?;
            let mut letters = marked.chars();
            f.write_str(match letters.next() {
                Some('&') => "&amp;",
                Some('<') => "&lt;",
                Some('>') => "&gt;",
                _ => "&apos;",
            })?;
            rest = letters.as_str();
        }
        f.write_str(rest)
    }
}
