//! One log: a file, or a file inside an archive, with the names it goes by. Opening and reading
//! it are `archive`'s and `read`'s.

use crate::event::{SourceId, Timestamp};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// Where the bytes come from, and what they looked like when they were first seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// A file, with its state at the time of listing: a change since is noticed by it.
    File {
        /// Its length.
        bytes: u64,
        /// When it was last written, where the file system tells.
        modified: Option<SystemTime>,
    },
    /// Bytes that are part of the program: the demo.
    BuiltIn(&'static [u8]),
    /// Standard input, a FIFO or a device: can be read once.
    Stream,
}

/// The place of a log in its file: its number in each archive around it, the outermost first;
/// empty for the file itself. Names won't do: two entries of an archive may have the same.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Place(pub(super) Vec<u32>);

/// One log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// Its number, in the order in which the evidence is read.
    pub id: SourceId,
    /// The file, as it was named or found.
    pub path: PathBuf,
    /// Its true name inside an archive; the names of nested archives are joined by `!`.
    pub member: Option<String>,
    /// The whole name as a person reads it, path and member, with Velociraptor's escapes undone.
    /// Hostile until `event::visible` has seen it.
    pub name: String,
    /// Its length in the file or the archive, where that is known before reading.
    pub bytes: Option<u64>,
    /// The file itself was named on the command line (not found in a folder or an archive).
    pub named_on_command_line: bool,
    /// Where its bytes come from.
    pub origin: Origin,
    /// Where in the file it is.
    pub place: Place,
}

impl Member {
    /// When the file was last written: the evidence's own date. None for a stream, and for a file
    /// whose date was lost on the way (archives put 1970 or 1980 then).
    pub fn date(&self) -> Option<Timestamp> {
        let Origin::File { modified, .. } = self.origin else {
            return None;
        };
        let since = modified?.duration_since(SystemTime::UNIX_EPOCH).ok()?;
        let date = Timestamp::from_seconds(i64::try_from(since.as_secs()).ok()?)?;
        (date.year() >= 2000).then_some(date)
    }
}

/// The name of a log as a person reads it: `tree/web-02.zip!uploads/auto/C:/Windows/…`.
pub fn display_name(path: &Path, member: Option<&str>) -> String {
    let path = path.to_string_lossy();
    match member {
        Some(member) => format!("{}!{}", undo_escapes(&path), undo_escapes(member)),
        None => undo_escapes(&path),
    }
}

/// Undoes Velociraptor's escapes once, and nobody else's.
///
/// Velociraptor stores `C:\…\Sysmon%4Operational.evtx` as `C%3A/…/Sysmon%254Operational.evtx`: all
/// that a file system might mind as `%XX`, the per cent sign itself first of all. Windows' own log
/// names carry a bare `%4` (for `/`), and `%4Admin` would read as an escape of `J`: so a name is
/// taken as escaped only when it has an escaped colon, backslash or per cent sign.
fn undo_escapes(name: &str) -> String {
    let telling = ["%3A", "%3a", "%5C", "%5c", "%25"];
    if !telling.iter().any(|escape| name.contains(escape)) {
        return name.to_owned();
    }
    let mut bytes = Vec::with_capacity(name.len());
    let mut rest = name.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let escaped = after
            .first_chunk::<2>()
            .filter(|_| *first == b'%')
            .and_then(|[high, low]| Some(hex(*high)? * 16 + hex(*low)?));
        bytes.push(escaped.unwrap_or(*first));
        rest = match escaped {
            Some(_) => after.get(2..).unwrap_or_default(),
            None => after,
        };
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

fn hex(digit: u8) -> Option<u8> {
    char::from(digit)
        .to_digit(16)
        .and_then(|value| u8::try_from(value).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_shown_as_windows_had_them() {
        let cases = [
            (
                "uploads/auto/C%3A/Logs/Microsoft-Windows-Sysmon%254Operational.evtx",
                "uploads/auto/C:/Logs/Microsoft-Windows-Sysmon%4Operational.evtx",
            ),
            (
                "uploads/ntfs/%5C%5C.%5CC%3A/$MFT",
                "uploads/ntfs/\\\\.\\C:/$MFT",
            ),
            (
                "C/winevt/Logs/Microsoft-Windows-X%4Admin.evtx",
                "C/winevt/Logs/Microsoft-Windows-X%4Admin.evtx",
            ),
            ("a%253A%", "a%3A%"),
            ("C%3A/%zz/%e4.log", "C:/%zz/\u{fffd}.log"),
        ];
        for (stored, shown) in cases {
            assert_eq!(undo_escapes(stored), shown);
        }
        assert_eq!(
            display_name(Path::new("web-02.zip"), Some("C%3A/a.evtx")),
            "web-02.zip!C:/a.evtx"
        );
    }
}
