//! `gimlet rules test`: the tests that rules declare, over data that are there.

use super::{folder, print, say_broken};
use crate::cim::{Models, Sources};
use crate::cli::rules::Test;
use crate::config::Settings;
use crate::content::Detection;
use crate::event::visible::visible;
use crate::headless::status;
use crate::report::counted;
use crate::worker::hunt::HuntOptions;
use crate::worker::rule::Rule;
use crate::worker::rule_test::{DataFiles, Outcome, run as run_test};
use anyhow::{Result, bail};
use std::io::{self, Write};

/// How many tests went which way.
#[derive(Debug, Default)]
struct Sums {
    pass: u64,
    fail: u64,
    no_data: u64,
    manual: u64,
    refused: u64,
}

/// A line of what is printed.
struct Line {
    word: &'static str,
    rule: String,
    test: String,
    more: String,
}

/// Runs the command; returns the exit status.
pub fn run(args: &Test, settings: &Settings) -> Result<u8> {
    if !args.data.is_dir() {
        bail!(
            "--data '{}' is no folder: give the one that holds the data of the tests",
            args.data.display()
        );
    }
    let folder = folder(&args.path, args.content.as_deref(), &args.over, settings)?;
    say_broken(&folder);
    let models = Models::built_in()?;
    let sources = Sources::built_in(&models)?;
    let data = DataFiles::below(&args.data);
    let options = HuntOptions {
        assume_tz: settings.assume_tz,
        ..HuntOptions::default()
    };
    let mut sums = Sums::default();
    for detection in folder.detections.iter().filter(|d| !d.tests.is_empty()) {
        let rule = Rule::of(detection.clone(), &folder, &models, settings.tz);
        let lines = tests_of(detection, &mut sums, |test| match &rule {
            Ok(rule) => Ok(run_test(rule, test, &data, &sources, &options)),
            Err(_) => Err(()),
        });
        // Each as it is known: a large folder takes minutes.
        print(|out| lines.iter().try_for_each(|line| write_line(out, line)))?;
    }
    print(|out| write_sums(out, &sums))?;
    let bad = sums.fail + sums.refused > 0;
    Ok(if bad { status::ROWS } else { status::READ })
}

fn tests_of(
    rule: &Detection,
    sums: &mut Sums,
    run: impl Fn(&crate::content::detection::DetectionTest) -> Result<Outcome, ()>,
) -> Vec<Line> {
    let mut lines = Vec::new();
    for test in &rule.tests {
        let (count, word, more) = if rule.is_manual_test() {
            let more = "the rule says that a person must test it".to_owned();
            (&mut sums.manual, "manual", more)
        } else {
            match run(test) {
                Ok(Outcome::Pass(rows)) => (&mut sums.pass, "pass", counted(rows, "row")),
                Ok(Outcome::Fail) => (&mut sums.fail, "fail", "no row".to_owned()),
                Ok(Outcome::NoData(why)) => (&mut sums.no_data, "no data", why),
                Err(()) => {
                    let more = "'gimlet rules check' says why".to_owned();
                    (&mut sums.refused, "refused", more)
                }
            }
        };
        *count += 1;
        lines.push(Line {
            word,
            rule: rule.name.clone(),
            test: test.name.clone(),
            more,
        });
    }
    lines
}

fn write_line(out: &mut dyn Write, line: &Line) -> io::Result<()> {
    let (rule, test) = (visible(&line.rule), visible(&line.test));
    writeln!(
        out,
        "{:7}  {rule} · {test}: {}",
        line.word,
        visible(&line.more)
    )
}

fn write_sums(out: &mut dyn Write, sums: &Sums) -> io::Result<()> {
    let all = sums.pass + sums.fail + sums.no_data + sums.manual + sums.refused;
    writeln!(
        out,
        "\n{}: {} pass, {} fail, {} without data, {} manual, {} refused",
        counted(all, "test"),
        sums.pass,
        sums.fail,
        sums.no_data,
        sums.manual,
        sums.refused
    )
}
