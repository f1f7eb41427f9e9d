//! What the evidence covers, for a person: host by host and source by source the time span, the
//! process creations and how many carry a command line, missing record ids and cleared logs; the
//! files with problems; totals that add up. The same numbers as the ledger, which scripts read.

use super::figures::{counted, grouped};
use super::grid::{Entry, Grid};
use super::summary::problem_line;
use super::table::TableStyle;
use super::wrap::wrap;
use crate::event::visible::visible;
use crate::event::{Timestamp, Zone};
use crate::evidence::ledger::{FileEntry, HostEntry, Ledger, Status};
use std::collections::BTreeMap;
use std::io::{self, Write};

/// So many gaps of a file are listed.
const GAPS_LISTED: usize = 10;

/// Writes what `ledger`, settled, says of hosts, files and sums.
pub fn write_coverage(out: &mut dyn Write, ledger: &Ledger, style: TableStyle) -> io::Result<()> {
    if !ledger.complete {
        writeln!(out, "Interrupted: this is what was read until then.")?;
        writeln!(out)?;
    }
    if !ledger.hosts.is_empty() {
        let hosts = ledger.hosts.iter();
        let hosts: Vec<HostLine> = hosts.map(|h| HostLine::of(h, ledger, style.zone)).collect();
        let stacked = stacked_grid(&hosts, style.zone);
        if !wide_grid(&hosts, style.zone).write(out, style.page())?
            && !stacked.write(out, style.page())?
        {
            stacked.write_upright(out, style.page())?;
        }
        writeln!(out)?;
    }
    let problems = ledger.files.iter().filter_map(problem_line).collect();
    section(out, "Files not wholly read:", problems, style)?;
    let gaps = ledger.files.iter().filter_map(gap_line).collect();
    section(out, "Missing record ids:", gaps, style)?;
    for line in totals(ledger) {
        write_wrapped(out, "", &line, style)?;
    }
    Ok(())
}

fn section(
    out: &mut dyn Write,
    heading: &str,
    lines: Vec<String>,
    style: TableStyle,
) -> io::Result<()> {
    if lines.is_empty() {
        return Ok(());
    }
    writeln!(out, "{heading}")?;
    for line in lines {
        write_wrapped(out, "  ", &line, style)?;
    }
    writeln!(out)
}

fn write_wrapped(
    out: &mut dyn Write,
    indent: &str,
    line: &str,
    style: TableStyle,
) -> io::Result<()> {
    let mut before = indent.to_owned();
    let hanging = indent.len() + 2;
    for piece in wrap(line, style.page().limit() - hanging) {
        writeln!(out, "{}", format!("{before}{piece}").trim_end_matches(' '))?;
        before = " ".repeat(hanging);
    }
    Ok(())
}

/// What is said of a host and a source.
struct HostLine {
    host: String,
    source: String,
    first: String,
    last: String,
    creations: String,
    with_command_line: String,
    missing: String,
    log_cleared: Vec<String>,
}

impl HostLine {
    fn of(host: &HostEntry, ledger: &Ledger, zone: Zone) -> Self {
        let text = |at: Timestamp| at.format("%Y-%m-%dT%H:%M:%S", zone);
        let (first, last) = host.span().map_or_else(
            || ("no time".to_owned(), String::new()),
            |(first, last)| (text(first), text(last)),
        );
        let with = host.with_command_line;
        Self {
            host: host.host.clone(),
            source: match host.source.as_str() {
                "" => format!("no {}s", ledger.event.full()),
                source => source.to_owned(),
            },
            first,
            last,
            creations: grouped(host.creations),
            with_command_line: match host.creations {
                0 => String::new(),
                all => format!("{} ({})", grouped(with), share(with, all)),
            },
            missing: missing(host, ledger),
            log_cleared: host.log_cleared.clone(),
        }
    }
}

/// Everything beside one another.
fn wide_grid(hosts: &[HostLine], zone: Zone) -> Grid {
    let mut grid = Grid::default();
    grid.column("host", 20);
    grid.column("source", 16);
    grid.column(&format!("first ({})", zone.name()), 19);
    grid.column(&format!("last ({})", zone.name()), 19);
    grid.numbers("creations");
    grid.numbers("with command line");
    grid.column("missing ids", 12);
    grid.column("log cleared", 20);
    for host in hosts {
        let mut entry = Entry::default();
        entry.line([
            vec![host.host.clone()],
            vec![host.source.clone()],
            vec![host.first.clone()],
            vec![host.last.clone()],
            vec![host.creations.clone()],
            vec![host.with_command_line.clone()],
            vec![host.missing.clone()],
            host.log_cleared.clone(),
        ]);
        grid.push(entry);
    }
    grid
}

/// Times, gaps and cleared logs on lines of their own below the rest.
fn stacked_grid(hosts: &[HostLine], zone: Zone) -> Grid {
    let mut grid = Grid::default();
    grid.column("host", 12);
    grid.column("source", 12);
    grid.numbers("creations");
    grid.numbers("with command line");
    grid.note_title("times", &format!("first to last ({})", zone.name()));
    for host in hosts {
        let mut entry = Entry::default();
        entry.line([
            vec![host.host.clone()],
            vec![host.source.clone()],
            vec![host.creations.clone()],
            vec![host.with_command_line.clone()],
        ]);
        let times = match host.last.as_str() {
            "" => host.first.clone(),
            last => format!("{} to {last}", host.first),
        };
        entry.note("times", &times);
        entry.note("missing ids", &host.missing);
        entry.note("log cleared", &host.log_cleared.join(", "));
        grid.push(entry);
    }
    grid
}

