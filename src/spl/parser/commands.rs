//! The commands that shape rows (`rename`, `convert`, `fields`, `table`), `from`, and the names of
//! those that are refused.

use super::cursor::Cursor;
use super::reporting::{dataset, of_field, stats};
use crate::spl::ast::{CommandKind, Convert, Name, Rename, Span};
use crate::spl::diagnostic::Diagnostic;
use crate::spl::token::{Kind, Operator};

/// The commands that are known, for messages.
fn all_known() -> String {
    let names: Vec<&str> = super::known().collect();
    format!("the commands are {}", names.join(", "))
}

/// The code of the message about a command that is not run.
const COMMAND: &str = "SPL-COMMAND";

/// Commands that are never run here, whatever else is supported, and why (Search Reference,
/// "Command quick reference"): their names, the code of the message, what to do.
const REFUSED: [(&[&str], &str, &str); 4] = [
    (
        &[
            "collect",
            "mcollect",
            "meventcollect",
            "summaryindex",
            "sichart",
            "sirare",
            "sistats",
            "sitimechart",
            "sitop",
            "tscollect",
            "outputlookup",
            "outputcsv",
            "outputtext",
            "dump",
            "delete",
            "sendemail",
            "sendalert",
            "script",
            "run",
            "runshellscript",
            "rest",
            "crawl",
            "curl",
            "dbxoutput",
            "dbxquery",
            "dbxlookup",
            "localop",
            "localize",
            "input",
        ],
        COMMAND,
        "it writes, sends or runs something, which is never done here: take it away",
    ),
    (
        &[
            "apply",
            "fit",
            "sample",
            "score",
            "summary",
            "deletemodel",
            "listmodels",
        ],
        "DEP-MLTK",
        "it is of Splunk's machine learning toolkit, whose models are on a Splunk server only",
    ),
    (
        &["mstats", "mcatalog", "mpreview", "msearch"],
        COMMAND,
        "it reads the metrics of a Splunk server, which no evidence holds",
    ),
    (
        &["iplocation"],
        COMMAND,
        "it needs a database of addresses, which does not come with the program: give a lookup of \
         subnets (match_type CIDR) and write 'lookup <name> <column> AS <field>'",
    ),
];

/// The message about a command that is not known.
pub fn refuse(name: &str, span: Span) -> Diagnostic {
    if name.is_empty() {
        return Diagnostic::new("SPL-SYNTAX", "a command is missing here", span)
            .with_help(all_known());
    }
    let message = format!("the command '{name}' is not supported");
    let mut refused = REFUSED.iter();
    let found = refused.find(|(names, ..)| names.contains(&name));
    let (code, help) = found.map_or_else(
        || (COMMAND, all_known()),
        |(_, code, help)| (*code, (*help).to_owned()),
    );
    Diagnostic::new(code, message, span).with_help(help)
}

/// `rename a as b, "c d" as e`.
pub fn rename(cursor: &mut Cursor<'_>) -> Result<CommandKind, Diagnostic> {
    let mut renames = Vec::new();
    loop {
        let from = cursor.column("a field name")?;
        if !cursor.eat_word("as") {
            return Err(cursor
                .missing("'as'")
                .with_help("write rename old as new, and quotes round a name with blanks"));
        }
        let to = cursor.column("the new name")?;
        same_wildcards(&from, &to)?;
        renames.push(Rename { from, to });
        while cursor.eat(Kind::Comma) {}
        if cursor.at_end() {
            return Ok(CommandKind::Rename(renames));
        }
    }
}

/// Search Reference, "rename": the wildcards on both sides must be as many.
fn same_wildcards(from: &Name, to: &Name) -> Result<(), Diagnostic> {
    let stars = |name: &Name| name.text.matches('*').count();
    if stars(from) == stars(to) {
        return Ok(());
    }
    let message = format!(
        "'{}' has {} '*' and '{}' has {}",
        from.text,
        stars(from),
        to.text,
        stars(to)
    );
    Err(Diagnostic::new("SPL-SYNTAX", message, to.span)
        .with_help("both sides of 'as' need the same number of '*'"))
}

