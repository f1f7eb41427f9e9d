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
        match (reading.rule.as_slice(), &reading.content) {
            ([], None) => Ok(Self::File(None)),
            ([], Some(content)) => Err(anyhow!(
                "which rule of '{}' is to be run is not said: give --rule NAME, which 'gimlet rules list --content {0}' prints",
                shown(content)
            )),
            ([rule], content) => Self::named(rule, content.as_deref()),
            ([_, second, ..], _) => Err(anyhow!(
                "'{}' is a second rule: several are run by 'gimlet hunt' alone",
                shown(second)
            )),
        }
    }

    /// Of a file, or a name if nothing has that path.
    fn named(rule: &Path, content: Option<&Path>) -> Result<Self> {
        match content {
            Some(_) if is_absent(rule) => Ok(Self::Named(rule.to_string_lossy().into_owned())),
            None if is_absent(rule) => Err(anyhow!(
                "there is no file '{}': give a rule's file, or its name and --content DIR",
                shown(rule)
            )),
            _ => Ok(Self::File(Some(rule.to_owned()))),
        }
    }

    /// Whether the rules of the content must be read to find it.
    fn is_named(&self) -> bool {
        matches!(self, Self::Named(_))
    }

    fn detection(self, folder: &Folder) -> Result<Detection> {
        Ok(match self {
            Self::File(Some(path)) => Detection::read(&path).map_err(RuleError::from)?,
            Self::File(None) => Detection::built_in().map_err(RuleError::from)?,
            Self::Named(name) => folder.find(&name)?.clone(),
            Self::Read(detection) => *detection,
        })
    }
}

/// Whether the command line asks for more than one rule: names several, or a content and none.
pub fn are_several(reading: &ReadingArgs) -> bool {
    reading.rule.len() > 1 || reading.rule.is_empty() && reading.content.is_some()
}

/// Several rules with what they need.
pub struct Pack {
    /// Those that can be run.
    pub rules: Vec<Rule>,
    /// The names of those that can't, and why.
    pub refused: Vec<(String, String)>,
    /// As [`Engine::sources`].
    pub sources: Sources,
    /// As [`Engine::options`].
    pub options: HuntOptions,
    /// What is to be said of the inputs.
    pub remarks: Vec<String>,
}

/// The rules that the command line names, or all of its content that are not deprecated. One that
/// is named and can't be run is an error.
pub fn pack(reading: &ReadingArgs, settings: &Settings) -> Result<Pack> {
    let models = Models::built_in()?;
    let sources = sources_of(&models, Some(reading))?;
    let content = reading.content.as_deref();
    let names = reading.rule.iter();
    let wanted: Vec<Wanted> = names
        .map(|rule| Wanted::named(rule, content))
        .collect::<Result<_>>()?;
    let all = wanted.is_empty();
    let folder = content_of(content, all || wanted.iter().any(Wanted::is_named))?;
    let folder = with_given(folder, reading, settings)?;
    let detections: Vec<Detection> = if all {
        let current = folder.detections.iter().filter(|d| !d.is_deprecated());
        current.cloned().collect()
    } else {
        let detections = wanted.into_iter().map(|wanted| wanted.detection(&folder));
        detections.collect::<Result<_>>()?
    };
    let options = options(reading, settings)?;
    let (mut rules, mut refused) = (Vec::new(), Vec::new());
    let mut remarks = broken(&folder);
    let made = Rule::all_of(&detections, &folder, &models, settings.tz);
    for (detection, made) in detections.iter().zip(made) {
        match made {
            Ok(rule) => {
                // Of a whole content they are what 'gimlet rules check' is for.
                if !all {
                    remarks.extend(rule.drawn_lints());
                }
                rules.push(rule);
            }
            Err(RuleError(why)) if all => refused.push((detection.name.clone(), why)),
            Err(error) => return Err(error.into()),
        }
    }
    Ok(Pack {
        rules,
        refused,
        sources,
        options,
        remarks,
    })
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
    let (imported, mut remarks) = risk_events(risk_files, settings)?;
    remarks.splice(0..0, broken.into_iter().chain(rule.drawn_lints()));
    let options = options(reading, settings)?;
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

/// Refuses evidence that can be read once where it is gone through several times.
pub fn refuse_streams(engine: &Engine) -> Result<()> {
    match engine.rule.refused_evidence(&engine.options) {
        Some(refused) => Err(anyhow!(refused)),
        None => Ok(()),
    }
}

/// How the evidence is read.
fn options(reading: &ReadingArgs, settings: &Settings) -> Result<HuntOptions> {
    let mut hosts = Hosts::default();
    if let Some(path) = &reading.hosts {
        let text = read_text(path)?;
        hosts
            .read(&text)
            .with_context(|| format!("'{}'", shown(path)))?;
    }
    Ok(HuntOptions {
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
    })
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
    let sources = sources_of(&models, reading)?;
    let content = reading.and_then(|reading| reading.content.as_deref());
    let mut folder = content_of(content, wanted.is_named())?;
    let detection = wanted.detection(&folder)?;
    folder.macros.add_filter_of(&detection);
    let folder = match reading {
        Some(reading) => with_given(folder, reading, settings)?,
        None => with_macros(folder, settings)?,
    };
    let rule = Rule::of(detection, &folder, &models, settings.tz)?;
    Ok((rule, sources, broken(&folder)))
}

/// The source tables, with those that a person gives.
fn sources_of(models: &Models, reading: Option<&ReadingArgs>) -> Result<Sources> {
    let mut sources = Sources::built_in(models)?;
    if let Some(reading) = reading {
        add_maps(&mut sources, &reading.map)?;
        if reading.dataset == DatasetWidth::Ta {
            sources.widen()?;
        }
    }
    Ok(sources)
}

/// The content of a folder, with its rules or without, or that of the program.
fn content_of(content: Option<&Path>, with_rules: bool) -> Result<Folder> {
    let folder = match content {
        Some(path) if with_rules => Folder::read(path),
        Some(path) => Folder::without_rules(path),
        None => Folder::built_in(),
    };
    Ok(folder.map_err(RuleError::from)?)
}

/// With the macros and lookups that a person gives.
fn with_given(folder: Folder, reading: &ReadingArgs, settings: &Settings) -> Result<Folder> {
    let mut folder = with_macros(folder, settings)?;
    let lookups = folder.add_lookups(&reading.lookups);
    lookups.map_err(RuleError::from)?;
    Ok(folder)
}

fn with_macros(mut folder: Folder, settings: &Settings) -> Result<Folder> {
    let macros = folder.add_macros(&settings.macros);
    macros.map_err(RuleError::from)?;
    Ok(folder)
}

/// What is said of a content that was not read whole.
fn broken(folder: &Folder) -> Vec<String> {
    match folder.problems.len() as u64 {
        0 => Vec::new(),
        broken => vec![format!(
            "{} of the content could not be read: 'gimlet rules check' names them",
            counted(broken, "file")
        )],
    }
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
