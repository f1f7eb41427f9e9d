//! Layer 4, what is kept of the evidence: the events that a rule's first stage let through, and
//! the rows that the search made of them.

pub mod column;
pub mod event;
pub mod findings;
pub mod index;

pub use column::{Column, Ids};
pub use event::{EventUrl, StoredEvent};
pub use findings::{Finding, Findings};
pub use index::{Extent, Index};
