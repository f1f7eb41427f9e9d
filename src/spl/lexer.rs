//! Cuts a search into commands at its pipes, and a command into tokens, with the place of each.
//! A search has two spellings: the arguments of most commands (bare words, `*` is a wildcard) and
//! the expressions of `where` and `eval` (`*` multiplies, `.` joins), so there are two lexers.
//! Macros must have been expanded before; comments may still stand and count as blanks.

mod cut;

use super::ast::Span;
use super::diagnostic::Diagnostic;
use super::token::{Kind, Operator, Token};
pub use cut::{Commands, commands, commands_in};
use std::ops::Range;

/// Whether the parenthesis at `at` is the second of `count(eval(`.
fn before_is_eval(text: &str, at: usize) -> bool {
    let before = text.get(..at).unwrap_or("");
    let (rest, word) = before
        .split_at_checked(before.len().saturating_sub(4))
        .unwrap_or(("", ""));
    word.eq_ignore_ascii_case("eval") && rest.trim_end().ends_with('(')
}

/// The tokens of a command's arguments; those of an `eval(…)` inside of an aggregate are those of
/// an expression.
pub fn arguments(text: &str, range: Range<usize>) -> Result<Vec<Token<'_>>, Diagnostic> {
    let mut scanner = Scanner::new(text, range);
    let mut tokens: Vec<Token<'_>> = Vec::new();
    // Inside of `IN (…)`, `CASE(…)` and `TERM(…)` and right after an operator stands a value, in
    // which `=`, `<` and `>` are letters.
    let mut list = 0_usize;
    let mut inside = 0_usize;
    while scanner.skip_to_token()? {
        if inside > 0 {
            let token = scanner.term(tokens.last().is_some_and(is_operand))?;
            match token.kind {
                Kind::Open => inside += 1,
                Kind::Close => inside -= 1,
                _ => {}
            }
            tokens.push(token);
            continue;
        }
        let before = tokens.last();
        let value = list > 0 || matches!(before.map(|t| t.kind), Some(Kind::Operator(_)));
        let opens_list =
            before.is_some_and(|t| t.is_word("in") || matches!(t.text, "CASE" | "TERM"));
        let token = scanner.argument(value)?;
        match token.kind {
            Kind::Open if before_is_eval(text, token.range.start) => inside = 1,
            Kind::Open if opens_list || list > 0 => list += 1,
            Kind::Close => list = list.saturating_sub(1),
            _ => {}
        }
        tokens.push(token);
    }
    Ok(tokens)
}

/// The tokens of an expression.
pub fn expression(text: &str, range: Range<usize>) -> Result<Vec<Token<'_>>, Diagnostic> {
    let mut scanner = Scanner::new(text, range);
    let mut tokens: Vec<Token<'_>> = Vec::new();
    while scanner.skip_to_token()? {
        tokens.push(scanner.term(tokens.last().is_some_and(is_operand))?);
    }
    Ok(tokens)
}

/// After an operand `.5` is "joined with 5", elsewhere it is a half.
fn is_operand(token: &Token<'_>) -> bool {
    match token.kind {
        Kind::Word => !OPERATOR_WORDS.iter().any(|word| token.is_word(word)),
        Kind::Quoted | Kind::SingleQuoted | Kind::Number | Kind::Close => true,
        _ => false,
    }
}

