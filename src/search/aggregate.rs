//! The functions of `stats` and `tstats`: one accumulator for each function and group.
//!
//! Facts (Search Reference, "Statistical and charting functions"): all values are taken as
//! numbers and others ignored, except that `count dc list values` take texts as they stand and
//! `min max` take numbers where they can; `values` is distinct and in the order of UTF-8 codes;
//! `list` keeps the first 100; percentiles are of the nearest rank; the median of an even number
//! of values is the higher of the two; `count(eval(…))` counts the rows for which a condition is
//! true; `rate` is the change between the earliest and the latest value by the seconds between.
//! What Splunk estimates (`estdc`, `perc` over many values) is exact here.
//!
//! Decided here: `first` and `last` go by the order of the rows, which is that of the evidence
//! (Splunk's events come newest first); `earliest` and `latest` go by `_time`, and of several at
//! that instant take the lowest text, so that the order of the rows does not matter; a result
//! that was a text keeps its spelling (an epoch time its last digit).

mod spread;

use super::cells::{Cell, Cells};
use super::datum::Datum;
use super::expression::Expression;
use crate::event::{Timestamp, Value};
use crate::spl::{Diagnostic, Span};
use spread::{Extremes, Moments, spelling};
use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// One function of a stage and the column it fills.
#[derive(Debug, Clone)]
pub(super) struct Aggregation {
    pub(super) kind: Kind,
    pub(super) source: Source,
    pub(super) column: Arc<str>,
    /// One value that is no number leaves the function without a result.
    pub(super) all_numbers: bool,
}

/// What a function is given of a row.
#[derive(Debug, Clone)]
pub(super) enum Source {
    /// The row itself: a bare `count`.
    Row,
    /// A field.
    Field(usize),
    /// What an expression makes of the row.
    Made(Box<Expression>),
}

/// The functions.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Kind {
    Count,
    Distinct,
    Values,
    List,
    Min,
    Max,
    Range,
    Sum,
    Average,
    SumOfSquares,
    Stdev,
    StdevPopulation,
    Variance,
    VariancePopulation,
    Mode,
    Median,
    Percentile(f64),
    First,
    Last,
    Earliest,
    Latest,
    EarliestTime,
    LatestTime,
    Rate,
    DistinctError,
}

/// Names as a search writes them. Percentiles (`perc95`, `p95`) are read beside the table.
pub(super) const NAMES: &[(&str, Kind)] = &[
    ("count", Kind::Count),
    ("c", Kind::Count),
    ("dc", Kind::Distinct),
    ("distinct_count", Kind::Distinct),
    ("values", Kind::Values),
    ("list", Kind::List),
    ("min", Kind::Min),
    ("max", Kind::Max),
    ("range", Kind::Range),
    ("sum", Kind::Sum),
    ("avg", Kind::Average),
    ("mean", Kind::Average),
    ("sumsq", Kind::SumOfSquares),
    ("stdev", Kind::Stdev),
    ("stdevp", Kind::StdevPopulation),
    ("var", Kind::Variance),
    ("varp", Kind::VariancePopulation),
    ("mode", Kind::Mode),
    ("median", Kind::Median),
    ("first", Kind::First),
    ("last", Kind::Last),
    ("earliest", Kind::Earliest),
    ("latest", Kind::Latest),
    ("earliest_time", Kind::EarliestTime),
    ("latest_time", Kind::LatestTime),
    ("rate", Kind::Rate),
    ("estdc", Kind::Distinct),
    ("estdc_error", Kind::DistinctError),
];

/// `list` returns no more (Search Reference, "list").
const LIST_LIMIT: usize = 100;

impl Kind {
    /// By name.
    pub(super) fn find(name: &str, span: Span) -> Result<Self, Diagnostic> {
        if let Some((_, kind)) = NAMES.iter().find(|(known, _)| *known == name) {
            return Ok(*kind);
        }
        percentile(name).ok_or_else(|| {
            let message = format!("the aggregate '{name}' can't be run in this version");
            let known: Vec<&str> = NAMES.iter().map(|(name, _)| *name).collect();
            Diagnostic::new("SPL-FUNCTION", message, span).with_help(format!(
                "there are {}, perc<number>, exactperc<number>, upperperc<number>",
                known.join(", ")
            ))
        })
    }

    /// Whether it asks when a row was.
    pub(super) fn needs_time(self) -> bool {
        matches!(
            self,
            Self::Earliest | Self::Latest | Self::EarliestTime | Self::LatestTime | Self::Rate
        )
    }

