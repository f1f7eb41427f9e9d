//! Layer 4, risk-based alerting without Splunk ES: risk events made from the rows of a rule, risk
//! events imported from Splunk's risk index, the store that holds both, and the table that
//! `| from datamodel Risk.All_Risk` reads. It runs no search and applies no risk factors.
//!
//! A **risk event** says that an **entity** (a user, a system: the risk object) gained a score
//! because of a row. An entity is the same whatever the case it is written in; it is printed as it
//! was first seen.

pub mod event;
pub mod import;
pub mod rows;
pub mod spec;
pub mod store;

pub use event::{Origin, RiskEvent, entity_key};
pub use import::{BadLine, Import, ImportError, import};
pub use rows::risk_events;
pub use spec::{EntitySpec, RiskSpec, TechniqueSpec, ThreatObjectSpec, severity};
pub use store::{EntityScore, RiskStore, Scores};
