//! Layer 1, evidence: bytes -> `Record`.

pub mod format;
pub mod ledger;
