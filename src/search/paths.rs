//! Paths into a text that is JSON or XML: what `spath` takes, the command and the function.
//!
//! Facts (Search Reference, "spath"): steps of a path have dots between, `{}` is every element of an
//! array and `{0}` one of them (in XML the first is `{1}`), `{@name}` an attribute. Decided here: an
//! object or an array at the end of a path is given as JSON; a text that is neither gives nothing.

mod xml;

use serde_json::Value as Json;

/// The steps of a path, the braces apart: `a{}.b` is `a`, `{}`, `b`.
pub(super) fn steps(path: &str) -> Vec<String> {
    let mut steps = Vec::new();
    for step in path.split('.') {
        let (key, braces) = match step.find('{') {
            Some(at) => step.split_at(at),
            None => (step, ""),
        };
        if !key.is_empty() {
            steps.push(key.to_owned());
        }
        steps.extend(braces.split_inclusive('}').map(str::to_owned));
    }
    steps
}

/// The paths and values of a text.
pub(super) fn pairs(text: &str) -> Vec<(String, String)> {
    let text = text.trim_start();
    let mut found = Vec::new();
    if text.starts_with('<') {
        xml::pairs(text, &mut found);
    } else if text.starts_with(['{', '[']) {
        // Texts that are too deep are refused by the reader.
        if let Ok(tree) = serde_json::from_str(text) {
            flatten(&tree, &mut String::new(), &mut found);
        }
    }
    found
}

fn flatten(tree: &Json, path: &mut String, found: &mut Vec<(String, String)>) {
    let length = path.len();
    match tree {
        Json::Object(fields) => {
            for (key, value) in fields {
                if !path.is_empty() {
                    path.push('.');
                }
                path.push_str(key);
                flatten(value, path, found);
                path.truncate(length);
            }
        }
        Json::Array(elements) => {
            path.push_str("{}");
            for value in elements {
                flatten(value, path, found);
            }
            path.truncate(length);
        }
        leaf => found.push((path.clone(), text_of(leaf))),
    }
}

fn text_of(tree: &Json) -> String {
    match tree {
        Json::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// What stands at a path.
pub(super) fn at(text: &str, steps: &[String]) -> Vec<String> {
    let text = text.trim_start();
    if text.starts_with('<') {
        return xml::at(text, steps);
    }
    let Ok(tree) = serde_json::from_str::<Json>(text) else {
        return Vec::new();
    };
    let mut found = vec![&tree];
    for step in steps {
        let braces = step.strip_prefix('{').and_then(|s| s.strip_suffix('}'));
        found = match braces {
            None => found.into_iter().filter_map(|one| one.get(step)).collect(),
            Some("") => found
                .into_iter()
                .filter_map(Json::as_array)
                .flatten()
                .collect(),
            Some(place) => {
                let place: Option<usize> = place.parse().ok();
                let arrays = found.into_iter().filter_map(Json::as_array);
                arrays.filter_map(|array| array.get(place?)).collect()
            }
        };
    }
    found.into_iter().map(text_of).collect()
}
