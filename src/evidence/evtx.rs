//! Binary Windows event logs, from any stream: chunk by chunk to the end of the bytes, whatever
//! the file's header says of their number.
//!
//! A record leaves here as the XML that Windows makes of it, so that one reader of event XML
//! (`framing::parse`) serves both and an event has the same fields, and the same identity, from the
//! log and from an export of it. A chunk in which no record can matter to the search is passed over
//! ([`plain`] says when that may be).
//!
//! What is trusted: the magic of a chunk, and of a record. A file that was carved, cut or
//! overwritten in part is searched for the next chunk; a chunk that can't be read costs itself, a
//! record that can't be read costs itself.

mod chunks;
mod plain;
mod render;
mod values;

use super::format::{Confidence, Detected, Format};
use super::outcome::BadRecord;
use super::prefilter::{ChunkFilter, Prefilter, TextFilter};
use crate::event::Position;
use chunks::{Block, Chunks};
pub(super) use chunks::{Header, header};
use plain::Plain;
use render::{Broken, Rendered};
use std::collections::VecDeque;
use std::io::{Read, Result};
use std::ops::Range;

const FILE_MAGIC: &[u8] = b"ElfFile\0";
const CHUNK_MAGIC: &[u8] = b"ElfChnk\0";
const FILE_HEADER: usize = 4096;
const CHUNK: usize = 65_536;
const CHUNK_HEADER: usize = 512;

/// Said of a record that its chunk's header does not count.
pub(super) const UNCOUNTED: &str =
    "read past the end that its chunk tells: the log was not closed cleanly";

/// Whether a file begins as an event log does, or as a chunk that was carved out of one.
pub(super) fn detect(head: &[u8]) -> Option<Detected> {
    let (shape, reason) = if head.starts_with(FILE_MAGIC) {
        ("EVTX", "starts with 'ElfFile'")
    } else if head.starts_with(CHUNK_MAGIC) {
        ("EVTX chunks without a file header", "starts with 'ElfChnk'")
    } else if head
        .get(FILE_HEADER..)
        .is_some_and(|chunk| chunk.starts_with(CHUNK_MAGIC))
    {
        ("EVTX with a lost file header", "has 'ElfChnk' at 4096")
    } else {
        return None;
    };
    Some(Detected {
        read_whole: false,
        format: Format::Evtx,
        shape: shape.to_owned(),
        confidence: Confidence::Certain,
        reason: reason.to_owned(),
    })
}

/// The format of what a record is rendered to.
pub(super) fn rendered_format() -> Detected {
    Detected {
        read_whole: false,
        format: Format::WindowsXml,
        shape: "event XML".to_owned(),
        confidence: Confidence::Certain,
        reason: "rendered from EVTX".to_owned(),
    }
}

/// A bad record at a place, with the id that its header has.
pub(super) fn bad_at(position: Position, reason: String) -> BadRecord {
    match position {
        Position::Evtx {
            chunk,
            record_id,
            offset,
        } => bad(chunk + u64::from(offset), Some(record_id), reason),
        Position::Span { offset, .. } => bad(offset, None, reason),
    }
}

/// A piece of a log.
#[derive(Debug)]
pub(super) enum Piece<'a> {
    /// A record as XML.
    Record {
        /// Where it is.
        position: Position,
        /// The `<Event>` element.
        xml: &'a [u8],
        /// Its chunk's header does not count it.
        uncounted: bool,
    },
    /// Something that could not be read.
    Bad(BadRecord),
    /// So many bytes of the file that carry no record by design.
    Skipped(u64),
    /// Records that don't matter: a chunk, or some in one that has others.
    Passed {
        /// How many bytes of the file they are.
        bytes: u64,
        /// How many there are.
        records: u64,
    },
}

/// A piece that waits for its turn; the XML is in the text of its chunk.
enum Waiting {
    Record {
        position: Position,
        xml: Range<usize>,
        uncounted: bool,
    },
    Bad(BadRecord),
    Skipped(u64),
    Passed {
        bytes: u64,
        records: u64,
    },
}

