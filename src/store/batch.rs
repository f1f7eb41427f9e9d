//! Process creations in columns: 65,536 of them, written once and then only read, with their rows
//! in the orders in which they are looked for. Texts and hosts are numbers here, which
//! [`super::events`] knows the meaning of.

use super::filter::Filter;
use super::places::Places;
use super::symbols::Symbol;
use crate::cim::SourceIndex;
use crate::event::{EventTime, Locator, Timestamp};

/// Creations in a batch.
pub(super) const BATCH: usize = 1 << 16;
/// Texts that a creation has.
pub(super) const TEXTS: usize = 11;

/// The kind of a process id in the filter: that of no key.
const PID: u8 = 4;

const NO_TIME: u8 = 1;
const ASSUMED: u8 = 2;
const NO_PID: u8 = 4;
const NO_PARENT_PID: u8 = 8;
const NO_LOGON: u8 = 16;

/// The key of a process as a number, and what kind of number that is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub(super) struct Key {
    pub kind: KeyKind,
    pub number: u128,
}

/// What the number of a [`Key`] is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub(super) enum KeyKind {
    /// There is no key.
    #[default]
    None,
    Guid,
    Number,
    /// A symbol.
    Text,
}

/// A creation in numbers.
#[derive(Debug, Clone, Copy)]
pub(super) struct Numbers {
    pub time: Option<EventTime>,
    pub source: SourceIndex,
    pub locator: Locator,
    pub host: u32,
    pub texts: [Symbol; TEXTS],
    pub process: Key,
    pub parent: Key,
    pub pid: Option<u32>,
    pub parent_pid: Option<u32>,
    pub logon: Option<u64>,
}

/// The columns.
#[derive(Debug, Default)]
pub(super) struct Batch {
    flags: Vec<u8>,
    times: Vec<i64>,
    sources: Vec<SourceIndex>,
    places: Places,
    hosts: Vec<u32>,
    texts: [Vec<Symbol>; TEXTS],
    processes: Vec<u128>,
    parents: Vec<u128>,
    kinds: Vec<(KeyKind, KeyKind)>,
    pids: Vec<u32>,
    parent_pids: Vec<u32>,
    logons: Vec<u64>,
    /// Rows by host and time.
    by_host: Vec<u16>,
    /// By host and key.
    by_process: Vec<u16>,
    /// By host, process id and time.
    by_pid: Vec<u16>,
    /// By time.
    by_time: Vec<u16>,
    /// Processes and process ids.
    filter: Filter,
}

impl Batch {
    pub fn len(&self) -> usize {
        self.times.len()
    }

    pub fn is_full(&self) -> bool {
        self.len() >= BATCH
    }

    pub fn push(&mut self, row: &Numbers) {
        let flag = |set: bool, flag: u8| if set { flag } else { 0 };
        self.flags.push(
            flag(row.time.is_none(), NO_TIME)
                | flag(row.time.is_some_and(|time| time.assumed), ASSUMED)
                | flag(row.pid.is_none(), NO_PID)
                | flag(row.parent_pid.is_none(), NO_PARENT_PID)
                | flag(row.logon.is_none(), NO_LOGON),
        );
        self.times.push(row.time.map_or(0, |time| time.at.ticks()));
        self.sources.push(row.source);
        self.places.push(row.locator);
        self.hosts.push(row.host);
        for (column, text) in self.texts.iter_mut().zip(row.texts) {
            column.push(text);
        }
        self.processes.push(row.process.number);
        self.parents.push(row.parent.number);
        self.kinds.push((row.process.kind, row.parent.kind));
        self.pids.push(row.pid.unwrap_or_default());
        self.parent_pids.push(row.parent_pid.unwrap_or_default());
        self.logons.push(row.logon.unwrap_or_default());
    }

    /// A row that was put in.
    pub fn get(&self, row: usize) -> Option<Numbers> {
        let mut texts = [Symbol::NONE; TEXTS];
        for (text, column) in texts.iter_mut().zip(&self.texts) {
            *text = *column.get(row)?;
        }
        let (process, parent) = *self.kinds.get(row)?;
        Some(Numbers {
            time: self.time(row),
            source: *self.sources.get(row)?,
            locator: self.places.get(row)?,
            host: self.host(row),
            texts,
            process: Key {
                kind: process,
                number: *self.processes.get(row)?,
            },
            parent: Key {
                kind: parent,
                number: *self.parents.get(row)?,
            },
            pid: self.pid(row),
            parent_pid: self.given(row, NO_PARENT_PID, &self.parent_pids),
            logon: self.given(row, NO_LOGON, &self.logons),
        })
    }

    /// The time of a row.
    pub fn time(&self, row: usize) -> Option<EventTime> {
        let at = self.given(row, NO_TIME, &self.times)?;
        let assumed = self.flags.get(row)? & ASSUMED != 0;
        Some(EventTime {
            at: Timestamp::from_ticks(at),
            assumed,
        })
    }

    fn at(&self, row: usize) -> Option<Timestamp> {
        self.time(row).map(|time| time.at)
    }

    fn host(&self, row: usize) -> u32 {
        self.hosts.get(row).copied().unwrap_or(u32::MAX)
    }

    fn pid(&self, row: usize) -> Option<u32> {
        self.given(row, NO_PID, &self.pids)
    }

