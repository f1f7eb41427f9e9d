//! A search made runnable: its names resolved against the data models that are there, everything
//! that can't be run refused with its place, and then run over rows or a table.

mod first;

use super::cells::Fields;
use super::commands::Stage;
use super::explain::{Clause, explain};
use super::feed::Feed;
use super::functions::Environment;
use super::messages::Messages;
use super::pcre::Pcre;
use super::predicate::Predicate;
use super::table::Table;
use crate::cim::{Dataset, DatasetRow};
use crate::content::Lookups;
use crate::event::{Timestamp, Zone};
use crate::spl::{Diagnostic, Pipeline, Span};
use first::{First, compile_first};
use std::fmt::Write as _;
use std::sync::Arc;

/// What a search needs to know beside its text.
#[derive(Debug, Clone, Default)]
pub struct PlanOptions {
    /// The zone in which times are written.
    pub zone: Zone,
    /// What `now()` is. Without it `now()` is null: for a search that asks for it
    /// ([`Plan::asks_now`]) a plan is made once more when it is known.
    pub now: Option<Timestamp>,
    /// The lookups that a search may name.
    pub lookups: Arc<Lookups>,
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
    /// Nothing: its first command makes rows of its own.
    Nothing,
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
    /// The inputs and first commands of the searches inside of it, however deep.
    inner: Arc<[Inner]>,
    lints: Vec<Diagnostic>,
    key: String,
    span: Span,
    asks_now: bool,
    dataset: String,
    patterns: Vec<Pcre>,
}

/// What a search inside of another one runs over, and its first command.
#[derive(Debug, Clone)]
struct Inner {
    input: PlanInput,
    /// The full name of the dataset.
    dataset: String,
    first: First,
}

/// What compiling a part of a search has at hand.
#[derive(Debug, Clone, Copy)]
pub(super) struct Context<'a> {
    pub(super) datasets: &'a [Dataset],
    pub(super) options: &'a PlanOptions,
}

impl Context<'_> {
    pub(super) fn environment(&self) -> Environment {
        Environment {
            zone: self.options.zone,
            now: self.options.now,
        }
    }
}

