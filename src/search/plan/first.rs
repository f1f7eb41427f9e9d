//! The first command of a search: what it runs over, and how it makes a table of that.

use super::super::cells::Fields;
use super::super::commands::{Stage, name_of};
use super::super::events::{Events, listed};
use super::super::feed::Feed;
use super::super::messages::Messages;
use super::super::predicate::Predicate;
use super::super::table::Table;
use super::super::tstats::{Tstats, node_name};
use super::{Context, Plan, PlanInput};
use crate::cim::{Dataset, DatasetRow};
use crate::spl::ast::{self, CommandKind};
use crate::spl::{Command, Diagnostic, Span};
use std::borrow::Cow;
use std::sync::Arc;

/// Datasets that are tables of our own and not rows of evidence: model and dataset.
const TABLES: &[(&str, &str)] = &[("Risk", "All_Risk")];

#[derive(Debug, Clone)]
pub(super) enum First {
    Tstats(Box<Tstats>),
    /// `from`: every row of the dataset, with these columns after the time.
    From(Vec<(usize, Arc<str>)>),
    /// `search`: raw events.
    Events(Box<Events>),
    /// A command that makes rows of its own.
    Made(Stage),
}

impl First {
    pub(super) fn tstats(&self) -> Option<&Tstats> {
        match self {
            Self::Tstats(tstats) => Some(tstats),
            Self::From(_) | Self::Events(_) | Self::Made(_) => None,
        }
    }

    /// The `where` in one spelling.
    pub(super) fn key(&self) -> &str {
        match self {
            Self::Tstats(tstats) => &tstats.key,
            Self::Events(events) => &events.key,
            Self::From(_) | Self::Made(_) => "",
        }
    }

    /// Whether a row of its dataset can pass.
    pub(super) fn test(&self, row: &DatasetRow) -> bool {
        match self {
            Self::Tstats(tstats) => tstats.test(row),
            Self::Events(events) => events.test(row),
            Self::From(_) => true,
            Self::Made(_) => false,
        }
    }

    /// The `where` and the fields that it numbers; none: every row passes.
    pub(super) fn filter(&self) -> Option<(&Predicate, &Fields)> {
        match self {
            Self::Tstats(tstats) => Some((tstats.predicate.as_ref()?, &tstats.fields)),
            Self::Events(events) => Some((&events.predicate, &events.fields)),
            Self::From(_) | Self::Made(_) => None,
        }
    }

    /// The places of the fields that it tests; none: of all.
    pub(super) fn tested_places(&self) -> Option<Vec<usize>> {
        match self {
            Self::Tstats(tstats) => tstats.tested_places(),
            Self::Events(events) => events.tested_places(),
            Self::From(_) | Self::Made(_) => Some(Vec::new()),
        }
    }

    /// The searches inside of it.
    pub(super) fn searches(&self) -> Vec<&Plan> {
        match self {
            Self::Tstats(tstats) => tstats.searches(),
            Self::Events(events) => events.searches(),
            Self::From(_) => Vec::new(),
            Self::Made(stage) => stage.searches(),
        }
    }

    /// With what the searches inside of it ask for in their places.
    pub(super) fn resolved(&self, feed: &Feed<'_>) -> Cow<'_, Self> {
        match self {
            Self::Tstats(tstats) => match tstats.resolved(feed) {
                Some(resolved) => Cow::Owned(Self::Tstats(Box::new(resolved))),
                None => Cow::Borrowed(self),
            },
            Self::Events(events) => match events.resolved(feed) {
                Some(resolved) => Cow::Owned(Self::Events(Box::new(resolved))),
                None => Cow::Borrowed(self),
            },
            Self::From(_) | Self::Made(_) => Cow::Borrowed(self),
        }
    }

    /// Over rows of its dataset with their places; how many there were comes with the table.
    pub(super) fn run_rows<'a>(
        &self,
        rows: impl Iterator<Item = (u32, &'a DatasetRow)>,
    ) -> (Table, usize) {
        match self {
            Self::Tstats(tstats) => tstats.run(rows),
            Self::From(columns) => {
                let table = listed(columns, rows);
                let count = table.rows.len();
                (table, count)
            }
            Self::Events(events) => events.run(rows),
            Self::Made(_) => (Table::default(), 0),
        }
    }

    /// Over the table that is its dataset.
    pub(super) fn run_table(&self, table: &Table) -> (Table, usize) {
        let made = match self {
            Self::Tstats(tstats) => tstats.run_table(table),
            Self::From(_) | Self::Events(_) | Self::Made(_) => table.clone(),
        };
        (made, table.rows.len())
    }

    /// Over nothing.
    pub(super) fn make(&self, feed: &Feed<'_>) -> (Table, usize) {
        match self {
            Self::Made(stage) => (stage.run(Table::default(), feed), 0),
            Self::Tstats(_) | Self::From(_) | Self::Events(_) => (Table::default(), 0),
        }
    }
}

pub(super) fn compile_first(
    command: &Command,
    context: &Context<'_>,
    messages: &mut Messages,
) -> Option<(PlanInput, First)> {
    let datasets = context.datasets;
    let (from, node) = match &command.kind {
        CommandKind::Tstats(tree) => (&tree.from, node_name(tree)),
        CommandKind::From(from) => (from, None),
        CommandKind::Inputlookup(_) | CommandKind::Makeresults(_) => {
            let stage = Stage::compile(command, context, messages)?;
            return Some((PlanInput::Nothing, First::Made(stage)));
        }
        CommandKind::Search(tree) if datasets.iter().any(Dataset::is_raw) => {
            let index = datasets.iter().position(Dataset::is_raw)?;
            let dataset = datasets.get(index)?;
            let events = Events::compile(tree, dataset, context, messages);
            return Some((
                PlanInput::Dataset { index },
                First::Events(Box::new(events)),
            ));
        }
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
        PlanInput::Table { .. } | PlanInput::Nothing => None,
    };
    let first = match (&command.kind, &input) {
        (CommandKind::Tstats(tree), PlanInput::Table { dataset, .. }) => {
            Tstats::compile(tree, dataset, None, context, messages)
        }
        (CommandKind::Tstats(tree), PlanInput::Dataset { .. }) => {
            let name = rows.map_or("", |dataset| &dataset.name);
            Tstats::compile(tree, name, rows, context, messages)
        }
        _ => {
            let fields = rows.map(|dataset| &dataset.fields).into_iter().flatten();
            let columns = (0..).zip(fields.map(|field| field.name.clone())).collect();
            return Some((input, First::From(columns)));
        }
    };
    Some((input, First::Tstats(Box::new(first))))
}

fn refuse_first(name: &str, span: Span) -> Diagnostic {
    let help = "searches run that begin with '| tstats … from datamodel=…', '| from datamodel …', \
                '| inputlookup …' or '| makeresults'";
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
