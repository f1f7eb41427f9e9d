//! `transaction`: rows that belong together become one.
//!
//! Facts (Search Reference, "transaction"): rows go together that share a value of each field that
//! they have, within `maxspan` from first to last, `maxpause` from one to the next and `maxevents`;
//! `startswith` begins one and `endswith` ends it, and those that lack what was asked for are left
//! out but with `keepevicted`; `connected` asks for a field in common; a transaction has `_time` of
//! its first row, `duration` in seconds, `eventcount`, `closed_txn`, and of every other field the
//! values, each once and in order, or with `mvlist` as they came. A row with none of the fields is
//! in none.
//!
//! Decided here: rows are gone through from the earliest (Splunk goes from the latest, with the
//! same pairs of beginning and end); those without a time are in none; a field of a transaction
//! holds all values met; transactions come in the order of their first rows. At most 5,000 are open
//! at a time, as in Splunk (`limits.conf`, `[transactions]`: maxopentxn): the oldest is closed then.

use super::super::cells::{Cells, Fields, TIME, epoch};
use super::super::expression::Expression;
use super::super::messages::Messages;
use super::super::plan::Context;
use super::super::predicate::Predicate;
use super::super::span::TimeSpan;
use super::super::table::{Row, Table};
use super::rows::{column_of, compile};
use super::{Feed, Run};
use crate::event::{Timestamp, Value};
use crate::spl::ast::{self, Condition, Name};
use crate::spl::{Diagnostic, Span};
use std::collections::BTreeSet;
use std::sync::Arc;

/// How many transactions are open at a time.
const MAX_OPEN: usize = 5000;

const TICKS: f64 = 1e7;

#[derive(Debug)]
pub(super) struct Transaction {
    fields: Vec<Arc<str>>,
    max_span: Option<i64>,
    max_pause: Option<i64>,
    max_events: usize,
    starts: Option<Test>,
    ends: Option<Test>,
    connected: bool,
    keep_evicted: bool,
    list: bool,
}

/// What a row must meet to begin or end a transaction.
#[derive(Debug)]
enum Test {
    Search(Predicate, Fields),
    Eval(Expression, Fields),
}

impl Test {
    fn compile(
        tree: &Condition,
        context: &Context<'_>,
        span: Span,
        messages: &mut Messages,
    ) -> Self {
        match tree {
            Condition::Search(tree) => {
                let mut fields = Fields::default();
                let predicate = Predicate::compile(tree, &mut fields, messages);
                Self::Search(predicate, fields)
            }
            Condition::Eval(tree) => {
                let (tree, fields) = compile(tree, context.environment(), span, messages);
                Self::Eval(tree, fields)
            }
        }
    }

    /// Which rows meet it.
    fn met(&self, table: &Table) -> Vec<bool> {
        let rows = table.rows.iter();
        match self {
            Self::Search(predicate, fields) => {
                let places = fields.in_table(table);
                rows.map(|row| predicate.test(&Cells::of_table(row, &places)))
                    .collect()
            }
            Self::Eval(tree, fields) => {
                let places = fields.in_table(table);
                rows.map(|row| {
                    let met = tree.evaluate(&Cells::of_table(row, &places));
                    met.truth() == Some(true)
                })
                .collect()
            }
        }
    }
}

impl Transaction {
    pub(super) fn compile(
        tree: &ast::Transaction,
        context: &Context<'_>,
        span: Span,
        messages: &mut Messages,
    ) -> Self {
        let mut test = |tree: &Option<Condition>| {
            let tree = tree.as_ref()?;
            Some(Test::compile(tree, context, span, messages))
        };
        let (starts, ends) = (test(&tree.starts), test(&tree.ends));
        let fields = tree.fields.iter();
        Self {
            fields: fields.map(|name| Arc::from(name.text.as_str())).collect(),
            max_span: length(tree.max_span.as_ref(), messages),
            max_pause: length(tree.max_pause.as_ref(), messages),
            max_events: usize::try_from(tree.max_events)
                .unwrap_or(usize::MAX)
                .max(1),
            starts,
            ends,
            connected: tree.connected,
            keep_evicted: tree.keep_evicted,
            list: tree.list,
        }
    }

