//! What is wrong with a search, and where: the one kind of message that every stage gives, from
//! lexer to plan. How it is drawn on a terminal without a screen is here too; the workbench
//! underlines the span itself.

use super::ast::Span;

/// A message about a place in a text.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct Diagnostic {
    /// A stable name: `SPL-COMMAND`, `SPL-SYNTAX`.
    pub code: &'static str,
    /// What is wrong, values in 'single quotes'.
    pub message: String,
    /// The place, in the expanded search.
    pub span: Span,
    /// What to do about it.
    pub help: Option<String>,
}

impl Diagnostic {
    /// Without help.
    pub fn new(code: &'static str, message: impl Into<String>, span: Span) -> Self {
        Self {
            code,
            message: message.into(),
            span,
            help: None,
        }
    }

    /// With a remedy.
    #[must_use]
    pub fn with_help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}
