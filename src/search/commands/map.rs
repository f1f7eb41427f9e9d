//! `map`: a search for each row, filled with the row's fields; what all of them find takes the place
//! of the rows.
//!
//! Facts (Search Reference, "map"): `$field$` is the row's value; the search is run for 10 rows, or
//! `maxsearches`. Decided here: a row without one of the fields runs nothing; a value is taken letter
//! by letter, several as a list (`spl::bind`); 1,000 rows at most, whatever is said, since each is a
//! pass over all that is kept.

use super::super::messages::Messages;
use super::super::plan::{Context, Plan, PlanOptions};
use super::super::table::{Row, Table};
use super::inputlookup::appended;
use super::{Feed, Run};
use crate::cim::Dataset;
use crate::event::Value;
use crate::spl::ast::{self, CommandKind, Literal, Pipeline, Predicate};
use crate::spl::bind::{bind, tokens};

/// For how many rows a search is run at most.
const MAX_SEARCHES: u64 = 1000;

#[derive(Debug)]
pub(super) struct Map {
    max: usize,
    search: Pipeline,
    datasets: Vec<Dataset>,
    options: PlanOptions,
    /// What any of the searches can need.
    loose: Plan,
}

impl Map {
    pub(super) fn compile(
        tree: &ast::Map,
        context: &Context<'_>,
        messages: &mut Messages,
    ) -> Option<Self> {
        // What is wrong is wrong for every row.
        Plan::compile_in(&tree.search, context, messages)?;
        let mut loose = tree.search.clone();
        loosen(&mut loose);
        Some(Self {
            max: usize::try_from(tree.max.min(MAX_SEARCHES)).unwrap_or(usize::MAX),
            search: tree.search.clone(),
            datasets: context.datasets.to_vec(),
            options: context.options.clone(),
            loose: Plan::compile_in(&loose, context, &mut Messages::default())?,
        })
    }

    /// The search for a row; none where the row lacks a field.
    fn filled(&self, table: &Table, row: &Row) -> Option<Plan> {
        let mut search = self.search.clone();
        let values = |field: &str| {
            let texts = table.cell(row, field).map(Value::each)?;
            Some(texts.iter().map(ToString::to_string).collect())
        };
        let bound = bind(&mut search, &values);
        if !bound.unknown.is_empty() {
            return None;
        }
        Plan::compile(&search, &self.datasets, &self.options).ok()
    }
}

impl Run for Map {
    fn run(&self, table: Table, feed: &Feed<'_>) -> Table {
        let mut found = Table::default();
        for row in table.rows.iter().take(self.max) {
            if let Some(plan) = self.filled(&table, row) {
                found = appended(found, plan.run_feed(feed).0);
            }
        }
        found
    }

    fn searches(&self) -> Vec<&Plan> {
        vec![&self.loose]
    }
}

/// Takes every condition with a token to be met, or under a NOT not to be: then no row that a filled
/// search takes is missed.
fn loosen(pipeline: &mut Pipeline) {
    for command in &mut pipeline.commands {
        match &mut command.kind {
            CommandKind::Search(tree) => loosen_predicate(tree, false),
            CommandKind::Tstats(tstats) => {
                if let Some(tree) = &mut tstats.predicate {
                    loosen_predicate(tree, false);
                }
            }
            CommandKind::Join(join) => loosen(&mut join.search),
            CommandKind::Append(append) => loosen(&mut append.search),
            CommandKind::Appendpipe(commands) => loosen(commands),
            _ => {}
        }
    }
}

fn loosen_predicate(tree: &mut Predicate, negated: bool) {
    let holds_token = |literal: &Literal| !tokens(&literal.text()).is_empty();
    let (is_open, span) = match tree {
        Predicate::And(parts) | Predicate::Or(parts) => {
            for part in parts {
                loosen_predicate(part, negated);
            }
            return;
        }
        Predicate::Not(inner) => return loosen_predicate(inner, !negated),
        Predicate::Subsearch { search, .. } => return loosen(search),
        Predicate::Compare { field, value, .. } => (holds_token(value), field.span),
        Predicate::In { field, values } => (values.iter().any(holds_token), field.span),
        Predicate::Text(text) => (holds_token(text), text.span),
    };
    if is_open {
        *tree = if negated {
            Predicate::nothing(span)
        } else {
            Predicate::everything(span)
        };
    }
}
