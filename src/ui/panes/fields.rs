//! The details' Fields: each model field with its value and where that came from, then the raw
//! fields. The selected field is shown whole.

use crate::app::{App, Hit, Pane};
use crate::ui::canvas::Canvas;
use crate::ui::text::{self, Line, mark, width, wrap};
use crate::ui::theme::{Role, Theme};
use crate::worker::{EventFields, FieldOrigin};
use ratatui::layout::Rect;

/// From this width on the origin has a column of its own.
const WIDE: usize = 90;

/// Draws them.
pub fn draw(app: &App, canvas: &mut Canvas<'_>, area: Rect, focused: bool) {
    let theme = canvas.theme();
    canvas.hit(area, Hit::Inside(Pane::Details));
    let Some((event, _)) = app.shown_event() else {
        canvas.line(
            area,
            &[theme.label("No event is behind this row.", Role::Dim)],
        );
        return;
    };
    let fields = match app.details.known_fields.get(event) {
        Some(Ok(fields)) => fields,
        Some(Err(why)) => {
            let line = vec![theme.data(why, Role::Bad)];
            for (y, line) in wrap(&line, usize::from(area.width), 0).iter().enumerate() {
                canvas.line(text::row(area, y), line);
            }
            return;
        }
        None => {
            canvas.line(area, &[theme.label("Reading the fields…", Role::Dim)]);
            return;
        }
    };
    let painter = Painter {
        fields,
        theme,
        width: usize::from(area.width),
        search: &app.details.fields_search,
    };
    draw_window(app, canvas, area, &painter, focused);
}

/// The selected field takes several lines, so what is in sight is counted in lines here: the
/// window begins further down when the selected field would not be whole.
fn draw_window(
    app: &App,
    canvas: &mut Canvas<'_>,
    area: Rect,
    painter: &Painter<'_>,
    focused: bool,
) {
    let list = &app.details.fields;
    let height = usize::from(area.height);
    let selected = list.selected();
    let whole = painter.whole(selected);
    let window = list.window(height);
    let below = selected.saturating_sub(window.start) + whole.len();
    let start = (window.start + below.saturating_sub(height)).min(selected);
    let mut y = 0;
    for place in start..list.len() {
        if y >= height {
            break;
        }
        let lines = if place == selected {
            whole.clone()
        } else {
            vec![painter.line(place)]
        };
        for line in lines {
            let row = text::row(area, y);
            match (place == selected, focused) {
                (true, true) => canvas.line_over(row, &line, Role::Selected),
                (true, false) => canvas.line_over(row, &line, Role::Away),
                _ => canvas.line(row, &line),
            }
            canvas.hit(row, Hit::Item(Pane::Details, place));
            y += 1;
        }
    }
    canvas.drew(Pane::Details, area, list.len(), Vec::new());
}

struct Painter<'a> {
    fields: &'a EventFields,
    theme: Theme,
    width: usize,
    search: &'a str,
}

impl Painter<'_> {
    fn name_width(&self) -> usize {
        let names = self.fields.model.iter().map(|f| f.field.as_str());
        let names = names.chain(self.fields.raw.iter().map(|(name, _)| name.as_str()));
        let longest = names.map(|name| name.chars().count()).max().unwrap_or(0);
        longest.min(self.width * 2 / 5).max(4)
    }

    fn line(&self, place: usize) -> Line {
        let line = match self.fields.model.get(place) {
            Some(field) => self.model_line(field),
            None => match self
                .fields
                .raw
                .get(place.wrapping_sub(self.fields.model.len()))
            {
                Some((name, value)) => vec![
                    self.theme.middle_column(name, self.name_width(), Role::Dim),
                    self.theme.blank(2),
                    self.theme.data(value, Role::Plain),
                ],
                None => Line::new(),
            },
        };
        mark(line, self.search, self.theme)
    }

    fn value(&self, field: &FieldOrigin) -> text::Piece {
        match &field.value {
            Some(value) => self.theme.data(value, Role::Plain),
            None => self.theme.label("null", Role::Dim),
        }
    }

    fn model_line(&self, field: &FieldOrigin) -> Line {
        let theme = self.theme;
        let name = theme.middle_column(&field.field, self.name_width(), Role::Key);
        let mut line = vec![name, theme.blank(2)];
        if self.width >= WIDE {
            let half = (self.width - self.name_width()) / 2;
            let value = field.value.as_deref().unwrap_or("null");
            line.push(theme.column(value, half, Role::Plain));
            line.push(theme.blank(2));
            line.push(theme.data(origin(field), origin_role(field)));
            return line;
        }
        line.push(self.value(field));
        let from = theme.label(format!("  ← {}", source(field)), origin_role(field));
        if width(&line) + from.width() <= self.width {
            line.push(from);
        } else if field.ours {
            // Whatever is cut, that it is ours is not.
            let free = self.width.saturating_sub(self.name_width() + 2 + 6);
            let value = field.value.as_deref().unwrap_or("null");
            line.pop();
            line.push(theme.column(value, free, Role::Plain));
            line.push(theme.label("  ours", Role::Ours));
        }
        line
    }

    /// A field with its whole value, and for a model field where it came from and how.
    fn whole(&self, place: usize) -> Vec<Line> {
        let theme = self.theme;
        let hang = self.name_width() + 2;
        let (name, value, origin) = match self.fields.model.get(place) {
            Some(field) => (&field.field, self.value(field), Some(origin(field))),
            None => match self
                .fields
                .raw
                .get(place.wrapping_sub(self.fields.model.len()))
            {
                Some((name, value)) => (name, theme.data(value, Role::Plain), None),
                None => return Vec::new(),
            },
        };
        let line = vec![
            theme.middle_column(name, hang - 2, Role::Key),
            theme.blank(2),
            value,
        ];
        let mut lines = wrap(&line, self.width, hang);
        if let Some(origin) = origin {
            let line = vec![
                theme.blank(hang),
                theme.data("from ", Role::Dim),
                theme.data(origin, Role::Dim),
            ];
            lines.extend(wrap(&line, self.width, hang + 5));
        }
        lines
    }
}

fn origin_role(field: &FieldOrigin) -> Role {
    if field.ours { Role::Ours } else { Role::Dim }
}

/// The raw field, or that there is none.
fn source(field: &FieldOrigin) -> String {
    let from = field.from.as_deref().unwrap_or(&field.how);
    if field.ours {
        format!("{from}, ours")
    } else {
        from.to_owned()
    }
}

/// The raw field and what was done with it.
fn origin(field: &FieldOrigin) -> String {
    let from = field.from.as_deref().unwrap_or("");
    let between = if from.is_empty() || field.how.is_empty() {
        ""
    } else {
        ": "
    };
    let ours = if field.ours {
        " (ours, not the add-on's)"
    } else {
        ""
    };
    format!("{from}{between}{}{ours}", field.how)
}
