//! Turns the text of a search, its macros expanded, into a tree. Each command is read for itself,
//! so that one mistake does not hide another. Knows the commands of `ast` and refuses every other
//! one by name and place. What fields and functions exist is not its business.

mod commands;
mod cursor;
mod events;
mod expression;
mod options;
mod predicate;
mod reporting;
mod rows;
mod searches;
mod values;

use super::ast::{Command, CommandKind, Pipeline, Predicate, Span};
use super::diagnostic::Diagnostic;
use super::lexer;
use cursor::Cursor;
pub(super) use expression::{binding, binding_of};
use std::ops::Range;

/// How deep parentheses, NOT and function calls may nest, so that no search overflows the stack.
/// The deepest predicate of the public content of 2025 has 4 levels.
pub const MAX_DEPTH: u32 = 64;

/// How many messages one search gives; a person reads a few.
const MAX_PROBLEMS: usize = 32;

/// What the first command of a search in brackets is when no pipe stands before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Begin {
    /// `search`, as at the start of a search.
    Search,
    /// A command on the rows that there are.
    Command,
}

/// Reads a search. All commands that are wrong are named, one message each.
pub fn parse(text: &str) -> Result<Pipeline, Vec<Diagnostic>> {
    pipeline(text, 0..text.len(), Begin::Search)
}

/// Reads the search in a part of a text.
fn pipeline(text: &str, range: Range<usize>, begin: Begin) -> Result<Pipeline, Vec<Diagnostic>> {
    let cut = lexer::commands_in(text, range);
    let mut problems = cut.problems;
    if !problems.is_empty() {
        return Err(problems);
    }
    let mut commands = Vec::new();
    for (number, range) in cut.ranges.into_iter().enumerate() {
        let first = number == 0 && begin == Begin::Search;
        match command(text, range, first, first && !cut.leading_pipe) {
            Ok(command) => commands.push(command),
            Err(problem) => problems.push(problem),
        }
        if problems.len() >= MAX_PROBLEMS {
            break;
        }
    }
    if problems.is_empty() {
        Ok(Pipeline { commands })
    } else {
        Err(problems)
    }
}

fn command(
    text: &str,
    range: Range<usize>,
    first: bool,
    implied: bool,
) -> Result<Command, Diagnostic> {
    let range = trim(text, range);
    let body = text.get(range.clone()).unwrap_or("");
    if body.is_empty() {
        return Err(missing_command(text, range));
    }
    let name_end = body
        .find(|c: char| !(c.is_ascii_alphanumeric() || c == '_' || c == '-'))
        .unwrap_or(body.len());
    let name = body.get(..name_end).unwrap_or("");
    let name_span = Span::from(range.start..range.start + name_end);
    let arguments = range.start + name_end..range.end;
    let kind = if implied && !begins_with_search(name, body) {
        forgotten_pipe(name, body, name_span)?;
        search(text, range.clone())?
    } else {
        by_name(text, &name.to_ascii_lowercase(), name_span, arguments)?
    };
    let generates = match &kind {
        CommandKind::Tstats(_) | CommandKind::From(_) | CommandKind::Makeresults(_) => true,
        CommandKind::Inputlookup(tree) => !tree.append,
        _ => false,
    };
    if generates && !first {
        let message = format!("'{name}' must be the first command");
        return Err(Diagnostic::new("SPL-COMMAND", message, name_span)
            .with_help("it makes rows and takes none; begin the search with it"));
    }
    let span = Span::from(range);
    Ok(Command { span, kind })
}

fn by_name(
    text: &str,
    name: &str,
    name_span: Span,
    arguments: Range<usize>,
) -> Result<CommandKind, Diagnostic> {
    match name {
        "search" => search(text, arguments),
        "where" => expression::filter(text, arguments),
        "eval" => expression::assignments(text, arguments),
        "head" => rows::head(text, arguments),
        _ => {
            let Some(read) = reader(name) else {
                return Err(commands::refuse(name, name_span));
            };
            let mut cursor = Cursor::arguments(text, arguments)?;
            let kind = read(&mut cursor)?;
            cursor.expect_end()?;
            Ok(kind)
        }
    }
}

