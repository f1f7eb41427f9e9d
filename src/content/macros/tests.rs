//! The built-in set, and what files add to it: `fixtures/macros/*` with what is read beside it.

use super::*;
use crate::spl::macros::expand;
use std::fmt::Write as _;

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("fixtures/macros")
        .join(name)
}

#[test]
fn the_built_in_macros_expand_to_what_the_public_content_says() {
    let macros = Macros::built_in().unwrap();
    let text = |source: &str| expand(source, &|n, c| macros.lookup(n, c)).unwrap().text;
    for (source, expanded) in [
        (
            "`security_content_summariesonly`",
            "summariesonly=false allow_old_summaries=true fillnull_value=null",
        ),
        (
            "`security_content_ctime(firstTime)`",
            "convert timeformat=\"%Y-%m-%dT%H:%M:%S\" ctime(firstTime)",
        ),
        (
            "`drop_dm_object_name(\"Processes\")`",
            "rename \"Processes.*\" as *",
        ),
        ("`cim_Endpoint_indexes`", "()"),
        (
            "`sysmon`",
            "(source=WinEventLog:Microsoft-Windows-Sysmon/Operational OR \
             source=XmlWinEventLog:Microsoft-Windows-Sysmon/Operational OR \
             source=Syslog:Linux-Sysmon/Operational)",
        ),
        (
            "`wineventlog_security`",
            "eventtype=\"wineventlog_security\" OR Channel=\"security\" OR \
             source=\"XmlWinEventLog:Security\" OR source=\"WinEventLog:Security\"",
        ),
        (
            "`cisco_network_visibility_module_flowdata`",
            "sourcetype=\"cisco:nvm:flowdata\"",
        ),
        (
            "`process_msiexec`",
            "(Processes.process_name=msiexec.exe OR Processes.original_file_name=msiexec.exe)",
        ),
    ] {
        assert_eq!(text(source), expanded);
    }
    for one in macros.all() {
        assert_eq!(one.origin, BUILT_IN);
        assert!(!one.description.is_empty(), "{}", one.name);
    }
}

#[test]
fn a_rule_knows_its_filter_and_a_file_overrides_it() {
    let rule = Detection::built_in().unwrap();
    let mut macros = Macros::built_in().unwrap();
    macros.add_filter_of(&rule);
    let name = "windows_msiexec_remote_download_filter";
    assert_eq!(macros.get(name, 0).unwrap().definition, "search *");
    assert_eq!(macros.get("other_filter", 0), None);

    let path = fixture("override.conf");
    assert_eq!(macros.add(&path).unwrap(), 3);
    assert_eq!(
        macros.get(name, 0).unwrap().definition,
        "search NOT (parent_process_name=\"CcmExec.exe\"\nuser=SYSTEM)"
    );
    let file = path.display().to_string();
    let given: Vec<_> = macros
        .overrides()
        .iter()
        .map(|o| (o.name.as_str(), o.argc, o.before.as_deref()))
        .collect();
    assert_eq!(
        given,
        [
            (name, 0, Some("search *")),
            ("two", 2, None),
            (
                "process_msiexec",
                0,
                macros.overrides()[2].before.as_deref()
            ),
        ]
    );
    assert!(macros.overrides().iter().all(|o| o.file == file));
    // Given first or last, the file counts.
    macros.add_filter_of(&rule);
    assert_ne!(macros.get(name, 0).unwrap().definition, "search *");
    assert_eq!(macros.lookup("two", 2).unwrap().arguments, ["a", "b"]);
}

