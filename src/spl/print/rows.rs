//! Writes the commands that pick, order and change rows.

use super::{bare_or_quoted, expression, list, name, quoted, searches};
use crate::spl::ast::{
    Bin, CommandKind, Dedup, Fillnull, Head, Makemv, Name, Regex, Replace, Rex, Separator, Sort,
    SortKey, SortOrder,
};
use std::fmt::Write as _;

/// One of these commands, or of `searches`.
pub fn command(kind: &CommandKind) -> String {
    match kind {
        CommandKind::Regex(tree) => regex(tree),
        CommandKind::Rex(tree) => rex(tree),
        CommandKind::Dedup(tree) => dedup(tree),
        CommandKind::Sort(Sort { limit, keys }) => {
            format!("sort {limit} {}", list(keys, ", ", key))
        }
        CommandKind::Head(tree) => head(tree),
        CommandKind::Tail(count) => format!("tail {count}"),
        CommandKind::Reverse => "reverse".to_owned(),
        CommandKind::Fillnull(tree) => fillnull(tree),
        CommandKind::Bin(tree) => bin(tree),
        CommandKind::Mvexpand(tree) => {
            let limit = option_number("limit", tree.limit, 0);
            format!("mvexpand{limit} {}", name(&tree.field))
        }
        CommandKind::Makemv(tree) => makemv(tree),
        CommandKind::Replace(tree) => replace(tree),
        other => searches::command(other),
    }
}

/// ` name=value`, or nothing when it is what stands for nothing.
pub(super) fn option_number(option: &str, value: u64, default: u64) -> String {
    if value == default {
        return String::new();
    }
    format!(" {option}={value}")
}

pub(super) fn flag(option: &str, value: bool, default: bool) -> String {
    if value == default {
        return String::new();
    }
    format!(" {option}={value}")
}

pub(super) fn option_text(option: &str, value: Option<&Name>) -> String {
    value.map_or_else(String::new, |value| {
        format!(" {option}={}", quoted(&value.text, '"'))
    })
}

fn regex(tree: &Regex) -> String {
    let sign = if tree.negated { "!=" } else { "=" };
    let field = tree.field.as_ref();
    let field = field.map_or_else(String::new, |field| name(field) + sign);
    format!("regex {field}{}", quoted(&tree.pattern.text, '"'))
}

fn rex(tree: &Rex) -> String {
    let mode = if tree.sed { " mode=sed" } else { "" };
    format!(
        "rex{mode}{}{}{} {}",
        option_text("field", tree.field.as_ref()),
        option_number("max_match", tree.max_match, 1),
        option_text("offset_field", tree.offset_field.as_ref()),
        quoted(&tree.pattern.text, '"')
    )
}

fn dedup(tree: &Dedup) -> String {
    let mut out = format!("dedup {} {}", tree.count, list(&tree.fields, ", ", plain));
    out += &flag("keepevents", tree.keep_events, false);
    out += &flag("keepempty", tree.keep_empty, false);
    out += &flag("consecutive", tree.consecutive, false);
    if !tree.sort.is_empty() {
        let _ = write!(out, " sortby {}", list(&tree.sort, ", ", key));
    }
    out
}

fn key(key: &SortKey) -> String {
    let sign = if key.descending { "-" } else { "+" };
    let field = plain(&key.field);
    match key.order {
        SortOrder::Auto => format!("{sign}{field}"),
        SortOrder::Ip => format!("{sign}ip({field})"),
        SortOrder::Num => format!("{sign}num({field})"),
        SortOrder::Str => format!("{sign}str({field})"),
    }
}

/// A field name where a bare word could mean something else: a count, a direction.
fn plain(name: &Name) -> String {
    const TAKEN: [&str; 5] = ["a", "asc", "d", "desc", "sortby"];
    let digits = name.text.starts_with(|c: char| c.is_ascii_digit());
    if digits || TAKEN.iter().any(|t| name.text.eq_ignore_ascii_case(t)) {
        return quoted(&name.text, '"');
    }
    bare_or_quoted(&name.text)
}

fn head(tree: &Head) -> String {
    let mut out = "head".to_owned();
    if let Some(limit) = tree.limit {
        let _ = write!(out, " limit={limit}");
    }
    out += &flag("null", tree.null, false);
    out += &flag("keeplast", tree.keep_last, false);
    if let Some(condition) = &tree.condition {
        let _ = write!(out, " ({})", expression(condition));
    }
    out
}

fn fillnull(tree: &Fillnull) -> String {
    let value = option_text("value", tree.value.as_ref());
    let between = if tree.fields.is_empty() { "" } else { " " };
    format!("fillnull{value}{between}{}", list(&tree.fields, ", ", name))
}

fn bin(tree: &Bin) -> String {
    let mut out = format!(
        "bin{}{} {}",
        option_text("span", tree.span.as_ref()),
        option_text("aligntime", tree.align.as_ref()),
        name(&tree.field)
    );
    if let Some(alias) = &tree.alias {
        let _ = write!(out, " as {}", name(alias));
    }
    out
}

fn makemv(tree: &Makemv) -> String {
    let separator = match &tree.separator {
        Separator::Delimiter(text) => option_text("delim", Some(text)),
        Separator::Tokenizer(text) => option_text("tokenizer", Some(text)),
    };
    let empty = flag("allowempty", tree.allow_empty, false);
    format!("makemv{separator}{empty} {}", name(&tree.field))
}

fn replace(tree: &Replace) -> String {
    let one = |(old, new): &(Name, Name)| {
        format!("{} with {}", quoted(&old.text, '"'), quoted(&new.text, '"'))
    };
    let mut out = format!("replace {}", list(&tree.pairs, ", ", one));
    if !tree.fields.is_empty() {
        let _ = write!(out, " in {}", list(&tree.fields, ", ", name));
    }
    out
}
