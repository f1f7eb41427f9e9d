//! Keys and mouse as the workbench knows them, whatever library read them from the terminal, and
//! how they are spelt: `Ctrl-d` in the keymap and on the screen, `<c-d>` in key strings of tests.

use std::fmt;

/// A key without its modifiers. Shift is in the character, `BackTab` is Shift-Tab.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum KeyCode {
    /// A character as typed.
    Char(char),
    /// Return.
    Enter,
    /// Escape.
    Esc,
    /// Tab.
    Tab,
    /// Shift-Tab.
    BackTab,
    /// Backspace.
    Backspace,
    /// Delete.
    Delete,
    /// Up.
    Up,
    /// Down.
    Down,
    /// Left.
    Left,
    /// Right.
    Right,
    /// Home.
    Home,
    /// End.
    End,
    /// Page up.
    PageUp,
    /// Page down.
    PageDown,
    /// A function key.
    F(u8),
}

/// A key press.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Key {
    /// The key.
    pub code: KeyCode,
    /// With Ctrl.
    pub ctrl: bool,
    /// With Alt.
    pub alt: bool,
}

/// What the mouse did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MouseKind {
    /// The left button went down.
    Click,
    /// The wheel turned away from the hand.
    WheelUp,
    /// The wheel turned towards the hand.
    WheelDown,
}

/// A mouse event at a cell, counted from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mouse {
    /// What it did.
    pub kind: MouseKind,
    /// Column.
    pub x: u16,
    /// Line.
    pub y: u16,
}

const NAMED: [(&str, &str, KeyCode); 17] = [
    ("Enter", "enter", KeyCode::Enter),
    ("Esc", "esc", KeyCode::Esc),
    ("Tab", "tab", KeyCode::Tab),
    ("Shift-Tab", "s-tab", KeyCode::BackTab),
    ("Backspace", "bs", KeyCode::Backspace),
    ("Delete", "del", KeyCode::Delete),
    ("Up", "up", KeyCode::Up),
    ("Down", "down", KeyCode::Down),
    ("Left", "left", KeyCode::Left),
    ("Right", "right", KeyCode::Right),
    ("Home", "home", KeyCode::Home),
    ("End", "end", KeyCode::End),
    ("PgUp", "pgup", KeyCode::PageUp),
    ("PgDn", "pgdn", KeyCode::PageDown),
    ("Space", "space", KeyCode::Char(' ')),
    ("<", "lt", KeyCode::Char('<')),
    (">", "gt", KeyCode::Char('>')),
];

impl Key {
    /// A key without modifiers.
    pub fn plain(code: KeyCode) -> Self {
        Self {
            code,
            ctrl: false,
            alt: false,
        }
    }

    /// A character.
    pub fn char(c: char) -> Self {
        Self::plain(KeyCode::Char(c))
    }

    /// A character with Ctrl.
    pub fn ctrl(c: char) -> Self {
        Self {
            ctrl: true,
            ..Self::char(c)
        }
    }

    /// From its spelling in the keymap: `j`, `Down`, `Ctrl-d`, `Alt-Left`, `F1`.
    pub fn parse(text: &str) -> Option<Self> {
        let (ctrl, text) = strip(text, "Ctrl-");
        let (alt, text) = strip(text, "Alt-");
        let named = NAMED.iter().find(|(name, _, _)| *name == text);
        let code = named.map_or_else(|| other_code(text, 'F'), |n| Some(n.2))?;
        Some(Self { code, ctrl, alt })
    }

    /// The keys of a key string: `jj<enter>/msi<esc>`. A name in angle brackets is a key
    /// (`<enter>`, `<c-x>`, `<a-left>`, `<f1>`, `<lt>`); every other character stands for itself.
    pub fn parse_string(text: &str) -> Vec<Self> {
        let mut keys = Vec::new();
        let mut rest = text;
        while let Some(c) = rest.chars().next() {
            let bracket = rest
                .strip_prefix('<')
                .and_then(|inner| inner.split_once('>'))
                .and_then(|(name, after)| Some((Self::parse_bracket(name)?, after)));
            if let Some((key, after)) = bracket {
                keys.push(key);
                rest = after;
            } else {
                keys.push(Self::char(c));
                rest = rest.get(c.len_utf8()..).unwrap_or("");
            }
        }
        keys
    }

    fn parse_bracket(name: &str) -> Option<Self> {
        let (ctrl, name) = strip(name, "c-");
        let (alt, name) = strip(name, "a-");
        let named = NAMED.iter().find(|(_, short, _)| *short == name);
        let code = named.map_or_else(|| other_code(name, 'f'), |n| Some(n.2))?;
        (ctrl || alt || !matches!(code, KeyCode::Char(c) if c.is_alphanumeric())).then_some(Self {
            code,
            ctrl,
            alt,
        })
    }
}

fn strip<'a>(text: &'a str, prefix: &str) -> (bool, &'a str) {
    // `Ctrl--` is Ctrl with the minus key: never strip the whole text away.
    match text.strip_prefix(prefix) {
        Some(rest) if !rest.is_empty() => (true, rest),
        _ => (false, text),
    }
}

fn other_code(text: &str, function: char) -> Option<KeyCode> {
    let mut chars = text.chars();
    match (chars.next(), chars.as_str()) {
        (Some(c), "") => Some(KeyCode::Char(c)),
        (Some(f), number) if f == function => number.parse().ok().map(KeyCode::F),
        _ => None,
    }
}

impl fmt::Display for Key {
    /// As in the keymap.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.ctrl {
            f.write_str("Ctrl-")?;
        }
        if self.alt {
            f.write_str("Alt-")?;
        }
        if let Some((name, _, _)) = NAMED.iter().find(|(_, _, code)| *code == self.code) {
            return f.write_str(name);
        }
        match self.code {
            KeyCode::Char(c) => write!(f, "{c}"),
            KeyCode::F(n) => write!(f, "F{n}"),
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_round_trip() {
        for text in [
            "j",
            "Down",
            "Ctrl-d",
            "Alt-Left",
            "Shift-Tab",
            "F12",
            "-",
            "Space",
            "?",
            "<",
        ] {
            let key = Key::parse(text).unwrap();
            assert_eq!(key.to_string(), text);
        }
        assert_eq!(Key::parse("Hyper-x"), None);
    }

    #[test]
    fn key_strings() {
        let keys = Key::parse_string("j<enter>/a<b<c-x><lt>");
        let shown: Vec<String> = keys.iter().map(Key::to_string).collect();
        assert_eq!(shown, ["j", "Enter", "/", "a", "<", "b", "Ctrl-x", "<"]);
        assert_eq!(Key::parse_string("<a>").len(), 3);
    }
}
