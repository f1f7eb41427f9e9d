//! Where a message goes: overlay, prompt, pane in focus, everywhere; and what must be asked of the
//! worker for what is in sight.

use super::action::Action;
use super::key::Key;
use super::menu::{Choice, Chosen, MenuItem};
use super::message::{Effect, Message};
use super::moved::Moved;
use super::panes::details::{DetailsTab, reason};
use super::panes::drilldown::{DrilldownPane, Whole};
use super::panes::findings::FindingsPane;
use super::prompt::{Prompt, PromptKind, Typed};
use super::state::{App, Loading};
use crate::store::Findings;
use crate::worker::{Job, JobEnd, JobKind, Loaded, Progress, Report, Stage};
use std::sync::Arc;

impl App {
    /// What to do first.
    pub fn start(&mut self) -> Vec<Effect> {
        vec![Effect::Start(Job::Load)]
    }

    /// Takes a message; what it returns is to be done outside, in order.
    pub fn update(&mut self, message: Message) -> Vec<Effect> {
        let mut effects = match message {
            Message::Key(key) => self.take_key(key),
            Message::Mouse(mouse) => self.take_mouse(mouse),
            Message::Paste(text) => self.take_paste(&text),
            Message::Report(report) => {
                self.take_report(report);
                Vec::new()
            }
            Message::Tick => {
                self.ticks = self.ticks.wrapping_add(1);
                Vec::new()
            }
            Message::Resize => Vec::new(),
        };
        let row = self.rows.selected_row();
        if row != self.details.row {
            self.details.reset(row);
        }
        effects.extend(self.ask());
        effects
    }

    fn take_key(&mut self, key: Key) -> Vec<Effect> {
        let armed = std::mem::take(&mut self.abort_armed);
        self.select = None;
        let everywhere = self.keymap.action(key, self.context());
        match everywhere {
            Some(Action::Abort) => {
                if armed {
                    return vec![Effect::Abort];
                }
                self.abort_armed = true;
                self.close_all();
                self.status = Some("Ctrl-C again leaves at once".to_owned());
                return Vec::new();
            }
            Some(action @ (Action::Suspend | Action::Redraw)) => return self.perform(action),
            _ => {}
        }
        self.status = None;
        if let Some(menu) = &mut self.menu {
            let chosen = menu.key(key);
            return self.choose(chosen);
        }
        if self.prompt.is_some() {
            self.take_prompt_key(key);
            return Vec::new();
        }
        let action = self.keymap.action(key, self.context());
        action.map_or_else(Vec::new, |action| self.perform(action))
    }

    fn close_all(&mut self) {
        self.menu = None;
        self.help = None;
        if self.prompt.is_some() {
            self.end_prompt(Typed::Cancelled);
        }
    }

    /// What was chosen in the menu, by key or mouse.
    pub(super) fn choose(&mut self, chosen: Chosen) -> Vec<Effect> {
        let place = match chosen {
            Chosen::Nothing => return Vec::new(),
            Chosen::Closed => None,
            Chosen::Item(place) => Some(place),
        };
        let menu = self.menu.take();
        let item = menu.and_then(|menu| menu.items.into_iter().nth(place?));
        let Some(MenuItem { name, choice, .. }) = item else {
            return Vec::new();
        };
        match choice {
            Choice::Filter(term) => {
                self.with_rows(|rows, ground| rows.toggle_term(term, ground));
                Vec::new()
            }
            Choice::Copy(text) => self.copy(&name, text),
        }
    }

    fn take_paste(&mut self, text: &str) -> Vec<Effect> {
        if let Some(prompt) = &mut self.prompt {
            prompt.paste(text);
            self.prompt_changed();
        }
        Vec::new()
    }

    fn take_prompt_key(&mut self, key: Key) {
        match self.prompt.as_mut().map(|prompt| prompt.key(key)) {
            Some(Typed::Changed) => self.prompt_changed(),
            Some(end @ (Typed::Accepted | Typed::Cancelled)) => self.end_prompt(end),
            Some(Typed::Same) | None => {}
        }
    }

    fn prompt_changed(&mut self) {
        let Some(Prompt { kind, .. }) = self.prompt else {
            return;
        };
        let text = self.prompt.as_ref().map_or("", Prompt::text).to_owned();
        match kind {
            PromptKind::Filter => self.with_rows(|rows, ground| rows.set_filter(&text, ground)),
            PromptKind::Search(pane) => self.set_search(pane, &text),
        }
    }

    fn end_prompt(&mut self, how: Typed) {
        let Some(prompt) = self.prompt.take() else {
            return;
        };
        if how == Typed::Cancelled {
            let before = prompt.before;
            match prompt.kind {
                PromptKind::Filter => {
                    self.with_rows(|rows, ground| rows.set_filter(&before, ground));
                }
                PromptKind::Search(pane) => self.set_search(pane, &before),
            }
        }
    }

    fn take_report(&mut self, report: Report) {
        match report {
            Report::Progress(progress) => self.take_progress(progress),
            Report::Imported(scores) => {
                self.imported = scores;
                self.with_rows(FindingsPane::refresh);
            }
            Report::Sources(sources) => self.sources = sources,
            Report::Findings(findings) => self.take_findings(findings),
            Report::Loaded(loaded) => self.take_loaded(loaded),
            Report::Raw {
                event,
                generation,
                text,
            } if generation == self.generation => self.details.known_raw.take(event, text),
            Report::Fields {
                event,
                generation,
                fields,
            } if generation == self.generation => self.details.known_fields.take(event, fields),
            // Of rows that have other places now.
            Report::Raw { .. } | Report::Fields { .. } => {}
            Report::Drilldown {
                generation,
                which,
                result,
            } => {
                if let Some(drilldown) = self.drilldowns.get_mut(which) {
                    drilldown.take(generation, result);
                }
            }
            Report::Ended { kind, end } => self.take_end(kind, end),
        }
    }

