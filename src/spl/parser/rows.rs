//! The commands that pick and order rows: `regex`, `dedup`, `sort`, `head`, `tail`, `reverse`.

use super::cursor::Cursor;
use super::expression;
use super::options::Options;
use crate::spl::ast::{
    CommandKind, Dedup, Expr, Head, Name, Regex, Sort, SortKey, SortOrder, Span,
};
use crate::spl::diagnostic::Diagnostic;
use crate::spl::token::{Kind, Operator, Token};
use std::ops::Range;

/// How many rows `sort` gives when nothing is said (Search Reference, "sort").
const SORT_LIMIT: u64 = 10_000;

/// How many rows `head` and `tail` give when nothing is said (Search Reference, "head", "tail").
const HEAD_LIMIT: u64 = 10;

/// `regex field="…"`, `regex field!="…"`, `regex "…"`.
pub fn regex(cursor: &mut Cursor<'_>) -> Result<CommandKind, Diagnostic> {
    let what = "a regular expression";
    let compares = cursor.peek_at(1).map(|t| t.kind);
    let negated = match compares {
        Some(Kind::Operator(Operator::NotEqual)) => true,
        Some(Kind::Operator(Operator::Equal)) => false,
        _ => {
            return Ok(CommandKind::Regex(Regex {
                field: None,
                negated: false,
                pattern: cursor.name(what)?,
            }));
        }
    };
    let field = cursor.name("a field name")?;
    cursor.next();
    Ok(CommandKind::Regex(Regex {
        field: Some(field),
        negated,
        pattern: cursor.name(what)?,
    }))
}

/// `dedup [N] fields [options] [sortby keys]`.
pub fn dedup(cursor: &mut Cursor<'_>) -> Result<CommandKind, Diagnostic> {
    let known = ["keepevents", "keepempty", "consecutive"];
    let mut options = Options::read(cursor, "dedup", &known)?;
    let count = count(cursor)?;
    if count == Some(0) {
        let message = "dedup keeps one row or more of the same values, not 0";
        return Err(Diagnostic::new("SPL-OPTION", message, cursor.last()));
    }
    let mut fields = Vec::new();
    while !cursor.at_end() && !cursor.peek().is_some_and(|t| t.is_word("sortby")) {
        fields.push(cursor.column("a field name")?);
        while cursor.eat(Kind::Comma) {}
    }
    if fields.is_empty() {
        return Err(cursor.missing("a field name"));
    }
    let mut sort = Vec::new();
    if cursor.eat_word("sortby") {
        sort = keys(cursor)?;
    }
    Ok(CommandKind::Dedup(Dedup {
        count: count.unwrap_or(1),
        fields,
        keep_events: options.truth("keepevents", false)?,
        keep_empty: options.truth("keepempty", false)?,
        consecutive: options.truth("consecutive", false)?,
        sort,
    }))
}

/// `sort [N] keys [desc]`.
pub fn sort(cursor: &mut Cursor<'_>) -> Result<CommandKind, Diagnostic> {
    let mut options = Options::read(cursor, "sort", &["limit"])?;
    let limit = match options.number("limit")? {
        Some(limit) => Some(limit),
        None => count(cursor)?,
    };
    let keys = keys(cursor)?;
    let limit = limit.unwrap_or(SORT_LIMIT);
    Ok(CommandKind::Sort(Sort { limit, keys }))
}

/// A number that stands alone at the front.
pub fn count(cursor: &mut Cursor<'_>) -> Result<Option<u64>, Diagnostic> {
    let digits = |t: &Token<'_>| {
        t.kind == Kind::Word && !t.text.is_empty() && t.text.bytes().all(|b| b.is_ascii_digit())
    };
    let Some(token) = cursor.peek().filter(|t| digits(t)).cloned() else {
        return Ok(None);
    };
    cursor.next();
    while cursor.eat(Kind::Comma) {}
    let message = format!("'{}' is too large a number", token.text);
    let number = token.text.parse();
    number
        .map(Some)
        .map_err(|_| Diagnostic::new("SPL-OPTION", message, token.span()))
}

