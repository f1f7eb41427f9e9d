//! The commands that go by the order of rows (`streamstats`, `transaction`), `addtotals`, those
//! that take fields out of texts (`xmlkv`, `spath`), and `makeresults`.

use super::cursor::{Cursor, literal_of};
use super::options::{Options, wrong};
use super::predicate;
use super::reporting::stats;
use super::rows::{count, expression_in};
use crate::spl::ast::{
    Addtotals, CommandKind, Condition, Name, Predicate, Span, Spath, Streamstats, Top, Transaction,
};
use crate::spl::diagnostic::Diagnostic;
use crate::spl::token::{Kind, Operator};

/// The most events of a transaction when nothing is said (Search Reference, "transaction").
const TRANSACTION_EVENTS: u64 = 1000;

/// The most rows of `makeresults`: what a person can use, and far from what fills memory.
const MAKERESULTS_LIMIT: u64 = 1_000_000;

/// `streamstats [options] aggregates [by …]`.
pub fn streamstats(cursor: &mut Cursor<'_>) -> Result<CommandKind, Diagnostic> {
    let known = [
        "current",
        "window",
        "global",
        "reset_on_change",
        "reset_before",
        "reset_after",
        "time_window",
        "allnum",
    ];
    let mut options = Options::read(cursor, "streamstats", &known)?;
    for option in ["reset_before", "reset_after", "time_window"] {
        options.refuse(option, "streamstats", "take it away")?;
    }
    let all_numbers = options.text("allnum");
    let CommandKind::Stats(mut stats) = stats(cursor)? else {
        return Err(cursor.missing("an aggregate such as 'count'"));
    };
    // What 'stats' does with it is done here, too.
    stats.options.extend(all_numbers.map(|value| {
        let text = "allnum".to_owned();
        let span = value.span;
        (Name { text, span }, value)
    }));
    Ok(CommandKind::Streamstats(Streamstats {
        stats,
        current: options.truth("current", true)?,
        window: options.number("window")?.unwrap_or(0),
        global: options.truth("global", true)?,
        reset_on_change: options.truth("reset_on_change", false)?,
    }))
}

/// `transaction [fields] [options]`.
pub fn transaction(cursor: &mut Cursor<'_>) -> Result<CommandKind, Diagnostic> {
    let mut starts = None;
    let mut ends = None;
    let mut fields = Vec::new();
    let mut written: Vec<(Name, Name)> = Vec::new();
    while !cursor.at_end() {
        while cursor.eat(Kind::Comma) {}
        if cursor.at_end() {
            break;
        }
        let is_option = cursor.peek_at(1).map(|t| t.kind) == Some(Kind::Operator(Operator::Equal));
        if !is_option {
            fields.push(cursor.column("a field name")?);
            continue;
        }
        let mut option = cursor.name("an option")?;
        option.text.make_ascii_lowercase();
        cursor.next();
        match option.text.as_str() {
            "startswith" => starts = Some(condition(cursor)?),
            "endswith" => ends = Some(condition(cursor)?),
            _ => {
                let value = cursor.name("a value")?;
                written.push((option, value));
            }
        }
    }
    let known = [
        "maxspan",
        "maxpause",
        "maxevents",
        "startswith",
        "endswith",
        "connected",
        "keepevicted",
        "mvlist",
        "unifyends",
        "keeporphans",
    ];
    let mut options = Options::of(written, "transaction", &known)?;
    for option in ["unifyends", "keeporphans"] {
        if options.truth(option, false)? {
            let message = format!("the option '{option}' of transaction is not supported");
            return Err(
                Diagnostic::new("SPL-OPTION", message, cursor.last()).with_help("take it away")
            );
        }
    }
    Ok(CommandKind::Transaction(Transaction {
        fields,
        max_span: options.text("maxspan"),
        max_pause: options.text("maxpause"),
        max_events: options.number("maxevents")?.unwrap_or(TRANSACTION_EVENTS),
        starts,
        ends,
        connected: options.truth("connected", true)?,
        keep_evicted: options.truth("keepevicted", false)?,
        list: options.truth("mvlist", false)?,
    }))
}

/// `"text"`, `(search)` or `eval(expression)`.
fn condition(cursor: &mut Cursor<'_>) -> Result<Condition, Diagnostic> {
    if cursor.peek().is_some_and(|t| t.is_word("eval"))
        && cursor.peek_at(1).is_some_and(|t| t.kind == Kind::Open)
    {
        cursor.next();
        let start = cursor.here().start;
        let mut depth = 0_usize;
        let mut end = start;
        while let Some(token) = cursor.next() {
            match token.kind {
                Kind::Open => depth += 1,
                Kind::Close => depth = depth.saturating_sub(1),
                _ => {}
            }
            end = token.range.end;
            if depth == 0 {
                break;
            }
        }
        return expression_in(cursor.text(), start..end).map(Condition::Eval);
    }
    let open = cursor.here();
    if cursor.eat(Kind::Open) {
        let tree = predicate::predicate(cursor, &[])?;
        cursor.expect_close(open)?;
        return Ok(Condition::Search(tree));
    }
    match cursor.peek().cloned() {
        Some(token) if matches!(token.kind, Kind::Word | Kind::Quoted) => {
            cursor.next();
            Ok(Condition::Search(Predicate::Text(literal_of(&token))))
        }
        _ => Err(cursor.missing("a text, (a search) or eval(an expression)")),
    }
}

