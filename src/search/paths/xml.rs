//! The values of an XML text by their paths: `Event.System.EventID`, `Event.Data{@Name}`. Reads what
//! is well formed and stops where it is not; knows no namespaces and no document types.

use std::fmt::Write as _;

/// An element that is open, and what was read of it.
struct Element {
    name: String,
    text: String,
    has_children: bool,
    /// Elements of a name that began inside of it, for `{2}`.
    children: Vec<(String, usize)>,
    /// Its place among those of its name, from 1.
    place: usize,
}

/// How deep elements may stand in each other.
const MAX_DEPTH: usize = 128;

/// A value with the elements around it.
struct Found<'a> {
    path: &'a [Element],
    attribute: Option<&'a str>,
    value: String,
}

/// Every path and its value.
pub(super) fn pairs(text: &str, into: &mut Vec<(String, String)>) {
    walk(text, &mut |found| {
        let names: Vec<&str> = found.path.iter().map(|one| one.name.as_str()).collect();
        let mut path = names.join(".");
        if let Some(attribute) = found.attribute {
            let _ = write!(path, "{{@{attribute}}}");
        }
        into.push((path, found.value));
    });
}

/// The values at a path, its braces apart.
pub(super) fn at(text: &str, steps: &[String]) -> Vec<String> {
    let mut values = Vec::new();
    walk(text, &mut |found| {
        if fits(&found, steps) {
            values.push(found.value);
        }
    });
    values
}

fn fits(found: &Found<'_>, steps: &[String]) -> bool {
    let mut steps = steps.iter().peekable();
    for element in found.path {
        if steps.next() != Some(&element.name) {
            return false;
        }
        let braces = steps.peek().and_then(|step| step.strip_prefix('{'));
        let Some(inside) = braces.and_then(|step| step.strip_suffix('}')) else {
            continue;
        };
        if inside.starts_with('@') {
            break;
        }
        steps.next();
        if !inside.is_empty() && inside.parse() != Ok(element.place) {
            return false;
        }
    }
    let attribute = found.attribute.map(|name| format!("{{@{name}}}"));
    steps.next() == attribute.as_ref() && steps.next().is_none()
}

fn walk(text: &str, tell: &mut dyn FnMut(Found<'_>)) {
    let mut open: Vec<Element> = Vec::new();
    let mut rest = text;
    loop {
        let Some((before, behind)) = rest.split_once('<') else {
            return;
        };
        if let Some(element) = open.last_mut() {
            element.text.push_str(&decoded(before));
        }
        rest = behind;
        if let Some(data) = rest.strip_prefix("![CDATA[") {
            let Some((data, behind)) = data.split_once("]]>") else {
                return;
            };
            if let Some(element) = open.last_mut() {
                element.text.push_str(data);
            }
            rest = behind;
        } else if let Some(comment) = rest.strip_prefix("!--") {
            let Some((_, behind)) = comment.split_once("-->") else {
                return;
            };
            rest = behind;
        } else {
            let Some((tag, behind)) = tag_and_rest(rest) else {
                return;
            };
            rest = behind;
            if tag.starts_with(['?', '!']) {
                continue;
            }
            if tag.starts_with('/') {
                close(&mut open, tell);
            } else if open.len() >= MAX_DEPTH {
                return;
            } else {
                begin(&mut open, tag, tell);
            }
        }
    }
}

/// Up to the `>` that ends a tag; one in quotes does not.
fn tag_and_rest(text: &str) -> Option<(&str, &str)> {
    let mut quote = None;
    for (at, c) in text.char_indices() {
        match (c, quote) {
            ('>', None) => return Some((text.get(..at)?, text.get(at + 1..)?)),
            ('"' | '\'', None) => quote = Some(c),
            (c, Some(open)) if c == open => quote = None,
            _ => {}
        }
    }
    None
}

fn begin(open: &mut Vec<Element>, tag: &str, tell: &mut dyn FnMut(Found<'_>)) {
    let empty = tag.ends_with('/');
    let tag = tag.trim_end_matches('/').trim();
    let end = tag.find(char::is_whitespace).unwrap_or(tag.len());
    let (name, attributes) = tag.split_at(end);
    let mut place = 1;
    if let Some(parent) = open.last_mut() {
        parent.has_children = true;
        match parent.children.iter_mut().find(|(known, _)| known == name) {
            Some((_, count)) => {
                *count += 1;
                place = *count;
            }
            None => parent.children.push((name.to_owned(), 1)),
        }
    }
    open.push(Element {
        name: name.to_owned(),
        text: String::new(),
        has_children: false,
        children: Vec::new(),
        place,
    });
    for (name, value) in attributes_of(attributes) {
        tell(Found {
            path: open,
            attribute: Some(name),
            value: decoded(value),
        });
    }
    if empty {
        close(open, tell);
    }
}

fn close(open: &mut Vec<Element>, tell: &mut dyn FnMut(Found<'_>)) {
    let text = open.last().map(|element| {
        let text = element.text.trim();
        (!element.has_children && !text.is_empty()).then(|| text.to_owned())
    });
    if let Some(value) = text.flatten() {
        tell(Found {
            path: open,
            attribute: None,
            value,
        });
    }
    open.pop();
}

fn attributes_of(text: &str) -> Vec<(&str, &str)> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some((name, behind)) = rest.split_once('=') {
        let behind = behind.trim_start();
        let Some(quote) = behind.chars().next().filter(|c| matches!(c, '"' | '\'')) else {
            break;
        };
        let Some((value, after)) = behind.get(1..).and_then(|b| b.split_once(quote)) else {
            break;
        };
        found.push((name.trim(), value));
        rest = after;
    }
    found
}

/// With the five entities of XML and character references read.
fn decoded(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, behind)) = rest.split_once('&') {
        out.push_str(before);
        let entity = behind.split_once(';').and_then(|(name, after)| {
            let number =
                name.strip_prefix('#')
                    .and_then(|number| match number.strip_prefix(['x', 'X']) {
                        Some(hex) => u32::from_str_radix(hex, 16).ok(),
                        None => number.parse().ok(),
                    });
            let letter = match name {
                "amp" => Some('&'),
                "lt" => Some('<'),
                "gt" => Some('>'),
                "quot" => Some('"'),
                "apos" => Some('\''),
                _ => number.and_then(char::from_u32),
            };
            Some((letter?, after))
        });
        let (letter, after) = entity.unwrap_or(('&', behind));
        out.push(letter);
        rest = after;
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entities_are_read_and_what_is_none_stays() {
        assert_eq!(decoded("a &lt;&#62;&#x26; b"), "a <>& b");
        assert_eq!(decoded("a & b &nothing; &"), "a & b &nothing; &");
    }

    proptest::proptest! {
        #[test]
        fn no_text_is_too_much(text in "[<>/!?a\\[\\]=\"'& -]{0,60}") {
            let mut found = Vec::new();
            pairs(&text, &mut found);
        }
    }
}
