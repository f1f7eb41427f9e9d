//! What the screen does with the rows of a table: its index, a filter, groups in order.

#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "what goes wrong here must stop the bench"
)]

mod common;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use gimlet::app::Filter;
use gimlet::app::fields::Rows;
use gimlet::app::grouping::{Order, Plan, arrange};
use gimlet::store::{Findings, Index};
use gimlet::worker::hunt::Pass;
use std::collections::HashSet;
use std::sync::Arc;

fn group(c: &mut Criterion) {
    let mut group = c.benchmark_group("group");
    let bench = common::Bench::new();
    for count in [1_000, 20_000] {
        let log = common::kept("sysmon.xml", common::creations(count));
        let findings: Arc<Findings> = bench.hunt(log, Pass::Everything).findings;
        assert_eq!(findings.table.rows.len(), count, "each creation is a row");
        let stay: Vec<usize> = (0..count).collect();
        group.throughput(Throughput::Elements(count as u64));
        group.bench_function(BenchmarkId::new("index", count), |b| {
            b.iter(|| Index::of(&findings));
        });
        let rows = Rows {
            findings: &findings,
            sources: &[],
        };
        let filter = Filter::parse("user:user3 -dest:ws-007* dl.example", rows);
        group.bench_function(BenchmarkId::new("filter", count), |b| {
            b.iter(|| filter.keep(rows).len());
        });
        let closed = HashSet::new();
        for order in [Order::Oldest, Order::Most] {
            let plan = Plan {
                chain: &["dest", "user"],
                order,
                closed: &closed,
                scores: &[],
                imported: &[],
            };
            group.bench_function(BenchmarkId::new(order.name(), count), |b| {
                b.iter(|| arrange(&findings, &stay, plan).len());
            });
        }
    }
}

criterion_group!(name = benches; config = common::criterion(); targets = group);
criterion_main!(benches);
