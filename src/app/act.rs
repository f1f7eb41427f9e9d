//! What each action does. Copying is in `copying`, searching in `searching`.

use super::action::{Action, Context};
use super::filter::Term;
use super::layout::Pane;
use super::list::Motion;
use super::menu::{Choice, Menu, MenuItem};
use super::message::Effect;
use super::panes::drilldown::Whole;
use super::panes::findings::FindingsPane;
use super::panes::help::HelpPane;
use super::prompt::{Prompt, PromptKind};
use super::state::{App, Loading, View};
use crate::event::Zone;
use std::sync::Arc;

impl App {
    /// Does what a key or a click asks for.
    pub(super) fn perform(&mut self, action: Action) -> Vec<Effect> {
        if let Some(motion) = motion(action) {
            let pane = self.top_pane();
            if let Some(moving) = self.moving(pane) {
                moving.go(motion);
            }
            return Vec::new();
        }
        if self.help.is_some() {
            return self.perform_in_help(action);
        }
        match action {
            Action::Copy => return self.copy_focused(),
            Action::Quit => return self.quit(),
            Action::CancelLoading => return self.cancel_loading(),
            Action::Mouse => return self.toggle_mouse(),
            Action::Redraw => return vec![Effect::Redraw],
            Action::Suspend => return vec![Effect::Suspend],
            Action::Abort => return vec![Effect::Abort],
            Action::Filter | Action::Search => self.open_prompt(action),
            Action::NextMatch | Action::PreviousMatch => {
                self.go_to_match(action == Action::PreviousMatch);
            }
            Action::OnlyUser => self.only("user"),
            Action::OnlyDest => self.only("dest"),
            Action::Keep | Action::Drop => self.filter_by_value(action == Action::Drop),
            Action::CopyMenu => self.open_copy_menu(),
            Action::Help => self.help = Some(HelpPane::new(&self.keymap, self.context())),
            other => self.perform_on_screen(other),
        }
        Vec::new()
    }

    /// The actions that only change what is shown.
    fn perform_on_screen(&mut self, action: Action) {
        match action {
            Action::Open => self.open(),
            Action::Back => self.back(),
            Action::Left | Action::Right => self.sideways(action == Action::Right),
            Action::PageLeft | Action::PageRight => {
                self.turn_columns(action == Action::PageRight, true);
            }
            Action::Toggle => self.fold(None),
            Action::FocusNext | Action::FocusPrevious => {
                self.cycle_focus(action == Action::FocusPrevious);
            }
            Action::Expand => self.expanded = !self.expanded,
            Action::ViewFindings => self.go_to_view(View::Findings),
            Action::ViewResults => self.go_to_view(View::Results),
            Action::ViewRisk => self.go_to_view(View::Risk),
            Action::ViewRule => self.go_to_view(View::Rule),
            Action::ViewEvidence => self.go_to_view(View::Evidence),
            Action::GroupBy => self.with_rows(FindingsPane::flip),
            Action::Sort => self.with_rows(FindingsPane::sort),
            Action::NextTab | Action::PreviousTab => {
                self.details.tab = self.details.tab.beside(action == Action::PreviousTab);
            }
            Action::NextEvent | Action::PreviousEvent => {
                self.step_event(action == Action::PreviousEvent);
            }
            Action::Widen => self.widen(),
            Action::WholeSearch => self.show_whole_search(),
            Action::Zone => self.change_zone(),
            _ => {}
        }
    }

    fn perform_in_help(&mut self, action: Action) -> Vec<Effect> {
        match action {
            Action::Search => self.open_prompt(action),
            Action::NextMatch | Action::PreviousMatch => {
                self.go_to_match(action == Action::PreviousMatch);
            }
            Action::Back | Action::Quit | Action::Help => self.help = None,
            Action::Open => {
                let chosen = self
                    .help
                    .as_ref()
                    .and_then(|help| help.selected(&self.keymap));
                if let Some(action) = chosen {
                    self.help = None;
                    return self.perform(action);
                }
            }
            other => {
                self.help = None;
                return self.perform(other);
            }
        }
        Vec::new()
    }

