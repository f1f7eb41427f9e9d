//! Tests of the command line.

use super::*;

fn read(line: &str) -> Result<Cli, Answer> {
    Cli::read(line.split('|').map(OsString::from))
}

fn hunt(line: &str) -> Hunt {
    match read(&format!("gimlet|hunt|{line}")).unwrap().command {
        Some(Command::Hunt(hunt)) => hunt,
        other => panic!("{other:?}"),
    }
}

fn refused(line: &str) -> String {
    let answer = read(line).unwrap_err();
    assert!(answer.is_error);
    assert_eq!(answer.status, 2);
    answer.text
}

#[test]
fn the_definition_is_sound() {
    Cli::command().debug_assert();
}

#[test]
fn paths_alone_open_the_workbench() {
    let cli = read("gimlet|--ascii|logs|-|--macros|a|--macros|b").unwrap();
    assert!(cli.command.is_none());
    assert_eq!(
        cli.workbench.reading.paths,
        ["logs", "-"].map(PathBuf::from)
    );
    let flags = cli.flags();
    assert!(flags.ascii && !flags.no_mouse);
    assert_eq!(flags.macros, ["a", "b"].map(PathBuf::from));
    let demo = read("gimlet|demo|--no-mouse|--tz|-05:30").unwrap().flags();
    assert_eq!(demo.tz, Zone::parse("-05:30"));
    assert!(demo.no_mouse);
}

#[test]
fn nothing_at_all_prints_help_with_an_example() {
    let text = refused("gimlet");
    assert!(
        text.contains("gimlet demo") && text.contains("Usage:"),
        "{text}"
    );
    let help = read("gimlet|hunt|--help").unwrap_err();
    assert!(!help.is_error && help.status == 0);
    assert!(help.text.contains("Exit status"));
    assert!(!read("gimlet|--version").unwrap_err().is_error);
}

#[test]
fn times_are_utc_unless_they_say() {
    let utc = |at: Option<Timestamp>| at.map(|at| at.rfc3339(Zone::UTC));
    for (text, expected) in [
        ("2022-06-16", "2022-06-16T00:00:00Z"),
        ("2022-06-16 18:04", "2022-06-16T18:04:00Z"),
        ("2022-06-16T18:04:12.5+02:00", "2022-06-16T16:04:12.5Z"),
    ] {
        let hunt = hunt(&format!("--since|{text}|logs"));
        assert_eq!(utc(hunt.reading.since).as_deref(), Some(expected));
    }
    for text in [
        "yesterday",
        "16.06.2022",
        "2022-06-31",
        "",
        "2022-06-16 25:00",
    ] {
        let error = refused(&format!("gimlet|hunt|--until|{text}|logs"));
        assert!(error.contains("write it as '2022-06-16'"), "{error}");
    }
    let error = refused("gimlet|hunt|--since|2022-06-17|--until|2022-06-17|logs");
    assert!(error.contains("not before"), "{error}");
}

#[test]
fn usage_errors_name_the_remedy_and_are_harmless() {
    assert!(refused("gimlet|hunt|--tz|Europe/Berlin|x").contains("'+02:00'"));
    assert!(refused("gimlet|hunt").contains("<PATH>"));
    assert!(refused("gimlet|hunt|--format|xml|x").contains("ndjson"));
    assert!(refused("gimlet|hunt|-q|-v|x").contains("--verbose"));
    assert!(refused("gimlet|hunt|--sort|-|x").contains("'-count'"));
    assert!(refused("gimlet|drilldown|results|--token|a|x").contains("src=10.0.0.1"));
    let hostile = refused("gimlet|--\u{202e}\u{1b}[2J.evtx");
    assert!(hostile.contains("⟨U+202E⟩") && !hostile.contains('\u{1b}'));
}

#[test]
fn a_drilldown_names_its_kind_first() {
    let line = "gimlet|drilldown|risk|--user|CORP\\a|--dest|web|--token|src=a=b|logs|more";
    let Some(Command::Drilldown(drilldown)) = read(line).unwrap().command else {
        panic!("no drilldown");
    };
    assert_eq!(drilldown.which, Which::Risk);
    assert_eq!(drilldown.user.as_deref(), Some("CORP\\a"));
    assert_eq!(drilldown.token, [("src".to_owned(), "a=b".to_owned())]);
    assert_eq!(drilldown.reading.paths.len(), 2);
}

#[test]
fn sorting_takes_a_sign() {
    let key = hunt("--sort|-count|logs").rows.sort.unwrap();
    assert_eq!((&*key.field, key.descending), ("count", true));
}
