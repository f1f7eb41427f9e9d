//! `gimlet hunt` with several rules: their rows in one pass over the evidence, each beginning with
//! the name of its rule; in a table one rule below the other.

use super::hunt::{
    Started, exit_status, now, overrides, put_hashes, rule_entry, say_coverage, say_files,
    say_nothing_read, say_of_search, set, show_search,
};
use super::outputs::Outputs;
use super::progress::Line;
use super::rows::{Printing, say, unless_closed};
use super::{session, status};
use crate::cli::{Format, Hunt};
use crate::config::Settings;
use crate::report::{
    LedgerDocument, MacroOverride, RuleEntry, Summary, by_first_time, counted, grouped, order,
    write_findings,
};
use crate::worker::pack::{Packed, columns, hunt_pack};
use anyhow::{Context as _, Result, bail};
use std::io::{self, BufWriter, Write as _};
use std::sync::atomic::Ordering;
use std::time::Instant;

/// Runs the hunt; returns the exit status.
pub(super) fn run(
    args: &Hunt,
    settings: &Settings,
    arguments: &[String],
    Started(clock, started): Started,
) -> Result<u8> {
    let mut pack = session::pack(&args.reading, settings)?;
    let cancel = set(&mut pack.options, args)?;
    say_rules(&pack, args);
    if pack.rules.is_empty() {
        bail!("no rule can be run: 'gimlet rules check' says why");
    }
    let bounds = (args.reading.since, args.reading.until);
    if args.rows.show_search {
        for rule in &pack.rules {
            show_search(rule, settings, bounds);
        }
    }
    // Wrong names are told before an hour of reading, not after.
    order(&columns(&pack.rules), args.rows.sort.as_ref())?;
    let outputs = Outputs::create(args)?;
    let mut line = Line::new(args.saying.quiet);
    let mut found = hunt_pack(&pack.rules, &pack.sources, &pack.options, &mut line);
    line.clear();
    let printing = Printing {
        rules: &pack.rules,
        args: &args.rows,
        settings,
        search: "",
        bounds,
    };
    let order = printing.order(&found.hunted.findings.table)?;
    let printed = print_rows(&printing, &found, &order);
    if outputs.any() && !args.no_hash {
        put_hashes(&mut found.hunted, &cancel);
    }
    let rules: Vec<RuleEntry> = pack.rules.iter().map(rule_entry).collect();
    let replaced: Vec<MacroOverride> = pack.rules.first().map_or_else(Vec::new, overrides);
    let document = LedgerDocument {
        rules: &rules,
        macro_overrides: &replaced,
        arguments,
        started,
        ended: now(),
        zone: settings.tz,
        ledger: &found.hunted.loaded.ledger,
    };
    outputs.write(&found.hunted, &order, &document)?;
    printed.context("the rows could not be printed to their end")?;
    let status = finish(args, settings, &found, clock)?;
    Ok(if cancel.load(Ordering::Relaxed) {
        status::INTERRUPTED
    } else {
        status
    })
}

/// Says on standard error what was read and what not, and gives the exit status.
fn finish(args: &Hunt, settings: &Settings, found: &Packed, clock: Instant) -> Result<u8> {
    let hunted = &found.hunted;
    let ledger = &hunted.loaded.ledger;
    if args.coverage {
        say_coverage(ledger, settings)?;
    }
    let rows = hunted.findings.table.rows.len() as u64;
    if !args.saying.quiet {
        say_files(ledger, args.saying.verbose);
        say_of_search(&hunted.loaded);
        say_with_rows(found);
        let events = hunted.findings.findings.iter().map(|f| f.count).sum();
        say(&Summary::new(rows, events, ledger, clock.elapsed()).to_string());
    }
    say_nothing_read(ledger);
    Ok(exit_status(ledger, rows > 0 && args.fail_on_rows))
}

/// Says which rules are run, and which are not and why.
fn say_rules(pack: &session::Pack, args: &Hunt) {
    for remark in &pack.remarks {
        say(remark);
    }
    if args.saying.quiet {
        return;
    }
    if args.saying.verbose {
        for (name, why) in &pack.refused {
            say(&format!("'{name}' is refused:\n{why}"));
        }
    }
    if !pack.refused.is_empty() {
        say(&format!(
            "{} run, {} refused: -v says why",
            counted(pack.rules.len() as u64, "rule"),
            grouped(pack.refused.len() as u64)
        ));
    }
}

fn say_with_rows(found: &Packed) {
    let rules = found.findings.len() as u64;
    let with = found.findings.iter();
    let with = with.filter(|f| !f.table.rows.is_empty()).count() as u64;
    say(&format!(
        "{} of {} with rows",
        grouped(with),
        counted(rules, "rule")
    ));
}

fn print_rows(printing: &Printing<'_>, found: &Packed, order: &[usize]) -> Result<()> {
    let by_rule = printing.format() == Format::Table && !printing.args.wide;
    if !by_rule || printing.args.sort.is_some() {
        return printing.print(&found.hunted.findings.table, order);
    }
    let mut out = BufWriter::new(io::stdout().lock());
    let done = write_by_rule(&mut out, printing, found).and_then(|()| out.flush());
    Ok(unless_closed(done)?)
}

fn write_by_rule(
    out: &mut dyn io::Write,
    printing: &Printing<'_>,
    found: &Packed,
) -> io::Result<()> {
    let files = &found.hunted.loaded.ledger.files;
    let mut is_first = true;
    for (rule, findings) in printing.rules.iter().zip(&found.findings) {
        let rows = findings.table.rows.len() as u64;
        if rows == 0 {
            continue;
        }
        if !std::mem::take(&mut is_first) {
            writeln!(out)?;
        }
        let name = crate::event::visible::visible(&rule.detection.name);
        writeln!(out, "{name}: {}", counted(rows, "row"))?;
        let order = by_first_time(findings);
        write_findings(out, findings, files, &order, printing.style())?;
    }
    Ok(())
}
