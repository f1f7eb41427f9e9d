//! Searches inside of a predicate: `search [ … ]`, `tstats … where [ … ]`. The rows that one finds
//! become a predicate that stands in its place.
//!
//! Facts (Search Manual, "About subsearches"; Search Reference, "format"): a row asks for all of
//! its fields, the rows for any of them; at most 10,000 rows are taken; internal fields and nulls
//! ask for nothing; a multivalue field asks for any of its values; without rows nothing is met
//! (`NOT ()`); the value of a field called `search` or `query` stands by itself, as it is. Decided
//! here: a `*` in a value is a wildcard, as it is where Splunk puts the text in; a `\` is a letter.
//!
//! A search that reads no evidence is run when its plan is made, so that what it asks for takes
//! part in all that is known before the evidence is read. Another one can be run only when the
//! events are at hand; until then whatever it could ask for is taken to be met.

use super::feed::Feed;
use super::messages::Messages;
use super::plan::{Context, Plan, PlanInput};
use super::table::{Row, Table};
use crate::event::Value;
use crate::spl::ast::{CompareOp, Literal, Name, Piece, Pipeline, Predicate};
use crate::spl::{Command, CommandKind, Diagnostic, Span};
use std::sync::Arc;

/// How many rows are taken (`limits.conf`, `[subsearch]`: maxout).
const MAX_ROWS: usize = 10_000;

/// What becomes of a search that stands in a predicate; `negated`: under an odd number of NOTs.
type Change<'c> = dyn FnMut(&Pipeline, Span, bool) -> Predicate + 'c;

/// Whether a search stands in the predicate. Trees that were parsed are no deeper than the parser
/// lets them be.
pub(super) fn stands_in(tree: &Predicate) -> bool {
    match tree {
        Predicate::And(parts) | Predicate::Or(parts) => parts.iter().any(stands_in),
        Predicate::Not(inner) => stands_in(inner),
        Predicate::Subsearch { .. } => true,
        Predicate::Compare { .. } | Predicate::In { .. } | Predicate::Text(_) => false,
    }
}

/// The predicate with what the searches ask for that read no evidence. The others stay, and their
/// plans are put into `plans`, in the order in which they stand.
pub(super) fn known(
    tree: &Predicate,
    context: &Context<'_>,
    plans: &mut Vec<Plan>,
    messages: &mut Messages,
) -> Predicate {
    change(tree, false, &mut |search, span, _| {
        let Some(plan) = Plan::compile_in(search, context, messages) else {
            return Predicate::nothing(span);
        };
        if plan
            .inputs()
            .iter()
            .all(|input| **input == PlanInput::Nothing)
        {
            let (table, _) = plan.run_feed(&Feed::default());
            lint_limit(&table, span, messages);
            return asked(&table, span);
        }
        plans.push(plan);
        let search = Box::new(search.clone());
        Predicate::Subsearch { search, span }
    })
}

/// The predicate with every search in it taken to be met, or under a NOT not to be.
pub(super) fn loose(tree: &Predicate) -> Predicate {
    change(tree, false, &mut |_, span, negated| {
        if negated {
            Predicate::nothing(span)
        } else {
            Predicate::everything(span)
        }
    })
}

/// The predicate with what the searches ask for, now that there is something to run over.
pub(super) fn resolved(tree: &Predicate, plans: &[Plan], feed: &Feed<'_>) -> Predicate {
    let mut plans = plans.iter();
    change(tree, false, &mut |_, span, _| match plans.next() {
        Some(plan) => asked(&plan.run_feed(feed).0, span),
        None => Predicate::nothing(span),
    })
}

fn change(tree: &Predicate, negated: bool, to: &mut Change<'_>) -> Predicate {
    let mut each = |parts: &[Predicate]| {
        let parts = parts.iter();
        parts.map(|part| change(part, negated, to)).collect()
    };
    match tree {
        Predicate::And(parts) => Predicate::And(each(parts)),
        Predicate::Or(parts) => Predicate::Or(each(parts)),
        Predicate::Not(inner) => Predicate::Not(Box::new(change(inner, !negated, to))),
        Predicate::Subsearch { search, span } => to(search, *span, negated),
        leaf => leaf.clone(),
    }
}

