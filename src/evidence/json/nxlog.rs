//! NXLog's flat JSON: System values and event data side by side. What NXLog adds is no data of the
//! event; a field that its own names hide (`ProcessId` behind `ProcessID`) is read from the message.

use super::{Object, Value, text_at, text_of};
use crate::event::Record;
use crate::event::time::Reading;
use crate::evidence::tables::NXLOG;
use crate::evidence::windows::{Origin, WindowsEvent};
use crate::evidence::{message, times};

/// The record of such an object.
pub fn parse(object: &Object, origin: Origin) -> Record {
    let mut event = WindowsEvent::new(origin);
    for (name, fields) in &NXLOG.system {
        for value in fields.iter().filter_map(|field| text_at(object, field)) {
            event.set(name, &value);
        }
    }
    for (name, value) in object {
        match value {
            _ if NXLOG.own.contains(name) => {}
            Value::Array(items) => items
                .iter()
                .for_each(|item| event.push(name, text_of(item))),
            value => event.push(name, text_of(value)),
        }
    }
    if let Some(text) = text_at(object, "Message")
        && message::put_back(&mut event, &text) > 0
    {
        event.remark("fields that NXLog left out were read from the message text");
    }
    let utc = event.data("UtcTime").filter(|_| event.is_sysmon());
    let time = utc.and_then(times::utc).or_else(|| event_time(object));
    event.set_time(time);
    event.finish()
}

/// NXLog's time: by default the wall clock of its host, without zone.
fn event_time(object: &Object) -> Option<Reading> {
    times::any(&text_at(object, "EventTime")?)
}
