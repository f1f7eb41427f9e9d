//! Layer 1, evidence: bytes -> `Record`.

mod archive;
pub mod detect;
pub mod discover;
pub mod encoding;
pub mod format;
pub mod framing;
pub mod gaps;
pub mod kind;
pub mod member;
pub mod outcome;
mod peek;
