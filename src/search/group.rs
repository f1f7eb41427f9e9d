//! Groups rows by fields and keeps the accumulators of each group: the engine of `stats` and
//! `tstats`.
//!
//! Decided here where the Search Reference is silent: a group is known by its exact texts (a
//! number by the text that it is printed as); a multivalue field puts its row into one group for
//! each value; groups come out in the order of their texts by UTF-8 code, times in the order of
//! time.

use super::aggregate::{Aggregation, Kind, Source, State};
use super::cells::{Cell, Cells, Fields, TIME, epoch};
use super::expression::{Compiler, Expression};
use super::messages::Messages;
use super::span::TimeSpan;
use super::table::{Row, Table, combinations};
use crate::event::{Timestamp, Value};
use crate::spl::Diagnostic;
use crate::spl::ast;
use foldhash::fast::FixedState;
use hashbrown::HashTable;
use std::cmp::Ordering;
use std::hash::{BuildHasher, Hash, Hasher};
use std::sync::Arc;

/// What to group by and what to compute.
#[derive(Debug, Clone)]
pub(super) struct Grouping {
    by: Vec<By>,
    aggregates: Vec<Aggregation>,
    /// Stands for null in a field to group by; without it such rows are left out.
    fill: Option<Arc<str>>,
    /// Where the time of a row is, if any function asks for it.
    time: Option<usize>,
    /// A value that stands twice in a field to group by counts twice.
    keeps_repeats: bool,
}

/// A field to group by.
#[derive(Debug, Clone)]
struct By {
    slot: usize,
    column: Arc<str>,
    span: Option<TimeSpan>,
}

impl Grouping {
    /// From the tree; the fields that it reads are numbered in `fields`.
    pub(super) fn compile(
        aggregates: &[ast::Aggregate],
        by: &[ast::ByField],
        fill: Option<&str>,
        fields: &mut Fields,
        messages: &mut Messages,
    ) -> Self {
        let by: Vec<By> = by
            .iter()
            .map(|by| By {
                slot: fields.slot(&by.name.text),
                column: Arc::from(by.name.text.as_str()),
                span: time_span(by, messages),
            })
            .collect();
        let aggregates: Vec<Aggregation> = aggregates
            .iter()
            .filter_map(|aggregate| compile(aggregate, fields, messages))
            .collect();
        let needs_time = aggregates.iter().any(|a| a.kind.needs_time());
        Self {
            time: needs_time.then(|| fields.slot(TIME)),
            fill: fill.map(Arc::from),
            by,
            aggregates,
            keeps_repeats: false,
        }
    }

    /// Functions of numbers give nothing for a group in which some value is none.
    pub(super) fn only_numbers(&mut self) {
        for aggregation in &mut self.aggregates {
            aggregation.all_numbers = aggregation.kind.is_numeric();
        }
    }

    /// A row counts in a group as often as its multivalue field holds the group's value.
    pub(super) fn keep_repeats(&mut self) {
        self.keeps_repeats = true;
    }

    /// The names of the columns that come out.
    pub(super) fn columns(&self) -> Vec<Arc<str>> {
        let by = self.by.iter().map(|by| &by.column);
        let aggregates = self.aggregates.iter().map(|a| &a.column);
        by.chain(aggregates).cloned().collect()
    }
}

fn time_span(by: &ast::ByField, messages: &mut Messages) -> Option<TimeSpan> {
    let text = by.time_span.as_deref()?;
    let span = TimeSpan::parse(text);
    if span.is_none() {
        let message = format!("the span '{text}' can't be run in this version");
        let refused = Diagnostic::new("SPL-SPAN", message, by.name.span)
            .with_help("a number and s, m, h, d or w: '30s', '1h'");
        messages.refuse(refused);
    } else if by.name.text != TIME {
        let message = format!("only '_time' has a span, not '{}'", by.name.text);
        messages.error("SPL-SPAN", message, by.name.span);
    }
    span
}

