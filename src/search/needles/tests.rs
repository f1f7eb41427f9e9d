//! What predicates ask for, by family. That nothing is lost by it is tested on bytes, with readers
//! and filter: `tests/prefilter.rs`.

use super::*;
use crate::cim::{Dataset, Models};
use crate::search::PlanOptions;

/// The needles of a where-clause over `Endpoint.Processes`, a line a family; `=`: as the line above.
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

#[test]
#[allow(clippy::too_many_lines, reason = "a table")]
fn predicates_ask_for_the_rarest_text_that_must_be_there() {
    // FDR's `process`, out of which names are cut, has its quotes taken out: `msi"exec` would be
    // one. So its creations are looked for.
    const FALCON: &str = "processrollup2";
    for (clause, asked) in [
        (
            "Processes.process_name=mshta.exe",
            format!("mshta.exe / {FALCON}"),
        ),
        (
            "Processes.process_name=cmd.exe Processes.process=\"*evil-tool*\"",
            format!("evil-tool / {FALCON}"),
        ),
        (
            "Processes.process_name IN (a1zz.exe, b2yy.exe)",
            format!("a1zz.exe b2yy.exe / {FALCON}"),
        ),
        (
            "NOT (NOT Processes.process_name=mshta.exe)",
            format!("mshta.exe / {FALCON}"),
        ),
        (
            "Processes.process=\"*\\\\Temp\\\\qrstuv &amp; x*\"",
            format!("qrstuv / {FALCON}"),
        ),
        // Any part of an OR without a text leaves none.
        (
            "Processes.process_name=mshta.exe OR Processes.process_id=4",
            format!("all: 'Processes.process_id' / {FALCON}"),
        ),
        (
            "NOT Processes.process_name=mshta.exe",
            format!("all: NOT / {FALCON}"),
        ),
        ("Processes.process=*", format!("all: the search / {FALCON}")),
        (
            "Processes.process=\"*http://*\"",
            format!("all: 'http' stands / {FALCON} / http:"),
        ),
        (
            "Processes.process_name=unknown",
            format!("all: 'process_name' can be / {FALCON}"),
        ),
        (
            "Processes.process_id=4688",
            format!("all: '4688' can be / {FALCON}"),
        ),
        (
            "Processes.dest=\"web-02*\"",
            format!("all: the value of 'dest' / {FALCON}"),
        ),
        ("", format!("all: the search asks / {FALCON}")),
        // No row of Windows has that constant; in NVM it could be put together.
        (
            "Processes.vendor_product=\"CrowdStrike FDR\"",
            format!(" / {FALCON} / all: the value"),
        ),
        ("Processes.os=macOS", format!(" / {FALCON}")),
    ] {
        let found = of(clause);
        let same = asked
            .split(" / ")
            .zip(found.split(" / "))
            .all(|(asked, found)| {
                found == asked || (asked.starts_with("all: ") && found.starts_with("all: "))
            });
        assert!(same, "{clause}\n asked {asked}\n found {found}");
    }
}

#[test]
fn a_search_without_where_asks_for_nothing() {
    let all = of_search("| from datamodel Endpoint.Processes");
    assert!(all.starts_with("all: "), "{all}");
}
