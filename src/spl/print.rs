//! Writes a tree as text, in one spelling: `parse(print(tree))` is the tree again. Texts that were
//! bound to tokens are escaped, so that they stand for themselves (but for `*`: see `bind`).

mod rows;
mod searches;

use super::ast::{
    Aggregate, BinaryOp, ByField, Command, CommandKind, CompareOp, Convert, Dataset, Expr, Literal,
    Name, Piece, Pipeline, Predicate, Stats, Tstats, UnaryOp,
};
use super::lexer;
use super::parser::{binding, binding_of};
use super::token::Kind;
use crate::event::value::number_text;
use std::fmt::Write as _;

/// A whole search, a command a line.
pub fn pipeline(pipeline: &Pipeline) -> String {
    let mut out = String::new();
    for (number, command) in pipeline.commands.iter().enumerate() {
        let implied = number == 0 && matches!(command.kind, CommandKind::Search(_));
        out.push_str(match (number, implied) {
            (0, true) => "",
            (0, false) => "| ",
            _ => "\n| ",
        });
        out.push_str(&self::command(command));
    }
    out
}

/// One command without its pipe.
pub fn command(command: &Command) -> String {
    match &command.kind {
        CommandKind::Search(predicate) => format!("search {}", self::predicate(predicate)),
        CommandKind::Tstats(tstats) => self::tstats(tstats),
        CommandKind::From(dataset) => format!("from {}", self::dataset(dataset, ":")),
        CommandKind::Stats(stats) => self::stats(stats),
        CommandKind::Rename(renames) => {
            let one = |r: &super::ast::Rename| format!("{} as {}", name(&r.from), name(&r.to));
            format!("rename {}", list(renames, ", ", one))
        }
        CommandKind::Convert(convert) => self::convert(convert),
        CommandKind::Fields { remove, names } => {
            let sign = if *remove { "- " } else { "" };
            format!("fields {sign}{}", list(names, ", ", name))
        }
        CommandKind::Table(names) => format!("table {}", list(names, ", ", name)),
        CommandKind::Where(expr) => format!("where {}", expression(expr)),
        CommandKind::Eval(assignments) => {
            let one = |(target, expr): &(Name, Expr)| {
                format!("{}={}", expression_name(&target.text), expression(expr))
            };
            format!("eval {}", list(assignments, ", ", one))
        }
        CommandKind::Eventstats(stats) => format!("event{}", self::stats(stats)),
        other => rows::command(other),
    }
}

fn list<T>(items: &[T], between: &str, one: impl Fn(&T) -> String) -> String {
    let texts: Vec<_> = items.iter().map(one).collect();
    texts.join(between)
}

fn tstats(tstats: &Tstats) -> String {
    let mut out = "tstats".to_owned();
    for (option, value) in &tstats.options {
        let _ = write!(out, " {}={}", name(option), name(value));
    }
    for one in &tstats.aggregates {
        let _ = write!(out, " {}", aggregate(one));
    }
    let _ = write!(out, " from {}", dataset(&tstats.from, "="));
    if let Some(predicate) = &tstats.predicate {
        let _ = write!(out, " where {}", self::predicate(predicate));
    }
    out + &by(&tstats.by)
}

fn stats(stats: &Stats) -> String {
    let mut out = "stats".to_owned();
    for (option, value) in &stats.options {
        let _ = write!(out, " {}={}", name(option), name(value));
    }
    for one in &stats.aggregates {
        let _ = write!(out, " {}", aggregate(one));
    }
    out + &by(&stats.by)
}

fn by(fields: &[ByField]) -> String {
    let mut out = String::new();
    for (number, field) in fields.iter().enumerate() {
        out.push_str(if number == 0 { " by " } else { " " });
        out.push_str(&name(&field.name));
        if let Some(span) = &field.time_span {
            let _ = write!(out, " span={}", bare_or_quoted(span));
        }
    }
    out
}

