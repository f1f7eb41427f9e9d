//! Opens the workbench on an engine: the one place where worker, state and terminal meet.

use super::{run, theme_from_environment};
use crate::app::{self, App};
use crate::config::Settings;
use crate::worker::threads::{Engine, Worker};
use anyhow::bail;
use std::io::{self, IsTerminal as _};
use std::sync::Arc;

/// Opens it and returns the exit status. `select` is a filter that picks the row to start on.
pub fn open(engine: Engine, settings: &Settings, select: Option<&str>) -> anyhow::Result<u8> {
    if !io::stdout().is_terminal() {
        bail!("the workbench needs a terminal to draw on: 'gimlet hunt PATH' prints the rows");
    }
    let mut app = App::new(app::Settings {
        rule: Arc::new(engine.rule.view()),
        zone: settings.tz,
        select: select.map(str::to_owned),
    });
    app.mouse_captured = settings.mouse;
    let theme = theme_from_environment(settings.ascii);
    Ok(run(app, theme, Worker::new(engine))?.exit_code())
}

/// The width of the terminal in columns; none without one.
pub fn width() -> Option<usize> {
    crossterm::terminal::size()
        .ok()
        .map(|(columns, _)| usize::from(columns))
}
