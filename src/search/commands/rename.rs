//! `rename`. Facts (Search Reference, "rename"): several are done from left to right; both names
//! have the same number of wildcards; a field that has the new name is replaced, null and all;
//! and where the field to rename is not there, the one that has the new name becomes null.
//! Decided here: the column stays in its place.

use super::super::messages::Messages;
use super::super::names::NamePattern;
use super::super::table::Table;
use super::{Feed, Run};
use crate::spl::Diagnostic;
use crate::spl::ast;
use std::sync::Arc;

/// The renames in order.
#[derive(Debug, Clone)]
pub(super) struct Rename {
    renames: Vec<(NamePattern, NamePattern)>,
}

impl Rename {
    pub(super) fn compile(tree: &[ast::Rename], messages: &mut Messages) -> Self {
        let renames = tree.iter().map(|rename| {
            let from = NamePattern::new(&rename.from.text);
            let to = NamePattern::new(&rename.to.text);
            if from.stars() != to.stars() {
                let message = format!(
                    "'{}' has {} wildcards, '{}' has {}",
                    rename.from.text,
                    from.stars(),
                    rename.to.text,
                    to.stars()
                );
                let refused = Diagnostic::new("SPL-WILDCARD", message, rename.to.span)
                    .with_help("both names of a rename need the same number of '*'");
                messages.refuse(refused);
            }
            (from, to)
        });
        Self {
            renames: renames.collect(),
        }
    }
}

impl Run for Rename {
    fn has_told_columns(&self) -> bool {
        true
    }

    fn run(&self, mut table: Table, _: &Feed<'_>) -> Table {
        for (from, to) in &self.renames {
            let names = table.columns.iter();
            let pairs: Vec<(Arc<str>, Arc<str>)> = names
                .filter_map(|name| {
                    let new = to.fill(&from.captures(name)?);
                    Some((name.clone(), Arc::from(new)))
                })
                .collect();
            if pairs.is_empty() && from.is_plain() {
                clear(&mut table, &to.fill(&[]));
            }
            for (old, new) in pairs {
                rename(&mut table, &old, new);
            }
        }
        table
    }
}

fn rename(table: &mut Table, old: &str, new: Arc<str>) {
    if *old == *new {
        return;
    }
    // One that was replaced by a rename before it is no longer there.
    let Some(place) = table.column(old) else {
        return;
    };
    let replaced = table.column(&new);
    if let Some(name) = table.columns.get_mut(place) {
        *name = new;
    }
    if let Some(replaced) = replaced {
        table.columns.remove(replaced);
        for row in &mut table.rows {
            if replaced < row.cells.len() {
                row.cells.remove(replaced);
            }
        }
    }
}

fn clear(table: &mut Table, name: &str) {
    if let Some(place) = table.column(name) {
        let rows = table.rows.iter_mut();
        rows.filter_map(|row| row.cells.get_mut(place))
            .for_each(|cell| *cell = None);
    }
}
