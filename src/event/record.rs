//! One log record as read: what every format is turned into before a data model looks at it.
//! Not a row of a data model (that is `cim`), and nothing here knows a format.

use super::locator::Locator;
use super::time::{Reading, Timestamp};
use sha2::{Digest, Sha256};
use std::borrow::Cow;
use std::sync::Arc;

/// A named text of a record, both exactly as the source spells them (entities and escapes decoded).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Field {
    /// The name as the source has it: `CommandLine`, `NewProcessName`, `parg`.
    pub name: Arc<str>,
    /// The decoded text. Hostile until `event::visible` has seen it.
    pub value: String,
}

/// Which kind of record it is, which says how its fields are named.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Family {
    /// A Windows event (or Linux Sysmon), whatever carried it: `system` and `data` are filled.
    Windows,
    /// CrowdStrike FDR: flat `data`.
    CrowdStrike,
    /// A Cisco NVM flow or its system record: flat `data`.
    Nvm,
    /// Recognised as a record, of no source that is known here.
    Other,
}

/// The time of an event and how it was come by (architecture: "which time is the event's time").
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EventTime {
    /// The instant.
    pub at: Timestamp,
    /// The source wrote no zone, so one was assumed (`--assume-tz`): shown with `~`.
    pub assumed: bool,
}

/// What makes two records the same event: see [`Record::identity`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Identity(pub u128);

/// One log record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// Which kind it is.
    pub family: Family,
    /// Its time; `None` when it has none or an impossible one. No time is ever borrowed.
    pub time: Option<EventTime>,
    /// Windows: the `System` element by leaf and attribute: `Provider`, `EventID`, `Version`,
    /// `Level`, `Task`, `Opcode`, `Keywords`, `TimeCreated`, `EventRecordID`, `ActivityID`,
    /// `ProcessID`, `ThreadID`, `Channel`, `Computer`, `UserID`. Empty for flat families.
    pub system: Vec<Field>,
    /// Windows: the named data (an unnamed `<Data>` is called `Data`, and may repeat; leaves of
    /// `UserData` by their element name). Flat families: all fields.
    pub data: Vec<Field>,
    /// Bytes that were no UTF-8 were replaced while reading it.
    pub repaired: bool,
    /// Something that was taken on trust while reading, for a person: "no provider: known by its
    /// shape". Empty for most.
    pub remark: Option<Arc<str>>,
    /// Where it is.
    pub locator: Locator,
}

impl Record {
    /// A record of `family` at `locator` with nothing in it yet.
    pub fn new(family: Family, locator: Locator) -> Self {
        Self {
            family,
            time: None,
            system: Vec::new(),
            data: Vec::new(),
            repaired: false,
            remark: None,
            locator,
        }
    }

    /// The first `System` field of that name that is not empty.
    pub fn system(&self, name: &str) -> Option<&str> {
        first(&self.system, name)
    }

    /// The first data field of that name; an empty text counts as there.
    pub fn data(&self, name: &str) -> Option<&str> {
        self.data
            .iter()
            .find(|f| &*f.name == name)
            .map(|f| f.value.as_str())
    }

    /// Adds a `System` field.
    pub fn push_system(&mut self, name: &str, value: impl Into<String>) {
        self.system.push(Field {
            name: Arc::from(name),
            value: value.into(),
        });
    }

    /// Adds a data field.
    pub fn push_data(&mut self, name: &str, value: impl Into<String>) {
        self.data.push(Field {
            name: Arc::from(name),
            value: value.into(),
        });
    }

    /// The provider of a Windows event (`Microsoft-Windows-Sysmon`).
    pub fn provider(&self) -> Option<&str> {
        self.system("Provider")
    }

    /// The event id of a Windows event.
    pub fn event_id(&self) -> Option<u32> {
        self.system("EventID")?.trim().parse().ok()
    }

    /// `System/Computer`: the host that logged a Windows event (not a collector).
    pub fn computer(&self) -> Option<&str> {
        self.system("Computer")
    }

    /// `System/Channel` of a Windows event.
    pub fn channel(&self) -> Option<&str> {
        self.system("Channel")
    }

    /// `System/EventRecordID` of a Windows event.
    pub fn record_id(&self) -> Option<u64> {
        self.system("EventRecordID")?.trim().parse().ok()
    }

