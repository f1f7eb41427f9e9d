//! What is wrong with a search, and where: the one kind of message that every stage gives, from
//! lexer to plan. How it is drawn on a terminal without a screen is here too; the workbench
//! underlines the span itself. The only file that names `annotate_snippets`.

use super::ast::Span;
use super::macros::{Expanded, Inside};
use crate::event::visible::{is_hidden, visible};
use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};
use std::fmt::Write as _;
use std::ops::Range;

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
    /// It stops nothing: the search is odd, and runs.
    pub is_lint: bool,
}

impl Diagnostic {
    /// Without help.
    pub fn new(code: &'static str, message: impl Into<String>, span: Span) -> Self {
        Self {
            code,
            message: message.into(),
            span,
            help: None,
            is_lint: false,
        }
    }

    /// As one that stops nothing.
    #[must_use]
    pub fn as_lint(mut self) -> Self {
        self.is_lint = true;
        self
    }

    /// With a remedy.
    #[must_use]
    pub fn with_help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}

/// A text that a message points into.
#[derive(Debug, Clone)]
pub struct Excerpt<'a> {
    /// The file's name, or what the text is.
    pub name: &'a str,
    /// All of the text.
    pub text: &'a str,
    /// The number of its first line.
    pub first_line: usize,
    /// The place to underline, in bytes.
    pub span: Range<usize>,
}

impl Excerpt<'_> {
    /// The line and column, from 1, at which the place begins.
    pub fn place(&self) -> (usize, usize) {
        let before = self.text.get(..self.span.start).unwrap_or("");
        let line = self.first_line + before.matches('\n').count();
        let column = before.chars().rev().take_while(|c| *c != '\n').count() + 1;
        (line, column)
    }
}

/// Draws a message about a text that was parsed as it stands.
pub fn render(diagnostic: &Diagnostic, name: &str, text: &str) -> String {
    let excerpt = Excerpt {
        name,
        text,
        first_line: 1,
        span: diagnostic.span.start..diagnostic.span.end,
    };
    draw(diagnostic, &[excerpt])
}

/// Draws a message about an expanded search: underlined in the search as it was written and, if a
/// macro brought the place in, in that macro's definition too. `locate` says where a place of the
/// search is: its file, the file's text and the place in that, for a search that is part of a file.
pub fn render_expanded<'a>(
    diagnostic: &Diagnostic,
    expanded: &'a Expanded,
    locate: &dyn Fn(Span) -> Excerpt<'a>,
) -> String {
    let origin = expanded.origin(diagnostic.span);
    let mut excerpts = vec![locate(origin.span)];
    let name;
    if let Some(inside) = &origin.inside {
        name = format!("macro '{}' ({})", inside.name, inside.origin);
        let (text, span) = in_its_file(inside);
        excerpts.push(Excerpt {
            name: &name,
            text,
            first_line: 1,
            span,
        });
    }
    draw(diagnostic, &excerpts)
}

/// A place in a macro as one of the macro's file; where that is not known, of its definition.
fn in_its_file<'a>(inside: &Inside<'a>) -> (&'a str, Range<usize>) {
    let part = inside.span.start..inside.span.end;
    let place = inside.place.and_then(|place| {
        let range = place.range(part.clone())?;
        Some((&*place.file, range))
    });
    place.unwrap_or((inside.definition, part))
}

/// How many lines of a text are shown, and how many bytes of a line.
const SHOWN_LINES: usize = 6;
const SHOWN_BYTES: usize = 240;

