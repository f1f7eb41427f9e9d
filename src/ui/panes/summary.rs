//! The details' Summary: what a person needs of a row first, or of a group.

use crate::app::App;
use crate::app::copying::defang;
use crate::app::grouping::GroupLine;
use crate::app::subject::{Subject, is_told};
use crate::event::Timestamp;
use crate::store::{Finding, KnownBy, StoredEvent};
use crate::ui::figures::{counted, grouped, long};
use crate::ui::text::Line;
use crate::ui::theme::{Role, Theme};
use std::sync::Arc;

/// Cells of the names at the left.
const NAME: usize = 10;
/// How many rows of a group are looked at: they are counted at every draw.
const COUNTED: usize = 100_000;
/// How many values of a group are listed for a field.
const VALUES: usize = 6;

/// The text; with few lines to show it in, `tight`, no line is left blank.
pub fn text(app: &App, tight: bool, theme: Theme) -> Vec<(Line, usize)> {
    let writer = Writer { app, tight, theme };
    if let Some(group) = app.rows.selected_group() {
        return writer.group(group);
    }
    let finding = app.rows.selected_row();
    match finding.and_then(|row| app.findings.findings.get(row)) {
        Some(finding) => writer.finding(finding),
        None => Vec::new(),
    }
}

struct Writer<'a> {
    app: &'a App,
    tight: bool,
    theme: Theme,
}

