//! What a literal of a predicate matches: escapes, wildcards, bound texts, letter case and XML
//! entities (language-and-model §2.4, §2.5). Knows nothing of fields or rows.

use super::ast::{Literal, Piece};
use regex::{Regex, RegexBuilder};
use std::borrow::Cow;

/// A literal, ready to be matched against values.
#[derive(Debug, Clone)]
pub struct Pattern {
    regex: Option<Regex>,
    any: bool,
}

impl Pattern {
    /// From a literal. One that is too large to be compiled matches nothing.
    pub fn compile(literal: &Literal) -> Self {
        let mut text = String::from("^");
        for piece in &literal.pieces {
            match piece {
                Piece::Bound(bound) => text.push_str(&regex::escape(bound)),
                Piece::Source(source) => push_source(&mut text, &decoded(source)),
            }
        }
        text.push('$');
        let regex = RegexBuilder::new(&text)
            .case_insensitive(!literal.case_sensitive)
            .dot_matches_new_line(true)
            .build();
        Self {
            regex: regex.ok(),
            any: text == "^.*$",
        }
    }

    /// Whether a value matches, from its first letter to its last.
    pub fn matches(&self, value: &str) -> bool {
        self.any
            || self
                .regex
                .as_ref()
                .is_some_and(|r| r.is_match(&decoded(value)))
    }

    /// Whether it is a lone `*`.
    pub fn is_any(&self) -> bool {
        self.any
    }
}

fn push_source(text: &mut String, source: &str) {
    let mut rest = source.chars().peekable();
    while let Some(c) = rest.next() {
        match c {
            '*' => text.push_str(".*"),
            '\\' => match rest.next_if(|next| *next != '*') {
                Some(next @ ('\\' | '"' | '|')) => text.push_str(&regex::escape(&next.to_string())),
                Some(next) => {
                    text.push_str(r"\\?");
                    text.push_str(&regex::escape(&next.to_string()));
                }
                None => text.push_str(r"\\"),
            },
            c => text.push_str(&regex::escape(&c.to_string())),
        }
    }
}

fn decoded(text: &str) -> Cow<'_, str> {
    if !text.contains('&') {
        return Cow::Borrowed(text);
    }
    let text = text.replace("&lt;", "<").replace("&gt;", ">");
    let text = text.replace("&quot;", "\"").replace("&apos;", "'");
    Cow::Owned(text.replace("&amp;", "&"))
}
