//! `fillnull`: a value in place of null. Facts (Search Reference, "fillnull"): the value is 0 when
//! none is given; without fields it is every field that there is, with fields those that are not
//! there are made.

use super::super::names::NamePattern;
use super::super::table::Table;
use super::rows::column_of;
use super::{Feed, Run};
use crate::event::Value;
use crate::spl::ast;
use std::sync::Arc;

#[derive(Debug)]
pub(super) struct Fillnull {
    value: Value,
    names: Vec<(Arc<str>, NamePattern)>,
}

impl Fillnull {
    pub(super) fn new(tree: &ast::Fillnull) -> Self {
        let value = tree.value.as_ref().map_or("0", |value| &value.text);
        let names = tree.fields.iter().map(|name| {
            let text = name.text.as_str();
            (Arc::from(text), NamePattern::new(text))
        });
        Self {
            value: Value::text(value),
            names: names.collect(),
        }
    }
}

impl Run for Fillnull {
    fn run(&self, mut table: Table, _: &Feed<'_>) -> Table {
        for (name, pattern) in &self.names {
            if pattern.is_plain() {
                column_of(&mut table, name);
            }
        }
        let all = self.names.is_empty();
        let wanted = |name: &str| all || self.names.iter().any(|(_, p)| p.matches(name));
        let fills: Vec<bool> = table.columns.iter().map(|name| wanted(name)).collect();
        for row in &mut table.rows {
            row.cells.resize(fills.len(), None);
            for (cell, fill) in row.cells.iter_mut().zip(&fills) {
                if *fill && cell.is_none() {
                    *cell = Some(self.value.clone());
                }
            }
        }
        table
    }
}
