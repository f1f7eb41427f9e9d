//! How much of a folder of public content the search language understands: every rule is loaded,
//! parsed and compiled, and what stops it is counted. Needs a checkout, so it is not run by itself:
//! `GIMLET_CONTENT=<checkout> cargo test --test content_trial -- --ignored --nocapture`. With
//! `GIMLET_SHARED=<folder with real logs>` each rule that compiles is run, too, twice, over a part of
//! the rows that these logs hold.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a test may panic and prints what it counted"
)]

use gimlet::cim::{Dataset, DatasetRow, Models, Sources};
use gimlet::content::{Detection, Lookups, Macros, ParsedSearch};
use gimlet::search::{Plan, PlanOptions};
use gimlet::worker::hunt::{HuntOptions, Pass, hunt};
use gimlet::worker::rule::{Rule, RuleFiles, compile, raw_events};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

fn rules(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            rules(&path, found);
        } else if path.extension().is_some_and(|e| e == "yml") {
            found.push(path);
        }
    }
    found.sort();
}

/// A message without what is different in every rule.
fn reason(code: &str, message: &str) -> String {
    let mut parts = message.split('\'');
    let mut text = parts.next().unwrap_or_default().to_owned();
    for (place, part) in parts.enumerate() {
        let name = part.len() <= 40 && !part.contains(' ');
        text.push_str(if place % 2 == 0 && !name { "…" } else { part });
    }
    format!("{code} {text}")
}

/// What a rule is refused for beside that its data is not read in this version.
fn language(code: &str) -> bool {
    !matches!(code, "SPL-RAW" | "SPL-MODEL" | "SPL-INPUT")
}

/// How many rows of a dataset the rules are run over.
const ROWS: usize = 2000;

/// Some rows of every dataset that real logs hold.
fn real_rows(datasets: &[Dataset]) -> Vec<(usize, DatasetRow)> {
    let Ok(shared) = std::env::var("GIMLET_SHARED") else {
        return Vec::new();
    };
    let models = Models::built_in().unwrap();
    let sources = Sources::built_in(&models).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let mut rows = Vec::new();
    for (index, dataset) in datasets.iter().enumerate() {
        let (model, name) = (&dataset.model, &dataset.name);
        let path = folder.path().join("rule.yml");
        let search = format!("| from datamodel {model}.{name}");
        std::fs::write(&path, format!("name: R\nsearch: '{search}'\n")).unwrap();
        let files = RuleFiles {
            rule: Some(path),
            ..RuleFiles::default()
        };
        let rule = Rule::load(&files, &models, gimlet::event::Zone::UTC).unwrap();
        let options = HuntOptions {
            paths: vec![Path::new(&shared).join("data")],
            pass: Pass::Rows,
            ..HuntOptions::default()
        };
        let hunted = hunt(&rule, &sources, &options, &mut ());
        let events = &hunted.findings.events;
        // From all over the evidence.
        let step = events.len().div_ceil(ROWS).max(1);
        let some = events.iter().step_by(step);
        rows.extend(some.map(|event| (index, event.row.clone())));
        println!("{model}.{name}: {} events", events.len());
    }
    rows
}

/// Runs a plan over the rows, twice; how many rows it gives.
fn run(plan: &Plan, rows: &[(usize, DatasetRow)]) -> usize {
    let once = || {
        let rows = rows.iter().map(|(index, row)| (*index, row));
        plan.run_datasets(rows).0
    };
    let table = once();
    assert_eq!(table, once());
    table.rows.len()
}

/// What was counted.
#[derive(Default)]
struct Counts {
    parse: usize,
    of_the_language: usize,
    run: usize,
    give_rows: usize,
    slowest: (Duration, String),
    /// What stops rules, and which.
    reasons: BTreeMap<String, Vec<String>>,
}

impl Counts {
    fn stopped(&mut self, reason: String, rule: &str) {
        self.reasons
            .entry(reason)
            .or_default()
            .push(rule.to_owned());
    }

    fn print(mut self, total: usize) {
        println!(
            "{total} rules, {} parse, {} of the language, {} run",
            self.parse, self.of_the_language, self.run
        );
        let (time, name) = &self.slowest;
        println!(
            "{} give rows; the slowest took {time:?}: {name}",
            self.give_rows
        );
        let mut reasons: Vec<_> = std::mem::take(&mut self.reasons).into_iter().collect();
        reasons.sort_by_key(|(_, rules)| std::cmp::Reverse(rules.len()));
        for (reason, rules) in reasons {
            let some: Vec<&str> = rules.iter().take(3).map(String::as_str).collect();
            println!("{:5} {reason} [{}]", rules.len(), some.join(", "));
        }
    }
}

/// All that rules are tried with.
struct Trial {
    macros: Macros,
    datasets: Vec<Dataset>,
    options: PlanOptions,
    rows: Vec<(usize, DatasetRow)>,
}

impl Trial {
    fn of(content: &Path) -> Self {
        let datasets: Vec<Dataset> = Models::built_in().unwrap().datasets().cloned().collect();
        let mut macros = Macros::built_in().unwrap();
        macros.add(&content.join("macros")).unwrap();
        let mut lookups = Lookups::default();
        for problem in lookups.add(&content.join("lookups")) {
            println!("{problem}");
        }
        Self {
            rows: real_rows(&datasets),
            macros,
            datasets,
            options: PlanOptions {
                lookups: Arc::new(lookups),
                now: gimlet::event::Timestamp::from_seconds(1_700_000_000),
                ..PlanOptions::default()
            },
        }
    }

    fn rule(&self, path: &Path, counts: &mut Counts) {
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        let rule = match Detection::read(path) {
            Ok(rule) => rule,
            Err(error) => return counts.stopped(format!("file: {error}"), &name),
        };
        let mut macros = self.macros.clone();
        macros.add_filter_of(&rule);
        let parsed = match ParsedSearch::of(&rule, &macros) {
            Ok(parsed) => parsed,
            Err(error) => {
                for problem in &error.diagnostics {
                    counts.stopped(reason(problem.code, &problem.message), &name);
                }
                return;
            }
        };
        counts.parse += 1;
        let raw = raw_events(&parsed.pipeline);
        let mut datasets = self.datasets.clone();
        datasets.extend(raw.iter().map(|raw| raw.dataset().clone()));
        match compile(&parsed, &datasets, &self.options, raw.as_ref()) {
            Ok(plan) => {
                counts.run += 1;
                counts.of_the_language += 1;
                let started = Instant::now();
                counts.give_rows += usize::from(run(&plan, &self.rows) > 0);
                let took = (started.elapsed(), name);
                if took > counts.slowest {
                    counts.slowest = took;
                }
            }
            Err(problems) => {
                let of_data = problems.iter().all(|p| !language(p.code));
                counts.of_the_language += usize::from(of_data);
                for problem in &problems {
                    counts.stopped(reason(problem.code, &problem.message), &name);
                }
            }
        }
    }
}

#[test]
#[ignore = "needs a checkout of public content"]
fn every_rule_of_the_content() {
    let content = PathBuf::from(std::env::var("GIMLET_CONTENT").unwrap());
    let mut paths = Vec::new();
    let part = std::env::var("GIMLET_CONTENT_PART").unwrap_or_else(|_| "endpoint".to_owned());
    rules(&content.join("detections").join(part), &mut paths);
    let trial = Trial::of(&content);
    let mut counts = Counts::default();
    for path in &paths {
        trial.rule(path, &mut counts);
    }
    assert!(
        counts.parse > 0,
        "no rule of '{}' parses",
        content.display()
    );
    counts.print(paths.len());
}
