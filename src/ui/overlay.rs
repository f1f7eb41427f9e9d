//! What lies over the screen: the list of keys and the small menus.

use super::canvas::Canvas;
use super::text::{self, Line, cells};
use super::theme::Role;
use crate::app::menu::Menu;
use crate::app::panes::help::{HelpLine, HelpPane, lines};
use crate::app::{App, Hit, Pane};
use ratatui::layout::Rect;

/// Draws what is open.
pub fn draw(app: &App, canvas: &mut Canvas<'_>, area: Rect) {
    if let Some(help) = &app.help {
        draw_help(app, help, canvas, area);
    }
    if let Some(menu) = &app.menu {
        draw_menu(menu, canvas, area);
    }
}

/// An area of that size in the middle.
fn middle(area: Rect, width: usize, height: usize) -> Rect {
    let (width, height) = (cells(width).min(area.width), cells(height).min(area.height));
    Rect {
        x: area.x + (area.width - width) / 2,
        y: area.y + (area.height - height) / 2,
        width,
        height,
    }
}

fn draw_help(app: &App, help: &HelpPane, canvas: &mut Canvas<'_>, area: Rect) {
    let theme = canvas.theme();
    let area = middle(area, 100, usize::from(area.height));
    canvas.clear(area);
    let title = [theme.label("Keys", Role::Heading)];
    let end = [theme.label("enter runs · / searches · esc closes", Role::Dim)];
    let inside = canvas.frame(area, &title, &end, true);
    let all = lines(&app.keymap, help.from);
    let searched = !help.search.is_empty();
    canvas.list(Pane::Help, inside, &help.list, true, |place| {
        let mark = if place == help.list.selected() {
            "> "
        } else {
            "  "
        };
        let mark = theme.label(mark, Role::Strong);
        let line = match all.get(place) {
            Some(HelpLine::Heading(text)) => {
                vec![mark, theme.label(*text, Role::Heading)]
            }
            Some(HelpLine::Key(entry, here)) => {
                let role = if *here { Role::Key } else { Role::Dim };
                let role_doc = if *here { Role::Plain } else { Role::Dim };
                vec![
                    mark,
                    theme.blank(1),
                    theme.column(&entry.keys.join(" "), 16, role),
                    theme.data(&entry.doc, role_doc),
                ]
            }
            Some(HelpLine::Note(note)) => vec![
                mark,
                theme.blank(1),
                theme.column(&note.topic, 16, Role::Key),
                theme.data(&note.text, Role::Plain),
            ],
            None => Line::new(),
        };
        if searched {
            text::mark(line, &help.search, theme)
        } else {
            line
        }
    });
}

fn draw_menu(menu: &Menu, canvas: &mut Canvas<'_>, area: Rect) {
    let theme = canvas.theme();
    let names = menu.items.iter().map(|item| item.name.chars().count());
    let name_width = names.max().unwrap_or(0) + 2;
    let values = menu.items.iter().map(|item| item.value.chars().count());
    let width = name_width + values.max().unwrap_or(0) + 9;
    let area = middle(area, width.clamp(30, 90), menu.items.len() + 2);
    canvas.clear(area);
    let title = [theme.label(menu.title, Role::Heading)];
    let inside = canvas.frame(area, &title, &[], true);
    for (place, item) in menu.items.iter().enumerate() {
        let value_width = usize::from(inside.width).saturating_sub(name_width + 6);
        let line = [
            theme.label(format!(" {}  ", item.key), Role::Key),
            theme.column(&item.name, name_width, Role::Plain),
            theme.middle_column(&item.value, value_width, Role::Value),
        ];
        let row = text::row(inside, place);
        if place == menu.selected {
            canvas.line_over(row, &line, Role::Selected);
        } else {
            canvas.line(row, &line);
        }
        canvas.hit(row, Hit::MenuItem(place));
    }
}
