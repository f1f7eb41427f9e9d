//! What the workbench knows: rule, rows, ledger, panes, and what is open and in focus.

use super::action::{Context, Keymap};
use super::fields::Rows;
use super::layout::{Layout, Pane};
use super::list::Moves;
use super::menu::Menu;
use super::panes::details::{DetailsPane, DetailsTab};
use super::panes::drilldown::{DrilldownPane, Whole, row_fields};
use super::panes::evidence::EvidencePane;
use super::panes::findings::{FindingsPane, Ground};
use super::panes::help::HelpPane;
use super::panes::rule::RulePane;
use super::prompt::Prompt;
use crate::event::Zone;
use crate::store::{Findings, StoredEvent};
use crate::worker::hunt::Pass;
use crate::worker::{DrilldownEvent, EventFields, Loaded, Progress, RuleView, Stage};
use std::sync::Arc;

/// What the workbench is started with.
#[derive(Debug, Clone, Default)]
pub struct Settings {
    /// The rule.
    pub rule: Arc<RuleView>,
    /// The zone in which times are shown (`--tz`).
    pub zone: Zone,
    /// A filter line: the first row that it keeps is selected when it arrives.
    pub select: Option<String>,
}

/// A view: what fills the screen below the header.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum View {
    /// The rows and their details.
    Findings,
    /// The first drilldown.
    Results,
    /// The second drilldown.
    Risk,
    /// The rule.
    Rule,
    /// The ledger.
    Evidence,
}

impl View {
    /// In their order.
    pub const ALL: [Self; 5] = [
        Self::Findings,
        Self::Results,
        Self::Risk,
        Self::Rule,
        Self::Evidence,
    ];

    /// Its name on the screen.
    pub fn title(self) -> &'static str {
        match self {
            Self::Findings => "Findings",
            Self::Results => "Results",
            Self::Risk => "Risk",
            Self::Rule => "Rule",
            Self::Evidence => "Evidence",
        }
    }

    /// Which of the rule's drilldowns it shows.
    pub fn drilldown(self) -> Option<usize> {
        match self {
            Self::Results => Some(0),
            Self::Risk => Some(1),
            _ => None,
        }
    }
}

/// How far reading is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Loading {
    /// It goes on.
    Running,
    /// It was asked to stop and has not yet.
    Stopping,
    /// It came to its end.
    Done,
    /// It was stopped: what is shown is a part.
    Stopped,
    /// It could not go on.
    Failed(String),
}

/// The workbench.
#[derive(Debug)]
pub struct App {
    /// The rule.
    pub rule: Arc<RuleView>,
    /// The zone in which times are shown now.
    pub zone: Zone,
    /// The zone that was asked for.
    pub(super) zone_given: Zone,
    /// The filter line of the row to select first.
    pub(super) select: Option<String>,
    /// How far reading is.
    pub loading: Loading,
    /// Its figures.
    pub progress: Progress,
    /// Counts while something is under way.
    pub ticks: usize,
    /// The rows.
    pub findings: Arc<Findings>,
    /// The names of the members by `SourceId`.
    pub sources: Arc<[Arc<str>]>,
    /// What imported risk events score: entity (lower-cased) and sum.
    pub(super) imported: Arc<[(String, u64)]>,
    /// What is known when reading has ended.
    pub loaded: Option<Arc<Loaded>>,
    /// Places in the findings of this number are good.
    pub(super) generation: u64,
    /// The number of the next drilldown.
    pub(super) next_drilldown: u64,
    /// The open view.
    pub view: View,
    /// The pane in focus, by view.
    pub(super) focus: [Pane; 5],
    /// The pane in focus takes the whole screen.
    pub expanded: bool,
    /// The grouped rows.
    pub rows: FindingsPane,
    /// The details of the selected row.
    pub details: DetailsPane,
    /// The rule's drilldowns.
    pub drilldowns: [DrilldownPane; 2],
    /// The rule as a text.
    pub rule_pane: RulePane,
    /// The ledger.
    pub evidence: EvidencePane,
    /// The list of keys, when it is open.
    pub help: Option<HelpPane>,
    /// A menu, when one is open.
    pub menu: Option<Menu>,
    /// The line that is typed, when one is open.
    pub prompt: Option<Prompt>,
    /// What was done last, for a line of the screen; hostile.
    pub status: Option<String>,
    /// The mouse reports to us.
    pub mouse_captured: bool,
    /// Ctrl-C was pressed: once more leaves.
    pub(super) abort_armed: bool,
    /// The actions and their keys.
    pub keymap: Arc<Keymap>,
    /// How the screen was drawn last.
    pub(super) layout: Layout,
}

