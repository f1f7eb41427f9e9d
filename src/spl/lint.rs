//! What is odd about a search though it can be read: what its writer may not have meant. Looks at
//! text and tree alone; what a data model has to say is `search`'s business. A lint stops nothing.
//!
//! | name | says |
//! |--|--|
//! | `SPL-PREC` | AND and OR at one level: OR binds first |
//! | `SPL-ESC` | a backslash that escapes nothing |
//! | `SPL-ENT` | an XML entity in a value |
//! | `SPL-PAREN` | a bare value that ends at a parenthesis: `*GetCurrent()*` |
//! | `SPL-NOOP` | `where isnotnull(f)` of a field that is never null |

use super::ast::{
    BinaryOp, Command, CommandKind, Expr, Literal, Name, Piece, Pipeline, Predicate, Span, Tstats,
};
use super::diagnostic::Diagnostic;
use super::lexer;
use super::token::Kind;
use std::ops::Range;

/// The lints of a search, in the order of its text. `text` is what was parsed.
pub fn lints(pipeline: &Pipeline, text: &str) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    commands(pipeline, text, &mut found);
    never_null(pipeline, text, &mut found);
    found.sort_by_key(|lint| lint.span.start);
    found.into_iter().map(Diagnostic::as_lint).collect()
}

/// The lints of each command by itself.
fn commands(pipeline: &Pipeline, text: &str, found: &mut Vec<Diagnostic>) {
    for command in &pipeline.commands {
        let Some(predicate) = predicate_of(command) else {
            continue;
        };
        let depths = Depths::of(text, command.span.start..command.span.end);
        let mut linter = Linter {
            text,
            depths: &depths,
            found,
        };
        linter.predicate(predicate);
    }
}

fn predicate_of(command: &Command) -> Option<&Predicate> {
    match &command.kind {
        CommandKind::Search(predicate) => Some(predicate),
        CommandKind::Tstats(tstats) => tstats.predicate.as_ref(),
        _ => None,
    }
}

/// How deep in parentheses the places of a command are.
struct Depths {
    /// Where a parenthesis stands and how deep it is behind it, in order.
    behind: Vec<(usize, i32)>,
}

impl Depths {
    fn of(text: &str, range: Range<usize>) -> Self {
        let mut depth = 0;
        let tokens = lexer::arguments(text, range).unwrap_or_default();
        let behind = tokens.iter().filter_map(|token| {
            depth += match token.kind {
                Kind::Open => 1,
                Kind::Close => -1,
                _ => return None,
            };
            Some((token.range.start, depth))
        });
        Self {
            behind: behind.collect(),
        }
    }

    /// The depth of what joins two conditions, of which one ends where the other's gap begins: the
    /// least between them.
    fn joint(&self, gap: Range<usize>) -> i32 {
        let first = self.behind.partition_point(|(at, _)| *at < gap.start);
        let before = first.checked_sub(1).and_then(|at| self.behind.get(at));
        let depth = before.map_or(0, |(_, depth)| *depth);
        let within = self.behind.iter().skip(first);
        within
            .take_while(|(at, _)| *at < gap.end)
            .fold(depth, |least, (_, depth)| least.min(*depth))
    }

    /// A range with the parentheses that it cuts through.
    fn whole(&self, range: Range<usize>) -> Range<usize> {
        let first = self.behind.partition_point(|(at, _)| *at < range.start);
        let behind = self.behind.partition_point(|(at, _)| *at < range.end);
        let depth = |number: usize| {
            let before = number.checked_sub(1).and_then(|at| self.behind.get(at));
            before.map_or(0, |(_, depth)| *depth)
        };
        let outer = (first..=behind).map(depth).min().unwrap_or(0);
        let opened = (0..first)
            .rev()
            .take_while(|number| depth(*number + 1) > outer);
        let closed = (behind..self.behind.len()).take_while(|number| depth(*number) > outer);
        let place = |number: usize| self.behind.get(number).map(|(at, _)| *at);
        let start = opened.last().and_then(place).unwrap_or(range.start);
        let end = closed.last().and_then(place).map_or(range.end, |at| at + 1);
        start..end.max(range.end)
    }

    fn between(&self, one: &Predicate, other: &Predicate) -> i32 {
        self.joint(last_leaf(one).end..first_leaf(other).start)
    }
}

