//! The threads that work for the screen: one loads, one looks things up. Reports go through a
//! bounded channel, so that the disk waits for the screen. A panic in a job is caught and reported;
//! every job ends in exactly one [`JobEnd`].

use super::details;
use super::drilldown::{Over, Tokens};
use super::hunt::{Hunt, HuntOptions, Hunted, Observer, hunt};
use super::report::{DrilldownResult, Job, JobEnd, JobKind, Progress, Report, WorkerHandle};
use super::rule::Rule;
use crate::cim::Sources;
use crate::evidence::member::Member;
use crate::risk::{EntityScore, RiskEvent, Scores, entity_key};
use crate::store::Findings;
use crossbeam_channel::{Receiver, Sender, bounded, unbounded};
use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

/// How many reports wait for the screen before the disk does.
const REPORTS: usize = 64;
/// How often rows are made anew while they come in. Making them costs time that grows with them,
/// so the pause grows too: at most a tenth of the time goes into it.
const PAUSE: Duration = Duration::from_millis(60);

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
            state,
            lookups,
            stop_lookup,
            send,
            reports,
        }
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
        thread::spawn(move || {
            let end = guarded(|| load(&engine, &state, &send));
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

fn load(engine: &Engine, state: &Mutex<Arc<Hunted>>, send: &Sender<Report>) -> JobEnd {
    let mut teller = Teller {
        send,
        state,
        told: 0,
        members: 0,
        next: Instant::now(),
    };
    let mut hunted = hunt(&engine.rule, &engine.sources, &engine.options, &mut teller);
    hunted.loaded.risk_imported = engine.imported.len() as u64;
    hunted.loaded.imported_scores = imported_scores(&engine.imported);
    let complete = hunted.loaded.ledger.complete;
    // Here, where nobody waits for a key to be answered.
    hunted.findings.index();
    let hunted = Arc::new(hunted);
    *state.lock().unwrap_or_else(PoisonError::into_inner) = hunted.clone();
    let reports = [
        Report::Sources(names(&hunted.members)),
        Report::Findings(hunted.findings.clone()),
        Report::Loaded(Arc::new(hunted.loaded.clone())),
    ];
    for report in reports {
        if send.send(report).is_err() {
            return JobEnd::Cancelled;
        }
    }
    if complete {
        JobEnd::Done
    } else {
        JobEnd::Cancelled
    }
}

fn imported_scores(events: &[RiskEvent]) -> Vec<(String, u64)> {
    // Scores of risk events are whole numbers from 1 to 100 (contentctl, `rba.py`).
    #[allow(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a sum of scores, rounded, that is not negative"
    )]
    let sum = |scored: &EntityScore| scored.score.max(0.0).round() as u64;
    let scores = Scores::new(events);
    scores
        .iter()
        .map(|scored| (entity_key(&scored.entity), sum(scored)))
        .collect()
}

/// Tells the screen how loading goes, and the rows whenever new events have come.
struct Teller<'a> {
    send: &'a Sender<Report>,
    state: &'a Mutex<Arc<Hunted>>,
    told: usize,
    members: usize,
    next: Instant,
}

impl Observer for Teller<'_> {
    fn advance(&mut self, progress: &Progress, hunt: &Hunt<'_>) {
        let now = Instant::now();
        if now < self.next && self.told > 0 {
            return;
        }
        // A full channel means that the screen is behind: the next progress replaces this one.
        let _ = self.send.try_send(Report::Progress(progress.clone()));
        if hunt.event_count() == self.told {
            self.next = now + PAUSE / 2;
            return;
        }
        self.told = hunt.event_count();
        let snapshot = Arc::new(hunt.snapshot());
        snapshot.findings.index();
        *self.state.lock().unwrap_or_else(PoisonError::into_inner) = snapshot.clone();
        if snapshot.members.len() > self.members {
            self.members = snapshot.members.len();
            let _ = self.send.send(Report::Sources(names(&snapshot.members)));
        }
        let _ = self.send.send(Report::Findings(snapshot.findings.clone()));
        self.next = Instant::now() + PAUSE.max(now.elapsed() * 10);
    }
}

fn names(members: &[Member]) -> Arc<[Arc<str>]> {
    members
        .iter()
        .map(|member| Arc::from(&*member.name))
        .collect()
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
            imported: &self.engine.imported,
        };
        let of_risk = which == 1;
        let place = self.engine.rule.drilldown_place(of_risk);
        let place = place.ok_or("the rule has no such drilldown search")?;
        over.run(place, &Tokens::of_row(findings, row), all_time)
    }
}
