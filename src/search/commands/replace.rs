//! `replace`: other values in place of whole values. Facts (Search Reference, "replace"): a `*`
//! stands for any letters, and the `*` of the new value for what it stood for; without fields it is
//! all but the internal ones; of several that fit one without `*` is taken, the later before the
//! earlier, else the one that fits most fully. Decided here: letter case counts.

use super::super::messages::Messages;
use super::super::names::Stars;
use super::super::table::Table;
use super::{Feed, Run, each_text};
use crate::spl::Diagnostic;
use crate::spl::ast::{self, Name};
use std::cmp::Reverse;

#[derive(Debug)]
pub(super) struct Replace {
    /// The one to take first.
    pairs: Vec<Pair>,
    fields: Vec<String>,
}

#[derive(Debug)]
struct Pair {
    old: Stars,
    new: Stars,
}

impl Replace {
    pub(super) fn compile(tree: &ast::Replace, messages: &mut Messages) -> Self {
        let pairs = tree.pairs.iter().rev();
        let mut pairs: Vec<Pair> = pairs.filter_map(|pair| Pair::of(pair, messages)).collect();
        // A stable sort: of equally full ones the later stays in front.
        pairs.sort_by_key(|pair| (pair.old.count() > 0, Reverse(pair.old.letters())));
        let fields = tree.fields.iter().map(|name| name.text.clone());
        Self {
            pairs,
            fields: fields.collect(),
        }
    }

    fn replaced(&self, text: &str) -> String {
        let found = self.pairs.iter().find_map(|pair| pair.replaced(text));
        found.unwrap_or_else(|| text.to_owned())
    }
}

impl Pair {
    fn of((old, new): &(Name, Name), messages: &mut Messages) -> Option<Self> {
        let pair = Self {
            old: Stars::new(&old.text),
            new: Stars::new(&new.text),
        };
        if pair.new.count() > 0 && pair.new.count() != pair.old.count() {
            let message = format!("'{}' and '{}' differ in wildcards", old.text, new.text);
            let refused = Diagnostic::new("SPL-WILDCARD", message, new.span)
                .with_help("the new value has no '*', or as many as the old one");
            messages.refuse(refused);
            return None;
        }
        Some(pair)
    }

    fn replaced(&self, text: &str) -> Option<String> {
        let captures = self.old.captures(text)?;
        Some(self.new.fill(&captures))
    }
}

impl Run for Replace {
    fn run(&self, mut table: Table, _: &Feed<'_>) -> Table {
        let wanted = |name: &str| {
            let mut fields = self.fields.iter();
            (fields.len() == 0 && !name.starts_with('_')) || fields.any(|field| field == name)
        };
        let fields: Vec<bool> = table.columns.iter().map(|name| wanted(name)).collect();
        for row in &mut table.rows {
            let cells = row.cells.iter_mut().zip(&fields);
            for value in cells
                .filter(|(_, wanted)| **wanted)
                .filter_map(|(c, _)| c.as_mut())
            {
                *value = each_text(value, |text| self.replaced(text));
            }
        }
        table
    }
}
