//! Which records are events of the dataset, and of which source. Of `Endpoint.Processes` these are
//! process creations, by which they are called here whatever the dataset. Others are out of scope,
//! with the reason: a decision of the project (creations only), where the add-ons tag more events
//! into `Endpoint.Processes` (Sysmon 5 and 7, `ProcessRollup2Stats`, every Windows XML event
//! formally).
//!
//! Windows sources are known by their provider, never by the event id alone: event 1 is a process
//! creation of Sysmon, and a time change of Kernel-General. Where a carrier lost the provider, the
//! channel says it (a forwarded log's channel, `ForwardedEvents`, says nothing), else the shape.

use super::nvm;
use super::sources::{Detect, SourceIndex, Sources};
use crate::event::{Family, Record};
use std::fmt;

/// Whether a record is a process creation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Scope {
    /// One of that source.
    Creation(SourceIndex),
    /// None, and why.
    OutOfScope(OutOfScope),
}

/// Why a record is no row of the dataset. [`Sources::reason`] says it in full for one record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum OutOfScope {
    /// Another event of that source.
    OtherEvent(SourceIndex),
    /// The data model itself leaves it out.
    LeftOut,
    /// A Windows event of a provider that creates no rows.
    OtherProvider,
    /// It names a host (FDR aidmaster, NVM system record): for [`super::Hosts::learn`].
    HostRecord,
    /// An NVM flow without a process.
    NoProcess,
    /// Of no known source.
    UnknownSource,
}

impl fmt::Display for OutOfScope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::OtherEvent(_) => "another event",
            Self::LeftOut => "left out by the data model",
            Self::OtherProvider => "another provider",
            Self::HostRecord => "host record",
            Self::NoProcess => "flow without a process",
            Self::UnknownSource => "unknown source",
        })
    }
}

impl Sources {
    /// Whether the record is a process creation.
    pub fn scope(&self, record: &Record) -> Scope {
        if self.dataset().is_raw() {
            return self.raw_event(record);
        }
        match record.family {
            Family::Windows => self.windows(record),
            Family::CrowdStrike => self.crowdstrike(record),
            Family::Nvm => self.nvm(record),
            Family::Flat => self.flat(record),
            Family::Other if names_host(record) => Scope::OutOfScope(OutOfScope::HostRecord),
            Family::Other => Scope::OutOfScope(OutOfScope::UnknownSource),
        }
    }

    /// A raw event is any record but those that only name a host.
    fn raw_event(&self, record: &Record) -> Scope {
        let names_host = match record.family {
            Family::Windows => false,
            Family::Nvm => nvm::is_system_record(record) && !nvm::names_process(record),
            _ => record.data("event_simpleName").is_none() && names_host(record),
        };
        if names_host {
            return Scope::OutOfScope(OutOfScope::HostRecord);
        }
        let mut sources = self.all();
        sources
            .find(|(_, source)| source.detect.is_of_event(record))
            .map_or(
                Scope::OutOfScope(OutOfScope::UnknownSource),
                |(index, _)| Scope::Creation(index),
            )
    }

    fn windows(&self, record: &Record) -> Scope {
        let mut other = OutOfScope::OtherProvider;
        for (index, source) in self.all() {
            if !source.detect.is_windows_source(record) {
                continue;
            }
            let is_its = |id| source.detect.event_ids.contains(&id);
            if record.event_id().is_some_and(is_its) {
                return if source.detect.is_excepted(record) {
                    Scope::OutOfScope(OutOfScope::LeftOut)
                } else {
                    Scope::Creation(index)
                };
            }
            if other == OutOfScope::OtherProvider {
                other = OutOfScope::OtherEvent(index);
            }
        }
        Scope::OutOfScope(other)
    }

    fn crowdstrike(&self, record: &Record) -> Scope {
        let Some(event) = record.data("event_simpleName") else {
            return Scope::OutOfScope(if names_host(record) {
                OutOfScope::HostRecord
            } else {
                OutOfScope::UnknownSource
            });
        };
        let mut other = OutOfScope::UnknownSource;
        for (index, source) in self.all() {
            if source.detect.family != Family::CrowdStrike {
                continue;
            }
            let names = &source.detect.event_simple_names;
            if names.iter().any(|name| name == event) {
                return Scope::Creation(index);
            }
            other = OutOfScope::OtherEvent(index);
        }
        Scope::OutOfScope(other)
    }

    fn nvm(&self, record: &Record) -> Scope {
        let source = self
            .all()
            .find(|(_, source)| source.detect.family == Family::Nvm);
        match source {
            Some((index, _)) if nvm::names_process(record) => Scope::Creation(index),
            _ if nvm::is_system_record(record) => Scope::OutOfScope(OutOfScope::HostRecord),
            _ => Scope::OutOfScope(OutOfScope::NoProcess),
        }
    }

