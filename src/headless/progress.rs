//! Progress on standard error, on a terminal only: one line, written over, gone at the end.

use crate::worker::Progress;
use crate::worker::hunt::{Hunt, Observer};
use std::io::{self, IsTerminal as _, Write as _};
use std::time::{Duration, Instant};

/// How often the line is written.
const PAUSE: Duration = Duration::from_millis(100);

/// The line.
#[derive(Debug)]
pub struct Line {
    shown: bool,
    wanted: bool,
    next: Instant,
}

impl Line {
    /// Not wanted when quiet, or when standard error is no terminal.
    pub fn new(quiet: bool) -> Self {
        let wanted = !quiet && io::stderr().is_terminal();
        Self {
            shown: false,
            wanted,
            next: Instant::now() + PAUSE,
        }
    }

    /// Takes the line away.
    pub fn clear(&mut self) {
        if self.shown {
            // A terminal that went away is no reason to stop the work.
            let _ = write!(io::stderr(), "\r\x1b[K");
            self.shown = false;
        }
    }
}

impl Observer for Line {
    fn advance(&mut self, progress: &Progress, hunt: &Hunt<'_>) {
        let now = Instant::now();
        if !self.wanted || now < self.next {
            return;
        }
        self.next = now + PAUSE;
        self.shown = true;
        let read = progress.bytes_read >> 20;
        let of = progress
            .bytes_total
            .map_or(String::new(), |total| format!(" of {}", total >> 20));
        let _ = write!(
            io::stderr(),
            "\r\x1b[K{read}{of} MiB · {} of {} files · {} records · {} events matched",
            progress.files_done,
            progress.files_total,
            progress.records,
            hunt.event_count()
        );
    }
}
