//! Rows of a search's result that someone exported: a cell may hold several values, as several
//! fields of one name (JSON) or as lines (Splunk's CSV, which can't be told from one value of
//! several lines).

use super::model::Given;
use crate::event::Record;
use crate::event::Value;
use crate::event::value::parse_number;
use std::sync::Arc;

/// Every value that a record has under a name.
pub fn values(record: &Record, name: &str, is_value: impl Fn(&str) -> bool) -> Option<Value> {
    let fields = record.data.iter().filter(|field| *field.name == *name);
    let cells = fields.filter(|field| is_value(&field.value));
    let texts = cells
        .flat_map(|field| field.value.split('\n'))
        .map(Arc::from);
    Value::many(texts.collect())
}

/// All columns of a row that has a `count`: it is no event but what a search made of some.
pub fn given(record: &Record) -> Option<Given> {
    parse_number(record.data("count")?)?;
    let mut names: Vec<&Arc<str>> = Vec::new();
    for field in &record.data {
        if !names.contains(&&field.name) {
            names.push(&field.name);
        }
    }
    let columns = names.into_iter().filter_map(|name| {
        let value = values(record, name, |text| !text.is_empty())?;
        Some((name.clone(), value))
    });
    Some(columns.collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::Family;

    fn record(data: &[(&str, &str)]) -> Record {
        Record::made(Family::Flat, data)
    }

    #[test]
    fn a_cell_may_hold_several_values_or_none() {
        let record = record(&[("a", "x\r\n\ny"), ("a", "z"), ("b", ""), ("count", "2")]);
        let several = Value::Many(["x\r", "", "y", "z"].map(Arc::from).into());
        assert_eq!(values(&record, "a", |_| true), Some(several.clone()));
        assert_eq!(values(&record, "b", |text| !text.is_empty()), None);
        let given = given(&record).unwrap();
        let expected = [("a", several), ("count", Value::text("2"))];
        assert_eq!(
            *given,
            expected.map(|(name, value)| (Arc::from(name), value))
        );
    }

    #[test]
    fn without_a_number_as_count_it_is_an_event() {
        assert_eq!(given(&record(&[("a", "x")])), None);
        assert_eq!(given(&record(&[("a", "x"), ("count", "")])), None);
        assert_eq!(given(&record(&[("a", "x"), ("count", "many")])), None);
    }
}
