//! Runs a drilldown search of the rule for one row: on the events that are kept when its first
//! stage is the rule's own, on the evidence when it is another, on risk events when it asks for
//! those. Never on the wall clock: bounds count from the row's last event.

use super::hunt::{HuntOptions, Hunted};
use super::pack::hunt_once;
use super::report::{DrilldownEvent, DrilldownResult};
use super::rule::{Rule, refused_inputs};
use crate::cim::Sources;
use crate::content::drilldown::{ResolvedDrilldown, Row, resolve};
use crate::content::offset::Bounds;
use crate::event::{Timestamp, Value, Zone};
use crate::risk::{RiskEvent, RiskStore, Scores, risk_events};
use crate::search::{Plan, PlanInput, PlanOptions, Table};
use crate::store::{Findings, StoredEvent};
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

/// What a drilldown is filled with.
#[derive(Debug, Clone, Default)]
pub struct Tokens {
    /// Values by field.
    pub values: Vec<(String, Vec<String>)>,
    /// The time that offsets count from.
    pub anchor: Option<Timestamp>,
}

impl Tokens {
    /// Of a row: every cell that has a value, and the time of its last event.
    pub fn of_row(findings: &Findings, row: usize) -> Self {
        let Some(cells) = findings.table.rows.get(row) else {
            return Self::default();
        };
        let cell = |(name, cell): (&Arc<str>, &Option<Value>)| {
            let texts = cell.as_ref()?.each();
            Some((
                name.to_string(),
                texts.iter().map(ToString::to_string).collect(),
            ))
        };
        Self {
            values: findings
                .table
                .columns
                .iter()
                .zip(&cells.cells)
                .filter_map(cell)
                .collect(),
            anchor: findings.findings.get(row).and_then(|f| f.last),
        }
    }

    fn get(&self, field: &str) -> Option<Vec<String>> {
        let found = self.values.iter().find(|(name, _)| name == field);
        found.map(|(_, values)| values.clone())
    }
}

/// What a drilldown runs over.
#[derive(Clone, Copy)]
pub struct Over<'a> {
    /// The rule.
    pub rule: &'a Rule,
    /// The source tables.
    pub sources: &'a Sources,
    /// How the evidence was read.
    pub options: &'a HuntOptions,
    /// The rows found.
    pub findings: &'a Findings,
    /// Earliest and latest time of the creations read.
    pub span: Option<(Timestamp, Timestamp)>,
    /// What `now()` was when the rows were made.
    pub now: Option<Timestamp>,
    /// Risk events imported from Splunk.
    pub imported: &'a [RiskEvent],
}

impl Over<'_> {
    /// The time range of what was loaded: what a person asked for, else that of the events.
    fn window(&self) -> Bounds {
        let (first, last) = self.span.unzip();
        Bounds {
            earliest: self.options.since.or(first),
            latest: self.options.until.or(last),
        }
    }

    /// Fills the drilldown at that place of the rule and makes it runnable.
    pub fn resolve(&self, which: usize, tokens: &Tokens) -> Result<ResolvedDrilldown, String> {
        let rule = &self.rule.detection;
        let Some(drilldown) = rule.drilldowns.get(which) else {
            return Err(format!(
                "'{}' has no drilldown number {}",
                rule.name,
                which + 1
            ));
        };
        let values = |field: &str| tokens.get(field);
        let row = Row {
            values: &values,
            anchor: tokens.anchor,
            window: self.window(),
        };
        resolve(rule, drilldown, &self.rule.macros, row).map_err(|error| error.drawn())
    }

    /// Runs a drilldown. With `all_time` its own bounds give way to all that is loaded.
    pub fn run(
        &self,
        which: usize,
        tokens: &Tokens,
        all_time: bool,
    ) -> Result<DrilldownResult, String> {
        let mut resolved = self.resolve(which, tokens)?;
        if all_time {
            resolved.bounds = Bounds::default();
        }
        let rule = self.rule.for_search(&resolved.pipeline);
        let options = PlanOptions {
            now: self.now,
            ..rule.options.clone()
        };
        let plan =
            Plan::compile(&resolved.pipeline, &rule.datasets, &options).map_err(|problems| {
                let drilldown = rule.detection.drilldowns.get(which);
                let drawn = problems.iter().map(|problem| match drilldown {
                    Some(drilldown) => resolved.draw(&rule.detection, drilldown, problem),
                    None => problem.to_string(),
                });
                drawn.collect::<Vec<_>>().join("\n")
            })?;
        if let Some((refused, help)) = refused_inputs(&plan) {
            return Err(format!("{refused}: {help}"));
        }
        let mut result = match plan.input() {
            PlanInput::Table { model, dataset } if model == "Risk" && dataset == "All_Risk" => {
                self.risk(&plan, resolved.bounds)
            }
            PlanInput::Table { model, dataset } => {
                return Err(format!(
                    "the data model '{model}.{dataset}' is not available"
                ));
            }
            PlanInput::Dataset { .. } | PlanInput::Nothing => {
                let has_fields = matches!(rule, Cow::Borrowed(_));
                self.events(&plan, (&rule, has_fields), resolved.bounds)?
            }
        };
        result.title = resolved.title;
        result.spl = resolved.spl;
        result.earliest = resolved.bounds.earliest;
        result.latest = resolved.bounds.latest;
        result.warnings.extend(resolved.warnings);
        Ok(result)
    }

    /// `rule`: the rule as it is for this search; whether the rows of raw events that are kept have
    /// all fields that it asks for.
    fn events(
        &self,
        plan: &Plan,
        (rule, has_fields): (&Rule, bool),
        bounds: Bounds,
    ) -> Result<DrilldownResult, String> {
        let everything = bounds == Bounds::default() || bounds == self.window();
        if has_fields && plan.predicate_key() == self.rule.plan.predicate_key() {
            return Ok(run_over(
                plan,
                bounds,
                &self.findings.events,
                [true, everything],
            ));
        }
        if self.options.reads_a_stream() {
            return Err(
                "this drilldown has to read the evidence again, and standard input or a pipe \
                        can be read once: save it to a file and open that"
                    .to_owned(),
            );
        }
        let rule = Rule {
            plan: plan.clone(),
            ..Rule::clone(rule)
        };
        let hunted: Hunted = hunt_once(&rule, self.sources, self.options, &mut ());
        let mut result = run_over(plan, bounds, &hunted.findings.events, [false, everything]);
        if !hunted.loaded.ledger.complete {
            result
                .warnings
                .push("stopped before everything was read: incomplete".to_owned());
        }
        Ok(result)
    }

    fn risk(&self, plan: &Plan, bounds: Bounds) -> DrilldownResult {
        let last: Vec<Option<Timestamp>> = self.findings.findings.iter().map(|f| f.last).collect();
        let spec = self
            .rule
            .risk_spec((self.options.since, self.options.until));
        let own = risk_events(&self.findings.table, &last, &spec);
        let store = RiskStore::new(own, self.imported.to_vec());
        let range = store.between(bounds.earliest, bounds.latest);
        let table = plan.run_table(store.to_table(range));
        let events = risk_lines(&table, store.events());
        let imported = store.imported();
        let plural = if imported == 1 { "" } else { "s" };
        DrilldownResult {
            ours: Some(("Σ score".to_owned(), scores(&table, store.events()))),
            basis: format!(
                "from 1 rule and {imported} imported risk event{plural}; in ES every rule counts"
            ),
            events,
            table,
            ..DrilldownResult::default()
        }
    }
}

