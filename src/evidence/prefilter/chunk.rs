//! The needles in a chunk of a binary event log, where a text is UTF-16 or 8-bit.
//!
//! A chunk is looked at whole: a text may be written in a template, which lies with the first
//! record that used it, and values are packed at any byte. Found is what the log's own bytes hold;
//! that every text of a record stands there in one piece is what `evtx::plain` makes sure of before
//! a chunk is passed over.
//!
//! What a value that is no text is written as (a number, an id, a time) is not in the bytes. A
//! needle that such a value could hold finds nothing out, so there is no filter for it then.

use super::is_needle_letter;
use super::sieve::{BLOCK, Sieve};
use regex::bytes::{Regex, RegexBuilder};
use std::sync::Arc;

/// As many needles are looked for at once: the first letters of a few are found with vector
/// instructions, those of many one byte after another.
const TOGETHER: usize = 4;
/// More needles than this are faster all at once.
const MANY: usize = 16;
/// The most memory of a search, before which the filter is given up.
const LARGEST: usize = 64 << 20;

/// Looks for needles in chunks.
#[derive(Debug)]
pub struct ChunkFilter {
    searches: Vec<Regex>,
    /// Where a search is worth its while; `None`: everywhere.
    sieve: Option<Sieve>,
    /// The most bytes of a needle.
    longest: usize,
}

impl ChunkFilter {
    /// Makes ready for the needles; `None` when one of them would not tell.
    pub fn new(needles: &[Arc<str>]) -> Option<Self> {
        if !needles.iter().all(|needle| tells(needle)) {
            return None;
        }
        let at_once = if needles.len() > MANY {
            needles.len()
        } else {
            TOGETHER
        };
        let searches: Result<_, _> = needles.chunks(at_once).map(search).collect();
        let texts: Vec<&str> = needles.iter().map(|needle| &**needle).collect();
        let longest = needles.iter().map(|needle| needle.len()).max().unwrap_or(0);
        searches.ok().map(|searches| Self {
            searches,
            sieve: Sieve::of_chunks(&texts),
            longest: 3 * longest,
        })
    }

    /// Whether a record of the chunk may matter; `chunk` is the whole of it.
    pub fn wants(&self, chunk: &[u8]) -> bool {
        let Some(sieve) = &self.sieve else {
            return self.holds(chunk);
        };
        let mut at = sieve.next(chunk, 0);
        while at < chunk.len() {
            let end = at + BLOCK;
            let near = at.saturating_sub(sieve.lead())..(end + self.longest).min(chunk.len());
            if self.holds(chunk.get(near).unwrap_or_default()) {
                return true;
            }
            at = sieve.next(chunk, end);
        }
        false
    }

    fn holds(&self, bytes: &[u8]) -> bool {
        self.searches.iter().any(|search| search.is_match(bytes))
    }
}

/// Whether the bytes of a chunk hold every text with this in it: it is no part of what a number, a
/// GUID, a SID, a time or a truth is rendered to, which are letters of these few kinds.
fn tells(needle: &str) -> bool {
    const WORDS: [&str; 4] = ["true", "false", "-inf", "nan"];
    let by_value = |letter: char| !letter.is_ascii_alphabetic() || "abcdefstxz".contains(letter);
    needle.chars().all(is_needle_letter)
        && !needle.chars().all(by_value)
        && !WORDS.iter().any(|word| word.contains(needle))
}

/// One search for several needles in both encodings.
fn search(needles: &[Arc<str>]) -> Result<Regex, regex::Error> {
    let forms: Vec<String> = needles
        .iter()
        .flat_map(|needle| {
            let wide: String = needle.chars().map(wide).collect();
            let narrow: String = needle.chars().map(narrow).collect();
            [wide, narrow]
        })
        .collect();
    RegexBuilder::new(&forms.join("|"))
        .unicode(false)
        .dot_matches_new_line(true)
        .size_limit(LARGEST)
        .dfa_size_limit(LARGEST)
        .build()
}

/// A letter as UTF-16. The search takes the long s and the Kelvin sign for s and k; and for what
/// XML does not allow (control characters, U+FFFE, U+FFFF) the renderer writes `_`.
fn wide(letter: char) -> String {
    match letter {
        's' => r"(?:[Ss]\x00|\x7f\x01)".to_owned(),
        'k' => r"(?:[Kk]\x00|\x2a\x21)".to_owned(),
        '_' => r"(?:[\x00-\x1f_]\x00|[\xfe\xff]\xff)".to_owned(),
        letter => format!(r"{}\x00", class(letter)),
    }
}

/// A letter as one byte of any of Windows' code pages, or as UTF-8.
fn narrow(letter: char) -> String {
    match letter {
        's' => r"(?:[Ss]|\xc5\xbf)".to_owned(),
        'k' => r"(?:[Kk]|\xe2\x84\xaa)".to_owned(),
        '_' => r"[\x00-\x1f_]".to_owned(),
        letter => class(letter),
    }
}

