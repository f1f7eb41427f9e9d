//! What the workbench can be told to do, and by which keys: one table (`assets/keymap.toml`) from
//! which the lookup, the help, the footer and the README's key table are made. What an action does
//! is in `act`.

use super::key::Key;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// Something to do. Each is described in the table.
#[allow(
    missing_docs,
    reason = "the table describes them, for the help and the README too"
)]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    Open,
    Back,
    Next,
    Previous,
    PageDown,
    PageUp,
    HalfPageDown,
    HalfPageUp,
    First,
    Last,
    Left,
    Right,
    PageLeft,
    PageRight,
    Toggle,
    FocusNext,
    FocusPrevious,
    Expand,
    ViewFindings,
    ViewResults,
    ViewRisk,
    ViewRule,
    ViewEvidence,
    Filter,
    OnlyUser,
    OnlyDest,
    Keep,
    Drop,
    Search,
    NextMatch,
    PreviousMatch,
    GroupBy,
    Sort,
    NextTab,
    PreviousTab,
    NextEvent,
    PreviousEvent,
    Widen,
    WholeSearch,
    Copy,
    CopyMenu,
    Zone,
    CancelLoading,
    Mouse,
    Redraw,
    Suspend,
    Help,
    Quit,
    Abort,
}

/// What is in focus, as far as keys mean different things in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Context {
    /// The grouped rows.
    Findings,
    /// The details' Summary.
    Summary,
    /// The details' Fields.
    Fields,
    /// The details' Raw.
    Raw,
    /// A drilldown's table.
    Result,
    /// The events behind it.
    Behind,
    /// A search, a row or an event in full.
    Whole,
    /// The rule.
    Rule,
    /// The ledger.
    Evidence,
    /// A line of the ledger in full.
    Account,
    /// The list of keys.
    Help,
}

/// A line of the table.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Entry {
    /// The action.
    pub name: Action,
    /// The part of the help in which it stands.
    pub section: String,
    /// Its keys, the first is the one that is shown.
    pub keys: Vec<String>,
    /// What it does.
    pub doc: String,
    /// Where it works; empty: everywhere.
    #[serde(default, rename = "in")]
    pub contexts: Vec<Context>,
}

/// A line of the help that is no action.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Note {
    /// What is written.
    pub topic: String,
    /// What it means.
    pub text: String,
}

/// A key in the footer.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct FooterKey {
    /// Its actions; the keys of all are shown.
    #[serde(rename = "do")]
    pub actions: Vec<Action>,
    /// What it does, in a word or two.
    #[serde(rename = "as")]
    pub label: String,
}

/// The table, read.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct Keymap {
    #[serde(rename = "action")]
    entries: Vec<Entry>,
    #[serde(rename = "note")]
    notes: Vec<Note>,
    footer: BTreeMap<Context, Vec<FooterKey>>,
}

impl Keymap {
    /// The table that comes with the program. (That it can be read is a test's concern: it is
    /// part of the program.)
    pub fn built_in() -> Self {
        toml::from_str(include_str!("../../assets/keymap.toml")).unwrap_or_default()
    }

    /// The action of a key in a context.
    pub fn action(&self, key: Key, context: Context) -> Option<Action> {
        let spelt = key.to_string();
        let has = |entry: &&Entry| entry.works_in(context) && entry.keys.contains(&spelt);
        self.entries.iter().find(has).map(|entry| entry.name)
    }

    /// All lines, in the order of the table.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// What the help says beside the actions: the grammar of the filter line.
    pub fn notes(&self) -> &[Note] {
        &self.notes
    }

    /// The keys to show while a context is in focus.
    pub fn footer(&self, context: Context) -> &[FooterKey] {
        self.footer.get(&context).map_or(&[], Vec::as_slice)
    }

    /// The key that is shown for an action.
    pub fn key_of(&self, action: Action) -> &str {
        let entry = self.entries.iter().find(|entry| entry.name == action);
        entry.and_then(|e| e.keys.first()).map_or("", |k| k)
    }
}

impl Entry {
    /// Whether it works in a context.
    pub fn works_in(&self, context: Context) -> bool {
        self.contexts.is_empty() || self.contexts.contains(&context)
    }
}

/// The table as Markdown, for the README.
pub fn key_table_markdown() -> String {
    let keymap = Keymap::built_in();
    let mut text = String::from("| Keys | What | Where |\n|--|--|--|\n");
    for entry in &keymap.entries {
        let keys: Vec<String> = entry.keys.iter().map(|k| format!("`{k}`")).collect();
        let places: Vec<String> = entry
            .contexts
            .iter()
            .map(|c| format!("{c:?}").to_lowercase())
            .collect();
        let place = if places.is_empty() {
            "everywhere".to_owned()
        } else {
            places.join(", ")
        };
        let _ = writeln!(text, "| {} | {} | {place} |", keys.join(" "), entry.doc);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn the_table_names_every_action_once_with_keys_that_can_be_pressed() {
        let keymap: Keymap = toml::from_str(include_str!("../../assets/keymap.toml")).unwrap();
        let names: BTreeSet<Action> = keymap.entries.iter().map(|e| e.name).collect();
        assert_eq!(names.len(), keymap.entries.len());
        assert_eq!(names.len(), Action::Abort as usize + 1);
        for entry in &keymap.entries {
            assert!(!entry.keys.is_empty() && !entry.doc.is_empty());
            for key in &entry.keys {
                let parsed = Key::parse(key).unwrap_or_else(|| panic!("{key}"));
                assert_eq!(&parsed.to_string(), key);
            }
        }
    }

    #[test]
    fn no_key_means_two_things_in_one_pane() {
        let keymap = Keymap::built_in();
        for context in keymap.footer.keys() {
            let mut seen = BTreeSet::new();
            for entry in keymap.entries.iter().filter(|e| e.works_in(*context)) {
                for key in &entry.keys {
                    assert!(seen.insert(key), "{key} twice in {context:?}");
                }
            }
        }
    }

    #[test]
    fn the_footer_shows_keys_that_work() {
        let keymap = Keymap::built_in();
        assert_eq!(keymap.footer.len(), Context::Help as usize + 1);
        for (context, keys) in &keymap.footer {
            for action in keys.iter().flat_map(|key| &key.actions) {
                let entry = keymap.entries.iter().find(|e| e.name == *action).unwrap();
                assert!(entry.works_in(*context), "{action:?} in {context:?}");
            }
        }
    }

    #[test]
    fn the_markdown_has_a_line_for_each() {
        let table = key_table_markdown();
        assert_eq!(table.lines().count(), Keymap::built_in().entries.len() + 2);
        assert!(table.contains("| `?` `F1` | all keys | everywhere |"));
    }
}
