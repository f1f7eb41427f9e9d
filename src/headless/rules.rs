//! `gimlet rules …`: what is told of rules without a hunt.

mod show;
mod test;

use super::rows::{say, unless_closed};
use super::status;
use crate::cim::{Models, Sources};
use crate::cli::rules::{Check, List, OverArgs, RulesCommand, Shape};
use crate::config::Settings;
use crate::content::{Detection, Folder, Placed};
use crate::event::visible::visible;
use crate::report::rules::{CheckSummary, write_check, write_check_json, write_check_summary};
use crate::worker::check::Checker;
use crate::worker::rule::RuleError;
use anyhow::Result;
use std::io::{self, BufWriter, Write};
use std::path::Path;

/// Runs `gimlet rules …`; returns the exit status.
pub fn run(command: &RulesCommand, settings: &Settings) -> Result<u8> {
    match command {
        RulesCommand::Check(args) => check(args, settings),
        RulesCommand::List(args) => list(args, settings),
        RulesCommand::Show(args) => show::run(args, settings),
        RulesCommand::Test(args) => test::run(args, settings),
    }
}

/// A content folder with the macros of the settings over its own. What is broken in it is said.
fn folder(
    path: &Path,
    content: Option<&Path>,
    over: &OverArgs,
    settings: &Settings,
) -> Result<Folder> {
    let mut folder = Folder::read_beside(path, content).map_err(RuleError::from)?;
    lay_over(&mut folder, over, settings)?;
    Ok(folder)
}

/// The macros of the settings hold those of the command line.
fn lay_over(folder: &mut Folder, over: &OverArgs, settings: &Settings) -> Result<()> {
    let macros = folder.add_macros(&settings.macros);
    let all = macros.and_then(|()| folder.add_lookups(&over.lookups));
    Ok(all.map_err(RuleError::from)?)
}

fn say_broken(folder: &Folder) {
    for problem in &folder.problems {
        say(problem.drawn().trim_end());
    }
}

fn check(args: &Check, settings: &Settings) -> Result<u8> {
    let folder = folder(&args.path, args.content.as_deref(), &args.over, settings)?;
    if args.format == Shape::Text {
        say_broken(&folder);
    }
    let models = Models::built_in()?;
    let sources = Sources::built_in(&models)?;
    let mut checker = Checker::new(&folder, &models, &sources, settings.tz);
    let found = checker.check_all(&folder.detections);
    let broken: Vec<Placed> = folder.problems.iter().map(Placed::from).collect();
    let summary = CheckSummary::of(&found, &broken);
    print(|out| match args.format {
        Shape::Json => write_check_json(out, &found, &broken, &summary),
        Shape::Text => {
            if !args.summary {
                write_check(out, &found)?;
                writeln!(out)?;
            }
            write_check_summary(out, &summary)
        }
    })?;
    let refused = args.strict && summary.refuses();
    Ok(if refused { status::ROWS } else { status::READ })
}

fn list(args: &List, settings: &Settings) -> Result<u8> {
    let rules = match &args.content.content {
        Some(path) => {
            let folder = folder(path, None, &OverArgs::default(), settings)?;
            say_broken(&folder);
            folder.detections
        }
        None => vec![Detection::built_in().map_err(RuleError::from)?],
    };
    let wanted = args.text.as_deref().unwrap_or("").to_lowercase();
    let mut rules: Vec<&Detection> = rules
        .iter()
        .filter(|rule| rule.name.to_lowercase().contains(&wanted))
        .collect();
    rules.sort_by_key(|rule| (rule.name.to_lowercase(), &rule.origin));
    print(|out| {
        for rule in &rules {
            let (kind, techniques) = (rule.kind.to_string(), rule.mitre_attack_ids.join(" "));
            let [name, kind, techniques] = [&rule.name, &kind, &techniques].map(|t| visible(t));
            writeln!(out, "{name}\t{kind}\t{techniques}")?;
        }
        Ok(())
    })?;
    Ok(status::READ)
}

/// Prints on standard output.
fn print(write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<()> {
    let mut out = BufWriter::new(io::stdout().lock());
    let done = write(&mut out).and_then(|()| out.flush());
    Ok(unless_closed(done)?)
}