/// `convert [timeformat="…"] ctime(f) [as g] …`.
pub fn convert(cursor: &mut Cursor<'_>) -> Result<CommandKind, Diagnostic> {
    let mut time_format = None;
    let mut functions = Vec::new();
    while !cursor.at_end() {
        if cursor.peek_at(1).map(|t| t.kind) == Some(Kind::Operator(Operator::Equal)) {
            let at = cursor.here();
            let name = cursor.name("an option")?;
            cursor.next();
            if !name.text.eq_ignore_ascii_case("timeformat") {
                let message = format!("the option '{}' of convert is not known", name.text);
                return Err(Diagnostic::new("SPL-OPTION", message, at)
                    .with_help("the only option is timeformat=\"…\""));
            }
            time_format = Some(cursor.name("a value")?);
            continue;
        }
        let function = of_field(cursor)?;
        if function.function != "ctime" {
            let message = format!(
                "the function '{}' of convert is not supported",
                function.function
            );
            return Err(Diagnostic::new("SPL-FUNCTION", message, function.span)
                .with_help("the only function is ctime(field)"));
        }
        functions.push(function);
        cursor.eat(Kind::Comma);
    }
    if functions.is_empty() {
        return Err(cursor.missing("ctime(field)"));
    }
    Ok(CommandKind::Convert(Convert {
        time_format,
        functions,
    }))
}

/// `fields [+|-] list`.
pub fn fields(cursor: &mut Cursor<'_>) -> Result<CommandKind, Diagnostic> {
    let sign = cursor
        .peek()
        .filter(|t| t.kind == Kind::Word && t.text.starts_with(['+', '-']))
        .cloned();
    let Some(sign) = sign else {
        let names = cursor.columns()?;
        return Ok(CommandKind::Fields {
            remove: false,
            names,
        });
    };
    cursor.next();
    let mut names = Vec::new();
    if let Some(glued) = sign.text.get(1..).filter(|g| !g.is_empty()) {
        let text = glued.to_owned();
        let span = Span::from(sign.range.start + 1..sign.range.end);
        names.push(Name { text, span });
        cursor.eat(Kind::Comma);
    }
    if names.is_empty() || !cursor.at_end() {
        names.extend(cursor.columns()?);
    }
    Ok(CommandKind::Fields {
        remove: sign.text.starts_with('-'),
        names,
    })
}

/// `table list`.
pub fn table(cursor: &mut Cursor<'_>) -> Result<CommandKind, Diagnostic> {
    Ok(CommandKind::Table(cursor.columns()?))
}

/// `from datamodel …`.
pub fn from(cursor: &mut Cursor<'_>) -> Result<CommandKind, Diagnostic> {
    if cursor.at_end() {
        return Err(cursor.missing("'datamodel'"));
    }
    Ok(CommandKind::From(dataset(cursor)?))
}

/// `eventstats aggregate … [by …]`: what `stats` takes.
pub fn eventstats(cursor: &mut Cursor<'_>) -> Result<CommandKind, Diagnostic> {
    match stats(cursor)? {
        CommandKind::Stats(tree) => Ok(CommandKind::Eventstats(tree)),
        other => Ok(other),
    }
}

/// `reverse`, which has no arguments.
#[expect(
    clippy::unnecessary_wraps,
    reason = "every reader of arguments has this shape"
)]
pub fn reverse(_: &mut Cursor<'_>) -> Result<CommandKind, Diagnostic> {
    Ok(CommandKind::Reverse)
}

/// `uniq`, which has no arguments.
#[expect(
    clippy::unnecessary_wraps,
    reason = "every reader of arguments has this shape"
)]
pub fn uniq(_: &mut Cursor<'_>) -> Result<CommandKind, Diagnostic> {
    Ok(CommandKind::Uniq)
}
