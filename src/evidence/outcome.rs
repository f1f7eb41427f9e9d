//! What became of a log: read, read in part, not opened, no evidence, and why. The sums over all
//! of them are the ledger's.

use super::encoding::Encoding;
use serde::{Serialize, Serializer};
use std::fmt;

/// How far a log was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Status {
    /// To its end. Bad records may have been passed over.
    #[default]
    Read,
    /// Not to its end.
    Partly,
    /// It may be evidence, and was not opened.
    NotOpened,
    /// It is no log of a kind that is read here.
    NotEvidence,
}

impl fmt::Display for Status {
    /// As the ledger spells it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Read => "read",
            Self::Partly => "partly",
            Self::NotOpened => "not opened",
            Self::NotEvidence => "not evidence",
        })
    }
}

impl Serialize for Status {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// What became of a log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// How far it was read.
    pub status: Status,
    /// Why no further, in words for a person.
    pub reason: Option<String>,
    /// What a person can do about it.
    pub hint: Option<String>,
    /// What it is, when it is not a log that was read: `registry hive`, `7z archive`.
    pub kind: Option<String>,
    /// Bytes read of it, unpacked.
    pub bytes: u64,
    /// Records given out.
    pub records: u64,
    /// Records that could not be read.
    pub bad: u64,
    /// Records that the prefilter passed over, where they were counted.
    pub passed_over: u64,
    /// Bytes that it passed over.
    pub passed_bytes: u64,
    /// In some of them records were not counted.
    pub uncounted: bool,
    /// Records in which bytes that were no text were replaced.
    pub repaired: u64,
    /// Bytes between records, of no meaning here: white space, an enclosing element, empty chunks.
    pub skipped_bytes: u64,
    /// How its text is encoded.
    pub encoding: Encoding,
}

impl Outcome {
    /// Adds what a part of the log adds to it: counts; how it ended, when it was not read to its
    /// end. Bytes are the whole log's.
    pub fn add(&mut self, part: Self) {
        self.records += part.records;
        self.bad += part.bad;
        self.passed_over += part.passed_over;
        self.passed_bytes += part.passed_bytes;
        self.uncounted |= part.uncounted;
        self.repaired += part.repaired;
        self.skipped_bytes += part.skipped_bytes;
        if part.status != Status::Read {
            (self.status, self.reason, self.hint) = (part.status, part.reason, part.hint);
        }
    }

    /// Of a log of which nothing was read yet.
    pub fn new(status: Status) -> Self {
        Self {
            status,
            reason: None,
            hint: None,
            kind: None,
            bytes: 0,
            records: 0,
            bad: 0,
            passed_over: 0,
            passed_bytes: 0,
            uncounted: false,
            repaired: 0,
            skipped_bytes: 0,
            encoding: Encoding::default(),
        }
    }
}

/// A record that could not be read, and where it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BadRecord {
    /// Its first byte, counted like [`crate::event::Position`]'s.
    pub offset: u64,
    /// Its `EventRecordID`, where that could be read.
    pub record_id: Option<u64>,
    /// Why, in words for a person.
    pub reason: String,
}
