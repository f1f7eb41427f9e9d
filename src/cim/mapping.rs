//! From a record to a row of the dataset, and where each field of it came from: one evaluation for
//! both, so that what Fields says can't drift from what the search saw. First the source's table,
//! then the model's own evaluations (`model`), which work on what the first left.

use super::file_name::file_name;
use super::hosts::Hosts;
use super::model::{DatasetRow, Evaluation};
use super::result_row;
use super::selection::Selection;
use super::sources::{Gives, Mapping, RawName, Source, SourceIndex, Sources};
use crate::event::{Record, Value};
use std::borrow::Cow;
use std::sync::Arc;

/// Where a field of a row came from, for the Fields pane. Values are log text: hostile until
/// `event::visible` has seen them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldOrigin {
    /// The CIM field.
    pub field: Arc<str>,
    /// Its value in the row; `None`: null.
    pub value: Option<String>,
    /// The raw field or fields that it came from, as the source spells them.
    pub from: Option<String>,
    /// What was done: `last part of the path`.
    pub how: String,
    /// The mapping is this project's own.
    pub ours: bool,
    /// What a person should know about it.
    pub note: Option<Arc<str>>,
}

/// A field on its way into a row.
pub(super) struct Cell<'r> {
    text: Option<Text<'r>>,
    origin: Origin<'r>,
    lowered: bool,
}

/// A text of the record, or a shared value of the tables.
enum Text<'r> {
    Own(Cow<'r, str>),
    Shared(Value),
}

/// Where the text came from.
#[derive(Clone, Copy)]
enum Origin<'r> {
    Nothing,
    Constant,
    Raw(&'r RawName),
    Looked(&'r RawName),
    Ruled(&'static str),
    Written,
    Host,
    Default,
    FileNameOf(usize),
    VendorAndProduct,
    Sourcetype,
}

impl Text<'_> {
    fn as_text(&self) -> Cow<'_, str> {
        match self {
            Self::Own(text) => Cow::Borrowed(text),
            Self::Shared(value) => value.as_text(),
        }
    }

    fn into_value(self) -> Value {
        match self {
            Self::Own(text) => Value::text(&text),
            Self::Shared(value) => value,
        }
    }
}

impl Sources {
    /// The row of a creation, whose source [`Self::scope`] told. `dest` needs the host table to be
    /// complete: read host records first, or see [`Self::unresolved_host`].
    pub fn map(&self, source: SourceIndex, record: &Record, hosts: &Hosts) -> DatasetRow {
        self.row(source, self.evaluate(source, record, hosts, None), record)
    }

    /// Where each field of that row came from, in the order of the model.
    pub fn explain(&self, source: SourceIndex, record: &Record, hosts: &Hosts) -> Vec<FieldOrigin> {
        let Some(table) = self.get(source) else {
            return Vec::new();
        };
        let fields = &self.model.dataset.fields;
        let cells = self.evaluate(source, record, hosts, None);
        fields
            .iter()
            .zip(&table.mappings)
            .zip(cells)
            .map(|((field, mapping), cell)| {
                let mapping = mapping.as_ref();
                let ours = mapping.is_some_and(|m| m.ours) && cell.origin.is_of_source();
                FieldOrigin {
                    field: field.name.clone(),
                    value: cell.text.as_ref().map(|text| text.as_text().into_owned()),
                    from: self.raw_names(cell.origin, mapping),
                    how: how(&cell, mapping),
                    ours,
                    note: mapping.and_then(|m| m.note.clone()),
                }
            })
            .collect()
    }

