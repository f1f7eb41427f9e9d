//! Where many records lie, in twelve bytes each and a little for every member and EVTX chunk.
//! Records are told in the order in which they are read, so that member and chunk stand for a run
//! of them.

use crate::event::{Locator, Position, SourceId};

/// Places, by the row in which they were put.
#[derive(Debug, Default)]
pub(super) struct Places {
    runs: Vec<Run>,
    /// First byte, or the record id of an EVTX record.
    high: Vec<u64>,
    /// Length, or the byte inside the chunk.
    low: Vec<u32>,
}

#[derive(Debug, Clone, Copy)]
struct Run {
    from: u32,
    source: SourceId,
    /// Of an EVTX record.
    chunk: Option<u64>,
}

impl Places {
    /// Puts a place into the next row. A record's length must be below 4 GiB; none is read that is
    /// longer than `framing::MAX_RECORD`.
    pub fn push(&mut self, locator: Locator) {
        let (chunk, high, low) = match locator.position {
            Position::Span { offset, len } => {
                (None, offset, u32::try_from(len).unwrap_or(u32::MAX))
            }
            Position::Evtx {
                chunk,
                record_id,
                offset,
            } => (Some(chunk), record_id, offset),
        };
        let source = locator.source;
        let same = |run: &Run| run.source == source && run.chunk == chunk;
        if !self.runs.last().is_some_and(same) {
            let from = u32::try_from(self.high.len()).unwrap_or(u32::MAX);
            self.runs.push(Run {
                from,
                source,
                chunk,
            });
        }
        self.high.push(high);
        self.low.push(low);
    }

    /// The place in a row.
    pub fn get(&self, row: usize) -> Option<Locator> {
        let behind = self.runs.partition_point(|run| run.from as usize <= row);
        let run = self.runs.get(behind.checked_sub(1)?)?;
        let (high, low) = (*self.high.get(row)?, *self.low.get(row)?);
        let position = match run.chunk {
            None => Position::Span {
                offset: high,
                len: u64::from(low),
            },
            Some(chunk) => Position::Evtx {
                chunk,
                record_id: high,
                offset: low,
            },
        };
        Some(Locator {
            source: run.source,
            position,
        })
    }

    /// No more come.
    pub fn shrink(&mut self) {
        self.runs.shrink_to_fit();
        self.high.shrink_to_fit();
        self.low.shrink_to_fit();
    }

    /// Bytes of memory.
    pub fn memory(&self) -> usize {
        self.runs.capacity() * size_of::<Run>()
            + self.high.capacity() * size_of::<u64>()
            + self.low.capacity() * size_of::<u32>()
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use proptest::prelude::*;

    pub fn any_locator() -> impl Strategy<Value = Locator> {
        let span = (any::<u64>(), 0..=u64::from(u32::MAX));
        let position = prop_oneof![
            span.prop_map(|(offset, len)| Position::Span { offset, len }),
            (0_u64..3, any::<u64>(), any::<u32>()).prop_map(|(chunk, record_id, offset)| {
                Position::Evtx {
                    chunk,
                    record_id,
                    offset,
                }
            }),
        ];
        (0_u32..3, position).prop_map(|(source, position)| Locator {
            source: SourceId(source),
            position,
        })
    }

    proptest! {
        #[test]
        fn what_is_put_in_comes_out(locators in proptest::collection::vec(any_locator(), 0..30)) {
            let mut places = Places::default();
            for locator in &locators {
                places.push(*locator);
            }
            for (row, locator) in locators.iter().enumerate() {
                prop_assert_eq!(places.get(row), Some(*locator));
            }
            prop_assert_eq!(places.get(locators.len()), None);
        }
    }
}
