//! The names of the fields that a search asks for, wherever it does: what a search of raw events
//! needs of them, whose fields no model lists. Tells nothing of what a command makes itself, so that
//! a name may stand for no field of the events.

use super::ast::{
    Aggregate, ByField, Command, CommandKind, Condition, Expr, LookupField, Name, Pipeline,
    Predicate, ReturnField,
};
use super::bind::tokens;
use super::print;
use std::collections::BTreeSet;

/// The event as it was written, which commands read when no field is named.
pub const RAW: &str = "_raw";

/// The names, those with wildcards and `_time` left out.
pub fn names(pipeline: &Pipeline) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    commands(pipeline, &mut found);
    found.retain(|name| !name.contains('*') && name != "_time");
    found
}

/// Whether it, or a search inside of it, begins with raw events.
pub fn read_raw(pipeline: &Pipeline) -> bool {
    let mut all = pipeline.commands.iter();
    let first = pipeline.commands.first().map(|command| &command.kind);
    matches!(first, Some(CommandKind::Search(_))) || all.any(|one| holds_raw(&one.kind))
}

fn holds_raw(kind: &CommandKind) -> bool {
    match kind {
        CommandKind::Search(tree) => asks_raw(tree),
        CommandKind::Tstats(tstats) => tstats.predicate.as_ref().is_some_and(asks_raw),
        CommandKind::Join(join) => read_raw(&join.search),
        CommandKind::Append(append) => read_raw(&append.search),
        CommandKind::Map(map) => read_raw(&map.search),
        CommandKind::Appendpipe(commands) => {
            let mut commands = commands.commands.iter();
            commands.any(|command| holds_raw(&command.kind))
        }
        _ => false,
    }
}

fn asks_raw(tree: &Predicate) -> bool {
    match tree {
        Predicate::And(parts) | Predicate::Or(parts) => parts.iter().any(asks_raw),
        Predicate::Not(inner) => asks_raw(inner),
        Predicate::Subsearch { search, .. } => read_raw(search),
        Predicate::Compare { .. } | Predicate::In { .. } | Predicate::Text(_) => false,
    }
}

fn commands(pipeline: &Pipeline, found: &mut BTreeSet<String>) {
    for command in &pipeline.commands {
        self::command(command, found);
    }
}

fn put<'n>(names: impl IntoIterator<Item = &'n Name>, found: &mut BTreeSet<String>) {
    found.extend(names.into_iter().map(|name| name.text.clone()));
}

fn or_raw(name: Option<&Name>, found: &mut BTreeSet<String>) {
    found.insert(name.map_or_else(|| RAW.to_owned(), |name| name.text.clone()));
}

fn command(command: &Command, found: &mut BTreeSet<String>) {
    match &command.kind {
        CommandKind::Search(tree) => predicate(tree, found),
        CommandKind::Where(tree) => expression(tree, found),
        CommandKind::Eval(assignments) => {
            for (_, tree) in assignments {
                expression(tree, found);
            }
        }
        CommandKind::Rename(renames) => put(renames.iter().map(|rename| &rename.from), found),
        CommandKind::Convert(tree) => aggregates(&tree.functions, &[], found),
        CommandKind::Stats(tree) | CommandKind::Eventstats(tree) => {
            aggregates(&tree.aggregates, &tree.by, found);
        }
        CommandKind::Streamstats(tree) => {
            aggregates(&tree.stats.aggregates, &tree.stats.by, found);
        }
        CommandKind::Fields { names, .. } | CommandKind::Table(names) => put(names, found),
        CommandKind::Regex(tree) => or_raw(tree.field.as_ref(), found),
        CommandKind::Rex(tree) => or_raw(tree.field.as_ref(), found),
        CommandKind::Xmlkv(field) => or_raw(field.as_ref(), found),
        CommandKind::Spath(tree) => or_raw(tree.input.as_ref(), found),
        CommandKind::Dedup(tree) => {
            put(&tree.fields, found);
            put(tree.sort.iter().map(|key| &key.field), found);
        }
        CommandKind::Sort(tree) => put(tree.keys.iter().map(|key| &key.field), found),
        CommandKind::Head(tree) => {
            if let Some(tree) = &tree.condition {
                expression(tree, found);
            }
        }
        CommandKind::Bin(tree) => put([&tree.field], found),
        CommandKind::Mvexpand(tree) => put([&tree.field], found),
        CommandKind::Makemv(tree) => put([&tree.field], found),
        CommandKind::Nomv(field) => put([field], found),
        CommandKind::Replace(tree) => put(&tree.fields, found),
        CommandKind::Fillnull(tree) => put(&tree.fields, found),
        CommandKind::Top(tree) => put(tree.fields.iter().chain(&tree.by), found),
        CommandKind::Addtotals(tree) => put(&tree.fields, found),
        CommandKind::Foreach(tree) => put(&tree.names, found),
        _ => searches(command, found),
    }
}

