//! Several threads read, one thread tells: each job (an input, or a segment of a large one) has a
//! channel of its own for what is told of it, and the channels are emptied in the order of the
//! jobs. All of them are short, so memory stays flat: whoever is ahead waits.

use super::account::note_shrunk;
use super::gather::Gatherer;
use super::log::Reader;
use super::segment::{Parts, Segment, SegmentEnd};
use super::{Finished, ReadOptions, Visitor};
use crate::event::{Outline, Record};
use crate::evidence::archive::Flow;
use crate::evidence::discover::Input;
use crate::evidence::format::Detected;
use crate::evidence::guard;
use crate::evidence::member::{Member, Origin};
use crate::evidence::meter::Stop;
use crate::evidence::outcome::{BadRecord, Outcome, Status};
use crossbeam_channel::{Receiver, Sender, bounded};
use std::ops::ControlFlow;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

/// How many batches of a job wait to be told.
const BATCHES: usize = 8;
/// How much is told at once, at most, in bytes of records.
const BATCH: u64 = 256 << 10;
/// How long what was read may wait for more to be told with.
const PATIENCE: Duration = Duration::from_millis(10);

/// What a thread does at a time.
#[derive(Clone)]
enum Job {
    Input(usize),
    Segment(Segment),
}

/// What is told of a job.
enum Told {
    Begin(Arc<Member>, Box<Detected>),
    Record(Box<Record>, Option<Arc<str>>),
    Outline(Outline),
    Bad(Arc<Member>, BadRecord),
    Progress(u64),
    End(Arc<Member>, Box<Outcome>),
    /// Where a segment begins.
    Start(Option<u64>),
    /// A segment has been read.
    Part(Box<SegmentEnd>),
    /// An input has been read, or (broken) reading was stopped.
    Done(Flow),
}

/// Why the log at hand was not read to its end.
const STOPPED: &str = "stopped before its end";

/// Why a log can't be told to its end, and how many of its records were.
type Failed = (String, u64);

type Batch = Vec<Told>;
type Assigned = (Job, Receiver<Batch>);

/// Hands out the jobs, in order.
struct Feeder<'a> {
    inputs: &'a [Input],
    options: &'a ReadOptions,
    next: usize,
    /// The large input that is being handed out, and where its next segment begins.
    parts: Option<(Arc<Parts>, u64)>,
    assigned: Sender<Assigned>,
}

/// Reads with so many threads, and tells on this one.
pub(super) fn read(
    inputs: &[Input],
    options: &ReadOptions,
    threads: usize,
    gatherer: &mut Gatherer<'_>,
) -> Finished {
    let (assigned, jobs) = bounded(threads * 2);
    let feeder = Mutex::new(Some(Feeder {
        inputs,
        options,
        next: 0,
        parts: None,
        assigned,
    }));
    thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| work(&feeder, inputs, options));
        }
        let mut tally = Tally {
            inputs,
            options,
            gatherer,
            records: 0,
            at: None,
        };
        let flow = tally.all(&jobs);
        // Whoever is at work finds nobody who takes what it tells.
        drop(jobs);
        match flow {
            Flow::Continue(()) => Finished::Complete,
            Flow::Break(()) => Finished::Stopped,
        }
    })
}

impl Feeder<'_> {
    fn job(&mut self) -> Option<Job> {
        if let Some((parts, from)) = &self.parts {
            if let Some(segment) = parts.segment(*from) {
                self.parts = segment.until.map(|until| (parts.clone(), until));
                return Some(Job::Segment(segment));
            }
            self.parts = None;
        }
        let number = self.next;
        let input = self.inputs.get(number)?;
        self.next += 1;
        let Some(parts) = Parts::of(input, number, self.options) else {
            return Some(Job::Input(number));
        };
        self.parts = Some((Arc::new(parts), 0));
        self.job()
    }
}

/// What a thread does until there is no more to do.
fn work(feeder: &Mutex<Option<Feeder<'_>>>, inputs: &[Input], options: &ReadOptions) {
    loop {
        let (send, told) = bounded(BATCHES);
        let job = {
            let mut feeder = feeder.lock().unwrap_or_else(PoisonError::into_inner);
            let next = feeder.as_mut().and_then(|feeder| {
                let job = feeder.job()?;
                // In order, so under the lock; it waits while too much is untold.
                feeder.assigned.send((job.clone(), told)).ok()?;
                Some(job)
            });
            let Some(job) = next else {
                // The channel of the jobs closes with its sender.
                *feeder = None;
                return;
            };
            job
        };
        let stop = Stop {
            asked: options.cancel.clone(),
            unwanted: Arc::default(),
        };
        let mut courier = Courier::new(&send, options, stop.clone());
        match job {
            Job::Input(number) => {
                let Some(input) = inputs.get(number) else {
                    return;
                };
                courier.stream = input.origin == Origin::Stream;
                let flow = Reader::new(options, stop, &mut courier).input(input);
                courier.put(Told::Done(flow), 0);
            }
            Job::Segment(segment) => {
                let Some(input) = inputs.get(segment.of.input) else {
                    return;
                };
                let mut started = |at| drop(send.send(vec![Told::Start(at)]));
                let end = segment.read(input, (options, stop), &mut courier, &mut started);
                courier.put(Told::Part(Box::new(end)), 0);
            }
        }
        courier.flush();
    }
}

