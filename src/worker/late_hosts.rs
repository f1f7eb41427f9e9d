//! Host names that become known after the events that need them: an aidmaster file may lie behind
//! the FDR data, an NVM system record behind the flows. Until the end such machines are counted
//! under the sensor's id; then rows and ledger get the name.

use crate::cim::{Hosts, Machine, Sources};
use crate::store::StoredEvent;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Machines without a name at the time their events were read.
#[derive(Debug, Clone, Default)]
pub struct LateHosts {
    /// By sensor id: the names that its records claim.
    claimed: BTreeMap<String, BTreeSet<String>>,
    /// By place among the events: the id, and whether the row's `dest` waits for the name too.
    events: BTreeMap<usize, (String, bool)>,
}

impl LateHosts {
    /// A creation was on this machine.
    pub fn note(&mut self, machine: Machine<'_>) {
        if !self.claimed.contains_key(machine.id) {
            self.claimed.insert(machine.id.to_owned(), BTreeSet::new());
        }
        if let Some((claimed, names)) = machine.claimed.zip(self.claimed.get_mut(machine.id))
            && !names.contains(claimed)
        {
            names.insert(claimed.to_owned());
        }
    }

    /// The event at that place was on this machine, if on one without a name; `dest` says that the
    /// name is its `dest`.
    pub fn note_event(&mut self, machine: Option<Machine<'_>>, event: usize, dest: bool) {
        match machine {
            Some(machine) => {
                self.events.insert(event, (machine.id.to_owned(), dest));
            }
            None => {
                self.events.remove(&event);
            }
        }
    }

    /// The events have other places now.
    pub fn moved(&mut self, now: impl Fn(usize) -> Option<usize>) {
        let events = std::mem::take(&mut self.events).into_iter();
        self.events = events
            .filter_map(|(place, machine)| Some((now(place)?, machine)))
            .collect();
    }

    /// Each id and the name that is known for it now. What its records claim is taken for its name
    /// only when they claim one thing and no other machine claims it: a domain is no machine.
    pub fn names(&self, hosts: &Hosts) -> BTreeMap<String, String> {
        let mut claims: BTreeMap<String, usize> = BTreeMap::new();
        for name in self.claimed.values().flatten() {
            *claims.entry(name.to_lowercase()).or_default() += 1;
        }
        let own = |names: &BTreeSet<String>| {
            let (first, last) = (names.first()?, names.last()?);
            let unique = first == last && claims.get(&first.to_lowercase()) == Some(&1);
            unique.then(|| first.clone())
        };
        let named = |(id, names): (&String, &BTreeSet<String>)| {
            let known = hosts.name_of(id).map(str::to_owned);
            Some((id.clone(), known.or_else(|| own(names))?))
        };
        self.claimed.iter().filter_map(named).collect()
    }

    /// The events with the names that are known now.
    pub fn resolve(
        &self,
        events: &[Arc<StoredEvent>],
        hosts: &Hosts,
        sources: &Sources,
    ) -> Vec<Arc<StoredEvent>> {
        let mut events = events.to_vec();
        let names = self.names(hosts);
        for (place, (id, dest)) in &self.events {
            let Some((event, name)) = events.get_mut(*place).zip(names.get(id)) else {
                continue;
            };
            let event = Arc::make_mut(event);
            event.endpoint = Arc::from(name.as_str());
            if *dest {
                event.row = sources.remap_host(&event.row, name);
            }
        }
        events
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_domain_is_no_machine() {
        let mut late = LateHosts::default();
        for (id, claimed) in [
            ("a", "CORP"),
            ("b", "corp"),
            ("c", "WS-1"),
            ("d", "X"),
            ("d", "Y"),
        ] {
            late.note(Machine {
                id,
                claimed: Some(claimed),
            });
        }
        late.note(Machine {
            id: "e",
            claimed: None,
        });
        let mut hosts = Hosts::default();
        hosts.read("udid,host\nb,web-02").unwrap();
        let names: Vec<_> = late.names(&hosts).into_iter().collect();
        let expected = [("b", "web-02"), ("c", "WS-1")].map(|(a, b)| (a.to_owned(), b.to_owned()));
        assert_eq!(names, expected);
    }
}
