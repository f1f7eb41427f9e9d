//! The rows of each rule, of what the pass kept: which copies of an event it takes, in which order
//! and under which names is decided as in a hunt of its own (`taken`). Reads and maps nothing.

use super::share::{Heard, Share};
use crate::cim::Hosts;
use crate::event::Timestamp;
use crate::store::{Findings, StoredEvent};
use crate::worker::hunt::HuntOptions;
use crate::worker::report::Loaded;
use crate::worker::rule::Rule;
use crate::worker::taken::{Answer, Passes, Taken};
use std::sync::Arc;

/// What a rule said of something that was heard.
#[derive(Debug, Clone, Copy)]
pub(super) struct Asked {
    /// Its place among what was heard.
    pub place: usize,
    /// The rule takes it as it is.
    pub passes: bool,
}

/// A rule whose rows are to be made.
pub(super) struct Job<'a> {
    /// Its place among the rules.
    pub place: usize,
    pub rule: &'a Rule,
    pub share: &'a Share<'a>,
    pub asked: &'a [Asked],
    /// Events of other datasets.
    pub brought: Vec<Arc<StoredEvent>>,
}

/// What the pass left.
pub(super) struct Replay<'a> {
    pub options: &'a HuntOptions,
    pub now: Option<Timestamp>,
    pub hosts: &'a Hosts,
    pub heard: &'a [Heard],
}

/// What is told of the searches.
#[derive(Debug, Default)]
pub(super) struct Told {
    notes: Vec<String>,
    without_time: u64,
}

impl Replay<'_> {
    /// The rows of a rule.
    pub fn rows(&self, job: &Job<'_>) -> (Findings, Told) {
        let (mut events, without_time) = self.events(job);
        events.extend(job.brought.iter().cloned());
        let plan = job.rule.plan_at(self.now);
        let rows = events.iter().map(|event| (event.dataset, &event.row));
        let table = plan.rows_of_datasets(rows);
        let told = Told {
            notes: named(job.rule, plan.notes()),
            without_time,
        };
        (Findings::new(table, events), told)
    }

    /// The events that a rule takes, and how many it would take if they had a time.
    pub fn events(&self, job: &Job<'_>) -> (Vec<Arc<StoredEvent>>, u64) {
        let mut taken = Taken::default();
        let waits_for_dest = job.rule.tests_field("dest");
        let asked = job.asked.iter();
        let of_rule = asked.filter_map(|asked| Some((asked, self.heard.get(asked.place)?)));
        for (asked, heard) in of_rule {
            let event = &heard.event;
            let seen = taken.seen(event.identity);
            let machine = heard.machine();
            if let Some(machine) = machine {
                taken.note_machine(machine);
            }
            let earlier = seen.filter(|_| !self.options.keep_duplicates);
            let earlier = earlier.map(|seen| seen.fate);
            let answer = Answer {
                locator: event.locator,
                time: event.time,
                machine,
                unresolved: heard.unresolved,
                in_window: self.options.in_window(event.time),
                passes: Passes::of(asked.passes, heard.unresolved && waits_for_dest),
            };
            let fate = taken.take(&answer, earlier, || Arc::clone(event));
            taken.note(event.identity, event.locator.source.0, seen, fate);
        }
        taken.arrange();
        (
            taken.events(self.hosts, job.share.sources),
            taken.without_time,
        )
    }
}

impl Told {
    /// Puts what is told of another search behind it.
    pub fn add(&mut self, other: Self) {
        self.notes.extend(other.notes);
        self.without_time += other.without_time;
    }

    /// Puts it behind what is told of the hunt that accounts for the evidence. Which rows of a
    /// result a rule does not take is told of a rule that is run alone: a row is one of one rule,
    /// and would be told of by all others.
    pub fn put(self, first: &Rule, loaded: &mut Loaded) {
        loaded.rejected.clear();
        loaded.notes = named(first, std::mem::take(&mut loaded.notes));
        loaded.notes.extend(self.notes);
        loaded.without_time += self.without_time;
    }
}

/// Notes on the run of a rule's search, among those of others.
fn named(rule: &Rule, notes: Vec<String>) -> Vec<String> {
    let name = &rule.detection.name;
    let notes = notes.into_iter();
    notes.map(|note| format!("rule '{name}': {note}")).collect()
}
