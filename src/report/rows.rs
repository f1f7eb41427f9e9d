//! Rows as NDJSON: one object a row, keys in the search's own column order. Texts are strings,
//! what the search computed is a number (`count`), a multivalue field is an array, a missing field
//! is absent. Nothing of ours is added: provenance is in `report::events`.

use super::json_text::write_line;
use crate::event::Value;
use crate::event::value::number_text;
use crate::search::{Row, Table};
use serde::ser::{Serialize, SerializeMap, Serializer};
use std::io::{self, Write};

/// Writes the rows of `table` in `order` (places in `table.rows`; unknown ones are left out).
pub fn write_ndjson(out: &mut dyn Write, table: &Table, order: &[usize]) -> io::Result<()> {
    for row in order.iter().filter_map(|place| table.rows.get(*place)) {
        write_line(out, &RowObject { table, row })?;
    }
    Ok(())
}

/// A row as a JSON object.
pub(super) struct RowObject<'a> {
    pub(super) table: &'a Table,
    pub(super) row: &'a Row,
}

impl Serialize for RowObject<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_map(None)?;
        for (name, cell) in self.table.columns.iter().zip(&self.row.cells) {
            if let Some(value) = cell {
                object.serialize_entry(&**name, &JsonValue(value))?;
            }
        }
        object.end()
    }
}

/// A value as JSON.
struct JsonValue<'a>(&'a Value);

impl Serialize for JsonValue<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Value::Text(text) => serializer.serialize_str(text),
            Value::Many(texts) => serializer.collect_seq(texts.iter().map(|t| &**t)),
            // The text of a number is a JSON number, save for NaN and infinity, which JSON lacks.
            Value::Number(number) => {
                let text = number_text(*number);
                match text.parse::<serde_json::Number>() {
                    Ok(number) => number.serialize(serializer),
                    Err(_) => serializer.serialize_str(&text),
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;

    fn written(columns: &[&str], cells: Vec<Option<Value>>) -> String {
        let table = Table {
            columns: columns.iter().map(|c| Arc::from(*c)).collect(),
            rows: vec![Row {
                cells,
                events: vec![],
            }],
        };
        let mut out = Vec::new();
        write_ndjson(&mut out, &table, &[0, 7]).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn one_object_a_row_in_column_order() {
        let many = Value::many(vec!["a".into(), "b".into()]);
        let cells = vec![Some("z".into()), None, many, Some(Value::Number(3.0))];
        assert_eq!(
            written(&["user", "dest", "names", "count"], cells),
            "{\"user\":\"z\",\"names\":[\"a\",\"b\"],\"count\":3}\n"
        );
    }

    #[test]
    fn numbers_that_json_has_not_are_texts() {
        let cells = [1.5, 1e300, f64::NAN, f64::INFINITY].map(|n| Some(Value::Number(n)));
        let line = written(&["a", "b", "c", "d"], cells.to_vec());
        assert_eq!(
            line,
            "{\"a\":1.5,\"b\":1e+300,\"c\":\"NaN\",\"d\":\"inf\"}\n"
        );
    }

    proptest::proptest! {
        #[test]
        fn it_parses_back_to_the_same_texts(
            texts in proptest::collection::vec(proptest::option::of("(?s).{0,20}|\\p{C}{0,5}"), 0..6),
        ) {
            let names: Vec<String> = (0..texts.len()).map(|i| format!("f{i}")).collect();
            let names: Vec<&str> = names.iter().map(String::as_str).collect();
            let cells = texts.iter().map(|t| t.as_deref().map(Value::text)).collect();
            let line = written(&names, cells);
            proptest::prop_assert_eq!(line.matches('\n').count(), 1);
            let back: serde_json::Map<String, serde_json::Value> =
                serde_json::from_str(&line).unwrap();
            for (name, text) in names.iter().zip(&texts) {
                proptest::prop_assert_eq!(back.get(*name).and_then(|v| v.as_str()), text.as_deref());
            }
        }
    }
}
