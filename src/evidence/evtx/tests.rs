//! Tests of EVTX: damage, carving, and the real logs where they are at hand.

mod hostile;
mod made;
mod real;

use super::chunks::{CHUNK_COUNT, FLAGS};
use super::*;
use std::path::PathBuf;

/// The folder of real logs, when there is one.
pub(in crate::evidence) fn shared() -> Option<PathBuf> {
    let folder = std::env::var_os("GIMLET_SHARED").map_or_else(
        || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared"),
        PathBuf::from,
    );
    if folder.join("manifest.csv").exists() {
        return Some(folder);
    }
    eprintln!(
        "skipped: no real logs at '{}' (GIMLET_SHARED)",
        folder.display()
    );
    None
}

/// A piece that can be kept.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Told {
    Record {
        position: Position,
        xml: Vec<u8>,
        uncounted: bool,
    },
    Bad(BadRecord),
    Skipped(u64),
    Passed {
        bytes: u64,
        records: u64,
    },
}

fn told(piece: Piece<'_>) -> Told {
    match piece {
        Piece::Record {
            position,
            xml,
            uncounted,
        } => Told::Record {
            position,
            xml: xml.to_vec(),
            uncounted,
        },
        Piece::Bad(bad) => Told::Bad(bad),
        Piece::Skipped(len) => Told::Skipped(len),
        Piece::Passed { bytes, records } => Told::Passed { bytes, records },
    }
}

fn all<R: Read>(mut pieces: Pieces<'_, R>) -> Vec<Told> {
    let mut found = Vec::new();
    while let Some(piece) = pieces.next().unwrap() {
        found.push(told(piece));
    }
    found
}

fn pieces(bytes: &[u8]) -> Vec<Told> {
    all(Pieces::new(bytes))
}

/// Records and bad places; what is neither must be accounted for too.
fn count(bytes: &[u8]) -> (usize, usize) {
    let pieces = pieces(bytes);
    let records = pieces
        .iter()
        .filter(|p| matches!(p, Told::Record { .. }))
        .count();
    let bad = pieces.iter().filter(|p| matches!(p, Told::Bad(_))).count();
    (records, bad)
}

fn real(name: &str) -> Option<Vec<u8>> {
    let folder = shared()?.join("data/corrupt-evtx");
    let mut files = std::fs::read_dir(folder)
        .unwrap()
        .map(|e| e.unwrap().path());
    let file = files
        .find(|path| path.to_string_lossy().contains(name))
        .unwrap();
    Some(std::fs::read(file).unwrap())
}

#[test]
fn every_log_has_at_least_the_records_of_the_manifest() {
    let Some(shared) = shared() else { return };
    let manifest = std::fs::read_to_string(shared.join("manifest.csv")).unwrap();
    let mut seen = 0;
    for line in manifest.lines() {
        let columns: Vec<&str> = line.split(',').collect();
        if columns[5] != "evtx" {
            continue;
        }
        seen += 1;
        let (events, errors): (usize, usize) =
            (columns[6].parse().unwrap(), columns[7].parse().unwrap());
        let bytes = std::fs::read(shared.join("data").join(columns[0])).unwrap();
        let (records, bad) = count(&bytes);
        eprintln!("{} {records}/{events} bad {bad}/{errors}", columns[0]);
        assert!(records >= events, "{} {records} < {events}", columns[0]);
        if errors == 0 {
            assert_eq!((records, bad), (events, 0), "{}", columns[0]);
        } else {
            assert!(bad > 0, "{}", columns[0]);
        }
    }
    assert_eq!(seen, 396);
}