struct Linter<'a> {
    text: &'a str,
    depths: &'a Depths,
    found: &'a mut Vec<Diagnostic>,
}

impl Linter<'_> {
    fn predicate(&mut self, tree: &Predicate) {
        match tree {
            Predicate::And(parts) => {
                self.precedence(parts);
                self.all(parts);
            }
            Predicate::Or(parts) => self.all(parts),
            Predicate::Not(inner) => self.predicate(inner),
            Predicate::Compare { value, .. } => self.literal(value),
            Predicate::In { values, .. } => {
                for value in values {
                    self.literal(value);
                }
            }
            Predicate::Text(value) => {
                self.parenthesis(value);
                self.literal(value);
            }
            Predicate::Subsearch { .. } => {}
        }
    }

    fn all(&mut self, parts: &[Predicate]) {
        for part in parts {
            self.predicate(part);
        }
    }

    /// Search Reference, "search": OR is evaluated before AND, the other way about than in `where`
    /// and in most languages. An OR in parentheses of its own is told by its depth.
    fn precedence(&mut self, parts: &[Predicate]) {
        let joints = parts.iter().zip(parts.iter().skip(1));
        let level = joints.map(|(one, next)| self.depths.between(one, next));
        let Some(level) = level.min() else {
            return;
        };
        for part in parts {
            let Predicate::Or(alternatives) = part else {
                continue;
            };
            let [first, second, ..] = alternatives.as_slice() else {
                continue;
            };
            if self.depths.between(first, second) > level {
                continue;
            }
            let place = first_leaf(part).start..last_leaf(part).end;
            let span = Span::from(self.depths.whole(place));
            let message = "AND and OR stand at one level: in a search OR binds first";
            let read = shortened(self.text.get(span.start..span.end).unwrap_or(""));
            self.found.push(
                Diagnostic::new("SPL-PREC", message, span).with_help(format!(
                    "it is read as '({read})'; put the parentheses there, or where they are meant"
                )),
            );
        }
    }

    fn literal(&mut self, literal: &Literal) {
        let [Piece::Source(source)] = literal.pieces.as_slice() else {
            return;
        };
        let start = literal.span.start + usize::from(literal.quoted);
        // Of `CASE(…)` the span is the whole: no place inside of it is known.
        let within = |at: usize, length: usize| {
            let place = start + at..start + at + length;
            let same = self.text.get(place.clone()) == source.get(at..at + length);
            if same {
                Span::from(place)
            } else {
                literal.span
            }
        };
        let mut lints = Vec::new();
        if let Some((at, escape)) = unknown_escape(source) {
            let letter = escape.trim_start_matches('\\');
            let message = format!(
                "'{escape}' is no escape: it is taken for '{letter}' as well as for a backslash and '{letter}'"
            );
            let help = format!("write '\\\\{letter}' for a backslash, '{letter}' for none");
            let span = within(at, escape.len());
            lints.push(Diagnostic::new("SPL-ESC", message, span).with_help(help));
        }
        if let Some((at, entity, letter)) = entity_in(source) {
            let message = format!(
                "'{entity}' is an XML entity: it is read as '{letter}', in the value and in the event"
            );
            let help =
                "Splunk compares the texts as they are: there it matches events in XML alone";
            let span = within(at, entity.len());
            lints.push(Diagnostic::new("SPL-ENT", message, span).with_help(help));
        }
        self.found.extend(lints);
    }

    /// `*GetCurrent()*` is cut at its parentheses into `*GetCurrent`, everything, and `*`.
    fn parenthesis(&mut self, literal: &Literal) {
        let behind = self.text.get(literal.span.end..).unwrap_or("");
        if literal.quoted || literal.case_sensitive || !behind.starts_with('(') {
            return;
        }
        let message = "a bare word ends at its parenthesis: what follows is looked for by itself";
        let help = "quote the whole text";
        self.found
            .push(Diagnostic::new("SPL-PAREN", message, literal.span).with_help(help));
    }
}

/// The first backslash before a letter that it does not escape. Search Reference, "search": it
/// escapes quotes, pipes and itself; before `*` it stands for itself.
fn unknown_escape(source: &str) -> Option<(usize, &str)> {
    let mut letters = source.char_indices();
    while let Some((at, letter)) = letters.next() {
        if letter != '\\' {
            continue;
        }
        let (next, escaped) = letters.next()?;
        if !matches!(escaped, '\\' | '"' | '|' | '*') {
            return Some((at, source.get(at..next + escaped.len_utf8())?));
        }
    }
    None
}

