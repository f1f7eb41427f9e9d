//! The commands that bring in other rows: `lookup`, `inputlookup`, `join`, `append`, `appendpipe`,
//! `foreach`; and the searches in brackets.

use super::cursor::Cursor;
use super::options::Options;
use super::rows::count;
use super::{Begin, pipeline, predicate};
use crate::spl::ast::{
    Append, CommandKind, Foreach, Inputlookup, Join, Lookup, LookupField, Map, Name, Pipeline,
    Return, ReturnField, Span, TEMPLATE_MARKS,
};
use crate::spl::diagnostic::Diagnostic;
use crate::spl::token::{Kind, Operator};
use std::ops::Range;

/// How many rows `append` puts behind when nothing is said (Search Reference, "append": maxout).
const APPEND_LIMIT: u64 = 50_000;

/// For how many rows `map` runs its search when nothing is said (Search Reference, "map").
const MAP_LIMIT: u64 = 10;

/// How many rows `inputlookup` gives when nothing is said (Search Reference, "inputlookup": max).
const LOOKUP_LIMIT: u64 = 1_000_000_000;

/// `lookup table column [as field] … [output|outputnew column [as field] …]`.
pub fn lookup(cursor: &mut Cursor<'_>) -> Result<CommandKind, Diagnostic> {
    let known = ["local", "update"];
    let mut options = Options::read(cursor, "lookup", &known)?;
    // Where Splunk looks, and whether it looks anew: nothing here.
    for option in known {
        options.truth(option, false)?;
    }
    let table = cursor.name("the name of a lookup")?;
    let inputs = lookup_fields(cursor)?;
    if inputs.is_empty() {
        return Err(cursor
            .missing("a field name")
            .with_help("write lookup table column AS field OUTPUT column"));
    }
    let keeps = cursor.eat_word("outputnew");
    let mut outputs = Vec::new();
    if keeps || cursor.eat_word("output") {
        outputs = lookup_fields(cursor)?;
        if outputs.is_empty() {
            return Err(cursor.missing("a field name"));
        }
    }
    Ok(CommandKind::Lookup(Lookup {
        table,
        inputs,
        outputs,
        keeps,
    }))
}

fn lookup_fields(cursor: &mut Cursor<'_>) -> Result<Vec<LookupField>, Diagnostic> {
    let mut fields = Vec::new();
    loop {
        while cursor.eat(Kind::Comma) {}
        let ends = ["output", "outputnew"];
        let ends = |cursor: &Cursor<'_>| {
            let next = cursor.peek();
            next.is_none_or(|t| ends.iter().any(|word| t.is_word(word)))
        };
        if ends(cursor) {
            return Ok(fields);
        }
        let column = cursor.column("a field name")?;
        let mut field = None;
        if cursor.eat_word("as") {
            field = Some(cursor.column("a field name")?);
        }
        fields.push(LookupField { column, field });
    }
}

/// `inputlookup [append=t] [start=n] [max=n] table [where predicate]`.
pub fn inputlookup(cursor: &mut Cursor<'_>) -> Result<CommandKind, Diagnostic> {
    let known = ["append", "strict", "start", "max"];
    let mut options = Options::read_before(cursor, "inputlookup", &known, &["where"])?;
    // A lookup that can't be read is always an error here.
    options.truth("strict", false)?;
    let table = cursor.name("the name of a lookup")?;
    let mut condition = None;
    if cursor.eat_word("where") {
        condition = Some(predicate::predicate(cursor, &[])?);
    }
    Ok(CommandKind::Inputlookup(Inputlookup {
        append: options.truth("append", false)?,
        start: options.number("start")?.unwrap_or(0),
        max: options.number("max")?.unwrap_or(LOOKUP_LIMIT),
        table,
        predicate: condition,
    }))
}

/// `join [type=inner|left|outer] [max=n] [overwrite=t] [fields] [search]`.
pub fn join(cursor: &mut Cursor<'_>) -> Result<CommandKind, Diagnostic> {
    let known = [
        "type",
        "max",
        "overwrite",
        "usetime",
        "earlier",
        "left",
        "right",
    ];
    let mut options = Options::read_before(cursor, "join", &known, &["where"])?;
    for side in ["left", "right"] {
        options.refuse(
            side,
            "join",
            "name the fields that both have: join field [ … ]",
        )?;
    }
    if options.truth("usetime", false)? {
        let message = "the option 'usetime' of join is not supported";
        return Err(Diagnostic::new("SPL-OPTION", message, cursor.here()).with_help("take it away"));
    }
    options.truth("earlier", true)?;
    let kind = options.choice("type", &["inner", "left", "outer"])?;
    let mut fields = Vec::new();
    while !matches!(cursor.kind(), None | Some(Kind::Subsearch)) {
        fields.push(cursor.column("a field name")?);
        while cursor.eat(Kind::Comma) {}
    }
    Ok(CommandKind::Join(Join {
        outer: kind != "inner",
        overwrite: options.truth("overwrite", true)?,
        max: options.number("max")?.unwrap_or(1),
        fields,
        search: search(cursor, Begin::Search)?,
    }))
}

/// `append [maxout=n] [search]`.
pub fn append(cursor: &mut Cursor<'_>) -> Result<CommandKind, Diagnostic> {
    let known = ["maxout", "maxtime", "timeout", "extendtimerange"];
    let mut options = Options::read(cursor, "append", &known)?;
    // How long Splunk waits decides nothing here.
    options.number("maxtime")?;
    options.number("timeout")?;
    options.truth("extendtimerange", false)?;
    Ok(CommandKind::Append(Append {
        max: options.number("maxout")?.unwrap_or(APPEND_LIMIT),
        search: search(cursor, Begin::Search)?,
    }))
}