/// What the rows of a search ask for.
pub(super) fn asked(table: &Table, span: Span) -> Predicate {
    let mut rows: Vec<Predicate> = Vec::new();
    for row in table.rows.iter().take(MAX_ROWS) {
        let cells = table.columns.iter().zip(&row.cells);
        let fields = cells.filter(|(name, _)| !name.starts_with('_'));
        let mut tests: Vec<Predicate> = fields
            .filter_map(|(name, cell)| Some(field(name, cell.as_ref()?, span)))
            .collect();
        match tests.len() {
            0 => {}
            1 => rows.extend(tests.pop()),
            _ => rows.push(Predicate::And(tests)),
        }
    }
    match rows.len() {
        0 => Predicate::nothing(span),
        1 => rows.remove(0),
        _ => Predicate::Or(rows),
    }
}

fn field(name: &Arc<str>, value: &Value, span: Span) -> Predicate {
    let texts = value.each();
    let mut values: Vec<Literal> = texts.iter().map(|text| literal(text, span)).collect();
    if matches!(&**name, "search" | "query") {
        let mut terms: Vec<Predicate> = texts.iter().map(|text| term(text, span)).collect();
        return match terms.len() {
            1 => terms.remove(0),
            _ => Predicate::Or(terms),
        };
    }
    let field = Name {
        text: name.to_string(),
        span,
    };
    match values.len() {
        1 => Predicate::Compare {
            field,
            op: CompareOp::Equal,
            value: values.remove(0),
        },
        _ => Predicate::In { field, values },
    }
}

/// A text as the predicate that it spells, or where it spells none as a text to look for.
fn term(text: &str, span: Span) -> Predicate {
    let parsed = crate::spl::parse(&format!("search {text}"));
    let commands = parsed.map(|tree| tree.commands).unwrap_or_default();
    let [
        Command {
            kind: CommandKind::Search(tree),
            ..
        },
    ] = commands.as_slice()
    else {
        return Predicate::Text(literal(text, span));
    };
    let mut tree = tree.clone();
    place(&mut tree, span);
    tree
}

/// Every part of a predicate at one place: it was written in another text.
fn place(tree: &mut Predicate, at: Span) {
    match tree {
        Predicate::And(parts) | Predicate::Or(parts) => {
            for part in parts {
                place(part, at);
            }
        }
        Predicate::Not(inner) => place(inner, at),
        Predicate::Compare { field, value, .. } => {
            field.span = at;
            value.span = at;
        }
        Predicate::In { field, values } => {
            field.span = at;
            for value in values {
                value.span = at;
            }
        }
        Predicate::Text(text) => text.span = at,
        // One that a text spells is not run.
        Predicate::Subsearch { .. } => *tree = Predicate::nothing(at),
    }
}

/// A value with its wildcards; what stands between them is taken letter by letter.
fn literal(text: &str, span: Span) -> Literal {
    let mut pieces = Vec::new();
    for (place, piece) in text.split('*').enumerate() {
        if place > 0 {
            pieces.push(Piece::Source("*".to_owned()));
        }
        if !piece.is_empty() {
            pieces.push(Piece::Bound(piece.to_owned()));
        }
    }
    Literal {
        pieces,
        quoted: true,
        case_sensitive: false,
        span,
    }
}

fn lint_limit(table: &Table, span: Span, messages: &mut Messages) {
    if table.rows.len() > MAX_ROWS {
        let found = table.rows.len();
        let message = format!("this search finds {found} rows, of which {MAX_ROWS} are taken");
        messages.lint(Diagnostic::new("SPL-LIMIT", message, span));
    }
}

/// The rows of a search inside of another, no more than `most`.
pub(super) fn rows_of(plan: &Plan, feed: &Feed<'_>, most: usize) -> Table {
    let (mut table, _) = plan.run_feed(feed);
    table.rows.truncate(most);
    table
}

/// The places behind two rows, ascending and each once.
pub(super) fn events_of(left: &Row, right: &Row) -> Vec<u32> {
    let mut events = left.events.clone();
    events.extend_from_slice(&right.events);
    events.sort_unstable();
    events.dedup();
    events
}
