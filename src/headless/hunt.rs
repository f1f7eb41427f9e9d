//! `gimlet hunt`: the rows of the rule, the events behind them, the ledger, the coverage.

use super::outputs::Outputs;
use super::progress::Line;
use super::rows::{Printing, say, unless_closed};
use super::{interrupt, pack, session, status};
use crate::cim::Sources;
use crate::cli::{Format, Hunt};
use crate::config::Settings;
use crate::event::visible::visible;
use crate::event::{SourceId, Timestamp};
use crate::evidence::hash::hash;
use crate::evidence::ledger::Ledger;
use crate::evidence::member::{Member, Origin};
use crate::evidence::prefilter::Wanted;
use crate::report::{
    LedgerDocument, MacroOverride, RuleEntry, Summary, by_first_time, counted, grouped, order,
    problem_line, size, write_coverage, write_findings,
};
use crate::search::needles::needles;
use crate::store::Findings;
use crate::worker::drilldown::bounds_text;
use crate::worker::hunt::{HuntOptions, Hunted, Pass};
use crate::worker::pack::hunt_once;
use crate::worker::report::{Loaded, RejectedRows};
use crate::worker::rule::Rule;
use crate::worker::threads::Engine;
use anyhow::{Context as _, Result};
use std::collections::BTreeMap;
use std::io::{self, BufWriter, Write as _};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Instant, SystemTime, UNIX_EPOCH};

/// Runs `gimlet hunt`; returns the exit status. `arguments` go into the ledger as they were given.
pub fn run(args: &Hunt, settings: &Settings, arguments: &[String]) -> Result<u8> {
    let started = Started::now();
    if session::are_several(&args.reading) {
        return pack::run(args, settings, arguments, started);
    }
    let made = session::engine(&args.reading, &[], settings)?;
    run_engine(args, settings, arguments, (made, started))
}

/// When a run began, by both clocks.
pub struct Started(pub(super) Instant, pub(super) Timestamp);

impl Started {
    /// Now.
    pub fn now() -> Self {
        Self(Instant::now(), now())
    }
}

/// The same with an engine that was made already, and what is to be said of its inputs.
pub fn run_engine(
    args: &Hunt,
    settings: &Settings,
    arguments: &[String],
    ((mut engine, remarks), Started(clock, started)): ((Engine, Vec<String>), Started),
) -> Result<u8> {
    let cancel = set(&mut engine.options, args)?;
    let quiet = args.saying.quiet;
    for remark in &remarks {
        say(remark);
    }
    if engine.options.passes_over() && !quiet {
        say_read_whole(&engine.rule, &engine.sources);
    }
    if args.rows.show_search {
        show_search(
            &engine.rule,
            settings,
            (args.reading.since, args.reading.until),
        );
    }
    // Wrong names are told before an hour of reading, not after.
    order(&engine.rule.columns(), args.rows.sort.as_ref())?;
    let outputs = Outputs::create(args)?;
    let mut line = Line::new(quiet);
    let mut hunted = hunt_once(&engine.rule, &engine.sources, &engine.options, &mut line);
    line.clear();
    // What can't be printed (a full disk) is written beside it all the same.
    let printing = Printing {
        rules: std::slice::from_ref(&engine.rule),
        args: &args.rows,
        settings,
        search: &engine.rule.detection.search,
        bounds: (args.reading.since, args.reading.until),
    };
    let order = printed_order(&printing, &hunted.findings)?;
    let printed = print_rows(&printing, &hunted, &order);
    if outputs.any() && !args.no_hash {
        put_hashes(&mut hunted, &cancel);
    }
    let document = LedgerDocument {
        rules: &[rule_entry(&engine.rule)],
        macro_overrides: &overrides(&engine.rule),
        arguments,
        started,
        ended: now(),
        zone: settings.tz,
        ledger: &hunted.loaded.ledger,
    };
    outputs.write(&hunted, &order, &document)?;
    printed.context("the rows could not be printed to their end")?;
    let status = finish(args, settings, &engine.rule, &hunted, clock)?;
    let interrupted = cancel.load(Ordering::Relaxed);
    Ok(if interrupted {
        status::INTERRUPTED
    } else {
        status
    })
}

/// Sets how the evidence is gone through, and lets Ctrl-C end it.
pub(super) fn set(options: &mut HuntOptions, args: &Hunt) -> Result<Arc<AtomicBool>> {
    options.keep_raw = args.events.is_some();
    options.pass = match (args.coverage, &args.ledger) {
        (true, _) => Pass::Everything,
        (false, Some(_)) => Pass::Counted,
        (false, None) => Pass::Rows,
    };
    let cancel = options.cancel.clone();
    interrupt::watch(&cancel)?;
    Ok(cancel)
}

