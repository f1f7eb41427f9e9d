//! Makes the URLs of a text unclickable, as responders pass them on: `hxxp`, and `[.]` between the
//! labels of the host. For reports and the clipboard; stored values are never changed.

use std::borrow::Cow;

const SCHEMES: [(&str, &str); 3] = [
    ("https://", "hxxps://"),
    ("http://", "hxxp://"),
    ("ftp://", "fxp://"),
];

/// `text` with each of its http, https and ftp URLs made unclickable. Case of the rest is kept,
/// path and query are left as they are.
pub fn defang(text: &str) -> Cow<'_, str> {
    // ASCII letters only change case, so places in both texts are the same.
    let lower = text.to_ascii_lowercase();
    let mut out = String::new();
    let mut done = 0;
    while let Some((at, scheme, safe)) = next_url(&lower, done) {
        let host = at + scheme.len();
        let rest = text.get(host..).unwrap_or("");
        let end = rest.find(ends_authority).unwrap_or(rest.len());
        out.push_str(text.get(done..at).unwrap_or(""));
        out.push_str(safe);
        for c in rest.get(..end).unwrap_or("").chars() {
            match c {
                '.' => out.push_str("[.]"),
                c => out.push(c),
            }
        }
        done = host + end;
    }
    if done == 0 {
        return Cow::Borrowed(text);
    }
    out.push_str(text.get(done..).unwrap_or(""));
    Cow::Owned(out)
}

fn next_url(lower: &str, from: usize) -> Option<(usize, &'static str, &'static str)> {
    let mut start = from;
    // Each `://` is looked at once, so hostile text costs no more than its length.
    while let Some(found) = lower.get(start..)?.find("://") {
        let colon = start + found;
        let behind = colon + 3;
        let head = lower.get(from..behind)?;
        if let Some((scheme, safe)) = SCHEMES.iter().find(|(s, _)| head.ends_with(s)) {
            return Some((behind - scheme.len(), scheme, safe));
        }
        start = behind;
    }
    None
}

fn ends_authority(c: char) -> bool {
    c.is_whitespace()
        || matches!(
            c,
            '/' | '\\' | '?' | '#' | '"' | '\'' | '<' | '>' | ',' | ';' | ')'
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_are_bracketed_and_paths_left() {
        for (text, expected) in [
            (
                "http://203.0.113.9:9900/nv.msi",
                "hxxp://203[.]0[.]113[.]9:9900/nv.msi",
            ),
            (
                "msiexec /i \"HTTPS://a.b/x.msi\" /q",
                "msiexec /i \"hxxps://a[.]b/x.msi\" /q",
            ),
            (
                "T=http://a.b;https://c.d/?u=http://e.f",
                "T=hxxp://a[.]b;hxxps://c[.]d/?u=hxxp://e[.]f",
            ),
            (
                "SERVER=https://user:p.w@a.b",
                "SERVER=hxxps://user:p[.]w@a[.]b",
            ),
            ("http://", "hxxp://"),
            ("://x.y ünï http://ü.de", "://x.y ünï hxxp://ü[.]de"),
        ] {
            assert_eq!(defang(text), expected);
        }
        assert!(matches!(defang("C:\\a.msi"), Cow::Borrowed(_)));
        assert_eq!(defang(&defang("http://a.b")), "hxxp://a[.]b");
    }
}
