//! Whether rules can be run, and what they look for: for each rule of a content folder the end of
//! the way from its text to its needles, nothing read of any evidence.

mod drilldowns;

use super::rule::{compile, options, raw_events};
use crate::cim::{Dataset, Models, Sources};
use crate::content::folder::in_parallel;
use crate::content::{Class, Detection, Folder, Macros, ParsedSearch, Placed};
use crate::event::Zone;
use crate::evidence::prefilter::Wanted;
use crate::report::rules::{Checked, Status};
use crate::search::needles::needles;
use crate::search::{Plan, PlanOptions};
use crate::spl::{Diagnostic, lint};
use std::collections::BTreeSet;
use std::path::Path;

/// What rules are checked against.
#[derive(Debug)]
pub struct Checker<'a> {
    /// All macros but the rules' own filters.
    macros: Macros,
    sources: &'a Sources,
    /// The folder whose rules they are: paths are told below it.
    folder: &'a Path,
    datasets: Vec<Dataset>,
    options: PlanOptions,
}

impl<'a> Checker<'a> {
    /// For rules of this content over the rows that `sources` make.
    pub fn new(content: &'a Folder, models: &Models, sources: &'a Sources, zone: Zone) -> Self {
        Self {
            macros: content.macros.clone(),
            sources,
            folder: &content.path,
            datasets: models.datasets().cloned().collect(),
            options: options(content, zone),
        }
    }

    /// Checks rules, in their order.
    pub fn check_all(&mut self, rules: &[Detection]) -> Vec<Checked> {
        for rule in rules {
            self.macros.add_filter_of(rule);
        }
        let checker = &*self;
        in_parallel(rules, |rule| checker.check(rule))
    }

    /// Checks a rule, whose filter macro must be known.
    fn check(&self, rule: &Detection) -> Checked {
        let mut checked = self.unchecked(rule);
        let parsed = match ParsedSearch::of(rule, &self.macros) {
            Ok(parsed) => parsed,
            Err(error) => {
                checked.reasons = error.placed();
                return checked;
            }
        };
        checked.parses = true;
        let raw = raw_events(&parsed.pipeline);
        let mut datasets = self.datasets.clone();
        datasets.extend(raw.iter().map(|raw| raw.dataset().clone()));
        match compile(&parsed, &datasets, &self.options, raw.as_ref()) {
            Err(problems) => checked.reasons = placed(&parsed, rule, &problems),
            Ok(plan) => {
                let mut odd = placed(&parsed, rule, &lints(&parsed, &plan));
                odd.extend(drilldowns::check(
                    rule,
                    &self.macros,
                    &datasets,
                    &self.options,
                    &odd,
                ));
                checked.status = if odd.is_empty() {
                    Status::Runs
                } else {
                    Status::RunsWithLints
                };
                checked.reasons = odd;
                self.look_for(&plan, raw.as_ref(), &mut checked);
            }
        }
        checked
    }

    fn unchecked(&self, rule: &Detection) -> Checked {
        let below = Path::new(&rule.origin).strip_prefix(self.folder);
        let path = below.ok().filter(|path| !path.as_os_str().is_empty());
        Checked {
            id: rule.id.clone(),
            name: rule.name.clone(),
            path: path.map_or_else(|| rule.origin.clone(), |path| path.display().to_string()),
            class: Class::of(rule, &self.macros),
            is_deprecated: rule.is_deprecated(),
            status: Status::Refused,
            parses: false,
            reasons: Vec::new(),
            needles: Vec::new(),
            full_pass: Vec::new(),
        }
    }

    /// The texts that it looks for in any kind of evidence, and the kinds of which it needs all.
    fn look_for(&self, plan: &Plan, raw: Option<&Sources>, checked: &mut Checked) {
        let mut texts = BTreeSet::new();
        // A search inside of it may look into another dataset, for which there is another pass.
        let beside = plan.beside();
        for plan in std::iter::once(plan).chain(&beside) {
            let raw = raw.filter(|raw| raw.dataset().full_name() == plan.dataset());
            let needles = needles(plan, raw.unwrap_or(self.sources));
            for (kind, wanted) in [
                ("Windows events", &needles.windows),
                ("CrowdStrike events", &needles.crowdstrike),
                ("Cisco NVM flows", &needles.nvm),
                ("Defender, Elastic and result rows", &needles.flat),
            ] {
                match wanted {
                    Wanted::Holding(held) => texts.extend(held.iter().map(ToString::to_string)),
                    Wanted::Everything(why) => {
                        let full = (kind.to_owned(), why.clone());
                        if !checked.full_pass.contains(&full) {
                            checked.full_pass.push(full);
                        }
                    }
                }
            }
        }
        checked.needles = texts.into_iter().collect();
    }
}

fn placed(parsed: &ParsedSearch, rule: &Detection, messages: &[Diagnostic]) -> Vec<Placed> {
    let placed = |message| parsed.placed(rule, message);
    messages.iter().map(placed).collect()
}

/// What is odd about a search that runs, in the order of the text.
pub fn lints(parsed: &ParsedSearch, plan: &Plan) -> Vec<Diagnostic> {
    let mut lints = lint::lints(&parsed.pipeline, &parsed.expanded.text);
    lints.extend_from_slice(plan.lints());
    lints.sort_by_key(|lint| lint.span.start);
    lints
}

#[cfg(test)]
mod tests;
