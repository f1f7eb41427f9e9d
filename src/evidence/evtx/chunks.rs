//! Cuts a stream into the chunks of an event log and what lies between them. Reads blocks into one
//! buffer and lends chunks from it; looks into none.

use super::{CHUNK, CHUNK_HEADER, CHUNK_MAGIC, FILE_HEADER, FILE_MAGIC, bad};
use crate::evidence::outcome::BadRecord;
use crate::evidence::room::{self, ALIGNED};
use memchr::memmem;
use std::io::{ErrorKind, Read, Result};

/// Place of the flags in a file header; 1 is "dirty", set while the log is open.
pub(super) const FLAGS: usize = 120;
/// Place of the number of chunks in a file header. It may be behind the truth, never ahead of it:
/// so it is in 396 of 396 logs that were looked at.
pub(super) const CHUNK_COUNT: usize = 42;
/// What is read at once. Larger blocks fall out of the processor's cache.
const BLOCK: usize = 4 * CHUNK;

/// What a file header tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::evidence) struct Header {
    /// The log was open when it was copied.
    pub(super) open: bool,
    /// Where the log ends, and the number of its chunks.
    told: Option<(u64, u16)>,
    /// Where the first chunk is, in a file that is in order.
    pub(in crate::evidence) first_chunk: u64,
}

impl Header {
    /// Of a log without header, which is taken for one that was open.
    pub(super) const NONE: Self = Self {
        open: true,
        told: None,
        first_chunk: 0,
    };

    /// From the first bytes of a file header that stands at `offset`.
    fn read(head: &[u8], offset: u64) -> Self {
        let count = head.get(CHUNK_COUNT..).and_then(<[u8]>::first_chunk);
        let count = count.map_or(0, |count| u16::from_le_bytes(*count));
        let first_chunk = offset + FILE_HEADER as u64;
        Self {
            open: head.get(FLAGS).is_none_or(|flags| flags & 1 == 1),
            told: Some((first_chunk + u64::from(count) * CHUNK as u64, count)),
            first_chunk,
        }
    }
}

/// What the first bytes of a log tell those who begin to read it further on; `None` when it does
/// not begin as a log does.
pub(in crate::evidence) fn header(head: &[u8]) -> Option<Header> {
    if head.starts_with(FILE_MAGIC) {
        Some(Header::read(head, 0))
    } else {
        head.starts_with(CHUNK_MAGIC).then_some(Header::NONE)
    }
}

/// What a stretch of the stream is.
#[derive(Debug)]
pub(super) enum Block {
    /// A chunk: [`Chunks::lent`] has it until the next block is asked for.
    Chunk { offset: u64 },
    /// File headers, and chunks that were never written.
    Blank { len: u64 },
    /// Neither.
    Foreign { offset: u64, len: u64 },
}

/// See the module.
pub(super) struct Chunks<R> {
    reader: R,
    buffer: Vec<u8>,
    /// Where the buffer's aligned room begins.
    base: usize,
    /// What was read and not given out.
    start: usize,
    end: usize,
    /// Place of `start` in the stream.
    offset: u64,
    /// The chunk that was given out last.
    lent: (usize, usize),
    ended: bool,
    foreign: Option<(u64, u64)>,
    header: Header,
    /// A file header was met where none was to be expected.
    changed: bool,
    /// Reading goes on behind this place only when that must be.
    until: u64,
}

impl<R> Drop for Chunks<R> {
    fn drop(&mut self) {
        room::give_back(std::mem::take(&mut self.buffer));
    }
}

impl<R: Read> Chunks<R> {
    /// From a reader that stands at `offset` of the log, where `header` holds.
    pub(super) fn new(reader: R, header: Header, offset: u64, until: u64) -> Self {
        let mut buffer = room::take();
        buffer.resize(BLOCK + ALIGNED, 0);
        let base = room::aligned(&buffer);
        Self {
            reader,
            buffer,
            base,
            start: base,
            end: base,
            offset,
            lent: (base, base),
            ended: false,
            foreign: None,
            header,
            changed: false,
            until,
        }
    }

    /// The log was open when it was copied, by its header; so is taken a log without header.
    pub(super) fn open(&self) -> bool {
        self.header.open
    }

    /// Where the next chunk begins, unless it can't be told from here alone what the next bytes
    /// are taken for.
    pub(super) fn place(&self) -> Option<u64> {
        (self.foreign.is_none() && !self.changed).then_some(self.offset)
    }

    /// How far the stream has been given out.
    pub(super) fn offset(&self) -> u64 {
        self.offset
    }

    /// The bytes of the chunk that was given out last.
    pub(super) fn lent(&self) -> &[u8] {
        let (start, len) = self.lent;
        self.buffer.get(start..start + len).unwrap_or_default()
    }

