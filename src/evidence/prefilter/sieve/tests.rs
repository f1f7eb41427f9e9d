//! No block is passed over that holds a text, and usual logs hold few of the letters.

use super::*;
use proptest::prelude::*;

const XML: Rarely = Rarely {
    letters: *b"#!?",
    texts: &["&#", "<!", "<?"],
};

/// Whether a block is looked at in which the text at `at` has its two letters.
fn is_looked_at(sieve: &Sieve, bytes: &[u8], at: usize, len: usize) -> bool {
    let mut block = sieve.next(bytes, 0);
    while block < bytes.len() {
        // The letters stand in the block, the text begins at most `lead` before it.
        if block <= at + len && at < block + BLOCK && at + sieve.lead() >= block {
            return true;
        }
        block = sieve.next(bytes, block + BLOCK);
    }
    false
}

proptest! {
    #[test]
    fn looks_where_a_text_stands(
        needle in "[a-z0-9._]{2,12}",
        other in "[a-zA-Z]{2,6}",
        long in 0_usize..3,
        upper in any::<bool>(),
        noise in prop::collection::vec(any::<u8>(), 1500..2500),
        at in 0_usize..1400,
        which in 0_usize..3,
    ) {
        let Some(sieve) = Sieve::new(&[&needle], &[&other], Some(XML), &['{']) else { return Ok(()) };
        let cased = if upper { needle.to_uppercase() } else { needle.clone() };
        let folded = match long {
            0 => cased,
            1 => cased.replace(['s', 'S'], "\u{17f}"),
            _ => cased.replace(['k', 'K'], "\u{212a}"),
        };
        let text = match which {
            0 => folded.as_str(),
            1 => other.as_str(),
            _ => "&#",
        };
        let mut bytes = noise;
        bytes.splice(at..at, text.bytes());
        prop_assert!(is_looked_at(&sieve, &bytes, at, text.len()));
    }
}

#[test]
fn the_last_bytes_are_looked_at_and_nothing_behind_them() {
    let sieve = Sieve::new(&["msiexec.exe"], &[], None, &['<', '{']).unwrap();
    assert_eq!(sieve.next(&[0; 100], 0), 0);
    assert_eq!(sieve.next(&[0; BLOCK * 2 + 100], 0), 2 * BLOCK);
    assert_eq!(sieve.next(&[0; 100], 100), 100);
    assert_eq!(sieve.next(&[], 0), 0);
}

#[test]
fn usual_logs_are_passed_over() {
    let texts = ["msiexec.exe", "processrollup2", "rundll32.exe", "wmic.exe"];
    for text in texts {
        let sieve = Sieve::new(&[text], &["vsn", "terName"], None, &['<', '{']).unwrap();
        let usual = USUAL.as_bytes();
        let mut looked = 0;
        let mut at = sieve.next(usual, 0);
        while at + BLOCK + 32 < usual.len() {
            looked += 1;
            at = sieve.next(usual, at + BLOCK);
        }
        assert!(looked <= 2, "{text}: {looked} of {}", usual.len() / BLOCK);
    }
}

#[test]
fn a_needle_without_two_letters_to_look_for_has_no_sieve() {
    for text in ["sks", "k", "asksa", ""] {
        assert!(
            Sieve::new(&[text], &[], None, &['<', '{']).is_none(),
            "{text}"
        );
    }
    let many = ["msiexec.exe"; MOST + 1];
    assert!(Sieve::new(&many, &[], None, &['<', '{']).is_none());
    assert!(Sieve::new(&many[..MOST], &[], None, &['<', '{']).is_some());
}
