//! Orders the rows that stay and puts them under groups: dest ▸ user or user ▸ dest, as far as
//! the search has such columns. A group with one child is one line. Decides nothing about drawing.

use crate::event::Timestamp;
use crate::store::{Finding, Findings};
use std::cmp::{Ordering, Reverse};
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

/// In which order rows and groups stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Order {
    /// By the first event, earliest first.
    #[default]
    Oldest,
    /// By the last event, latest first.
    Newest,
    /// By the number of events, most first.
    Most,
}

impl Order {
    /// The one that comes after it.
    #[must_use]
    pub fn next(self) -> Self {
        match self {
            Self::Oldest => Self::Newest,
            Self::Newest => Self::Most,
            Self::Most => Self::Oldest,
        }
    }

    /// As a pane's title says it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Oldest => "oldest first",
            Self::Newest => "newest first",
            Self::Most => "most events first",
        }
    }
}

/// A group by its labels from the top down, lower-cased.
pub type GroupKey = Arc<[String]>;

/// A line of the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Line {
    /// Of a group.
    Group(GroupLine),
    /// Of a row, by its place in the table.
    Row {
        /// The row.
        row: usize,
        /// Under how many groups it stands.
        depth: usize,
    },
}

/// What is known of a line whichever order it stands in.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum LineKey {
    /// A group.
    Group(GroupKey),
    /// A row by its place in the table.
    Row(usize),
}

/// A group's line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GroupLine {
    /// Which group.
    pub key: GroupKey,
    /// The labels on the line: two where a group has one child.
    pub labels: Vec<Arc<str>>,
    /// How deep it stands.
    pub depth: usize,
    /// Whether its rows are shown.
    pub open: bool,
    /// Its rows that stay, in order.
    pub rows: Vec<usize>,
    /// Events behind them.
    pub events: u64,
    /// Time of the first event.
    pub first: Option<Timestamp>,
    /// Time of the last event.
    pub last: Option<Timestamp>,
    /// Sum of the scores of the entity's risk events, all of them, whatever is filtered; `None`
    /// where the group is not one entity (splunk-es.md, its decisions).
    pub risk: Option<u64>,
}

impl Line {
    /// Its key.
    pub fn key(&self) -> LineKey {
        match self {
            Self::Group(group) => LineKey::Group(group.key.clone()),
            Self::Row { row, .. } => LineKey::Row(*row),
        }
    }
}

/// How to arrange.
#[derive(Debug, Clone, Copy)]
pub struct Plan<'a> {
    /// The fields to group by from the top down; none: a flat list.
    pub chain: &'a [&'a str],
    /// The order of groups and rows.
    pub order: Order,
    /// The groups that are closed.
    pub closed: &'a HashSet<GroupKey>,
    /// What a row scores for an entity: (field, score).
    pub scores: &'a [(String, u32)],
}

/// The lines of the list for the rows that stay.
pub fn arrange(findings: &Findings, stay: &[usize], plan: Plan<'_>) -> Vec<Line> {
    let mut rows: Vec<usize> = stay.to_vec();
    rows.sort_by(|a, b| by_order(plan.order, findings, *a, *b));
    let chain: Vec<&str> = plan
        .chain
        .iter()
        .copied()
        .filter(|field| findings.table.column(field).is_some())
        .collect();
    let arranger = Arranger {
        findings,
        plan,
        entities: chain.first().map(|field| entities(findings, field)),
    };
    let mut lines = Vec::with_capacity(rows.len() + rows.len() / 2);
    let above = Above {
        path: &[],
        depth: 0,
    };
    arranger.put(&mut lines, &rows, &chain, above);
    lines
}

/// The label under which a row stands for a field. Hosts are counted by the machine on which it
/// ran, which for NVM is not its dest (product.md).
fn label(findings: &Findings, row: usize, field: &str) -> Arc<str> {
    let endpoint = findings.findings.get(row).map(|f| f.endpoint.clone());
    match endpoint {
        Some(endpoint) if field == "dest" && !endpoint.is_empty() => endpoint,
        _ => Arc::from(findings.text(row, field)),
    }
}

