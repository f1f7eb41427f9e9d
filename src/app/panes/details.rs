//! The details of the selected row: which tab, which of its events, and the answers of the jobs
//! that read fields and records again.

use crate::app::list::List;
use crate::app::text_view::TextView;
use crate::worker::{EventFields, JobEnd};
use std::collections::VecDeque;
use std::sync::Arc;

/// How many answers are kept, so that going back and forth asks nothing twice.
const KEPT: usize = 64;

/// A tab.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum DetailsTab {
    /// What a person needs first.
    #[default]
    Summary,
    /// Every field and where it came from.
    Fields,
    /// The record as it stands.
    Raw,
}

impl DetailsTab {
    /// In their order.
    pub const ALL: [Self; 3] = [Self::Summary, Self::Fields, Self::Raw];

    /// Its title.
    pub fn title(self) -> &'static str {
        match self {
            Self::Summary => "Summary",
            Self::Fields => "Fields",
            Self::Raw => "Raw",
        }
    }

    /// The one beside it, stopping at the ends.
    #[must_use]
    pub fn beside(self, backwards: bool) -> Self {
        match (self, backwards) {
            (Self::Summary, false) | (Self::Raw, true) => Self::Fields,
            (Self::Fields | Self::Raw, false) => Self::Raw,
            (Self::Fields | Self::Summary, true) => Self::Summary,
        }
    }
}

/// The answers of one kind of job, by event. One job runs at a time; what was asked for in the
/// meantime is forgotten in favour of what is in sight when it ends.
#[derive(Debug)]
pub struct Answers<T: ?Sized> {
    known: VecDeque<(usize, Result<Arc<T>, String>)>,
    running: Option<usize>,
}

impl<T: ?Sized> Default for Answers<T> {
    fn default() -> Self {
        Self {
            known: VecDeque::new(),
            running: None,
        }
    }
}

impl<T: ?Sized> Answers<T> {
    /// What is known of an event.
    pub fn get(&self, event: usize) -> Option<&Result<Arc<T>, String>> {
        let known = self.known.iter().find(|(place, _)| *place == event);
        known.map(|(_, answer)| answer)
    }

    /// Whether to ask about an event now; it then counts as asked.
    pub fn ask(&mut self, event: usize) -> bool {
        let ask = self.running.is_none() && self.get(event).is_none();
        if ask {
            self.running = Some(event);
        }
        ask
    }

    /// Takes an answer; a later one replaces an earlier.
    pub fn take(&mut self, event: usize, answer: Result<Arc<T>, String>) {
        self.known.retain(|(place, _)| *place != event);
        self.known.push_front((event, answer));
        self.known.truncate(KEPT);
    }

    /// The job has ended; when it gave no answer, that is the answer.
    pub fn ended(&mut self, end: &JobEnd) {
        if let Some(event) = self.running.take()
            && let Some(reason) = reason(end)
            && self.get(event).is_none()
        {
            self.take(event, Err(reason));
        }
    }

    /// Forgets everything: events have other places now. A job that runs still ends.
    pub fn clear(&mut self) {
        self.known.clear();
        // A place that no event has: its failure is nobody's answer.
        self.running = self.running.map(|_| usize::MAX);
    }
}

/// Why a job gave no answer; `None` when it did its work.
pub fn reason(end: &JobEnd) -> Option<String> {
    match end {
        JobEnd::Done => None,
        JobEnd::Cancelled => Some("stopped".to_owned()),
        JobEnd::Failed(why) => Some(why.clone()),
        JobEnd::Panicked(why) => Some(format!("a fault in gimlet itself: {why}")),
    }
}

/// The state of the pane.
#[derive(Debug, Default)]
pub struct DetailsPane {
    /// The open tab.
    pub tab: DetailsTab,
    /// The row that is shown.
    pub row: Option<usize>,
    /// Which of its events is shown.
    pub nth: usize,
    /// Summary.
    pub summary: TextView,
    /// Raw.
    pub raw: TextView,
    /// The fields, model fields first, by their number.
    pub fields: List<usize>,
    /// What is searched in the fields.
    pub fields_search: String,
    /// The fields of events.
    pub known_fields: Answers<EventFields>,
    /// The text of records.
    pub known_raw: Answers<str>,
}

impl DetailsPane {
    /// Another row is selected.
    pub fn reset(&mut self, row: Option<usize>) {
        self.row = row;
        self.show_event(0);
    }

    /// Another event of the row is shown.
    pub fn show_event(&mut self, nth: usize) {
        self.nth = nth;
        self.summary.reset();
        self.raw.reset();
    }

    /// Makes the list of fields as long as the fields are. The selected one keeps its number, so
    /// that one can go through rows and watch one field.
    pub fn fit_fields(&mut self, length: usize) {
        if length != self.fields.len() {
            self.fields
                .replace((0..length).collect(), |k| Some(*k), |_| true);
        }
    }
}
