//! `tstats` and `stats`: what is computed, from what, and by which fields.

use super::cursor::{Cursor, unescape};
use super::{expression, predicate};
use crate::spl::ast::{
    Aggregate, ByField, CommandKind, CompareOp, Dataset, Expr, Literal, Name, Piece, Predicate,
    Span, Stats, Tstats,
};
use crate::spl::diagnostic::Diagnostic;
use crate::spl::token::{Kind, Operator};

/// `tstats [option=value …] aggregate … from datamodel=M.D [where …] [by …]`.
pub fn tstats(cursor: &mut Cursor<'_>) -> Result<CommandKind, Diagnostic> {
    let mut options = Vec::new();
    let mut aggregates = Vec::new();
    while !cursor.at_end() && !at_clause(cursor) {
        if cursor.peek_at(1).map(|t| t.kind) == Some(Kind::Operator(Operator::Equal)) {
            options.push(option(cursor)?);
        } else {
            aggregates.push(of_field(cursor)?);
            cursor.eat(Kind::Comma);
        }
    }
    if aggregates.is_empty() {
        return Err(cursor.missing("an aggregate such as 'count'"));
    }
    if !cursor.eat_word("from") {
        return Err(cursor.missing("'from datamodel='").with_help(
            "without a data model tstats reads Splunk's index files, which are not here",
        ));
    }
    let mut from = dataset(cursor)?;
    let mut predicate = None;
    if cursor.eat_word("where") {
        predicate = Some(predicate::predicate(cursor, &["by", "groupby"])?);
        predicate = take_nodename(&mut from, predicate);
    }
    let mut by = Vec::new();
    if cursor.eat_word("by") || cursor.eat_word("groupby") {
        by = by_times(cursor)?;
    }
    Ok(CommandKind::Tstats(Tstats {
        options,
        aggregates,
        from,
        predicate,
        by,
    }))
}

/// `stats [option=value …] aggregate … [by …] [dedup_splitvals=…]`.
pub fn stats(cursor: &mut Cursor<'_>) -> Result<CommandKind, Diagnostic> {
    let mut options = Vec::new();
    let mut aggregates = Vec::new();
    while !cursor.at_end() && !cursor.peek().is_some_and(|t| t.is_word("by")) {
        if cursor.peek_at(1).map(|t| t.kind) == Some(Kind::Operator(Operator::Equal)) {
            options.push(option(cursor)?);
            continue;
        }
        aggregates.push(aggregate(cursor)?);
        cursor.eat(Kind::Comma);
    }
    if aggregates.is_empty() {
        return Err(cursor.missing("an aggregate such as 'count'"));
    }
    let mut by = Vec::new();
    if cursor.eat_word("by") {
        let plain = |name| ByField {
            name,
            time_span: None,
        };
        while !cursor.at_end() {
            if cursor.peek_at(1).map(|t| t.kind) == Some(Kind::Operator(Operator::Equal)) {
                options.push(option(cursor)?);
            } else {
                by.push(plain(cursor.column("a field name")?));
            }
            while cursor.eat(Kind::Comma) {}
        }
        if by.is_empty() {
            return Err(cursor.missing("a field name"));
        }
    }
    Ok(CommandKind::Stats(Stats {
        options,
        aggregates,
        by,
    }))
}

fn at_clause(cursor: &Cursor<'_>) -> bool {
    let clauses = ["from", "where", "by", "groupby"];
    cursor
        .peek()
        .is_some_and(|t| clauses.iter().any(|c| t.is_word(c)))
}

/// `name=value`.
pub fn option(cursor: &mut Cursor<'_>) -> Result<(Name, Name), Diagnostic> {
    let mut name = cursor.name("an option")?;
    name.text.make_ascii_lowercase();
    cursor.eat_operator(Operator::Equal);
    Ok((name, cursor.name("a value")?))
}

