//! Says which text format a member has, how sure that is, and why: by its content, never by its
//! name. Does not open anything, and EVTX is told by its magic number elsewhere.

use super::csv::{self, Columns};
use super::format::{Confidence, Detected, Format, ParseContext};
use super::framing::{self, Frame, Frames};
use super::json;
use super::windows::{SECURITY, SYSMON, SYSMON_LINUX};
use crate::event::{Locator, Position, Record, SourceId};

/// So many records are looked at before a member is none of what is known.
const ENOUGH: usize = 200;

/// A format that was found, the start of the line on which it begins, and where in the head.
struct Candidate {
    line: usize,
    at: usize,
    detected: Detected,
}

/// The format of a member that begins with `head`, up to 64 KiB of it, unpacked and decoded to
/// UTF-8; a record may be cut at its end. `None`: no evidence that is known.
///
/// Where several formats are found in what is no JSON, the one that begins first counts: text of one format can be a
/// value in another (a script block, a command line), but not the other way round.
pub fn detect(head: &[u8]) -> Option<Detected> {
    let head = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head);
    if let Some(detected) = csv(head) {
        return Some(detected);
    }
    if is_json(head) {
        // What stands in its strings is text of a value: read by the shape of its record, or not.
        return json(head).map(|candidate| candidate.detected);
    }
    let candidates = [xml(head), json(head), nvm(head), classic(head)];
    candidates
        .into_iter()
        .flatten()
        .min_by_key(|candidate| (candidate.line, candidate.at))
        .map(|candidate| candidate.detected)
}

/// Whether the head begins with a JSON object, alone or in an array, that is well formed as far as
/// it goes.
fn is_json(head: &[u8]) -> bool {
    let lead = head.trim_ascii_start().first();
    if !matches!(lead, Some(b'{' | b'[')) {
        return false;
    }
    let is_value = |bytes: &[u8]| serde_json::from_slice::<serde_json::Value>(bytes).is_ok();
    let well_formed = first(Format::Json, head, |at, bytes, whole| {
        let begins = head
            .get(..at)?
            .iter()
            .all(|b| b.is_ascii_whitespace() || *b == b'[');
        let complete = || framing::complete_json(bytes).is_some_and(|text| is_value(&text));
        Some(begins && if whole { is_value(bytes) } else { complete() })
    });
    well_formed == Some(true)
}

fn detected(format: Format, shape: &str, confidence: Confidence, reason: &str) -> Detected {
    Detected {
        read_whole: false,
        format,
        shape: shape.to_owned(),
        confidence,
        reason: reason.to_owned(),
    }
}

/// Frames over the head as if it had that format.
fn frames(format: Format, head: &[u8]) -> Frames<'_> {
    framing::frames(&detected(format, "", Confidence::Guess, ""), Box::new(head))
}

fn parse(format: Format, bytes: &[u8]) -> Option<Record> {
    let locator = Locator {
        source: SourceId(0),
        position: Position::Span { offset: 0, len: 0 },
    };
    let detected = detected(format, "", Confidence::Guess, "");
    framing::parse(&detected, bytes, locator, &ParseContext::default()).ok()
}

/// Records and bad records with their offsets, in order, until `pick` takes one.
fn first<T>(
    format: Format,
    head: &[u8],
    mut pick: impl FnMut(usize, &[u8], bool) -> Option<T>,
) -> Option<T> {
    let mut frames = frames(format, head);
    for _ in 0..ENOUGH {
        let picked = match frames.next().ok()?? {
            Frame::Record { offset, bytes, .. } => pick(usize::try_from(offset).ok()?, bytes, true),
            Frame::Bad { offset, len, .. } => {
                let start = usize::try_from(offset).ok()?;
                let end = start.saturating_add(usize::try_from(len).ok()?);
                pick(start, head.get(start..end)?, false)
            }
            Frame::Skipped { .. } | Frame::Passed { .. } => None,
        };
        if picked.is_some() {
            return picked;
        }
    }
    None
}

/// The start of the line in which that place is.
fn line_start(head: &[u8], at: usize) -> usize {
    let before = head.get(..at).unwrap_or_default();
    before
        .iter()
        .rposition(|b| *b == b'\n')
        .map_or(0, |n| n + 1)
}

fn csv(head: &[u8]) -> Option<Detected> {
    let text = String::from_utf8_lossy(head);
    Some(match csv::columns(&text)? {
        Columns::Raw => detected(
            Format::Csv,
            "Splunk CSV export",
            Confidence::Certain,
            "the header row has the column '_raw'",
        ),
        Columns::Message => detected(
            Format::Csv,
            "CSV export of Windows events",
            Confidence::Likely,
            "the header row has the columns 'Message', of an event id and of a provider",
        ),
        Columns::Fields(detected) => detected,
    })
}

