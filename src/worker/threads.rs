//! The threads that work for the screen: one loads (`load`), one looks things up. Reports go through a
//! bounded channel, so that the disk waits for the screen. A panic in a job is caught and reported;
//! every job ends in exactly one [`JobEnd`].

use super::details;
use super::drilldown::{Over, Tokens};
use super::hunt::{HuntOptions, Hunted, Pass};
pub use super::load::Passes;
use super::load::{Desk, load};
use super::report::{DrilldownResult, Job, JobEnd, JobKind, Report, WorkerHandle};
use super::rule::Rule;
use crate::cim::Sources;
use crate::risk::RiskEvent;
use crate::store::Findings;
use crossbeam_channel::{Receiver, Sender, bounded, unbounded};
use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

/// How many reports wait for the screen before the disk does.
const REPORTS: usize = 64;
/// What all jobs share.
#[derive(Debug)]
pub struct Engine {
    /// The rule.
    pub rule: Rule,
    /// The source tables.
    pub sources: Sources,
    /// How the evidence is read.
    pub options: HuntOptions,
    /// Risk events imported from Splunk.
    pub imported: Vec<RiskEvent>,
}

/// The screen's worker.
#[derive(Debug)]
pub struct Worker {
    engine: Arc<Engine>,
    passes: Passes,
    state: Arc<Mutex<Arc<Hunted>>>,
    lookups: Sender<(Job, Arc<Findings>)>,
    /// Ends a lookup that reads the evidence again; loading has its own flag in the options.
    stop_lookup: Arc<AtomicBool>,
    send: Sender<Report>,
    reports: Receiver<Report>,
}

impl Worker {
    /// Starts the thread that looks things up; loading starts with its job.
    pub fn new(engine: Engine) -> Self {
        let (send, reports) = bounded(REPORTS);
        let (lookups, jobs) = unbounded::<(Job, Arc<Findings>)>();
        let engine = Arc::new(engine);
        let state = Arc::new(Mutex::new(Arc::new(Hunted::default())));
        let (for_thread, state_of, send_to) = (engine.clone(), state.clone(), send.clone());
        let stop_lookup = Arc::new(AtomicBool::new(false));
        let stop = stop_lookup.clone();
        thread::spawn(move || {
            let options = HuntOptions {
                // Whatever is looked up asks for rows, not for figures.
                pass: Pass::Rows,
                cancel: stop.clone(),
                ..for_thread.options.clone()
            };
            for (job, over) in jobs {
                stop.store(false, Ordering::Relaxed);
                let kind = kind(&job);
                let hunted = current(&state_of);
                let desk = Lookups {
                    engine: &for_thread,
                    options: &options,
                    hunted: &hunted,
                };
                let end = guarded(|| desk.look_up(&job, &over, &send_to));
                if send_to.send(Report::Ended { kind, end }).is_err() {
                    return;
                }
            }
        });
        Self {
            engine,
            passes: Passes::default(),
            state,
            lookups,
            stop_lookup,
            send,
            reports,
        }
    }

    /// With another choice of passes.
    #[must_use]
    pub fn with_passes(self, passes: Passes) -> Self {
        Self { passes, ..self }
    }
}

impl WorkerHandle for Worker {
    fn start(&mut self, job: Job, over: Arc<Findings>) {
        if job != Job::Load {
            // The thread lives as long as this handle; without it nobody waits for the report.
            let _ = self.lookups.send((job, over));
            return;
        }
        let (engine, state, send) = (self.engine.clone(), self.state.clone(), self.send.clone());
        let passes = self.passes;
        thread::spawn(move || {
            let desk = Desk {
                engine: &engine,
                state: &state,
                send: &send,
            };
            let end = guarded(|| load(desk, passes));
            let _ = send.send(Report::Ended {
                kind: JobKind::Load,
                end,
            });
        });
    }

    fn cancel_loading(&mut self) {
        self.engine.options.cancel.store(true, Ordering::Relaxed);
        self.stop_lookup.store(true, Ordering::Relaxed);
    }

    fn reports(&self) -> &Receiver<Report> {
        &self.reports
    }
}

fn kind(job: &Job) -> JobKind {
    match job {
        Job::Load => JobKind::Load,
        Job::Raw { .. } => JobKind::Raw,
        Job::Fields { .. } => JobKind::Fields,
        Job::Drilldown { .. } => JobKind::Drilldown,
    }
}

fn current(state: &Mutex<Arc<Hunted>>) -> Arc<Hunted> {
    // What a panicked holder left is whole: the lock is held for a swap of one pointer only.
    state.lock().unwrap_or_else(PoisonError::into_inner).clone()
}

fn guarded(job: impl FnOnce() -> JobEnd) -> JobEnd {
    catch_unwind(AssertUnwindSafe(job)).unwrap_or_else(|panic| JobEnd::Panicked(text(&*panic)))
}

fn text(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(ToString::to_string);
    text.or_else(|| panic.downcast_ref::<String>().cloned())
        .unwrap_or_else(|| "a fault without a message".to_owned())
}

/// What a lookup works on.
struct Lookups<'a> {
    engine: &'a Engine,
    /// As the evidence was read, with the lookup's own flag.
    options: &'a HuntOptions,
    hunted: &'a Hunted,
}

impl Lookups<'_> {
    fn look_up(&self, job: &Job, over: &Findings, send: &Sender<Report>) -> JobEnd {
        let (engine, zone) = (self.engine, self.options.assume_tz);
        let unknown = || "the event is no longer there".to_owned();
        let report = match *job {
            Job::Load => return JobEnd::Failed("loading is not a lookup".to_owned()),
            Job::Raw { event, generation } => {
                let found = over.events.get(event).ok_or_else(unknown);
                let text = found.and_then(|found| details::raw_text(self.hunted, found, zone));
                Report::Raw {
                    event,
                    generation,
                    text,
                }
            }
            Job::Fields { event, generation } => {
                let found = over.events.get(event).ok_or_else(unknown);
                let fields = found
                    .and_then(|found| {
                        details::fields(self.hunted, &engine.rule, &engine.sources, found, zone)
                    })
                    .map(Arc::new);
                Report::Fields {
                    event,
                    generation,
                    fields,
                }
            }
            Job::Drilldown {
                which,
                row,
                all_time,
                generation,
            } => {
                let result = self.drill_down(which, row, all_time, over).map(Arc::new);
                Report::Drilldown {
                    generation,
                    which,
                    result,
                }
            }
        };
        match send.send(report) {
            Ok(()) => JobEnd::Done,
            Err(_) => JobEnd::Cancelled,
        }
    }

    fn drill_down(
        &self,
        which: usize,
        row: usize,
        all_time: bool,
        findings: &Findings,
    ) -> Result<DrilldownResult, String> {
        let over = Over {
            rule: &self.engine.rule,
            sources: &self.engine.sources,
            options: self.options,
            findings,
            span: self.hunted.loaded.span,
            now: self.hunted.loaded.now,
            imported: &self.engine.imported,
        };
        let of_risk = which == 1;
        let place = self.engine.rule.drilldown_place(of_risk);
        let place = place.ok_or("the rule has no such drilldown search")?;
        over.run(place, &Tokens::of_row(findings, row), all_time)
    }
}
