//! The part of a stream that is in memory: from the cutter's place on, as much as one record needs.
//! Cuts nothing.

use crate::evidence::room::{self, ALIGNED};
use std::io::{self, Read};

/// How much is read at once: larger blocks fall out of the processor's cache.
const BLOCK: usize = 256 << 10;
/// Room before a block for what is carried over from the one before; a longer rest is read on to
/// where it lies.
const CARRY: usize = 64 << 10;

/// The room for a block with what is carried over, wherever the allocation begins.
const ROOM: usize = ALIGNED + CARRY + BLOCK;

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
    /// The end of what was read into it.
    end: usize,
    /// The cutter's place in the stream.
    offset: u64,
    ended: bool,
    failed: Option<io::Error>,
    limit: usize,
}

impl Drop for Window<'_> {
    fn drop(&mut self) {
        room::give_back(std::mem::take(&mut self.buffer));
    }
}

impl<'r> Window<'r> {
    /// Nothing is read yet, and the reader stands at `offset` of the stream; at most `limit` bytes
    /// are shown at once.
    pub fn new(reader: Box<dyn Read + Send + 'r>, offset: u64, limit: usize) -> Self {
        Self {
            reader,
            buffer: room::take(),
            start: 0,
            end: 0,
            offset,
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
        let bytes = self.buffer.get(self.start..self.end)?;
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
        let end = self.start.saturating_add(len).min(self.end);
        self.buffer.get(self.start..end).unwrap_or_default()
    }

    /// Where in the stream the first byte is.
    pub fn offset(&self) -> u64 {
        self.offset
    }

    /// How many bytes are here.
    pub fn held(&self) -> usize {
        self.end.saturating_sub(self.start)
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
        self.make_room();
        let read = loop {
            let to = self.end.saturating_add(BLOCK).min(self.buffer.len());
            let free = self.buffer.get_mut(self.end..to).unwrap_or_default();
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
        self.end += read;
    }

    /// Brings what is held to where a block can be read behind it.
    fn make_room(&mut self) {
        let held = self.held();
        if held <= CARRY {
            if self.buffer.len() < ROOM || self.buffer.len() > 8 * ROOM {
                self.move_to(vec![0; ROOM], 0);
            }
            let block = CARRY + room::aligned(&self.buffer);
            self.buffer.copy_within(self.start..self.end, block - held);
            (self.start, self.end) = (block - held, block);
        } else if self.buffer.len() - self.end < BLOCK {
            // Twice the room, so that a long record is not moved at every block.
            self.move_to(vec![0; 2 * (held + BLOCK)], 0);
        }
    }

    fn move_to(&mut self, mut buffer: Vec<u8>, at: usize) {
        let held = self.front(self.held());
        let end = at + held.len();
        if let Some(to) = buffer.get_mut(at..end) {
            to.copy_from_slice(held);
        }
        (self.buffer, self.start, self.end) = (buffer, at, end);
    }
}
