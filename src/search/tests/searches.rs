//! Searches inside of searches: `join`, `append`, `appendpipe`, predicates in brackets; `foreach`.

use super::texts::{compile, refused, rows, run, run_processes};
use super::trees::{process, table};
use crate::cim::DatasetRow;
use crate::search::PlanInput;

const FROM: &str = "from datamodel=Endpoint.Processes";

fn evidence() -> Vec<DatasetRow> {
    // dest, user, process, process_name, process_id
    vec![
        process(Some("10"), ["h1", "ann", "a -x", "a.exe", "1"]),
        process(Some("20"), ["h1", "bob", "b", "b.exe", "2"]),
        process(Some("30"), ["h2", "ann", "b -y", "b.exe", "3"]),
        process(Some("40"), ["h2", "-", "c", "c.exe", "4"]),
        process(Some("50"), ["h3", "eve", "a", "a.exe", "5"]),
        process(Some("60"), ["h1", "bob", "b again", "b.exe", "6"]),
    ]
}

fn count(condition: &str, by: &str) -> String {
    format!("| tstats fillnull_value=null count {FROM} where {condition} by {by}")
}

#[test]
fn join_puts_the_fields_of_another_search_beside() {
    let a = count("Processes.process_name=a.exe", "Processes.dest");
    let b = count(
        "Processes.process_name=b.exe",
        "Processes.dest Processes.process",
    );
    let b = format!("{b} | rename count as n");
    assert_eq!(
        run_processes(&format!("{a} | join Processes.dest [{b}]"), &evidence()),
        [
            "Processes.dest|count|Processes.process|n",
            // Of several the first, and the events of both.
            "h1|1|b|1 [0, 1]"
        ]
    );
    // Search Reference, "join": max=0 joins with all, type=left keeps what finds none.
    assert_eq!(
        run_processes(
            &format!("{a} | join type=left max=0 Processes.dest [{b}]"),
            &evidence()
        )[1..],
        ["h1|1|b|1 [0, 1]", "h1|1|b again|1 [0, 5]", "h3|1|-|- [4]"]
    );
    assert_eq!(
        run_processes(&format!("{a} | join type=outer [{b}]"), &evidence()).len(),
        3
    );
}

#[test]
fn join_compares_whole_values_and_never_null() {
    let t = || {
        table(
            &["k", "v"],
            &[&["a", "1"], &["-", "2"], &["a;b", "3"], &["A", "4"]],
        )
    };
    let others = "from datamodel Risk.All_Risk | search v>1 | eval v=\"new\", w=\"w\"";
    assert_eq!(
        rows(&format!("join k [| {others}]"), t()),
        ["a;b|new|w", "A|new|w"]
    );
    assert_eq!(
        rows(&format!("join type=left overwrite=f k [| {others}]"), t()),
        ["a|1|-", "-|2|-", "a;b|3|w", "A|4|w"]
    );
    // Without fields all that both have.
    assert!(rows(&format!("join [| {others}]"), t()).is_empty());
    assert!(rows(&format!("join nowhere [| {others}]"), t()).is_empty());
    assert_eq!(
        refused("join kind=left k [search x]"),
        "SPL-OPTION: the option 'kind' of join is not known (the options are \
         type, max, overwrite, usetime, earlier, left, right)"
    );
    assert!(refused("join type=right k [search x]").contains("inner or left or outer"));
    assert!(refused("join k").contains("a search in brackets is missing"));
    assert!(refused("join k [search x]").starts_with("SPL-RAW"));
}

#[test]
fn append_and_appendpipe_put_rows_behind() {
    let a = count("Processes.process_name=a.exe", "Processes.dest");
    let c = count("Processes.process_name=c.exe", "Processes.user");
    assert_eq!(
        run_processes(&format!("{a} | append [{c}]"), &evidence()),
        [
            "Processes.dest|count|Processes.user",
            "h1|1|- [0]",
            "h3|1|- [4]",
            "-|1|null [3]"
        ]
    );
    let t = || table(&["a", "n"], &[&["x;y", "1"], &["-", "2"]]);
    // Search Reference, "appendpipe": subtotals behind the rows.
    assert_eq!(
        run("appendpipe [stats sum(n) as n | eval a=\"all\"]", t()),
        ["a|n", "x;y|1 [0]", "-|2 [1]", "all|3 [0, 1]"]
    );
    assert_eq!(rows("appendpipe [| where n>1]", t())[2], "-|2");
    assert_eq!(
        rows("append maxout=1 [| inputlookup tools] | table kind", t()).len(),
        3
    );
    assert!(refused("append maxrows=1 [| inputlookup tools]").contains("maxout, maxtime"));
    assert!(refused("appendpipe [| nonsense]").contains("'nonsense'"));
}

