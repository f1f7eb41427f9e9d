//! The predicate of `search` and of `tstats … where`: NOT before OR before AND (Search Reference,
//! "search", order of evaluation). Words between which nothing stands are joined by AND.

use super::cursor::{Cursor, literal_of, name_of, subsearch};
use super::{Begin, searches};
use crate::spl::ast::{CompareOp, Literal, Name, Predicate, Span};
use crate::spl::diagnostic::Diagnostic;
use crate::spl::token::{Kind, Token};

/// Reads a predicate up to the end, a `)`, or outside of parentheses a word of `stop`.
pub fn predicate(cursor: &mut Cursor<'_>, stop: &[&str]) -> Result<Predicate, Diagnostic> {
    let mut parts = Vec::new();
    loop {
        let joined = !parts.is_empty() && cursor.peek().is_some_and(is_and);
        if joined {
            cursor.next();
        }
        if joined {
            expect_condition(cursor, stop)?;
        }
        let ends = cursor
            .peek()
            .is_none_or(|t| t.kind == Kind::Close || stop.iter().any(|s| t.is_word(s)));
        if ends {
            break;
        }
        parts.push(any_of(cursor, stop)?);
    }
    match parts.len() {
        0 => Err(cursor
            .missing("a condition")
            .with_help("write one, such as process_name=\"x\", or '*' for every row")),
        1 => Ok(parts.remove(0)),
        _ => Ok(Predicate::And(parts)),
    }
}

/// Something must stand behind the AND, OR or NOT just taken.
fn expect_condition(cursor: &Cursor<'_>, stop: &[&str]) -> Result<(), Diagnostic> {
    let ends = cursor.peek().is_none_or(|t| {
        t.kind == Kind::Close || is_and(t) || is_or(t) || stop.iter().any(|s| t.is_word(s))
    });
    if !ends {
        return Ok(());
    }
    let message = "a condition is missing behind this";
    Err(Diagnostic::new("SPL-SYNTAX", message, cursor.last())
        .with_help("write the condition, or take the word away; quote it to look for it"))
}

fn any_of(cursor: &mut Cursor<'_>, stop: &[&str]) -> Result<Predicate, Diagnostic> {
    let first = negation(cursor, stop)?;
    let mut parts = vec![first];
    while cursor.peek().is_some_and(is_or) {
        cursor.next();
        expect_condition(cursor, stop)?;
        parts.push(negation(cursor, stop)?);
    }
    if parts.len() > 1 {
        return Ok(Predicate::Or(parts));
    }
    Ok(parts.remove(0))
}

fn negation(cursor: &mut Cursor<'_>, stop: &[&str]) -> Result<Predicate, Diagnostic> {
    if cursor.peek().is_some_and(is_not) {
        cursor.next();
        expect_condition(cursor, stop)?;
        cursor.enter()?;
        let inner = negation(cursor, stop)?;
        cursor.leave();
        return Ok(Predicate::Not(Box::new(inner)));
    }
    if cursor.kind() != Some(Kind::Open) {
        return condition(cursor);
    }
    let open = cursor.here();
    cursor.next();
    if cursor.eat(Kind::Close) {
        // The CIM app's `cim_Endpoint_indexes` is `()` by default: no restriction.
        return Ok(Predicate::everything(open));
    }
    cursor.enter()?;
    let inner = predicate(cursor, &[])?;
    cursor.leave();
    cursor.expect_close(open)?;
    Ok(inner)
}

// The three operators count only in capitals (Search Manual, "Boolean expressions"); lower-case
// ones are words that are searched for.
fn is_and(token: &Token<'_>) -> bool {
    token.kind == Kind::Word && token.text == "AND"
}

fn is_or(token: &Token<'_>) -> bool {
    token.kind == Kind::Word && token.text == "OR"
}

fn is_not(token: &Token<'_>) -> bool {
    token.kind == Kind::Word && token.text == "NOT"
}

