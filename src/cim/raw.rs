//! Windows events as they are, with the fields that a search asks for: a dataset that is made for a
//! search, since no model lists what events hold. A field that the table does not name is the one of
//! that name in the event's data.
//!
//! Facts (Splunk Add-on for Microsoft Windows, and for Sysmon, `props.conf`): the fields of the data
//! have their own names; `EventCode` is the event's id, `host` and `dest` its computer; `source` is
//! `XmlWinEventLog:` and the channel. Decided here: `_raw` is the event's fields, a line each, as
//! `name=value`, since a binary log has no text of its own. Not here: other kinds of evidence, and
//! what an add-on looks up in tables of its own (`signature`, `action`).

use super::model::{Dataset, DatasetField, Evaluation, Model, TableError};
use super::rule::Ruled;
use super::sources::Sources;
use crate::event::Record;
use std::fmt::Write as _;
use std::sync::Arc;

/// What stands for a data model of raw events.
pub const MODEL: &str = "Raw";

const FILE: &str = "sources/windows_events.toml";
const TABLE: &str = include_str!("../../assets/sources/windows_events.toml");

impl Sources {
    /// Raw events with fields of these names.
    pub fn raw<'n>(names: impl Iterator<Item = &'n str>) -> Result<Self, TableError> {
        let mut names: Vec<&str> = names.chain(["dest"]).collect();
        names.sort_unstable();
        names.dedup();
        let fields = names.iter().map(|name| DatasetField {
            name: Arc::from(*name),
            default: None,
        });
        let model = Model {
            dataset: Dataset {
                model: MODEL.to_owned(),
                name: "Events".to_owned(),
                fields: fields.collect(),
            },
            event: "event".to_owned(),
            evaluations: vec![Evaluation::Plain; names.len()],
        };
        Self::of_names(Arc::new(model), FILE, TABLE)
    }
}

/// `XmlWinEventLog:` and the channel.
pub fn source(record: &Record) -> Option<Ruled<'_>> {
    let channel = record.channel()?;
    Some(Ruled::new(
        format!("XmlWinEventLog:{channel}"),
        "System/Channel",
    ))
}

/// The event's fields, a line each.
pub fn text(record: &Record) -> Option<Ruled<'_>> {
    let mut text = String::new();
    for field in record.system.iter().chain(&record.data) {
        let _ = writeln!(text, "{}={}", field.name, field.value);
    }
    Some(Ruled::new(text.trim_end().to_owned(), "all of it")).filter(|_| !text.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cim::{Hosts, Scope};
    use crate::event::{Family, Locator, Position, SourceId, Value};

    #[test]
    fn an_event_has_the_fields_that_are_asked_for() {
        let names = [
            "EventCode",
            "source",
            "user",
            "Odd",
            "TargetUserName",
            "none",
            "_raw",
        ];
        let sources = Sources::raw(names.into_iter()).unwrap();
        let position = Position::Span { offset: 0, len: 0 };
        let source = SourceId(0);
        let mut record = Record::new(Family::Windows, Locator { source, position });
        record.push_system("EventID", "4720");
        record.push_system("Channel", "Security");
        record.push_system("Computer", "dc.example.test");
        record.push_data("TargetUserName", "bob");
        record.push_data("Odd", "x y");
        let Scope::Creation(index) = sources.scope(&record) else {
            panic!("every Windows event is one");
        };
        let row = sources.map(index, &record, &Hosts::default());
        let of = |name: &str| {
            let place = sources.dataset().index(name).unwrap();
            row.get(place).map(|value| value.as_text().into_owned())
        };
        assert_eq!(of("EventCode").as_deref(), Some("4720"));
        assert_eq!(of("source").as_deref(), Some("XmlWinEventLog:Security"));
        assert_eq!(of("user").as_deref(), Some("bob"));
        assert_eq!(of("dest").as_deref(), Some("dc.example.test"));
        assert_eq!(of("Odd").as_deref(), Some("x y"));
        assert_eq!(of("none"), None);
        let raw = of("_raw").unwrap();
        assert!(
            raw.contains("EventID=4720\n") && raw.ends_with("Odd=x y"),
            "{raw}"
        );
        assert!(
            row.values
                .iter()
                .flatten()
                .all(|v| !matches!(v, Value::Many(_)))
        );
        let other = Record::new(Family::CrowdStrike, Locator { source, position });
        assert!(matches!(sources.scope(&other), Scope::OutOfScope(_)));
    }
}
