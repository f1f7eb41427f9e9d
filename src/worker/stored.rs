//! What is made of a creation's record: the event behind a row, and the row of the event store.
//! Keeps nothing itself.

use crate::cim::{DatasetRow, Facts, Hosts, SourceIndex, Sources};
use crate::event::{Identity, Record};
use crate::store::process_key::number;
use crate::store::{Creation, EventUrl, Grandparent, KnownBy, ParentIds, ProcessKey, StoredEvent};
use std::sync::Arc;

/// Where the names of a process and its parent are in a row.
#[derive(Debug, Clone, Copy)]
pub(super) struct Names {
    process: Option<usize>,
    parent: Option<usize>,
}

impl Names {
    pub fn of(sources: &Sources) -> Self {
        let place = |name: &str| sources.dataset().index(name);
        Self {
            process: place("process_name"),
            parent: place("parent_process_name"),
        }
    }

    /// Both places.
    pub fn places(self) -> impl Iterator<Item = usize> {
        self.process.into_iter().chain(self.parent)
    }
}

/// A creation as it is read, and what was made of it.
#[derive(Clone, Copy)]
pub(super) struct Read<'a> {
    pub sources: &'a Sources,
    /// The place of their dataset among those that the rule may name.
    pub dataset: usize,
    pub names: Names,
    pub source: SourceIndex,
    pub record: &'a Record,
    pub hosts: &'a Hosts,
    pub facts: &'a Facts<'a>,
    /// The fields that the search looks at, and the names.
    pub row: &'a DatasetRow,
    pub identity: Identity,
}

impl Read<'_> {
    /// The event that stands behind a row, with the record's text when that is to be kept.
    pub fn event(&self, raw: Option<Arc<str>>) -> StoredEvent {
        let (record, facts) = (self.record, self.facts);
        let table = self.sources.get(self.source);
        let text = |text: &str| Arc::<str>::from(text);
        let recorded = |name: &str| Grandparent {
            name: text(name),
            by: KnownBy::Record,
        };
        StoredEvent {
            row: self.sources.map(self.source, record, self.hosts),
            dataset: self.dataset,
            time: record.time,
            locator: record.locator,
            also_in: Vec::new(),
            identity: self.identity,
            source: table.map_or(text(""), |t| text(&t.title)),
            letter: table.map_or('?', |t| t.letter),
            channel: record.channel().map(text),
            provider: record.provider().map(text),
            event_id: record.event_id(),
            record_id: record.record_id(),
            command_line: facts.recorded_command_line.map(text),
            arguments_only: facts.arguments_only,
            image: facts.image.map(text),
            account: facts.raw_account.as_deref().map(text),
            endpoint: text(facts.endpoint.as_deref().unwrap_or("unknown")),
            grandparent: facts.grandparent.map(recorded),
            parent: ParentIds {
                process_guid: facts.parent_process_guid.map(text),
                process_id: process_id(facts.parent_process_id),
                name: self.field(self.names.parent).map(text),
            },
            parent_command_line: facts.parent_command_line.map(text),
            urls: facts.recorded_command_line.map_or(Vec::new(), urls),
            remark: record.remark.clone(),
            repaired: record.repaired,
            raw,
        }
    }

    /// Its row in the event store, on a host.
    pub fn creation<'b>(&'b self, host: &'b str) -> Creation<'b> {
        let facts = self.facts;
        Creation {
            time: self.record.time,
            source: self.source,
            locator: self.record.locator,
            host,
            account: facts.raw_account.as_deref(),
            image: facts.image,
            name: self.field(self.names.process),
            command_line: facts.recorded_command_line,
            original_file_name: facts.original_file_name,
            current_directory: facts.current_directory,
            parent_image: facts.parent_image,
            parent_name: self.field(self.names.parent),
            parent_command_line: facts.parent_command_line,
            integrity: facts.integrity,
            hashes: facts.hashes,
            process: facts.process_guid.and_then(ProcessKey::parse),
            parent: facts.parent_process_guid.and_then(ProcessKey::parse),
            pid: process_id(facts.process_id),
            parent_pid: process_id(facts.parent_process_id),
            logon: facts.logon_id.as_deref().and_then(number),
        }
    }

    /// A field of the row; what several values there are stands in none that is asked for here.
    fn field(&self, place: Option<usize>) -> Option<&str> {
        match self.row.values.get(place?)? {
            Some(crate::event::Value::Text(text)) => Some(text),
            _ => None,
        }
    }
}

fn process_id(text: Option<&str>) -> Option<u32> {
    number(text?)?.try_into().ok()
}

fn urls(command_line: &str) -> Vec<EventUrl> {
    let of = |url: crate::cim::Url| EventUrl {
        text: Arc::from(&*url.text),
        host: Arc::from(&*url.host),
        path: Arc::from(&*url.path),
        role: Arc::from(url.role.to_string()),
    };
    crate::cim::urls(command_line).into_iter().map(of).collect()
}
