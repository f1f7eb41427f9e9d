//! The README says what is so: its key table is made from the action table, its test command is
//! the one that CI runs, and the options that it names are there.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "what goes wrong here must fail the test"
)]

use std::path::Path;
use std::process::Command;

fn read(name: &str) -> String {
    std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(name)).unwrap()
}

/// `GIMLET_BLESS=1` writes the table anew.
#[test]
fn the_key_table_is_that_of_the_actions() {
    let readme = read("README.md");
    let (before, rest) = readme.split_once("a test compares -->\n").unwrap();
    let (table, after) = rest.split_once("<!-- /keys -->").unwrap();
    let made = gimlet::app::key_table_markdown();
    if std::env::var_os("GIMLET_BLESS").is_some() {
        let anew = format!("{before}a test compares -->\n{made}\n<!-- /keys -->{after}");
        std::fs::write(
            Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md"),
            anew,
        )
        .unwrap();
        return;
    }
    assert_eq!(table.trim(), made.trim());
}

#[test]
fn ci_runs_the_test_command_of_the_readme() {
    let command = "cargo test --locked";
    assert!(read("README.md").contains(&format!("\n{command}\n")));
    assert!(read(".ci/run").contains(command));
}

#[test]
fn the_options_of_the_readme_are_there() {
    let help = |arguments: &[&str]| {
        let output = Command::new(env!("CARGO_BIN_EXE_gimlet"))
            .args(arguments)
            .output()
            .unwrap();
        String::from_utf8(output.stdout).unwrap()
    };
    let known: String = [
        &["--help"][..],
        &["hunt", "--help"],
        &["drilldown", "--help"],
        &["search", "--help"],
        &["rules", "check", "--help"],
        &["rules", "list", "--help"],
        &["rules", "show", "--help"],
        &["rules", "test", "--help"],
    ]
    .into_iter()
    .map(help)
    .collect();
    let readme = read("README.md");
    let own = readme.split("## Use").nth(1).unwrap();
    let mut named = 0;
    for word in own.split(|c: char| !(c.is_ascii_alphanumeric() || c == '-')) {
        if word.starts_with("--") && word.len() > 3 && word != "--path" {
            assert!(known.contains(word), "{word}");
            named += 1;
        }
    }
    assert!(named > 20, "{named}");
}