/// Draws a message with its places, in plain text. Nothing of the texts reaches a terminal before
/// it was made visible.
pub fn draw(diagnostic: &Diagnostic, excerpts: &[Excerpt<'_>]) -> String {
    let message = visible(&diagnostic.message);
    let help = diagnostic.help.as_deref().map(visible);
    let shown: Vec<_> = excerpts.iter().map(cut_out).collect();
    let names: Vec<_> = excerpts.iter().map(|e| visible(e.name)).collect();
    let level = if diagnostic.is_lint {
        Level::WARNING
    } else {
        Level::ERROR
    };
    let mut group = Group::with_title(level.primary_title(&*message).id(diagnostic.code));
    for (cut, name) in shown.iter().zip(&names) {
        group = group.element(
            Snippet::source(&*cut.text)
                .line_start(cut.line)
                .path(format!("{name}{NAME_END}"))
                .annotation(AnnotationKind::Primary.span(cut.span.clone())),
        );
    }
    if let Some(help) = &help {
        group = group.element(Level::HELP.message(&**help));
    }
    let mut drawn = with_places(&Renderer::plain().render(&[group]), &shown);
    drawn.push('\n');
    drawn
}

/// Ends the name of a text until its place is put behind it: a noncharacter, which no text of
/// people holds.
const NAME_END: char = '\u{fdd0}';

/// The renderer counts lines and columns of what is shown. That may begin in the middle of a line,
/// and be longer than the text for what was made visible: the text's own are put in their place.
fn with_places(drawn: &str, shown: &[CutOut]) -> String {
    if drawn.matches(NAME_END).count() != shown.len() {
        // Some text does hold it: better the renderer's places than wrong ones.
        return drawn.replace(NAME_END, "");
    }
    let mut parts = drawn.split(NAME_END);
    let mut out = parts.next().unwrap_or("").to_owned();
    for (part, cut) in parts.zip(shown) {
        let end = part.find('\n').unwrap_or(part.len());
        let _ = write!(out, ":{}:{}", cut.line, cut.column);
        out.push_str(part.get(end..).unwrap_or(""));
    }
    out
}

/// The lines around a place, made visible.
struct CutOut {
    text: String,
    /// The line and column, from 1, at which the place begins.
    line: usize,
    column: usize,
    span: Range<usize>,
}

fn cut_out(excerpt: &Excerpt<'_>) -> CutOut {
    let text = excerpt.text;
    let start = floor(text, excerpt.span.start);
    let end = floor(text, excerpt.span.end.max(start));
    let before = text.get(..start).unwrap_or("");
    let line_start = before.rfind('\n').map_or(0, |at| at + 1);
    let column = before.get(line_start..).unwrap_or("").chars().count() + 1;
    let line_start = line_start.max(floor(text, start.saturating_sub(SHOWN_BYTES)));
    let mut cut = CutOut {
        text: String::new(),
        line: excerpt.first_line + before.matches('\n').count(),
        column,
        span: 0..0,
    };
    let mut lines = 1;
    let limit = floor(text, end.max(start).saturating_add(SHOWN_BYTES));
    let mut ended = None;
    for (offset, c) in text.get(line_start..limit).unwrap_or("").char_indices() {
        let at = line_start + offset;
        if at == start {
            cut.span.start = cut.text.len();
        }
        if at == end {
            ended = Some(cut.text.len());
        }
        if c == '\n' {
            lines += 1;
            if at >= end || lines > SHOWN_LINES {
                break;
            }
            cut.text.push('\n');
        } else if is_hidden(c) {
            cut.text.push_str(&visible(c.encode_utf8(&mut [0; 4])));
        } else {
            cut.text.push(c);
        }
    }
    if start >= line_start + text.get(line_start..limit).map_or(0, str::len) {
        cut.span.start = cut.text.len();
    }
    cut.span.end = ended.unwrap_or(cut.text.len()).max(cut.span.start);
    cut
}

/// The last character boundary at or before `at`.
fn floor(text: &str, at: usize) -> usize {
    text.floor_char_boundary(at.min(text.len()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spl::macros::{MacroText, expand};

    fn at(text: &str, part: &str) -> Span {
        let start = text.find(part).unwrap();
        Span::from(start..start + part.len())
    }

    #[test]
    fn a_message_shows_file_line_column_and_underlines() {
        let text = "| tstats count from datamodel=E.P\n| transaction user";
        let problem = Diagnostic::new("SPL-COMMAND", "not supported", at(text, "transaction"))
            .with_help("leave it out");
        let drawn = render(&problem, "rule.yml", text);
        assert_eq!(
            drawn,
            "error[SPL-COMMAND]: not supported\n \
             --> rule.yml:2:3\n  \
             |\n\
             2 | | transaction user\n  \
             |   ^^^^^^^^^^^\n  \
             |\n  \
             = help: leave it out\n"
        );
    }

    #[test]
    fn a_fault_inside_of_a_macro_shows_both_places() {
        let lookup = |name: &str, _: usize| {
            (name == "m").then(|| MacroText {
                refused: None,
                place: None,
                arguments: vec![],
                definition: "search a\n | nope b".to_owned(),
                origin: "my.conf".to_owned(),
            })
        };
        let source = "x | `m`";
        let expanded = expand(source, &lookup).unwrap();
        let problem = Diagnostic::new("SPL-COMMAND", "no", at(&expanded.text, "nope"));
        let drawn = render_expanded(&problem, &expanded, &|span| Excerpt {
            name: "r.yml",
            text: source,
            first_line: 9,
            span: span.start..span.end,
        });
        assert!(drawn.contains("r.yml:9:5"), "{drawn}");
        assert!(drawn.contains("macro 'm' (my.conf):2:4"), "{drawn}");
        assert!(drawn.contains("2 |  | nope b"), "{drawn}");
    }

    #[test]
    fn the_column_is_that_of_the_whole_line() {
        let text = format!("first\n{}nope\u{1b} b", "é ".repeat(300));
        let drawn = render(&Diagnostic::new("X", "m", at(&text, "nope")), "f", &text);
        assert!(drawn.contains("f:2:601\n"), "{drawn}");
        let text = "\u{fdd0}\u{1b}\u{202e} nope";
        let drawn = render(&Diagnostic::new("X", "m", at(text, "nope")), "f", text);
        assert!(drawn.contains("f:1:"), "{drawn}");
        let text = "\u{1b}\u{202e} nope";
        let drawn = render(&Diagnostic::new("X", "m", at(text, "nope")), "f", text);
        assert!(drawn.contains("f:1:4\n"), "{drawn}");
    }

    #[test]
    fn hostile_text_is_made_visible() {
        let text = "a \x1b[2J\u{202e}b c\r\nd";
        let drawn = render(
            &Diagnostic::new("X", "m \x1b]0;\x07", at(text, "b")),
            "f\x1b.yml",
            text,
        );
        let hidden = drawn.chars().any(|c| c != '\n' && is_hidden(c));
        assert!(!hidden, "{drawn:?}");
        assert!(drawn.contains("a ␛[2J⟨U+202E⟩b c"), "{drawn}");
    }

    proptest::proptest! {
        #[test]
        fn any_place_of_any_text_is_drawn(
            text in "(\\PC|\n|\r|\t|\u{1b}){0,300}", start in 0_usize..400, length in 0_usize..400,
        ) {
            let problem = Diagnostic::new("X", "m", Span::from(start..start + length));
            let drawn = render(&problem, "f", &text);
            proptest::prop_assert!(!drawn.chars().any(|c| c != '\n' && is_hidden(c)));
        }
    }
}
