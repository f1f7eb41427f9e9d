//! An event behind a row: the row of the data model and what a person asks of the record. The
//! record's bytes stay in the evidence; its place is kept.

use crate::cim::DatasetRow;
use crate::event::{EventTime, Identity, Locator};
use std::sync::Arc;

/// An event that passed the first stage of the search.
#[derive(Debug, Clone, PartialEq)]
pub struct StoredEvent {
    /// The row of the data model.
    pub row: DatasetRow,
    /// Its time.
    pub time: Option<EventTime>,
    /// Where it is.
    pub locator: Locator,
    /// Where its other copies are, in the order of the evidence.
    pub also_in: Vec<Locator>,
    /// By which a copy is known.
    pub identity: Identity,
    /// The title of its source: `Sysmon 1`.
    pub source: Arc<str>,
    /// The source's letter in lists: `S`, `4`, `C`, `N`.
    pub letter: char,
    /// Windows: the channel.
    pub channel: Option<Arc<str>>,
    /// Windows: the provider.
    pub provider: Option<Arc<str>>,
    /// Windows: the event id.
    pub event_id: Option<u32>,
    /// Windows: the number that the host gave it.
    pub record_id: Option<u64>,
    /// The command line as recorded, before an add-on rewrote it.
    pub command_line: Option<Arc<str>>,
    /// The source records the arguments without the program (NVM): `image` stands before them.
    pub arguments_only: bool,
    /// The path of the image as recorded.
    pub image: Option<Arc<str>>,
    /// The account as recorded, with its domain.
    pub account: Option<Arc<str>>,
    /// The host on which the process ran: dest, or for NVM the machine.
    pub endpoint: Arc<str>,
    /// The name of the parent's parent, where the source has it.
    pub grandparent: Option<Arc<str>>,
    /// The command line of the parent, where the source has it.
    pub parent_command_line: Option<Arc<str>>,
    /// The URLs of the recorded command line, in their order.
    pub urls: Vec<EventUrl>,
    /// What was taken on trust while reading it.
    pub remark: Option<Arc<str>>,
    /// Bytes that were no UTF-8 were replaced.
    pub repaired: bool,
    /// The record's text, kept only where it can't be read again (standard input) or was asked
    /// for from the start.
    pub raw: Option<Arc<str>>,
}

/// A URL on a command line.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EventUrl {
    /// As written.
    pub text: Arc<str>,
    /// Lower-cased, without port and user.
    pub host: Arc<str>,
    /// From the first `/` on; may be empty.
    pub path: Arc<str>,
    /// What msiexec takes it for: `package`, `patch`, `property SERVER` …
    pub role: Arc<str>,
}
