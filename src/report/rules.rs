//! What is printed of a check of rules: each rule with its state, what it looks for and why it is
//! refused, and the sums by class and by reason; for a person and for a program.

use super::figures::{counted, grouped};
use super::json_text::write_pretty;
use crate::content::{Class, Placed};
use crate::event::visible::visible;
use serde::Serialize;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};

/// Whether a rule can be run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Status {
    /// It runs.
    Runs,
    /// It runs, and something about it is odd.
    RunsWithLints,
    /// It can't be run.
    Refused,
}

impl Status {
    fn words(self) -> &'static str {
        match self {
            Self::Runs => "runs",
            Self::RunsWithLints => "runs with lints",
            Self::Refused => "refused",
        }
    }
}

/// A rule that was checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checked {
    /// Its UUID.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Its file, below the folder that was given.
    pub path: String,
    /// What it reads first.
    pub class: Class,
    /// It is kept for the record only: counted apart.
    pub is_deprecated: bool,
    /// Whether it runs.
    pub status: Status,
    /// Its macros are known and its search was understood, whether or not that can be run.
    pub parses: bool,
    /// Why it is refused, or what is odd.
    pub reasons: Vec<Placed>,
    /// The texts of which a record must hold one to matter; none: see `full_pass`.
    pub needles: Vec<String>,
    /// The kinds of records of which all must be read, and why.
    pub full_pass: Vec<(String, String)>,
}

/// The sums over rules of a kind.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Sums {
    /// All.
    pub rules: u64,
    /// Those whose search was understood.
    pub parse: u64,
    /// Those that run, with lints or without.
    pub run: u64,
    /// Those of them with lints.
    pub with_lints: u64,
    /// Those that do not run.
    pub refused: u64,
}

impl Sums {
    fn add(&mut self, rule: &Checked) {
        self.rules += 1;
        self.parse += u64::from(rule.parses);
        match rule.status {
            Status::Runs => self.run += 1,
            Status::RunsWithLints => {
                self.run += 1;
                self.with_lints += 1;
            }
            Status::Refused => self.refused += 1,
        }
    }
}

/// How many rules have a reason of some name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ReasonCount {
    /// The stable name.
    pub code: &'static str,
    /// How many rules have it.
    pub rules: u64,
    /// Its messages, the most frequent first.
    pub messages: Vec<MessageCount>,
}

/// How many rules have a reason in these words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct MessageCount {
    /// The words.
    pub message: String,
    /// How many rules have it.
    pub rules: u64,
}

/// The sums of a check. Deprecated rules are in [`CheckSummary::deprecated`] alone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CheckSummary {
    /// Rules over `Endpoint.Processes`.
    pub endpoint_processes: Sums,
    /// Rules over any dataset of the model Endpoint.
    pub endpoint: Sums,
    /// Raw searches of Windows event logs.
    pub windows_logs: Sums,
    /// All of them.
    pub all: Sums,
    /// Rules below a folder `deprecated`.
    pub deprecated: Sums,
    /// Files of content that could not be read.
    pub broken_files: u64,
    /// Why rules are refused, the most frequent first.
    pub refused_by: Vec<ReasonCount>,
    /// What is odd in those that run, the most frequent first.
    pub lints: Vec<ReasonCount>,
}

impl CheckSummary {
    /// Of checked rules and the files that could not be read.
    pub fn of(rules: &[Checked], broken: &[Placed]) -> Self {
        let [
            mut processes,
            mut endpoint,
            mut windows,
            mut all,
            mut deprecated,
        ] = [Sums::default(); 5];
        for rule in rules {
            if rule.is_deprecated {
                deprecated.add(rule);
                continue;
            }
            all.add(rule);
            match rule.class {
                Class::Processes => {
                    processes.add(rule);
                    endpoint.add(rule);
                }
                Class::Endpoint => endpoint.add(rule),
                Class::WindowsLog => windows.add(rule),
                Class::Other => {}
            }
        }
        let counted = |refused: bool| {
            let counts = rules.iter().filter(move |rule| {
                !rule.is_deprecated && (rule.status == Status::Refused) == refused
            });
            reasons(counts)
        };
        Self {
            endpoint_processes: processes,
            endpoint,
            windows_logs: windows,
            all,
            deprecated,
            broken_files: broken.len() as u64,
            refused_by: counted(true),
            lints: counted(false),
        }
    }