    fn flat(&self, record: &Record) -> Scope {
        let mut known = self
            .all()
            .filter(|(_, source)| source.detect.is_flat_source(record));
        match known.next() {
            Some((index, source)) if source.detect.has_values(record) => Scope::Creation(index),
            Some((index, _)) => Scope::OutOfScope(OutOfScope::OtherEvent(index)),
            None => Scope::OutOfScope(OutOfScope::UnknownSource),
        }
    }

    /// Whether a Windows event of that provider and id is a process creation, as [`Self::scope`]
    /// says of its whole record.
    pub fn may_be_creation(&self, provider: &str, event_id: u32) -> bool {
        let mut windows = self.all().map(|(_, source)| &source.detect);
        self.dataset().is_raw()
            || windows
                .any(|detect| detect.event_ids.contains(&event_id) && detect.is_provider(provider))
    }

    /// Why this record is out of scope, in a sentence that names its event and provider. Both are
    /// log text: hostile until `event::visible` has seen them.
    pub fn reason(&self, why: OutOfScope, record: &Record) -> String {
        let event = record
            .data("event_simpleName")
            .or_else(|| record.system("EventID"))
            .unwrap_or("without id");
        match why {
            OutOfScope::OtherEvent(index) => {
                let names = self.get(index).map(|source| source.detect.values.keys());
                let mut told = names
                    .into_iter()
                    .flatten()
                    .filter_map(|name| record.data(name));
                let event = told.next_back().unwrap_or(event);
                let title = self.get(index).map_or("", |s| &s.title);
                format!("event '{event}' is no {} ({title} is)", self.event())
            }
            OutOfScope::LeftOut => {
                format!("event '{event}' is one that the data model leaves out")
            }
            OutOfScope::OtherProvider => {
                let provider = record.provider().unwrap_or("no provider");
                let events = self.event();
                format!("event '{event}' of '{provider}', which records no {events}s")
            }
            OutOfScope::HostRecord => "names a host, and is read into the host table".to_owned(),
            OutOfScope::NoProcess => "a flow that names no process".to_owned(),
            OutOfScope::UnknownSource => "of no source that is known here".to_owned(),
        }
    }
}

impl Detect {
    fn is_excepted(&self, record: &Record) -> bool {
        let mut excepted = self.except_ending.iter();
        excepted.any(|(name, ending)| record.data(name).is_some_and(|text| text.ends_with(ending)))
    }

    fn is_flat_source(&self, record: &Record) -> bool {
        let is_there = |name: &str| record.data(name).is_some_and(|text| !text.is_empty());
        let has = |names: &String| names.split('|').any(is_there);
        self.family == Family::Flat && !self.has.is_empty() && self.has.iter().all(has)
    }

    /// Whether each field has one of its values, be it in a list (`start, info` in CSV).
    fn has_values(&self, record: &Record) -> bool {
        self.values.iter().all(|(name, values)| {
            let fields = record.data.iter().filter(|field| *field.name == **name);
            let mut texts = fields.flat_map(|field| field.value.split(", "));
            texts.any(|text| values.iter().any(|value| value.eq_ignore_ascii_case(text)))
        })
    }

    fn is_provider(&self, provider: &str) -> bool {
        self.family == Family::Windows && is_among(&self.providers, provider)
    }

    /// Whether a raw event is of the table: by its channel, without one by its provider, without
    /// both by its shape; by the event id, too, where the table names some.
    fn is_of_event(&self, record: &Record) -> bool {
        if self.family != record.family {
            return false;
        }
        let ids = &self.event_ids;
        if !ids.is_empty() && record.event_id().is_none_or(|id| !ids.contains(&id)) {
            return false;
        }
        if self.family != Family::Windows || (self.channels.is_empty() && self.providers.is_empty())
        {
            return true;
        }
        match (record.channel(), record.provider()) {
            (Some(channel), _) if !self.channels.is_empty() => is_among(&self.channels, channel),
            (_, Some(provider)) => is_among(&self.providers, provider),
            _ => self.has_shape(record),
        }
    }

    /// Whether a record that lost its origin has the fields of the table's events.
    fn has_shape(&self, record: &Record) -> bool {
        !self.shape.is_empty() && self.shape.iter().all(|name| record.data(name).is_some())
    }

    fn is_windows_source(&self, record: &Record) -> bool {
        if self.family != Family::Windows {
            return false;
        }
        if let Some(provider) = record.provider() {
            return self.is_provider(provider);
        }
        record
            .channel()
            .is_some_and(|channel| is_among(&self.channels, channel))
            || self.has_shape(record)
    }
}

fn is_among(names: &[String], text: &str) -> bool {
    names.iter().any(|name| name.eq_ignore_ascii_case(text))
}

/// Whether a flat record is one of a host inventory (FDR aidmaster): no event, but id and name.
fn names_host(record: &Record) -> bool {
    record.data("aid").is_some() && record.data("ComputerName").is_some()
}

#[cfg(test)]
mod tests {
    use super::super::Models;
    use super::*;
    use crate::event::{Locator, Position, SourceId};

