//! A place in the tokens of one command, and the messages about it.

use super::MAX_DEPTH;
use crate::spl::ast::{Literal, Name, Piece, Span};
use crate::spl::diagnostic::Diagnostic;
use crate::spl::lexer;
use crate::spl::token::{Kind, Operator, Token};
use std::ops::Range;

/// The tokens of one command and how far they are read.
pub struct Cursor<'a> {
    text: &'a str,
    tokens: Vec<Token<'a>>,
    at: usize,
    end: usize,
    depth: u32,
}

impl<'a> Cursor<'a> {
    /// Over the arguments of a command.
    pub fn arguments(text: &'a str, range: Range<usize>) -> Result<Self, Diagnostic> {
        let end = range.end;
        Ok(Self::over(text, lexer::arguments(text, range)?, end))
    }

    /// Over the expression of a command.
    pub fn expression(text: &'a str, range: Range<usize>) -> Result<Self, Diagnostic> {
        let end = range.end;
        Ok(Self::over(text, lexer::expression(text, range)?, end))
    }

    fn over(text: &'a str, tokens: Vec<Token<'a>>, end: usize) -> Self {
        Self {
            text,
            tokens,
            at: 0,
            end,
            depth: 0,
        }
    }

    /// The text of the whole search.
    pub fn text(&self) -> &'a str {
        self.text
    }

    /// The next token.
    pub fn peek(&self) -> Option<&Token<'a>> {
        self.peek_at(0)
    }

    /// The token so many behind the next.
    pub fn peek_at(&self, ahead: usize) -> Option<&Token<'a>> {
        self.tokens.get(self.at + ahead)
    }

    /// The kind of the next token.
    pub fn kind(&self) -> Option<Kind> {
        self.peek().map(|t| t.kind)
    }

    /// Whether nothing is left.
    pub fn at_end(&self) -> bool {
        self.at >= self.tokens.len()
    }

    /// Takes the next token.
    pub fn next(&mut self) -> Option<Token<'a>> {
        let token = self.tokens.get(self.at).cloned();
        self.at += usize::from(token.is_some());
        token
    }

    /// Takes the next token if it is of that kind.
    pub fn eat(&mut self, kind: Kind) -> bool {
        let is = self.kind() == Some(kind);
        self.at += usize::from(is);
        is
    }

    /// Takes the next token if it is that word, case set aside.
    pub fn eat_word(&mut self, word: &str) -> bool {
        let is = self.peek().is_some_and(|t| t.is_word(word));
        self.at += usize::from(is);
        is
    }

    /// The place of the next token, or the end of the command.
    pub fn here(&self) -> Span {
        self.peek()
            .map_or(Span::from(self.end..self.end), Token::span)
    }

    /// The place of the token just taken.
    pub fn last(&self) -> Span {
        let last = self.at.checked_sub(1).and_then(|at| self.tokens.get(at));
        last.map_or_else(|| self.here(), Token::span)
    }

    /// A message about the next token.
    pub fn problem(&self, message: impl Into<String>) -> Diagnostic {
        Diagnostic::new("SPL-SYNTAX", message, self.here())
    }

    /// "… is missing before 'x'", or at the end.
    pub fn missing(&self, what: &str) -> Diagnostic {
        let problem = self.problem(match self.peek() {
            Some(token) if token.kind == Kind::Quoted => {
                format!("{what} is missing before the quoted text")
            }
            Some(token) => format!("{what} is missing before '{}'", token.text),
            None => format!("{what} is missing at the end"),
        });
        problem.with_help(format!("write {what} there"))
    }

    /// Takes every `name=value` that stands outside of parentheses and before a word of `stop`,
    /// wherever it stands; names lower-cased.
    pub fn take_options(&mut self, stop: &[&str]) -> Result<Vec<(Name, Name)>, Diagnostic> {
        let mut found = Vec::new();
        let mut at = self.at;
        let mut depth = 0_usize;
        while let Some(token) = self.tokens.get(at) {
            match token.kind {
                Kind::Open => depth += 1,
                Kind::Close => depth = depth.saturating_sub(1),
                _ => {}
            }
            if depth == 0 && stop.iter().any(|word| token.is_word(word)) {
                break;
            }
            let is_option = depth == 0
                && token.kind == Kind::Word
                && self.tokens.get(at + 1).map(|t| t.kind) == Some(Kind::Operator(Operator::Equal));
            if !is_option {
                at += 1;
                continue;
            }
            let mut name = name_of(token);
            name.text.make_ascii_lowercase();
            let value = self.tokens.get(at + 2);
            let Some(value) = value.filter(|t| matches!(t.kind, Kind::Word | Kind::Quoted)) else {
                let message = format!("the option '{}' has no value", name.text);
                let help = format!("write {}=<value>", name.text);
                return Err(Diagnostic::new("SPL-SYNTAX", message, name.span).with_help(help));
            };
            found.push((name, name_of(value)));
            self.tokens.drain(at..at + 3);
            // `a=1, b=2`: the comma joins options, not arguments.
            if self.tokens.get(at).map(|t| t.kind) == Some(Kind::Comma) {
                self.tokens.remove(at);
            }
        }
        Ok(found)
    }

    /// Everything must have been read.
    pub fn expect_end(&self) -> Result<(), Diagnostic> {
        match self.peek() {
            None => Ok(()),
            Some(token) if token.kind == Kind::Subsearch => Err(subsearch(token.span())),
            Some(token) if token.kind == Kind::Close => Err(self
                .problem("a ')' without its '('")
                .with_help("take it away, or quote the text that holds it")),
            Some(token) => Err(self
                .problem(format!("'{}' is not expected here", token.text))
                .with_help("take it away, or put a '|', a comma or an operator before it")),
        }
    }

    /// Takes a `)`.
    pub fn expect_close(&mut self, open: Span) -> Result<(), Diagnostic> {
        if self.eat(Kind::Close) {
            return Ok(());
        }
        if self.at_end() {
            return Err(Diagnostic::new("SPL-SYNTAX", "the '(' is not closed", open)
                .with_help("put a ')' where it ends, or take it away"));
        }
        self.expect_end()?;
        Err(self.missing("a ')'"))
    }

    /// Takes an operator.
    pub fn eat_operator(&mut self, operator: Operator) -> bool {
        self.eat(Kind::Operator(operator))
    }

    /// One level deeper, and back with [`Cursor::leave`].
    pub fn enter(&mut self) -> Result<(), Diagnostic> {
        self.depth += 1;
        if self.depth <= MAX_DEPTH {
            return Ok(());
        }
        let message = format!("nested deeper than {MAX_DEPTH} levels");
        Err(Diagnostic::new("SPL-DEPTH", message, self.last()))
    }

    /// Ends what [`Cursor::enter`] began.
    pub fn leave(&mut self) {
        self.depth = self.depth.saturating_sub(1);
    }

    /// A field name: a bare word or a quoted text.
    pub fn name(&mut self, what: &str) -> Result<Name, Diagnostic> {
        match self.kind() {
            Some(Kind::Word | Kind::Quoted) => {}
            Some(Kind::Subsearch) => return Err(subsearch(self.here())),
            _ => return Err(self.missing(what)),
        }
        match self.next() {
            Some(token) => Ok(name_of(&token)),
            None => Err(self.missing(what)),
        }
    }

    /// The name of a column, which may be that of an aggregate: `count(dest)`, without quotes.
    pub fn column(&mut self, what: &str) -> Result<Name, Diagnostic> {
        let name = self.name(what)?;
        Ok(self.column_of(name))
    }

    /// The name of a column whose first part was taken already.
    pub fn column_of(&mut self, mut name: Name) -> Name {
        let mut end = name.span.end;
        let mut ahead = 0;
        for kind in [Kind::Open, Kind::Word, Kind::Close] {
            match self.peek_at(ahead).filter(|t| t.range.start == end) {
                Some(token) if token.kind == kind => {
                    end = token.range.end;
                    ahead += 1;
                }
                // `count()` has nothing between.
                _ if kind == Kind::Word && ahead == 1 => {}
                _ => return name,
            }
        }
        for _ in 0..ahead {
            let token = self.next();
            name.text.push_str(token.map_or("", |t| t.text));
        }
        name.span.end = end;
        name
    }

    /// One or more columns up to the end, with commas or without. A comma too many says nothing.
    pub fn columns(&mut self) -> Result<Vec<Name>, Diagnostic> {
        let mut names = Vec::new();
        loop {
            while self.eat(Kind::Comma) {}
            if self.at_end() && !names.is_empty() {
                return Ok(names);
            }
            names.push(self.column("a field name")?);
        }
    }
}