fn entity_in(source: &str) -> Option<(usize, &'static str, char)> {
    let entities = [
        ("&amp;", '&'),
        ("&lt;", '<'),
        ("&gt;", '>'),
        ("&quot;", '"'),
        ("&apos;", '\''),
    ];
    let found = entities.iter().filter_map(|(entity, letter)| {
        let at = source.find(entity)?;
        Some((at, *entity, *letter))
    });
    found.min_by_key(|(at, ..)| *at)
}

/// The place of a condition that holds no other; of one that does, its first.
fn first_leaf(tree: &Predicate) -> Span {
    leaf(tree, <[Predicate]>::first)
}

fn last_leaf(tree: &Predicate) -> Span {
    leaf(tree, <[Predicate]>::last)
}

fn leaf(mut tree: &Predicate, choose: fn(&[Predicate]) -> Option<&Predicate>) -> Span {
    loop {
        tree = match tree {
            Predicate::And(parts) | Predicate::Or(parts) => match choose(parts) {
                Some(part) => part,
                None => return Span::default(),
            },
            Predicate::Not(inner) => inner,
            Predicate::Compare { field, value, .. } => {
                return Span::from(field.span.start..value.span.end);
            }
            Predicate::In { field, values } => {
                let end = values.last().map_or(field.span.end, |value| value.span.end);
                return Span::from(field.span.start..end);
            }
            Predicate::Text(literal) => return literal.span,
            Predicate::Subsearch { span, .. } => return *span,
        };
    }
}

/// `where isnotnull(f)` of a field that `tstats … fillnull_value` has grouped by: the option puts a
/// text in the place of every null (Search Reference, "tstats"), so no row is left out. Told only
/// as long as no command between can have made a null.
fn never_null(pipeline: &Pipeline, text: &str, found: &mut Vec<Diagnostic>) {
    let mut commands = pipeline.commands.iter();
    let Some(CommandKind::Tstats(tstats)) = commands.next().map(|command| &command.kind) else {
        return;
    };
    let fills = tstats
        .options
        .iter()
        .any(|(name, _)| name.text == "fillnull_value");
    if !fills {
        return;
    }
    for command in commands {
        match &command.kind {
            CommandKind::Where(filter) => not_null(filter, tstats, text, found),
            CommandKind::Search(_) | CommandKind::Rename(_) | CommandKind::Convert(_) => {}
            _ => return,
        }
    }
}

fn not_null(filter: &Expr, tstats: &Tstats, text: &str, found: &mut Vec<Diagnostic>) {
    match filter {
        Expr::Binary(BinaryOp::And, one, other) => {
            not_null(one, tstats, text, found);
            not_null(other, tstats, text, found);
        }
        Expr::Call {
            name,
            arguments,
            span,
        } if name == "isnotnull" => {
            let [Expr::Field(field)] = arguments.as_slice() else {
                return;
            };
            if tstats.by.iter().any(|by| is_same(&by.name, field)) {
                let name = &field.text;
                let message = format!(
                    "'{name}' is never null here: 'fillnull_value' has put a text in its place"
                );
                let help = format!("compare with that text, as in {name}!=\"null\"");
                let behind = text.get(field.span.end..).unwrap_or("");
                let end = field.span.end + behind.find(')').map_or(0, |at| at + 1);
                let span = Span::from(span.start..end);
                found.push(Diagnostic::new("SPL-NOOP", message, span).with_help(help));
            }
        }
        _ => {}
    }
}

/// Whether a field is one that was grouped by, with the dataset before it or without.
fn is_same(by: &Name, field: &Name) -> bool {
    let bare = by.text.split_once('.').map_or("", |(_, bare)| bare);
    field.text == by.text || field.text == bare
}

/// A text of which so much is told.
const SHOWN: usize = 100;

fn shortened(text: &str) -> String {
    let words = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if words.chars().count() <= SHOWN {
        return words;
    }
    let start: String = words.chars().take(SHOWN).collect();
    format!("{start} …")
}

#[cfg(test)]
mod tests;
