//! `sort`, and how its keys order rows.
//!
//! Facts (Search Reference, "sort"): values are compared as numbers, addresses or texts, whatever
//! they are; a text that begins with a number goes by that number (but `10.1.a` is before `9.1.a`:
//! "sort command usage"); texts go by UTF-8 code; a row
//! without the field is taken for the last, whichever the direction; 10,000 rows are given, with 0
//! all. Decided here: numbers come before addresses and these before texts, so that the order is
//! total (Splunk decides for each pair); a multivalue field goes by its values from the first on;
//! rows that are alike stay as they came.

use super::super::table::{Row, Table};
use super::{Feed, Run};
use crate::event::Value;
use crate::event::value::parse_number;
use crate::spl::ast::{self, SortKey, SortOrder};
use std::cmp::Ordering;
use std::net::IpAddr;

#[derive(Debug)]
pub(super) struct Sort {
    limit: usize,
    keys: Vec<SortKey>,
}

impl Sort {
    pub(super) fn new(tree: &ast::Sort) -> Self {
        Self {
            limit: match tree.limit {
                0 => usize::MAX,
                limit => usize::try_from(limit).unwrap_or(usize::MAX),
            },
            keys: tree.keys.clone(),
        }
    }
}

impl Run for Sort {
    fn run(&self, mut table: Table, _: &Feed<'_>) -> Table {
        arrange(&mut table, &self.keys);
        table.rows.truncate(self.limit);
        table
    }
}

/// Puts the rows in the order of the keys.
pub(super) fn arrange(table: &mut Table, keys: &[SortKey]) {
    let places: Vec<Option<usize>> = keys
        .iter()
        .map(|key| table.column(&key.field.text))
        .collect();
    let rows = std::mem::take(&mut table.rows);
    let mut keyed: Vec<(Vec<Option<Vec<Atom>>>, Row)> = rows
        .into_iter()
        .map(|row| {
            let atoms = places.iter().zip(keys).map(|(place, key)| {
                let cell = place.and_then(|place| row.cells.get(place)?.as_ref());
                cell.and_then(|value| atoms(value, key.order))
            });
            (atoms.collect(), row)
        })
        .collect();
    keyed.sort_by(|(left, _), (right, _)| {
        let pairs = left.iter().zip(right).zip(keys);
        pairs
            .map(|((left, right), key)| compare(left.as_deref(), right.as_deref(), key.descending))
            .find(|order| order.is_ne())
            .unwrap_or(Ordering::Equal)
    });
    table.rows = keyed.into_iter().map(|(_, row)| row).collect();
}

/// One value as it is compared. In the order of the variants.
#[derive(Debug, PartialEq)]
enum Atom {
    /// A number, or a text that begins with one.
    Number(f64, String),
    Address(IpAddr),
    Text(String),
}

/// The values of a key; none when there is nothing to compare.
fn atoms(value: &Value, order: SortOrder) -> Option<Vec<Atom>> {
    let texts = value.each();
    let atoms = texts.iter().filter_map(|text| {
        let number = || parse_number(text).map(|number| Atom::Number(number, String::new()));
        let address = || text.parse().ok().map(Atom::Address);
        let plain = || Atom::Text(text.to_string());
        match order {
            SortOrder::Str => Some(plain()),
            SortOrder::Num => number(),
            SortOrder::Ip => address(),
            SortOrder::Auto => {
                let known = number().or_else(address).or_else(|| leading_number(text));
                Some(known.unwrap_or_else(plain))
            }
        }
    });
    let atoms: Vec<Atom> = atoms.collect();
    (!atoms.is_empty()).then_some(atoms)
}

fn leading_number(text: &str) -> Option<Atom> {
    let end = text
        .find(|c: char| !(c.is_ascii_digit() || c == '.'))
        .unwrap_or(text.len());
    let (number, rest) = text.split_at_checked(end)?;
    if number.ends_with('.') || !rest.starts_with(char::is_alphanumeric) {
        return None;
    }
    Some(Atom::Number(parse_number(number)?, text.to_owned()))
}

fn compare(left: Option<&[Atom]>, right: Option<&[Atom]>, descending: bool) -> Ordering {
    let (left, right) = match (left, right) {
        (Some(left), Some(right)) => (left, right),
        // What is missing is last in both directions.
        (left, right) => return left.is_none().cmp(&right.is_none()),
    };
    let pairs = left.iter().zip(right);
    let order = pairs
        .map(|(left, right)| left.order(right))
        .find(|order| order.is_ne())
        .unwrap_or_else(|| left.len().cmp(&right.len()));
    if descending { order.reverse() } else { order }
}

impl Atom {
    fn rank(&self) -> u8 {
        match self {
            Self::Number(..) => 0,
            Self::Address(_) => 1,
            Self::Text(_) => 2,
        }
    }

    fn order(&self, other: &Self) -> Ordering {
        match (self, other) {
            (Self::Number(left, rest), Self::Number(right, other)) => {
                // Minus nought is nought.
                let order = left.partial_cmp(right).unwrap_or(Ordering::Equal);
                order.then_with(|| rest.cmp(other))
            }
            (Self::Address(left), Self::Address(right)) => left.cmp(right),
            (Self::Text(left), Self::Text(right)) => left.cmp(right),
            _ => self.rank().cmp(&other.rank()),
        }
    }
}
