//! Where a record's bytes are, so that a screen or an export can go back to them.
//! Knows nothing of files or how they are opened: `evidence::reread` does that.

use std::fmt;

/// The number of a member (one log inside a file, or the file itself), given in the total order in
/// which the evidence is listed: by path, then by place inside the container. Stable for a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SourceId(pub u32);

/// The place of one record inside its member.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Position {
    /// A run of bytes of the (unpacked) member.
    Span {
        /// First byte, counted from the member's start after unpacking and, for UTF-16, after
        /// decoding to UTF-8. A byte order mark is not counted.
        offset: u64,
        /// Length in bytes.
        len: u64,
    },
    /// A record of an EVTX chunk: the chunk holds the templates that the record needs.
    Evtx {
        /// First byte of the chunk in the (unpacked) member.
        chunk: u64,
        /// `EventRecordID` as the record's own header has it.
        record_id: u64,
        /// First byte of the record inside its chunk.
        offset: u32,
    },
}

/// A record's place: which member, and where in it. Orders as the evidence is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Locator {
    /// The member.
    pub source: SourceId,
    /// The place in it.
    pub position: Position,
}

impl fmt::Display for Position {
    /// As a person reads it beside a file name: `#88213` for an EVTX record, `@1024` for an offset.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Span { offset, .. } => write!(f, "@{offset}"),
            Self::Evtx { record_id, .. } => write!(f, "#{record_id}"),
        }
    }
}
