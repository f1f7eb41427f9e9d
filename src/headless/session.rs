//! What every way of running needs before evidence is opened: settings, rule, source tables, host
//! names and imported risk events, made from the command line.

use crate::cim::{Hosts, Models, Sources};
use crate::cli::ReadingArgs;
use crate::config::Settings;
use crate::event::visible::visible;
use crate::risk::{RiskEvent, import};
use crate::worker::hunt::{HuntOptions, Pass};
use crate::worker::rule::{Rule, RuleFiles};
use crate::worker::threads::Engine;
use anyhow::{Context as _, Result, anyhow};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

/// The engine for these arguments, and what a person should be told about the inputs: a line each.
pub fn engine(
    reading: &ReadingArgs,
    risk_files: &[PathBuf],
    settings: &Settings,
) -> Result<(Engine, Vec<String>)> {
    let files = RuleFiles {
        rule: reading.rule.clone(),
        macros: settings.macros.clone(),
    };
    let (rule, sources) = load(&files, settings)?;
    let mut hosts = Hosts::default();
    if let Some(path) = &reading.hosts {
        let text = read_text(path)?;
        hosts
            .read(&text)
            .with_context(|| format!("'{}'", shown(path)))?;
    }
    let (imported, mut remarks) = risk_events(risk_files, settings)?;
    remarks.splice(0..0, rule.drawn_lints());
    let options = HuntOptions {
        paths: reading.paths.clone(),
        built_in: &[],
        hosts,
        assume_tz: settings.assume_tz,
        since: reading.since,
        until: reading.until,
        now: reading.now,
        keep_duplicates: reading.keep_duplicates,
        no_prefilter: reading.no_prefilter,
        keep_raw: false,
        pass: Pass::Everything,
        index: false,
        cancel: Arc::new(AtomicBool::new(false)),
    };
    if let Some(refused) = rule.refused_evidence(&options) {
        return Err(anyhow!(refused));
    }
    Ok((
        Engine {
            rule,
            sources,
            options,
            imported,
        },
        remarks,
    ))
}

/// The engine on the evidence that is built into the program.
pub fn demo_engine(settings: &Settings) -> Result<Engine> {
    let files = RuleFiles {
        rule: None,
        macros: settings.macros.clone(),
    };
    let (rule, sources) = load(&files, settings)?;
    let mut imported = Vec::new();
    for (number, bytes) in super::demo::RISK.iter().enumerate() {
        let number = u32::try_from(number).unwrap_or(u32::MAX);
        imported.extend(import(bytes, number, settings.assume_tz)?.events);
    }
    let options = HuntOptions {
        built_in: super::demo::EVIDENCE,
        assume_tz: settings.assume_tz,
        ..HuntOptions::default()
    };
    Ok(Engine {
        rule,
        sources,
        options,
        imported,
    })
}

fn load(files: &RuleFiles, settings: &Settings) -> Result<(Rule, Sources)> {
    let models = Models::built_in()?;
    let sources = Sources::built_in(&models)?;
    let rule = Rule::load(files, &models, settings.tz)?;
    Ok((rule, sources))
}

fn read_text(path: &Path) -> Result<String> {
    let bytes = std::fs::read(path).with_context(|| format!("can't read '{}'", shown(path)))?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

fn risk_events(files: &[PathBuf], settings: &Settings) -> Result<(Vec<RiskEvent>, Vec<String>)> {
    let (mut events, mut remarks) = (Vec::new(), Vec::new());
    for (number, path) in files.iter().enumerate() {
        let bytes = std::fs::read(path).with_context(|| format!("can't read '{}'", shown(path)))?;
        let number = u32::try_from(number).unwrap_or(u32::MAX);
        let import = import(&bytes, number, settings.assume_tz)
            .map_err(|error| anyhow!("'{}': {}", shown(path), visible(&error.to_string())))?;
        if let Some(bad) = import.bad.first() {
            remarks.push(format!(
                "'{}': {} lines are no risk events, the first is line {}: {}",
                shown(path),
                import.bad_total,
                bad.line,
                visible(&bad.reason)
            ));
        }
        events.extend(import.events);
    }
    Ok((events, remarks))
}

fn shown(path: &Path) -> String {
    visible(&path.to_string_lossy()).into_owned()
}
