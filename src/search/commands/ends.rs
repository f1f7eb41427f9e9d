//! `head`, `tail` and `reverse`: from which end, and how many.
//!
//! Facts (Search Reference, "head", "tail", "reverse"): `head` gives the first 10 rows or those
//! before the first that does not meet its expression, `keeplast` that one too, `null` those for
//! which the expression is null; `tail` gives the last ones, the very last first.

use super::super::cells::{Cells, Fields};
use super::super::expression::Expression;
use super::super::functions::Environment;
use super::super::messages::Messages;
use super::super::table::Table;
use super::rows::compile;
use super::{Feed, Run};
use crate::spl::Span;
use crate::spl::ast;

#[derive(Debug)]
pub(super) struct Head {
    limit: usize,
    condition: Option<(Expression, Fields)>,
    null: bool,
    keep_last: bool,
}

impl Head {
    pub(super) fn compile(
        tree: &ast::Head,
        environment: Environment,
        span: Span,
        messages: &mut Messages,
    ) -> Self {
        let condition = tree.condition.as_ref();
        let limit = tree.limit.map(usize::try_from);
        Self {
            limit: limit.and_then(Result::ok).unwrap_or(usize::MAX),
            condition: condition.map(|tree| compile(tree, environment, span, messages)),
            null: tree.null,
            keep_last: tree.keep_last,
        }
    }
}

impl Run for Head {
    fn run(&self, mut table: Table, _: &Feed<'_>) -> Table {
        if let Some((condition, fields)) = &self.condition {
            let places = fields.in_table(&table);
            let ends = table.rows.iter().position(|row| {
                let met = condition.evaluate(&Cells::of_table(row, &places)).truth();
                !met.unwrap_or(self.null)
            });
            if let Some(ends) = ends {
                table.rows.truncate(ends + usize::from(self.keep_last));
            }
        }
        table.rows.truncate(self.limit);
        table
    }
}

#[derive(Debug)]
pub(super) struct Tail(pub(super) u64);

impl Run for Tail {
    fn run(&self, mut table: Table, _: &Feed<'_>) -> Table {
        table.rows.reverse();
        table
            .rows
            .truncate(usize::try_from(self.0).unwrap_or(usize::MAX));
        table
    }
}

#[derive(Debug)]
pub(super) struct Reverse;

impl Run for Reverse {
    fn run(&self, mut table: Table, _: &Feed<'_>) -> Table {
        table.rows.reverse();
        table
    }
}
