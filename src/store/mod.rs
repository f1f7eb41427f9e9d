//! Layer 4, what is kept of the evidence: the events that a rule's first stage let through, the
//! rows that the search made of them, and, where a whole pass over the evidence is made, all events
//! in columns (`events`).

mod batch;
pub mod column;
pub mod event;
pub mod events;
mod filter;
pub mod findings;
mod host_ids;
pub mod index;
pub mod lineage;
mod others;
mod places;
pub mod process_key;
mod symbols;

pub use column::{Column, Ids};
pub use event::{EventUrl, Grandparent, KnownBy, ParentIds, StoredEvent};
pub use events::{Creation, CreationId, EventStore};
pub use findings::{Finding, Findings};
pub use index::{Extent, Index};
pub use lineage::Lineage;
pub use others::Other;
pub use process_key::ProcessKey;
