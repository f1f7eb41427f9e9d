//! What every way of running needs before evidence is opened: settings, rule, source tables, host
//! names and imported risk events, made from the command line.

use crate::cim::{Hosts, Models, Sources};
use crate::cli::{DatasetWidth, ReadingArgs};
use crate::config::Settings;
use crate::content::{Detection, Folder};
use crate::event::visible::{visible, visible_lines};
use crate::evidence::sources::give;
use crate::report::counted;
use crate::risk::{RiskEvent, import};
use crate::worker::hunt::{HuntOptions, Pass};
use crate::worker::rule::{Rule, RuleError};
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
    engine_for(Wanted::of(reading)?, reading, risk_files, settings)
}

/// The engine for a search that no rule holds; `origin` is its file, or what it is.
pub fn search_engine(
    (search, origin): (&str, &str),
    reading: &ReadingArgs,
    settings: &Settings,
) -> Result<(Engine, Vec<String>)> {
    let wanted = Wanted::Read(Box::new(Detection::of_search(search, origin)));
    engine_for(wanted, reading, &[], settings)
}

/// Which rule is to be run.
enum Wanted {
    /// That of a file, or the one that comes with the program.
    File(Option<PathBuf>),
    /// One of the content, by its name.
    Named(String),
    /// This one.
    Read(Box<Detection>),
}

impl Wanted {
    fn of(reading: &ReadingArgs) -> Result<Self> {
        match (&reading.rule, &reading.content) {
            (Some(rule), Some(_)) if is_absent(rule) => {
                Ok(Self::Named(rule.to_string_lossy().into_owned()))
            }
            (Some(rule), None) if is_absent(rule) => Err(anyhow!(
                "there is no file '{}': give a rule's file, or its name and --content DIR",
                shown(rule)
            )),
            (Some(rule), _) => Ok(Self::File(Some(rule.clone()))),
            (None, None) => Ok(Self::File(None)),
            (None, Some(content)) => Err(anyhow!(
                "which rule of '{}' is to be run is not said: give --rule NAME, which 'gimlet rules list --content {0}' prints",
                shown(content)
            )),
        }
    }
}

/// Nothing has that name; what can't be looked at may.
fn is_absent(path: &Path) -> bool {
    path.try_exists().is_ok_and(|there| !there)
}

fn engine_for(
    wanted: Wanted,
    reading: &ReadingArgs,
    risk_files: &[PathBuf],
    settings: &Settings,
) -> Result<(Engine, Vec<String>)> {
    let (rule, sources, broken) = load(wanted, Some(reading), settings)?;
    let mut hosts = Hosts::default();
    if let Some(path) = &reading.hosts {
        let text = read_text(path)?;
        hosts
            .read(&text)
            .with_context(|| format!("'{}'", shown(path)))?;
    }
    let (imported, mut remarks) = risk_events(risk_files, settings)?;
    remarks.splice(0..0, broken.into_iter().chain(rule.drawn_lints()));
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
    let (rule, sources, _) = load(Wanted::File(None), None, settings)?;
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

/// The rule, the sources and what is to be said of the content.
fn load(
    wanted: Wanted,
    reading: Option<&ReadingArgs>,
    settings: &Settings,
) -> Result<(Rule, Sources, Vec<String>)> {
    let models = Models::built_in()?;
    let mut sources = Sources::built_in(&models)?;
    add_maps(
        &mut sources,
        reading.map_or(&[][..], |reading| &reading.map),
    )?;
    if reading.is_some_and(|reading| reading.dataset == DatasetWidth::Ta) {
        sources.widen()?;
    }
    let content = reading.and_then(|reading| reading.content.as_deref());
    let lookups = reading.map_or(&[][..], |reading| &reading.lookups);
    let mut folder = match (content, &wanted) {
        (Some(path), Wanted::Named(_)) => Folder::read(path),
        (Some(path), _) => Folder::without_rules(path),
        (None, _) => Folder::built_in(),
    }
    .map_err(RuleError::from)?;
    let detection = match wanted {
        Wanted::File(Some(path)) => Detection::read(&path).map_err(RuleError::from)?,
        Wanted::File(None) => Detection::built_in().map_err(RuleError::from)?,
        Wanted::Named(name) => folder.find(&name)?.clone(),
        Wanted::Read(detection) => *detection,
    };
    folder.macros.add_filter_of(&detection);
    let macros = folder.add_macros(&settings.macros);
    let all = macros.and_then(|()| folder.add_lookups(lookups));
    all.map_err(RuleError::from)?;
    let rule = Rule::of(detection, &folder, &models, settings.tz)?;
    let remarks = match folder.problems.len() as u64 {
        0 => Vec::new(),
        broken => vec![format!(
            "{} of the content could not be read: 'gimlet rules check' names them",
            counted(broken, "file")
        )],
    };
    Ok((rule, sources, remarks))
}

/// A person's own source tables: for the rows, and for knowing their records.
fn add_maps(sources: &mut Sources, files: &[PathBuf]) -> Result<()> {
    let texts = files.iter().map(|path| read_text(path));
    let texts: Vec<String> = texts.collect::<Result<_>>()?;
    for (path, text) in files.iter().zip(&texts) {
        sources.add_map(text).map_err(|error| {
            anyhow!(
                "'{}': {}",
                shown(path),
                visible_lines(&error.to_string()).join("\n")
            )
        })?;
    }
    give(texts.iter().rev().map(String::as_str));
    Ok(())
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
