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
    let times = app.rows.times();
    Some((*times.first()?, *times.last()?))
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
        // Whatever is not nothing is seen: rounded up.
        let height = count.saturating_mul(BARS.len() - 1).div_ceil(most);
        let bar = BARS.get(height);
        let role = match (lit == Some(place), count) {
            (true, _) => Role::Focus,
            (_, 0) => Role::Border,
            _ => Role::Plain,
        };
        line.push(theme.label(*bar.unwrap_or(&"█"), role));
    }
    canvas.line_with_end(area, &line, &end);
}

/// How many events are in each bar. Times are in order, so that only the ends are looked for.
fn counts(app: &App, first: Timestamp, last: Timestamp, bins: usize) -> Vec<usize> {
    let times = app.rows.times();
    let before = |place: usize| times.partition_point(|at| bin(*at, first, last, bins) < place);
    let ends: Vec<usize> = (0..=bins).map(before).collect();
    let pairs = ends.iter().zip(ends.iter().skip(1));
    pairs.map(|(from, until)| until - from).collect()
}

fn bin(at: Timestamp, first: Timestamp, last: Timestamp, bins: usize) -> usize {
    let since = |time: Timestamp| i128::from(time.ticks()) - i128::from(first.ticks());
    let bins = i128::try_from(bins).unwrap_or(1);
    let place = since(at) * bins / (since(last) + 1);
    usize::try_from(place).unwrap_or(0)
}