    /// The next block; an error is one of the stream beneath.
    pub(super) fn next(&mut self) -> Result<Option<Block>> {
        loop {
            self.fill()?;
            let window = self.window();
            let (is_chunk, is_header) = (
                window.starts_with(CHUNK_MAGIC),
                window.starts_with(FILE_MAGIC),
            );
            if (window.is_empty() || is_chunk || is_header)
                && let Some((offset, len)) = self.foreign.take()
            {
                return Ok(Some(Block::Foreign { offset, len }));
            }
            if self.window().is_empty() {
                return Ok(None);
            }
            if is_chunk {
                return Ok(Some(self.chunk()));
            }
            if is_header {
                return Ok(Some(self.header()));
            }
            if let Some(blank) = self.pass_over() {
                return Ok(Some(blank));
            }
        }
    }

    /// What the file header tells of and the stream, at its end, has not given; told once.
    pub(super) fn cut_off(&mut self) -> Option<BadRecord> {
        let (end, count) = self.header.told.take()?;
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

    /// Reads until there is a chunk's length, or the stream ends.
    fn fill(&mut self) -> Result<()> {
        if self.end - self.start >= CHUNK || self.ended {
            return Ok(());
        }
        self.buffer.copy_within(self.start..self.end, self.base);
        self.end -= self.start - self.base;
        self.start = self.base;
        while self.end - self.start < CHUNK && !self.ended {
            let held = (self.end - self.start) as u64;
            let wanted = self.until.saturating_sub(self.offset + held);
            let wanted = usize::try_from(wanted).unwrap_or(usize::MAX);
            let room = self.buffer.get_mut(self.end..self.base + BLOCK);
            let room = room.unwrap_or_default();
            let most = if wanted == 0 { CHUNK } else { wanted }.min(room.len());
            match self.reader.read(room.get_mut(..most).unwrap_or_default()) {
                Ok(0) => self.ended = true,
                Ok(count) => self.end += count.min(most),
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    /// What was read.
    fn held(&self) -> &[u8] {
        self.buffer.get(self.start..self.end).unwrap_or_default()
    }

    /// Of what was read, as much as a chunk may have.
    fn window(&self) -> &[u8] {
        let held = self.held();
        held.get(..CHUNK).unwrap_or(held)
    }

    /// The chunk that the window begins with; it ends early where another one begins inside of it,
    /// or the stream ends.
    fn chunk(&mut self) -> Block {
        let len = self.next_chunk(CHUNK_HEADER).unwrap_or(self.window().len());
        let offset = self.offset;
        self.lent = (self.start, len);
        self.drop_front(len);
        Block::Chunk { offset }
    }

    fn header(&mut self) -> Block {
        self.changed |= self.offset > 0;
        self.header = Header::read(self.window(), self.offset);
        let len = self.next_chunk(1).unwrap_or(FILE_HEADER).min(FILE_HEADER);
        Block::Blank {
            len: self.drop_front(len),
        }
    }

    /// Passes over what is no chunk: zeros are blank, all else foreign.
    fn pass_over(&mut self) -> Option<Block> {
        if self.foreign.is_none() {
            let zeros = zeros(self.held());
            if zeros > 0 {
                let len = self.drop_front(zeros);
                return Some(Block::Blank { len });
            }
        }
        let window = self.window();
        // A magic may begin with the last bytes of the window.
        let kept = if window.len() < CHUNK {
            0
        } else {
            CHUNK_MAGIC.len() - 1
        };
        let until = [CHUNK_MAGIC, FILE_MAGIC]
            .iter()
            .filter_map(|magic| memmem::find(window, magic))
            .min()
            .unwrap_or(window.len() - kept);
        let offset = self.offset;
        let len = self.drop_front(until);
        let (from, before) = self.foreign.unwrap_or((offset, 0));
        self.foreign = Some((from, before + len));
        None
    }

    /// Where in the window, from `from` on, another chunk begins. The eight letters alone could be
    /// data of a record; the size of the header behind them could not.
    fn next_chunk(&self, from: usize) -> Option<usize> {
        let window = self.window();
        let rest = window.get(from..)?;
        memmem::find_iter(rest, CHUNK_MAGIC)
            .map(|place| place + from)
            .find(|place| {
                let size = window.get(place + 40..place + 44);
                size == Some(&128_u32.to_le_bytes()[..])
            })
    }

    fn drop_front(&mut self, len: usize) -> u64 {
        let len = len.min(self.end - self.start);
        self.start += len;
        self.offset += len as u64;
        len as u64
    }
}

/// How many zeros the bytes begin with.
fn zeros(bytes: &[u8]) -> usize {
    let (blocks, _) = bytes.as_chunks::<256>();
    let is_zero = |block: &&[u8; 256]| block.iter().fold(0, |all, byte| all | byte) == 0;
    let whole = 256 * blocks.iter().take_while(is_zero).count();
    let rest = bytes.get(whole..).unwrap_or_default();
    whole + rest.iter().take_while(|byte| **byte == 0).count()
}
