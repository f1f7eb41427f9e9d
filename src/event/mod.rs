//! Layer 0, the vocabulary: times, texts, places and records. Imports nothing of ours.

pub mod locator;
pub mod names;
pub mod outline;
pub mod record;
pub mod relative;
pub mod time;
pub mod value;
pub mod visible;
pub mod zone;

pub use locator::{Locator, Position, SourceId};
pub use outline::Outline;
pub use record::{EventTime, Family, Field, Identity, Record};
pub use relative::Relative;
pub use time::Timestamp;
pub use value::Value;
pub use zone::Zone;