impl App {
    /// A workbench before anything was read.
    pub fn new(settings: Settings) -> Self {
        Self {
            rule: settings.rule,
            zone: settings.zone,
            zone_given: settings.zone,
            select: settings.select,
            loading: Loading::Running,
            progress: Progress::default(),
            ticks: 0,
            findings: Arc::default(),
            sources: Arc::from([]),
            imported: Arc::from([]),
            loaded: None,
            generation: 0,
            next_drilldown: 0,
            view: View::Findings,
            focus: [
                Pane::Findings,
                Pane::Result,
                Pane::Result,
                Pane::Rule,
                Pane::Evidence,
            ],
            expanded: false,
            rows: FindingsPane::default(),
            details: DetailsPane::default(),
            drilldowns: Default::default(),
            rule_pane: RulePane::default(),
            evidence: EvidencePane::default(),
            help: None,
            menu: None,
            prompt: None,
            status: None,
            mouse_captured: true,
            abort_armed: false,
            keymap: Arc::new(Keymap::built_in()),
            layout: Layout::default(),
        }
    }

    /// The views that this rule has: no drilldown, no view of it.
    pub fn views(&self) -> impl Iterator<Item = View> {
        let drills = self.rule.drills;
        let has = move |view: &View| {
            let which = view.drilldown();
            which.is_none_or(|which| drills.get(which) == Some(&true))
        };
        View::ALL.into_iter().filter(has)
    }

    /// Whether reading goes on.
    pub fn is_loading(&self) -> bool {
        matches!(self.loading, Loading::Running | Loading::Stopping)
    }

    /// Whether more rows may come.
    pub fn is_finding(&self) -> bool {
        self.is_loading() && !self.has_all_rows()
    }

    /// Whether all evidence was gone through for the rows, whatever became of the counting.
    pub fn has_all_rows(&self) -> bool {
        self.loading == Loading::Done || self.progress.stage == Stage::Index
    }

    /// Whether the figures of what was read are of every record, as far as it was read.
    pub fn counts_everything(&self) -> bool {
        match &self.loaded {
            Some(loaded) => loaded.pass != Pass::Rows,
            None => self.progress.stage != Stage::Rows,
        }
    }

    /// Whether something moves on the screen by itself.
    pub fn is_busy(&self) -> bool {
        self.is_loading() || self.drilldowns.iter().any(DrilldownPane::is_running)
    }

    /// The drilldown of the open view.
    pub fn drilldown(&self) -> Option<&DrilldownPane> {
        self.drilldowns.get(self.view.drilldown()?)
    }

    pub(super) fn drilldown_mut(&mut self) -> Option<&mut DrilldownPane> {
        self.drilldowns.get_mut(self.view.drilldown()?)
    }

    /// The pane in focus, overlays aside.
    pub fn focused_pane(&self) -> Pane {
        if self.drilldown().is_some_and(|d| d.whole.is_some()) {
            return Pane::Whole;
        }
        self.focus
            .get(self.view as usize)
            .copied()
            .unwrap_or(Pane::Findings)
    }

    pub(super) fn set_focus(&mut self, pane: Pane) {
        if let Some(focus) = self.focus.get_mut(self.view as usize) {
            *focus = pane;
        }
    }

