//! `bin`: puts numbers and times into ranges. Facts (Search Reference, "bin"): a time becomes the
//! start of its range, a number the range itself (`10-20`); `_time` ranges are counted from the
//! epoch, or from `aligntime`. Decided here: ranges of times start in UTC; what is no number stays;
//! each value of a multivalue field by itself. Not here: ranges by their number (`bins`), of
//! logarithmic width, of months.

use super::super::cells::{TIME, epoch};
use super::super::messages::Messages;
use super::super::span::TimeSpan;
use super::super::table::Table;
use super::rows::column_of;
use super::{Feed, Run, each_text};
use crate::event::value::{number_text, parse_number};
use crate::event::{Timestamp, Value};
use crate::spl::Diagnostic;
use crate::spl::ast;
use std::sync::Arc;

#[derive(Debug)]
pub(super) struct Bin {
    field: Arc<str>,
    target: Arc<str>,
    width: Width,
}

#[derive(Debug)]
enum Width {
    /// Of time, counted from an instant.
    Time(TimeSpan, Timestamp),
    /// Of a number.
    Number(f64),
}

impl Bin {
    pub(super) fn compile(tree: &ast::Bin, messages: &mut Messages) -> Option<Self> {
        let field = tree.field.text.as_str();
        let Some(span) = &tree.span else {
            let message = "'bin' without a width can't be run in this version";
            let refused = Diagnostic::new("SPL-SPAN", message, tree.field.span)
                .with_help("give the width of the ranges: span=5m, span=10");
            messages.refuse(refused);
            return None;
        };
        let number = parse_number(&span.text).filter(|number| *number > 0.0);
        let width = match number {
            Some(number) if field != TIME => Some(Width::Number(number)),
            // A bare number is so many seconds.
            Some(_) => time(&format!("{}s", span.text), tree, messages),
            None => time(&span.text, tree, messages),
        };
        if width.is_none() {
            let message = format!("the span '{}' can't be run in this version", span.text);
            let refused = Diagnostic::new("SPL-SPAN", message, span.span)
                .with_help("a number, or a number and s, m, h, d or w: 'span=10', 'span=1h'");
            messages.refuse(refused);
        }
        let target = tree.alias.as_ref().map_or(field, |alias| &alias.text);
        Some(Self {
            field: Arc::from(field),
            target: Arc::from(target),
            width: width?,
        })
    }
}

fn time(text: &str, tree: &ast::Bin, messages: &mut Messages) -> Option<Width> {
    let span = TimeSpan::parse(text)?;
    let Some(align) = &tree.align else {
        return Some(Width::Time(span, Timestamp::from_ticks(0)));
    };
    let from = Timestamp::from_epoch_text(&align.text);
    if from.is_none() {
        let message = format!(
            "aligntime takes seconds of the epoch here, not '{}'",
            align.text
        );
        let refused = Diagnostic::new("SPL-OPTION", message, align.span)
            .with_help("the bounds of a search are given beside it: take the option away");
        messages.refuse(refused);
    }
    Some(Width::Time(span, from.unwrap_or(Timestamp::from_ticks(0))))
}

impl Width {
    fn of(&self, text: &str) -> String {
        match self {
            Self::Time(span, from) => match epoch(&Value::text(text)) {
                Some(at) => {
                    let into = Timestamp::from_ticks(at.ticks().saturating_sub(from.ticks()));
                    let start = span.start(into).ticks().saturating_add(from.ticks());
                    Timestamp::from_ticks(start).epoch_text()
                }
                None => text.to_owned(),
            },
            Self::Number(width) => match parse_number(text) {
                Some(number) => {
                    let place = (number / width).floor();
                    let (start, end) = (place * width, (place + 1.0) * width);
                    format!("{}-{}", number_text(start), number_text(end))
                }
                None => text.to_owned(),
            },
        }
    }
}

impl Run for Bin {
    fn run(&self, mut table: Table, _: &Feed<'_>) -> Table {
        let Some(from) = table.column(&self.field) else {
            return table;
        };
        let to = column_of(&mut table, &self.target);
        for row in &mut table.rows {
            let value = row.cells.get(from).and_then(Option::as_ref);
            let range = value.map(|value| each_text(value, |text| self.width.of(text)));
            if let Some(cell) = row.cells.get_mut(to) {
                *cell = range;
            }
        }
        table
    }
}
