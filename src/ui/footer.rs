//! The last two lines: the filter with its live count, or the line that is typed; and the keys of
//! the pane in focus, or what was done last.

use super::canvas::Canvas;
use super::figures::{counted, grouped, long, span};
use super::text::{self, Line, cells};
use super::theme::{Role, Theme};
use crate::app::action::FooterKey;
use crate::app::prompt::{Prompt, PromptKind};
use crate::app::{Action, App, Context, Hit};
use ratatui::layout::Rect;

/// The filter, or what is typed.
pub fn draw_filter(app: &App, canvas: &mut Canvas<'_>, area: Rect) {
    let theme = canvas.theme();
    let mut end = counts(app, theme);
    let Some(prompt) = &app.prompt else {
        let filter = filter_line(app, theme);
        let times = times(app, theme);
        if text::width(&filter) + text::width(&end) + text::width(&times) < area.width.into() {
            end.extend(times);
        }
        canvas.line_with_end(area, &filter, &end);
        return;
    };
    let name = match prompt.kind {
        PromptKind::Filter => " filter: ",
        PromptKind::Search(_) => " search: ",
    };
    let name = theme.label(name, Role::Key);
    let room = usize::from(area.width).saturating_sub(text::width(&end) + name.width() + 1);
    let (typed, cursor) = typed(prompt, room, theme);
    let at = name.width() + cursor;
    let mut line = vec![name];
    line.extend(typed);
    canvas.line_with_end(area, &line, &end);
    canvas.set_cursor(area, at);
}

/// What is typed as far as it fits: the part before the cursor is always in sight.
fn typed(prompt: &Prompt, room: usize, theme: Theme) -> (Line, usize) {
    let (before, after) = prompt.halves();
    let whole = theme.data(before, Role::Strong);
    let line = |before: text::Piece| {
        let cursor = before.width();
        (vec![before, theme.data(after, Role::Strong)], cursor)
    };
    if whole.width() <= room {
        return line(whole);
    }
    // No more characters than cells can be in sight.
    let last = before.char_indices().rev().take(room.max(1)).last();
    let mut tail = last.and_then(|(at, _)| before.get(at..)).unwrap_or(before);
    while theme.data(tail, Role::Strong).width() + 1 > room {
        let mut chars = tail.chars();
        if chars.next().is_none() {
            break;
        }
        tail = chars.as_str();
    }
    let (mut pieces, cursor) = line(theme.data(tail, Role::Strong));
    pieces.insert(0, theme.label("…", Role::Dim));
    (pieces, cursor + 1)
}

fn filter_line(app: &App, theme: Theme) -> Line {
    let filter = app.rows.filter_text();
    if filter.trim().is_empty() {
        return vec![theme.label(" no filter", Role::Dim)];
    }
    vec![
        theme.label(" filter ", Role::Dim),
        theme.data(filter, Role::Strong),
    ]
}

/// Rows and events that stay, of how many.
fn counts(app: &App, theme: Theme) -> Line {
    let stay = long(app.rows.rows().len());
    let all = long(app.findings.findings.len());
    let events = counted(app.rows.events(), "event");
    let rows = if app.rows.filter().is_empty() {
        counted(all, "row")
    } else {
        format!("{} of {}", grouped(stay), counted(all, "row"))
    };
    vec![theme.label(format!(" {rows} · {events} "), Role::Plain)]
}

/// When the events behind the rows that a filter leaves were.
fn times(app: &App, theme: Theme) -> Line {
    let times = app.rows.times();
    match (times.first(), times.last()) {
        (Some(first), Some(last)) if !app.rows.filter().is_empty() => {
            let text = format!("· {} ", span(*first, *last, app.zone));
            vec![theme.label(text, Role::Plain)]
        }
        _ => Line::new(),
    }
}

/// The keys of the pane in focus.
pub fn draw_keys(app: &App, canvas: &mut Canvas<'_>, area: Rect) {
    let theme = canvas.theme();
    if let Some(status) = &app.status {
        canvas.line(area, &[theme.blank(1), theme.data(status, Role::Strong)]);
        return;
    }
    if app.prompt.is_some() || app.menu.is_some() {
        let keys = if app.prompt.is_some() {
            " enter keeps it  esc as before"
        } else {
            " the letter, or arrows and enter, chooses  esc closes"
        };
        canvas.line(area, &[theme.label(keys, Role::Dim)]);
        return;
    }
    let help = key_line(&[Action::Help], "help", app, theme);
    let last = cells(text::width(&help) + 1).min(area.width);
    let mut free = Rect {
        x: area.x + 1,
        width: area.width.saturating_sub(last + 2),
        ..area
    };
    let what = if app.is_finding() {
        "stop reading"
    } else {
        "stop indexing"
    };
    let stop = footer_key(Action::CancelLoading, what);
    let loading = app.is_loading().then_some(&stop);
    let without_rows = keys_without_rows(app);
    let keys = if app.context() == Context::Findings && app.rows.lines().is_empty() {
        without_rows.as_slice()
    } else {
        app.keymap.footer(app.context())
    };
    for key in loading.into_iter().chain(keys) {
        let known = |action: &Action| is_possible(app, *action);
        if !key.actions.iter().all(known) {
            continue;
        }
        let line = key_line(&key.actions, &key.label, app, theme);
        let wide = cells(text::width(&line));
        if wide > free.width {
            break;
        }
        draw_key(canvas, free, &line, key.actions.first().copied());
        let taken = (wide + 2).min(free.width);
        free.x += taken;
        free.width -= taken;
    }
    let end = Rect {
        x: area.x + area.width - last,
        width: last,
        ..area
    };
    draw_key(canvas, end, &help, Some(Action::Help));
}

fn footer_key(action: Action, label: &str) -> FooterKey {
    FooterKey {
        actions: vec![action],
        label: label.to_owned(),
    }
}

/// What can be done in the findings while no row is there.
fn keys_without_rows(app: &App) -> Vec<FooterKey> {
    let mut keys = Vec::new();
    if !app.findings.findings.is_empty() {
        keys.push(footer_key(Action::Back, "drop the last term"));
        keys.push(footer_key(Action::Filter, "filter"));
    }
    keys.push(footer_key(Action::ViewRule, "rule"));
    keys.push(footer_key(Action::ViewEvidence, "evidence"));
    keys
}

/// Whether an action can do anything with this rule.
fn is_possible(app: &App, action: Action) -> bool {
    match action {
        Action::ViewResults => !app.rule.drilldowns.is_empty(),
        Action::ViewRisk => app.rule.drilldowns.len() > 1,
        _ => true,
    }
}

fn draw_key(canvas: &mut Canvas<'_>, area: Rect, line: &Line, action: Option<Action>) {
    canvas.line(area, line);
    if let Some(action) = action {
        let wide = cells(text::width(line)).min(area.width);
        let place = Rect {
            width: wide,
            ..area
        };
        canvas.hit(place, Hit::Key(action));
    }
}

fn key_line(actions: &[Action], label: &str, app: &App, theme: Theme) -> Line {
    let keys: Vec<String> = actions
        .iter()
        .map(|action| app.keymap.key_of(*action))
        .map(|key| match key {
            "Enter" | "Esc" | "Tab" | "Left" | "Right" => key.to_lowercase(),
            other => other.to_owned(),
        })
        .collect();
    vec![
        theme.label(keys.join(" "), Role::Key),
        theme.label(format!(" {label}"), Role::Plain),
    ]
}