#[test]
fn a_search_in_brackets_asks_for_what_it_finds() {
    let inner = count("Processes.process_name=c.exe", "Processes.dest");
    let of = |condition: &str| {
        let text = count(condition, "Processes.dest Processes.process_name");
        let lines = run_processes(&text, &evidence());
        lines[1..].join(" ")
    };
    // Search Manual, "About subsearches".
    let found = of(&format!(
        "Processes.process_name=b.exe [{inner} | fields Processes.dest]"
    ));
    assert_eq!(found, "h2|b.exe|1 [2]");
    let found = of(&format!(
        "Processes.process_name=b.exe NOT [{inner} | fields - count]"
    ));
    assert_eq!(found, "h1|b.exe|2 [1, 5]");
    // Nothing found asks for what no row has.
    let none = count("Processes.process_name=z.exe", "Processes.dest");
    assert_eq!(of(&format!("Processes.process_name=b.exe [{none}]")), "");
    assert_eq!(
        of(&format!("Processes.dest=h3 NOT [{none}]")),
        "h3|a.exe|1 [4]"
    );
    // In 'search', over the rows as they are there.
    let text = format!(
        "{} | search NOT [{inner} | fields Processes.dest]",
        count(
            "Processes.process_name=a.exe OR Processes.process_name=b.exe",
            "Processes.dest"
        )
    );
    assert_eq!(
        run_processes(&text, &evidence())[1..],
        ["h1|3 [0, 1, 5]", "h3|1 [4]"]
    );
}

#[test]
fn what_a_lookup_asks_for_is_known_before_the_evidence() {
    let inner = "| inputlookup tools where kind=b | rename tool as Processes.process_name \
                 | fields Processes.process_name";
    let text = count(&format!("[{inner}]"), "Processes.dest");
    let plan = compile(&text).unwrap();
    assert!(!plan.has_searches());
    let bar = process(None, ["h", "u", "p", "BAR.EXE", "1"]);
    assert!(plan.test(&bar));
    assert!(evidence().iter().all(|row| !plan.test(row)));
    // Wildcards of the lookup's cells stay wildcards; a backslash is a letter.
    let text = count(
        "[| inputlookup paths where label=temporary | rename path as Processes.process \
         | fields Processes.process]",
        "Processes.dest",
    );
    let plan = compile(&text).unwrap();
    assert!(plan.test(&process(None, ["h", "u", "C:\\Temp\\z", "-", "-"])));
    assert!(!plan.test(&process(None, ["h", "u", "C:\\Tempz", "-", "-"])));
}

#[test]
fn a_row_asks_for_all_its_fields_and_rows_for_any() {
    let t = || {
        table(
            &["a", "b", "_t", "keep"],
            &[
                &["1", "x", "9", "y"],
                &["2", "y;z", "9", "y"],
                &["3", "-", "9", "n"],
                &["1", "z", "9", "n"],
            ],
        )
    };
    let inner = "| from datamodel Risk.All_Risk | search keep=y | fields a, b";
    assert_eq!(rows(&format!("search [{inner}]"), t()).len(), 2);
    assert_eq!(rows(&format!("search NOT [{inner}]"), t()).len(), 2);
    // A null asks for nothing.
    let inner = "| from datamodel Risk.All_Risk | search a=3 | fields a, b";
    assert_eq!(rows(&format!("search [{inner}]"), t()), ["3|-|9|n"]);
    // The value of a field called 'search' stands as it is.
    let inner = "| from datamodel Risk.All_Risk | head 1 | eval search=b | fields search";
    assert_eq!(rows(&format!("search [{inner}]"), t())[0], "1|x|9|y");
}

#[test]
fn a_plan_tells_all_that_it_runs_over() {
    let a = count("Processes.process_name=a.exe", "Processes.dest");
    let plan = compile(&format!(
        "{a} | append [| inputlookup tools] | join x [{a}]"
    ))
    .unwrap();
    let own = PlanInput::Dataset { index: 0 };
    assert_eq!(plan.inputs(), [&own, &PlanInput::Nothing]);
    let b = count("Processes.process_name=b.exe", "Processes.dest");
    let with_b = compile(&format!("{a} | join Processes.dest [{b}]")).unwrap();
    // A row matters when any of its searches takes it, and their keys are not the rule's alone.
    let rows = evidence();
    let matters: Vec<bool> = rows.iter().map(|row| with_b.test(row)).collect();
    assert_eq!(matters, [true, true, true, false, true, true]);
    assert_ne!(with_b.predicate_key(), compile(&a).unwrap().predicate_key());
    assert_eq!(with_b.tested_places(), Some(vec![3, 3]));
    assert!(with_b.test_in(0, &rows[1]) && !with_b.test_in(1, &rows[1]));
}

#[test]
fn places_of_several_datasets_count_over_all() {
    let a = count("Processes.process_name=a.exe", "Processes.dest");
    let plan = compile(&a).unwrap();
    let rows = evidence();
    let mixed = [(7, &rows[0]), (0, &rows[0]), (0, &rows[4])];
    let (table, _) = plan.run_datasets(mixed.into_iter());
    assert_eq!(super::trees::lines(&table)[1..], ["h1|1 [1]", "h3|1 [2]"]);
}

