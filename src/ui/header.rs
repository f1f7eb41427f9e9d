//! The first two lines: which rule, how much was read, in which zone times are; and the views.

use super::canvas::Canvas;
use super::figures::{counted, grouped, long, percent, size};
use super::text::{self, Line, cells};
use super::theme::{Role, Theme};
use crate::app::{App, Hit, Loading};
use crate::worker::Stage;
use ratatui::layout::Rect;

/// The sign that moves while something is under way.
const SPINNER: [&str; 4] = ["◐", "◓", "◑", "◒"];

/// The sign of the moment.
pub fn spinner(ticks: usize) -> &'static str {
    SPINNER.get(ticks % SPINNER.len()).unwrap_or(&"")
}

/// Rule, figures, zone. What there is no room for goes in steps: the least needed first; the zone
/// and whether the reading is complete never go.
pub fn draw_title(app: &App, canvas: &mut Canvas<'_>, area: Rect) {
    let theme = canvas.theme();
    let zone = app.zone.name();
    let end = [
        theme.blank(2),
        theme.label(zone.clone(), Role::Strong),
        theme.blank(1),
    ];
    let room = usize::from(area.width).saturating_sub(text::width(&end) + 3);
    let state = state(app, theme);
    let steps = [(0, 0), (1, 0), (1, 1), (2, 1), (2, 2), (3, 2), (3, 3)];
    let line = |(rule, figures): (usize, usize)| {
        let mut right = state.clone();
        right.push(theme.label(figures_text(app, figures), Role::Plain));
        right.push(bad(app, theme));
        (rule_line(app, theme, rule), right)
    };
    let fits = |(left, right): &(Line, Line)| text::width(left) + text::width(right) <= room;
    let (left, right) = steps
        .into_iter()
        .map(line)
        .find(fits)
        .unwrap_or_else(|| line((3, 3)));
    let mut after = vec![theme.blank(2)];
    after.extend(right);
    after.extend(end);
    let mut before = vec![theme.blank(1)];
    before.extend(left);
    canvas.line_with_end(area, &before, &after);
}

fn rule_line(app: &App, theme: Theme, step: usize) -> Line {
    let rule = &app.rule;
    let mut line = vec![theme.data(&rule.name, Role::Strong)];
    if step < 3 && !rule.version.is_empty() {
        line.push(theme.data(format!(" v{}", rule.version), Role::Plain));
    }
    let dot = || theme.label(" · ", Role::Dim);
    if step < 1 {
        line.extend([dot(), theme.data(&rule.kind, Role::Plain)]);
    }
    if step < 2 {
        line.extend([dot(), theme.data(&rule.severity, Role::Plain)]);
    }
    if step < 1 && !rule.techniques.is_empty() {
        line.extend([dot(), theme.data(rule.techniques.join(" "), Role::Plain)]);
    }
    line
}

fn state(app: &App, theme: Theme) -> Line {
    let progress = &app.progress;
    let far = match progress.bytes_total {
        Some(total) if total > 0 => {
            let part = percent(progress.bytes_read, total);
            format!("{part}% of {} · ", size(total))
        }
        Some(_) => String::new(),
        None => format!("{} · ", size(progress.bytes_read)),
    };
    let work = match progress.stage {
        Stage::Once | Stage::Rows => "finding rows",
        Stage::Index => "indexing",
    };
    let spin = || theme.label(format!("{} ", spinner(app.ticks)), Role::Focus);
    match &app.loading {
        Loading::Running => vec![spin(), theme.label(format!("{work} {far}"), Role::Plain)],
        Loading::Stopping => vec![spin(), theme.label(format!("stopping · {far}"), Role::Warn)],
        Loading::Done => Vec::new(),
        Loading::Stopped if app.has_all_rows() => {
            vec![theme.label("rows complete, figures not · ", Role::Warn)]
        }
        Loading::Stopped => vec![theme.label("stopped: incomplete · ", Role::Warn)],
        Loading::Failed(_) => vec![theme.label("failed: incomplete · ", Role::Bad)],
    }
}

fn figures_text(app: &App, step: usize) -> String {
    let p = &app.progress;
    // Of a container the logs inside count too, as they come to light.
    let files = p.files_total.max(p.files_done);
    if !app.counts_everything() {
        // What else was read is no figure that says anything.
        let rows = counted(long(app.findings.findings.len()), "row");
        return match step {
            0 => format!("{} of {files} files · {rows}", p.files_done),
            1 | 2 => format!("{}/{files} files · {rows}", p.files_done),
            _ => rows,
        };
    }
    let events = grouped(p.records);
    let plural = if p.records == 1 { "" } else { "s" };
    match step {
        0 => format!(
            "{} of {} files · {events} event{plural} · {} of {} hosts · ",
            p.files_done, files, p.hosts_with_creations, p.hosts
        ),
        1 => format!(
            "{}/{} files · {events} ev · {}/{} hosts · ",
            p.files_done, files, p.hosts_with_creations, p.hosts
        ),
        2 => format!("{}/{files} files · {events} ev · ", p.files_done),
        _ => String::new(),
    }
}

fn bad(app: &App, theme: Theme) -> text::Piece {
    if !app.counts_everything() {
        return theme.blank(0);
    }
    let bad = app.progress.bad;
    let role = if bad > 0 { Role::Bad } else { Role::Plain };
    theme.label(format!("{} bad", grouped(bad)), role)
}

/// The views, each with its key.
pub fn draw_views(app: &App, canvas: &mut Canvas<'_>, area: Rect) {
    let theme = canvas.theme();
    let mut x = 0;
    for view in app.views() {
        let role = if view == app.view {
            Role::Active
        } else {
            Role::Plain
        };
        let number = view as usize + 1;
        let piece = theme.label(format!(" {number} {} ", view.title()), role);
        let wide = piece.width();
        let place = Rect {
            x: area.x + cells(x).min(area.width),
            width: cells(wide).min(area.width.saturating_sub(cells(x))),
            ..area
        };
        canvas.line(place, &[piece]);
        canvas.hit(place, Hit::View(view));
        x += wide;
    }
}
