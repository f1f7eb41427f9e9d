//! A drilldown: its title, its search and bounds, its result table exactly as the rule asks for
//! it, and below that the events behind the selected row.

use super::details::padded;
use crate::app::list::List;
use crate::app::panes::drilldown::{DrilldownPane, Whole, row_fields};
use crate::app::{Action, App, Hit, Pane};
use crate::event::Value;
use crate::ui::canvas::Canvas;
use crate::ui::figures::{counted, grouped, long};
use crate::ui::header::spinner;
use crate::ui::text::{self, Line, width, wrap};
use crate::ui::theme::{Role, Theme};
use crate::ui::{figures, spl};
use crate::worker::DrilldownResult;
use ratatui::layout::Rect;

/// The widest that a column of the table is drawn, save the last in sight.
const COLUMN: usize = 40;

/// Draws the view.
pub fn draw(app: &App, canvas: &mut Canvas<'_>, area: Rect) {
    let theme = canvas.theme();
    let Some(pane) = app.drilldown() else { return };
    let waiting = |text: String| vec![vec![theme.label(text, Role::Dim)]];
    let lines = match pane.result() {
        _ if app.rows.selected_row().is_none() => {
            waiting("There is no row to drill into.".to_owned())
        }
        None => waiting(format!("{} Searching…", spinner(app.ticks))),
        // A message with its place is drawn over several lines.
        Some(Err(why)) => std::iter::once(vec![theme.label("The search failed:", Role::Bad)])
            .chain(why.lines().map(|line| vec![theme.data(line, Role::Plain)]))
            .collect(),
        Some(Ok(found)) => {
            match pane.whole {
                Some(whole) => draw_whole(app, canvas, area, (pane, found), whole),
                None => draw_found(app, canvas, area, (pane, found)),
            }
            return;
        }
    };
    let room = usize::from(padded(area).width);
    let wrapped = lines.iter().flat_map(|line| wrap(line, room, 0));
    for (y, line) in wrapped.enumerate() {
        canvas.line(text::row(padded(area), y), &line);
    }
}

type Drilldown<'a> = (&'a DrilldownPane, &'a DrilldownResult);

fn draw_found(app: &App, canvas: &mut Canvas<'_>, area: Rect, drilldown: Drilldown<'_>) {
    let theme = canvas.theme();
    let (pane, found) = drilldown;
    let inside = padded(area);
    let room = usize::from(inside.width);
    let height = usize::from(area.height);
    let mut y = 0;
    if !app.expanded {
        for line in head(app, drilldown, room, height, theme) {
            canvas.line(text::row(inside, y), &line);
            y += 1;
        }
    }
    let focus = app.focused_pane();
    let left = height.saturating_sub(y + 1);
    let table_rows = long(found.table.rows.len());
    let wanted = usize::try_from(table_rows)
        .unwrap_or(usize::MAX)
        .saturating_add(3);
    let table_height = match (app.expanded, focus) {
        (true, Pane::Result) => left,
        (true, _) => 0,
        // As high as its rows, and never so high that no event is seen.
        _ => wanted.min((left / 2).max(4)).min(left),
    };
    draw_table(
        app,
        canvas,
        text::rows(area, y, table_height),
        drilldown,
        focus == Pane::Result,
    );
    y += table_height;
    canvas.line(text::row(inside, y), &[theme.data(&found.basis, Role::Dim)]);
    y += 1;
    let rest = text::rows(area, y, height.saturating_sub(y));
    draw_behind(app, canvas, rest, (pane, found), focus == Pane::Behind);
}

/// Title, search, bounds, warnings.
fn head(
    app: &App,
    (pane, found): Drilldown<'_>,
    room: usize,
    height: usize,
    theme: Theme,
) -> Vec<Line> {
    let mut lines = wrap(&vec![theme.data(&found.title, Role::Strong)], room, 2);
    lines.truncate(3);
    // Here it is read, not copied: the line ends of the rule's file only cost lines.
    let words: Vec<&str> = found.spl.lines().map(str::trim).collect();
    let search: Vec<Line> = spl::lines(&words.join(" "), theme)
        .iter()
        .flat_map(|(line, hang)| wrap(line, room, *hang))
        .collect();
    let most = (height / 5).max(2);
    let all = search.len();
    lines.extend(search.into_iter().take(most));
    if all > most {
        let key = app.keymap.key_of(Action::WholeSearch);
        let more = counted(long(all - most), "more line");
        lines.push(vec![theme.label(format!("… {more}: {key}"), Role::Dim)]);
    }
    lines.extend(wrap(&bounds(app, pane, found, theme), room, 2));
    for warning in &found.warnings {
        lines.extend(wrap(&vec![theme.data(warning, Role::Warn)], room, 2));
    }
    lines
}