fn xml(head: &[u8]) -> Option<Candidate> {
    let mut guess = None;
    let found = first(Format::WindowsXml, head, |at, bytes, whole| {
        let line = line_start(head, at);
        if let Some(record) = whole.then(|| parse(Format::WindowsXml, bytes)).flatten() {
            let shape = match record.provider() {
                Some(SYSMON) => "Sysmon event XML",
                Some(SYSMON_LINUX) => "Sysmon for Linux event XML",
                Some(SECURITY) => "Security event XML",
                _ => "Windows event XML",
            };
            let reason = if line == at {
                "an <Event> with <System>"
            } else {
                "an <Event> with <System> behind other text"
            };
            return Some(Candidate {
                line,
                at,
                detected: detected(Format::WindowsXml, shape, Confidence::Certain, reason),
            });
        }
        let text = String::from_utf8_lossy(bytes);
        if guess.is_none() && (text.contains("<System>") || text.contains(":System>")) {
            let (confidence, reason) = if whole {
                (
                    Confidence::Guess,
                    "an <Event> with <System> that cannot be read",
                )
            } else {
                (Confidence::Likely, "an <Event> with <System> begins")
            };
            guess = Some(Candidate {
                line,
                at,
                detected: detected(Format::WindowsXml, "Windows event XML", confidence, reason),
            });
        }
        None
    });
    found.or(guess)
}

fn json(head: &[u8]) -> Option<Candidate> {
    let lead = head.trim_ascii_start().first().copied();
    first(Format::Json, head, |at, bytes, whole| {
        let complete = if whole {
            bytes.to_vec()
        } else {
            framing::complete_json(bytes)?
        };
        let (mut detected, _) = json::detect(&String::from_utf8_lossy(&complete))?;
        if !whole {
            detected.confidence = detected.confidence.min(Confidence::Likely);
        }
        let before = head.get(..at).unwrap_or_default().trim_ascii_end();
        let layout = if lead == Some(b'[') {
            "in an array"
        } else if lead == Some(b'{') && before.ends_with(b"[") {
            "in the array of a document"
        } else if !bytes.trim_ascii_end().contains(&b'\n') {
            "one a line"
        } else {
            "over several lines"
        };
        detected.shape = format!("{}, {layout}", detected.shape);
        Some(Candidate {
            line: line_start(head, at),
            at,
            detected,
        })
    })
}

fn nvm(head: &[u8]) -> Option<Candidate> {
    first(Format::NvmText, head, |at, bytes, whole| {
        let record = whole.then(|| parse(Format::NvmText, bytes)).flatten();
        let field = memchr::memmem::find(bytes, b"fv=").unwrap_or(0);
        let confidence = match (whole, record) {
            (true, Some(_)) => Confidence::Certain,
            (true, None) => Confidence::Likely,
            (false, _) => return None,
        };
        Some(Candidate {
            line: at,
            at: at + field,
            detected: detected(
                Format::NvmText,
                "Cisco NVM v1 text",
                confidence,
                "a line has the flow version 'fv'",
            ),
        })
    })
}

fn classic(head: &[u8]) -> Option<Candidate> {
    first(Format::ClassicText, head, |at, bytes, whole| {
        let text = String::from_utf8_lossy(bytes);
        let has = |key: &str| text.lines().any(|line| line.starts_with(key));
        if !whole || !(has("EventCode=") || has("LogName=")) {
            return None;
        }
        let confidence = if has("EventCode=") {
            Confidence::Certain
        } else {
            Confidence::Likely
        };
        Some(Candidate {
            line: at,
            at,
            detected: detected(
                Format::ClassicText,
                "classic Windows event text",
                confidence,
                "a date line, then 'LogName=' and 'EventCode='",
            ),
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shape(head: &[u8]) -> String {
        detect(head).map_or("none".to_owned(), |d| {
            format!("{} ({}): {}", d.format, d.confidence, d.shape)
        })
    }

    #[test]
    fn a_first_record_longer_than_the_head_is_known() {
        let long = "x".repeat(70 << 10);
        let json = format!(r#"{{"event_simpleName":"A","aid":"a","cid":"c","Script":"{long}"}}"#);
        assert_eq!(
            shape(&json.as_bytes()[..64 << 10]),
            "json (likely): CrowdStrike FDR JSON, one a line"
        );
        let xml = format!("<Event><System><EventID>1</EventID></System><Data>{long}");
        assert_eq!(
            shape(&xml.as_bytes()[..64 << 10]),
            "xml (likely): Windows event XML"
        );
    }

    #[test]
    fn the_outer_format_counts() {
        let raw = r#"{"_raw":"<Event xmlns='x'><System><EventID>1</EventID></System></Event>"}"#;
        assert_eq!(
            shape(raw.as_bytes()),
            "json (certain): Splunk export of Windows event XML, one a line"
        );
        let csv = "_raw,host\n\"<Event><System/></Event>\",a\n";
        assert_eq!(shape(csv.as_bytes()), "csv (certain): Splunk CSV export");
        assert_eq!(
            shape(b"{\"_raw\":\"a line of a firewall\"}"),
            "json (guess): Splunk export of events of no known format, one a line"
        );
    }

    #[test]
    fn no_log_is_none() {
        for text in [
            "",
            "   \n",
            "{}",
            "[1,2,3]",
            "{\"name\":\"x\",\"version\":\"1\"}",
            "<html><Event>x</Event></html>",
            "key=\"value\" other=\"value\"",
            "a,b,Message\n1,2,3\n",
            "\u{0}\u{1}\u{2}",
        ] {
            assert_eq!(shape(text.as_bytes()), "none", "{text:?}");
        }
    }
}
