//! The gimlet program: reads the command line, chooses screen or headless, prints the error chain,
//! sets the exit status.

use gimlet::cli::{Cli, Command};
use gimlet::config::Settings;
use gimlet::headless::{self, rows::say, status};
use std::io::Write as _;
use std::process::ExitCode;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let cli = match Cli::read(std::env::args_os()) {
        Ok(cli) => cli,
        Err(answer) => {
            // Help into a closed pipe is no failure.
            let _ = if answer.is_error {
                write!(std::io::stderr(), "{}", answer.text)
            } else {
                write!(std::io::stdout(), "{}", answer.text)
            };
            return ExitCode::from(answer.status);
        }
    };
    // What a parser failed over stands in the ledger; the rest may hold text of a log.
    std::panic::set_hook(Box::new(|info| {
        if !gimlet::evidence::guard::is_guarded() {
            gimlet::terminal::tell_panic(&info.to_string());
        }
    }));
    match run(&cli) {
        Ok(status) => ExitCode::from(status),
        Err(error) => {
            say(&format!("gimlet: {error:#}"));
            ExitCode::from(status::USAGE)
        }
    }
}

fn run(cli: &Cli) -> anyhow::Result<u8> {
    let settings = Settings::load(&cli.flags())?;
    match &cli.command {
        Some(Command::Hunt(args)) => headless::hunt::run(args, &settings, &arguments()),
        Some(Command::Search(args)) => headless::search::run(args, &settings, &arguments()),
        Some(Command::Drilldown(args)) => headless::drilldown::run(args, &settings),
        Some(Command::Rules(args)) => headless::rules::run(&args.command, &settings),
        Some(Command::Demo(_)) => {
            let engine = headless::session::demo_engine(&settings)?;
            gimlet::terminal::open(engine, &settings, Some(headless::demo::SELECT))
        }
        None => {
            let args = &cli.workbench;
            let (engine, remarks) =
                headless::session::engine(&args.reading, &args.risk_events, &settings)?;
            headless::session::refuse_streams(&engine)?;
            for remark in &remarks {
                say(remark);
            }
            gimlet::terminal::open(engine, &settings, None)
        }
    }
}

/// As they were given, for the ledger.
fn arguments() -> Vec<String> {
    let arguments = std::env::args_os().skip(1);
    arguments
        .map(|a| a.to_string_lossy().into_owned())
        .collect()
}
