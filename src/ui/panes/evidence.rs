//! The ledger: totals that add up, then by host and file what was read and what was not, with the
//! account of the selected line beside it.

use super::details::padded;
use super::findings::split;
use crate::app::panes::evidence::{EvidenceLine, Group};
use crate::app::{App, Pane};
use crate::evidence::ledger::{BadEntry, EventName, FileEntry, HostEntry, Ledger, Status};
use crate::ui::canvas::Canvas;
use crate::ui::figures::{counted, grouped, ledger_time, long, percent, size};
use crate::ui::text::{self, Line, wrap};
use crate::ui::theme::{Role, Theme};
use crate::worker::Stage;
use ratatui::layout::Rect;

/// Draws the view.
pub fn draw(app: &App, canvas: &mut Canvas<'_>, area: Rect) {
    let theme = canvas.theme();
    let Some(loaded) = &app.loaded else {
        let line = vec![theme.label(unfinished(app), Role::Plain)];
        let inside = padded(area);
        for (y, line) in wrap(&line, usize::from(inside.width), 0).iter().enumerate() {
            canvas.line(text::row(inside, y), line);
        }
        return;
    };
    let ledger = &loaded.ledger;
    let mut body = area;
    if !app.expanded {
        let inside = padded(area);
        let lines = totals(app, ledger, theme);
        let room = usize::from(inside.width);
        let lines: Vec<Line> = lines.iter().flat_map(|line| wrap(line, room, 2)).collect();
        for (y, line) in lines.iter().enumerate() {
            canvas.line(text::row(inside, y), line);
        }
        let height = usize::from(area.height);
        body = text::rows(area, lines.len(), height.saturating_sub(lines.len()));
    }
    let focus = app.focused_pane();
    if app.expanded || body.height < 10 {
        if focus == Pane::Account {
            draw_account(app, ledger, canvas, body, true);
        } else {
            draw_list(app, ledger, canvas, body, true);
        }
        return;
    }
    let (list, beside) = split(body);
    draw_list(app, ledger, canvas, list, focus == Pane::Evidence);
    draw_account(app, ledger, canvas, beside, focus == Pane::Account);
}

/// What is said before the account stands.
fn unfinished(app: &App) -> String {
    let p = &app.progress;
    let files = format!(
        "{} of {} read",
        grouped(p.files_done),
        counted(p.files_total, "file")
    );
    if p.stage == Stage::Rows {
        return format!(
            "{files}. The search looks at the records that can matter to it, and at no others. What \
             was read of which host and file is counted when all rows are found."
        );
    }
    let figures = format!(
        "{files}, {}, {}",
        counted(p.records, "record"),
        counted(p.creations, p.event.full()),
    );
    if p.stage == Stage::Index {
        return format!(
            "All rows are found, and the evidence is counted: {figures}. These figures are not \
             final. The account by host and file stands when the indexing has ended."
        );
    }
    format!("{figures}. The account stands when reading has ended.")
}

fn totals(app: &App, ledger: &Ledger, theme: Theme) -> Vec<Line> {
    let t = &ledger.totals;
    let sum = format!(
        "{} = {} + {} out of scope + {} passed over + {} bad",
        counted(t.records, "record"),
        counted(t.creations, ledger.event.short()),
        grouped(t.out_of_scope),
        grouped(t.passed_over),
        grouped(t.bad),
    );
    let files = format!(
        "{} ({} not read whole, {} no evidence) · {} · {} of {} with {}s · {}",
        counted(t.files, "file"),
        grouped(t.files_not_read),
        grouped(t.files_not_evidence),
        size(t.bytes),
        grouped(t.hosts_with_creations),
        counted(t.hosts, "host"),
        ledger.event.short(),
        counted(t.duplicates, "duplicate"),
    );
    let mut lines = vec![
        vec![theme.label(sum, Role::Strong)],
        vec![theme.label(files, Role::Plain)],
    ];
    if !ledger.complete {
        let text = match (app.counts_everything(), app.has_all_rows()) {
            (false, _) => {
                "Reading was stopped: the account is of a part, and there only of the records that \
                 can matter to the search."
            }
            (true, true) => "The counting was stopped: the rows are complete, the account is not.",
            (true, false) => "Reading was stopped: the account is of a part.",
        };
        lines.push(vec![theme.label(text, Role::Warn)]);
    }
    if let Err(why) = ledger.check() {
        lines.push(vec![
            theme.label("The sums do not add up: ", Role::Bad),
            theme.data(why, Role::Plain),
        ]);
    }
    lines
}