    /// The pane that keys go to.
    pub(super) fn top_pane(&self) -> Pane {
        if self.help.is_some() {
            Pane::Help
        } else {
            self.focused_pane()
        }
    }

    /// Opens what is selected.
    pub(super) fn open(&mut self) {
        match self.focused_pane() {
            Pane::Findings if self.rows.selected_group().is_some() => self.fold(None),
            Pane::Findings if self.rows.selected_row().is_some() => self.set_focus(Pane::Details),
            Pane::Details | Pane::Account => self.expanded = !self.expanded,
            Pane::Result => {
                if let Some(drilldown) = self.drilldown_mut()
                    && let Some(row) = drilldown.table.selected_key().copied()
                {
                    drilldown.show(Some(Whole::Row(row)));
                }
            }
            Pane::Behind => {
                if let Some(drilldown) = self.drilldown_mut()
                    && let Some(event) = drilldown.behind.selected_key().copied()
                {
                    drilldown.show(Some(Whole::Event(event)));
                }
            }
            Pane::Evidence => match self.evidence.selected().map(|line| line.key.file) {
                Some(None) => self.fold(None),
                Some(Some(_)) => self.set_focus(Pane::Account),
                None => {}
            },
            Pane::Findings | Pane::Whole | Pane::Rule | Pane::Help => {}
        }
    }

    /// One step back: what was opened last is closed first.
    fn back(&mut self) {
        let pane = self.focused_pane();
        let first = self.panes().first().copied();
        if let Some(drilldown) = self.drilldown_mut()
            && drilldown.whole.is_some()
        {
            drilldown.show(None);
        } else if self.expanded {
            self.expanded = false;
        } else if self
            .search_of(pane)
            .is_some_and(|search| !search.is_empty())
        {
            self.set_search(pane, "");
        } else if let Some(first) = first.filter(|first| *first != pane) {
            self.set_focus(first);
        } else if self.view != View::Findings {
            self.go_to_view(View::Findings);
        } else if let Some(term) = self.with_rows(FindingsPane::pop_term) {
            self.status = Some(format!("{term} is off the filter"));
        } else {
            let key = self.keymap.key_of(Action::Quit);
            self.status = Some(format!("{key} leaves"));
        }
    }

    /// `q` closes what lies over a view, and leaves from a view itself.
    fn quit(&mut self) -> Vec<Effect> {
        let whole = self.drilldown().is_some_and(|d| d.whole.is_some());
        if whole || self.expanded {
            self.back();
            return Vec::new();
        }
        vec![Effect::Quit]
    }

    fn sideways(&mut self, right: bool) {
        match self.focused_pane() {
            Pane::Findings if right && self.rows.selected_group().is_none() => self.open(),
            Pane::Findings | Pane::Evidence => self.fold(Some(right)),
            Pane::Details => self.details.tab = self.details.tab.beside(!right),
            Pane::Result => self.turn_columns(right, false),
            _ => {}
        }
    }

    fn turn_columns(&mut self, right: bool, page: bool) {
        if let Some(drilldown) = self.drilldown_mut() {
            drilldown.turn(right, page);
        }
    }

    fn fold(&mut self, open: Option<bool>) {
        match self.focused_pane() {
            Pane::Findings => {
                self.with_rows(|rows, ground| rows.fold(open, ground));
            }
            Pane::Evidence => {
                if let Some(loaded) = self.loaded.clone() {
                    self.evidence.fold(open, &loaded.ledger);
                }
            }
            _ => {}
        }
    }

