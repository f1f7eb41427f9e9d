//! A line above the rows: when their events were, as bars, with the bar of the selected row lit.

use super::canvas::Canvas;
use super::figures::span;
use super::text::{Line, width};
use super::theme::Role;
use crate::app::App;
use crate::event::Timestamp;
use ratatui::layout::Rect;

const BARS: [&str; 8] = ["▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"];
/// Below this height the line is worth more to the rows.
const LEAST_HEIGHT: u16 = 28;

/// Whether there is a line to draw and room for it.
pub fn fits(app: &App, screen: Rect) -> bool {
    screen.height >= LEAST_HEIGHT && range(app).is_some()
}

fn range(app: &App) -> Option<(Timestamp, Timestamp)> {
    let findings = &app.findings.findings;
    let rows = || app.rows.rows().iter().filter_map(|row| findings.get(*row));
    let first = rows().filter_map(|f| f.first).min()?;
    let last = rows().filter_map(|f| f.last).max()?;
    Some((first, last))
}

/// Draws it.
pub fn draw(app: &App, canvas: &mut Canvas<'_>, area: Rect) {
    let theme = canvas.theme();
    let Some((first, last)) = range(app) else {
        return;
    };
    let end = [theme.label(format!("  {} ", span(first, last, app.zone)), Role::Dim)];
    let bins = usize::from(area.width).saturating_sub(width(&end) + 1);
    let counts = counts(app, first, last, bins);
    let most = counts.iter().copied().max().unwrap_or(0).max(1);
    let selected = app.rows.selected_row();
    let at = selected.and_then(|row| app.findings.findings.get(row)?.first);
    let lit = at.map(|at| bin(at, first, last, bins));
    let mut line: Line = vec![theme.blank(1)];
    for (place, count) in counts.into_iter().enumerate() {
        let top = u64::try_from(BARS.len() - 1).unwrap_or(1);
        // Whatever is not nothing is seen: rounded up.
        let height = (u64::from(count) * top).div_ceil(u64::from(most));
        let bar = usize::try_from(height).ok().and_then(|h| BARS.get(h));
        let role = match (lit == Some(place), count) {
            (true, _) => Role::Focus,
            (_, 0) => Role::Border,
            _ => Role::Plain,
        };
        line.push(theme.label(*bar.unwrap_or(&"█"), role));
    }
    canvas.line_with_end(area, &line, &end);
}

fn counts(app: &App, first: Timestamp, last: Timestamp, bins: usize) -> Vec<u32> {
    let mut counts = vec![0_u32; bins];
    for row in app.rows.rows() {
        for (_, event) in app.findings.events_of(*row) {
            let place = event.time.map(|time| bin(time.at, first, last, bins));
            if let Some(count) = place.and_then(|place| counts.get_mut(place)) {
                *count += 1;
            }
        }
    }
    counts
}

fn bin(at: Timestamp, first: Timestamp, last: Timestamp, bins: usize) -> usize {
    let since = |time: Timestamp| i128::from(time.ticks()) - i128::from(first.ticks());
    let bins = i128::try_from(bins).unwrap_or(1);
    let place = since(at) * bins / (since(last) + 1);
    usize::try_from(place).unwrap_or(0)
}
