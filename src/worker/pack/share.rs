//! What the rules over one dataset share: a record is mapped once for all of them, and what is made
//! of it is kept once for those that it matters to. Does not read, and makes no rows.

use crate::cim::{DatasetRow, Hosts, Machine, Scope, Selection, SourceIndex, Sources};
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
    /// The fields that any of the rules tests, and the names; none: all.
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

/// What the rules say of a record that matters to any of them.
pub(super) struct Said {
    source: SourceIndex,
    /// The fields that were asked for.
    row: DatasetRow,
    /// By their numbers those to which it matters, and whether they take it as it is.
    pub rules: Vec<(usize, bool)>,
}

impl<'a> Share<'a> {
    pub fn new(sources: &'a Sources, rules: &[&Rule]) -> Self {
        let names = Names::of(sources);
        let tested: Option<Vec<Vec<usize>>> =
            rules.iter().map(|rule| rule.plan.tested_places()).collect();
        Self {
            sources,
            dataset: rules.first().map_or(usize::MAX, |rule| rule.dataset()),
            names,
            selection: tested.map(|tested| {
                let mut places = tested.concat();
                places.extend(names.places());
                sources.selection(&places)
            }),
        }
    }

    /// The rules to which a record matters: those that take it, or may do so when its host has a
    /// name.
    pub fn ask<'r>(
        &self,
        record: &Record,
        hosts: &Hosts,
        rules: impl Iterator<Item = (usize, &'r Rule)>,
    ) -> Option<Said> {
        let Scope::Creation(source) = self.sources.scope(record) else {
            return None;
        };
        let row = match &self.selection {
            Some(selection) => self.sources.map_selected(source, record, hosts, selection),
            None => self.sources.map(source, record, hosts),
        };
        let unresolved = self.sources.unresolved_host(source, record, hosts);
        let waits = |rule: &Rule| unresolved.is_some() && rule.tests_field("dest");
        let rules = rules.filter_map(|(number, rule)| {
            let passes = rule.plan.test(&row);
            (passes || waits(rule)).then_some((number, passes))
        });
        let rules: Vec<(usize, bool)> = rules.collect();
        (!rules.is_empty()).then_some(Said { source, row, rules })
    }

    /// What is made of such a record.
    pub fn hear(
        &self,
        (said, identity): (&Said, Identity),
        record: &Record,
        hosts: &Hosts,
        raw: Option<Arc<str>>,
    ) -> Heard {
        let source = said.source;
        let facts = self.sources.facts(source, record, hosts);
        let read = Read {
            sources: self.sources,
            dataset: self.dataset,
            names: self.names,
            source,
            record,
            hosts,
            facts: &facts,
            row: &said.row,
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
