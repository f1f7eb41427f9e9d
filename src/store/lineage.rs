//! Who started the process that started a process: found in the event store. By the id that is
//! unique among all processes where the source has one, else by the system's process id: then by
//! the latest creation that had it on that host, not after the child's, in the same run of the
//! system and, where both are known, of the parent's name. Guesses no further.

use super::event::{Grandparent, KnownBy, StoredEvent};
use super::events::{Creation, CreationId, EventStore};
use super::findings::Findings;
use super::process_key::ProcessKey;
use crate::event::Timestamp;
use std::sync::Arc;

/// Events that say that the system was started, after which process ids begin anew: Kernel-General
/// 12 ("The operating system started at system time") and Eventlog 6005 ("The Event log service
/// was started").
const STARTS: [(&str, u32); 2] = [("Microsoft-Windows-Kernel-General", 12), ("EventLog", 6005)];
/// What the data model puts where it has no name.
const UNKNOWN: [&str; 3] = ["", "unknown", "null"];

/// Looks for ancestors.
#[derive(Debug)]
pub struct Lineage<'a> {
    store: &'a EventStore,
    /// When systems were started: host and time, in order.
    starts: Vec<(u32, Timestamp)>,
}

/// A process whose parent is looked for.
#[derive(Debug, Clone, Copy)]
struct Child<'a> {
    host: &'a str,
    at: Option<Timestamp>,
    parent: Option<ProcessKey<'a>>,
    parent_pid: Option<u32>,
    parent_name: Option<&'a str>,
}

impl<'a> Lineage<'a> {
    /// Over all that is sealed in a store.
    pub fn new(store: &'a EventStore) -> Self {
        Self {
            store,
            starts: store.when(&STARTS),
        }
    }

    /// The same findings, each event without a grandparent with the one that is found here; `None`
    /// when none is.
    pub fn complete(&self, findings: &Findings) -> Option<Findings> {
        let mut some = false;
        let events = findings.events.iter().map(|event| {
            let missing = event.grandparent.is_none();
            let Some(found) = missing.then(|| self.grandparent(event)).flatten() else {
                return event.clone();
            };
            some = true;
            let mut event = StoredEvent::clone(event);
            event.grandparent = Some(found);
            Arc::new(event)
        });
        let events = events.collect();
        some.then(|| findings.with_events(events))
    }

    /// The parent's parent of an event's process.
    pub fn grandparent(&self, event: &StoredEvent) -> Option<Grandparent> {
        let child = Child {
            host: &event.endpoint,
            at: event.time.map(|time| time.at),
            parent: event
                .parent
                .process_guid
                .as_deref()
                .and_then(ProcessKey::parse),
            parent_pid: event.parent.process_id,
            parent_name: known(event.parent.name.as_deref()),
        };
        let (parent, by) = self.parent(child)?;
        let parent = self.store.creation(parent)?;
        if let Some(name) = known(parent.parent_name) {
            let name = Arc::from(name);
            return Some(Grandparent { name, by });
        }
        // An old 4688 names no parent, but its id.
        let (above, by_above) = self.parent(Child::of(&parent))?;
        let name = known(self.store.creation(above)?.name)?;
        Some(Grandparent {
            name: Arc::from(name),
            by: by.min(by_above),
        })
    }

    fn parent(&self, child: Child<'_>) -> Option<(CreationId, KnownBy)> {
        let by_key = child.parent.and_then(|key| {
            let same = self.store.of_process(child.host, key);
            let before = |id: &&CreationId| self.time(**id) <= child.at;
            same.iter().rev().find(before).or(same.first()).copied()
        });
        if let Some(id) = by_key {
            return Some((id, KnownBy::ProcessGuid));
        }
        let (pid, at) = child.parent_pid.zip(child.at)?;
        let id = self.store.latest_of_pid(child.host, pid, at)?;
        let parent = self.store.creation(id)?;
        let started = parent.time?.at;
        let names = known(parent.name).zip(child.parent_name);
        let is_other = names.is_some_and(|(name, wanted)| !same_name(name, wanted));
        if is_other || self.was_started(child.host, started, at) {
            return None;
        }
        Some((id, KnownBy::ProcessId))
    }

    fn time(&self, id: CreationId) -> Option<Timestamp> {
        Some(self.store.creation(id)?.time?.at)
    }

    /// Whether the system of a host was started after one time and not after another.
    fn was_started(&self, host: &str, after: Timestamp, until: Timestamp) -> bool {
        self.store.host_ids(host).iter().any(|host| {
            let place = self
                .starts
                .partition_point(|start| *start <= (*host, after));
            let next = self.starts.get(place);
            next.is_some_and(|start| start.0 == *host && start.1 <= until)
        })
    }
}

impl<'a> Child<'a> {
    fn of(creation: &Creation<'a>) -> Self {
        Self {
            host: creation.host,
            at: creation.time.map(|time| time.at),
            parent: creation.parent,
            parent_pid: creation.parent_pid,
            parent_name: known(creation.parent_name),
        }
    }
}

fn known(name: Option<&str>) -> Option<&str> {
    name.filter(|name| !UNKNOWN.contains(name))
}

fn same_name(one: &str, other: &str) -> bool {
    one == other || one.to_lowercase() == other.to_lowercase()
}

#[cfg(test)]
mod tests;