/// For each value of a field: how many rows carry it. These are the rows that make risk events.
fn entities(findings: &Findings, field: &str) -> HashMap<String, u64> {
    let mut counts = HashMap::new();
    for row in 0..findings.findings.len() {
        let value = findings.text(row, field).to_lowercase();
        *counts.entry(value).or_insert(0) += 1;
    }
    counts
}

struct Arranger<'a> {
    findings: &'a Findings,
    plan: Plan<'a>,
    entities: Option<HashMap<String, u64>>,
}

/// The groups under which something stands: their labels, and the lines they take.
#[derive(Clone, Copy)]
struct Above<'a> {
    path: &'a [Arc<str>],
    depth: usize,
}

struct Part {
    label: Arc<str>,
    rows: Vec<usize>,
}

impl Arranger<'_> {
    fn put(&self, lines: &mut Vec<Line>, rows: &[usize], chain: &[&str], above: Above<'_>) {
        let depth = above.depth;
        let Some((field, rest)) = chain.split_first() else {
            lines.extend(rows.iter().map(|row| Line::Row { row: *row, depth }));
            return;
        };
        for part in self.parts(rows, field) {
            let mut labels = vec![part.label];
            let mut rest = rest;
            while let Some((next, after)) = rest.split_first()
                && let [one] = self.parts(&part.rows, next).as_slice()
            {
                labels.push(one.label.clone());
                rest = after;
            }
            let path: Vec<Arc<str>> = above.path.iter().chain(&labels).cloned().collect();
            let group = self.group_line(&path, labels, part.rows, depth);
            let inside = group.open.then(|| group.rows.clone());
            lines.push(Line::Group(group));
            if let Some(rows) = inside {
                let depth = depth + 1;
                self.put(lines, &rows, rest, Above { path: &path, depth });
            }
        }
    }

    /// The rows by their label, in the plan's order. Labels that differ only in case are one.
    fn parts(&self, rows: &[usize], field: &str) -> Vec<Part> {
        let mut places: HashMap<String, usize> = HashMap::new();
        let mut parts: Vec<Part> = Vec::new();
        for row in rows {
            let label = label(self.findings, *row, field);
            let place = *places.entry(label.to_lowercase()).or_insert(parts.len());
            match parts.get_mut(place) {
                Some(part) => part.rows.push(*row),
                None => parts.push(Part {
                    label,
                    rows: vec![*row],
                }),
            }
        }
        if self.plan.order == Order::Most {
            // Rows came sorted, so that for the other orders the first row of a group stands for
            // it; for this one the sum does.
            parts.sort_by_cached_key(|part| Reverse(self.events(&part.rows)));
        }
        parts
    }

    fn events(&self, rows: &[usize]) -> u64 {
        self.of(rows).map(|finding| finding.count).sum()
    }

    fn of(&self, rows: &[usize]) -> impl Iterator<Item = &Finding> {
        rows.iter()
            .filter_map(|row| self.findings.findings.get(*row))
    }

    fn group_line(
        &self,
        path: &[Arc<str>],
        labels: Vec<Arc<str>>,
        rows: Vec<usize>,
        depth: usize,
    ) -> GroupLine {
        let key: GroupKey = path.iter().map(|label| label.to_lowercase()).collect();
        GroupLine {
            open: !self.plan.closed.contains(&key),
            events: self.events(&rows),
            first: self.of(&rows).filter_map(|f| f.first).min(),
            last: self.of(&rows).filter_map(|f| f.last).max(),
            risk: (depth == 0).then(|| self.risk(path, &rows)).flatten(),
            key,
            labels,
            depth,
            rows,
        }
    }

    fn risk(&self, path: &[Arc<str>], rows: &[usize]) -> Option<u64> {
        let entity = path.first()?.to_lowercase();
        let field = self.plan.chain.first()?;
        let (_, score) = self.plan.scores.iter().find(|(f, _)| f == field)?;
        let one_entity = |row: &usize| self.findings.text(*row, field).to_lowercase() == entity;
        if entity.is_empty() || !rows.iter().all(one_entity) {
            return None;
        }
        let count = self.entities.as_ref()?.get(&entity)?;
        Some(count * u64::from(*score))
    }
}

