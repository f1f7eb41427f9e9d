//! A search with its macros put in and its tree made, or all that is wrong with it, drawn on the
//! file that it was written in.

use super::detection::Detection;
use super::macros::Macros;
use crate::spl::ast::{Pipeline, Span};
use crate::spl::diagnostic::{Diagnostic, Excerpt, draw, render_expanded};
use crate::spl::macros::{Expanded, expand};
use crate::spl::parser;

/// A search that was understood.
#[derive(Debug, Clone)]
pub struct ParsedSearch {
    /// Its text and what its macros stand for.
    pub expanded: Expanded,
    /// Its tree.
    pub pipeline: Pipeline,
}

/// A search that was not.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{}", self.first())]
pub struct SearchError {
    /// What is wrong, one message a command. Their places are of the expanded text, or of the
    /// source where the expansion itself failed.
    pub diagnostics: Vec<Diagnostic>,
    /// The file or what the search is, for a message.
    pub origin: String,
    /// The search as written.
    pub search: String,
    expanded: Option<Expanded>,
    rule: Option<Box<Detection>>,
}

impl ParsedSearch {
    /// Of a rule.
    pub fn of(rule: &Detection, macros: &Macros) -> Result<Self, Box<SearchError>> {
        Self::of_text(&rule.search, &rule.origin, macros).map_err(|mut error| {
            error.rule = Some(Box::new(rule.clone()));
            error
        })
    }

    /// Of a text; `origin` is its file, or what it is.
    pub fn of_text(text: &str, origin: &str, macros: &Macros) -> Result<Self, Box<SearchError>> {
        let error = |diagnostics, expanded| {
            Box::new(SearchError {
                diagnostics,
                origin: origin.to_owned(),
                search: text.to_owned(),
                expanded,
                rule: None,
            })
        };
        let expanded = expand(text, &|name, argc| macros.lookup(name, argc))
            .map_err(|problem| error(vec![problem], None))?;
        match parser::parse(&expanded.text) {
            Ok(pipeline) => Ok(Self { expanded, pipeline }),
            Err(problems) => Err(error(problems, Some(expanded))),
        }
    }

    /// Draws a message about a place of this search, which a later stage found.
    pub fn draw(&self, rule: &Detection, diagnostic: &Diagnostic) -> String {
        render_expanded(diagnostic, &self.expanded, &|span| rule.excerpt(span))
    }
}

impl SearchError {
    fn first(&self) -> String {
        let Some(first) = self.diagnostics.first() else {
            return format!("{}: the search can't be read", self.origin);
        };
        let span = match &self.expanded {
            Some(expanded) => expanded.origin(first.span).span,
            None => first.span,
        };
        let excerpt = self.excerpt(span);
        let before = excerpt.text.get(..excerpt.span.start).unwrap_or("");
        let line = excerpt.first_line + before.matches('\n').count();
        let column = before.chars().rev().take_while(|c| *c != '\n').count() + 1;
        let more = match self.diagnostics.len() {
            0 | 1 => String::new(),
            n => format!(" (and {} more)", n - 1),
        };
        format!("{}:{line}:{column}: {}{more}", self.origin, first.message)
    }

    /// All messages, with file, line, column and the text underlined.
    pub fn drawn(&self) -> String {
        let one = |problem: &Diagnostic| match &self.expanded {
            Some(expanded) => render_expanded(problem, expanded, &|span| self.excerpt(span)),
            None => draw(problem, &[self.excerpt(problem.span)]),
        };
        let drawn: Vec<_> = self.diagnostics.iter().map(one).collect();
        drawn.join("\n")
    }

    fn excerpt(&self, span: Span) -> Excerpt<'_> {
        match &self.rule {
            Some(rule) => rule.excerpt(span),
            None => Excerpt {
                name: &self.origin,
                text: &self.search,
                first_line: 1,
                span: span.start..span.end,
            },
        }
    }
}
