//! `convert … ctime(field)`: seconds since the UNIX epoch to text. Facts (Search Reference,
//! "convert"): the default format, wildcards in names, and that the fraction is dropped. Decided
//! here: what is no number stays as it is, and a field that is not there is passed over.

use super::super::cells::epoch;
use super::super::messages::Messages;
use super::super::names::NamePattern;
use super::super::table::Table;
use super::rows::column_of;
use super::{Feed, Run};
use crate::event::{Timestamp, Value, Zone};
use crate::spl::Diagnostic;
use crate::spl::ast;
use std::sync::Arc;

/// Splunk's own format (Search Reference, "convert": timeformat).
const TIME_FORMAT: &str = "%m/%d/%Y %H:%M:%S";

/// The conversions in order.
#[derive(Debug, Clone)]
pub(super) struct Convert {
    format: String,
    zone: Zone,
    /// What to convert, and the name that the result gets if it is another.
    fields: Vec<(NamePattern, Option<NamePattern>)>,
}

impl Convert {
    pub(super) fn compile(tree: &ast::Convert, zone: Zone, messages: &mut Messages) -> Self {
        if let Some(format) = &tree.time_format {
            lint_format(format, messages);
        }
        let format = tree.time_format.as_ref().map_or(TIME_FORMAT, |f| &f.text);
        let fields = tree.functions.iter();
        Self {
            format: format.to_owned(),
            zone,
            fields: fields.filter_map(|f| field(f, messages)).collect(),
        }
    }

    fn convert(&self, table: &mut Table, from: usize, to: usize) {
        for row in &mut table.rows {
            let converted = row
                .cells
                .get(from)
                .cloned()
                .flatten()
                .map(|v| self.ctime(v));
            if let Some(cell) = row.cells.get_mut(to) {
                *cell = converted;
            }
        }
    }

    fn ctime(&self, value: Value) -> Value {
        if let Value::Many(texts) = &value {
            let texts = texts
                .iter()
                .map(|text| match self.ctime(Value::Text(text.clone())) {
                    Value::Text(converted) => converted,
                    _ => text.clone(),
                });
            return Value::Many(texts.collect());
        }
        match epoch(&value) {
            Some(at) => Value::text(&at.format(&self.format, self.zone)),
            None => value,
        }
    }
}

impl Run for Convert {
    fn has_told_columns(&self) -> bool {
        true
    }

    fn run(&self, mut table: Table, _: &Feed<'_>) -> Table {
        for (from, to) in &self.fields {
            let names = table.columns.iter().enumerate();
            let found: Vec<(usize, Option<Arc<str>>)> = names
                .filter_map(|(place, name)| {
                    let captures = from.captures(name)?;
                    let to = to.as_ref().map(|to| Arc::from(to.fill(&captures)));
                    Some((place, to))
                })
                .collect();
            for (from, to) in found {
                let to = to.map_or(from, |to| column_of(&mut table, &to));
                self.convert(&mut table, from, to);
            }
        }
        table
    }
}

fn lint_format(format: &ast::Name, messages: &mut Messages) {
    let Some(unknown) = Timestamp::unknown_conversion(&format.text) else {
        return;
    };
    let message = format!("'{unknown}' is no part of a time: it is written as it stands");
    let help = "a time is written with %Y-%m-%dT%H:%M:%S and the like; % itself as %%";
    messages.lint(Diagnostic::new("SPL-TIMEFORMAT", message, format.span).with_help(help));
}

fn field(
    function: &ast::Aggregate,
    messages: &mut Messages,
) -> Option<(NamePattern, Option<NamePattern>)> {
    if function.function != "ctime" {
        let message = format!(
            "the conversion '{}' can't be run in this version",
            function.function
        );
        let refused = Diagnostic::new("SPL-FUNCTION", message, function.span)
            .with_help("there is ctime(<field>)");
        messages.refuse(refused);
        return None;
    }
    let Some(field) = &function.field else {
        messages.error("SPL-ARGUMENTS", "'ctime' needs a field", function.span);
        return None;
    };
    let from = NamePattern::new(&field.text);
    let to = function.alias.as_ref().map(|to| NamePattern::new(&to.text));
    if to.as_ref().is_some_and(|to| to.stars() != from.stars()) {
        let message = "both names of a conversion need the same number of '*'";
        messages.error("SPL-WILDCARD", message, function.span);
    }
    Some((from, to))
}
