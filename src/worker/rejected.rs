//! Rows of a result that someone exported and that the search at hand does not take: how many fail
//! each part of the where-clause, and the first of them. Events that fail are counted in `clauses`.

use super::clauses::ClauseCounts;
use super::report::RejectedRows;
use super::rule::Rule;
use crate::cim::DatasetRow;
use crate::event::visible::visible;
use std::collections::BTreeMap;

/// By the first part of the top AND that a row fails: how many do, and the first of them.
#[derive(Debug, Clone, Default)]
pub struct Rejected {
    parts: BTreeMap<usize, (u64, String)>,
}

impl Rejected {
    /// Looks at a row that the search was asked about.
    pub fn count(&mut self, rule: &Rule, row: &DatasetRow) {
        let Some(given) = &row.given else {
            return;
        };
        if rule.plan.test(row) {
            return;
        }
        let met = rule.plan.parts_met(row);
        let part = met.iter().position(|met| !met).unwrap_or_default();
        let (rows, _) = self.parts.entry(part).or_insert_with(|| {
            let named = |name: &str| {
                let found = given.iter().find(|(known, _)| **known == *name);
                found.map_or_else(String::new, |(_, value)| {
                    visible(&value.as_text()).into_owned()
                })
            };
            let first = format!(
                "user '{}', dest '{}', process '{}'",
                named("user"),
                named("dest"),
                named("process")
            );
            (0, first)
        });
        *rows += 1;
    }

    /// In the order of the where-clause.
    pub fn rows(&self, rule: &Rule, clauses: &ClauseCounts) -> Vec<RejectedRows> {
        let texts = clauses.texts(rule);
        let parts = self.parts.iter();
        parts
            .map(|(part, (rows, first))| RejectedRows {
                clause: texts
                    .get(*part)
                    .map_or_else(String::new, |(text, _)| text.clone()),
                rows: *rows,
                first: first.clone(),
            })
            .collect()
    }
}
