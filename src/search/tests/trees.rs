//! Trees and rows written by hand: these tests are of running a search, not of reading one.

use crate::cim::model::DatasetField;
use crate::cim::{Dataset, DatasetRow};
use crate::event::{Timestamp, Value};
use crate::search::{Plan, PlanOptions, Row, Table};
use crate::spl::ast::{
    Aggregate, BinaryOp, ByField, Command, CommandKind, CompareOp, Convert, Dataset as Model, Expr,
    Literal, Name, Piece, Pipeline, Predicate, Rename, Span, Stats, Tstats,
};
use std::sync::Arc;

/// Numbered spans, so that a test can ask where a message points.
pub(super) fn at(place: usize) -> Span {
    Span::from(place..place + 1)
}

pub(super) fn name(text: &str) -> Name {
    Name {
        text: text.to_owned(),
        span: at(text.len()),
    }
}

pub(super) fn names(texts: &[&str]) -> Vec<Name> {
    texts.iter().map(|text| name(text)).collect()
}

pub(super) fn lit(text: &str) -> Literal {
    Literal {
        pieces: vec![Piece::Source(text.to_owned())],
        quoted: false,
        case_sensitive: false,
        span: Span::default(),
    }
}

pub(super) fn bound(text: &str) -> Literal {
    Literal {
        pieces: vec![Piece::Bound(text.to_owned())],
        quoted: true,
        ..lit("")
    }
}

pub(super) fn compare(field: &str, op: CompareOp, value: Literal) -> Predicate {
    Predicate::Compare {
        field: name(field),
        op,
        value,
    }
}

pub(super) fn eq(field: &str, value: &str) -> Predicate {
    compare(field, CompareOp::Equal, lit(value))
}

pub(super) fn ne(field: &str, value: &str) -> Predicate {
    compare(field, CompareOp::NotEqual, lit(value))
}

pub(super) fn among(field: &str, values: &[&str]) -> Predicate {
    Predicate::In {
        field: name(field),
        values: values.iter().map(|value| lit(value)).collect(),
    }
}

pub(super) fn not(inner: Predicate) -> Predicate {
    Predicate::Not(Box::new(inner))
}

pub(super) fn and<const N: usize>(parts: [Predicate; N]) -> Predicate {
    Predicate::And(parts.into())
}

pub(super) fn or<const N: usize>(parts: [Predicate; N]) -> Predicate {
    Predicate::Or(parts.into())
}

pub(super) fn term(text: &str) -> Predicate {
    Predicate::Text(lit(text))
}

pub(super) fn agg(function: &str, field: Option<&str>, alias: Option<&str>) -> Aggregate {
    Aggregate {
        function: function.to_owned(),
        field: field.map(name),
        eval: None,
        alias: alias.map(name),
        span: at(1),
    }
}

pub(super) fn by(fields: &[&str]) -> Vec<ByField> {
    let fields = fields.iter();
    fields
        .map(|field| ByField {
            name: name(field),
            time_span: None,
        })
        .collect()
}

pub(super) fn tstats(
    aggregates: Vec<Aggregate>,
    predicate: Option<Predicate>,
    by: Vec<ByField>,
) -> Tstats {
    Tstats {
        options: vec![(name("fillnull_value"), name("null"))],
        aggregates,
        from: model("Endpoint", Some("Processes")),
        predicate,
        by,
    }
}

pub(super) fn model(model: &str, dataset: Option<&str>) -> Model {
    Model {
        model: model.to_owned(),
        dataset: dataset.map(str::to_owned),
        span: at(77),
    }
}

pub(super) fn stats(aggregates: Vec<Aggregate>, by: Vec<ByField>) -> CommandKind {
    CommandKind::Stats(Stats {
        options: Vec::new(),
        aggregates,
        by,
    })
}

