//! The values of a field over all rows: each distinct value once, as it is and lower-cased in one
//! text, and the rows that carry it. Decides nothing about what is asked of them.

use foldhash::fast::RandomState;
use hashbrown::HashMap;
use memchr::memmem::Finder;
use std::sync::{Arc, LazyLock, OnceLock};

/// No value.
pub(super) const NONE: u32 = u32::MAX;

/// Which values each row has, by their number.
#[derive(Debug, Clone, Default)]
pub struct Ids {
    first: Vec<u32>,
    /// Of rows with several values: all of them.
    all: HashMap<u32, Vec<u32>, RandomState>,
}

/// The values of a field.
#[derive(Debug, Clone, Default)]
pub struct Column {
    /// Which row has which.
    pub ids: Ids,
    values: Vec<Arc<str>>,
    /// The values lower-cased, one behind the other, a line feed between.
    lower: String,
    /// Where each begins in it; one more than there are values.
    starts: Vec<usize>,
    folded: OnceLock<Vec<usize>>,
}

impl Ids {
    /// The first value of a row.
    pub fn of(&self, row: usize) -> Option<usize> {
        let id = self.first.get(row).copied().filter(|id| *id != NONE)?;
        Some(id as usize)
    }

    /// The most values that one of some rows has.
    pub fn most(&self, rows: &[usize]) -> usize {
        let counts = rows.iter().map(|row| self.all_of(*row).count());
        counts.max().unwrap_or(0)
    }

    /// All values of a row.
    pub fn all_of(&self, row: usize) -> impl Iterator<Item = usize> {
        let several = u32::try_from(row).ok().and_then(|row| self.all.get(&row));
        let one = self.first.get(row).filter(|id| **id != NONE);
        let one = if several.is_some() { None } else { one };
        let ids = several.into_iter().flatten().chain(one);
        ids.map(|id| *id as usize)
    }

    /// Marks in `rows` every row that has a value that is marked in `values`.
    pub fn mark(&self, values: &[bool], rows: &mut [bool]) {
        let is_in = |id: &u32| values.get(*id as usize) == Some(&true);
        for (row, id) in rows.iter_mut().zip(&self.first) {
            *row |= is_in(id);
        }
        for (row, ids) in &self.all {
            if ids.iter().any(is_in)
                && let Some(row) = rows.get_mut(*row as usize)
            {
                *row = true;
            }
        }
    }

    /// Whether no row has several values.
    pub fn are_single(&self) -> bool {
        self.all.is_empty()
    }

    pub(super) fn add(&mut self, ids: &[u32]) {
        if ids.len() > 1
            && let Ok(row) = u32::try_from(self.first.len())
        {
            self.all.insert(row, ids.to_vec());
        }
        self.first.push(ids.first().copied().unwrap_or(NONE));
    }
}

impl Column {
    /// How many distinct values there are.
    pub fn len(&self) -> usize {
        self.values.len()
    }

    /// Whether no row has a value.
    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    /// A value as it is.
    pub fn value(&self, id: usize) -> &Arc<str> {
        static EMPTY: LazyLock<Arc<str>> = LazyLock::new(|| Arc::from(""));
        self.values.get(id).unwrap_or(&EMPTY)
    }

    /// A value lower-cased.
    pub fn lower(&self, id: usize) -> &str {
        let (Some(from), Some(until)) = (self.starts.get(id), self.starts.get(id + 1)) else {
            return "";
        };
        self.lower.get(*from..until - 1).unwrap_or("")
    }

    /// Which values hold a text, which is lower-cased.
    pub fn holding(&self, text: &str) -> Vec<bool> {
        let mut found = vec![text.is_empty(); self.values.len()];
        if text.is_empty() || text.contains('\n') {
            return found;
        }
        let finder = Finder::new(text);
        let all = self.lower.as_bytes();
        let (mut id, mut from) = (0, 0);
        while let Some(at) = all.get(from..).and_then(|rest| finder.find(rest)) {
            // To the value in which it stands, and on behind that.
            let behind = |id: usize| self.starts.get(id + 1).copied().unwrap_or(usize::MAX);
            while behind(id) <= from + at {
                id += 1;
            }
            if let Some(found) = found.get_mut(id) {
                *found = true;
            }
            from = behind(id);
        }
        found
    }

    /// Which of the values that are asked for pass a test of the lower-cased text.
    pub fn passing(&self, asked: &[bool], test: impl Fn(&str) -> bool) -> Vec<bool> {
        let asked = asked.iter().enumerate();
        asked
            .map(|(id, asked)| *asked && test(self.lower(id)))
            .collect()
    }

    /// Which values some row has that is not found yet.
    pub fn open(&self, found: &[bool]) -> Vec<bool> {
        let mut open = vec![false; self.values.len()];
        for (row, _) in found.iter().enumerate().filter(|(_, found)| !**found) {
            for id in self.ids.all_of(row) {
                if let Some(open) = open.get_mut(id) {
                    *open = true;
                }
            }
        }
        open
    }