/// Sends what is told of a job, some at a time.
struct Courier<'a> {
    send: &'a Sender<Batch>,
    stop: Stop,
    keep_raw: bool,
    stream: bool,
    member: Option<Arc<Member>>,
    batch: Batch,
    weight: u64,
    sent: Instant,
}

impl<'a> Courier<'a> {
    fn new(send: &'a Sender<Batch>, options: &ReadOptions, stop: Stop) -> Self {
        Self {
            send,
            stop,
            keep_raw: options.keep_raw,
            stream: false,
            member: None,
            batch: Vec::new(),
            weight: 0,
            sent: Instant::now(),
        }
    }

    fn put(&mut self, told: Told, weight: u64) {
        self.batch.push(told);
        self.weight += weight.max(64);
        if self.weight >= BATCH || self.sent.elapsed() >= PATIENCE {
            self.flush();
        }
    }

    fn flush(&mut self) {
        self.weight = 0;
        let batch = std::mem::take(&mut self.batch);
        if !batch.is_empty() && self.send.send(batch).is_err() {
            self.stop.unwanted.store(true, Ordering::Relaxed);
        }
        self.sent = Instant::now();
    }

    fn member(&mut self, member: &Member) -> Arc<Member> {
        match &self.member {
            Some(known) if known.id == member.id => known.clone(),
            _ => self.member.insert(Arc::new(member.clone())).clone(),
        }
    }

    fn flow(&self) -> ControlFlow<()> {
        if self.stop.is_set() {
            return ControlFlow::Break(());
        }
        ControlFlow::Continue(())
    }
}

impl Visitor for Courier<'_> {
    fn begin(&mut self, member: &Member, detected: &Detected) {
        let member = self.member(member);
        self.put(Told::Begin(member, Box::new(detected.clone())), 0);
    }

    fn record(&mut self, record: Record, raw: &mut dyn FnMut() -> Arc<str>) -> ControlFlow<()> {
        let raw = (self.keep_raw || self.stream).then(raw);
        let fields = record.data.iter().chain(&record.system);
        let bytes: usize = fields.map(|field| field.value.len() + 64).sum();
        let bytes = bytes + raw.as_deref().map_or(0, str::len);
        self.put(Told::Record(Box::new(record), raw), bytes as u64);
        self.flow()
    }

    fn outline(&mut self, outline: Outline) -> ControlFlow<()> {
        self.put(Told::Outline(outline), 256);
        self.flow()
    }

    fn bad(&mut self, member: &Member, bad: BadRecord) {
        let member = self.member(member);
        self.put(Told::Bad(member, bad), 256);
    }

    fn progress(&mut self, read: u64, _: Option<u64>) {
        self.put(Told::Progress(read), 0);
    }

    fn end(&mut self, member: &Member, outcome: Outcome) {
        let member = self.member(member);
        self.put(Told::End(member, Box::new(outcome)), 0);
    }
}

/// Tells the visitor of all jobs.
struct Tally<'a, 'v> {
    inputs: &'a [Input],
    options: &'a ReadOptions,
    gatherer: &'a mut Gatherer<'v>,
    /// Records of the log at hand that were told.
    records: u64,
    /// The log that is told in segments.
    at: Option<Whole>,
}

/// A log of which segments are told.
struct Whole {
    parts: Arc<Parts>,
    /// Where the next segment has to begin; none when the log has ended.
    place: Option<u64>,
    reached: u64,
    outcome: Outcome,
}

impl Tally<'_, '_> {
    fn all(&mut self, jobs: &Receiver<Assigned>) -> Flow {
        for (job, told) in jobs {
            match job {
                Job::Input(number) => self.input(number, &told)?,
                Job::Segment(segment) => self.segment(&segment, &told)?,
            }
        }
        Flow::Continue(())
    }

    fn input(&mut self, number: usize, told: &Receiver<Batch>) -> Flow {
        let Some(input) = self.inputs.get(number) else {
            return Flow::Continue(());
        };
        self.gatherer.begin_input();
        let mut done = Flow::Continue(());
        let mut failed = None;
        let mut open = None;
        for told in told.iter().flatten() {
            match &told {
                Told::Done(flow) => done = *flow,
                Told::Begin(member, _) => open = Some(member.clone()),
                Told::End(..) => open = None,
                _ => {}
            }
            if self.take(told, &mut failed).is_break() {
                done = Flow::Break(());
                break;
            }
        }
        if let Some(member) = open {
            let mut outcome = Outcome::new(Status::Partly);
            outcome.reason = Some(STOPPED.to_owned());
            self.gatherer.end(&member, outcome);
        }
        self.gatherer.end_input(input);
        done
    }