/// Rows without a time come last in either direction; the table's own order breaks ties.
fn by_order(order: Order, findings: &Findings, a: usize, b: usize) -> Ordering {
    let (Some(left), Some(right)) = (findings.findings.get(a), findings.findings.get(b)) else {
        return a.cmp(&b);
    };
    let timeless = |f: &Finding| f.first.is_none();
    let oldest = || (timeless(left), left.first).cmp(&(timeless(right), right.first));
    let ordering = match order {
        Order::Oldest => oldest(),
        Order::Newest => right.last.cmp(&left.last),
        Order::Most => right.count.cmp(&left.count).then_with(oldest),
    };
    ordering.then(a.cmp(&b))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::Value;
    use crate::search::{Row, Table};

    /// Rows of (user, dest, first second, events).
    fn findings(rows: &[(&str, &str, i64, u64)]) -> Findings {
        let table = Table {
            columns: ["user", "dest"].map(Into::into).to_vec(),
            rows: rows
                .iter()
                .map(|(user, dest, _, _)| Row {
                    cells: [user, dest].map(|c| Some(Value::text(c))).to_vec(),
                    events: vec![],
                })
                .collect(),
        };
        let mut findings = Findings::new(table, vec![]);
        for (finding, (_, _, first, count)) in findings.findings.iter_mut().zip(rows) {
            finding.first = (*first >= 0).then(|| Timestamp::from_ticks(*first));
            finding.last = finding.first;
            finding.count = *count;
        }
        findings
    }

    fn shown(findings: &Findings, chain: &[&str], order: Order, closed: &[&[&str]]) -> Vec<String> {
        let stay: Vec<usize> = (0..findings.findings.len()).collect();
        let closed = closed
            .iter()
            .map(|path| path.iter().map(|l| (*l).to_owned()).collect())
            .collect();
        let scores = [("user".to_owned(), 30), ("dest".to_owned(), 30)];
        let plan = Plan {
            chain,
            order,
            closed: &closed,
            scores: &scores,
        };
        let line = |line: Line| match line {
            Line::Row { row, depth } => format!("{}{row}", " ".repeat(depth)),
            Line::Group(g) => format!(
                "{}{} {}r {}e {:?}",
                " ".repeat(g.depth),
                g.labels.join(">"),
                g.rows.len(),
                g.events,
                g.risk
            ),
        };
        arrange(findings, &stay, plan)
            .into_iter()
            .map(line)
            .collect()
    }

    #[test]
    fn a_group_with_one_child_is_one_line() {
        let findings = findings(&[
            ("a", "h1", 5, 1),
            ("b", "h2", 1, 2),
            ("c", "H2", 3, 1),
            ("a", "h1", 4, 1),
        ]);
        let lines = shown(&findings, &["dest", "user"], Order::Oldest, &[]);
        assert_eq!(
            lines,
            [
                "h2 2r 3e Some(60)",
                " b 1r 2e None",
                "  1",
                " c 1r 1e None",
                "  2",
                "h1>a 2r 2e Some(60)",
                " 3",
                " 0"
            ]
        );
        let lines = shown(&findings, &["dest", "user"], Order::Most, &[&["h2"]]);
        assert_eq!(lines.first().unwrap(), "h2 2r 3e Some(60)");
        assert_eq!(lines.get(1).unwrap(), "h1>a 2r 2e Some(60)");
    }

    #[test]
    fn rows_without_time_come_last() {
        let findings = findings(&[("a", "h", -1, 1), ("a", "h", 7, 1), ("a", "h", 9, 1)]);
        for (order, rows) in [
            (Order::Oldest, ["1", "2", "0"]),
            (Order::Newest, ["2", "1", "0"]),
        ] {
            assert_eq!(shown(&findings, &[], order, &[]), rows);
        }
        assert_eq!(shown(&findings, &["process"], Order::Oldest, &[]).len(), 3);
    }

    #[test]
    fn a_machine_that_is_not_its_dest_has_no_risk_of_its_own() {
        let mut findings = findings(&[("a", "203.0.113.9", 1, 1), ("b", "h", 2, 1)]);
        for finding in &mut findings.findings {
            finding.endpoint = "ws-1".into();
        }
        let lines = shown(&findings, &["dest"], Order::Oldest, &[]);
        assert_eq!(lines.first().unwrap(), "ws-1 2r 2e None");
    }
}