/// The commands with searches or other tables in them.
fn searches(command: &Command, found: &mut BTreeSet<String>) {
    match &command.kind {
        CommandKind::Lookup(tree) => put(tree.inputs.iter().map(LookupField::field), found),
        CommandKind::Join(tree) => {
            put(&tree.fields, found);
            commands(&tree.search, found);
        }
        CommandKind::Append(tree) => commands(&tree.search, found),
        CommandKind::Map(tree) => {
            commands(&tree.search, found);
            let text = print::pipeline(&tree.search);
            found.extend(tokens(&text).iter().map(|token| token.name.to_owned()));
        }
        CommandKind::Appendpipe(tree) => commands(tree, found),
        CommandKind::Return(tree) => {
            let fields = tree.fields.iter().map(|field| match field {
                ReturnField::Compare { field, .. } | ReturnField::Value(field) => field,
            });
            put(fields, found);
        }
        CommandKind::Transaction(tree) => {
            put(&tree.fields, found);
            for condition in [&tree.starts, &tree.ends].into_iter().flatten() {
                match condition {
                    Condition::Search(tree) => predicate(tree, found),
                    Condition::Eval(tree) => expression(tree, found),
                }
            }
        }
        // Those of a dataset are listed by its model.
        _ => {}
    }
}

fn aggregates(aggregates: &[Aggregate], by: &[ByField], found: &mut BTreeSet<String>) {
    for aggregate in aggregates {
        put(&aggregate.field, found);
        if let Some(tree) = &aggregate.eval {
            expression(tree, found);
        }
    }
    put(by.iter().map(|by| &by.name), found);
}

fn predicate(tree: &Predicate, found: &mut BTreeSet<String>) {
    match tree {
        Predicate::And(parts) | Predicate::Or(parts) => {
            for part in parts {
                predicate(part, found);
            }
        }
        Predicate::Not(inner) => predicate(inner, found),
        Predicate::Compare { field, .. } | Predicate::In { field, .. } => put([field], found),
        Predicate::Text(text) if text.text() == "*" => {}
        Predicate::Text(_) => or_raw(None, found),
        Predicate::Subsearch { search, .. } => {
            commands(search, found);
            // What it finds can be terms.
            or_raw(None, found);
        }
    }
}

fn expression(tree: &Expr, found: &mut BTreeSet<String>) {
    match tree {
        Expr::Field(name) => put([name], found),
        Expr::Text(_) | Expr::Number(_) => {}
        Expr::Call { arguments, .. } => {
            for argument in arguments {
                expression(argument, found);
            }
        }
        Expr::Unary(_, inner) => expression(inner, found),
        Expr::Binary(_, left, right) => {
            expression(left, found);
            expression(right, found);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_that_is_read_is_told() {
        let text = "a=1 \"word\" NOT b IN (x) [search c=1] | eval d=lower(e) . f | rex field=g \"(?<h>.)\" \
                    | lookup l i as j output k | stats count, values(m) as n, count(eval(o>1)) as w by p _time \
                    | where q>1 | sort -r | table s t* | join u [search v=1]";
        let tree = crate::spl::parse(text).unwrap();
        let found: Vec<String> = names(&tree).into_iter().collect();
        let expected = [
            "_raw", "a", "b", "c", "e", "f", "g", "j", "m", "o", "p", "q", "r", "s", "u", "v",
        ];
        assert_eq!(found, expected);
    }
}