    fn cycle_focus(&mut self, backwards: bool) {
        if let Some(drilldown) = self.drilldown_mut()
            && drilldown.whole.is_some()
        {
            drilldown.show(None);
            return;
        }
        let panes = self.panes();
        let now = panes.iter().position(|pane| *pane == self.focused_pane());
        let step = if backwards { panes.len() - 1 } else { 1 };
        let next = (now.unwrap_or(0) + step) % panes.len().max(1);
        if let Some(pane) = panes.get(next) {
            self.set_focus(*pane);
        }
    }

    /// To another view, if the rule has it.
    pub(super) fn go_to_view(&mut self, view: View) {
        let exists = self.views().any(|v| v == view);
        if exists {
            self.view = view;
            self.expanded = false;
            self.help = None;
        } else {
            self.status = Some("this rule has no such drilldown".to_owned());
        }
    }

    fn step_event(&mut self, backwards: bool) {
        let Some(row) = self.rows.selected_row() else {
            return;
        };
        let count = self.findings.events_of(row).count();
        let nth = self.details.nth;
        let wanted = if backwards {
            nth.checked_sub(1)
        } else {
            Some(nth + 1)
        };
        match wanted.filter(|nth| *nth < count) {
            Some(nth) => self.details.show_event(nth),
            None => self.status = Some(format!("event {} of {count}", nth + 1)),
        }
    }

    fn widen(&mut self) {
        if let Some(drilldown) = self.drilldown_mut() {
            drilldown.all_time = !drilldown.all_time;
        }
    }

    fn show_whole_search(&mut self) {
        if self.view == View::Rule {
            self.rule_pane.expanded = !self.rule_pane.expanded;
        } else if let Some(drilldown) = self.drilldown_mut() {
            let open = drilldown.whole == Some(Whole::Search);
            let known = drilldown.found().is_some();
            drilldown.show((known && !open).then_some(Whole::Search));
        }
    }

    fn change_zone(&mut self) {
        if self.zone_given == Zone::UTC {
            self.status = Some("times are in UTC; --tz +02:00 gives another zone".to_owned());
        } else if self.zone == Zone::UTC {
            self.zone = self.zone_given;
        } else {
            self.zone = Zone::UTC;
        }
    }

    fn cancel_loading(&mut self) -> Vec<Effect> {
        match self.loading {
            Loading::Running => {
                self.loading = Loading::Stopping;
                vec![Effect::CancelLoading]
            }
            Loading::Stopping => Vec::new(),
            _ => {
                self.status = Some("nothing is being read".to_owned());
                Vec::new()
            }
        }
    }

    fn toggle_mouse(&mut self) -> Vec<Effect> {
        self.mouse_captured = !self.mouse_captured;
        let key = self.keymap.key_of(Action::Mouse);
        self.status = Some(if self.mouse_captured {
            "the mouse is Gimlet's again".to_owned()
        } else {
            format!("the mouse is the terminal's, to select text; {key} takes it back")
        });
        vec![Effect::CaptureMouse(self.mouse_captured)]
    }

    fn open_prompt(&mut self, action: Action) {
        let pane = self.top_pane();
        self.prompt = Some(if action == Action::Filter {
            // Ready for one more term; as it was when it is left again.
            let text = self.rows.filter_text();
            let mut prompt = Prompt::new(PromptKind::Filter, text);
            if !text.is_empty() && !text.ends_with(' ') {
                prompt.paste(" ");
            }
            prompt
        } else {
            let mut prompt = Prompt::new(PromptKind::Search(pane), "");
            self.search_of(pane)
                .unwrap_or_default()
                .clone_into(&mut prompt.before);
            prompt
        });
    }

