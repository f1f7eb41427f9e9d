//! The line in which a filter or a search is typed. The only file that names `tui_input`.

use super::key::{Key, KeyCode};
use super::layout::Pane;
use tui_input::{Input, InputRequest};

/// A command line of Windows has at most 32,767 characters; a filter needs no more than a part.
const LONGEST_PASTE: usize = 4096;

/// What is typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PromptKind {
    /// The filter of the rows, applied as it is typed.
    Filter,
    /// A text to find in a pane.
    Search(Pane),
}

/// What a key did to the line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Typed {
    /// The text is another one.
    Changed,
    /// Only the cursor moved, or nothing happened.
    Same,
    /// Enter: it holds.
    Accepted,
    /// Esc: as it was before.
    Cancelled,
}

/// An open line.
#[derive(Debug, Clone)]
pub struct Prompt {
    /// What is typed in it.
    pub kind: PromptKind,
    /// The text before it was opened.
    pub before: String,
    input: Input,
}

impl Prompt {
    /// Opens a line with a text in it.
    pub fn new(kind: PromptKind, text: &str) -> Self {
        Self {
            kind,
            before: text.to_owned(),
            input: Input::new(text.to_owned()),
        }
    }

    /// The text.
    pub fn text(&self) -> &str {
        self.input.value()
    }

    /// The text before and after the cursor.
    pub fn halves(&self) -> (&str, &str) {
        let text = self.text();
        let cut = text.char_indices().nth(self.input.cursor());
        text.split_at(cut.map_or(text.len(), |(place, _)| place))
    }

    /// Types a pasted text; line ends become blanks, and what is too long for a filter is cut.
    pub fn paste(&mut self, text: &str) {
        for c in text.chars().take(LONGEST_PASTE) {
            let c = if c.is_control() { ' ' } else { c };
            self.input.handle(InputRequest::InsertChar(c));
        }
    }

    /// Takes a key.
    pub fn key(&mut self, key: Key) -> Typed {
        let request = match (key.code, key.ctrl || key.alt) {
            (KeyCode::Enter, _) => return Typed::Accepted,
            (KeyCode::Esc, _) => return Typed::Cancelled,
            // As in every command line: a rubbed-out empty prompt closes.
            (KeyCode::Backspace, false) if self.text().is_empty() => return Typed::Cancelled,
            (KeyCode::Char(c), false) => InputRequest::InsertChar(c),
            (KeyCode::Backspace, false) => InputRequest::DeletePrevChar,
            (KeyCode::Delete, _) | (KeyCode::Char('d'), true) => InputRequest::DeleteNextChar,
            (KeyCode::Left, false) => InputRequest::GoToPrevChar,
            (KeyCode::Right, false) => InputRequest::GoToNextChar,
            (KeyCode::Left | KeyCode::Char('b'), true) => InputRequest::GoToPrevWord,
            (KeyCode::Right | KeyCode::Char('f'), true) => InputRequest::GoToNextWord,
            (KeyCode::Home, _) | (KeyCode::Char('a'), true) => InputRequest::GoToStart,
            (KeyCode::End, _) | (KeyCode::Char('e'), true) => InputRequest::GoToEnd,
            (KeyCode::Char('w') | KeyCode::Backspace, true) => InputRequest::DeletePrevWord,
            (KeyCode::Char('u'), true) => InputRequest::DeleteLine,
            (KeyCode::Char('k'), true) => InputRequest::DeleteTillEnd,
            _ => return Typed::Same,
        };
        match self.input.handle(request) {
            Some(change) if change.value => Typed::Changed,
            _ => Typed::Same,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typed(prompt: &mut Prompt, keys: &str) -> Vec<Typed> {
        let keys = Key::parse_string(keys);
        keys.into_iter().map(|key| prompt.key(key)).collect()
    }

    #[test]
    fn a_line_is_edited() {
        let mut prompt = Prompt::new(PromptKind::Filter, "msi");
        typed(&mut prompt, "x<left>漢<home>a");
        assert_eq!(prompt.text(), "amsi漢x");
        assert_eq!(prompt.halves(), ("a", "msi漢x"));
        typed(&mut prompt, "<end><c-w>");
        assert_eq!(prompt.text(), "amsi漢");
        typed(&mut prompt, "<c-u>");
        assert_eq!(typed(&mut prompt, "<bs>"), [Typed::Cancelled]);
        prompt.paste("a\nb");
        assert_eq!(prompt.text(), "a b");
    }
}
