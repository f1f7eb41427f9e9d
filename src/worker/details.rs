//! Looks up one event again: the record's whole text, and its fields with where each value of the
//! data model came from. Reads the evidence through the event's place; keeps nothing.

use super::hunt::Hunted;
use super::report::{EventFields, FieldOrigin};
use super::rule::Rule;
use crate::cim::{ANY_SPELLING, Scope, Sources};
use crate::event::{Record, Zone};
use crate::evidence::format::{Detected, Format, ParseContext};
use crate::evidence::framing;
use crate::evidence::member::Member;
use crate::evidence::reread::{Reread, Wanted};
use crate::store::StoredEvent;
use std::sync::Arc;

/// The text of the record behind an event, as it stands in the evidence; an EVTX record as XML.
/// Hostile. An error says why it can't be shown.
pub fn raw_text(hunted: &Hunted, event: &StoredEvent, zone: Zone) -> Result<Arc<str>, String> {
    if let Some(raw) = &event.raw {
        return Ok(raw.clone());
    }
    let (member, detected) = member_of(hunted, event)?;
    let context = ParseContext { assume_tz: zone };
    let reread = Reread {
        member,
        detected,
        context: &context,
    };
    let wanted = Wanted {
        position: event.locator.position,
        identity: Some(event.identity),
    };
    reread
        .one(wanted)
        .map(Arc::from)
        .map_err(|error| error.to_string())
}

/// The fields of an event: those that the search groups by, in its order, then what else the data
/// model has of it, then the record's own.
pub fn fields(
    hunted: &Hunted,
    rule: &Rule,
    sources: &Sources,
    event: &StoredEvent,
    zone: Zone,
) -> Result<EventFields, String> {
    let text = raw_text(hunted, event, zone)?;
    let (_, detected) = member_of(hunted, event)?;
    let record = parse(detected, &text, event, zone)?;
    let sources = rule.sources(sources);
    let Scope::Creation(source) = sources.scope(&record) else {
        let event = sources.event();
        return Err(format!("the record no longer reads as a {event}"));
    };
    let origin = |origin: crate::cim::FieldOrigin| FieldOrigin {
        field: origin.field.to_string(),
        value: origin.value,
        from: origin.from,
        how: match origin.note {
            Some(note) => format!("{}: {note}", origin.how),
            None => origin.how,
        },
        ours: origin.ours,
    };
    let raw = record
        .system
        .iter()
        .map(|field| (format!("System/{}", field.name), field));
    let raw = raw.chain(
        record
            .data
            .iter()
            .map(|field| (field.name.to_string(), field)),
    );
    let by = rule.by_fields();
    let place = |field: &str| {
        by.iter()
            .position(|name| *name == field)
            .unwrap_or(by.len())
    };
    let mut model: Vec<FieldOrigin> = sources
        .explain(source, &record, &hunted.hosts)
        .into_iter()
        .filter(|origin| !origin.field.ends_with(ANY_SPELLING))
        .map(origin)
        .filter(|origin| place(&origin.field) < by.len() || origin.value.is_some())
        .collect();
    model.sort_by_key(|origin| place(&origin.field));
    Ok(EventFields {
        model,
        raw: raw
            .map(|(name, field)| (name, field.value.clone()))
            .collect(),
    })
}

fn parse(
    detected: &Detected,
    text: &str,
    event: &StoredEvent,
    zone: Zone,
) -> Result<Record, String> {
    let mut detected = detected.clone();
    if detected.format == Format::Evtx {
        detected.format = Format::WindowsXml;
    }
    let context = ParseContext { assume_tz: zone };
    framing::parse(&detected, text.as_bytes(), event.locator, &context)
}

fn member_of<'a>(
    hunted: &'a Hunted,
    event: &StoredEvent,
) -> Result<(&'a Member, &'a Detected), String> {
    let place = event.locator.source.0 as usize;
    let member = hunted.members.get(place);
    let detected = hunted.detected.get(place).and_then(Option::as_ref);
    member
        .zip(detected)
        .ok_or_else(|| "the record's file is not known yet".to_owned())
}