impl Plan {
    /// Resolves a search. All errors are given at once, in the order of the text.
    pub fn compile(
        pipeline: &Pipeline,
        datasets: &[Dataset],
        options: &PlanOptions,
    ) -> Result<Self, Vec<Diagnostic>> {
        let context = Context { datasets, options };
        let mut messages = Messages {
            environment: context.environment(),
            ..Messages::default()
        };
        let plan = Self::compile_in(pipeline, &context, &mut messages);
        let Some(mut plan) = plan.filter(|_| messages.errors.is_empty()) else {
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
        plan.lints = messages.lints;
        plan.asks_now = messages.asks_now;
        plan.patterns = messages.patterns;
        Ok(plan)
    }

    /// Resolves a search, which may stand inside of another; what is wrong goes to `messages`.
    pub(super) fn compile_in(
        pipeline: &Pipeline,
        context: &Context<'_>,
        messages: &mut Messages,
    ) -> Option<Self> {
        let mut commands = pipeline.commands.iter();
        let span = pipeline.commands.first().map(|command| command.span);
        let first = commands
            .next()
            .and_then(|command| compile_first(command, context, messages));
        let stages: Vec<(Span, Stage)> = commands
            .filter_map(|command| {
                let stage = Stage::compile(command, context, messages);
                stage.map(|stage| (command.span, stage))
            })
            .collect();
        let (input, first) = first?;
        let mut inner = Vec::new();
        let stages_plans = stages.iter().flat_map(|(_, stage)| stage.searches());
        for plan in first.searches().into_iter().chain(stages_plans) {
            inner.push(Inner {
                input: plan.input.clone(),
                dataset: plan.dataset.clone(),
                first: plan.first.clone(),
            });
            inner.extend(plan.inner.iter().cloned());
        }
        let dataset = input.name(context.datasets);
        let mut key = format!("{dataset} {}", first.key());
        for one in &inner {
            let _ = write!(key, "; {} {}", one.dataset, one.first.key());
        }
        Some(Self {
            input,
            first,
            stages,
            inner: inner.into(),
            lints: Vec::new(),
            key,
            dataset,
            span: span.unwrap_or_default(),
            asks_now: false,
            patterns: Vec::new(),
        })
    }

    /// What it runs over.
    pub fn input(&self) -> &PlanInput {
        &self.input
    }

    /// Everything that it runs over: its own input and those of the searches inside of it, each
    /// once.
    pub fn inputs(&self) -> Vec<&PlanInput> {
        let mut inputs = vec![&self.input];
        for inner in self.inner.iter() {
            if !inputs.contains(&&inner.input) {
                inputs.push(&inner.input);
            }
        }
        inputs
    }

    /// For each other dataset that searches inside of it run over, a plan that takes of its rows
    /// what these can need. It is asked about rows ([`Self::test`]); what it makes of them is
    /// nothing.
    pub fn beside(&self) -> Vec<Self> {
        let mut beside: Vec<Self> = Vec::new();
        for one in self.inner.iter() {
            let is_rows = matches!(one.input, PlanInput::Dataset { .. });
            let known = beside.iter().any(|plan| plan.input == one.input);
            if !is_rows || known || one.input == self.input {
                continue;
            }
            let same = self.inner.iter().filter(|other| other.input == one.input);
            beside.push(Self {
                input: one.input.clone(),
                dataset: one.dataset.clone(),
                first: one.first.clone(),
                inner: same.cloned().collect(),
                stages: Vec::new(),
                lints: Vec::new(),
                key: self.key.clone(),
                span: self.span,
                asks_now: false,
                patterns: Vec::new(),
            });
        }
        beside
    }

    /// Whether other searches stand inside of it.
    pub fn has_searches(&self) -> bool {
        !self.inner.is_empty()
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

    /// The dataset and the `where` of its first command in one spelling, and those of the searches
    /// inside of it: two plans with the same key test rows alike, so that the rows which passed for
    /// one can be shared with the other.
    pub fn predicate_key(&self) -> &str {
        &self.key
    }

    /// Whether a row of its dataset can matter: it passes the `where` of the first command, or that
    /// of a search inside over the same dataset. Cheap: names were resolved before, texts are not
    /// copied. What a search inside of the `where` will ask for is not known yet and lets every row
    /// pass: rows are tested once more when they are run over.
    pub fn test(&self, row: &DatasetRow) -> bool {
        self.firsts().any(|first| first.test(row))
    }

    /// The same for a row of the dataset at a place among those that the plan was compiled with.
    pub fn test_in(&self, index: usize, row: &DatasetRow) -> bool {
        let wanted = PlanInput::Dataset { index };
        let mut firsts = self.all().filter(|(input, _)| **input == wanted);
        firsts.any(|(_, first)| first.test(row))
    }

    /// Every input with its first command, its own in front.
    fn all(&self) -> impl Iterator<Item = (&PlanInput, &First)> {
        let inner = self.inner.iter().map(|one| (&one.input, &one.first));
        std::iter::once((&self.input, &self.first)).chain(inner)
    }

    /// The first commands over its own dataset.
    fn firsts(&self) -> impl Iterator<Item = &First> {
        let own = self.all().filter(|(input, _)| **input == self.input);
        own.map(|(_, first)| first)
    }

    /// The `where`s of the first commands over its own dataset and the fields that each numbers;
    /// none in place of one: every row passes.
    pub(super) fn filters(&self) -> Vec<Option<(&Predicate, &Fields)>> {
        self.firsts().map(First::filter).collect()
    }

    /// The places in the dataset of the fields that [`Self::test`] looks at; `None`: at all.
    pub fn tested_places(&self) -> Option<Vec<usize>> {
        let mut places = Vec::new();
        for first in self.firsts() {
            places.extend(first.tested_places()?);
        }
        Some(places)
    }

    /// Which clauses of the `where` a row of the dataset meets; none without a `where`.
    pub fn explain(&self, row: &DatasetRow) -> Option<Clause> {
        let tstats = self.first.tstats()?;
        let predicate = tstats.predicate.as_ref()?;
        let cells = super::cells::Cells::of_dataset(row, &tstats.places);
        Some(explain(&predicate.root, &tstats.fields, &cells))
    }

    /// Which parts of the top AND of the `where` a row of the dataset meets, as [`Self::explain`]
    /// says it, in their order; cheap.
    pub fn parts_met(&self, row: &DatasetRow) -> Vec<bool> {
        let Some(tstats) = self.first.tstats() else {
            return Vec::new();
        };
        let cells = super::cells::Cells::of_dataset(row, &tstats.places);
        let predicate = tstats.predicate.as_ref();
        predicate.map_or(Vec::new(), |predicate| {
            super::explain::parts_met(&predicate.root, &cells)
        })
    }

    /// Runs over rows of its dataset. [`super::Row::events`] are the places in `rows`, from 0; those
    /// that do not pass [`Plan::test`] have a place, too. A plan over a table finds nothing here.
    pub fn run_rows<'a>(&self, rows: impl Iterator<Item = &'a DatasetRow>) -> Table {
        self.run_rows_counted(rows).0
    }

    /// The same, and what went through each command.
    pub fn run_rows_counted<'a>(
        &self,
        rows: impl Iterator<Item = &'a DatasetRow>,
    ) -> (Table, Vec<StageCount>) {
        let PlanInput::Dataset { index } = self.input else {
            return self.run_feed(&Feed::default());
        };
        if self.inner.is_empty() {
            let places = (0..).zip(rows);
            return self.run_stages(self.first.run_rows(places), &Feed::default());
        }
        self.run_datasets(rows.map(|row| (index, row)))
    }

