//! How the compiled parts of a search read a row: by the number of a field, which is resolved
//! once, whether the row is one of a data model or of a result table.

use super::table::{Row, Table};
use crate::cim::{Dataset, DatasetRow};
use crate::event::{Timestamp, Value};
use std::borrow::Cow;
use std::sync::Arc;

/// The name of an event's time in every search.
pub(super) const TIME: &str = "_time";

/// The fields that a stage reads, numbered in the order in which they were asked for.
#[derive(Debug, Clone, Default)]
pub(super) struct Fields {
    names: Vec<Arc<str>>,
}

/// Where a numbered field is in the rows at hand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// The time of a data model's row.
    Time,
    /// That value of the row.
    At(usize),
    /// No row has it: null everywhere.
    Nowhere,
}

/// A row with the places of the fields that are asked of it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Cells<'a> {
    row: Source<'a>,
    places: &'a [Place],
}

#[derive(Debug, Clone, Copy)]
enum Source<'a> {
    Dataset(&'a DatasetRow),
    Table(&'a Row),
}

/// A value as it stands in a row. A time is kept whole: as a floating number it would lose the
/// last of its seven decimals.
#[derive(Debug, Clone, Copy)]
pub(super) enum Cell<'a> {
    Value(&'a Value),
    Time(Timestamp),
}

impl Fields {
    /// The number of a field.
    pub(super) fn slot(&mut self, name: &str) -> usize {
        if let Some(slot) = self.names.iter().position(|known| &**known == name) {
            return slot;
        }
        self.names.push(Arc::from(name));
        self.names.len() - 1
    }

    pub(super) fn name(&self, slot: usize) -> Option<&Arc<str>> {
        self.names.get(slot)
    }

    /// Their places in a data model's dataset. Its fields are written with the dataset's name
    /// (`Processes.dest`); `_time` is the only one without. Those of raw events stand alone.
    pub(super) fn in_dataset(&self, dataset: &Dataset) -> Vec<Place> {
        if dataset.is_raw() {
            return self.places(|name| match name {
                TIME => Place::Time,
                name => dataset.index(name).map_or(Place::Nowhere, Place::At),
            });
        }
        self.places(|name| match bare_name(&dataset.name, name) {
            Some(_) => dataset.index(name).map_or(Place::Nowhere, Place::At),
            None if name == TIME => Place::Time,
            None => Place::Nowhere,
        })
    }

    /// Their places in a table.
    pub(super) fn in_table(&self, table: &Table) -> Vec<Place> {
        self.places(|name| table.column(name).map_or(Place::Nowhere, Place::At))
    }

    /// Their places in a table that holds a dataset: its columns are named without the dataset.
    pub(super) fn in_dataset_table(&self, dataset: &str, table: &Table) -> Vec<Place> {
        self.places(|name| {
            let column = match bare_name(dataset, name) {
                Some(bare) => table.column(bare),
                None if name == TIME => table.column(name),
                None => None,
            };
            column.map_or(Place::Nowhere, Place::At)
        })
    }

    fn places(&self, place: impl Fn(&str) -> Place) -> Vec<Place> {
        self.names.iter().map(|name| place(name)).collect()
    }
}

/// `dest` of `Processes.dest`; none when it is not written with that dataset's name.
pub(super) fn bare_name<'a>(dataset: &str, name: &'a str) -> Option<&'a str> {
    name.strip_prefix(dataset)?.strip_prefix('.')
}

impl<'a> Cells<'a> {
    pub(super) fn of_dataset(row: &'a DatasetRow, places: &'a [Place]) -> Self {
        let row = Source::Dataset(row);
        Self { row, places }
    }

    pub(super) fn of_table(row: &'a Row, places: &'a [Place]) -> Self {
        let row = Source::Table(row);
        Self { row, places }
    }

    /// The value of a numbered field.
    pub(super) fn get(&self, slot: usize) -> Option<Cell<'a>> {
        match (self.places.get(slot)?, self.row) {
            (Place::At(place), Source::Dataset(row)) => row.get(*place).map(Cell::Value),
            (Place::At(place), Source::Table(row)) => {
                row.cells.get(*place)?.as_ref().map(Cell::Value)
            }
            (Place::Time, Source::Dataset(row)) => row.time.map(Cell::Time),
            (Place::Time, Source::Table(_)) | (Place::Nowhere, _) => None,
        }
    }

    /// Whether any value of the row, asked for or not, passes a test.
    pub(super) fn any(&self, test: impl FnMut(&str) -> bool + Copy) -> bool {
        let values: &[Option<Value>] = match self.row {
            Source::Dataset(row) => &row.values,
            Source::Table(row) => &row.cells,
        };
        values.iter().flatten().any(|v| Cell::Value(v).any(test))
    }
}

impl Cell<'_> {
    /// Whether any text of it passes a test. Copies nothing, except to write a number out.
    pub(super) fn any(self, mut test: impl FnMut(&str) -> bool) -> bool {
        match self {
            Self::Value(Value::Text(one)) => test(one),
            Self::Value(Value::Many(several)) => several.iter().any(|one| test(one)),
            Self::Value(number @ Value::Number(_)) => test(&number.as_text()),
            Self::Time(at) => test(&at.epoch_text()),
        }
    }

    pub(super) fn text(&self) -> Cow<'_, str> {
        match self {
            Self::Value(value) => value.as_text(),
            Self::Time(at) => Cow::Owned(at.epoch_text()),
        }
    }

    pub(super) fn to_value(self) -> Value {
        match self {
            Self::Value(value) => value.clone(),
            Self::Time(at) => Value::text(&at.epoch_text()),
        }
    }

    /// As an instant: seconds since the UNIX epoch.
    pub(super) fn time(self) -> Option<Timestamp> {
        match self {
            Self::Value(value) => epoch(value),
            Self::Time(at) => Some(at),
        }
    }
}

/// The instant that a value means as seconds since the UNIX epoch; none when it is no number.
pub(super) fn epoch(value: &Value) -> Option<Timestamp> {
    match value {
        Value::Text(text) => Timestamp::from_epoch_text(text).or_else(|| {
            let number = value.as_number()?;
            Timestamp::from_epoch_text(&Value::Number(number).as_text())
        }),
        Value::Number(_) => Timestamp::from_epoch_text(&value.as_text()),
        Value::Many(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_epoch_is_read_exactly_and_only_from_numbers() {
        let of = |text: &str| epoch(&Value::text(text)).map(Timestamp::ticks);
        assert_eq!(of("1655402652.1234567"), Some(16_554_026_521_234_567));
        assert_eq!(of("1.655402652e9"), Some(16_554_026_520_000_000));
        assert_eq!(of("2022-06-16T18:04:12"), None);
        assert_eq!(of(""), None);
        let number = epoch(&Value::Number(12.5)).map(Timestamp::ticks);
        assert_eq!(number, Some(125_000_000));
        assert_eq!(epoch(&Value::Number(f64::INFINITY)), None);
        assert_eq!(epoch(&Value::Number(1e300)), None);
    }
}
