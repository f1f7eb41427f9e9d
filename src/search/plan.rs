//! A search made runnable: its names resolved against the data models that are there, everything
//! that can't be run refused with its place, and then run over rows or a table.

use super::cells::{Fields, TIME};
use super::commands::{Stage, name_of};
use super::explain::{Clause, explain};
use super::functions::Environment;
use super::messages::Messages;
use super::pcre::Pcre;
use super::predicate::Predicate;
use super::table::{Row, Table};
use super::tstats::{Tstats, node_name};
use crate::cim::{Dataset, DatasetRow};
use crate::event::{Timestamp, Value, Zone};
use crate::spl::ast::{self, CommandKind};
use crate::spl::{Command, Diagnostic, Pipeline, Span};
use std::sync::Arc;

/// Datasets that are tables of our own and not rows of evidence: model and dataset.
const TABLES: &[(&str, &str)] = &[("Risk", "All_Risk")];

/// What a search needs to know beside its text.
#[derive(Debug, Clone, Copy, Default)]
pub struct PlanOptions {
    /// The zone in which times are written.
    pub zone: Zone,
    /// What `now()` is. Without it `now()` is null: for a search that asks for it
    /// ([`Plan::asks_now`]) a plan is made once more when it is known.
    pub now: Option<Timestamp>,
}

/// What a plan runs over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PlanInput {
    /// Rows of a dataset: its place among those that the plan was compiled with.
    Dataset {
        /// The place.
        index: usize,
    },
    /// A table that holds the dataset, its columns named without the dataset.
    Table {
        /// `Risk`.
        model: String,
        /// `All_Risk`.
        dataset: String,
    },
}

/// How many rows went into a command and came out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StageCount {
    /// The command, in the expanded search.
    pub span: Span,
    /// Rows, or events for the first command.
    pub rows_in: usize,
    /// Rows.
    pub rows_out: usize,
}

/// A search that can be run.
#[derive(Debug, Clone)]
pub struct Plan {
    input: PlanInput,
    first: First,
    stages: Vec<(Span, Stage)>,
    lints: Vec<Diagnostic>,
    key: String,
    span: Span,
    asks_now: bool,
    dataset: String,
    patterns: Vec<Pcre>,
}

#[derive(Debug, Clone)]
enum First {
    Tstats(Box<Tstats>),
    /// `from`: every row of the dataset, with these columns after the time.
    From(Vec<Arc<str>>),
}

impl Plan {
    /// Resolves a search. All errors are given at once, in the order of the text.
    pub fn compile(
        pipeline: &Pipeline,
        datasets: &[Dataset],
        options: &PlanOptions,
    ) -> Result<Self, Vec<Diagnostic>> {
        let environment = Environment {
            zone: options.zone,
            now: options.now,
        };
        let mut messages = Messages {
            environment,
            ..Messages::default()
        };
        let mut commands = pipeline.commands.iter();
        let first = commands
            .next()
            .and_then(|command| compile_first(command, datasets, &mut messages));
        let stages: Vec<(Span, Stage)> = commands
            .filter_map(|command| {
                let stage = Stage::compile(command, environment, &mut messages);
                stage.map(|stage| (command.span, stage))
            })
            .collect();
        let Some((input, first)) = first.filter(|_| messages.errors.is_empty()) else {
            let mut errors = messages.errors;
            if errors.is_empty() {
                errors.push(Diagnostic::new(
                    "SPL-EMPTY",
                    "the search is empty",
                    Span::default(),
                ));
            }
            errors.sort_by_key(|error| error.span.start);
            return Err(errors);
        };
        let clauses = match &first {
            First::Tstats(tstats) => tstats.key.as_str(),
            First::From(_) => "",
        };
        let dataset = input.name(datasets);
        let key = format!("{dataset} {clauses}");
        Ok(Self {
            input,
            first,
            stages,
            lints: messages.lints,
            key,
            dataset,
            patterns: messages.patterns,
            asks_now: messages.asks_now,
            span: pipeline
                .commands
                .first()
                .map_or_else(Span::default, |c| c.span),
        })
    }

    /// What it runs over.
    pub fn input(&self) -> &PlanInput {
        &self.input
    }

    /// What should be told of the runs until now, each once: patterns that gave up on some text.
    pub fn notes(&self) -> Vec<String> {
        let mut patterns: Vec<&str> = self.patterns.iter().filter_map(Pcre::gave_up).collect();
        patterns.sort_unstable();
        patterns.dedup();
        let note = |pattern: &&str| {
            format!("the pattern '{pattern}' took too long on some text, which counts as no value")
        };
        patterns.iter().map(note).collect()
    }

    /// The full name of the dataset that it runs over: `Endpoint.Processes`.
    pub fn dataset(&self) -> &str {
        &self.dataset
    }