    /// Tells the visitor. A panic of its costs the rest of the log, as one of a parser does.
    fn take(&mut self, told: Told, failed: &mut Option<Failed>) -> Flow {
        match told {
            Told::End(member, mut outcome) => {
                if let Some((reason, records)) = failed.take() {
                    outcome.records = records;
                    outcome.status = Status::Partly;
                    outcome.reason = Some(reason);
                }
                self.gatherer.end(&member, *outcome);
            }
            Told::Begin(member, detected) => {
                self.records = 0;
                self.gatherer.begin(&member, &detected);
            }
            Told::Progress(read) => self.gatherer.progress(read, None),
            _ if failed.is_some() => {}
            Told::Bad(member, bad) => self.gatherer.bad(&member, bad),
            Told::Record(record, raw) => {
                self.records += 1;
                let mut raw = || raw.clone().unwrap_or_else(|| Arc::from(""));
                match guard::catch(|| self.gatherer.record(*record, &mut raw)) {
                    Ok(flow) => return flow,
                    Err(reason) => *failed = Some((reason, self.records)),
                }
            }
            Told::Outline(outline) => {
                self.records += 1;
                match guard::catch(|| self.gatherer.outline(outline)) {
                    Ok(flow) => return flow,
                    Err(reason) => *failed = Some((reason, self.records)),
                }
            }
            Told::Start(_) | Told::Part(_) | Told::Done(_) => {}
        }
        Flow::Continue(())
    }

    fn segment(&mut self, segment: &Segment, told: &Receiver<Batch>) -> Flow {
        if segment.from == 0 {
            self.gatherer.begin_input();
            self.gatherer
                .begin(&segment.of.member, &segment.of.detected);
            self.records = 0;
            self.at = Some(Whole {
                parts: segment.of.clone(),
                place: Some(0),
                reached: 0,
                outcome: Outcome::new(Status::Read),
            });
        }
        let wanted = self.at.as_ref().and_then(|whole| whole.place);
        let flow = match wanted {
            // It ended before.
            None => Flow::Continue(()),
            Some(place) if segment.until.is_some_and(|until| place >= until) => Flow::Continue(()),
            Some(place) => self.told_from(segment, place, told),
        };
        let bytes = segment.until.map_or(0, |until| until - segment.from);
        self.gatherer.end_part(bytes);
        if segment.until.is_none() || flow.is_break() {
            self.end_segments(flow.is_break());
        }
        flow
    }

    /// Tells the segment as it was read if it begins at `place`, else reads it from there.
    fn told_from(&mut self, segment: &Segment, place: u64, told: &Receiver<Batch>) -> Flow {
        let mut told = told.iter().flatten();
        let began = match told.next() {
            Some(Told::Start(at)) => at,
            _ => None,
        };
        let mut failed = None;
        let end = if began == Some(place) {
            let mut end = None;
            for told in told {
                match told {
                    Told::Part(part) => end = Some(*part),
                    told => self.take(told, &mut failed)?,
                }
            }
            end
        } else {
            self.again(&segment.again(place))
        };
        let Some((whole, end)) = self.at.as_mut().zip(end) else {
            return Flow::Continue(());
        };
        whole.add(end, failed)
    }

    fn again(&mut self, segment: &Segment) -> Option<SegmentEnd> {
        let input = self.inputs.get(segment.of.input)?;
        let stop = Stop {
            asked: self.options.cancel.clone(),
            unwanted: Arc::default(),
        };
        Some(segment.read(input, (self.options, stop), self.gatherer, &mut |_| {}))
    }

    fn end_segments(&mut self, stopped: bool) {
        let Some(mut whole) = self.at.take() else {
            return;
        };
        whole.outcome.bytes = whole.reached;
        if stopped && whole.outcome.status == Status::Read {
            whole.outcome.status = Status::Partly;
            whole.outcome.reason = Some(STOPPED.to_owned());
        }
        note_shrunk(&whole.parts.member, whole.reached, &mut whole.outcome);
        self.gatherer.end(&whole.parts.member, whole.outcome);
        if let Some(input) = self.inputs.get(whole.parts.input) {
            self.gatherer.end_input(input);
        }
    }
}

impl Whole {
    /// Adds what became of the next segment.
    fn add(&mut self, end: SegmentEnd, failed: Option<Failed>) -> Flow {
        self.reached = end.reached;
        self.outcome.add(end.outcome);
        if let Some((reason, records)) = failed {
            self.outcome.records = records;
            self.outcome.status = Status::Partly;
            self.outcome.reason = Some(reason);
        }
        // What ended a part before its end ends the log.
        let whole = self.outcome.status == Status::Read;
        self.place = end.place.filter(|_| whole);
        if end.stopped {
            return Flow::Break(());
        }
        Flow::Continue(())
    }
}
