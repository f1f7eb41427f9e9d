//! The events that passed the first stage, each once: which copy of an event is kept, where its
//! others are, and in which order they come. None of that depends on the order of reading: the
//! copy that comes first in the evidence is kept, and the order is the evidence's.

use super::late_hosts::LateHosts;
use crate::event::{Identity, Locator};
use crate::store::StoredEvent;
use foldhash::fast::RandomState;
use hashbrown::HashMap;
use std::sync::Arc;

/// An identity in four parts: without padding an entry takes a quarter less, and there is one for
/// every creation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct Known([u32; 4]);

impl From<Identity> for Known {
    fn from(identity: Identity) -> Self {
        let part = |at: u32| u32::try_from(identity.0 >> at & u128::from(u32::MAX));
        Self([0, 32, 64, 96].map(|at| part(at).unwrap_or_default()))
    }
}

/// What became of an event of which a copy was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Seen {
    /// The member of the first copy in the order of the evidence.
    pub source: u32,
    /// What became of it.
    pub fate: Fate,
}

/// What became of an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fate {
    /// It is not in the span of time that was asked for.
    Outside,
    /// It has no time, so that it is in no span; the search would have taken it.
    Timeless,
    /// The search was asked about it, and no copy passed.
    Tested,
    /// A copy passed: its place among the events.
    Kept(u32),
}

/// The events.
#[derive(Debug, Clone, Default)]
pub(super) struct Kept {
    events: Vec<Arc<StoredEvent>>,
    /// Where each comes in the order of the evidence: the member, and how many records were met
    /// before it.
    order: Vec<(u32, u64)>,
    seen: HashMap<Known, Seen, RandomState>,
    met: u64,
}

impl Kept {
    /// What became of an event that was read before.
    pub fn seen(&mut self, identity: Identity) -> Option<Seen> {
        self.met += 1;
        self.seen.get(&Known::from(identity)).copied()
    }

    /// Notes what became of an event.
    pub fn note(&mut self, identity: Identity, seen: Seen) {
        self.seen.insert(identity.into(), seen);
    }

    /// Keeps an event; its place.
    pub fn keep(&mut self, event: Arc<StoredEvent>) -> u32 {
        let place = u32::try_from(self.events.len()).unwrap_or(u32::MAX);
        self.order.push((event.locator.source.0, self.met));
        self.events.push(event);
        place
    }

    /// Takes another copy of an event that is kept. Whether it is the one that is kept now, because
    /// it comes before the one that was.
    pub fn add_copy(
        &mut self,
        place: u32,
        locator: Locator,
        make: impl FnOnce() -> Arc<StoredEvent>,
    ) -> bool {
        let place = place as usize;
        let Some((event, order)) = self.events.get_mut(place).zip(self.order.get_mut(place)) else {
            return false;
        };
        if order.0 <= locator.source.0 {
            Arc::make_mut(event).also_in.push(locator);
            return false;
        }
        *order = (locator.source.0, self.met);
        let mut first = make();
        let copies = &mut Arc::make_mut(&mut first).also_in;
        copies.push(event.locator);
        copies.extend_from_slice(&event.also_in);
        *event = first;
        true
    }

    /// The events until now. In the order of the evidence when it is read in that order, else once
    /// they are [`Self::arrange`]d.
    pub fn events(&self) -> &[Arc<StoredEvent>] {
        &self.events
    }

    /// Puts the events and their copies into the order of the evidence, and the places of those
    /// that wait for a name with them. To be done when all is read: places are other ones then.
    pub fn arrange(&mut self, late: &mut LateHosts) {
        self.seen = HashMap::default();
        if self.order.is_sorted() {
            return;
        }
        let mut places: Vec<usize> = (0..self.events.len()).collect();
        places.sort_by_key(|place| self.order.get(*place));
        let events = places.iter().filter_map(|place| self.events.get(*place));
        self.events = events.cloned().collect();
        for event in &mut self.events {
            if !event.also_in.is_sorted_by_key(|copy| copy.source) {
                Arc::make_mut(event).also_in.sort_by_key(|copy| copy.source);
            }
        }
        let mut now = vec![0; places.len()];
        for (new, old) in places.into_iter().enumerate() {
            if let Some(now) = now.get_mut(old) {
                *now = new;
            }
        }
        late.moved(|old| now.get(old).copied());
        self.order.sort_unstable();
    }
}
