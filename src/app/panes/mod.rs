//! The state of each pane, one file a pane.

pub mod details;
pub mod drilldown;
pub mod evidence;
pub mod findings;
pub mod help;
pub mod rule;
