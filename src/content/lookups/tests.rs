//! Tests of the definitions and of the CSV.

use super::*;
use std::fs;
use tempfile::TempDir;

fn folder(files: &[(&str, &str)]) -> TempDir {
    let folder = TempDir::new().unwrap();
    for (name, text) in files {
        fs::write(folder.path().join(name), text).unwrap();
    }
    folder
}

fn lookups(files: &[(&str, &str)]) -> (TempDir, Lookups, Vec<LoadError>) {
    let folder = folder(files);
    let mut lookups = Lookups::default();
    let problems = lookups.add(folder.path());
    (folder, lookups, problems)
}

#[test]
fn a_lookup_has_its_settings_and_rows() {
    let (_folder, lookups, problems) = lookups(&[
        (
            "tools.yml",
            "name: tools\nfilename: tools_2024.csv\ndefault_match: 'false'\n\
             match_type: WILDCARD(tool), CIDR(net)\nmin_matches: 1\nmax_matches: 2\n\
             case_sensitive_match: 'false'\n",
        ),
        (
            "tools_2024.csv",
            "\u{feff}tool,net,note\r\nnc*,10.0.0.0/8,\"a, b\"\r\nshort\r\nx,y,z,too much\r\n",
        ),
    ]);
    assert_eq!(problems, []);
    let tools = lookups.get("tools").unwrap();
    assert_eq!(tools.header, ["tool", "net", "note"]);
    assert_eq!(
        tools.rows,
        [
            ["nc*", "10.0.0.0/8", "a, b"],
            ["short", "", ""],
            ["x", "y", "z"]
        ]
    );
    assert!(!tools.case_sensitive);
    assert_eq!(tools.match_type("tool"), MatchType::Wildcard);
    assert_eq!(tools.match_type("net"), MatchType::Cidr);
    assert_eq!(tools.match_type("note"), MatchType::Exact);
    assert_eq!((tools.min_matches, tools.max_matches), (1, 2));
    assert_eq!(tools.default_match, "false");
    assert_eq!(tools.column("note"), Some(2));
    assert_eq!(tools.column("Note"), None);
}

#[test]
fn the_newer_generation_names_the_kind() {
    let (_folder, lookups, problems) = lookups(&[
        (
            "new.yml",
            "name: new\nlookup_type: csv\ncase_sensitive_match: false\nmatch_type:\n  - WILDCARD(a)\n",
        ),
        ("new.csv", "a,b\n1,2\n"),
        (
            "kv.yml",
            "name: kv\nlookup_type: kvstore\nfields:\n- _key\n- user\n",
        ),
        (
            "old_kv.yml",
            "name: old_kv\ncollection: c\nfields_list: _key, user\n",
        ),
        ("ml.yml", "name: ml\nlookup_type: mlmodel\n"),
        ("old_ml.yml", "name: old_ml\nfilename: m.mlmodel\n"),
        ("gone.yml", "name: gone\nfilename: gone.csv\n"),
    ]);
    assert_eq!(problems, []);
    let new = lookups.get("new").unwrap();
    assert_eq!(new.rows, [["1", "2"]]);
    assert_eq!(new.match_type("a"), MatchType::Wildcard);
    assert_eq!((new.min_matches, new.max_matches), (0, 1000));
    assert!(new.default_match.is_empty());
    for name in ["kv", "old_kv"] {
        let error = lookups.get(name).unwrap_err();
        assert_eq!(error, LookupError::KvStore(name.to_owned()));
        assert_eq!(error.code(), "DEP-KV");
        assert_eq!(lookups.definition(name).unwrap().fields, ["_key", "user"]);
    }
    for name in ["ml", "old_ml"] {
        assert_eq!(
            lookups.get(name).unwrap_err(),
            LookupError::Model(name.to_owned())
        );
    }
    let gone = lookups.get("gone").unwrap_err();
    assert!(matches!(gone, LookupError::NoFile { .. }) && gone.code() == "SPL-LOOKUP");
    assert_eq!(
        lookups.get("nowhere").unwrap_err().to_string(),
        "there is no lookup 'nowhere'"
    );
    let of_security = lookups.get("asset_lookup_by_str").unwrap_err();
    assert_eq!(of_security.code(), "DEP-ES");
    let help = of_security.help();
    assert!(help.contains("--lookups asset_lookup_by_str.csv"), "{help}");
}

#[test]
fn a_file_alone_is_a_lookup_and_stands_for_a_collection() {
    let (_first, mut lookups, _) = lookups(&[
        ("plain.csv", "a\nx\n"),
        (
            "seen.yml",
            "name: seen\ncollection: seen\ncase_sensitive_match: 'false'\n",
        ),
    ]);
    for name in ["plain", "plain.csv"] {
        let plain = lookups.get(name).unwrap();
        assert!(plain.case_sensitive && plain.rows == [["x"]]);
    }
    assert!(lookups.get("seen").is_err());
    let second = folder(&[("seen.csv", "user\nada\n")]);
    assert_eq!(lookups.add(second.path()), []);
    let seen = lookups.get("seen").unwrap();
    assert!(!seen.case_sensitive && seen.rows == [["ada"]]);
    let third = folder(&[("plain.csv", "a\ny\n"), ("b.txt", "")]);
    assert_eq!(lookups.add(&third.path().join("plain.csv")), []);
    assert_eq!(lookups.get("plain").unwrap().rows, [["y"]]);
    let problems = lookups.add(&third.path().join("b.txt"));
    assert!(problems[0].to_string().ends_with("is no CSV by its name"));
    assert_eq!(lookups.add(&third.path().join("nowhere")).len(), 1);
}

#[test]
fn what_is_wrong_is_named_and_the_rest_is_known() {
    let (folder, lookups, problems) = lookups(&[
        ("a.yml", "name: a\nlookup_type: excel\n"),
        ("b.yml", "name: b\nfilename: b.csv\nmin_matches: some\n"),
        ("c.yml", "name: c\nfilename: c.csv\nmatch_type: LIKE(x)\n"),
        ("d.yml", "name: d: e\n"),
        ("e.yml", "name: e\n"),
        ("f.yml", "name: f\nfilename: ../f.csv\n"),
        ("good.yml", "name: good\nfilename: good.csv\n"),
        ("good.csv", "a\nx\n"),
        ("empty.csv", ""),
    ]);
    let said: Vec<String> = problems.iter().map(ToString::to_string).collect();
    let at = |file: &str| folder.path().join(file).display().to_string();
    assert_eq!(
        said,
        [
            format!("{}:2:14: 'excel' is no kind of lookup", at("a.yml")),
            format!("{}:3:14: 'min_matches' is 'some'", at("b.yml")),
            format!("{}:3:13: 'LIKE(x)' is no match type", at("c.yml")),
            format!(
                "{}:1:8: mapping values are not allowed in this context",
                at("d.yml")
            ),
            format!(
                "{}:1:1: the lookup does not say where its rows are",
                at("e.yml")
            ),
            format!("{}:2:11: '../f.csv' is no name of a file", at("f.yml")),
        ]
    );
    assert!(lookups.get("good").is_ok());
    let empty = lookups.get("empty").unwrap_err();
    assert!(
        empty.to_string().ends_with("empty.csv: is empty"),
        "{empty}"
    );
}
