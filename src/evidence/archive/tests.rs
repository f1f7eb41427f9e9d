//! Tests of containers: every kind whole, cut, packed twice, lying about itself.

use super::pack::{encrypted, gzip, stored_zip, streamed_zip, tar, zip, zst};
use super::*;
use proptest::prelude::*;

/// What a walk finds: name, and the text or what is said instead.
fn walk(bytes: &[u8]) -> Vec<(String, String)> {
    walk_with(bytes, |walker, bytes| {
        let mut file = Cursor::new(bytes);
        walker.file(&mut file, Some(bytes.len() as u64))
    })
}

fn walk_stream(bytes: &[u8]) -> Vec<(String, String)> {
    walk_with(bytes, |walker, mut bytes| walker.stream(&mut bytes, None))
}

fn walk_with(
    bytes: &[u8],
    go: impl FnOnce(&mut Walker<'_>, &[u8]) -> Flow,
) -> Vec<(String, String)> {
    let mut all = Vec::new();
    let mut visit = |found: Found<'_>| {
        all.push(told(found));
        Flow::Continue(())
    };
    assert!(go(&mut Walker::new(&mut visit), bytes).is_continue());
    all
}

fn told(found: Found<'_>) -> (String, String) {
    let name = found.member.unwrap_or_default();
    let text = match found.content {
        Content::Closed(outcome) => {
            let why = outcome.reason.or(outcome.kind).unwrap_or_default();
            format!("[{}] {why}", outcome.status)
        }
        Content::Open(mut bytes) => {
            let mut all = Vec::new();
            let read = bytes.read_to_end(&mut all);
            let text = String::from_utf8_lossy(&all).into_owned();
            match read {
                Ok(_) => text,
                Err(error) => format!("{text} [{error}]"),
            }
        }
    };
    (name, text)
}

fn plain(found: &[(&str, &str)]) -> Vec<(String, String)> {
    found
        .iter()
        .map(|(n, t)| (n.to_string(), t.to_string()))
        .collect()
}

#[test]
fn what_is_not_packed_is_found_as_it_is() {
    for bytes in [&b""[..], b"x", b"plain"] {
        let text = std::str::from_utf8(bytes).unwrap();
        assert_eq!(walk(bytes), plain(&[("", text)]));
        assert_eq!(walk_stream(bytes), plain(&[("", text)]));
    }
}

#[test]
fn compressed_files_keep_their_name_and_may_be_several_in_one() {
    let two = [gzip(b"one"), gzip(b"two")].concat();
    assert_eq!(walk(&two), plain(&[("", "onetwo")]));
    let two = [zst(b"one"), zst(b"two")].concat();
    assert_eq!(walk_stream(&two), plain(&[("", "onetwo")]));
    assert_eq!(walk(&gzip(&zst(&gzip(b"deep")))), plain(&[("", "deep")]));
}

#[test]
fn archives_are_told_by_content_and_keep_their_order() {
    let files: &[(&str, &[u8])] = &[("b/z.log", b"1"), ("a.log", b"22")];
    let found = plain(&[("b/z.log", "1"), ("a.log", "22")]);
    let made = [
        zip(files),
        stored_zip(files),
        streamed_zip(files),
        tar(files),
    ];
    for bytes in made {
        for packed in [bytes.clone(), gzip(&bytes), zst(&bytes)] {
            assert_eq!(walk(&packed), found);
            assert_eq!(walk_stream(&packed), found);
        }
    }
}

#[test]
fn a_zip_in_a_zip_is_opened_and_a_third_is_named() {
    let inner = zip(&[("x.log", b"x"), ("y.log.1.gz", &gzip(b"y"))]);
    let found = plain(&[
        ("in.zip!x.log", "x"),
        ("in.zip!y.log.1.gz", "y"),
        ("z", "z"),
    ]);
    for outer in [zip, stored_zip, streamed_zip, tar] {
        assert_eq!(walk(&outer(&[("in.zip", &inner), ("z", b"z")])), found);
    }
    for make in [zip, stored_zip] {
        let found = walk(&make(&[("middle.zip", &make(&[("in.zip", &inner)]))]));
        assert_eq!(found.len(), 1, "{found:?}");
        assert_eq!(found[0].0, "middle.zip!in.zip");
        let said = &found[0].1;
        assert!(said.starts_with("[not opened] a zip archive too deep"));
    }
}

#[test]
fn a_compressed_zip_over_the_limit_is_named_with_it() {
    let outer = zip(&[("in.zip", &zip(&[("x", b"x")])), ("z", b"z")]);
    let mut all = Vec::new();
    let mut visit = |found: Found<'_>| {
        all.push(told(found));
        Flow::Continue(())
    };
    let mut walker = Walker::new(&mut visit);
    walker.nested_zip_limit = 20;
    let _ = walker.file(&mut Cursor::new(&outer), None);
    assert!(
        all[0]
            .1
            .starts_with("[not opened] a compressed zip inside another file, of more")
    );
    assert_eq!(all[1].1, "z");
}

#[test]
fn an_encrypted_entry_is_named() {
    let files: &[(&str, &[u8])] = &[("a", b"1"), ("b", b"2")];
    for made in [zip(files), stored_zip(files)] {
        let found = walk(&encrypted(made));
        let said = "[not opened] encrypted zip, which is not opened";
        assert_eq!(found, plain(&[("a", said), ("b", said)]));
    }
}

