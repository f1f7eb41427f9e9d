//! `gimlet rules show`: all that is known of one rule. One that can't be run is shown too, with why.

use super::{folder, lay_over, print, say_broken};
use crate::cim::{Models, Sources};
use crate::cli::rules::Show;
use crate::config::Settings;
use crate::content::{Detection, Folder, ParsedSearch};
use crate::event::visible::visible_lines;
use crate::headless::rows::say;
use crate::headless::status;
use crate::report::rules::Checked;
use crate::worker::RuleView;
use crate::worker::check::Checker;
use crate::worker::rule::{Rule, RuleError};
use crate::worker::sections;
use anyhow::{Result, anyhow};
use std::io::{self, Write};

/// Runs the command; returns the exit status.
pub fn run(args: &Show, settings: &Settings) -> Result<u8> {
    let content = content(args, settings)?;
    let detection = match (&args.name, &content.detections[..]) {
        (Some(name), _) => content
            .find(name)
            .inspect_err(|_| say_broken(&content))?
            .clone(),
        (None, [one]) => one.clone(),
        (None, _) => {
            return Err(anyhow!(
                "there are {} rules: name one, or let 'gimlet rules list' print them",
                content.detections.len()
            ));
        }
    };
    let models = Models::built_in()?;
    let sources = Sources::built_in(&models)?;
    let mut checker = Checker::new(&content, &models, &sources, settings.tz);
    let found = checker.check_all(std::slice::from_ref(&detection));
    let rule = Rule::of(detection.clone(), &content, &models, settings.tz);
    let stories = stories(&detection, &content);
    print(|out| match &rule {
        Ok(rule) => write_rule(out, &rule.view(), found.first(), &stories),
        Err(_) => write_refused(out, &detection, &content, &stories),
    })?;
    let Err(error) = rule else {
        return Ok(status::READ);
    };
    say(error.0.trim_end());
    Ok(status::ROWS)
}

/// The folder, or the rule that comes with the program.
fn content(args: &Show, settings: &Settings) -> Result<Folder> {
    if let Some(path) = &args.content.content {
        return folder(path, None, &args.over, settings);
    }
    let mut content = Folder::built_in().map_err(RuleError::from)?;
    lay_over(&mut content, &args.over, settings)?;
    content
        .detections
        .push(Detection::built_in().map_err(RuleError::from)?);
    Ok(content)
}

/// What its stories are about.
fn stories(rule: &Detection, content: &Folder) -> Vec<(String, String)> {
    let known = rule.analytic_stories.iter().filter_map(|name| {
        let story = content.story(name)?;
        Some((format!("Story '{name}'"), story.description.clone()))
    });
    known.filter(|(_, text)| !text.is_empty()).collect()
}

fn write_rule(
    out: &mut dyn Write,
    view: &RuleView,
    checked: Option<&Checked>,
    stories: &[(String, String)],
) -> io::Result<()> {
    let heading = format!(
        "{}\nversion {} · {} · {}",
        view.name, view.version, view.kind, view.severity
    );
    write_text(out, "", &heading)?;
    write_sections(out, &view.sections)?;
    write_sections(out, stories)?;
    write_section(out, "Search", &view.search)?;
    write_section(out, "Search with its macros expanded", &view.expanded)?;
    let replaced: Vec<String> = view
        .overrides
        .iter()
        .map(|(name, file)| format!("'{name}' is from '{file}'"))
        .collect();
    write_section(out, "Macros replaced", &replaced.join("\n"))?;
    if let Some(checked) = checked {
        write_section(out, "Looks for", &checked.needles.join("\n"))?;
        let full: Vec<String> = checked
            .full_pass
            .iter()
            .map(|(kind, why)| format!("{kind}: {why}"))
            .collect();
        write_section(out, "Full pass", &full.join("\n"))?;
    }
    let indicators: Vec<String> = view.indicators.iter().map(indicator).collect();
    write_section(out, "Indicators", &indicators.join("\n"))?;
    write_section(out, "Drilldowns", &view.drilldowns.join("\n"))?;
    let entities: Vec<String> = view
        .entities
        .iter()
        .map(|(field, score)| format!("{field} {score}"))
        .collect();
    write_section(out, "Risk scores", &entities.join("\n"))
}

fn indicator((field, kind, value, others): &(String, String, String, String)) -> String {
    match others.as_str() {
        "" => format!("{field} {kind} {value}"),
        others => format!("{field} {kind} {value} · in other rules: {others}"),
    }
}

fn write_refused(
    out: &mut dyn Write,
    rule: &Detection,
    content: &Folder,
    stories: &[(String, String)],
) -> io::Result<()> {
    let heading = format!("{}\nversion {} · {}", rule.name, rule.version, rule.kind);
    write_text(out, "", &heading)?;
    write_sections(out, &sections(rule, &content.attack, &[]))?;
    write_sections(out, stories)?;
    write_section(out, "Search", &rule.search)?;
    let expanded = expanded(rule, content).unwrap_or_default();
    write_section(out, "Search with its macros expanded", &expanded)
}

/// The search with its macros put in, where all are known.
fn expanded(rule: &Detection, content: &Folder) -> Option<String> {
    let mut macros = content.macros.clone();
    macros.add_filter_of(rule);
    match ParsedSearch::of(rule, &macros) {
        Ok(parsed) => Some(parsed.expanded.text),
        Err(error) => error.expanded().map(|expanded| expanded.text.clone()),
    }
}

fn write_sections(out: &mut dyn Write, sections: &[(String, String)]) -> io::Result<()> {
    sections
        .iter()
        .try_for_each(|(name, text)| write_section(out, name, text))
}

fn write_section(out: &mut dyn Write, name: &str, text: &str) -> io::Result<()> {
    if text.trim().is_empty() {
        return Ok(());
    }
    writeln!(out, "\n{}", visible_lines(name).join(" "))?;
    write_text(out, "  ", text.trim_end())
}

fn write_text(out: &mut dyn Write, indent: &str, text: &str) -> io::Result<()> {
    visible_lines(text)
        .iter()
        .try_for_each(|line| writeln!(out, "{}", format!("{indent}{line}").trim_end()))
}
