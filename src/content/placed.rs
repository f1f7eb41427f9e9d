//! A message about a search with its place in the file that a person wrote, for those who print
//! many of them or hand them to a program. How one is drawn with its text is `spl::diagnostic`'s.

use super::detection::{Detection, Drilldown};
use super::drilldown::ResolvedDrilldown;
use super::load_error::LoadError;
use super::parsed_search::{ParsedSearch, SearchError, excerpt_of_drilldown};
use crate::spl::Diagnostic;
use crate::spl::diagnostic::Excerpt;
use crate::spl::macros::{Expanded, Origin};
use std::fmt;

/// A message and its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Placed {
    /// The message's stable name: `SPL-COMMAND`.
    pub code: &'static str,
    /// What is wrong.
    pub message: String,
    /// What to do about it.
    pub help: Option<String>,
    /// The file.
    pub file: String,
    /// The line in the file, from 1; 0 when it is about the file as a whole.
    pub line: usize,
    /// The column, from 1.
    pub column: usize,
    /// The macro that brought the place in; the place above is then that of its call.
    pub inside: Option<MacroPlace>,
}

/// A place in a macro.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MacroPlace {
    /// The macro.
    pub name: String,
    /// Its file, or `built in`.
    pub file: String,
    /// Line and column there, from 1, where the file is known.
    pub place: Option<(usize, usize)>,
}

impl fmt::Display for Placed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            0 => write!(f, "{}: {}", self.file, self.message)?,
            line => write!(f, "{}:{line}:{}: {}", self.file, self.column, self.message)?,
        }
        if let Some(inside) = &self.inside {
            write!(f, ", in the macro '{}' ({}", inside.name, inside.file)?;
            if let Some((line, column)) = inside.place {
                write!(f, ":{line}:{column}")?;
            }
            f.write_str(")")?;
        }
        Ok(())
    }
}

impl Placed {
    fn new(diagnostic: &Diagnostic, excerpt: &Excerpt<'_>, origin: Option<&Origin<'_>>) -> Self {
        let (line, column) = excerpt.place();
        let inside = origin.and_then(|origin| origin.inside.as_ref());
        Self {
            code: diagnostic.code,
            message: diagnostic.message.clone(),
            help: diagnostic.help.clone(),
            file: excerpt.name.to_owned(),
            line,
            column,
            inside: inside.map(|inside| MacroPlace {
                name: inside.name.to_owned(),
                file: inside.origin.to_owned(),
                place: inside.line_and_column(),
            }),
        }
    }
}

impl ParsedSearch {
    /// A message of a later stage about this search, which was written in a rule.
    pub fn placed(&self, rule: &Detection, diagnostic: &Diagnostic) -> Placed {
        in_expanded(diagnostic, &self.expanded, &|span| rule.excerpt(span))
    }
}

impl ResolvedDrilldown {
    /// The same about the search of a drilldown, of the rule that it was resolved of.
    pub fn placed(
        &self,
        rule: &Detection,
        drilldown: &Drilldown,
        diagnostic: &Diagnostic,
    ) -> Placed {
        let excerpt = |span| excerpt_of_drilldown(rule, drilldown, span);
        in_expanded(diagnostic, &self.expanded, &excerpt)
    }
}

impl SearchError {
    /// All messages.
    pub fn placed(&self) -> Vec<Placed> {
        let excerpt = |span| self.excerpt(span);
        let placed = |one: &Diagnostic| match self.expanded() {
            Some(expanded) => in_expanded(one, expanded, &excerpt),
            None => Placed::new(one, &self.excerpt(one.span), None),
        };
        self.diagnostics.iter().map(placed).collect()
    }
}

fn in_expanded<'a>(
    diagnostic: &Diagnostic,
    expanded: &Expanded,
    excerpt: &dyn Fn(crate::spl::Span) -> Excerpt<'a>,
) -> Placed {
    let origin = expanded.origin(diagnostic.span);
    Placed::new(diagnostic, &excerpt(origin.span), Some(&origin))
}

impl From<&LoadError> for Placed {
    fn from(error: &LoadError) -> Self {
        Self {
            code: "CONTENT",
            message: error.message.clone(),
            help: error.help.clone(),
            file: error.origin.clone(),
            line: error.line,
            column: error.column,
            inside: None,
        }
    }
}
