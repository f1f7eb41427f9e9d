//! Loading for the screen, in two passes where that is quicker to the rows. The first looks only
//! at records that can matter to the search, and its rows go out as they are found. The second
//! goes through everything: for the ledger and the figures, and for all events, which tell what
//! lies around the rows. What a person looks at stays where it is when the second one ends.

use super::hunt::{Hunt, HuntOptions, Hunted, Observer, Pass, hunt, hunt_again};
use super::report::{JobEnd, Progress, Report, Stage};
use super::threads::Engine;
use crate::evidence::discover::Input;
use crate::evidence::member::{Member, Origin};
use crate::evidence::prefilter::Wanted;
use crate::risk::{EntityScore, RiskEvent, Scores, entity_key};
use crate::search::needles::needles;
use crate::store::{EventStore, Findings, Lineage};
use crossbeam_channel::Sender;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// How often rows are made anew while they come in. Making them costs time that grows with them,
/// so the pause grows too: at most a tenth of the time goes into it.
const PAUSE: Duration = Duration::from_millis(60);
/// Of so much evidence or less a first pass for the rows alone saves no time that a person notices.
const SMALL: u64 = 64 << 20;

/// How often the evidence is gone through.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Passes {
    /// As fits it: once where it is small or can be read once only, or where every record must be
    /// read for the rows; else twice.
    #[default]
    AsFits,
    /// Once.
    One,
    /// Twice, unless some of it can be read once only.
    Two,
}

impl Passes {
    fn are_two(self, engine: &Engine, inputs: &[Input]) -> bool {
        let stream = |input: &Input| input.origin == Origin::Stream && input.refused.is_none();
        if inputs.iter().any(stream) {
            return false;
        }
        match self {
            Self::One => false,
            Self::Two => true,
            Self::AsFits => {
                let bytes: u64 = inputs.iter().map(Input::bytes).sum();
                // Most evidence is of Windows: with needles for the rest alone nothing is saved.
                let selects =
                    || needles(&engine.rule.plan, engine.rule.sources(&engine.sources)).windows;
                let passes_over =
                    !engine.options.no_prefilter && !engine.options.waits_for_now(&engine.rule);
                let is_quicker = passes_over && bytes > SMALL;
                is_quicker && matches!(selects(), Wanted::Holding(_))
            }
        }
    }
}

/// What loading works with: the engine, what lookups work on, the way to the screen.
#[derive(Debug, Clone, Copy)]
pub(super) struct Desk<'a> {
    pub engine: &'a Engine,
    pub state: &'a Mutex<Arc<Hunted>>,
    pub send: &'a Sender<Report>,
}

/// The screen is gone.
struct Gone;

/// Loads, and tells the screen.
pub(super) fn load(desk: Desk<'_>, passes: Passes) -> JobEnd {
    match desk.load(passes) {
        Ok(true) => JobEnd::Done,
        Ok(false) | Err(Gone) => JobEnd::Cancelled,
    }
}

