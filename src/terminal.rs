//! Layer 10, the terminal: entered and always left as it was, keys and mouse read, effects done,
//! and the loop between them. Decides nothing about what a key means or what is drawn.
//!
//! The loop is a blocking one: input before reports before ticks, all that waits is taken, then
//! one draw, at most sixty a second, each in one write and one synchronized update.

mod input;
mod open;
mod session;

use crate::app::{App, Effect, Message};
use crate::ui::{self, Theme};
use crate::worker::{Report, WorkerHandle};
use crossbeam_channel::{Receiver, never, select_biased};
use input::{read_input, watch_signals};
pub use open::{open, width};
pub use session::tell_panic;
use session::{PanicHook, Session};
use signal_hook::consts::{SIGCONT, SIGHUP, SIGINT};
use std::io;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Least time between two draws.
const FRAME: Duration = Duration::from_millis(16);
/// Time between two moves of the spinner: over a slow line each costs.
const TICK: Duration = Duration::from_millis(500);
/// How long to sleep when nothing is under way.
const IDLE: Duration = Duration::from_hours(1);
/// How many messages are taken before a draw is due again.
const DRAINED: usize = 64;
/// How the workbench was left.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// By `q`.
    Quit,
    /// By Ctrl-C pressed twice, or SIGINT.
    Aborted,
    /// By SIGTERM.
    Terminated,
    /// By SIGHUP, or because the terminal was gone.
    HungUp,
}

impl Outcome {
    /// The exit code: 128 and the signal's number where there was one, as shells have it.
    pub fn exit_code(self) -> u8 {
        match self {
            Self::Quit => 0,
            Self::Aborted => 130,
            Self::Terminated => 143,
            Self::HungUp => 129,
        }
    }
}

/// The theme for this terminal: no colour under `NO_COLOR` (<https://no-color.org>: set and not
/// empty).
pub fn theme_from_environment(ascii: bool) -> Theme {
    let no_color = std::env::var("NO_COLOR").is_ok_and(|value| !value.is_empty());
    Theme {
        ascii,
        color: !no_color,
    }
}

/// Runs the workbench until it is left. Draws before anything else.
pub fn run(app: App, theme: Theme, worker: impl WorkerHandle) -> anyhow::Result<Outcome> {
    let hook = PanicHook::set();
    let result = run_session(app, theme, worker);
    hook.unset();
    match result {
        Err(error) if is_gone(&error) => Ok(Outcome::HungUp),
        result => result,
    }
}

fn run_session(app: App, theme: Theme, worker: impl WorkerHandle) -> anyhow::Result<Outcome> {
    // Before the terminal is taken: a signal in between must give it back.
    let (signals, _guard) = watch_signals()?;
    let mut session = Session::enter(app.mouse_captured)?;
    let mut shell = Shell {
        app,
        theme,
        reports: worker.reports().clone(),
        worker,
        drawn: Instant::now(),
        ticked: Instant::now(),
        dirty: false,
    };
    shell.draw(&mut session)?;
    let input = read_input()?;
    shell.run(&mut session, &input, &signals)
}

/// Whether the terminal is not there any more.
fn is_gone(error: &anyhow::Error) -> bool {
    // What a write to a closed pseudo-terminal gives; std has no name for it.
    const EIO: i32 = 5;
    error.chain().any(|cause| {
        cause.downcast_ref::<io::Error>().is_some_and(|io| {
            io.kind() == io::ErrorKind::BrokenPipe || io.raw_os_error() == Some(EIO)
        })
    })
}

/// What woke the loop.
enum Woken {
    Signal(i32),
    Input(Message),
    InputEnded,
    Report(Report),
    Time,
}

/// The app between terminal and worker.
struct Shell<W> {
    app: App,
    theme: Theme,
    worker: W,
    reports: Receiver<Report>,
    drawn: Instant,
    ticked: Instant,
    dirty: bool,
}