    /// Whether it computes with numbers alone.
    pub(super) fn is_numeric(self) -> bool {
        matches!(State::new(self), State::Moments(_) | State::Numbers(_)) || self == Self::Range
    }
}

fn percentile(name: &str) -> Option<Kind> {
    let prefixes = ["exactperc", "upperperc", "perc", "p"];
    let digits = prefixes.iter().find_map(|p| name.strip_prefix(p))?;
    if !digits.starts_with(|c: char| c.is_ascii_digit()) {
        return None;
    }
    let percent: f64 = digits.parse().ok()?;
    (0.0..=100.0)
        .contains(&percent)
        .then_some(Kind::Percentile(percent))
}

/// What a function has seen of a group.
#[derive(Debug, Clone)]
pub(super) enum State {
    Count(u64),
    Extremes(Extremes),
    Moments(Moments),
    Texts(BTreeSet<Arc<str>>),
    List(Vec<Arc<str>>),
    Numbers(Vec<f64>),
    Tally(BTreeMap<Arc<str>, u64>),
    Held(Option<Value>),
    Timed(Option<(Timestamp, Value)>),
    /// The earliest and the latest value.
    Span(Box<[Option<(Timestamp, Value)>; 2]>),
    /// A value was no number, and all had to be.
    Spoilt,
}

impl State {
    pub(super) fn new(kind: Kind) -> Self {
        match kind {
            Kind::Count => Self::Count(0),
            Kind::Distinct | Kind::Values | Kind::DistinctError => Self::Texts(BTreeSet::new()),
            Kind::List => Self::List(Vec::new()),
            Kind::Min | Kind::Max | Kind::Range => Self::Extremes(Extremes::default()),
            Kind::Sum
            | Kind::Average
            | Kind::SumOfSquares
            | Kind::Stdev
            | Kind::StdevPopulation
            | Kind::Variance
            | Kind::VariancePopulation => Self::Moments(Moments::default()),
            Kind::Mode => Self::Tally(BTreeMap::new()),
            Kind::Median | Kind::Percentile(_) => Self::Numbers(Vec::new()),
            Kind::First | Kind::Last => Self::Held(None),
            Kind::Earliest | Kind::Latest | Kind::EarliestTime | Kind::LatestTime => {
                Self::Timed(None)
            }
            Kind::Rate => Self::Span(Box::default()),
        }
    }

    /// Takes in a row.
    pub(super) fn add(
        &mut self,
        aggregation: &Aggregation,
        cells: &Cells<'_>,
        at: Option<Timestamp>,
    ) {
        match &aggregation.source {
            Source::Row => self.count_row(),
            Source::Field(slot) => {
                if let Some(cell) = cells.get(*slot) {
                    self.add_cell(aggregation, cell, at);
                }
            }
            Source::Made(expression) => match expression.evaluate(cells) {
                Datum::Boolean(true) => self.count_row(),
                made => {
                    if let Some(value) = made.into_value() {
                        self.add_cell(aggregation, Cell::Value(&value), at);
                    }
                }
            },
        }
    }

    fn count_row(&mut self) {
        if let Self::Count(count) = self {
            *count += 1;
        }
    }

    fn add_cell(&mut self, aggregation: &Aggregation, cell: Cell<'_>, at: Option<Timestamp>) {
        let no_number = |text: &str| crate::event::value::parse_number(text).is_none();
        if aggregation.all_numbers && cell.any(no_number) {
            *self = Self::Spoilt;
        }
        match self {
            Self::Held(held) => {
                if aggregation.kind == Kind::Last || held.is_none() {
                    *held = Some(cell.to_value());
                }
            }
            Self::Timed(held) => hold(held, aggregation.kind, cell, at),
            Self::Span(ends) => {
                let [first, last] = &mut **ends;
                hold(first, Kind::Earliest, cell, at);
                hold(last, Kind::Latest, cell, at);
            }
            Self::Extremes(extremes) => extremes.add(cell),
            _ => self.add_each(cell),
        }
    }

    /// Takes in each text of a value.
    fn add_each(&mut self, cell: Cell<'_>) {
        match (cell, &mut *self) {
            (Cell::Value(Value::Many(texts)), Self::Count(count)) => *count += texts.len() as u64,
            (_, Self::Count(count)) => *count += 1,
            (Cell::Value(Value::Many(texts)), _) => {
                for text in texts.iter() {
                    self.add_text(text);
                }
            }
            (Cell::Value(Value::Text(text)), _) => self.add_text(text),
            _ => self.add_text(&Arc::from(cell.text())),
        }
    }

