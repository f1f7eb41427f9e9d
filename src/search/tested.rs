//! The first predicate of a search of raw events as it is tested: what has several spellings by any
//! of them, what evidence has not at all as met. Tests nothing itself.
//!
//! Decided here:
//! - `source=` and `sourcetype=` are met by either name of a channel (`WinEventLog:…`,
//!   `XmlWinEventLog:…`): which of them an event has is how its forwarder was set up, and rules ask
//!   for either. In the rows it is the one that the add-on of today writes.
//! - Evidence is in no index: what is asked of `index` is met.

use crate::cim::ANY_SPELLING;
use crate::spl::ast::{self, CompareOp, Literal, Name, Piece};

/// Where an event is kept, which evidence is not.
const INDEX: &str = "index";

/// Fields that are tested by every spelling of theirs, under names of their own
/// ([`ANY_SPELLING`]).
const SPELLED: [&str; 2] = ["source", "sourcetype"];

/// The predicate as it is tested on events.
pub(super) fn as_tested(tree: &ast::Predicate) -> ast::Predicate {
    changed(tree, false, 0)
}

fn changed(tree: &ast::Predicate, negated: bool, depth: usize) -> ast::Predicate {
    use ast::Predicate as P;
    // One that is deeper is refused when it is compiled.
    if depth > super::messages::MAX_DEPTH {
        return tree.clone();
    }
    let each = |parts: &[P]| {
        let parts = parts.iter();
        parts.map(|p| changed(p, negated, depth + 1)).collect()
    };
    match tree {
        P::And(parts) => P::And(each(parts)),
        P::Or(parts) => P::Or(each(parts)),
        P::Not(inner) => P::Not(Box::new(changed(inner, !negated, depth + 1))),
        P::Compare { field, .. } | P::In { field, .. } if field.text == INDEX => {
            let met = P::Text(any(field));
            if negated { P::Not(Box::new(met)) } else { met }
        }
        // Of several spellings one is another one always.
        P::Compare {
            field,
            op: CompareOp::NotEqual,
            value,
        } if spelled(field).is_some() => {
            let field = spelled(field).unwrap_or_else(|| field.clone());
            let equal = |value: Literal| P::Compare {
                field: field.clone(),
                op: CompareOp::Equal,
                value,
            };
            let other = P::Not(Box::new(equal(value.clone())));
            P::And(vec![equal(any(&field)), other])
        }
        P::Compare { field, op, value } => P::Compare {
            field: spelled(field).unwrap_or_else(|| field.clone()),
            op: *op,
            value: value.clone(),
        },
        P::In { field, values } => P::In {
            field: spelled(field).unwrap_or_else(|| field.clone()),
            values: values.clone(),
        },
        P::Text(_) | P::Subsearch { .. } => tree.clone(),
    }
}

fn spelled(field: &Name) -> Option<Name> {
    SPELLED.contains(&field.text.as_str()).then(|| Name {
        text: format!("{}{ANY_SPELLING}", field.text),
        span: field.span,
    })
}

fn any(field: &Name) -> Literal {
    Literal {
        pieces: vec![Piece::Source("*".to_owned())],
        quoted: false,
        case_sensitive: false,
        span: field.span,
    }
}