fn bounds(app: &App, pane: &DrilldownPane, found: &DrilldownResult, theme: Theme) -> Line {
    let zone = app.zone;
    let key = app.keymap.key_of(Action::Widen);
    let text = match (found.earliest, found.latest) {
        (None, None) => "over everything that is loaded".to_owned(),
        (earliest, latest) => {
            let print = |at: Option<crate::event::Timestamp>, none: &str| {
                at.map_or(none.to_owned(), |at| at.rfc3339(zone))
            };
            let from = print(earliest, "the beginning");
            format!("from {from} to {}, both included", print(latest, "the end"))
        }
    };
    let other = if pane.all_time {
        format!("  {key} goes back to the drilldown's own bounds")
    } else if found.earliest.is_some() || found.latest.is_some() {
        format!("  {key} widens to everything that is loaded")
    } else {
        String::new()
    };
    let mut line = vec![
        theme.label(text, Role::Plain),
        theme.label(other, Role::Dim),
    ];
    if pane.is_running() {
        line.push(theme.label(format!("  {} searching", spinner(app.ticks)), Role::Warn));
    } else if pane.is_stale() {
        line.push(theme.label("  over what was read when it was asked", Role::Warn));
    }
    line
}

fn cell_text(value: Option<&Value>) -> String {
    value.map_or(String::new(), |value| match value {
        Value::Many(texts) => texts.join(" ¦ "),
        other => other.as_text().into_owned(),
    })
}

/// The columns in sight: place, name, width.
struct Columns<'a> {
    shown: Vec<(usize, &'a str, usize)>,
    /// The last one in sight is not shown whole.
    cut: bool,
    ours: Option<(&'a str, &'a [String], usize)>,
}

impl<'a> Columns<'a> {
    fn new((pane, found): Drilldown<'a>, rows: &[usize], room: usize) -> Self {
        let ours = found.ours.as_ref().map(|(name, values)| {
            let longest = values.iter().map(String::len).max().unwrap_or(0);
            (
                name.as_str(),
                values.as_slice(),
                longest.max(name.chars().count() + 6),
            )
        });
        let mut free = room.saturating_sub(ours.map_or(0, |(_, _, wide)| wide + 3));
        let mut shown = Vec::new();
        let mut cut = false;
        for (place, name) in found.table.columns.iter().enumerate().skip(pane.column) {
            if free < 4 && !shown.is_empty() {
                break;
            }
            let cells = rows.iter().map(|row| {
                let row = found.table.rows.get(*row);
                let value = row.and_then(|row| row.cells.get(place)?.as_ref());
                cell_text(value).chars().count()
            });
            let longest = cells.max().unwrap_or(0).max(name.chars().count());
            let last = place + 1 == found.table.columns.len();
            let most = if last { free } else { COLUMN.min(free) };
            let wide = longest.min(most);
            cut = free < longest.min(COLUMN);
            shown.push((place, &**name, wide));
            free = free.saturating_sub(wide + 2);
        }
        Self { shown, cut, ours }
    }

    fn header(&self, theme: Theme) -> Line {
        let mut line = vec![theme.blank(2)];
        if let Some((name, _, wide)) = self.ours {
            line.push(theme.column(&format!("ours: {name}"), wide, Role::Ours));
            line.push(theme.label(" │ ", Role::Border));
        }
        for (_, name, wide) in &self.shown {
            line.push(theme.column(name, *wide, Role::Heading));
            line.push(theme.blank(2));
        }
        line
    }

    fn row(&self, found: &DrilldownResult, row: usize, theme: Theme) -> Line {
        let mut line = Line::new();
        if let Some((_, values, wide)) = self.ours {
            let value = values.get(row).map_or("", String::as_str);
            line.push(theme.right_column(value, wide, Role::Ours));
            line.push(theme.label(" │ ", Role::Border));
        }
        for (place, _, wide) in &self.shown {
            let cells = found.table.rows.get(row).map(|row| &row.cells);
            let value = cells.and_then(|cells| cells.get(*place)?.as_ref());
            let text = cell_text(value);
            let number = matches!(value, Some(Value::Number(_)));
            line.push(if number {
                theme.right_column(&text, *wide, Role::Plain)
            } else {
                theme.column(&text, *wide, Role::Plain)
            });
            line.push(theme.blank(2));
        }
        line
    }
}

