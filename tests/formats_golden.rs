//! The text formats: `fixtures/formats/<case>.in` is detected, cut and parsed, and what comes out is
//! compared with `<case>.expected`. `GIMLET_BLESS=1` writes that file anew. The inputs are the
//! project's own, in the forms of real logs.

// A failure in a test's own helper fails the test, as it should.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing)]

use gimlet::event::{Locator, Position, Record, SourceId, Zone};
use gimlet::evidence::detect::detect;
use gimlet::evidence::format::{Detected, ParseContext};
use gimlet::evidence::framing::{Frame, frames, parse};
use std::fmt::Write as _;
use std::io::Read;
use std::path::{Path, PathBuf};

const HEAD: usize = 64 << 10;

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/formats")
}

fn head(bytes: &[u8]) -> &[u8] {
    &bytes[..bytes.len().min(HEAD)]
}

/// What a frame was.
enum Told {
    Record(Box<Result<Record, String>>),
    Bad(String),
    Skipped,
}

fn read_all<'a>(detected: &Detected, reader: Box<dyn Read + Send + 'a>) -> Vec<(u64, u64, Told)> {
    let mut out = Vec::new();
    let mut frames = frames(detected, reader);
    while let Some(frame) = frames.next().unwrap() {
        out.push(match frame {
            Frame::Record { offset, len, bytes } => {
                let locator = Locator {
                    source: SourceId(0),
                    position: Position::Span { offset, len },
                };
                let record = parse(detected, bytes, locator, &ParseContext::default());
                (offset, len, Told::Record(Box::new(record)))
            }
            Frame::Bad {
                offset,
                len,
                reason,
            } => (offset, len, Told::Bad(reason)),
            Frame::Skipped { offset, len } | Frame::Passed { offset, len, .. } => {
                (offset, len, Told::Skipped)
            }
        });
    }
    out
}

fn print(bytes: &[u8]) -> String {
    let mut out = String::new();
    let Some(detected) = detect(head(bytes)) else {
        return "not detected\n".to_owned();
    };
    let _ = writeln!(
        out,
        "{} ({}): {}: {}",
        detected.format, detected.confidence, detected.shape, detected.reason
    );
    for (offset, len, read) in read_all(&detected, Box::new(bytes)) {
        let _ = write!(out, "\n@{offset}+{len} ");
        match read {
            Told::Skipped => out.push_str("skipped\n"),
            Told::Bad(reason) => {
                let _ = writeln!(out, "bad: {reason}");
            }
            Told::Record(record) => match *record {
                Ok(record) => print_record(&mut out, &record),
                Err(reason) => {
                    let _ = writeln!(out, "bad record: {reason}");
                }
            },
        }
    }
    out
}

fn print_record(out: &mut String, record: &Record) {
    let time = record.time.map_or("no time".to_owned(), |time| {
        format!(
            "{}{}",
            if time.assumed { "~" } else { "" },
            time.at.rfc3339(Zone::UTC)
        )
    });
    let repaired = if record.repaired { " repaired" } else { "" };
    let _ = writeln!(out, "{:?} {time}{repaired}", record.family);
    if let Some(remark) = &record.remark {
        let _ = writeln!(out, "  remark: {remark}");
    }
    for (kind, fields) in [("system", &record.system), ("data", &record.data)] {
        for field in fields {
            let _ = writeln!(out, "  {kind} {} = {:?}", field.name, field.value);
        }
    }
}

#[test]
fn goldens() {
    let bless = std::env::var_os("GIMLET_BLESS").is_some();
    let mut cases: Vec<PathBuf> = std::fs::read_dir(fixtures())
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|e| e == "in"))
        .collect();
    cases.sort();
    assert!(cases.len() >= 40, "only {} cases", cases.len());
    let mut wrong = Vec::new();
    for case in cases {
        let printed = print(&std::fs::read(&case).unwrap());
        let expected = case.with_extension("expected");
        if bless {
            std::fs::write(&expected, printed).unwrap();
        } else if std::fs::read_to_string(&expected).unwrap_or_default() != printed {
            wrong.push(format!("{}:\n{printed}", case.display()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