#[test]
fn searches_stand_in_each_other_only_so_deep() {
    let mut text = "search *".to_owned();
    for _ in 0..20 {
        text = format!("append [| inputlookup tools | {text}]");
    }
    assert!(refused(&text).contains("more than 8 deep"));
}

#[test]
fn map_runs_a_search_for_each_row() {
    let a = count("Processes.process_name=a.exe", "Processes.dest");
    let inner = count(
        "Processes.dest=$h$ NOT Processes.process_name=$n$",
        "Processes.process",
    );
    // Search Reference, "map": "$field$" is the row's value.
    let text = format!("{a} | rename Processes.dest as h | eval n=\"b*\" | map [{inner}]");
    assert_eq!(
        run_processes(&text, &evidence()),
        [
            "Processes.process|count",
            // A star in a value is a letter.
            "a -x|1 [0]",
            "b|1 [1]",
            "b again|1 [5]",
            "a|1 [4]"
        ]
    );
    let first = text.replace("| map [", "| map maxsearches=1 [");
    assert_eq!(run_processes(&first, &evidence()).len(), 4);
    // A row that lacks the field runs nothing; several values are a list.
    let t = || table(&["k"], &[&["-"], &["a;b"], &["c"]]);
    let inner = "| from datamodel Risk.All_Risk | search k=$k$ | eval from=\"$k$\"";
    assert_eq!(rows(&format!("map [{inner}]"), t()), ["a;b|a\nb", "c|c"]);
    assert!(refused("map saved_search").contains("a saved search"));
    assert!(refused("map maxsearch=3 [search x]").contains("the options are search, maxsearches"));
    assert!(refused("map maxsearches=3").contains("is missing"));
}

#[test]
fn foreach_does_an_eval_for_each_field() {
    // Search Reference, "foreach": the sum of all fields of a pattern.
    let t = || {
        table(
            &["total", "test1", "test 2", "test3", "other"],
            &[&["0", "1", "2", "-", "9"]],
        )
    };
    assert_eq!(
        rows(
            "foreach test* [eval total=total + coalesce('<<FIELD>>', 0)]",
            t()
        ),
        ["3|1|2|-|9"]
    );
    assert_eq!(
        run(
            "foreach test* [eval \"n_<<MATCHSTR>>\"=\"<<FIELD>>\"] | table n_*",
            t()
        ),
        ["n_1|n_ 2|n_3", "test1|test 2|test3 [0]"]
    );
    assert_eq!(
        run(
            "foreach t*t* [eval <<MATCHSEG1>>_<<MATCHSEG2>>=1] | fields es_1",
            t()
        )[0],
        "es_1"
    );
    let several = table(&["a", "b"], &[&["x;y", "-"]]);
    assert_eq!(
        rows("foreach * [eval <<FIELD>>=mvcount(<<FIELD>>)]", several),
        ["2|-"]
    );
    assert!(refused("foreach test* [stats count]").contains("only 'eval'"));
    assert!(refused("foreach test* [eval x=nofunction(<<FIELD>>)]").starts_with("SPL-FUNCTION"));
    assert!(refused("foreach mode=multivalue x [eval y=1]").contains("'mode'"));
    assert!(refused("foreach [eval y=1]").contains("a field name is missing"));
}

#[test]
fn format_and_return_give_what_rows_ask_for_as_a_text() {
    let t = || {
        table(
            &["user", "ip", "_t"],
            &[&["ann", "1", "x"], &["b b", "2;3", "x"], &["-", "*4", "x"]],
        )
    };
    // Search Reference, "format" and "return".
    assert_eq!(
        run("format", t()),
        [
            "search",
            "(user=\"ann\" AND ip=\"1\") OR (user=\"b b\" AND ip IN (\"2\", \"3\")) OR ip=\"*4\" [0, 1, 2]"
        ]
    );
    assert_eq!(rows("return user", t()), ["user=\"ann\""]);
    assert_eq!(
        rows("return 2 src=ip", t()),
        ["src=\"1\" OR src IN (\"2\", \"3\")"]
    );
    assert_eq!(rows("return 2 $user", t()), ["ann OR (b AND b)"]);
    assert_eq!(rows("head 0 | format", t()), ["NOT *"]);
    let of = |inner: &str| {
        let inner = format!("| from datamodel Risk.All_Risk | {inner}");
        rows(&format!("search [{inner}] | table ip"), t())
    };
    assert_eq!(of("fields user | format"), ["1", "2;3"]);
    assert_eq!(of("return 2 user"), ["1", "2;3"]);
    assert_eq!(of("return 2 $ip"), ["1", "2;3"]);
    assert_eq!(
        of("eval search=\"ip=1 OR user=b*\" | fields search | head 1"),
        ["1", "2;3"]
    );
    assert!(refused("return").contains("a field name is missing"));
    assert!(refused("format maxresults=3").contains("not supported"));
}
