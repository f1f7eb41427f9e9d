//! The grouped rows: filter, order, groups, selection. How a line looks is `ui`'s concern.

use crate::app::fields::Rows;
use crate::app::filter::{Filter, Term};
use crate::app::grouping::{GroupKey, GroupLine, Line, LineKey, Order, Plan, arrange, marked};
use crate::app::list::List;
use crate::app::moved::Moved;
use crate::event::Timestamp;
use crate::event::visible::visible;
use crate::store::{EventUrl, Finding, Index};
use std::collections::HashSet;
use unicode_width::UnicodeWidthStr;

/// The state of the pane.
#[derive(Debug, Clone, Default)]
pub struct FindingsPane {
    filter: Filter,
    /// The line as it is typed: a half-typed term is no condition yet.
    typed: String,
    order: Order,
    user_first: bool,
    closed: HashSet<GroupKey>,
    lines: Vec<Line>,
    /// The lines, the selected one, the window.
    pub list: List<LineKey>,
    stay: Vec<usize>,
    events: u64,
    columns: Columns,
    times: Vec<Timestamp>,
}

/// How wide the parts of a row are at most, in cells of a screen, and which are needed at all.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Columns {
    /// The rows are of more than one year.
    pub year: bool,
    /// Some time had no zone.
    pub assumed: bool,
    /// The letters of the sources.
    pub letters: usize,
    /// The parent's name.
    pub parent: usize,
    /// The URL's host.
    pub host: usize,
    /// The name of the file in the URL.
    pub file: usize,
    /// The URL's path.
    pub path: usize,
    /// The URL's role, where of a property only the name stands.
    pub role: usize,
    /// Digits of the number of events; 0 when all rows have one.
    pub count: usize,
}

/// What is known besides the rows: what an entity's row scores.
#[derive(Debug, Clone, Copy)]
pub struct Ground<'a> {
    /// The rows.
    pub rows: Rows<'a>,
    /// (field, score).
    pub scores: &'a [(String, u32)],
    /// What imported risk events score for an entity, lower-cased: (entity, sum).
    pub imported: &'a [(String, u64)],
}

impl FindingsPane {
    /// Takes new rows; `moved` says where the old ones are now. The selection stays on its row.
    pub(in crate::app) fn take_rows(&mut self, moved: &Moved<'_>, ground: Ground<'_>) {
        self.filter = Filter::parse(&self.typed, ground.rows);
        self.rebuild(ground, |key| match key {
            LineKey::Row(row) => moved.row(*row).map(LineKey::Row),
            group @ LineKey::Group(_) => Some(group.clone()),
        });
    }

    /// Filters by another line.
    pub fn set_filter(&mut self, text: &str, ground: Ground<'_>) {
        text.clone_into(&mut self.typed);
        self.filter = Filter::parse(text, ground.rows);
        self.rebuild(ground, |key| Some(key.clone()));
        self.show_groups();
    }

    /// Adds a condition, or removes it when it is there already.
    pub fn toggle_term(&mut self, term: Term, ground: Ground<'_>) {
        self.filter.toggle(term);
        self.typed = self.filter.text();
        self.rebuild(ground, |key| Some(key.clone()));
        self.show_groups();
    }

    /// Removes the last condition; its text, `None` when there was none.
    pub fn pop_term(&mut self, ground: Ground<'_>) -> Option<String> {
        let term = self.filter.pop()?;
        self.typed = self.filter.text();
        self.rebuild(ground, |key| Some(key.clone()));
        self.show_groups();
        Some(term.text().to_owned())
    }

    /// To the next order.
    pub fn sort(&mut self, ground: Ground<'_>) {
        self.order = self.order.next();
        self.rebuild(ground, |key| Some(key.clone()));
        self.show_groups();
    }

    /// Flips the chain of groups.
    pub fn flip(&mut self, ground: Ground<'_>) {
        self.user_first = !self.user_first;
        self.rebuild(ground, |key| match key {
            row @ LineKey::Row(_) => Some(row.clone()),
            // The same group read from the other end.
            LineKey::Group(path) => Some(LineKey::Group(path.iter().rev().cloned().collect())),
        });
        self.show_groups();
    }