#[test]
fn a_log_without_end_header_or_middle_is_read_as_far_as_it_goes() {
    let Some(bytes) = real("security_bad_string_cache") else {
        return;
    };
    let (all, _) = count(&bytes);
    // Carved: no file header.
    assert_eq!(count(&bytes[FILE_HEADER..]), (all, 0));
    assert!(detect(&bytes[FILE_HEADER..]).is_some());
    // The header overwritten.
    let mut headless = bytes.clone();
    headless[..FILE_HEADER].fill(b'?');
    assert_eq!(count(&headless), (all, 1));
    assert!(detect(&headless).is_some() && detect(&[0; 5000]).is_none());
    // Cut inside of a chunk.
    let (cut, bad) = count(&bytes[..FILE_HEADER + 3 * CHUNK + 30_000]);
    assert!(cut > 0 && cut < all && bad >= 1, "{cut} {bad}");
    // Bytes are missing, so that chunks lie askew; the chunks behind are found again.
    let mut askew = bytes.clone();
    askew.drain(FILE_HEADER + CHUNK + 40_000..FILE_HEADER + 2 * CHUNK - 9000);
    let (found, bad) = count(&askew);
    assert!(
        found > all - 200 && found < all && bad >= 1,
        "{found} {bad}"
    );
    // Foreign bytes between two chunks cost nothing but themselves.
    let mut mixed = bytes.clone();
    let foreign = b"foreign ".repeat(20_000);
    mixed.splice(FILE_HEADER + CHUNK..FILE_HEADER + CHUNK, foreign);
    assert_eq!(count(&mixed), (all, 1));
    // Two logs in one stream.
    let mut two = bytes.clone();
    two.extend(&bytes);
    assert_eq!(count(&two), (2 * all, 0));
}

#[test]
fn every_byte_is_accounted_for() {
    let Some(mut bytes) = real("sysmon.evtx") else {
        return;
    };
    bytes.truncate(FILE_HEADER + 4 * CHUNK + 1234);
    bytes.extend(vec![0; 200_000]);
    let mut chunks = Chunks::new(&bytes[..], Header::NONE, 0, u64::MAX);
    let mut sum = 0;
    while let Some(block) = chunks.next().unwrap() {
        let (at, len) = match block {
            Block::Chunk { offset } => (Some(offset), chunks.lent().len() as u64),
            Block::Foreign { offset, len } => (Some(offset), len),
            Block::Blank { len } => (None, len),
        };
        assert!(at.is_none_or(|at| at == sum));
        sum += len;
    }
    assert_eq!(sum, bytes.len() as u64);
}

#[test]
fn records_of_an_open_log_that_its_chunk_does_not_count_yet_are_read() {
    let Some(bytes) = real("Security_with_size_t") else {
        return;
    };
    let mut bytes = bytes[..FILE_HEADER + CHUNK].to_vec();
    bytes[CHUNK_COUNT] = 1;
    let places: Vec<(u64, u32)> = pieces(&bytes)
        .iter()
        .filter_map(|piece| match piece {
            Told::Record {
                position:
                    Position::Evtx {
                        record_id, offset, ..
                    },
                ..
            } => Some((*record_id, *offset)),
            _ => None,
        })
        .collect();
    let (last, end) = (places[places.len() - 4], places[places.len() - 3].1);
    bytes[FILE_HEADER + 32..FILE_HEADER + 40].copy_from_slice(&last.0.to_le_bytes());
    bytes[FILE_HEADER + 44..FILE_HEADER + 48].copy_from_slice(&last.1.to_le_bytes());
    bytes[FILE_HEADER + 48..FILE_HEADER + 52].copy_from_slice(&end.to_le_bytes());
    for (dirty, expected) in [(1, places.len()), (0, places.len() - 3)] {
        bytes[FLAGS] = dirty;
        let found = pieces(&bytes);
        assert_eq!(count(&bytes), (expected, 0));
        let more = found.iter().filter(|p| {
            matches!(
                p,
                Told::Record {
                    uncounted: true,
                    ..
                }
            )
        });
        assert_eq!(more.count(), expected - (places.len() - 3));
    }
}

#[test]
fn a_record_can_be_rendered_again_from_its_chunk() {
    let Some(bytes) = real("sysmon.evtx") else {
        return;
    };
    let mut records = pieces(&bytes).into_iter().filter_map(|piece| match piece {
        Told::Record { position, xml, .. } => Some((position, xml)),
        _ => None,
    });
    let (position, xml) = records.nth(150).unwrap();
    let Position::Evtx { chunk, .. } = position else {
        panic!()
    };
    let chunk = read_chunk(&mut &bytes[usize::try_from(chunk).unwrap()..]).unwrap();
    let gone = Position::Evtx {
        chunk: 0,
        record_id: 1,
        offset: 1,
    };
    let again = render_at(chunk, &[gone, position]);
    assert_eq!(again[0], None);
    assert_eq!(again[1], Some(xml));
}

