//! Reads the escapes, wildcards and entities of a literal: the first step of a pattern.

use super::fold;
use crate::spl::ast::{Literal, Piece};

/// What one place of a value must be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Atom {
    /// This letter.
    Letter(char),
    /// A backslash or nothing; a letter that is no backslash follows.
    MaybeBackslash,
}

impl Atom {
    /// With its case folded, if that is asked for.
    pub fn folded(self, fold_case: bool) -> Self {
        match self {
            Self::Letter(letter) if fold_case => Self::Letter(fold::letter(letter)),
            other => other,
        }
    }
}

/// An atom or any run of characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Element {
    /// One place.
    Atom(Atom),
    /// `*`
    Wildcard,
}

/// The elements of a literal, its entities decoded.
pub fn read(literal: &Literal) -> Vec<Element> {
    let mut elements = Vec::new();
    for piece in &literal.pieces {
        match piece {
            Piece::Source(text) => read_source(text, &mut elements),
            Piece::Bound(text) => {
                elements.extend(text.chars().map(|c| Element::Atom(Atom::Letter(c))));
            }
        }
    }
    decode_entities(&elements)
}

fn read_source(text: &str, elements: &mut Vec<Element>) {
    let letter = |c| Element::Atom(Atom::Letter(c));
    let mut letters = text.chars();
    while let Some(c) = letters.next() {
        if c == '*' {
            elements.push(Element::Wildcard);
        } else if c == '\\' {
            match letters.next() {
                Some(escaped @ ('\\' | '"' | '|')) => elements.push(letter(escaped)),
                // "The backslash can't be used to escape the asterisk" (Search Manual).
                Some('*') => elements.extend([letter('\\'), Element::Wildcard]),
                Some(other) => {
                    elements.extend([Element::Atom(Atom::MaybeBackslash), letter(other)]);
                }
                None => elements.push(letter('\\')),
            }
        } else {
            elements.push(letter(c));
        }
    }
}

fn decode_entities(elements: &[Element]) -> Vec<Element> {
    let mut out = Vec::with_capacity(elements.len());
    let mut rest = elements;
    while let Some((first, behind)) = rest.split_first() {
        rest = behind;
        if *first != Element::Atom(Atom::Letter('&')) {
            out.push(*first);
            continue;
        }
        let name: String = behind
            .iter()
            .take(fold::LONGEST_ENTITY)
            .map_while(|element| match element {
                Element::Atom(Atom::Letter(letter)) => Some(*letter),
                _ => None,
            })
            .collect();
        let (letter, length) = fold::entity(&name).unwrap_or(('&', 0));
        out.push(Element::Atom(Atom::Letter(letter)));
        rest = behind.get(length..).unwrap_or(&[]);
    }
    out
}