/// Runs over kept events; an event outside the bounds is left out. Places in the result count in
/// the events given. The flags: they are those of the findings; the bounds leave out nothing.
fn run_over(
    plan: &Plan,
    bounds: Bounds,
    events: &[Arc<StoredEvent>],
    [in_findings, everything]: [bool; 2],
) -> DrilldownResult {
    let within: Vec<usize> = (0..events.len())
        .filter(|place| {
            events.get(*place).is_some_and(|event| match event.time {
                Some(time) => bounds.contains(time.at),
                // An event without time is in no span of time, as in Splunk; but all that was
                // loaded is all that was loaded.
                None => everything,
            })
        })
        .collect();
    let rows = within
        .iter()
        .filter_map(|place| events.get(*place))
        .map(|event| (event.dataset, &event.row));
    let (mut table, _) = plan.run_datasets(rows);
    for row in &mut table.rows {
        for event in &mut row.events {
            let place = within.get(*event as usize).copied().unwrap_or_default();
            *event = u32::try_from(place).unwrap_or(u32::MAX);
        }
    }
    let lines = behind(&table)
        .into_iter()
        .filter_map(|(place, rows)| {
            let event = events.get(place)?;
            Some(DrilldownEvent {
                time: event.time.map(|t| t.at),
                summary: summary(event),
                fields: Vec::new(),
                event: in_findings.then_some(place),
                rows,
            })
        })
        .collect();
    DrilldownResult {
        basis: format!("from {} events of the evidence", within.len()),
        events: lines,
        table,
        ..DrilldownResult::default()
    }
}

/// Each input place behind a table's rows, and those rows.
fn behind(table: &Table) -> Vec<(usize, Vec<usize>)> {
    let mut places: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (number, row) in table.rows.iter().enumerate() {
        for event in &row.events {
            places.entry(*event as usize).or_default().push(number);
        }
    }
    places.into_iter().collect()
}

fn summary(event: &StoredEvent) -> String {
    let account = event.account.as_deref().unwrap_or("-");
    let line = event
        .command_line
        .as_deref()
        .or(event.image.as_deref())
        .unwrap_or("-");
    format!("{} {} {account} {line}", event.letter, event.endpoint)
}

fn risk_lines(table: &Table, events: &[RiskEvent]) -> Vec<DrilldownEvent> {
    behind(table)
        .into_iter()
        .filter_map(|(place, rows)| {
            let event = events.get(place)?;
            let field =
                |(name, value): (&str, &Value)| (name.to_owned(), value.as_text().into_owned());
            Some(DrilldownEvent {
                time: event.time,
                summary: event.summary(),
                fields: event.fields().into_iter().map(field).collect(),
                event: None,
                rows,
            })
        })
        .collect()
}

/// The sum of scores of the risk events behind each row; per entity, since the search groups by it.
fn scores(table: &Table, events: &[RiskEvent]) -> Vec<String> {
    let sum = |row: &crate::search::Row| {
        let behind: Vec<RiskEvent> = row
            .events
            .iter()
            .filter_map(|place| events.get(*place as usize).cloned())
            .collect();
        let total: f64 = Scores::new(&behind).iter().map(|entity| entity.score).sum();
        crate::event::value::number_text(total)
    };
    table.rows.iter().map(sum).collect()
}

/// The zone and offset text of bounds, for headless `--show-search`.
pub fn bounds_text(
    earliest: Option<Timestamp>,
    latest: Option<Timestamp>,
    zone: Zone,
) -> [String; 2] {
    let text = |at: Option<Timestamp>, open: &str| {
        at.map_or_else(|| open.to_owned(), |at| at.rfc3339(zone))
    };
    [text(earliest, "the beginning"), text(latest, "the end")]
}
