//! The commands that change what fields hold: `rex`, `fillnull`, `bin`, `mvexpand`, `makemv`,
//! `replace`.

use super::cursor::Cursor;
use super::options::{Options, wrong};
use crate::spl::ast::{
    Bin, CommandKind, Fillnull, Makemv, Mvexpand, Name, Replace, Rex, Separator,
};
use crate::spl::diagnostic::Diagnostic;
use crate::spl::token::Kind;

/// `rex [field=f] [max_match=n] [offset_field=f] "…"`, `rex mode=sed "…"`.
pub fn rex(cursor: &mut Cursor<'_>) -> Result<CommandKind, Diagnostic> {
    let known = ["field", "max_match", "offset_field", "mode"];
    let mut options = Options::read(cursor, "rex", &known)?;
    let mode = options.text("mode");
    if let Some(mode) = mode
        .as_ref()
        .filter(|m| !m.text.eq_ignore_ascii_case("sed"))
    {
        return Err(wrong("mode", mode, "sed"));
    }
    let sed = mode.is_some();
    let what = if sed {
        "a sed expression"
    } else {
        "a regular expression"
    };
    let pattern = cursor.name(what)?;
    Ok(CommandKind::Rex(Rex {
        field: options.text("field"),
        pattern,
        sed,
        max_match: options.number("max_match")?.unwrap_or(1),
        offset_field: options.text("offset_field"),
    }))
}

/// `fillnull [value=v] [fields]`.
pub fn fillnull(cursor: &mut Cursor<'_>) -> Result<CommandKind, Diagnostic> {
    let mut options = Options::read(cursor, "fillnull", &["value"])?;
    let fields = fields_if_any(cursor)?;
    let value = options.text("value");
    Ok(CommandKind::Fillnull(Fillnull { value, fields }))
}

/// `bin [span=…] field [as name]`.
pub fn bin(cursor: &mut Cursor<'_>) -> Result<CommandKind, Diagnostic> {
    let known = ["span", "aligntime", "bins", "minspan", "start", "end"];
    let mut options = Options::read(cursor, "bin", &known)?;
    for option in ["bins", "minspan", "start", "end"] {
        options.refuse(
            option,
            "bin",
            "give the width of the bins: span=5m, span=10",
        )?;
    }
    let field = cursor.column("a field name")?;
    let mut alias = None;
    if cursor.eat_word("as") {
        alias = Some(cursor.column("a name")?);
    }
    Ok(CommandKind::Bin(Bin {
        span: options.text("span"),
        align: options.text("aligntime"),
        field,
        alias,
    }))
}

/// `mvexpand field [limit=n]`.
pub fn mvexpand(cursor: &mut Cursor<'_>) -> Result<CommandKind, Diagnostic> {
    let mut options = Options::read(cursor, "mvexpand", &["limit"])?;
    let field = cursor.column("a field name")?;
    let limit = options.number("limit")?.unwrap_or(0);
    Ok(CommandKind::Mvexpand(Mvexpand { field, limit }))
}

/// `makemv [delim="," | tokenizer="…"] [allowempty=f] [setsv=f] field`.
pub fn makemv(cursor: &mut Cursor<'_>) -> Result<CommandKind, Diagnostic> {
    let known = ["delim", "tokenizer", "allowempty", "setsv"];
    let mut options = Options::read(cursor, "makemv", &known)?;
    // It asks for the single value beside the several, which no command here reads.
    options.truth("setsv", false)?;
    let field = cursor.column("a field name")?;
    let delimiter = options.text("delim");
    let separator = match options.text("tokenizer") {
        Some(pattern) => Separator::Tokenizer(pattern),
        None => Separator::Delimiter(delimiter.unwrap_or(Name {
            text: " ".to_owned(),
            span: field.span,
        })),
    };
    Ok(CommandKind::Makemv(Makemv {
        field,
        separator,
        allow_empty: options.truth("allowempty", false)?,
    }))
}

/// `replace "a" with "b", "c" with "d" [in fields]`.
pub fn replace(cursor: &mut Cursor<'_>) -> Result<CommandKind, Diagnostic> {
    let mut pairs = Vec::new();
    while !cursor.at_end() && !cursor.peek().is_some_and(|t| t.is_word("in")) {
        let old = cursor.name("a value")?;
        if !cursor.eat_word("with") {
            return Err(cursor
                .missing("'with'")
                .with_help("write replace \"old\" with \"new\" in field"));
        }
        pairs.push((old, cursor.name("a value")?));
        while cursor.eat(Kind::Comma) {}
    }
    if pairs.is_empty() {
        return Err(cursor.missing("a value"));
    }
    let mut fields = Vec::new();
    if cursor.eat_word("in") {
        fields = cursor.columns()?;
    }
    Ok(CommandKind::Replace(Replace { pairs, fields }))
}

fn fields_if_any(cursor: &mut Cursor<'_>) -> Result<Vec<Name>, Diagnostic> {
    if cursor.at_end() {
        return Ok(Vec::new());
    }
    cursor.columns()
}
