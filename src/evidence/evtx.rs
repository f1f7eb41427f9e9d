//! Binary Windows event logs, from any stream: chunk by chunk to the end of the bytes, whatever
//! the file's header says of their number. The only file that names `evtx`.
//!
//! A record leaves here as the XML that Windows makes of it, so that one reader of event XML
//! (`framing::parse`) serves both and an event has the same fields, and the same identity, from the
//! log and from an export of it.
//!
//! What is trusted: the magic of a chunk, and of a record. A file that was carved, cut or
//! overwritten in part is searched for the next chunk; a chunk that can't be read costs itself, a
//! record that can't be read costs itself. Memory and time of a chunk are bounded by the parser
//! (at most 16 MiB of XML a record and 64 MiB a chunk; real chunks make some 0.2 MiB).

use super::format::{Confidence, Detected, Format};
use super::guard;
use super::outcome::BadRecord;
use crate::event::Position;
use evtx::err::EvtxError;
use evtx::{EvtxChunkData, EvtxRecord, ParserSettings};
use memchr::memmem;
use std::collections::VecDeque;
use std::error::Error;
use std::io::{Read, Result};
use std::sync::Arc;

const FILE_MAGIC: &[u8] = b"ElfFile\0";
const CHUNK_MAGIC: &[u8] = b"ElfChnk\0";
const FILE_HEADER: usize = 4096;
/// Place of the flags in a file header; 1 is "dirty", set while the log is open.
const FLAGS: usize = 120;
/// Place of the number of chunks in a file header. It may be behind the truth, never ahead of it:
/// so it is in 396 of 396 logs that were looked at.
const CHUNK_COUNT: usize = 42;
const CHUNK: usize = 65_536;
const CHUNK_HEADER: usize = 512;
/// What a record's header takes, before its contents.
const RECORD_HEADER: u64 = 24;

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
        format: Format::Evtx,
        shape: shape.to_owned(),
        confidence: Confidence::Certain,
        reason: reason.to_owned(),
    })
}

/// The format of what a record is rendered to.
pub(super) fn rendered_format() -> Detected {
    Detected {
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
pub(super) enum Piece {
    /// A record as XML.
    Record {
        /// Where it is.
        position: Position,
        /// The `<Event>` element.
        xml: Vec<u8>,
        /// Its chunk's header does not count it.
        uncounted: bool,
    },
    /// Something that could not be read.
    Bad(BadRecord),
    /// So many bytes of the file that carry no record by design.
    Skipped(u64),
}

/// The pieces of a log, one after another.
pub(super) struct Pieces<R> {
    chunks: Chunks<R>,
    /// Of the chunk at hand.
    waiting: VecDeque<Piece>,
}

impl<R: Read> Pieces<R> {
    pub(super) fn new(reader: R) -> Self {
        Self {
            chunks: Chunks::new(reader),
            waiting: VecDeque::new(),
        }
    }

    /// The next piece; an error is one of the stream beneath.
    pub(super) fn next(&mut self) -> Result<Option<Piece>> {
        while self.waiting.is_empty() {
            match self.chunks.next()? {
                None => return Ok(self.chunks.cut_off().map(Piece::Bad)),
                Some(Block::Blank { len }) => return Ok(Some(Piece::Skipped(len))),
                Some(Block::Foreign { offset, len }) => {
                    let reason = format!("{len} bytes that are no chunk of an event log");
                    return Ok(Some(Piece::Bad(bad(offset, None, reason))));
                }
                Some(Block::Chunk { offset, data, len }) => {
                    if len < CHUNK {
                        let reason = format!("a chunk of {len} bytes instead of {CHUNK}");
                        self.waiting
                            .push_back(Piece::Bad(bad(offset, None, reason)));
                    }
                    self.read_chunk(offset, data);
                }
            }
        }
        Ok(self.waiting.pop_front())
    }

    fn read_chunk(&mut self, offset: u64, data: Vec<u8>) {
        let open = self.chunks.open;
        let waiting = &mut self.waiting;
        let read = guard::catch(|| {
            each_record(data, open, &mut |record| {
                waiting.push_back(piece(offset, record));
                true
            })
        });
        // What was read of the chunk before it failed stays.
        if let Err(reason) = read.and_then(|read| read) {
            self.waiting
                .push_back(Piece::Bad(bad(offset, None, reason)));
        }
    }
}

fn bad(offset: u64, record_id: Option<u64>, reason: String) -> BadRecord {
    BadRecord {
        offset,
        record_id,
        reason,
    }
}

fn piece(chunk: u64, record: std::result::Result<Rendered, EvtxError>) -> Piece {
    match record {
        Ok(Rendered {
            record_id,
            offset,
            uncounted,
            xml,
        }) => Piece::Record {
            position: Position::Evtx {
                chunk,
                record_id,
                offset,
            },
            xml,
            uncounted,
        },
        Err(error) => {
            let (offset, record_id) = place(&error);
            Piece::Bad(bad(chunk + offset, record_id, reason(&error)))
        }
    }
}

/// Where in its chunk a record is that could not be read, as far as the error tells.
fn place(error: &EvtxError) -> (u64, Option<u64>) {
    match error {
        EvtxError::FailedToParseRecord { record_id, .. } => (0, Some(*record_id)),
        EvtxError::FailedToReadRecordAt { offset, .. } => (*offset, None),
        _ => (0, None),
    }
}

/// What is wrong with a record, without its place, which is told beside it.
fn reason(error: &EvtxError) -> String {
    match error {
        EvtxError::FailedToParseRecord { source, .. }
        | EvtxError::FailedToReadRecordAt { source, .. } => reason(source),
        EvtxError::DeserializationError(cause) => chain(cause),
        other => chain(other),
    }
}

/// An error with all its causes in one line.
fn chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let more = error.to_string();
        // Transparent errors repeat what is above them.
        if !text.ends_with(&more) {
            text = format!("{text}: {more}");
        }
        cause = error.source();
    }
    text
}

