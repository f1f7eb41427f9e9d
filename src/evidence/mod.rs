//! Layer 1, evidence: bytes -> `Record`.

pub mod detect;
pub mod format;
pub mod framing;
