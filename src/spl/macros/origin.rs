//! Text that remembers where it came from: the search itself or the definition of a macro.

use super::{DefinitionPlace, Expanded};
use crate::spl::ast::Span;
use std::ops::Range;

/// Where a place was written.
#[derive(Debug, Clone)]
pub struct Origin<'a> {
    /// The place in the search as given. Of something that a macro brought in, the macro's call.
    pub span: Span,
    /// The macro that brought it in, if one did.
    pub inside: Option<Inside<'a>>,
}

/// A place inside of a macro's definition.
#[derive(Debug, Clone)]
pub struct Inside<'a> {
    /// The macro.
    pub name: &'a str,
    /// Where it was defined.
    pub origin: &'a str,
    /// Its definition.
    pub definition: &'a str,
    /// The place in the definition.
    pub span: Span,
    /// Where the definition stands in its file.
    pub place: Option<&'a DefinitionPlace>,
}

impl Inside<'_> {
    /// The line and column of its file, from 1; none where the file is not known.
    pub fn line_and_column(&self) -> Option<(usize, usize)> {
        self.place?.line_and_column(self.span.start..self.span.end)
    }
}

/// A macro call during an expansion.
#[derive(Debug, Clone)]
pub(super) struct Call {
    pub name: String,
    pub origin: String,
    pub definition: String,
    /// Where the definition stands in its file.
    pub place: Option<DefinitionPlace>,
    /// Where the call stands: the call whose definition holds it, and the place in that.
    pub site: (Option<usize>, Range<usize>),
}

impl Call {
    /// The line and column of the macro's file, from 1, of a place in its definition.
    pub fn line_and_column(&self, part: Range<usize>) -> Option<(usize, usize)> {
        self.place.as_ref()?.line_and_column(part)
    }
}

/// A text in stretches, each from one place.
#[derive(Debug, Clone, Default)]
pub(super) struct Mapped {
    pub text: String,
    stretches: Vec<Stretch>,
}

#[derive(Debug, Clone)]
struct Stretch {
    /// First byte in the text.
    start: usize,
    /// The call whose definition it is of; none: the search.
    call: Option<usize>,
    /// First byte there.
    from: usize,
    /// It is a blank for a comment: all of it is the place `from`.
    blank: bool,
}

impl Mapped {
    /// All of one text.
    pub fn whole(text: &str, call: Option<usize>) -> Self {
        Self {
            text: text.to_owned(),
            stretches: vec![Stretch {
                start: 0,
                call,
                from: 0,
                blank: false,
            }],
        }
    }

    /// Adds a part of another text.
    pub fn push(&mut self, other: &Self, range: Range<usize>) {
        let Some(part) = other.text.get(range.clone()).filter(|p| !p.is_empty()) else {
            return;
        };
        let base = self.text.len();
        let first = other
            .stretches
            .partition_point(|s| s.start <= range.start)
            .saturating_sub(1);
        for stretch in other.stretches.iter().skip(first) {
            if stretch.start >= range.end {
                break;
            }
            let skipped = range.start.saturating_sub(stretch.start);
            self.stretches.push(Stretch {
                start: base + stretch.start.saturating_sub(range.start),
                call: stretch.call,
                from: stretch.from + if stretch.blank { 0 } else { skipped },
                blank: stretch.blank,
            });
        }
        self.text.push_str(part);
    }

    /// Adds a blank for something of `other` at that place.
    pub fn push_blank(&mut self, other: &Self, at: usize) {
        self.push_sign(other, at, ' ');
    }

    /// Adds one sign for what stands there.
    pub fn push_sign(&mut self, other: &Self, at: usize, sign: char) {
        let (call, range) = other.place(at..at);
        self.stretches.push(Stretch {
            start: self.text.len(),
            call,
            from: range.start,
            blank: true,
        });
        self.text.push(sign);
    }

    /// The place one byte comes from. At the end of the text: the place behind its last byte.
    fn byte(&self, at: usize) -> (Option<usize>, usize) {
        let place = self
            .stretches
            .partition_point(|s| s.start <= at)
            .saturating_sub(1);
        match self.stretches.get(place) {
            Some(s) if s.blank => (s.call, s.from),
            Some(s) => (s.call, s.from + at.saturating_sub(s.start)),
            None => (None, 0),
        }
    }

    /// Where a range comes from, as the place of its first byte up to that of its last. Only exact
    /// where both are of the same text, else the place of the first byte alone.
    pub fn place(&self, range: Range<usize>) -> (Option<usize>, Range<usize>) {
        let (call, start) = self.byte(range.start);
        let last = range.end.saturating_sub(1).max(range.start);
        let (last_call, end) = self.byte(last);
        let end = end + usize::from(last >= range.start && !range.is_empty());
        if call == last_call && end >= start {
            (call, start..end)
        } else {
            (call, start..start)
        }
    }
}

/// Where a place of the expanded text was written: the innermost text that holds all of it.
pub(super) fn find(expanded: &Expanded, span: Span) -> Origin<'_> {
    let empty = span.end <= span.start;
    let mut first = chain(expanded, span.start);
    if let Some((_, innermost)) = first.last_mut().filter(|_| empty) {
        innermost.end = innermost.start;
    }
    let last = if empty {
        first.clone()
    } else {
        chain(expanded, span.end - 1)
    };
    // Both chains begin in the search itself and go inwards.
    let shared = first
        .iter()
        .zip(&last)
        .take_while(|(a, b)| a.0 == b.0)
        .last();
    let Some(((call, start), (_, end))) = shared else {
        return Origin {
            span: Span::default(),
            inside: None,
        };
    };
    let place = Span::from(start.start.min(end.start)..end.end.max(start.end));
    let Some(call) = call.and_then(|number| expanded.calls.get(number)) else {
        return Origin {
            span: place,
            inside: None,
        };
    };
    let outer = first.first().map_or(0..0, |(_, range)| range.clone());
    Origin {
        span: Span::from(outer),
        inside: Some(Inside {
            name: &call.name,
            origin: &call.origin,
            definition: &call.definition,
            span: place,
            place: call.place.as_ref(),
        }),
    }
}

/// The places of one byte from the outside in: in the search, in the macro called there, …
fn chain(expanded: &Expanded, at: usize) -> Vec<(Option<usize>, Range<usize>)> {
    let (mut call, at) = expanded.map.byte(at);
    let mut range = at..at + 1;
    let mut chain = Vec::new();
    // Letters of more than one byte: up to the next one.
    let text = |call: Option<usize>| match call.and_then(|number| expanded.calls.get(number)) {
        Some(call) => call.definition.as_str(),
        None => expanded.source.as_str(),
    };
    range.end = (at + 1..=text(call).len())
        .find(|end| text(call).is_char_boundary(*end))
        .unwrap_or(at);
    loop {
        chain.push((call, range.clone()));
        match call.and_then(|number| expanded.calls.get(number)) {
            Some(inner) => (call, range) = inner.site.clone(),
            None => break,
        }
    }
    chain.reverse();
    chain
}