    fn add_text(&mut self, text: &Arc<str>) {
        let number = || crate::event::value::parse_number(text);
        match self {
            Self::Texts(texts) if !texts.contains(text) => {
                texts.insert(text.clone());
            }
            Self::List(texts) if texts.len() < LIST_LIMIT => texts.push(text.clone()),
            Self::Tally(tally) => *tally.entry(text.clone()).or_default() += 1,
            Self::Numbers(numbers) => numbers.extend(number()),
            Self::Moments(moments) => number().into_iter().for_each(|n| moments.add(n)),
            _ => {}
        }
    }

    /// The function's result; none is null.
    pub(super) fn finish(self, kind: Kind) -> Option<Value> {
        match self {
            Self::Count(count) => Some(whole(count)),
            Self::Texts(texts) if kind == Kind::Distinct => Some(whole(texts.len() as u64)),
            Self::Texts(_) if kind == Kind::DistinctError => Some(whole(0)),
            Self::Texts(texts) => Value::many(texts.into_iter().collect()),
            Self::List(texts) => Value::many(texts),
            Self::Held(value) => value,
            Self::Timed(held) => held.map(|(at, value)| match kind {
                Kind::EarliestTime | Kind::LatestTime => Value::text(&at.epoch_text()),
                _ => value,
            }),
            Self::Span(ends) => rate(&ends).map(Value::Number),
            Self::Spoilt => None,
            Self::Extremes(extremes) => extremes.finish(kind),
            Self::Moments(moments) => moments.finish(kind).map(Value::Number),
            Self::Tally(tally) => most_frequent(tally),
            Self::Numbers(numbers) => ranked(numbers, kind).map(Value::Number),
        }
    }
}

#[expect(clippy::cast_precision_loss, reason = "no count of rows reaches 2^53")]
fn whole(count: u64) -> Value {
    Value::Number(count as f64)
}

fn hold(held: &mut Option<(Timestamp, Value)>, kind: Kind, cell: Cell<'_>, at: Option<Timestamp>) {
    let Some(at) = at else {
        return;
    };
    let better = match held {
        None => true,
        Some((known, value)) => match at.cmp(known) {
            Ordering::Less => matches!(kind, Kind::Earliest | Kind::EarliestTime),
            Ordering::Greater => matches!(kind, Kind::Latest | Kind::LatestTime),
            Ordering::Equal => spelling(&cell.to_value()) < spelling(value),
        },
    };
    if better {
        *held = Some((at, cell.to_value()));
    }
}

/// By the second; none between values of one instant, or of texts.
fn rate([first, last]: &[Option<(Timestamp, Value)>; 2]) -> Option<f64> {
    let ((from, before), (to, after)) = (first.as_ref()?, last.as_ref()?);
    #[expect(
        clippy::cast_precision_loss,
        reason = "a rate of 2^53 ticks is as good"
    )]
    let seconds = to.ticks().checked_sub(from.ticks())? as f64 / 1e7;
    let rate = (after.as_number()? - before.as_number()?) / seconds;
    rate.is_finite().then_some(rate)
}

/// Of several that are equally frequent the lowest.
fn most_frequent(tally: BTreeMap<Arc<str>, u64>) -> Option<Value> {
    let most = tally.values().copied().max()?;
    let found = tally.into_iter().find(|(_, count)| *count == most);
    found.map(|(text, _)| Value::Text(text))
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss,
    reason = "a rank lies between nought and the number of values"
)]
fn ranked(mut numbers: Vec<f64>, kind: Kind) -> Option<f64> {
    numbers.sort_unstable_by(f64::total_cmp);
    let place = match kind {
        Kind::Percentile(percent) => {
            let rank = (percent / 100.0 * numbers.len() as f64).ceil() as usize;
            rank.saturating_sub(1)
        }
        _ => numbers.len() / 2,
    };
    numbers.get(place).copied()
}

#[cfg(test)]
mod tests {
    use super::super::cells::Place;
    use super::*;
    use crate::cim::DatasetRow;

    /// A function over values, each with a time a second after the one before.
    fn over(name: &str, values: &[Option<Value>]) -> Option<Value> {
        let kind = Kind::find(name, Span::default()).unwrap();
        let aggregation = Aggregation {
            kind,
            source: Source::Field(0),
            column: "x".into(),
            all_numbers: false,
        };
        let mut state = State::new(kind);
        for (at, value) in values.iter().enumerate() {
            let at = Timestamp::from_seconds(i64::try_from(at).unwrap());
            let row = DatasetRow {
                time: at,
                values: vec![value.clone()].into(),
                ..DatasetRow::default()
            };
            state.add(&aggregation, &Cells::of_dataset(&row, &[Place::At(0)]), at);
        }
        state.finish(kind)
    }

