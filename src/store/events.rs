//! All events of the evidence, in columns: the process creations with what a process tree is built
//! from, and of every other Windows event when, where and what kind. Added in the order in which
//! they are read; texts stand once, hosts and ids are numbers. Rows of the rule are `findings`'.
//!
//! The records themselves stay in the evidence. Nothing is looked up before [`EventStore::seal`].

use super::batch::{BATCH, Batch, Key, KeyKind, Numbers, TEXTS};
use super::host_ids::HostIds;
use super::others::{Other, Others};
use super::process_key::ProcessKey;
use super::symbols::{Symbol, Symbols};
use crate::cim::SourceIndex;
use crate::event::{EventTime, Locator, Timestamp};

/// A process creation, texts as recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Creation<'a> {
    /// Its time.
    pub time: Option<EventTime>,
    /// Its source.
    pub source: SourceIndex,
    /// Where it is.
    pub locator: Locator,
    /// The host on which it ran, in the first spelling that was met.
    pub host: &'a str,
    /// The account with its domain.
    pub account: Option<&'a str>,
    /// The path of the image.
    pub image: Option<&'a str>,
    /// The name of the process, as the data model has it.
    pub name: Option<&'a str>,
    /// The command line.
    pub command_line: Option<&'a str>,
    /// The name in the image's version resource.
    pub original_file_name: Option<&'a str>,
    /// The directory that it was started in.
    pub current_directory: Option<&'a str>,
    /// The path of the parent's image.
    pub parent_image: Option<&'a str>,
    /// The name of the parent, as the data model has it.
    pub parent_name: Option<&'a str>,
    /// The command line of the parent.
    pub parent_command_line: Option<&'a str>,
    /// The integrity level.
    pub integrity: Option<&'a str>,
    /// Hashes of the image.
    pub hashes: Option<&'a str>,
    /// The id that is unique among all processes.
    pub process: Option<ProcessKey<'a>>,
    /// The same of the parent.
    pub parent: Option<ProcessKey<'a>>,
    /// The system's process id.
    pub pid: Option<u32>,
    /// The same of the parent.
    pub parent_pid: Option<u32>,
    /// The logon session.
    pub logon: Option<u64>,
}

impl<'a> Creation<'a> {
    fn texts(&self) -> [Option<&'a str>; TEXTS] {
        [
            self.account,
            self.image,
            self.name,
            self.command_line,
            self.original_file_name,
            self.current_directory,
            self.parent_image,
            self.parent_name,
            self.parent_command_line,
            self.integrity,
            self.hashes,
        ]
    }
}

/// The number of a creation in the store.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CreationId(u32);

impl CreationId {
    fn new(batch: usize, row: usize) -> Self {
        Self(u32::try_from(batch * BATCH + row).unwrap_or(u32::MAX))
    }

    fn place(self) -> (usize, usize) {
        let number = self.0 as usize;
        (number / BATCH, number % BATCH)
    }
}

/// How much memory the store takes, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Memory {
    /// The columns of creations, with their orders.
    pub creations: usize,
    /// The columns of other events.
    pub others: usize,
    /// The texts.
    pub texts: usize,
    /// What is kept to find a text's number, and hosts.
    pub numbers: usize,
}

/// The events.
#[derive(Debug, Default)]
pub struct EventStore {
    symbols: Symbols,
    hosts: HostIds,
    batches: Vec<Batch>,
    open: Batch,
    others: Others,
}

impl EventStore {
    /// Adds a creation.
    pub fn add(&mut self, creation: &Creation<'_>) {
        let texts = creation.texts().map(|text| self.symbol(text));
        let row = Numbers {
            time: creation.time,
            source: creation.source,
            locator: creation.locator,
            host: self.hosts.id(creation.host),
            texts,
            process: self.key(creation.process),
            parent: self.key(creation.parent),
            pid: creation.pid,
            parent_pid: creation.parent_pid,
            logon: creation.logon,
        };
        self.open.push(&row);
        if self.open.is_full() {
            self.seal_creations();
        }
    }

    /// Adds an event that is no creation.
    pub fn add_other(&mut self, other: &Other<'_>) {
        self.others.add(other, &mut self.symbols, &mut self.hosts);
    }

    /// Makes ready to be looked up what was added until now. More may be added.
    pub fn seal(&mut self) {
        self.seal_creations();
        self.others.seal();
    }

    fn seal_creations(&mut self) {
        let mut full = std::mem::take(&mut self.open);
        if full.len() > 0 {
            full.seal();
            self.batches.push(full);
        }
    }

    /// What was known as the host `from` is `to`.
    pub fn rename_host(&mut self, from: &str, to: &str) {
        self.hosts.rename(from, to);
    }

    /// How many creations there are.
    pub fn len(&self) -> usize {
        let sealed: usize = self.batches.iter().map(Batch::len).sum();
        sealed + self.open.len()
    }

    /// Whether there is no creation.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How many other events there are.
    pub fn others_len(&self) -> usize {
        self.others.len()
    }