fn convert(convert: &Convert) -> String {
    let mut out = "convert".to_owned();
    if let Some(format) = &convert.time_format {
        let _ = write!(out, " timeformat={}", quoted(&format.text, '"'));
    }
    for function in &convert.functions {
        let _ = write!(out, " {}", aggregate(function));
    }
    out
}

fn dataset(dataset: &Dataset, between: &str) -> String {
    let mut path = dataset.model.clone();
    if let Some(name) = &dataset.dataset {
        path.push('.');
        path.push_str(name);
    }
    format!("datamodel{between}{}", bare_or_quoted(&path))
}

/// `function(field) as name`.
pub fn aggregate(aggregate: &Aggregate) -> String {
    let mut out = aggregate.function.clone();
    if let Some(field) = &aggregate.field {
        let _ = write!(out, "({})", name(field));
    }
    if let Some(eval) = &aggregate.eval {
        let _ = write!(out, "(eval({}))", expression(eval));
    }
    if let Some(alias) = &aggregate.alias {
        let _ = write!(out, " as {}", name(alias));
    }
    out
}

/// A field name as the arguments of a command spell it.
pub fn name(name: &Name) -> String {
    bare_or_quoted(&name.text)
}

fn bare_or_quoted(text: &str) -> String {
    // Words that mean something in one command or another are quoted in all of them.
    const TAKEN: [&str; 14] = [
        "and",
        "or",
        "not",
        "in",
        "as",
        "by",
        "groupby",
        "from",
        "where",
        "span",
        "case",
        "term",
        "eval",
        "datamodel",
    ];
    let starts = text.starts_with(|c: char| c.is_alphanumeric() || matches!(c, '_' | '*' | '{'));
    let plain = text.chars().all(|c| {
        c.is_alphanumeric() || matches!(c, '_' | '.' | '*' | ':' | '{' | '}' | '@' | '-' | '%')
    });
    if starts && plain && !TAKEN.iter().any(|t| text.eq_ignore_ascii_case(t)) {
        return text.to_owned();
    }
    quoted(text, '"')
}

/// `text` between quotes, with `\` and the quote escaped.
pub fn quoted(text: &str, quote: char) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push(quote);
    for c in text.chars() {
        if c == '\\' || c == quote {
            out.push('\\');
        }
        out.push(c);
    }
    out.push(quote);
    out
}

/// A predicate, with the fewest parentheses that keep its meaning and shape.
pub fn predicate(tree: &Predicate) -> String {
    match tree {
        Predicate::And(parts) => list(parts, " AND ", |part| match part {
            Predicate::And(_) => format!("({})", predicate(part)),
            _ => predicate(part),
        }),
        Predicate::Or(parts) => list(parts, " OR ", |part| match part {
            Predicate::And(_) | Predicate::Or(_) => format!("({})", predicate(part)),
            _ => predicate(part),
        }),
        Predicate::Not(inner) => match **inner {
            Predicate::And(_) | Predicate::Or(_) => format!("NOT ({})", predicate(inner)),
            _ => format!("NOT {}", predicate(inner)),
        },
        Predicate::Compare { field, op, value } => {
            format!("{}{}{}", name(field), comparison(*op), literal(value))
        }
        Predicate::In { field, values } => {
            format!("{} IN ({})", name(field), list(values, ", ", literal))
        }
        Predicate::Text(text) => literal(text),
        Predicate::Subsearch { search, .. } => format!("[{}]", pipeline(search)),
    }
}

fn comparison(op: CompareOp) -> &'static str {
    match op {
        CompareOp::Equal => "=",
        CompareOp::NotEqual => "!=",
        CompareOp::Less => "<",
        CompareOp::LessEqual => "<=",
        CompareOp::Greater => ">",
        CompareOp::GreaterEqual => ">=",
    }
}

/// A literal: as it was written, or in quotes where a text was bound to it.
pub fn literal(literal: &Literal) -> String {
    let text = literal_text(literal);
    if literal.case_sensitive {
        return format!("CASE({text})");
    }
    text
}

