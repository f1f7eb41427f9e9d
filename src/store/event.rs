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
    /// The place of its dataset among those that a rule may name.
    pub dataset: usize,
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
    /// The parent's parent, where it is known.
    pub grandparent: Option<Grandparent>,
    /// By what the creation of its parent is found.
    pub parent: ParentIds,
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

/// By what the creation of an event's parent is found: as recorded, as far as the source has it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ParentIds {
    /// The id that is unique among all processes.
    pub process_guid: Option<Arc<str>>,
    /// The system's process id.
    pub process_id: Option<u32>,
    /// The name of the parent, as the data model has it.
    pub name: Option<Arc<str>>,
}

/// The parent's parent of a process.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grandparent {
    /// Its name.
    pub name: Arc<str>,
    /// How it is known.
    pub by: KnownBy,
}

/// How it is known which process another one descends from, the surest last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum KnownBy {
    /// By the creations before it on its host that have the parent's process id, which are used
    /// again: of the latest of them.
    ProcessId,
    /// By the creation of the parent, which an id tells that is unique among all processes.
    ProcessGuid,
    /// The record itself says so.
    Record,
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