fn compile(
    aggregate: &ast::Aggregate,
    fields: &mut Fields,
    messages: &mut Messages,
) -> Option<Aggregation> {
    let kind = match Kind::find(&aggregate.function, aggregate.span) {
        Ok(kind) => kind,
        Err(refused) => {
            messages.refuse(refused);
            return None;
        }
    };
    let source = match (&aggregate.field, &aggregate.eval) {
        (Some(field), _) => Source::Field(fields.slot(&field.text)),
        (None, Some(tree)) => Source::Made(Box::new(made(tree, aggregate, fields, messages))),
        (None, None) => Source::Row,
    };
    if matches!(source, Source::Row) && kind != Kind::Count {
        let message = format!("'{}' needs a field", aggregate.function);
        messages.error("SPL-ARGUMENTS", message, aggregate.span);
    }
    Some(Aggregation {
        kind,
        source,
        column: Arc::from(column(aggregate)),
        all_numbers: false,
    })
}

/// The expression of an aggregate.
fn made(
    tree: &ast::Expr,
    aggregate: &ast::Aggregate,
    fields: &mut Fields,
    messages: &mut Messages,
) -> Expression {
    let environment = messages.environment;
    let mut compiler = Compiler {
        fields,
        messages,
        environment,
        span: aggregate.span,
    };
    let made = Expression::compile(tree, &mut compiler);
    if made.is_boolean() && aggregate.function != "count" {
        let message = format!("'{}' takes values, not true or false", aggregate.function);
        let help = "choose a value: eval(if(<condition>, 1, 0)); count takes a condition";
        let refused = Diagnostic::new("SPL-BOOLEAN", message, aggregate.span).with_help(help);
        messages.refuse(refused);
    }
    made
}

/// The column's name: as given, else as the function is written.
pub(super) fn column(aggregate: &ast::Aggregate) -> String {
    match (&aggregate.alias, &aggregate.field) {
        (Some(alias), _) => alias.text.clone(),
        (None, Some(field)) => format!("{}({})", aggregate.function, field.text),
        (None, None) => aggregate.function.clone(),
    }
}

/// Says which columns would have the same name (Splunk refuses that too).
pub(super) fn refuse_same_columns(
    aggregates: &[ast::Aggregate],
    by: &[ast::ByField],
    messages: &mut Messages,
) {
    let by = by.iter().map(|by| (by.name.text.clone(), by.name.span));
    let aggregates = aggregates.iter().map(|a| (column(a), a.span));
    let mut seen = hashbrown::HashSet::new();
    for (name, span) in by.chain(aggregates) {
        if seen.contains(&name) {
            let message = format!("two columns would be called '{name}'");
            let refused = Diagnostic::new("SPL-COLUMN", message, span)
                .with_help("give one of them another name with 'as'");
            messages.refuse(refused);
        }
        seen.insert(name);
    }
}

/// The groups of the rows that were taken in so far.
#[derive(Debug)]
pub(super) struct Groups<'g> {
    grouping: &'g Grouping,
    found: Vec<Group>,
    /// Places in `found` by the hash of their keys.
    places: HashTable<usize>,
    hasher: FixedState,
}

#[derive(Debug)]
struct Group {
    hash: u64,
    key: Vec<Value>,
    states: Vec<State>,
    events: Vec<u32>,
}

/// One text of a key, not yet copied.
#[derive(Debug, Clone)]
enum Part<'a> {
    Text(&'a Arc<str>),
    Made(String),
}

impl Part<'_> {
    fn text(&self) -> &str {
        match self {
            Self::Text(text) => text,
            Self::Made(text) => text,
        }
    }

    fn to_value(&self) -> Value {
        match self {
            Self::Text(text) => Value::Text((*text).clone()),
            Self::Made(text) => Value::text(text),
        }
    }
}

impl<'g> Groups<'g> {
    pub(super) fn new(grouping: &'g Grouping) -> Self {
        let mut groups = Self {
            grouping,
            found: Vec::new(),
            places: HashTable::new(),
            hasher: FixedState::default(),
        };
        if grouping.by.is_empty() {
            groups.place(&[]);
        }
        groups
    }

