//! A part of a row: the fields that a search looks at. Most creations are asked about and then
//! forgotten, and a whole row is a lot to make for that.

use super::hosts::Hosts;
use super::model::{DatasetRow, Evaluation};
use super::sources::{SourceIndex, Sources};
use crate::event::Record;

/// Some fields of the dataset.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Selection(Vec<bool>);

impl Selection {
    /// Whether the field at a place is one of them.
    pub(super) fn has(&self, place: usize) -> bool {
        self.0.get(place) == Some(&true)
    }
}

impl Sources {
    /// The fields at some places of the dataset, with those that they are taken out of.
    pub fn selection(&self, places: &[usize]) -> Selection {
        let evaluations = &self.model.evaluations;
        let mut selected = vec![false; evaluations.len()];
        for place in places {
            let of = match evaluations.get(*place) {
                Some(Evaluation::FileNameOf(of)) => Some(of),
                _ => None,
            };
            for place in of.into_iter().chain([place]) {
                if let Some(selected) = selected.get_mut(*place) {
                    *selected = true;
                }
            }
        }
        Selection(selected)
    }

    /// The row that [`Self::map`] makes, but of the other fields nothing: null, whatever they are.
    pub fn map_selected(
        &self,
        source: SourceIndex,
        record: &Record,
        hosts: &Hosts,
        selection: &Selection,
    ) -> DatasetRow {
        let cells = self.evaluate(source, record, hosts, Some(selection));
        self.row(source, cells, record)
    }
}
