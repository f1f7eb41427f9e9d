//! Layer 1, evidence: bytes -> `Record`.

mod archive;
pub mod detect;
pub mod discover;
pub mod encoding;
mod evtx;
pub mod format;
pub mod framing;
pub mod gaps;
pub mod guard;
pub mod hash;
pub mod kind;
pub mod member;
pub mod outcome;
mod peek;
pub mod read;
pub mod reread;
