//! The frame of the details with its tabs, and the record as it stands.

use super::{fields, summary};
use crate::app::panes::details::DetailsTab;
use crate::app::{App, Hit, Pane};
use crate::ui::canvas::Canvas;
use crate::ui::text::{Line, cells};
use crate::ui::theme::{Role, Theme};
use ratatui::layout::Rect;

/// Below this height blank lines are left out.
const TIGHT: u16 = 10;

/// Draws the open tab.
pub fn draw(app: &App, canvas: &mut Canvas<'_>, area: Rect, focused: bool) {
    let theme = canvas.theme();
    let mut title = Line::new();
    let mut x = area.x + 2;
    let mut tabs = Vec::new();
    for tab in DetailsTab::ALL {
        let active = tab == app.details.tab;
        let role = if active { Role::Active } else { Role::Plain };
        let piece = theme.label(format!(" {} ", tab.title()), role);
        let width = cells(piece.width());
        tabs.push((
            Rect {
                x,
                width,
                height: 1,
                ..area
            },
            tab,
        ));
        x += width;
        title.push(piece);
    }
    let inside = canvas.frame(area, &title, &which_event(app, theme), focused);
    match app.details.tab {
        DetailsTab::Summary => {
            let text = summary::text(app, inside.height < TIGHT, theme);
            canvas.text(Pane::Details, padded(inside), &app.details.summary, text);
        }
        DetailsTab::Fields => fields::draw(app, canvas, padded(inside), focused),
        DetailsTab::Raw => {
            let text = raw(app, theme);
            canvas.text(Pane::Details, padded(inside), &app.details.raw, text);
        }
    }
    for (place, tab) in tabs {
        canvas.hit(place, Hit::Tab(tab));
    }
}

/// A cell free at either side.
pub fn padded(area: Rect) -> Rect {
    Rect {
        x: area.x + 1.min(area.width),
        width: area.width.saturating_sub(2),
        ..area
    }
}

fn which_event(app: &App, theme: Theme) -> Line {
    let Some(row) = app.rows.selected_row() else {
        return Line::new();
    };
    let count = app.findings.events_of(row).count();
    if count < 2 {
        return Line::new();
    }
    vec![theme.label(
        format!("event {} of {count} < >", app.details.nth + 1),
        Role::Dim,
    )]
}

fn raw(app: &App, theme: Theme) -> Vec<(Line, usize)> {
    let Some((place, event)) = app.shown_event() else {
        return vec![(
            vec![theme.label("No event is behind this row.", Role::Dim)],
            0,
        )];
    };
    let text = match (&event.raw, app.details.known_raw.get(place)) {
        (Some(raw), _) | (None, Some(Ok(raw))) => raw,
        (None, Some(Err(why))) => {
            return vec![
                (
                    vec![theme.label("The record can't be read again.", Role::Bad)],
                    0,
                ),
                (vec![theme.data(why, Role::Plain)], 0),
            ];
        }
        (None, None) => return vec![(vec![theme.label("Reading the record…", Role::Dim)], 0)],
    };
    let mut lines = Vec::new();
    if event.repaired {
        let note = "Bytes that are no UTF-8 are shown as U+FFFD.";
        lines.push((vec![theme.label(note, Role::Warn)], 0));
    }
    // Line feeds of the record stay; everything else is made visible with its line.
    let record = text.split('\n');
    let record = record.map(|line| line.strip_suffix('\r').unwrap_or(line));
    lines.extend(record.map(|line| (vec![theme.data(line, Role::Plain)], 0)));
    lines
}
