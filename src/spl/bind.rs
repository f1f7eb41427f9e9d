//! Puts values in place of the `$tokens$` of a search that is parsed already, so that no value can
//! change the search: each is taken letter by letter. Also gives the text edits that do the same to
//! the written search, escaped, for a person to paste.
//!
//! Facts: ES replaces `$field$` by the field of the finding; `$field|s$` is quoted besides (Splunk
//! dashboards, "token filters"), which bound texts are anyway. A field with several values becomes
//! a list, as the XSOAR integration of Splunk does it.

use super::ast::{
    BinaryOp, Command, CommandKind, CompareOp, Expr, Literal, Name, Piece, Pipeline, Predicate,
    Span, UnaryOp,
};
use super::lexer::token_length;
use super::print;
use std::ops::Range;

/// Gives the values of a field; none at all: the field is not known.
pub type Values<'a> = &'a dyn Fn(&str) -> Option<Vec<String>>;

/// What came of a binding.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Bound {
    /// Tokens without a value, each once, in order: they are left as they stand.
    pub unknown: Vec<String>,
    /// What to change in the text that was parsed, in order, to get the same search.
    pub edits: Vec<Edit>,
}

/// A change of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edit {
    /// What is replaced.
    pub span: Span,
    /// By what.
    pub text: String,
}

/// A `$token$` in a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token<'a> {
    /// Its place, dollars included.
    pub range: Range<usize>,
    /// The field: `user` of `$user$` and `$user|s$`.
    pub name: &'a str,
}

/// The most literals that the values of several tokens of one literal may be combined to.
const MAX_COMBINATIONS: usize = 1024;

/// The `$tokens$` of a text. `$x|s$` is one; other filters change a value in ways that are not
/// known here, so that they are no tokens.
pub fn tokens(text: &str) -> Vec<Token<'_>> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(offset) = text.get(at..).and_then(|rest| rest.find('$')) {
        at += offset;
        let rest = text.get(at..).unwrap_or("");
        let length = token_length(rest).unwrap_or(0);
        let inside = rest.get(1..length.saturating_sub(1)).unwrap_or("");
        let name = inside.strip_suffix("|s").unwrap_or(inside);
        if name.is_empty() || name.contains('|') {
            at += 1;
            continue;
        }
        let range = at..at + length;
        at = range.end;
        found.push(Token { range, name });
    }
    found
}

/// Binds every token that has a value.
pub fn bind(pipeline: &mut Pipeline, values: Values<'_>) -> Bound {
    let mut binder = Binder {
        values,
        bound: Bound::default(),
    };
    binder.pipeline(pipeline);
    binder.bound
}

/// Whether a bound text holds a `*`. Here it stands for itself; in Splunk a `*` can't be escaped
/// and matches anything, so that the printed search finds more.
pub fn bound_wildcards(pipeline: &Pipeline) -> bool {
    pipeline.commands.iter().any(|command| match &command.kind {
        CommandKind::Search(predicate) => holds_star(predicate),
        CommandKind::Tstats(tstats) => tstats.predicate.as_ref().is_some_and(holds_star),
        CommandKind::Join(join) => bound_wildcards(&join.search),
        CommandKind::Append(append) => bound_wildcards(&append.search),
        CommandKind::Appendpipe(commands) => bound_wildcards(commands),
        _ => false,
    })
}

fn holds_star(predicate: &Predicate) -> bool {
    let star = |literal: &Literal| {
        let bound = |piece: &Piece| matches!(piece, Piece::Bound(text) if text.contains('*'));
        literal.pieces.iter().any(bound)
    };
    match predicate {
        Predicate::And(parts) | Predicate::Or(parts) => parts.iter().any(holds_star),
        Predicate::Not(inner) => holds_star(inner),
        Predicate::Compare { value, .. } | Predicate::Text(value) => star(value),
        Predicate::In { values, .. } => values.iter().any(star),
        Predicate::Subsearch { search, .. } => bound_wildcards(search),
    }
}

struct Binder<'a> {
    values: Values<'a>,
    bound: Bound,
}