/// `-a, +b, num(c)`, and at the end `desc`, which turns every key round (Search Reference, "sort").
fn keys(cursor: &mut Cursor<'_>) -> Result<Vec<SortKey>, Diagnostic> {
    let mut keys: Vec<SortKey> = Vec::new();
    while !cursor.at_end() {
        let last = cursor.peek_at(1).is_none() && !keys.is_empty();
        let word = |word: &str| cursor.peek().is_some_and(|t| t.is_word(word));
        let [ascending, descending] =
            [["a", "asc"], ["d", "desc"]].map(|words| last && words.into_iter().any(word));
        if ascending || descending {
            cursor.next();
            for key in &mut keys {
                key.descending ^= descending;
            }
            break;
        }
        keys.push(key(cursor)?);
        while cursor.eat(Kind::Comma) {}
    }
    if keys.is_empty() {
        return Err(cursor
            .missing("a field name")
            .with_help("write sort -count, +user; a '-' before a field turns its order round"));
    }
    Ok(keys)
}

fn key(cursor: &mut Cursor<'_>) -> Result<SortKey, Diagnostic> {
    let mut descending = false;
    let mut glued: Option<Name> = None;
    if let Some(token) = cursor.peek().filter(|t| t.kind == Kind::Word).cloned()
        && token.text.starts_with(['-', '+'])
    {
        cursor.next();
        descending = token.text.starts_with('-');
        let name = token.text.get(1..).unwrap_or("");
        if !name.is_empty() {
            let span = Span::from(token.range.start + 1..token.range.end);
            let text = name.to_owned();
            glued = Some(Name { text, span });
        }
    }
    let name = match glued {
        Some(name) => name,
        None => cursor.name("a field name")?,
    };
    let order = match name.text.as_str() {
        "auto" => Some(SortOrder::Auto),
        "ip" => Some(SortOrder::Ip),
        "num" => Some(SortOrder::Num),
        "str" => Some(SortOrder::Str),
        _ => None,
    };
    let open = cursor.here();
    if let Some(order) = order
        && open.start == name.span.end
        && cursor.eat(Kind::Open)
    {
        let field = cursor.name("a field name")?;
        cursor.expect_close(open)?;
        return Ok(SortKey {
            descending,
            order,
            field,
        });
    }
    Ok(SortKey {
        descending,
        order: SortOrder::Auto,
        field: cursor.column_of(name),
    })
}

/// `tail [N]`.
pub fn tail(cursor: &mut Cursor<'_>) -> Result<CommandKind, Diagnostic> {
    Ok(CommandKind::Tail(count(cursor)?.unwrap_or(HEAD_LIMIT)))
}

/// `head [N]` and `head [options] (expression)`.
pub fn head(text: &str, range: Range<usize>) -> Result<CommandKind, Diagnostic> {
    let body = text.get(range.clone()).unwrap_or("");
    let open = body.find('(').map(|at| range.start + at);
    let mut cursor = Cursor::arguments(text, range.start..open.unwrap_or(range.end))?;
    let mut options = Options::read(&mut cursor, "head", &["limit", "null", "keeplast"])?;
    let condition = match open {
        Some(open) => Some(expression_in(text, open..range.end)?),
        None => None,
    };
    let limit = match options.number("limit")? {
        Some(limit) => Some(limit),
        None => count(&mut cursor)?,
    };
    cursor.expect_end()?;
    let default = condition.is_none().then_some(HEAD_LIMIT);
    Ok(CommandKind::Head(Head {
        limit: limit.or(default),
        condition,
        null: options.truth("null", false)?,
        keep_last: options.truth("keeplast", false)?,
    }))
}

/// The expression in a part of the text, as `where` reads it.
pub fn expression_in(text: &str, range: Range<usize>) -> Result<Expr, Diagnostic> {
    match expression::filter(text, range)? {
        CommandKind::Where(tree) => Ok(tree),
        // It gives nothing else.
        _ => Ok(Expr::Text(String::new())),
    }
}