    /// Something can't be run: a rule that is not deprecated, or a file that can't be read.
    pub fn refuses(&self) -> bool {
        self.all.refused > 0 || self.broken_files > 0
    }
}

/// A rule counts once for each name and for each message that it has, however often it has it.
fn reasons<'a>(rules: impl Iterator<Item = &'a Checked>) -> Vec<ReasonCount> {
    let mut counts: BTreeMap<&'static str, (u64, BTreeMap<&str, u64>)> = BTreeMap::new();
    for rule in rules {
        let own = rule.reasons.iter();
        let own: BTreeSet<_> = own.map(|one| (one.code, one.message.as_str())).collect();
        let mut before = None;
        for (code, message) in own {
            let (rules, messages) = counts.entry(code).or_default();
            *rules += u64::from(before.replace(code) != Some(code));
            *messages.entry(message).or_default() += 1;
        }
    }
    let mut counts: Vec<ReasonCount> = counts
        .into_iter()
        .map(|(code, (rules, messages))| ReasonCount {
            code,
            rules,
            messages: most_frequent(messages),
        })
        .collect();
    counts.sort_by_key(|reason| Reverse(reason.rules));
    counts
}

fn most_frequent(messages: BTreeMap<&str, u64>) -> Vec<MessageCount> {
    let mut counts: Vec<MessageCount> = messages
        .into_iter()
        .map(|(message, rules)| MessageCount {
            message: message.to_owned(),
            rules,
        })
        .collect();
    counts.sort_by_key(|message| Reverse(message.rules));
    counts
}

#[derive(Serialize)]
struct Document<'a> {
    rules: Vec<RuleObject<'a>>,
    broken: Vec<ReasonObject<'a>>,
    summary: &'a CheckSummary,
}

#[derive(Serialize)]
struct RuleObject<'a> {
    id: &'a str,
    name: &'a str,
    path: &'a str,
    status: Status,
    class: &'static str,
    deprecated: bool,
    parses: bool,
    reasons: Vec<ReasonObject<'a>>,
    needles: &'a [String],
    full_pass: Vec<FullPass<'a>>,
}

#[derive(Serialize)]
struct FullPass<'a> {
    of: &'a str,
    why: &'a str,
}

#[derive(Serialize)]
struct ReasonObject<'a> {
    code: &'static str,
    message: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    help: Option<&'a str>,
    file: &'a str,
    line: usize,
    column: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    r#macro: Option<MacroObject<'a>>,
}

#[derive(Serialize)]
struct MacroObject<'a> {
    name: &'a str,
    file: &'a str,
    line: Option<usize>,
    column: Option<usize>,
}

impl<'a> From<&'a Placed> for ReasonObject<'a> {
    fn from(placed: &'a Placed) -> Self {
        Self {
            code: placed.code,
            message: &placed.message,
            help: placed.help.as_deref(),
            file: &placed.file,
            line: placed.line,
            column: placed.column,
            r#macro: placed.inside.as_ref().map(|inside| MacroObject {
                name: &inside.name,
                file: &inside.file,
                line: inside.place.map(|place| place.0),
                column: inside.place.map(|place| place.1),
            }),
        }
    }
}

impl<'a> From<&'a Checked> for RuleObject<'a> {
    fn from(rule: &'a Checked) -> Self {
        let full = |(of, why): &'a (String, String)| FullPass { of, why };
        Self {
            id: &rule.id,
            name: &rule.name,
            path: &rule.path,
            status: rule.status,
            class: match rule.class {
                Class::Processes => "Endpoint.Processes",
                Class::Endpoint => "Endpoint",
                Class::WindowsLog => "Windows logs",
                Class::Other => "other",
            },
            deprecated: rule.is_deprecated,
            parses: rule.parses,
            reasons: rule.reasons.iter().map(ReasonObject::from).collect(),
            needles: &rule.needles,
            full_pass: rule.full_pass.iter().map(full).collect(),
        }
    }
}

