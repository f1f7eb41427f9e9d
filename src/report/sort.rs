//! In which order rows are printed: the search's own, by first time, or by a field that a person
//! names. Every order is total: rows that are equal in it keep the search's own order.

use crate::event::Value;
use crate::search::Table;
use crate::store::Findings;
use std::cmp::Ordering;
use std::str::FromStr;

/// By which field: `count`, or `-count` for descending.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SortKey {
    /// The column; case does not count where no column is spelt so.
    pub field: String,
    /// Largest first.
    pub descending: bool,
}

/// Why rows can't be sorted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SortError {
    /// No field was named.
    #[error("'{0}' names no field: write a column such as 'count', or '-count' for descending")]
    NoField(String),
    /// The search has no such column.
    #[error("the rows have no column '{field}'; they have {}", .columns.join(", "))]
    NoColumn {
        /// What was asked.
        field: String,
        /// What there is.
        columns: Vec<String>,
    },
}

impl FromStr for SortKey {
    type Err = SortError;

    fn from_str(text: &str) -> Result<Self, SortError> {
        let trimmed = text.trim();
        let (descending, field) = match trimmed.strip_prefix('-') {
            Some(field) => (true, field),
            None => (false, trimmed.strip_prefix('+').unwrap_or(trimmed)),
        };
        if field.trim().is_empty() {
            return Err(SortError::NoField(text.to_owned()));
        }
        Ok(Self {
            field: field.trim().to_owned(),
            descending,
        })
    }
}

/// The places of the rows in the order that `key` asks for, or the search's own.
///
/// Numbers compare as numbers and stand before texts; texts compare by code point. Rows without a
/// value stand last whichever way it is sorted.
pub fn order(table: &Table, key: Option<&SortKey>) -> Result<Vec<usize>, SortError> {
    let mut places: Vec<usize> = (0..table.rows.len()).collect();
    let Some(key) = key else { return Ok(places) };
    let column = column(table, &key.field)?;
    let ranks: Vec<Rank> = table
        .rows
        .iter()
        .map(|row| rank(row.cells.get(column).and_then(Option::as_ref)))
        .collect();
    places.sort_by(|a, b| match (ranks.get(*a), ranks.get(*b)) {
        (Some(a), Some(b)) => a.compare(b, key.descending),
        _ => Ordering::Equal,
    });
    Ok(places)
}

/// The places of the rows by their first event, oldest first, those without a time last.
pub fn by_first_time(findings: &Findings) -> Vec<usize> {
    let mut places: Vec<usize> = (0..findings.table.rows.len()).collect();
    places.sort_by_key(|place| {
        let first = findings.findings.get(*place).and_then(|f| f.first);
        (first.is_none(), first)
    });
    places
}

fn column(table: &Table, field: &str) -> Result<usize, SortError> {
    let loose = || {
        let same = |name: &str| name.to_lowercase() == field.to_lowercase();
        table.columns.iter().position(|name| same(name))
    };
    table
        .column(field)
        .or_else(loose)
        .ok_or_else(|| SortError::NoColumn {
            field: field.to_owned(),
            columns: table.columns.iter().map(|c| (**c).to_owned()).collect(),
        })
}

#[derive(Debug, PartialEq)]
enum Rank {
    Number(f64),
    Text(String),
    Missing,
}

fn rank(value: Option<&Value>) -> Rank {
    let Some(value) = value else {
        return Rank::Missing;
    };
    match value.as_number() {
        Some(number) => Rank::Number(number),
        None => Rank::Text(value.as_text().into_owned()),
    }
}

impl Rank {
    fn compare(&self, other: &Self, descending: bool) -> Ordering {
        let ascending = match (self, other) {
            (Self::Number(a), Self::Number(b)) => a.total_cmp(b),
            (Self::Text(a), Self::Text(b)) => a.cmp(b),
            (Self::Missing, Self::Missing) => Ordering::Equal,
            (Self::Missing, _) => return Ordering::Greater,
            (_, Self::Missing) => return Ordering::Less,
            (Self::Number(_), Self::Text(_)) => Ordering::Less,
            (Self::Text(_), Self::Number(_)) => Ordering::Greater,
        };
        if descending {
            ascending.reverse()
        } else {
            ascending
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::search::Row;

    fn table(values: &[Option<Value>]) -> Table {
        let row = |value: &Option<Value>| Row {
            cells: vec![value.clone()],
            events: vec![],
        };
        Table {
            columns: vec!["Count".into()],
            rows: values.iter().map(row).collect(),
        }
    }

    fn sorted(key: &str, values: &[Option<Value>]) -> Vec<usize> {
        order(&table(values), Some(&key.parse().unwrap())).unwrap()
    }

    #[test]
    fn numbers_as_numbers_texts_after_them_missing_last() {
        let values = [
            Some("b".into()),
            None,
            Some("10".into()),
            Some(Value::Number(9.0)),
            Some("a".into()),
            Some("10".into()),
        ];
        assert_eq!(sorted("Count", &values), [3, 2, 5, 4, 0, 1]);
        assert_eq!(sorted("-count", &values), [0, 4, 2, 5, 3, 1]);
        assert_eq!(order(&table(&values), None).unwrap(), [0, 1, 2, 3, 4, 5]);
    }

    #[test]
    fn errors_say_what_there_is() {
        let missing = order(&table(&[]), Some(&"user".parse().unwrap())).unwrap_err();
        assert_eq!(
            missing.to_string(),
            "the rows have no column 'user'; they have Count"
        );
        assert!(matches!(
            SortKey::from_str(" - "),
            Err(SortError::NoField(_))
        ));
        assert_eq!(SortKey::from_str("+a").unwrap().field, "a");
    }
}
