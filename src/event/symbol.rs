//! Each distinct text once: 100,000 events as pairs of `String` took 387 MB, interned they take
//! a few bytes a field. Not for text that is seen once (command lines of one event only).

use hashbrown::HashTable;
use std::hash::BuildHasher;
use std::sync::Arc;

/// The number of a text in an [`Interner`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Symbol(u32);

/// Keeps every distinct text once and numbers it in the order of first sight.
#[derive(Debug, Default)]
pub struct Interner {
    texts: Vec<Arc<str>>,
    places: HashTable<u32>,
    hasher: foldhash::fast::RandomState,
}

impl Interner {
    /// The shared copy of `text`, which is stored when it is new.
    pub fn share(&mut self, text: &str) -> Arc<str> {
        let symbol = self.intern(text);
        self.texts
            .get(symbol.0 as usize)
            .cloned()
            .unwrap_or_else(|| Arc::from(text))
    }

    /// The number of `text`, stored when it is new.
    pub fn intern(&mut self, text: &str) -> Symbol {
        let hash = self.hasher.hash_one(text);
        let texts = &self.texts;
        let same = |place: &u32| texts.get(*place as usize).is_some_and(|t| &**t == text);
        if let Some(place) = self.places.find(hash, same) {
            return Symbol(*place);
        }
        // 2^32 distinct texts do not fit into memory before they overflow the number.
        let place = u32::try_from(self.texts.len()).unwrap_or(u32::MAX);
        self.texts.push(Arc::from(text));
        let (texts, hasher) = (&self.texts, &self.hasher);
        self.places.insert_unique(hash, place, |place| {
            texts
                .get(*place as usize)
                .map_or(0, |t| hasher.hash_one(&**t))
        });
        Symbol(place)
    }

    /// The text of a number that this interner gave.
    pub fn text(&self, symbol: Symbol) -> &str {
        self.texts.get(symbol.0 as usize).map_or("", |t| t)
    }

    /// How many distinct texts there are.
    pub fn len(&self) -> usize {
        self.texts.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.texts.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_kept_once() {
        let mut interner = Interner::default();
        let a = interner.intern("msiexec.exe");
        let b = interner.intern("cmd.exe");
        assert_eq!(interner.intern("msiexec.exe"), a);
        assert_ne!(a, b);
        assert_eq!(interner.text(b), "cmd.exe");
        assert_eq!(interner.len(), 2);
        assert!(Arc::ptr_eq(
            &interner.share("cmd.exe"),
            &interner.share("cmd.exe")
        ));
    }
}