fn literal_text(literal: &Literal) -> String {
    if let ([Piece::Source(text)], false) = (literal.pieces.as_slice(), literal.quoted)
        && stands_bare(text)
    {
        return text.clone();
    }
    let mut out = "\"".to_owned();
    for piece in &literal.pieces {
        match piece {
            Piece::Source(text) => {
                out.push_str(text);
                // A lone backslash at the end would escape what follows.
                let slashes = text.bytes().rev().take_while(|b| *b == b'\\').count();
                if slashes % 2 == 1 {
                    out.push('\\');
                }
            }
            Piece::Bound(text) => {
                let escaped = quoted(text, '"');
                out.push_str(escaped.get(1..escaped.len() - 1).unwrap_or(""));
            }
        }
    }
    out.push('"');
    out
}

/// Whether the lexer takes `text` as one bare value.
fn stands_bare(text: &str) -> bool {
    let probe = format!("x={text}");
    let tokens = lexer::arguments(&probe, 0..probe.len()).unwrap_or_default();
    let whole = matches!(tokens.as_slice(), [_, _, value] if value.kind == Kind::Word && value.text == text);
    // A pipe is met earlier, where commands are cut.
    whole && lexer::commands(&probe).ranges.len() == 1
}

/// An expression, with the fewest parentheses that keep its shape.
pub fn expression(tree: &Expr) -> String {
    let mut out = String::new();
    write_expression(&mut out, tree, 0);
    out
}

fn write_expression(out: &mut String, tree: &Expr, loosest: u8) {
    let tightness = match tree {
        Expr::Unary(UnaryOp::Not, _) => binding::NOT,
        Expr::Unary(UnaryOp::Negate, _) => binding::NEGATE,
        Expr::Binary(op, ..) => binding_of(*op),
        _ => u8::MAX,
    };
    let open = tightness < loosest;
    if open {
        out.push('(');
    }
    match tree {
        Expr::Text(text) => out.push_str(&quoted(text, '"')),
        Expr::Number(number) => out.push_str(&number_text(*number)),
        Expr::Field(field) => out.push_str(&expression_name(&field.text)),
        Expr::Call {
            name, arguments, ..
        } => {
            out.push_str(name);
            out.push('(');
            for (number, argument) in arguments.iter().enumerate() {
                out.push_str(if number == 0 { "" } else { ", " });
                write_expression(out, argument, 0);
            }
            out.push(')');
        }
        Expr::Unary(op, inner) => {
            out.push_str(match op {
                UnaryOp::Not => "NOT ",
                UnaryOp::Negate => "-",
            });
            write_expression(out, inner, tightness);
        }
        Expr::Binary(op, left, right) => {
            write_expression(out, left, tightness);
            out.push_str(sign(*op));
            write_expression(out, right, tightness + 1);
        }
    }
    if open {
        out.push(')');
    }
}

fn sign(op: BinaryOp) -> &'static str {
    match op {
        BinaryOp::Or => " OR ",
        BinaryOp::Xor => " XOR ",
        BinaryOp::And => " AND ",
        BinaryOp::Equal => "=",
        BinaryOp::NotEqual => "!=",
        BinaryOp::Less => "<",
        BinaryOp::LessEqual => "<=",
        BinaryOp::Greater => ">",
        BinaryOp::GreaterEqual => ">=",
        BinaryOp::Like => " LIKE ",
        BinaryOp::Concat => " . ",
        BinaryOp::Add => " + ",
        BinaryOp::Subtract => " - ",
        BinaryOp::Multiply => " * ",
        BinaryOp::Divide => " / ",
        BinaryOp::Remainder => " % ",
    }
}

/// A field name as an expression spells it: bare when it is letters, digits and `_`, else in
/// single quotes (Search Reference, "eval").
fn expression_name(text: &str) -> String {
    const TAKEN: [&str; 6] = ["and", "or", "not", "xor", "in", "like"];
    let starts = text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
    let plain = text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    if starts && plain && !TAKEN.iter().any(|t| text.eq_ignore_ascii_case(t)) {
        return text.to_owned();
    }
    quoted(text, '\'')
}

#[cfg(test)]
mod tests;
