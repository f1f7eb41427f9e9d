//! Reads a command line as msiexec does, for the URLs in it: which word belongs to which option or
//! property. Also through what stands round an msiexec: `cmd /c …`, a quoted command line, PowerShell.
//! Not a general parser of command lines; `url` is its only caller.
//!
//! msiexec's reading (Microsoft, "Command-Line Options" of Windows Installer): options begin with `/` or `-`, their case does not count, an argument may be glued to
//! its option, quotes may stand anywhere in a word, `NAME=value` sets a property, and lists in
//! `TRANSFORMS`, `PATCH` and `SOURCELIST` are cut at `;`.

use super::url::UrlRole;
use std::ops::Range;

/// A URL found.
#[derive(Debug)]
pub(super) struct Found {
    pub span: Range<usize>,
    pub text: String,
    pub role: UrlRole,
}

/// A command line inside a word of a command line inside …: deeper ones are not taken apart.
const MAX_DEPTH: usize = 4;

/// The URLs of a command line.
pub(super) fn find(line: &str) -> Vec<Found> {
    let mut found = Vec::new();
    if line.contains("://") {
        let mut reader = Reader {
            program: Program::None,
            pending: Pending::Nothing,
            has_package: false,
            shell: false,
            // A renamed msiexec: no name to wait for, so options count from the start.
            renamed: !contains_ignoring_case(line, "msiexec"),
            depth: 0,
            found: &mut found,
        };
        reader.read(&Text {
            text: line.to_owned(),
            at: (0..line.len()).collect(),
        });
    }
    found
}

/// Decoded text that knows where in the command line each byte of it stood.
#[derive(Debug, Default)]
struct Text {
    text: String,
    at: Vec<usize>,
}

/// A word of it, unquoted.
#[derive(Debug, Default)]
struct Word {
    text: Text,
    /// Where it begins in the text that it was cut out of.
    start: usize,
    /// Where the next word may begin.
    end: usize,
    /// It is a `&` or the like, between two commands.
    separator: bool,
}

/// Whose arguments are being read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Program {
    /// None yet: the next word is a program.
    None,
    Msiexec,
    /// cmd.exe, whose `/c` has not come yet.
    Shell,
    Other,
}

/// What the next word without option or property is.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Pending {
    Nothing,
    Role(UrlRole),
    /// The argument of an option that takes none of our interest: a log file.
    Argument,
}

struct Reader<'f> {
    program: Program,
    pending: Pending,
    has_package: bool,
    /// The text goes through cmd.exe: `&`, `|`, `<`, `>` end a word.
    shell: bool,
    renamed: bool,
    depth: usize,
    found: &'f mut Vec<Found>,
}

impl Text {
    /// The part from byte `from` to byte `to`.
    fn part(&self, from: usize, to: usize) -> Option<Text> {
        Some(Text {
            text: self.text.get(from..to)?.to_owned(),
            at: self.at.get(from..to)?.to_vec(),
        })
    }

    fn push(&mut self, c: char, from: &[usize]) {
        self.text.push(c);
        self.at.extend_from_slice(from);
    }

    /// The next word from byte `from` on: blanks part words, quotes are taken out and keep blanks.
    fn word(&self, from: usize, shell: bool) -> Option<Word> {
        let rest = self.text.get(from..)?;
        let start = from + (rest.len() - rest.trim_start_matches(is_blank).len());
        let mut word = Word {
            start,
            end: self.text.len(),
            ..Word::default()
        };
        let mut quoted = false;
        for (at, c) in self.text.get(start..)?.char_indices() {
            let (at, next) = (start + at, start + at + c.len_utf8());
            let ends = !quoted && (is_blank(c) || (shell && is_separator(c)));
            if c == '"' {
                quoted = !quoted;
            } else if !ends {
                word.text.push(c, self.at.get(at..next)?);
            } else if at == start {
                word.separator = true;
                word.end = next;
                return Some(word);
            } else {
                word.end = at;
                return Some(word);
            }
        }
        (start < self.text.len()).then_some(word)
    }
}

