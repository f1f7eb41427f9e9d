//! Draws the parts that every pane is made of: lines, frames, lists, texts; and remembers where,
//! for the mouse and for the length of a page.

use super::text::{self, Line, Piece, cells};
use super::theme::{Role, Theme};
use crate::app::layout::PaneLayout;
use crate::app::list::List;
use crate::app::text_view::TextView;
use crate::app::{Area, Hit, Layout, Pane};
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use std::hash::Hash;

/// A frame being drawn.
pub struct Canvas<'a> {
    buffer: &'a mut Buffer,
    theme: Theme,
    layout: Layout,
    cursor: Option<Position>,
}

impl<'a> Canvas<'a> {
    pub fn new(buffer: &'a mut Buffer, theme: Theme) -> Self {
        Self {
            buffer,
            theme,
            layout: Layout::default(),
            cursor: None,
        }
    }

    /// Where everything is, and where the cursor stands.
    pub fn finish(self) -> (Layout, Option<Position>) {
        (self.layout, self.cursor)
    }

    pub fn theme(&self) -> Theme {
        self.theme
    }

    /// Draws a line into the first line of an area.
    pub fn line(&mut self, area: Rect, line: &[Piece]) {
        text::put(self.buffer, area, line, None, self.theme);
    }

    /// Draws a line in one style over its whole width.
    pub fn line_over(&mut self, area: Rect, line: &[Piece], role: Role) {
        let style = self.theme.style(role);
        text::put(self.buffer, area, line, Some(style), self.theme);
    }

    /// Draws a line whose second part stands at the right end; the first is cut for it.
    pub fn line_with_end(&mut self, area: Rect, line: &[Piece], end: &[Piece]) {
        let taken = cells(text::width(end)).min(area.width);
        let left = Rect {
            width: area.width - taken,
            ..area
        };
        let right = Rect {
            x: area.x + left.width,
            width: taken,
            ..area
        };
        self.line(left, line);
        self.line(right, end);
    }

    /// Makes an area blank, whatever was drawn there.
    pub fn clear(&mut self, area: Rect) {
        let area = area.intersection(self.buffer.area);
        for y in area.top()..area.bottom() {
            for x in area.left()..area.right() {
                if let Some(cell) = self.buffer.cell_mut((x, y)) {
                    cell.reset();
                }
            }
        }
    }

    /// Puts the cursor so many cells into an area.
    pub fn set_cursor(&mut self, area: Rect, x: usize) {
        if area.is_empty() {
            return;
        }
        let x = area.x + cells(x).min(area.width - 1);
        self.cursor = Some(Position { x, y: area.y });
    }

    /// Remembers what a click on an area means.
    pub fn hit(&mut self, area: Rect, hit: Hit) {
        let area = Area {
            x: area.x,
            y: area.y,
            width: area.width,
            height: area.height,
        };
        self.layout.hits.push((area, hit));
    }

    /// Draws a frame with a title, and what stands at the right end of its top; the area inside.
    pub fn frame(&mut self, area: Rect, title: &[Piece], end: &[Piece], focused: bool) -> Rect {
        if area.width < 4 || area.height < 2 {
            return Rect { height: 0, ..area };
        }
        let role = if focused { Role::Focus } else { Role::Border };
        let inside = usize::from(area.width) - 2;
        let edge = self.theme.label("─".repeat(inside), role);
        let side = self.theme.label("│", role);
        for (y, left, right) in [(0, "╭", "╮"), (usize::from(area.height) - 1, "╰", "╯")] {
            let ends = [left, right].map(|corner| self.theme.label(corner, role));
            let [left, right] = ends;
            self.line(text::row(area, y), &[left, edge.clone(), right]);
        }
        for y in 1..usize::from(area.height) - 1 {
            let line = text::row(area, y);
            self.line(line, std::slice::from_ref(&side));
            let last = Rect {
                x: line.x + line.width - 1,
                width: 1,
                ..line
            };
            self.line(last, std::slice::from_ref(&side));
        }
        self.frame_top(area, title, end);
        Rect {
            x: area.x + 1,
            y: area.y + 1,
            width: area.width - 2,
            height: area.height - 2,
        }
    }

    fn frame_top(&mut self, area: Rect, title: &[Piece], end: &[Piece]) {
        let blank = || self.theme.blank(1);
        let room = usize::from(area.width) - 4;
        let padded = |line: &[Piece]| -> Line {
            let blanks = [blank(), blank()];
            let [before, after] = blanks;
            let mut padded = vec![before];
            padded.extend(line.iter().cloned());
            padded.push(after);
            padded
        };
        let (title, end) = (padded(title), padded(end));
        let wide = text::width(&title).min(room);
        self.line(
            Rect {
                x: area.x + 1,
                width: cells(wide),
                height: 1,
                ..area
            },
            &title,
        );
        let taken = text::width(&end);
        if taken > 2 && wide + taken < room {
            self.line(
                Rect {
                    x: area.x + area.width - 2 - cells(taken),
                    width: cells(taken),
                    height: 1,
                    ..area
                },
                &end,
            );
        }
    }

    /// Draws the lines of a list that are in sight; `line` makes the line of a place.
    pub fn list<K: Clone + Eq + Hash>(
        &mut self,
        pane: Pane,
        area: Rect,
        list: &List<K>,
        focused: bool,
        line: impl Fn(usize) -> Line,
    ) {
        self.hit(area, Hit::Inside(pane));
        let window = list.window(usize::from(area.height));
        for (y, place) in window.enumerate() {
            let row = text::row(area, y);
            let content = line(place);
            match (place == list.selected(), focused) {
                (true, true) => self.line_over(row, &content, Role::Selected),
                (true, false) => self.line_over(row, &content, Role::Away),
                _ => self.line(row, &content),
            }
            self.hit(row, Hit::Item(pane, place));
        }
        self.drew(pane, area, list.len(), Vec::new());
    }

    /// Draws the part of a text that is in sight, wrapped, with what is searched marked. A
    /// paragraph is a line and how far its further lines are indented.
    pub fn text(&mut self, pane: Pane, area: Rect, view: &TextView, text: Vec<(Line, usize)>) {
        self.hit(area, Hit::Inside(pane));
        let width = usize::from(area.width);
        let mut lines: Vec<Line> = Vec::new();
        for (line, hang) in text {
            let line = text::mark(line, &view.search, self.theme);
            lines.extend(text::wrap(&line, width, hang));
        }
        let found = lines.iter().enumerate();
        let found = found.filter(|(_, line)| text::is_found(line));
        let matches: Vec<usize> = found.map(|(row, _)| row).collect();
        let height = usize::from(area.height);
        let top = view.top_for(height, lines.len());
        for (y, (place, line)) in lines.iter().enumerate().skip(top).take(height).enumerate() {
            if view.at() == Some(place) {
                self.line_over(text::row(area, y), line, Role::Here);
            } else {
                self.line(text::row(area, y), line);
            }
        }
        self.drew(pane, area, lines.len(), matches);
    }

    /// Remembers how a pane was drawn.
    pub fn drew(&mut self, pane: Pane, area: Rect, rows: usize, matches: Vec<usize>) {
        self.layout.panes.push(PaneLayout {
            pane,
            height: usize::from(area.height),
            rows,
            matches,
            columns: 0,
        });
    }

    /// Remembers how many columns of the table that was drawn last are shown whole.
    pub fn drew_columns(&mut self, columns: usize) {
        if let Some(pane) = self.layout.panes.last_mut() {
            pane.columns = columns;
        }
    }
}
