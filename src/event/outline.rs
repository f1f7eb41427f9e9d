//! What the accounting of evidence needs of a Windows event that no search will ask about: told
//! without reading the whole record. Not a record: it has no data.

use super::locator::Locator;
use super::record::EventTime;
use std::sync::Arc;

/// The outline of a Windows event. Texts are as [`super::Record::system`] would have them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outline {
    /// `System/Provider`; an outline is made only of a record that has one.
    pub provider: Arc<str>,
    /// `System/EventID` as a number; an outline is made only of a record that has one.
    pub event_id: u32,
    /// `System/Channel`.
    pub channel: Option<Arc<str>>,
    /// `System/Computer`.
    pub computer: Option<Arc<str>>,
    /// `System/EventRecordID`.
    pub record_id: Option<u64>,
    /// Its time, as [`super::Record::time`].
    pub time: Option<EventTime>,
    /// Bytes that were no UTF-8 were replaced while reading it.
    pub repaired: bool,
    /// Where it is.
    pub locator: Locator,
}
