//! `gimlet drilldown results|risk`: the rule's own drilldown searches for a user and a dest.

use super::hunt::{exit_status, say_bounds, say_nothing_read, say_without_time};
use super::progress::Line;
use super::rows::{Printing, say};
use super::{interrupt, session, status};
use crate::cli::{Drilldown, Format, Which};
use crate::config::Settings;
use crate::event::{Timestamp, Value};
use crate::report::{Summary, problem_line};
use crate::spl::bind::tokens;
use crate::store::Findings;
use crate::worker::DrilldownResult;
use crate::worker::drilldown::{Over, Tokens};
use crate::worker::hunt::{Hunted, Pass};
use crate::worker::pack::hunt_once;
use crate::worker::rule::Rule;
use anyhow::{Context as _, Result, anyhow};
use std::time::Instant;

/// Runs a drilldown; returns the exit status.
pub fn run(args: &Drilldown, settings: &Settings) -> Result<u8> {
    let clock = Instant::now();
    let (mut engine, remarks) = session::engine(&args.reading, &args.risk_events, settings)?;
    engine.options.pass = pass(args);
    interrupt::watch(&engine.options.cancel)?;
    for remark in &remarks {
        say(remark);
    }
    let Some(which) = engine.rule.drilldown_place(args.which == Which::Risk) else {
        let asked = if args.which == Which::Risk {
            "risk events"
        } else {
            "its results"
        };
        say(&format!(
            "'{}' has no drilldown for {asked}: its YAML would have one under 'drilldown_searches'",
            engine.rule.detection.name
        ));
        return Ok(status::USAGE);
    };
    let mut tokens = given(args);
    if let Some(missing) = unfilled(&engine.rule, which, &tokens) {
        say(&missing);
        return Ok(status::USAGE);
    }
    let mut line = Line::new(args.saying.quiet);
    let hunted = hunt_once(&engine.rule, &engine.sources, &engine.options, &mut line);
    line.clear();
    tokens.anchor = args.at.or_else(|| anchor(&hunted, &tokens));
    let over = Over {
        rule: &engine.rule,
        sources: &engine.sources,
        options: &engine.options,
        findings: &hunted.findings,
        span: hunted.loaded.span,
        now: hunted.loaded.now,
        imported: &engine.imported,
    };
    let result = over
        .run(which, &tokens, false)
        .map_err(|problem| anyhow!(problem))?;
    print(args, settings, &engine.rule, &result)?;
    let ledger = &hunted.loaded.ledger;
    if !args.saying.quiet {
        ledger
            .files
            .iter()
            .filter_map(problem_line)
            .for_each(|problem| say(&problem));
        say_without_time(hunted.loaded.without_time);
        let rows = result.table.rows.len() as u64;
        let events = result.events.len() as u64;
        say(&Summary::new(rows, events, ledger, clock.elapsed()).to_string());
    }
    say_nothing_read(ledger);
    Ok(exit_status(ledger, false))
}

/// The bounds of a drilldown's search and the time that its offsets count from are those of all
/// creations where the command line does not say: then all have to be read.
fn pass(args: &Drilldown) -> Pass {
    let said = [args.reading.since, args.reading.until, args.at];
    if said.iter().all(Option::is_some) {
        Pass::Rows
    } else {
        Pass::Everything
    }
}

fn given(args: &Drilldown) -> Tokens {
    let named = |name: &str, value: &Option<String>| {
        value
            .as_ref()
            .map(|value| (name.to_owned(), vec![value.clone()]))
    };
    let mut values: Vec<(String, Vec<String>)> = Vec::new();
    values.extend(named("user", &args.user));
    values.extend(named("dest", &args.dest));
    values.extend(
        args.token
            .iter()
            .map(|(name, value)| (name.clone(), vec![value.clone()])),
    );
    Tokens {
        values,
        anchor: None,
    }
}

/// The first token of the drilldown's search that nothing fills, with the remedy.
fn unfilled(rule: &Rule, which: usize, given: &Tokens) -> Option<String> {
    let drilldown = rule.detection.drilldowns.get(which)?;
    let missing = tokens(&drilldown.search)
        .into_iter()
        .find(|token| !given.values.iter().any(|(name, _)| name == token.name))?;
    let remedy = match missing.name {
        name @ ("user" | "dest") => format!("--{name} VALUE"),
        name => format!("--token {name}=VALUE"),
    };
    let (name, token) = (&drilldown.name, missing.name);
    Some(format!(
        "the drilldown '{name}' needs a value for '${token}$': give {remedy}"
    ))
}

/// The last event of the rows that have these values; without such rows the last of all creations,
/// so that the seven days are those of the evidence.
fn anchor(hunted: &Hunted, tokens: &Tokens) -> Option<Timestamp> {
    let findings = &hunted.findings;
    let rows = (0..findings.table.rows.len()).filter(|row| has_values(findings, *row, tokens));
    let last = rows
        .filter_map(|row| findings.findings.get(row)?.last)
        .max();
    last.or(hunted.loaded.span.map(|(_, last)| last))
}

fn has_values(findings: &Findings, row: usize, tokens: &Tokens) -> bool {
    tokens.values.iter().all(|(field, wanted)| {
        let cell: Option<&Value> = findings.value(row, field);
        cell.is_some_and(|cell| {
            cell.each().iter().any(|text| {
                wanted
                    .iter()
                    .any(|wanted| wanted.to_lowercase() == text.to_lowercase())
            })
        })
    })
}

fn print(
    args: &Drilldown,
    settings: &Settings,
    rule: &Rule,
    result: &DrilldownResult,
) -> Result<()> {
    let bounds = (result.earliest, result.latest);
    if args.rows.show_search {
        say(&result.title);
        say(&result.spl);
        say_bounds(rule, settings, bounds);
    }
    let printing = Printing {
        rules: std::slice::from_ref(rule),
        args: &args.rows,
        settings,
        search: &result.spl,
        bounds,
    };
    let order = printing.order(&result.table)?;
    printing
        .print(&result.table, &order)
        .context("the rows could not be printed to their end")?;
    if args.saying.quiet {
        return Ok(());
    }
    for warning in &result.warnings {
        say(warning);
    }
    say(&result.basis);
    if let (Format::Table, Some((name, sums))) = (printing.format(), &result.ours) {
        let first = |row: &crate::search::Row| {
            row.cells
                .first()
                .and_then(Option::as_ref)
                .map_or(String::new(), |v| v.as_text().into())
        };
        for (row, sum) in result.table.rows.iter().zip(sums) {
            say(&format!(
                "{} {sum} for {} (a sum of gimlet's own)",
                name,
                first(row)
            ));
        }
    }
    Ok(())
}
