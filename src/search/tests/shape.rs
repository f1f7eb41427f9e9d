//! Properties of every command: nothing panics, tables keep their shape, twice is the same.

use super::texts::compile_commands;
use crate::event::Value;
use crate::search::{Row, Table};
use proptest::prelude::*;
use std::sync::Arc;

/// Commands that read and write the fields `a`, `b`, `c` and `_time` in every way there is.
const COMMANDS: [&str; 63] = [
    "search a=x* OR b!=1",
    "search NOT [| from datamodel Risk.All_Risk | head 2 | fields a b]",
    "search [| from datamodel Risk.All_Risk | head 2 | return 3 $a b]",
    "search [| inputlookup tools | rename tool as a | format]",
    "where isnotnull(a) AND b>1",
    "eval c=a . b, a=b",
    "eval b=mvappend(a, b, c)",
    "rename a as c",
    "rename * as x_*",
    "convert ctime(b) as d",
    "fields a, c",
    "fields - a",
    "table c, b, a, nowhere",
    "stats count, values(a) as a by b",
    "stats max(*) as *",
    "eventstats count, dc(a) as c by b",
    "eventstats sum(b) as b",
    "streamstats count, values(a) as v",
    "streamstats window=2 sum(b) as s by a",
    "streamstats window=2 global=f current=f list(a) as l by b",
    "streamstats reset_on_change=t count by a",
    "regex a=\"x|1\"",
    "regex b!=\"^\\d\"",
    "rex field=a \"(?<c>.)(?<d>.)?\"",
    "rex field=b max_match=0 offset_field=o \"(?<a>\\d)\"",
    "rex mode=sed field=a \"s/x/\\n/g y/1/2/\"",
    "dedup a",
    "dedup 2 a b keepempty=t sortby -b",
    "dedup a keepevents=t consecutive=t",
    "sort a, -b, num(c)",
    "sort 3 -ip(a), str(b) d",
    "head 2",
    "head null=t keeplast=t (b<3)",
    "tail 2",
    "reverse",
    "fillnull",
    "fillnull value=x c d",
    "bin b span=2 as r",
    "bin _time span=5s",
    "mvexpand a",
    "mvexpand b limit=2",
    "makemv delim=\"x\" allowempty=t a",
    "makemv tokenizer=\"(\\w)\" a",
    "nomv a",
    "replace x* with *y, 1 with one",
    "replace * with z in a b",
    "lookup tools tool as a OUTPUT kind as c note",
    "lookup paths path as a",
    "lookup nets net as a OUTPUTNEW zone as b",
    "inputlookup append=t tools",
    "join a [| from datamodel Risk.All_Risk | search b=*]",
    "join type=left max=0 [| from datamodel Risk.All_Risk | fields b c]",
    "append [| inputlookup tools]",
    "appendpipe [stats count by a | where count>1]",
    "map maxsearches=3 [| from datamodel Risk.All_Risk | search a=$a$ NOT b=$b$]",
    "foreach * [eval <<FIELD>>=coalesce('<<FIELD>>', \"<<MATCHSTR>>\")]",
    "transaction a maxspan=3s",
    "transaction a b startswith=(b=1) endswith=eval(b>1) keepevicted=t mvlist=t connected=f",
    "addtotals col=t labelfield=a",
    "top 2 a by b",
    "rare a b",
    "xmlkv a",
    "spath input=a",
];

fn value() -> impl Strategy<Value = Option<Value>> {
    let text = prop::sample::select(vec![
        "",
        "x",
        "1",
        "2.5",
        "-0",
        "x1",
        "C:\\temp\\x",
        "10.1.2.3",
        "foo.exe",
        "<k>v</k>",
        "{\"k\":[1,{\"l\":null}]}",
        "é\n",
        "1655402652.1234567",
        "*",
    ]);
    let several = prop::collection::vec(text.clone(), 2..4);
    prop_oneof![
        2 => Just(None),
        5 => text.prop_map(|text| Some(Value::text(text))),
        2 => several.prop_map(|texts| Value::many(texts.into_iter().map(Arc::from).collect())),
        1 => (-3_i32..9).prop_map(|number| Some(Value::Number(f64::from(number)))),
    ]
}

fn tables() -> impl Strategy<Value = Table> {
    let row = prop::collection::vec(value(), 4);
    prop::collection::vec(row, 0..7).prop_map(|rows| Table {
        columns: ["_time", "a", "b", "c"].map(Arc::from).to_vec(),
        rows: (0..)
            .zip(rows)
            .map(|(place, cells)| Row {
                cells,
                events: vec![place],
            })
            .collect(),
    })
}

/// Columns of different names, rows no longer than they are, events in order and of the input.
fn assert_in_shape(table: &Table, input: usize, commands: &str) {
    let mut names = table.columns.clone();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), table.columns.len(), "{commands}");
    for row in &table.rows {
        assert!(row.cells.len() <= table.columns.len(), "{commands}");
        assert!(row.events.is_sorted_by(|a, b| a < b), "{commands}");
        assert!(
            row.events.iter().all(|event| (*event as usize) < input),
            "{commands}"
        );
        for value in row.cells.iter().flatten() {
            let many = matches!(value, Value::Many(_));
            assert!(!many || value.each().len() > 1, "{commands}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]
    #[test]
    fn tables_keep_their_shape(
        table in tables(),
        commands in prop::collection::vec(prop::sample::select(COMMANDS.to_vec()), 1..4),
    ) {
        let commands = commands.join(" | ");
        let plan = compile_commands(&commands).unwrap();
        let found = plan.run_table(table.clone());
        assert_in_shape(&found, table.rows.len(), &commands);
        prop_assert_eq!(&found, &plan.run_table(table), "{}", commands);
    }
}

#[test]
fn every_command_runs_over_nothing() {
    for commands in COMMANDS {
        let plan = compile_commands(commands).unwrap_or_else(|e| panic!("{commands}: {e:?}"));
        assert_in_shape(&plan.run_table(Table::default()), 0, commands);
    }
}
