//! A search with its macros put in and its tree made, or all that is wrong with it, drawn on the
//! file that it was written in.

use super::detection::{Detection, Drilldown};
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
    file: Option<Box<File>>,
}

/// The rule that a search was written in.
#[derive(Debug, Clone)]
struct File {
    rule: Detection,
    /// Its drilldown; none for the rule's own search.
    drilldown: Option<Drilldown>,
}

impl ParsedSearch {
    /// Of a rule.
    pub fn of(rule: &Detection, macros: &Macros) -> Result<Self, Box<SearchError>> {
        Self::of_text(&rule.search, &rule.origin, macros).map_err(|error| error.within(rule, None))
    }

    /// Of a drilldown of a rule, its tokens unfilled.
    pub fn of_drilldown(
        rule: &Detection,
        drilldown: &Drilldown,
        macros: &Macros,
    ) -> Result<Self, Box<SearchError>> {
        let text = search_text(rule, drilldown);
        if text.is_empty() {
            let message = format!("the drilldown '{}' has no 'search'", drilldown.name);
            let missing = Diagnostic::new("SPL-EMPTY", message, Span::default())
                .with_help("add 'search: …' below its name");
            return Err(
                SearchError::new(vec![missing], &rule.origin, &text).within(rule, Some(drilldown))
            );
        }
        let origin = format!("{} (drilldown '{}')", rule.origin, drilldown.name);
        Self::of_text(&text, &origin, macros).map_err(|error| error.within(rule, Some(drilldown)))
    }

    /// Of a text; `origin` is its file, or what it is.
    pub fn of_text(text: &str, origin: &str, macros: &Macros) -> Result<Self, Box<SearchError>> {
        let expanded = expand(text, &|name, argc| macros.lookup(name, argc))
            .map_err(|problem| SearchError::new(vec![problem], origin, text))?;
        match parser::parse(&expanded.text) {
            Ok(pipeline) => Ok(Self { expanded, pipeline }),
            Err(problems) => {
                let mut error = SearchError::new(problems, origin, text);
                error.expanded = Some(expanded);
                Err(error)
            }
        }
    }

    /// A message of a later stage on one line, with its place in the file and the remedy.
    pub fn said(&self, rule: &Detection, diagnostic: &Diagnostic) -> String {
        let placed = self.placed(rule, diagnostic);
        let help = placed.help.as_ref();
        let help = help.map_or_else(String::new, |help| format!(": {help}"));
        format!("{placed}{help}")
    }

    /// Draws a message about a place of this search, which a later stage found.
    pub fn draw(&self, rule: &Detection, diagnostic: &Diagnostic) -> String {
        render_expanded(diagnostic, &self.expanded, &|span| rule.excerpt(span))
    }
}

/// The drilldown's search with the rule's own in its place.
pub fn search_text(rule: &Detection, drilldown: &Drilldown) -> String {
    drilldown.search.replace(ORIGINAL, rule.search.trim())
}

/// What stands for the rule's own search.
const ORIGINAL: &str = "%original_detection_search%";

/// A place of [`search_text`] as a place of the rule's file: in the drilldown, or in the rule's own
/// search where that was put in.
pub fn excerpt_of_drilldown<'a>(
    rule: &'a Detection,
    drilldown: &'a Drilldown,
    span: Span,
) -> Excerpt<'a> {
    let own = rule.search.trim().len();
    let before = rule.search.len() - rule.search.trim_start().len();
    // Where a piece of the drilldown begins: in the whole, and in the drilldown.
    let (mut whole, mut written) = (0, 0);
    for (at, _) in drilldown.search.match_indices(ORIGINAL) {
        let start = whole + at - written;
        if span.end <= start {
            break;
        }
        if span.start >= start && span.end <= start + own {
            let start = span.start - start + before;
            return rule.excerpt(Span::from(start..start + span.end - span.start));
        }
        written = at + ORIGINAL.len();
        whole = start + own;
    }
    let back = |place: usize| written + place.saturating_sub(whole);
    rule.excerpt_of_drilldown(drilldown, Span::from(back(span.start)..back(span.end)))
}

impl SearchError {
    fn new(diagnostics: Vec<Diagnostic>, origin: &str, search: &str) -> Box<Self> {
        Box::new(Self {
            diagnostics,
            origin: origin.to_owned(),
            search: search.to_owned(),
            expanded: None,
            file: None,
        })
    }

    fn within(mut self: Box<Self>, rule: &Detection, drilldown: Option<&Drilldown>) -> Box<Self> {
        let (rule, drilldown) = (rule.clone(), drilldown.cloned());
        self.file = Some(Box::new(File { rule, drilldown }));
        self
    }

    fn first(&self) -> String {
        let Some(first) = self.diagnostics.first() else {
            return format!("{}: the search can't be read", self.origin);
        };
        let span = match &self.expanded {
            Some(expanded) => expanded.origin(first.span).span,
            None => first.span,
        };
        let (line, column) = self.excerpt(span).place();
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

    /// The search with its macros put in, where that could be done.
    pub fn expanded(&self) -> Option<&Expanded> {
        self.expanded.as_ref()
    }

    /// A place of the search as one of the file that it was written in.
    pub(super) fn excerpt(&self, span: Span) -> Excerpt<'_> {
        match self.file.as_deref() {
            Some(File {
                rule,
                drilldown: Some(drilldown),
            }) => excerpt_of_drilldown(rule, drilldown, span),
            Some(File { rule, .. }) => rule.excerpt(span),
            None => Excerpt {
                name: &self.origin,
                text: &self.search,
                first_line: 1,
                span: span.start..span.end,
            },
        }
    }
}
