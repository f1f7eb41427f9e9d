//! Texts of many events, each distinct one once: in one arena, known by a number. Nothing is ever
//! taken out. What a text means is its column's concern.

use foldhash::fast::RandomState;
use hashbrown::HashTable;
use std::hash::BuildHasher;

/// How much text a block of the arena takes: growing never copies what is there.
const BLOCK: usize = 1 << 20;
/// The longest text that is kept whole. No field of a Windows event is longer; a hostile one must
/// not fill the memory. The record itself has all of it.
const LONGEST: usize = 64 << 10;

/// The number of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Symbol(pub(super) u32);

impl Symbol {
    /// No text.
    pub(super) const NONE: Self = Self(u32::MAX);

    /// Whether it is that of a text.
    pub(super) fn some(self) -> Option<Self> {
        (self != Self::NONE).then_some(self)
    }
}

/// The texts.
#[derive(Debug, Default)]
pub struct Symbols {
    blocks: Vec<String>,
    /// Where each begins: the block, and the byte in it.
    starts: Vec<(u32, u32)>,
    /// The symbols by the hash of their text.
    known: HashTable<u32>,
    hasher: RandomState,
}

impl Symbols {
    /// The symbol of a text, which is kept when it is new.
    pub fn intern(&mut self, text: &str) -> Symbol {
        let text = kept(text);
        let hash = self.hasher.hash_one(text);
        if let Some(known) = self.known_as(hash, text) {
            return known;
        }
        let Ok(number) = u32::try_from(self.starts.len()) else {
            return Symbol::NONE;
        };
        if number == Symbol::NONE.0 {
            return Symbol::NONE;
        }
        let start = self.put(text);
        self.starts.push(start);
        let (blocks, starts, hasher) = (&self.blocks, &self.starts, &self.hasher);
        self.known.insert_unique(hash, number, |other| {
            hasher.hash_one(text_of(blocks, starts, *other))
        });
        Symbol(number)
    }

    /// The symbol of a text that may be there.
    pub fn find(&self, text: &str) -> Option<Symbol> {
        let text = kept(text);
        self.known_as(self.hasher.hash_one(text), text)
    }

    /// The text of a symbol.
    pub fn text(&self, symbol: Symbol) -> &str {
        text_of(&self.blocks, &self.starts, symbol.0)
    }

    /// How much memory they take, in bytes: the texts, and all that is kept beside them.
    pub fn memory(&self) -> (usize, usize) {
        let texts = self.blocks.iter().map(String::capacity).sum();
        let starts = self.starts.capacity() * size_of::<(u32, u32)>();
        (texts, starts + self.known.allocation_size())
    }

    fn known_as(&self, hash: u64, text: &str) -> Option<Symbol> {
        let same = |other: &u32| text_of(&self.blocks, &self.starts, *other) == text;
        self.known.find(hash, same).copied().map(Symbol)
    }

    fn put(&mut self, text: &str) -> (u32, u32) {
        let room = self.blocks.last().map_or(0, |b| b.capacity() - b.len());
        if room < text.len() || self.blocks.is_empty() {
            self.blocks.push(String::with_capacity(BLOCK));
        }
        let block = self.blocks.len().saturating_sub(1);
        let at = self.blocks.last_mut().map_or(0, |last| {
            let at = last.len();
            last.push_str(text);
            at
        });
        let short = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
        (short(block), short(at))
    }
}

/// What is kept of a text.
fn kept(text: &str) -> &str {
    text.get(..text.floor_char_boundary(LONGEST))
        .unwrap_or(text)
}

/// A text ends where the next one begins, or with its block.
fn text_of<'a>(blocks: &'a [String], starts: &[(u32, u32)], number: u32) -> &'a str {
    let number = number as usize;
    let Some((block, from)) = starts.get(number).copied() else {
        return "";
    };
    let Some(text) = blocks.get(block as usize) else {
        return "";
    };
    let next = starts.get(number + 1).filter(|(other, _)| *other == block);
    let until = next.map_or(text.len(), |(_, until)| *until as usize);
    text.get(from as usize..until).unwrap_or("")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_text_has_one_symbol_and_a_symbol_its_text(
            texts in proptest::collection::vec("[aä漢]{0,3}", 0..40),
        ) {
            let mut symbols = Symbols::default();
            let numbers: Vec<Symbol> = texts.iter().map(|text| symbols.intern(text)).collect();
            for (text, symbol) in texts.iter().zip(&numbers) {
                prop_assert_eq!(symbols.text(*symbol), text);
                prop_assert_eq!(symbols.find(text), Some(*symbol));
            }
            let distinct: std::collections::BTreeSet<&String> = texts.iter().collect();
            prop_assert_eq!(symbols.starts.len(), distinct.len());
            prop_assert_eq!(symbols.find("not there"), None);
        }
    }

    #[test]
    fn blocks_are_filled_one_after_another() {
        let mut symbols = Symbols::default();
        let text = |number: usize| format!("{number:06}{}", "x".repeat(number * 3_701 % 50_000));
        let numbers: Vec<Symbol> = (0..200).map(|n| symbols.intern(&text(n))).collect();
        assert!(symbols.blocks.len() > 3);
        for (number, symbol) in numbers.into_iter().enumerate() {
            assert_eq!(symbols.text(symbol), text(number));
        }
    }

    #[test]
    fn a_hostile_text_is_cut_between_letters() {
        let mut symbols = Symbols::default();
        let long = format!("x{}", "ä".repeat(LONGEST));
        let symbol = symbols.intern(&long);
        assert_eq!(symbols.text(symbol).len(), LONGEST - 1);
        assert!(long.starts_with(symbols.text(symbol)));
        assert_eq!(symbols.find(&long), Some(symbol));
        assert_eq!(symbols.text(Symbol::NONE), "");
    }
}