fn draw_list(app: &App, ledger: &Ledger, canvas: &mut Canvas<'_>, area: Rect, focused: bool) {
    let theme = canvas.theme();
    let (length, at) = (app.evidence.list.len(), app.evidence.list.selected() + 1);
    let mut title = vec![theme.label("Evidence by host", Role::Heading)];
    if !app.evidence.root().is_empty() {
        title.push(theme.label(" · in ", Role::Dim));
        title.push(theme.data(app.evidence.root(), Role::Plain));
    }
    let end = [theme.label(format!("{at}/{length}"), Role::Dim)];
    let inside = canvas.frame(area, &title, &end, focused);
    let room = usize::from(inside.width);
    let search = &app.evidence.search;
    canvas.list(
        Pane::Evidence,
        inside,
        &app.evidence.list,
        focused,
        |place| {
            let mark = if place == app.evidence.list.selected() {
                "> "
            } else {
                "  "
            };
            let mut line = vec![theme.label(mark, Role::Strong)];
            if let Some(entry) = app.evidence.lines().get(place) {
                line.extend(match entry.key.file {
                    None => group_line(app, ledger, entry, room.saturating_sub(2), theme),
                    Some(file) => ledger.files.get(file).map_or(Line::new(), |file| {
                        let problem = entry.key.group == Group::Problems;
                        file_line(app, file, problem, room.saturating_sub(2), theme)
                    }),
                });
            }
            text::mark(line, search, theme)
        },
    );
}

/// A line whose name takes what the figures leave.
fn with_figures(
    before: Line,
    name: &str,
    end: &str,
    role: Role,
    room: usize,
    theme: Theme,
) -> Line {
    let end = theme.data(format!("  {end} "), Role::Plain);
    let taken = text::width(&before) + end.width();
    let mut line = before;
    line.push(theme.path_column(name, room.saturating_sub(taken), role));
    line.push(end);
    line
}

fn group_line(app: &App, ledger: &Ledger, line: &EvidenceLine, room: usize, theme: Theme) -> Line {
    let sign = theme.label(if line.open { "▾ " } else { "▸ " }, Role::Plain);
    let name = app.evidence_name(&line.key);
    let files = counted(long(line.files.len()), "file");
    let (role, end) = match &line.key.group {
        Group::Problems => (Role::Bad, format!("{files} unread or with bad records")),
        Group::Silent(_) => {
            let event = ledger.event.full();
            (Role::Warn, format!("no {event} · {files}"))
        }
        Group::Host(host) => {
            let entries = || entries_of(ledger, host);
            let creations: u64 = entries().map(|h| h.creations).sum();
            let with: u64 = entries().map(|h| h.with_command_line).sum();
            let share = percent(with, creations);
            let creations = counted(creations, ledger.event.short());
            let short = format!("{creations} · {files}");
            let long = format!("{creations} · {share}% with command line · {files}");
            let fits = ledger.event.is_process() && name.chars().count() + long.len() + 6 <= room;
            (Role::Strong, if fits { long } else { short })
        }
        Group::Hostless => (Role::Plain, files),
        Group::Kind(_) => (Role::Dim, format!("{files}, no evidence")),
    };
    with_figures(vec![sign], &name, &end, role, room, theme)
}

fn entries_of<'a>(ledger: &'a Ledger, host: &'a str) -> impl Iterator<Item = &'a HostEntry> {
    let hosts = ledger.hosts.iter();
    hosts.filter(move |entry| entry.host.to_lowercase() == host)
}

/// How far a file was read, as a letter and as a word.
fn status(file: &FileEntry) -> (&'static str, &'static str, Role) {
    match file.status {
        Status::Read if file.bad_total > 0 => ("B", "read, with bad records", Role::Bad),
        Status::Read => ("R", "read to its end", Role::Good),
        Status::Partly => ("P", "partly read", Role::Bad),
        Status::NotOpened => ("N", "not opened", Role::Bad),
        Status::NotEvidence => ("-", "no evidence", Role::Dim),
    }
}

