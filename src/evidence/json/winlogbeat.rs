//! Winlogbeat, both generations. From 7 on its sysmon and security modules take fields out of the
//! event data: they are put back, so that the event reads as Windows wrote it, and that is said.
//!
//! Times are those of Winlogbeat, in milliseconds, so such an event is not known as the same as its
//! EVTX record, which has the time to 100 ns.

use super::{Object, Value, at, text_at, text_of};
use crate::event::Record;
use crate::evidence::tables::{Carrier, Moved, WINLOGBEAT, WINLOGBEAT_6};
use crate::evidence::windows::{Origin, WindowsEvent};
use crate::evidence::{message, times};

/// Winlogbeat 7 and later.
pub fn parse(object: &Object, origin: Origin) -> Record {
    let mut event = WindowsEvent::new(origin);
    read_system(&mut event, object, &WINLOGBEAT);
    data(&mut event, at(object, "winlog.event_data"));
    if let Some(Value::Object(user_data)) = at(object, "winlog.user_data") {
        for (name, value) in user_data {
            if name != "xml_name" {
                event.push(name, text_of(value));
            }
        }
    }
    put_back(&mut event, object);
    event.finish()
}

/// Winlogbeat 6 and before.
pub fn parse_6(object: &Object, origin: Origin) -> Record {
    let mut event = WindowsEvent::new(origin);
    read_system(&mut event, object, &WINLOGBEAT_6);
    data(&mut event, object.get("event_data"));
    data(&mut event, object.get("user_data"));
    event.finish()
}

fn read_system(event: &mut WindowsEvent, object: &Object, carrier: &Carrier) {
    for (name, paths) in &carrier.system {
        for value in paths.iter().filter_map(|path| text_at(object, path)) {
            event.set(name, &value);
        }
    }
    if let Some(time) = event.get("TimeCreated").map(times::any) {
        event.set_time(time);
    }
}

fn data(event: &mut WindowsEvent, data: Option<&Value>) {
    let Some(Value::Object(data)) = data else {
        return;
    };
    for (name, value) in data {
        match value {
            Value::Array(items) => items
                .iter()
                .for_each(|item| event.push(name, text_of(item))),
            value => event.push(name, text_of(value)),
        }
    }
}

/// Puts back what the modules moved: first what ECS keeps unchanged, then the lines of the rendered
/// message, then what can be made again from ECS.
fn put_back(event: &mut WindowsEvent, object: &Object) {
    let (provider, id) = (event.get("Provider").map(str::to_owned), event.event_id());
    let meant = |moved: &&Moved| {
        provider
            .as_ref()
            .is_some_and(|p| moved.providers.contains(p))
            && (moved.events.is_empty() || id.is_some_and(|id| moved.events.contains(&id)))
    };
    let mut from_ecs = 0;
    for (name, path) in WINLOGBEAT.moved.iter().filter(meant).flat_map(|m| &m.exact) {
        if let Some(value) = text_at(object, path) {
            from_ecs += u32::from(event.push_missing(name, &value));
        }
    }
    let from_message = text_at(object, "message").map_or(0, |text| message::put_back(event, &text));
    for (name, how) in WINLOGBEAT.moved.iter().filter(meant).flat_map(|m| &m.made) {
        if event.data(name).is_none()
            && let Some(value) = make(object, how)
        {
            event.push(name, value);
            from_ecs += 1;
        }
    }
    if from_ecs + from_message > 0 {
        event.remark(format!(
            "Winlogbeat had moved fields out of the event data: {from_ecs} put back from ECS \
             fields, {from_message} from the message text"
        ));
    }
}

/// A value made again from ECS fields, see `tables::Moved::made`.
fn make(object: &Object, how: &str) -> Option<String> {
    let (kind, path) = how.split_once(':')?;
    match kind {
        "path" => text_at(object, path),
        "hex" => Some(format!(
            "{:#x}",
            text_at(object, path)?.parse::<u64>().ok()?
        )),
        "user" => {
            let name = text_at(object, &format!("{path}.name"))?;
            Some(match text_at(object, &format!("{path}.domain")) {
                Some(domain) => format!("{domain}\\{name}"),
                None => name,
            })
        }
        "hashes" => hashes(object, path),
        "utc" => match times::any(&text_at(object, path)?)? {
            crate::event::time::Reading::Instant(at)
            | crate::event::time::Reading::WallClock(at) => {
                Some(at.format("%Y-%m-%d %H:%M:%S.%3N", crate::event::Zone::UTC))
            }
        },
        _ => None,
    }
}

/// `SHA1=…,MD5=…` as Sysmon writes it, in capitals.
fn hashes(object: &Object, path: &str) -> Option<String> {
    let mut parts = Vec::new();
    for (label, name) in [
        ("SHA1", "hash.sha1"),
        ("MD5", "hash.md5"),
        ("SHA256", "hash.sha256"),
        ("IMPHASH", "pe.imphash"),
    ] {
        let value = text_at(object, &format!("{path}.{name}")).or_else(|| text_at(object, name));
        if let Some(value) = value {
            parts.push(format!("{label}={}", value.to_uppercase()));
        }
    }
    (!parts.is_empty()).then(|| parts.join(","))
}
