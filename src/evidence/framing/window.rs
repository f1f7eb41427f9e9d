//! The part of a stream that is in memory: from the cutter's place on, as much as one record needs.
//! Cuts nothing.

use std::io::{self, Read};

/// How much is read at once: larger blocks fall out of the processor's cache.
const BLOCK: usize = 256 << 10;

/// What a cutter sees: the bytes from where it stands.
#[derive(Clone, Copy)]
pub struct Look<'a> {
    /// The bytes.
    pub bytes: &'a [u8],
    /// The offset of the first in the stream.
    pub base: u64,
    /// Nothing comes after them.
    pub last: bool,
    /// They are as many as a record may have.
    pub full: bool,
}

/// See the module.
pub struct Window<'r> {
    reader: Box<dyn Read + Send + 'r>,
    buffer: Vec<u8>,
    /// The cutter's place in the buffer.
    start: usize,
    /// The same place in the stream.
    offset: u64,
    ended: bool,
    failed: Option<io::Error>,
    limit: usize,
}

impl<'r> Window<'r> {
    /// Nothing is read yet; at most `limit` bytes are shown at once.
    pub fn new(reader: Box<dyn Read + Send + 'r>, limit: usize) -> Self {
        Self {
            reader,
            buffer: Vec::new(),
            start: 0,
            offset: 0,
            ended: false,
            failed: None,
            limit,
        }
    }

    /// Another limit, for tests.
    #[cfg(test)]
    pub fn set_limit(&mut self, limit: usize) {
        self.limit = limit;
    }

    /// What the cutter sees now; `None` when there is nothing.
    pub fn look(&self) -> Option<Look<'_>> {
        let bytes = self.buffer.get(self.start..)?;
        let shown = bytes.get(..self.limit).unwrap_or(bytes);
        (!shown.is_empty()).then_some(Look {
            bytes: shown,
            base: self.offset,
            last: self.ended && self.failed.is_none() && shown.len() == bytes.len(),
            full: shown.len() >= self.limit,
        })
    }

    /// The first `len` bytes.
    pub fn front(&self, len: usize) -> &[u8] {
        let end = self.start.saturating_add(len);
        self.buffer.get(self.start..end).unwrap_or_default()
    }

    /// Where in the stream the first byte is.
    pub fn offset(&self) -> u64 {
        self.offset
    }

    /// How many bytes are here.
    pub fn held(&self) -> usize {
        self.buffer.len().saturating_sub(self.start)
    }

    /// The limit, when as many bytes are here.
    pub fn is_full(&self) -> Option<usize> {
        (self.held() >= self.limit).then_some(self.limit)
    }

    /// Whether the stream gives no more.
    pub fn has_ended(&self) -> bool {
        self.ended
    }

    /// The error in which the stream ended, once.
    pub fn error(&mut self) -> Option<io::Error> {
        self.failed.take()
    }

    /// Forgets the first `len` bytes.
    pub fn drop_front(&mut self, len: usize) {
        let len = len.min(self.held());
        self.start += len;
        self.offset += len as u64;
    }

    /// Reads a block more, or notes the end.
    pub fn fill(&mut self) {
        self.buffer.drain(..self.start.min(self.buffer.len()));
        self.start = 0;
        let held = self.buffer.len();
        if held < BLOCK && self.buffer.capacity() > 8 * BLOCK {
            self.buffer.shrink_to(2 * BLOCK);
        }
        self.buffer.resize(held + BLOCK, 0);
        let read = loop {
            let free = self.buffer.get_mut(held..).unwrap_or_default();
            match self.reader.read(free) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                other => break other,
            }
        };
        let read = read.unwrap_or_else(|error| {
            self.failed = Some(error);
            0
        });
        self.ended = read == 0;
        self.buffer.truncate(held + read);
    }
}
