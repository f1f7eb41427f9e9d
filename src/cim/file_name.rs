//! The file name that the data model takes out of a command line when a source gives none: its two
//! expressions R1 and R2, scanned by hand, bugs included. Not for sources that know their image.
//!
//! CIM 6.x, Endpoint.json, `process_name` and `parent_process_name`:
//! R1 `^\s*(?:"..*\\([^"]+)").*` and R2 `^(?:..*\\)?([^\s"]+)(?=\s|$).*`, each as
//! `replace(x, R, "\1")` where `match(x, R)`. Both are greedy: the last backslash of the *line*
//! counts, so `msiexec.exe /i "C:\tmp\a b.msi"` gives `a`. PCRE: `.` is no line feed and `\s` is
//! ASCII; what stands after the first line is kept by `replace`.

use std::borrow::Cow;

/// `\1` of R1, else of R2, each with what `replace` leaves after it; `None` where neither matches.
pub fn file_name(command_line: &str) -> Option<Cow<'_, str>> {
    quoted(command_line).or_else(|| unquoted(command_line))
}

/// R1: a path in quotes at the start. Its file name begins after the last backslash that some text
/// and a quote follow.
fn quoted(line: &str) -> Option<Cow<'_, str>> {
    let start = line.len() - line.trim_start_matches(is_space).len();
    let inner = line.get(start..)?.strip_prefix('"')?;
    // The part that `..*\\` may cross: one character, then up to the end of the line.
    let first = inner.chars().next().filter(|c| *c != '\n')?;
    let line_end = inner.find('\n').unwrap_or(inner.len());
    let mut quote = None;
    for (at, c) in inner.char_indices().rev() {
        if c == '"' {
            quote = Some(at);
        } else if c == '\\' && at < line_end && at >= first.len_utf8() {
            let name = quote.and_then(|quote| inner.get(at + 1..quote));
            if let (Some(name), Some(quote)) = (name.filter(|n| !n.is_empty()), quote) {
                return Some(with_rest(name, inner.get(quote + 1..)?));
            }
        }
    }
    None
}

/// R2: the run of neither blanks nor quotes after the last backslash of the first line where one
/// stands that a blank or the end follows; without such a backslash the run at the start.
fn unquoted(line: &str) -> Option<Cow<'_, str>> {
    let first = line.chars().next()?;
    let line_end = line.find('\n').unwrap_or(line.len());
    let mut run_end = line.len();
    let mut closed = true; // a blank or the end follows the run, not a quote
    for (at, c) in line.char_indices().rev() {
        if is_space(c) || c == '"' {
            run_end = at;
            closed = c != '"';
        } else if c == '\\' && at < line_end && at >= first.len_utf8() && first != '\n' {
            let run = line.get(at + 1..run_end).filter(|run| !run.is_empty());
            if let (Some(run), true) = (run, closed) {
                return Some(with_rest(run, line.get(run_end..)?));
            }
        }
    }
    let run = line.get(..run_end).filter(|run| !run.is_empty())?;
    closed.then_some(())?;
    Some(with_rest(run, line.get(run_end..)?))
}

/// `name` and what `.*` does not take: everything from the first line feed of `rest` on.
fn with_rest<'a>(name: &'a str, rest: &'a str) -> Cow<'a, str> {
    match rest.find('\n').and_then(|at| rest.get(at..)) {
        None => Cow::Borrowed(name),
        Some(rest) => Cow::Owned(format!("{name}{rest}")),
    }
}

fn is_space(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\n' | '\u{b}' | '\u{c}' | '\r')
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn vectors_of_the_model() {
        for (line, name) in [
            (
                r#""C:\Windows\system32\msiexec.exe" /i "https://x""#,
                Some("msiexec.exe"),
            ),
            (
                r"C:\Windows\system32\msiexec.exe /q /i https://x",
                Some("msiexec.exe"),
            ),
            ("msiexec /q", Some("msiexec")),
            ("/usr/bin/curl http://x", Some("/usr/bin/curl")),
            (r#""msiexec.exe" /i x"#, None),
            (
                r"\??\C:\Windows\system32\conhost.exe 0x4",
                Some("conhost.exe"),
            ),
            (
                r#"C:\Windows\system32\msiexec.exe /i "C:\tmp\a b.msi""#,
                Some("a"),
            ),
            ("", None),
            ("unknown", Some("unknown")),
            // Greedy in R1 too.
            (r#""C:\a\msiexec.exe" /i "C:\tmp\x.msi""#, Some("x.msi")),
        ] {
            assert_eq!(file_name(line).as_deref(), name, "{line}");
        }
    }

    /// The expressions themselves; `(?=\s|$)` is written out, which the `regex` crate lacks.
    fn by_expression(line: &str) -> Option<String> {
        let r1 = regex::Regex::new(r#"^[[:space:]]*(?:"..*\\([^"]+)").*"#).unwrap();
        let r2 =
            regex::Regex::new(r#"^(?:..*\\)?((?:[^"[[:space:]]])+)(?:[[:space:]]|$)"#).unwrap();
        if let Some(found) = r1.captures(line) {
            let end = found.get(0).unwrap().end();
            return Some(format!("{}{}", &found[1], &line[end..]));
        }
        let found = r2.captures(line)?;
        let rest = &line[found.get(1).unwrap().end()..];
        let rest = rest.find('\n').map_or("", |at| &rest[at..]);
        Some(format!("{}{rest}", &found[1]))
    }

    proptest! {
        #[test]
        fn the_scan_is_the_expression(line in r#"[ a"\\\n.é]{0,14}"#) {
            prop_assert_eq!(file_name(&line).map(Cow::into_owned), by_expression(&line), "{:?}", line);
        }

        #[test]
        fn any_text_is_survived(line in any::<String>()) {
            let _ = file_name(&line);
        }
    }
}