    /// Opens or closes the selected group, or with `None` the other way round. Closing on a row
    /// closes its group and goes there, on a closed group it goes to the group above. Whether anything changed.
    pub fn fold(&mut self, open: Option<bool>, ground: Ground<'_>) -> bool {
        let selected = self.list.selected();
        let place = match self.lines.get(selected) {
            // A closed group can't be closed further: to the group it stands in.
            Some(Line::Group(group)) if !group.open && open == Some(false) => {
                let above = self.above(selected);
                if let Some(place) = above {
                    self.list.select(place);
                }
                return above.is_some();
            }
            Some(Line::Group(_)) => Some(selected),
            Some(Line::Row { .. }) if open != Some(true) => self.above(selected),
            _ => None,
        };
        let Some((key, was_open)) = place
            .and_then(|p| self.group(p))
            .map(|g| (g.key.clone(), g.open))
        else {
            return false;
        };
        let changed = open != Some(was_open);
        if was_open && open != Some(true) {
            self.closed.insert(key.clone());
        } else {
            self.closed.remove(&key);
        }
        self.list.select_key(&LineKey::Group(key));
        self.rebuild(ground, |key| Some(key.clone()));
        changed
    }

    /// The place of the group in which a line stands.
    fn above(&self, place: usize) -> Option<usize> {
        let depth = self.depth(place)?;
        (0..place)
            .rev()
            .find(|p| self.group(*p).is_some_and(|group| group.depth < depth))
    }

    fn depth(&self, place: usize) -> Option<usize> {
        Some(match self.lines.get(place)? {
            Line::Group(group) => group.depth,
            Line::Row { depth, .. } => *depth,
        })
    }

    fn group(&self, place: usize) -> Option<&GroupLine> {
        match self.lines.get(place)? {
            Line::Group(group) => Some(group),
            Line::Row { .. } => None,
        }
    }

    /// To the next row, past groups; backwards to the one before.
    pub fn go_to_row(&mut self, backwards: bool) {
        let is_row = |place: usize| matches!(self.lines.get(place), Some(Line::Row { .. }));
        if let Some(place) = self.list.find(backwards, is_row) {
            self.list.select(place);
        }
    }

    /// Selects the first row in sight of the list that a filter line keeps; false when none is.
    pub fn select_first(&mut self, text: &str, rows: Rows<'_>) -> bool {
        let kept = Filter::parse(text, rows).keep(rows);
        let wanted: HashSet<usize> = kept.into_iter().collect();
        let is_wanted = |line: &Line| matches!(line, Line::Row { row, .. } if wanted.contains(row));
        let place = self.lines.iter().position(is_wanted);
        if let Some(place) = place {
            self.list.select(place);
            self.show_groups();
        }
        place.is_some()
    }

    /// Scrolls so that the groups in which the selected line stands are in sight, the nearest
    /// first, as far as there is room.
    pub fn show_groups(&mut self) {
        let mut place = self.list.selected();
        while let Some(above) = self.above(place) {
            self.list.reveal(above);
            place = above;
        }
    }

    /// Makes the lines anew: what is known besides the rows has changed.
    pub fn refresh(&mut self, ground: Ground<'_>) {
        self.rebuild(ground, |key| Some(key.clone()));
    }

    fn rebuild(&mut self, ground: Ground<'_>, translate: impl Fn(&LineKey) -> Option<LineKey>) {
        let findings = ground.rows.findings;
        self.stay = if self.filter.is_empty() {
            (0..findings.findings.len()).collect()
        } else {
            self.filter.keep(ground.rows)
        };
        let stays = marked(findings.findings.len(), &self.stay);
        let times = findings.index().times.iter();
        let times = times.filter(|(_, row)| stays.get(*row as usize) == Some(&true));
        self.times = times.map(|(at, _)| *at).collect();
        let plan = Plan {
            chain: self.chain(),
            order: self.order,
            closed: &self.closed,
            scores: ground.scores,
            imported: ground.imported,
        };
        self.lines = arrange(findings, &self.stay, plan);
        self.events = findings.index().extent(&self.stay).count;
        self.columns = Columns::of(findings.index(), &self.stay);
        let keys = self.lines.iter().map(Line::key).collect();
        self.list
            .replace(keys, translate, |key| matches!(key, LineKey::Row(_)));
    }

