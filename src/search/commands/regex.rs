//! `regex`: keeps the rows in which a field matches a regular expression, or with `!=` those in
//! which it does not. Facts (Search Reference, "regex"): without a field it is `_raw`; patterns are
//! unanchored and letter case counts. Decided here: any value of a multivalue field is enough to
//! match; a row without the field does not match, so that `!=` keeps it; neither does a text on
//! which the pattern takes too many steps.

use super::super::cells::{Cells, Fields};
use super::super::messages::Messages;
use super::super::pcre::Pcre;
use super::super::table::Table;
use super::regular;
use super::{Feed, RAW, Run};
use crate::spl::ast;

#[derive(Debug)]
pub(super) struct Regex {
    fields: Fields,
    slot: usize,
    negated: bool,
    pattern: Pcre,
}

impl Regex {
    pub(super) fn compile(tree: &ast::Regex, messages: &mut Messages) -> Option<Self> {
        let mut fields = Fields::default();
        let slot = fields.slot(tree.field.as_ref().map_or(RAW, |field| &field.text));
        Some(Self {
            fields,
            slot,
            negated: tree.negated,
            pattern: regular::compile(&tree.pattern, "regex", messages)?,
        })
    }
}

impl Run for Regex {
    fn has_told_columns(&self) -> bool {
        true
    }

    fn run(&self, mut table: Table, _: &Feed<'_>) -> Table {
        let places = self.fields.in_table(&table);
        table.rows.retain(|row| {
            let cell = Cells::of_table(row, &places).get(self.slot);
            let met =
                cell.is_some_and(|cell| cell.any(|text| self.pattern.is_match(text) == Some(true)));
            met != self.negated
        });
        table
    }
}
