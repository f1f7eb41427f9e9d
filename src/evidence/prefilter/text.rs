//! The needles in text: which bytes may belong to a record that matters. A needle may be hidden by
//! the carrier's escapes: where one stands that could stand for a letter of a needle, its record is
//! one to be read.
//!
//! What hides a letter, by carrier (`tests/prefilter.rs` holds it to what the readers make of it):
//! - XML: a character reference (`&#x68;`), and what the parser takes out of a text or joins it
//!   around: CDATA, comments, processing instructions (`<!`, `<?`). The five named entities stand
//!   for no letter of a needle.
//! - JSON: `\u0068`. Of the short escapes none stands for a letter of a needle. XML or JSON inside
//!   of a JSON string hides letters in its own way, its `&` or `<` or `\` perhaps written `\u0026`.
//!   So does JSON in the cell of a CSV (`EvtxECmd`) or in JSON (Wazuh): an escape of an escape begins
//!   with a backslash's, `\\u`, or is written `\u005c`.
//! - The search folds case as Unicode does, where `ſ` is `s` and `K` (the Kelvin sign) is `k`.

use super::is_needle_letter;
use super::sieve::{BLOCK, Rarely, Sieve};
use aho_corasick::AhoCorasick;
use regex::bytes::{Regex, RegexBuilder};
use std::sync::Arc;

/// How a text hides letters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Carrier {
    /// Not at all.
    Plain,
    /// As XML does.
    Xml,
    /// As JSON does, or XML in it.
    Json,
}

/// The beginning of an escape of JSON.
const ESCAPE: &[u8] = b"\\u";

impl Carrier {
    /// What hides a letter in any of its records, perhaps in each.
    fn escapes(self) -> &'static [&'static str] {
        match self {
            Self::Plain | Self::Xml => &[],
            Self::Json => &["\\u"],
        }
    }

    /// What hides a letter in XML. In XML itself the second of its letters is rare, in JSON the
    /// first (`#attributes` is not).
    fn of_xml(self) -> Option<Rarely> {
        let letters = match self {
            Self::Plain => return None,
            Self::Xml => *b"#!?",
            Self::Json => *b"<&&",
        };
        let texts = &["&#", "<!", "<?"];
        Some(Rarely { letters, texts })
    }

    /// What a line of it usually begins with.
    fn begins(self) -> &'static [char] {
        match self {
            Self::Plain => &['<', '{'],
            Self::Xml => &['<'],
            Self::Json => &['{'],
        }
    }

    /// What hides a letter in it, and what else is looked for as it is.
    fn marks(self, exact: &[&str]) -> Result<Option<Regex>, regex::Error> {
        let of_xml = self.of_xml().map_or(&[] as &[&str], |rarely| rarely.texts);
        let all: Vec<String> = [of_xml, self.escapes(), exact]
            .concat()
            .iter()
            .map(|m| regex::escape(m))
            .collect();
        if all.is_empty() {
            return Ok(None);
        }
        Regex::new(&all.join("|")).map(Some)
    }
}

/// More needles than these are looked for by an automaton of all of them.
const FEW: usize = 24;

/// Looks for needles, and for escapes that may hide one.
#[derive(Debug)]
pub struct TextFilter {
    needles: Needles,
    /// What hides a letter, and what is looked for as it is.
    marks: Option<Regex>,
    longest: usize,
    /// Where a search for them is worth its while; `None`: everywhere.
    sieve: Option<Sieve>,
}

#[derive(Debug)]
enum Needles {
    Nothing,
    Few(Regex),
    Many(AhoCorasick),
}

impl TextFilter {
    /// For needles (see [`super::is_needle_letter`]), and texts that are looked for as they are.
    /// `None` when they can't be made ready, which only their number could bring about.
    pub fn new(needles: &[Arc<str>], exact: &[&str], carrier: Carrier) -> Option<Self> {
        let longest = needles.iter().map(|n| n.len()).max().unwrap_or(0);
        let exact_longest = exact.iter().map(|n| n.len()).max().unwrap_or(0);
        let texts: Vec<&str> = needles.iter().map(|needle| &**needle).collect();
        let as_they_are = [carrier.escapes(), exact].concat();
        Some(Self {
            sieve: Sieve::new(&texts, &as_they_are, carrier.of_xml(), carrier.begins()),
            needles: Needles::new(needles)?,
            marks: carrier.marks(exact).ok()?,
            // A letter may take three bytes (the Kelvin sign); the longest mark, `\u0026#`, has seven.
            longest: (3 * longest).max(exact_longest).max(7),
        })
    }

