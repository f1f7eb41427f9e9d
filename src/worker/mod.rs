//! Layer 7, the long jobs and their threads: what a job is asked, what it reports, and that each
//! ends in exactly one of done, cancelled, failed, panicked.

pub mod report;

pub use report::{
    DrilldownEvent, DrilldownResult, EventFields, FieldOrigin, Job, JobEnd, JobKind, Loaded,
    Progress, Report, RuleView, WorkerHandle,
};
