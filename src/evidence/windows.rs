//! Builds the `Record` of a Windows event from `System` and data pairs, so that every carrier (XML,
//! EVTX, `evtx_dump`, Winlogbeat, NXLog, classic text …) gives the same record for the same event.
//! Reads no format itself.

use super::format::ParseContext;
use super::{tables, times};
use crate::event::names::shared;
use crate::event::time::Reading;
use crate::event::{Family, Field, Locator, Record};
use std::sync::Arc;

/// The names of `Record::system`, in the order in which every carrier's record has them.
pub const SYSTEM_NAMES: [&str; 15] = [
    "Provider",
    "EventID",
    "Version",
    "Level",
    "Task",
    "Opcode",
    "Keywords",
    "TimeCreated",
    "EventRecordID",
    "ActivityID",
    "ProcessID",
    "ThreadID",
    "Channel",
    "Computer",
    "UserID",
];

/// The place of a name in [`SYSTEM_NAMES`].
pub const fn place(name: &str) -> Option<usize> {
    Some(match name.as_bytes() {
        b"Provider" => 0,
        b"EventID" => 1,
        b"Version" => 2,
        b"Level" => 3,
        b"Task" => 4,
        b"Opcode" => 5,
        b"Keywords" => 6,
        b"TimeCreated" => 7,
        b"EventRecordID" => 8,
        b"ActivityID" => 9,
        b"ProcessID" => 10,
        b"ThreadID" => 11,
        b"Channel" => 12,
        b"Computer" => 13,
        b"UserID" => 14,
        _ => return None,
    })
}

/// Sysmon's provider on Windows.
pub const SYSMON: &str = "Microsoft-Windows-Sysmon";
/// Sysmon's provider on Linux.
pub const SYSMON_LINUX: &str = "Linux-Sysmon";
/// Sysmon's channel, by which an event without provider is known.
pub const SYSMON_CHANNEL: &str = "Microsoft-Windows-Sysmon/Operational";
/// The provider of the Security log's audit events.
pub const SECURITY: &str = "Microsoft-Windows-Security-Auditing";

/// Where a record comes from and what its reader was told.
#[derive(Debug, Clone, Copy)]
pub struct Origin {
    /// The record's place.
    pub locator: Locator,
    /// What the parser was told.
    pub context: ParseContext,
}

/// A Windows event in the making.
#[derive(Debug)]
pub struct WindowsEvent {
    origin: Origin,
    system: [Option<String>; SYSTEM_NAMES.len()],
    data: Vec<Field>,
    time: Option<Reading>,
    remarks: Vec<String>,
}

impl WindowsEvent {
    /// An event with nothing in it yet.
    pub fn new(origin: Origin) -> Self {
        Self {
            origin,
            system: std::array::from_fn(|_| None),
            data: Vec::new(),
            time: None,
            remarks: Vec::new(),
        }
    }

    /// Sets a `System` value; surrounding blanks, empty texts, unknown names and a second value
    /// are dropped. Display names of providers and keywords become what the event itself has.
    pub fn set(&mut self, name: &str, value: &str) {
        let value = value.trim();
        let slot = place(name).and_then(|place| self.system.get_mut(place));
        if let Some(slot) = slot
            && slot.is_none()
            && !value.is_empty()
        {
            *slot = Some(match name {
                "Provider" => tables::provider(value).to_owned(),
                "Keywords" => keywords(value),
                _ => value.to_owned(),
            });
        }
    }

