//! The mouse: a click selects, a second click on what is selected opens it, the wheel scrolls what
//! it is over.

use super::key::{Mouse, MouseKind};
use super::layout::{Hit, Pane};
use super::menu::Chosen;
use super::message::Effect;
use super::state::App;

/// Lines that one notch of the wheel moves.
const NOTCH: isize = 3;

impl App {
    pub(super) fn take_mouse(&mut self, mouse: Mouse) -> Vec<Effect> {
        let hit = self.layout.hit(mouse.x, mouse.y);
        match mouse.kind {
            MouseKind::Click => self.click(hit),
            MouseKind::WheelUp => self.turn_wheel(hit, -NOTCH),
            MouseKind::WheelDown => self.turn_wheel(hit, NOTCH),
        }
    }

    fn turn_wheel(&mut self, hit: Option<Hit>, lines: isize) -> Vec<Effect> {
        self.select = None;
        if let Some(Hit::Item(pane, _) | Hit::Inside(pane)) = hit
            && let Some(moving) = self.moving(pane)
        {
            moving.scroll(lines);
        }
        Vec::new()
    }

    fn click(&mut self, hit: Option<Hit>) -> Vec<Effect> {
        self.select = None;
        self.status = None;
        if self.menu.is_some() {
            return self.choose(match hit {
                Some(Hit::MenuItem(place)) => Chosen::Item(place),
                _ => Chosen::Closed,
            });
        }
        // What was typed holds, as with Enter.
        self.prompt = None;
        match hit {
            Some(Hit::View(view)) => self.go_to_view(view),
            Some(Hit::Tab(tab)) => {
                self.details.tab = tab;
                self.set_focus(Pane::Details);
            }
            Some(Hit::Key(action)) => return self.perform(action),
            Some(Hit::Item(pane, place)) => return self.click_item(pane, place),
            Some(Hit::Inside(pane)) => self.focus_by_click(pane),
            Some(Hit::MenuItem(_)) | None => {}
        }
        Vec::new()
    }

    fn focus_by_click(&mut self, pane: Pane) {
        if self.panes().contains(&pane) {
            self.set_focus(pane);
        }
    }

    fn click_item(&mut self, pane: Pane, place: usize) -> Vec<Effect> {
        let again = self.top_pane() == pane;
        self.focus_by_click(pane);
        let was = match pane {
            Pane::Findings => select(&mut self.rows.list, place),
            Pane::Details => select(&mut self.details.fields, place),
            Pane::Evidence => select(&mut self.evidence.list, place),
            Pane::Result => self
                .drilldown_mut()
                .is_some_and(|d| select(&mut d.table, place)),
            Pane::Behind => self
                .drilldown_mut()
                .is_some_and(|d| select(&mut d.behind, place)),
            Pane::Help => self
                .help
                .as_mut()
                .is_some_and(|h| select(&mut h.list, place)),
            Pane::Whole | Pane::Rule | Pane::Account => false,
        };
        let opens = !matches!(pane, Pane::Details);
        if again && was && opens {
            return self.perform(super::action::Action::Open);
        }
        Vec::new()
    }
}

/// Selects an item; whether it was selected before.
fn select<K: Clone + Eq + std::hash::Hash>(list: &mut super::list::List<K>, place: usize) -> bool {
    let was = list.selected() == place;
    list.select(place);
    was
}
