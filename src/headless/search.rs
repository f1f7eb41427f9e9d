//! `gimlet search`: the rows of a search of one's own, with all that a hunt prints.

use super::hunt::{Started, run_engine};
use super::session;
use crate::cli::Search;
use crate::config::Settings;
use crate::event::visible::visible;
use anyhow::{Context as _, Result, bail};

/// What a search of the command line is called in messages.
const GIVEN: &str = "the search";

/// Runs `gimlet search`; returns the exit status. `arguments` go into the ledger.
pub fn run(args: &Search, settings: &Settings, arguments: &[String]) -> Result<u8> {
    let started = Started::now();
    let (search, origin) = match args.search.strip_prefix('@') {
        Some(file) => (read(file)?, file),
        None => (args.search.clone(), GIVEN),
    };
    if search.trim().is_empty() {
        bail!("the search is empty: write one, such as '| from datamodel Endpoint.Processes'");
    }
    let engine = session::search_engine((&search, origin), &args.hunt.reading, settings)?;
    // Its file takes the place of a rule's: it is an input that no output may replace.
    let mut hunt = args.hunt.clone();
    hunt.reading.rule = args
        .search
        .strip_prefix('@')
        .map(Into::into)
        .into_iter()
        .collect();
    run_engine(&hunt, settings, arguments, (engine, started))
}

fn read(file: &str) -> Result<String> {
    let bytes = std::fs::read(file).with_context(|| format!("can't read '{}'", visible(file)))?;
    let text = String::from_utf8(bytes)
        .with_context(|| format!("'{}' is no UTF-8 text", visible(file)))?;
    Ok(text.strip_prefix('\u{feff}').unwrap_or(&text).to_owned())
}
