//! Tests of reading a folder and of finding a rule in it.

use super::*;
use std::fs;
use tempfile::TempDir;

fn rule(name: &str, macro_name: &str) -> String {
    format!(
        "name: {name}\nid: id of {name}\nsearch: |\n  | tstats count from datamodel=Endpoint.Processes where `{macro_name}` by Processes.user\n"
    )
}

fn checkout() -> TempDir {
    let folder = TempDir::new().unwrap();
    let write = |path: &str, text: &str| {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    };
    write("detections/endpoint/b.yml", &rule("Net Start", "m"));
    write("detections/endpoint/a.yml", &rule("Net Stop", "m"));
    write("detections/cloud/c.yml", &rule("Cloud-Login", "m"));
    write("detections/deprecated/d.yml", &rule("Old Login", "m"));
    write("detections/endpoint/broken.yml", "name: x\nsearch: [1\n");
    write("detections/readme.md", "no rule");
    write("macros/m.yml", "name: m\ndefinition: Processes.user=a\n");
    write("macros/n.yml", "name: n\ndefinition: [1\n");
    write("lookups/l.yml", "name: l\nfilename: l.csv\n");
    write("lookups/l.csv", "a\nb\n");
    write(
        "lookups/mitre_enrichment.csv",
        "mitre_id,technique,tactics,groups\nT9999,Made Up,Execution|Impact,\n",
    );
    write(
        "stories/s.yml",
        "name: S\ndescription: about\nnarrative: long\n",
    );
    write("stories/t.yml", "description: about\n");
    folder
}

fn names(folder: &Folder) -> Vec<&str> {
    folder.detections.iter().map(|d| d.name.as_str()).collect()
}

#[test]
fn a_checkout_is_read_whole_and_what_is_broken_is_named() {
    let checkout = checkout();
    let folder = Folder::read(checkout.path()).unwrap();
    let all = ["Cloud-Login", "Old Login", "Net Stop", "Net Start"];
    assert_eq!(names(&folder), all);
    assert_eq!(
        folder.macros.get("m", 0).unwrap().definition,
        "Processes.user=a"
    );
    assert_eq!(folder.macros.overrides(), []);
    assert_eq!(folder.lookups.get("l").unwrap().rows, [["b"]]);
    assert_eq!(folder.story("S").unwrap().description, "about");
    assert_eq!(folder.attack.full_name("T9999").unwrap(), "Made Up");
    assert_eq!(folder.attack.tactics_of("T9999"), ["Execution", "Impact"]);
    let root = checkout.path().canonicalize().unwrap();
    let said: Vec<String> = folder
        .problems
        .iter()
        .map(ToString::to_string)
        .map(|text| text.replace(&format!("{}/", root.display()), ""))
        .map(|text| text.replace(&format!("{}/", checkout.path().display()), ""))
        .collect();
    let starts = [
        "detections/endpoint/broken.yml:2:9: ",
        "macros/n.yml:2:13: ",
        "stories/t.yml: is no story: it has no 'name'",
    ];
    assert_eq!(said.len(), starts.len(), "{said:?}");
    for (said, start) in said.iter().zip(starts) {
        assert!(said.starts_with(start), "{said}");
    }
}

#[test]
fn a_part_of_a_checkout_knows_its_macros() {
    let checkout = checkout();
    let endpoint = checkout.path().join("detections/endpoint");
    for (path, rules) in [
        (endpoint.clone(), vec!["Net Stop", "Net Start"]),
        (endpoint.join("b.yml"), vec!["Net Start"]),
    ] {
        let folder = Folder::read(&path).unwrap();
        assert_eq!(names(&folder), rules);
        assert!(folder.macros.get("m", 0).is_some());
    }
}

#[test]
fn a_folder_without_a_rule_is_an_error_with_a_remedy() {
    let empty = TempDir::new().unwrap();
    let error = Folder::read(empty.path()).unwrap_err();
    assert!(error.to_string().ends_with(": holds no rule"), "{error}");
    let error = Folder::read(&empty.path().join("nowhere")).unwrap_err();
    assert!(error.help.is_some(), "{error}");
}

#[test]
fn a_rule_is_found_by_what_a_person_types() {
    let checkout = checkout();
    let folder = Folder::read(checkout.path()).unwrap();
    for (typed, name) in [
        ("Net Start", "Net Start"),
        ("net-start", "Net Start"),
        ("id of net stop", "Net Stop"),
        ("stop", "Net Stop"),
        ("cloud login", "Cloud-Login"),
        ("b.yml", "Net Start"),
    ] {
        assert_eq!(folder.find(typed).unwrap().name, name, "{typed}");
    }
    assert_eq!(
        folder.find("login").unwrap_err().to_string(),
        "'login' is in the names of 2 rules: 'Cloud-Login', 'Old Login'"
    );
    for typed in ["nothing", ""] {
        assert!(matches!(folder.find(typed), Err(FindError::None(_))));
    }
}

#[test]
fn what_is_done_in_parallel_comes_in_its_order() {
    let things: Vec<u64> = (0..1000).collect();
    let slow = |thing: &u64| {
        if thing.is_multiple_of(97) {
            std::thread::sleep(std::time::Duration::from_millis(1));
        }
        thing * 2
    };
    let made = in_parallel(&things, slow);
    assert!(
        made.iter()
            .zip(&things)
            .all(|(made, thing)| *made == thing * 2)
    );
    assert_eq!(made.len(), things.len());
    assert!(in_parallel(&[0; 0], slow).is_empty());
    let panics = || in_parallel(&things, |thing| assert!(*thing != 500, "made to fail"));
    assert!(std::panic::catch_unwind(panics).is_err());
}
