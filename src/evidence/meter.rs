//! Counts what is read of a file, and ends the reading when a flag is set: a long stretch without
//! records (a huge archive, a binary file) can be stopped, and so can the wait for a slow stream.

use super::open::Opened;
use std::io::{Error, ErrorKind, Read, Result, Seek, SeekFrom};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

/// What was read of the file at hand.
#[derive(Debug, Default)]
pub(super) struct Meter {
    read: AtomicU64,
    furthest: AtomicU64,
}

impl Meter {
    /// How many bytes were read; those read twice count twice.
    pub(super) fn read(&self) -> u64 {
        self.read.load(Ordering::Relaxed)
    }

    /// The end of what was read, wherever in the file reading began.
    pub(super) fn furthest(&self) -> u64 {
        self.furthest.load(Ordering::Relaxed)
    }
}

/// An open file with its meter.
pub(super) struct Metered {
    pub(super) inner: Opened,
    /// It may keep us waiting.
    pub(super) slow: bool,
    /// Where in it we are.
    pub(super) place: u64,
    pub(super) meter: Arc<Meter>,
    pub(super) stop: Stop,
}

/// Says whether reading is to end soon: everything, or what a thread of it does.
#[derive(Debug, Clone, Default)]
pub(super) struct Stop {
    /// Asked for from outside.
    pub(super) asked: Arc<AtomicBool>,
    /// Nobody takes any more what is read.
    pub(super) unwanted: Arc<AtomicBool>,
}

impl Stop {
    pub(super) fn is_set(&self) -> bool {
        self.asked.load(Ordering::Relaxed) || self.unwanted.load(Ordering::Relaxed)
    }
}

impl Read for Metered {
    fn read(&mut self, into: &mut [u8]) -> Result<usize> {
        let count = loop {
            if self.stop.is_set() {
                return Err(Error::other("stopped"));
            }
            if self.slow && !self.inner.is_ready()? {
                continue;
            }
            match self.inner.read(into) {
                Err(error) if error.kind() == ErrorKind::WouldBlock => {}
                count => break count?,
            }
        };
        self.place += count as u64;
        self.meter.read.fetch_add(count as u64, Ordering::Relaxed);
        self.meter.furthest.fetch_max(self.place, Ordering::Relaxed);
        Ok(count)
    }
}

impl Seek for Metered {
    fn seek(&mut self, to: SeekFrom) -> Result<u64> {
        self.place = self.inner.seek(to)?;
        Ok(self.place)
    }
}
