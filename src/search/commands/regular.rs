//! The regular expressions of `regex`, `rex` and `makemv`: compiled once, with the message about
//! one that can't be.

use super::super::messages::Messages;
use crate::spl::Diagnostic;
use crate::spl::ast::Name;
use regex::{Captures, Regex, RegexBuilder};

/// How much memory a pattern may take: far above any rule's.
const SIZE_LIMIT: usize = 4 << 20;

/// A regular expression: unanchored and with regard to case.
#[derive(Debug, Clone)]
pub(super) struct Regular(Regex);

impl Regular {
    /// From the pattern of a command; none when it can't be used, which is said.
    pub(super) fn compile(pattern: &Name, command: &str, messages: &mut Messages) -> Option<Self> {
        Self::of(&pattern.text)
            .map_err(|reason| {
                let text = &pattern.text;
                let message =
                    format!("the pattern '{text}' of '{command}' can't be used: {reason}");
                messages.refuse(Diagnostic::new("SPL-REGEX", message, pattern.span).with_help(
                    "patterns have no look-around and no back-references here; a sign that stands \
                     for itself has a \\ before it",
                ));
            })
            .ok()
    }

    /// From a text, or why not.
    pub(super) fn of(text: &str) -> Result<Self, String> {
        let compiled = RegexBuilder::new(text).size_limit(SIZE_LIMIT).build();
        compiled.map(Self).map_err(|error| {
            let error = error.to_string();
            let reason = error.lines().last().unwrap_or_default();
            reason.trim_start_matches("error: ").to_owned()
        })
    }

    pub(super) fn is_match(&self, text: &str) -> bool {
        self.0.is_match(text)
    }

    /// The matches from left to right.
    pub(super) fn matches<'t>(&self, text: &'t str) -> impl Iterator<Item = Captures<'t>> {
        self.0.captures_iter(text)
    }

    /// The names of the groups that have one, by number.
    pub(super) fn names(&self) -> Vec<(usize, &str)> {
        let names = self.0.capture_names().enumerate();
        names
            .filter_map(|(number, name)| Some((number, name?)))
            .collect()
    }
}
