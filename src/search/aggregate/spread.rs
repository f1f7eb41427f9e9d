//! What `min max range` and `sum avg stdev var` have seen of a group. What they are for is said in
//! `aggregate`.

use super::super::cells::Cell;
use super::Kind;
use crate::event::Value;
use std::borrow::Cow;
use std::sync::Arc;

/// The lowest and the highest value, as numbers and, in case not all are numbers, as texts.
#[derive(Debug, Clone, Default)]
pub(in super::super) struct Extremes {
    numbers: Option<(Ranked, Ranked)>,
    texts: Option<(Arc<str>, Arc<str>)>,
    has_text: bool,
}

/// A number and its spelling, ordered by both.
#[derive(Debug, Clone)]
struct Ranked(f64, Value);

/// Orders values that are the same number, so that the order of the rows does not choose.
pub(super) fn spelling(value: &Value) -> (Cow<'_, str>, bool) {
    (value.as_text(), matches!(value, Value::Number(_)))
}

impl Extremes {
    pub(super) fn add(&mut self, cell: Cell<'_>) {
        match cell {
            Cell::Value(Value::Many(texts)) => {
                for text in texts.iter() {
                    self.add_value(&Value::Text(text.clone()));
                }
            }
            Cell::Value(value) => self.add_value(value),
            Cell::Time(_) => self.add_value(&cell.to_value()),
        }
    }

    fn add_value(&mut self, value: &Value) {
        match value.as_number() {
            Some(number) => self.add_number(number, value),
            None => self.has_text = true,
        }
        let text = match value {
            Value::Text(text) => text.clone(),
            other => Arc::from(other.as_text()),
        };
        match &mut self.texts {
            None => self.texts = Some((text.clone(), text)),
            Some((low, _)) if text < *low => *low = text,
            Some((_, high)) if text > *high => *high = text,
            Some(_) => {}
        }
    }

    fn add_number(&mut self, number: f64, value: &Value) {
        let order = |held: &Ranked| {
            number
                .total_cmp(&held.0)
                .then_with(|| spelling(value).cmp(&spelling(&held.1)))
        };
        let new = || Ranked(number, value.clone());
        match &mut self.numbers {
            None => self.numbers = Some((new(), new())),
            Some((low, _)) if order(low).is_lt() => *low = new(),
            Some((_, high)) if order(high).is_gt() => *high = new(),
            Some(_) => {}
        }
    }

    pub(super) fn finish(self, kind: Kind) -> Option<Value> {
        if kind == Kind::Range {
            return self
                .numbers
                .map(|(low, high)| Value::Number(high.0 - low.0));
        }
        let lowest = kind == Kind::Min;
        if self.has_text {
            let (low, high) = self.texts?;
            return Some(Value::Text(if lowest { low } else { high }));
        }
        let (low, high) = self.numbers?;
        Some(if lowest { low.1 } else { high.1 })
    }
}

/// Sums, and the mean and the spread as Welford's method takes them, which loses no digits when
/// the values are large and close together.
#[derive(Debug, Clone, Default)]
pub(in super::super) struct Moments {
    count: f64,
    sum: f64,
    squares: f64,
    mean: f64,
    spread: f64,
}

impl Moments {
    pub(super) fn add(&mut self, number: f64) {
        self.count += 1.0;
        self.sum += number;
        self.squares += number * number;
        let before = number - self.mean;
        self.mean += before / self.count;
        self.spread += before * (number - self.mean);
    }

    pub(super) fn finish(&self, kind: Kind) -> Option<f64> {
        if self.count == 0.0 {
            return None;
        }
        // Of a single value the spread is none at all.
        let sample = self.spread / (self.count - 1.0).max(1.0);
        let population = self.spread / self.count;
        let result = match kind {
            Kind::Sum => self.sum,
            Kind::SumOfSquares => self.squares,
            Kind::Variance => sample,
            Kind::VariancePopulation => population,
            Kind::Stdev => sample.sqrt(),
            Kind::StdevPopulation => population.sqrt(),
            _ => self.sum / self.count,
        };
        result.is_finite().then_some(result)
    }
}