impl Binder<'_> {
    fn pipeline(&mut self, pipeline: &mut Pipeline) {
        for command in &mut pipeline.commands {
            self.command(command);
        }
    }

    fn command(&mut self, command: &mut Command) {
        match &mut command.kind {
            CommandKind::Search(predicate) => self.predicate(predicate),
            CommandKind::Tstats(tstats) => {
                if let Some(predicate) = &mut tstats.predicate {
                    self.predicate(predicate);
                }
            }
            CommandKind::Join(join) => self.pipeline(&mut join.search),
            CommandKind::Append(append) => self.pipeline(&mut append.search),
            CommandKind::Appendpipe(commands) => self.pipeline(commands),
            CommandKind::Where(_)
            | CommandKind::Eval(_)
            | CommandKind::Stats(_)
            | CommandKind::Eventstats(_) => self.expressions(command),
            // Their names are no literals; a token there stays.
            _ => {}
        }
    }

    /// Expressions have no places for their texts: a command in which one was bound is replaced
    /// as a whole.
    fn expressions(&mut self, command: &mut Command) {
        let before = command.clone();
        match &mut command.kind {
            CommandKind::Where(expr) => self.expression(expr),
            CommandKind::Eval(assignments) => {
                for (_, expr) in assignments {
                    self.expression(expr);
                }
            }
            CommandKind::Stats(stats) | CommandKind::Eventstats(stats) => {
                let evals = stats.aggregates.iter_mut().flat_map(|a| &mut a.eval);
                evals.for_each(|expr| self.expression(expr));
            }
            _ => {}
        }
        if *command != before {
            let text = print::command(command);
            let span = command.span;
            self.bound.edits.push(Edit { span, text });
        }
    }

    fn predicate(&mut self, predicate: &mut Predicate) {
        match predicate {
            Predicate::And(parts) | Predicate::Or(parts) => {
                for part in parts {
                    self.predicate(part);
                }
            }
            Predicate::Not(inner) => self.predicate(inner),
            Predicate::Subsearch { search, .. } => self.pipeline(search),
            Predicate::Compare { field, op, value } => {
                self.name(field);
                let (field, op) = (field.clone(), *op);
                let start = field.span.start;
                if let Some(literals) = self.literals(value) {
                    let span = Span::from(start..value.span.end);
                    *predicate = self.compare(field, op, literals, span);
                }
            }
            Predicate::In { field, values } => {
                self.name(field);
                let old = std::mem::take(values);
                for value in old {
                    match self.literals(&value) {
                        Some(literals) => {
                            self.edit(value.span, literals.iter().map(print::literal), ", ");
                            values.extend(literals);
                        }
                        None => values.push(value),
                    }
                }
            }
            Predicate::Text(value) => {
                let Some(literals) = self.literals(value) else {
                    return;
                };
                let span = value.span;
                let mut texts: Vec<_> = literals.into_iter().map(Predicate::Text).collect();
                *predicate = match texts.len() {
                    1 => texts.remove(0),
                    _ => Predicate::Or(texts),
                };
                self.edit_predicate(span, predicate);
            }
        }
    }

    /// `field op value` with one value, or with several: equal to one of them, unequal to all of
    /// them, or less than one of them.
    fn compare(
        &mut self,
        field: Name,
        op: CompareOp,
        mut literals: Vec<Literal>,
        span: Span,
    ) -> Predicate {
        if literals.len() == 1 {
            let value = literals.remove(0);
            self.edit(value.span, std::iter::once(print::literal(&value)), "");
            return Predicate::Compare { field, op, value };
        }
        let list = |field, values| Predicate::In { field, values };
        let predicate = match op {
            CompareOp::Equal => list(field, literals),
            CompareOp::NotEqual => {
                let each = |value| Predicate::Compare {
                    field: field.clone(),
                    op,
                    value,
                };
                Predicate::And(literals.into_iter().map(each).collect())
            }
            _ => {
                let each = |value| Predicate::Compare {
                    field: field.clone(),
                    op,
                    value,
                };
                Predicate::Or(literals.into_iter().map(each).collect())
            }
        };
        self.edit_predicate(span, &predicate);
        predicate
    }

    fn edit(&mut self, span: Span, texts: impl Iterator<Item = String>, between: &str) {
        let texts: Vec<_> = texts.collect();
        let text = texts.join(between);
        self.bound.edits.push(Edit { span, text });
    }

    fn edit_predicate(&mut self, span: Span, predicate: &Predicate) {
        let text = match predicate {
            Predicate::And(_) | Predicate::Or(_) => format!("({})", print::predicate(predicate)),
            _ => print::predicate(predicate),
        };
        self.bound.edits.push(Edit { span, text });
    }

    fn name(&mut self, name: &Name) {
        for token in tokens(&name.text) {
            self.unknown(token.name);
        }
    }

    fn unknown(&mut self, name: &str) {
        if !self.bound.unknown.iter().any(|known| known == name) {
            self.bound.unknown.push(name.to_owned());
        }
    }

    /// The literals that a literal becomes, one for each combination of its tokens' values; none
    /// when it has no token with a value.
    fn literals(&mut self, literal: &Literal) -> Option<Vec<Literal>> {
        let mut made = vec![Vec::new()];
        let mut any = false;
        for piece in &literal.pieces {
            let Piece::Source(text) = piece else {
                for pieces in &mut made {
                    pieces.push(piece.clone());
                }
                continue;
            };
            let mut at = 0;
            for token in tokens(text) {
                let Some(values) = self.values_of(token.name, made.len()) else {
                    continue;
                };
                any = true;
                push_source(&mut made, text.get(at..token.range.start));
                made = combine(&made, &values);
                at = token.range.end;
            }
            push_source(&mut made, text.get(at..));
        }
        let with = |pieces| Literal {
            pieces,
            quoted: true,
            ..literal.clone()
        };
        any.then(|| made.into_iter().map(with).collect())
    }

    /// The values of a token, noting it when there are none or too many.
    fn values_of(&mut self, name: &str, already: usize) -> Option<Vec<String>> {
        let values = (self.values)(name).unwrap_or_default();
        if values.is_empty() || values.len().saturating_mul(already) > MAX_COMBINATIONS {
            self.unknown(name);
            return None;
        }
        Some(values)
    }

    fn expression(&mut self, expr: &mut Expr) {
        match expr {
            Expr::Text(text) => *text = self.text(text),
            Expr::Number(_) => {}
            Expr::Field(name) => self.name(name),
            Expr::Call { arguments, .. } => {
                for argument in arguments {
                    self.expression(argument);
                }
            }
            Expr::Unary(_, inner) => self.expression(inner),
            Expr::Binary(op, left, right) => {
                self.expression(left);
                let list = match (&**right, *op) {
                    (Expr::Text(text), BinaryOp::Equal | BinaryOp::NotEqual) => self.list(text),
                    _ => None,
                };
                let Some(values) = list else {
                    self.expression(right);
                    return;
                };
                let field = std::mem::replace(&mut **left, Expr::Text(String::new()));
                let mut arguments = vec![field];
                arguments.extend(values.into_iter().map(Expr::Text));
                let call = Expr::Call {
                    name: "in".to_owned(),
                    arguments,
                    span: Span::default(),
                };
                *expr = match op {
                    BinaryOp::NotEqual => Expr::Unary(UnaryOp::Not, Box::new(call)),
                    _ => call,
                };
            }
        }
    }

    /// The values when the text is one token with several.
    fn list(&self, text: &str) -> Option<Vec<String>> {
        let [token] = tokens(text).try_into().ok()?;
        let whole = token.range == (0..text.len());
        let values = (self.values)(token.name).filter(|_| whole)?;
        (values.len() > 1).then_some(values)
    }

    /// The text with its tokens replaced; several values are joined by line feeds, as ES does.
    fn text(&mut self, text: &str) -> String {
        let mut out = String::new();
        let mut at = 0;
        for token in tokens(text) {
            let values = (self.values)(token.name).unwrap_or_default();
            if values.is_empty() {
                self.unknown(token.name);
                continue;
            }
            out.push_str(text.get(at..token.range.start).unwrap_or(""));
            out.push_str(&values.join("\n"));
            at = token.range.end;
        }
        out.push_str(text.get(at..).unwrap_or(""));
        out
    }
}

fn push_source(made: &mut [Vec<Piece>], text: Option<&str>) {
    if let Some(text) = text.filter(|t| !t.is_empty()) {
        let piece = Piece::Source(text.to_owned());
        for pieces in made {
            pieces.push(piece.clone());
        }
    }
}

fn combine(made: &[Vec<Piece>], values: &[String]) -> Vec<Vec<Piece>> {
    let with = |pieces: &Vec<Piece>, value: &String| {
        let mut pieces = pieces.clone();
        pieces.push(Piece::Bound(value.clone()));
        pieces
    };
    made.iter()
        .flat_map(|pieces| values.iter().map(move |value| with(pieces, value)))
        .collect()
}

/// `text` with the edits made. They must be in order and apart, as [`bind`] gives them.
pub fn apply(text: &str, edits: &[Edit]) -> String {
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    for edit in edits {
        if edit.span.start < at {
            continue;
        }
        out.push_str(text.get(at..edit.span.start).unwrap_or(""));
        out.push_str(&edit.text);
        at = edit.span.end;
    }
    out.push_str(text.get(at..).unwrap_or(""));
    out
}

#[cfg(test)]
mod tests;
