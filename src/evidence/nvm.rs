//! Cisco NVM records: the v1 line of `key="value"` behind syslog headers, and what both versions
//! share: the time and how an empty value is written. The headers are left to the raw view: their
//! host is the collector's and their time has no year.
//!
//! Inside a value `\"` is a quote and nothing else is escaped (`C:\Windows`), so `\"` at the end of
//! a value that ends in a backslash is told by what follows: the line's end or ` key="`. A quote of
//! the value itself can't be followed by that, because its next quote would be escaped too.

use super::format::ParseContext;
use super::times;
use super::windows::Origin;
use crate::event::{Family, Record, Timestamp};

/// The collector's field names are short; this bounds the look ahead.
const LONGEST_NAME: usize = 32;

/// Whether a value says that there is none: `''`, or `'` alone (which of them the collector writes
/// could not be seen).
pub fn is_empty(value: &str) -> bool {
    matches!(value, "''" | "'")
}

/// The time of the flow: `fsms` in milliseconds, else `fss` in seconds. System records have none.
pub fn set_time(record: &mut Record, context: ParseContext) {
    let at = record
        .data("fsms")
        .and_then(Timestamp::from_millis_text)
        .or_else(|| record.data("fss").and_then(Timestamp::from_epoch_text));
    record.time = times::event_time(at.map(crate::event::time::Reading::Instant), context);
}

/// Whether the line has a flow version.
pub fn is_flow(line: &str) -> bool {
    line.contains("fv=\"nvzFlow") || line.contains("fv='nvzFlow")
}

/// The record of one v1 line.
pub fn parse(line: &str, origin: Origin) -> Result<Record, String> {
    let mut record = Record::new(Family::Nvm, origin.locator);
    let mut rest = line.trim_end();
    while let Some((name, quote, behind)) = next_field(rest) {
        let (value, behind) = value(behind, quote)
            .ok_or_else(|| format!("cut off: the value of '{name}' has no end"))?;
        let value = if is_empty(&value) {
            String::new()
        } else {
            value
        };
        record.push_data(name, value);
        rest = behind;
    }
    if record.data("fv").is_none() {
        return Err("no flow version 'fv'".to_owned());
    }
    set_time(&mut record, origin.context);
    Ok(record)
}

/// The next `name="` or `name='`, and what is behind it.
fn next_field(text: &str) -> Option<(&str, char, &str)> {
    let mut from = 0;
    loop {
        let equals = from + text.get(from..)?.find('=')?;
        let quote = text.get(equals + 1..)?.chars().next()?;
        let before = text.get(..equals)?;
        let start = before
            .rfind(|c: char| !(c.is_ascii_alphanumeric() || c == '_'))
            .map_or(0, |at| {
                at + before
                    .get(at..)
                    .and_then(|t| t.chars().next())
                    .map_or(1, char::len_utf8)
            });
        let name = before.get(start..)?;
        if matches!(quote, '"' | '\'') && !name.is_empty() {
            return Some((name, quote, text.get(equals + 2..)?));
        }
        from = equals + 1;
    }
}

/// The value up to its closing quote, unescaped, and what is behind that.
fn value(text: &str, quote: char) -> Option<(String, &str)> {
    let mut value = String::new();
    let mut rest = text;
    loop {
        let at = rest.find(quote)?;
        let (piece, behind) = (rest.get(..at)?, rest.get(at + 1..)?);
        let escaped = match quote {
            '"' => piece.ends_with('\\') && !ends_value(behind, "=\""),
            _ => !ends_value(behind, "="),
        };
        if !escaped {
            value.push_str(piece);
            return Some((value, behind));
        }
        value.push_str(piece.strip_suffix('\\').unwrap_or(piece));
        value.push(quote);
        rest = behind;
    }
}

/// Whether a value ends before `behind`: there the line ends, or a name and `assign` follow.
fn ends_value(behind: &str, assign: &str) -> bool {
    let name = behind.trim_start_matches([' ', '\t']);
    if name.is_empty() {
        return true;
    }
    if name.len() == behind.len() {
        return false;
    }
    let len = name
        .bytes()
        .take(LONGEST_NAME)
        .take_while(|b| b.is_ascii_alphanumeric() || *b == b'_')
        .count();
    len > 0 && name.get(len..).is_some_and(|rest| rest.starts_with(assign))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Option<String> {
        value(text, '"').map(|(value, _)| value)
    }

    #[test]
    fn quotes_and_backslashes_in_values() {
        assert_eq!(read(r#"plain" b="c""#).as_deref(), Some("plain"));
        assert_eq!(
            read(r#" /i \"https://example.test/a.msi\"" b="c""#).as_deref(),
            Some(r#" /i "https://example.test/a.msi""#)
        );
        assert_eq!(read(r#"C:\" b="c""#).as_deref(), Some(r"C:\"));
        assert_eq!(read(r#"C:\""#).as_deref(), Some(r"C:\"));
        assert_eq!(
            read(r#"/i X TRANSFORMS=\"a.mst\" pn='x' http" b="c""#).as_deref(),
            Some(r#"/i X TRANSFORMS="a.mst" pn='x' http"#)
        );
        assert_eq!(read(r#"never \" ends"#), None);
        assert_eq!(
            value("msiexec.exe' ph='x'", '\'').map(|v| v.0).as_deref(),
            Some("msiexec.exe")
        );
        assert_eq!(
            value("'' hm=\"x\"", '\'').map(|v| v.0).as_deref(),
            Some("'")
        );
    }
}