impl Desk<'_> {
    /// Whether all was read.
    fn load(self, passes: Passes) -> Result<bool, Gone> {
        let imported = imported_scores(&self.engine.imported);
        if !imported.is_empty() {
            self.tell(Report::Imported(imported.into()))?;
        }
        let inputs = self.engine.options.inputs();
        let hunted = if passes.are_two(self.engine, &inputs) {
            self.twice(inputs)?
        } else {
            self.pass(Stage::Once, |desk, options, teller| {
                hunt(&desk.engine.rule, &desk.engine.sources, options, teller)
            })
        };
        let complete = hunted.loaded.ledger.complete;
        let loaded = Arc::new(hunted.loaded.clone());
        self.show(completed(hunted))?;
        self.tell(Report::Loaded(loaded))?;
        Ok(complete)
    }

    fn twice(self, inputs: Vec<Input>) -> Result<Hunted, Gone> {
        let mut first = self.pass(Stage::Rows, |desk, options, teller| {
            hunt(&desk.engine.rule, &desk.engine.sources, options, teller)
        });
        if !first.loaded.ledger.complete {
            return Ok(first);
        }
        self.show(first.clone())?;
        let mut second = self.pass(Stage::Index, |desk, options, teller| {
            teller.rows = Some(first.findings.clone());
            let (rule, sources) = (&desk.engine.rule, &desk.engine.sources);
            hunt_again(rule, sources, options, (inputs, &first), teller)
        });
        if !second.loaded.ledger.complete {
            // The rows are complete, whatever was counted.
            first.loaded = second.loaded;
            first.store = second.store.take();
            return Ok(first);
        }
        Ok(second)
    }

    fn pass(
        self,
        stage: Stage,
        run: impl FnOnce(Self, &HuntOptions, &mut Teller<'_>) -> Hunted,
    ) -> Hunted {
        let options = HuntOptions {
            pass: match stage {
                Stage::Rows => Pass::Rows,
                Stage::Once | Stage::Index => Pass::Everything,
            },
            index: stage != Stage::Rows,
            ..self.engine.options.clone()
        };
        let mut teller = Teller {
            desk: self,
            stage,
            begun: false,
            told: 0,
            members: 0,
            next: Instant::now(),
            rows: None,
        };
        run(self, &options, &mut teller)
    }

    /// Gives the screen rows, and lookups what they need to find their events.
    fn show(self, hunted: Hunted) -> Result<(), Gone> {
        // Here, where nobody waits for a key to be answered.
        hunted.findings.index();
        let hunted = Arc::new(hunted);
        *self.state.lock().unwrap_or_else(PoisonError::into_inner) = hunted.clone();
        self.tell(Report::Sources(names(&hunted.members)))?;
        self.tell(Report::Findings(hunted.findings.clone()))
    }

    fn tell(self, report: Report) -> Result<(), Gone> {
        self.send.send(report).map_err(|_| Gone)
    }
}

/// With what the store tells of the events behind the rows.
fn completed(mut hunted: Hunted) -> Hunted {
    if let Some(store) = &hunted.store
        && let Some(findings) = Lineage::new(store).complete(&hunted.findings)
    {
        hunted.findings = Arc::new(findings);
    }
    hunted
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
    desk: Desk<'a>,
    stage: Stage,
    /// The screen was told that this stage has begun.
    begun: bool,
    told: usize,
    members: usize,
    next: Instant,
    /// The rows that an earlier pass found.
    rows: Option<Arc<Findings>>,
}

impl Observer for Teller<'_> {
    fn advance(&mut self, progress: &Progress, hunt: &Hunt<'_>) {
        let now = Instant::now();
        if now < self.next && (self.told > 0 || self.rows.is_some()) {
            return;
        }
        let progress = Report::Progress(Progress {
            stage: self.stage,
            ..progress.clone()
        });
        if !std::mem::replace(&mut self.begun, true) {
            let _ = self.desk.tell(progress);
            return;
        }
        // A full channel means that the screen is behind: the next progress replaces this one.
        let _ = self.desk.send.try_send(progress);
        if self.rows.is_some() || hunt.event_count() == self.told {
            self.next = now + PAUSE / 2;
            return;
        }
        self.told = hunt.event_count();
        let snapshot = Arc::new(hunt.snapshot());
        snapshot.findings.index();
        let state = self.desk.state;
        *state.lock().unwrap_or_else(PoisonError::into_inner) = snapshot.clone();
        if snapshot.members.len() > self.members {
            self.members = snapshot.members.len();
            let _ = self.desk.tell(Report::Sources(names(&snapshot.members)));
        }
        let _ = self.desk.tell(Report::Findings(snapshot.findings.clone()));
        self.next = Instant::now() + PAUSE.max(now.elapsed() * 10);
    }

    fn gathered(&mut self, store: &EventStore) {
        let rows = self.rows.as_ref();
        if let Some(findings) = rows.and_then(|rows| Lineage::new(store).complete(rows)) {
            findings.index();
            let _ = self.desk.tell(Report::Findings(Arc::new(findings)));
        }
    }
}

fn names(members: &[Member]) -> Arc<[Arc<str>]> {
    members
        .iter()
        .map(|member| Arc::from(&*member.name))
        .collect()
}