    fn bounded(&self) -> bool {
        self.starts.is_some() || self.ends.is_some()
    }
}

/// A length of time in ticks; none is as long as can be, which a negative number means too.
fn length(text: Option<&Name>, messages: &mut Messages) -> Option<i64> {
    let text = text?;
    if text.text.starts_with('-') {
        return None;
    }
    let digits = text.text.bytes().all(|b| b.is_ascii_digit());
    let written = if digits {
        format!("{}s", text.text)
    } else {
        text.text.clone()
    };
    let span = TimeSpan::parse(&written);
    if span.is_none() {
        let message = format!("'{}' is no length of time", text.text);
        let refused = Diagnostic::new("SPL-SPAN", message, text.span)
            .with_help("a number and s, m, h or d: '30s', '5m'");
        messages.refuse(refused);
    }
    span.map(TimeSpan::ticks)
}

/// A transaction as far as it goes: the places of its rows, and the values of its fields.
#[derive(Debug)]
struct Open {
    rows: Vec<usize>,
    first: Timestamp,
    last: Timestamp,
    values: Vec<BTreeSet<String>>,
    started: bool,
    ended: bool,
}

impl Open {
    /// Whether a row's values may go with those that there are.
    fn takes(&self, values: &[BTreeSet<String>], connected: bool) -> bool {
        let mut shared = false;
        for (own, theirs) in self.values.iter().zip(values) {
            if own.is_empty() || theirs.is_empty() {
                continue;
            }
            if own.is_disjoint(theirs) {
                return false;
            }
            shared = true;
        }
        shared || !connected || values.is_empty()
    }
}

/// What is done with one row.
struct Step {
    place: usize,
    at: Timestamp,
    values: Vec<BTreeSet<String>>,
    starts: bool,
    ends: bool,
}

impl Transaction {
    /// The transactions, in the order of their first rows.
    fn gather(&self, table: &Table) -> Vec<Open> {
        let mut open: Vec<Open> = Vec::new();
        let mut closed: Vec<Open> = Vec::new();
        for step in self.steps(table) {
            let too_late = |one: &Open| {
                let since = |from: Timestamp| step.at.ticks().saturating_sub(from.ticks());
                self.max_span.is_some_and(|most| since(one.first) > most)
                    || self.max_pause.is_some_and(|most| since(one.last) > most)
            };
            closed.extend(open.extract_if(.., |one| too_late(one)));
            let fits = |one: &Open| one.takes(&step.values, self.connected);
            let found = open.iter().rposition(fits);
            self.take(step, found, &mut open, &mut closed);
            if open.len() > MAX_OPEN {
                closed.push(open.remove(0));
            }
        }
        closed.extend(open);
        closed.sort_by_key(|one| (one.first, one.rows.first().copied()));
        closed
    }

    fn take(&self, step: Step, found: Option<usize>, open: &mut Vec<Open>, closed: &mut Vec<Open>) {
        let begins = self.starts.is_none() || step.starts;
        let found = match found {
            // A beginning ends the one before it.
            Some(place) if step.starts => {
                closed.push(open.remove(place));
                None
            }
            found => found,
        };
        let place = match found {
            Some(place) => place,
            None if !begins && !self.keep_evicted => return,
            None => {
                open.push(Open {
                    rows: Vec::new(),
                    first: step.at,
                    last: step.at,
                    values: vec![BTreeSet::new(); self.fields.len()],
                    started: step.starts,
                    ended: false,
                });
                open.len() - 1
            }
        };
        let Some(one) = open.get_mut(place) else {
            return;
        };
        one.rows.push(step.place);
        one.last = step.at;
        for (own, theirs) in one.values.iter_mut().zip(step.values) {
            own.extend(theirs);
        }
        one.ended = step.ends;
        if step.ends || one.rows.len() >= self.max_events {
            closed.push(open.remove(place));
        }
    }

