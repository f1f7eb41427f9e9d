//! Which records can't matter to the search: the fast path. It looks for texts that a record must
//! hold for the search to take it (`Needles`, made of the plan) in bytes that nobody has read yet, and
//! may only ever let too much through.
//!
//! A needle is lower-case ASCII and is looked for without regard to case. What a text may be
//! written as (escapes of JSON, character references of XML) makes its record one that is read.
//! Cuts nothing and reads no format: that is `framing`'s and `evtx`'s.

mod chunk;
mod sieve;
mod text;

use super::format::Format;
pub use chunk::ChunkFilter;
use std::collections::BTreeSet;
use std::sync::Arc;
pub use text::{Carrier, TextFilter};

/// The texts that a record must hold to matter, by the family of its record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Needles {
    /// Windows events.
    pub windows: Wanted,
    /// CrowdStrike FDR.
    pub crowdstrike: Wanted,
    /// Cisco NVM.
    pub nvm: Wanted,
    /// Flat sources that are known by their fields.
    pub flat: Wanted,
}

/// Which records of a family are wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wanted {
    /// All of them: why no text selects, in words for a person.
    Everything(String),
    /// Those that hold one of these texts: lower-case ASCII without blanks, quotes, slashes and
    /// what an entity or an escape can stand for ([`is_needle_letter`]). None: no record matters.
    Holding(Vec<Arc<str>>),
}

/// Whether a letter may stand in a needle. Left out is what carriers write in another way: blanks
/// and line ends, quotes, `&`, `<`, `>`, slashes, what JSON writers escape though they need not
/// (`=`, `+`, the back quote), what joins several values, and all that is not ASCII.
pub fn is_needle_letter(letter: char) -> bool {
    letter.is_ascii_lowercase() || letter.is_ascii_digit() || "._-:(){}[]@$%~^!#?|".contains(letter)
}

/// The needles made ready for each kind of bytes.
#[derive(Debug)]
pub struct Prefilter {
    xml: Option<TextFilter>,
    plain: Option<TextFilter>,
    json: Option<TextFilter>,
    nvm: Option<TextFilter>,
    chunks: Option<ChunkFilter>,
}

impl Prefilter {
    /// Makes the needles ready.
    pub fn new(needles: &Needles) -> Self {
        let windows = needles.windows.texts();
        let nvm = needles.nvm.texts();
        let flat = needles.crowdstrike.texts().zip(needles.flat.texts());
        let all = windows
            .zip(nvm)
            .zip(flat)
            .map(|((windows, nvm), (falcon, flat))| {
                // Most families ask for the same texts: each is looked for once.
                let all = [windows, nvm, falcon, flat].concat();
                let all: BTreeSet<Arc<str>> = all.into_iter().collect();
                all.into_iter().collect::<Vec<_>>()
            });
        Self {
            xml: windows.and_then(|texts| TextFilter::new(texts, &[], Carrier::Xml)),
            plain: windows.and_then(|texts| TextFilter::new(texts, &[], Carrier::Plain)),
            json: all.and_then(|texts| TextFilter::new(&texts, &JSON_HOSTS, Carrier::Json)),
            nvm: nvm.and_then(|texts| TextFilter::new(texts, &NVM_HOSTS, Carrier::Plain)),
            chunks: windows.and_then(ChunkFilter::new),
        }
    }

    /// For the bytes of a text format; `None`: every record is read.
    pub fn text(&self, format: Format) -> Option<&TextFilter> {
        match format {
            Format::WindowsXml => self.xml.as_ref(),
            Format::ClassicText => self.plain.as_ref(),
            Format::Json | Format::Csv => self.json.as_ref(),
            Format::NvmText => self.nvm.as_ref(),
            Format::Evtx => None,
        }
    }

    /// For the chunks of a binary event log; `None`: every chunk is read.
    pub fn chunks(&self) -> Option<&ChunkFilter> {
        self.chunks.as_ref()
    }
}

impl Wanted {
    fn texts(&self) -> Option<&[Arc<str>]> {
        match self {
            Self::Everything(_) => None,
            Self::Holding(texts) => Some(texts),
        }
    }
}

/// Names of fields by which a record names a host (`cim::Hosts::learn`): such records are read
/// whatever a search looks for, because rows take the host's name from them. (Of `ComputerName`
/// the end: `Computer` stands in each Windows event, and would be looked at each time. A record may
/// stand as text in another one, its quotes escaped or doubled.)
const JSON_HOSTS: [&str; 2] = ["terName", "vsn"];
/// The same in lines of `key="value"`.
const NVM_HOSTS: [&str; 1] = ["vsn"];
