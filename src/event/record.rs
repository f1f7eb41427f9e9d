//! One log record as read: what every format is turned into before a data model looks at it.
//! Not a row of a data model (that is `cim`), and nothing here knows a format.

use super::locator::Locator;
#[cfg(test)]
use super::locator::{Position, SourceId};
use super::names::shared;
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
    /// A record of a source that its table knows by its fields (Microsoft Defender, Elastic, a row of
    /// a search's result, a person's own source): flat `data`.
    Flat,
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
    /// One of the family with these data, for tests.
    #[cfg(test)]
    pub(crate) fn made(family: Family, data: &[(&str, &str)]) -> Self {
        let position = Position::Span { offset: 0, len: 0 };
        let source = SourceId(0);
        let mut record = Self::new(family, Locator { source, position });
        for (name, value) in data {
            record.push_data(name, *value);
        }
        record
    }

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
            name: shared(name),
            value: value.into(),
        });
    }

    /// Adds a data field.
    pub fn push_data(&mut self, name: &str, value: impl Into<String>) {
        self.data.push(Field {
            name: shared(name),
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

    /// The identity of the event, by which a second copy is known ("the same event
    /// twice"): Windows: provider, event id, Computer, time and the event data, so that a shadow
    /// copy, a forwarded copy and an export of one event are one; flat families: every field. The
    /// carrier (file, channel, record id, format) has no part in it.
    ///
    /// What carriers write differently is made alike: the order of fields, fields without text
    /// (some drop them), the case of GUIDs and the braces around them, hex against decimal (`0x3E7`,
    /// `0x00003e7`, `999`), the decimals of a UTC time, CRLF against LF. The time is `TimeCreated`
    /// where the carrier has it, cut to milliseconds: older exporters cut the seventh digit off,
    /// Velociraptor writes a float, Winlogbeat cuts at milliseconds itself, and no host starts two
    /// processes of one id and one command line within a millisecond. A carrier that has another time (NXLog, flat Sysmon) gives another identity.
    ///
    /// Splunk's forwarder writes names where the log has SIDs. In a 4688 those fields have no part
    /// in the identity: a creation is told from another by time and process id. Other events keep
    /// them, for theirs may differ in nothing else.
    pub fn identity(&self) -> Identity {
        // Hashed in one go: twice as quick as text by text.
        let mut told = Vec::with_capacity(2048);
        let mut put = |text: &str| {
            told.extend_from_slice(&(text.len() as u64).to_le_bytes());
            told.extend_from_slice(text.as_bytes());
        };
        put(match self.family {
            Family::Windows => "windows",
            Family::CrowdStrike => "crowdstrike",
            Family::Nvm => "nvm",
            Family::Flat => "flat",
            Family::Other => "other",
        });
        if self.family == Family::Windows {
            for name in ["Provider", "EventID", "Computer"] {
                // Host names do not differ by case.
                put(&self.system(name).unwrap_or("").to_lowercase());
            }
            put(&self.milliseconds().unwrap_or_default());
        }
        let creation = self.event_id() == Some(4688)
            && self.provider() == Some("Microsoft-Windows-Security-Auditing");
        let resolved = |name: &str| creation && RESOLVED_IN_4688.contains(&name);
        let mut fields: Vec<(&str, Cow<'_, str>)> = Vec::with_capacity(self.data.len());
        let told_of = self
            .data
            .iter()
            .filter(|f| !f.value.is_empty() && !resolved(&f.name));
        fields.extend(told_of.map(|field| (&*field.name, alike(&field.value))));
        // Stable, so that the texts of an unnamed `<Data>` keep their order.
        fields.sort_by_key(|(name, _)| *name);
        for (name, value) in &fields {
            put(name);
            put(value);
        }
        let digest = Sha256::digest(&told);
        let mut low = [0_u8; 16];
        low.iter_mut()
            .zip(digest.iter())
            .for_each(|(to, from)| *to = *from);
        Identity(u128::from_le_bytes(low))
    }

    /// `TimeCreated`, else the record's time.
    fn milliseconds(&self) -> Option<String> {
        let at = match self.system("TimeCreated").and_then(Reading::iso8601) {
            Some(Reading::Instant(at) | Reading::WallClock(at)) => at,
            None => self.time?.at,
        };
        Some(at.ticks().div_euclid(10_000).to_string())
    }
}

/// Fields of a 4688 that are SIDs in the log and names in what Splunk's forwarder makes of it.
const RESOLVED_IN_4688: [&str; 3] = ["SubjectUserSid", "TargetUserSid", "MandatoryLabel"];

/// A value in the one spelling that is compared, see [`Record::identity`].
fn alike(value: &str) -> Cow<'_, str> {
    let inside = value.strip_prefix('{').and_then(|v| v.strip_suffix('}'));
    if is_guid(inside.unwrap_or(value)) {
        return Cow::Owned(inside.unwrap_or(value).to_ascii_uppercase());
    }
    let bytes = value.as_bytes();
    let maybe_time = bytes.get(10) == Some(&b'T') && bytes.last() == Some(&b'Z');
    if maybe_time && let Some(Reading::Instant(at)) = Reading::iso8601(value) {
        return Cow::Owned(at.ticks().div_euclid(10_000).to_string());
    }
    let hex = value
        .strip_prefix("0x")
        .or_else(|| value.strip_prefix("0X"));
    match hex {
        Some(digits) if digits.bytes().all(|b| b.is_ascii_hexdigit()) => {
            u64::from_str_radix(digits, 16).map_or(Cow::Borrowed(value), |number| {
                Cow::Owned(number.to_string())
            })
        }
        _ if value.contains("\r\n") => Cow::Owned(value.replace("\r\n", "\n")),
        _ => Cow::Borrowed(value),
    }
}

/// `8-4-4-4-12` hex digits.
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
    use super::*;

    fn event(time: &str, data: &[(&str, &str)]) -> Record {
        let position = Position::Span { offset: 0, len: 0 };
        let source = SourceId(0);
        let mut record = Record::new(Family::Windows, Locator { source, position });
        record.push_system("Provider", "Microsoft-Windows-Sysmon");
        record.push_system("TimeCreated", time);
        for (name, value) in data {
            record.push_data(name, *value);
        }
        record
    }

    #[test]
    fn spellings_of_carriers_do_not_make_another_event() {
        let one = event(
            "2025-06-26T16:08:54.1234567Z",
            &[
                ("LogonId", "0x3e7"),
                ("RuleName", ""),
                ("ProcessGuid", "{ab000000-0000-0000-0000-00000000000f}"),
            ],
        );
        let other = event(
            "2025-06-26 16:08:54.123456",
            &[
                ("ProcessGuid", "{AB000000-0000-0000-0000-00000000000F}"),
                ("LogonId", "0x00000000000003E7"),
            ],
        );
        assert_eq!(one.identity(), other.identity());
    }

    #[test]
    fn another_value_time_or_order_of_unnamed_texts_does() {
        let time = "2025-06-26T16:08:54.1234567Z";
        let one = event(time, &[("Data", "a"), ("Data", "b")]);
        for other in [
            event(time, &[("Data", "b"), ("Data", "a")]),
            event(time, &[("Data", "ab")]),
            event(
                "2025-06-26T16:08:54.1244567Z",
                &[("Data", "a"), ("Data", "b")],
            ),
        ] {
            assert_ne!(one.identity(), other.identity());
        }
    }

    #[test]
    fn braces_decimals_and_line_ends_do_not_either() {
        let time = "2025-06-26T16:08:54.1234567Z";
        let one = event(
            time,
            &[
                ("Guid", "{ab000000-0000-0000-0000-00000000000f}"),
                ("PreviousTime", "2025-06-26T16:08:54.1234567Z"),
                ("Script", "a\r\nb"),
            ],
        );
        let other = event(
            time,
            &[
                ("Guid", "AB000000-0000-0000-0000-00000000000F"),
                ("PreviousTime", "2025-06-26T16:08:54.123456700Z"),
                ("Script", "a\nb"),
            ],
        );
        assert_eq!(one.identity(), other.identity());
    }

    fn secured(id: &str, data: &[(&str, &str)]) -> Record {
        let mut record = event("2025-06-26T16:08:54Z", data);
        record.system.retain(|field| &*field.name != "Provider");
        record.push_system("Provider", "Microsoft-Windows-Security-Auditing");
        record.push_system("EventID", id);
        record
    }

    #[test]
    fn sids_that_a_forwarder_resolved_are_the_same_creation() {
        let log = [("SubjectUserSid", "S-1-5-18"), ("NewProcessId", "0xf84")];
        let splunk = [
            ("SubjectUserSid", "NT AUTHORITY\\SYSTEM"),
            ("NewProcessId", "0xf84"),
        ];
        let other = [("SubjectUserSid", "S-1-5-18"), ("NewProcessId", "0xf85")];
        let identity = secured("4688", &log).identity();
        assert_eq!(secured("4688", &splunk).identity(), identity);
        assert_ne!(secured("4688", &other).identity(), identity);
        assert_ne!(
            secured("4732", &log).identity(),
            secured("4732", &splunk).identity()
        );
    }
}
