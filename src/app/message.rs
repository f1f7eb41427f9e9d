//! What comes into the workbench and what it asks of the world outside: values, so that both can
//! be compared in a test.

use super::key::{Key, Mouse};
use crate::worker::{Job, Report};

/// Into [`super::App::update`].
#[derive(Debug, Clone)]
pub enum Message {
    /// A key press.
    Key(Key),
    /// The mouse.
    Mouse(Mouse),
    /// The terminal has another size; the next draw sees it.
    Resize,
    /// Text pasted into the terminal.
    Paste(String),
    /// From a job.
    Report(Report),
    /// Time has passed while something is under way: the spinner moves.
    Tick,
}

/// Out of [`super::App::update`], to be done outside.
#[derive(Debug, Clone, PartialEq)]
pub enum Effect {
    /// Start a job.
    Start(Job),
    /// Ask loading to stop.
    CancelLoading,
    /// Put a text into the clipboard of the terminal.
    Copy(String),
    /// Take mouse reports from the terminal, or give the mouse back to it.
    CaptureMouse(bool),
    /// Draw everything anew, whatever is thought to be on the screen.
    Redraw,
    /// Stop as a job of the shell (Ctrl-Z), with the terminal restored.
    Suspend,
    /// Leave.
    Quit,
    /// Leave at once, as interrupted.
    Abort,
}