    /// The sensor's id whose host name the row of this record lacks, with the host table as it is.
    /// When the table has it later, [`Self::remap_host`] puts it in.
    pub fn unresolved_host<'r>(
        &self,
        source: SourceIndex,
        record: &'r Record,
        hosts: &Hosts,
    ) -> Option<&'r str> {
        let table = self.get(source)?;
        let mapping = table.mappings.get(self.dest)?.as_ref()?;
        let id = record.data(mapping.host_of.as_deref()?)?;
        given(table, mapping, record, hosts).is_none().then_some(id)
    }

    /// The row with another `dest`, all else shared.
    pub fn remap_host(&self, row: &DatasetRow, host: &str) -> DatasetRow {
        let values = row.values.iter().enumerate().map(|(place, value)| {
            if place == self.dest {
                Some(Value::text(host))
            } else {
                value.clone()
            }
        });
        DatasetRow {
            values: values.collect(),
            ..row.clone()
        }
    }

    pub(super) fn row(
        &self,
        source: SourceIndex,
        cells: Vec<Cell<'_>>,
        record: &Record,
    ) -> DatasetRow {
        let source = self.get(source);
        let values = cells.into_iter();
        DatasetRow {
            time: record.time.map(|time| time.at),
            values: values.map(|cell| cell.text.map(Text::into_value)).collect(),
            given: source
                .filter(|source| source.detect.result_rows)
                .and_then(|_| result_row::given(record)),
        }
    }

    /// What the source itself gives for `dest`: no default of the model.
    pub(super) fn given_dest<'r>(
        &'r self,
        source: &'r Source,
        record: &'r Record,
        hosts: &'r Hosts,
    ) -> Option<Cow<'r, str>> {
        let mapping = source.mappings.get(self.dest)?.as_ref()?;
        match given(source, mapping, record, hosts)? {
            (Text::Own(text), _) => Some(text),
            (Text::Shared(value), _) => Some(Cow::Owned(value.as_text().into_owned())),
        }
    }

    pub(super) fn evaluate<'r>(
        &'r self,
        source: SourceIndex,
        record: &'r Record,
        hosts: &'r Hosts,
        selection: Option<&Selection>,
    ) -> Vec<Cell<'r>> {
        let Some(source) = self.get(source) else {
            return Vec::new();
        };
        let is_asked = |place: usize| selection.is_none_or(|selection| selection.has(place));
        let mut cells: Vec<Cell<'r>> = source
            .mappings
            .iter()
            .enumerate()
            .map(|(place, mapping)| {
                let given = mapping
                    .as_ref()
                    .filter(|_| is_asked(place))
                    .and_then(|mapping| given(source, mapping, record, hosts));
                let (text, origin) = match given {
                    Some((text, origin)) => (Some(text), origin),
                    None => (None, Origin::Nothing),
                };
                Cell {
                    text,
                    origin,
                    lowered: false,
                }
            })
            .collect();
        self.put_model_values(source, record, &mut cells, is_asked);
        self.put_file_names(&mut cells, is_asked);
        cells
    }

    /// The model's evaluations that look at one field alone, and its defaults.
    fn put_model_values<'r>(
        &self,
        source: &Source,
        record: &'r Record,
        cells: &mut [Cell<'r>],
        is_asked: impl Fn(usize) -> bool,
    ) {
        let model = &self.model;
        let fields = model.dataset.fields.iter().zip(&model.evaluations);
        let cells = cells.iter_mut().zip(fields).enumerate();
        for (_, (cell, (field, evaluation))) in cells.filter(|(place, _)| is_asked(*place)) {
            match evaluation {
                Evaluation::FileNameOf(_) => continue,
                Evaluation::Lower => cell.lower(),
                Evaluation::VendorProduct if cell.text.is_none() => {
                    *cell = vendor_product(source, record);
                }
                Evaluation::VendorProduct | Evaluation::Plain => {}
            }
            cell.default_to(field.default.as_ref());
        }
    }

    /// The names that the model takes out of a command line where the source gave none.
    fn put_file_names(&self, cells: &mut [Cell<'_>], is_asked: impl Fn(usize) -> bool) {
        let model = &self.model;
        let evaluations = model.evaluations.iter().enumerate();
        for (place, evaluation) in evaluations.filter(|(place, _)| is_asked(*place)) {
            let Evaluation::FileNameOf(of) = *evaluation else {
                continue;
            };
            if cells.get(place).is_none_or(|cell| cell.text.is_some()) {
                continue;
            }
            let name = cells
                .get(of)
                .filter(|cell| !matches!(cell.origin, Origin::Default))
                .and_then(|cell| file_name(&cell.text.as_ref()?.as_text()).map(Cow::into_owned));
            let default = model.dataset.fields.get(place).map(|f| f.default.as_ref());
            if let Some(cell) = cells.get_mut(place) {
                if let Some(name) = name {
                    cell.text = Some(Text::Own(Cow::Owned(name)));
                    cell.origin = Origin::FileNameOf(of);
                }
                cell.default_to(default.flatten());
            }
        }
    }

    fn raw_names(&self, origin: Origin<'_>, mapping: Option<&Mapping>) -> Option<String> {
        match origin {
            Origin::Raw(name) | Origin::Looked(name) => Some(name.shown.to_string()),
            Origin::Ruled(names) => Some(names.to_owned()),
            Origin::Host => mapping?.host_of.as_deref().map(str::to_owned),
            Origin::FileNameOf(of) => {
                let field = self.model.dataset.fields.get(of)?;
                Some(field.name.to_string())
            }
            _ => None,
        }
    }
}

impl Cell<'_> {
    fn lower(&mut self) {
        if let Some(text) = &self.text {
            let text = text.as_text();
            if text.chars().any(char::is_uppercase) {
                self.text = Some(Text::Own(Cow::Owned(text.to_lowercase())));
                self.lowered = true;
            }
        }
    }

    fn default_to(&mut self, default: Option<&Arc<str>>) {
        if let (None, Some(default)) = (&self.text, default) {
            self.text = Some(Text::Shared(Value::Text(default.clone())));
            self.origin = Origin::Default;
        }
    }
}

impl Origin<'_> {
    fn is_of_source(self) -> bool {
        matches!(
            self,
            Self::Constant
                | Self::Raw(_)
                | Self::Looked(_)
                | Self::Ruled(_)
                | Self::Written
                | Self::Host
        )
    }
}