    /// The rows that have a time and one of the fields, from the earliest.
    fn steps(&self, table: &Table) -> Vec<Step> {
        let time = table.column(TIME);
        let fields = self.fields.iter();
        let places: Vec<Option<usize>> = fields.map(|name| table.column(name)).collect();
        let met = |test: &Option<Test>| test.as_ref().map(|test| test.met(table));
        let (starts, ends) = (met(&self.starts), met(&self.ends));
        let is = |met: &Option<Vec<bool>>, place: usize| {
            met.as_ref()
                .is_some_and(|met| met.get(place) == Some(&true))
        };
        let mut steps: Vec<Step> = Vec::new();
        for (place, row) in table.rows.iter().enumerate() {
            let value = |place: usize| row.cells.get(place).and_then(Option::as_ref);
            let at = time.and_then(value).and_then(epoch);
            let values = places.iter().map(|place| {
                let texts = place.and_then(value).map(Value::each).unwrap_or_default();
                texts
                    .into_iter()
                    .map(std::borrow::Cow::into_owned)
                    .collect()
            });
            let values: Vec<BTreeSet<String>> = values.collect();
            let has_one = values.is_empty() || values.iter().any(|texts| !texts.is_empty());
            if let Some(at) = at.filter(|_| has_one) {
                steps.push(Step {
                    place,
                    at,
                    values,
                    starts: is(&starts, place),
                    ends: is(&ends, place),
                });
            }
        }
        steps.sort_by_key(|step| step.at);
        steps
    }

    /// Whether it has all that was asked for.
    fn is_whole(&self, one: &Open) -> bool {
        (self.starts.is_none() || one.started) && (self.ends.is_none() || one.ended)
    }

    /// The row of a transaction; `columns` are those of the table that are gathered.
    fn row(&self, table: &Table, one: &Open, width: usize, places: &Columns) -> Row {
        let rows: Vec<&Row> = one.rows.iter().filter_map(|p| table.rows.get(*p)).collect();
        let mut cells: Vec<Option<Value>> = vec![None; width];
        for (place, cell) in cells.iter_mut().enumerate().take(table.columns.len()) {
            let values = rows.iter().filter_map(|row| row.cells.get(place)?.as_ref());
            let mut texts: Vec<Arc<str>> = values
                .flat_map(Value::each)
                .map(|text| Arc::from(text.as_ref()))
                .collect();
            // The events themselves stay as they came.
            if !self.list && Some(place) != places.raw {
                texts.sort_unstable();
                texts.dedup();
            }
            *cell = Value::many(texts);
        }
        #[expect(
            clippy::cast_precision_loss,
            reason = "a span of evidence in ticks, and a number of rows"
        )]
        let (seconds, count) = (
            one.last.ticks().saturating_sub(one.first.ticks()) as f64 / TICKS,
            one.rows.len() as f64,
        );
        let closed = self.bounded() && self.is_whole(one) || one.rows.len() >= self.max_events;
        for (place, value) in [
            (places.time, Value::text(&one.first.epoch_text())),
            (places.duration, Value::Number(seconds)),
            (places.count, Value::Number(count)),
            (places.closed, Value::Number(f64::from(u8::from(closed)))),
        ] {
            if let Some(cell) = cells.get_mut(place) {
                *cell = Some(value);
            }
        }
        let mut events: Vec<u32> = rows.iter().flat_map(|row| row.events.clone()).collect();
        events.sort_unstable();
        events.dedup();
        Row { cells, events }
    }
}

/// Where the fields of a transaction's own are.
struct Columns {
    time: usize,
    raw: Option<usize>,
    duration: usize,
    count: usize,
    closed: usize,
}

impl Run for Transaction {
    fn run(&self, table: Table, _: &Feed<'_>) -> Table {
        let transactions = self.gather(&table);
        let mut made = Table {
            columns: table.columns.clone(),
            rows: Vec::new(),
        };
        let mut column = |name: &str| column_of(&mut made, &Arc::from(name));
        let places = Columns {
            time: column(TIME),
            raw: table.column(super::RAW),
            duration: column("duration"),
            count: column("eventcount"),
            closed: column("closed_txn"),
        };
        let width = made.columns.len();
        let kept = transactions.iter();
        let kept = kept.filter(|one| self.keep_evicted || self.is_whole(one));
        made.rows = kept
            .map(|one| self.row(&table, one, width, &places))
            .collect();
        made
    }
}
