//! `EvtxECmd`'s rows, as JSON or as CSV: the System values in columns, the event's data as JSON in
//! `Payload`. It becomes the event that it was; the columns that its maps made are left out.
//!
//! Its time has seven decimals, so such an event is known as the same as its EVTX record.

use super::{Object, event_tree, read, text_at};
use crate::event::Record;
use crate::evidence::tables::EVTXECMD;
use crate::evidence::windows::{Origin, WindowsEvent};

/// The record of such an object.
pub fn parse(object: &Object, origin: Origin) -> Result<Record, String> {
    let mut event = WindowsEvent::new(origin);
    for (name, columns) in &EVTXECMD.system {
        for value in columns.iter().filter_map(|column| text_at(object, column)) {
            event.set(name, &value);
        }
    }
    let payload = text_at(object, "Payload").unwrap_or_default();
    if !payload.trim().is_empty() {
        let (payload, _) = read(&payload).map_err(|error| format!("its 'Payload': {error}"))?;
        event_tree::read_data(&mut event, &payload);
    }
    Ok(event.finish())
}