    /// Takes in a row; `events` are the places of the input behind it.
    pub(super) fn add(&mut self, cells: &Cells<'_>, events: &[u32]) {
        let grouping = self.grouping;
        let mut key = Vec::with_capacity(grouping.by.len());
        for by in &grouping.by {
            match part(by, grouping.fill.as_ref(), cells) {
                Some(Choice::One(part)) => key.push(part),
                Some(Choice::Several(_)) => return self.add_to_several(cells, events),
                None => return,
            }
        }
        self.add_to(&key, cells, events);
    }

    /// A row with multivalue fields goes into one group for every combination of their values.
    fn add_to_several(&mut self, cells: &Cells<'_>, events: &[u32]) {
        let grouping = self.grouping;
        let mut choices = Vec::with_capacity(grouping.by.len());
        for by in &grouping.by {
            choices.push(match part(by, grouping.fill.as_ref(), cells) {
                Some(Choice::One(part)) => vec![part],
                Some(Choice::Several(texts)) => {
                    let mut texts: Vec<&Arc<str>> = texts.iter().collect();
                    texts.sort_unstable();
                    if !grouping.keeps_repeats {
                        texts.dedup();
                    }
                    texts.into_iter().map(Part::Text).collect()
                }
                None => return,
            });
        }
        for key in combinations(&choices) {
            self.add_to(&key, cells, events);
        }
    }

