//! Host names that become known after the events that need them: an aidmaster file may lie behind
//! the FDR data. The events keep the sensor's id until then; rows and ledger get the name.

use crate::cim::{Hosts, Sources};
use crate::store::StoredEvent;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Sensor ids without a name at the time their events were read.
#[derive(Debug, Clone, Default)]
pub struct LateHosts {
    ids: BTreeSet<String>,
    events: BTreeMap<usize, String>,
}

impl LateHosts {
    /// A creation of this sensor had no host name.
    pub fn note(&mut self, id: &str) {
        if !self.ids.contains(id) {
            self.ids.insert(id.to_owned());
        }
    }

    /// The event at that place waits for the name of this sensor's host.
    pub fn note_event(&mut self, id: &str, event: usize) {
        self.events.insert(event, id.to_owned());
    }

    /// Whether a name became known that was missing.
    pub fn any_resolved(&self, hosts: &Hosts) -> bool {
        self.ids.iter().any(|id| hosts.of_aid(id).is_some())
    }

    /// Each id that has a name now, and the name.
    pub fn names(&self, hosts: &Hosts) -> Vec<(String, String)> {
        let named = |id: &String| Some((id.clone(), hosts.of_aid(id)?.to_owned()));
        self.ids.iter().filter_map(named).collect()
    }

    /// The events with the names that are known now.
    pub fn resolve(
        &self,
        events: &[Arc<StoredEvent>],
        hosts: &Hosts,
        sources: &Sources,
    ) -> Vec<Arc<StoredEvent>> {
        let mut events = events.to_vec();
        for (place, id) in &self.events {
            let Some((event, name)) = events.get_mut(*place).zip(hosts.of_aid(id)) else {
                continue;
            };
            let event = Arc::make_mut(event);
            event.row = sources.remap_host(&event.row, name);
            event.endpoint = Arc::from(name);
        }
        events
    }
}
