//! Examples as data: of every function the documented one, one with a null and one with several
//! values (`fixtures/spl`). A new one is a line there.

use super::functions::eval;
use crate::search::functions::FUNCTIONS;
use serde::Deserialize;
use std::collections::BTreeMap;

/// An expression and what it gives, see `functions.toml`.
type Example = (String, String);

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Examples {
    documented: Vec<Example>,
    nulls: Vec<Example>,
    multivalues: Vec<Example>,
}

#[test]
fn every_function_gives_what_its_examples_say() {
    let text = include_str!("../../../fixtures/spl/functions.toml");
    let examples: BTreeMap<String, Examples> = toml::from_str(text).unwrap();
    let known: Vec<&str> = FUNCTIONS.iter().map(|function| function.name).collect();
    let told: Vec<&str> = examples.keys().map(String::as_str).collect();
    assert_eq!(told, known, "each has its examples, and only those");
    let mut wrong = Vec::new();
    for (name, examples) in &examples {
        for kind in [&examples.documented, &examples.nulls, &examples.multivalues] {
            assert!(!kind.is_empty(), "{name}");
            for (expression, expected) in kind {
                assert!(expression.contains(&format!("{name}(")), "{expression}");
                let gives = eval(expression);
                if gives != *expected {
                    wrong.push(format!("{expression}: {gives}, not {expected}"));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
