//! `stats`: groups the rows of a table. A row with a null in a field to group by is left out
//! (language-and-model §2.7). `values(*) as *` is done for every column that fits.
//!
//! Options (Search Reference, "stats"): `allnum=true` leaves functions of numbers without a result
//! for a group in which some value is none; `dedup_splitvals=true` counts a value that stands twice
//! in a field to group by once. `delim` and `partitions` change nothing that can be seen here.

use super::super::cells::{Cells, Fields};
use super::super::functions::Environment;
use super::super::group::{Grouping, Groups, column, refuse_same_columns};
use super::super::messages::Messages;
use super::super::names::NamePattern;
use super::super::table::Table;
use super::rows::column_of;
use super::{Feed, Run};
use crate::event::Value;
use crate::spl::Diagnostic;
use crate::spl::ast::{self, Aggregate, Name};
use std::borrow::Cow;
use std::sync::Arc;

/// What to compute, by what.
#[derive(Debug, Clone)]
pub(super) struct Stats {
    tree: ast::Stats,
    environment: Environment,
    switches: Switches,
    /// Compiled once when no name has a wildcard.
    fixed: Option<(Grouping, Fields)>,
}

/// The options that change something.
#[derive(Debug, Clone, Copy, Default)]
struct Switches {
    all_numbers: bool,
    no_repeats: bool,
}

impl Switches {
    fn of(options: &[(Name, Name)], messages: &mut Messages) -> Self {
        let mut switches = Self::default();
        for (name, value) in options {
            let is_true = ["t", "true", "1"]
                .iter()
                .any(|yes| value.text.eq_ignore_ascii_case(yes));
            match name.text.as_str() {
                "allnum" => switches.all_numbers = is_true,
                "dedup_splitvals" => switches.no_repeats = is_true,
                "delim" | "partitions" => {}
                other => {
                    let message = format!("stats has no option '{other}'");
                    let refused = Diagnostic::new("SPL-OPTION", message, name.span);
                    let help = "there are allnum, delim, partitions, dedup_splitvals";
                    messages.refuse(refused.with_help(help));
                }
            }
        }
        switches
    }
}

impl Stats {
    pub(super) fn compile(tree: &ast::Stats, messages: &mut Messages) -> Self {
        refuse_same_columns(&tree.aggregates, &tree.by, messages);
        for by in tree.by.iter().filter(|by| by.name.text.contains('*')) {
            let message = format!("stats takes no wildcard in a by field: '{}'", by.name.text);
            messages.error("SPL-WILDCARD", message, by.name.span);
        }
        for aggregate in &tree.aggregates {
            if let (Some(field), Some(alias)) = (&aggregate.field, &aggregate.alias)
                && stars(field) != stars(alias)
            {
                let message = format!("'{}' and '{}' differ in wildcards", field.text, alias.text);
                let refused = Diagnostic::new("SPL-WILDCARD", message, aggregate.span)
                    .with_help("the field and its new name need the same number of '*'");
                messages.refuse(refused);
            }
        }
        let switches = Switches::of(&tree.options, messages);
        let compiled = compile(&tree.aggregates, &tree.by, switches, messages);
        let has_stars = tree
            .aggregates
            .iter()
            .any(|a| a.field.as_ref().is_some_and(|f| stars(f) > 0));
        Self {
            tree: tree.clone(),
            environment: messages.environment,
            switches,
            fixed: (!has_stars).then_some(compiled),
        }
    }

    /// The groups of a table.
    pub(super) fn group(&self, table: &Table) -> Table {
        let compiled = self.compiled(table);
        let (grouping, fields) = &*compiled;
        group(grouping, fields, table)
    }

    /// What is done with a table: its wildcards stand for its columns.
    pub(super) fn compiled(&self, table: &Table) -> Cow<'_, (Grouping, Fields)> {
        if let Some(fixed) = &self.fixed {
            return Cow::Borrowed(fixed);
        }
        let aggregates: Vec<Aggregate> = self
            .tree
            .aggregates
            .iter()
            .flat_map(|aggregate| self.spread(aggregate, table))
            .collect();
        // What can be wrong was said when the search was compiled.
        let mut messages = Messages {
            environment: self.environment,
            ..Messages::default()
        };
        let by = &self.tree.by;
        Cow::Owned(compile(&aggregates, by, self.switches, &mut messages))
    }

    /// An aggregate once for every column that its wildcard fits and that is not grouped by.
    fn spread(&self, aggregate: &Aggregate, table: &Table) -> Vec<Aggregate> {
        let Some(field) = aggregate.field.as_ref().filter(|field| stars(field) > 0) else {
            return vec![aggregate.clone()];
        };
        let pattern = NamePattern::new(&field.text);
        let named = |name: &Name, text: String| Name {
            text,
            span: name.span,
        };
        let columns = table.columns.iter();
        let columns = columns.filter(|c| self.tree.by.iter().all(|by| by.name.text != ***c));
        columns
            .filter_map(|column| {
                let captures = pattern.captures(column)?;
                let alias = aggregate.alias.as_ref();
                let alias = alias.map(|a| named(a, NamePattern::new(&a.text).fill(&captures)));
                Some(Aggregate {
                    field: Some(named(field, column.to_string())),
                    alias,
                    ..aggregate.clone()
                })
            })
            .collect()
    }
}

/// What the functions give for a row; none for a row that is in no group.
pub(super) type Results = Option<Vec<Option<Value>>>;

/// Puts the results of each row into columns of these names.
pub(super) fn put_beside<'n>(
    table: &mut Table,
    names: impl Iterator<Item = &'n Arc<str>>,
    results: Vec<Results>,
) {
    let columns: Vec<usize> = names.map(|name| column_of(table, name)).collect();
    for (row, results) in table.rows.iter_mut().zip(results) {
        let mut results = results.unwrap_or_default().into_iter();
        for column in &columns {
            if let Some(cell) = row.cells.get_mut(*column) {
                *cell = results.next().flatten();
            }
        }
    }
}

impl Run for Stats {
    fn run(&self, table: Table, _: &Feed<'_>) -> Table {
        self.group(&table)
    }
}

fn stars(name: &Name) -> usize {
    NamePattern::new(&name.text).stars()
}

fn compile(
    aggregates: &[Aggregate],
    by: &[ast::ByField],
    switches: Switches,
    messages: &mut Messages,
) -> (Grouping, Fields) {
    let mut seen = hashbrown::HashSet::new();
    let aggregates: Vec<Aggregate> = aggregates
        .iter()
        .filter(|aggregate| seen.insert(column(aggregate)))
        .cloned()
        .collect();
    let mut fields = Fields::default();
    let mut grouping = Grouping::compile(&aggregates, by, None, &mut fields, messages);
    if switches.all_numbers {
        grouping.only_numbers();
    }
    if !switches.no_repeats {
        grouping.keep_repeats();
    }
    (grouping, fields)
}

fn group(grouping: &Grouping, fields: &Fields, table: &Table) -> Table {
    let places = fields.in_table(table);
    let mut groups = Groups::new(grouping);
    for row in &table.rows {
        groups.add(&Cells::of_table(row, &places), &row.events);
    }
    groups.finish()
}