    /// Whether what it gives depends on [`PlanOptions::now`].
    pub fn asks_now(&self) -> bool {
        self.asks_now
    }

    /// What is odd about the search, though it runs.
    pub fn lints(&self) -> &[Diagnostic] {
        &self.lints
    }

    /// The dataset and the `where` of its first command in one spelling: two plans with the same
    /// key test rows alike, so that the rows which passed for one can be shared with the other.
    pub fn predicate_key(&self) -> &str {
        &self.key
    }

    /// Whether a row of the dataset passes the `where` of the first command. Cheap: names were
    /// resolved before, texts are not copied.
    pub fn test(&self, row: &DatasetRow) -> bool {
        match &self.first {
            First::Tstats(tstats) => tstats.test(row),
            First::From(_) => true,
        }
    }

    /// The `where` of the first command and the fields that it numbers; none: every row passes.
    pub(super) fn filter(&self) -> Option<(&Predicate, &Fields)> {
        match &self.first {
            First::Tstats(tstats) => Some((tstats.predicate.as_ref()?, &tstats.fields)),
            First::From(_) => None,
        }
    }

    /// The places in the dataset of the fields that [`Self::test`] looks at; `None`: at all.
    pub fn tested_places(&self) -> Option<Vec<usize>> {
        match &self.first {
            First::Tstats(tstats) => tstats.tested_places(),
            First::From(_) => Some(Vec::new()),
        }
    }

    /// Which clauses of the `where` a row of the dataset meets; none without a `where`.
    pub fn explain(&self, row: &DatasetRow) -> Option<Clause> {
        let First::Tstats(tstats) = &self.first else {
            return None;
        };
        let predicate = tstats.predicate.as_ref()?;
        let cells = super::cells::Cells::of_dataset(row, &tstats.places);
        Some(explain(&predicate.root, &tstats.fields, &cells))
    }

    /// Which parts of the top AND of the `where` a row of the dataset meets, as [`Self::explain`]
    /// says it, in their order; cheap.
    pub fn parts_met(&self, row: &DatasetRow) -> Vec<bool> {
        let First::Tstats(tstats) = &self.first else {
            return Vec::new();
        };
        let cells = super::cells::Cells::of_dataset(row, &tstats.places);
        let predicate = tstats.predicate.as_ref();
        predicate.map_or(Vec::new(), |predicate| {
            super::explain::parts_met(&predicate.root, &cells)
        })
    }

    /// Runs over rows of its dataset. [`Row::events`] are the places in `rows`, from 0; those that
    /// do not pass [`Plan::test`] have a place, too. A plan over a table finds nothing here.
    pub fn run_rows<'a>(&self, rows: impl Iterator<Item = &'a DatasetRow>) -> Table {
        self.run_rows_counted(rows).0
    }

    /// The same, and what went through each command.
    pub fn run_rows_counted<'a>(
        &self,
        rows: impl Iterator<Item = &'a DatasetRow>,
    ) -> (Table, Vec<StageCount>) {
        let (table, rows_in) = match (&self.input, &self.first) {
            (PlanInput::Table { .. }, _) => return self.run_table_counted(Table::default()),
            (_, First::Tstats(tstats)) => tstats.run(rows),
            (_, First::From(columns)) => all_rows(columns, rows),
        };
        let first = StageCount {
            span: self.span,
            rows_in,
            rows_out: table.rows.len(),
        };
        self.run_stages(table, first)
    }

    /// Runs over a table. For a plan over a dataset the table stands for what its first command
    /// gave.
    pub fn run_table(&self, table: Table) -> Table {
        self.run_table_counted(table).0
    }

    /// The same, and what went through each command.
    pub fn run_table_counted(&self, table: Table) -> (Table, Vec<StageCount>) {
        let rows_in = table.rows.len();
        let table = match (&self.input, &self.first) {
            (PlanInput::Table { .. }, First::Tstats(tstats)) => tstats.run_table(&table),
            _ => table,
        };
        let first = StageCount {
            span: self.span,
            rows_in,
            rows_out: table.rows.len(),
        };
        self.run_stages(table, first)
    }

    fn run_stages(&self, mut table: Table, first: StageCount) -> (Table, Vec<StageCount>) {
        let mut counts = vec![first];
        for (span, stage) in &self.stages {
            let rows_in = table.rows.len();
            table = stage.run(table);
            counts.push(StageCount {
                span: *span,
                rows_in,
                rows_out: table.rows.len(),
            });
        }
        (table, counts)
    }
}

