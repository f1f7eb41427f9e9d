//! `gimlet rules …`: the command line of what is told of rules without a hunt.

use clap::{Args, Subcommand, ValueEnum};
use std::path::PathBuf;

const CHECK_EXAMPLES: &str = "\
Examples:
  gimlet rules check ./security_content
  gimlet rules check --strict --macros macros.conf my_rule.yml
  gimlet rules check --format json ./security_content > check.json

Exit status: 0 the rules were checked; 1 one is refused or a file is broken, with --strict;
2 usage, or there was nothing to check.";

const TEST_EXAMPLES: &str = "\
Examples:
  gimlet rules test --data ./attack_data ./security_content/detections/endpoint

A test of a rule names its data by address: files of that name are looked for below --data, those
whose folders are the address's first. Exit status: 0 no test failed; 1 one did, or could not be
run; 2 usage.";

/// `gimlet rules`.
#[derive(Debug, Clone, Args)]
pub struct Rules {
    /// What is asked.
    #[command(subcommand)]
    pub command: RulesCommand,
}

/// What is asked of rules.
#[derive(Debug, Clone, Subcommand)]
pub enum RulesCommand {
    /// Print for each rule whether it runs, why not, and what it looks for
    Check(Check),
    /// Print the names of the rules
    List(List),
    /// Print a rule: metadata, search as written and expanded, needles, indicators
    Show(Show),
    /// Run the tests that rules declare over data that is there
    Test(Test),
}

/// `gimlet rules check`.
#[derive(Debug, Clone, Args)]
#[command(after_help = CHECK_EXAMPLES)]
pub struct Check {
    /// A checkout of Splunk's security content, a folder of rules, or one rule
    #[arg(value_name = "DIR|FILE")]
    pub path: PathBuf,
    /// The checkout whose macros and lookups the rules use [default: the one that they lie in]
    #[arg(long, value_name = "DIR")]
    pub content: Option<PathBuf>,
    /// What is laid over the content.
    #[command(flatten)]
    pub over: OverArgs,
    /// How it is written
    #[arg(long, value_enum, default_value_t = Shape::Text)]
    pub format: Shape,
    /// Print the sums alone
    #[arg(long)]
    pub summary: bool,
    /// Exit with 1 when something is refused
    #[arg(long)]
    pub strict: bool,
}

/// `gimlet rules list`.
#[derive(Debug, Clone, Args)]
pub struct List {
    /// The content.
    #[command(flatten)]
    pub content: ContentArgs,
    /// Only rules with this in the name, in any case
    #[arg(value_name = "TEXT")]
    pub text: Option<String>,
}

/// `gimlet rules show`.
#[derive(Debug, Clone, Args)]
pub struct Show {
    /// The rule's name, its id, or a part that no other name has [default: the rule that comes with gimlet]
    #[arg(value_name = "NAME")]
    pub name: Option<String>,
    /// The content.
    #[command(flatten)]
    pub content: ContentArgs,
    /// What is laid over the content.
    #[command(flatten)]
    pub over: OverArgs,
}

/// `gimlet rules test`.
#[derive(Debug, Clone, Args)]
#[command(after_help = TEST_EXAMPLES)]
pub struct Test {
    /// A checkout of Splunk's security content, a folder of rules, or one rule
    #[arg(value_name = "DIR|FILE")]
    pub path: PathBuf,
    /// The checkout whose macros and lookups the rules use [default: the one that they lie in]
    #[arg(long, value_name = "DIR")]
    pub content: Option<PathBuf>,
    /// The folder with the data of the tests
    #[arg(long, value_name = "DIR")]
    pub data: PathBuf,
    /// What is laid over the content.
    #[command(flatten)]
    pub over: OverArgs,
}

/// Which content.
#[derive(Debug, Clone, Args)]
pub struct ContentArgs {
    /// A checkout of Splunk's security content, or a folder of rules [default: the rule that comes with gimlet]
    #[arg(long, value_name = "DIR")]
    pub content: Option<PathBuf>,
}

/// What is laid over the content.
#[derive(Debug, Clone, Default, Args)]
pub struct OverArgs {
    /// Macros that replace the content's own: macros.conf or YAML, file or folder (several)
    #[arg(long, value_name = "PATH")]
    pub macros: Vec<PathBuf>,
    /// Rows of lookups: NAME.csv for the lookup NAME, or a folder of such files (several)
    #[arg(long, value_name = "PATH")]
    pub lookups: Vec<PathBuf>,
}

/// A shape of what is told of rules.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Shape {
    /// For a person
    Text,
    /// One JSON document
    Json,
}

impl RulesCommand {
    /// The macros that replace the content's own.
    pub fn macros(&self) -> &[PathBuf] {
        match self {
            Self::Check(check) => &check.over.macros,
            Self::List(_) => &[],
            Self::Show(show) => &show.over.macros,
            Self::Test(test) => &test.over.macros,
        }
    }
}
