//! `lookup`: columns of a lookup's rows beside the rows whose fields they fit.
//!
//! Facts (Search Reference, "lookup"; Admin Manual, "transforms.conf"): every field of the left
//! side must fit; the first rows of the file are taken, `max_matches` at most, and several make a
//! multivalue field; where fewer than `min_matches` fit, `default_match` fills up; OUTPUT replaces
//! what a field holds, OUTPUTNEW leaves it; without either every other column is taken. Decided
//! here: any value of a multivalue field may fit; a row without one of the fields finds nothing; a
//! field for which nothing is found keeps what it holds; an empty cell is no value.

use super::super::messages::Messages;
use super::super::names::Stars;
use super::super::plan::Context;
use super::super::subnet::Subnet;
use super::super::table::{Row, Table, combinations};
use super::rows::column_of;
use super::{Feed, Run};
use crate::content;
use crate::content::lookups::MatchType;
use crate::event::Value;
use crate::spl::Diagnostic;
use crate::spl::ast::{self, LookupField, Name};
use hashbrown::HashMap;
use std::sync::Arc;

/// A column of wildcards or subnets.
#[derive(Debug)]
struct Patterns {
    field: Arc<str>,
    /// By row of the lookup.
    cells: Vec<Pattern>,
}

#[derive(Debug)]
enum Pattern {
    Subnet(Subnet),
    /// A text with `*`, in lower case where case does not count.
    Text(Stars),
}

/// How many combinations of the values of multivalue fields are looked up one by one.
const MAX_KEYS: usize = 64;

#[derive(Debug)]
pub(super) struct Lookup {
    table: Arc<content::Lookup>,
    /// Columns that are compared as they are, with the fields of the rows.
    exact: Vec<(usize, Arc<str>)>,
    /// Columns that hold wildcards or subnets.
    patterns: Vec<Patterns>,
    /// Rows of the lookup by the texts of the exact columns.
    index: HashMap<Vec<String>, Vec<usize>>,
    outputs: Vec<(usize, Arc<str>)>,
    keeps: bool,
}

/// A lookup by name, or what is wrong with it.
pub(super) fn find(
    name: &Name,
    context: &Context<'_>,
    messages: &mut Messages,
) -> Option<Arc<content::Lookup>> {
    let found = context.options.lookups.get(&name.text);
    found
        .map_err(|error| {
            let refused = Diagnostic::new(error.code(), error.to_string(), name.span);
            messages.refuse(refused.with_help(error.help()));
        })
        .ok()
}

impl Lookup {
    pub(super) fn compile(
        tree: &ast::Lookup,
        context: &Context<'_>,
        messages: &mut Messages,
    ) -> Option<Self> {
        let table = find(&tree.table, context, messages)?;
        let inputs = columns(&table, &tree.inputs, messages)?;
        let outputs = if tree.outputs.is_empty() {
            others(&table, &inputs)
        } else {
            columns(&table, &tree.outputs, messages)?
        };
        let mut exact = Vec::new();
        let mut patterns = Vec::new();
        for (column, field) in inputs {
            let kind = table.header.get(column).map(|name| table.match_type(name));
            match kind.unwrap_or(MatchType::Exact) {
                MatchType::Exact => exact.push((column, field)),
                kind => patterns.push(Patterns::of(&table, column, field, kind)),
            }
        }
        let mut index: HashMap<Vec<String>, Vec<usize>> = HashMap::new();
        for (place, row) in table.rows.iter().enumerate() {
            let texts = exact.iter().map(|(column, _)| {
                let text = row.get(*column).map_or("", String::as_str);
                folded(text, table.case_sensitive)
            });
            index.entry(texts.collect()).or_default().push(place);
        }
        Some(Self {
            table,
            exact,
            patterns,
            index,
            outputs,
            keeps: tree.keeps,
        })
    }

    /// The rows of the lookup that a row fits, in the order of the file.
    fn found(&self, row: &Row, places: &Places) -> Vec<usize> {
        let exact: Vec<Vec<String>> = places
            .exact
            .iter()
            .map(|place| {
                let values = values(row, *place);
                let folded = values.iter().map(|v| folded(v, self.table.case_sensitive));
                folded.collect()
            })
            .collect();
        let keys: usize = exact.iter().map(Vec::len).product();
        let mut found: Vec<usize> = if keys > MAX_KEYS {
            // Many values of many fields: it is quicker to look at every key that there is.
            let fits = |key: &[String]| key.iter().zip(&exact).all(|(k, v)| v.contains(k));
            let known = self.index.iter().filter(|(key, _)| fits(key));
            known.flat_map(|(_, places)| places).copied().collect()
        } else {
            let keys = combinations(&exact);
            let known = keys.iter().filter_map(|key| self.index.get(key));
            known.flatten().copied().collect()
        };
        found.sort_unstable();
        found.dedup();
        let patterns = self.patterns.iter().zip(&places.patterns);
        let texts: Vec<(&Patterns, Vec<String>)> = patterns
            .map(|(column, place)| {
                let values = values(row, *place);
                let folded = values.iter().map(|v| folded(v, self.table.case_sensitive));
                (column, folded.collect())
            })
            .collect();
        found.retain(|place| {
            texts.iter().all(|(column, values)| {
                let cell = column.cells.get(*place);
                cell.is_some_and(|cell| values.iter().any(|value| cell.fits(value)))
            })
        });
        found.truncate(self.table.max_matches.max(1));
        found
    }

