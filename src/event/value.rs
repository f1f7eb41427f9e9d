//! The value of a field in a data model, in a search and in a result row: a text, a number or
//! several texts. No value at all (Splunk's null) is `Option::None` around it.

use std::borrow::Cow;
use std::sync::Arc;

/// A field's value.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// A text.
    Text(Arc<str>),
    /// A number, as an aggregate or an eval expression makes it.
    Number(f64),
    /// A multivalue field: two or more texts, in order.
    Many(Arc<[Arc<str>]>),
}

/// What a formula may begin with, which a spreadsheet would run (CWE-1236): `= + - @` and a tab,
/// the line feed, and the full-width forms that some take for the same. CSV has a `'` before it.
pub const FORMULA: [char; 11] = [
    '=', '+', '-', '@', '\t', '\r', '\n', '\u{ff1d}', '\u{ff0b}', '\u{ff0d}', '\u{ff20}',
];

impl Value {
    /// A text value.
    pub fn text(text: &str) -> Self {
        Self::Text(Arc::from(text))
    }

    /// Of several texts: none is no value, one is a plain text.
    pub fn many(texts: Vec<Arc<str>>) -> Option<Self> {
        match texts.as_slice() {
            [] => None,
            [one] => Some(Self::Text(one.clone())),
            _ => Some(Self::Many(texts.into())),
        }
    }

    /// As one text: a multivalue field is joined by line feeds, as Splunk exports it.
    pub fn as_text(&self) -> Cow<'_, str> {
        match self {
            Self::Text(text) => Cow::Borrowed(text),
            Self::Number(number) => Cow::Owned(number_text(*number)),
            Self::Many(texts) => Cow::Owned(texts.join("\n")),
        }
    }

    /// Each text of it: one, or all of a multivalue field.
    pub fn each(&self) -> Vec<Cow<'_, str>> {
        match self {
            Self::Many(texts) => texts.iter().map(|t| Cow::Borrowed(&**t)).collect(),
            other => vec![other.as_text()],
        }
    }

    /// As a number: a number itself, or a text that is wholly a decimal number.
    pub fn as_number(&self) -> Option<f64> {
        match self {
            Self::Number(number) => Some(*number),
            Self::Text(text) => parse_number(text),
            Self::Many(_) => None,
        }
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::text(text)
    }
}

/// A decimal number as Splunk reads one: sign, digits, point, exponent; not `inf`, `nan` or hex.
pub fn parse_number(text: &str) -> Option<f64> {
    let text = text.trim();
    let first = text.bytes().find(|b| !matches!(b, b'+' | b'-' | b'.'))?;
    if !first.is_ascii_digit() {
        return None;
    }
    text.parse().ok().filter(|n: &f64| n.is_finite())
}

/// A number as Splunk prints it: no decimals when whole, else as few digits as say it exactly.
pub fn number_text(number: f64) -> String {
    if number == 0.0 {
        return "0".to_owned();
    }
    format!("{number}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_and_printed() {
        assert_eq!(parse_number(" 12.50 "), Some(12.5));
        assert_eq!(parse_number("-3e2"), Some(-300.0));
        for text in ["0xf84", "inf", "nan", "", "-", "1,5", "12a"] {
            assert_eq!(parse_number(text), None, "{text}");
        }
        assert_eq!(number_text(3.0), "3");
        assert_eq!(number_text(1_655_402_652.123), "1655402652.123");
        assert_eq!(number_text(-0.0), "0");
    }

    #[test]
    fn several_texts_are_several_only_from_two_on() {
        assert_eq!(Value::many(vec![]), None);
        assert_eq!(Value::many(vec!["a".into()]), Some(Value::text("a")));
        let two = Value::many(vec!["a".into(), "b".into()]).unwrap();
        assert_eq!(two.as_text(), "a\nb");
        assert_eq!(two.each(), ["a", "b"]);
    }
}