/// A `$name$` or `$name|filter$` at the start of `text`: its length.
pub fn token_length(text: &str) -> Option<usize> {
    let inside = text.strip_prefix('$')?;
    let end = inside
        .bytes()
        .position(|b| !(b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.' | b':' | b'-')))?;
    let name = inside.get(..end)?;
    let rest = inside.get(end..)?;
    if name.is_empty() {
        return None;
    }
    if rest.starts_with('$') {
        return Some(end + 2);
    }
    let filter = rest.strip_prefix('|')?.as_bytes();
    matches!(filter, [letter, b'$', ..] if letter.is_ascii_alphabetic()).then_some(end + 4)
}

const COMMENT: &str = "```";

/// How deep brackets may stand in each other: searches are read and run one inside the other. The
/// deepest of the public content has two levels.
const MAX_BRACKETS: usize = 8;

/// The operators of an expression that are words.
const OPERATOR_WORDS: [&str; 6] = ["and", "or", "xor", "not", "like", "in"];

struct Scanner<'a> {
    text: &'a str,
    position: usize,
    end: usize,
}

impl<'a> Scanner<'a> {
    fn new(text: &'a str, range: Range<usize>) -> Self {
        Self {
            text,
            position: range.start,
            end: range.end,
        }
    }

    fn rest(&self) -> &'a str {
        self.text.get(self.position..self.end).unwrap_or("")
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn at_comment(&self) -> bool {
        self.rest().starts_with(COMMENT)
    }

    /// Whether `where` or `eval` stands here: only in these a `'` is a quote.
    fn at_expression(&self) -> bool {
        let body = self.rest().trim_start();
        ["where", "eval"].iter().any(|name| {
            let (word, behind) = body.split_at_checked(name.len()).unwrap_or((body, ""));
            word.eq_ignore_ascii_case(name) && !behind.starts_with(|c: char| c.is_alphanumeric())
        })
    }

    fn token(&self, kind: Kind, start: usize) -> Token<'a> {
        Token {
            kind,
            text: self.text.get(start..self.position).unwrap_or(""),
            range: start..self.position,
        }
    }

    fn problem(&self, start: usize, message: &str, help: &str) -> Diagnostic {
        let end = self.text.len().min(start + 1);
        Diagnostic::new("SPL-SYNTAX", message, Span::from(start..end)).with_help(help)
    }

    /// Over one character, or over an escape or a `$token$`, which hold together.
    fn step_over(&mut self) {
        let rest = self.rest();
        let mut letters = rest.chars();
        let Some(first) = letters.next() else { return };
        let escaped = first == '\\' && matches!(letters.next(), Some('\\' | '"' | '|'));
        self.position += match first {
            _ if escaped => 2,
            '$' => token_length(rest).unwrap_or(1),
            c => c.len_utf8(),
        };
    }

    fn skip_blank(&mut self, problems: &mut Vec<Diagnostic>) {
        loop {
            let rest = self.rest();
            self.position += rest.len() - rest.trim_start().len();
            if !self.at_comment() {
                return;
            }
            if let Err(problem) = self.comment() {
                problems.push(problem);
                self.position = self.end;
            }
        }
    }

    /// Over blanks and comments; whether a token follows.
    fn skip_to_token(&mut self) -> Result<bool, Diagnostic> {
        let mut problems = Vec::new();
        self.skip_blank(&mut problems);
        match problems.pop() {
            Some(problem) => Err(problem),
            None => Ok(self.position < self.end),
        }
    }

    fn comment(&mut self) -> Result<(), Diagnostic> {
        let start = self.position;
        let inside = self.rest().get(COMMENT.len()..).unwrap_or("");
        match inside.find(COMMENT) {
            Some(length) => {
                self.position += 2 * COMMENT.len() + length;
                Ok(())
            }
            None => Err(self.problem(
                start,
                "the comment is not closed",
                "end it with three backticks",
            )),
        }
    }

    /// From a quote to the quote that closes it; the text between.
    fn quoted(&mut self, quote: char) -> Result<&'a str, Diagnostic> {
        let start = self.position;
        let mut escaped = false;
        for (offset, c) in self.rest().char_indices().skip(1) {
            if escaped {
                escaped = false;
            } else if c == '\\' {
                escaped = true;
            } else if c == quote {
                self.position = start + offset + 1;
                return Ok(self.text.get(start + 1..start + offset).unwrap_or(""));
            }
        }
        let help = format!("put a {quote} where it ends; one inside of it is written \\{quote}");
        Err(self.problem(start, "the quote is not closed", &help))
    }

    /// From `[` to its `]`. Counts, so that depth costs no stack.
    fn brackets(&mut self) -> Result<(), Diagnostic> {
        let start = self.position;
        let mut depth = 0_usize;
        while let Some(c) = self.peek() {
            match c {
                '"' => {
                    self.quoted('"')?;
                }
                _ if self.at_comment() => self.comment()?,
                '[' => {
                    depth += 1;
                    self.position += 1;
                    if depth > MAX_BRACKETS {
                        let message =
                            format!("searches stand in each other more than {MAX_BRACKETS} deep");
                        let span = Span::from(self.position - 1..self.position);
                        return Err(Diagnostic::new("SPL-DEPTH", message, span));
                    }
                }
                ']' => {
                    depth -= 1;
                    self.position += 1;
                    if depth == 0 {
                        return Ok(());
                    }
                }
                _ => self.step_over(),
            }
        }
        Err(self.problem(
            start,
            "the '[' is not closed",
            "put a ']' where the subsearch ends, or quote the text that holds the bracket",
        ))
    }

    fn argument(&mut self, value: bool) -> Result<Token<'a>, Diagnostic> {
        if let Some(token) = self.punctuation('"')? {
            return Ok(token);
        }
        let start = self.position;
        if !value && let Some((operator, length)) = comparison_at(self.rest()) {
            self.position += length;
            return Ok(self.token(Kind::Operator(operator), start));
        }
        while let Some(c) = self.peek() {
            let ends = c.is_whitespace()
                || matches!(c, '(' | ')' | ',' | '"' | '|' | '[' | ']' | '`')
                || (!value && comparison_at(self.rest()).is_some());
            if ends {
                break;
            }
            self.step_over();
        }
        if self.position == start {
            return Err(self.problem(start, "a pipe is misplaced", "quote the text that holds it"));
        }
        Ok(self.token(Kind::Word, start))
    }

    fn term(&mut self, operand: bool) -> Result<Token<'a>, Diagnostic> {
        if let Some(token) = self.punctuation('"')? {
            return Ok(token);
        }
        let start = self.position;
        if self.peek() == Some('\'') {
            let text = self.quoted('\'')?;
            let range = start..self.position;
            return Ok(Token {
                kind: Kind::SingleQuoted,
                text,
                range,
            });
        }
        if let Some(length) = token_length(self.rest()) {
            return self.dollar_token(length);
        }
        if let Some(length) = number_length(self.rest(), operand) {
            self.position += length;
            return Ok(self.token(Kind::Number, start));
        }
        if let Some((operator, length)) = Operator::at(self.rest()) {
            self.position += length;
            return Ok(self.token(Kind::Operator(operator), start));
        }
        self.name_letters();
        // No operator has a ':', and public rules name fields `inbound:outbound`.
        while self.position > start && self.rest().starts_with(':') {
            self.position += 1;
            self.name_letters();
        }
        if self.position == start {
            if let Some(problem) = self.named_by_value() {
                return Err(problem);
            }
            let c = self.peek().unwrap_or(' ');
            let message = format!("'{c}' means nothing in an expression");
            return Err(self.problem(start, &message, "put a field name with such letters in '…'"));
        }
        Ok(self.token(Kind::Word, start))
    }

    fn name_letters(&mut self) {
        while let Some(c) = self.peek().filter(|c| c.is_alphanumeric() || *c == '_') {
            self.position += c.len_utf8();
        }
    }

    /// The refusal of `{field}`, which stands for a name that is known row by row only.
    fn named_by_value(&self) -> Option<Diagnostic> {
        let inside = self.rest().strip_prefix('{')?;
        let length = inside.find('}')? + 2;
        let text = self.rest().get(..length)?;
        let message =
            format!("a field that is named by the value of another ('{text}') is not supported");
        let span = Span::from(self.position..self.position + length);
        let help = "write the field's name";
        Some(Diagnostic::new("SPL-NAME", message, span).with_help(help))
    }

    /// A bare `$token|s$` is put in as a quoted text; another bare token would be put in as code.
    fn dollar_token(&mut self, length: usize) -> Result<Token<'a>, Diagnostic> {
        let start = self.position;
        self.position += length;
        let token = self.token(Kind::Quoted, start);
        if token.text.ends_with("|s$") {
            return Ok(token);
        }
        let message = format!("the token '{}' stands bare in an expression", token.text);
        Err(
            Diagnostic::new("SPL-SYNTAX", message, token.span()).with_help(format!(
                "quote it: \"{}\", or write {}|s$",
                token.text,
                token.text.trim_end_matches('$')
            )),
        )
    }

    /// What both spellings share: quoted texts, parentheses, commas, brackets.
    fn punctuation(&mut self, quote: char) -> Result<Option<Token<'a>>, Diagnostic> {
        let start = self.position;
        let kind = match self.peek() {
            Some(c) if c == quote => {
                let text = self.quoted(quote)?;
                let range = start..self.position;
                return Ok(Some(Token {
                    kind: Kind::Quoted,
                    text,
                    range,
                }));
            }
            Some('(') => Kind::Open,
            Some(')') => Kind::Close,
            Some(',') => Kind::Comma,
            Some('[') => {
                self.brackets()?;
                return Ok(Some(self.token(Kind::Subsearch, start)));
            }
            Some(']') => {
                return Err(self.problem(
                    start,
                    "a ']' without its '['",
                    "quote the text that holds it",
                ));
            }
            Some('`') => {
                return Err(Diagnostic::new(
                    "SPL-MACRO",
                    "a backtick that begins no macro",
                    Span::from(start..start + 1),
                )
                .with_help("a macro is written `name` or `name(arguments)`"));
            }
            _ => return Ok(None),
        };
        self.position += 1;
        Ok(Some(self.token(kind, start)))
    }
}

fn comparison_at(text: &str) -> Option<(Operator, usize)> {
    if !text.starts_with(['=', '!', '<', '>']) {
        return None;
    }
    Operator::at(text)
}

/// `12`, `1.5`, `.5`, `1e9`, `2.5E-3`: its length.
fn number_length(text: &str, operand: bool) -> Option<usize> {
    let digits = |from: usize| -> usize {
        let rest = text.as_bytes().get(from..).unwrap_or(&[]);
        rest.iter().take_while(|b| b.is_ascii_digit()).count()
    };
    let byte = |at: usize| text.as_bytes().get(at).copied();
    let mut length = digits(0);
    if byte(length) == Some(b'.') && (length > 0 || !operand) {
        let fraction = digits(length + 1);
        if fraction > 0 {
            length += 1 + fraction;
        }
    }
    if length == 0 {
        return None;
    }
    if matches!(byte(length), Some(b'e' | b'E')) {
        let sign = usize::from(matches!(byte(length + 1), Some(b'+' | b'-')));
        let exponent = digits(length + 1 + sign);
        if exponent > 0 {
            length += 1 + sign + exponent;
        }
    }
    Some(length)
}

#[cfg(test)]
mod tests;
