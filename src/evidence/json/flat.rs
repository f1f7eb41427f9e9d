//! Flat records: Sysmon without its `System` element, CrowdStrike FDR, Cisco NVM v2, the sources that
//! are known by their fields, and any other object, whose leaves are kept so that a person can see them.

use super::{Object, Value, text_at, text_of};
use crate::event::time::Reading;
use crate::event::{Family, Record};
use crate::evidence::nvm as nvm_fields;
use crate::evidence::sources::FlatSource;
use crate::evidence::tables::SYSMON_FLAT;
use crate::evidence::times;
use crate::evidence::windows::{Origin, SYSMON, WindowsEvent};

/// A Sysmon event without provider. Its time is `UtcTime`, which is UTC by definition.
pub fn sysmon(object: &Object, origin: Origin) -> Record {
    let mut event = WindowsEvent::new(origin);
    event.set("Provider", SYSMON);
    for (name, fields) in &SYSMON_FLAT.system {
        for value in fields.iter().filter_map(|field| text_at(object, field)) {
            event.set(name, &value);
        }
    }
    for (name, value) in object {
        if !SYSMON_FLAT.own.contains(name) {
            event.push(name, text_of(value));
        }
    }
    let time = event.data("UtcTime").and_then(times::utc);
    event.set_time(time);
    let shape = if object.contains_key("ProcessGuid") {
        "ProcessGuid, Image, UtcTime, EventId"
    } else {
        "SourceProcessGUID, SourceImage, UtcTime, EventId"
    };
    event.remark(format!("no provider: known by its shape ({shape})"));
    event.finish()
}

/// A CrowdStrike FDR record; an aidmaster record has its time in seconds.
pub fn crowdstrike(object: &Object, origin: Origin) -> Record {
    let mut record = flatten(Family::CrowdStrike, object, origin);
    let time = text_at(object, "timestamp").or_else(|| text_at(object, "Time"));
    record.time = times::event_time(time.as_deref().and_then(times::any), origin.context);
    record
}

/// A Cisco NVM record.
pub fn nvm(object: &Object, origin: Origin) -> Record {
    let mut record = flatten(Family::Nvm, object, origin);
    for field in &mut record.data {
        if nvm_fields::is_empty(&field.value) {
            field.value.clear();
        }
    }
    nvm_fields::set_time(&mut record, origin.context);
    record
}

/// A record of a flat source.
pub fn of_source(object: &Object, source: &FlatSource, origin: Origin) -> Record {
    let mut record = flatten(Family::Flat, object, origin);
    let mut times = source.time.iter().filter_map(|name| {
        let text = text_at(object, name)?;
        let time = times::shown(&text)?;
        Some(match time {
            Reading::WallClock(at) if name.ends_with("[UTC]") => Reading::Instant(at),
            time => time,
        })
    });
    record.time = times::event_time(times.next(), origin.context);
    record
}

/// A record of no source that is known; no time is taken from it.
pub fn other(object: &Object, origin: Origin) -> Record {
    flatten(Family::Other, object, origin)
}

/// All leaves as text; the names of a leaf below the top have points between.
fn flatten(family: Family, object: &Object, origin: Origin) -> Record {
    let mut record = Record::new(family, origin.locator);
    for (name, value) in object {
        leaves(&mut record, name, value);
    }
    record
}

/// The parser reads no more than 128 levels, so this ends.
fn leaves(record: &mut Record, name: &str, value: &Value) {
    match value {
        Value::Object(inner) if !inner.is_empty() => {
            for (part, value) in inner {
                leaves(record, &format!("{name}.{part}"), value);
            }
        }
        Value::Array(items) if !items.is_empty() => {
            for value in items {
                leaves(record, name, value);
            }
        }
        value => record.push_data(name, text_of(value)),
    }
}
