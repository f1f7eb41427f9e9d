//! Arrows point down only: every `crate::…` path in `src/` names a lower layer (or the file's own
//! room), and each crate that reads a format or draws a screen is named where it belongs.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test may panic"
)]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// The layers from the bottom; the map in `src/lib.rs` says what each is for.
const LAYERS: [&[&str]; 14] = [
    &["event"],
    &["evidence", "cim", "spl"],
    &["content"],
    &["search"],
    &["store", "risk"],
    &["activity", "case"],
    &["report"],
    &["worker"],
    &["app"],
    &["ui"],
    &["config"],
    &["cli", "terminal"],
    &["headless"],
    &["main", "lib"],
];

/// A crate and the files (or folders, with a `/` behind) that alone may name it.
const OWNERS: [(&str, &[&str]); 13] = [
    ("ratatui", &["ui/", "terminal.rs", "terminal/"]),
    ("crossterm", &["ui/", "terminal.rs", "terminal/"]),
    ("quick_xml", &["evidence/xml.rs", "evidence/xml/"]),
    ("evtx", &["evidence/evtx.rs", "evidence/evtx/"]),
    ("jiff", &["event/time.rs", "event/time/"]),
    ("zip", &["evidence/archive.rs", "evidence/archive/"]),
    ("tar", &["evidence/archive.rs", "evidence/archive/"]),
    ("flate2", &["evidence/archive.rs", "evidence/archive/"]),
    ("zstd", &["evidence/archive.rs", "evidence/archive/"]),
    ("encoding_rs", &["evidence/encoding.rs"]),
    ("fuzzy_matcher", &["app/filter.rs", "app/filter/"]),
    ("fancy_regex", &["search/pcre.rs"]),
    ("directories", &["config.rs"]),
];

fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files(&path, found);
        } else if path.extension().is_some_and(|e| e == "rs") {
            found.push(path);
        }
    }
}

fn sources() -> BTreeMap<String, String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut found = Vec::new();
    files(&root, &mut found);
    found
        .into_iter()
        .map(|path| {
            let name = path
                .strip_prefix(&root)
                .unwrap()
                .to_string_lossy()
                .replace('\\', "/");
            (name, fs::read_to_string(&path).unwrap())
        })
        .collect()
}

fn layer(room: &str) -> Option<usize> {
    LAYERS.iter().position(|rooms| rooms.contains(&room))
}

fn room(file: &str) -> &str {
    file.split(['/', '.']).next().unwrap()
}

/// The code of a file without its comments and without its unit tests, which may look anywhere.
fn code(text: &str) -> String {
    let text = text.split("#[cfg(test)]\nmod tests {").next().unwrap();
    text.lines()
        .filter(|line| !line.trim_start().starts_with("//"))
        .collect::<Vec<_>>()
        .join("\n")
}

/// The rooms named by `crate::x` and `crate::{x, y}`.
fn rooms_named(code: &str) -> Vec<String> {
    let mut rooms = Vec::new();
    for (at, _) in code.match_indices("crate::") {
        let rest = &code[at + "crate::".len()..];
        let list = match rest.strip_prefix('{') {
            Some(list) => list.split('}').next().unwrap(),
            None => rest,
        };
        let take = if rest.starts_with('{') { usize::MAX } else { 1 };
        for part in list.split(',').take(take) {
            let word = |c: char| !(c.is_alphanumeric() || c == '_');
            rooms.push(part.trim().split(word).next().unwrap().to_owned());
        }
    }
    rooms
}

#[test]
fn arrows_point_down() {
    let mut wrong = Vec::new();
    for (file, text) in sources() {
        let from = room(&file);
        let Some(height) = layer(from) else {
            wrong.push(format!("{file}: the room '{from}' has no layer"));
            continue;
        };
        for to in rooms_named(&code(&text)) {
            if to == from || to.is_empty() {
                continue;
            }
            match layer(&to) {
                Some(below) if below < height => {}
                _ => wrong.push(format!("{file} names crate::{to}")),
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn each_foreign_crate_has_its_place() {
    let mut wrong = Vec::new();
    for (file, text) in sources() {
        let code = code(&text);
        for (name, owners) in OWNERS {
            let owned = owners
                .iter()
                .any(|owner| file == *owner || (owner.ends_with('/') && file.starts_with(owner)));
            let named = [format!("use {name}::"), format!("use ::{name}::")]
                .iter()
                .any(|needle| code.contains(needle.as_str()))
                || code.match_indices(&format!("{name}::")).any(|(at, _)| {
                    let before = code[..at].chars().next_back();
                    !before.is_some_and(|c| c.is_alphanumeric() || c == '_' || c == ':')
                });
            let own_module = file.starts_with("evidence/") && name == "evtx";
            if named && !owned && !own_module {
                wrong.push(format!("{file} names {name}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn files_stay_short_and_say_what_they_are_for() {
    let mut wrong = Vec::new();
    for (file, text) in sources() {
        if !text.starts_with("//!") {
            wrong.push(format!("{file} does not open with what it is for"));
        }
        if text.lines().count() > 500 {
            wrong.push(format!("{file} has {} lines", text.lines().count()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
