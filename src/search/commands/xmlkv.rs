//! `xmlkv`: `<key>value</key>` of a text become fields. Facts (Search Reference, "xmlkv"): the text
//! is `_raw`, or that of the field that is named; a tag's name is the field's. Decided here: an
//! element that holds others gives no field; attributes are passed over; a key that stands several
//! times gives a multivalue field, and one that a field has already replaces it.

use super::super::table::Table;
use super::rows::{column_of, texts};
use super::{Feed, RAW, Run};
use crate::event::Value;
use crate::spl::ast::Name;
use std::sync::Arc;

#[derive(Debug)]
pub(super) struct Xmlkv {
    field: String,
}

impl Xmlkv {
    pub(super) fn new(field: Option<&Name>) -> Self {
        let field = field.map_or(RAW, |field| &field.text);
        Self {
            field: field.to_owned(),
        }
    }
}

/// The keys and values of a text, in order.
fn pairs(text: &str) -> Vec<(&str, &str)> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some((_, behind)) = rest.split_once('<') {
        rest = behind;
        let length = behind
            .find(|c: char| !(c.is_alphanumeric() || matches!(c, '_' | ':' | '.' | '-')))
            .unwrap_or(behind.len());
        let (key, tag) = behind.split_at(length);
        let begins = key.starts_with(|c: char| c.is_alphabetic() || c == '_');
        let Some((attributes, content)) = tag.split_once('>').filter(|_| begins) else {
            continue;
        };
        if attributes.contains('<') || attributes.ends_with('/') {
            continue;
        }
        let Some((value, close)) = content.split_once('<') else {
            break;
        };
        let closes = close.strip_prefix('/').and_then(|c| c.strip_prefix(key));
        if closes.is_some_and(|end| end.trim_start().starts_with('>')) {
            found.push((key, value));
        }
    }
    found
}

impl Run for Xmlkv {
    fn run(&self, mut table: Table, _: &Feed<'_>) -> Table {
        let texts = texts(&table, table.column(&self.field));
        for (number, text) in texts.iter().enumerate() {
            put(&mut table, number, pairs(text));
        }
        table
    }
}

/// Sets fields of a row; a name that stands several times gets every value.
pub(super) fn put<T: AsRef<str>>(table: &mut Table, row: usize, pairs: Vec<(T, T)>) {
    let mut fields: Vec<(Arc<str>, Vec<Arc<str>>)> = Vec::new();
    for (name, value) in pairs {
        let (name, value) = (name.as_ref(), Arc::from(value.as_ref()));
        match fields.iter_mut().find(|(known, _)| **known == *name) {
            Some((_, values)) => values.push(value),
            None => fields.push((Arc::from(name), vec![value])),
        }
    }
    for (name, values) in fields {
        let column = column_of(table, &name);
        let cells = table.rows.get_mut(row).map(|row| &mut row.cells);
        if let Some(cell) = cells.and_then(|cells| cells.get_mut(column)) {
            *cell = Value::many(values);
        }
    }
}
