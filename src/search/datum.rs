//! The value of an expression: what a field can hold, and truth, and null as a value.
//!
//! Facts (Search Reference, "eval", "where"): comparisons take two numbers or two texts; `+` adds
//! numbers or joins texts; `.` joins anything; what can't be computed is null, and null makes
//! null. AND, OR and NOT are three-valued. Letter case counts.
//!
//! Decided here: a text that is wholly a decimal number is a number beside another (fields have
//! no types of their own), but two texts written in the search compare as texts; a comparison
//! with a multivalue field is true when it is for any of its values.

use super::cells::Cell;
use crate::event::Value;
use crate::event::value::{number_text, parse_number};
use crate::spl::ast::BinaryOp;
use std::borrow::Cow;
use std::cmp::Ordering;
use std::sync::Arc;

/// A value of an expression.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Datum {
    Null,
    Boolean(bool),
    Number(f64),
    Text(Arc<str>),
    Many(Arc<[Arc<str>]>),
}

impl Datum {
    pub(super) fn text(text: impl AsRef<str>) -> Self {
        Self::Text(Arc::from(text.as_ref()))
    }

    /// A number, or null when it is none (the result of a division by nought).
    pub(super) fn number(number: f64) -> Self {
        if number.is_finite() {
            Self::Number(number)
        } else {
            Self::Null
        }
    }

    #[expect(clippy::cast_precision_loss, reason = "no length reaches 2^53")]
    pub(super) fn count(count: usize) -> Self {
        Self::Number(count as f64)
    }

    /// Of several texts: none is null, one is a text.
    pub(super) fn many(texts: Vec<Arc<str>>) -> Self {
        Value::many(texts).map_or(Self::Null, |value| Self::from(Cell::Value(&value)))
    }

    pub(super) fn is_null(&self) -> bool {
        *self == Self::Null
    }

    /// Truth: none for null and for whatever is not truth.
    pub(super) fn truth(&self) -> Option<bool> {
        match self {
            Self::Boolean(truth) => Some(*truth),
            _ => None,
        }
    }

    pub(super) fn from_truth(truth: Option<bool>) -> Self {
        truth.map_or(Self::Null, Self::Boolean)
    }

    pub(super) fn as_number(&self) -> Option<f64> {
        match self {
            Self::Number(number) => Some(*number),
            Self::Text(text) => parse_number(text),
            Self::Null | Self::Boolean(_) | Self::Many(_) => None,
        }
    }

    /// As one text, a multivalue field joined by line feeds; none for null and truth.
    pub(super) fn as_text(&self) -> Option<Cow<'_, str>> {
        match self {
            Self::Text(text) => Some(Cow::Borrowed(text)),
            Self::Number(number) => Some(Cow::Owned(number_text(*number))),
            Self::Many(texts) => Some(Cow::Owned(texts.join("\n"))),
            Self::Null | Self::Boolean(_) => None,
        }
    }

    /// Each text of it; none of null and truth.
    pub(super) fn texts(&self) -> Vec<Arc<str>> {
        match self {
            Self::Many(texts) => texts.to_vec(),
            Self::Text(text) => vec![text.clone()],
            Self::Number(number) => vec![Arc::from(number_text(*number))],
            Self::Null | Self::Boolean(_) => Vec::new(),
        }
    }

    /// Whether any text of it passes a test; none for null and truth.
    pub(super) fn any(&self, test: impl Fn(&str) -> bool) -> Option<bool> {
        match self {
            Self::Many(texts) => Some(texts.iter().any(|text| test(text))),
            other => other.as_text().map(|text| test(&text)),
        }
    }

    /// Whether any text of it passes a test that may not know; none when none passes and it was
    /// not known of one, and for null and truth.
    pub(super) fn any_known(&self, test: impl Fn(&str) -> Option<bool>) -> Option<bool> {
        let Self::Many(texts) = self else {
            return self.as_text().and_then(|text| test(&text));
        };
        let tested = texts.iter().map(|text| test(text));
        tested.reduce(|known, one| decide(BinaryOp::Or, known, one))?
    }

    /// Every text of it changed; null when one can't be.
    pub(super) fn try_map(&self, change: impl Fn(&str) -> Option<String>) -> Self {
        match self {
            Self::Many(texts) => {
                let changed: Option<Vec<Arc<str>>> = texts
                    .iter()
                    .map(|text| change(text).map(Arc::from))
                    .collect();
                changed.map_or(Self::Null, |texts| Self::Many(texts.into()))
            }
            other => {
                let text = other.as_text().and_then(|text| change(&text));
                text.map_or(Self::Null, Self::text)
            }
        }
    }

    /// Every text of it changed; null stays null.
    pub(super) fn map(&self, change: impl Fn(&str) -> String) -> Self {
        match self {
            Self::Many(texts) => Self::Many(texts.iter().map(|t| Arc::from(change(t))).collect()),
            other => other
                .as_text()
                .map_or(Self::Null, |text| Self::text(change(&text))),
        }
    }

    /// As a field holds it. Truth can't be held (Search Reference, "eval": the result of an
    /// expression can't be a Boolean).
    pub(super) fn into_value(self) -> Option<Value> {
        match self {
            Self::Null | Self::Boolean(_) => None,
            Self::Number(number) => Some(Value::Number(number)),
            Self::Text(text) => Some(Value::Text(text)),
            Self::Many(texts) => Some(Value::Many(texts)),
        }
    }
}

