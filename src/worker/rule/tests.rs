//! What is said of rules that are wrong or odd: `fixtures/rules/errors/x.yml` with `x.expected`
//! beside it, and the macros file `x.conf` where a case needs one. `GIMLET_BLESS=1` writes the
//! expected files anew.

use super::*;
use crate::content::drilldown::{Row, resolve};
use crate::content::offset::Bounds;
use std::fmt::Write as _;
use std::path::Path;

/// All that a person is told, on the way to the rows and when each drilldown is opened.
fn report(path: &Path) -> String {
    let conf = path.with_extension("conf");
    let files = RuleFiles {
        rule: Some(path.to_owned()),
        macros: conf.exists().then_some(conf).into_iter().collect(),
    };
    let models = Models::built_in().unwrap();
    let rule = match Rule::load(&files, &models, Zone::default()) {
        Ok(rule) => rule,
        Err(error) => return format!("can't be run:\n{error}\n"),
    };
    let mut out = "runs\n".to_owned();
    for lint in rule.drawn_lints() {
        let _ = writeln!(out, "{lint}");
    }
    for drilldown in &rule.detection.drilldowns {
        let row = Row {
            values: &|name| Some(vec![format!("a {name}")]),
            anchor: None,
            window: Bounds::default(),
        };
        let _ = match resolve(&rule.detection, drilldown, &rule.macros, row) {
            Err(error) => writeln!(out, "drilldown:\n{error}\n\n{}", error.drawn()),
            Ok(resolved) => {
                let plan = Plan::compile(&resolved.pipeline, &rule.datasets, &rule.options);
                let draw = |problem| resolved.draw(&rule.detection, drilldown, problem);
                let drawn: Vec<_> = plan.err().iter().flatten().map(draw).collect();
                let warnings = resolved.warnings.join("\n");
                writeln!(
                    out,
                    "drilldown '{}':\n{warnings}{}",
                    resolved.title,
                    drawn.join("\n")
                )
            }
        };
    }
    out
}

#[test]
fn every_mistake_is_told_with_its_place_and_a_remedy() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/rules/errors");
    let mut files: Vec<_> = std::fs::read_dir(&folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|e| e == "yml"))
        .collect();
    files.sort();
    assert!(files.len() >= 50);
    let before = format!("{}/", folder.display());
    for file in files {
        let found = report(&file).replace(&before, "");
        let expected = file.with_extension("expected");
        if std::env::var_os("GIMLET_BLESS").is_some() {
            std::fs::write(&expected, &found).unwrap();
            continue;
        }
        let written = std::fs::read_to_string(&expected).unwrap_or_default();
        assert_eq!(found, written, "{}", file.display());
        let messages = found.matches("error[").count() + found.matches("warning[").count();
        let remedies = found.matches("= help: ").count();
        assert!(remedies >= messages, "a message without a remedy:\n{found}");
    }
}
