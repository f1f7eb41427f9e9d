//! Steps through tags of the plain sort: a name of ASCII letters, attributes in quotes with a blank
//! or more before each, nothing else. Every step gives `None` at anything it does not know, and
//! what it does take, `quick_xml` takes in the same way. Builds nothing.

use memchr::{memchr, memchr2};

/// What is left of a text.
pub struct Cursor<'t> {
    rest: &'t str,
}

impl<'t> Cursor<'t> {
    /// At the first tag; blanks before it are passed.
    pub fn new(text: &'t str) -> Self {
        Self {
            rest: text.trim_ascii_start(),
        }
    }

    /// At what is left of a text.
    pub fn at(rest: &'t str) -> Self {
        Self { rest }
    }

    /// Passes over texts to the next tag; whether it is an end tag.
    pub fn next_is_end(&mut self) -> Option<bool> {
        if self.rest.as_bytes().first() != Some(&b'<') {
            let tag = memchr(b'<', self.rest.as_bytes())?;
            self.rest = self.rest.get(tag..)?;
        }
        Some(self.rest.as_bytes().get(1) == Some(&b'/'))
    }

    /// Takes the start of a start tag: the element's name.
    pub fn start(&mut self) -> Option<&'t str> {
        let (name, rest) = name(self.rest.strip_prefix('<')?)?;
        self.rest = rest;
        Some(name)
    }

    /// Takes what follows in a start tag: an attribute, or its end.
    pub fn attribute(&mut self) -> Option<InTag<'t>> {
        let bytes = self.rest.as_bytes();
        let blanks = bytes.iter().position(|b| !is_blank(*b))?;
        match (bytes.get(blanks)?, bytes.get(blanks + 1)) {
            (b'>', _) => {
                self.rest = self.rest.get(blanks + 1..)?;
                Some(InTag::Opens)
            }
            (b'/', Some(b'>')) => {
                self.rest = self.rest.get(blanks + 2..)?;
                Some(InTag::Empty)
            }
            _ if blanks > 0 => {
                let (name, value) = name(self.rest.get(blanks..)?)?;
                let (value, rest) = quoted(value.strip_prefix('=')?)?;
                self.rest = rest;
                Some(InTag::Attribute(name, value))
            }
            _ => None,
        }
    }

    /// Takes the text of an element without elements in it, and its end tag.
    pub fn text(&mut self, element: &str) -> Option<Text<'t>> {
        let stop = memchr2(b'<', b'&', self.rest.as_bytes())?;
        let plain = self.rest.as_bytes().get(stop) == Some(&b'<');
        let stop = if plain {
            stop
        } else {
            stop + memchr(b'<', self.rest.as_bytes().get(stop..)?)?
        };
        let (text, rest) = self.rest.split_at_checked(stop)?;
        self.rest = rest;
        self.end(element)?;
        Some(Text { text, plain })
    }

    /// Passes over such a text and its end tag.
    pub fn pass_text(&mut self, element: &str) -> Option<()> {
        let stop = memchr(b'<', self.rest.as_bytes())?;
        self.rest = self.rest.get(stop..)?;
        self.end(element)
    }

    /// Takes an end tag.
    pub fn end(&mut self, element: &str) -> Option<()> {
        let rest = self.rest.strip_prefix("</")?.strip_prefix(element)?;
        self.rest = rest.strip_prefix('>')?;
        Some(())
    }

    /// What is left.
    pub fn rest(&self) -> &'t str {
        self.rest
    }

    /// Takes `<Data Name='…'>…</Data>`, which most of an event consists of: its name and text.
    pub fn data(&mut self) -> Option<(&'t str, Text<'t>)> {
        let (name, rest) = quoted(self.rest.strip_prefix(DATA)?)?;
        let rest = rest.strip_prefix('>')?;
        let stop = memchr2(b'<', b'&', rest.as_bytes())?;
        let (text, end) = rest.split_at_checked(stop)?;
        // Where something stands for something else, it is read again to its end.
        let Some(end) = end.strip_prefix(DATA_END) else {
            let mut within = Self { rest };
            let text = within.text("Data")?;
            self.rest = within.rest;
            return Some((name, text));
        };
        self.rest = end;
        Some((name, Text { text, plain: true }))
    }

    /// Passes over such elements, one after another; stops before anything else.
    pub fn pass_data(&mut self) {
        while let Some(rest) = behind_data(self.rest) {
            self.rest = rest;
        }
    }
}

const DATA: &str = "<Data Name=";
const DATA_END: &str = "</Data>";

fn behind_data(text: &str) -> Option<&str> {
    let (_, rest) = quoted(text.strip_prefix(DATA)?)?;
    let rest = rest.strip_prefix('>')?;
    let stop = memchr(b'<', rest.as_bytes())?;
    rest.get(stop..)?.strip_prefix(DATA_END)
}

/// What may stand in a start tag behind the name.
pub enum InTag<'t> {
    /// Name and value, as they are written.
    Attribute(&'t str, &'t str),
    /// The end of a start tag.
    Opens,
    /// The end of an empty element's tag.
    Empty,
}

/// A text as it is written.
#[derive(Clone, Copy)]
pub struct Text<'t> {
    /// As it is written.
    pub text: &'t str,
    /// Nothing stands for something else in it.
    pub plain: bool,
}

impl Text<'_> {
    /// What it stands for; `None` where that is unusual.
    pub fn decoded(self) -> Option<String> {
        if self.plain {
            return Some(self.text.to_owned());
        }
        let mut decoded = String::with_capacity(self.text.len());
        let mut rest = self.text;
        while let Some((before, entity)) = rest.split_once('&') {
            decoded.push_str(before);
            let (entity, after) = entity.split_once(';')?;
            decoded.push(character(entity)?);
            rest = after;
        }
        decoded.push_str(rest);
        Some(decoded)
    }
}

/// What an entity stands for, of those that are known.
fn character(entity: &str) -> Option<char> {
    match entity {
        "amp" => Some('&'),
        "lt" => Some('<'),
        "gt" => Some('>'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        number => {
            let number = number.strip_prefix('#')?;
            let (digits, radix) = match number.strip_prefix('x') {
                Some(digits) => (digits, 16),
                None => (number, 10),
            };
            if !digits.starts_with(|c: char| c.is_ascii_hexdigit()) {
                return None;
            }
            let code = u32::from_str_radix(digits, radix).ok()?;
            char::from_u32(code).filter(|c| *c != '\0')
        }
    }
}

/// Whether an attribute's value is what is written: no entity, no blank that becomes another.
pub fn is_plain(value: &str) -> bool {
    !value
        .bytes()
        .any(|b| matches!(b, b'&' | b'\t' | b'\r' | b'\n'))
}

/// The name that a text begins with, and what is behind it.
fn name(text: &str) -> Option<(&str, &str)> {
    let len = text.bytes().position(|b| !is_name_letter(b))?;
    text.split_at_checked(len)
        .filter(|(name, _)| !name.is_empty())
}

/// A text in quotes and what is behind it.
pub fn quoted(text: &str) -> Option<(&str, &str)> {
    let quote = *text.as_bytes().first()?;
    if !matches!(quote, b'\'' | b'"') {
        return None;
    }
    let inside = text.get(1..)?;
    let len = memchr(quote, inside.as_bytes())?;
    Some((inside.get(..len)?, inside.get(len + 1..)?))
}

fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\r' | b'\n')
}

/// Without `:`, behind which the name proper of a prefixed one would stand.
fn is_name_letter(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.')
}
