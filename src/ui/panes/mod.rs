//! What each pane looks like, one file a pane.

mod clause;
pub mod details;
pub mod drilldown;
pub mod evidence;
mod fields;
pub mod findings;
mod none;
pub mod rule;
mod summary;