impl From<Cell<'_>> for Datum {
    fn from(cell: Cell<'_>) -> Self {
        match cell {
            Cell::Value(Value::Text(text)) => Self::Text(text.clone()),
            Cell::Value(Value::Number(number)) => Self::number(*number),
            Cell::Value(Value::Many(texts)) => Self::Many(texts.clone()),
            Cell::Time(at) => Self::text(at.epoch_text()),
        }
    }
}

/// A comparison; none when a side is null. `as_texts`: both sides are texts of the search.
pub(super) fn compare(op: BinaryOp, left: &Datum, right: &Datum, as_texts: bool) -> Option<bool> {
    if let (Datum::Boolean(left), Datum::Boolean(right)) = (left, right) {
        return Some(passes(op, left.cmp(right)));
    }
    if let Datum::Many(texts) = left {
        let mut texts = texts.iter().map(|text| Datum::Text(text.clone()));
        return any_known(&mut texts, |text| compare(op, text, right, as_texts));
    }
    if let Datum::Many(texts) = right {
        let mut texts = texts.iter().map(|text| Datum::Text(text.clone()));
        return any_known(&mut texts, |text| compare(op, left, text, as_texts));
    }
    if !as_texts && let (Some(left), Some(right)) = (left.as_number(), right.as_number()) {
        // Not the total order: minus nought is nought.
        return left.partial_cmp(&right).map(|order| passes(op, order));
    }
    let (left, right) = (left.as_text()?, right.as_text()?);
    Some(passes(op, left.as_ref().cmp(right.as_ref())))
}

fn any_known(
    texts: &mut dyn Iterator<Item = Datum>,
    test: impl Fn(&Datum) -> Option<bool>,
) -> Option<bool> {
    let mut known = None;
    for text in texts {
        match test(&text) {
            Some(true) => return Some(true),
            Some(false) => known = Some(false),
            None => {}
        }
    }
    known
}

fn passes(op: BinaryOp, order: Ordering) -> bool {
    match op {
        BinaryOp::Equal => order.is_eq(),
        BinaryOp::NotEqual => order.is_ne(),
        BinaryOp::Less => order.is_lt(),
        BinaryOp::LessEqual => order.is_le(),
        BinaryOp::Greater => order.is_gt(),
        BinaryOp::GreaterEqual => order.is_ge(),
        _ => false,
    }
}

/// `+ - * / %`.
pub(super) fn calculate(op: BinaryOp, left: &Datum, right: &Datum) -> Datum {
    if let (Some(left), Some(right)) = (left.as_number(), right.as_number()) {
        return Datum::number(match op {
            BinaryOp::Add => left + right,
            BinaryOp::Subtract => left - right,
            BinaryOp::Multiply => left * right,
            BinaryOp::Divide => left / right,
            BinaryOp::Remainder => left % right,
            _ => f64::NAN,
        });
    }
    match (op, left, right) {
        (BinaryOp::Add, Datum::Text(left), Datum::Text(right)) => {
            Datum::text(format!("{left}{right}"))
        }
        _ => Datum::Null,
    }
}

/// NOT, AND, OR, XOR of what may be unknown.
pub(super) fn decide(op: BinaryOp, left: Option<bool>, right: Option<bool>) -> Option<bool> {
    match (op, left, right) {
        (BinaryOp::And, Some(false), _) | (BinaryOp::And, _, Some(false)) => Some(false),
        (BinaryOp::Or, Some(true), _) | (BinaryOp::Or, _, Some(true)) => Some(true),
        (BinaryOp::And, Some(left), Some(right)) => Some(left && right),
        (BinaryOp::Or, Some(left), Some(right)) => Some(left || right),
        (BinaryOp::Xor, Some(left), Some(right)) => Some(left != right),
        _ => None,
    }
}
