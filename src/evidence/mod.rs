//! Layer 1, evidence: bytes -> `Record`. From paths to members (`discover`, `archive`), from a
//! member to its format (`detect`) and its records (`framing`, `evtx`), driven by `read`; what
//! became of each is told in `outcome` and added up in `ledger`.

mod archive;
mod csv;
pub mod detect;
pub mod discover;
pub mod encoding;
mod evtx;
pub mod format;
pub mod framing;
pub mod gaps;
pub mod guard;
pub mod hash;
mod json;
pub mod kind;
pub mod ledger;
pub mod member;
mod message;
mod meter;
mod nvm;
mod open;
pub mod outcome;
mod peek;
pub mod prefilter;
pub mod read;
pub mod reread;
mod room;
pub mod sources;
mod splunk;
mod tables;
mod text;
mod times;
pub mod windows;
mod xml;