/// `function(field) [as name]`, `function(eval(…)) as name`, or `count` alone.
pub fn aggregate(cursor: &mut Cursor<'_>) -> Result<Aggregate, Diagnostic> {
    let aggregate = any_aggregate(cursor)?;
    if aggregate.eval.is_none() || aggregate.alias.is_some() {
        return Ok(aggregate);
    }
    let message = format!(
        "the column of '{}(eval(…))' has no name",
        aggregate.function
    );
    Err(Diagnostic::new("SPL-SYNTAX", message, aggregate.span)
        .with_help("put 'as' and a name behind it, which Splunk asks for as well"))
}

fn any_aggregate(cursor: &mut Cursor<'_>) -> Result<Aggregate, Diagnostic> {
    let start = cursor.here().start;
    if cursor.kind() != Some(Kind::Word) {
        cursor.name("an aggregate such as 'count'")?;
        return Err(Diagnostic::new(
            "SPL-SYNTAX",
            "an aggregate stands here without quotes",
            cursor.last(),
        ));
    }
    let written = cursor.name("an aggregate")?;
    let function = match written.text.to_ascii_lowercase().as_str() {
        // The two long spellings of the Search Reference, "Statistical and charting functions".
        "distinct_count" => "dc".to_owned(),
        "c" => "count".to_owned(),
        other => other.to_owned(),
    };
    let (field, eval) = argument(cursor, &written, &function)?;
    let mut alias = None;
    if cursor.eat_word("as") {
        alias = Some(cursor.column("a name")?);
    }
    let span = Span::from(start..cursor.last().end);
    Ok(Aggregate {
        function,
        field,
        eval,
        alias,
        span,
    })
}

/// The same where it can't be of an expression.
pub fn of_field(cursor: &mut Cursor<'_>) -> Result<Aggregate, Diagnostic> {
    let aggregate = any_aggregate(cursor)?;
    if aggregate.eval.is_none() {
        return Ok(aggregate);
    }
    let message = "'eval' inside of an aggregate can't stand here";
    Err(Diagnostic::new("SPL-FUNCTION", message, aggregate.span)
        .with_help("only stats and its like take it; aggregate a field, or use stats behind"))
}

fn argument(
    cursor: &mut Cursor<'_>,
    written: &Name,
    function: &str,
) -> Result<(Option<Name>, Option<Expr>), Diagnostic> {
    let open = cursor.here();
    if !cursor.eat(Kind::Open) {
        if function == "count" {
            return Ok((None, None));
        }
        if function == "sparkline" {
            let message = "the function 'sparkline' is not supported";
            return Err(Diagnostic::new("SPL-FUNCTION", message, written.span)
                .with_help("it draws a chart: take it away"));
        }
        let message = format!("'{}' is no aggregate, or lacks its field", written.text);
        return Err(Diagnostic::new("SPL-SYNTAX", message, written.span)
            .with_help(format!("write {}(field)", written.text)));
    }
    if cursor.eat(Kind::Close) {
        if function == "count" {
            return Ok((None, None));
        }
        let message = format!("'{}' lacks its field", written.text);
        return Err(Diagnostic::new("SPL-SYNTAX", message, written.span));
    }
    let field = cursor.name("a field name")?;
    if field.text.eq_ignore_ascii_case("eval") && cursor.kind() == Some(Kind::Open) {
        let inner = cursor.here();
        cursor.next();
        let tree = expression::part(cursor)?;
        cursor.expect_close(inner)?;
        cursor.expect_close(open)?;
        return Ok((None, Some(tree)));
    }
    cursor.expect_close(open)?;
    Ok((Some(field), None))
}

