//! Looking for the words of a rule in bytes that nobody has read: text blocks, event log chunks.

#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "what goes wrong here must stop the bench"
)]

mod common;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use gimlet::evidence::format::Format;
use gimlet::evidence::prefilter::{Needles, Prefilter, Wanted};
use std::hint::black_box;

/// As a reader fills it.
const BLOCK: usize = 256 * 1024;
const CHUNK: usize = 64 * 1024;
/// Where the chunks of an EVTX file begin.
const FIRST: usize = 4096;

fn filter(words: &[&str]) -> Prefilter {
    let wanted = || Wanted::Holding(words.iter().map(|&word| word.into()).collect());
    Prefilter::new(&Needles {
        windows: wanted(),
        crowdstrike: wanted(),
        nvm: wanted(),
        flat: wanted(),
    })
}

/// Few words, and so many that another search takes over.
fn filters() -> [(&'static str, Prefilter); 2] {
    let many: Vec<String> = (0..200).map(|n| format!("tool-{n}.exe")).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    [
        ("1 word", filter(&["certutil.exe"])),
        ("200 words", filter(&many)),
    ]
}

fn text(c: &mut Criterion) {
    let mut group = c.benchmark_group("prefilter/text");
    let logs = [
        ("xml", Format::WindowsXml, common::xml(BLOCK)),
        ("json", Format::Json, common::json(BLOCK)),
        ("nvm", Format::NvmText, common::nvm(BLOCK)),
    ];
    for (words, prefilter) in filters() {
        for (name, format, log) in &logs {
            let search = prefilter.text(*format).unwrap();
            let block = &log[..BLOCK];
            group.throughput(Throughput::Bytes(BLOCK as u64));
            group.bench_function(format!("{name}, {words}"), |b| {
                b.iter(|| every(|from| search.find(&block[from..]).map(|at| from + at)));
            });
        }
    }
}

/// How many places a search finds: what stands behind one is looked at too.
fn every(find: impl Fn(usize) -> Option<usize>) -> usize {
    let (mut from, mut found) = (0, 0);
    while let Some(at) = find(black_box(from)) {
        from = at + 1;
        found += 1;
    }
    found
}

fn chunks(c: &mut Criterion) {
    let mut group = c.benchmark_group("prefilter/chunks");
    let file = common::evtx();
    let chunks: Vec<&[u8]> = file[FIRST..].chunks_exact(CHUNK).collect();
    for (words, prefilter) in filters() {
        let search = prefilter.chunks().unwrap();
        group.throughput(Throughput::Bytes((chunks.len() * CHUNK) as u64));
        group.bench_function(words, |b| {
            b.iter(|| {
                chunks
                    .iter()
                    .filter(|chunk| search.wants(black_box(chunk)))
                    .count()
            });
        });
    }
}

criterion_group!(name = benches; config = common::criterion(); targets = text, chunks);
criterion_main!(benches);
