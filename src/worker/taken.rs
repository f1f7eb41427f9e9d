//! What a search takes of the events that it is asked about: each once, whatever copies of it are
//! read and in which order, and those whose host gets its name later. Asks no search and counts
//! nothing for the ledger.

use super::kept::{Fate, Kept, Seen};
use super::late_hosts::LateHosts;
use crate::cim::{Hosts, Machine, Sources};
use crate::event::{EventTime, Identity, Locator};
use crate::store::StoredEvent;
use std::collections::BTreeMap;
use std::sync::Arc;

/// A copy of an event, and what the search says of it.
#[derive(Clone, Copy)]
pub(in crate::worker) struct Answer<'a> {
    pub locator: Locator,
    pub time: Option<EventTime>,
    /// Where it happened, if on a machine without a name.
    pub machine: Option<Machine<'a>>,
    /// The name of that machine is its `dest`.
    pub unresolved: bool,
    /// It is in the span of time that was asked for.
    pub in_window: bool,
    pub passes: Passes,
}

/// Whether a search takes an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::worker) enum Passes {
    No,
    /// It is asked once more when the machine has a name, since it looks at `dest`.
    Perhaps,
    Yes,
}

impl Passes {
    /// `waits`: the search looks at `dest`, which has no name yet.
    pub fn of(passes: bool, waits: bool) -> Self {
        match (passes, waits) {
            (true, _) => Self::Yes,
            (false, true) => Self::Perhaps,
            (false, false) => Self::No,
        }
    }
}

/// See the module.
#[derive(Debug, Clone, Default)]
pub(super) struct Taken {
    kept: Kept,
    late_hosts: LateHosts,
    /// How many it would take if they had a time.
    pub without_time: u64,
}

impl Taken {
    /// What became of an event that was read before.
    pub fn seen(&mut self, identity: Identity) -> Option<Seen> {
        self.kept.seen(identity)
    }

    /// Notes what became of an event, a copy of which stands in that member.
    pub fn note(&mut self, identity: Identity, member: u32, seen: Option<Seen>, fate: Fate) {
        let source = seen.map_or(member, |seen| seen.source.min(member));
        let now = Seen { source, fate };
        if seen != Some(now) {
            self.kept.note(identity, now);
        }
    }

    /// An event was on this machine.
    pub fn note_machine(&mut self, machine: Machine<'_>) {
        self.late_hosts.note(machine);
    }

    /// Takes a copy of an event of whose earlier copies that became, if the search does.
    pub fn take(
        &mut self,
        answer: &Answer<'_>,
        earlier: Option<Fate>,
        make: impl FnOnce() -> Arc<StoredEvent>,
    ) -> Fate {
        if !answer.in_window {
            return match earlier {
                Some(fate) => fate,
                None if answer.time.is_none() && answer.passes == Passes::Yes => {
                    self.without_time += 1;
                    Fate::Timeless
                }
                None => Fate::Outside,
            };
        }
        if earlier == Some(Fate::Timeless) {
            self.without_time = self.without_time.saturating_sub(1);
        }
        // Rows are tested once more when they are made, with the names known then.
        if answer.passes == Passes::No {
            return earlier
                .filter(|fate| matches!(fate, Fate::Kept(_)))
                .unwrap_or(Fate::Tested);
        }
        let (place, is_new) = match earlier {
            Some(Fate::Kept(place)) => {
                let is_new = self.kept.add_copy(place, answer.locator, make);
                (place, is_new)
            }
            _ => (self.kept.keep(make()), true),
        };
        if is_new {
            self.late_hosts
                .note_event(answer.machine, place as usize, answer.unresolved);
        }
        Fate::Kept(place)
    }

    /// How many events there are.
    pub fn count(&self) -> usize {
        self.kept.events().len()
    }

    /// The events, with the names that are known now.
    pub fn events(&self, hosts: &Hosts, sources: &Sources) -> Vec<Arc<StoredEvent>> {
        self.late_hosts.resolve(self.kept.events(), hosts, sources)
    }

    /// Each machine that had no name, and the one that it has now.
    pub fn names(&self, hosts: &Hosts) -> BTreeMap<String, String> {
        self.late_hosts.names(hosts)
    }

    /// Puts the events into the order of the evidence, see [`Kept::arrange`].
    pub fn arrange(&mut self) {
        self.kept.arrange(&mut self.late_hosts);
    }
}
