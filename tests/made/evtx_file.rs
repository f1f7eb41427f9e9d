//! EVTX files for tests, whole and broken: the writer that the demo's generator uses, and the
//! layout's sizes.

#[allow(unused_imports, reason = "each test binary uses a part of it")]
pub use super::generator::evtx::{Damage, chunk_count, file};

/// Bytes of a chunk.
pub const CHUNK: usize = 65_536;
/// Bytes before the first chunk.
pub const HEADER: usize = 4096;
