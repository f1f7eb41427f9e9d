//! Searches as text over a table, for the tests of single commands.

use super::trees::{lines, processes};
use crate::event::Timestamp;
use crate::search::{Plan, PlanOptions, Table};
use crate::spl::{Diagnostic, parse};

fn compile(commands: &str, options: &PlanOptions) -> Result<Plan, Vec<Diagnostic>> {
    let text = format!("| from datamodel Risk.All_Risk | {commands}");
    parse(&text).and_then(|tree| Plan::compile(&tree, &[processes()], options))
}

fn options() -> PlanOptions {
    PlanOptions {
        now: Timestamp::from_seconds(1_700_000_000),
        ..PlanOptions::default()
    }
}

/// What some commands make of a table: the columns, then each row with its events.
pub(super) fn run(commands: &str, table: Table) -> Vec<String> {
    lines(&compile(commands, &options()).unwrap().run_table(table))
}

/// The rows without their columns and events.
pub(super) fn rows(commands: &str, table: Table) -> Vec<String> {
    let lines = run(commands, table);
    let lines = lines.iter().skip(1);
    lines
        .map(|line| {
            line.rsplit_once(" [")
                .map_or("", |(cells, _)| cells)
                .to_owned()
        })
        .collect()
}

/// `code: message (help)` of the first thing that is wrong.
pub(super) fn refused(commands: &str) -> String {
    let problems = compile(commands, &options()).unwrap_err();
    let first = &problems[0];
    let help = first.help.as_deref().unwrap_or_default();
    format!("{}: {} ({help})", first.code, first.message)
}
