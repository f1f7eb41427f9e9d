//! Searching inside a pane (`/`, `n`, `N`): texts are matched where they are drawn, lists here by
//! the text of their lines. Case aside, as in the filter.

use super::layout::Pane;
use super::list::List;
use super::panes::details::DetailsTab;
use super::panes::{drilldown, help};
use super::state::App;
use super::text_view::TextView;
use std::hash::Hash;

impl App {
    /// What is searched in a pane; `None` where nothing can be.
    pub(super) fn search_of(&self, pane: Pane) -> Option<&str> {
        if let Some(view) = self.text_view(pane) {
            return Some(&view.search);
        }
        Some(match pane {
            Pane::Details if self.details.tab == DetailsTab::Fields => &self.details.fields_search,
            Pane::Result | Pane::Behind => &self.drilldown()?.search,
            Pane::Evidence => &self.evidence.search,
            Pane::Help => &self.help.as_ref()?.search,
            _ => return None,
        })
    }

    fn text_view(&self, pane: Pane) -> Option<&TextView> {
        Some(match pane {
            Pane::Details if self.details.tab == DetailsTab::Raw => &self.details.raw,
            Pane::Whole => &self.drilldown()?.view,
            Pane::Rule => &self.rule_pane.view,
            Pane::Account => &self.evidence.account,
            _ => return None,
        })
    }

    fn text_view_mut(&mut self, pane: Pane) -> Option<&mut TextView> {
        Some(match pane {
            Pane::Details if self.details.tab == DetailsTab::Raw => &mut self.details.raw,
            Pane::Whole => &mut self.drilldown_mut()?.view,
            Pane::Rule => &mut self.rule_pane.view,
            Pane::Account => &mut self.evidence.account,
            _ => return None,
        })
    }

    /// Searches a pane for another text, from the selected line on.
    pub(super) fn set_search(&mut self, pane: Pane, text: &str) {
        if let Some(view) = self.text_view_mut(pane) {
            view.set_search(text);
            return;
        }
        let search = match pane {
            Pane::Details => Some(&mut self.details.fields_search),
            Pane::Result | Pane::Behind => self.drilldown_mut().map(|d| &mut d.search),
            Pane::Evidence => Some(&mut self.evidence.search),
            Pane::Help => self.help.as_mut().map(|help| &mut help.search),
            _ => None,
        };
        if let Some(search) = search {
            text.clone_into(search);
        }
        let texts = self.line_texts(pane);
        let needle = text.to_lowercase();
        let on_match = |place: usize| matches(&texts, &needle, place);
        if text.is_empty() || self.selected_place(pane).is_some_and(on_match) {
            return;
        }
        self.step_to_match(pane, false);
    }

    /// To the next match, or the one before.
    pub(super) fn go_to_match(&mut self, backwards: bool) {
        let pane = self.top_pane();
        let summary = pane == Pane::Details && self.details.tab == DetailsTab::Summary;
        if pane == Pane::Findings || summary {
            self.rows.go_to_row(backwards);
        } else if self.search_of(pane).is_some_and(str::is_empty) {
            self.status = Some("nothing is searched here: / searches".to_owned());
        } else if let Some(view) = self.text_view_mut(pane) {
            view.next_match(backwards);
        } else {
            self.step_to_match(pane, backwards);
        }
    }

    fn selected_place(&self, pane: Pane) -> Option<usize> {
        Some(match pane {
            Pane::Details => self.details.fields.selected(),
            Pane::Result => self.drilldown()?.table.selected(),
            Pane::Behind => self.drilldown()?.behind.selected(),
            Pane::Evidence => self.evidence.list.selected(),
            Pane::Help => self.help.as_ref()?.list.selected(),
            _ => return None,
        })
    }

    fn step_to_match(&mut self, pane: Pane, backwards: bool) {
        let texts = self.line_texts(pane);
        let needle = self.search_of(pane).unwrap_or("").to_lowercase();
        let fits = |place: usize| matches(&texts, &needle, place);
        let found = match pane {
            Pane::Details => step(&mut self.details.fields, backwards, fits),
            Pane::Evidence => step(&mut self.evidence.list, backwards, fits),
            Pane::Result => {
                let drilldown = self.drilldown_mut();
                drilldown.is_some_and(|d| step(&mut d.table, backwards, fits))
            }
            Pane::Behind => {
                let drilldown = self.drilldown_mut();
                drilldown.is_some_and(|d| step(&mut d.behind, backwards, fits))
            }
            Pane::Help => {
                let help = self.help.as_mut();
                help.is_some_and(|help| step(&mut help.list, backwards, fits))
            }
            _ => false,
        };
        if !found {
            let search = self.search_of(pane).unwrap_or("");
            self.status = Some(format!("'{search}' is not here"));
        }
    }

    /// The lines of a pane's list as texts, lower-cased.
    fn line_texts(&self, pane: Pane) -> Vec<String> {
        let found = self.drilldown().and_then(|d| d.found());
        let pairs = |fields: &[(String, String)]| {
            let texts = fields.iter().map(|(name, value)| format!("{name} {value}"));
            texts.collect::<Vec<_>>().join("\n")
        };
        let texts: Vec<String> = match (pane, found) {
            (Pane::Details, _) => self.shown_fields().map_or(Vec::new(), |fields| {
                let model = fields.model.iter().map(|f| {
                    let (value, from) = (f.value.as_deref(), f.from.as_deref());
                    let (value, from) = (value.unwrap_or(""), from.unwrap_or(""));
                    format!("{} {value} {from} {}", f.field, f.how)
                });
                let raw = fields
                    .raw
                    .iter()
                    .map(|(name, value)| format!("{name} {value}"));
                model.chain(raw).collect()
            }),
            (Pane::Result, Some(found)) => (0..found.table.rows.len())
                .map(|row| pairs(&drilldown::row_fields(found, row)))
                .collect(),
            (Pane::Behind, Some(found)) => {
                let keys = self.drilldown().map_or(&[][..], |d| d.behind.keys());
                let events = keys.iter().filter_map(|place| found.events.get(*place));
                let text = events.map(|e| format!("{}\n{}", e.summary, pairs(&e.fields)));
                text.collect()
            }
            (Pane::Evidence, _) => {
                let lines = self.evidence.lines().iter();
                lines.map(|line| self.evidence_name(&line.key)).collect()
            }
            (Pane::Help, _) => self.help.as_ref().map_or(Vec::new(), |open| {
                let lines = help::lines(&self.keymap, open.from);
                lines.iter().map(help::HelpLine::text).collect()
            }),
            _ => Vec::new(),
        };
        texts.into_iter().map(|text| text.to_lowercase()).collect()
    }
}

fn matches(texts: &[String], needle: &str, place: usize) -> bool {
    texts.get(place).is_some_and(|text| text.contains(needle))
}

fn step<K: Clone + Eq + Hash>(
    list: &mut List<K>,
    backwards: bool,
    fits: impl Fn(usize) -> bool,
) -> bool {
    let found = list.find(backwards, fits);
    if let Some(place) = found {
        list.select(place);
    }
    found.is_some()
}
