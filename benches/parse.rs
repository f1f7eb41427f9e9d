//! Reading records that were cut, whole and as outlines.

#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "what goes wrong here must stop the bench"
)]

mod common;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use gimlet::event::{Locator, Position, SourceId};
use gimlet::evidence::format::{Detected, ParseContext};
use gimlet::evidence::framing::{Frame, frames, parse, parse_wanted};
use std::hint::black_box;

const SIZE: usize = 1 << 20;

/// The records of a log.
fn records(detected: &Detected, log: &[u8]) -> Vec<Vec<u8>> {
    let mut frames = frames(detected, Box::new(log));
    let mut records = Vec::new();
    while let Some(frame) = frames.next().unwrap() {
        if let Frame::Record { bytes, .. } = frame {
            records.push(bytes.to_vec());
        }
    }
    records
}

fn read(c: &mut Criterion) {
    let mut group = c.benchmark_group("parse");
    let place = Locator {
        source: SourceId(0),
        position: Position::Span { offset: 0, len: 0 },
    };
    let context = ParseContext::default();
    let logs = [
        ("xml", common::xml(SIZE)),
        ("json", common::json(SIZE)),
        ("falcon", common::falcon(SIZE)),
        ("nvm", common::nvm(SIZE)),
    ];
    for (name, log) in &logs {
        let detected = common::format_of(log);
        let records = records(&detected, log);
        group.throughput(Throughput::Bytes(log.len() as u64));
        group.bench_function(format!("{name}, whole"), |b| {
            b.iter(|| {
                let read = |bytes: &Vec<u8>| parse(&detected, black_box(bytes), place, &context);
                records.iter().flat_map(read).count()
            });
        });
        // As the index pass reads them: process creations alone are wanted whole.
        let creation = |provider: &str, id: u32| provider == "Microsoft-Windows-Sysmon" && id == 1;
        group.bench_function(format!("{name}, creations whole"), |b| {
            b.iter(|| {
                let read = |bytes: &Vec<u8>| {
                    parse_wanted(&detected, black_box(bytes), place, &context, &creation)
                };
                records.iter().flat_map(read).count()
            });
        });
    }
}

criterion_group!(name = benches; config = common::criterion(); targets = read);
criterion_main!(benches);
