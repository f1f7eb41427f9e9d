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
            events
                .map(|(place, event)| (event.identity, place))
                .collect()
        });
        events.get(&identity).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cim::DatasetRow;
    use crate::event::{Locator, Position, SourceId};
    use crate::search::{Row, Table};
    use crate::store::StoredEvent;
    use std::sync::Arc;

    fn event(identity: u128) -> Arc<StoredEvent> {
        Arc::new(StoredEvent {
            row: DatasetRow::default(),
            dataset: 0,
            time: None,
            locator: Locator {
                source: SourceId(0),
                position: Position::Span { offset: 0, len: 0 },
            },
            also_in: vec![],
            identity: Identity(identity),
            source: "s".into(),
            letter: 'S',
            channel: None,
            provider: None,
            event_id: None,
            record_id: None,
            command_line: None,
            arguments_only: false,
            image: None,
            account: None,
            endpoint: "e".into(),
            grandparent: None,
            parent: crate::store::ParentIds::default(),
            parent_command_line: None,
            urls: vec![],
            remark: None,
            repaired: false,
            raw: None,
        })
    }

    fn findings(events: &[u128], rows: &[&[u32]]) -> Findings {
        let row = |events: &&[u32]| Row {
            cells: vec![],
            events: events.to_vec(),
        };
        let table = Table {
            columns: vec![],
            rows: rows.iter().map(row).collect(),
        };
        Findings::new(
            table,
            events.iter().map(|event_id| event(*event_id)).collect(),
        )
    }

    #[test]
    fn a_row_is_known_by_its_events() {
        let old = findings(&[7, 8, 9], &[&[0, 2], &[1]]);
        // More events, one of them before those that were there, and the rows in another order.
        let new = findings(&[7, 5, 8, 9], &[&[2], &[1], &[0, 3]]);
        let moved = Moved::between(&old, &new);
        assert_eq!(
            (moved.row(0), moved.row(1), moved.row(2)),
            (Some(2), Some(0), None)
        );
        let gone = findings(&[5], &[&[0]]);
        assert_eq!(Moved::between(&old, &gone).row(0), None);
    }
}