    /// The panes of the open view, in the order in which Tab goes through them.
    pub(super) fn panes(&self) -> &'static [Pane] {
        match self.view {
            View::Findings => &[Pane::Findings, Pane::Details],
            View::Results | View::Risk => &[Pane::Result, Pane::Behind],
            View::Rule => &[Pane::Rule],
            View::Evidence => &[Pane::Evidence, Pane::Account],
        }
    }

    /// What keys mean now.
    pub fn context(&self) -> Context {
        if self.help.is_some() {
            return Context::Help;
        }
        match self.focused_pane() {
            Pane::Findings => Context::Findings,
            Pane::Details => match self.details.tab {
                DetailsTab::Summary => Context::Summary,
                DetailsTab::Fields => Context::Fields,
                DetailsTab::Raw => Context::Raw,
            },
            Pane::Result => Context::Result,
            Pane::Behind => Context::Behind,
            Pane::Whole => Context::Whole,
            Pane::Rule => Context::Rule,
            Pane::Evidence => Context::Evidence,
            Pane::Account => Context::Account,
            Pane::Help => Context::Help,
        }
    }

    /// The rows as filters see them.
    pub fn filtered(&self) -> Rows<'_> {
        Rows {
            findings: &self.findings,
            sources: &self.sources,
        }
    }

    /// Changes the list of rows, which needs to see the rows while it does.
    pub(super) fn with_rows<T>(
        &mut self,
        change: impl FnOnce(&mut FindingsPane, Ground<'_>) -> T,
    ) -> T {
        let mut pane = std::mem::take(&mut self.rows);
        let ground = Ground {
            rows: self.filtered(),
            scores: &self.rule.entities,
            imported: &self.imported,
        };
        let result = change(&mut pane, ground);
        self.rows = pane;
        result
    }

    /// The event that the details show, and its place in the findings.
    pub fn shown_event(&self) -> Option<(usize, &Arc<StoredEvent>)> {
        let row = self.rows.selected_row()?;
        self.findings.events_of(row).nth(self.details.nth)
    }

    /// The fields of the event that the details show, when they are known.
    pub fn shown_fields(&self) -> Option<&EventFields> {
        let (event, _) = self.shown_event()?;
        let known = self.details.known_fields.get(event)?;
        known.as_ref().ok().map(|fields| &**fields)
    }

    /// An event behind a drilldown's row, name by name: one of the evidence is read again, which
    /// takes a moment, so that it may not be known yet.
    pub fn whole_event(
        &self,
        event: &DrilldownEvent,
    ) -> Option<Result<Vec<(String, String)>, String>> {
        let Some(place) = event.event.filter(|_| event.fields.is_empty()) else {
            return Some(Ok(event.fields.clone()));
        };
        let stored = self.findings.events.get(place)?;
        let known = self.details.known_fields.get(place)?;
        Some(known.clone().map(|fields| {
            let file = self.source_name(stored);
            let place = format!("{file} {}", stored.locator.position);
            let mut all = vec![("file".to_owned(), place)];
            all.extend(fields.raw.iter().cloned());
            all
        }))
    }

    /// What stands in full in the open drilldown, as lines to copy.
    pub(super) fn whole_text(&self) -> Option<String> {
        let found = self.drilldown()?.found()?;
        let fields = match self.drilldown()?.whole? {
            Whole::Search => return Some(found.spl.clone()),
            Whole::Row(row) => row_fields(found, row),
            Whole::Event(event) => self.whole_event(found.events.get(event)?)?.ok()?,
        };
        let lines = fields
            .iter()
            .map(|(name, value)| format!("{name}: {value}"));
        Some(lines.collect::<Vec<_>>().join("\n"))
    }

    /// The name of a member, hostile.
    pub fn source_name(&self, event: &StoredEvent) -> &str {
        let place = event.locator.source.0 as usize;
        self.sources.get(place).map_or("", |name| name)
    }

    /// What a motion moves now.
    pub(super) fn moving(&mut self, pane: Pane) -> Option<&mut dyn Moves> {
        Some(match pane {
            Pane::Findings => &mut self.rows.list,
            Pane::Details => match self.details.tab {
                DetailsTab::Summary => &mut self.details.summary,
                DetailsTab::Fields => &mut self.details.fields,
                DetailsTab::Raw => &mut self.details.raw,
            },
            Pane::Result => &mut self.drilldown_mut()?.table,
            Pane::Behind => &mut self.drilldown_mut()?.behind,
            Pane::Whole => &mut self.drilldown_mut()?.view,
            Pane::Rule => &mut self.rule_pane.view,
            Pane::Evidence => &mut self.evidence.list,
            Pane::Account => &mut self.evidence.account,
            Pane::Help => &mut self.help.as_mut()?.list,
        })
    }

    /// Takes over how the screen was drawn. Whether something moved by that, so that it is to be
    /// drawn again.
    pub fn laid_out(&mut self, layout: Layout) -> bool {
        let at = self.text_positions();
        for drawn in &layout.panes {
            let height = drawn.height;
            match drawn.pane {
                Pane::Findings => self.rows.list.set_height(height),
                Pane::Details => match self.details.tab {
                    DetailsTab::Summary => self.details.summary.laid_out(drawn),
                    DetailsTab::Fields => self.details.fields.set_height(height),
                    DetailsTab::Raw => self.details.raw.laid_out(drawn),
                },
                Pane::Rule => self.rule_pane.view.laid_out(drawn),
                Pane::Evidence => self.evidence.list.set_height(height),
                Pane::Account => self.evidence.account.laid_out(drawn),
                Pane::Help => {
                    if let Some(help) = &mut self.help {
                        help.list.set_height(height);
                    }
                }
                Pane::Result | Pane::Behind | Pane::Whole => {
                    let Some(drilldown) = self.drilldown_mut() else {
                        continue;
                    };
                    match drawn.pane {
                        Pane::Result => {
                            drilldown.table.set_height(height);
                            drilldown.columns = drawn.columns;
                        }
                        Pane::Behind => drilldown.behind.set_height(height),
                        _ => drilldown.view.laid_out(drawn),
                    }
                }
            }
        }
        self.layout = layout;
        self.text_positions() != at
    }

    /// Where the texts are that go to a match by themselves.
    fn text_positions(&self) -> [Option<usize>; 4] {
        let whole = self.drilldown().and_then(|drilldown| drilldown.view.at());
        [
            self.details.raw.at(),
            self.rule_pane.view.at(),
            self.evidence.account.at(),
            whole,
        ]
    }
}