#[test]
fn the_last_file_wins_and_folders_are_read_by_path() {
    let mut macros = Macros::built_in().unwrap();
    macros.add(&fixture("override.conf")).unwrap();
    macros.add(&fixture("override.yml")).unwrap();
    assert_eq!(macros.get("two", 2).unwrap().definition, "$b$ from YAML");

    let folder = tempfile::tempdir().unwrap();
    for (name, text) in [
        ("default/macros.conf", "[m]\ndefinition = default\n"),
        ("local/macros.conf", "[m]\ndefinition = local\n"),
        ("default/savedsearches.conf", "[not a macro]\nsearch = x\n"),
        ("readme.yml", "title: no macro\n"),
    ] {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    assert_eq!(macros.add(folder.path()).unwrap(), 2);
    assert_eq!(macros.get("m", 0).unwrap().definition, "local");
    assert_eq!(
        macros.overrides().last().unwrap().before.as_deref(),
        Some("default")
    );
    let empty = tempfile::tempdir().unwrap();
    assert!(
        macros
            .add(empty.path())
            .unwrap_err()
            .to_string()
            .ends_with("holds no macro")
    );
    let missing = macros.add(&folder.path().join("gone.conf")).unwrap_err();
    assert!(
        missing.to_string().contains("gone.conf: can't be read"),
        "{missing}"
    );
}

#[test]
fn an_eval_macro_is_refused_where_it_is_used_alone() {
    let mut macros = Macros::built_in().unwrap();
    let path = fixture("eval.conf");
    assert_eq!(macros.add(&path).unwrap(), 2);
    let text = |source: &str| expand(source, &|n, c| macros.lookup(n, c));
    assert_eq!(text("`plain`").unwrap().text, "user=*");
    let refused = text("a `days_ago(7)`").unwrap_err();
    let file = path.display();
    assert_eq!(
        refused.message,
        format!(
            "the macro 'days_ago' can't be put in: it is an eval expression ('iseval', {file}:2), \
             which is not supported"
        )
    );
    assert_eq!((refused.span.start, refused.span.end), (2, 15));
    // A plain one of the same name takes its place.
    let folder = tempfile::tempdir().unwrap();
    let own = folder.path().join("own.conf");
    std::fs::write(&own, "[days_ago(1)]\ndefinition = earliest=-7d\n").unwrap();
    macros.add(&own).unwrap();
    let text = expand("`days_ago(7)`", &|n, c| macros.lookup(n, c))
        .unwrap()
        .text;
    assert_eq!(text, "earliest=-7d");
}

#[test]
fn a_local_stanza_leaves_its_arguments_to_the_default_one() {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in [
        (
            "default/macros.conf",
            "[m(2)]\nargs = a, b\ndefinition = $a$=$b$\n",
        ),
        ("local/macros.conf", "[m(2)]\ndefinition = $b$=\"$a$\"\n"),
    ] {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    let mut macros = Macros::default();
    macros.add(folder.path()).unwrap();
    let text = expand("`m(x, y)`", &|n, c| macros.lookup(n, c))
        .unwrap()
        .text;
    assert_eq!(text, "y=\"x\"");
    let own = folder.path().join("own.conf");
    std::fs::write(&own, "[n(2)]\ndefinition = $b$\n").unwrap();
    let error = macros.add(&own).unwrap_err();
    assert!(
        error
            .to_string()
            .contains("own.conf:1:1: the macro 'n' has 2 arguments"),
        "{error}"
    );
}

#[test]
fn files_are_read_as_expected() {
    let folder = fixture("");
    let mut files: Vec<_> = std::fs::read_dir(&folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_none_or(|e| e != "expected"))
        .collect();
    files.sort();
    for file in files {
        let name = file.file_name().unwrap().to_str().unwrap().to_owned();
        let mut macros = Macros::default();
        let found = match macros.add(&file) {
            Ok(_) => macros.all().fold(String::new(), |mut out, one| {
                let arguments = one.arguments.join(", ");
                let eval = if one.is_eval { " (iseval)" } else { "" };
                let _ = writeln!(
                    out,
                    "{}({arguments}) line {}{eval}: {}",
                    one.name, one.line, one.definition
                );
                out
            }),
            Err(error) => error.drawn().replace(&file.display().to_string(), &name),
        };
        let expected = folder.join(format!("{name}.expected"));
        if std::env::var_os("GIMLET_BLESS").is_some() {
            std::fs::write(&expected, &found).unwrap();
        }
        let written = std::fs::read_to_string(&expected).unwrap_or_default();
        assert_eq!(found, written, "{name}");
    }
}

proptest::proptest! {
    #[test]
    fn any_conf_is_read_or_refused(text in "(\\[|\\]|a|\\(1\\)|definition ?=|args=|iseval=1|\n|\\\\\n|#|é| ){0,30}") {
        let _ = conf::read(&text, "f", &|_, _| None).map_err(|e| e.drawn());
    }
}
