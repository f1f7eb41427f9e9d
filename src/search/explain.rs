//! Which clauses of a search's predicate a row meets, and what it has instead: the answer to "why
//! is this row not there".

use super::cells::{Cells, Fields};
use super::predicate::Node;
use crate::event::Value;
use crate::spl::Span;
use std::sync::Arc;

/// A part of a predicate and whether a row meets it.
#[derive(Debug, Clone, PartialEq)]
pub struct Clause {
    /// What it is.
    pub kind: ClauseKind,
    /// The row meets it.
    pub met: bool,
    /// The parts of AND, OR and NOT, in the order in which they are written.
    pub parts: Vec<Clause>,
}

/// What a [`Clause`] is.
#[derive(Debug, Clone, PartialEq)]
pub enum ClauseKind {
    /// A predicate that keeps every row.
    Always,
    /// All parts must be met.
    All,
    /// One part must be met.
    Any,
    /// Its part must not be met.
    Not,
    /// A comparison, or a free term.
    Test {
        /// Where it stands in the expanded search.
        span: Span,
        /// The field as written; none for a free term.
        field: Option<Arc<str>>,
        /// What the row has there.
        found: Option<Value>,
    },
}

/// Goes through a predicate for one row; every part is looked at, decided or not.
pub(super) fn explain(node: &Node, fields: &Fields, cells: &Cells<'_>) -> Clause {
    let each = |parts: &[Node]| -> Vec<Clause> {
        let parts = parts.iter();
        parts.map(|part| explain(part, fields, cells)).collect()
    };
    let (kind, parts) = match node {
        Node::Always => (ClauseKind::Always, Vec::new()),
        Node::All(parts) => (ClauseKind::All, each(parts)),
        Node::Any(parts) => (ClauseKind::Any, each(parts)),
        Node::Not(inner) => (ClauseKind::Not, vec![explain(inner, fields, cells)]),
        Node::Test(test) => {
            let field = test.slot.and_then(|slot| fields.name(slot)).cloned();
            let found = test.slot.and_then(|slot| cells.get(slot));
            let kind = ClauseKind::Test {
                span: test.span,
                field,
                found: found.map(super::cells::Cell::to_value),
            };
            (kind, Vec::new())
        }
    };
    let met = node.test(cells);
    Clause { kind, met, parts }
}

/// Whether a row meets the parts of a predicate's top AND; of another predicate, whether it meets
/// that.
pub(super) fn parts_met(node: &Node, cells: &Cells<'_>) -> Vec<bool> {
    match node {
        Node::All(parts) => parts.iter().map(|part| part.test(cells)).collect(),
        other => vec![other.test(cells)],
    }
}
