//! The command line: clap types, the values that they parse, and nothing that acts on them.

pub mod rules;

use crate::config::Flags;
use crate::event::time::Reading;
use crate::event::visible::visible_lines;
use crate::event::{Timestamp, Zone};
use crate::report::SortKey;
use clap::error::ErrorKind;
use clap::{Args, CommandFactory, Parser, Subcommand, ValueEnum};
use std::ffi::OsString;
use std::path::PathBuf;

const EXAMPLES: &str = "\
Examples:
  gimlet demo                          look around in made-up evidence
  gimlet ./collection                  open the workbench on a folder
  gimlet hunt ./collection             print the rows
  gimlet hunt --ledger l.json --events e.ndjson *.zip > rows.ndjson

Evidence is read only. Formats are known by content: EVTX, Windows event XML, JSON, CrowdStrike FDR,
Cisco NVM, Splunk exports; in gz, zst, zip, tar as well; '-' is standard input.";

const HUNT_EXAMPLES: &str = "\
Examples:
  gimlet hunt ./collection
  gimlet hunt --since 2022-06-16 --until '2022-06-17 06:00' --sort -count ./collection
  gimlet hunt --format csv --macros macros.conf ./collection > rows.csv
  gimlet hunt --content ./security_content ./collection
  zcat sysmon.xml.gz | gimlet hunt -

Exit status: 0 all evidence was read; 1 rows were found, with --fail-on-rows; 2 usage, or nothing
could be read; 3 some evidence was not read to its end or had bad records; 130 interrupted.";

const SEARCH_EXAMPLES: &str = "\
Examples:
  gimlet search '| tstats count from datamodel=Endpoint.Processes by Processes.dest' ./collection
  gimlet search @mine.spl --content ./security_content --format csv ./collection > rows.csv

Exit status: as of 'gimlet hunt'.";

const DRILLDOWN_EXAMPLES: &str = "\
Examples:
  gimlet drilldown results --user Administrator --dest win-dc-447.attackrange.local ./collection
  gimlet drilldown risk --user iis-app --dest web-02.corp.example --show-search ./collection
  gimlet drilldown risk --user iis-app --dest web-02 --risk-events risk.csv ./collection";

const ABOUT: &str =
    "Opens endpoint logs, runs a Splunk security-content detection on them without Splunk";

/// The whole command line.
#[derive(Debug, Clone, Parser)]
#[command(
    name = "gimlet",
    version,
    about = ABOUT,
    after_help = EXAMPLES,
    arg_required_else_help = true,
    args_conflicts_with_subcommands = true,
    subcommand_negates_reqs = true
)]
pub struct Cli {
    /// Without one: the workbench.
    #[command(subcommand)]
    pub command: Option<Command>,
    /// What the workbench opens.
    #[command(flatten)]
    pub workbench: Workbench,
}

/// What to do without the workbench, or on other evidence.
#[derive(Debug, Clone, Subcommand)]
pub enum Command {
    /// Print the rows of the rule
    Hunt(Hunt),
    /// Run one of the rule's drilldown searches for a user and a dest
    Drilldown(Drilldown),
    /// Print the rows of a search of your own
    Search(Search),
    /// Look at rules: which run, what they look for, whether their tests pass
    Rules(rules::Rules),
    /// Open the workbench on the demo evidence
    Demo(Demo),
}

/// `gimlet PATH…`.
#[derive(Debug, Clone, Args)]
pub struct Workbench {
    /// Evidence and rule.
    #[command(flatten)]
    pub reading: ReadingArgs,
    /// How it is shown.
    #[command(flatten)]
    pub showing: ShowingArgs,
    /// Leave the mouse to the terminal
    #[arg(long)]
    pub no_mouse: bool,
    /// Risk events exported from Splunk's risk index, JSON lines or CSV (several)
    #[arg(long, value_name = "FILE")]
    pub risk_events: Vec<PathBuf>,
}

