//! `spath`: what stands at a path of JSON or XML becomes a field, or everything does.
//!
//! Facts (Search Reference, "spath"): the input is `_raw` unless it is named; the field is called
//! as the path unless `output` says otherwise; steps of a path have dots between, `{}` is every
//! element of an array and `{0}` one of them (in XML the first is `{1}`), `{@name}` an attribute;
//! without a path every value becomes a field that is called as its path. Decided here: there is no
//! bound on the length of the text (Splunk reads the first 5,000 letters when it takes everything);
//! an object at the end of a path is given as JSON; a text that is neither gives nothing.

mod xml;

use super::super::table::Table;
use super::rows::column_of;
use super::xmlkv::put;
use super::{Feed, RAW, Run};
use crate::event::Value;
use crate::spl::ast;
use serde_json::Value as Json;
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

/// The steps of a path, the braces apart: `a{}.b` is `a`, `{}`, `b`.
fn steps(path: &str) -> Vec<String> {
    let mut steps = Vec::new();
    for step in path.split('.') {
        let (key, braces) = match step.find('{') {
            Some(at) => step.split_at(at),
            None => (step, ""),
        };
        if !key.is_empty() {
            steps.push(key.to_owned());
        }
        steps.extend(braces.split_inclusive('}').map(str::to_owned));
    }
    steps
}

/// The paths and values of a text.
fn pairs(text: &str) -> Vec<(String, String)> {
    let text = text.trim_start();
    let mut found = Vec::new();
    if text.starts_with('<') {
        xml::pairs(text, &mut found);
    } else if text.starts_with(['{', '[']) {
        // Texts that are too deep are refused by the reader.
        if let Ok(tree) = serde_json::from_str(text) {
            flatten(&tree, &mut String::new(), &mut found);
        }
    }
    found.truncate(MAX_FIELDS);
    found
}

fn flatten(tree: &Json, path: &mut String, found: &mut Vec<(String, String)>) {
    let length = path.len();
    match tree {
        Json::Object(fields) => {
            for (key, value) in fields {
                if !path.is_empty() {
                    path.push('.');
                }
                path.push_str(key);
                flatten(value, path, found);
                path.truncate(length);
            }
        }
        Json::Array(elements) => {
            path.push_str("{}");
            for value in elements {
                flatten(value, path, found);
            }
            path.truncate(length);
        }
        leaf => found.push((path.clone(), text_of(leaf))),
    }
}

fn text_of(tree: &Json) -> String {
    match tree {
        Json::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// What stands at a path.
fn at(text: &str, steps: &[String]) -> Vec<String> {
    let text = text.trim_start();
    if text.starts_with('<') {
        return xml::at(text, steps);
    }
    let Ok(tree) = serde_json::from_str::<Json>(text) else {
        return Vec::new();
    };
    let mut found = vec![&tree];
    for step in steps {
        let braces = step.strip_prefix('{').and_then(|s| s.strip_suffix('}'));
        found = match braces {
            None => found.into_iter().filter_map(|one| one.get(step)).collect(),
            Some("") => found
                .into_iter()
                .filter_map(Json::as_array)
                .flatten()
                .collect(),
            Some(place) => {
                let place: Option<usize> = place.parse().ok();
                let arrays = found.into_iter().filter_map(Json::as_array);
                arrays.filter_map(|array| array.get(place?)).collect()
            }
        };
    }
    found.into_iter().map(text_of).collect()
}

impl Run for Spath {
    fn run(&self, mut table: Table, _: &Feed<'_>) -> Table {
        let from = table.column(&self.input);
        let texts = table.rows.iter().map(|row| {
            let value = from.and_then(|from| row.cells.get(from)?.as_ref());
            value.map_or_else(String::new, |value| value.as_text().into_owned())
        });
        let texts: Vec<String> = texts.collect();
        let Some((output, steps)) = &self.path else {
            for (number, text) in texts.iter().enumerate() {
                put(&mut table, number, pairs(text));
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
