//! What compiling a search has to say: errors, which stop it, and lints, which do not. All of
//! them are gathered before anything is refused, so that a person sees every one at once. Goes
//! through all of a search, so it also carries what is the same for all of it.

use super::functions::Environment;
use super::pcre::Pcre;
use crate::spl::{Diagnostic, Span};

/// How deep parentheses and calls may nest: far above any rule (the deepest predicate of the
/// published detections has four), low enough for the stack of any thread.
pub(super) const MAX_DEPTH: usize = 400;

/// Errors and lints in the order in which they were found.
#[derive(Debug, Default)]
pub(super) struct Messages {
    pub(super) errors: Vec<Diagnostic>,
    pub(super) lints: Vec<Diagnostic>,
    /// The patterns that are written out, which tell whether they gave up on a text.
    pub(super) patterns: Vec<Pcre>,
    /// Some part of the search asks what time it is.
    pub(super) asks_now: bool,
    /// What is the same for every row.
    pub(super) environment: Environment,
}

impl Messages {
    pub(super) fn error(&mut self, code: &'static str, message: impl Into<String>, span: Span) {
        self.errors.push(Diagnostic::new(code, message, span));
    }

    pub(super) fn refuse(&mut self, diagnostic: Diagnostic) {
        self.errors.push(diagnostic);
    }

    pub(super) fn lint(&mut self, diagnostic: Diagnostic) {
        self.lints.push(diagnostic.as_lint());
    }

    /// Says, once, that something nests too deep. True when it does.
    pub(super) fn too_deep(&mut self, depth: usize, span: Span) -> bool {
        let deep = depth > MAX_DEPTH;
        if deep && !self.errors.iter().any(|e| e.code == "SPL-DEPTH") {
            let message = format!("this nests more than {MAX_DEPTH} deep");
            self.error("SPL-DEPTH", message, span);
        }
        deep
    }
}