    fn take_progress(&mut self, progress: Progress) {
        let all_found = self.is_finding() && progress.stage == Stage::Index;
        self.progress = progress;
        if all_found {
            self.no_more_rows();
        }
    }

    /// Whether all were found or reading was stopped: the rows are what they are.
    fn no_more_rows(&mut self) {
        self.select = None;
        self.rows.show_groups();
    }

    fn take_findings(&mut self, findings: Arc<Findings>) {
        let old = std::mem::replace(&mut self.findings, findings);
        if self.findings.has_rows_of(&old) {
            // More is known of the events; every place and every answer stays.
            return;
        }
        self.generation += 1;
        self.details.known_raw.clear();
        self.details.known_fields.clear();
        let new = Arc::clone(&self.findings);
        let moved = Moved::between(&old, &new);
        self.with_rows(|rows, ground| rows.take_rows(&moved, ground));
        self.details.row = self.details.row.and_then(|row| moved.row(row));
        for drilldown in &mut self.drilldowns {
            drilldown.rows_moved(&moved);
        }
        // Again whenever rows come, until a person takes over: whichever comes first, the same row
        // is selected in the end.
        if let Some(select) = self.select.clone() {
            self.with_rows(|rows, ground| rows.select_first(&select, ground.rows));
        }
    }

    fn take_loaded(&mut self, loaded: Arc<Loaded>) {
        // The figures of the header are the ledger's from here on.
        let totals = &loaded.ledger.totals;
        self.progress.records = totals.records;
        self.progress.creations = totals.creations;
        self.progress.hosts = totals.hosts;
        self.progress.hosts_with_creations = totals.hosts_with_creations;
        self.progress.bad = totals.bad;
        if loaded.ledger.complete {
            // Files that are evidence, and how many of them were read to their end.
            self.progress.files_total = totals.files;
            self.progress.files_done = totals.files.saturating_sub(totals.files_not_read);
        }
        self.evidence.fill(&loaded.ledger);
        // The span of what was read bounds a drilldown that has no bounds of its own.
        let drilldowns = self.drilldowns.iter_mut();
        drilldowns.for_each(DrilldownPane::more_is_known);
        self.loaded = Some(loaded);
    }

    fn take_end(&mut self, kind: JobKind, end: JobEnd) {
        match kind {
            JobKind::Load => {
                self.loading = match end {
                    JobEnd::Done => Loading::Done,
                    JobEnd::Cancelled => Loading::Stopped,
                    end => Loading::Failed(reason(&end).unwrap_or_default()),
                };
                if self.progress.stage != Stage::Index {
                    self.no_more_rows();
                }
            }
            JobKind::Raw => self.details.known_raw.ended(&end),
            JobKind::Fields => self.details.known_fields.ended(&end),
            JobKind::Drilldown => {
                // One runs at a time: it is the one that runs.
                for drilldown in self.drilldowns.iter_mut().filter(|d| d.is_running()) {
                    drilldown.ended(reason(&end));
                }
            }
        }
    }

    /// The jobs for what is in sight and not known yet.
    fn ask(&mut self) -> Vec<Effect> {
        let mut jobs = Vec::new();
        if self.view.drilldown().is_some() {
            jobs.extend(self.ask_drilldown());
            jobs.extend(self.ask_whole_event());
        } else if let Some((event, stored)) = self.shown_event() {
            let kept = stored.raw.is_some();
            let generation = self.generation;
            let details = &mut self.details;
            match details.tab {
                DetailsTab::Fields if details.known_fields.ask(event) => {
                    jobs.push(Job::Fields { event, generation });
                }
                DetailsTab::Raw if !kept && details.known_raw.ask(event) => {
                    jobs.push(Job::Raw { event, generation });
                }
                _ => {}
            }
        }
        if let Some(fields) = self.shown_fields() {
            let length = fields.model.len() + fields.raw.len();
            self.details.fit_fields(length);
        }
        jobs.into_iter().map(Effect::Start).collect()
    }

    /// For the fields of the event of the evidence that stands in full.
    fn ask_whole_event(&mut self) -> Option<Job> {
        let drilldown = self.drilldown()?;
        let Some(Whole::Event(event)) = drilldown.whole else {
            return None;
        };
        let event = drilldown.found()?.events.get(event)?;
        let event = event.event.filter(|_| event.fields.is_empty())?;
        let generation = self.generation;
        let ask = event < self.findings.events.len() && self.details.known_fields.ask(event);
        ask.then_some(Job::Fields { event, generation })
    }

    fn ask_drilldown(&mut self) -> Option<Job> {
        let which = self.view.drilldown()?;
        let row = self.rows.selected_row()?;
        let other_runs = self.drilldowns.iter().any(DrilldownPane::is_running);
        let loading = self.is_finding();
        let generation = self.next_drilldown;
        let drilldown = self.drilldowns.get_mut(which)?;
        drilldown.fit_behind();
        if other_runs || !drilldown.ask(row, generation, loading) {
            return None;
        }
        let all_time = drilldown.all_time;
        self.next_drilldown += 1;
        Some(Job::Drilldown {
            which,
            row,
            all_time,
            generation,
        })
    }
}
