//! `mvexpand`, `makemv` and `nomv`: from a multivalue field to rows, from a text to a multivalue
//! field and back.
//!
//! Facts (Search Reference, "mvexpand", "makemv", "nomv"): a row is made for each value, `limit` bounds how
//! many of a row; the delimiter is a blank when none is given; a tokenizer's first group is a value;
//! empty values are left out but with `allowempty`; `nomv` joins values by line feeds. Decided here: a row without the field stays; the
//! values of a field that has several already are cut each.

use super::super::messages::Messages;
use super::super::pcre::Pcre;
use super::super::table::{Row, Table};
use super::regular;
use super::{Feed, Run};
use crate::event::Value;
use crate::spl::ast::{self, Separator};
use std::sync::Arc;

#[derive(Debug)]
pub(super) struct Mvexpand {
    field: String,
    limit: usize,
}

impl Mvexpand {
    pub(super) fn new(tree: &ast::Mvexpand) -> Self {
        Self {
            field: tree.field.text.clone(),
            limit: match tree.limit {
                0 => usize::MAX,
                limit => usize::try_from(limit).unwrap_or(usize::MAX),
            },
        }
    }
}

impl Run for Mvexpand {
    fn run(&self, mut table: Table, _: &Feed<'_>) -> Table {
        let Some(place) = table.column(&self.field) else {
            return table;
        };
        let rows = std::mem::take(&mut table.rows);
        for row in rows {
            let Some(Some(Value::Many(texts))) = row.cells.get(place).cloned() else {
                table.rows.push(row);
                continue;
            };
            for text in texts.iter().take(self.limit) {
                let mut one: Row = row.clone();
                if let Some(cell) = one.cells.get_mut(place) {
                    *cell = Some(Value::Text(text.clone()));
                }
                table.rows.push(one);
            }
        }
        table
    }
}

#[derive(Debug)]
pub(super) struct Makemv {
    field: String,
    cut: Cut,
    allow_empty: bool,
}

#[derive(Debug)]
enum Cut {
    At(String),
    Tokens(Pcre),
}

impl Makemv {
    pub(super) fn compile(tree: &ast::Makemv, messages: &mut Messages) -> Option<Self> {
        let cut = match &tree.separator {
            Separator::Delimiter(text) => Cut::At(text.text.clone()),
            Separator::Tokenizer(pattern) => {
                Cut::Tokens(regular::compile(pattern, "makemv", messages)?)
            }
        };
        Some(Self {
            field: tree.field.text.clone(),
            cut,
            allow_empty: tree.allow_empty,
        })
    }

    fn cut(&self, value: &Value) -> Option<Value> {
        let mut texts: Vec<Arc<str>> = Vec::new();
        for text in value.each() {
            match &self.cut {
                Cut::At(delimiter) if delimiter.is_empty() => texts.push(Arc::from(&*text)),
                Cut::At(delimiter) => texts.extend(text.split(delimiter.as_str()).map(Arc::from)),
                Cut::Tokens(pattern) => {
                    let found = pattern.matches(&text, usize::MAX);
                    let groups = found.iter();
                    let groups = groups.filter_map(|groups| groups.place(1).or(groups.place(0)));
                    texts.extend(groups.filter_map(|group| text.get(group)).map(Arc::from));
                }
            }
        }
        if !self.allow_empty {
            texts.retain(|text| !text.is_empty());
        }
        Value::many(texts)
    }
}

impl Run for Makemv {
    fn run(&self, mut table: Table, _: &Feed<'_>) -> Table {
        if let Some(place) = table.column(&self.field) {
            let cells = table.rows.iter_mut();
            for cell in cells.filter_map(|row| row.cells.get_mut(place)) {
                *cell = cell.as_ref().and_then(|value| self.cut(value));
            }
        }
        table
    }
}

#[derive(Debug)]
pub(super) struct Nomv(pub(super) String);

impl Run for Nomv {
    fn run(&self, mut table: Table, _: &Feed<'_>) -> Table {
        if let Some(place) = table.column(&self.0) {
            let cells = table.rows.iter_mut();
            for value in cells.filter_map(|row| row.cells.get_mut(place)?.as_mut()) {
                *value = Value::text(&value.as_text());
            }
        }
        table
    }
}
