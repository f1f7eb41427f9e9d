//! What holds of the frames of any stream in any format.

use super::{Frame, Frames, MAX_RECORD, frames, parse};
use crate::event::{Locator, Position, SourceId};
use crate::evidence::detect::detect;
use crate::evidence::format::{Confidence, Detected, Format, ParseContext};
use proptest::prelude::*;
use std::io::{self, Read};

pub(super) const FORMATS: [Format; 5] = [
    Format::WindowsXml,
    Format::Json,
    Format::NvmText,
    Format::Csv,
    Format::ClassicText,
];

pub(super) fn of(format: Format) -> Detected {
    Detected {
        read_whole: false,
        format,
        shape: String::new(),
        confidence: Confidence::Guess,
        reason: String::new(),
    }
}

/// Gives a stream in pieces of the given sizes, over and over.
pub(super) struct Pieces<'a> {
    pub bytes: &'a [u8],
    pub sizes: Vec<usize>,
    pub next: usize,
}

impl Read for Pieces<'_> {
    fn read(&mut self, to: &mut [u8]) -> io::Result<usize> {
        let size = self.sizes[self.next % self.sizes.len()].max(1);
        self.next += 1;
        let len = size.min(to.len()).min(self.bytes.len());
        to[..len].copy_from_slice(&self.bytes[..len]);
        self.bytes = &self.bytes[len..];
        Ok(len)
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Told {
    pub kind: String,
    pub offset: u64,
    pub len: u64,
    pub bytes: Vec<u8>,
}

pub(super) fn told(format: Format, reader: Box<dyn Read + Send + '_>, limit: usize) -> Vec<Told> {
    let mut frames: Frames<'_> = frames(&of(format), reader);
    frames.window.set_limit(limit);
    all(&mut frames)
}

/// Every frame to the end.
pub(super) fn all(frames: &mut Frames<'_>) -> Vec<Told> {
    let mut out = Vec::new();
    while let Some(frame) = frames.next().unwrap() {
        out.push(match frame {
            Frame::Record { offset, len, bytes } => Told {
                kind: "record".to_owned(),
                offset,
                len,
                bytes: bytes.to_vec(),
            },
            Frame::Bad {
                offset,
                len,
                reason,
            } => Told {
                kind: reason,
                offset,
                len,
                bytes: Vec::new(),
            },
            Frame::Passed { offset, len, .. } => Told {
                kind: "passed".to_owned(),
                offset,
                len,
                bytes: Vec::new(),
            },
            Frame::Skipped { offset, len } => Told {
                kind: "skipped".to_owned(),
                offset,
                len,
                bytes: Vec::new(),
            },
        });
    }
    out
}

/// Text made of what the formats are made of, in any order.
pub(super) fn text() -> impl Strategy<Value = String> {
    let word = prop::sample::select(vec![
        "<Event>",
        "<Event xmlns='x'>",
        "<e:Event ",
        "</Event>",
        "</e:Event >",
        "<Events>",
        "<EventID>",
        "<System>",
        "</System>",
        "<![CDATA[",
        "]]>",
        "<!--",
        "-->",
        "&amp;",
        "&#x41;",
        "<Data Name='a'>",
        "</Data>",
        "{",
        "}",
        "[",
        "]",
        ",",
        ":",
        "\"",
        "\"a\"",
        "\\",
        "\\u0041",
        "{\"a\":",
        "{\"a\":1}",
        "{\"hits\":{\"hits\":[",
        "{\"results\":[",
        "1",
        "null",
        "\n",
        "\r\n",
        "\n\n",
        " ",
        "\t",
        "a,b,c\n",
        "\"\"",
        "_raw,x\n",
        "09/15/2020 11:48:27 PM\n",
        "LogName=Security\n",
        "EventCode=4688\n",
        "Message=A new process\n",
        "fv=\"nvzFlow_v9\" ",
        "pn='msiexec.exe' ",
        "parg=\" /i \\\"http://x\\\"\" ",
        "Jun 26 16:09:18 host ",
        "é",
        "\u{fffd}",
    ]);
    prop::collection::vec(word, 0..60).prop_map(|words| words.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]

    #[test]
    fn frames_do_not_depend_on_the_pieces(
        text in text(),
        sizes in prop::collection::vec(1_usize..40, 1..6),
        short in any::<bool>(),
    ) {
        let limit = if short { 170 } else { MAX_RECORD };
        for format in FORMATS {
            let whole = told(format, Box::new(text.as_bytes()), limit);
            let pieces = Pieces { bytes: text.as_bytes(), sizes: sizes.clone(), next: 0 };
            prop_assert_eq!(&whole, &told(format, Box::new(pieces), limit), "{}", format);
            let mut end = 0;
            for frame in &whole {
                prop_assert!(frame.offset >= end, "{} overlaps: {:?}", format, whole);
                let between = &text.as_bytes()[usize::try_from(end).unwrap()..usize::try_from(frame.offset).unwrap()];
                prop_assert!(
                    between.iter().all(|b| b.is_ascii_whitespace() || b"[],".contains(b)),
                    "{} leaves bytes out: {:?}", format, whole
                );
                end = frame.offset + frame.len;
            }
            prop_assert!(end <= text.len() as u64);
        }
    }

    #[test]
    fn nothing_panics_on_any_text(text in text()) {
        read(text.as_bytes());
    }

    #[test]
    fn nothing_panics_on_any_bytes(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        read(&bytes);
    }
}

/// Detects, and reads the bytes as a record of every format.
fn read(bytes: &[u8]) {
    let _ = detect(bytes);
    let position = Position::Span { offset: 0, len: 0 };
    let source = SourceId(0);
    for format in FORMATS {
        let _ = parse(
            &of(format),
            bytes,
            Locator { source, position },
            &ParseContext::default(),
        );
    }
}

/// Gives some bytes, then an error.
struct Failing(&'static [u8]);

impl Read for Failing {
    fn read(&mut self, to: &mut [u8]) -> io::Result<usize> {
        if self.0.is_empty() {
            return Err(io::Error::other("the archive is damaged"));
        }
        let len = self.0.len().min(to.len());
        to[..len].copy_from_slice(&self.0[..len]);
        self.0 = &self.0[len..];
        Ok(len)
    }
}

#[test]
fn what_was_read_before_an_error_is_told_before_it() {
    let reader = Failing(b"{\"a\":1}\n{\"a\":");
    let mut frames = frames(&of(Format::Json), Box::new(reader));
    assert!(matches!(
        frames.next(),
        Ok(Some(Frame::Record { len: 7, .. }))
    ));
    assert!(matches!(
        frames.next(),
        Ok(Some(Frame::Bad {
            offset: 8,
            len: 5,
            ..
        }))
    ));
    assert!(frames.next().is_err());
    assert!(matches!(frames.next(), Ok(None)));
}

#[test]
fn a_record_is_found_again_at_its_offset() {
    let text = "h,_raw\nx,\"a\nb\"\ny,c\n";
    let frames = told(Format::Csv, Box::new(text.as_bytes()), MAX_RECORD);
    assert_eq!(frames[2].offset, 15);
    assert_eq!(frames[2].bytes, b"h,_raw\ny,c\n");
}

#[test]
fn an_overlong_record_is_bad_and_the_next_is_read() {
    let long = "x".repeat(300);
    for (format, text) in [
        (
            Format::WindowsXml,
            format!("<Event>{long}</Event>\n<Event></Event>\n"),
        ),
        (Format::Json, format!("{{\"a\":\"{long}\"}}\n{{\"a\":1}}\n")),
        (
            Format::NvmText,
            format!("fv=\"nvzFlow_v9\" {long}\nfv=\"nvzFlow_v9\"\n"),
        ),
        (Format::Csv, format!("a,b\n1,{long}\n1,2\n")),
    ] {
        let frames = told(format, Box::new(text.as_bytes()), 170);
        let kinds: Vec<_> = frames.iter().map(|f| f.kind.as_str()).collect();
        let kinds = kinds.strip_prefix(&["skipped"]).unwrap_or(&kinds);
        assert_eq!(
            kinds,
            ["longer than 0 MiB", "record"],
            "{format}: {frames:?}"
        );
    }
}

#[test]
fn hostile_nesting_and_open_ends_take_linear_time() {
    let started = std::time::Instant::now();
    for (format, piece) in [
        (Format::WindowsXml, "<Event><![CDATA["),
        (Format::WindowsXml, "<Event><!--"),
        (Format::WindowsXml, "<!-- "),
        (Format::Json, "{\"a\":[\n"),
        (Format::Json, "{ "),
        (Format::Json, "[{\"a\":\n"),
        (Format::Csv, "\"\"\"x\n"),
        (Format::Csv, "\"x,\n"),
        (Format::NvmText, "fv=\"nvzFlow_v9\" a=\\\""),
        (Format::ClassicText, "09/15/2020 11:48:27 PM\n"),
    ] {
        let text = piece.repeat((1 << 20) / piece.len());
        told(format, Box::new(text.as_bytes()), MAX_RECORD);
        read(&text.as_bytes()[..64 << 10]);
    }
    // Quadratic time would take minutes; this leaves room for a slow machine.
    assert!(started.elapsed().as_secs() < 60);
}
