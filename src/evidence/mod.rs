//! Layer 1, evidence: bytes -> `Record`.

mod csv;
pub mod detect;
pub mod format;
pub mod framing;
mod json;
mod message;
mod nvm;
mod splunk;
mod tables;
mod text;
mod times;
pub mod windows;
mod xml;
