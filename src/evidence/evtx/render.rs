//! Renders the records of a chunk to the XML that Windows makes of them. The only file that names
//! `evtx`. Memory and time of a chunk are bounded by the parser (at most 16 MiB of XML a record
//! and 64 MiB a chunk; real chunks make some 0.2 MiB).
//!
//! Two ways that give the same bytes: a whole chunk at once ([`chunk`], twice as fast), which takes
//! chunks that are in order, and record by record ([`each`]), which makes the best of any.

use super::chunks::FLAGS;
use super::plain::Place;
use super::{CHUNK, FILE_HEADER, FILE_MAGIC};
use crate::evidence::guard;
use evtx::err::EvtxError;
use evtx::{EvtxChunkData, EvtxParser, EvtxRecord, ParserSettings};
use memchr::memmem;
use std::error::Error;
use std::io::{self, Read, Seek, SeekFrom};
use std::ops::Range;
use std::sync::Arc;

/// What a record's header takes, before its contents.
const RECORD_HEADER: u64 = 24;

/// A record as XML, which is between these places of the text of its chunk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Rendered {
    pub(super) record_id: u64,
    pub(super) offset: u32,
    pub(super) uncounted: bool,
    pub(super) xml: Range<usize>,
}

/// What is wrong with a record, where in its chunk, as far as that is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Broken {
    pub(super) offset: u64,
    pub(super) record_id: Option<u64>,
    pub(super) reason: String,
}

impl Broken {
    fn chunk(reason: String) -> Self {
        Self {
            offset: 0,
            record_id: None,
            reason,
        }
    }

    fn record(error: &EvtxError) -> Self {
        let (offset, record_id) = match error {
            EvtxError::FailedToParseRecord { record_id, .. } => (0, Some(*record_id)),
            EvtxError::FailedToReadRecordAt { offset, .. } => (*offset, None),
            _ => (0, None),
        };
        Self {
            offset,
            record_id,
            reason: reason(error),
        }
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

/// Is told of each record and of the text that its XML is in; says whether to go on.
pub(super) type Found<'a> = dyn FnMut(Result<Rendered, Broken>, &mut Vec<u8>) -> bool + 'a;

fn settings() -> ParserSettings {
    ParserSettings::default()
        .indent(false)
        .num_threads(1)
        .validate_checksums(false)
}

/// Renders the records of a chunk that [`super::plain::records`] found to be in order: all of
/// them, or none when anything is wrong with one, which [`each`] then tells of.
pub(super) fn chunk(bytes: &[u8], records: &[Place], text: &mut Vec<u8>) -> Option<Vec<Rendered>> {
    if bytes.len() != CHUNK {
        return None;
    }
    let file = Alone { bytes, at: 0 };
    let rendered = guard::catch(|| {
        let parser = EvtxParser::from_read_seek(file).ok()?;
        let mut parser = parser.with_configuration(settings().recover_records(false));
        parser.chunks_xml_bytes(false).next()
    });
    let rendered = rendered.ok().flatten()?;
    if rendered.items.len() != records.len() {
        return None;
    }
    let mut found = Vec::with_capacity(records.len());
    let mut at = 0;
    for ((record_id, xml), record) in rendered.records().zip(records) {
        if record_id != record.id {
            return None;
        }
        let element = memmem::find(xml, b"<Event").unwrap_or(0);
        found.push(Rendered {
            record_id,
            offset: u32::try_from(record.offset).ok()?,
            uncounted: false,
            xml: at + element..at + xml.len(),
        });
        // A line end stands between two.
        at += xml.len() + 1;
    }
    // Those that failed are left out of `records`.
    if found.len() != records.len() {
        return None;
    }
    *text = rendered.data;
    Some(found)
}

/// A log of one chunk, as a file.
struct Alone<'a> {
    bytes: &'a [u8],
    at: u64,
}

impl Read for Alone<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let at = usize::try_from(self.at).unwrap_or(usize::MAX);
        let count = match at.checked_sub(FILE_HEADER) {
            Some(at) => self.bytes.get(at..).unwrap_or_default().read(into)?,
            None => header().get(at..).unwrap_or_default().read(into)?,
        };
        self.at += count as u64;
        Ok(count)
    }
}

/// A file header that tells its size and that it has no checksum.
fn header() -> [u8; FILE_HEADER] {
    let mut header = [0; FILE_HEADER];
    let fields: [(usize, &[u8]); 4] = [
        (0, FILE_MAGIC),
        (32, &128_u32.to_le_bytes()),
        (40, &4096_u16.to_le_bytes()),
        (FLAGS, &4_u32.to_le_bytes()),
    ];
    for (place, field) in fields {
        if let Some(room) = header.get_mut(place..place + field.len()) {
            room.copy_from_slice(field);
        }
    }
    header
}

impl Seek for Alone<'_> {
    /// The end is said to be behind the header: the parser then reads chunks until there are no
    /// more, and does not look for the oldest before it begins.
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.at = match to {
            SeekFrom::Start(at) => at,
            SeekFrom::Current(by) => self.at.saturating_add_signed(by),
            SeekFrom::End(by) => (FILE_HEADER as u64).saturating_add_signed(by),
        };
        Ok(self.at)
    }
}

/// Renders the records of a chunk, in order, until `found` says no. Each one's XML is put behind
/// what is in `text` when it is told.
///
/// Of a log that was open (`open`), the records are taken too that its chunk's header does not
/// count yet and that carry on with the next record id: the newest ones. Others in unused space
/// are left over from the log's earlier round, or are what an export left out; the templates that
/// they need may have been overwritten since, so what they say could not be trusted.
pub(super) fn each(
    chunk: Vec<u8>,
    open: bool,
    text: &mut Vec<u8>,
    found: &mut Found<'_>,
) -> Result<(), Broken> {
    // What was read of the chunk before it failed stays.
    let read = guard::catch(|| records(chunk, open, text, found));
    read.and_then(|read| read).map_err(Broken::chunk)
}

fn records(
    chunk: Vec<u8>,
    open: bool,
    text: &mut Vec<u8>,
    found: &mut Found<'_>,
) -> Result<(), String> {
    let mut data = EvtxChunkData::new(chunk, false).map_err(|error| chain(&error))?;
    let mut newest = data.header.last_event_record_id;
    let settings = settings().recover_records(open);
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
                one(record, text)
            }
            Ok(record) => one(record, text),
            Err(error) => Err(error),
        };
        if !found(rendered.map_err(|error| Broken::record(&error)), text) {
            break;
        }
    }
    Ok(())
}

fn one(record: EvtxRecord<'_>, text: &mut Vec<u8>) -> Result<Rendered, EvtxError> {
    let (record_id, uncounted) = (record.event_record_id, record.recovered);
    let offset = record.binxml_offset.saturating_sub(RECORD_HEADER);
    let xml = record.into_xml_bytes()?.data;
    let element = memmem::find(&xml, b"<Event").unwrap_or(0);
    let start = text.len();
    text.extend_from_slice(xml.get(element..).unwrap_or_default());
    Ok(Rendered {
        record_id,
        offset: u32::try_from(offset).unwrap_or(u32::MAX),
        uncounted,
        xml: start..text.len(),
    })
}
