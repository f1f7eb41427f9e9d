//! Layer 3, runs a parsed search over rows.

pub mod table;

pub use table::{Row, Table};
