//! Prints a result table in the form that was asked for. A closed pipe is success.

use crate::cli::{Format, RowArgs};
use crate::config::Settings;
use crate::event::Timestamp;
use crate::report::{
    Document, Medium, RuleName, TableStyle, order, write_csv, write_json, write_ndjson, write_table,
};
use crate::search::Table;
use crate::worker::rule::Rule;
use anyhow::Result;
use std::io::{self, BufWriter, IsTerminal as _, Write};

/// What a table is printed with.
pub struct Printing<'a> {
    /// The rule, or several.
    pub rules: &'a [Rule],
    /// Form and sort.
    pub args: &'a RowArgs,
    /// Zone, ASCII.
    pub settings: &'a Settings,
    /// The search as a person reads it; of several rules none.
    pub search: &'a str,
    /// Its lower and upper bound.
    pub bounds: (Option<Timestamp>, Option<Timestamp>),
}

impl Printing<'_> {
    /// The form: as asked, else a table on a terminal and NDJSON otherwise.
    pub fn format(&self) -> Format {
        let usual = || {
            if io::stdout().is_terminal() {
                Format::Table
            } else {
                Format::Ndjson
            }
        };
        self.args.format.unwrap_or_else(usual)
    }

    /// How a table for people looks on standard output.
    pub fn style(&self) -> TableStyle {
        TableStyle {
            width: crate::terminal::width(),
            zone: self.settings.tz,
            ascii: self.settings.ascii,
        }
    }

    /// The order in which rows are printed: as asked, else the search's own.
    pub fn order(&self, table: &Table) -> Result<Vec<usize>> {
        Ok(order(table, self.args.sort.as_ref())?)
    }

    /// Prints the rows in that order.
    pub fn print(&self, table: &Table, order: &[usize]) -> Result<()> {
        let mut out = BufWriter::new(io::stdout().lock());
        let done = self
            .write(&mut out, table, order)
            .and_then(|()| out.flush());
        Ok(unless_closed(done)?)
    }

    fn write(&self, out: &mut dyn Write, table: &Table, order: &[usize]) -> io::Result<()> {
        match self.format() {
            Format::Table => write_table(out, table, order, self.style()),
            Format::Ndjson => write_ndjson(out, table, order),
            Format::Csv => {
                let terminal = io::stdout().is_terminal();
                let medium = if terminal {
                    Medium::Terminal
                } else {
                    Medium::File
                };
                write_csv(out, table, order, medium)
            }
            Format::Json => {
                let names = self.rules.iter().map(|rule| RuleName {
                    name: &rule.detection.name,
                    id: &rule.detection.id,
                    version: &rule.detection.version,
                });
                let names: Vec<RuleName<'_>> = names.collect();
                let document = Document {
                    rules: &names,
                    search: self.search,
                    earliest: self.bounds.0,
                    latest: self.bounds.1,
                    zone: self.settings.tz,
                };
                write_json(out, &document, table, order)
            }
        }
    }
}

/// A reader that went away (`| head`) is no failure.
pub fn unless_closed(done: io::Result<()>) -> io::Result<()> {
    match done {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        done => done,
    }
}

/// A line on standard error, which may be closed; the text is made visible line by line.
pub fn say(text: &str) {
    let lines = crate::event::visible::visible_lines(text).join("\n");
    let _ = writeln!(io::stderr(), "{lines}");
}