/// Reads the arguments of a command.
type Read = fn(&mut Cursor<'_>) -> Result<CommandKind, Diagnostic>;

/// The commands, with what reads the arguments of each.
#[rustfmt::skip]
const READERS: &[(&str, Read)] = &[
    ("tstats", reporting::tstats),
    ("stats", reporting::stats),
    ("eventstats", commands::eventstats),
    ("rename", commands::rename),
    ("convert", commands::convert),
    ("fields", commands::fields),
    ("table", commands::table),
    ("from", commands::from),
    ("regex", rows::regex),
    ("dedup", rows::dedup),
    ("sort", rows::sort),
    ("tail", rows::tail),
    ("reverse", commands::reverse),
    ("rex", values::rex),
    ("fillnull", values::fillnull),
    ("bin", values::bin),
    ("bucket", values::bin),
    ("discretize", values::bin),
    ("mvexpand", values::mvexpand),
    ("makemv", values::makemv),
    ("replace", values::replace),
    ("lookup", searches::lookup),
    ("inputlookup", searches::inputlookup),
    ("join", searches::join),
    ("append", searches::append),
    ("appendpipe", searches::appendpipe),
    ("map", searches::map),
    ("format", searches::format),
    ("return", searches::returned),
    ("foreach", searches::foreach),
    ("streamstats", events::streamstats),
    ("transaction", events::transaction),
    ("addtotals", events::addtotals),
    ("top", events::top),
    ("rare", events::rare),
    ("nomv", events::nomv),
    ("uniq", commands::uniq),
    ("xmlkv", events::xmlkv),
    ("spath", events::spath),
    ("makeresults", events::makeresults),
];

/// Those whose arguments are text of another kind than theirs.
const OTHERS: [&str; 4] = ["search", "where", "eval", "head"];

/// What reads the arguments of the command of that name; none: it is not known.
fn reader(name: &str) -> Option<Read> {
    let found = READERS.iter().find(|(known, _)| *known == name);
    found.map(|(_, read)| *read)
}

/// The names of all commands.
pub fn known() -> impl Iterator<Item = &'static str> {
    OTHERS
        .into_iter()
        .chain(READERS.iter().map(|(name, _)| *name))
}

fn search(text: &str, range: Range<usize>) -> Result<CommandKind, Diagnostic> {
    let mut cursor = Cursor::arguments(text, range)?;
    if cursor.at_end() {
        return Ok(CommandKind::Search(Predicate::everything(cursor.here())));
    }
    let predicate = predicate::predicate(&mut cursor, &[])?;
    cursor.expect_end()?;
    Ok(CommandKind::Search(predicate))
}

/// `search …` at the start; not `search="x"`, which compares a field of that name.
fn begins_with_search(name: &str, body: &str) -> bool {
    let behind = body.get(name.len()..).unwrap_or("").trim_start();
    name.eq_ignore_ascii_case("search") && !behind.starts_with(['=', '!', '<', '>'])
}

/// A search that begins with a word looks for that word; `tstats …` there is a slip of the pen
/// that would find nothing and say nothing.
fn forgotten_pipe(name: &str, body: &str, span: Span) -> Result<(), Diagnostic> {
    let from_model = name.eq_ignore_ascii_case("from") && body.contains("datamodel");
    if !name.eq_ignore_ascii_case("tstats") && !from_model {
        return Ok(());
    }
    let message = format!("'{name}' stands without a '|' before it, so it would be searched for");
    Err(
        Diagnostic::new("SPL-SYNTAX", message, span).with_help(format!(
            "write '| {name} …', or quote the word to search for it"
        )),
    )
}

fn missing_command(text: &str, range: Range<usize>) -> Diagnostic {
    // The pipe before or behind it is what a person can see.
    let start = text
        .get(..range.start)
        .map_or(0, |before| before.trim_end().len().saturating_sub(1));
    Diagnostic::new(
        "SPL-SYNTAX",
        "a command is missing here",
        Span::from(start..text.len().min(start + 1)),
    )
    .with_help("take the '|' away; a filter that keeps everything is written 'search *'")
}

/// Without the blanks and comments around it.
fn trim(text: &str, range: Range<usize>) -> Range<usize> {
    let (mut start, mut end) = (range.start, range.end);
    loop {
        let body = text.get(start..end).unwrap_or("");
        start += body.len() - body.trim_start().len();
        let body = text.get(start..end).unwrap_or("");
        end = start + body.trim_end().len();
        let Some(comment) = text.get(start..end).and_then(|b| b.strip_prefix("```")) else {
            return start..end;
        };
        // Commands with an unclosed comment do not come here.
        start = comment.find("```").map_or(end, |length| start + length + 6);
    }
}

#[cfg(test)]
mod tests;
