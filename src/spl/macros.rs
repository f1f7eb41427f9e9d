//! Puts macros in their places, as text and before anything is parsed, and remembers for every byte
//! where it came from, so that a message can underline what a person wrote. Where definitions come
//! from is `content::macros`'s business.
//!
//! Facts: Search Manual, "Use search macros in searches": `` `name` `` or `` `name(a,b)` ``, told
//! apart by name and number of arguments; `$argument$` in the definition is replaced; no
//! parentheses are added; not inside quoted values.

mod origin;

use super::ast::Span;
use super::diagnostic::Diagnostic;
use super::lexer::token_length;
use origin::{Call, Mapped};
pub use origin::{Inside, Origin};
use std::fmt::Write as _;
use std::ops::Range;
use std::sync::Arc;

/// How deep macros may call macros. The deepest of the public content go 3 deep.
const MAX_DEPTH: usize = 32;
/// How many calls and bytes one search may expand to, the steps between included.
const MAX_CALLS: usize = 4096;
const MAX_BYTES: usize = 4 << 20;

/// A macro as it is looked up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MacroText {
    /// The names of its arguments, in order.
    pub arguments: Vec<String>,
    /// What it stands for.
    pub definition: String,
    /// Where it was defined: a file, or `built in`.
    pub origin: String,
    /// Where in that file; none where that is not known.
    pub place: Option<DefinitionPlace>,
    /// Why it can't be put in, where it can't: only a search that uses it is refused.
    pub refused: Option<String>,
}

/// The file of a macro, and where in it the definition stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DefinitionPlace {
    /// The file's text.
    pub file: Arc<str>,
    /// Stretches that are the same in both: the first byte in the definition and in the file.
    pub runs: Arc<[(usize, usize)]>,
}

impl DefinitionPlace {
    /// The line and column in the file, from 1, at which a range of the definition begins.
    pub fn line_and_column(&self, part: Range<usize>) -> Option<(usize, usize)> {
        let start = self.range(part)?.start;
        let before = self.file.get(..start)?;
        let column = before.chars().rev().take_while(|c| *c != '\n').count() + 1;
        Some((before.matches('\n').count() + 1, column))
    }

    /// A range of the definition in the file; a blank belongs to what stands before it.
    pub fn range(&self, part: Range<usize>) -> Option<Range<usize>> {
        let byte = |at: usize| {
            let behind = self.runs.partition_point(|(from, _)| *from <= at);
            let (from, to) = self.runs.get(behind.saturating_sub(1))?;
            Some(to + at.saturating_sub(*from))
        };
        let start = byte(part.start)?;
        if part.is_empty() {
            return Some(start..start);
        }
        Some(start..byte(part.end - 1)? + 1)
    }
}

/// A macro that was put in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MacroUse {
    /// Its name.
    pub name: String,
    /// The number of its arguments.
    pub argc: usize,
    /// Where it was defined.
    pub origin: String,
    /// What it stands for.
    pub definition: String,
}

/// A search without macros and comments.
#[derive(Debug, Clone)]
pub struct Expanded {
    /// What is parsed.
    pub text: String,
    /// The search as it was given.
    pub source: String,
    /// The macros in it, each once, in the order in which they were met.
    pub used: Vec<MacroUse>,
    map: Mapped,
    calls: Vec<Call>,
}

impl Expanded {
    /// Where a place of [`Expanded::text`] was written.
    pub fn origin(&self, span: Span) -> Origin<'_> {
        origin::find(self, span)
    }
}

/// What looks a macro up by name and number of arguments.
pub type Lookup<'a> = &'a dyn Fn(&str, usize) -> Option<MacroText>;

/// Expands `text`. The place in a message of this function is one of `text` itself; where the
/// fault is inside of a macro, that macro's call is underlined and the message names it.
pub fn expand(text: &str, lookup: Lookup<'_>) -> Result<Expanded, Diagnostic> {
    let mut expansion = Expansion {
        lookup,
        calls: Vec::new(),
        used: Vec::new(),
        bytes: 0,
        chain: Vec::new(),
    };
    let source = Mapped::whole(text, None);
    let mut out = Mapped::default();
    expansion.expand(&source, &mut out)?;
    Ok(Expanded {
        text: out.text.clone(),
        source: text.to_owned(),
        used: expansion.used,
        map: out,
        calls: expansion.calls,
    })
}

