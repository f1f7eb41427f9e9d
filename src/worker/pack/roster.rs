//! The rules of a pass but the one that the accounting hunt runs, by number: those over one dataset
//! stand together. Knows what they share, and whose rows are made before whose; asks nothing.

use super::replay::{Asked, Job, Replay, Told};
use super::share::Share;
use crate::cim::Sources;
use crate::content::folder::in_parallel;
use crate::store::{Findings, StoredEvent};
use crate::worker::rule::Rule;
use std::collections::BTreeMap;
use std::sync::Arc;

/// See the module.
pub(super) struct Roster<'a> {
    pub rules: Vec<Numbered<'a>>,
    pub shares: Vec<Share<'a>>,
}

/// One of them.
pub(super) struct Numbered<'a> {
    /// Its place among all.
    pub place: usize,
    pub rule: &'a Rule,
    /// The place of what it shares.
    pub share: usize,
    /// It is what a search inside of another rule brings, and this is the place of that.
    owner: Option<usize>,
}

impl<'a> Roster<'a> {
    /// Of all rules, behind which what searches inside of them bring stands, those at some places.
    /// For each of the latter there is the place of its rule in `owners`.
    pub fn new(
        all: &'a [&'a Rule],
        owners: &[usize],
        places: impl Iterator<Item = usize>,
        sources: &'a Sources,
    ) -> Self {
        let own = all.len() - owners.len();
        let mut roster = Self {
            rules: Vec::new(),
            shares: Vec::new(),
        };
        for (filling, places) in by_dataset(all, places, sources) {
            let share = roster.shares.len();
            let before = roster.rules.len();
            for place in places {
                let owner = place.checked_sub(own).and_then(|at| owners.get(at));
                if let Some(rule) = all.get(place) {
                    roster.rules.push(Numbered {
                        place,
                        rule,
                        share,
                        owner: owner.copied(),
                    });
                }
            }
            let of_it = roster
                .rules
                .iter()
                .skip(before)
                .map(|numbered| numbered.rule);
            let share = Share::new(filling, &of_it.collect::<Vec<_>>());
            roster.shares.push(share);
        }
        roster
    }

    /// What is brought to rules, with the place of each among all: in the order in which one asks for
    /// it. `asked` is what a rule is to be asked about once more, by its number.
    pub fn brought(&self, replay: &Replay<'_>, asked: &[Vec<Asked>]) -> Brought {
        let (owners, jobs): (Vec<Option<usize>>, Vec<Job<'_>>) = self
            .jobs(asked)
            .into_iter()
            .filter(|(owner, _)| owner.is_some())
            .unzip();
        let events = in_parallel(&jobs, |job| replay.events(job).0);
        let mut brought = Brought::default();
        for (owner, events) in owners.into_iter().flatten().zip(events) {
            brought.entry(owner).or_default().extend(events);
        }
        brought
    }

    /// The rows of each rule, by its place among all, and what is told of that.
    pub fn replay(
        &self,
        replay: &Replay<'_>,
        asked: &[Vec<Asked>],
        mut brought: Brought,
    ) -> (Vec<(usize, Arc<Findings>)>, Told) {
        let jobs = self.jobs(asked).into_iter();
        let of_rules = jobs.filter(|(owner, _)| owner.is_none());
        let of_rules: Vec<Job<'_>> = of_rules
            .map(|(_, job)| Job {
                brought: brought.remove(&job.place).unwrap_or_default(),
                ..job
            })
            .collect();
        let mut told = Told::default();
        let rows = in_parallel(&of_rules, |job| replay.rows(job));
        let mut found = Vec::with_capacity(of_rules.len());
        for (job, (findings, of_it)) in of_rules.iter().zip(rows) {
            found.push((job.place, Arc::new(findings)));
            told.add(of_it);
        }
        (found, told)
    }

    /// In the order of their places, each with the place of the rule that it brings something to.
    fn jobs<'r>(&'r self, asked: &'r [Vec<Asked>]) -> Vec<(Option<usize>, Job<'r>)> {
        let numbered = self.rules.iter().zip(asked);
        let mut jobs: Vec<(Option<usize>, Job<'_>)> = numbered
            .filter_map(|(numbered, asked)| {
                let job = Job {
                    place: numbered.place,
                    rule: numbered.rule,
                    share: self.shares.get(numbered.share)?,
                    asked,
                    brought: Vec::new(),
                };
                Some((numbered.owner, job))
            })
            .collect();
        jobs.sort_by_key(|(_, job)| job.place);
        jobs
    }
}

/// Events of other datasets, by the places of the rules that ask for them.
pub(super) type Brought = BTreeMap<usize, Vec<Arc<StoredEvent>>>;

/// The places of rules by what fills their datasets, in the order in which these come up.
fn by_dataset<'a>(
    rules: &'a [&'a Rule],
    places: impl Iterator<Item = usize>,
    all: &'a Sources,
) -> Vec<(&'a Sources, Vec<usize>)> {
    let mut datasets: Vec<((&Sources, usize), Vec<usize>)> = Vec::new();
    for place in places {
        let Some(rule) = rules.get(place) else {
            continue;
        };
        let (filling, dataset) = (rule.sources(all), rule.dataset());
        let mut known = datasets.iter_mut();
        match known.find(|((of, number), _)| std::ptr::eq(*of, filling) && *number == dataset) {
            Some((_, places)) => places.push(place),
            None => datasets.push(((filling, dataset), vec![place])),
        }
    }
    let sources = datasets.into_iter();
    sources.map(|((of, _), places)| (of, places)).collect()
}
