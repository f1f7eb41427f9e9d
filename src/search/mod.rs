//! Layer 3, runs a parsed search over rows. Start at [`Plan`]: it resolves a search once, and
//! then tests and groups rows of a data model (`tstats`) or takes raw events (`events`), and works on
//! the table that comes of it (`commands`). Searches in brackets run over what is at hand (`feed`) and
//! become rows or a predicate (`subsearch`).

mod aggregate;
mod canonical;
mod cells;
mod commands;
mod datum;
mod events;
pub mod explain;
mod expression;
mod feed;
pub mod functions;
mod group;
mod messages;
mod names;
pub mod needles;
mod paths;
mod pcre;
pub mod plan;
mod predicate;
mod span;
mod subnet;
mod subsearch;
pub mod table;
mod tested;
#[cfg(test)]
mod tests;
mod tstats;

pub use explain::{Clause, ClauseKind};
pub use plan::{Plan, PlanInput, PlanOptions, StageCount};
pub use table::{Row, Table};
