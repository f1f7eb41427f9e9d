//! How many creations meet each part of the where-clause, alone: what the answer "no rows" rests
//! on ("msiexec ran 112 times, none with http(s)://").

use super::rule::Rule;
use crate::cim::DatasetRow;
use crate::search::explain::{Clause, ClauseKind};
use crate::search::plan::Plan;
use crate::spl::Span;

/// Counts by the parts of the top AND.
#[derive(Debug, Clone, Default)]
pub struct ClauseCounts {
    counts: Vec<(Span, u64)>,
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
            self.counts = parts.iter().map(|part| (span(part), 0)).collect();
            self.known = true;
        }
        for (count, part) in self.counts.iter_mut().zip(&parts) {
            count.1 += u64::from(part.met);
        }
    }

    /// Each part as it stands in the expanded search, and its count.
    pub fn texts(&self, rule: &Rule) -> Vec<(String, u64)> {
        let text = |span: Span| {
            let mut text = rule.stage_text(span);
            // A span ends with the last value, before the parenthesis that closes its list.
            let open = text
                .matches('(')
                .count()
                .saturating_sub(text.matches(')').count());
            text.push_str(&")".repeat(open));
            text
        };
        self.counts
            .iter()
            .map(|(span, count)| (text(*span), *count))
            .collect()
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
