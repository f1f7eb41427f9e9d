//! A small menu over the screen: what to copy, or by which value to filter.

use super::filter::Term;
use super::key::{Key, KeyCode};

/// What choosing an item does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Choice {
    /// Sets or removes a condition.
    Filter(Term),
    /// Copies a text.
    Copy(String),
}

/// A line of the menu.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MenuItem {
    /// The key that chooses it.
    pub key: char,
    /// What it is: `user`, `command line`.
    pub name: String,
    /// The value, hostile.
    pub value: String,
    /// What happens.
    pub choice: Choice,
}

/// An open menu; never empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Menu {
    /// Its title.
    pub title: &'static str,
    /// Its items.
    pub items: Vec<MenuItem>,
    /// Which is selected.
    pub selected: usize,
}

/// What a key did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Chosen {
    /// It stays open.
    Nothing,
    /// It closes.
    Closed,
    /// The item of that number.
    Item(usize),
}

impl Menu {
    /// Takes a key: an item's own, arrows and Enter, or Esc.
    pub fn key(&mut self, key: Key) -> Chosen {
        let last = self.items.len().saturating_sub(1);
        if let KeyCode::Char(c) = key.code
            && let Some(place) = self.items.iter().position(|item| item.key == c)
        {
            return Chosen::Item(place);
        }
        match key.code {
            KeyCode::Esc | KeyCode::Char('q') => return Chosen::Closed,
            KeyCode::Enter => return Chosen::Item(self.selected),
            KeyCode::Down | KeyCode::Char('j') => self.selected = (self.selected + 1).min(last),
            KeyCode::Up | KeyCode::Char('k') => self.selected = self.selected.saturating_sub(1),
            _ => {}
        }
        Chosen::Nothing
    }
}
