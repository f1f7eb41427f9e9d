//! How many creations meet each part of the where-clause, alone: what the answer "no rows" rests
//! on ("msiexec ran 112 times, none with http(s)://").

use super::rule::Rule;
use crate::cim::DatasetRow;
use crate::search::explain::{Clause, ClauseKind};
use crate::search::plan::Plan;
use crate::spl::ast::Predicate;
use crate::spl::{Span, print};

/// Counts by the parts of the top AND.
#[derive(Debug, Clone, Default)]
pub struct ClauseCounts {
    counts: Vec<(Span, u64)>,
    known: bool,
}

impl ClauseCounts {
    /// Counts one creation.
    pub fn count(&mut self, plan: &Plan, row: &DatasetRow) {
        if !self.known {
            let clause = plan.explain(row);
            let parts = clause.map_or(Vec::new(), |clause| match clause.kind {
                ClauseKind::All => clause.parts,
                _ => vec![clause],
            });
            self.counts = parts.iter().map(|part| (span(part), 0)).collect();
            self.known = true;
        }
        for (count, met) in self.counts.iter_mut().zip(plan.parts_met(row)) {
            count.1 += u64::from(met);
        }
    }

    /// Each part as the expanded search says it, and its count.
    pub fn texts(&self, rule: &Rule) -> Vec<(String, u64)> {
        let written = |span: Span| {
            let part = rule.predicate().and_then(|tree| part_at(tree, span));
            part.map_or_else(|| rule.stage_text(span), print::predicate)
        };
        let counts = self.counts.iter();
        counts
            .map(|(span, count)| (written(*span), *count))
            .collect()
    }
}

/// From the first test in a part to its last.
fn span(clause: &Clause) -> Span {
    if let ClauseKind::Test { span, .. } = &clause.kind {
        return *span;
    }
    around(clause.parts.iter().map(span))
}

/// The outermost part of a predicate that goes from the first test of `span` to its last: with the
/// NOT before them and the parentheses around them, which are no part of a test.
fn part_at(tree: &Predicate, span: Span) -> Option<&Predicate> {
    let own = extent(tree);
    if (own.start, own.end) == (span.start, span.end) {
        return Some(tree);
    }
    match tree {
        Predicate::And(parts) | Predicate::Or(parts) => {
            parts.iter().find_map(|part| part_at(part, span))
        }
        Predicate::Not(inner) => part_at(inner, span),
        _ => None,
    }
}

fn extent(tree: &Predicate) -> Span {
    match tree {
        Predicate::And(parts) | Predicate::Or(parts) => around(parts.iter().map(extent)),
        Predicate::Not(inner) => extent(inner),
        Predicate::Compare { field, value, .. } => around([field.span, value.span].into_iter()),
        Predicate::In { field, values } => {
            around(std::iter::once(field.span).chain(values.iter().map(|v| v.span)))
        }
        Predicate::Text(term) => term.span,
        Predicate::Subsearch { span, .. } => *span,
    }
}

fn around(spans: impl Iterator<Item = Span>) -> Span {
    let whole = spans.reduce(|a, b| Span {
        start: a.start.min(b.start),
        end: a.end.max(b.end),
    });
    whole.unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cim::Models;
    use crate::event::Zone;
    use crate::worker::rule::RuleFiles;

    #[test]
    fn a_part_is_told_with_its_not_and_its_list() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("r.yml");
        let predicate = "Processes.a IN (x, \"y*\") NOT (Processes.b=1 OR Processes.c=2) \
                         ((Processes.d=3 Processes.e=4) OR Processes.f=5)";
        let text = format!(
            "name: R\nsearch: '| tstats count from datamodel=Endpoint.Processes where {predicate}'\n"
        );
        std::fs::write(&path, text).unwrap();
        let files = RuleFiles {
            rule: Some(path),
            macros: Vec::new(),
        };
        let models = Models::built_in().unwrap();
        let rule = Rule::load(&files, &models, Zone::default()).unwrap();
        let mut counts = ClauseCounts::default();
        counts.count(&rule.plan, &DatasetRow::default());
        // What is counted is what the search explains.
        let clause = rule.plan.explain(&DatasetRow::default()).unwrap();
        let met: Vec<bool> = clause.parts.iter().map(|part| part.met).collect();
        assert_eq!(met, [false, true, false]);
        assert_eq!(rule.plan.parts_met(&DatasetRow::default()), met);
        let texts: Vec<_> = counts
            .texts(&rule)
            .into_iter()
            .map(|(text, _)| text)
            .collect();
        assert_eq!(
            texts,
            [
                "Processes.a IN (x, \"y*\")",
                "NOT (Processes.b=1 OR Processes.c=2)",
                "(Processes.d=3 AND Processes.e=4) OR Processes.f=5",
            ]
        );
    }
}