/// A subsearch, which is not run.
pub fn subsearch(span: Span) -> Diagnostic {
    Diagnostic::new("SPL-SUBSEARCH", "a subsearch is not supported", span)
        .with_help("run it for itself and write what it finds in its place")
}

/// The name that a word or a quoted text spells.
pub fn name_of(token: &Token<'_>) -> Name {
    let text = match token.kind {
        Kind::Quoted => unescape(token.text, '"'),
        Kind::SingleQuoted => unescape(token.text, '\''),
        _ => token.text.to_owned(),
    };
    let span = token.span();
    Name { text, span }
}

/// The literal that a word or a quoted text spells, its escapes unread.
pub fn literal_of(token: &Token<'_>) -> Literal {
    let text = Some(token.text.to_owned()).filter(|text| !text.is_empty());
    let pieces = text.into_iter().map(Piece::Source).collect();
    Literal {
        pieces,
        quoted: token.kind == Kind::Quoted,
        case_sensitive: false,
        span: token.span(),
    }
}

/// Reads `\\` and an escaped quote; any other backslash stays (Search Reference, "search":
/// unrecognized backslash sequences are not altered).
pub fn unescape(text: &str, quote: char) -> String {
    let mut out = String::with_capacity(text.len());
    let mut letters = text.chars().peekable();
    while let Some(c) = letters.next() {
        let escaped = letters.next_if(|n| c == '\\' && (*n == '\\' || *n == quote));
        out.push(escaped.unwrap_or(c));
    }
    out
}
