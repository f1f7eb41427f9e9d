//! What a file is that is no log, so that the accounting can say it: by the marks of formats that
//! are known and not opened (`assets/file_kinds.toml`), else text or binary.

use super::outcome::{Outcome, Status};
use serde::Deserialize;
use std::sync::LazyLock;

#[derive(Deserialize)]
struct Table {
    kind: Vec<Kind>,
    zip: Vec<ZipKind>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Kind {
    name: String,
    #[serde(default)]
    offset: usize,
    #[serde(default)]
    magic: Vec<Hex>,
    status: KindStatus,
    hint: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ZipKind {
    has: String,
    name: String,
}

#[derive(Deserialize, Clone, Copy)]
enum KindStatus {
    #[serde(rename = "not opened")]
    NotOpened,
    #[serde(rename = "not evidence")]
    NotEvidence,
}

#[derive(Deserialize)]
#[serde(try_from = "String")]
struct Hex(Vec<u8>);

impl TryFrom<String> for Hex {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let digits: Option<Vec<u32>> = text.chars().map(|c| c.to_digit(16)).collect();
        let digits = digits.filter(|digits| digits.len() % 2 == 0);
        let digits = digits.ok_or_else(|| format!("'{text}' is no hex"))?;
        let byte = |pair: &[u32]| pair.iter().fold(0, |sum, digit| sum * 16 + digit);
        let bytes = digits.chunks(2).map(|pair| u8::try_from(byte(pair)));
        bytes
            .collect::<Result<_, _>>()
            .map(Self)
            .map_err(|error| error.to_string())
    }
}

/// A table that can't be read is a table without entries: a test reads it.
static TABLE: LazyLock<Table> = LazyLock::new(|| {
    toml::from_str(include_str!("../../assets/file_kinds.toml")).unwrap_or(Table {
        kind: Vec::new(),
        zip: Vec::new(),
    })
});

impl Kind {
    fn fits(&self, head: &[u8]) -> bool {
        let from = head.get(self.offset..).unwrap_or_default();
        self.magic.iter().any(|Hex(magic)| from.starts_with(magic))
    }

    fn outcome(&self) -> Outcome {
        let status = match self.status {
            KindStatus::NotOpened => Status::NotOpened,
            KindStatus::NotEvidence => Status::NotEvidence,
        };
        Outcome {
            kind: Some(self.name.clone()),
            reason: matches!(self.status, KindStatus::NotOpened)
                .then(|| format!("{}, which is not opened", self.name)),
            hint: self.hint.clone(),
            ..Outcome::new(status)
        }
    }
}

/// The kind of a file without a byte.
pub const EMPTY: &str = "empty file";

/// What a file with these first bytes is, when it has the mark of something that is no log.
pub fn by_magic(head: &[u8]) -> Option<Outcome> {
    if head.is_empty() {
        return Some(named(EMPTY));
    }
    let kind = TABLE.kind.iter().find(|kind| kind.fits(head))?;
    Some(kind.outcome())
}

/// The entry of the table with that name.
pub(super) fn named(name: &str) -> Outcome {
    let kind = TABLE.kind.iter().find(|kind| kind.name == name);
    kind.map_or_else(|| not_evidence(name), Kind::outcome)
}

/// What a zip is that is no collection of files, by the names in it.
pub(super) fn of_zip(has: impl Fn(&str) -> bool) -> Option<Outcome> {
    let kind = TABLE.zip.iter().find(|kind| has(&kind.has))?;
    Some(not_evidence(&kind.name))
}

/// What a file is that has no known mark and is of no known format.
pub(super) fn unknown(head: &[u8]) -> Outcome {
    let control = |byte: &u8| *byte < b' ' && !matches!(byte, b'\t' | b'\n' | b'\r' | 0x0c | 0x1b);
    let first = head.iter().find(|byte| !byte.is_ascii_whitespace());
    not_evidence(match first {
        _ if head.iter().any(control) => "binary file",
        Some(b'{' | b'[') => "JSON without known records",
        Some(b'<') => "XML without known records",
        _ if is_table(head) => "table (CSV) without raw events",
        _ => "text",
    })
}

fn not_evidence(kind: &str) -> Outcome {
    Outcome {
        kind: Some(kind.to_owned()),
        ..Outcome::new(Status::NotEvidence)
    }
}

/// Whether the first two lines have the same number of commas, and some.
fn is_table(head: &[u8]) -> bool {
    let mut counts = head
        .split(|byte| *byte == b'\n')
        .map(|line| memchr::memchr_iter(b',', line).count());
    let first = counts.next().unwrap_or(0);
    first > 0 && counts.next() == Some(first)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn the_table_is_whole() {
        let table: Table = toml::from_str(include_str!("../../assets/file_kinds.toml")).unwrap();
        let names: HashSet<&str> = table.kind.iter().map(|kind| &*kind.name).collect();
        assert_eq!(names.len(), table.kind.len());
        for kind in &table.kind {
            let opened = matches!(kind.status, KindStatus::NotEvidence);
            assert!(opened || kind.hint.is_some(), "{} has no hint", kind.name);
            for Hex(magic) in &kind.magic {
                assert!(magic.len() >= 2 && kind.offset + magic.len() <= 1024);
                let mut head = vec![0; kind.offset];
                head.extend(magic);
                let found = by_magic(&head).unwrap();
                assert_eq!(found.kind.as_deref(), Some(&*kind.name));
            }
        }
        for name in [
            "encrypted zip",
            "empty archive",
            "link or device in an archive",
        ] {
            assert!(names.contains(name), "{name}");
        }
    }

    #[test]
    fn logs_have_no_mark_of_something_else() {
        for head in [
            &b"ElfFile\0"[..],
            b"<Event>",
            b"{\"a\":1}",
            b"09/15/2020 11:48:27 PM",
        ] {
            assert_eq!(by_magic(head), None);
        }
    }

    #[test]
    fn what_is_left_is_named_by_its_look() {
        let kind = |head: &[u8]| unknown(head).kind.unwrap();
        assert_eq!(
            kind(b"Name,Size\r\na,1\r\n"),
            "table (CSV) without raw events"
        );
        assert_eq!(kind(b" {\"a\":1}"), "JSON without known records");
        assert_eq!(kind(b"hello\nworld"), "text");
        assert_eq!(kind(b"a\0b"), "binary file");
        assert_eq!(by_magic(b"").unwrap().kind.unwrap(), "empty file");
    }
}
