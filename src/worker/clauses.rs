//! How many creations meet each part of the where-clause, alone: what the answer "no rows" rests
//! on ("msiexec ran 112 times, none with http(s)://").

use super::rule::Rule;
use crate::cim::DatasetRow;
use crate::search::explain::{Clause, ClauseKind};
use crate::search::plan::Plan;
use crate::spl::Span;

/// Where a part stands, and whether NOT stands before it.
#[derive(Debug, Clone, Copy)]
struct Part {
    span: Span,
    negated: bool,
}

/// Counts by the parts of the top AND.
#[derive(Debug, Clone, Default)]
pub struct ClauseCounts {
    counts: Vec<(Part, u64)>,
    known: bool,
}

impl ClauseCounts {
    /// Nothing counted yet.
    pub fn of(_: &Plan) -> Self {
        Self::default()
    }

    /// Counts one creation.
    pub fn count(&mut self, plan: &Plan, row: &DatasetRow) {
        let Some(clause) = plan.explain(row) else {
            return;
        };
        let parts = match clause.kind {
            ClauseKind::All => clause.parts,
            _ => vec![clause],
        };
        if !self.known {
            let part = |clause: &Clause| Part {
                span: span(clause),
                negated: clause.kind == ClauseKind::Not,
            };
            self.counts = parts.iter().map(|clause| (part(clause), 0)).collect();
            self.known = true;
        }
        for (count, part) in self.counts.iter_mut().zip(&parts) {
            count.1 += u64::from(part.met);
        }
    }

    /// Each part as it stands in the expanded search, and its count.
    pub fn texts(&self, rule: &Rule) -> Vec<(String, u64)> {
        self.counts
            .iter()
            .map(|(part, count)| (text(&rule.stage_text(part.span), part.negated), *count))
            .collect()
    }
}

/// A part from its first test to its last, with what stands round them: the brackets that were
/// opened inside and the NOT.
fn text(tests: &str, negated: bool) -> String {
    let mut quoted = false;
    let mut open = 0_usize;
    for c in tests.chars() {
        match c {
            '"' => quoted = !quoted,
            '(' if !quoted => open += 1,
            ')' if !quoted => open = open.saturating_sub(1),
            _ => {}
        }
    }
    let closed = format!("{tests}{}", ")".repeat(open));
    if negated {
        format!("NOT ({closed})")
    } else {
        closed
    }
}

/// From the first test in a part to its last.
fn span(clause: &Clause) -> Span {
    if let ClauseKind::Test { span, .. } = &clause.kind {
        return *span;
    }
    let spans: Vec<Span> = clause.parts.iter().map(span).collect();
    let start = spans.iter().map(|s| s.start).min().unwrap_or_default();
    let end = spans.iter().map(|s| s.end).max().unwrap_or_default();
    Span { start, end }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_reads_as_it_is_written() {
        assert_eq!(text(r#"a IN ("*(*", "b""#, false), r#"a IN ("*(*", "b")"#);
        assert_eq!(text("a=1 OR b=2", true), "NOT (a=1 OR b=2)");
    }
}