    fn texts(values: &[&str]) -> Vec<Option<Value>> {
        values.iter().map(|v| Some(Value::text(v))).collect()
    }

    fn printed(name: &str, values: &[&str]) -> Option<String> {
        over(name, &texts(values)).map(|v| v.as_text().into_owned())
    }

    #[test]
    fn values_are_distinct_and_in_the_order_of_codes() {
        let of = printed("values", &["9", "70", "100", "10", "9", "a", "B"]);
        assert_eq!(of.as_deref(), Some("10\n100\n70\n9\nB\na"));
        assert_eq!(printed("values", &[]), None);
        assert_eq!(
            printed("dc", &["1", "1.0", "01", "1"]).as_deref(),
            Some("3")
        );
        assert_eq!(printed("dc", &[]).as_deref(), Some("0"));
    }

    #[test]
    fn min_and_max_take_numbers_where_all_are() {
        assert_eq!(printed("min", &["9", "70", "100"]).as_deref(), Some("9"));
        assert_eq!(printed("max", &["9", "70", "100"]).as_deref(), Some("100"));
        assert_eq!(printed("max", &["9", "70", "x"]).as_deref(), Some("x"));
        assert_eq!(printed("min", &["9", "70", "x"]).as_deref(), Some("70"));
        assert_eq!(printed("range", &["9", "70", "x"]).as_deref(), Some("61"));
        assert_eq!(printed("min", &[]), None);
        let exact = "1655402652.1234567";
        assert_eq!(
            printed("max", &["1655402652", exact]).as_deref(),
            Some(exact)
        );
    }

    #[test]
    fn numbers_ignore_what_is_none() {
        assert_eq!(printed("sum", &["1", "x", "2.5"]).as_deref(), Some("3.5"));
        assert_eq!(printed("avg", &["1", "x", "2"]).as_deref(), Some("1.5"));
        assert_eq!(printed("sum", &["x"]), None);
        assert_eq!(
            printed("stdevp", &["2", "4", "4", "4", "5", "5", "7", "9"]).as_deref(),
            Some("2")
        );
        assert_eq!(printed("stdev", &["5"]).as_deref(), Some("0"));
        assert_eq!(printed("var", &["1", "3"]).as_deref(), Some("2"));
        assert_eq!(printed("sumsq", &["1", "3"]).as_deref(), Some("10"));
    }

    #[test]
    fn ranks_and_modes() {
        let ten: Vec<String> = (1..=10).map(|n| n.to_string()).collect();
        let ten: Vec<&str> = ten.iter().map(String::as_str).collect();
        assert_eq!(printed("perc90", &ten).as_deref(), Some("9"));
        assert_eq!(printed("p100", &ten).as_deref(), Some("10"));
        assert_eq!(printed("median", &ten).as_deref(), Some("6"));
        assert_eq!(printed("median", &["3", "1", "2"]).as_deref(), Some("2"));
        assert_eq!(printed("mode", &["b", "a", "b", "a"]).as_deref(), Some("a"));
    }

    #[test]
    fn order_and_time() {
        assert_eq!(printed("first", &["b", "a"]).as_deref(), Some("b"));
        assert_eq!(printed("last", &["b", "a"]).as_deref(), Some("a"));
        assert_eq!(printed("earliest", &["b", "a"]).as_deref(), Some("b"));
        assert_eq!(printed("latest", &["b", "a"]).as_deref(), Some("a"));
        let many: Vec<String> = (0..150).map(|n| format!("{n:03}")).collect();
        let many: Vec<&str> = many.iter().map(String::as_str).collect();
        let list = over("list", &texts(&many)).unwrap();
        assert_eq!(list.each().len(), 100);
    }

    #[test]
    fn every_text_of_a_multivalue_field_counts_and_null_does_not() {
        let many = Value::many(vec!["a".into(), "b".into()]);
        let values = [many, None, Some(Value::Number(3.0))];
        assert_eq!(over("count", &values), Some(Value::Number(3.0)));
        let all = over("values", &values).unwrap();
        assert_eq!(all.as_text(), "3\na\nb");
    }

    #[test]
    fn an_unknown_function_is_named() {
        let error = Kind::find("sparkline", Span::default()).unwrap_err();
        assert!(error.message.contains("'sparkline'"), "{error}");
        assert!(Kind::find("p", Span::default()).is_err());
        assert!(Kind::find("perc101", Span::default()).is_err());
    }
}
