//! "No rows" as an answer that can be defended: what was tested, where, when, which clause of the
//! search is met how often, and what was not read (product.md, "No rows").

use super::clause::{self, Clause};
use crate::app::{Action, App, Loading};
use crate::evidence::ledger::{FileEntry, Ledger, Totals};
use crate::ui::figures::{counted, grouped, long, percent, size, span};
use crate::ui::text::Line;
use crate::ui::theme::{Role, Theme};
use crate::worker::Loaded;
use std::fmt::Write as _;

/// The answer, a paragraph each.
pub fn answer(app: &App, loaded: &Loaded, theme: Theme) -> Vec<Line> {
    let totals = &loaded.ledger.totals;
    let key = app.keymap.key_of(Action::ViewEvidence);
    if !app.counts_everything() {
        return stopped(app, theme);
    }
    if totals.creations == 0 && loaded.ledger.complete {
        return untested(&loaded.ledger, key, theme);
    }
    let clauses: Vec<Clause<'_>> = loaded.clause_counts.iter().map(clause::read).collect();
    let mut text = tested(app, loaded, totals);
    // Creations that meet every clause may still have been dropped by a later stage.
    let passed = loaded.stages.first().map_or(0, |(_, _, out)| *out);
    if passed > 0 {
        let rows = counted(passed, "row");
        let key = app.keymap.key_of(Action::ViewRule);
        let _ = write!(
            text,
            " {rows} came out of the first stage, and none of the last: {key} shows the stages."
        );
    } else if !clauses.is_empty() {
        text.push(' ');
        text.push_str(&clause::sentence(&clauses, loaded.ledger.event.short()));
    }
    let silent = totals.hosts.saturating_sub(totals.hosts_with_creations);
    if silent > 0 {
        let (have, them) = if silent == 1 {
            ("has", "it")
        } else {
            ("have", "them")
        };
        let hosts = counted(silent, "host");
        let event = loaded.ledger.event.full();
        let _ = write!(
            text,
            " {hosts} {have} no {event} events: {key} lists {them}."
        );
    }
    let mut lines = vec![vec![
        theme.label("No rows. ", Role::Strong),
        theme.data(text, Role::Plain),
    ]];
    lines.extend(warnings(app, loaded, key, theme));
    if clauses.len() > 1 {
        let event = &loaded.ledger.event;
        lines.push(Line::new());
        lines.push(vec![theme.label(
            format!(
                "{}s that meet each clause of the search:",
                capital(event.full())
            ),
            Role::Dim,
        )]);
        lines.extend(clauses.iter().map(|clause| {
            vec![
                theme.right_column(&grouped(clause.count), 12, Role::Strong),
                theme.blank(2),
                theme.data(clause.text, Role::Plain),
            ]
        }));
    }
    lines
}

/// All was searched, and what the answer rests on is not counted yet.
pub fn counting(app: &App, theme: Theme) -> Vec<Line> {
    let p = &app.progress;
    let size = p.bytes_total.map_or(String::new(), |total| {
        format!(", {} of {} until now", size(p.bytes_read), size(total))
    });
    let text = format!(
        "The search went through all the evidence. What that rests on is being counted{size}: {} \
         among {} on {} of {}. Which clause of the search is met how often is told at the end.",
        counted(p.creations, p.event.full()),
        counted(p.records, "record"),
        grouped(p.hosts_with_creations),
        counted(p.hosts, "host"),
    );
    vec![vec![
        theme.label("No rows. ", Role::Strong),
        theme.label(text, Role::Plain),
    ]]
}

/// The search was stopped while it looked for rows and at nothing else.
fn stopped(app: &App, theme: Theme) -> Vec<Line> {
    let p = &app.progress;
    let of = p.bytes_total.map_or(String::new(), |total| {
        format!(" of {} ({}%)", size(total), percent(p.bytes_read, total))
    });
    let text = format!(
        "No row until reading was stopped, after {}{of}. Nothing was counted: this answers nothing \
         about the rest.",
        size(p.bytes_read)
    );
    vec![vec![theme.label(text, Role::Warn)]]
}

/// Nothing that the search looks at was there.
fn untested(ledger: &Ledger, key: &str, theme: Theme) -> Vec<Line> {
    let totals = &ledger.totals;
    let others = counted(totals.files_not_evidence, "file");
    let text = match (totals.files, totals.files_not_evidence) {
        (0, 0) => "there was no file to read.".to_owned(),
        (0, 1) => format!("the one file is no evidence. {key} says what it is."),
        (0, _) => format!("of {others} none is evidence. {key} says what they are."),
        _ => format!(
            "there is no {} among {} of {} on {}. {key} says what was read.",
            ledger.event.full(),
            counted(totals.records, "record"),
            counted(totals.files, "file"),
            counted(totals.hosts, "host"),
        ),
    };
    vec![vec![
        theme.label("No rows, and nothing was tested: ", Role::Strong),
        theme.label(text, Role::Plain),
    ]]
}

fn tested(app: &App, loaded: &Loaded, totals: &Totals) -> String {
    let times = loaded.span.map_or(String::new(), |(first, last)| {
        format!(", {} {}", span(first, last, app.zone), app.zone.name())
    });
    let event = &loaded.ledger.event;
    let with = if event.is_process() {
        let with = grouped(loaded.tested_with_command_line);
        format!(", {with} with a command line")
    } else {
        String::new()
    };
    format!(
        "{} on {} of {} tested{with}{times}.",
        counted(loaded.tested, event.full()),
        grouped(totals.hosts_with_creations),
        counted(totals.hosts, "host"),
    )
}

/// With a capital at its beginning.
fn capital(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters.next().map(|c| c.to_uppercase().to_string());
    first.unwrap_or_default() + letters.as_str()
}

fn warnings(app: &App, loaded: &Loaded, key: &str, theme: Theme) -> Vec<Line> {
    let mut texts = Vec::new();
    if app.loading == Loading::Stopped {
        let text = if app.has_all_rows() {
            "The counting was stopped: all evidence was searched, the figures are of a part of it."
        } else {
            "Reading was stopped: this covers a part of the evidence."
        };
        texts.push(text.to_owned());
    }
    let files = loaded.ledger.files.iter();
    let problems = long(files.filter(|file| FileEntry::is_problem(file)).count());
    if problems > 0 {
        let files = counted(problems, "file");
        texts.push(format!(
            "{files} not wholly read, or with bad records: {key} says why."
        ));
    }
    texts.extend(loaded.notes.iter().cloned());
    let line = |text: String| vec![theme.data(text, Role::Warn)];
    let mut lines: Vec<Line> = texts.into_iter().map(line).collect();
    if !lines.is_empty() {
        lines.insert(0, Line::new());
    }
    lines
}
