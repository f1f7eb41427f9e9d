//! Searches as text over a table or over rows of processes, for the tests of single commands.

use super::trees::{lines, processes};
use crate::cim::DatasetRow;
use crate::content::Lookups;
use crate::event::Timestamp;
use crate::search::{Plan, PlanOptions, Table};
use crate::spl::{Diagnostic, parse};
use std::sync::{Arc, LazyLock};

/// The lookups that tests may name: written to a folder, as a person has them.
static LOOKUPS: LazyLock<Arc<Lookups>> = LazyLock::new(|| {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in [
        (
            "tools.csv",
            "tool,kind,note\nfoo.exe,a,first\nBar.exe,b,\nfoo.exe,c,third\n",
        ),
        (
            "paths.csv",
            "path,label\n*\\temp\\*,temporary\n*\\temp\\x.exe,x\nc:\\*,drive\n",
        ),
        ("nets.csv", "net,zone\n10.0.0.0/8,inside\n10.1.0.0/16,lab\n"),
    ] {
        std::fs::write(folder.path().join(name), text).unwrap();
    }
    let definition = |name: &str, more: &str| {
        let text = format!("name: {name}\nlookup_type: csv\n{more}");
        std::fs::write(folder.path().join(format!("{name}.yml")), text).unwrap();
    };
    definition(
        "tools",
        "filename: tools.csv\ncase_sensitive_match: false\nmin_matches: 1\ndefault_match: none\n",
    );
    definition("one_tool", "filename: tools.csv\nmax_matches: 1\n");
    definition(
        "paths",
        "filename: paths.csv\ncase_sensitive_match: false\nmatch_type: WILDCARD(path)\n",
    );
    definition("nets", "filename: nets.csv\nmatch_type: CIDR(net)\n");
    let mut lookups = Lookups::default();
    let problems = lookups.add(folder.path());
    assert!(problems.is_empty(), "{problems:?}");
    // Rows are read when they are asked for: the folder goes.
    for name in ["tools", "one_tool", "paths", "nets", "tools.csv"] {
        lookups.get(name).unwrap();
    }
    Arc::new(lookups)
});

fn options() -> PlanOptions {
    PlanOptions {
        now: Timestamp::from_seconds(1_700_000_000),
        lookups: LOOKUPS.clone(),
        ..PlanOptions::default()
    }
}

/// A whole search made runnable.
pub(super) fn compile(text: &str) -> Result<Plan, Vec<Diagnostic>> {
    parse(text).and_then(|tree| Plan::compile(&tree, &[processes()], &options()))
}

/// Some commands over a table made runnable.
pub(super) fn compile_commands(commands: &str) -> Result<Plan, Vec<Diagnostic>> {
    compile(&format!("| from datamodel Risk.All_Risk | {commands}"))
}

/// What some commands make of a table: the columns, then each row with its events.
pub(super) fn run(commands: &str, table: Table) -> Vec<String> {
    lines(&compile_commands(commands).unwrap().run_table(table))
}

/// The rows without their columns and events.
pub(super) fn rows(commands: &str, table: Table) -> Vec<String> {
    without_events(&run(commands, table))
}

/// What a whole search makes of rows of processes: the columns, then each row with its events.
pub(super) fn run_processes(text: &str, rows: &[DatasetRow]) -> Vec<String> {
    let plan = compile(text).unwrap();
    let matters: Vec<bool> = rows.iter().map(|row| plan.test(row)).collect();
    let all = lines(&plan.run_rows(rows.iter()));
    // What can't matter is not kept: the rows are the same without it.
    let kept = rows.iter().zip(&matters).filter(|(_, matters)| **matters);
    let few = lines(&plan.run_rows(kept.map(|(row, _)| row)));
    assert_eq!(without_events(&few), without_events(&all), "{text}");
    all
}

/// The rows of a search that reads nothing.
pub(super) fn made(text: &str) -> Vec<String> {
    without_events(&run_processes(text, &[]))
}

fn without_events(lines: &[String]) -> Vec<String> {
    let lines = lines.iter().skip(1);
    lines
        .map(|line| {
            line.rsplit_once(" [")
                .map_or("", |(cells, _)| cells)
                .to_owned()
        })
        .collect()
}

/// `code: message (help)` of the first thing that is wrong.
pub(super) fn refused(commands: &str) -> String {
    let problems = compile_commands(commands).unwrap_err();
    let first = &problems[0];
    let help = first.help.as_deref().unwrap_or_default();
    format!("{}: {} ({help})", first.code, first.message)
}
