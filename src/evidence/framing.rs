//! Cuts records out of a text stream, and reads one.

use super::format::{Detected, Format, ParseContext};
use crate::event::time::Reading;
use crate::event::{EventTime, Family, Locator, Record};
use std::io::{BufRead, BufReader, Read, Result as IoResult};

/// One piece of a stream.
#[derive(Debug)]
pub enum Frame<'a> {
    /// A record.
    Record {
        /// First byte.
        offset: u64,
        /// Length in bytes.
        len: u64,
        /// The bytes.
        bytes: &'a [u8],
    },
    /// What should be a record and is not.
    Bad {
        /// First byte.
        offset: u64,
        /// Length in bytes.
        len: u64,
        /// Why.
        reason: String,
    },
    /// Bytes between records.
    Skipped {
        /// First byte.
        offset: u64,
        /// Length in bytes.
        len: u64,
    },
}

/// The pieces of a stream, one after another.
pub struct Frames<'r> {
    reader: BufReader<Box<dyn Read + Send + 'r>>,
    line: Vec<u8>,
    offset: u64,
}

/// Cuts `reader` into pieces.
pub fn frames<'r>(_: &Detected, reader: Box<dyn Read + Send + 'r>) -> Frames<'r> {
    Frames {
        reader: BufReader::new(reader),
        line: Vec::new(),
        offset: 0,
    }
}

impl Frames<'_> {
    /// The next piece.
    #[allow(clippy::should_implement_trait, reason = "it lends")]
    pub fn next(&mut self) -> IoResult<Option<Frame<'_>>> {
        self.line.clear();
        let read = self.reader.read_until(b'\n', &mut self.line)? as u64;
        let offset = self.offset;
        self.offset += read;
        if read == 0 {
            return Ok(None);
        }
        let bytes = self.line.trim_ascii_end();
        if !bytes.starts_with(b"<Event ") && !bytes.starts_with(b"{") {
            return Ok(Some(Frame::Skipped { offset, len: read }));
        }
        Ok(Some(Frame::Record {
            offset,
            len: bytes.len() as u64,
            bytes,
        }))
    }
}

/// One record, or why it is none.
pub fn parse(
    detected: &Detected,
    bytes: &[u8],
    locator: Locator,
    context: &ParseContext,
) -> Result<Record, String> {
    let text = String::from_utf8_lossy(bytes);
    let mut record = Record::new(Family::Windows, locator);
    if detected.format != Format::WindowsXml {
        return Ok(record);
    }
    if !text.trim_end().ends_with("</Event>") {
        return Err("no end of 'Event'".to_owned());
    }
    let between = |from: &str, to: char| -> Option<String> {
        let rest = text.split_once(from)?.1;
        rest.split_once(to).map(|(inside, _)| inside.to_owned())
    };
    for name in ["EventID", "EventRecordID", "Computer", "Channel"] {
        let value = between(&format!("<{name}>"), '<').or_else(|| {
            between(&format!("<{name} "), '<')?
                .split_once('>')
                .map(|p| p.1.to_owned())
        });
        record.push_system(name, value.unwrap_or_default());
    }
    let time = between("SystemTime=\"", '"').or_else(|| between("SystemTime='", '\''));
    if let Some(reading) = time.as_deref().and_then(Reading::iso8601) {
        let (at, assumed) = reading.resolve(context.assume_tz);
        record.time = Some(EventTime { at, assumed });
    }
    for piece in text.split("<Data Name=").skip(1) {
        let (name, rest) = piece.split_once('>').unwrap_or((piece, ""));
        let value = rest.split_once('<').map_or(rest, |p| p.0);
        record.push_data(name.trim_matches(['"', '\'', '/']), value);
    }
    Ok(record)
}
