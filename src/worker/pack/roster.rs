//! The rules of a pass but the one that the accounting hunt runs, by number: those over one dataset
//! stand together. Knows what they share, and whose rows are made before whose; asks nothing.

use super::replay::{Asked, Job, Replay, Told};
use super::share::Share;
use crate::cim::Sources;
use crate::store::Findings;
use crate::worker::rule::Rule;
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

    /// The rows of each, by its place among all, of what it was asked about by its number; and what
    /// is told of that.
    pub fn replay(
        &self,
        replay: &Replay<'_>,
        asked: &[Vec<Asked>],
    ) -> (Vec<(usize, Arc<Findings>)>, Told) {
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
        let (of_rules, beside): (Vec<_>, Vec<_>) =
            jobs.into_iter().partition(|(owner, _)| owner.is_none());
        let mut of_rules: Vec<Job<'_>> = of_rules.into_iter().map(|(_, job)| job).collect();
        let mut told = Told::default();
        // What is brought before the rules, and that in the order in which they ask for it.
        let (owners, beside): (Vec<_>, Vec<_>) = beside.into_iter().unzip();
        let brought = Replay::each(&beside, |job| replay.events(job).0);
        for (owner, events) in owners.into_iter().zip(brought) {
            if let Some(job) = of_rules.iter_mut().find(|job| Some(job.place) == owner) {
                job.brought.extend(events);
            }
        }
        let rows = Replay::each(&of_rules, |job| replay.rows(job));
        let mut found = Vec::with_capacity(of_rules.len());
        for (job, (findings, of_it)) in of_rules.iter().zip(rows) {
            found.push((job.place, Arc::new(findings)));
            told.add(of_it);
        }
        (found, told)
    }
}

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