/// What the source's table gives for a field. An empty text is no value, as the field extraction of
/// Splunk makes no field of it.
fn given<'r>(
    source: &'r Source,
    mapping: &'r Mapping,
    record: &'r Record,
    hosts: &'r Hosts,
) -> Option<(Text<'r>, Origin<'r>)> {
    match &mapping.gives {
        Gives::Constant(value) => return Some((Text::Shared(value.clone()), Origin::Constant)),
        Gives::Rule(rule) => {
            let ruled = rule.evaluate(record)?;
            return Some((Text::Own(ruled.text), Origin::Ruled(ruled.from)));
        }
        Gives::All => {
            return first(mapping, |name| {
                let is_value = |text: &str| source.is_value(text);
                result_row::values(record, &name.shown, is_value).map(Text::Shared)
            });
        }
        // Several where it has the name several times, as Splunk's extraction (`MV_ADD`) gives.
        Gives::Own => {
            return first(mapping, |name| {
                let texts = name.all_of(record).filter(|text| source.is_value(text));
                several(texts.map(Cow::Borrowed).collect())
            });
        }
        Gives::Written(texts) => {
            let texts = texts.iter().filter_map(|text| text.of(source, record));
            return Some((several(texts.collect())?, Origin::Written));
        }
        Gives::Raw => {}
    }
    for name in &mapping.from {
        let Some(raw) = name.of(record).filter(|raw| source.is_value(raw)) else {
            continue;
        };
        let mut text = Some(Cow::Borrowed(raw));
        for transform in &mapping.transforms {
            text = text.and_then(|text| transform.apply(text));
        }
        let Some(text) = text.filter(|text| !text.is_empty()) else {
            continue;
        };
        return Some(match mapping.lookup.get(&*text) {
            Some(found) => (
                Text::Shared(Value::Text(found.clone())),
                Origin::Looked(name),
            ),
            None if mapping.only_lookup => return None,
            None => (Text::Own(text), Origin::Raw(name)),
        });
    }
    let id = record.data(mapping.host_of.as_deref()?)?;
    let host = hosts.of_aid(id)?;
    Some((Text::Own(Cow::Borrowed(host)), Origin::Host))
}

/// What the first raw field gives that gives any.
fn first<'r>(
    mapping: &'r Mapping,
    of: impl Fn(&'r RawName) -> Option<Text<'r>>,
) -> Option<(Text<'r>, Origin<'r>)> {
    let mut names = mapping.from.iter();
    names.find_map(|name| Some((of(name)?, Origin::Raw(name))))
}

/// One text, or a value of several.
fn several(mut texts: Vec<Cow<'_, str>>) -> Option<Text<'_>> {
    if texts.len() < 2 {
        return texts.pop().map(Text::Own);
    }
    let texts = texts.iter().map(|text| Arc::from(&**text));
    Value::many(texts.collect()).map(Text::Shared)
}

/// `case(isnotnull(vendor_product), …, vendor." ".product, vendor." unknown", "unknown ".product,
/// isnotnull(sourcetype), sourcetype, …)` of the model.
fn vendor_product<'r>(source: &Source, record: &Record) -> Cell<'r> {
    let named = |name| record.data(name).filter(|text| !text.is_empty());
    let (text, origin) = match (named("vendor"), named("product")) {
        (None, None) => (source.sourcetype.clone(), Origin::Sourcetype),
        (vendor, product) => (
            format!(
                "{} {}",
                vendor.unwrap_or("unknown"),
                product.unwrap_or("unknown")
            ),
            Origin::VendorAndProduct,
        ),
    };
    Cell {
        text: Some(Text::Own(Cow::Owned(text))),
        origin,
        lowered: false,
    }
}

fn how(cell: &Cell<'_>, mapping: Option<&Mapping>) -> String {
    let mut how = match cell.origin {
        Origin::Nothing => "nothing given, and the model has no default".to_owned(),
        Origin::Constant => "the same for every record".to_owned(),
        Origin::Raw(_) | Origin::Looked(_) => {
            let mut phrases: Vec<_> = mapping
                .iter()
                .flat_map(|m| &m.transforms)
                .filter_map(|t| t.phrase())
                .collect();
            if matches!(cell.origin, Origin::Looked(_)) {
                phrases.push("looked up");
            }
            if phrases.is_empty() && !cell.lowered {
                phrases.push("as it stands");
            }
            phrases.join(", ")
        }
        Origin::Ruled(_) => match mapping.map(|m| &m.gives) {
            Some(Gives::Rule(rule)) => rule.phrase().to_owned(),
            _ => String::new(),
        },
        Origin::Written => "written as the add-on has it".to_owned(),
        Origin::Host => "the host name of that id in the host table".to_owned(),
        Origin::Default => "nothing given: the model's default".to_owned(),
        Origin::FileNameOf(_) => {
            "nothing given: the file name in it, as the model cuts it".to_owned()
        }
        Origin::VendorAndProduct => "nothing given: vendor and product".to_owned(),
        Origin::Sourcetype => "nothing given: the sourcetype".to_owned(),
    };
    if cell.lowered {
        if !how.is_empty() {
            how.push_str(", ");
        }
        how.push_str("in lower case, as the model does");
    }
    how
}

#[cfg(test)]
mod tests;
