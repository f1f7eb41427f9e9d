//! Rows as one JSON document that says which rule and search made them, over which time and in
//! which zone the rule's own time columns are.

use super::json_text::write_pretty;
use super::rows::RowObject;
use crate::event::{Timestamp, Zone};
use crate::search::Table;
use serde::Serialize;
use serde::ser::Serializer;
use std::io::{self, Write};

/// What the document says beside the rows.
#[derive(Debug, Clone, Copy)]
pub struct Document<'a> {
    /// The rule, or several.
    pub rules: &'a [RuleName<'a>],
    /// The search as it was run; of several rules it is left out.
    pub search: &'a str,
    /// Its lower bound; `None`: none (`null` in the document).
    pub earliest: Option<Timestamp>,
    /// Its upper bound.
    pub latest: Option<Timestamp>,
    /// The zone of the times that the search formats, and of the bounds.
    pub zone: Zone,
}

/// Which rule.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct RuleName<'a> {
    /// `Windows MSIExec Remote Download`.
    pub name: &'a str,
    /// Its UUID.
    pub id: &'a str,
    /// `17`; as text, since rules of other origins write `1.2`.
    pub version: &'a str,
}

#[derive(Serialize)]
struct Shape<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    rule: Option<RuleName<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    rules: Option<&'a [RuleName<'a>]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    search: Option<&'a str>,
    bounds: Bounds,
    zone: String,
    columns: Vec<&'a str>,
    rows: Rows<'a>,
}

#[derive(Serialize)]
struct Bounds {
    earliest: Option<String>,
    latest: Option<String>,
}

struct Rows<'a> {
    table: &'a Table,
    order: &'a [usize],
}

impl Serialize for Rows<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let table = self.table;
        let rows = self.order.iter().filter_map(|place| table.rows.get(*place));
        serializer.collect_seq(rows.map(|row| RowObject { table, row }))
    }
}

/// Writes `table` in `order` as a document.
pub fn write_json(
    out: &mut dyn Write,
    document: &Document<'_>,
    table: &Table,
    order: &[usize],
) -> io::Result<()> {
    let bound = |at: Option<Timestamp>| at.map(|at| at.rfc3339(document.zone));
    let one = match document.rules {
        [one] => Some(*one),
        _ => None,
    };
    let shape = Shape {
        rule: one,
        rules: one.is_none().then_some(document.rules),
        search: one.map(|_| document.search),
        bounds: Bounds {
            earliest: bound(document.earliest),
            latest: bound(document.latest),
        },
        zone: document.zone.name(),
        columns: table.columns.iter().map(|c| &**c).collect(),
        rows: Rows { table, order },
    };
    write_pretty(out, &shape)
}
