//! The ledger's lines: one for each host and source of process creations on it. Found quickly, for
//! every record counts in one.

use super::HostEntry;
use crate::event::{EventTime, SourceId, Timestamp, Zone};
use foldhash::fast::RandomState;
use hashbrown::HashTable;
use std::collections::BTreeMap;
use std::hash::BuildHasher;

/// The lines.
#[derive(Debug, Clone, Default)]
pub(super) struct HostLines {
    /// None where one was put under another name.
    lines: Vec<Option<HostEntry>>,
    /// The places of the lines by host, in lower case, and source.
    by_name: BTreeMap<(String, String), usize>,
    /// The same by host as it is spelled.
    spelled: HashTable<Spelled>,
    hasher: RandomState,
}

#[derive(Debug, Clone)]
struct Spelled {
    host: String,
    source: String,
    line: usize,
}

impl HostLines {
    /// The line of a host and a source, made when it is new, and whether the host is new.
    pub fn line(&mut self, host: &str, source: &str, file: SourceId) -> (&mut HostEntry, bool) {
        let hash = self.hasher.hash_one((host, source));
        let same = |spelled: &Spelled| spelled.host == host && spelled.source == source;
        let known = self.spelled.find(hash, same).map(|spelled| spelled.line);
        let there = |line: &usize| matches!(self.lines.get(*line), Some(Some(_)));
        let (line, is_new) = match known.filter(there) {
            Some(line) => (line, false),
            None => self.spell(hash, host, source),
        };
        if line >= self.lines.len() {
            self.lines.resize_with(line + 1, || None);
        }
        #[allow(
            clippy::indexing_slicing,
            reason = "the list was just made long enough"
        )]
        let entry = self.lines[line].get_or_insert_with(|| HostEntry {
            host: host.to_owned(),
            source: source.to_owned(),
            spelled_in: file.0,
            ..HostEntry::default()
        });
        // Host names differ in case between sources; the first spelling in the order of the
        // evidence is kept.
        if file.0 < entry.spelled_in {
            host.clone_into(&mut entry.host);
            entry.spelled_in = file.0;
        }
        // One file is read after another: which are there twice is seen to at the end.
        if entry.files.last() != Some(&file.0) {
            entry.files.push(file.0);
        }
        (entry, is_new)
    }

    /// The place of the line of a host that was not spelled like this before, or had another name.
    fn spell(&mut self, hash: u64, host: &str, source: &str) -> (usize, bool) {
        let same = |spelled: &Spelled| spelled.host == host && spelled.source == source;
        if let Ok(gone) = self.spelled.find_entry(hash, same) {
            gone.remove();
        }
        let key = (host.to_lowercase(), source.to_owned());
        let is_new = self.of(&key.0).next().is_none();
        let line = *self.by_name.entry(key).or_insert(self.lines.len());
        let spelled = Spelled {
            host: host.to_owned(),
            source: source.to_owned(),
            line,
        };
        let hasher = &self.hasher;
        self.spelled.insert_unique(hash, spelled, |spelled| {
            hasher.hash_one((spelled.host.as_str(), spelled.source.as_str()))
        });
        (line, is_new)
    }

    /// All lines by host and source; the host is in lower case.
    pub fn all(&self) -> impl Iterator<Item = (&(String, String), &HostEntry)> {
        let lines = self.by_name.iter();
        lines.filter_map(|(key, line)| Some((key, self.lines.get(*line)?.as_ref()?)))
    }

    /// The lines of a host, whose name is given in lower case.
    pub fn of(&self, name: &str) -> impl Iterator<Item = &HostEntry> {
        let lines = self.keys_of(name).filter_map(|key| self.by_name.get(key));
        lines.filter_map(|line| self.lines.get(*line)?.as_ref())
    }

    fn keys_of(&self, name: &str) -> impl Iterator<Item = &(String, String)> {
        let from = (name.to_owned(), String::new());
        let same = move |key: &&(String, String)| key.0 == name;
        self.by_name
            .range(from..)
            .map(|(key, _)| key)
            .take_while(same)
    }

    /// How many hosts there are, and how many with process creations.
    pub fn counts(&self) -> (u64, u64) {
        let (mut all, mut with, mut last) = (0, 0, None);
        let mut counted = false;
        for ((name, _), entry) in self.all() {
            if last != Some(name) {
                (last, counted) = (Some(name), false);
                all += 1;
            }
            if entry.creations > 0 && !counted {
                counted = true;
                with += 1;
            }
        }
        (all, with)
    }

    /// Puts the lines of a host under another name.
    pub fn rename(&mut self, from: &str, to: &str) {
        let from = from.to_lowercase();
        if from == to.to_lowercase() {
            return;
        }
        let keys: Vec<_> = self.keys_of(&from).cloned().collect();
        let lines = keys.iter().filter_map(|key| self.by_name.remove(key));
        let moved: Vec<HostEntry> = lines
            .filter_map(|line| self.lines.get_mut(line)?.take())
            .collect();
        for old in moved {
            let file = old.files.iter().min().copied();
            let (new, _) = self.line(to, &old.source, SourceId(file.unwrap_or(0)));
            new.absorb(old);
        }
    }

    /// A host's line without a source stays only when it has no line with one, or a cleared log;
    /// its cleared logs and its files go to its first line.
    pub fn settled(&self) -> Vec<HostEntry> {
        let mut hosts: Vec<HostEntry> = Vec::new();
        for ((key, source), entry) in self.all() {
            let mut entry = entry.clone();
            entry.first = entry.span.first.map(|t| t.rfc3339(Zone::UTC));
            entry.last = entry.span.last.map(|t| t.rfc3339(Zone::UTC));
            entry.files.sort_unstable();
            entry.files.dedup();
            entry.log_cleared.sort_unstable();
            let same_host = hosts
                .last()
                .is_some_and(|last| last.host.to_lowercase() == *key);
            // Within a host the line without source comes first: the empty text orders so.
            match hosts.last_mut() {
                Some(last) if same_host && last.source.is_empty() && !source.is_empty() => {
                    entry.log_cleared.clone_from(&last.log_cleared);
                    entry.files.extend(&last.files);
                    entry.files.sort_unstable();
                    entry.files.dedup();
                    *last = entry;
                }
                _ => hosts.push(entry),
            }
        }
        hosts
    }
}

impl HostEntry {
    fn absorb(&mut self, other: Self) {
        self.creations += other.creations;
        self.with_command_line += other.with_command_line;
        self.log_cleared.extend(other.log_cleared);
        self.files.extend(other.files);
        self.files.sort_unstable();
        self.files.dedup();
        for at in [other.span.first, other.span.last].into_iter().flatten() {
            self.span.take(Some(EventTime { at, assumed: false }));
        }
    }

    /// Its time span.
    pub fn span(&self) -> Option<(Timestamp, Timestamp)> {
        self.span.first.zip(self.span.last)
    }
}
