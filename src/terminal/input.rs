//! Keys, mouse and signals, read by threads of their own and sent through bounded channels.

use crate::app::{Key, KeyCode, Message, Mouse, MouseKind};
use anyhow::Context as _;
use crossbeam_channel::{Receiver, Sender, bounded};
use crossterm::event::{
    self, Event, KeyEvent, KeyEventKind, KeyModifiers, MouseButton, MouseEvent, MouseEventKind,
};
use signal_hook::consts::{SIGCONT, SIGHUP, SIGINT, SIGTERM};
use signal_hook::iterator::Signals;
use std::thread;

/// What the thread that reads the terminal sends; it ends with the channel.
pub fn read_input() -> anyhow::Result<Receiver<Message>> {
    let (sender, receiver) = bounded(256);
    thread::Builder::new()
        .name("input".to_owned())
        .spawn(move || send_input(&sender))
        .context("no thread to read the keys")?;
    Ok(receiver)
}

fn send_input(sender: &Sender<Message>) {
    while let Ok(event) = event::read() {
        if let Some(message) = message_of(event)
            && sender.send(message).is_err()
        {
            return;
        }
    }
}

fn message_of(event: Event) -> Option<Message> {
    match event {
        Event::Key(key) if key.kind != KeyEventKind::Release => key_of(key).map(Message::Key),
        Event::Mouse(mouse) => mouse_of(mouse).map(Message::Mouse),
        Event::Paste(text) => Some(Message::Paste(text)),
        Event::Resize(_, _) => Some(Message::Resize),
        _ => None,
    }
}

fn key_of(key: KeyEvent) -> Option<Key> {
    use crossterm::event::KeyCode as Code;
    let code = match key.code {
        Code::Char(c) => KeyCode::Char(c),
        Code::Enter => KeyCode::Enter,
        Code::Esc => KeyCode::Esc,
        Code::Tab if key.modifiers.contains(KeyModifiers::SHIFT) => KeyCode::BackTab,
        Code::Tab => KeyCode::Tab,
        Code::BackTab => KeyCode::BackTab,
        Code::Backspace => KeyCode::Backspace,
        Code::Delete => KeyCode::Delete,
        Code::Up => KeyCode::Up,
        Code::Down => KeyCode::Down,
        Code::Left => KeyCode::Left,
        Code::Right => KeyCode::Right,
        Code::Home => KeyCode::Home,
        Code::End => KeyCode::End,
        Code::PageUp => KeyCode::PageUp,
        Code::PageDown => KeyCode::PageDown,
        Code::F(n) => KeyCode::F(n),
        _ => return None,
    };
    Some(Key {
        code,
        ctrl: key.modifiers.contains(KeyModifiers::CONTROL),
        alt: key.modifiers.contains(KeyModifiers::ALT),
    })
}

fn mouse_of(mouse: MouseEvent) -> Option<Mouse> {
    let kind = match mouse.kind {
        MouseEventKind::Down(MouseButton::Left) => MouseKind::Click,
        MouseEventKind::ScrollUp => MouseKind::WheelUp,
        MouseEventKind::ScrollDown => MouseKind::WheelDown,
        _ => return None,
    };
    Some(Mouse {
        kind,
        x: mouse.column,
        y: mouse.row,
    })
}

/// Ends the thread that waits for signals.
pub struct SignalGuard(signal_hook::iterator::Handle);

impl Drop for SignalGuard {
    fn drop(&mut self) {
        self.0.close();
    }
}

/// The signals that end or continue the process, while the guard lives.
pub fn watch_signals() -> anyhow::Result<(Receiver<i32>, SignalGuard)> {
    let mut signals =
        Signals::new([SIGTERM, SIGHUP, SIGINT, SIGCONT]).context("signals can't be watched")?;
    let guard = SignalGuard(signals.handle());
    let (sender, receiver) = bounded(16);
    thread::Builder::new()
        .name("signals".to_owned())
        .spawn(move || {
            for signal in signals.forever() {
                if sender.send(signal).is_err() {
                    return;
                }
            }
        })
        .context("no thread to wait for signals")?;
    Ok((receiver, guard))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_translated() {
        let ctrl_c = KeyEvent::new(event::KeyCode::Char('c'), KeyModifiers::CONTROL);
        assert_eq!(key_of(ctrl_c), Some(Key::ctrl('c')));
        let shift_g = KeyEvent::new(event::KeyCode::Char('G'), KeyModifiers::SHIFT);
        assert_eq!(key_of(shift_g), Some(Key::char('G')));
    }
}
