//! YAML as a tree with the line of every value. The only file that names `serde_saphyr`.
//! What the keys mean is the business of `detection` and `macros`.

use super::load_error::LoadError;
use serde::Deserialize;
use serde::de::{MapAccess, SeqAccess, Visitor};
use serde_saphyr::Spanned;
use std::fmt;

/// A value and where it stands.
#[derive(Debug, Clone, PartialEq)]
pub struct Node {
    /// Its line, from 1.
    pub line: usize,
    /// Its column, from 1.
    pub column: usize,
    /// What it is.
    pub content: Content,
}

/// The kinds of values.
#[derive(Debug, Clone, PartialEq)]
pub enum Content {
    /// No value.
    Empty,
    /// A text, a number or a truth value: as text.
    Scalar(String),
    /// A list.
    List(Vec<Node>),
    /// Keys and values in order.
    Map(Vec<(String, Node)>),
}

impl Node {
    /// The value of a key; an empty one counts as not there.
    pub fn get(&self, key: &str) -> Option<&Self> {
        let Content::Map(entries) = &self.content else {
            return None;
        };
        let (_, node) = entries.iter().find(|(name, _)| name == key)?;
        (node.content != Content::Empty).then_some(node)
    }

    /// The keys and values of a map; none of anything else.
    pub fn entries(&self) -> &[(String, Self)] {
        match &self.content {
            Content::Map(entries) => entries,
            _ => &[],
        }
    }

    /// The items of a list; a single value is a list of one.
    pub fn items(&self) -> &[Self] {
        match &self.content {
            Content::List(items) => items,
            Content::Empty => &[],
            _ => std::slice::from_ref(self),
        }
    }

    /// Its text, if it is one.
    pub fn text(&self) -> Option<&str> {
        match &self.content {
            Content::Scalar(text) => Some(text),
            _ => None,
        }
    }

    /// Everything in it on one line, for showing what is not understood.
    pub fn summary(&self) -> String {
        let join = |texts: Vec<String>| texts.join(", ");
        match &self.content {
            Content::Empty => String::new(),
            Content::Scalar(text) => text.trim_end().to_owned(),
            Content::List(items) => join(items.iter().map(Self::summary).collect()),
            Content::Map(entries) => {
                let one = |(key, node): &(String, Self)| format!("{key}: {}", node.summary());
                format!("{{{}}}", join(entries.iter().map(one).collect()))
            }
        }
    }
}

/// Reads all documents of a text; empty ones are left out.
pub fn read(text: &str, origin: &str) -> Result<Vec<Node>, LoadError> {
    // What a person writes by hand nests a few levels; the reader's own limits stop the rest.
    let options = serde_saphyr::options! {
        budget: serde_saphyr::budget! { max_depth: 64 },
        with_snippet: false,
        // `y` is a letter: only `true` and `false` are truth values.
        strict_booleans: true,
    };
    let documents: Result<Vec<Spanned<Raw>>, _> =
        serde_saphyr::from_multiple_with_options(text, options);
    match documents {
        Ok(documents) => Ok(documents.into_iter().map(|d| Node::of(d, text)).collect()),
        Err(error) => {
            let (line, column) = error
                .location()
                .map_or((0, 0), |at| (at.line(), at.column()));
            let place = (to_usize(line), to_usize(column));
            let message = error.without_snippet().to_string();
            let error = LoadError::at(origin, text, place, bare_message(&message));
            Err(error.with_help(
                "keys of one level begin in one column, a block of text ('|') stands further right \
                 than its key, blanks indent and tabs do not; quote a value that holds ': '",
            ))
        }
    }
}

/// Without the place, which is told otherwise, and without advice to programmers.
fn bare_message(message: &str) -> &str {
    let end = message.rfind(" at line ").unwrap_or(message.len());
    let message = message.get(..end).unwrap_or(message);
    message.split(", set ").next().unwrap_or(message)
}

fn to_usize(number: u64) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}

/// A value as the reader gives it.
enum Raw {
    Empty,
    Text(String),
    /// A number or truth value, as the reader understands it.
    Typed(String),
    List(Vec<Spanned<Raw>>),
    Map(Vec<(String, Spanned<Raw>)>),
}

impl Node {
    fn of(raw: Spanned<Raw>, file: &str) -> Self {
        let at = raw.referenced;
        // Numbers as they are written: a version may be 1.10.
        let written = || {
            let start = usize::try_from(at.span().byte_offset()?).ok()?;
            let length = usize::try_from(at.span().byte_len()?).ok()?;
            file.get(start..start.checked_add(length)?).map(str::trim)
        };
        Self {
            line: to_usize(at.line()),
            column: to_usize(at.column()),
            content: match raw.value {
                Raw::Empty => Content::Empty,
                Raw::Text(text) => Content::Scalar(text),
                Raw::Typed(text) => Content::Scalar(
                    written()
                        .filter(|w| !w.is_empty())
                        .map_or(text, str::to_owned),
                ),
                Raw::List(items) => {
                    Content::List(items.into_iter().map(|item| Self::of(item, file)).collect())
                }
                Raw::Map(entries) => {
                    let one = |(key, value)| (key, Self::of(value, file));
                    Content::Map(entries.into_iter().map(one).collect())
                }
            },
        }
    }
}