/// A file's name beside its figures: bad records first, for what is wrong must not be cut off; or
/// beside what is wrong with it.
fn file_line(app: &App, file: &FileEntry, problem: bool, room: usize, theme: Theme) -> Line {
    let (letter, _, role) = status(file);
    let before = vec![theme.blank(2), theme.label(letter, role), theme.blank(1)];
    let place = file.place();
    let name = place.strip_prefix(app.evidence.root()).unwrap_or(&place);
    let least = if problem { 24 } else { (room / 2).max(24) };
    let least = name.chars().count().min(least);
    let room_for_end = room.saturating_sub(text::width(&before) + least);
    if problem {
        let why = theme.data(problem_of(file), role);
        let wide = why.width().min(room_for_end.saturating_sub(3));
        let mut line = before;
        let name_wide = room.saturating_sub(text::width(&line) + wide + 3);
        line.push(theme.path_column(name, name_wide, Role::Plain));
        line.push(theme.blank(2));
        line.push(theme.column(&problem_of(file), wide, role));
        return line;
    }
    let bad = match file.bad_total {
        0 => String::new(),
        bad => format!("{} bad · ", grouped(bad)),
    };
    let records = counted(file.records, "record");
    let creations = counted(file.creations, app.progress.event.short());
    let ends = match file.status {
        Status::NotEvidence => vec![size(file.bytes)],
        Status::NotOpened => vec![format!("not opened · {}", file.format), "not opened".into()],
        _ => vec![
            format!("{bad}{} · {records} · {creations}", file.format),
            format!("{bad}{records} · {creations}"),
            format!("{bad}{creations}"),
        ],
    };
    let fits = |end: &&String| end.chars().count() + 3 <= room_for_end;
    let end = ends.iter().find(fits).or(ends.last());
    let end = end.map_or("", String::as_str);
    with_figures(before, name, end, Role::Plain, room, theme)
}

/// What is wrong with a file, the number of bad records first.
fn problem_of(file: &FileEntry) -> String {
    let mut parts = Vec::new();
    if file.bad_total > 0 {
        let first = file.bad.first().map(bad_record).unwrap_or_default();
        parts.push(format!("{} bad · {first}", grouped(file.bad_total)));
    }
    match (&file.hint, file.status) {
        (Some(hint), _) => parts.push(hint.clone()),
        (None, Status::NotEvidence) => parts.push(format!("no evidence: {}", file.why)),
        (None, Status::NotOpened) => parts.push("not opened".to_owned()),
        (None, Status::Partly) => parts.push("not read to its end".to_owned()),
        (None, Status::Read) => {}
    }
    parts.join(" · ")
}

/// A bad record's place and what is wrong with it.
fn bad_record(bad: &BadEntry) -> String {
    match (bad.record_id, bad.offset) {
        (Some(id), _) => format!("#{id}: {}", bad.reason),
        (None, Some(offset)) => format!("@{offset}: {}", bad.reason),
        (None, None) => bad.reason.clone(),
    }
}

fn draw_account(app: &App, ledger: &Ledger, canvas: &mut Canvas<'_>, area: Rect, focused: bool) {
    let theme = canvas.theme();
    let title = [theme.label("Account", Role::Heading)];
    let inside = canvas.frame(area, &title, &[], focused);
    let writer = Writer { app, ledger, theme };
    let text = app
        .evidence
        .selected()
        .map_or(Vec::new(), |line| writer.account(line));
    canvas.text(Pane::Account, padded(inside), &app.evidence.account, text);
}

struct Writer<'a> {
    app: &'a App,
    ledger: &'a Ledger,
    theme: Theme,
}