/// Every row of a dataset as a row of a table.
fn all_rows<'a>(
    columns: &[Arc<str>],
    rows: impl Iterator<Item = &'a DatasetRow>,
) -> (Table, usize) {
    let mut table = Table::default();
    table.columns.push(Arc::from(TIME));
    table.columns.extend(columns.iter().cloned());
    for (place, row) in rows.enumerate() {
        let time = row.time.map(|at| Value::text(&at.epoch_text()));
        let values = (0..columns.len()).map(|index| row.get(index).cloned());
        table.rows.push(Row {
            cells: std::iter::once(time).chain(values).collect(),
            events: vec![u32::try_from(place).unwrap_or(u32::MAX)],
        });
    }
    let count = table.rows.len();
    (table, count)
}

fn compile_first(
    command: &Command,
    datasets: &[Dataset],
    messages: &mut Messages,
) -> Option<(PlanInput, First)> {
    let (from, node) = match &command.kind {
        CommandKind::Tstats(tree) => (&tree.from, node_name(tree)),
        CommandKind::From(from) => (from, None),
        other => {
            messages.refuse(refuse_first(name_of(other), command.span));
            return None;
        }
    };
    let input = match find_input(from, node, datasets) {
        Ok(input) => input,
        Err(refused) => {
            messages.refuse(refused);
            return None;
        }
    };
    let rows = match &input {
        PlanInput::Dataset { index } => datasets.get(*index),
        PlanInput::Table { .. } => None,
    };
    let first = match (&command.kind, &input) {
        (CommandKind::Tstats(tree), PlanInput::Table { dataset, .. }) => {
            Tstats::compile(tree, dataset, None, messages)
        }
        (CommandKind::Tstats(tree), PlanInput::Dataset { .. }) => {
            let name = rows.map_or("", |dataset| &dataset.name);
            Tstats::compile(tree, name, rows, messages)
        }
        _ => {
            let fields = rows.map(|dataset| &dataset.fields).into_iter().flatten();
            let columns = fields.map(|field| field.name.clone()).collect();
            return Some((input, First::From(columns)));
        }
    };
    Some((input, First::Tstats(Box::new(first))))
}

fn refuse_first(name: &str, span: Span) -> Diagnostic {
    let help = "searches run that begin with '| tstats … from datamodel=…' or '| from datamodel …'";
    let refused = if name == "search" {
        let message =
            "a search of raw events can't be run in this version: it begins with 'search'";
        Diagnostic::new("SPL-RAW", message, span)
    } else {
        let message = format!("'{name}' can't be the first command of a search");
        Diagnostic::new("SPL-FIRST", message, span)
    };
    refused.with_help(help)
}

/// The dataset that a search is over. `node`: its name from `where nodename=…`.
fn find_input(
    from: &ast::Dataset,
    node: Option<&str>,
    datasets: &[Dataset],
) -> Result<PlanInput, Diagnostic> {
    let wanted = from.dataset.as_deref().or(node);
    let rows = datasets.iter().map(|d| (d.model.as_str(), d.name.as_str()));
    let known: Vec<(&str, &str)> = rows.chain(TABLES.iter().copied()).collect();
    let of_model: Vec<(&str, &str)> = known
        .iter()
        .copied()
        .filter(|(model, _)| *model == from.model)
        .collect();
    let names = |known: &[(&str, &str)]| {
        let names: Vec<String> = known.iter().map(|(m, d)| format!("'{m}.{d}'")).collect();
        names.join(", ")
    };
    if of_model.is_empty() {
        let message = format!(
            "the data model '{}' is not available in this version",
            from.model
        );
        return Err(Diagnostic::new("SPL-MODEL", message, from.span)
            .with_help(format!("there are {}; letter case counts", names(&known))));
    }
    let found: Vec<(&str, &str)> = of_model
        .iter()
        .copied()
        .filter(|(_, dataset)| wanted.is_none_or(|wanted| wanted == *dataset))
        .collect();
    let (model, dataset) = match (found.as_slice(), wanted) {
        ([one], _) => *one,
        ([], Some(wanted)) => {
            let message = format!(
                "the dataset '{}.{wanted}' is not available in this version",
                from.model
            );
            return Err(Diagnostic::new("SPL-MODEL", message, from.span)
                .with_help(format!("there are {}; letter case counts", names(&known))));
        }
        _ => {
            let message = format!("which dataset of '{}' is not said", from.model);
            return Err(Diagnostic::new("SPL-MODEL", message, from.span)
                .with_help(format!("write one of {}", names(&of_model))));
        }
    };
    let index = datasets
        .iter()
        .position(|d| d.model == model && d.name == dataset);
    Ok(match index {
        Some(index) => PlanInput::Dataset { index },
        None => PlanInput::Table {
            model: model.to_owned(),
            dataset: dataset.to_owned(),
        },
    })
}

impl PlanInput {
    fn name(&self, datasets: &[Dataset]) -> String {
        match self {
            Self::Table { model, dataset } => format!("{model}.{dataset}"),
            Self::Dataset { index } => datasets
                .get(*index)
                .map_or_else(String::new, |d| format!("{}.{}", d.model, d.name)),
        }
    }
}