/// `gimlet hunt`.
#[derive(Debug, Clone, Args)]
#[command(after_help = HUNT_EXAMPLES)]
#[allow(
    clippy::struct_excessive_bools,
    reason = "switches of a command line, each on its own"
)]
pub struct Hunt {
    /// Evidence and rule.
    #[command(flatten)]
    pub reading: ReadingArgs,
    /// How it is shown.
    #[command(flatten)]
    pub showing: ShowingArgs,
    /// How rows are written.
    #[command(flatten)]
    pub rows: RowArgs,
    /// Write the events behind each row: file, record, hash, exact time, raw text (JSON lines)
    #[arg(long, value_name = "FILE")]
    pub events: Option<PathBuf>,
    /// Write what was read, how far, and what not (JSON)
    #[arg(long, value_name = "FILE")]
    pub ledger: Option<PathBuf>,
    /// Leave out the SHA-256 of the files
    #[arg(long)]
    pub no_hash: bool,
    /// Read every record to its end and print by host and file what is covered (standard error)
    #[arg(long)]
    pub coverage: bool,
    /// Exit with 1 when there are rows
    #[arg(long)]
    pub fail_on_rows: bool,
    /// How much is said.
    #[command(flatten)]
    pub saying: SayingArgs,
}

/// `gimlet search`.
#[derive(Debug, Clone, Args)]
#[command(
    after_help = SEARCH_EXAMPLES,
    mut_arg("rule", |rule| rule.hide(true).conflicts_with("search"))
)]
pub struct Search {
    /// The search in SPL, or '@FILE' for one that stands in a file
    #[arg(value_name = "SPL|@FILE")]
    pub search: String,
    /// All that a hunt takes.
    #[command(flatten)]
    pub hunt: Hunt,
}

/// `gimlet drilldown`.
#[derive(Debug, Clone, Args)]
#[command(after_help = DRILLDOWN_EXAMPLES)]
pub struct Drilldown {
    /// Which of the rule's drilldown searches
    #[arg(value_enum)]
    pub which: Which,
    /// Evidence and rule.
    #[command(flatten)]
    pub reading: ReadingArgs,
    /// Fills $user$
    #[arg(long, value_name = "USER")]
    pub user: Option<String>,
    /// Fills $dest$
    #[arg(long, value_name = "DEST")]
    pub dest: Option<String>,
    /// Fills another $NAME$ of the rule's drilldown (several)
    #[arg(long, value_name = "NAME=VALUE", value_parser = token)]
    pub token: Vec<(String, String)>,
    /// The time that the drilldown's offsets count from [default: the last lastTime of the rows]
    #[arg(long, value_name = "TIME", value_parser = instant)]
    pub at: Option<Timestamp>,
    /// Risk events exported from Splunk's risk index, JSON lines or CSV (several)
    #[arg(long, value_name = "FILE")]
    pub risk_events: Vec<PathBuf>,
    /// How it is shown.
    #[command(flatten)]
    pub showing: ShowingArgs,
    /// How rows are written.
    #[command(flatten)]
    pub rows: RowArgs,
    /// How much is said.
    #[command(flatten)]
    pub saying: SayingArgs,
}

/// A drilldown search of the rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Which {
    /// The first: the detection's rows for the user and the dest
    Results,
    /// The second: risk events of the last 7 days for the user and the dest
    Risk,
}

/// `gimlet demo`.
#[derive(Debug, Clone, Args)]
pub struct Demo {
    /// How it is shown.
    #[command(flatten)]
    pub showing: ShowingArgs,
    /// Leave the mouse to the terminal
    #[arg(long)]
    pub no_mouse: bool,
}