    fn record(family: Family, system: &[(&str, &str)], data: &[(&str, &str)]) -> Record {
        let position = Position::Span { offset: 0, len: 0 };
        let locator = Locator {
            source: SourceId(0),
            position,
        };
        let mut record = Record::new(family, locator);
        for (name, value) in system {
            record.push_system(name, *value);
        }
        for (name, value) in data {
            record.push_data(name, *value);
        }
        record
    }

    fn scope(record: &Record) -> String {
        let sources = Sources::built_in(&Models::built_in().unwrap()).unwrap();
        match sources.scope(record) {
            Scope::Creation(index) => sources.get(index).unwrap().id.clone(),
            Scope::OutOfScope(why) => format!("{why}: {}", sources.reason(why, record)),
        }
    }

    const SYSMON: &str = "Microsoft-Windows-Sysmon";
    const SYSMON_CHANNEL: &str = "Microsoft-Windows-Sysmon/Operational";

    #[test]
    fn windows_sources_are_known_by_provider() {
        let windows = |system: &[(&str, &str)]| scope(&record(Family::Windows, system, &[]));
        let one = ("EventID", "1");
        let audit = ("EventID", "4688");
        for (system, expected) in [
            (&[("Provider", SYSMON), one][..], "sysmon"),
            (
                &[
                    ("Provider", "microsoft-windows-sysmon"),
                    one,
                    ("Channel", "ForwardedEvents"),
                ],
                "sysmon",
            ),
            (&[("Channel", SYSMON_CHANNEL), one], "sysmon"),
            (&[("Provider", "Linux-Sysmon"), one], "sysmon_linux"),
            (
                &[("Provider", "Microsoft-Windows-Security-Auditing"), audit],
                "security_4688",
            ),
            (&[("Channel", "Security"), audit], "security_4688"),
            (
                &[("Provider", SYSMON), ("EventID", "3")],
                "another event: event '3' is no process creation (Sysmon 1 is)",
            ),
            (
                &[("Provider", "Microsoft-Windows-Kernel-General"), one],
                "another provider: event '1' of 'Microsoft-Windows-Kernel-General', which records \
                 no process creations",
            ),
            // The provider counts before the channel.
            (
                &[
                    ("Provider", "Other"),
                    ("Channel", SYSMON_CHANNEL),
                    ("EventID", "1"),
                ],
                "another provider: event '1' of 'Other', which records no process creations",
            ),
            (
                &[one],
                "another provider: event '1' of 'no provider', which records no process creations",
            ),
            (
                &[("Channel", "ForwardedEvents"), audit],
                "another provider: event '4688' of 'no provider', which records no process creations",
            ),
        ] {
            assert_eq!(windows(system), expected, "{system:?}");
        }
    }

    #[test]
    fn without_provider_and_channel_the_shape_tells() {
        let sysmon = [
            ("ProcessGuid", "{9C9}"),
            ("Image", "a.exe"),
            ("UtcTime", "2018-12-04 00:42:45.727"),
        ];
        let flat = |id| record(Family::Windows, &[("EventID", id)], &sysmon);
        assert_eq!(scope(&flat("1")), "sysmon");
        assert!(scope(&flat("5")).starts_with("another event"));
        let audit = record(
            Family::Windows,
            &[("EventID", "4688")],
            &[("NewProcessId", "0x1"), ("NewProcessName", "a.exe")],
        );
        assert_eq!(scope(&audit), "security_4688");
    }

    #[test]
    fn flat_families() {
        let fdr = |data: &[(&str, &str)]| scope(&record(Family::CrowdStrike, &[], data));
        assert_eq!(
            fdr(&[("event_simpleName", "ProcessRollup2")]),
            "crowdstrike"
        );
        assert_eq!(
            fdr(&[("event_simpleName", "SyntheticProcessRollup2")]),
            "crowdstrike"
        );
        assert_eq!(
            fdr(&[("event_simpleName", "ProcessRollup2Stats")]),
            "another event: event 'ProcessRollup2Stats' is no process creation \
             (CrowdStrike ProcessRollup2 is)"
        );
        assert!(fdr(&[("aid", "1"), ("ComputerName", "H")]).starts_with("host record"));
        assert!(fdr(&[]).starts_with("unknown source"));
        let nvm = |data: &[(&str, &str)]| scope(&record(Family::Nvm, &[], data));
        assert_eq!(nvm(&[("pn", "a.exe")]), "cisco_nvm");
        assert_eq!(nvm(&[("pn", "''"), ("ppath", "C:\\a.exe")]), "cisco_nvm");
        assert!(nvm(&[("vsn", "h"), ("udid", "1")]).starts_with("host record"));
        assert!(nvm(&[("pn", "''"), ("da", "192.0.2.1")]).starts_with("flow without"));
        let aidmaster = record(Family::Other, &[], &[("aid", "1"), ("ComputerName", "H")]);
        assert!(scope(&aidmaster).starts_with("host record"));
    }
}
