//! `search`, `where` and `eval`: what is done row by row.

use super::super::cells::{Cells, Fields};
use super::super::expression::{Compiler, Expression};
use super::super::functions::Environment;
use super::super::messages::Messages;
use super::super::plan::{Context, Plan};
use super::super::predicate::Predicate;
use super::super::subsearch;
use super::super::table::{Row, Table};
use super::{Feed, Run};
use crate::spl::ast::{self, Expr, Name};
use crate::spl::{Diagnostic, Span};
use std::sync::Arc;

/// `search`: keeps the rows that meet a predicate.
#[derive(Debug)]
pub(super) struct Search {
    predicate: Predicate,
    fields: Fields,
    /// The tree with its searches, where some must be run before it is known.
    late: Option<(ast::Predicate, Vec<Plan>)>,
}

impl Search {
    pub(super) fn compile(
        tree: &ast::Predicate,
        context: &Context<'_>,
        messages: &mut Messages,
    ) -> Self {
        if !subsearch::stands_in(tree) {
            return Self::of(tree, messages);
        }
        let mut plans = Vec::new();
        let known = subsearch::known(tree, context, &mut plans, messages);
        if plans.is_empty() {
            return Self::of(&known, messages);
        }
        // What is wrong with the rest is said now.
        let mut search = Self::of(&subsearch::loose(&known), messages);
        search.late = Some((known, plans));
        search
    }

    fn of(tree: &ast::Predicate, messages: &mut Messages) -> Self {
        let mut fields = Fields::default();
        let predicate = Predicate::compile(tree, &mut fields, messages);
        Self {
            predicate,
            fields,
            late: None,
        }
    }

    fn keep(&self, mut table: Table) -> Table {
        let places = self.fields.in_table(&table);
        table
            .rows
            .retain(|row| self.predicate.test(&Cells::of_table(row, &places)));
        table
    }
}

impl Run for Search {
    fn has_told_columns(&self) -> bool {
        true
    }

    fn run(&self, table: Table, feed: &Feed<'_>) -> Table {
        let Some((tree, plans)) = &self.late else {
            return self.keep(table);
        };
        let tree = subsearch::resolved(tree, plans, feed);
        Self::of(&tree, &mut Messages::default()).keep(table)
    }

    fn searches(&self) -> Vec<&Plan> {
        let late = self.late.iter();
        late.flat_map(|(_, plans)| plans).collect()
    }
}

/// `where`: keeps the rows for which an expression is true; not those for which it is null.
#[derive(Debug, Clone)]
pub(super) struct Where {
    expression: Expression,
    fields: Fields,
}

impl Where {
    pub(super) fn compile(
        tree: &Expr,
        environment: Environment,
        span: Span,
        messages: &mut Messages,
    ) -> Self {
        let (expression, fields) = compile(tree, environment, span, messages);
        if expression.is_value() {
            let message = "'where' needs a condition, not a value";
            let help = "compare it: where lower(user)=\"x\"";
            messages.refuse(Diagnostic::new("SPL-BOOLEAN", message, span).with_help(help));
        }
        Self { expression, fields }
    }
}

impl Run for Where {
    fn has_told_columns(&self) -> bool {
        true
    }

    fn run(&self, mut table: Table, _: &Feed<'_>) -> Table {
        let places = self.fields.in_table(&table);
        table.rows.retain(|row| {
            let met = self.expression.evaluate(&Cells::of_table(row, &places));
            met.truth() == Some(true)
        });
        table
    }
}

/// `eval`: fills fields with what expressions give, one after the other, so that a later one
/// reads an earlier one. A null empties the field (Search Reference, "eval").
#[derive(Debug, Clone)]
pub(super) struct Eval {
    assignments: Vec<Assignment>,
}

#[derive(Debug, Clone)]
struct Assignment {
    column: Arc<str>,
    expression: Expression,
    fields: Fields,
}

impl Eval {
    pub(super) fn compile(
        tree: &[(Name, Expr)],
        environment: Environment,
        span: Span,
        messages: &mut Messages,
    ) -> Self {
        let assignments = tree.iter().map(|(name, tree)| {
            let (expression, fields) = compile(tree, environment, span, messages);
            if expression.is_boolean() {
                let message = format!("'{}' can't hold true or false", name.text);
                let help = "choose values: if(<condition>, \"yes\", \"no\"), or tostring(…)";
                messages.refuse(Diagnostic::new("SPL-BOOLEAN", message, name.span).with_help(help));
            }
            Assignment {
                column: Arc::from(name.text.as_str()),
                expression,
                fields,
            }
        });
        Self {
            assignments: assignments.collect(),
        }
    }
}

impl Run for Eval {
    fn has_told_columns(&self) -> bool {
        true
    }

    fn run(&self, mut table: Table, _: &Feed<'_>) -> Table {
        for assignment in &self.assignments {
            let places = assignment.fields.in_table(&table);
            let column = column_of(&mut table, &assignment.column);
            for row in &mut table.rows {
                let result = assignment
                    .expression
                    .evaluate(&Cells::of_table(row, &places));
                if let Some(cell) = row.cells.get_mut(column) {
                    *cell = result.into_value();
                }
            }
        }
        table
    }
}

/// The text of each row in a column, empty where there is none.
pub(super) fn texts(table: &Table, column: Option<usize>) -> Vec<String> {
    let text = |row: &Row| {
        let value = column.and_then(|column| row.cells.get(column)?.as_ref());
        value.map_or_else(String::new, |value| value.as_text().into_owned())
    };
    table.rows.iter().map(text).collect()
}

/// The place of a column, which is added at the end when it is new.
pub(super) fn column_of(table: &mut Table, name: &Arc<str>) -> usize {
    let place = table.column(name).unwrap_or_else(|| {
        table.columns.push(name.clone());
        table.columns.len() - 1
    });
    let width = table.columns.len();
    table
        .rows
        .iter_mut()
        .for_each(|row| row.cells.resize(width, None));
    place
}

/// An expression and the fields that it reads.
pub(super) fn compile(
    tree: &Expr,
    environment: Environment,
    span: Span,
    messages: &mut Messages,
) -> (Expression, Fields) {
    let mut fields = Fields::default();
    let mut compiler = Compiler {
        fields: &mut fields,
        messages,
        environment,
        span,
    };
    let expression = Expression::compile(tree, &mut compiler);
    (expression, fields)
}
