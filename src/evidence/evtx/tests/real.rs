//! The fast ways over every real log at hand: they give what the slow ones do.

use super::*;
use std::collections::BTreeSet;

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
                assert!(expected.iter().any(std::result::Result::is_err), "{} at {offset}", path.display());
                slow += 1;
                continue;
            };
            quick += 1;
            assert_eq!(found.len(), expected.len(), "{} at {offset}", path.display());
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
