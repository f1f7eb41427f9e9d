//! A predicate in one spelling, so that two searches which ask the same of the events are known
//! to: letter case of values, quotes, the order of AND and OR and repetitions make no difference.
//! Only ever compared; not SPL.

use crate::spl::ast::{CompareOp, Literal, Piece, Predicate};
use crate::spl::print;
use std::fmt::Write as _;

/// The one spelling. Equal spellings mean equal answers; the reverse is not promised.
pub(super) fn spelling(predicate: &Predicate) -> String {
    match predicate {
        Predicate::And(_) => joined("and", predicate),
        Predicate::Or(_) => joined("or", predicate),
        Predicate::Not(inner) => format!("not({})", spelling(inner)),
        Predicate::Compare { field, op, value } => match op {
            CompareOp::Equal => any_of(&field.text, std::slice::from_ref(value)),
            op => format!("{:?}{op:?}({})", field.text, literal(value)),
        },
        Predicate::In { field, values } => any_of(&field.text, values),
        Predicate::Text(term) => format!("text({})", literal(term)),
        Predicate::Subsearch { search, .. } => format!("search({:?})", print::pipeline(search)),
    }
}

fn joined(word: &str, predicate: &Predicate) -> String {
    let mut parts = Vec::new();
    flatten(predicate, &mut parts);
    parts.sort_unstable();
    parts.dedup();
    match parts.as_slice() {
        [one] => one.clone(),
        _ => format!("{word}({})", parts.join(",")),
    }
}

/// The spellings of the operands, those of nested operators of the same kind among them.
fn flatten(predicate: &Predicate, into: &mut Vec<String>) {
    let (Predicate::And(parts) | Predicate::Or(parts)) = predicate else {
        return;
    };
    for part in parts {
        if std::mem::discriminant(part) == std::mem::discriminant(predicate) {
            flatten(part, into);
        } else {
            into.push(spelling(part));
        }
    }
}

fn any_of(field: &str, values: &[Literal]) -> String {
    let mut values: Vec<String> = values.iter().map(literal).collect();
    values.sort_unstable();
    values.dedup();
    format!("{field:?}in({})", values.join(","))
}

fn literal(literal: &Literal) -> String {
    let mut text = String::new();
    for piece in &literal.pieces {
        let (mark, piece) = match piece {
            Piece::Source(source) => ('s', source),
            Piece::Bound(bound) => ('b', bound),
        };
        let _ = if literal.case_sensitive {
            write!(text, "{mark}{piece:?}")
        } else {
            write!(text, "{mark}{:?}", piece.to_lowercase())
        };
    }
    if literal.case_sensitive {
        text.push('!');
    }
    text
}
