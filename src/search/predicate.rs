//! The predicate of `search` and of `tstats … where`, compiled once and tested row by row.
//!
//! Facts (Search Reference, "search"; language-and-model §2.3): values compare without regard to
//! case and as texts, `*` is any run of characters, `IN` is several `=`; `< <= > >=` compare
//! numbers when both sides are numbers, else texts; an address with `/n` is a subnet.
//! `field!=v` needs the field, `NOT field=v` does not: NOT is plain negation, nothing is unknown.
//! Any one value of a multivalue field is enough, for `!=` too.
//!
//! Decided here: texts are ordered without regard to case, so that whatever is `=` is also `<=`;
//! a free term is looked for inside every value of a row, since result rows have no `_raw`
//! (Splunk would look in `_raw`).

use super::cells::{Cell, Cells, Fields, Place};
use super::messages::Messages;
use super::subnet::Subnet;
use crate::event::value::parse_number;
use crate::spl::Span;
use crate::spl::ast::{self, CompareOp, Literal, Name, Piece};
use crate::spl::fields::RAW;
use crate::spl::pattern::{Pattern, Subject};
use crate::spl::time_modifiers::is_time_modifier;
use std::cmp::Ordering;

/// A predicate that can be tested.
#[derive(Debug, Clone)]
pub(super) struct Predicate {
    pub(super) root: Node,
}

/// A part of a predicate.
#[derive(Debug, Clone)]
pub(super) enum Node {
    Always,
    All(Vec<Node>),
    Any(Vec<Node>),
    Not(Box<Node>),
    Test(Box<Test>),
}

impl Node {
    /// The numbers of the fields that are looked at; false when a free term looks at all.
    pub(super) fn slots(&self, slots: &mut Vec<usize>) -> bool {
        match self {
            Self::Always => true,
            Self::All(parts) | Self::Any(parts) => parts.iter().all(|part| part.slots(slots)),
            Self::Not(part) => part.slots(slots),
            Self::Test(test) => {
                slots.extend(test.slot);
                test.slot.is_some()
            }
        }
    }

    /// Lets free terms look in the raw text alone.
    fn look_in(&mut self, fields: &mut Fields) {
        match self {
            Self::All(parts) | Self::Any(parts) => {
                for part in parts {
                    part.look_in(fields);
                }
            }
            Self::Not(inner) => inner.look_in(fields),
            Self::Test(test) if test.slot.is_none() => test.slot = Some(fields.slot(RAW)),
            Self::Always | Self::Test(_) => {}
        }
    }

    fn leaf(test: Test) -> Self {
        Self::Test(Box::new(test))
    }
}

/// One comparison.
#[derive(Debug, Clone)]
pub(super) struct Test {
    /// The field; none for a free term.
    pub(super) slot: Option<usize>,
    /// From the field to the last value.
    pub(super) span: Span,
    check: Check,
}

#[derive(Debug, Clone)]
enum Check {
    Equal(Vec<Matcher>),
    NotEqual(Matcher),
    Order(CompareOp, Bound),
}

#[derive(Debug, Clone)]
struct Matcher {
    pattern: Pattern,
    subnet: Option<Subnet>,
}

/// The right side of an ordering.
#[derive(Debug, Clone)]
struct Bound {
    text: String,
    number: Option<f64>,
    case_sensitive: bool,
}

impl Predicate {
    /// Of the places of the fields that it numbers those that it looks at in a dataset; none: it
    /// looks at all.
    pub(super) fn tested_places(&self, places: &[Place]) -> Option<Vec<usize>> {
        let mut slots = Vec::new();
        if !self.root.slots(&mut slots) {
            return None;
        }
        let at = |slot: usize| match places.get(slot)? {
            Place::At(place) => Some(*place),
            Place::Time | Place::Nowhere => None,
        };
        Some(slots.into_iter().filter_map(at).collect())
    }

    /// From the tree; the fields that it reads are numbered in `fields`.
    pub(super) fn compile(
        tree: &ast::Predicate,
        fields: &mut Fields,
        messages: &mut Messages,
    ) -> Self {
        let root = compile(tree, fields, messages, 0);
        Self { root }
    }

    /// The same for raw events, in whose text free terms are looked for.
    pub(super) fn compile_on_raw(
        tree: &ast::Predicate,
        fields: &mut Fields,
        messages: &mut Messages,
    ) -> Self {
        let mut root = compile(tree, fields, messages, 0);
        root.look_in(fields);
        Self { root }
    }

    /// Whether a row meets it.
    pub(super) fn test(&self, cells: &Cells<'_>) -> bool {
        self.root.test(cells)
    }

    /// Whether no row can fail it.
    pub(super) fn is_always(&self) -> bool {
        matches!(self.root, Node::Always)
    }
}