/// Record ids missing in the files of a host: how many, in how many runs.
fn missing(host: &HostEntry, ledger: &Ledger) -> String {
    let files = host.files.iter();
    let gaps = files
        .filter_map(|file| ledger.files.get(*file as usize))
        .flat_map(|file| file.gaps.iter().flatten());
    let (mut runs, mut ids) = (0, 0_u64);
    for gap in gaps {
        runs += 1;
        ids = ids.saturating_add(gap_length(gap));
    }
    if runs == 0 {
        return String::new();
    }
    format!("{} in {}", grouped(ids), counted(runs, "gap"))
}

/// The ids in a gap, `first-last` or a single one.
fn gap_length(gap: &str) -> u64 {
    let (first, last) = gap.split_once('-').unwrap_or((gap, gap));
    match (first.trim().parse::<u64>(), last.trim().parse::<u64>()) {
        (Ok(first), Ok(last)) => last.saturating_sub(first).saturating_add(1),
        _ => 1,
    }
}

fn gap_line(file: &FileEntry) -> Option<String> {
    let gaps = file.gaps.as_ref().filter(|gaps| !gaps.is_empty())?;
    let listed: Vec<&str> = gaps.iter().take(GAPS_LISTED).map(|g| &**g).collect();
    let more = match gaps.len() - listed.len() {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    let line = format!("'{}': {}{more}", file.place(), listed.join(", "));
    Some(visible(&line).into_owned())
}

fn totals(ledger: &Ledger) -> Vec<String> {
    let totals = &ledger.totals;
    let event = ledger.event.full();
    let mut lines = vec![
        format!(
            "{} = {} {event}s + {} out of scope + {} passed over + {} bad",
            counted(totals.records, "record"),
            grouped(totals.creations),
            grouped(totals.out_of_scope),
            grouped(totals.passed_over),
            grouped(totals.bad)
        ),
        format!(
            "{} {event}s = {} + {}; {} with a command line ({})",
            grouped(totals.creations),
            counted(totals.creations.saturating_sub(totals.duplicates), "event"),
            counted(totals.duplicates, "duplicate"),
            grouped(totals.with_command_line),
            share(totals.with_command_line, totals.creations)
        ),
        format!(
            "{} of {} with {event}s",
            grouped(totals.hosts_with_creations),
            counted(totals.hosts, "host")
        ),
        format!(
            "{}, {} not wholly read; {} bytes",
            counted(totals.files, "file"),
            grouped(totals.files_not_read),
            grouped(totals.bytes)
        ),
    ];
    lines.extend(no_evidence(ledger));
    lines.extend(taken_on_trust(ledger));
    lines
}

/// Files that are no evidence, by kind, the most frequent first.
fn no_evidence(ledger: &Ledger) -> Option<String> {
    let mut kinds: BTreeMap<&str, u64> = BTreeMap::new();
    let others = ledger.files.iter();
    for file in others.filter(|f| f.status == Status::NotEvidence) {
        *kinds.entry(&file.format).or_default() += 1;
    }
    if kinds.is_empty() {
        return None;
    }
    let mut kinds: Vec<(&str, u64)> = kinds.into_iter().collect();
    kinds.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    let listed: Vec<String> = kinds
        .iter()
        .map(|(kind, count)| match *kind {
            "" => format!("{} of an unknown kind", grouped(*count)),
            kind => format!("{} {kind}", grouped(*count)),
        })
        .collect();
    let all = counted(ledger.totals.files_not_evidence, "other file");
    let line = format!("{all} that are no evidence: {}", listed.join(", "));
    Some(visible(&line).into_owned())
}

fn taken_on_trust(ledger: &Ledger) -> Option<String> {
    let sum = |count: fn(&FileEntry) -> u64| ledger.files.iter().map(count).sum::<u64>();
    let counts = [
        (sum(|f| f.no_time), "without a usable time"),
        (
            sum(|f| f.assumed_time),
            "with a time whose zone was assumed",
        ),
        (
            sum(|f| f.repaired),
            "in which broken characters were replaced",
        ),
    ];
    let said: Vec<String> = counts
        .iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, what)| format!("{} {what}", counted(*count, "record")))
        .collect();
    (!said.is_empty()).then(|| said.join("; "))
}

/// In whole per cent, rounded down, so that 100 % means all.
fn share(part: u64, all: u64) -> String {
    match (part.saturating_mul(100)).checked_div(all) {
        None => "none".to_owned(),
        Some(0) if part > 0 => "under 1 %".to_owned(),
        Some(per_cent) => format!("{per_cent} %"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_rounded_down() {
        for (part, all, text) in [
            (0, 0, "none"),
            (0, 5, "0 %"),
            (1, 1000, "under 1 %"),
            (999, 1000, "99 %"),
            (5, 5, "100 %"),
        ] {
            assert_eq!(share(part, all), text);
        }
    }

    #[test]
    fn gaps_are_counted() {
        assert_eq!(gap_length("12-15"), 4);
        assert_eq!(gap_length("7"), 1);
        assert_eq!(gap_length("9-3"), 1);
        assert_eq!(gap_length("?"), 1);
        assert_eq!(gap_length("0-18446744073709551615"), u64::MAX);
    }
}