    /// A `System` value that was set.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.system.get(place(name)?)?.as_deref()
    }

    /// Whether it is an event of Sysmon, by its provider alone.
    pub fn is_sysmon(&self) -> bool {
        matches!(self.get("Provider"), Some(SYSMON | SYSMON_LINUX))
    }

    /// The event id as a number.
    pub fn event_id(&self) -> Option<u32> {
        self.get("EventID")?.parse().ok()
    }

    /// Adds a data field exactly as it is.
    pub fn push(&mut self, name: &str, value: impl Into<String>) {
        self.data.push(Field {
            name: shared(name),
            value: value.into(),
        });
    }

    /// Adds data fields that are made already.
    pub fn extend(&mut self, mut data: Vec<Field>) {
        if self.data.is_empty() {
            self.data = data;
        } else {
            self.data.append(&mut data);
        }
    }

    /// The first data field of that name.
    pub fn data(&self, name: &str) -> Option<&str> {
        self.data
            .iter()
            .find(|field| &*field.name == name)
            .map(|field| field.value.as_str())
    }

    /// Adds a data field unless one of that name is there; says whether it did.
    pub fn push_missing(&mut self, name: &str, value: &str) -> bool {
        let missing = self.data(name).is_none();
        if missing {
            self.push(name, value);
        }
        missing
    }

    /// Says something that was taken on trust.
    pub fn remark(&mut self, text: impl Into<String>) {
        self.remarks.push(text.into());
    }

    /// Sets the event's time where it is not `TimeCreated`.
    pub fn set_time(&mut self, reading: Option<Reading>) {
        self.time = reading;
    }

    /// The finished record. Its time is what was set, else `TimeCreated`, which is UTC by
    /// definition (some exporters leave the `Z` out).
    pub fn finish(mut self) -> Record {
        if self.get("Provider").is_none() && self.get("Channel") == Some(SYSMON_CHANNEL) {
            self.remark("no provider: taken as Sysmon by its channel");
        }
        let time = self
            .time
            .or_else(|| self.get("TimeCreated").and_then(times::utc));
        let mut record = Record::new(Family::Windows, self.origin.locator);
        record.system.reserve_exact(self.system.len());
        record.time = times::event_time(time, self.origin.context);
        for (name, value) in SYSTEM_NAMES.iter().zip(self.system) {
            if let Some(value) = value {
                record.push_system(name, value);
            }
        }
        record.data = self.data;
        if !self.remarks.is_empty() {
            record.remark = Some(Arc::from(self.remarks.join("; ")));
        }
        record
    }
}

/// Keywords as the event has them, a 64-bit mask in hex: from that, from a decimal number with or
/// without sign (NXLog, `Get-WinEvent`, Velociraptor), or from a display name.
fn keywords(text: &str) -> String {
    if let Ok(signed) = text.parse::<i64>() {
        return format!("{signed:#x}");
    }
    if let Ok(mask) = text.parse::<u64>() {
        return format!("{mask:#x}");
    }
    tables::keyword(text).unwrap_or(text).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::{Position, SourceId};

    /// A place for tests.
    fn origin() -> Origin {
        let position = Position::Span { offset: 0, len: 0 };
        Origin {
            locator: Locator {
                source: SourceId(0),
                position,
            },
            context: ParseContext::default(),
        }
    }

    #[test]
    fn names_come_in_one_order_and_once() {
        let mut event = WindowsEvent::new(origin());
        event.set("Computer", " WS1.example.test ");
        event.set("EventID", "4688");
        event.set("EventID", "1");
        event.set("Provider", "Microsoft Windows security auditing.");
        event.set("Guid", "{x}");
        event.set("TimeCreated", "2025-06-26 16:08:54.1234567");
        let record = event.finish();
        let system: Vec<_> = record
            .system
            .iter()
            .map(|f| (&*f.name, f.value.as_str()))
            .collect();
        assert_eq!(
            system,
            [
                ("Provider", SECURITY),
                ("EventID", "4688"),
                ("TimeCreated", "2025-06-26 16:08:54.1234567"),
                ("Computer", "WS1.example.test"),
            ]
        );
        assert!(!record.time.unwrap().assumed);
    }

    #[test]
    fn every_name_has_its_place() {
        for (index, name) in SYSTEM_NAMES.iter().enumerate() {
            assert_eq!(place(name), Some(index));
        }
        assert_eq!(place("Guid"), None);
    }

    #[test]
    fn keywords_become_the_mask() {
        assert_eq!(keywords("-9214364837600034816"), "0x8020000000000000");
        assert_eq!(keywords("9232379236109516800"), "0x8020000000000000");
        assert_eq!(keywords("Audit Success"), "0x8020000000000000");
        assert_eq!(keywords("0x8000000000000000"), "0x8000000000000000");
        assert_eq!(keywords("Classic"), "Classic");
    }
}
