//! Layer 7, the engine: load a rule, hunt, drill down, look up a record; and the threads that do
//! so for the screen. Each job ends in exactly one of done, cancelled, failed, panicked
//! (`threads`). No terminal and no output format here.

mod account;
pub mod check;
mod clauses;
pub mod details;
pub mod drilldown;
pub mod hunt;
mod kept;
mod late_hosts;
mod load;
mod members;
pub mod pack;
mod rejected;
pub mod report;
pub mod rule;
pub mod rule_test;
mod stored;
mod taken;
pub mod threads;
mod view;

pub use view::sections;

pub use report::{
    DrilldownEvent, DrilldownResult, EventFields, FieldOrigin, Job, JobEnd, JobKind, Loaded,
    Progress, Report, RuleView, Stage, WorkerHandle,
};
