//! The named changes that a source table may make to a raw text: `basename`, `null_if_dash`. Each says in
//! one phrase what it does, for the Fields pane. What needs more than one raw field is a rule
//! (`rule`), not a transform.

use serde::Deserialize;
use std::borrow::Cow;

/// A change to one raw text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Transform {
    /// The last part of a path, whichever slash it is written with.
    Basename,
    /// What follows the last backslash: an account without its domain.
    AfterLastBackslash,
    /// A lone `-` is no value.
    NullIfDash,
    /// Without blanks at both ends, as SPL's `trim(x, " ")` (blanks only, no tabs).
    TrimBlanks,
    /// Without any `"`.
    WithoutQuotes,
    /// What follows the last backslash: the last part of a registry path.
    LastPart,
    /// What stands before the last backslash: a registry value's key.
    BeforeLastBackslash,
    /// The number of `DWORD (0x00000001)`, a registry value's data with its type.
    InParentheses,
    /// The MD5 of `MD5=…,SHA256=…`.
    Md5Of,
    /// The SHA-1 of it.
    Sha1Of,
    /// The SHA-256 of it.
    Sha256Of,
    /// The hash of the imports of it.
    ImphashOf,
}

impl Transform {
    /// The text after the change; `None`: no value.
    pub fn apply(self, text: Cow<'_, str>) -> Option<Cow<'_, str>> {
        match self {
            Self::Basename => Some(narrow(text, basename)),
            Self::AfterLastBackslash | Self::LastPart => {
                Some(narrow(text, |t| after_last(t, &['\\'])))
            }
            Self::NullIfDash => (text != "-").then_some(text),
            Self::TrimBlanks => Some(narrow(text, |t| t.trim_matches(' '))),
            Self::WithoutQuotes if text.contains('"') => Some(Cow::Owned(text.replace('"', ""))),
            Self::WithoutQuotes => Some(text),
            Self::BeforeLastBackslash => Some(narrow(text, |t| {
                t.rfind('\\').and_then(|at| t.get(..at)).unwrap_or(t)
            })),
            Self::InParentheses => Some(narrow(text, in_parentheses)),
            Self::Md5Of => Some(narrow(text, |t| hash_of(t, "MD5"))),
            Self::Sha1Of => Some(narrow(text, |t| hash_of(t, "SHA1"))),
            Self::Sha256Of => Some(narrow(text, |t| hash_of(t, "SHA256"))),
            Self::ImphashOf => Some(narrow(text, |t| hash_of(t, "IMPHASH"))),
        }
    }

    /// Whether every stretch of the changed text stood in the text before, with nothing between.
    pub fn keeps_stretches(self) -> bool {
        !matches!(self, Self::WithoutQuotes)
    }

    /// What it does, to be read after the field's name: `last part of the path`; `None` where a value
    /// that is there is left as it stands.
    pub fn phrase(self) -> Option<&'static str> {
        match self {
            Self::Basename => Some("last part of the path"),
            Self::AfterLastBackslash => Some("without the domain"),
            Self::NullIfDash => None,
            Self::TrimBlanks => Some("blanks at both ends cut"),
            Self::WithoutQuotes => Some("all double quotes removed"),
            Self::LastPart => Some("last part"),
            Self::BeforeLastBackslash => Some("without its last part"),
            Self::InParentheses => Some("without the type around it"),
            Self::Md5Of | Self::Sha1Of | Self::Sha256Of | Self::ImphashOf => {
                Some("the one hash of that kind")
            }
        }
    }
}

/// What stands behind `name=` in a list of hashes; empty where the list has none.
fn hash_of<'t>(text: &'t str, name: &str) -> &'t str {
    let mut hashes = text.split(',').filter_map(|hash| hash.split_once('='));
    let found = hashes.find(|(known, _)| known.trim().eq_ignore_ascii_case(name));
    found.map_or("", |(_, hash)| hash)
}

/// The last part of a path of Windows, Linux or the NT device form.
pub fn basename(path: &str) -> &str {
    after_last(path, &['\\', '/'])
}

/// `0x00000001` of `DWORD (0x00000001)`; any other text as it stands.
fn in_parentheses(text: &str) -> &str {
    let inside = text.split_once(" (").and_then(|(kind, rest)| {
        let is_kind = !kind.is_empty() && kind.bytes().all(|b| b.is_ascii_uppercase());
        rest.strip_suffix(')').filter(|_| is_kind)
    });
    inside.unwrap_or(text)
}

fn after_last<'a>(text: &'a str, marks: &[char]) -> &'a str {
    text.rfind(marks)
        .and_then(|at| text.get(at + 1..))
        .unwrap_or(text)
}

/// Applies a change that takes a part of the text, without a copy where the text is borrowed.
fn narrow(text: Cow<'_, str>, part: impl Fn(&str) -> &str) -> Cow<'_, str> {
    match text {
        Cow::Borrowed(text) => Cow::Borrowed(part(text)),
        Cow::Owned(text) => Cow::Owned(part(&text).to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn apply(transform: Transform, text: &str) -> Option<String> {
        transform.apply(Cow::Borrowed(text)).map(Cow::into_owned)
    }

    #[test]
    fn each_does_what_its_phrase_says() {
        use Transform::*;
        for (transform, text, result) in [
            (
                Basename,
                r"\Device\HarddiskVolume3\Windows\msiexec.exe",
                Some("msiexec.exe"),
            ),
            (Basename, "/usr/bin/sudo", Some("sudo")),
            (Basename, "cmd.exe", Some("cmd.exe")),
            (Basename, r"C:\dir\", Some("")),
            (AfterLastBackslash, r"NT AUTHORITY\SYSTEM", Some("SYSTEM")),
            (AfterLastBackslash, "a/b", Some("a/b")),
            (NullIfDash, "-", None),
            (NullIfDash, "--", Some("--")),
            (
                TrimBlanks,
                "  \"a b\"\t  ".trim_end_matches(' '),
                Some("\"a b\"\t"),
            ),
            (WithoutQuotes, r#""a" /i "b""#, Some("a /i b")),
            (LastPart, r"HKLM\a\b/c", Some("b/c")),
            (BeforeLastBackslash, r"HKLM\a\b", Some(r"HKLM\a")),
            (BeforeLastBackslash, "a/b", Some("a/b")),
            (InParentheses, "DWORD (0x00000001)", Some("0x00000001")),
            (InParentheses, "QWORD (0x0-0x1)", Some("0x0-0x1")),
            (InParentheses, "Run (me)", Some("Run (me)")),
            (InParentheses, "Binary Data", Some("Binary Data")),
            (Md5Of, "SHA1=a,MD5=b", Some("b")),
            (Sha1Of, "SHA1=a,MD5=b", Some("a")),
            (Sha256Of, "SHA1=a,MD5=b", Some("")),
            (ImphashOf, "MD5=b,IMPHASH=c", Some("c")),
        ] {
            assert_eq!(
                apply(transform, text).as_deref(),
                result,
                "{transform:?} {text}"
            );
        }
    }
}
