//! The events that are no process creations: when, on which host, of which kind, and where they
//! lie. In columns, 28 bytes each and a little for every kind, member and chunk.

use super::host_ids::HostIds;
use super::places::Places;
use super::symbols::{Symbol, Symbols};
use crate::event::{EventTime, Locator, Timestamp};
use foldhash::fast::RandomState;
use hashbrown::HashTable;
use std::hash::BuildHasher;

const BATCH: usize = 1 << 16;
/// The two highest bits of a kind's number say how the time was come by.
const NO_TIME: u32 = 1 << 31;
const ASSUMED: u32 = 1 << 30;
const KIND: u32 = ASSUMED - 1;
const NO_HOST: u32 = u32::MAX;

/// An event that is no process creation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Other<'a> {
    /// Its time.
    pub time: Option<EventTime>,
    /// The host that logged it.
    pub host: Option<&'a str>,
    /// Its provider.
    pub provider: &'a str,
    /// Its event id.
    pub event_id: u32,
    /// Its channel.
    pub channel: Option<&'a str>,
    /// Where it is.
    pub locator: Locator,
}

/// Such events.
#[derive(Debug, Default)]
pub(super) struct Others {
    batches: Vec<Columns>,
    open: Columns,
    kinds: Vec<Kind>,
    known: HashTable<u32>,
    hasher: RandomState,
}

#[derive(Debug, Clone, Copy)]
struct Kind {
    provider: Symbol,
    event_id: u32,
    channel: Symbol,
}

#[derive(Debug, Default)]
struct Columns {
    times: Vec<i64>,
    kinds: Vec<u32>,
    hosts: Vec<u32>,
    places: Places,
}

impl Others {
    pub fn add(&mut self, other: &Other<'_>, symbols: &mut Symbols, hosts: &mut HostIds) {
        let kind = self.kind(other, symbols);
        let time = match other.time {
            None => NO_TIME,
            Some(time) if time.assumed => ASSUMED,
            Some(_) => 0,
        };
        let columns = &mut self.open;
        let at = other.time.map_or(0, |time| time.at.ticks());
        columns.times.push(at);
        columns.kinds.push(kind | time);
        let host = other.host.map_or(NO_HOST, |host| hosts.id(host));
        columns.hosts.push(host);
        columns.places.push(other.locator);
        if columns.times.len() >= BATCH {
            self.seal();
        }
    }

    fn kind(&mut self, other: &Other<'_>, symbols: &mut Symbols) -> u32 {
        let channel = other.channel.unwrap_or("");
        let hash = self
            .hasher
            .hash_one((other.provider, other.event_id, channel));
        let kinds = &self.kinds;
        let same = |number: &u32| {
            kinds.get(*number as usize).is_some_and(|kind| {
                kind.event_id == other.event_id
                    && symbols.text(kind.provider) == other.provider
                    && kind.channel.some().map(|text| symbols.text(text)) == other.channel
            })
        };
        if let Some(known) = self.known.find(hash, same) {
            return *known;
        }
        // There is no memory for so many kinds that their number touches the flags.
        let number = u32::try_from(self.kinds.len()).map_or(KIND, |number| number & KIND);
        self.kinds.push(Kind {
            provider: symbols.intern(other.provider),
            event_id: other.event_id,
            channel: other
                .channel
                .map_or(Symbol::NONE, |text| symbols.intern(text)),
        });
        let (kinds, hasher) = (&self.kinds, &self.hasher);
        self.known.insert_unique(hash, number, |number| {
            let kind = kinds.get(*number as usize);
            kind.map_or(0, |kind| {
                let texts = (symbols.text(kind.provider), symbols.text(kind.channel));
                hasher.hash_one((texts.0, kind.event_id, texts.1))
            })
        });
        number
    }

    /// What was put in until now is not added to any more.
    pub fn seal(&mut self) {
        let mut full = std::mem::take(&mut self.open);
        if full.times.is_empty() {
            return;
        }
        full.times.shrink_to_fit();
        full.kinds.shrink_to_fit();
        full.hosts.shrink_to_fit();
        full.places.shrink();
        self.batches.push(full);
    }

    pub fn len(&self) -> usize {
        let sealed: usize = self.batches.iter().map(|batch| batch.times.len()).sum();
        sealed + self.open.times.len()
    }

    /// All that are sealed, in the order in which they were added.
    pub fn all<'a>(
        &'a self,
        symbols: &'a Symbols,
        hosts: &'a HostIds,
    ) -> impl Iterator<Item = Other<'a>> {
        let columns = self.batches.iter();
        let rows = columns.flat_map(|batch| (0..batch.times.len()).map(move |row| (batch, row)));
        rows.filter_map(|(batch, row)| {
            let flags = *batch.kinds.get(row)?;
            let kind = self.kinds.get((flags & KIND) as usize)?;
            Some(Other {
                time: batch.time(row, flags),
                host: hosts.name(*batch.hosts.get(row)?),
                provider: symbols.text(kind.provider),
                event_id: kind.event_id,
                channel: kind.channel.some().map(|text| symbols.text(text)),
                locator: batch.places.get(row)?,
            })
        })
    }

    /// Host and time of those of some kinds, in order; a host by its number.
    pub fn when(&self, symbols: &Symbols, wanted: &[(&str, u32)]) -> Vec<(u32, Timestamp)> {
        let is_wanted = |kind: &Kind| {
            let provider = symbols.text(kind.provider);
            let mut wanted = wanted.iter();
            wanted.any(|(name, id)| *id == kind.event_id && name.eq_ignore_ascii_case(provider))
        };
        let wanted: Vec<bool> = self.kinds.iter().map(is_wanted).collect();
        if !wanted.contains(&true) {
            return Vec::new();
        }
        let mut found = Vec::new();
        for batch in &self.batches {
            for (row, flags) in batch.kinds.iter().enumerate() {
                let is_wanted = wanted.get((flags & KIND) as usize) == Some(&true);
                let time = batch.time(row, *flags).filter(|_| is_wanted);
                found.extend(batch.hosts.get(row).copied().zip(time.map(|time| time.at)));
            }
        }
        found.sort_unstable();
        found
    }

    /// Bytes of memory.
    pub fn memory(&self) -> usize {
        let of = |columns: &Columns| {
            columns.times.capacity() * size_of::<i64>()
                + columns.kinds.capacity() * size_of::<u32>()
                + columns.hosts.capacity() * size_of::<u32>()
                + columns.places.memory()
        };
        let columns: usize = self.batches.iter().chain([&self.open]).map(of).sum();
        columns + self.kinds.capacity() * size_of::<Kind>() + self.known.allocation_size()
    }
}

impl Columns {
    fn time(&self, row: usize, flags: u32) -> Option<EventTime> {
        let at = self.times.get(row).filter(|_| flags & NO_TIME == 0)?;
        Some(EventTime {
            at: Timestamp::from_ticks(*at),
            assumed: flags & ASSUMED != 0,
        })
    }
}
