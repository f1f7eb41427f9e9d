//! A program on a pseudo-terminal: keys in, the screen out, and whether the terminal is left as it
//! was. Waits for text with a deadline; never sleeps for a fixed time.

use crossbeam_channel::{Receiver, bounded};
use portable_pty::{Child, CommandBuilder, ExitStatus, MasterPty, PtySize, native_pty_system};
use std::io::{Read, Write};
use std::num::NonZero;
use std::time::{Duration, Instant};

/// How long anything may take.
pub const DEADLINE: Duration = Duration::from_secs(20);

/// The program on its terminal.
pub struct Pty {
    pub child: Box<dyn Child + Send + Sync>,
    pub master: Option<Box<dyn MasterPty + Send>>,
    pub writer: Box<dyn Write + Send>,
    pub output: Receiver<Vec<u8>>,
    pub screen: vt100::Parser,
    pub raw: Vec<u8>,
}

impl Pty {
    /// Runs a program on a terminal of so many rows and columns.
    pub fn start(mut command: CommandBuilder, locale: &str, [rows, cols]: [u16; 2]) -> Self {
        let size = PtySize {
            rows,
            cols,
            pixel_width: 0,
            pixel_height: 0,
        };
        let pair = native_pty_system().openpty(size).unwrap();
        command.env("LC_ALL", locale);
        command.env("TERM", "xterm-256color");
        command.env("RUST_BACKTRACE", "0");
        command.env_remove("NO_COLOR");
        let child = pair.slave.spawn_command(command).unwrap();
        drop(pair.slave);
        let mut reader = pair.master.try_clone_reader().unwrap();
        let writer = pair.master.take_writer().unwrap();
        let (sender, output) = bounded(1024);
        std::thread::spawn(move || {
            let mut buffer = [0; 8192];
            while let Ok(count) = reader.read(&mut buffer) {
                if count == 0 || sender.send(buffer[..count].to_vec()).is_err() {
                    return;
                }
            }
        });
        Self {
            child,
            master: Some(pair.master),
            writer,
            output,
            screen: vt100::Parser::new(NonZero::new(rows).unwrap(), NonZero::new(cols).unwrap(), 0),
            raw: Vec::new(),
        }
    }

    pub fn pump(&mut self, patience: Duration) {
        if let Ok(bytes) = self.output.recv_timeout(patience) {
            self.screen.process(&bytes);
            self.raw.extend(bytes);
        }
    }

    pub fn wait(&mut self, text: &str) {
        let end = Instant::now() + DEADLINE;
        while !self.screen.screen().contents().contains(text) {
            assert!(
                Instant::now() < end,
                "no '{text}':\n{}",
                self.screen.screen().contents()
            );
            self.pump(Duration::from_millis(50));
        }
    }

    pub fn keys(&mut self, keys: &str) {
        self.writer.write_all(keys.as_bytes()).unwrap();
        self.writer.flush().unwrap();
    }

    pub fn signal(&self, signal: &str) {
        let pid = self.child.process_id().unwrap().to_string();
        let status = std::process::Command::new("kill")
            .args([signal, &pid])
            .status();
        assert!(status.unwrap().success());
    }

    /// Waits for its end, and that the terminal is as it was.
    pub fn ended(mut self) -> (ExitStatus, String) {
        let end = Instant::now() + DEADLINE;
        let status = loop {
            self.pump(Duration::from_millis(20));
            if let Some(status) = self.child.try_wait().unwrap() {
                break status;
            }
            assert!(Instant::now() < end, "it does not end");
        };
        while let Ok(bytes) = self.output.recv_timeout(Duration::from_millis(200)) {
            self.screen.process(&bytes);
            self.raw.extend(bytes);
        }
        let screen = self.screen.screen();
        assert!(!screen.alternate_screen(), "the alternate screen is left");
        assert!(!screen.hide_cursor(), "the cursor is shown");
        assert!(!screen.bracketed_paste(), "bracketed paste is off");
        let mouse = screen.mouse_protocol_mode();
        assert_eq!(
            mouse,
            vt100::MouseProtocolMode::None,
            "the mouse is given back"
        );
        let count = |sequence: &[u8]| {
            let windows = self.raw.windows(sequence.len());
            windows.filter(|window| *window == sequence).count()
        };
        assert!(
            count(b"\x1b[?2026l") >= count(b"\x1b[?2026h"),
            "no update stays open"
        );
        (status, screen.contents())
    }
}

impl Drop for Pty {
    fn drop(&mut self) {
        let _ = self.child.kill();
    }
}
