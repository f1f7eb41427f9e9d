//! The http(s) URLs of a command line, each with what msiexec does with it. A Windows command line as
//! the process got it; reading it as msiexec does is `command_line`'s part. No test of the ending:
//! a package needs no `.msi`. Nothing is fetched, resolved or decoded.

use super::command_line;
use std::fmt;
use std::ops::Range;

/// A URL in a command line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Url {
    /// Where it stands, in bytes of the command line. Quotes inside it are in the span.
    pub span: Range<usize>,
    /// As it stands, without quotes. Hostile until `event::visible` has seen it.
    pub text: String,
    /// The host in lower case, without user, port and the brackets of an IPv6 address; empty where
    /// there is none.
    pub host: String,
    /// The port where one is written.
    pub port: Option<u16>,
    /// What follows the host and port: path, query, fragment. Empty where there is nothing.
    pub path: String,
    /// What it is for.
    pub role: UrlRole,
}

/// What msiexec does with a URL on its command line.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum UrlRole {
    /// The package to install, advertise, repair or remove: `/i`, `/package`, `/a`, `/j…`, `/f…`,
    /// `/x`, `/uninstall`, or alone.
    Package,
    /// A patch: `/p`, `/update`, `PATCH=`.
    Patch,
    /// A transform: `/t`, `TRANSFORMS=`.
    Transform,
    /// Where the package's source is looked for: `SOURCELIST=`.
    Source,
    /// The value of another property, in capitals as msiexec takes it: no download by msiexec.
    Property(String),
    /// Something else: another program's, a log file, a second package.
    Other,
}

impl fmt::Display for UrlRole {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Package => f.write_str("package"),
            Self::Patch => f.write_str("patch"),
            Self::Transform => f.write_str("transform"),
            Self::Source => f.write_str("source"),
            Self::Property(name) => write!(f, "property {name}"),
            Self::Other => f.write_str("other"),
        }
    }
}

/// The URLs of a command line (or, for NVM, of the arguments alone), in their order. Takes it for one
/// of msiexec, or of a program that starts msiexec.
pub fn urls(command_line: &str) -> Vec<Url> {
    command_line::find(command_line)
        .into_iter()
        .map(|found| {
            let (host, port, path) = parts(&found.text);
            Url {
                span: found.span,
                host: host.to_lowercase(),
                port,
                path: path.to_owned(),
                role: found.role,
                text: found.text,
            }
        })
        .collect()
}

/// Host, port and the rest of a URL that has a scheme.
fn parts(url: &str) -> (&str, Option<u16>, &str) {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    // A backslash ends the host too: that is how WinINet reads it.
    let end = rest.find(['/', '?', '#', '\\']).unwrap_or(rest.len());
    let (authority, path) = rest.split_at(end);
    let address = authority.rsplit_once('@').map_or(authority, |(_, a)| a);
    if let Some((host, after)) = address.strip_prefix('[').and_then(|a| a.split_once(']')) {
        let port = after.strip_prefix(':').and_then(|port| port.parse().ok());
        return (host, port, path);
    }
    match address.split_once(':') {
        Some((host, port)) => (host, port.parse().ok(), path),
        None => (address, None, path),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::fmt::Write as _;
    use std::path::Path;

    /// `fixtures/url/command_lines.in`, a command line a line, against `.expected`: the line, then a
    /// line a URL.
    #[test]
    fn roles_are_those_beside_the_command_lines() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/url/command_lines.in");
        let mut actual = String::new();
        for line in std::fs::read_to_string(&path).unwrap().lines() {
            if line.starts_with('#') || line.is_empty() {
                continue;
            }
            let _ = writeln!(actual, "{line}");
            for url in urls(line) {
                assert_eq!(line[url.span.clone()].replace('"', ""), url.text, "{line}");
                let port = url.port.map_or("-".to_owned(), |port| port.to_string());
                let _ = writeln!(
                    actual,
                    "    {}: {} | host {} | port {port} | path {}",
                    url.role, url.text, url.host, url.path
                );
            }
        }
        let expected = std::fs::read_to_string(path.with_extension("expected")).unwrap();
        assert!(
            actual == expected,
            "--- expected\n{expected}\n--- actual\n{actual}"
        );
    }

    #[test]
    fn hosts_of_urls() {
        for (url, host, port, path) in [
            ("http://a.test", "a.test", None, ""),
            ("http://a.test:8080/x?y#z", "a.test", Some(8080), "/x?y#z"),
            ("http://u:p@w@a.test:1/x@y", "a.test", Some(1), "/x@y"),
            (
                "https://[2001:DB8::1]:443/x",
                "2001:DB8::1",
                Some(443),
                "/x",
            ),
            ("https://[2001:db8::1]", "2001:db8::1", None, ""),
            ("http://[2001:db8", "[2001", None, ""),
            ("http://a.test:99999/", "a.test", None, "/"),
            (r"http://a.test\x", "a.test", None, r"\x"),
            ("http://a.test?x:1", "a.test", None, "?x:1"),
            ("http://", "", None, ""),
        ] {
            assert_eq!(parts(url), (host, port, path), "{url}");
        }
    }

    /// Real command lines in and around msiexec: a hit has a package URL, the others have none.
    #[test]
    fn urls_of_real_command_lines() {
        let shared = std::env::var_os("GIMLET_SHARED").map_or_else(
            || Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared"),
            std::path::PathBuf::from,
        );
        let Ok(text) = std::fs::read_to_string(shared.join("expected.jsonl")) else {
            eprintln!("skipped: no expected.jsonl in {}", shared.display());
            return;
        };
        let mut hits = 0;
        for line in text.lines() {
            let case: serde_json::Value = serde_json::from_str(line).unwrap();
            let command_line = case["cmd"].as_str().unwrap();
            let urls = urls(command_line);
            if case["match"].as_bool().unwrap() {
                hits += 1;
                assert_eq!(urls[0].role, UrlRole::Package, "{command_line}");
            } else {
                assert!(urls.is_empty(), "{command_line}");
            }
        }
        assert!(hits > 0);
    }

    /// Whatever stands in the line: spans are in it, ascending, apart, at characters, and hold the
    /// text.
    fn check(line: &str) {
        let mut end = 0;
        for url in urls(line) {
            assert!(
                url.span.start >= end && url.span.end > url.span.start,
                "{line:?}"
            );
            end = url.span.end;
            assert_eq!(line[url.span].replace('"', ""), url.text, "{line:?}");
        }
    }

    proptest! {
        #[test]
        fn spans_hold_in_any_text(line in any::<String>()) {
            check(&line);
        }

        #[test]
        fn spans_hold_in_command_lines(
            parts in prop::collection::vec(
                prop::sample::select(vec![
                    "msiexec", "cmd /c", "/i", "-p", "/l*v", "http://a.test/x", "HTTPS://é.test", "\"",
                    "'", " ", " ", ";", "&", "|", "TRANSFORMS=", "S=", "\\", "(", ")", "http", "://", ",", "^", "ü",
                ]),
                0..14,
            ),
        ) {
            check(&parts.concat());
        }
    }

    #[test]
    fn a_long_hostile_line_takes_no_quadratic_time() {
        for piece in [
            "http://",
            "\"http://a ",
            "cmd /c \"",
            "S=http://a;",
            "msiexec ",
            "://",
            "'http://a'(",
        ] {
            check(&piece.repeat(40_000));
        }
    }
}
