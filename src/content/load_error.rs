//! Why a file of content could not be used: which file, which line, what to do.

use crate::spl::ast::Span;
use crate::spl::diagnostic::{Diagnostic, Excerpt, draw};

/// A file of content that can't be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}{message}", self.prefix())]
pub struct LoadError {
    /// The file, or what the text is.
    pub origin: String,
    /// The line, from 1; 0 when the fault is the file as a whole.
    pub line: usize,
    /// The column, from 1.
    pub column: usize,
    /// What is wrong.
    pub message: String,
    /// What to do about it.
    pub help: Option<String>,
    /// The file's text, where it could be read.
    text: String,
}

impl LoadError {
    /// About a whole file.
    pub fn new(origin: &str, message: impl Into<String>) -> Self {
        Self {
            origin: origin.to_owned(),
            line: 0,
            column: 0,
            message: message.into(),
            help: None,
            text: String::new(),
        }
    }

    /// About a line and column of a text.
    pub fn at(origin: &str, text: &str, place: (usize, usize), message: impl Into<String>) -> Self {
        Self {
            line: place.0,
            column: place.1,
            text: text.to_owned(),
            ..Self::new(origin, message)
        }
    }

    /// With a remedy.
    #[must_use]
    pub fn with_help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    fn prefix(&self) -> String {
        match self.line {
            0 => format!("{}: ", self.origin),
            line => format!("{}:{line}:{}: ", self.origin, self.column),
        }
    }

    /// With the line underlined, for a terminal without a screen.
    pub fn drawn(&self) -> String {
        let mut problem = Diagnostic::new("CONTENT", &self.message, Span::default());
        problem.help.clone_from(&self.help);
        if self.line == 0 {
            problem.message = self.to_string();
            return draw(&problem, &[]);
        }
        let start: usize = self
            .text
            .split_inclusive('\n')
            .take(self.line - 1)
            .map(str::len)
            .sum();
        let line = self
            .text
            .get(start..)
            .unwrap_or("")
            .lines()
            .next()
            .unwrap_or("");
        let offset = line
            .char_indices()
            .nth(self.column.saturating_sub(1))
            .map_or(line.len(), |(at, _)| at);
        let word = line.get(offset..).unwrap_or("").trim_end().len();
        let excerpt = Excerpt {
            name: &self.origin,
            text: &self.text,
            first_line: 1,
            span: start + offset..start + offset + word,
        };
        draw(&problem, &[excerpt])
    }
}