/// The order in which the rows are printed; a table is by time unless another is asked for.
fn printed_order(printing: &Printing<'_>, findings: &Findings) -> Result<Vec<usize>> {
    if printing.format() == Format::Table && printing.args.sort.is_none() {
        return Ok(by_first_time(findings));
    }
    printing.order(&findings.table)
}

fn print_rows(printing: &Printing<'_>, hunted: &Hunted, order: &[usize]) -> Result<()> {
    let findings = &hunted.findings;
    if printing.format() != Format::Table || printing.args.wide {
        return printing.print(&findings.table, order);
    }
    let files = &hunted.loaded.ledger.files;
    let mut out = BufWriter::new(io::stdout().lock());
    let done = write_findings(&mut out, findings, files, order, printing.style());
    Ok(unless_closed(done.and_then(|()| out.flush()))?)
}

pub(super) fn put_hashes(hunted: &mut Hunted, cancel: &AtomicBool) {
    let mut by_path: BTreeMap<&Path, Vec<&Member>> = BTreeMap::new();
    for member in hunted.members.iter().filter(|m| m.origin != Origin::Stream) {
        by_path.entry(&member.path).or_default().push(member);
    }
    let mut digests: Vec<(SourceId, String)> = Vec::new();
    for (path, members) in by_path {
        // A file that can't be hashed has no hash in the ledger; why it can't be read stands there.
        let Ok(hashes) = hash(path, &members, cancel) else {
            continue;
        };
        let named = |(id, digest): (SourceId, Option<crate::evidence::hash::Digest>)| {
            digest.map(|digest| (id, digest.to_string()))
        };
        digests.extend(hashes.members.into_iter().filter_map(named));
    }
    for (id, digest) in digests {
        hunted.loaded.ledger.file(id).sha256 = Some(digest);
    }
}

/// Says on standard error what was read and what not, and gives the exit status.
fn finish(
    args: &Hunt,
    settings: &Settings,
    rule: &Rule,
    hunted: &Hunted,
    clock: Instant,
) -> Result<u8> {
    let ledger = &hunted.loaded.ledger;
    let rows = hunted.findings.table.rows.len() as u64;
    if args.coverage {
        say_coverage(ledger, settings)?;
    }
    if !args.saying.quiet {
        say_files(ledger, args.saying.verbose);
        say_of_search(&hunted.loaded);
        if rows == 0 && ledger.any_read() {
            say(&no_rows(rule, hunted));
        }
        let events = hunted.findings.findings.iter().map(|f| f.count).sum();
        say(&Summary::new(rows, events, ledger, clock.elapsed()).to_string());
    }
    say_nothing_read(ledger);
    Ok(exit_status(ledger, rows > 0 && args.fail_on_rows))
}

/// Says what the search has to tell of its run.
pub(super) fn say_of_search(loaded: &Loaded) {
    say_without_time(loaded.without_time);
    for note in &loaded.notes {
        say(&visible(note));
    }
    for rejected in &loaded.rejected {
        say(&rejected_line(rejected));
    }
}

/// Says by host and file what is covered.
pub(super) fn say_coverage(ledger: &Ledger, settings: &Settings) -> Result<()> {
    let style = crate::report::TableStyle {
        width: crate::terminal::width(),
        zone: settings.tz,
        ascii: settings.ascii,
    };
    let mut text = Vec::new();
    write_coverage(&mut text, ledger, style)?;
    say(String::from_utf8_lossy(&text).trim_end());
    Ok(())
}

/// What exported rows the search does not take, and why.
fn rejected_line(rejected: &RejectedRows) -> String {
    let rows = counted(rejected.rows, "exported row");
    let fail = if rejected.rows == 1 { "fails" } else { "fail" };
    format!(
        "{rows} {fail} the where-clause at '{}'; the first: {}",
        visible(&rejected.clause),
        rejected.first
    )
}

/// Says of what a span of time can't hold: a clock that was set wrong must not hide an event.
pub fn say_without_time(events: u64) {
    if events > 0 {
        say(&format!(
            "{} without a usable time, left out by --since or --until",
            counted(events, "matching event")
        ));
    }
}

/// Says, quiet or not, when there was nothing to search in: an error, and no answer to rely on.
pub fn say_nothing_read(ledger: &Ledger) {
    if ledger.any_read() || !ledger.complete {
        return;
    }
    let totals = &ledger.totals;
    let [closed, other] = [totals.files, totals.files_not_evidence].map(grouped);
    let why = match (totals.files, totals.files_not_evidence) {
        (0, 0) => "there is no file in what was given".to_owned(),
        (0, _) => format!("{other} of other kinds than logs, which -v names"),
        (_, 0) => format!("{closed} not opened"),
        _ => format!("{closed} not opened, {other} of other kinds than logs"),
    };
    say(&format!("gimlet: nothing could be read: {why}"));
}