#[test]
fn no_damage_makes_it_panic_or_hang() {
    let Some(bytes) = real("sysmon.evtx") else {
        return;
    };
    let bytes = &bytes[..FILE_HEADER + 2 * CHUNK];
    // A fixed walk over the file; each turn overwrites some bytes of the two chunks.
    let mut state = 7_u64;
    for turn in 0..200 {
        let mut damaged = bytes.to_vec();
        for _ in 0..20 {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            let place = usize::try_from(state >> 33).unwrap() % damaged.len();
            damaged[place] = u8::try_from(state >> 56).unwrap();
        }
        count(&damaged);
        if turn % 10 == 0 {
            hostile::assert_alike(&damaged, &["rundll32"]);
        }
    }
    count(b"ElfFile\0");
    count(b"ElfChnk\0");
    assert_eq!(count(&vec![0; 100_000]), (0, 0));
}

#[test]
fn an_export_of_an_event_is_the_same_event() {
    use crate::event::{Locator, SourceId};
    use crate::evidence::format::ParseContext;
    use crate::evidence::framing;
    let Some(shared) = shared() else { return };
    let tag = regex::Regex::new("<[^>]*>").unwrap();
    let guid = regex::Regex::new(r">\{[0-9a-f-]{36}\}<").unwrap();
    let time = regex::Regex::new(r"(\dT\d\d:\d\d:\d\d\.\d{7})Z").unwrap();
    let mut compared = 0;
    for entry in std::fs::read_dir(shared.join("data/sysmon-evtx"))
        .unwrap()
        .take(60)
    {
        let bytes = std::fs::read(entry.unwrap().path()).unwrap();
        for piece in pieces(&bytes) {
            let Told::Record { xml, position, .. } = piece else {
                continue;
            };
            let ours = String::from_utf8(xml).unwrap();
            // As the forwarder and wevtutil write it.
            let theirs =
                tag.replace_all(&ours, |tag: &regex::Captures<'_>| tag[0].replace('"', "'"));
            let theirs =
                guid.replace_all(&theirs, |guid: &regex::Captures<'_>| guid[0].to_uppercase());
            let theirs = time.replace_all(&theirs, "${1}00Z");
            let read = |text: &str| {
                let locator = Locator {
                    source: SourceId(0),
                    position,
                };
                let context = ParseContext::default();
                framing::parse(&rendered_format(), text.as_bytes(), locator, &context).unwrap()
            };
            assert_ne!(ours, theirs);
            assert_eq!(read(&ours).identity(), read(&theirs).identity(), "{ours}");
            compared += 1;
        }
    }
    assert!(compared > 50);
}

#[test]
fn a_bad_record_is_told_with_its_place_and_what_is_wrong() {
    let Some(bytes) = real("zero-data-size") else {
        return;
    };
    let found = pieces(&bytes).into_iter().find_map(|piece| match piece {
        Told::Bad(bad) => Some(bad),
        _ => None,
    });
    let found = found.unwrap();
    assert_eq!((found.offset, found.record_id), (6176, None));
    assert!(
        found.reason.starts_with("Invalid EVTX record data size"),
        "{}",
        found.reason
    );
}

#[test]
fn a_log_cut_between_its_chunks_is_not_taken_for_whole() {
    let mut header = vec![0; FILE_HEADER];
    header[..8].copy_from_slice(FILE_MAGIC);
    let reasons = |bytes: &[u8]| -> Vec<String> {
        let reason = |piece| match piece {
            Told::Bad(bad) => Some(bad.reason),
            _ => None,
        };
        pieces(bytes).into_iter().filter_map(reason).collect()
    };
    assert!(reasons(&header).is_empty(), "an empty log is a whole one");
    for len in [8, 40, 43, 44, FILE_HEADER - 1] {
        assert_eq!(
            reasons(&header[..len]),
            ["cut off inside of its file header"]
        );
    }
    header[CHUNK_COUNT] = 3;
    assert_eq!(
        reasons(&header),
        ["cut off: of the 3 chunks that its header tells of 3 are not there"]
    );
    header.resize(FILE_HEADER + 3 * CHUNK, 0);
    assert!(reasons(&header).is_empty());
    assert_eq!(
        reasons(&header[..=FILE_HEADER + CHUNK]),
        ["cut off: of the 3 chunks that its header tells of 1 are not there"]
    );
}