/// Which evidence is read, by which rule.
#[derive(Debug, Clone, Args)]
pub struct ReadingArgs {
    /// Files and folders with logs; '-' is standard input
    #[arg(value_name = "PATH", required = true)]
    pub paths: Vec<PathBuf>,
    /// Run this detection (security content YAML), or the one of that name in --content; 'hunt' takes several [default: the one about msiexec downloads that comes with gimlet]
    #[arg(long, value_name = "FILE|NAME")]
    pub rule: Vec<PathBuf>,
    /// A checkout of Splunk's security content: its macros and lookups, and the rules for --rule NAME; 'hunt' without --rule runs all of them
    #[arg(long, value_name = "DIR")]
    pub content: Option<PathBuf>,
    /// Macros that replace the content's own: macros.conf or YAML, file or folder (several)
    #[arg(long, value_name = "PATH")]
    pub macros: Vec<PathBuf>,
    /// Rows of lookups: NAME.csv for the lookup NAME, or a folder of such files (several)
    #[arg(long, value_name = "PATH")]
    pub lookups: Vec<PathBuf>,
    /// How records of a source of your own become rows: a table as in the README (several)
    #[arg(long, value_name = "FILE")]
    pub map: Vec<PathBuf>,
    /// What Endpoint.Processes holds: process creations, or all that the add-ons put there
    #[arg(long, value_name = "WHICH", value_enum, default_value_t = DatasetWidth::Creations)]
    pub dataset: DatasetWidth,
    /// CrowdStrike aidmaster file, for host names
    #[arg(long, value_name = "FILE")]
    pub hosts: Option<PathBuf>,
    /// From this time on: RFC 3339, '2022-06-16' or '2022-06-16 18:04'; UTC unless it says
    #[arg(long, value_name = "TIME", value_parser = instant)]
    pub since: Option<Timestamp>,
    /// Up to, not including, this time
    #[arg(long, value_name = "TIME", value_parser = instant)]
    pub until: Option<Timestamp>,
    /// The time that the search takes for the present [default: the latest time in the evidence]
    #[arg(long, value_name = "TIME", value_parser = instant)]
    pub now: Option<Timestamp>,
    /// The zone of times in the evidence that carry none [default: UTC]
    #[arg(long, value_name = "ZONE", value_parser = zone, allow_hyphen_values = true)]
    pub assume_tz: Option<Zone>,
    /// Count copies of an event as an index does that holds them all
    #[arg(long)]
    pub keep_duplicates: bool,
    /// Read every record, those too that lack what the rule looks for (slower, the same rows)
    #[arg(long)]
    pub no_prefilter: bool,
}

/// Which events `Endpoint.Processes` holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum DatasetWidth {
    /// Process creations
    #[default]
    Creations,
    /// As Splunk's add-ons tag them: ends of processes and loaded images, too
    Ta,
}

/// How things are shown.
#[derive(Debug, Clone, Args)]
pub struct ShowingArgs {
    /// The zone of the times that are shown: UTC or an offset such as +02:00 [default: UTC]
    #[arg(long, value_name = "ZONE", value_parser = zone, allow_hyphen_values = true)]
    pub tz: Option<Zone>,
    /// Draw lines in ASCII
    #[arg(long)]
    pub ascii: bool,
}

/// How rows are written.
#[derive(Debug, Clone, Args)]
pub struct RowArgs {
    /// How rows are written [default: table on a terminal, else ndjson]
    #[arg(long, value_enum)]
    pub format: Option<Format>,
    /// All columns in the table
    #[arg(long)]
    pub wide: bool,
    /// Sort by a column; '-count' for descending
    #[arg(long, value_name = "FIELD", allow_hyphen_values = true)]
    pub sort: Option<SortKey>,
    /// Print the search with its macros expanded, its time bounds and the macros replaced
    #[arg(long)]
    pub show_search: bool,
}

/// A shape of rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For a person
    Table,
    /// One JSON object a row, exactly the columns of the search
    Ndjson,
    /// One JSON document with rule, search and time bounds
    Json,
    /// RFC 4180
    Csv,
}

/// How much is said on standard error.
#[derive(Debug, Clone, Copy, Args)]
pub struct SayingArgs {
    /// Say nothing but errors on standard error
    #[arg(short, long, conflicts_with = "verbose")]
    pub quiet: bool,
    /// Say more on standard error
    #[arg(short, long)]
    pub verbose: bool,
}

