//! Splunk exports: the raw event as text in `_raw`, which may be any format, and the time that
//! Splunk gave it in `_time`. `host`, `source` and `sourcetype` are Splunk's and no data of the
//! event; they are left to the raw view.

use super::format::ParseContext;
use super::windows::Origin;
use super::{json, nvm, text, times, xml};
use crate::event::time::Reading;
use crate::event::{Family, Record};

/// What a raw event is.
enum Inner<'t> {
    Xml(&'t str),
    Json(&'t str),
    Nvm,
    Classic,
    Unknown,
}

fn inner(raw: &str) -> Inner<'_> {
    let trimmed = raw.trim();
    if trimmed.starts_with('{') {
        return Inner::Json(trimmed);
    }
    if text::begins_event(trimmed) {
        return Inner::Classic;
    }
    if nvm::is_flow(trimmed) && !trimmed.starts_with('<') {
        return Inner::Nvm;
    }
    // A syslog header may stand before either.
    if let Some(event) = xml::event_in(trimmed) {
        return Inner::Xml(event);
    }
    match trimmed.find("{\"").and_then(|at| trimmed.get(at..)) {
        Some(object) => Inner::Json(object),
        None => Inner::Unknown,
    }
}

/// The record of a raw event; of no family when its format is not known.
pub fn parse(raw: &str, origin: Origin, depth: u32) -> Result<Record, String> {
    match inner(raw) {
        Inner::Xml(event) => xml::parse(event, origin),
        Inner::Json(object) => json::parse_inner(object, origin, depth),
        Inner::Nvm => nvm::parse(raw, origin),
        Inner::Classic => text::parse(raw, origin),
        Inner::Unknown => {
            let mut record = Record::new(Family::Other, origin.locator);
            record.push_data("_raw", raw);
            Ok(record)
        }
    }
}

/// Gives the record the time that Splunk gave it. A time without zone is Splunk's guess at best, so
/// the raw event's own comes before that.
pub fn set_time(record: &mut Record, time: Option<&str>, context: ParseContext) {
    let reading = time.and_then(times::any);
    if matches!(reading, Some(Reading::WallClock(_))) && record.time.is_some() {
        return;
    }
    if let Some(time) = times::event_time(reading, context) {
        record.time = Some(time);
    }
}

/// What a raw event is, for a person.
pub fn inner_name(raw: &str) -> String {
    match inner(raw) {
        Inner::Xml(_) => "Windows event XML".to_owned(),
        Inner::Json(object) => match json::detect(object) {
            Some((detected, shape)) if shape != json::shape::Shape::Raw => detected.shape,
            _ => "JSON of no known source".to_owned(),
        },
        Inner::Nvm => "Cisco NVM v1 text".to_owned(),
        Inner::Classic => "classic Windows event text".to_owned(),
        Inner::Unknown => "events of no known format".to_owned(),
    }
}

/// Whether a raw event is of a format that is known.
pub fn is_known(raw: &str) -> bool {
    match inner(raw) {
        Inner::Json(object) => {
            json::detect(object).is_some_and(|(_, shape)| shape != json::shape::Shape::Raw)
        }
        Inner::Unknown => false,
        _ => true,
    }
}
