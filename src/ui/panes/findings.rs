//! The grouped rows with their details beside or below, and what is said when there are none.

use super::details;
use crate::app::grouping::{GroupLine, Line as Item};
use crate::app::panes::findings::{Columns, main_url};
use crate::app::subject::Subject;
use crate::app::{App, Loading, Pane};
use crate::store::{EventUrl, Finding};
use crate::ui::canvas::Canvas;
use crate::ui::cut;
use crate::ui::figures::{counted, grouped, long, row_time, span};
use crate::ui::text::{self, Line, Piece, width};
use crate::ui::theme::{Role, Theme};
use ratatui::layout::Rect;

/// From this width on the details stand beside the rows.
const BESIDE: u16 = 120;
/// Cells by which a row stands under its groups, however many: rows keep their columns.
const INDENT: usize = 4;
/// Between the labels of groups on one line.
const ARROW: &str = " ▸ ";
/// Below this height there is room for one pane only.
const STACKED: u16 = 14;

/// Draws the view.
pub fn draw_view(app: &App, canvas: &mut Canvas<'_>, area: Rect) {
    let focus = app.focused_pane();
    if app.rows.lines().is_empty() {
        draw(app, canvas, area, true);
        return;
    }
    let only = app.expanded || (area.width < BESIDE && area.height < STACKED);
    if only {
        if focus == Pane::Details {
            details::draw(app, canvas, area, true);
        } else {
            draw(app, canvas, area, true);
        }
        return;
    }
    let (list, beside) = split(area);
    draw(app, canvas, list, focus == Pane::Findings);
    details::draw(app, canvas, beside, focus == Pane::Details);
}

/// List and details: three fifths wide beside each other, else the list a little higher.
pub fn split(area: Rect) -> (Rect, Rect) {
    if area.width >= BESIDE {
        let left = area.width / 5 * 3;
        let beside = Rect {
            x: area.x + left,
            width: area.width - left,
            ..area
        };
        return (
            Rect {
                width: left,
                ..area
            },
            beside,
        );
    }
    let height = usize::from(area.height);
    let above = height * 11 / 20;
    (text::rows(area, 0, above), text::rows(area, above, height))
}

fn draw(app: &App, canvas: &mut Canvas<'_>, area: Rect, focused: bool) {
    let theme = canvas.theme();
    let columns = &app.findings.table.columns;
    let has = |field: &&&str| columns.iter().any(|column| **column == ***field);
    let chain: Vec<&str> = app.rows.chain().iter().filter(has).copied().collect();
    let grouped = if chain.is_empty() {
        String::new()
    } else {
        format!(" · {}", chain.join(" ▸ "))
    };
    let title = [
        theme.label("Findings", Role::Heading),
        theme.label(
            format!("{grouped} · {}", app.rows.order().name()),
            Role::Plain,
        ),
    ];
    let inside = canvas.frame(area, &title, &position(app, theme), focused);
    if app.rows.lines().is_empty() {
        draw_none(app, canvas, inside);
        return;
    }
    let room = usize::from(inside.width);
    let widths = Widths::new(app.rows.columns(), room);
    let selected = app.rows.list.selected();
    canvas.list(Pane::Findings, inside, &app.rows.list, focused, |place| {
        let mark = if place == selected { "> " } else { "  " };
        let mut line = vec![theme.label(mark, Role::Strong)];
        match app.rows.lines().get(place) {
            Some(Item::Group(group)) => line.extend(group_line(app, group, room - 2, theme)),
            Some(Item::Row { row, depth }) => {
                if let Some(finding) = app.findings.findings.get(*row) {
                    let indent = if *depth == 0 { 0 } else { INDENT };
                    line.push(theme.blank(indent));
                    let left = room.saturating_sub(2 + indent);
                    line.extend(row_line(app, finding, &widths, left, theme));
                }
            }
            None => {}
        }
        line
    });
}

fn position(app: &App, theme: Theme) -> Line {
    let (length, at) = (app.rows.list.len(), app.rows.list.selected() + 1);
    if length == 0 {
        return Line::new();
    }
    vec![theme.label(format!("{at}/{length}"), Role::Dim)]
}

fn group_line(app: &App, group: &GroupLine, room: usize, theme: Theme) -> Line {
    let sign = if group.open { "▾ " } else { "▸ " };
    let rows = counted(long(group.rows.len()), "row");
    let events = counted(group.events, "event");
    let risk = group.risk.map(|risk| format!(" · risk {}", grouped(risk)));
    let risk = risk.unwrap_or_default();
    let times = group.first.zip(group.last);
    let times = times.map(|(first, last)| format!(" · {}", span(first, last, app.zone)));
    let labels = group.labels.iter().map(|label| named(label));
    let labels: Vec<Piece> = labels
        .map(|label| theme.data(label, Role::Strong))
        .collect();
    let arrows = labels.len().saturating_sub(1) * ARROW.chars().count();
    let wanted = width(&labels) + arrows;
    let room = room.saturating_sub(group.depth * 2 + sign.chars().count());
    // A long label is cut for the figures: it stands whole beside them, in the summary.
    let ends = [
        (
            format!("  {rows} · {events}{}{risk} ", times.unwrap_or_default()),
            30,
        ),
        (format!("  {rows} · {events}{risk} "), 16),
        (format!("  {rows}{risk} "), 12),
    ];
    let fits = |(end, least): &(String, usize)| {
        let least = least * labels.len() + arrows;
        end.chars().count() + wanted.min(least) <= room
    };
    let end = ends.into_iter().find(fits);
    let end = end.map_or_else(|| format!("  {rows} "), |(end, _)| end);
    let end = theme.label(end, Role::Plain);
    let left = room.saturating_sub(end.width());
    let mut line = vec![theme.blank(group.depth * 2), theme.label(sign, Role::Plain)];
    line.extend(group_labels(group, &labels, left, theme));
    line.push(end);
    line
}