impl Reader<'_> {
    fn read(&mut self, text: &Text) {
        let mut at = 0;
        while let Some(word) = text.word(at, self.shell) {
            at = word.end;
            if word.separator {
                self.program = Program::None;
                self.pending = Pending::Nothing;
                self.has_package = false;
            } else if self.program == Program::Shell && is_run_switch(&word.text.text) {
                self.read_shell(text, word.start + 2);
                return;
            } else {
                self.read_word(&word.text);
            }
        }
    }

    /// What cmd.exe runs: the rest of the line, without its first and last quote if it begins with
    /// one (`cmd /?`).
    fn read_shell(&mut self, text: &Text, from: usize) {
        let rest = text.text.get(from..).unwrap_or("");
        let start = from + (rest.len() - rest.trim_start_matches(is_blank).len());
        let mut inner = text.part(start, text.text.len()).unwrap_or_default();
        let last = inner.text.rfind('"').filter(|last| *last > 0);
        if let (true, Some(last)) = (inner.text.starts_with('"'), last) {
            inner.text.remove(last);
            inner.at.remove(last);
            inner.text.remove(0);
            inner.at.remove(0);
        }
        self.nested(&inner, Program::None, true);
    }

    /// Reads a command line inside this one.
    fn nested(&mut self, text: &Text, program: Program, shell: bool) {
        if self.depth >= MAX_DEPTH {
            return self.take_urls(text, 0, &UrlRole::Other);
        }
        let mut inner = Reader {
            program,
            pending: Pending::Nothing,
            has_package: self.has_package && program == Program::Msiexec,
            shell,
            renamed: self.renamed,
            depth: self.depth + 1,
            found: self.found,
        };
        inner.read(text);
    }

    fn read_word(&mut self, word: &Text) {
        let text = word.text.as_str();
        if self.program != Program::Msiexec
            && let Some(end) = msiexec_end(text)
        {
            self.program = Program::Msiexec;
            self.pending = Pending::Nothing;
            self.has_package = false;
            if let Some(glued) = word.part(end, text.len()).filter(|g| !g.text.is_empty()) {
                self.read_argument(&glued);
            }
            return;
        }
        if self.program == Program::None {
            self.program = match text {
                // Arguments alone, as NVM records them.
                _ if is_option(text) || find_url(text) == Some(0) => Program::Msiexec,
                _ if is_shell(text) => Program::Shell,
                _ => Program::Other,
            };
        }
        self.read_argument(word);
    }

    /// A word after the program.
    fn read_argument(&mut self, word: &Text) {
        let text = word.text.as_str();
        let start = text.len() - text.trim_start_matches(is_debris).len();
        let Some(url) = find_url(text) else {
            return self.read_plain(text.get(start..).unwrap_or(""));
        };
        let before = text.get(start..url).unwrap_or("");
        let property = property_name(before);
        if property.is_none() && before.contains(is_blank) {
            let program = if self.program == Program::Msiexec {
                Program::Msiexec
            } else {
                Program::None
            };
            return self.nested(word, program, false);
        }
        let counts = self.program == Program::Msiexec || self.renamed;
        let role = if before.is_empty() {
            self.positional_role()
        } else if !counts {
            UrlRole::Other
        } else if let Some(name) = before.strip_prefix(['/', '-']) {
            option_role(name.trim_end_matches(is_debris)).unwrap_or(UrlRole::Other)
        } else {
            property.map_or(UrlRole::Other, property_role)
        };
        self.has_package |= role == UrlRole::Package;
        self.take_urls(word, url, &role);
    }

    /// A word without URL: what does it say of the next?
    fn read_plain(&mut self, text: &str) {
        if let Some(name) = text.strip_prefix(['/', '-']) {
            let name = name.trim_end_matches(is_debris);
            if self.program != Program::Msiexec && !self.renamed {
                self.pending = Pending::Nothing;
            } else if let Some(role) = option_role(name) {
                self.pending = Pending::Role(role);
            } else if takes_argument(name) {
                self.pending = Pending::Argument;
            }
        } else if property_name(text).is_none() && !text.is_empty() {
            self.has_package |= self.positional_role() == UrlRole::Package;
        }
    }

    /// The role of a word that is neither option nor property.
    fn positional_role(&mut self) -> UrlRole {
        match std::mem::replace(&mut self.pending, Pending::Nothing) {
            Pending::Role(role) => role,
            Pending::Nothing if self.program == Program::Msiexec && !self.has_package => {
                UrlRole::Package
            }
            Pending::Nothing | Pending::Argument => UrlRole::Other,
        }
    }

    /// The URL at byte `from` of a word, and those after it, which are of the same list.
    fn take_urls(&mut self, word: &Text, mut from: usize, role: &UrlRole) {
        let text = word.text.as_str();
        while let Some(at) = text.get(from..).and_then(find_url) {
            let start = from + at;
            let end = start + self.url_len(text, start, role);
            let span = word.at.get(start).zip(word.at.get(end.wrapping_sub(1)));
            if let (Some((first, last)), Some(url)) = (span, text.get(start..end)) {
                self.found.push(Found {
                    span: *first..*last + 1,
                    text: url.to_owned(),
                    role: role.clone(),
                });
            }
            from = end;
        }
    }

    /// How long the URL at `start` is: to the end of the word, else to what can't be in it there.
    fn url_len(&self, text: &str, start: usize, role: &UrlRole) -> usize {
        let url = text.get(start..).unwrap_or("");
        let before = text.get(..start).and_then(|t| t.chars().next_back());
        let closing = match before {
            Some('\'') => Some('\''),
            Some('(') => Some(')'),
            Some('<') => Some('>'),
            _ => None,
        };
        let is_list = matches!(role, UrlRole::Transform | UrlRole::Patch | UrlRole::Source);
        // A quoted file name of msiexec's may hold blanks; elsewhere a blank ends a URL.
        let blanks = self.program == Program::Msiexec && (is_list || *role == UrlRole::Package);
        let mut open = 0_usize;
        let end = url
            .char_indices()
            .find(|(at, c)| {
                open += usize::from(*c == '(');
                let unopened = self.depth > 0 && *c == ')' && open == 0;
                open -= usize::from(*c == ')' && open > 0);
                unopened
                    || Some(*c) == closing
                    || (is_list && *c == ';')
                    || (!blanks && is_blank(*c))
                    || (matches!(c, ';' | ',' | '|')
                        && url.get(at + 1..).is_some_and(starts_with_url))
            })
            .map_or(url.len(), |(at, _)| at);
        let url = url.get(..end).unwrap_or(url);
        let escaped = before == Some('\\');
        let url = url.trim_end_matches(|c| matches!(c, ';' | ',') || (escaped && c == '\\'));
        url.len()
    }
}