struct Expansion<'a> {
    lookup: Lookup<'a>,
    calls: Vec<Call>,
    used: Vec<MacroUse>,
    bytes: usize,
    chain: Vec<(String, usize)>,
}

/// A macro call as it stands in a text.
struct CallText {
    name: String,
    arguments: Vec<Range<usize>>,
    /// With its backticks.
    range: Range<usize>,
}

impl Expansion<'_> {
    fn expand(&mut self, text: &Mapped, out: &mut Mapped) -> Result<(), Diagnostic> {
        let body = text.text.as_str();
        let mut kept = 0;
        let mut at = 0;
        while let Some(offset) = body.get(at..).and_then(|rest| rest.find(['"', '`', '\\'])) {
            at += offset;
            let rest = body.get(at..).unwrap_or("");
            if rest.starts_with('\\') {
                // An escaped quote opens nothing.
                at += 1 + usize::from(matches!(rest.as_bytes().get(1), Some(b'"' | b'\\')));
            } else if rest.starts_with("```") {
                let length = rest.get(3..).and_then(|inside| inside.find("```"));
                let Some(length) = length else {
                    return Err(self
                        .problem(text, at..at + 3, "the comment is not closed")
                        .with_help("end it with three backticks"));
                };
                self.push(out, text, kept..at)?;
                out.push_blank(text, at);
                at += length + 6;
                kept = at;
            } else if rest.starts_with('`') {
                let call = self.read_call(text, at)?;
                self.push(out, text, kept..at)?;
                at = call.range.end;
                kept = at;
                self.call(text, &call, out)?;
            } else if let Some(length) = quoted_length(rest).filter(|_| of_map(body, at)) {
                self.push(out, text, kept..at)?;
                self.search_of_map(text, at..at + length, out)?;
                at += length;
                kept = at;
            } else {
                // An unclosed quote is the lexer's to report.
                at += quoted_length(rest).unwrap_or(rest.len());
            }
        }
        self.push(out, text, kept..body.len())
    }

    /// The search that `map search="…"` runs for each row, in brackets: Splunk expands it when it
    /// runs it, so its macros are put in here, though it stands in quotes.
    fn search_of_map(
        &mut self,
        text: &Mapped,
        quoted: Range<usize>,
        out: &mut Mapped,
    ) -> Result<(), Diagnostic> {
        let (start, end) = (quoted.start + 1, quoted.end - 1);
        let mut inside = Mapped::default();
        let mut kept = start;
        let body = text.text.get(..end).unwrap_or("");
        let mut at = start;
        while let Some(offset) = body.get(at..).and_then(|rest| rest.find('\\')) {
            at += offset;
            if body.get(at..).is_some_and(|rest| rest.starts_with("\\\"")) {
                inside.push(text, kept..at);
                kept = at + 1;
            }
            at = (at + 2).min(end);
        }
        inside.push(text, kept..end);
        out.push_sign(text, quoted.start, '[');
        self.expand(&inside, out)?;
        out.push_sign(text, end, ']');
        Ok(())
    }

    fn push(
        &mut self,
        out: &mut Mapped,
        text: &Mapped,
        range: Range<usize>,
    ) -> Result<(), Diagnostic> {
        self.bytes += range.len();
        if self.bytes > MAX_BYTES || self.calls.len() > MAX_CALLS {
            let message = format!("the macros expand to more than {} MiB", MAX_BYTES >> 20);
            let range = range.start..range.start;
            return Err(self
                .problem(text, range, &message)
                .with_help("look for a macro that grows"));
        }
        out.push(text, range);
        Ok(())
    }

    fn read_call(&self, text: &Mapped, start: usize) -> Result<CallText, Diagnostic> {
        let body = text.text.get(start + 1..).unwrap_or("");
        let Some(length) = closing_backtick(body) else {
            let problem = self.problem(text, start..start + 1, "the macro is not closed");
            return Err(problem.with_help("a macro is written `name` or `name(arguments)`"));
        };
        let inside = body.get(..length).unwrap_or("");
        let range = start..start + length + 2;
        let (name, arguments) = match inside.find('(') {
            None => (inside, Vec::new()),
            Some(open) => {
                let trimmed = inside.trim_end();
                if !trimmed.ends_with(')') {
                    // The next backtick may be that of another macro, lines below.
                    let line = inside.find('\n').map_or(range.end, |at| start + 1 + at);
                    let problem = self.problem(text, start..line, "the macro's '(' is not closed");
                    return Err(problem.with_help("a macro with arguments ends with )`"));
                }
                let list = open + 1..trimmed.len() - 1;
                let first = start + 1;
                let arguments = split_arguments(inside, list)
                    .into_iter()
                    .map(|r| r.start + first..r.end + first)
                    .collect();
                (inside.get(..open).unwrap_or(""), arguments)
            }
        };
        let name = name.trim().to_owned();
        if name.is_empty() {
            let problem = self.problem(text, range, "the macro's name is missing");
            return Err(problem.with_help("a macro is written `name` or `name(arguments)`"));
        }
        Ok(CallText {
            name,
            arguments,
            range,
        })
    }

    fn call(&mut self, text: &Mapped, call: &CallText, out: &mut Mapped) -> Result<(), Diagnostic> {
        let key = (call.name.clone(), call.arguments.len());
        if self.chain.contains(&key) {
            let mut names: Vec<_> = self.chain.iter().map(|(name, _)| name.as_str()).collect();
            names.push(&call.name);
            let message = format!(
                "the macro '{}' calls itself: {}",
                call.name,
                names.join(" > ")
            );
            let problem = self.problem(text, call.range.clone(), &message);
            return Err(problem.with_help("change one of these definitions"));
        }
        if self.chain.len() >= MAX_DEPTH {
            let message = format!("macros call macros more than {MAX_DEPTH} deep");
            return Err(self.problem(text, call.range.clone(), &message));
        }
        let Some(found) = (self.lookup)(&call.name, call.arguments.len()) else {
            return Err(self.unknown(text, call));
        };
        if let Some(why) = &found.refused {
            let message = format!("the macro '{}' can't be put in: {why}", call.name);
            let problem = self.problem(text, call.range.clone(), &message);
            return Err(problem.with_help(
                "write what it stands for into a macros file, and give that last: --macros FILE",
            ));
        }
        self.remember(call, &found);
        let number = self.calls.len();
        self.calls.push(Call {
            name: call.name.clone(),
            origin: found.origin.clone(),
            definition: found.definition.clone(),
            place: found.place.clone(),
            site: text.place(call.range.clone()),
        });
        let definition = self.substitute(text, call, &found, number)?;
        self.chain.push(key);
        let result = self.expand(&definition, out);
        self.chain.pop();
        result
    }

    fn remember(&mut self, call: &CallText, found: &MacroText) {
        let (name, argc) = (&call.name, call.arguments.len());
        if !self.used.iter().any(|u| u.name == *name && u.argc == argc) {
            self.used.push(MacroUse {
                name: name.clone(),
                argc,
                origin: found.origin.clone(),
                definition: found.definition.clone(),
            });
        }
    }

    /// The definition with its `$argument$`s replaced, also inside of its quotes.
    fn substitute(
        &mut self,
        text: &Mapped,
        call: &CallText,
        found: &MacroText,
        number: usize,
    ) -> Result<Mapped, Diagnostic> {
        let definition = Mapped::whole(&found.definition, Some(number));
        let mut out = Mapped::default();
        let (mut kept, mut at) = (0, 0);
        while let Some(offset) = found.definition.get(at..).and_then(|rest| rest.find('$')) {
            at += offset;
            let rest = found.definition.get(at..).unwrap_or("");
            let length = token_length(rest).unwrap_or(0);
            let name = rest.get(1..length.saturating_sub(1)).unwrap_or("");
            let place = found.arguments.iter().position(|a| a == name);
            let Some(argument) = place.and_then(|p| call.arguments.get(p)) else {
                at += 1;
                continue;
            };
            self.push(&mut out, &definition, kept..at)?;
            self.push(&mut out, text, argument.clone())?;
            at += length;
            kept = at;
        }
        self.push(&mut out, &definition, kept..found.definition.len())?;
        Ok(out)
    }

    fn unknown(&self, text: &Mapped, call: &CallText) -> Diagnostic {
        let argc = call.arguments.len();
        let mut message = match argc {
            0 => format!("the macro '{}' is not known", call.name),
            n => format!("the macro '{}({n})' is not known", call.name),
        };
        let others: Vec<_> = (0..8)
            .filter(|n| *n != argc && (self.lookup)(&call.name, *n).is_some())
            .map(|n| n.to_string())
            .collect();
        let counts = match others.as_slice() {
            [one] if one == "1" => "1 argument".to_owned(),
            counts => format!("{} arguments", counts.join(" or ")),
        };
        let mut help = "define it in a macros file and give --macros FILE; the macros of the \
                        public content come with --content DIR"
            .to_owned();
        if !others.is_empty() {
            let _ = write!(message, " (there is one with {counts})");
            help = format!("give it {counts}, or {help}");
        }
        self.problem(text, call.range.clone(), &message)
            .with_help(help)
    }

    /// A message about a place of `text`, told of the search as given.
    fn problem(&self, text: &Mapped, range: Range<usize>, message: &str) -> Diagnostic {
        let (mut call, mut span) = text.place(range);
        let mut message = message.to_owned();
        if let Some(inner) = call.and_then(|number| self.calls.get(number)) {
            let (name, origin) = (&inner.name, &inner.origin);
            let _ = write!(message, ", in the macro '{name}' ({origin}");
            if let Some((line, column)) = inner.line_and_column(span.clone()) {
                let _ = write!(message, ":{line}:{column}");
            }
            message.push(')');
        }
        while let Some(outer) = call.and_then(|number| self.calls.get(number)) {
            (call, span) = outer.site.clone();
        }
        Diagnostic::new("SPL-MACRO", message, Span::from(span))
    }
}

