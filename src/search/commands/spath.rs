//! `spath`: what stands at a path of JSON or XML becomes a field, or everything does.
//!
//! Facts (Search Reference, "spath"): the input is `_raw` unless it is named; the field is called
//! as the path unless `output` says otherwise; without a path every value becomes a field that is
//! called as its path. What a path is: `search::paths`. Decided here: there is no bound on the
//! length of the text (Splunk reads the first 5,000 letters when it takes everything).

use super::super::paths::{at, pairs, steps};
use super::super::table::Table;
use super::rows::{column_of, texts};
use super::xmlkv::put;
use super::{Feed, RAW, Run};
use crate::event::Value;
use crate::spl::ast;
use std::sync::Arc;

/// The most fields that one text gives.
const MAX_FIELDS: usize = 1000;

#[derive(Debug)]
pub(super) struct Spath {
    input: String,
    /// The field and the steps to its value; none: everything.
    path: Option<(Arc<str>, Vec<String>)>,
}

impl Spath {
    pub(super) fn new(tree: &ast::Spath) -> Self {
        let path = tree.path.as_ref().map(|path| {
            let output = tree.output.as_ref().unwrap_or(path);
            (Arc::from(output.text.as_str()), steps(&path.text))
        });
        let input = tree.input.as_ref().map_or(RAW, |input| &input.text);
        Self {
            input: input.to_owned(),
            path,
        }
    }
}

impl Run for Spath {
    fn run(&self, mut table: Table, _: &Feed<'_>) -> Table {
        let texts = texts(&table, table.column(&self.input));
        let Some((output, steps)) = &self.path else {
            for (number, text) in texts.iter().enumerate() {
                let mut pairs = pairs(text);
                pairs.truncate(MAX_FIELDS);
                put(&mut table, number, pairs);
            }
            return table;
        };
        let to = column_of(&mut table, output);
        for (row, text) in table.rows.iter_mut().zip(texts) {
            let found = at(&text, steps).into_iter().map(Arc::from).collect();
            if let (Some(value), Some(cell)) = (Value::many(found), row.cells.get_mut(to)) {
                *cell = Some(value);
            }
        }
        table
    }
}