    fn add_to(&mut self, key: &[Part<'_>], cells: &Cells<'_>, events: &[u32]) {
        let grouping = self.grouping;
        let at = grouping.time.and_then(|slot| cells.get(slot)?.time());
        let place = self.place(key);
        if let Some(group) = self.found.get_mut(place) {
            group.events.extend_from_slice(events);
            for (state, aggregation) in group.states.iter_mut().zip(&grouping.aggregates) {
                state.add(aggregation, cells, at);
            }
        }
    }

    /// The place of the group with that key, which is made when it is new.
    fn place(&mut self, key: &[Part<'_>]) -> usize {
        let hash = self.hash(key);
        let groups = &self.found;
        let same = |place: &usize| groups.get(*place).is_some_and(|group| group.has(key));
        if let Some(place) = self.places.find(hash, same) {
            return *place;
        }
        let aggregates = self.grouping.aggregates.iter();
        self.found.push(Group {
            hash,
            key: key.iter().map(Part::to_value).collect(),
            states: aggregates.map(|a| State::new(a.kind)).collect(),
            events: Vec::new(),
        });
        let place = self.found.len() - 1;
        let groups = &self.found;
        self.places.insert_unique(hash, place, |place| {
            groups.get(*place).map_or(0, |group| group.hash)
        });
        place
    }

    /// What the functions give at present for the group of a row, of several groups the one of
    /// the lowest texts; none for a row that is in no group.
    pub(super) fn results(&self, cells: &Cells<'_>) -> Option<Vec<Option<Value>>> {
        let key = self.grouping.lowest_key(cells)?;
        let parts: Vec<Part<'_>> = key.into_iter().map(Part::Made).collect();
        let group = self.places.find(self.hash(&parts), |place| {
            self.found
                .get(*place)
                .is_some_and(|group| group.has(&parts))
        });
        let group = group.and_then(|place| self.found.get(*place));
        let aggregates = self.grouping.aggregates.iter().enumerate();
        let results = aggregates.map(|(number, aggregation)| {
            let state = group.and_then(|group| group.states.get(number).cloned());
            let state = state.unwrap_or_else(|| State::new(aggregation.kind));
            state.finish(aggregation.kind)
        });
        Some(results.collect())
    }

    fn hash(&self, key: &[Part<'_>]) -> u64 {
        let mut hasher = self.hasher.build_hasher();
        for part in key {
            part.text().hash(&mut hasher);
        }
        hasher.finish()
    }

    /// The groups as rows, in order.
    pub(super) fn finish(self) -> Table {
        let grouping = self.grouping;
        // Times are read once, not at every comparison.
        let timed = self.found.into_iter().map(|g| (grouping.times(&g.key), g));
        let mut groups: Vec<(Vec<Option<Timestamp>>, Group)> = timed.collect();
        groups.sort_by(|(a_times, a), (b_times, b)| {
            grouping.order((&a.key, a_times), (&b.key, b_times))
        });
        let rows = groups
            .into_iter()
            .map(|(_, group)| group.finish(&grouping.aggregates));
        // Without fields to group by, functions that found nothing at all leave no row.
        let keep = |row: &Row| !grouping.by.is_empty() || row.cells.iter().any(Option::is_some);
        Table {
            columns: grouping.columns(),
            rows: rows.filter(keep).collect(),
        }
    }
}

impl Grouping {
    /// The texts of the group that a row is in, of several the lowest; none for a row that lacks a
    /// field to group by.
    pub(super) fn lowest_key(&self, cells: &Cells<'_>) -> Option<Vec<String>> {
        let texts = self.by.iter().map(|by| {
            Some(match part(by, self.fill.as_ref(), cells)? {
                Choice::One(part) => part.text().to_owned(),
                Choice::Several(texts) => texts.iter().min()?.to_string(),
            })
        });
        texts.collect()
    }

    /// The instants of those fields to group by that are a time.
    fn times(&self, key: &[Value]) -> Vec<Option<Timestamp>> {
        let fields = self.by.iter().zip(key);
        let times = fields.filter(|(by, _)| &*by.column == TIME);
        times.map(|(_, value)| epoch(value)).collect()
    }

    fn order(&self, left: Key<'_>, right: Key<'_>) -> Ordering {
        let mut times = left.1.iter().zip(right.1);
        let pairs = self.by.iter().zip(left.0.iter().zip(right.0));
        pairs
            .map(|(by, (left, right))| {
                let times = if &*by.column == TIME {
                    times.next()
                } else {
                    None
                };
                let of_times = times.map_or(Ordering::Equal, |(left, right)| left.cmp(right));
                of_times.then_with(|| left.as_text().cmp(&right.as_text()))
            })
            .find(|order| order.is_ne())
            .unwrap_or(Ordering::Equal)
    }
}

/// The texts of a group, and of those that are a time the instants.
type Key<'k> = (&'k [Value], &'k [Option<Timestamp>]);

enum Choice<'a> {
    One(Part<'a>),
    Several(&'a [Arc<str>]),
}

/// What a row has in a field to group by; none leaves the row out.
fn part<'a>(by: &By, fill: Option<&'a Arc<str>>, cells: &Cells<'a>) -> Option<Choice<'a>> {
    let cell = cells.get(by.slot);
    let one = |part| Some(Choice::One(part));
    if let Some(span) = by.span {
        let at = cell.and_then(Cell::time);
        return match at {
            Some(at) => one(Part::Made(span.start(at).epoch_text())),
            None => fill.map(Part::Text).map(Choice::One),
        };
    }
    match cell {
        None => fill.map(Part::Text).map(Choice::One),
        Some(Cell::Value(Value::Text(text))) => one(Part::Text(text)),
        Some(Cell::Value(Value::Many(texts))) => Some(Choice::Several(texts)),
        Some(Cell::Value(number @ Value::Number(_))) => {
            one(Part::Made(number.as_text().into_owned()))
        }
        Some(Cell::Time(at)) => one(Part::Made(at.epoch_text())),
    }
}

impl Group {
    fn has(&self, key: &[Part<'_>]) -> bool {
        let pairs = self.key.iter().zip(key);
        self.key.len() == key.len() && pairs.into_iter().all(|(a, b)| a.as_text() == b.text())
    }

    fn finish(mut self, aggregates: &[Aggregation]) -> Row {
        self.events.sort_unstable();
        self.events.dedup();
        let key = self.key.into_iter().map(Some);
        let results = self.states.into_iter().zip(aggregates);
        let results = results.map(|(state, aggregation)| state.finish(aggregation.kind));
        Row {
            cells: key.chain(results).collect(),
            events: self.events,
        }
    }
}