/// `field op value`, `field IN (…)`, `CASE(…)`, or a text to look for.
fn condition(cursor: &mut Cursor<'_>) -> Result<Predicate, Diagnostic> {
    let token = match cursor.peek() {
        Some(token) if token.kind == Kind::Subsearch => return inside(cursor),
        Some(token) if is_and(token) || is_or(token) => {
            return Err(cursor
                .missing("a condition")
                .with_help("quote the word to search for it"));
        }
        Some(token) if matches!(token.kind, Kind::Word | Kind::Quoted) => token.clone(),
        Some(_) => {
            return Err(cursor
                .missing("a field name or a text")
                .with_help("take the sign away, or quote the text that holds it"));
        }
        None => return Err(cursor.missing("a condition")),
    };
    if opens(cursor, 0, "CASE") || opens(cursor, 0, "TERM") {
        return Ok(Predicate::Text(value(cursor)?));
    }
    let negated = cursor.peek_at(1).is_some_and(is_not);
    let list = usize::from(negated) + 1;
    let comparison = cursor.peek_at(1).map(|t| t.kind);
    if let Some(Kind::Operator(operator)) = comparison {
        cursor.next();
        let Some(op) = operator.comparison() else {
            return Err(no_comparison(cursor));
        };
        cursor.next();
        return compare(cursor, name_of(&token), op);
    }
    if let (Some(word), Some(next)) = (cursor.peek_at(list), cursor.peek_at(list + 1))
        && word.kind == Kind::Word
        && word.text == "IN"
        && matches!(next.kind, Kind::Word | Kind::Quoted)
    {
        let message = "the list of IN stands without its parentheses";
        return Err(Diagnostic::new("SPL-SYNTAX", message, next.span())
            .with_help("write field IN (\"a\", \"b\"), or quote \"IN\" to look for it"));
    }
    let is_list = cursor.peek_at(list).is_some_and(|t| t.is_word("in"))
        && cursor
            .peek_at(list + 1)
            .is_some_and(|t| t.kind == Kind::Open);
    if !is_list {
        return Ok(Predicate::Text(value(cursor)?));
    }
    for _ in 0..=list {
        cursor.next();
    }
    let one_of = Predicate::In {
        field: name_of(&token),
        values: values(cursor)?,
    };
    Ok(if negated {
        Predicate::Not(Box::new(one_of))
    } else {
        one_of
    })
}

/// A search in brackets.
fn inside(cursor: &mut Cursor<'_>) -> Result<Predicate, Diagnostic> {
    let span = cursor.here();
    let search = Box::new(searches::search(cursor, Begin::Search)?);
    Ok(Predicate::Subsearch { search, span })
}

fn no_comparison(cursor: &Cursor<'_>) -> Diagnostic {
    let sign = cursor.peek().map_or("", |t| t.text);
    cursor
        .problem(format!("'{sign}' is no comparison of a search"))
        .with_help("write '=' (only 'where' and 'eval' know '==')")
}

fn compare(cursor: &mut Cursor<'_>, field: Name, op: CompareOp) -> Result<Predicate, Diagnostic> {
    let joins = |t: &Token<'_>| is_and(t) || is_or(t) || is_not(t);
    if cursor.peek().is_some_and(joins) {
        return Err(cursor
            .missing("a value")
            .with_help("write it, or quote the word if it is the value"));
    }
    let value = value(cursor)?;
    Ok(Predicate::Compare { field, op, value })
}

/// The values of a list. Rules of the public content that Splunk's unit tests pass have a comma too
/// many, or none between two quoted values, or a dot in its place: such a list is read as Splunk
/// reads it.
fn values(cursor: &mut Cursor<'_>) -> Result<Vec<Literal>, Diagnostic> {
    let open = cursor.here();
    cursor.next();
    while cursor.eat(Kind::Comma) {}
    if cursor.kind() == Some(Kind::Close) {
        let span = Span::from(open.start..cursor.here().end);
        return Err(Diagnostic::new("SPL-SYNTAX", "the list is empty", span)
            .with_help("write its values: IN (\"a\", \"b\"); an empty value is written \"\""));
    }
    let mut values = vec![value(cursor)?];
    loop {
        let comma = cursor.eat(Kind::Comma);
        match cursor.peek() {
            Some(token) if token.kind == Kind::Comma => {}
            Some(token) if matches!(token.kind, Kind::Word | Kind::Quoted) => {
                let apart = comma || token.kind == Kind::Quoted || is_sign(token);
                if !apart {
                    return Err(cursor.missing("a comma").with_help(
                        "put a comma between the values, or quotes round one that holds a blank; \
                         a list ends with ')'",
                    ));
                }
                values.push(value(cursor)?);
            }
            Some(token) if comma && token.kind == Kind::Subsearch => {
                return Err(subsearch(token.span()));
            }
            _ => break,
        }
    }
    cursor.expect_close(open)?;
    Ok(values)
}

