//! What the rules over one dataset share: a record is mapped once for all of them, and what is made
//! of it is kept once for those that it matters to. Does not read, and makes no rows.

use crate::cim::{Hosts, Machine, Scope, Selection, SourceIndex, Sources};
use crate::event::{Identity, Record};
use crate::store::StoredEvent;
use crate::worker::rule::Rule;
use crate::worker::stored::{Names, Read};
use std::sync::Arc;

/// See the module.
pub(super) struct Share<'a> {
    pub sources: &'a Sources,
    /// The place of the dataset among those that the rules may name.
    dataset: usize,
    names: Names,
    /// The fields that any of the rules tests; none: all.
    selection: Option<Selection>,
}

/// What was made of a record that matters to a rule.
pub(super) struct Heard {
    pub event: Arc<StoredEvent>,
    /// The id of a machine without a name, and what the record claims to be it.
    machine: Option<(String, Option<String>)>,
    /// The name of that machine is its `dest`.
    pub unresolved: bool,
}

/// What a rule says of a record that matters to it: its number, and whether it takes it as it is.
pub(super) type Says = (usize, bool);

impl<'a> Share<'a> {
    pub fn new(sources: &'a Sources, rules: &[&Rule]) -> Self {
        let tested: Option<Vec<Vec<usize>>> =
            rules.iter().map(|rule| rule.plan.tested_places()).collect();
        Self {
            sources,
            dataset: rules.first().map_or(usize::MAX, |rule| rule.dataset()),
            names: Names::of(sources),
            selection: tested.map(|tested| sources.selection(&tested.concat())),
        }
    }

    /// The rules to which a record matters: those that take it, or may do so when its host has a
    /// name.
    pub fn ask<'r>(
        &self,
        record: &Record,
        hosts: &Hosts,
        rules: impl Iterator<Item = (usize, &'r Rule)>,
    ) -> Option<(SourceIndex, Vec<Says>)> {
        let Scope::Creation(source) = self.sources.scope(record) else {
            return None;
        };
        let row = match &self.selection {
            Some(selection) => self.sources.map_selected(source, record, hosts, selection),
            None => self.sources.map(source, record, hosts),
        };
        let unresolved = self.sources.unresolved_host(source, record, hosts);
        let waits = |rule: &Rule| unresolved.is_some() && rule.tests_field("dest");
        let says = rules.filter_map(|(number, rule)| {
            let passes = rule.plan.test(&row);
            (passes || waits(rule)).then_some((number, passes))
        });
        let says: Vec<Says> = says.collect();
        (!says.is_empty()).then_some((source, says))
    }

    /// What is made of such a record.
    pub fn hear(
        &self,
        (source, identity): (SourceIndex, Identity),
        record: &Record,
        hosts: &Hosts,
        raw: Option<Arc<str>>,
    ) -> Heard {
        let row = self.sources.map(source, record, hosts);
        let facts = self.sources.facts(source, record, hosts);
        let read = Read {
            sources: self.sources,
            dataset: self.dataset,
            names: self.names,
            source,
            record,
            hosts,
            facts: &facts,
            row: &row,
            identity,
        };
        let machine = self.sources.unnamed_machine(source, record, hosts);
        let own = |machine: Machine<'_>| {
            let claimed = machine.claimed.map(str::to_owned);
            (machine.id.to_owned(), claimed)
        };
        let unresolved = self.sources.unresolved_host(source, record, hosts);
        Heard {
            event: Arc::new(read.event(raw)),
            machine: machine.map(own),
            unresolved: machine.is_some() && unresolved.is_some(),
        }
    }
}

impl Heard {
    pub fn machine(&self) -> Option<Machine<'_>> {
        let (id, claimed) = self.machine.as_ref()?;
        Some(Machine {
            id,
            claimed: claimed.as_deref(),
        })
    }
}