struct Rendered {
    record_id: u64,
    offset: u32,
    uncounted: bool,
    xml: Vec<u8>,
}

/// Renders the records of a chunk, in order, until `each` says no.
///
/// Of a log that was open (`open`), the records are taken too that its chunk's header does not
/// count yet and that carry on with the next record id: the newest ones. Others in unused space
/// are left over from the log's earlier round, or are what an export left out; the templates that
/// they need may have been overwritten since, so what they say could not be trusted.
fn each_record(
    data: Vec<u8>,
    open: bool,
    each: &mut dyn FnMut(std::result::Result<Rendered, EvtxError>) -> bool,
) -> std::result::Result<(), String> {
    let mut data = EvtxChunkData::new(data, false).map_err(|error| chain(&error))?;
    let mut newest = data.header.last_event_record_id;
    let settings = ParserSettings::default()
        .indent(false)
        .num_threads(1)
        .validate_checksums(false)
        .recover_records(open);
    let mut chunk = data
        .parse(Arc::new(settings))
        .map_err(|error| chain(&error))?;
    for record in chunk.iter() {
        let rendered = match record {
            Ok(record) if record.recovered => {
                if Some(record.event_record_id) != newest.checked_add(1) {
                    continue;
                }
                newest = record.event_record_id;
                render(record)
            }
            Ok(record) => render(record),
            Err(error) => Err(error),
        };
        if !each(rendered) {
            break;
        }
    }
    Ok(())
}

fn render(record: EvtxRecord<'_>) -> std::result::Result<Rendered, EvtxError> {
    let (record_id, uncounted) = (record.event_record_id, record.recovered);
    let offset = record.binxml_offset.saturating_sub(RECORD_HEADER);
    let mut xml = record.into_xml_bytes()?.data;
    if let Some(element) = memmem::find(&xml, b"<Event") {
        xml.drain(..element);
    }
    Ok(Rendered {
        record_id,
        offset: u32::try_from(offset).unwrap_or(u32::MAX),
        uncounted,
        xml,
    })
}

/// The XML of the records at `wanted`, which lie in one chunk, from that chunk's bytes.
pub(super) fn render_at(chunk: Vec<u8>, wanted: &[Position]) -> Vec<Option<Vec<u8>>> {
    let mut found = vec![None; wanted.len()];
    let mut left = wanted.len();
    let read = guard::catch(|| {
        each_record(chunk, true, &mut |record| {
            let Ok(record) = record else { return true };
            for (slot, position) in found.iter_mut().zip(wanted) {
                let Position::Evtx {
                    record_id, offset, ..
                } = position
                else {
                    continue;
                };
                if slot.is_none() && (*record_id, *offset) == (record.record_id, record.offset) {
                    *slot = Some(record.xml.clone());
                    left -= 1;
                }
            }
            left > 0
        })
    });
    // A chunk that can't be read now gives nothing; the caller says what is missing.
    drop(read);
    found
}

/// Reads the chunk that starts at the reader's place.
pub(super) fn read_chunk(reader: &mut (impl Read + ?Sized)) -> Result<Vec<u8>> {
    let mut chunks = Chunks::new(reader);
    Ok(match chunks.next()? {
        Some(Block::Chunk { data, .. }) => data,
        _ => Vec::new(),
    })
}

/// What a stretch of the file is.
enum Block {
    Chunk {
        offset: u64,
        data: Vec<u8>,
        len: usize,
    },
    /// File headers, and chunks that were never written.
    Blank {
        len: u64,
    },
    Foreign {
        offset: u64,
        len: u64,
    },
}

