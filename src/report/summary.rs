//! What standard error says at the end: a line for each file with a problem, then one summary
//! line. For a person; scripts read the ledger.

use super::figures::{counted, grouped, size};
use crate::event::visible::visible;
use crate::evidence::ledger::{BadEntry, FileEntry, Ledger, Status};
use std::fmt;
use std::time::Duration;

/// The numbers of the summary line. Prints as
/// `3 rows (3 events) · 2 hosts · 1,204,113 records · 41 files · 1 not read · 4 duplicates · 0.9 s`;
/// where records were passed over, how many bytes were gone through stands in place of what was not
/// counted: `3 rows (3 events) · 1.0 GB · 41 files · 1 not read · 0.1 s`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Summary {
    /// Rows found.
    pub rows: u64,
    /// Events behind them.
    pub events: u64,
    /// Hosts seen in the evidence.
    pub hosts: u64,
    /// Records met.
    pub records: u64,
    /// Where records were passed over: bytes gone through, after unpacking.
    pub bytes: Option<u64>,
    /// Members that are evidence or should have been.
    pub files: u64,
    /// Those not read to their end, and those named that are no evidence.
    pub not_read: u64,
    /// Second copies of events.
    pub duplicates: u64,
    /// It was interrupted.
    pub interrupted: bool,
    /// How long it took.
    pub elapsed: Duration,
}

impl Summary {
    /// From what was found and the settled ledger.
    pub fn new(rows: u64, events: u64, ledger: &Ledger, elapsed: Duration) -> Self {
        let unread = |file: &&FileEntry| file.is_problem() && file.status != Status::Read;
        Self {
            rows,
            events,
            hosts: ledger.totals.hosts,
            records: ledger.totals.records,
            bytes: (ledger.totals.passed_bytes > 0).then_some(ledger.totals.bytes),
            files: ledger.totals.files,
            not_read: ledger.files.iter().filter(unread).count() as u64,
            duplicates: ledger.totals.duplicates,
            interrupted: !ledger.complete,
            elapsed,
        }
    }
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (rows, events) = (counted(self.rows, "row"), counted(self.events, "event"));
        write!(f, "{rows} ({events}) · ")?;
        if let Some(bytes) = self.bytes {
            f.write_str(&size(bytes))?;
        } else {
            let hosts = counted(self.hosts, "host");
            write!(f, "{hosts} · {}", counted(self.records, "record"))?;
        }
        let (files, not_read) = (counted(self.files, "file"), grouped(self.not_read));
        write!(f, " · {files} · {not_read} not read")?;
        if self.bytes.is_none() {
            write!(f, " · {}", counted(self.duplicates, "duplicate"))?;
        }
        let tenths = self.elapsed.as_millis() / 100;
        write!(f, " · {}.{} s", tenths / 10, tenths % 10)?;
        if self.interrupted {
            f.write_str(" · interrupted")?;
        }
        Ok(())
    }
}

/// One line that says what is wrong with a file and what to do; `None` when nothing is.
pub fn problem_line(file: &FileEntry) -> Option<String> {
    if !file.is_problem() {
        return None;
    }
    let mut parts = Vec::new();
    match file.status {
        Status::Read => {}
        Status::Partly => parts.push("read partly".to_owned()),
        // The reason of a known kind begins with its name and says that it is not opened.
        Status::NotOpened
            if file
                .hint
                .as_ref()
                .is_some_and(|h| h.starts_with(&file.format)) => {}
        Status::NotOpened => parts.push(with_kind("not opened", file)),
        Status::NotEvidence => parts.push(with_kind("not evidence", file)),
    }
    if let Some(bad) = file.bad.first() {
        let count = counted(file.bad_total, "bad record");
        let first = if file.bad_total > 1 {
            ", the first"
        } else {
            ""
        };
        parts.push(format!("{count}{first} {}: {}", bad_place(bad), bad.reason));
    }
    parts.extend(file.hint.clone());
    let line = format!("'{}': {}", file.place(), parts.join("; "));
    Some(visible(&line).into_owned())
}

/// What became of a file, and what it is where that is known.
fn with_kind(status: &str, file: &FileEntry) -> String {
    match [&file.why, &file.format]
        .into_iter()
        .find(|text| !text.is_empty() && *text != UNKNOWN)
    {
        Some(kind) => format!("{status}, {kind}"),
        None => status.to_owned(),
    }
}

/// What the ledger has for a format that is not known.
const UNKNOWN: &str = "unknown";

fn bad_place(bad: &BadEntry) -> String {
    match (bad.offset, bad.record_id) {
        (_, Some(id)) => format!("#{id}"),
        (Some(offset), None) => format!("@{offset}"),
        (None, None) => "at an unknown place".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_reads_as_documented() {
        let mut summary = Summary {
            bytes: None,
            rows: 3,
            events: 3,
            hosts: 2,
            records: 1_204_113,
            files: 41,
            not_read: 1,
            duplicates: 4,
            interrupted: false,
            elapsed: Duration::from_millis(949),
        };
        assert_eq!(
            summary.to_string(),
            "3 rows (3 events) · 2 hosts · 1,204,113 records · 41 files · 1 not read · \
             4 duplicates · 0.9 s"
        );
        summary.bytes = Some(1_053_779_120);
        assert_eq!(
            summary.to_string(),
            "3 rows (3 events) · 1.0 GB · 41 files · 1 not read · 0.9 s"
        );
        summary = Summary {
            rows: 1,
            events: 1,
            hosts: 1,
            interrupted: true,
            ..Summary::default()
        };
        assert_eq!(
            summary.to_string(),
            "1 row (1 event) · 1 host · 0 records · 0 files · 0 not read · 0 duplicates · 0.0 s \
             · interrupted"
        );
    }

    fn file(status: Status) -> FileEntry {
        let mut file = FileEntry::default();
        file.path = "a\u{1b}[2J.evtx".into();
        file.status = status;
        file
    }

    #[test]
    fn a_problem_names_the_file_the_place_and_the_remedy() {
        assert_eq!(problem_line(&file(Status::Read)), None);
        assert_eq!(problem_line(&file(Status::NotEvidence)), None);
        let mut bad = file(Status::Partly);
        bad.bad_total = 2;
        bad.bad.push(BadEntry {
            offset: Some(1024),
            record_id: None,
            reason: "cut".into(),
        });
        bad.hint = Some("the archive ends early; copy it again".into());
        assert_eq!(
            problem_line(&bad).unwrap(),
            "'a␛[2J.evtx': read partly; 2 bad records, the first @1024: cut; \
             the archive ends early; copy it again"
        );
        let mut named = file(Status::NotEvidence);
        named.named = true;
        named.why = "a PNG image".into();
        assert_eq!(
            problem_line(&named).unwrap(),
            "'a␛[2J.evtx': not evidence, a PNG image"
        );
        named.why = String::new();
        named.format = "binary file".into();
        assert_eq!(
            problem_line(&named).unwrap(),
            "'a␛[2J.evtx': not evidence, binary file"
        );
        let mut closed = file(Status::NotOpened);
        closed.format = "unknown".into();
        closed.hint = Some("can't be opened: gone; check its spelling".into());
        assert_eq!(
            problem_line(&closed).unwrap(),
            "'a␛[2J.evtx': not opened; can't be opened: gone; check its spelling"
        );
    }
}
