//! `rex`: named groups of a regular expression become fields, or with `mode=sed` a field is changed.
//!
//! Facts (Search Reference, "rex"): without `field` it is `_raw`; `max_match` is 1, and 0 takes all
//! matches; several matches make a multivalue field; `offset_field` gets the places of the groups.
//! Decided here: a row without a match keeps what its fields hold; each value of a multivalue field
//! is matched by itself, `max_match` times; a group that took no part gives no value.

use super::super::messages::Messages;
use super::super::pcre::Pcre;
use super::super::table::Table;
use super::regular;
use super::rows::column_of;
use super::sed::Sed;
use super::{Feed, RAW, Run};
use crate::event::Value;
use crate::spl::Diagnostic;
use crate::spl::ast;
use std::sync::Arc;

#[derive(Debug)]
pub(super) struct Rex {
    field: Arc<str>,
    way: Way,
}

#[derive(Debug)]
enum Way {
    Groups(Groups),
    Sed(Sed),
}

#[derive(Debug)]
struct Groups {
    pattern: Pcre,
    /// The groups and the fields that they fill.
    fields: Vec<(usize, Arc<str>)>,
    /// How many matches of a value; none: all.
    most: Option<usize>,
    offsets: Option<Arc<str>>,
}

impl Rex {
    pub(super) fn compile(tree: &ast::Rex, messages: &mut Messages) -> Option<Self> {
        let field = Arc::from(tree.field.as_ref().map_or(RAW, |field| &field.text));
        let way = if tree.sed {
            Way::Sed(Sed::compile(&tree.pattern, messages)?)
        } else {
            Way::Groups(Groups::compile(tree, messages)?)
        };
        Some(Self { field, way })
    }
}

impl Groups {
    fn compile(tree: &ast::Rex, messages: &mut Messages) -> Option<Self> {
        let pattern = regular::compile(&tree.pattern, "rex", messages)?;
        let names = pattern.names();
        if names.is_empty() {
            let message = "the pattern of 'rex' has no named group, so that it fills no field";
            let refused = Diagnostic::new("SPL-REGEX", message, tree.pattern.span)
                .with_help("name the part that is wanted: (?<field>…)");
            messages.refuse(refused);
            return None;
        }
        let fields = names
            .into_iter()
            .map(|(number, name)| (number, Arc::from(name)));
        let fields = fields.collect();
        let most = usize::try_from(tree.max_match)
            .ok()
            .filter(|most| *most > 0);
        let offsets = tree.offset_field.as_ref();
        Some(Self {
            pattern,
            fields,
            most,
            offsets: offsets.map(|name| Arc::from(name.text.as_str())),
        })
    }

    fn run(&self, table: &mut Table, from: usize) {
        let fields = self.fields.iter();
        let columns: Vec<usize> = fields.map(|(_, name)| column_of(table, name)).collect();
        let offsets = self.offsets.as_ref().map(|name| column_of(table, name));
        for row in &mut table.rows {
            let Some(value) = row.cells.get(from).cloned().flatten() else {
                continue;
            };
            let (found, places) = self.find(&value);
            for (texts, column) in found.into_iter().zip(&columns) {
                if let (Some(value), Some(cell)) = (Value::many(texts), row.cells.get_mut(*column))
                {
                    *cell = Some(value);
                }
            }
            let cell = offsets.and_then(|column| row.cells.get_mut(column));
            if let (Some(value), Some(cell)) = (Value::many(places), cell) {
                *cell = Some(value);
            }
        }
    }

    /// The texts of each group, and the places of the groups of each match, as `name=first-last`.
    fn find(&self, value: &Value) -> (Vec<Vec<Arc<str>>>, Vec<Arc<str>>) {
        let mut found = vec![Vec::new(); self.fields.len()];
        let mut places = Vec::new();
        for text in value.each() {
            for groups in self.pattern.matches(&text, self.most.unwrap_or(usize::MAX)) {
                let mut spans = Vec::new();
                for (texts, (number, name)) in found.iter_mut().zip(&self.fields) {
                    let Some(group) = groups.place(*number) else {
                        continue;
                    };
                    let part = text.get(group.clone()).unwrap_or("");
                    texts.push(Arc::from(part));
                    if self.offsets.is_some() {
                        let before = text.get(..group.start).unwrap_or("").chars().count();
                        let length = part.chars().count();
                        let last = (before + length).saturating_sub(1);
                        spans.push(format!("{name}={before}-{last}"));
                    }
                }
                if !spans.is_empty() {
                    places.push(Arc::from(spans.join("&")));
                }
            }
        }
        (found, places)
    }
}

impl Run for Rex {
    fn run(&self, mut table: Table, _: &Feed<'_>) -> Table {
        let from = table.column(&self.field);
        match (&self.way, from) {
            (Way::Groups(groups), Some(from)) => groups.run(&mut table, from),
            (Way::Groups(groups), None) => {
                for (_, name) in &groups.fields {
                    column_of(&mut table, name);
                }
            }
            (Way::Sed(sed), Some(from)) => {
                let cells = table
                    .rows
                    .iter_mut()
                    .filter_map(|row| row.cells.get_mut(from));
                for value in cells.flatten() {
                    *value = super::each_text(value, |text| sed.change(text));
                }
            }
            (Way::Sed(_), None) => {}
        }
        table
    }
}