/// `appendpipe [commands]`.
pub fn appendpipe(cursor: &mut Cursor<'_>) -> Result<CommandKind, Diagnostic> {
    let mut options = Options::read(cursor, "appendpipe", &["run_in_preview"])?;
    options.truth("run_in_preview", true)?;
    Ok(CommandKind::Appendpipe(search(cursor, Begin::Command)?))
}

/// `map [maxsearches=n] search=[…]`, as macro expansion writes the search that stood in quotes.
pub fn map(cursor: &mut Cursor<'_>) -> Result<CommandKind, Diagnostic> {
    let mut written = Vec::new();
    let mut found = None;
    while !cursor.at_end() {
        if cursor.kind() == Some(Kind::Subsearch) {
            found = Some(search(cursor, Begin::Search)?);
            continue;
        }
        let name = cursor.name("an option")?;
        if !cursor.eat_operator(Operator::Equal) {
            let message = "'map' of a saved search is not supported";
            let help = "write map search=\"search … $field$\"";
            return Err(Diagnostic::new("SPL-COMMAND", message, name.span).with_help(help));
        }
        if cursor.kind() != Some(Kind::Subsearch) {
            written.push((name, cursor.name("a value")?));
        }
    }
    let mut options = Options::of(written, "map", &["search", "maxsearches"])?;
    let max = options.number("maxsearches")?.unwrap_or(MAP_LIMIT);
    let Some(search) = found else {
        return Err(cursor.missing("search=\"…\""));
    };
    Ok(CommandKind::Map(Map { max, search }))
}

/// `format`, whose words can't be changed here.
pub fn format(cursor: &mut Cursor<'_>) -> Result<CommandKind, Diagnostic> {
    let mut options = Options::read(cursor, "format", &["mvsep", "maxresults", "emptystr"])?;
    for option in ["mvsep", "maxresults", "emptystr"] {
        options.refuse(option, "format", "take it away")?;
    }
    Ok(CommandKind::Format)
}

/// `return [n] field alias=field $field`.
pub fn returned(cursor: &mut Cursor<'_>) -> Result<CommandKind, Diagnostic> {
    let count = count(cursor)?.unwrap_or(1);
    let mut fields = Vec::new();
    while !cursor.at_end() {
        let name = cursor.name("a field name")?;
        let value = name.text.strip_prefix('$').filter(|rest| !rest.is_empty());
        fields.push(if cursor.eat_operator(Operator::Equal) {
            let field = cursor.name("a field name")?;
            ReturnField::Compare { alias: name, field }
        } else if let Some(rest) = value {
            let text = rest.to_owned();
            let span = name.span;
            ReturnField::Value(Name { text, span })
        } else {
            let field = name.clone();
            ReturnField::Compare { alias: name, field }
        });
        while cursor.eat(Kind::Comma) {}
    }
    if fields.is_empty() {
        return Err(cursor.missing("a field name"));
    }
    Ok(CommandKind::Return(Return { count, fields }))
}

/// `foreach names [commands]`.
pub fn foreach(cursor: &mut Cursor<'_>) -> Result<CommandKind, Diagnostic> {
    let known = [
        "mode",
        "fieldstr",
        "matchstr",
        "matchseg1",
        "matchseg2",
        "matchseg3",
    ];
    let mut options = Options::read(cursor, "foreach", &known)?;
    options.choice("mode", &["multifield"])?;
    for renamed in known.iter().skip(1) {
        options.refuse(
            renamed,
            "foreach",
            "write <<FIELD>>, <<MATCHSTR>>, <<MATCHSEG1>>",
        )?;
    }
    let mut names = Vec::new();
    while !matches!(cursor.kind(), None | Some(Kind::Subsearch)) {
        names.push(cursor.column("a field name")?);
        while cursor.eat(Kind::Comma) {}
    }
    if names.is_empty() {
        return Err(cursor.missing("a field name"));
    }
    let range = brackets(cursor)?;
    let mut text = cursor.text().to_owned();
    if let Some(template) = text.get(range.clone()) {
        let mut spelt = template.to_owned();
        for (mark, name) in TEMPLATE_MARKS {
            spelt = spelt.replace(mark, name);
        }
        // The marks are as long as what stands for them, so that places stay.
        text.replace_range(range.clone(), &spelt);
    }
    let commands = pipeline(&text, range, Begin::Command).map_err(first)?;
    for command in &commands.commands {
        if !matches!(command.kind, CommandKind::Eval(_) | CommandKind::Where(_)) {
            let message = "only 'eval' can stand in the brackets of 'foreach'";
            return Err(Diagnostic::new("SPL-COMMAND", message, command.span)
                .with_help("write foreach a* [eval <<FIELD>> = …]"));
        }
    }
    Ok(CommandKind::Foreach(Foreach { names, commands }))
}

/// A search in brackets.
pub fn search(cursor: &mut Cursor<'_>, begin: Begin) -> Result<Pipeline, Diagnostic> {
    let range = brackets(cursor)?;
    pipeline(cursor.text(), range, begin).map_err(first)
}

/// What stands between the brackets.
fn brackets(cursor: &mut Cursor<'_>) -> Result<Range<usize>, Diagnostic> {
    if cursor.kind() != Some(Kind::Subsearch) {
        return Err(cursor
            .missing("a search in brackets")
            .with_help("write [ search … ] or [ | tstats … ]"));
    }
    let span = cursor.here();
    cursor.next();
    Ok(span.start + 1..span.end.saturating_sub(1).max(span.start + 1))
}

fn first(problems: Vec<Diagnostic>) -> Diagnostic {
    let missing = || Diagnostic::new("SPL-SYNTAX", "the search can't be read", Span::default());
    problems.into_iter().next().unwrap_or_else(missing)
}
