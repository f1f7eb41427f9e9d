//! Layer 1, Splunk's Common Information Model: `Record` -> row of a data model's dataset.

pub mod model;

pub use model::{Dataset, DatasetRow};