    /// Runs over rows of several datasets, each with its dataset's place among those that the plan
    /// was compiled with: what a plan with searches inside needs ([`Self::inputs`]). Places count
    /// over all of them.
    pub fn run_datasets<'a>(
        &self,
        rows: impl Iterator<Item = (usize, &'a DatasetRow)>,
    ) -> (Table, Vec<StageCount>) {
        if self.inner.is_empty()
            && let PlanInput::Dataset { index } = self.input
        {
            let places = (0..).zip(rows).filter(|(_, (of, _))| *of == index);
            let rows = places.map(|(place, (_, row))| (place, row));
            return self.run_stages(self.first.run_rows(rows), &Feed::default());
        }
        let rows: Vec<(usize, &DatasetRow)> = rows.collect();
        self.run_feed(&Feed::of_rows(&rows))
    }

    /// Runs over a table. For a plan over a dataset the table stands for what its first command
    /// gave.
    pub fn run_table(&self, table: Table) -> Table {
        self.run_table_counted(table).0
    }

    /// The same, and what went through each command.
    pub fn run_table_counted(&self, table: Table) -> (Table, Vec<StageCount>) {
        if let PlanInput::Dataset { .. } = self.input {
            let rows = table.rows.len();
            return self.run_stages((table, rows), &Feed::default());
        }
        self.run_feed(&Feed::of_table(&table))
    }

    /// The rows that [`Self::run_datasets`] gives, where nobody asks what went through each command:
    /// a join with what no event matters to leaves nothing, and what went into it is not made.
    pub fn rows_of_datasets<'a>(
        &self,
        rows: impl Iterator<Item = (usize, &'a DatasetRow)>,
    ) -> Table {
        if self.inner.is_empty() {
            return self.run_datasets(rows).0;
        }
        let rows: Vec<(usize, &DatasetRow)> = rows.collect();
        let feed = Feed::of_rows(&rows);
        let stages = self.stages.iter();
        let mut told = stages.take_while(|(_, stage)| stage.has_told_columns());
        let is_dataset = matches!(self.input, PlanInput::Dataset { .. });
        if is_dataset && told.any(|(_, stage)| stage.leaves_nothing(&feed)) {
            let nothing = self.first.run_rows(std::iter::empty());
            return self.run_stages(nothing, &feed).0;
        }
        self.run_feed(&feed).0
    }

    /// Whether its columns do not depend on the rows that it finds.
    pub(super) fn has_told_columns(&self) -> bool {
        let mut stages = self.stages.iter();
        stages.all(|(_, stage)| stage.has_told_columns())
    }

    /// Whether it gives no rows since no event matters to it.
    pub(super) fn finds_nothing(&self, feed: &Feed<'_>) -> bool {
        let PlanInput::Dataset { index } = self.input else {
            return false;
        };
        self.inner.is_empty()
            && !feed.rows(index).any(|(_, row)| self.first.test(row))
            && self.run_feed(&Feed::default()).0.rows.is_empty()
    }

    pub(super) fn run_feed(&self, feed: &Feed<'_>) -> (Table, Vec<StageCount>) {
        let made = match &self.input {
            PlanInput::Dataset { index } => self.first.resolved(feed).run_rows(feed.rows(*index)),
            PlanInput::Table { .. } => self.first.resolved(feed).run_table(feed.table()),
            PlanInput::Nothing => self.first.make(feed),
        };
        self.run_stages(made, feed)
    }

    /// The commands after the first on what it made; how many rows went into that comes with it.
    fn run_stages(&self, made: (Table, usize), feed: &Feed<'_>) -> (Table, Vec<StageCount>) {
        let (mut table, rows_in) = made;
        let mut counts = vec![StageCount {
            span: self.span,
            rows_in,
            rows_out: table.rows.len(),
        }];
        for (span, stage) in &self.stages {
            let rows_in = table.rows.len();
            table = stage.run(table, feed);
            counts.push(StageCount {
                span: *span,
                rows_in,
                rows_out: table.rows.len(),
            });
        }
        (table, counts)
    }
}

impl PlanInput {
    fn name(&self, datasets: &[Dataset]) -> String {
        match self {
            Self::Table { model, dataset } => format!("{model}.{dataset}"),
            Self::Dataset { index } => datasets
                .get(*index)
                .map_or_else(String::new, |d| format!("{}.{}", d.model, d.name)),
            Self::Nothing => String::new(),
        }
    }
}
