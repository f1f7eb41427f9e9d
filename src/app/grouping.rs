//! Orders the rows that stay and puts them under groups: dest ▸ user or user ▸ dest, as far as
//! the search has such columns. A group with one child is one line. Decides nothing about drawing.

use crate::event::Timestamp;
use crate::store::{Column, Findings, Index};
use foldhash::fast::RandomState;
use hashbrown::HashMap;
use std::cmp::Reverse;
use std::collections::HashSet;
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
    Group(Box<GroupLine>),
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
    /// What imported risk events score for an entity, lower-cased: (entity, sum).
    pub imported: &'a [(String, u64)],
}

/// The lines of the list for the rows that stay.
pub fn arrange(findings: &Findings, stay: &[usize], plan: Plan<'_>) -> Vec<Line> {
    let index = findings.index();
    let order = match plan.order {
        Order::Oldest => &index.oldest,
        Order::Newest => &index.newest,
        Order::Most => &index.most,
    };
    let stays = marked(findings.findings.len(), stay);
    let ordered = order.iter().map(|row| *row as usize);
    let rows: Vec<usize> = ordered
        .filter(|row| stays.get(*row) == Some(&true))
        .collect();
    let has = |field: &&&str| findings.table.column(field).is_some();
    let chain = plan.chain.iter().filter(has);
    let chain: Vec<Level<'_>> = chain
        .filter_map(|field| Level::of(findings, field))
        .collect();
    let arranger = Arranger {
        index,
        plan,
        imported: plan
            .imported
            .iter()
            .map(|(name, sum)| (name.as_str(), *sum))
            .collect(),
        entities: chain
            .first()
            .and_then(|top| Entities::of(findings, top.field)),
    };
    let mut lines = Vec::with_capacity(rows.len() + rows.len() / 2);
    let above = Above {
        path: &[],
        depth: 0,
    };
    arranger.put(&mut lines, &rows, &chain, above);
    lines
}

/// Which of so many rows are in a list of them.
pub fn marked(count: usize, rows: &[usize]) -> Vec<bool> {
    let mut marks = vec![false; count];
    for row in rows {
        if let Some(mark) = marks.get_mut(*row) {
            *mark = true;
        }
    }
    marks
}

/// A field that rows are grouped by. Hosts are counted by the machine on which the process ran,
/// which for NVM is not its dest (product.md).
struct Level<'a> {
    field: &'a str,
    column: &'a Column,
    folded: &'a [usize],
}

impl<'a> Level<'a> {
    fn of(findings: &'a Findings, field: &'a str) -> Option<Self> {
        let index = findings.index();
        let column = match field {
            "dest" => index.machine(),
            _ => index.whole(field)?,
        };
        Some(Self {
            field,
            column,
            folded: column.folded(),
        })
    }

    /// What rows of one group have in common: labels that differ only in case are one, and none
    /// is an empty one.
    fn key(&self, row: usize) -> Option<usize> {
        let id = *self.folded.get(self.column.ids.of(row)?)?;
        (!self.column.value(id).is_empty()).then_some(id)
    }

    fn label(&self, row: usize) -> Arc<str> {
        let id = self.column.ids.of(row);
        id.map_or_else(|| Arc::from(""), |id| self.column.value(id).clone())
    }
}

/// How many rows carry each value of a field: these are the rows that make risk events.
struct Entities<'a> {
    level: Level<'a>,
    counts: Vec<u64>,
}

impl<'a> Entities<'a> {
    fn of(findings: &'a Findings, field: &'a str) -> Option<Self> {
        let column = findings.index().whole(field)?;
        let level = Level {
            field,
            column,
            folded: column.folded(),
        };
        let mut counts = vec![0; column.len()];
        for row in 0..findings.findings.len() {
            if let Some(count) = level.key(row).and_then(|id| counts.get_mut(id)) {
                *count += 1;
            }
        }
        Some(Self { level, counts })
    }