    /// The first place in `bytes` where something stands that makes its record one to be read.
    pub fn find(&self, bytes: &[u8]) -> Option<usize> {
        let Some(sieve) = &self.sieve else {
            return self.search(bytes);
        };
        let mut at = 0;
        loop {
            at = sieve.next(bytes, at);
            if at >= bytes.len() {
                return None;
            }
            let end = at + BLOCK;
            // What begins in the block may end behind it, and may begin before its letters.
            let from = at.saturating_sub(sieve.lead());
            let near = bytes.get(from..(end + self.longest).min(bytes.len()))?;
            let found = self.search(near).map(|hit| from + hit);
            if found.is_some_and(|hit| hit < end) {
                return found;
            }
            at = end;
        }
    }

    fn search(&self, bytes: &[u8]) -> Option<usize> {
        let needle = self.needles.find(bytes);
        if let Some(marks) = &self.marks {
            let before = needle.and_then(|at| bytes.get(..at)).unwrap_or(bytes);
            let mut found = marks.find_iter(before);
            let mark = found.find(|mark| {
                mark.as_bytes() != ESCAPE || hides(bytes.get(mark.end()..).unwrap_or_default())
            });
            return mark.map(|mark| mark.start()).or(needle);
        }
        needle
    }

    /// How many bytes what is found may take: so many may be missing at the end of a block.
    pub fn longest(&self) -> usize {
        self.longest
    }
}

/// What is looked for of a needle: a search goes by the first letters, and these begin names that
/// stand in each event. Whatever holds the needle holds its end.
fn tail(needle: &str) -> &str {
    const COMMON: [&str; 4] = ["parent", "process", "computer", "microsoft"];
    let heads = COMMON.iter().filter_map(|head| needle.strip_prefix(head));
    heads
        .filter(|tail| tail.len() > 4)
        .min_by_key(|tail| tail.len())
        .unwrap_or(needle)
}

/// Whether a `\u` that these bytes follow stands for what a needle may hold, for a backslash (of JSON
/// inside of it), or for the beginning of a character reference or of what XML leaves out.
fn hides(behind: &[u8]) -> bool {
    let digits = behind
        .get(..4)
        .and_then(|digits| str::from_utf8(digits).ok());
    let unit = digits.and_then(|digits| u32::from_str_radix(digits, 16).ok());
    let next = behind.get(4);
    match unit.and_then(char::from_u32) {
        Some('&') => next == Some(&b'#'),
        Some('<') => matches!(next, Some(b'!' | b'?')),
        Some('\\' | '\u{17f}' | '\u{212a}') => true,
        Some(letter) => is_needle_letter(letter.to_ascii_lowercase()),
        None => false,
    }
}

impl Needles {
    fn new(needles: &[Arc<str>]) -> Option<Self> {
        if needles.is_empty() {
            return Some(Self::Nothing);
        }
        if needles.len() <= FEW {
            let folded = needles
                .iter()
                .map(|n| format!("(?i:{})", regex::escape(tail(n))));
            let all: Vec<String> = folded.collect();
            let regex = RegexBuilder::new(&all.join("|")).build().ok()?;
            return Some(Self::Few(regex));
        }
        // The automaton folds ASCII alone: the two other letters make their record one to be read.
        let mut all: Vec<&str> = needles.iter().map(|n| &**n).collect();
        all.extend(["\u{17f}", "\u{212a}"]);
        let mut builder = AhoCorasick::builder();
        builder.ascii_case_insensitive(true);
        builder.build(all).ok().map(Self::Many)
    }

    fn find(&self, bytes: &[u8]) -> Option<usize> {
        match self {
            Self::Nothing => None,
            Self::Few(regex) => regex.find(bytes).map(|found| found.start()),
            Self::Many(automaton) => automaton.find(bytes).map(|found| found.start()),
        }
    }
}

#[cfg(test)]
mod tests;