    fn key(&self, row: usize) -> Key {
        let kind = self.kinds.get(row).map(|kinds| kinds.0);
        let number = self.processes.get(row).copied();
        Key {
            kind: kind.unwrap_or_default(),
            number: number.unwrap_or_default(),
        }
    }

    fn given<T: Copy>(&self, row: usize, missing: u8, column: &[T]) -> Option<T> {
        let flags = *self.flags.get(row)?;
        (flags & missing == 0)
            .then(|| column.get(row).copied())
            .flatten()
    }

    /// No more come: gives back what was set aside for more, and puts the rows in their orders.
    pub fn seal(&mut self) {
        self.shrink();
        let rows: Vec<u16> = (0..=u16::MAX).take(self.len()).collect();
        self.by_host = self.in_order(&rows, |batch, row| (batch.host(row), batch.at(row)));
        self.by_process = self.in_order(&rows, |batch, row| (batch.host(row), batch.key(row)));
        self.by_pid = self.in_order(&rows, |batch, row| {
            (batch.host(row), batch.pid(row), batch.at(row))
        });
        self.by_time = self.in_order(&rows, Self::at);
        let mut filter = Filter::new(2 * self.len());
        for row in 0..self.len() {
            let (host, key) = (self.host(row), self.key(row));
            filter.put(host, key.kind as u8, key.number);
            if let Some(pid) = self.pid(row) {
                filter.put(host, PID, pid.into());
            }
        }
        self.filter = filter;
    }

    fn in_order<K: Ord>(&self, rows: &[u16], key: impl Fn(&Self, usize) -> K) -> Vec<u16> {
        let mut rows = rows.to_vec();
        rows.sort_by_cached_key(|row| key(self, usize::from(*row)));
        rows
    }

    /// The rows of a host, those without a time first, then by time.
    pub fn of_host(&self, host: u32) -> impl Iterator<Item = usize> {
        rows(equal(&self.by_host, &host, |row| self.host(row)))
    }

    /// The rows of a process.
    pub fn of_process(&self, host: u32, key: Key) -> impl Iterator<Item = usize> {
        let may_hold = self.filter.may_hold(host, key.kind as u8, key.number);
        let by_process = if may_hold { &*self.by_process } else { &[] };
        rows(equal(by_process, &(host, key), |row| {
            (self.host(row), self.key(row))
        }))
    }

    /// The latest row of a process id that is not after a time.
    pub fn latest_of_pid(&self, host: u32, pid: u32, until: Timestamp) -> Option<usize> {
        if !self.filter.may_hold(host, PID, pid.into()) {
            return None;
        }
        let key = |row: &u16| {
            let row = usize::from(*row);
            (self.host(row), self.pid(row), self.at(row))
        };
        let wanted = (host, Some(pid), Some(until));
        let behind = self.by_pid.partition_point(|row| key(row) <= wanted);
        let row = usize::from(*self.by_pid.get(behind.checked_sub(1)?)?);
        let same = self.host(row) == host && self.pid(row) == Some(pid);
        (same && self.at(row).is_some()).then_some(row)
    }

    /// The latest time of a row.
    pub fn latest(&self) -> Option<Timestamp> {
        self.at(usize::from(*self.by_time.last()?))
    }

    /// The rows from one time to another, both ends included.
    pub fn during(&self, first: Timestamp, last: Timestamp) -> impl Iterator<Item = usize> {
        let at = |row: &u16| self.at(usize::from(*row));
        let from = self.by_time.partition_point(|row| at(row) < Some(first));
        let until = self.by_time.partition_point(|row| at(row) <= Some(last));
        rows(self.by_time.get(from..until).unwrap_or_default())
    }

    fn shrink(&mut self) {
        self.flags.shrink_to_fit();
        self.times.shrink_to_fit();
        self.sources.shrink_to_fit();
        self.places.shrink();
        self.hosts.shrink_to_fit();
        self.texts.iter_mut().for_each(Vec::shrink_to_fit);
        self.processes.shrink_to_fit();
        self.parents.shrink_to_fit();
        self.kinds.shrink_to_fit();
        self.pids.shrink_to_fit();
        self.parent_pids.shrink_to_fit();
        self.logons.shrink_to_fit();
    }

    /// Bytes of memory, texts aside.
    pub fn memory(&self) -> usize {
        fn of<T>(column: &Vec<T>) -> usize {
            column.capacity() * size_of::<T>()
        }
        let texts: usize = self.texts.iter().map(of).sum();
        let orders = [&self.by_host, &self.by_process, &self.by_pid, &self.by_time];
        let orders: usize = orders.into_iter().map(of).sum();
        of(&self.flags)
            + of(&self.times)
            + of(&self.sources)
            + self.places.memory()
            + of(&self.hosts)
            + texts
            + of(&self.processes)
            + of(&self.parents)
            + of(&self.kinds)
            + of(&self.pids)
            + of(&self.parent_pids)
            + of(&self.logons)
            + orders
            + self.filter.memory()
    }
}

/// Of rows in the order of a key those that have it.
fn equal<'a, K: Ord>(rows: &'a [u16], wanted: &K, key: impl Fn(usize) -> K) -> &'a [u16] {
    let key = |row: &u16| key(usize::from(*row));
    let from = rows.partition_point(|row| key(row) < *wanted);
    let until = rows.partition_point(|row| key(row) <= *wanted);
    rows.get(from..until).unwrap_or_default()
}

fn rows(rows: &[u16]) -> impl Iterator<Item = usize> {
    rows.iter().map(|row| usize::from(*row))
}