fn draw_table(
    app: &App,
    canvas: &mut Canvas<'_>,
    area: Rect,
    drilldown: Drilldown<'_>,
    focused: bool,
) {
    if area.height < 3 {
        return;
    }
    let theme = canvas.theme();
    let (pane, found) = drilldown;
    let room = usize::from(area.width).saturating_sub(4);
    let height = usize::from(area.height) - 3;
    let window: Vec<usize> = pane.table.window(height).collect();
    let columns = Columns::new(drilldown, &window, room);
    let title = [
        theme.label("Result", Role::Heading),
        theme.label(
            format!(" · {}", counted(long(found.table.rows.len()), "row")),
            Role::Plain,
        ),
    ];
    let all = found.table.columns.len();
    let last = columns.shown.last().map_or(0, |(place, _, _)| place + 1);
    let more = last < all || columns.cut || pane.column > 0;
    let end = if more {
        let before = if pane.column > 0 { "← " } else { "" };
        let after = if last < all || columns.cut {
            " →"
        } else {
            ""
        };
        let text = format!("{before}columns {}–{last} of {all}{after}", pane.column + 1);
        let keys = [
            Action::Left,
            Action::Right,
            Action::PageLeft,
            Action::PageRight,
        ];
        let keys = keys.map(|action| app.keymap.key_of(action)).join(" ");
        vec![
            theme.label(format!("{text}  "), Role::Dim),
            theme.label(keys, Role::Key),
        ]
    } else {
        Line::new()
    };
    let inside = canvas.frame(area, &title, &end, focused);
    canvas.line(text::row(inside, 0), &columns.header(theme));
    if found.table.rows.is_empty() {
        let none = [theme.blank(2), theme.label("No row.", Role::Dim)];
        canvas.line(text::row(inside, 1), &none);
    }
    let body = text::rows(inside, 1, height);
    canvas.list(Pane::Result, body, &pane.table, focused, |place| {
        let mut line = vec![selection(&pane.table, place, theme)];
        line.extend(columns.row(found, place, theme));
        line
    });
    let whole = columns.shown.len() - usize::from(columns.cut && !columns.shown.is_empty());
    canvas.drew_columns(whole);
}

fn selection(list: &List<usize>, place: usize, theme: Theme) -> text::Piece {
    let mark = if place == list.selected() { "> " } else { "  " };
    theme.label(mark, Role::Strong)
}

fn draw_behind(
    app: &App,
    canvas: &mut Canvas<'_>,
    area: Rect,
    (pane, found): Drilldown<'_>,
    focused: bool,
) {
    let theme = canvas.theme();
    let number = grouped(long(pane.behind.len()));
    let title = [
        theme.label("Events behind the row", Role::Heading),
        theme.label(format!(" · {number}"), Role::Plain),
    ];
    let inside = canvas.frame(area, &title, &[], focused);
    let shown: Vec<_> = pane.behind.keys().to_vec();
    let years = found.events.iter().filter_map(|event| event.time);
    let years: std::collections::BTreeSet<i16> = years.map(crate::event::Timestamp::year).collect();
    canvas.list(Pane::Behind, inside, &pane.behind, focused, |place| {
        let mut line = vec![selection(&pane.behind, place, theme)];
        let event = shown.get(place).and_then(|event| found.events.get(*event));
        if let Some(event) = event {
            let wide = years.len() > 1;
            let time = event.time.map_or("no time".to_owned(), |at| {
                figures::row_time(at, app.zone, wide)
            });
            line.push(theme.column(&time, if wide { 21 } else { 16 }, Role::Plain));
            line.push(theme.data(&event.summary, Role::Plain));
        }
        line
    });
}

/// The search, a row or an event in full.
fn draw_whole(
    app: &App,
    canvas: &mut Canvas<'_>,
    area: Rect,
    (pane, found): Drilldown<'_>,
    whole: Whole,
) {
    let theme = canvas.theme();
    let (title, lines) = match whole {
        Whole::Search => ("Search".to_owned(), spl::lines(&found.spl, theme)),
        Whole::Row(row) => (
            format!("Row {} of {}", row + 1, found.table.rows.len()),
            fields(&row_fields(found, row), theme),
        ),
        Whole::Event(event) => {
            let known = found.events.get(event).map(|event| app.whole_event(event));
            let note = |text: String, role| vec![(vec![theme.data(text, role)], 0)];
            let lines = match known.flatten() {
                Some(Ok(all)) => fields(&all, theme),
                Some(Err(why)) => note(why, Role::Bad),
                None => note("Reading the record…".to_owned(), Role::Dim),
            };
            ("Event".to_owned(), lines)
        }
    };
    let title = [theme.label(title, Role::Heading)];
    let end = [theme.label("esc closes", Role::Dim)];
    let inside = canvas.frame(area, &title, &end, true);
    canvas.hit(inside, Hit::Inside(Pane::Whole));
    canvas.text(Pane::Whole, padded(inside), &pane.view, lines);
}

/// Names and values, each value of a multivalue field on its own line.
fn fields(fields: &[(String, String)], theme: Theme) -> Vec<(Line, usize)> {
    let names = fields.iter().map(|(name, _)| name.chars().count());
    let wide = names.max().unwrap_or(0).min(32);
    let mut lines = Vec::new();
    for (name, value) in fields {
        for (place, part) in value.split('\n').enumerate() {
            let name = if place == 0 { name.as_str() } else { "" };
            let line = vec![
                theme.column(name, wide, Role::Key),
                theme.blank(2),
                theme.data(part.strip_suffix('\r').unwrap_or(part), Role::Plain),
            ];
            let hang = width(line.get(..2).unwrap_or(&[]));
            lines.push((line, hang));
        }
    }
    lines
}