    /// The other events, in the order in which they were added.
    pub fn others(&self) -> impl Iterator<Item = Other<'_>> {
        self.others.all(&self.symbols, &self.hosts)
    }

    /// A creation.
    pub fn creation(&self, id: CreationId) -> Option<Creation<'_>> {
        let (batch, row) = id.place();
        let row = self.batches.get(batch)?.get(row)?;
        let text = |symbol: Symbol| symbol.some().map(|symbol| self.symbols.text(symbol));
        let texts = row.texts.map(text);
        let [
            account,
            image,
            name,
            command_line,
            original_file_name,
            current_directory,
            ..,
        ] = texts;
        let [
            ..,
            parent_image,
            parent_name,
            parent_command_line,
            integrity,
            hashes,
        ] = texts;
        Some(Creation {
            time: row.time,
            source: row.source,
            locator: row.locator,
            host: self.hosts.name(row.host).unwrap_or(""),
            account,
            image,
            name,
            command_line,
            original_file_name,
            current_directory,
            parent_image,
            parent_name,
            parent_command_line,
            integrity,
            hashes,
            process: self.process_key(row.process),
            parent: self.process_key(row.parent),
            pid: row.pid,
            parent_pid: row.parent_pid,
            logon: row.logon,
        })
    }

    /// The creations of a host, by time, those without one first.
    pub fn of_host(&self, host: &str) -> Vec<CreationId> {
        let ids = self.hosts.ids(host);
        let found = self.in_each(|batch| ids.iter().flat_map(|host| batch.of_host(*host)));
        self.by_time(found)
    }

    /// The creations of a process of a host, by time. More than one where a source tells of one
    /// process again and again, as flows do.
    pub fn of_process(&self, host: &str, key: ProcessKey<'_>) -> Vec<CreationId> {
        let Some(key) = self.known_key(key) else {
            return Vec::new();
        };
        let ids = self.hosts.ids(host);
        let found = self.in_each(|batch| ids.iter().flat_map(|host| batch.of_process(*host, key)));
        self.by_time(found)
    }

    /// The latest creation of a process id of a host that is not after a time: an id is used
    /// again.
    pub fn latest_of_pid(&self, host: &str, pid: u32, until: Timestamp) -> Option<CreationId> {
        let ids = self.hosts.ids(host);
        let mut best: Option<(Timestamp, CreationId)> = None;
        for (number, batch) in self.batches.iter().enumerate().rev() {
            // Of two at one time the later in the store is taken, and those before come after it.
            if batch.latest() <= best.map(|(at, _)| at) {
                continue;
            }
            for row in ids
                .iter()
                .filter_map(|host| batch.latest_of_pid(*host, pid, until))
            {
                let at = batch.time(row).map(|time| time.at);
                best = best.max(at.map(|at| (at, CreationId::new(number, row))));
            }
        }
        best.map(|(_, id)| id)
    }

    /// The creations from one time to another, both ends included, by time.
    pub fn during(&self, first: Timestamp, last: Timestamp) -> Vec<CreationId> {
        self.by_time(self.in_each(|batch| batch.during(first, last)))
    }

    /// When events of some kinds (provider and event id) were on a host, in order.
    pub(super) fn when(&self, kinds: &[(&str, u32)]) -> Vec<(u32, Timestamp)> {
        self.others.when(&self.symbols, kinds)
    }

    /// All numbers of a host.
    pub(super) fn host_ids(&self, host: &str) -> &[u32] {
        self.hosts.ids(host)
    }

    /// How much memory it takes.
    pub fn memory(&self) -> Memory {
        let (texts, numbers) = self.symbols.memory();
        let batches = self.batches.iter().chain([&self.open]);
        Memory {
            creations: batches.map(Batch::memory).sum(),
            others: self.others.memory(),
            texts,
            numbers: numbers + self.hosts.memory(),
        }
    }

    fn in_each<'a, I: Iterator<Item = usize>>(
        &'a self,
        rows: impl Fn(&'a Batch) -> I,
    ) -> impl Iterator<Item = CreationId> {
        let batches = self.batches.iter().enumerate();
        batches.flat_map(move |(number, batch)| {
            rows(batch).map(move |row| CreationId::new(number, row))
        })
    }

    fn by_time(&self, found: impl Iterator<Item = CreationId>) -> Vec<CreationId> {
        let mut found: Vec<CreationId> = found.collect();
        found.sort_by_cached_key(|id| (self.time(*id), *id));
        found
    }

    fn time(&self, id: CreationId) -> Option<Timestamp> {
        let (batch, row) = id.place();
        let time = self.batches.get(batch)?.time(row)?;
        Some(time.at)
    }

    fn symbol(&mut self, text: Option<&str>) -> Symbol {
        text.map_or(Symbol::NONE, |text| self.symbols.intern(text))
    }

    fn key(&mut self, key: Option<ProcessKey<'_>>) -> Key {
        if let Some(ProcessKey::Text(text)) = key {
            self.symbols.intern(text);
        }
        key.and_then(|key| self.known_key(key)).unwrap_or_default()
    }

    fn known_key(&self, key: ProcessKey<'_>) -> Option<Key> {
        let (kind, number) = match key {
            ProcessKey::Guid(guid) => (KeyKind::Guid, guid),
            ProcessKey::Number(number) => (KeyKind::Number, number.into()),
            ProcessKey::Text(text) => (KeyKind::Text, self.symbols.find(text)?.0.into()),
        };
        Some(Key { kind, number })
    }

    fn process_key(&self, key: Key) -> Option<ProcessKey<'_>> {
        Some(match key.kind {
            KeyKind::None => return None,
            KeyKind::Guid => ProcessKey::Guid(key.number),
            KeyKind::Number => ProcessKey::Number(u64::try_from(key.number).ok()?),
            KeyKind::Text => {
                let symbol = Symbol(u32::try_from(key.number).ok()?);
                ProcessKey::Text(self.symbols.text(symbol))
            }
        })
    }
}

#[cfg(test)]
mod tests;
