//! The pieces that a search is cut into. What a piece means depends on where it stands: that is the
//! parser's business.

use super::ast::{CompareOp, Span};
use std::ops::Range;

/// A piece of a search with its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token<'a> {
    /// What it is.
    pub kind: Kind,
    /// Its text: what stands between the quotes of a quoted one, escapes unread.
    pub text: &'a str,
    /// Its place, quotes included.
    pub range: Range<usize>,
}

impl Token<'_> {
    /// Its place, for a tree.
    pub fn span(&self) -> Span {
        Span::from(self.range.clone())
    }

    /// Whether it is a bare word that reads `word`, case set aside.
    pub fn is_word(&self, word: &str) -> bool {
        self.kind == Kind::Word && self.text.eq_ignore_ascii_case(word)
    }
}

/// The kinds of pieces.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A bare word: a name, a keyword or a value.
    Word,
    /// `"…"`
    Quoted,
    /// `'…'`: a field name in an expression.
    SingleQuoted,
    /// A number in an expression.
    Number,
    /// An operator.
    Operator(Operator),
    /// `(`
    Open,
    /// `)`
    Close,
    /// `,`
    Comma,
    /// `[ … ]`, whole.
    Subsearch,
}

/// The operators that are signs; those that are words (`AND`, `LIKE`) are [`Kind::Word`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operator {
    /// `=`
    Equal,
    /// `==`
    DoubleEqual,
    /// `!=`
    NotEqual,
    /// `<`
    Less,
    /// `<=`
    LessEqual,
    /// `>`
    Greater,
    /// `>=`
    GreaterEqual,
    /// `+`
    Plus,
    /// `-`
    Minus,
    /// `*`
    Star,
    /// `/`
    Slash,
    /// `%`
    Percent,
    /// `.`
    Dot,
}

impl Operator {
    /// The operator at the start of `text`, the longest that fits.
    pub fn at(text: &str) -> Option<(Self, usize)> {
        let two = match text.get(..2) {
            Some("==") => Some(Self::DoubleEqual),
            Some("!=") => Some(Self::NotEqual),
            Some("<=") => Some(Self::LessEqual),
            Some(">=") => Some(Self::GreaterEqual),
            _ => None,
        };
        if let Some(operator) = two {
            return Some((operator, 2));
        }
        let one = match text.as_bytes().first()? {
            b'=' => Self::Equal,
            b'<' => Self::Less,
            b'>' => Self::Greater,
            b'+' => Self::Plus,
            b'-' => Self::Minus,
            b'*' => Self::Star,
            b'/' => Self::Slash,
            b'%' => Self::Percent,
            b'.' => Self::Dot,
            _ => return None,
        };
        Some((one, 1))
    }

    /// As the comparison of a predicate.
    pub fn comparison(self) -> Option<CompareOp> {
        Some(match self {
            Self::Equal => CompareOp::Equal,
            Self::NotEqual => CompareOp::NotEqual,
            Self::Less => CompareOp::Less,
            Self::LessEqual => CompareOp::LessEqual,
            Self::Greater => CompareOp::Greater,
            Self::GreaterEqual => CompareOp::GreaterEqual,
            _ => return None,
        })
    }
}