#[test]
fn documents_and_programs_are_no_collections() {
    let office = zip(&[
        ("[Content_Types].xml", b"<x/>"),
        ("word/document.xml", b"<x/>"),
    ]);
    assert_eq!(
        walk(&office),
        plain(&[("", "[not evidence] Office document")])
    );
    assert_eq!(
        walk(&zip(&[])),
        plain(&[("", "[not evidence] empty archive")])
    );
}

#[test]
fn a_cut_gzip_gives_what_it_has_and_then_the_error() {
    let text = "line\n".repeat(10_000);
    let packed = gzip(text.as_bytes());
    let found = walk(&packed[..packed.len() - 9]);
    assert!(found[0].1.starts_with("line\nline\n"));
    assert!(
        found[0].1.ends_with(']'),
        "{}",
        &found[0].1[found[0].1.len() - 60..]
    );
    let packed = zst(text.as_bytes());
    assert!(walk(&packed[..packed.len() - 3])[0].1.ends_with(']'));
}

#[test]
fn a_cut_zip_is_read_from_the_front() {
    let long = "0123456789abcdef-".repeat(500);
    let files: &[(&str, &[u8])] = &[("a", b"first"), ("b", b"second"), ("c", long.as_bytes())];
    for made in [zip(files), streamed_zip(files), stored_zip(files)] {
        // In the directory: all entries are whole.
        let found = walk(&made[..made.len() - 30]);
        assert_eq!(&found[..2], plain(&[("a", "first"), ("b", "second")]));
        assert_eq!(found[2].1, long);
        assert!(
            found[3].1.contains("read from the front, 3 files"),
            "{}",
            found[3].1
        );
        // In the last entry.
        let place = memchr::memmem::find(&made, b"PK\x01\x02").unwrap() - 24;
        let found = walk(&made[..place]);
        assert_eq!(&found[..2], plain(&[("a", "first"), ("b", "second")]));
        let told = found[2].1.rsplit_once('[').unwrap().1;
        assert!(
            told.contains("incomplete") || told.contains("ends inside"),
            "{told}"
        );
        assert!(
            found[3]
                .1
                .starts_with("[partly] its directory can't be read")
        );
    }
    assert!(walk(b"PK\x03\x04")[0].1.starts_with("[not opened]"));
}

#[test]
fn entries_of_one_name_are_all_read() {
    let mut made = stored_zip(&[("a", b"first"), ("b", b"second")]);
    for place in memchr::memmem::find_iter(&made.clone(), b"b").collect::<Vec<_>>() {
        made[place] = b'a';
    }
    assert_eq!(walk(&made), plain(&[("a", "first"), ("a", "second")]));
}

#[test]
fn a_cut_tar_says_where() {
    let made = tar(&[("a", b"first"), ("b", &[b'x'; 2000])]);
    let found = walk(&gzip(&made[..2000]));
    assert_eq!(found[0].1, "first");
    assert!(found[1].1.ends_with("[the archive ends inside of it]"));
    assert!(
        found[2]
            .1
            .starts_with("[partly] the archive can't be read to its end")
    );
    let mut damaged = made;
    damaged[1024 + 20] = b'!';
    let found = walk(&damaged);
    assert!(found[1].1.ends_with("a damaged header"), "{found:?}");
}

#[test]
fn long_names_in_tar_are_whole() {
    let name = format!("uploads/{}/C%3A/x.evtx", "deep/".repeat(60));
    assert_eq!(walk(&tar(&[(&name, b"x")])), plain(&[(&name, "x")]));
}

#[test]
fn one_log_can_be_gone_to() {
    let inner = zip(&[("x", b"x"), ("y", b"y")]);
    let outer = zip(&[("z", b"z"), ("in.zip", &inner)]);
    for bytes in [outer, tar(&[("z", b"z"), ("in.zip", &inner)])] {
        let place = Place(vec![1, 1]);
        let mut all = Vec::new();
        let mut visit = |found: Found<'_>| {
            all.push(told(found));
            Flow::Continue(())
        };
        let mut walker = Walker::new(&mut visit).only(&place);
        let _ = walker.file(&mut Cursor::new(&bytes), None);
        assert_eq!(all, plain(&[("in.zip!y", "y")]));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn damage_never_panics_and_never_hangs(
        which in 0_usize..6,
        cut in 0_usize..1500,
        hits in proptest::collection::vec((0_usize..1500, any::<u8>()), 0..4),
    ) {
        let files: &[(&str, &[u8])] = &[("a/b", b"some text"), ("c", b"more of it, more of it")];
        let nested = zip(&[("in.zip", &zip(files))]);
        let made = [zip(files), streamed_zip(files), tar(files), gzip(&tar(files)), nested, zst(b"x")];
        let mut bytes = made[which].clone();
        for (place, value) in hits {
            if let Some(byte) = bytes.get_mut(place) { *byte = value; }
        }
        bytes.truncate(bytes.len().saturating_sub(cut % (bytes.len() + 1)));
        walk(&bytes);
        walk_stream(&bytes);
    }
}