/// The labels in exactly so many cells. What doesn't fit is cut in its middle, the longest first.
fn group_labels(group: &GroupLine, labels: &[Piece], room: usize, theme: Theme) -> Line {
    let arrows = labels.len().saturating_sub(1) * ARROW.chars().count();
    let free = room.saturating_sub(arrows);
    let wanted: Vec<usize> = labels.iter().map(Piece::width).collect();
    let widths = cut::share(&wanted, free);
    let mut line = Line::new();
    for (place, (wide, label)) in widths.iter().zip(&group.labels).enumerate() {
        if place > 0 {
            line.push(theme.label(ARROW, Role::Dim));
        }
        line.push(theme.middle_column(named(label), *wide, Role::Strong));
    }
    line.push(theme.blank(free.saturating_sub(widths.iter().sum())));
    line
}

fn named(label: &str) -> &str {
    if label.is_empty() { "(none)" } else { label }
}

/// How wide the parts of a row are drawn. What there is no room for goes in steps: long names are
/// shortened, then source and count left out.
struct Widths {
    year: bool,
    assumed: bool,
    letters: usize,
    parent: usize,
    host: usize,
    /// The least: the path takes what the rest leaves.
    path: usize,
    role: usize,
    count: usize,
}

impl Widths {
    const PARENT: usize = 24;
    const HOST: usize = 28;
    /// A file's name, which tells one row from another, and a sign of what is left out before it.
    const FILE: usize = 32;
    /// In fewer cells a value says nothing: the last ones are left out.
    const VALUE: usize = 12;

    fn new(columns: Columns, room: usize) -> Self {
        let mut widths = Self {
            year: columns.year,
            assumed: columns.assumed,
            letters: columns.letters,
            parent: columns.parent.min(Self::PARENT),
            host: columns.host.min(Self::HOST),
            path: columns.file.clamp(columns.path.min(12), Self::FILE),
            role: columns.role.min(14),
            count: columns.count,
        };
        let free = room.saturating_sub(2 + INDENT);
        let steps: [fn(&mut Self); 10] = [
            |w| w.host = w.host.min(20),
            |w| w.parent = w.parent.min(14),
            |w| w.host = w.host.min(15),
            |w| w.path = w.path.min(20),
            |w| w.role = w.role.min(7),
            |w| w.path = w.path.min(12),
            |w| w.letters = 0,
            |w| w.count = 0,
            |w| w.path = w.path.min(8),
            |w| w.parent = w.parent.min(8),
        ];
        for step in steps {
            if widths.taken() > free {
                step(&mut widths);
            }
        }
        // A step takes more than was missing: what is left goes back.
        let mut left = free.saturating_sub(widths.taken());
        let mut give = |width: &mut usize, most: usize| {
            let more = most.saturating_sub(*width).min(left);
            *width += more;
            left -= more;
        };
        give(&mut widths.parent, columns.parent.min(12));
        give(&mut widths.path, columns.file.min(Self::FILE));
        give(&mut widths.parent, columns.parent.min(Self::PARENT));
        give(&mut widths.host, columns.host.min(Self::HOST));
        widths
    }

    fn taken(&self) -> usize {
        let column = |width: usize| if width == 0 { 0 } else { width + 2 };
        let time = if self.year { 19 } else { 14 } + usize::from(self.assumed);
        let letters = if self.letters == 0 {
            0
        } else {
            self.letters + 1
        };
        let count = if self.count == 0 { 0 } else { self.count + 3 };
        let columns = column(self.parent) + column(self.host) + column(self.role);
        time + 1 + letters + columns + self.path + count + 1
    }
}

fn row_line(app: &App, finding: &Finding, widths: &Widths, room: usize, theme: Theme) -> Line {
    let mut line = Line::new();
    if widths.assumed {
        let mark = if finding.assumed_time { "~" } else { " " };
        line.push(theme.label(mark, Role::Warn));
    }
    let time_width = if widths.year { 19 } else { 14 };
    let time = finding.first.map_or("no time".to_owned(), |at| {
        row_time(at, app.zone, widths.year)
    });
    line.push(theme.column(&time, time_width + 1, Role::Plain));
    if widths.letters > 0 {
        line.push(theme.column(&finding.letters, widths.letters + 1, Role::Dim));
    }
    let parent = app.findings.text(finding.row, "parent_process_name");
    if widths.parent > 0 {
        line.push(theme.middle_column(&parent, widths.parent, Role::Plain));
        line.push(theme.blank(2));
    }
    let free = room.saturating_sub(width(&line));
    line.extend(match main_url(finding) {
        Some(url) => url_line(finding, url, widths, free, theme),
        None => subject_line(app, finding, widths, free, theme),
    });
    line
}