    /// The identity of the event, by which a second copy is known (product.md, "The same event
    /// twice"): Windows: provider, event id, Computer, time at full precision and the event data,
    /// so that a shadow copy, a forwarded copy and an export of one event are one; flat families:
    /// every field. The carrier (file, channel, record id, format) has no part in it, nor has what
    /// a carrier changes in writing the same data down:
    ///
    /// - the order of the fields (Winlogbeat sorts them) and fields without a text (written empty,
    ///   as null or not at all);
    /// - the case of a GUID and the braces around it (EVTX parsers differ), the number of decimals
    ///   of a UTC time in the data, CRLF or LF inside a text;
    /// - the account and label fields of a 4688, which Splunk's forwarder writes as names where the
    ///   log has SIDs. A process creation is told from another by time and process id.
    pub fn identity(&self) -> Identity {
        let mut hash = Sha256::new();
        let mut put = |text: &str| {
            hash.update(text.len().to_le_bytes());
            hash.update(text.as_bytes());
        };
        put(match self.family {
            Family::Windows => "windows",
            Family::CrowdStrike => "crowdstrike",
            Family::Nvm => "nvm",
            Family::Other => "other",
        });
        if self.family == Family::Windows {
            for name in ["Provider", "EventID", "Computer"] {
                put(self.system(name).unwrap_or("").trim());
            }
            put(&self
                .time
                .map_or(String::new(), |t| t.at.ticks().to_string()));
        }
        let creation = self.family == Family::Windows
            && self.event_id() == Some(4688)
            && self.provider() == Some("Microsoft-Windows-Security-Auditing");
        let resolved = |name: &str| creation && RESOLVED_IN_4688.contains(&name);
        let mut fields: Vec<&Field> = self
            .data
            .iter()
            .filter(|field| !field.value.is_empty() && !resolved(&field.name))
            .collect();
        fields.sort_by(|one, other| one.name.cmp(&other.name));
        for field in fields {
            put(&field.name);
            put(&comparable(&field.value));
        }
        let digest = hash.finalize();
        let mut low = [0_u8; 16];
        low.iter_mut()
            .zip(digest.iter())
            .for_each(|(to, from)| *to = *from);
        Identity(u128::from_le_bytes(low))
    }
}

/// Fields of a 4688 that are SIDs in the log and names in what Splunk's forwarder makes of it.
const RESOLVED_IN_4688: [&str; 3] = ["SubjectUserSid", "TargetUserSid", "MandatoryLabel"];

/// A value as it is compared between carriers.
fn comparable(value: &str) -> Cow<'_, str> {
    let inside = value
        .strip_prefix('{')
        .and_then(|rest| rest.strip_suffix('}'))
        .unwrap_or(value);
    if is_guid(inside) {
        return Cow::Owned(inside.to_ascii_lowercase());
    }
    let bytes = value.as_bytes();
    let maybe_time = bytes.get(10) == Some(&b'T') && bytes.last() == Some(&b'Z');
    if maybe_time && let Some(Reading::Instant(at)) = Reading::iso8601(value) {
        return Cow::Owned(at.ticks().to_string());
    }
    if value.contains("\r\n") {
        return Cow::Owned(value.replace("\r\n", "\n"));
    }
    Cow::Borrowed(value)
}

fn is_guid(text: &str) -> bool {
    text.len() == 36
        && text.bytes().enumerate().all(|(place, byte)| match place {
            8 | 13 | 18 | 23 => byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        })
}

fn first<'a>(fields: &'a [Field], name: &str) -> Option<&'a str> {
    fields
        .iter()
        .find(|f| &*f.name == name && !f.value.is_empty())
        .map(|f| f.value.as_str())
}

#[cfg(test)]
mod tests {
    use super::super::locator::{Position, SourceId};
    use super::*;

    fn event(id: &str, provider: &str, data: &[(&str, &str)]) -> Record {
        let position = Position::Span { offset: 0, len: 0 };
        let source = SourceId(0);
        let mut record = Record::new(Family::Windows, Locator { source, position });
        record.push_system("Provider", provider);
        record.push_system("EventID", id);
        for (name, value) in data {
            record.push_data(name, *value);
        }
        record
    }

    #[test]
    fn how_a_carrier_writes_an_event_down_does_not_matter() {
        let sysmon = "Microsoft-Windows-Sysmon";
        let binary = [
            ("ProcessGuid", "{570e49aa-beac-6a75-e801-000000001300}"),
            ("RuleName", ""),
            ("PreviousTime", "2022-06-16T18:04:12.1234567Z"),
            ("CommandLine", "a\r\nb"),
            ("Data", "1"),
            ("Data", "2"),
        ];
        let export = [
            ("CommandLine", "a\nb"),
            ("Data", "1"),
            ("Data", "2"),
            ("PreviousTime", "2022-06-16T18:04:12.123456700Z"),
            ("ProcessGuid", "570E49AA-BEAC-6A75-E801-000000001300"),
        ];
        let identity = event("1", sysmon, &binary).identity();
        assert_eq!(event("1", sysmon, &export).identity(), identity);
        assert_ne!(event("5", sysmon, &export).identity(), identity);
        assert_ne!(event("1", "Other", &export).identity(), identity);
        assert_ne!(
            event("1", sysmon, export.get(1..).unwrap()).identity(),
            identity
        );
        let mut swapped = export;
        swapped.swap(1, 2);
        assert_ne!(event("1", sysmon, &swapped).identity(), identity);
    }

    #[test]
    fn sids_that_a_forwarder_resolved_are_the_same_creation() {
        let security = "Microsoft-Windows-Security-Auditing";
        let log = [("SubjectUserSid", "S-1-5-18"), ("NewProcessId", "0xf84")];
        let splunk = [
            ("SubjectUserSid", "NT AUTHORITY\\SYSTEM"),
            ("NewProcessId", "0xf84"),
        ];
        let other = [("SubjectUserSid", "S-1-5-18"), ("NewProcessId", "0xf85")];
        let identity = event("4688", security, &log).identity();
        assert_eq!(event("4688", security, &splunk).identity(), identity);
        assert_ne!(event("4688", security, &other).identity(), identity);
        assert_ne!(
            event("4732", security, &log).identity(),
            event("4732", security, &splunk).identity()
        );
    }
}
