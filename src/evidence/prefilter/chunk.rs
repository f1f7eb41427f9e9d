//! The needles in a chunk of a binary event log, where a text is UTF-16 or 8-bit.

/// Looks for needles in chunks.
#[derive(Debug)]
pub struct ChunkFilter {}

impl ChunkFilter {
    /// Whether a record of the chunk may matter; `chunk` is the whole of it.
    pub fn wants(&self, chunk: &[u8]) -> bool {
        !chunk.is_empty()
    }
}