impl<W: WorkerHandle> Shell<W> {
    fn run(
        &mut self,
        session: &mut Session,
        input: &Receiver<Message>,
        signals: &Receiver<i32>,
    ) -> anyhow::Result<Outcome> {
        let effects = self.app.start();
        if let Some(outcome) = self.take_effects(effects, session)? {
            return Ok(outcome);
        }
        loop {
            let mut woken = self.wait(input, signals, self.patience());
            for _ in 0..DRAINED {
                let ended = match woken {
                    Woken::Signal(SIGCONT) => {
                        session.resume(self.app.mouse_captured)?;
                        self.dirty = true;
                        None
                    }
                    Woken::Signal(signal) => Some(outcome_of(signal)),
                    Woken::InputEnded => Some(Outcome::HungUp),
                    Woken::Input(message) => self.take(message, session)?,
                    Woken::Report(report) => self.take(Message::Report(report), session)?,
                    Woken::Time => break,
                };
                if let Some(outcome) = ended {
                    return Ok(outcome);
                }
                woken = self.wait(input, signals, Duration::ZERO);
            }
            if self.app.is_busy() && self.ticked.elapsed() >= TICK {
                self.ticked = Instant::now();
                self.take(Message::Tick, session)?;
            }
            if self.dirty && self.drawn.elapsed() >= FRAME {
                self.draw(session)?;
            }
        }
    }

    /// How long to sleep at most.
    fn patience(&self) -> Duration {
        if self.dirty {
            FRAME.saturating_sub(self.drawn.elapsed())
        } else if self.app.is_busy() {
            TICK.saturating_sub(self.ticked.elapsed())
        } else {
            IDLE
        }
    }

    fn wait(
        &mut self,
        input: &Receiver<Message>,
        signals: &Receiver<i32>,
        patience: Duration,
    ) -> Woken {
        select_biased! {
            recv(signals) -> signal => signal.map_or(Woken::Time, Woken::Signal),
            recv(input) -> message => message.map_or(Woken::InputEnded, Woken::Input),
            recv(self.reports) -> report => report.map_or_else(
                |_| {
                    // The worker is gone: nothing more comes, and that must not wake us again.
                    self.reports = never();
                    Woken::Time
                },
                Woken::Report,
            ),
            default(patience) => Woken::Time,
        }
    }

    fn take(&mut self, message: Message, session: &mut Session) -> anyhow::Result<Option<Outcome>> {
        self.dirty = true;
        let effects = self.app.update(message);
        self.take_effects(effects, session)
    }

    fn take_effects(
        &mut self,
        effects: Vec<Effect>,
        session: &mut Session,
    ) -> anyhow::Result<Option<Outcome>> {
        for effect in effects {
            match effect {
                Effect::Start(job) => self.worker.start(job, Arc::clone(&self.app.findings)),
                Effect::CancelLoading => self.worker.cancel_loading(),
                Effect::Copy(text) => session.copy(&text)?,
                Effect::CaptureMouse(on) => session.capture_mouse(on)?,
                Effect::Redraw => session.redraw()?,
                Effect::Suspend => session.suspend(self.app.mouse_captured)?,
                Effect::Quit => return Ok(Some(Outcome::Quit)),
                Effect::Abort => return Ok(Some(Outcome::Aborted)),
            }
        }
        Ok(None)
    }

    fn draw(&mut self, session: &mut Session) -> anyhow::Result<()> {
        // A search goes to its first match when the lines are known, which needs a second look.
        for _ in 0..2 {
            let mut layout = None;
            session.draw(|frame| {
                layout = Some(ui::draw(&self.app, self.theme, frame));
            })?;
            if !layout.is_some_and(|layout| self.app.laid_out(layout)) {
                break;
            }
        }
        self.drawn = Instant::now();
        self.dirty = false;
        Ok(())
    }
}

fn outcome_of(signal: i32) -> Outcome {
    match signal {
        SIGHUP => Outcome::HungUp,
        SIGINT => Outcome::Aborted,
        _ => Outcome::Terminated,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_terminal_that_is_gone_is_no_error() {
        assert!(is_gone(&io::Error::from(io::ErrorKind::BrokenPipe).into()));
        assert!(is_gone(
            &anyhow::Error::from(io::Error::from_raw_os_error(5)).context("x")
        ));
        assert!(!is_gone(&io::Error::from(io::ErrorKind::NotFound).into()));
    }
}
