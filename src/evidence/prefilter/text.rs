//! The needles in text: which bytes may belong to a record that matters. A needle may be hidden by
//! the carrier's escapes: where one stands that could stand for a letter of a needle, its record is
//! one to be read.
//!
//! What hides a letter, by carrier (tested by properties in `tests.rs`):
//! - XML: a character reference (`&#x68;`), and what the parser takes out of a text or joins it
//!   around: CDATA, comments, processing instructions (`<!`, `<?`). The five named entities stand
//!   for no letter of a needle.
//! - JSON: `\u0068`. Of the short escapes none stands for a letter of a needle. XML or JSON inside
//!   of a JSON string hides letters in its own way, its `&` or `<` or `\` perhaps written `\u0026`.
//! - The search folds case as Unicode does, where `ſ` is `s` and `K` (the Kelvin sign) is `k`.

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

impl Carrier {
    /// What hides a letter.
    fn marks(self) -> Option<&'static str> {
        match self {
            Self::Plain => None,
            Self::Xml => Some("&#|<!|<\\?"),
            // The last two are no escapes: documents that hold records change how the rest of
            // the text is cut, so they are never passed over unseen.
            Self::Json => Some(concat!(
                "&#|<!|<\\?|",
                r"\\u00(?:26#|3[cC][!?]|2[134589dDeE]|3[0-9aAfF]|[45][0-9a-fA-F]|6[1-9a-fA-F]|7[0-9a-eA-E])|",
                r"\\u017[fF]|\\u212[aA]|",
                "\"hits\"|\"results\""
            )),
        }
    }
}

/// More needles than these are looked for by an automaton of all of them.
const FEW: usize = 24;

/// Looks for needles, and for escapes that may hide one.
#[derive(Debug)]
pub struct TextFilter {
    needles: Finder,
    marks: Option<Regex>,
    longest: usize,
}

#[derive(Debug)]
enum Finder {
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
        Some(Self {
            needles: Finder::new(needles, exact)?,
            marks: match carrier.marks() {
                None => None,
                Some(marks) => Some(Regex::new(marks).ok()?),
            },
            // A letter may take three bytes (the Kelvin sign); the longest mark has nine.
            longest: (3 * longest).max(exact_longest).max(9),
        })
    }

    /// The first place in `bytes` where something stands that makes its record one to be read.
    pub fn find(&self, bytes: &[u8]) -> Option<usize> {
        let needle = self.needles.find(bytes);
        let before = needle.and_then(|at| bytes.get(..at)).unwrap_or(bytes);
        let mark = self.marks.as_ref().and_then(|marks| marks.find(before));
        mark.map(|found| found.start()).or(needle)
    }

    /// How many bytes what is found may take: so many may be missing at the end of a block.
    pub fn longest(&self) -> usize {
        self.longest
    }
}

impl Finder {
    fn new(needles: &[Arc<str>], exact: &[&str]) -> Option<Self> {
        if needles.is_empty() && exact.is_empty() {
            return Some(Self::Nothing);
        }
        if needles.len() <= FEW {
            let folded = needles.iter().map(|n| format!("(?i:{})", regex::escape(n)));
            let plain = exact.iter().map(|n| regex::escape(n));
            let all: Vec<String> = folded.chain(plain).collect();
            let regex = RegexBuilder::new(&all.join("|")).build().ok()?;
            return Some(Self::Few(regex));
        }
        // The automaton folds ASCII alone: the two other letters make their record one to be read.
        let mut all: Vec<&str> = needles.iter().map(|n| &**n).collect();
        all.extend(exact);
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