    /// The first values of some rows, each once, case aside; an empty one for rows without any.
    pub fn values_of(&self, rows: &[usize]) -> Vec<Arc<str>> {
        let folded = self.folded();
        let mut seen = vec![false; self.values.len() + 1];
        let mut values = Vec::new();
        for row in rows {
            let id = self.ids.of(*row);
            let key = id.and_then(|id| folded.get(id)).copied();
            match seen.get_mut(key.unwrap_or(self.values.len())) {
                Some(seen) if !*seen => *seen = true,
                _ => continue,
            }
            values.push(id.map_or_else(|| Arc::from(""), |id| self.value(id).clone()));
        }
        values
    }

    /// Which values stand in some rows.
    pub fn among(&self, rows: &[usize]) -> Vec<bool> {
        let mut among = vec![false; self.values.len()];
        for id in rows.iter().flat_map(|row| self.ids.all_of(*row)) {
            if let Some(mark) = among.get_mut(id) {
                *mark = true;
            }
        }
        among
    }

    /// How often the values stand in some rows.
    pub fn counts(&self, rows: &[usize]) -> Vec<(u64, &Arc<str>)> {
        let mut counts = vec![0; self.values.len()];
        for id in rows.iter().flat_map(|row| self.ids.all_of(*row)) {
            if let Some(count) = counts.get_mut(id) {
                *count += 1;
            }
        }
        let counts = counts.into_iter().zip(&self.values);
        counts.filter(|(count, _)| *count > 0).collect()
    }

    /// For each value the first that is the same when case is put aside.
    pub fn folded(&self) -> &[usize] {
        self.folded.get_or_init(|| {
            let mut first: HashMap<&str, usize, RandomState> = HashMap::default();
            let ids = 0..self.values.len();
            ids.map(|id| *first.entry(self.lower(id)).or_insert(id))
                .collect()
        })
    }
}

/// Makes a column, row by row.
#[derive(Default)]
pub(super) struct Builder {
    column: Column,
    known: HashMap<Arc<str>, u32, RandomState>,
    /// The row in which each value was seen last.
    seen: Vec<usize>,
    ids: Vec<u32>,
}

impl Builder {
    pub(super) fn add(&mut self, value: &str) {
        self.put(value, || Arc::from(value));
    }

    pub(super) fn add_shared(&mut self, value: &Arc<str>) {
        self.put(value, || value.clone());
    }

    fn put(&mut self, value: &str, make: impl FnOnce() -> Arc<str>) {
        let known = self.known.get(value).copied();
        let id = known.unwrap_or_else(|| {
            let id = u32::try_from(self.column.values.len()).unwrap_or(NONE);
            let value = make();
            self.column.push(&value);
            self.known.insert(value, id);
            self.seen.push(usize::MAX);
            id
        });
        let row = self.column.ids.first.len();
        if let Some(seen) = self.seen.get_mut(id as usize).filter(|seen| **seen != row) {
            *seen = row;
            self.ids.push(id);
        }
    }

    pub(super) fn end_row(&mut self) {
        self.column.ids.add(&self.ids);
        self.ids.clear();
    }

    pub(super) fn finish(mut self) -> Column {
        self.column.starts.push(self.column.lower.len());
        self.column
    }
}

impl Column {
    fn push(&mut self, value: &Arc<str>) {
        self.starts.push(self.lower.len());
        if value.is_ascii() {
            let from = self.lower.len();
            self.lower.push_str(value);
            if let Some(new) = self.lower.get_mut(from..) {
                new.make_ascii_lowercase();
            }
        } else {
            self.lower.push_str(&value.to_lowercase());
        }
        self.lower.push('\n');
        self.values.push(value.clone());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn column(rows: &[Vec<String>]) -> Column {
        let mut builder = Builder::default();
        for row in rows {
            for value in row {
                builder.add(value);
            }
            builder.end_row();
        }
        builder.finish()
    }

    #[test]
    fn rows_keep_their_values() {
        let rows = [
            vec!["A".into(), "b".into(), "A".into()],
            vec![],
            vec!["a".into()],
        ];
        let column = column(&rows);
        let values = |row| {
            let ids = column.ids.all_of(row);
            ids.map(|id| &**column.value(id)).collect::<Vec<_>>()
        };
        assert_eq!(
            (values(0), values(1), values(2)),
            (vec!["A", "b"], vec![], vec!["a"])
        );
        assert_eq!(column.folded(), [0, 1, 0]);
        assert_eq!(
            column.values_of(&[0, 1, 2]),
            ["A".into(), Arc::<str>::from("")]
        );
        assert_eq!(column.counts(&[0, 2]).len(), 3);
        assert_eq!(column.ids.most(&[0, 1, 2]), 2);
    }

    proptest! {
        #[test]
        fn what_a_row_holds_is_found(
            rows in proptest::collection::vec(
                proptest::collection::vec("[abAB\\nß漢İ]{0,4}", 0..3), 0..12),
            text in "[ab漢ßi]{0,2}",
        ) {
            let column = column(&rows);
            let mut found = vec![false; rows.len()];
            column.ids.mark(&column.holding(&text), &mut found);
            let open = column.open(&vec![false; rows.len()]);
            let tested = column.passing(&open, |value| value.contains(&text));
            let mut passed = vec![false; rows.len()];
            column.ids.mark(&tested, &mut passed);
            for (row, values) in rows.iter().enumerate() {
                let holds = values.iter().any(|value| value.to_lowercase().contains(&text));
                prop_assert_eq!(found.get(row), Some(&holds));
                prop_assert_eq!(passed.get(row), Some(&holds));
            }
        }
    }
}