/// Writes all of it as one JSON document.
pub fn write_check_json(
    out: &mut dyn Write,
    rules: &[Checked],
    broken: &[Placed],
    summary: &CheckSummary,
) -> io::Result<()> {
    let document = Document {
        rules: rules.iter().map(RuleObject::from).collect(),
        broken: broken.iter().map(ReasonObject::from).collect(),
        summary,
    };
    write_pretty(out, &document)
}

/// Writes each rule with its state, a line each and what belongs to it below.
pub fn write_check(out: &mut dyn Write, rules: &[Checked]) -> io::Result<()> {
    for rule in rules {
        let (name, path) = (visible(&rule.name), visible(&rule.path));
        writeln!(out, "{:15}  {name} · {path}", rule.status.words())?;
        if !rule.needles.is_empty() {
            let needles: Vec<String> = rule.needles.iter().map(|n| format!("'{n}'")).collect();
            writeln!(out, "    looks for {}", visible(&needles.join(", ")))?;
        }
        let looks = !(rule.needles.is_empty() && rule.full_pass.is_empty());
        if !looks && rule.status != Status::Refused {
            writeln!(out, "    looks for nothing: no record can match")?;
        }
        for (kind, why) in &rule.full_pass {
            writeln!(out, "    full pass of {kind}: {}", visible(why))?;
        }
        for reason in &rule.reasons {
            writeln!(out, "    {} {}", reason.code, visible(&reason.to_string()))?;
            if let Some(help) = &reason.help {
                writeln!(out, "      help: {}", visible(help))?;
            }
        }
    }
    Ok(())
}

/// So many messages of a name are printed; all are in the JSON.
const SHOWN_MESSAGES: usize = 8;

/// Writes the sums.
pub fn write_check_summary(out: &mut dyn Write, summary: &CheckSummary) -> io::Result<()> {
    writeln!(
        out,
        "{:20}{:>7}{:>8}{:>8}{:>9}{:>12}{:>9}",
        "", "rules", "parse", "run", "", "with lints", "refused"
    )?;
    for (name, sums) in [
        ("Endpoint.Processes", &summary.endpoint_processes),
        ("Endpoint", &summary.endpoint),
        ("Windows logs", &summary.windows_logs),
        ("all", &summary.all),
        ("deprecated, apart", &summary.deprecated),
    ] {
        if sums.rules == 0 && name != "all" {
            continue;
        }
        writeln!(
            out,
            "{name:20}{:>7}{:>8}{:>8}{:>9}{:>12}{:>9}",
            grouped(sums.rules),
            grouped(sums.parse),
            grouped(sums.run),
            share(sums.run, sums.rules),
            grouped(sums.with_lints),
            grouped(sums.refused),
        )?;
    }
    write_reasons(out, "refused by reason", &summary.refused_by)?;
    write_reasons(out, "lints", &summary.lints)?;
    if summary.broken_files > 0 {
        let broken = counted(summary.broken_files, "file");
        writeln!(out, "\n{broken} of content could not be read")?;
    }
    Ok(())
}

fn write_reasons(out: &mut dyn Write, title: &str, reasons: &[ReasonCount]) -> io::Result<()> {
    if reasons.is_empty() {
        return Ok(());
    }
    writeln!(out, "\n{title}, in rules")?;
    for reason in reasons {
        writeln!(out, "{:>6}  {}", grouped(reason.rules), reason.code)?;
        for message in reason.messages.iter().take(SHOWN_MESSAGES) {
            let (rules, message) = (grouped(message.rules), visible(&message.message));
            writeln!(out, "  {rules:>8}  {message}")?;
        }
        let more = reason.messages.len().saturating_sub(SHOWN_MESSAGES) as u64;
        if more > 0 {
            writeln!(out, "            {}", counted(more, "other message"))?;
        }
    }
    Ok(())
}

/// `98.9 %`, rounded down, so that 100 % is all of them.
fn share(part: u64, of: u64) -> String {
    let tenths = part.saturating_mul(1000) / of.max(1);
    format!("{}.{} %", tenths / 10, tenths % 10)
}

#[cfg(test)]
mod tests;
