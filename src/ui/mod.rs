//! Layer 9, what the workbench looks like: `draw(&App, Theme, &mut Frame) -> Layout`. Changes
//! nothing but the frame's cells; where things were drawn goes back to the app as a [`Layout`].
//!
//! Every text reaches the screen through `text`, which makes hostile characters visible and cuts
//! by display width; `canvas` draws frames, lists and texts with it; `panes` has one file a pane.

mod canvas;
mod cut;
mod figures;
mod footer;
mod header;
mod overlay;
mod panes;
mod spl;
pub mod text;
pub mod theme;
mod timeline;

pub use theme::Theme;

use crate::app::{App, Layout, View};
use canvas::Canvas;
use ratatui::Frame;
use ratatui::layout::Rect;

/// The least size in which the workbench can be used.
const LEAST: (u16, u16) = (40, 10);

/// Draws everything.
pub fn draw(app: &App, theme: Theme, frame: &mut Frame<'_>) -> Layout {
    let area = frame.area();
    let mut canvas = Canvas::new(frame.buffer_mut(), theme);
    if area.width < LEAST.0 || area.height < LEAST.1 {
        too_small(&mut canvas, area);
    } else {
        draw_screen(app, &mut canvas, area);
    }
    let (layout, cursor) = canvas.finish();
    if let Some(cursor) = cursor {
        frame.set_cursor_position(cursor);
    }
    layout
}

fn too_small(canvas: &mut Canvas<'_>, area: Rect) {
    let text = format!("Gimlet needs {} x {}; q leaves", LEAST.0, LEAST.1);
    let line = vec![canvas.theme().label(text, theme::Role::Plain)];
    let lines = text::wrap(&line, usize::from(area.width), 0);
    for (y, line) in lines.iter().enumerate() {
        canvas.line(text::row(area, y), line);
    }
}

fn draw_screen(app: &App, canvas: &mut Canvas<'_>, area: Rect) {
    let height = usize::from(area.height);
    header::draw_title(app, canvas, text::row(area, 0));
    header::draw_views(app, canvas, text::row(area, 1));
    let mut body = text::rows(area, 2, height.saturating_sub(4));
    if app.view == View::Findings && timeline::fits(app, area) {
        timeline::draw(app, canvas, text::row(body, 0));
        body = text::rows(body, 1, usize::from(body.height).saturating_sub(1));
    }
    match app.view {
        View::Findings => panes::findings::draw_view(app, canvas, body),
        View::Results | View::Risk => panes::drilldown::draw(app, canvas, body),
        View::Rule => panes::rule::draw(app, canvas, body),
        View::Evidence => panes::evidence::draw(app, canvas, body),
    }
    footer::draw_filter(app, canvas, text::row(area, height.saturating_sub(2)));
    footer::draw_keys(app, canvas, text::row(area, height.saturating_sub(1)));
    overlay::draw(app, canvas, body);
}