/// The pieces of a log, one after another.
pub(super) struct Pieces<'f, R> {
    chunks: Chunks<R>,
    filter: Option<&'f ChunkFilter>,
    /// Of the XML of a record.
    record_filter: Option<&'f TextFilter>,
    /// Of the block at hand.
    waiting: VecDeque<Waiting>,
    text: Vec<u8>,
    records: Vec<plain::Place>,
    plain: Plain,
}

impl<'f, R: Read> Pieces<'f, R> {
    /// Of a whole log.
    pub(super) fn new(reader: R) -> Self {
        Self::of(Chunks::new(reader, Header::NONE, 0, u64::MAX))
    }

    /// Of a part of a log whose reader stands where a chunk begins, at `from`. It is read to the
    /// end of the log; who wants less stops when [`Self::place`] has come to `until`, as far as
    /// which, if no chunk lies askew, nothing behind it is read.
    pub(super) fn segment(reader: R, header: Header, from: u64, until: u64) -> Self {
        Self::of(Chunks::new(reader, header, from, until))
    }

    fn of(chunks: Chunks<R>) -> Self {
        Self {
            chunks,
            filter: None,
            record_filter: None,
            waiting: VecDeque::new(),
            text: Vec::new(),
            records: Vec::new(),
            plain: Plain::new(),
        }
    }

    /// Passes over what `filter` does not want.
    pub(super) fn filtered(mut self, filter: Option<&'f Prefilter>) -> Self {
        self.filter = filter.and_then(Prefilter::chunks);
        self.record_filter = filter.and_then(|filter| filter.text(Format::WindowsXml));
        self
    }

    /// Where the next chunk begins, when everything before it was told and a segment that begins
    /// there would go on as this one does.
    pub(super) fn place(&self) -> Option<u64> {
        let told = self.waiting.is_empty();
        told.then(|| self.chunks.place()).flatten()
    }

    /// How far the log has been gone through.
    pub(super) fn offset(&self) -> u64 {
        self.chunks.offset()
    }

    /// The next piece; an error is one of the stream beneath.
    pub(super) fn next(&mut self) -> Result<Option<Piece<'_>>> {
        loop {
            if let Some(waiting) = self.waiting.pop_front() {
                return Ok(Some(waiting.piece(&self.text)));
            }
            let waiting = match self.chunks.next()? {
                None => match self.chunks.cut_off() {
                    None => return Ok(None),
                    Some(bad) => Waiting::Bad(bad),
                },
                Some(Block::Blank { len }) => Waiting::Skipped(len),
                Some(Block::Foreign { offset, len }) => {
                    let reason = format!("{len} bytes that are no chunk of an event log");
                    Waiting::Bad(bad(offset, None, reason))
                }
                Some(Block::Chunk { offset }) => {
                    self.chunk(offset);
                    continue;
                }
            };
            self.waiting.push_back(waiting);
        }
    }

    /// The pieces of a chunk: the whole of it when it can be passed over, else its records, as
    /// fast as its state allows.
    fn chunk(&mut self, offset: u64) {
        let (bytes, open) = (self.chunks.lent(), self.chunks.open());
        self.text.clear();
        let in_order =
            bytes.len() == CHUNK && plain::records(bytes, open, &mut self.records).is_some();
        if in_order {
            let passes = self.filter.is_some_and(|filter| !filter.wants(bytes));
            if passes && self.plain.holds(bytes, &self.records) {
                self.waiting.push_back(Waiting::Passed {
                    bytes: bytes.len() as u64,
                    records: self.records.len() as u64,
                });
                return;
            }
            if let Some(records) = render::chunk(bytes, &self.records, &mut self.text) {
                self.wait(offset, records);
                return;
            }
        }
        let (data, waiting_pieces, text) = (whole(bytes), &mut self.waiting, &mut self.text);
        if bytes.len() < CHUNK {
            let reason = format!("a chunk of {} bytes instead of {CHUNK}", bytes.len());
            waiting_pieces.push_back(Waiting::Bad(bad(offset, None, reason)));
        }
        let read = render::each(data, open, text, &mut |record, _| {
            waiting_pieces.push_back(waiting(offset, record));
            true
        });
        if let Err(broken) = read {
            waiting_pieces.push_back(waiting(offset, Err(broken)));
        }
    }

    /// Puts the records of a chunk in order, all of them rendered, up for their turn; those that
    /// don't matter are passed over now that their text is at hand.
    fn wait(&mut self, chunk: u64, rendered: Vec<Rendered>) {
        for (record, place) in rendered.into_iter().zip(&self.records) {
            let xml = self.text.get(record.xml.clone()).unwrap_or_default();
            let filter = self.record_filter;
            if filter.is_none_or(|filter| filter.find(xml).is_some()) {
                self.waiting.push_back(waiting(chunk, Ok(record)));
                continue;
            }
            let len = (place.end - place.offset) as u64;
            if let Some(Waiting::Passed { bytes, records }) = self.waiting.back_mut() {
                *bytes += len;
                *records += 1;
            } else {
                let (bytes, records) = (len, 1);
                self.waiting.push_back(Waiting::Passed { bytes, records });
            }
        }
    }
}