fn compile(
    tree: &ast::Predicate,
    fields: &mut Fields,
    messages: &mut Messages,
    depth: usize,
) -> Node {
    if messages.too_deep(depth, span_of(tree)) {
        return Node::Always;
    }
    let mut every = |parts: &[ast::Predicate]| {
        let parts = parts.iter();
        parts
            .map(|part| compile(part, fields, messages, depth + 1))
            .collect()
    };
    match tree {
        ast::Predicate::And(parts) => all_of(every(parts)),
        ast::Predicate::Or(parts) => Node::Any(every(parts)),
        ast::Predicate::Not(inner) => {
            Node::Not(Box::new(compile(inner, fields, messages, depth + 1)))
        }
        ast::Predicate::Compare { field, op, value } => {
            refuse_time_modifier(field, *op, messages);
            Node::leaf(Test {
                slot: Some(fields.slot(&field.text)),
                span: joined(field.span, value.span),
                check: Check::of(*op, value),
            })
        }
        ast::Predicate::In { field, values } => Node::leaf(Test {
            slot: Some(fields.slot(&field.text)),
            span: span_of(tree),
            check: Check::Equal(values.iter().map(Matcher::of).collect()),
        }),
        ast::Predicate::Text(term) => {
            lint_word(term, messages);
            free_term(term)
        }
        // Those that can be run were put in as what they ask for.
        ast::Predicate::Subsearch { span, .. } => {
            let message = "a search in brackets can't stand here";
            let refused = crate::spl::Diagnostic::new("SPL-SUBSEARCH", message, *span)
                .with_help("it stands in 'search' and in 'tstats … where'");
            messages.refuse(refused);
            Node::Always
        }
    }
}

/// Only capitals join conditions (Search Manual, "Boolean expressions"): a lower-case `and` is a
/// word that is looked for, which is hardly ever meant.
fn lint_word(term: &Literal, messages: &mut Messages) {
    let text = plain_text(term);
    let capitals = text.to_ascii_uppercase();
    if term.quoted || !matches!(capitals.as_str(), "AND" | "OR" | "NOT") {
        return;
    }
    let message = format!("'{text}' is looked for as a word: only capitals join conditions");
    let help = format!("write {capitals}, or quote the word to look for it");
    messages.lint(crate::spl::Diagnostic::new("SPL-LOWEROP", message, term.span).with_help(help));
}

fn all_of(parts: Vec<Node>) -> Node {
    let mut parts: Vec<Node> = parts
        .into_iter()
        .filter(|part| !matches!(part, Node::Always))
        .collect();
    match parts.len() {
        0 => Node::Always,
        1 => parts.pop().unwrap_or(Node::Always),
        _ => Node::All(parts),
    }
}

fn free_term(term: &Literal) -> Node {
    if Pattern::compile(term).is_any() || plain_text(term).is_empty() {
        return Node::Always;
    }
    let star = || Piece::Source("*".to_owned());
    let mut inside = term.clone();
    inside.pieces.insert(0, star());
    inside.pieces.push(star());
    Node::leaf(Test {
        slot: None,
        span: term.span,
        check: Check::Equal(vec![Matcher {
            pattern: Pattern::compile(&inside),
            subnet: None,
        }]),
    })
}

fn refuse_time_modifier(field: &Name, op: CompareOp, messages: &mut Messages) {
    if op == CompareOp::Equal && is_time_modifier(&field.text) {
        let message = format!(
            "'{}' bounds the time of a search; inside of a search it can't be run in this version",
            field.text
        );
        let refused = crate::spl::Diagnostic::new("SPL-TIME", message, field.span)
            .with_help("take it out and give the bounds beside the search: --since, --until");
        messages.refuse(refused);
    }
}

impl Node {
    pub(super) fn test(&self, cells: &Cells<'_>) -> bool {
        match self {
            Self::Always => true,
            Self::All(parts) => parts.iter().all(|part| part.test(cells)),
            Self::Any(parts) => parts.iter().any(|part| part.test(cells)),
            Self::Not(inner) => !inner.test(cells),
            Self::Test(test) => test.test(cells),
        }
    }
}

impl Test {
    pub(super) fn test(&self, cells: &Cells<'_>) -> bool {
        let Some(slot) = self.slot else {
            return cells.any(|text| self.check.text(text));
        };
        let Some(cell) = cells.get(slot) else {
            return false;
        };
        match (&self.check, cell) {
            (Check::Order(op, bound), Cell::Time(at)) => bound.number.map_or_else(
                || bound.text_passes(*op, &at.epoch_text()),
                |number| number_passes(*op, seconds(at), number),
            ),
            _ => cell.any(|text| self.check.text(text)),
        }
    }
}

/// A time as a number to compare with: its last digit may be rounded.
#[expect(
    clippy::cast_precision_loss,
    reason = "an ordering against a written number"
)]
fn seconds(at: crate::event::Timestamp) -> f64 {
    at.ticks() as f64 / 1e7
}

impl Test {
    /// The patterns of which a text must match one; none where another condition can let a text
    /// pass.
    pub(super) fn patterns(&self) -> Option<impl Iterator<Item = &Pattern>> {
        match &self.check {
            Check::Equal(matchers) if matchers.iter().all(|m| m.subnet.is_none()) => {
                Some(matchers.iter().map(|matcher| &matcher.pattern))
            }
            _ => None,
        }
    }

