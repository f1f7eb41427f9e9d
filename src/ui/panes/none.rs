//! "No rows" as an answer that can be defended: what was tested, where, when, which clause of the
//! search is met how often, and what was not read (product.md, "No rows").

use crate::event::Zone;
use crate::evidence::ledger::{FileEntry, Totals};
use crate::ui::figures::{count, long, span, thousands};
use crate::ui::text::Line;
use crate::ui::theme::{Role, Theme};
use crate::worker::Loaded;

/// The answer, a line each.
pub fn answer(loaded: &Loaded, stopped: bool, zone: Zone, theme: Theme) -> Vec<Line> {
    let totals = &loaded.ledger.totals;
    let mut lines = vec![vec![
        theme.label("No rows. ", Role::Strong),
        theme.label(tested(loaded, totals, zone), Role::Plain),
    ]];
    if !loaded.clause_counts.is_empty() {
        lines.push(Line::new());
        lines.push(vec![
            theme.label("Creations that meet a clause of the search:", Role::Plain),
        ]);
        let counts = loaded.clause_counts.iter();
        let numbers: Vec<String> = counts.map(|(_, number)| thousands(*number)).collect();
        let wide = numbers.iter().map(String::len).max().unwrap_or(0) + 2;
        for ((clause, _), number) in loaded.clause_counts.iter().zip(&numbers) {
            lines.push(vec![
                theme.right_column(number, wide, Role::Strong),
                theme.blank(2),
                theme.data(clause, Role::Plain),
            ]);
        }
    }
    let warnings = warnings(loaded, stopped);
    if !warnings.is_empty() {
        lines.push(Line::new());
    }
    lines.extend(
        warnings
            .into_iter()
            .map(|text| vec![theme.label(text, Role::Warn)]),
    );
    lines
}

fn tested(loaded: &Loaded, totals: &Totals, zone: Zone) -> String {
    let times = loaded.span.map_or(String::new(), |(first, last)| {
        format!(", {} {}", span(first, last, zone), zone.name())
    });
    // Each event once, however many copies of it were read.
    let with_command_line = loaded
        .ledger
        .hosts
        .iter()
        .map(|h| h.with_command_line)
        .sum();
    format!(
        "{} on {} of {} tested, {} with a command line{times}.",
        count(totals.creations - totals.duplicates, "process creation"),
        thousands(totals.hosts_with_creations),
        count(totals.hosts, "host"),
        thousands(with_command_line),
    )
}

fn warnings(loaded: &Loaded, stopped: bool) -> Vec<String> {
    let totals = &loaded.ledger.totals;
    let mut lines = Vec::new();
    if stopped {
        lines.push("Reading was stopped: this covers a part of the evidence.".to_owned());
    }
    let silent = totals.hosts.saturating_sub(totals.hosts_with_creations);
    if silent > 0 {
        let have = if silent == 1 { "has" } else { "have" };
        let hosts = count(silent, "host");
        lines.push(format!(
            "{hosts} {have} no process creation events: 5 lists them."
        ));
    }
    let files = loaded.ledger.files.iter();
    let problems = long(files.filter(|file| FileEntry::is_problem(file)).count());
    if problems > 0 {
        let files = count(problems, "file");
        lines.push(format!(
            "{files} not read, or with bad records: 5 says why."
        ));
    }
    lines
}