/// The role that an option gives to its argument, by its name in any case.
fn option_role(name: &str) -> Option<UrlRole> {
    let name = name.to_ascii_lowercase();
    let only = |first: char, letters: &str| {
        name.strip_prefix(first)
            .is_some_and(|rest| rest.chars().all(|c| letters.contains(c)))
    };
    match name.as_str() {
        "i" | "package" | "a" | "x" | "uninstall" => Some(UrlRole::Package),
        "p" | "update" => Some(UrlRole::Patch),
        "t" => Some(UrlRole::Transform),
        _ if only('f', "poedcaumsv") || only('j', "um") => Some(UrlRole::Package),
        _ => None,
    }
}

/// Whether an option without a role takes the next word: the log, a language, a DLL, an instance.
fn takes_argument(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    matches!(name.as_str(), "log" | "g" | "y" | "z" | "n" | "m")
        || name
            .strip_prefix('l')
            .is_some_and(|rest| rest.chars().all(|c| "iwearucmopvx+!*".contains(c)))
}

/// The name before the first `=`, where it is a property's.
fn property_name(text: &str) -> Option<&str> {
    let (name, _) = text.split_once('=')?;
    let named = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && name
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '.'));
    named.then_some(name)
}

fn property_role(name: &str) -> UrlRole {
    let name = name.to_ascii_uppercase();
    match name.as_str() {
        "TRANSFORMS" => UrlRole::Transform,
        "PATCH" => UrlRole::Patch,
        "SOURCELIST" => UrlRole::Source,
        _ => UrlRole::Property(name),
    }
}

