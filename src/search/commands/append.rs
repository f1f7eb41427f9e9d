//! `append` and `appendpipe`: rows of another search, or what commands make of the rows, behind
//! the rows. Facts (Search Reference, "append", "appendpipe"): `append` puts 50,000 rows behind at
//! most; the commands of `appendpipe` work on the rows as they are when it is reached.

use super::super::messages::Messages;
use super::super::plan::{Context, Plan};
use super::super::subsearch::rows_of;
use super::super::table::Table;
use super::inputlookup::appended;
use super::{Feed, Run, Stage};
use crate::spl::Pipeline;
use crate::spl::ast;

#[derive(Debug)]
pub(super) struct Append {
    max: usize,
    search: Plan,
}

impl Append {
    pub(super) fn compile(
        tree: &ast::Append,
        context: &Context<'_>,
        messages: &mut Messages,
    ) -> Option<Self> {
        Some(Self {
            max: usize::try_from(tree.max).unwrap_or(usize::MAX),
            search: Plan::compile_in(&tree.search, context, messages)?,
        })
    }
}

impl Run for Append {
    fn run(&self, table: Table, feed: &Feed<'_>) -> Table {
        appended(table, rows_of(&self.search, feed, self.max))
    }

    fn searches(&self) -> Vec<&Plan> {
        vec![&self.search]
    }
}

#[derive(Debug)]
pub(super) struct Appendpipe {
    stages: Vec<Stage>,
}

impl Appendpipe {
    pub(super) fn compile(tree: &Pipeline, context: &Context<'_>, messages: &mut Messages) -> Self {
        let commands = tree.commands.iter();
        let stages = commands.filter_map(|command| Stage::compile(command, context, messages));
        Self {
            stages: stages.collect(),
        }
    }
}

impl Run for Appendpipe {
    fn run(&self, table: Table, feed: &Feed<'_>) -> Table {
        let mut more = table.clone();
        for stage in &self.stages {
            more = stage.run(more, feed);
        }
        appended(table, more)
    }

    fn searches(&self) -> Vec<&Plan> {
        self.stages.iter().flat_map(Stage::searches).collect()
    }
}