    /// What a column gives for rows of the lookup.
    fn output(&self, column: usize, found: &[usize]) -> Option<Value> {
        let cells = found
            .iter()
            .filter_map(|place| self.table.rows.get(*place)?.get(column));
        let cells = cells.filter(|cell| !cell.is_empty());
        let mut texts: Vec<Arc<str>> = cells.map(|cell| Arc::from(cell.as_str())).collect();
        let missing = self.table.min_matches.saturating_sub(found.len());
        if !self.table.default_match.is_empty() {
            let filler: Arc<str> = Arc::from(self.table.default_match.as_str());
            texts.extend(std::iter::repeat_n(filler, missing));
        }
        Value::many(texts)
    }
}

impl Patterns {
    fn of(table: &content::Lookup, column: usize, field: Arc<str>, kind: MatchType) -> Self {
        let cells = table.rows.iter().map(|row| {
            let text = row.get(column).map_or("", String::as_str);
            let subnet = (kind == MatchType::Cidr)
                .then(|| Subnet::parse(text))
                .flatten();
            let plain = || Pattern::Text(Stars::new(&folded(text, table.case_sensitive)));
            subnet.map_or_else(plain, Pattern::Subnet)
        });
        Self {
            field,
            cells: cells.collect(),
        }
    }
}

impl Pattern {
    fn fits(&self, value: &str) -> bool {
        match self {
            Self::Subnet(subnet) => subnet.holds(value),
            Self::Text(stars) => stars.fits(value),
        }
    }
}

/// Where the fields of the left side are in a table.
struct Places {
    exact: Vec<Option<usize>>,
    patterns: Vec<Option<usize>>,
}

fn values(row: &Row, place: Option<usize>) -> Vec<String> {
    let value = place.and_then(|place| row.cells.get(place)?.as_ref());
    let texts = value.map(Value::each).unwrap_or_default();
    texts
        .into_iter()
        .map(std::borrow::Cow::into_owned)
        .collect()
}

fn folded(text: &str, case_sensitive: bool) -> String {
    if case_sensitive {
        return text.to_owned();
    }
    text.to_lowercase()
}

/// The columns that are named, with the fields that they go with.
fn columns(
    table: &content::Lookup,
    fields: &[LookupField],
    messages: &mut Messages,
) -> Option<Vec<(usize, Arc<str>)>> {
    let mut found = Vec::new();
    for field in fields {
        let name = &field.column;
        let Some(column) = table.column(&name.text) else {
            let message = format!("the lookup '{}' has no column '{}'", table.name, name.text);
            let help = format!("its columns are {}", table.header.join(", "));
            messages.refuse(Diagnostic::new("SPL-LOOKUP", message, name.span).with_help(help));
            continue;
        };
        found.push((column, Arc::from(field.field().text.as_str())));
    }
    (found.len() == fields.len()).then_some(found)
}

fn others(table: &content::Lookup, inputs: &[(usize, Arc<str>)]) -> Vec<(usize, Arc<str>)> {
    let columns = table.header.iter().enumerate();
    let others = columns.filter(|(place, _)| inputs.iter().all(|(column, _)| column != place));
    others
        .map(|(place, name)| (place, Arc::from(name.as_str())))
        .collect()
}

impl Run for Lookup {
    fn run(&self, mut table: Table, _: &Feed<'_>) -> Table {
        let place = |name: &Arc<str>| table.column(name);
        let places = Places {
            exact: self.exact.iter().map(|(_, name)| place(name)).collect(),
            patterns: self.patterns.iter().map(|one| place(&one.field)).collect(),
        };
        let outputs = self.outputs.iter();
        let outputs: Vec<(usize, usize)> = outputs
            .map(|(column, name)| (*column, column_of(&mut table, name)))
            .collect();
        // Rows often have the same values: what they find is found once.
        let mut known: HashMap<Vec<Vec<String>>, Vec<usize>> = HashMap::new();
        let all: Vec<Option<usize>> = places
            .exact
            .iter()
            .chain(&places.patterns)
            .copied()
            .collect();
        for row in &mut table.rows {
            let key: Vec<Vec<String>> = all.iter().map(|place| values(row, *place)).collect();
            let found = known.entry(key).or_insert_with(|| self.found(row, &places));
            for (column, to) in &outputs {
                let held = row.cells.get(*to).is_some_and(Option::is_some);
                let output = self.output(*column, found);
                if let (Some(output), Some(cell)) = (output, row.cells.get_mut(*to))
                    && !(self.keeps && held)
                {
                    *cell = Some(output);
                }
            }
        }
        table
    }
}