    /// The fields to group by, from the top down.
    pub fn chain(&self) -> &'static [&'static str] {
        if self.user_first {
            &["user", "dest"]
        } else {
            &["dest", "user"]
        }
    }

    /// The order.
    pub fn order(&self) -> Order {
        self.order
    }

    /// The lines.
    pub fn lines(&self) -> &[Line] {
        &self.lines
    }

    /// The filter line.
    pub fn filter(&self) -> &Filter {
        &self.filter
    }

    /// The filter line as it was typed.
    pub fn filter_text(&self) -> &str {
        &self.typed
    }

    /// The rows that stay.
    pub fn rows(&self) -> &[usize] {
        &self.stay
    }

    /// Events behind the rows that stay.
    pub fn events(&self) -> u64 {
        self.events
    }

    /// When the events behind the rows that stay were, ascending.
    pub fn times(&self) -> &[Timestamp] {
        &self.times
    }

    /// How wide the parts of the rows are.
    pub fn columns(&self) -> Columns {
        self.columns
    }

    /// The selected line.
    pub fn selected_line(&self) -> Option<&Line> {
        self.lines.get(self.list.selected())
    }

    /// The selected row; of a group its first.
    pub fn selected_row(&self) -> Option<usize> {
        match self.selected_line()? {
            Line::Row { row, .. } => Some(*row),
            Line::Group(group) => group.rows.first().copied(),
        }
    }

    /// The selected line when it is a group's.
    pub fn selected_group(&self) -> Option<&GroupLine> {
        self.group(self.list.selected())
    }
}

impl Columns {
    fn of(index: &Index, rows: &[usize]) -> Self {
        let sum = index.extent(rows);
        let extents = rows.iter().filter_map(|row| index.extents.get(*row));
        let most = extents.map(|extent| extent.count).max().unwrap_or(0);
        let ids = |field: &str| index.column(field).map(|column| &column.ids);
        Self {
            year: sum.first.map(Timestamp::year) != sum.last.map(Timestamp::year),
            assumed: sum.assumed,
            letters: ids("source").map_or(0, |ids| ids.most(rows)),
            parent: widest(index, rows, "parent_process_name", shown_width),
            host: widest(index, rows, "url_host", shown_width),
            file: widest(index, rows, "url_path", |path| {
                let name = file_name(path);
                // With the sign that the rest is left out, when it is.
                shown_width(name) + usize::from(name.len() < path.len())
            }),
            path: widest(index, rows, "url_path", shown_width),
            role: widest(index, rows, "role", |role| {
                let name = role.strip_prefix("property ");
                name.map_or(shown_width(role), |name| shown_width(name) + 1)
            }),
            count: if most > 1 { most.to_string().len() } else { 0 },
        }
    }
}

/// The widest that a field's values are in some rows.
fn widest(index: &Index, rows: &[usize], field: &str, width: impl Fn(&str) -> usize) -> usize {
    let Some(column) = index.column(field) else {
        return 0;
    };
    let among = column.among(rows).into_iter().enumerate();
    let shown = among.filter(|(_, among)| *among);
    shown
        .map(|(id, _)| width(column.lower(id)))
        .max()
        .unwrap_or(0)
}

/// Cells that a text takes when it is shown.
fn shown_width(text: &str) -> usize {
    if text.is_ascii() {
        text.len()
    } else {
        visible(text).width()
    }
}

/// The last part of a URL's path, with the slash before it and without a query.
pub fn file_name(path: &str) -> &str {
    let path = path.split(['?', '#']).next().unwrap_or(path);
    let from = path.rfind('/').unwrap_or(0);
    path.get(from..).unwrap_or(path)
}

/// The URL that stands for a row: what is installed before what is merely named.
pub fn main_url(finding: &Finding) -> Option<&EventUrl> {
    const RANKS: [&str; 4] = ["package", "patch", "transform", "source"];
    let rank = |url: &&EventUrl| RANKS.iter().position(|r| **r == *url.role);
    let of_rank = |url: &&EventUrl| rank(url).unwrap_or(RANKS.len());
    finding.urls.iter().min_by_key(of_rank)
}
