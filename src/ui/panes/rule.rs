//! The rule as a text: what it looks for, its search, what is overridden, how many rows each stage
//! lets through, its indicators and drilldowns.

use super::details::padded;
use crate::app::{App, Pane};
use crate::ui::canvas::Canvas;
use crate::ui::figures::grouped;
use crate::ui::spl;
use crate::ui::text::Line;
use crate::ui::theme::{Role, Theme};
use ratatui::layout::Rect;

/// A line longer than this is taken for prose that goes on in the next one.
const PROSE: usize = 60;

type Text = Vec<(Line, usize)>;

/// Draws the view.
pub fn draw(app: &App, canvas: &mut Canvas<'_>, area: Rect) {
    let theme = canvas.theme();
    let title = [theme.label("Rule", Role::Heading)];
    let inside = canvas.frame(area, &title, &[], true);
    let text = text(app, theme);
    canvas.text(Pane::Rule, padded(inside), &app.rule_pane.view, text);
}

fn text(app: &App, theme: Theme) -> Text {
    let rule = &app.rule;
    let mut title = vec![theme.data(&rule.name, Role::Strong)];
    if !rule.version.is_empty() {
        title.push(theme.data(format!(" v{}", rule.version), Role::Plain));
    }
    let techniques = rule.techniques.join(" ");
    let parts = [&rule.kind, &rule.severity, &techniques];
    for part in parts.into_iter().filter(|part| !part.is_empty()) {
        title.push(theme.label(" · ", Role::Dim));
        title.push(theme.data(part, Role::Plain));
    }
    let mut lines: Text = vec![(title, 2)];
    for (name, value) in &rule.sections {
        section(&mut lines, name, value, theme);
    }
    let (name, search) = if app.rule_pane.expanded {
        ("search, macros expanded (o: as written)", &rule.expanded)
    } else {
        ("search as written (o: macros expanded)", &rule.search)
    };
    heading(&mut lines, name, theme);
    for (mut line, hang) in spl::lines(search, theme) {
        line.insert(0, theme.blank(2));
        lines.push((line, hang + 2));
    }
    overrides(&mut lines, app, theme);
    stages(&mut lines, app, theme);
    indicators(&mut lines, app, theme);
    drilldowns(&mut lines, app, theme);
    lines
}

fn heading(lines: &mut Text, name: &str, theme: Theme) {
    lines.push((Line::new(), 0));
    lines.push((vec![theme.data(name, Role::Heading)], 0));
}

fn section(lines: &mut Text, name: &str, value: &str, theme: Theme) {
    heading(lines, name, theme);
    for line in reflow(value) {
        let line = vec![theme.blank(2), theme.data(line, Role::Plain)];
        lines.push((line, 2));
    }
}

/// Joins the lines of prose, which the rule's file breaks at its own width; lists stay lists.
fn reflow(text: &str) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    let mut goes_on = false;
    for line in text.trim_end().lines() {
        let line = line.trim();
        let starts = line.is_empty() || line.starts_with(['-', '*', '•']) || line.contains("://");
        match lines.last_mut() {
            Some(last) if goes_on && !starts => {
                last.push(' ');
                last.push_str(line);
            }
            _ => lines.push(line.to_owned()),
        }
        goes_on = line.chars().count() > PROSE && !line.contains("://");
    }
    lines
}

fn overrides(lines: &mut Text, app: &App, theme: Theme) {
    heading(lines, "macro overrides", theme);
    if app.rule.overrides.is_empty() {
        lines.push((vec![theme.label("  none", Role::Dim)], 0));
    }
    for (name, file) in &app.rule.overrides {
        let line = vec![
            theme.blank(2),
            theme.data(format!("`{name}`"), Role::Macro),
            theme.label(" from ", Role::Dim),
            theme.data(file, Role::Plain),
        ];
        lines.push((line, 4));
    }
}

fn stages(lines: &mut Text, app: &App, theme: Theme) {
    let Some(loaded) = app.loaded.as_ref().filter(|l| !l.stages.is_empty()) else {
        return;
    };
    heading(lines, "stages: rows in, rows out", theme);
    for (place, (stage, rows_in, rows_out)) in loaded.stages.iter().enumerate() {
        let line = vec![
            theme.label(format!("  {:>2}", place + 1), Role::Dim),
            theme.right_column(&grouped(*rows_in), 14, Role::Plain),
            theme.right_column(&grouped(*rows_out), 14, Role::Strong),
            theme.blank(2),
            theme.data(stage, Role::Plain),
        ];
        lines.push((line, 34));
    }
}

fn indicators(lines: &mut Text, app: &App, theme: Theme) {
    let indicators = &app.rule.indicators;
    if indicators.is_empty() {
        return;
    }
    heading(lines, "indicators", theme);
    let fields = indicators.iter().map(|(field, ..)| field.chars().count());
    let wide = fields.max().unwrap_or(0).min(36);
    for (field, kind, value, corpus) in indicators {
        let mut line = vec![
            theme.blank(2),
            theme.column(field, wide, Role::Plain),
            theme.blank(2),
            theme.column(kind, 4, Role::Keyword),
            theme.blank(2),
            theme.data(value, Role::Quoted),
        ];
        if !corpus.is_empty() {
            line.push(theme.label("  corpus ", Role::Dim));
            line.push(theme.data(corpus, Role::Plain));
        }
        lines.push((line, wide + 10));
    }
}

fn drilldowns(lines: &mut Text, app: &App, theme: Theme) {
    let rule = &app.rule;
    if !rule.drilldowns.is_empty() {
        heading(lines, "drilldowns", theme);
    }
    for (place, name) in rule.drilldowns.iter().enumerate() {
        let line = vec![
            theme.label(format!("  {}  ", place + 2), Role::Key),
            theme.data(name, Role::Plain),
        ];
        lines.push((line, 5));
    }
    if !rule.entities.is_empty() {
        heading(lines, "risk of a row", theme);
    }
    for (field, score) in &rule.entities {
        let line = vec![
            theme.blank(2),
            theme.column(field, 12, Role::Plain),
            theme.label(grouped(u64::from(*score)), Role::Strong),
        ];
        lines.push((line, 2));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prose_is_joined_and_lists_are_not() {
        let prose = "The following analytic detects the use of msiexec.exe with an HTTP or\n\
                     HTTPS URL in the command line.";
        assert_eq!(reflow(prose).len(), 1);
        assert_eq!(
            reflow("Sysmon EventID 1\nCisco Network Visibility").len(),
            2
        );
        let addresses =
            "https://example.org/a/very/long/address/that/is/no/prose/at/all/really\nmore";
        assert_eq!(reflow(addresses).len(), 2);
    }
}