/// Whether the quote at `at` begins the search of `map search="…"`.
fn of_map(body: &str, at: usize) -> bool {
    let before = body.get(..at).unwrap_or("");
    let command = before.rsplit(['|', '[']).next().unwrap_or("").trim();
    let is_map = command
        .get(..3)
        .is_some_and(|name| name.eq_ignore_ascii_case("map"))
        && command
            .get(3..)
            .is_some_and(|rest| rest.starts_with(char::is_whitespace));
    let name = command.strip_suffix('=').map(str::trim_end);
    is_map && name.is_some_and(|name| name.ends_with("search"))
}

/// The length of the quoted text at the start of `text`.
fn quoted_length(text: &str) -> Option<usize> {
    let mut escaped = false;
    for (at, c) in text.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return Some(at + 1),
            _ => {}
        }
    }
    None
}

/// Where the backtick is that ends a call: not inside of quotes.
fn closing_backtick(body: &str) -> Option<usize> {
    let mut at = 0;
    loop {
        let rest = body.get(at..)?;
        at += rest.find(['"', '`'])?;
        let rest = body.get(at..)?;
        if rest.starts_with('`') {
            return Some(at);
        }
        at += quoted_length(rest)?;
    }
}

/// Cuts at the commas outside of quotes and parentheses; blanks around and quotes at both ends are
/// taken off each. No argument at all for blank brackets.
fn split_arguments(inside: &str, list: Range<usize>) -> Vec<Range<usize>> {
    let body = inside.get(..list.end).unwrap_or("");
    if body.get(list.start..).unwrap_or("").trim().is_empty() {
        return Vec::new();
    }
    let mut arguments = Vec::new();
    let (mut start, mut depth) = (list.start, 0_usize);
    let mut at = list.start;
    while let Some(c) = body.get(at..).and_then(|rest| rest.chars().next()) {
        match c {
            '"' => {
                let rest = body.get(at..).unwrap_or("");
                at += quoted_length(rest).unwrap_or(rest.len());
                continue;
            }
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            ',' if depth == 0 => {
                arguments.push(strip(body, start..at));
                start = at + 1;
            }
            _ => {}
        }
        at += c.len_utf8();
    }
    arguments.push(strip(body, start..body.len()));
    arguments
}

fn strip(body: &str, range: Range<usize>) -> Range<usize> {
    let text = body.get(range.clone()).unwrap_or("");
    let start = range.start + text.len() - text.trim_start().len();
    let trimmed = text.trim();
    let whole = trimmed.starts_with('"') && quoted_length(trimmed) == Some(trimmed.len());
    if whole && trimmed.len() >= 2 {
        return start + 1..start + trimmed.len() - 1;
    }
    start..start + trimmed.len()
}

#[cfg(test)]
mod tests;
