//! Drives the reading: every log of every input, in the order of the evidence, to a visitor. Knows no
//! format and keeps nothing; what is done with a record is the visitor's.
//!
//! Several threads read (`team`): inputs beside each other, and segments of a large one
//! (`segment`). The visitor is told on the thread that called, in the one order: as if one thread
//! had read all of it.

mod account;
mod beside;
mod gather;
mod log;
mod segment;
mod team;

use super::discover::Input;
use super::format::{Detected, ParseContext};
use super::member::Member;
use super::meter::Stop;
use super::outcome::{BadRecord, Outcome};
use super::prefilter::Prefilter;
use crate::event::{Outline, Record};
use gather::Gatherer;
use log::Reader;
use std::fmt;
use std::num::NonZeroUsize;
use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::thread;

/// Less than so many bytes in all is read sooner than threads are started.
const LITTLE: u64 = 1 << 20;

/// What reading needs to know.
#[derive(Debug, Clone, Default)]
pub struct ReadOptions {
    /// How records are to be understood.
    pub context: ParseContext,
    /// Set by anyone to end the reading soon.
    pub cancel: Arc<AtomicBool>,
    /// How many bytes there are to read, when the inputs were counted.
    pub total: Option<u64>,
    /// Passes over what can't matter; without it every record is read.
    pub prefilter: Option<Arc<Prefilter>>,
    /// Keep the text of each record until the visitor has been told of it: without it (and but for
    /// streams) `raw` may give nothing.
    pub keep_raw: bool,
    /// How many threads read; none told: as many as there are cores.
    pub threads: Option<NonZeroUsize>,
    /// Count the records that are passed over, one by one.
    pub count: bool,
    /// Which Windows events, by provider and event id, are read whole; of the others an outline
    /// is told where one can be made. Without it all are.
    pub whole: Option<Whole>,
}

/// Says by provider and event id whether a Windows event is to be read whole.
#[derive(Clone)]
pub struct Whole(pub Arc<IsWhole>);

/// By provider and event id.
pub type IsWhole = dyn Fn(&str, u32) -> bool + Send + Sync;

impl fmt::Debug for Whole {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Whole")
    }
}

/// Who is told what is read. For every log either `begin` … `end` or, when nothing of it was to be
/// read, `end` alone.
pub trait Visitor {
    /// A log of a known format begins.
    fn begin(&mut self, member: &Member, detected: &Detected);

    /// A record of it. `raw` makes the record's text as the evidence has it (an EVTX record's as
    /// XML), see [`ReadOptions::keep_raw`]. Breaking ends the reading of everything.
    fn record(&mut self, record: Record, raw: &mut dyn FnMut() -> Arc<str>) -> ControlFlow<()>;

    /// A Windows event that [`ReadOptions::whole`] did not ask for.
    fn outline(&mut self, outline: Outline) -> ControlFlow<()> {
        let _ = outline;
        ControlFlow::Continue(())
    }

    /// A record that could not be read.
    fn bad(&mut self, member: &Member, bad: BadRecord);

    /// How many bytes of the files were read so far (packed ones count packed), of how many.
    fn progress(&mut self, read: u64, total: Option<u64>);

    /// What became of a log.
    fn end(&mut self, member: &Member, outcome: Outcome);
}

/// How the reading ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Finished {
    /// Everything was gone through.
    Complete,
    /// The visitor or the flag stopped it.
    Stopped,
}

/// Reads `inputs` in their order. Nothing that one of them holds ends the reading of the others.
pub fn read(
    inputs: impl IntoIterator<Item = Input>,
    options: &ReadOptions,
    visitor: &mut dyn Visitor,
) -> Finished {
    let inputs: Vec<Input> = inputs.into_iter().collect();
    let cores = || thread::available_parallelism().map_or(1, NonZeroUsize::get);
    let bytes: u64 = inputs.iter().map(Input::bytes).sum();
    let threads = match options.threads {
        Some(threads) => threads.get(),
        None if bytes < LITTLE => 1,
        None => cores(),
    };
    let mut gatherer = Gatherer::new(options.total, visitor);
    if threads > 1 {
        return team::read(&inputs, options, threads, &mut gatherer);
    }
    for input in &inputs {
        let stop = Stop {
            asked: options.cancel.clone(),
            unwanted: Arc::default(),
        };
        gatherer.begin_input();
        let flow = Reader::new(options, stop, &mut gatherer).input(input);
        gatherer.end_input(input);
        if flow.is_break() {
            return Finished::Stopped;
        }
    }
    Finished::Complete
}

#[cfg(test)]
mod large;
#[cfg(test)]
pub(super) mod tests;
