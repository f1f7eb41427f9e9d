//! A part of a pattern between two wildcards: letters, some with an optional backslash before them.

use super::atoms::Atom;
use memchr::memmem::Finder;
use std::ops::Range;

/// A compiled part.
#[derive(Debug, Clone)]
pub enum Run {
    /// Letters only.
    Literal(Box<Finder<'static>>, String),
    /// With optional backslashes.
    Loose(Loose),
}

/// A part with optional backslashes. It can't fit in two ways from one place: behind an optional
/// backslash stands a letter that is none.
#[derive(Debug, Clone)]
pub struct Loose {
    atoms: Vec<Atom>,
    /// The letters before the first optional backslash.
    head: Box<Finder<'static>>,
    /// Bytes without the optional backslashes.
    least: usize,
    /// How many of these there are.
    optional: usize,
    /// The letters between them.
    literals: Vec<String>,
}

impl Run {
    /// Of atoms, case folded already.
    pub fn new(atoms: Vec<Atom>) -> Self {
        let mut literals = vec![String::new()];
        for atom in &atoms {
            match (atom, literals.last_mut()) {
                (Atom::Letter(letter), Some(literal)) => literal.push(*letter),
                _ => literals.push(String::new()),
            }
        }
        let head = literals.first().map_or("", String::as_str);
        let finder = Box::new(Finder::new(head.as_bytes()).into_owned());
        if literals.len() == 1 {
            return Self::Literal(finder, literals.pop().unwrap_or_default());
        }
        let optional = literals.len() - 1;
        Self::Loose(Loose {
            atoms,
            head: finder,
            least: literals.iter().map(String::len).sum(),
            optional,
            literals,
        })
    }

    /// Of atoms behind a wildcard, which takes in an optional backslash at their start.
    pub fn after_wildcard(mut atoms: Vec<Atom>) -> Self {
        if atoms.first() == Some(&Atom::MaybeBackslash) {
            atoms.remove(0);
        }
        Self::new(atoms)
    }

    /// Whether it takes no letter.
    pub fn is_empty(&self) -> bool {
        matches!(self, Self::Literal(_, text) if text.is_empty())
    }

    /// Its text, if it has but one.
    pub fn literal(&self) -> Option<&str> {
        match self {
            Self::Literal(_, text) => Some(text),
            Self::Loose(_) => None,
        }
    }

    /// The texts that it always holds.
    pub fn literals(&self) -> impl Iterator<Item = &str> {
        let texts = match self {
            Self::Literal(_, text) => std::slice::from_ref(text),
            Self::Loose(loose) => loose.literals.as_slice(),
        };
        texts.iter().map(String::as_str).filter(|t| !t.is_empty())
    }

    /// Where it ends if it begins at `at`.
    pub fn starts(&self, text: &str, at: usize) -> Option<usize> {
        let rest = text.as_bytes().get(at..)?;
        match self {
            Self::Literal(_, literal) => rest
                .starts_with(literal.as_bytes())
                .then_some(at + literal.len()),
            Self::Loose(loose) => loose.fits(text, at),
        }
    }

    /// Its leftmost place from `at` on.
    pub fn find(&self, text: &str, at: usize) -> Option<Range<usize>> {
        match self {
            Self::Literal(finder, literal) => {
                let start = at + finder.find(text.as_bytes().get(at..)?)?;
                Some(start..start + literal.len())
            }
            Self::Loose(loose) => {
                let mut start = at;
                loop {
                    start += loose.head.find(text.as_bytes().get(start..)?)?;
                    if let Some(end) = loose.fits(text, start) {
                        return Some(start..end);
                    }
                    start += 1;
                }
            }
        }
    }

    /// Where it begins if it ends the text and begins at `at` or later.
    pub fn ends(&self, text: &str, at: usize) -> Option<usize> {
        match self {
            Self::Literal(_, literal) => {
                let start = text.len().checked_sub(literal.len())?;
                (start >= at && text.as_bytes().ends_with(literal.as_bytes())).then_some(start)
            }
            Self::Loose(loose) => {
                let latest = text.len().checked_sub(loose.least)?;
                let earliest = latest.saturating_sub(loose.optional).max(at);
                (earliest..=latest).find(|start| loose.fits(text, *start) == Some(text.len()))
            }
        }
    }
}

impl Loose {
    fn fits(&self, text: &str, at: usize) -> Option<usize> {
        let mut end = at;
        for atom in &self.atoms {
            let rest = text.get(end..)?;
            match atom {
                Atom::MaybeBackslash => end += usize::from(rest.starts_with('\\')),
                Atom::Letter(letter) if rest.starts_with(*letter) => end += letter.len_utf8(),
                Atom::Letter(_) => return None,
            }
        }
        Some(end)
    }
}
