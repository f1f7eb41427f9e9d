//! Tests of reading a record again: through containers, and when the file has changed.

use super::super::archive::pack::{gzip, tar, zip};
use super::super::discover::list;
use super::super::evtx::tests::shared;
use super::super::read::tests::{Told, event};
use super::super::read::{ReadOptions, read};
use super::*;
use std::path::Path;

/// Reads `path`, then every record of it again; the texts must be those that were told.
fn again(path: &Path, step: usize) -> usize {
    let mut told = Told::default();
    let options = ReadOptions {
        keep_raw: true,
        ..ReadOptions::default()
    };
    read(list(&[path.to_owned()]), &options, &mut told);
    let mut compared = 0;
    for (member, _) in &told.logs {
        let Some(detected) = told.begun.get(&member.id) else {
            continue;
        };
        let log = Reread {
            member,
            detected,
            context: &options.context,
        };
        let of = told
            .records
            .iter()
            .filter(|(r, _)| r.locator.source == member.id);
        let records: Vec<_> = of.step_by(step).collect();
        let all: Vec<Wanted> = records
            .iter()
            .rev()
            .map(|(record, _)| wanted(record))
            .collect();
        for (text, (_, raw)) in log.many(&all).into_iter().zip(records.iter().rev()) {
            assert_eq!(text.as_ref(), Ok(raw));
            compared += 1;
        }
        if let Some((record, raw)) = records.last() {
            assert_eq!(log.one(wanted(record)).as_ref(), Ok(raw));
        }
    }
    compared
}

fn wanted(record: &crate::event::Record) -> Wanted {
    Wanted {
        position: record.locator.position,
        identity: Some(record.identity()),
    }
}

#[test]
fn records_are_found_again_through_everything_around_them() {
    let folder = tempfile::tempdir().unwrap();
    let text: String = (0..50).map(event).collect();
    let wide: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let inner = zip(&[("other", b"x"), ("in.xml", text.as_bytes())]);
    let made: [(&str, Vec<u8>); 6] = [
        ("plain", text.clone().into()),
        ("bom", [b"\xef\xbb\xbf", text.as_bytes()].concat()),
        ("wide", [b"\xff\xfe", &wide[..]].concat()),
        ("gz", gzip(text.as_bytes())),
        ("zips", zip(&[("z", b"z"), ("in.zip", &inner)])),
        ("tgz", gzip(&tar(&[("a", b"a"), ("b", &gzip(&wide))]))),
    ];
    for (name, bytes) in made {
        let path = folder.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        assert_eq!(again(&path, 1), 50, "{name}");
    }
}

#[test]
fn a_file_that_changed_is_told_from_one_that_did_not() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x.xml");
    std::fs::write(&path, event(1)).unwrap();
    let mut told = Told::default();
    let options = ReadOptions {
        keep_raw: true,
        ..ReadOptions::default()
    };
    read(list(std::slice::from_ref(&path)), &options, &mut told);
    let mut member = told.logs[0].0.clone();
    let detected = told.begun.values().next().unwrap();
    let want = wanted(&told.records[0].0);
    let context = &options.context;
    let one = |member: &Member, want| {
        let log = Reread {
            member,
            detected,
            context,
        };
        log.one(want)
    };
    assert!(one(&member, want).is_ok());
    let elsewhere = Position::Span {
        offset: 9000,
        len: 10,
    };
    let gone = one(
        &member,
        Wanted {
            position: elsewhere,
            identity: None,
        },
    );
    assert!(matches!(gone, Err(RereadError::Gone { .. })), "{gone:?}");
    // Another length.
    std::fs::write(&path, event(1) + &event(2)).unwrap();
    let changed = RereadError::Changed(member.name.clone());
    assert_eq!(one(&member, want), Err(changed.clone()));
    // The same length and time, another event.
    std::fs::write(&path, event(3)).unwrap();
    member.origin = list(std::slice::from_ref(&path)).next().unwrap().origin;
    assert_eq!(one(&member, want), Err(changed));
    member.origin = Origin::Stream;
    assert!(
        one(&member, want)
            .unwrap_err()
            .to_string()
            .contains("save it to a file")
    );
    std::fs::remove_file(&path).unwrap();
    member.origin = told.logs[0].0.origin;
    assert!(matches!(
        one(&member, want),
        Err(RereadError::Unreadable { .. })
    ));
}

#[test]
fn binary_records_are_found_again() {
    let Some(shared) = shared() else { return };
    let mut compared = 0;
    for entry in std::fs::read_dir(shared.join("data/corrupt-evtx")).unwrap() {
        let path = entry.unwrap().path();
        compared += again(&path, 7);
        if compared > 600 {
            let folder = tempfile::tempdir().unwrap();
            let packed = folder.path().join("x.zip");
            let bytes = std::fs::read(&path).unwrap();
            std::fs::write(
                &packed,
                zip(&[("x.evtx", &bytes[..70_000]), ("y.evtx", &bytes)]),
            )
            .unwrap();
            compared += again(&packed, 11);
            break;
        }
    }
    assert!(compared > 600);
}
