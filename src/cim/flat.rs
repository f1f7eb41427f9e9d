//! Flat sources that are known by their fields, where a table can't say it: Microsoft Defender and
//! Elastic.

use super::rule::{Ruled, present};
use crate::event::Record;

/// The account with its domain.
pub fn defender_account(record: &Record) -> Option<Ruled<'_>> {
    account(
        record,
        "AccountDomain",
        "AccountName",
        "AccountDomain, AccountName",
    )
}

/// The same of Elastic.
pub fn elastic_account(record: &Record) -> Option<Ruled<'_>> {
    account(record, "user.domain", "user.name", "user.domain, user.name")
}

fn account<'r>(
    record: &'r Record,
    domain: &str,
    name: &str,
    from: &'static str,
) -> Option<Ruled<'r>> {
    let name = present(record, name)?;
    Some(match present(record, domain) {
        Some(domain) => Ruled::new(format!("{domain}\\{name}"), from),
        None => Ruled::new(name, from),
    })
}

/// `process`: the command line, else the arguments, of which the first is the program as it was
/// called ("ECS field reference, process.args").
pub fn elastic_process(record: &Record) -> Option<Ruled<'_>> {
    line(record, "process.command_line", "process.args")
}

/// `parent_process`: the same of the parent.
pub fn elastic_parent_process(record: &Record) -> Option<Ruled<'_>> {
    line(record, "process.parent.command_line", "process.parent.args")
}

fn line<'r>(record: &'r Record, line: &'static str, args: &'static str) -> Option<Ruled<'r>> {
    if let Some(text) = present(record, line).filter(|text| *text != "-") {
        return Some(Ruled::new(text, line));
    }
    let fields = record.data.iter().filter(|field| *field.name == *args);
    let texts: Vec<&str> = fields
        .map(|field| field.value.as_str())
        .filter(|text| !text.is_empty())
        .collect();
    (!texts.is_empty()).then(|| Ruled::new(texts.join(" "), args))
}
