//! A hunt over records that another one read: what `pack` asks of it.

use super::{Hunt, Hunted};
use crate::cim::Hosts;
use crate::event::{EventTime, Record, SourceId};
use crate::evidence::read::Visitor as _;
use crate::store::StoredEvent;
use std::sync::Arc;

impl Hunt<'_> {
    /// Goes by the logs of a hunt that is over, which gets them back with the end of this one.
    pub(in crate::worker) fn take_members(&mut self, hunted: &mut Hunted) {
        self.members.list = std::mem::take(&mut hunted.members);
        self.members.detected = std::mem::take(&mut hunted.detected);
    }

    /// Events of other datasets that searches inside of the rule's ask for.
    pub(in crate::worker) fn bring(&mut self, events: Vec<Arc<StoredEvent>>) {
        self.beside = events;
    }

    /// A record that was read already, of whichever log.
    pub(in crate::worker) fn hear(&mut self, record: &Record, raw: Option<&Arc<str>>) {
        let source = record.locator.source;
        let place = source.0 as usize;
        let member = self.members.list.get(place).cloned();
        let detected = self.members.detected.get(place).cloned().flatten();
        if self.heard != Some(source)
            && let (Some(member), Some(detected)) = (member, detected)
        {
            self.begin(&member, &detected);
            self.heard = Some(source);
        }
        let raw = raw.cloned().unwrap_or_default();
        // Nothing breaks off what is not being read.
        let _ = self.record(record.clone(), &mut || Arc::clone(&raw));
    }

    /// The time as it is taken, see `Account::possible`.
    pub(in crate::worker) fn possible(&self, time: Option<EventTime>) -> Option<EventTime> {
        self.account.possible(time)
    }

    /// The names of hosts as they are known now.
    pub(in crate::worker) fn hosts(&self) -> Arc<Hosts> {
        Arc::clone(&self.hosts)
    }

    /// Whether a log can be read once only.
    pub(in crate::worker) fn is_stream(&self, source: SourceId) -> bool {
        self.members.is_stream(source)
    }
}
