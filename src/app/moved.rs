//! Where the rows are after more were found: a row is known by any of its events, for its place and
//! its aggregates change as events arrive.

use crate::event::Identity;
use crate::store::Findings;
use foldhash::fast::RandomState;
use hashbrown::HashMap;
use std::cell::OnceCell;

/// From the old rows to the new.
#[derive(Debug)]
pub struct Moved<'a> {
    old: &'a Findings,
    new: &'a Findings,
    events: OnceCell<HashMap<Identity, usize, RandomState>>,
}

impl<'a> Moved<'a> {
    /// Of both.
    pub fn between(old: &'a Findings, new: &'a Findings) -> Self {
        Self {
            old,
            new,
            events: OnceCell::new(),
        }
    }

    /// The place now of the row that was at a place.
    pub fn row(&self, row: usize) -> Option<usize> {
        let index = self.new.index();
        let mut events = self.old.events_of(row);
        events.find_map(|(place, event)| {
            let place = self.event(place, event.identity)?;
            index.row_of_event(place)
        })
    }

    /// Events are found in the order of the evidence, so that most stay where they were.
    fn event(&self, place: usize, identity: Identity) -> Option<usize> {
        let at_place = self.new.events.get(place);
        if at_place.is_some_and(|event| event.identity == identity) {
            return Some(place);
        }
        let events = self.events.get_or_init(|| {
            let events = self.new.events.iter().enumerate();
            events.map(|(place, event)| (event.identity, place)).collect()
        });
        events.get(&identity).copied()
    }
}