    /// Only the rows with this one's value; of a group only when its rows agree in it.
    fn only(&mut self, field: &str) {
        let rows = self.selected_rows();
        let values_of = |field: &str| {
            let index = self.findings.index();
            index.column(field).map_or(Vec::new(), |column| {
                let values = column.values_of(&rows);
                values.iter().map(ToString::to_string).collect()
            })
        };
        let mut values: Vec<String> = values_of(field);
        let mut field = field;
        // A machine that reports its flows' far ends as dest is still one machine.
        if field == "dest" && values.len() > 1 && values_of("endpoint").len() == 1 {
            (field, values) = ("endpoint", values_of("endpoint"));
        }
        match values.as_slice() {
            _ if rows.is_empty() => {}
            _ if self.filtered().field(field).is_none() => {
                self.status = Some(format!("the rows have no field '{field}'"));
            }
            [] => self.status = Some(format!("there is no {field} here")),
            [value] => {
                let term = Term::of_value(field, value, false);
                self.with_rows(|rows, ground| rows.toggle_term(term, ground));
            }
            several => {
                let count = several.len();
                self.status = Some(format!(
                    "this group has {count} values of {field}: go to one"
                ));
            }
        }
    }

    fn selected_rows(&self) -> Vec<usize> {
        match self.rows.selected_group() {
            Some(group) => group.rows.clone(),
            None => self.rows.selected_row().into_iter().collect(),
        }
    }

    fn filter_by_value(&mut self, exclude: bool) {
        if self.context() == Context::Fields {
            self.filter_by_field(exclude);
            return;
        }
        let Some(row) = self.rows.selected_row() else {
            return;
        };
        let choices = [
            ('u', "user"),
            ('d', "dest"),
            ('h', "url_host"),
            ('p', "parent"),
            ('f', "file"),
        ];
        let rows = self.filtered();
        let item = |(key, name): (char, &str)| {
            let field = rows.field(name)?;
            let value = rows.values(row, &field).first()?.to_string();
            Some(MenuItem {
                key,
                name: name.to_owned(),
                choice: Choice::Filter(Term::of_value(&field, &value, exclude)),
                value,
            })
        };
        let items: Vec<MenuItem> = choices.into_iter().filter_map(item).collect();
        let title = if exclude {
            "Drop rows with"
        } else {
            "Keep rows with"
        };
        self.open_menu(title, items);
    }

    pub(super) fn open_menu(&mut self, title: &'static str, items: Vec<MenuItem>) {
        if items.is_empty() {
            self.status = Some("there is nothing to choose from".to_owned());
            return;
        }
        self.menu = Some(Menu {
            title,
            items,
            selected: 0,
        });
    }

    fn filter_by_field(&mut self, exclude: bool) {
        let Some((name, Some(value))) = self.selected_field() else {
            return;
        };
        // The fields are of the selected row, so what the model says is what its cells hold.
        let Some(field) = self.filtered().field(&name) else {
            self.status = Some(format!("'{name}' is no field of the rows"));
            return;
        };
        let term = Term::of_value(&field, &value, exclude);
        self.with_rows(|rows, ground| rows.toggle_term(term, ground));
    }

    /// The selected line of Fields: name and value.
    pub(super) fn selected_field(&self) -> Option<(String, Option<String>)> {
        let fields = self.shown_fields()?;
        let place = *self.details.fields.selected_key()?;
        if let Some(model) = fields.model.get(place) {
            return Some((model.field.clone(), model.value.clone()));
        }
        let (name, value) = fields.raw.get(place - fields.model.len())?;
        Some((name.clone(), Some(value.clone())))
    }

    /// The rule's search as the Rule view shows it.
    pub(super) fn shown_search(&self) -> String {
        let rule = Arc::clone(&self.rule);
        if self.rule_pane.expanded {
            rule.expanded.clone()
        } else {
            rule.search.clone()
        }
    }
}

fn motion(action: Action) -> Option<Motion> {
    Some(match action {
        Action::Next => Motion::By(1),
        Action::Previous => Motion::By(-1),
        Action::PageDown => Motion::Page(1),
        Action::PageUp => Motion::Page(-1),
        Action::HalfPageDown => Motion::Half(1),
        Action::HalfPageUp => Motion::Half(-1),
        Action::First => Motion::First,
        Action::Last => Motion::Last,
        _ => return None,
    })
}