    /// Whether a text passes.
    pub(super) fn text(&self, text: &str) -> bool {
        self.check.text(text)
    }
}

impl Check {
    fn of(op: CompareOp, value: &Literal) -> Self {
        match op {
            CompareOp::Equal => Self::Equal(vec![Matcher::of(value)]),
            CompareOp::NotEqual => Self::NotEqual(Matcher::of(value)),
            CompareOp::Less
            | CompareOp::LessEqual
            | CompareOp::Greater
            | CompareOp::GreaterEqual => Self::Order(op, Bound::of(value)),
        }
    }

    fn text(&self, text: &str) -> bool {
        match self {
            Self::Equal(matchers) => {
                // Folded once for all of them.
                let subject = Subject::new(text);
                matchers.iter().any(|m| m.matches(&subject, text))
            }
            Self::NotEqual(matcher) => !matcher.matches(&Subject::new(text), text),
            Self::Order(op, bound) => match (bound.number, parse_number(text)) {
                (Some(right), Some(left)) => number_passes(*op, left, right),
                _ => bound.text_passes(*op, text),
            },
        }
    }
}

impl Matcher {
    fn of(literal: &Literal) -> Self {
        Self {
            pattern: Pattern::compile(literal),
            subnet: subnet(literal),
        }
    }

    fn matches(&self, subject: &Subject<'_>, text: &str) -> bool {
        self.pattern.matches_subject(subject)
            || self.subnet.is_some_and(|subnet| subnet.holds(text))
    }
}

/// A bound value is never a subnet: it is taken letter by letter.
fn subnet(literal: &Literal) -> Option<Subnet> {
    match literal.pieces.as_slice() {
        [Piece::Source(text)] => Subnet::parse(text),
        _ => None,
    }
}

impl Bound {
    fn of(literal: &Literal) -> Self {
        let text = plain_text(literal);
        Self {
            number: parse_number(&text),
            text,
            case_sensitive: literal.case_sensitive,
        }
    }

    fn text_passes(&self, op: CompareOp, text: &str) -> bool {
        let order = if self.case_sensitive {
            text.cmp(&self.text)
        } else {
            compare_ignoring_case(text, &self.text)
        };
        passes(op, order)
    }
}

/// The text of a literal with its escapes read, where wildcards have no meaning.
fn plain_text(literal: &Literal) -> String {
    let mut text = String::new();
    for piece in &literal.pieces {
        match piece {
            Piece::Bound(bound) => text.push_str(bound),
            Piece::Source(source) => {
                let mut rest = source.chars().peekable();
                while let Some(c) = rest.next() {
                    let escaped = (c == '\\')
                        .then(|| rest.next_if(|next| matches!(next, '\\' | '"' | '|')))
                        .flatten();
                    text.push(escaped.unwrap_or(c));
                }
            }
        }
    }
    text
}

pub(super) fn compare_ignoring_case(left: &str, right: &str) -> Ordering {
    left.chars()
        .flat_map(char::to_lowercase)
        .cmp(right.chars().flat_map(char::to_lowercase))
}

/// Not by the total order, in which minus nought is less than nought.
fn number_passes(op: CompareOp, left: f64, right: f64) -> bool {
    let order = left.partial_cmp(&right);
    order.is_some_and(|order| passes(op, order))
}

fn passes(op: CompareOp, order: Ordering) -> bool {
    match op {
        CompareOp::Equal => order.is_eq(),
        CompareOp::NotEqual => order.is_ne(),
        CompareOp::Less => order.is_lt(),
        CompareOp::LessEqual => order.is_le(),
        CompareOp::Greater => order.is_gt(),
        CompareOp::GreaterEqual => order.is_ge(),
    }
}

/// Where a predicate stands, as far as its outermost leaves say.
pub(super) fn span_of(tree: &ast::Predicate) -> Span {
    match tree {
        ast::Predicate::And(parts) | ast::Predicate::Or(parts) => {
            match (parts.first(), parts.last()) {
                (Some(first), Some(last)) => joined(leaf_span(first), leaf_span(last)),
                _ => Span::default(),
            }
        }
        other => leaf_span(other),
    }
}

/// Without descending: a tree can be deeper than any stack, and is looked at before that is known.
fn leaf_span(tree: &ast::Predicate) -> Span {
    match tree {
        ast::Predicate::Compare { field, value, .. } => joined(field.span, value.span),
        ast::Predicate::In { field, values } => {
            joined(field.span, values.last().map_or(field.span, |v| v.span))
        }
        ast::Predicate::Text(term) => term.span,
        ast::Predicate::Subsearch { span, .. } => *span,
        _ => Span::default(),
    }
}

fn joined(first: Span, last: Span) -> Span {
    Span {
        start: first.start,
        end: last.end.max(first.end),
    }
}
