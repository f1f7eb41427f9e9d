//! The commands after the first, each from table to table. A row keeps the places of the events
//! behind it through all of them.

mod columns;
mod convert;
mod rename;
mod rows;
mod stats;

use super::functions::Environment;
use super::messages::Messages;
use super::table::Table;
use crate::spl::ast::CommandKind;
use crate::spl::{Command, Span};

/// A command that can be run on a table.
#[derive(Debug, Clone)]
pub(super) enum Stage {
    Search(rows::Search),
    Where(rows::Where),
    Eval(rows::Eval),
    Rename(rename::Rename),
    Convert(convert::Convert),
    Stats(stats::Stats),
    Fields(columns::Fields),
    Table(columns::Columns),
}

impl Stage {
    /// From the tree; none for a command that can only come first.
    pub(super) fn compile(
        command: &Command,
        environment: Environment,
        messages: &mut Messages,
    ) -> Option<Self> {
        let span = command.span;
        Some(match &command.kind {
            CommandKind::Search(predicate) => {
                Self::Search(rows::Search::compile(predicate, messages))
            }
            CommandKind::Where(expression) => Self::Where(rows::Where::compile(
                expression,
                environment,
                span,
                messages,
            )),
            CommandKind::Eval(assignments) => Self::Eval(rows::Eval::compile(
                assignments,
                environment,
                span,
                messages,
            )),
            CommandKind::Rename(renames) => {
                Self::Rename(rename::Rename::compile(renames, messages))
            }
            CommandKind::Convert(tree) => {
                Self::Convert(convert::Convert::compile(tree, environment.zone, messages))
            }
            CommandKind::Stats(tree) => Self::Stats(stats::Stats::compile(tree, messages)),
            CommandKind::Fields { remove, names } => {
                Self::Fields(columns::Fields::new(*remove, names))
            }
            CommandKind::Table(names) => Self::Table(columns::Columns::new(names)),
            CommandKind::Tstats(_) => return only_first("tstats", span, messages),
            CommandKind::From(_) => return only_first("from", span, messages),
        })
    }

    /// Runs it.
    pub(super) fn run(&self, table: Table) -> Table {
        match self {
            Self::Search(search) => search.run(table),
            Self::Where(filter) => filter.run(table),
            Self::Eval(eval) => eval.run(table),
            Self::Rename(rename) => rename.run(table),
            Self::Convert(convert) => convert.run(table),
            Self::Stats(stats) => stats.run(&table),
            Self::Fields(fields) => fields.run(table),
            Self::Table(columns) => columns.run(table),
        }
    }
}

fn only_first(name: &str, span: Span, messages: &mut Messages) -> Option<Stage> {
    let message = format!("'{name}' must be the first command of a search");
    messages.error("SPL-FIRST", message, span);
    None
}

/// The name of a command as a search writes it.
pub(super) fn name_of(kind: &CommandKind) -> &'static str {
    match kind {
        CommandKind::Search(_) => "search",
        CommandKind::Tstats(_) => "tstats",
        CommandKind::From(_) => "from",
        CommandKind::Stats(_) => "stats",
        CommandKind::Rename(_) => "rename",
        CommandKind::Convert(_) => "convert",
        CommandKind::Fields { .. } => "fields",
        CommandKind::Table(_) => "table",
        CommandKind::Where(_) => "where",
        CommandKind::Eval(_) => "eval",
    }
}
