//! What predicates ask for, by family. That nothing is lost by it is tested on bytes, with readers
//! and filter: `tests/prefilter.rs`.

use super::*;
use crate::cim::{Dataset, Models};
use crate::search::PlanOptions;

/// The needles of a where-clause over `Endpoint.Processes`: Windows, FDR, NVM where it differs from
/// Windows, with slashes between.
fn of(clause: &str) -> String {
    let clause = match clause {
        "" => String::new(),
        clause => format!("where {clause}"),
    };
    of_search(&format!(
        "| tstats count from datamodel=Endpoint.Processes {clause} by Processes.dest"
    ))
}

fn of_search(search: &str) -> String {
    let models = Models::built_in().unwrap();
    let datasets: Vec<Dataset> = models.datasets().cloned().collect();
    let pipeline = crate::spl::parse(search).unwrap();
    let plan = Plan::compile(&pipeline, &datasets, &PlanOptions::default()).unwrap();
    let needles = needles(&plan, &Sources::built_in(&models).unwrap());
    let text = |wanted: Wanted| match wanted {
        Wanted::Everything(why) => format!("all: {why}"),
        Wanted::Holding(texts) => texts.join(" "),
    };
    let [windows, falcon, nvm] = [needles.windows, needles.crowdstrike, needles.nvm].map(text);
    if windows == nvm {
        return format!("{windows} / {falcon}");
    }
    format!("{windows} / {falcon} / {nvm}")
}

#[test]
fn the_shipped_rule_asks_for_msiexec() {
    assert_eq!(
        of(
            "(Processes.process_name=msiexec.exe OR Processes.original_file_name=msiexec.exe) \
            Processes.process IN (\"*http://*\", \"*https://*\")"
        ),
        "msiexec.exe / processrollup2"
    );
}

/// The creations of FDR: its `process`, out of which names are cut, has its quotes taken out, so that
/// `msi"exec` would be `msiexec`.
const FALCON: &str = "processrollup2";

fn assert_asked(cases: &[(&str, &str)]) {
    for (clause, asked) in cases {
        let asked = asked.replace("FDR", FALCON);
        assert_eq!(of(clause), asked, "{clause}");
    }
}

#[test]
fn searches_inside_ask_for_their_own_texts() {
    let search = |more: &str| {
        format!(
            "| tstats count from datamodel=Endpoint.Processes where \
             Processes.process_name=mshta.exe {more}"
        )
    };
    let inner = "| tstats count from datamodel=Endpoint.Processes where \
                 Processes.process_name=a1zz.exe by Processes.dest";
    let joined = search(&format!(
        "by Processes.dest | join Processes.dest [{inner}]"
    ));
    assert_eq!(of_search(&joined), "a1zz.exe mshta.exe / processrollup2");
    // What it will find is not known yet, what it looks for is.
    let asked = search(&format!("[{inner}] by Processes.dest"));
    assert_eq!(of_search(&asked), "a1zz.exe mshta.exe / processrollup2");
    let everything = inner.replace("where Processes.process_name=a1zz.exe ", "");
    let joined = search(&format!(
        "by Processes.dest | join Processes.dest [{everything}]"
    ));
    assert_eq!(of_search(&joined), of(""));
    // Those of another dataset are of another pass.
    let files = inner
        .replace("Processes", "Filesystem")
        .replace("process_name", "file_name");
    let joined = search(&format!("by Processes.dest | append [{files}]"));
    assert_eq!(of_search(&joined), "mshta.exe / processrollup2");
}