    /// Rows of the entity of that name, when all these rows are of it.
    fn count(&self, name: &str, rows: &[usize]) -> Option<u64> {
        let id = self.level.key(*rows.first()?)?;
        let same = self.level.column.lower(id) == name;
        let all = same && rows.iter().all(|row| self.level.key(*row) == Some(id));
        self.counts.get(id).copied().filter(|_| all)
    }
}

struct Arranger<'a> {
    index: &'a Index,
    plan: Plan<'a>,
    entities: Option<Entities<'a>>,
    imported: HashMap<&'a str, u64, RandomState>,
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
    fn put(&self, lines: &mut Vec<Line>, rows: &[usize], chain: &[Level<'_>], above: Above<'_>) {
        let depth = above.depth;
        let Some((level, rest)) = chain.split_first() else {
            lines.extend(rows.iter().map(|row| Line::Row { row: *row, depth }));
            return;
        };
        for part in self.parts(rows, level) {
            let mut labels = vec![part.label];
            let mut rest = rest;
            while let Some((next, after)) = rest.split_first()
                && let Some(one) = only_label(&part.rows, next)
            {
                labels.push(one);
                rest = after;
            }
            let path: Vec<Arc<str>> = above.path.iter().chain(&labels).cloned().collect();
            let group = self.group_line(&path, labels, part.rows, depth);
            let inside = group.open.then(|| group.rows.clone());
            lines.push(Line::Group(Box::new(group)));
            if let Some(rows) = inside {
                let depth = depth + 1;
                self.put(lines, &rows, rest, Above { path: &path, depth });
            }
        }
    }

    /// The rows by their label, in the plan's order.
    fn parts(&self, rows: &[usize], level: &Level<'_>) -> Vec<Part> {
        let mut places: HashMap<Option<usize>, usize, RandomState> = HashMap::default();
        let mut parts: Vec<Part> = Vec::new();
        for row in rows {
            let place = *places.entry(level.key(*row)).or_insert(parts.len());
            match parts.get_mut(place) {
                Some(part) => part.rows.push(*row),
                None => parts.push(Part {
                    label: level.label(*row),
                    rows: vec![*row],
                }),
            }
        }
        if self.plan.order == Order::Most {
            // Rows came sorted, so that for the other orders the first row of a group stands for
            // it; for this one the sum does.
            parts.sort_by_cached_key(|part| Reverse(self.index.extent(&part.rows).count));
        }
        parts
    }

    fn group_line(
        &self,
        path: &[Arc<str>],
        labels: Vec<Arc<str>>,
        rows: Vec<usize>,
        depth: usize,
    ) -> GroupLine {
        let key: GroupKey = path.iter().map(|label| label.to_lowercase()).collect();
        let sum = self.index.extent(&rows);
        GroupLine {
            open: !self.plan.closed.contains(&key),
            events: sum.count,
            first: sum.first,
            last: sum.last,
            risk: (depth == 0).then(|| self.risk(path, &rows)).flatten(),
            key,
            labels,
            depth,
            rows,
        }
    }

    fn risk(&self, path: &[Arc<str>], rows: &[usize]) -> Option<u64> {
        let entities = self.entities.as_ref()?;
        let mut scores = self.plan.scores.iter();
        let (_, score) = scores.find(|(field, _)| field == entities.level.field)?;
        let entity = path.first()?.to_lowercase();
        let count = entities.count(&entity, rows)?;
        let imported = self.imported.get(entity.trim()).copied().unwrap_or(0);
        Some(count * u64::from(*score) + imported)
    }
}

/// The label of rows that all have the same.
fn only_label(rows: &[usize], level: &Level<'_>) -> Option<Arc<str>> {
    let first = *rows.first()?;
    let key = level.key(first);
    let same = rows.iter().all(|row| level.key(*row) == key);
    same.then(|| level.label(first))
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
            imported: &[],
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