/// `addtotals [row=t] [col=f] [fieldname=Total] [labelfield=f] [label=Total] [fields]`.
pub fn addtotals(cursor: &mut Cursor<'_>) -> Result<CommandKind, Diagnostic> {
    let known = ["row", "col", "fieldname", "labelfield", "label"];
    let mut options = Options::read(cursor, "addtotals", &known)?;
    let mut fields = Vec::new();
    if !cursor.at_end() {
        fields = cursor.columns()?;
    }
    let total = || Name {
        text: "Total".to_owned(),
        span: Span::default(),
    };
    Ok(CommandKind::Addtotals(Addtotals {
        row: options.truth("row", true)?,
        col: options.truth("col", false)?,
        field_name: options.text("fieldname").unwrap_or_else(total),
        label_field: options.text("labelfield"),
        label: options.text("label").unwrap_or_else(total),
        fields,
    }))
}

/// `top [n] [options] fields [by fields]`.
pub fn top(cursor: &mut Cursor<'_>) -> Result<CommandKind, Diagnostic> {
    most(cursor, "top")
}

/// `rare`, with the arguments of `top`.
pub fn rare(cursor: &mut Cursor<'_>) -> Result<CommandKind, Diagnostic> {
    most(cursor, "rare")
}

fn most(cursor: &mut Cursor<'_>, command: &str) -> Result<CommandKind, Diagnostic> {
    let known = [
        "limit",
        "countfield",
        "percentfield",
        "showcount",
        "showperc",
        "useother",
        "otherstr",
    ];
    let mut options = Options::read(cursor, command, &known)?;
    for option in ["useother", "otherstr"] {
        options.refuse(option, command, "take it away; limit=0 gives every value")?;
    }
    let limit = match options.number("limit")? {
        Some(limit) => Some(limit),
        None => count(cursor)?,
    };
    let mut fields = Vec::new();
    while !cursor.at_end() && !cursor.peek().is_some_and(|t| t.is_word("by")) {
        fields.push(cursor.column("a field name")?);
        while cursor.eat(Kind::Comma) {}
    }
    if fields.is_empty() {
        return Err(cursor.missing("a field name"));
    }
    let mut by = Vec::new();
    if cursor.eat_word("by") {
        by = cursor.columns()?;
    }
    let mut shown = |flag: &str, option: &str, name: &str| {
        let given = options.text(option);
        let name = given.unwrap_or_else(|| Name {
            text: name.to_owned(),
            span: Span::default(),
        });
        Ok::<_, Diagnostic>(options.truth(flag, true)?.then_some(name))
    };
    Ok(CommandKind::Top(Top {
        rare: command == "rare",
        limit: limit.unwrap_or(10),
        fields,
        by,
        count_field: shown("showcount", "countfield", "count")?,
        percent_field: shown("showperc", "percentfield", "percent")?,
    }))
}

/// `nomv field`.
pub fn nomv(cursor: &mut Cursor<'_>) -> Result<CommandKind, Diagnostic> {
    Ok(CommandKind::Nomv(cursor.column("a field name")?))
}

/// `xmlkv [maxinputs=n] [field]`.
pub fn xmlkv(cursor: &mut Cursor<'_>) -> Result<CommandKind, Diagnostic> {
    let mut options = Options::read(cursor, "xmlkv", &["maxinputs"])?;
    // How many rows Splunk hands on at a time.
    options.number("maxinputs")?;
    let mut field = None;
    if !cursor.at_end() {
        field = Some(cursor.column("a field name")?);
    }
    Ok(CommandKind::Xmlkv(field))
}

/// `spath [input=f] [output=f] [path=p | p]`.
pub fn spath(cursor: &mut Cursor<'_>) -> Result<CommandKind, Diagnostic> {
    let mut options = Options::read(cursor, "spath", &["input", "output", "path"])?;
    let mut path = options.text("path");
    if path.is_none() && !cursor.at_end() {
        path = Some(cursor.name("a path")?);
    }
    let output = options.text("output");
    if let (Some(output), None) = (&output, &path) {
        let message = "'output' needs a 'path'";
        return Err(Diagnostic::new("SPL-OPTION", message, output.span)
            .with_help("write spath input=field output=field path=a.b"));
    }
    let input = options.text("input");
    Ok(CommandKind::Spath(Spath {
        input,
        output,
        path,
    }))
}

/// `makeresults [count=n]`.
pub fn makeresults(cursor: &mut Cursor<'_>) -> Result<CommandKind, Diagnostic> {
    let known = [
        "count",
        "annotate",
        "format",
        "data",
        "splunk_server",
        "splunk_server_group",
    ];
    let mut options = Options::read(cursor, "makeresults", &known)?;
    for option in known.iter().skip(1) {
        options.refuse(
            option,
            "makeresults",
            "take it away; fields are set with eval",
        )?;
    }
    let count = options.number("count")?.unwrap_or(1);
    if count > MAKERESULTS_LIMIT {
        let value = Name {
            text: count.to_string(),
            span: cursor.here(),
        };
        return Err(wrong("count", &value, "1000000 at most"));
    }
    Ok(CommandKind::Makeresults(count))
}
