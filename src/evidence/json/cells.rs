//! Rows of a CSV as JSON objects, so that every shape that has columns of its names is read from CSV
//! as well: Kibana's and Security Onion's exports, `EvtxECmd`, Microsoft Defender, result rows. An
//! empty cell is no value.

use super::shape::{self, Shape};
use super::{Object, Value, from_object};
use crate::event::Record;
use crate::event::value::FORMULA;
use crate::evidence::format::{Confidence, Detected, Format};
use crate::evidence::windows::Origin;
use std::borrow::Cow;

/// What a header row says, when the columns are the fields of a shape that comes as CSV.
pub fn detect_columns(names: &[Cow<'_, str>]) -> Option<Detected> {
    let object: Object = names
        .iter()
        .map(|name| (name.to_string(), "?".into()))
        .collect();
    let comes_as_csv = |shape: &Shape| {
        matches!(
            shape,
            Shape::EvtxECmd
                | Shape::Flat(_)
                | Shape::Winlogbeat7
                | Shape::Wazuh
                | Shape::CrowdStrike
        )
    };
    let (detected, _) = shape::describe(object).filter(|(_, shape)| comes_as_csv(shape))?;
    let shape = detected.shape;
    Some(Detected {
        format: Format::Csv,
        shape: format!("{} CSV", shape.strip_suffix(" JSON").unwrap_or(&shape)),
        confidence: detected.confidence.min(Confidence::Likely),
        read_whole: detected.read_whole,
        reason: detected
            .reason
            .replacen("a record has", "the header row has", 1),
    })
}

/// The record of a row.
pub fn parse_cells<'c>(
    cells: impl Iterator<Item = (&'c str, &'c str)>,
    origin: Origin,
) -> Result<Record, String> {
    let filled = cells.filter(|(_, cell)| !cell.is_empty());
    let mut object: Object = filled
        .map(|(name, cell)| (name.to_owned(), cell.into()))
        .collect();
    let names = |name: &str| object.contains_key(name);
    if names("@timestamp") {
        // Kibana's CSV: what is missing is a dash, a number has a comma at each thousand.
        object.retain(|_, cell| !matches!(cell.as_str(), Some("-" | " - ")));
        for (_, cell) in object.iter_mut().filter(|(name, _)| name.ends_with("pid")) {
            if let Some(bare) = cell.as_str().and_then(without_thousands) {
                *cell = bare.into();
            }
        }
    } else if object
        .keys()
        .any(|name| name.rsplit('.').next() == Some("dest"))
    {
        object.values_mut().for_each(unguard);
        put_several(&mut object);
    }
    from_object(object, origin, 0)
}

/// Splunk's own CSV of results (`outputcsv`, REST) has the values of a multivalue field beside it, each
/// between dollar signs: `$a$;$b$`, a dollar doubled. (Search Reference, "outputcsv".)
fn put_several(object: &mut Object) {
    let beside = object.keys().filter_map(|name| name.strip_prefix(SEVERAL));
    let beside: Vec<String> = beside.map(str::to_owned).collect();
    for name in beside {
        let written = object.remove(&format!("{SEVERAL}{name}"));
        let values = written.as_ref().and_then(Value::as_str).and_then(several);
        if let Some(values) = values {
            object.insert(name, Value::Array(values));
        }
    }
}

const SEVERAL: &str = "__mv_";

fn several(text: &str) -> Option<Vec<Value>> {
    let inside = text.strip_prefix('$')?.strip_suffix('$')?;
    let values = inside
        .split("$;$")
        .map(|value| value.replace("$$", "$").into());
    Some(values.collect())
}

fn without_thousands(text: &str) -> Option<String> {
    let digits = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
    let (first, rest) = text.split_once(',')?;
    let fits = (1..=3).contains(&first.len())
        && digits(first)
        && rest.split(',').all(|part| part.len() == 3 && digits(part));
    fits.then(|| text.replace(',', ""))
}

/// Takes off the `'` that `report::csv` puts before a text which a spreadsheet would run.
fn unguard(cell: &mut Value) {
    let inner = cell.as_str().and_then(|text| text.strip_prefix('\''));
    if let Some(inner) = inner.filter(|inner| inner.starts_with(FORMULA)) {
        *cell = inner.into();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_spreadsheets_and_kibana_do_to_cells_is_undone() {
        assert_eq!(without_thousands("1,234,567").as_deref(), Some("1234567"));
        for text in ["12", "1,23", "a,123", "1234,567", ",123"] {
            assert_eq!(without_thousands(text), None, "{text}");
        }
        let two = several("$a;b$;$c$$d$").unwrap();
        assert_eq!(two, [Value::from("a;b"), Value::from("c$d")]);
        assert_eq!(several("$a"), None);
        for (cell, expected) in [("'=1", "=1"), ("'a", "'a"), ("-1", "-1"), ("''-", "''-")] {
            let mut value = Value::from(cell);
            unguard(&mut value);
            assert_eq!(value, Value::from(expected));
        }
    }
}
