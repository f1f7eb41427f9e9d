//! The formats that are known, and what is said of a member: which format, how sure, and why.

use crate::event::Zone;
use std::fmt;

/// How a member is cut into records and how those are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Format {
    /// Binary Windows event log.
    Evtx,
    /// `<Event>` elements as text.
    WindowsXml,
    /// JSON values, one a line, concatenated or in an array; each is one record (its shape is
    /// known record by record).
    Json,
    /// Cisco NVM v1: lines of `key="value"` behind syslog headers.
    NvmText,
    /// CSV with a `_raw` or a `Message` column.
    Csv,
    /// Classic Windows event text: a date line, then `LogName=Security` and so on.
    ClassicText,
}

/// How sure a detection is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Confidence {
    /// Something fits, something is missing.
    Guess,
    /// The shape fits.
    Likely,
    /// A magic number or an unmistakable record.
    Certain,
}

/// The format of a member, for reading it and for telling a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Detected {
    /// How to read it.
    pub format: Format,
    /// As a person calls it: `Winlogbeat JSON lines`, `evtx_dump JSON`, `Sysmon XML`.
    pub shape: String,
    /// How sure.
    pub confidence: Confidence,
    /// What was seen: `starts with 'ElfFile'`.
    pub reason: String,
    /// Every record is read, whatever a search looks for: rows of a result, of which those that a
    /// search does not take are told.
    pub read_whole: bool,
}

/// What a parser of one record needs to know.
#[derive(Debug, Clone, Copy, Default)]
pub struct ParseContext {
    /// The zone of times that carry none.
    pub assume_tz: Zone,
}

impl fmt::Display for Confidence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Guess => "guess",
            Self::Likely => "likely",
            Self::Certain => "certain",
        })
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Evtx => "evtx",
            Self::WindowsXml => "xml",
            Self::Json => "json",
            Self::NvmText => "nvm",
            Self::Csv => "csv",
            Self::ClassicText => "text",
        })
    }
}
