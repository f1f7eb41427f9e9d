//! Writes the commands that bring in other rows, and those that go by the order of rows or take
//! fields out of texts.

use super::rows::{flag, option_number, option_text};
use super::{bare_or_quoted, expression, list, name, pipeline, predicate, quoted, stats};
use crate::spl::ast::{
    Addtotals, CommandKind, Condition, Inputlookup, Join, Lookup, LookupField, Name, ReturnField,
    Spath, Streamstats, TEMPLATE_MARKS, Top, Transaction,
};
use std::fmt::Write as _;

/// One of these commands; nothing for another.
pub fn command(kind: &CommandKind) -> String {
    match kind {
        CommandKind::Lookup(tree) => lookup(tree),
        CommandKind::Inputlookup(tree) => inputlookup(tree),
        CommandKind::Join(tree) => join(tree),
        CommandKind::Append(tree) => {
            let max = option_number("maxout", tree.max, 50_000);
            format!("append{max} [{}]", pipeline(&tree.search))
        }
        CommandKind::Map(tree) => {
            format!("map maxsearches={} [{}]", tree.max, pipeline(&tree.search))
        }
        CommandKind::Format => "format".to_owned(),
        CommandKind::Return(tree) => {
            let one = |field: &ReturnField| match field {
                ReturnField::Compare { alias, field } => {
                    format!("{}={}", quoted(&alias.text, '"'), quoted(&field.text, '"'))
                }
                ReturnField::Value(field) => quoted(&format!("${}", field.text), '"'),
            };
            format!("return {} {}", tree.count, list(&tree.fields, " ", one))
        }
        CommandKind::Appendpipe(commands) => format!("appendpipe [{}]", pipeline(commands)),
        CommandKind::Foreach(tree) => {
            let mut commands = pipeline(&tree.commands);
            for (mark, name) in TEMPLATE_MARKS {
                commands = commands.replace(name, mark);
            }
            format!("foreach {} [{commands}]", list(&tree.names, " ", name))
        }
        CommandKind::Streamstats(tree) => streamstats(tree),
        CommandKind::Transaction(tree) => transaction(tree),
        CommandKind::Addtotals(tree) => addtotals(tree),
        CommandKind::Top(tree) => top(tree),
        CommandKind::Nomv(field) => format!("nomv {}", name(field)),
        CommandKind::Uniq => "uniq".to_owned(),
        CommandKind::Xmlkv(field) => match field {
            Some(field) => format!("xmlkv {}", name(field)),
            None => "xmlkv".to_owned(),
        },
        CommandKind::Spath(tree) => spath(tree),
        CommandKind::Makeresults(count) => format!("makeresults count={count}"),
        _ => String::new(),
    }
}

/// A name where `output` would mean something else.
fn plain(name: &Name) -> String {
    const TAKEN: [&str; 2] = ["output", "outputnew"];
    if TAKEN.iter().any(|t| name.text.eq_ignore_ascii_case(t)) {
        return quoted(&name.text, '"');
    }
    bare_or_quoted(&name.text)
}

fn lookup(tree: &Lookup) -> String {
    let one = |field: &LookupField| match &field.field {
        Some(other) => format!("{} as {}", plain(&field.column), plain(other)),
        None => plain(&field.column),
    };
    let mut out = format!(
        "lookup {} {}",
        plain(&tree.table),
        list(&tree.inputs, ", ", one)
    );
    if !tree.outputs.is_empty() {
        let word = if tree.keeps { "outputnew" } else { "output" };
        let _ = write!(out, " {word} {}", list(&tree.outputs, ", ", one));
    }
    out
}

fn inputlookup(tree: &Inputlookup) -> String {
    let mut out = "inputlookup".to_owned();
    out += &flag("append", tree.append, false);
    out += &option_number("start", tree.start, 0);
    out += &option_number("max", tree.max, 1_000_000_000);
    let _ = write!(out, " {}", name(&tree.table));
    if let Some(condition) = &tree.predicate {
        let _ = write!(out, " where {}", predicate(condition));
    }
    out
}

fn join(tree: &Join) -> String {
    let mut out = "join".to_owned();
    if tree.outer {
        out.push_str(" type=left");
    }
    out += &option_number("max", tree.max, 1);
    out += &flag("overwrite", tree.overwrite, true);
    if !tree.fields.is_empty() {
        let _ = write!(out, " {}", list(&tree.fields, ", ", name));
    }
    let _ = write!(out, " [{}]", pipeline(&tree.search));
    out
}

fn streamstats(tree: &Streamstats) -> String {
    let mut options = flag("current", tree.current, true);
    options += &option_number("window", tree.window, 0);
    options += &flag("global", tree.global, true);
    options += &flag("reset_on_change", tree.reset_on_change, false);
    let stats = stats(&tree.stats);
    let arguments = stats.strip_prefix("stats").unwrap_or("");
    format!("streamstats{options}{arguments}")
}

fn transaction(tree: &Transaction) -> String {
    let mut out = "transaction".to_owned();
    if !tree.fields.is_empty() {
        let _ = write!(out, " {}", list(&tree.fields, ", ", name));
    }
    out += &option_text("maxspan", tree.max_span.as_ref());
    out += &option_text("maxpause", tree.max_pause.as_ref());
    out += &option_number("maxevents", tree.max_events, 1000);
    for (option, condition) in [("startswith", &tree.starts), ("endswith", &tree.ends)] {
        if let Some(condition) = condition {
            let condition = match condition {
                Condition::Search(tree) => format!("({})", predicate(tree)),
                Condition::Eval(tree) => format!("eval({})", expression(tree)),
            };
            let _ = write!(out, " {option}={condition}");
        }
    }
    out += &flag("connected", tree.connected, true);
    out += &flag("keepevicted", tree.keep_evicted, false);
    out += &flag("mvlist", tree.list, false);
    out
}

fn addtotals(tree: &Addtotals) -> String {
    let mut out = "addtotals".to_owned();
    out += &flag("row", tree.row, true);
    out += &flag("col", tree.col, false);
    out += &option_text("fieldname", Some(&tree.field_name));
    out += &option_text("labelfield", tree.label_field.as_ref());
    out += &option_text("label", Some(&tree.label));
    if !tree.fields.is_empty() {
        let _ = write!(out, " {}", list(&tree.fields, ", ", name));
    }
    out
}

fn top(tree: &Top) -> String {
    let command = if tree.rare { "rare" } else { "top" };
    let mut out = format!("{command} limit={}", tree.limit);
    let shown = [
        ("countfield", "showcount", &tree.count_field),
        ("percentfield", "showperc", &tree.percent_field),
    ];
    for (option, flag, field) in shown {
        match field {
            Some(_) => out += &option_text(option, field.as_ref()),
            None => {
                let _ = write!(out, " {flag}=false");
            }
        }
    }
    let _ = write!(out, " {}", list(&tree.fields, ", ", name));
    if !tree.by.is_empty() {
        let _ = write!(out, " by {}", list(&tree.by, ", ", name));
    }
    out
}

fn spath(tree: &Spath) -> String {
    format!(
        "spath{}{}{}",
        option_text("input", tree.input.as_ref()),
        option_text("output", tree.output.as_ref()),
        option_text("path", tree.path.as_ref())
    )
}
