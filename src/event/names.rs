//! Texts that nearly every record repeats: names of fields, hosts, channels, providers. Each is
//! kept once per thread, so that a record is made without a new copy of its names.
//! No symbol table: a text that is not kept is only a copy more.

use std::cell::RefCell;
use std::sync::Arc;

/// Places; a text has one place, and the last one that came there stays. A log of the usual
/// sources has some two hundred names.
const PLACES: usize = 1024;

/// Longer texts are no names, and would let a hostile log fill the memory with them.
const LONGEST: usize = 128;

thread_local! {
    static KEPT: RefCell<Vec<Option<Arc<str>>>> = const { RefCell::new(Vec::new()) };
}

/// The text, shared with earlier callers of this thread where it is still kept.
pub fn shared(text: &str) -> Arc<str> {
    if text.len() > LONGEST {
        return Arc::from(text);
    }
    // At the end of a thread what it kept is gone.
    KEPT.try_with(|kept| keep(&mut kept.borrow_mut(), text))
        .unwrap_or_else(|_| Arc::from(text))
}

fn keep(kept: &mut Vec<Option<Arc<str>>>, text: &str) -> Arc<str> {
    if kept.is_empty() {
        kept.resize(PLACES, None);
    }
    let Some(place) = kept.get_mut(place(text.as_bytes())) else {
        return Arc::from(text);
    };
    match place {
        Some(same) if **same == *text => Arc::clone(same),
        place => Arc::clone(place.insert(Arc::from(text))),
    }
}

/// Of the length, the first and the last eight letters: names differ in these.
fn place(text: &[u8]) -> usize {
    let (first, last) = match (text.first_chunk::<8>(), text.last_chunk::<8>()) {
        (Some(first), Some(last)) => (u64::from_le_bytes(*first), u64::from_le_bytes(*last)),
        _ => match (text.first_chunk::<4>(), text.last_chunk::<4>()) {
            (Some(first), Some(last)) => (
                u64::from(u32::from_le_bytes(*first)),
                u64::from(u32::from_le_bytes(*last)),
            ),
            _ => (text.iter().fold(0, |all, b| all << 8 | u64::from(*b)), 0),
        },
    };
    let mixed =
        (first ^ last.rotate_left(29) ^ text.len() as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    // The upper bits are the mixed ones; `PLACES` is a power of two.
    usize::try_from(mixed >> (64 - PLACES.ilog2())).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_kept_once() {
        let one = shared("CommandLine");
        assert!(Arc::ptr_eq(&one, &shared("CommandLine")));
        assert_eq!(&*shared(""), "");
        assert_eq!(&*shared("ab"), "ab");
    }

    #[test]
    fn texts_of_one_place_replace_each_other_and_stay_what_they_are() {
        for number in 0..5_000 {
            let text = format!("field {number}");
            assert_eq!(*shared(&text), *text);
        }
        KEPT.with(|kept| assert_eq!(kept.borrow().len(), PLACES));
    }

    #[test]
    fn long_texts_are_not_kept() {
        let long = "x".repeat(LONGEST + 1);
        assert!(!Arc::ptr_eq(&shared(&long), &shared(&long)));
    }

    proptest::proptest! {
        #[test]
        fn every_text_has_a_place(text in ".{0,40}") {
            proptest::prop_assert!(place(text.as_bytes()) < PLACES);
            proptest::prop_assert_eq!(&*shared(&text), text);
        }
    }
}