/// What is printed instead of doing something: help, the version, or a usage error.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The text, harmless, with its line ends.
    pub text: String,
    /// For standard error, not standard output.
    pub is_error: bool,
    /// The exit status: 0, or 2 for a usage error.
    pub status: u8,
}

impl Cli {
    /// Reads a command line, the program's name first.
    pub fn read(arguments: impl IntoIterator<Item = OsString>) -> Result<Self, Answer> {
        let cli = Self::try_parse_from(arguments).map_err(|error| Answer::from_clap(&error))?;
        cli.check_bounds()
            .map_err(|error| Answer::from_clap(&error))?;
        Ok(cli)
    }

    /// What the settings are overridden with.
    pub fn flags(&self) -> Flags {
        let of_reading = |reading: &ReadingArgs, showing: &ShowingArgs| Flags {
            tz: showing.tz,
            assume_tz: reading.assume_tz,
            ascii: showing.ascii,
            no_mouse: false,
            macros: reading.macros.clone(),
        };
        match &self.command {
            None => Flags {
                no_mouse: self.workbench.no_mouse,
                ..of_reading(&self.workbench.reading, &self.workbench.showing)
            },
            Some(Command::Hunt(hunt) | Command::Search(Search { hunt, .. })) => {
                of_reading(&hunt.reading, &hunt.showing)
            }
            Some(Command::Drilldown(drilldown)) => {
                of_reading(&drilldown.reading, &drilldown.showing)
            }
            Some(Command::Rules(rules)) => Flags {
                macros: rules.command.macros().to_vec(),
                ..Flags::default()
            },
            Some(Command::Demo(demo)) => Flags {
                tz: demo.showing.tz,
                ascii: demo.showing.ascii,
                no_mouse: demo.no_mouse,
                ..Flags::default()
            },
        }
    }

    fn check_bounds(&self) -> Result<(), clap::Error> {
        let reading = match &self.command {
            None => &self.workbench.reading,
            Some(Command::Hunt(hunt) | Command::Search(Search { hunt, .. })) => &hunt.reading,
            Some(Command::Drilldown(drilldown)) => &drilldown.reading,
            Some(Command::Rules(_) | Command::Demo(_)) => return Ok(()),
        };
        match (reading.since, reading.until) {
            (Some(since), Some(until)) if since >= until => {
                let (since, until) = (since.rfc3339(Zone::UTC), until.rfc3339(Zone::UTC));
                let text = format!(
                    "--since '{since}' is not before --until '{until}', so that no time is left"
                );
                Err(Self::command().error(ErrorKind::ValueValidation, text))
            }
            _ => Ok(()),
        }
    }
}

impl Answer {
    /// A shell may have put names of evidence files among the arguments, and clap quotes them.
    fn from_clap(error: &clap::Error) -> Self {
        Self {
            text: visible_lines(&error.render().to_string()).join("\n"),
            is_error: error.use_stderr(),
            status: u8::from(error.use_stderr()) * 2,
        }
    }
}

/// A time: RFC 3339, a date, or a date and a time of day; without zone it is UTC.
fn instant(text: &str) -> Result<Timestamp, String> {
    let whole_day = format!("{}T00:00:00", text.trim());
    let reading = Reading::iso8601(text).or_else(|| Reading::iso8601(&whole_day));
    reading
        .map(|reading| reading.resolve(Zone::UTC).0)
        .ok_or_else(|| {
            "write it as '2022-06-16', '2022-06-16 18:04' (both UTC) or \
             '2022-06-16T18:04:12+02:00'"
                .to_owned()
        })
}

fn zone(text: &str) -> Result<Zone, String> {
    Zone::parse(text).ok_or_else(|| {
        "write 'UTC' or an offset such as '+02:00'; names of places are not known".to_owned()
    })
}

fn token(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, value)) if !name.is_empty() => {
            Ok((name.trim_matches('$').to_owned(), value.to_owned()))
        }
        _ => Err("write it as 'src=10.0.0.1'".to_owned()),
    }
}

#[cfg(test)]
mod tests;