fn class(letter: char) -> String {
    let (small, large) = (u32::from(letter), u32::from(letter.to_ascii_uppercase()));
    format!(r"[\x{small:02x}\x{large:02x}]")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn filter(needles: &[&str]) -> ChunkFilter {
        let needles: Vec<Arc<str>> = needles.iter().map(|needle| Arc::from(*needle)).collect();
        ChunkFilter::new(&needles).unwrap()
    }

    fn utf16(text: &str) -> Vec<u8> {
        text.encode_utf16().flat_map(u16::to_le_bytes).collect()
    }

    #[test]
    fn a_needle_is_found_in_both_encodings_in_any_case_and_at_any_byte() {
        let filter = filter(&["msiexec.exe"]);
        for text in [
            "msiexec.exe",
            "MSIEXEC.EXE",
            "x\\MsiExec.eXe y",
            "mſiexec.exe",
        ] {
            for before in 0..3 {
                let mut wide = vec![b'm'; before];
                wide.extend(utf16(text));
                assert!(filter.wants(&wide), "{text} {before}");
                let mut narrow = vec![0; before];
                narrow.extend(text.as_bytes());
                assert!(filter.wants(&narrow), "{text} {before}");
            }
        }
        for text in ["msiexec_exe", "msiexe.exe", ""] {
            assert!(!filter.wants(&utf16(text)), "{text}");
            assert!(!filter.wants(text.as_bytes()), "{text}");
        }
        assert!(super::tests::filter(&["\u{6b}erb"]).wants(&utf16("\u{212a}ERB")));
    }

    #[test]
    fn what_the_renderer_writes_as_an_underscore_is_one() {
        let filter = filter(&["my_tool"]);
        for text in [
            "my_tool",
            "my\u{1}tool",
            "MY\u{1f}TOOL",
            "my\u{fffe}tool",
            "my\u{ffff}tool",
        ] {
            assert!(filter.wants(&utf16(text)), "{text:?}");
            // Where the last bytes of a chunk are not all of it, too.
            assert!(filter.wants(&[vec![0; 700], utf16(text), vec![0; 700]].concat()));
        }
        assert!(filter.wants(b"my\x07tool"));
        assert!(filter.wants(&[&[0; 700][..], b"my\x07tool", &[0; 700]].concat()));
        assert!(!filter.wants(&[&[0; 700][..], b"my-tool", &[0; 700]].concat()));
        assert!(!filter.wants(&utf16("my-tool")));
    }

    #[test]
    fn what_a_value_that_is_no_text_can_be_is_not_looked_for() {
        for needle in [
            "4688",
            "0x1f",
            "beef",
            "s-1-5-18",
            "t10:00:00.",
            "z",
            "true",
            "als",
            "inf",
            "na",
            "",
            "{5770385f-c22a",
            "a,b",
            "Upper",
            "-",
        ] {
            assert!(ChunkFilter::new(&[Arc::from(needle)]).is_none(), "{needle}");
        }
        for needle in ["http", "info", "nano", "s-1-g", "run", "lsass", "://"] {
            let tells = needle.contains(char::is_alphabetic);
            assert_eq!(
                ChunkFilter::new(&[Arc::from(needle)]).is_some(),
                tells,
                "{needle}"
            );
        }
        // One that does not tell spoils the others.
        assert!(ChunkFilter::new(&[Arc::from("http"), Arc::from("0x")]).is_none());
        // No needles: no record matters.
        assert!(!ChunkFilter::new(&[]).unwrap().wants(&[1; 100]));
    }

    proptest! {
        /// As a plain search for the needle in the text, for few needles and many.
        #[test]
        fn wants_what_holds_a_needle(
            words in prop::collection::vec("[g-w_.-]{0,9}[g-w]{3}", 1..24),
            noise in prop::collection::vec(any::<u8>(), 0..2000),
            at in 0_usize..2000,
            which in 0_usize..24,
            is_wide in any::<bool>(),
            is_upper in any::<bool>(),
            folded in any::<bool>(),
        ) {
            let words: Vec<&str> = words.iter().map(String::as_str).collect();
            let needles: Vec<Arc<str>> = words.iter().map(|word| Arc::from(*word)).collect();
            // Not of `inn`, which `infinity` could be cut to, and the like.
            let Some(filter) = ChunkFilter::new(&needles) else { return Ok(()) };
            let word = words[which % words.len()];
            let word = if is_upper { word.to_uppercase() } else { word.to_owned() };
            let word = if folded { word.replace(['s', 'S'], "\u{17f}") } else { word };
            let bytes = if is_wide { utf16(&word) } else { word.into_bytes() };
            let mut chunk = noise.clone();
            let at = at.min(chunk.len());
            chunk.splice(at..at, bytes);
            prop_assert!(filter.wants(&chunk));
        }
    }
}