pub(super) fn say_files(ledger: &Ledger, verbose: bool) {
    for file in &ledger.files {
        if let Some(problem) = problem_line(file) {
            say(&problem);
        } else if verbose {
            say(&format!(
                "{}: {} · {} records",
                file.place(),
                file.format,
                file.records
            ));
        }
    }
}

/// Says why a rule asks for every record of a kind, where it does.
fn say_read_whole(rule: &Rule, sources: &Sources) {
    let needles = needles(&rule.plan, rule.sources(sources));
    let of_windows = ("Windows event", &needles.windows);
    let of_flat = ("record of Defender, Elastic or your own", &needles.flat);
    for (kind, wanted) in [of_windows, ("Cisco NVM flow", &needles.nvm), of_flat] {
        if let Wanted::Everything(why) = wanted {
            say(&format!("full pass, every {kind} is read: {why}"));
        }
    }
}

/// What "no rows" rests on, in a few words; the coverage says it by host.
pub fn no_rows(rule: &Rule, hunted: &Hunted) -> String {
    let loaded = &hunted.loaded;
    let totals = &loaded.ledger.totals;
    let counts: Vec<String> = hunted
        .loaded
        .clause_counts
        .iter()
        .map(|(clause, count)| format!("{} met {clause}", grouped(*count)))
        .collect();
    let event = &hunted.loaded.ledger.event;
    let met = if counts.is_empty() {
        String::new()
    } else {
        format!("; {}", counts.join(", "))
    };
    if totals.passed_bytes > 0 {
        return format!(
            "No rows of '{}' in {}: {} among the records that hold what it looks for{met}; --coverage \
             reads the others too and says by host what this rests on",
            rule.detection.name,
            size(totals.bytes),
            counted(loaded.tested, event.full()),
        );
    }
    let with = if event.is_process() {
        let with = grouped(loaded.tested_with_command_line);
        format!(", {with} with a command line")
    } else {
        String::new()
    };
    format!(
        "No rows of '{}': {} on {} of {} tested{with}{met}",
        rule.detection.name,
        counted(loaded.tested, event.full()),
        grouped(totals.hosts_with_creations),
        counted(totals.hosts, "host"),
    )
}

/// The exit status of outputs.md. Rows that were asked about go before evidence that was not read.
pub fn exit_status(ledger: &Ledger, fail_on_rows: bool) -> u8 {
    if !ledger.complete {
        status::INTERRUPTED
    } else if !ledger.any_read() {
        status::USAGE
    } else if fail_on_rows {
        status::ROWS
    } else if ledger.all_read() {
        status::READ
    } else {
        status::PARTLY
    }
}

/// Prints the search, its bounds and the macros that were replaced, on standard error.
pub fn show_search(
    rule: &Rule,
    settings: &Settings,
    bounds: (Option<Timestamp>, Option<Timestamp>),
) {
    say(rule.detection.search.trim_end());
    say(&format!(
        "-- with its macros expanded:\n{}",
        rule.parsed.expanded.text.trim_end()
    ));
    say_bounds(rule, settings, bounds);
}

/// The bounds and the replaced macros.
pub fn say_bounds(
    rule: &Rule,
    settings: &Settings,
    bounds: (Option<Timestamp>, Option<Timestamp>),
) {
    let [earliest, latest] = bounds_text(bounds.0, bounds.1, settings.tz);
    say(&format!("-- earliest {earliest}, latest {latest}"));
    for replaced in rule.macros.overrides() {
        say(&format!(
            "-- macro '{}' is from '{}'",
            replaced.name, replaced.file
        ));
    }
}

pub(super) fn rule_entry(rule: &Rule) -> RuleEntry {
    RuleEntry {
        id: rule.detection.id.clone(),
        name: rule.detection.name.clone(),
        version: rule.detection.version.clone(),
        sha256: rule.detection.sha256.clone(),
    }
}

pub(super) fn overrides(rule: &Rule) -> Vec<MacroOverride> {
    let entry = |o: &crate::content::macros::Override| MacroOverride {
        name: o.name.clone(),
        file: o.file.clone(),
    };
    rule.macros.overrides().iter().map(entry).collect()
}

/// The wall clock: only when a run began and ended is taken from it.
pub(super) fn now() -> Timestamp {
    let since = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    let millis = i64::try_from(since.as_millis()).unwrap_or(i64::MAX);
    Timestamp::from_millis(millis).unwrap_or(Timestamp::from_ticks(0))
}
