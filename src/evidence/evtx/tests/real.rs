//! The fast ways over every real log at hand: they give what the slow ones do.

use super::hostile::{assert_alike, prefilter};
use super::*;
use crate::event::{Locator, Record, SourceId};
use crate::evidence::format::ParseContext;
use crate::evidence::framing;
use crate::evidence::prefilter::is_needle_letter;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Every real log, in order.
fn logs() -> Vec<(PathBuf, Vec<u8>)> {
    let Some(shared) = shared() else {
        return Vec::new();
    };
    let mut found = Vec::new();
    let mut folders = vec![shared.join("data")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|e| e == "evtx") {
                let bytes = std::fs::read(&path).unwrap();
                found.push((path, bytes));
            }
        }
    }
    found.sort();
    found
}

/// What is told of a chunk record by record.
fn one_by_one(chunk: &[u8], open: bool) -> (Vec<std::result::Result<Rendered, Broken>>, Vec<u8>) {
    let (mut found, mut text) = (Vec::new(), Vec::new());
    let read = render::each(whole(chunk), open, &mut text, &mut |record, _| {
        found.push(record);
        true
    });
    found.extend(read.err().map(Err));
    (found, text)
}

#[test]
fn a_chunk_at_once_and_record_by_record_render_alike() {
    let (mut quick, mut slow, mut plain, mut odd) = (0, 0, 0, 0);
    let mut shape = Plain::new();
    let logs = logs();
    for (path, bytes) in &logs {
        let mut chunks = Chunks::new(&bytes[..], Header::NONE, 0, u64::MAX);
        while let Some(block) = chunks.next().unwrap() {
            let Block::Chunk { offset } = block else {
                continue;
            };
            let (chunk, open) = (chunks.lent(), chunks.open());
            let mut records = Vec::new();
            let (expected, text) = one_by_one(chunk, open);
            if chunk.len() < CHUNK || plain::records(chunk, open, &mut records).is_none() {
                slow += 1;
                continue;
            }
            if shape.holds(chunk, &records) {
                plain += 1;
            } else {
                odd += 1;
                eprintln!("odd: {} at {offset}", path.display());
            }
            let mut at_once = Vec::new();
            let Some(found) = render::chunk(chunk, &records, &mut at_once) else {
                assert!(
                    expected.iter().any(std::result::Result::is_err),
                    "{} at {offset}",
                    path.display()
                );
                slow += 1;
                continue;
            };
            quick += 1;
            assert_eq!(
                found.len(),
                expected.len(),
                "{} at {offset}",
                path.display()
            );
            for (found, expected) in found.iter().zip(&expected) {
                let expected = expected.as_ref().unwrap();
                let place = |record: &Rendered| (record.record_id, record.offset, record.uncounted);
                assert_eq!(place(found), place(expected));
                assert_eq!(at_once[found.xml.clone()], text[expected.xml.clone()]);
            }
        }
    }
    eprintln!("{quick} chunks at once, {slow} record by record; {plain} plain, {odd} not");
    if !logs.is_empty() {
        assert!(quick > 20 * slow, "{quick} {slow}");
        assert!(plain > 50 * odd, "{plain} {odd}");
    }
}

fn record(xml: &[u8], position: Position) -> Record {
    let locator = Locator {
        source: SourceId(0),
        position,
    };
    framing::parse(&rendered_format(), xml, locator, &ParseContext::default()).unwrap()
}

/// The words of a record's values that may be looked for, in lower case.
fn words(record: &Record) -> impl Iterator<Item = String> {
    let fields = record.system.iter().chain(&record.data);
    fields.flat_map(|field| {
        let letter = |c: char| c.is_ascii() && is_needle_letter(c.to_ascii_lowercase());
        let words = field.value.split(move |c: char| !letter(c));
        let words = words.filter(|word| word.len() >= 5);
        words.map(str::to_ascii_lowercase).collect::<Vec<_>>()
    })
}

#[test]
fn the_chunk_of_every_word_is_wanted() {
    // Made once for a word: some hundred thousand are looked for, most of them often.
    let mut filters: BTreeMap<String, Option<ChunkFilter>> = BTreeMap::new();
    let (mut looked, mut untold) = (0, 0);
    let logs = logs();
    for (path, bytes) in &logs {
        let mut of_chunk: BTreeMap<u64, BTreeSet<String>> = BTreeMap::new();
        for told in pieces(bytes) {
            let Told::Record { position, xml, .. } = told else {
                continue;
            };
            let Position::Evtx { chunk, .. } = position else {
                panic!()
            };
            let all = of_chunk.entry(chunk).or_default();
            all.extend(words(&record(&xml, position)));
        }
        for (chunk, words) in of_chunk {
            let at = usize::try_from(chunk).unwrap();
            let chunk = &bytes[at..bytes.len().min(at + CHUNK)];
            for word in words {
                let filter = filters
                    .entry(word.clone())
                    .or_insert_with_key(|word| ChunkFilter::new(&[Arc::from(word.as_str())]));
                match filter {
                    Some(filter) => {
                        assert!(filter.wants(chunk), "{word} in {} at {at}", path.display());
                        looked += 1;
                    }
                    None => untold += 1,
                }
            }
        }
    }
    eprintln!("{looked} words found, {untold} that would not tell");
    assert!(logs.is_empty() || looked > 20_000, "{looked}");
}

#[test]
fn a_filter_leaves_out_nothing_of_a_real_log() {
    for (path, bytes) in &logs() {
        for needles in [
            &["msiexec"][..],
            &["powershell", "cmd.exe"],
            &["qqqq"],
            &["0x1"],
        ] {
            assert_alike(bytes, needles);
        }
        eprintln!("{}", path.display());
    }
}

#[test]
fn a_log_in_parts_is_the_log() {
    let filter = prefilter(&["powershell"]);
    let mut parts = 0;
    for (path, bytes) in &logs() {
        let header = header(bytes).unwrap_or(Header::NONE);
        let whole = all(Pieces::new(&bytes[..]).filtered(Some(&filter)));
        let step = 2 * CHUNK as u64;
        let (mut from, mut found) = (0, Vec::new());
        loop {
            let until = header.first_chunk + step * (1 + from / step);
            let rest = &bytes[usize::try_from(from).unwrap()..];
            let mut part = match from {
                0 => Pieces::new(rest),
                from => Pieces::segment(rest, header, from, until),
            };
            part = part.filtered(Some(&filter));
            let mut ended = true;
            while let Some(piece) = part.next().unwrap() {
                found.push(told(piece));
                if part.place().is_some_and(|place| place >= until) {
                    ended = false;
                    break;
                }
            }
            if ended {
                break;
            }
            parts += 1;
            from = part.place().unwrap();
        }
        assert_eq!(joined(found), joined(whole), "{}", path.display());
    }
    eprintln!("{parts} parts");
}

/// Blank stretches next to each other as one.
fn joined(told: Vec<Told>) -> Vec<Told> {
    let mut joined: Vec<Told> = Vec::new();
    for told in told {
        match (joined.last_mut(), told) {
            (Some(Told::Skipped(before)), Told::Skipped(len)) => *before += len,
            (_, told) => joined.push(told),
        }
    }
    joined
}