impl Waiting {
    fn piece(self, text: &[u8]) -> Piece<'_> {
        match self {
            Self::Record {
                position,
                xml,
                uncounted,
            } => Piece::Record {
                position,
                xml: text.get(xml).unwrap_or_default(),
                uncounted,
            },
            Self::Bad(bad) => Piece::Bad(bad),
            Self::Skipped(len) => Piece::Skipped(len),
            Self::Passed { bytes, records } => Piece::Passed { bytes, records },
        }
    }
}

/// What is told of a record in the chunk at `chunk`.
fn waiting(chunk: u64, record: std::result::Result<Rendered, Broken>) -> Waiting {
    match record {
        Ok(record) => Waiting::Record {
            position: Position::Evtx {
                chunk,
                record_id: record.record_id,
                offset: record.offset,
            },
            xml: record.xml,
            uncounted: record.uncounted,
        },
        Err(broken) => Waiting::Bad(bad(chunk + broken.offset, broken.record_id, broken.reason)),
    }
}

fn bad(offset: u64, record_id: Option<u64>, reason: String) -> BadRecord {
    BadRecord {
        offset,
        record_id,
        reason,
    }
}

/// A chunk as the parser wants it: of full length, zeros where it was cut off.
fn whole(bytes: &[u8]) -> Vec<u8> {
    let mut data = Vec::with_capacity(CHUNK);
    data.extend_from_slice(bytes);
    data.resize(CHUNK, 0);
    data
}

/// The XML of the records at `wanted`, which lie in one chunk, from that chunk's bytes.
pub(super) fn render_at(chunk: Vec<u8>, wanted: &[Position]) -> Vec<Option<Vec<u8>>> {
    let mut found = vec![None; wanted.len()];
    let mut left = wanted.len();
    let mut text = Vec::new();
    let read = render::each(chunk, true, &mut text, &mut |record, text| {
        let Ok(record) = record else { return true };
        for (slot, position) in found.iter_mut().zip(wanted) {
            let Position::Evtx {
                record_id, offset, ..
            } = position
            else {
                continue;
            };
            if slot.is_none() && (*record_id, *offset) == (record.record_id, record.offset) {
                *slot = text.get(record.xml.clone()).map(<[u8]>::to_vec);
                left -= 1;
            }
        }
        text.clear();
        left > 0
    });
    // A chunk that can't be read now gives nothing; the caller says what is missing.
    drop(read);
    found
}

/// Reads the chunk that starts at the reader's place, and nothing behind it.
pub(super) fn read_chunk(reader: &mut (impl Read + ?Sized)) -> Result<Vec<u8>> {
    let mut chunks = Chunks::new(reader, Header::NONE, 0, CHUNK as u64);
    Ok(match chunks.next()? {
        Some(Block::Chunk { .. }) => whole(chunks.lent()),
        _ => Vec::new(),
    })
}

#[cfg(test)]
pub(super) mod tests;