#[test]
fn predicates_ask_for_the_rarest_text_that_must_be_there() {
    assert_asked(&[
        ("Processes.process_name=mshta.exe", "mshta.exe / FDR"),
        (
            "Processes.original_file_name=mshta.exe",
            "mshta.exe / mshta.exe / ",
        ),
        ("Processes.parent_process=\"*cscript*\"", "cscript / "),
        (
            "Processes.process_name=cmd.exe Processes.process=\"*evil-tool*\"",
            "evil-tool / FDR",
        ),
        (
            "Processes.process_name IN (a1zz.exe, b2yy.exe)",
            "a1zz.exe b2yy.exe / FDR",
        ),
        (
            "NOT (NOT Processes.process_name=mshta.exe)",
            "mshta.exe / FDR",
        ),
        (
            "NOT (NOT Processes.process_name=a1zz.exe NOT Processes.process_name=b2yy.exe)",
            "a1zz.exe b2yy.exe / FDR",
        ),
        (
            "Processes.process_name=mshta.exe NOT Processes.process=\"*evil-tool*\"",
            "mshta.exe / FDR",
        ),
        // What holds the one holds the other.
        (
            "Processes.process_name=net.exe OR Processes.process=\"*dotnet.exe*\"",
            "net.exe / FDR",
        ),
        // Quotes, blanks, backslashes and entities cut a text.
        (
            "Processes.process=\"*\\\\Temp\\\\qrstuv &amp; x*\"",
            "qrstuv / FDR",
        ),
        ("Processes.process=\"*\\.qrstuv*\"", ".qrstuv / FDR"),
        ("Processes.process=\"*\u{212a}IO\u{17f}K*\"", "kiosk / FDR"),
        ("Processes.process=CASE(\"*Invoke-X*\")", "invoke-x / FDR"),
        // A text that is common in one family is rare in another.
        (
            "Processes.process=\"*http://*\"",
            "all: 'http:' stands in nearly every record / FDR / http:",
        ),
        (
            "Processes.process_name=\"*.exe\"",
            ".exe / FDR / all: '.exe' stands in nearly every record",
        ),
        (
            "Processes.process_hash=\"*imphash=*\"",
            "all: the value of 'process_hash' is put together of several fields by some log \
             shippers / imphash / imphash",
        ),
        (
            "Processes.dest=\"web-02*\"",
            "all: the value of 'dest' is not told by the event's data alone / FDR / web-02",
        ),
    ]);
}

#[test]
fn what_no_row_of_a_source_can_meet_asks_for_none_of_its_records() {
    assert_asked(&[
        ("Processes.no_such_field=mshta.exe", " / "),
        ("Processes.no_such_field!=mshta.exe", " / "),
        ("Processes.action=blocked", " / "),
        ("Processes.process_id=4 Processes.dest_category=web", " / "),
        // Of Windows none has that constant; in NVM it could be put together.
        (
            "Processes.vendor_product=\"CrowdStrike FDR\"",
            " / FDR / all: the value of 'vendor_product' is put together of vendor and product",
        ),
        ("Processes.os=macOS", " / FDR"),
        (
            "NOT Processes.os IN (\"Microsoft Windows\", Linux) Processes.process_name=mshta.exe",
            "mshta.exe / FDR",
        ),
        (
            "NOT Processes.vendor_product=\"Microsoft*\" Processes.process_id=4",
            " / FDR / all: '4' is too short to be looked for",
        ),
    ]);
}

#[test]
fn where_no_text_must_be_there_the_reason_is_told() {
    const COMPARED: &str =
        "all: NOT, '!=', orderings and subnets ask for no text that a record must hold / FDR";
    const NOTHING: &str = "all: the search asks for no text that a record must hold / FDR";
    assert_asked(&[
        ("", NOTHING),
        ("Processes.process=*", NOTHING),
        ("Processes.process=\"*äöü*\"", NOTHING),
        ("NOT Processes.process_name=mshta.exe", COMPARED),
        ("Processes.process_name!=mshta.exe", COMPARED),
        ("Processes.process>mshta", COMPARED),
        ("Processes.process=\"10.0.0.0/8\"", COMPARED),
        ("_time>5", COMPARED),
        (
            "Processes.process=\"*-e /c*\"",
            "all: '-e' is too short to be looked for / FDR",
        ),
        (
            "Processes.process_id=4688",
            "all: '4688' can be part of a number, an id or a time, which a binary log does not hold as \
             text / FDR",
        ),
        (
            "Processes.process_name=unknown",
            "all: 'process_name' can be 'unknown' whatever the record holds / FDR",
        ),
        (
            "Processes.tag=process",
            "all: 'tag' can be 'process' whatever the record holds / FDR",
        ),
        (
            "Processes.action=allowed",
            "all: 'action' can be 'allowed' whatever the record holds / FDR / ",
        ),
        (
            "Processes.user=SYSTEM",
            "all: 'system' stands in nearly every record / FDR",
        ),
        (
            "Processes.user_id=\"*evil-tool\"",
            "all: the value of 'user_id' is not told by the event's data alone / evil-tool / ",
        ),
        // One part of an OR without a text leaves none; of an AND the most telling reason is told.
        (
            "Processes.process_name=mshta.exe OR Processes.process_id=4",
            "all: '4' is too short to be looked for / FDR",
        ),
        (
            "NOT Processes.user=x Processes.user=SYSTEM Processes.process_id=4",
            "all: 'system' stands in nearly every record / FDR",
        ),
        // A free term is looked for in every field.
        (
            "\"evil-tool\"",
            "all: the value of 'dest' is not told by the event's data alone / FDR / all: the value of \
             'process_integrity_level' is written anew in lower case",
        ),
    ]);
}

#[test]
fn a_search_without_where_asks_for_nothing() {
    let all = of_search("| from datamodel Endpoint.Processes");
    assert!(all.starts_with("all: "), "{all}");
}
