//! What a literal of a predicate means: its escapes, its wildcards and how it is compared.
//! A pattern is made once and tried on many values; nothing in it goes back on its steps, so no
//! value makes it slow. Subnets and numbers are not its business.
//!
//! Facts: Search Reference, "search": `\` escapes quotes, pipes and itself, values compare without
//! regard to case unless in `CASE()`, `*` is any run of characters. Public rules with unit tests also
//! write `\.` for `.` and `\=` for `=`, against that page's "not altered": an unknown escape matches
//! with and without its backslash, so that neither reading loses a match. Add-ons extract XML text
//! without decoding it and rules are written to that, so the five XML entities are decoded in
//! pattern and value alike.

mod atoms;
mod fold;
mod run;

use super::ast::{Literal, Piece, Span};
use atoms::{Atom, Element};
pub use fold::Subject;
use run::Run;
use std::ops::Range;

/// A compiled literal.
#[derive(Debug, Clone)]
pub struct Pattern {
    shape: Shape,
    case_sensitive: bool,
}

#[derive(Debug, Clone)]
enum Shape {
    /// No wildcard: the value is the run.
    Exact(Run),
    /// Runs with any text between: the first begins the value, the last ends it. Either may be
    /// empty; those between are not.
    Runs {
        first: Run,
        between: Vec<Run>,
        last: Run,
    },
}

impl Pattern {
    /// Compiles a literal.
    pub fn compile(literal: &Literal) -> Self {
        let elements = atoms::read(literal);
        let fold_case = !literal.case_sensitive;
        let mut runs: Vec<Vec<Atom>> = vec![Vec::new()];
        for element in elements {
            match (element, runs.last_mut()) {
                (Element::Atom(atom), Some(run)) => run.push(atom.folded(fold_case)),
                _ => runs.push(Vec::new()),
            }
        }
        Self {
            shape: Shape::of(runs),
            case_sensitive: literal.case_sensitive,
        }
    }

    /// Whether the whole of `value` is what the literal means.
    pub fn matches(&self, value: &str) -> bool {
        self.matches_subject(&Subject::new(value))
    }

    /// The same for a value that many patterns are tried on: it is folded once.
    pub fn matches_subject(&self, subject: &Subject<'_>) -> bool {
        if self.is_any() {
            return true;
        }
        if let Some(equal) = self.equals_ascii(subject) {
            return equal;
        }
        let text = subject.text(self.case_sensitive);
        self.places(text, &mut |_| {})
    }

    /// The answer for an exact text when both sides are ASCII: nothing need be folded then.
    fn equals_ascii(&self, subject: &Subject<'_>) -> Option<bool> {
        let text = self.exact().filter(|text| text.is_ascii())?;
        let value = subject.text(true);
        let plain = !self.case_sensitive && value.is_ascii();
        plain.then(|| value.eq_ignore_ascii_case(text))
    }

    /// Whether it matches everything: a lone `*`.
    pub fn is_any(&self) -> bool {
        matches!(&self.shape, Shape::Runs { first, between, last }
            if first.is_empty() && between.is_empty() && last.is_empty())
    }

    /// The text that the value must be, if there is but one: folded, unless `CASE()` was asked for.
    pub fn exact(&self) -> Option<&str> {
        match &self.shape {
            Shape::Exact(run) => run.literal(),
            Shape::Runs { .. } => None,
        }
    }

    /// Whether it compares with regard to case.
    pub fn is_case_sensitive(&self) -> bool {
        self.case_sensitive
    }

    /// Texts that every value that matches holds, in order and not overlapping, entities decoded and
    /// (unless [`Pattern::is_case_sensitive`]) case folded. For a test of undecoded bytes before:
    /// `&`, `<`, `>`, `"` and `'` may be written as entities there.
    pub fn literal_parts(&self) -> Vec<&str> {
        self.runs().flat_map(Run::literals).collect()
    }

    /// Where in `value` the literal texts of the pattern stand, as a match takes them; empty when it
    /// does not match.
    pub fn find_spans(&self, value: &str) -> Vec<Range<usize>> {
        let traced = fold::Traced::new(value, self.case_sensitive);
        let mut spans = Vec::new();
        if !self.places(&traced.text, &mut |place| spans.push(place)) {
            return Vec::new();
        }
        spans
            .into_iter()
            .filter(|span| !span.is_empty())
            .map(|span| traced.original(span))
            .collect()
    }

    fn runs(&self) -> impl Iterator<Item = &Run> {
        let (first, between, last) = match &self.shape {
            Shape::Exact(run) => (run, [].as_slice(), None),
            Shape::Runs {
                first,
                between,
                last,
            } => (first, between.as_slice(), Some(last)),
        };
        std::iter::once(first).chain(between).chain(last)
    }

    /// Whether `text` matches; tells where each run stands. Taking the leftmost place of every run
    /// is enough: a later one can't leave more room for those that follow.
    fn places(&self, text: &str, found: &mut dyn FnMut(Range<usize>)) -> bool {
        let (first, between, last) = match &self.shape {
            Shape::Exact(run) => {
                let whole = run.starts(text, 0) == Some(text.len());
                found(0..text.len());
                return whole;
            }
            Shape::Runs {
                first,
                between,
                last,
            } => (first, between, last),
        };
        let Some(mut at) = first.starts(text, 0) else {
            return false;
        };
        found(0..at);
        for run in between {
            let Some(place) = run.find(text, at) else {
                return false;
            };
            at = place.end;
            found(place);
        }
        match last.ends(text, at) {
            Some(start) => {
                found(start..text.len());
                true
            }
            None => false,
        }
    }
}

impl Shape {
    fn of(mut runs: Vec<Vec<Atom>>) -> Self {
        if runs.len() == 1 {
            return Self::Exact(Run::new(runs.pop().unwrap_or_default()));
        }
        let last = runs.pop().unwrap_or_default();
        let mut runs = runs.into_iter();
        let first = runs.next().unwrap_or_default();
        Self::Runs {
            first: Run::new(first),
            // Behind a wildcard an optional backslash says nothing.
            between: runs
                .map(Run::after_wildcard)
                .filter(|run| !run.is_empty())
                .collect(),
            last: Run::after_wildcard(last),
        }
    }
}

impl Literal {
    /// A literal as it would be written between quotes.
    pub fn quoted(text: &str) -> Self {
        Self {
            pieces: if text.is_empty() {
                Vec::new()
            } else {
                vec![Piece::Source(text.to_owned())]
            },
            quoted: true,
            case_sensitive: false,
            span: Span::default(),
        }
    }

    /// A text that stands for itself, letter by letter.
    pub fn bound(text: &str) -> Self {
        Self {
            pieces: vec![Piece::Bound(text.to_owned())],
            ..Self::quoted("")
        }
    }

    /// Its text with the known escapes read, wildcards as `*`: what is compared as a number or
    /// taken as a subnet.
    pub fn text(&self) -> String {
        atoms::read(self)
            .into_iter()
            .map(|element| match element {
                Element::Atom(Atom::Letter(letter)) => letter,
                Element::Atom(Atom::MaybeBackslash) => '\\',
                Element::Wildcard => '*',
            })
            .collect()
    }
}

#[cfg(test)]
mod tests;