/// The fields behind `by`, of which `_time` may have a `span=`.
fn by_times(cursor: &mut Cursor<'_>) -> Result<Vec<ByField>, Diagnostic> {
    let mut fields: Vec<ByField> = Vec::new();
    let mut time_span: Option<(String, Span)> = None;
    while !cursor.at_end() {
        let is_option = cursor.peek_at(1).map(|t| t.kind) == Some(Kind::Operator(Operator::Equal));
        if is_option {
            let (name, value) = option(cursor)?;
            if name.text != "span" {
                let message = format!("the option '{}' is not supported behind 'by'", name.text);
                return Err(Diagnostic::new("SPL-OPTION", message, name.span)
                    .with_help("the only option is span=, behind _time"));
            }
            time_span = Some((value.text, name.span));
        } else {
            let name = cursor.name("a field name")?;
            fields.push(ByField {
                name,
                time_span: None,
            });
        }
        while cursor.eat(Kind::Comma) {}
    }
    if fields.is_empty() {
        return Err(cursor.missing("a field name"));
    }
    if let Some((value, at)) = time_span {
        let Some(time) = fields.iter_mut().find(|f| f.name.text == "_time") else {
            return Err(Diagnostic::new(
                "SPL-OPTION",
                "'span=' needs '_time' among the fields",
                at,
            )
            .with_help("write by _time span=1h, …"));
        };
        time.time_span = Some(value);
    }
    Ok(fields)
}

/// `datamodel=M.D`, `datamodel="M"."D"`, `datamodel M.D`, `datamodel:"M.D"`.
pub fn dataset(cursor: &mut Cursor<'_>) -> Result<Dataset, Diagnostic> {
    let start = cursor.here();
    let Some(word) = cursor.next() else {
        return Err(cursor.missing("'datamodel'"));
    };
    let (source, glued) = word.text.split_once(':').unwrap_or((word.text, ""));
    if word.kind != Kind::Word || !source.eq_ignore_ascii_case("datamodel") {
        let message = format!("rows can't be taken from '{}' here", word.text);
        return Err(Diagnostic::new("SPL-COMMAND", message, start)
            .with_help("only data models are known: datamodel=Endpoint.Processes"));
    }
    cursor.eat_operator(Operator::Equal);
    let mut path = glued.to_owned();
    let mut end = word.range.end;
    while let Some(next) = cursor.peek() {
        let joined = path.is_empty() || next.range.start == end;
        let part = match next.kind {
            Kind::Word if joined => next.text.to_owned(),
            Kind::Quoted if joined => unescape(next.text, '"'),
            _ => break,
        };
        path.push_str(&part);
        end = next.range.end;
        cursor.next();
    }
    let span = Span::from(start.start..end);
    let (model, dataset) = match path.split_once('.') {
        Some((model, dataset)) => (model, Some(dataset)),
        None => (path.as_str(), None),
    };
    if model.is_empty() || dataset == Some("") {
        return Err(
            Diagnostic::new("SPL-SYNTAX", "the data model's name is missing", span)
                .with_help("write datamodel=Endpoint.Processes"),
        );
    }
    let (model, dataset) = (model.to_owned(), dataset.map(str::to_owned));
    Ok(Dataset {
        model,
        dataset,
        span,
    })
}

/// `nodename=Web.Web` in the predicate is the older way to name the dataset (Search Reference,
/// "tstats"): it is moved to where the dataset stands and leaves the predicate.
fn take_nodename(from: &mut Dataset, predicate: Option<Predicate>) -> Option<Predicate> {
    if from.dataset.is_some() {
        return predicate;
    }
    match predicate? {
        Predicate::And(mut parts) => {
            let place = parts.iter().position(|p| nodename(p).is_some());
            if let Some(place) = place {
                from.dataset = nodename(&parts.remove(place));
            }
            match parts.len() {
                1 => parts.pop(),
                _ => Some(Predicate::And(parts)),
            }
        }
        single => match nodename(&single) {
            Some(dataset) => {
                from.dataset = Some(dataset);
                None
            }
            None => Some(single),
        },
    }
}

fn nodename(predicate: &Predicate) -> Option<String> {
    let Predicate::Compare {
        field,
        op: CompareOp::Equal,
        value: Literal { pieces, .. },
    } = predicate
    else {
        return None;
    };
    let [Piece::Source(path)] = pieces.as_slice() else {
        return None;
    };
    let last = path.rsplit('.').next().filter(|l| !l.is_empty())?;
    (field.text == "nodename" && !last.contains('*')).then(|| last.to_owned())
}