pub(super) fn rename(pairs: &[(&str, &str)]) -> CommandKind {
    let pairs = pairs.iter().map(|(from, to)| Rename {
        from: name(from),
        to: name(to),
    });
    CommandKind::Rename(pairs.collect())
}

pub(super) fn ctime(format: Option<&str>, functions: Vec<Aggregate>) -> CommandKind {
    CommandKind::Convert(Convert {
        time_format: format.map(name),
        functions,
    })
}

pub(super) fn call(name: &str, arguments: Vec<Expr>) -> Expr {
    Expr::Call {
        name: name.to_owned(),
        arguments,
        span: at(5),
    }
}

pub(super) fn field(text: &str) -> Expr {
    Expr::Field(name(text))
}

pub(super) fn txt(text: &str) -> Expr {
    Expr::Text(text.to_owned())
}

pub(super) fn num(number: f64) -> Expr {
    Expr::Number(number)
}

pub(super) fn op(left: Expr, op: BinaryOp, right: Expr) -> Expr {
    Expr::Binary(op, Box::new(left), Box::new(right))
}

pub(super) fn pipeline(kinds: Vec<CommandKind>) -> Pipeline {
    let commands = kinds.into_iter().enumerate();
    Pipeline {
        commands: commands
            .map(|(place, kind)| Command {
                span: at(100 * (place + 1)),
                kind,
            })
            .collect(),
    }
}

/// `Endpoint.Processes` with few fields.
pub(super) fn processes() -> Dataset {
    let fields = ["dest", "user", "process", "process_name", "process_id"];
    Dataset {
        model: "Endpoint".to_owned(),
        name: "Processes".to_owned(),
        fields: fields
            .iter()
            .map(|name| DatasetField {
                name: Arc::from(*name),
                default: None,
            })
            .collect(),
    }
}

/// A row of it: its time, then the fields in order; `-` is null.
pub(super) fn process(time: Option<&str>, values: [&str; 5]) -> DatasetRow {
    let values = values.iter();
    DatasetRow {
        time: time.map(|time| Timestamp::from_epoch_text(time).unwrap()),
        values: values
            .map(|value| (*value != "-").then(|| Value::text(value)))
            .collect(),
        ..DatasetRow::default()
    }
}

pub(super) fn plan(kinds: Vec<CommandKind>) -> Plan {
    let options = PlanOptions {
        now: Timestamp::from_seconds(1_700_000_000),
        ..PlanOptions::default()
    };
    Plan::compile(&pipeline(kinds), &[processes()], &options).unwrap()
}

/// A plan over a table: `from datamodel Risk.All_Risk`, then the commands.
pub(super) fn over_table(kinds: Vec<CommandKind>) -> Plan {
    let mut all = vec![CommandKind::From(model("Risk", Some("All_Risk")))];
    all.extend(kinds);
    plan(all)
}

/// A table of texts; `-` is null, `a;b` a multivalue field. Each row's event is its place.
pub(super) fn table(columns: &[&str], rows: &[&[&str]]) -> Table {
    let cell = |text: &str| match text {
        "-" => None,
        text => Value::many(text.split(';').map(Arc::from).collect()),
    };
    Table {
        columns: columns.iter().map(|c| Arc::from(*c)).collect(),
        rows: (0..)
            .zip(rows)
            .map(|(place, row)| Row {
                cells: row.iter().map(|text| cell(text)).collect(),
                events: vec![place],
            })
            .collect(),
    }
}

/// A table as lines: the columns, then each row with its events.
pub(super) fn lines(table: &Table) -> Vec<String> {
    let columns: Vec<&str> = table.columns.iter().map(|c| &**c).collect();
    let mut lines = vec![columns.join("|")];
    for row in &table.rows {
        let cells = row.cells.iter().map(|cell| match cell {
            None => "-".to_owned(),
            Some(value) => value.each().join(";"),
        });
        let cells: Vec<String> = cells.collect();
        lines.push(format!("{} {:?}", cells.join("|"), row.events));
    }
    lines
}