impl<'de> Deserialize<'de> for Raw {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(RawVisitor)
    }
}

struct RawVisitor;

impl<'de> Visitor<'de> for RawVisitor {
    type Value = Raw;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a YAML value")
    }

    fn visit_bool<E>(self, value: bool) -> Result<Raw, E> {
        Ok(Raw::Typed(value.to_string()))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Raw, E> {
        Ok(Raw::Typed(value.to_string()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Raw, E> {
        Ok(Raw::Typed(value.to_string()))
    }

    fn visit_i128<E>(self, value: i128) -> Result<Raw, E> {
        Ok(Raw::Typed(value.to_string()))
    }

    fn visit_u128<E>(self, value: u128) -> Result<Raw, E> {
        Ok(Raw::Typed(value.to_string()))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Raw, E> {
        Ok(Raw::Typed(crate::event::value::number_text(value)))
    }

    fn visit_str<E>(self, value: &str) -> Result<Raw, E> {
        Ok(Raw::Text(value.to_owned()))
    }

    fn visit_string<E>(self, value: String) -> Result<Raw, E> {
        Ok(Raw::Text(value))
    }

    fn visit_unit<E>(self) -> Result<Raw, E> {
        Ok(Raw::Empty)
    }

    fn visit_none<E>(self) -> Result<Raw, E> {
        Ok(Raw::Empty)
    }

    fn visit_some<D: serde::Deserializer<'de>>(self, inner: D) -> Result<Raw, D::Error> {
        Raw::deserialize(inner)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Raw, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = list.next_element()? {
            items.push(item);
        }
        Ok(Raw::List(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Raw, A::Error> {
        let mut entries = Vec::new();
        while let Some(entry) = map.next_entry()? {
            entries.push(entry);
        }
        Ok(Raw::Map(entries))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_keep_their_text_and_place() {
        let text = "a: 17\nb: '2022-06-17'\nc:\n  - x\n  - y: |\n      one\n      two\nd: 2022-06-17\n\
                    e: \"0\"\nf: ~\n1: k\ng: 1.10\nh: y\ni: 0x1F # c\nj: true\n";
        let node = read(text, "f.yml").unwrap().remove(0);
        let of = |key: &str| node.get(key).and_then(Node::text).map(str::to_owned);
        for (key, value) in [
            ("a", "17"),
            ("b", "2022-06-17"),
            ("d", "2022-06-17"),
            ("e", "0"),
            ("1", "k"),
            ("g", "1.10"),
            ("h", "y"),
            ("i", "0x1F"),
            ("j", "true"),
        ] {
            assert_eq!(of(key).as_deref(), Some(value));
        }
        assert_eq!(node.get("f"), None);
        let list = node.get("c").unwrap();
        let block = list.items()[1].get("y").unwrap();
        // A block text stands where its first line does.
        assert_eq!(
            (block.line, block.column, block.text()),
            (6, 7, Some("one\ntwo\n"))
        );
        assert_eq!(list.summary(), "x, {y: one\ntwo}");
        assert_eq!(
            read("---\na: 1\n---\n---\n- b\n", "f.yml").unwrap().len(),
            2
        );
    }

    #[test]
    fn what_is_no_yaml_is_named_with_its_place() {
        for (text, said) in [
            (
                "a: 1\nb: [1, 2\nc: 3\n",
                "f.yml:3:2: illegal placement of ':' indicator",
            ),
            ("a: \"x\n", "f.yml:1:4: unclosed quote"),
            (
                "a: b: c",
                "f.yml:1:5: mapping values are not allowed in this context",
            ),
            ("a: 1\na: 2", "f.yml:2:1: duplicate mapping key: a"),
        ] {
            assert_eq!(read(text, "f.yml").unwrap_err().to_string(), said);
        }
        assert!(read(&"[".repeat(10_000), "f.yml").is_err());
        assert!(read(&"- ".repeat(10_000), "f.yml").is_err());
    }

    #[test]
    fn a_fault_is_drawn_with_its_line() {
        let drawn = read("a: 1\na: 2", "f.yml")
            .unwrap_err()
            .with_help("take one away")
            .drawn();
        assert_eq!(
            drawn,
            "error[CONTENT]: duplicate mapping key: a\n --> f.yml:2:1\n  |\n2 | a: 2\n  | ^^^^\n  |\n  \
             = help: take one away\n"
        );
    }
}
