//! The list of keys, made from the table of actions.

use crate::app::action::{Action, Context, Entry, Keymap, Note};
use crate::app::list::List;

/// A line of the help.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HelpLine<'a> {
    /// A heading.
    Heading(&'a str),
    /// An action, and whether it works where the help was opened.
    Key(&'a Entry, bool),
    /// What can be typed.
    Note(&'a Note),
}

/// The state of the pane while it is open.
#[derive(Debug, Clone)]
pub struct HelpPane {
    /// Where it was opened.
    pub from: Context,
    /// Its lines by their number.
    pub list: List<usize>,
    /// What is searched.
    pub search: String,
}

impl HelpPane {
    /// Opens it.
    pub fn new(keymap: &Keymap, from: Context) -> Self {
        let mut list = List::default();
        let count = lines(keymap, from).len();
        list.replace((0..count).collect(), |k| Some(*k), |k| *k == 1);
        Self {
            from,
            list,
            search: String::new(),
        }
    }

    /// The action on the selected line.
    pub fn selected(&self, keymap: &Keymap) -> Option<Action> {
        match lines(keymap, self.from).get(self.list.selected()) {
            Some(HelpLine::Key(entry, true)) => Some(entry.name),
            _ => None,
        }
    }
}

/// All lines: what works where it was opened first, then the filter's grammar, then the rest.
pub fn lines(keymap: &Keymap, from: Context) -> Vec<HelpLine<'_>> {
    let mut lines = Vec::new();
    let mut add = |here: bool| {
        let mut section = "";
        for entry in keymap.entries().iter().filter(|e| e.works_in(from) == here) {
            if here && entry.section != section {
                section = &entry.section;
                lines.push(HelpLine::Heading(section));
            } else if !here && section.is_empty() {
                section = "In other panes";
                lines.push(HelpLine::Heading(section));
            }
            lines.push(HelpLine::Key(entry, here));
        }
    };
    add(true);
    add(false);
    lines.push(HelpLine::Heading("What can be typed into the filter"));
    lines.extend(keymap.notes().iter().map(HelpLine::Note));
    lines
}

impl HelpLine<'_> {
    /// As text, for the search.
    pub fn text(&self) -> String {
        match self {
            Self::Heading(text) => (*text).to_owned(),
            Self::Key(entry, _) => format!("{} {}", entry.keys.join(" "), entry.doc),
            Self::Note(note) => format!("{} {}", note.topic, note.text),
        }
    }
}