impl Writer<'_> {
    const NAME: usize = 14;

    fn named(&self, name: &str, value: impl AsRef<str>) -> (Line, usize) {
        self.named_as(name, value, Role::Plain)
    }

    fn named_as(&self, name: &str, value: impl AsRef<str>, role: Role) -> (Line, usize) {
        let line = vec![
            self.theme.column(name, Self::NAME, Role::Dim),
            self.theme.blank(1),
            self.theme.data(value, role),
        ];
        (line, Self::NAME + 1)
    }

    fn account(&self, line: &EvidenceLine) -> Vec<(Line, usize)> {
        if let Some(file) = line.key.file {
            let entry = self.ledger.files.get(file);
            return entry.map_or(Vec::new(), |entry| self.file(file, entry));
        }
        let name = self.app.evidence_name(&line.key);
        let mut lines = vec![(vec![self.theme.data(name, Role::Strong)], 2)];
        match &line.key.group {
            Group::Host(host) | Group::Silent(host) => {
                for entry in entries_of(self.ledger, host) {
                    self.host(&mut lines, entry);
                }
            }
            Group::Problems => {
                for entry in line
                    .files
                    .iter()
                    .filter_map(|file| self.ledger.files.get(*file))
                {
                    let (_, _, role) = status(entry);
                    lines.push((Line::new(), 0));
                    let place = entry.place();
                    let name = place.strip_prefix(self.app.evidence.root());
                    let name = self.theme.data(name.unwrap_or(&place), Role::Plain);
                    lines.push((vec![name], 2));
                    let why = self.theme.data(problem_of(entry), role);
                    lines.push((vec![self.theme.blank(2), why], 2));
                }
            }
            _ => {
                let files = line
                    .files
                    .iter()
                    .filter_map(|file| self.ledger.files.get(*file));
                lines.push(self.named("files", grouped(long(line.files.len()))));
                lines.push(self.named("bytes", size(files.map(|file| file.bytes).sum())));
            }
        }
        lines
    }

    fn event(&self) -> &EventName {
        &self.app.progress.event
    }

    fn time(&self, time: Option<&String>) -> String {
        time.map_or("no time".to_owned(), |time| {
            ledger_time(time, self.app.zone)
        })
    }

    fn host(&self, lines: &mut Vec<(Line, usize)>, entry: &HostEntry) {
        lines.push((Line::new(), 0));
        if entry.source.is_empty() {
            lines.push(self.named("records", format!("of no {}", self.event().full())));
        } else {
            lines.push(self.named("source", &entry.source));
            lines.push(self.named(
                &format!("{}s", self.event().short()),
                grouped(entry.creations),
            ));
            let share = percent(entry.with_command_line, entry.creations);
            let with = grouped(entry.with_command_line);
            let role = if share < 100 { Role::Warn } else { Role::Plain };
            lines.push(self.named_as("command line", format!("{with} ({share}%)"), role));
        }
        lines.push(self.named("first", self.time(entry.first.as_ref())));
        lines.push(self.named("last", self.time(entry.last.as_ref())));
        lines.push(self.named("files", grouped(long(entry.files.len()))));
        for cleared in &entry.log_cleared {
            let time = ledger_time(cleared, self.app.zone);
            lines.push(self.named_as("log cleared", time, Role::Bad));
        }
    }

    fn file(&self, place: usize, file: &FileEntry) -> Vec<(Line, usize)> {
        let (_, word, role) = status(file);
        let mut lines = vec![(vec![self.theme.data(file.place(), Role::Strong)], 2)];
        if file.shown.is_some() {
            lines.push(self.named("path", &file.path));
        }
        lines.push(self.named_as("status", word, role));
        if let Some(hint) = &file.hint {
            lines.push(self.named_as("", hint, Role::Warn));
        }
        let sure = file.confidence.as_deref().unwrap_or("");
        lines.push(self.named("format", format!("{} {sure}", file.format)));
        lines.push(self.named("", &file.why));
        lines.push(self.named(
            "bytes",
            format!("{} ({})", grouped(file.bytes), size(file.bytes)),
        ));
        if let Some(hash) = &file.sha256 {
            lines.push(self.named("sha256", hash));
        }
        if file.status != Status::NotEvidence {
            self.records(&mut lines, file);
            let hosts = self.ledger.hosts.iter();
            let here = hosts.filter(|h| h.files.iter().any(|f| usize::try_from(*f) == Ok(place)));
            let names: std::collections::BTreeSet<&str> = here.map(|h| h.host.as_str()).collect();
            let names: Vec<&str> = names.into_iter().collect();
            lines.push(self.named("hosts", names.join(", ")));
        }
        lines
    }

    fn records(&self, lines: &mut Vec<(Line, usize)>, file: &FileEntry) {
        let creations = format!("{}s", self.event().short());
        let mut figure = |name: &str, number: u64, role: Role| {
            lines.push(self.named_as(name, grouped(number), role));
        };
        figure("records", file.records, Role::Strong);
        figure(&creations, file.creations, Role::Plain);
        figure("out of scope", file.out_of_scope, Role::Plain);
        figure("passed over", file.passed_over, Role::Plain);
        let bad = if file.bad_total > 0 {
            Role::Bad
        } else {
            Role::Plain
        };
        figure("bad", file.bad_total, bad);
        figure("duplicates", file.duplicates, Role::Plain);
        for (name, number) in [
            ("no time", file.no_time),
            ("zone assumed", file.assumed_time),
            ("repaired", file.repaired),
        ] {
            if number > 0 {
                figure(name, number, Role::Warn);
            }
        }
        let share = percent(file.with_command_line, file.creations);
        if file.creations > 0 {
            let with = grouped(file.with_command_line);
            lines.push(self.named("command line", format!("{with} ({share}%)")));
        }
        lines.push(self.named("first", self.time(file.first.as_ref())));
        lines.push(self.named("last", self.time(file.last.as_ref())));
        for (place, gap) in file.gaps.iter().flatten().enumerate() {
            let name = if place == 0 { "missing ids" } else { "" };
            lines.push(self.named_as(name, gap, Role::Warn));
        }
        for (place, bad) in file.bad.iter().enumerate() {
            let name = if place == 0 { "bad records" } else { "" };
            lines.push(self.named_as(name, bad_record(bad), Role::Bad));
        }
        let more = file.bad_total.saturating_sub(long(file.bad.len()));
        if more > 0 {
            lines.push(self.named("", format!("and {} more", grouped(more))));
        }
    }
}
