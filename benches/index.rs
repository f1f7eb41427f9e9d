//! A whole hunt over a log in memory: for its rows, and for the accounting of every record.

#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "what goes wrong here must stop the bench"
)]

mod common;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use gimlet::worker::hunt::Pass;

const SIZE: usize = 8 << 20;

fn index(c: &mut Criterion) {
    let mut group = c.benchmark_group("index");
    let bench = common::Bench::new();
    let logs = [
        ("xml", common::kept("sysmon.xml", common::xml(SIZE))),
        ("json", common::kept("events.ndjson", common::json(SIZE))),
        ("falcon", common::kept("fdr.ndjson", common::falcon(SIZE))),
        ("evtx", common::kept("sysmon.evtx", common::evtx())),
    ];
    let passes = [("rows", Pass::Rows), ("everything", Pass::Everything)];
    for (name, log) in logs {
        for (what, pass) in passes {
            group.throughput(Throughput::Bytes(log[0].1.len() as u64));
            group.bench_function(format!("{name}, {what}"), |b| {
                b.iter(|| bench.hunt(log, pass).findings.table.rows.len());
            });
        }
    }
}

criterion_group!(name = benches; config = common::criterion(); targets = index);
criterion_main!(benches);