impl Writer<'_> {
    fn named(&self, name: &str, mut value: Line) -> (Line, usize) {
        let mut line = vec![
            self.theme.column(name, NAME, Role::Dim),
            self.theme.blank(1),
        ];
        line.append(&mut value);
        (line, NAME + 1)
    }

    fn finding(&self, finding: &Finding) -> Vec<(Line, usize)> {
        let theme = self.theme;
        let cell = |field: &str| self.app.findings.text(finding.row, field);
        let event = self.app.shown_event().map(|(_, event)| &**event);
        let mut lines = Vec::new();
        lines.extend(self.chain(event, &cell).map(|chain| (chain, 2)));
        let process = cell("process");
        let subject = Subject::of(&self.app.findings, finding.row);
        let headline = self.app.headline();
        let headline = headline.as_ref().map_or("", |(_, text)| text);
        lines.push((vec![theme.data(headline, Role::Strong)], 0));
        if !self.tight {
            lines.push((Line::new(), 0));
        }
        let urls = self.urls(finding, event);
        let who = [
            self.named("user", self.user(finding, event)),
            self.named("dest", self.dest(finding)),
            self.named("time", self.times(finding)),
        ];
        // The URL stands in the command line too, just above.
        let (first, then) = if self.tight {
            (who.to_vec(), urls)
        } else {
            (urls, who.to_vec())
        };
        lines.extend(first);
        lines.extend(then);
        lines.extend(self.others(&subject));
        lines.extend(event.into_iter().flat_map(|event| self.place(event)));
        let given = event.and_then(|e| e.parent_command_line.as_deref());
        let parent = cell("parent_process");
        let parent = given.unwrap_or(&parent);
        if is_told(parent) {
            lines.push(self.named("parent", vec![theme.data(parent, Role::Plain)]));
        }
        lines.extend(event.into_iter().flat_map(|event| self.source(event)));
        if headline != process && is_told(&process) {
            let note = vec![theme.data(process, Role::Plain)];
            lines.push(self.named("process", note));
        }
        if let Some(remark) = event.and_then(|event| event.remark.as_ref()) {
            lines.push(self.named("remark", vec![theme.data(remark, Role::Warn)]));
        }
        lines
    }

    /// The values of what a row is about, beside the one that is the headline.
    fn others(&self, subject: &Subject) -> Vec<(Line, usize)> {
        let others = subject.values.get(1..).unwrap_or_default();
        let longest = others.iter().map(|(name, _)| name.len()).max();
        let wide = longest.unwrap_or(0).max(NAME);
        let line = |(name, text): &(Arc<str>, String)| {
            let name = self.theme.column(name, wide, Role::Dim);
            let value = self.theme.data(text, Role::Plain);
            (vec![name, self.theme.blank(1), value], wide + 1)
        };
        others.iter().map(line).collect()
    }

    /// What started what, as far as the record and the creations before it tell; `None` where
    /// neither the row nor the record names a process.
    fn chain(&self, event: Option<&StoredEvent>, cell: &impl Fn(&str) -> String) -> Option<Line> {
        let theme = self.theme;
        let mut line = Line::new();
        let grandparent = event.and_then(|event| event.grandparent.as_ref());
        let recorded = |name: Option<&Arc<str>>| name.map_or(String::new(), ToString::to_string);
        let or = |cell: String, recorded: String| if cell.is_empty() { recorded } else { cell };
        let parent = cell("parent_process_name");
        let parent = or(
            parent,
            recorded(event.and_then(|event| event.parent.name.as_ref())),
        );
        let image = recorded(event.and_then(|event| event.image.as_ref()));
        let image = image.rsplit(['\\', '/']).next().unwrap_or_default();
        let process = or(cell("process_name"), image.to_owned());
        if process.is_empty() && parent.is_empty() {
            return None;
        }
        if let Some(grandparent) = grandparent {
            line.push(theme.data(&grandparent.name, Role::Plain));
            if grandparent.by == KnownBy::ProcessId {
                line.push(theme.label(" (by pid)", Role::Dim));
            }
            line.push(theme.label(" ▸ ", Role::Dim));
        }
        if !parent.is_empty() {
            line.push(theme.data(parent, Role::Plain));
            line.push(theme.label(" ▸ ", Role::Dim));
        }
        line.push(theme.data(process, Role::Strong));
        Some(line)
    }

    fn urls(&self, finding: &Finding, event: Option<&StoredEvent>) -> Vec<(Line, usize)> {
        let urls = event.map_or(&finding.urls, |event| &event.urls);
        let line = |url: &crate::store::EventUrl| {
            let value = vec![
                self.theme.data(defang(&url.text), Role::Value),
                self.theme.data(format!("  {}", url.role), Role::Plain),
            ];
            self.named("url", value)
        };
        urls.iter().map(line).collect()
    }

    fn user(&self, finding: &Finding, event: Option<&StoredEvent>) -> Line {
        let theme = self.theme;
        let user = self.app.findings.text(finding.row, "user");
        let account = event.and_then(|e| e.account.as_deref()).unwrap_or(&user);
        let mut line = vec![theme.data(account, Role::Strong)];
        if account != user {
            line.push(theme.data(format!(" (row: {user})"), Role::Dim));
        }
        let integrity = self
            .app
            .findings
            .text(finding.row, "process_integrity_level");
        if is_told(&integrity) {
            line.push(theme.data(format!("  {integrity}"), Role::Plain));
        }
        line
    }

    fn dest(&self, finding: &Finding) -> Line {
        let theme = self.theme;
        let dest = self.app.findings.text(finding.row, "dest");
        let mut line = vec![theme.data(&dest, Role::Strong)];
        if *finding.endpoint != *dest {
            let text = format!("  ran on {}; dest is the flow's far end", finding.endpoint);
            line.push(theme.data(text, Role::Warn));
        }
        line
    }

    fn times(&self, finding: &Finding) -> Line {
        let theme = self.theme;
        let print = |at: Timestamp| at.rfc3339(self.app.zone);
        let mark = if finding.assumed_time { "~" } else { "" };
        let times = match (finding.first, finding.last) {
            (Some(first), Some(last)) if first == last => format!("{mark}{}", print(first)),
            (Some(first), Some(last)) => format!("{mark}{} … {mark}{}", print(first), print(last)),
            _ => "no time".to_owned(),
        };
        let mut line = vec![
            theme.label(times, Role::Plain),
            theme.label(format!("  count {}", grouped(finding.count)), Role::Plain),
        ];
        if finding.assumed_time {
            line.push(theme.label("  ~ no zone in the log, one is assumed", Role::Warn));
        }
        line
    }

    /// File and record, and the other copies.
    fn place(&self, event: &StoredEvent) -> Vec<(Line, usize)> {
        let line = |name: &str, locator: &crate::event::Locator| {
            let file = self.app.sources.get(locator.source.0 as usize);
            let file = match file.map(|file| &**file) {
                Some("-") => "standard input",
                Some(file) => file,
                None => "",
            };
            let place = format!("{file} {}", locator.position);
            self.named(name, vec![self.theme.data(place, Role::Plain)])
        };
        let copies = event.also_in.iter().map(|copy| line("also in", copy));
        [line("file", &event.locator)]
            .into_iter()
            .chain(copies)
            .collect()
    }

    fn source(&self, event: &StoredEvent) -> Vec<(Line, usize)> {
        let theme = self.theme;
        let mut source = vec![theme.data(&event.source, Role::Plain)];
        if let Some(id) = event.event_id {
            source.push(theme.label(format!(" · event {id}"), Role::Plain));
        }
        if let Some(channel) = &event.channel {
            source.push(theme.label(" · ", Role::Dim));
            source.push(theme.data(channel, Role::Plain));
        }
        vec![self.named("source", source)]
    }

    fn group(&self, group: &GroupLine) -> Vec<(Line, usize)> {
        let theme = self.theme;
        let mut title = Line::new();
        for (place, label) in group.labels.iter().enumerate() {
            if place > 0 {
                title.push(theme.label(" ▸ ", Role::Dim));
            }
            title.push(theme.data(label, Role::Strong));
        }
        let rows = counted(long(group.rows.len()), "row");
        let events = counted(group.events, "event");
        let mut lines = vec![
            (title, 2),
            (
                vec![theme.label(format!("{rows} · {events}"), Role::Plain)],
                0,
            ),
        ];
        if let Some((first, last)) = group.first.zip(group.last) {
            let zone = self.app.zone;
            let text = format!("{} … {}", first.rfc3339(zone), last.rfc3339(zone));
            lines.push((vec![theme.label(text, Role::Plain)], 0));
        }
        if let Some(risk) = group.risk {
            let entity = group.labels.first().map_or("", |label| label);
            let text = format!(
                "risk {} of {entity}, all its rows, whatever is filtered",
                grouped(risk)
            );
            lines.push((vec![theme.data(text, Role::Plain)], 0));
        }
        if group.rows.len() > COUNTED {
            let text = format!("values of the first {} rows:", grouped(long(COUNTED)));
            lines.push((vec![theme.label(text, Role::Warn)], 0));
        }
        for field in [
            "user",
            "dest",
            "parent_process_name",
            "url_host",
            "role",
            "source",
        ] {
            lines.extend(self.values(group, field));
        }
        lines
    }

    /// The values of a field in a group, most frequent first.
    fn values(&self, group: &GroupLine, field: &str) -> Vec<(Line, usize)> {
        let theme = self.theme;
        let rows = group.rows.get(..COUNTED).unwrap_or(&group.rows);
        let column = self.app.findings.index().column(field);
        let mut counts = column.map_or(Vec::new(), |column| column.counts(rows));
        let most = |a: &(u64, &Arc<str>), b: &(u64, &Arc<str>)| b.0.cmp(&a.0).then(a.1.cmp(b.1));
        let more = counts.len().saturating_sub(VALUES);
        if more > 0 {
            counts.select_nth_unstable_by(VALUES, most);
            counts.truncate(VALUES);
        }
        counts.sort_by(most);
        if counts.is_empty() {
            return Vec::new();
        }
        let name = if field == "parent_process_name" {
            "parent"
        } else {
            field
        };
        let mut lines = vec![(Line::new(), 0)];
        for (place, (number, value)) in counts.into_iter().enumerate() {
            let name = if place == 0 { name } else { "" };
            let value = vec![
                theme.right_column(&grouped(number), 6, Role::Plain),
                theme.blank(2),
                theme.data(value, Role::Plain),
            ];
            lines.push(self.named(name, value));
        }
        if more > 0 {
            lines.push(self.named(
                "",
                vec![theme.label(format!("        and {more} more"), Role::Dim)],
            ));
        }
        lines
    }
}
