//! Cutting records out of text, without reading one.

#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "what goes wrong here must stop the bench"
)]

mod common;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use gimlet::evidence::framing::{Frame, frames};

const SIZE: usize = 4 << 20;

fn cut(c: &mut Criterion) {
    let mut group = c.benchmark_group("cut");
    let logs = [
        ("xml", common::xml(SIZE)),
        ("json", common::json(SIZE)),
        ("falcon", common::falcon(SIZE)),
        ("nvm", common::nvm(SIZE)),
    ];
    for (name, log) in &logs {
        let detected = common::format_of(log);
        group.throughput(Throughput::Bytes(log.len() as u64));
        group.bench_function(*name, |b| {
            b.iter(|| {
                let mut frames = frames(&detected, Box::new(&log[..]));
                let mut records = 0;
                while let Some(frame) = frames.next().unwrap() {
                    records += u32::from(matches!(frame, Frame::Record { .. }));
                }
                records
            });
        });
    }
}

criterion_group!(name = benches; config = common::criterion(); targets = cut);
criterion_main!(benches);
