//! Layer 12, the same engine without a screen: `hunt`, `search`, `drilldown` and `rules`. What each prints is
//! `report`'s; here is the order of doing things, the messages on standard error and the exit
//! status.

pub mod demo;
pub mod drilldown;
pub mod hunt;
pub mod interrupt;
pub mod outputs;
mod pack;
pub mod progress;
pub mod rows;
pub mod rules;
pub mod search;
pub mod session;

/// Exit statuses: the README's table.
pub mod status {
    /// All evidence was read.
    pub const READ: u8 = 0;
    /// There are rows, with `--fail-on-rows`; a rule is refused or its test fails.
    pub const ROWS: u8 = 1;
    /// Usage, or nothing could be read.
    pub const USAGE: u8 = 2;
    /// Some evidence was not read to its end, or had bad records.
    pub const PARTLY: u8 = 3;
    /// Ctrl-C.
    pub const INTERRUPTED: u8 = 130;
}