/// Cuts a stream into chunks and what lies between them.
struct Chunks<R> {
    reader: R,
    /// Read and not given out; at most a chunk long.
    window: Vec<u8>,
    /// Place of the window in the stream.
    offset: u64,
    foreign: Option<(u64, u64)>,
    /// The log was open when it was copied, by its header; so is taken a log without header.
    open: bool,
    /// The end of the log, and the number of its chunks, that its header tells.
    told: Option<(u64, u16)>,
}

impl<R: Read> Chunks<R> {
    fn new(reader: R) -> Self {
        Self {
            reader,
            window: Vec::with_capacity(CHUNK),
            offset: 0,
            foreign: None,
            open: true,
            told: None,
        }
    }

    fn next(&mut self) -> Result<Option<Block>> {
        loop {
            let missing = (CHUNK - self.window.len().min(CHUNK)) as u64;
            (&mut self.reader)
                .take(missing)
                .read_to_end(&mut self.window)?;
            let known = self.window.is_empty()
                || self.window.starts_with(CHUNK_MAGIC)
                || self.window.starts_with(FILE_MAGIC);
            if known && let Some((offset, len)) = self.foreign.take() {
                return Ok(Some(Block::Foreign { offset, len }));
            }
            if self.window.is_empty() {
                return Ok(None);
            }
            if self.window.starts_with(CHUNK_MAGIC) {
                return Ok(Some(self.take_chunk()));
            }
            if self.window.starts_with(FILE_MAGIC) {
                self.open = self.window.get(FLAGS).is_none_or(|flags| flags & 1 == 1);
                let count = self.window.get(CHUNK_COUNT..).and_then(<[u8]>::first_chunk);
                let count = count.map_or(0, |count| u16::from_le_bytes(*count));
                let end = FILE_HEADER as u64 + u64::from(count) * CHUNK as u64;
                self.told = Some((self.offset + end, count));
                let len = self.next_chunk(1).unwrap_or(FILE_HEADER).min(FILE_HEADER);
                return Ok(Some(Block::Blank {
                    len: self.drop(len),
                }));
            }
            if let Some(blank) = self.pass_over() {
                return Ok(Some(blank));
            }
        }
    }

    /// What the file header tells of and the stream, at its end, has not given; told once.
    fn cut_off(&mut self) -> Option<BadRecord> {
        let (end, count) = self.told.take()?;
        let missing = end.checked_sub(self.offset)?;
        let chunks = missing / CHUNK as u64;
        let reason = if missing > u64::from(count) * CHUNK as u64 {
            "cut off inside of its file header".to_owned()
        } else if chunks > 0 {
            format!(
                "cut off: of the {count} chunks that its header tells of {chunks} are not there"
            )
        } else {
            return None;
        };
        Some(bad(self.offset, None, reason))
    }

    /// Takes the chunk that the window begins with; it ends early where another one begins inside
    /// of it, or the stream ends.
    fn take_chunk(&mut self) -> Block {
        let len = self.next_chunk(CHUNK_HEADER).unwrap_or(self.window.len());
        let mut data: Vec<u8> = self.window.get(..len).unwrap_or_default().to_vec();
        data.resize(CHUNK, 0);
        let offset = self.offset;
        self.drop(len);
        Block::Chunk { offset, data, len }
    }

    /// Passes over what is no chunk: zeros are blank, all else foreign.
    fn pass_over(&mut self) -> Option<Block> {
        let ended = self.window.len() < CHUNK;
        // A magic may begin with the last bytes of the window.
        let kept = if ended { 0 } else { CHUNK_MAGIC.len() - 1 };
        let until = [CHUNK_MAGIC, FILE_MAGIC]
            .iter()
            .filter_map(|magic| memmem::find(&self.window, magic))
            .min()
            .unwrap_or(self.window.len() - kept);
        let zeros = self.window.iter().take_while(|byte| **byte == 0).count();
        if self.foreign.is_none() && zeros > 0 {
            let len = self.drop(zeros.min(until));
            return Some(Block::Blank { len });
        }
        let offset = self.offset;
        let len = self.drop(until);
        let (from, before) = self.foreign.unwrap_or((offset, 0));
        self.foreign = Some((from, before + len));
        None
    }

    /// Where in the window, from `from` on, another chunk begins. The eight letters alone could be
    /// data of a record; the size of the header behind them could not.
    fn next_chunk(&self, from: usize) -> Option<usize> {
        let rest = self.window.get(from..)?;
        memmem::find_iter(rest, CHUNK_MAGIC)
            .map(|place| place + from)
            .find(|place| {
                let size = self.window.get(place + 40..place + 44);
                size == Some(&128_u32.to_le_bytes()[..])
            })
    }

    fn drop(&mut self, len: usize) -> u64 {
        let len = len.min(self.window.len());
        self.window.drain(..len);
        self.offset += len as u64;
        len as u64
    }
}

#[cfg(test)]
pub(super) mod tests;