/// Where the name of msiexec ends in a word that is it, with or without path, extension and a glued
/// option.
fn msiexec_end(word: &str) -> Option<usize> {
    const NAME: &[u8] = b"msiexec";
    let bytes = word.as_bytes();
    let start = bytes
        .windows(NAME.len())
        .rposition(|window| window.eq_ignore_ascii_case(NAME))?;
    let before = word.get(..start)?.chars().next_back();
    if before.is_some_and(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | '.'))
        || word.get(..start)?.contains("://")
    {
        return None;
    }
    let after = word.get(start + NAME.len()..)?;
    let after = match after.get(..4) {
        Some(extension) if extension.eq_ignore_ascii_case(".exe") => after.get(4..)?,
        _ => after,
    };
    let end = word.len() - after.len();
    let tail = after.trim_start_matches(is_debris);
    if tail.is_empty() {
        return Some(word.len());
    }
    (after.starts_with('/') && is_option(after)).then_some(end)
}

fn is_shell(word: &str) -> bool {
    let name = word.rsplit(['\\', '/']).next().unwrap_or(word);
    ["cmd", "cmd.exe", "%comspec%"]
        .iter()
        .any(|shell| name.eq_ignore_ascii_case(shell))
}

/// `/c`, `/k`, `/r` of cmd.exe, also with the command glued to it.
fn is_run_switch(word: &str) -> bool {
    let mut chars = word.chars();
    chars.next() == Some('/') && chars.next().is_some_and(|c| "ckrCKR".contains(c))
}

/// An option, and no path of another system: no further slash before a URL.
fn is_option(word: &str) -> bool {
    let word = word.trim_start_matches(is_debris);
    let Some(rest) = word.strip_prefix(['/', '-']) else {
        return false;
    };
    let name = rest.get(..find_url(rest).unwrap_or(rest.len()));
    rest.starts_with(|c: char| c.is_ascii_alphabetic())
        && name.is_some_and(|name| !name.contains(['/', '\\']) || name.contains(':'))
}

/// Where the first URL begins.
fn find_url(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    memchr::memmem::find_iter(bytes, "://").find_map(|colon| {
        ["https", "http"].iter().find_map(|scheme| {
            let start = colon.checked_sub(scheme.len())?;
            bytes
                .get(start..colon)?
                .eq_ignore_ascii_case(scheme.as_bytes())
                .then_some(start)
        })
    })
}

fn starts_with_url(text: &str) -> bool {
    ["http://", "https://"].iter().any(|scheme| {
        text.get(..scheme.len())
            .is_some_and(|start| start.eq_ignore_ascii_case(scheme))
    })
}

fn contains_ignoring_case(text: &str, needle: &str) -> bool {
    text.as_bytes()
        .windows(needle.len())
        .any(|window| window.eq_ignore_ascii_case(needle.as_bytes()))
}

fn is_blank(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\r' | '\n')
}

fn is_separator(c: char) -> bool {
    matches!(c, '&' | '|' | '<' | '>')
}

/// What is left around a word when a shell or script quoted it in another way.
fn is_debris(c: char) -> bool {
    matches!(
        c,
        '\'' | '(' | ')' | ',' | ';' | '\\' | '`' | '@' | ':' | '='
    )
}
