//! Taking the terminal, drawing on it, and leaving it as it was found: on every way out, a panic
//! too.

use crate::event::visible::visible_lines;
use anyhow::Context as _;
use crossterm::clipboard::CopyToClipboard;
use crossterm::event::{DisableBracketedPaste, DisableMouseCapture, EnableBracketedPaste};
use crossterm::terminal::{
    Clear, ClearType, EnterAlternateScreen, LeaveAlternateScreen, disable_raw_mode, enable_raw_mode,
};
use crossterm::{cursor, execute, queue};
use ratatui::backend::CrosstermBackend;
use ratatui::layout::Rect;
use ratatui::{Frame, Terminal};
use signal_hook::consts::SIGTSTP;
use std::io::{self, Stdout, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

/// Presses and releases in SGR form. Not what crossterm switches on: that reports every motion,
/// which is read by nobody and floods a slow line.
const MOUSE_ON: &[u8] = b"\x1b[?1000h\x1b[?1006h";
const BEGIN_UPDATE: &[u8] = b"\x1b[?2026h";
const END_UPDATE: &[u8] = b"\x1b[?2026l";

/// Collects what is drawn and writes it at once, as one synchronized update. What was not flushed
/// is forgotten, so that nothing of it is written after the terminal was left.
struct Output {
    bytes: Vec<u8>,
    stdout: Stdout,
}

impl Write for Output {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.bytes.is_empty() {
            self.bytes.extend_from_slice(BEGIN_UPDATE);
        }
        self.bytes.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        if self.bytes.is_empty() {
            return Ok(());
        }
        self.bytes.extend_from_slice(END_UPDATE);
        let bytes = std::mem::take(&mut self.bytes);
        self.stdout.write_all(&bytes)?;
        self.stdout.flush()
    }
}

/// The terminal while it is ours; left as it was when this is dropped.
pub struct Session {
    terminal: Terminal<CrosstermBackend<Output>>,
}

impl Session {
    /// Takes it.
    pub fn enter(mouse: bool) -> anyhow::Result<Self> {
        take_terminal(mouse).context("the terminal can't be used; 'gimlet hunt' needs none")?;
        let output = Output {
            bytes: Vec::new(),
            stdout: io::stdout(),
        };
        let terminal = Terminal::new(CrosstermBackend::new(output));
        if terminal.is_err() {
            leave_terminal();
        }
        Ok(Self {
            terminal: terminal?,
        })
    }

    /// Draws.
    pub fn draw(&mut self, draw: impl FnOnce(&mut Frame<'_>)) -> io::Result<()> {
        self.terminal.draw(draw).map(|_| ())
    }

    /// Forgets what is on the screen. (`Terminal::clear` would ask the terminal where its cursor
    /// is, and the answer would go to the thread that reads the keys.)
    pub fn redraw(&mut self) -> io::Result<()> {
        let size = self.terminal.size()?;
        self.terminal
            .resize(Rect::new(0, 0, size.width, size.height))
    }

    /// Puts a text into the terminal's clipboard (OSC 52).
    pub fn copy(&mut self, text: &str) -> io::Result<()> {
        let out = self.terminal.backend_mut();
        queue!(out, CopyToClipboard::to_clipboard_from(text))?;
        io::Write::flush(out)
    }

    /// Switches mouse reports on or off.
    pub fn capture_mouse(&mut self, on: bool) -> io::Result<()> {
        let out = self.terminal.backend_mut();
        if on {
            out.write_all(MOUSE_ON)?;
        } else {
            queue!(out, DisableMouseCapture)?;
        }
        io::Write::flush(out)
    }

    /// Stops as a job of the shell, and comes back.
    pub fn suspend(&mut self, mouse: bool) -> anyhow::Result<()> {
        leave_terminal();
        signal_hook::low_level::raise(SIGTSTP).context("this process can't be stopped")?;
        self.resume(mouse)
    }

    /// Takes it again after the process was stopped.
    pub fn resume(&mut self, mouse: bool) -> anyhow::Result<()> {
        // The shell may have changed the terminal's mode behind crossterm's back.
        let _ = disable_raw_mode();
        take_terminal(mouse).context("the terminal can't be used again")?;
        self.redraw()?;
        Ok(())
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        leave_terminal();
    }
}

/// The terminal is ours. One for the process, as the terminal is: the panic hook asks it too.
/// Leaving twice would put the cursor back over what was printed since.
static TAKEN: AtomicBool = AtomicBool::new(false);

fn take_terminal(mouse: bool) -> io::Result<()> {
    enable_raw_mode()?;
    TAKEN.store(true, Ordering::SeqCst);
    let mut out = io::stdout();
    // Some terminals show what was there before until it is drawn over.
    execute!(out, EnterAlternateScreen, Clear(ClearType::All))?;
    execute!(out, EnableBracketedPaste, cursor::Hide)?;
    if mouse {
        out.write_all(MOUSE_ON)?;
    }
    out.flush()
}

/// Leaves the terminal as it was found. Every step is tried whatever becomes of the others.
fn leave_terminal() {
    if !TAKEN.swap(false, Ordering::SeqCst) {
        return;
    }
    let mut out = io::stdout();
    let _ = out.write_all(END_UPDATE);
    let _ = execute!(out, DisableMouseCapture);
    let _ = execute!(out, DisableBracketedPaste);
    let _ = execute!(out, LeaveAlternateScreen, cursor::Show);
    let _ = disable_raw_mode();
}

type Hook = dyn Fn(&std::panic::PanicHookInfo<'_>) + Sync + Send;

/// Leaves the terminal before a panic of this thread is told. A panic of another thread is a
/// job's, which reports it: its text must not fall into the screen.
pub struct PanicHook {
    before: Arc<Box<Hook>>,
}

impl PanicHook {
    /// Sets it for this thread.
    pub fn set() -> Self {
        let before: Arc<Box<Hook>> = Arc::new(std::panic::take_hook());
        let ours = thread::current().id();
        std::panic::set_hook(Box::new(move |info| {
            if thread::current().id() == ours {
                leave_terminal();
                tell_panic(&info.to_string());
            }
        }));
        Self { before }
    }

    /// Puts the hook before it back.
    pub fn unset(self) {
        let before = self.before;
        std::panic::set_hook(Box::new(move |info| before(info)));
    }
}

/// Tells a panic on standard error. What it says may hold text of a log.
pub fn tell_panic(text: &str) {
    let mut err = io::stderr();
    let _ = writeln!(
        err,
        "gimlet stopped by a fault of its own; please report it:"
    );
    for line in visible_lines(text) {
        let _ = writeln!(err, "  {line}");
    }
    let trace = std::backtrace::Backtrace::capture();
    if trace.status() == std::backtrace::BacktraceStatus::Captured {
        let _ = writeln!(err, "{trace}");
    }
}