/// The rest of a row that names a URL.
fn url_line(finding: &Finding, url: &EventUrl, widths: &Widths, room: usize, theme: Theme) -> Line {
    let host = theme.middle_column(&url.host, widths.host, Role::Value);
    let mut end = Line::new();
    if widths.role > 0 {
        end.push(theme.blank(2));
        end.push(theme.column(&short_role(&url.role), widths.role, Role::Plain));
    }
    end.extend(count(finding, widths, theme));
    let free = room.saturating_sub(host.width() + 2 + width(&end));
    let path = theme.path_column(&url.path, free, Role::Plain);
    let mut line = vec![host, theme.blank(2), path];
    line.append(&mut end);
    line
}

/// The rest of a row that names none: what it is about.
fn subject_line(app: &App, finding: &Finding, widths: &Widths, room: usize, theme: Theme) -> Line {
    let Subject { values, is_command } = Subject::of(&app.findings, finding.row);
    let end = count(finding, widths, theme);
    let room = room.saturating_sub(width(&end));
    let shown = |(_, text): &(_, String)| theme.data(text, Role::Plain).width();
    let mut wanted: Vec<usize> = values.iter().map(shown).collect();
    wanted.truncate(if is_command { 1 } else { values.len() });
    let gaps = |values: usize| 2 * values.saturating_sub(1);
    let is_tight = |wanted: &[usize]| {
        let fits = wanted.iter().sum::<usize>() + gaps(wanted.len()) <= room;
        !fits && room < wanted.len() * Widths::VALUE + gaps(wanted.len())
    };
    while wanted.len() > 1 && is_tight(&wanted) {
        wanted.pop();
    }
    let shared = cut::share(&wanted, room.saturating_sub(gaps(wanted.len())));
    let mut line = Line::new();
    for ((_, text), wide) in values.iter().zip(shared) {
        if !line.is_empty() {
            line.push(theme.blank(2));
        }
        line.push(if is_command {
            theme.column(text, wide, Role::Plain)
        } else {
            theme.path_column(text, wide, Role::Plain)
        });
    }
    line.push(theme.blank(room.saturating_sub(width(&line))));
    line.extend(end);
    line
}

/// The role in a word; of a property its name, as it stands on the command line.
pub fn short_role(role: &str) -> String {
    match role.strip_prefix("property ") {
        Some(name) => format!("{name}="),
        None => role.to_owned(),
    }
}

/// How many events are behind a row, at its right end.
fn count(finding: &Finding, widths: &Widths, theme: Theme) -> Line {
    let mut end = Line::new();
    if widths.count > 0 {
        let count = match finding.count {
            0 | 1 => String::new(),
            count => format!("×{count}"),
        };
        let count = theme.label(count, Role::Strong);
        let free = (widths.count + 2).saturating_sub(count.width());
        end.extend([theme.blank(free), count]);
    }
    end.push(theme.blank(1));
    end
}

/// What is said instead of rows.
fn draw_none(app: &App, canvas: &mut Canvas<'_>, area: Rect) {
    let theme = canvas.theme();
    let lines = none_text(app, theme);
    let padded = Rect {
        x: area.x + 1,
        width: area.width.saturating_sub(2),
        ..area
    };
    let room = usize::from(padded.width);
    let wrapped = lines.iter().flat_map(|line| text::wrap(line, room, 2));
    for (y, line) in wrapped.take(usize::from(area.height)).enumerate() {
        canvas.line(text::row(padded, y), &line);
    }
}

fn none_text(app: &App, theme: Theme) -> Vec<Line> {
    let plain = |text: String| vec![theme.data(text, Role::Plain)];
    if !app.findings.findings.is_empty() {
        let hidden = counted(long(app.findings.findings.len()), "row");
        return vec![
            vec![theme.label("No row matches the filter.", Role::Strong)],
            plain(format!(
                "{hidden} hidden. Esc removes the last term, / edits the filter."
            )),
        ];
    }
    match (&app.loading, &app.loaded) {
        (Loading::Running | Loading::Stopping, _) if app.is_finding() => {
            vec![plain("Reading the evidence. No row until now.".to_owned())]
        }
        (Loading::Running | Loading::Stopping, _) => super::none::counting(app, theme),
        (Loading::Failed(why), _) => vec![
            vec![theme.label("The evidence could not be read.", Role::Bad)],
            plain(why.clone()),
        ],
        (_, Some(loaded)) => super::none::answer(app, loaded, theme),
        (_, None) => vec![plain("Nothing was read.".to_owned())],
    }
}