/// Whether a word is signs alone, without wildcards: `.` in place of a comma.
fn is_sign(token: &Token<'_>) -> bool {
    token.kind == Kind::Word
        && !token
            .text
            .contains(|c: char| c.is_alphanumeric() || c == '*')
}

/// A value: a bare word, a quoted text, `CASE(…)` or `TERM(…)`. TERM asks the index for one whole
/// term; without an index it is its text.
fn value(cursor: &mut Cursor<'_>) -> Result<Literal, Diagnostic> {
    let case_sensitive = opens(cursor, 0, "CASE");
    if case_sensitive || opens(cursor, 0, "TERM") {
        let start = cursor.here().start;
        cursor.next();
        let open = cursor.here();
        cursor.next();
        let mut literal = value(cursor)?;
        cursor.expect_close(open)?;
        literal.case_sensitive |= case_sensitive;
        literal.span = Span::from(start..cursor.last().end);
        return Ok(literal);
    }
    match cursor.kind() {
        Some(Kind::Word | Kind::Quoted) => {}
        Some(Kind::Subsearch) => return Err(subsearch(cursor.here())),
        _ => {
            return Err(cursor
                .missing("a value")
                .with_help("an empty value is written \"\""));
        }
    }
    let Some(mut token) = cursor.next() else {
        return Err(cursor.missing("a value"));
    };
    // Quotes round nothing that touch a word, as in `""word""`, add nothing to it.
    let empty = |token: &Token<'_>| token.kind == Kind::Quoted && token.text.is_empty();
    if empty(&token)
        && let Some(word) = cursor.peek().filter(|word| touches(&token, word)).cloned()
        && word.kind == Kind::Word
    {
        cursor.next();
        token = word;
    }
    if token.kind == Kind::Word
        && cursor
            .peek()
            .is_some_and(|next| touches(&token, next) && empty(next))
    {
        cursor.next();
    }
    let glued = |next: &&Token<'_>| {
        touches(&token, next) && (token.kind == Kind::Quoted || next.kind == Kind::Quoted)
    };
    if let Some(next) = cursor.peek().filter(glued)
        && !begins_anew(cursor, &token)
    {
        let place = Span::from(token.range.start..next.range.end);
        let message = "a quote in the middle of a value";
        return Err(Diagnostic::new("SPL-SYNTAX", message, place)
            .with_help("put the whole value in quotes, its '*' too"));
    }
    Ok(literal_of(&token))
}

fn touches(token: &Token<'_>, next: &Token<'_>) -> bool {
    token.range.end == next.range.start && matches!(next.kind, Kind::Word | Kind::Quoted)
}

/// Whether what touches a quoted value is no part of it: `a="b"AND c=d`, `a="b"c="d"`, and in a
/// list `"b". "c"`.
fn begins_anew(cursor: &Cursor<'_>, value: &Token<'_>) -> bool {
    let Some(next) = cursor.peek().filter(|next| next.kind == Kind::Word) else {
        return false;
    };
    let joins = is_and(next) || is_or(next) || is_not(next);
    let compares = cursor.peek_at(1).is_some_and(|behind| {
        matches!(behind.kind, Kind::Operator(_))
            || (behind.is_word("in") && cursor.peek_at(2).is_some_and(|t| t.kind == Kind::Open))
    });
    let clause = ["by", "groupby"].iter().any(|word| next.is_word(word));
    value.kind == Kind::Quoted && (joins || compares || clause || is_sign(next))
}

/// Whether `CASE(` or the like stands there, without a blank between.
fn opens(cursor: &Cursor<'_>, ahead: usize, word: &str) -> bool {
    let (Some(name), Some(open)) = (cursor.peek_at(ahead), cursor.peek_at(ahead + 1)) else {
        return false;
    };
    name.kind == Kind::Word
        && name.text == word
        && open.kind == Kind::Open
        && name.range.end == open.range.start
}
