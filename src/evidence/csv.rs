//! CSV made from events: a Splunk export with its `_raw` column, an export of Windows events with the
//! rendered text in a `Message` column, or columns that are the fields of a JSON shape. Rows are read by hand and not by the `csv` crate, whose
//! reader is made anew for every row at a cost of thousands of bytes.

use super::format::Detected;
use super::json;
use super::splunk;
use super::tables::CSV;
use super::text::add_message;
use super::times;
use super::windows::{Origin, WindowsEvent};
use crate::event::Record;
use std::borrow::Cow;

/// What a header row says of its file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Columns {
    /// There is a `_raw` column.
    Raw,
    /// There is a `Message` column beside an event id and a source.
    Message,
    /// They are the fields of a shape that JSON has, too.
    Fields(Detected),
}

/// No column has a longer name.
const LONGEST_NAME: usize = 256;

/// The delimiter of a header row: the one of `,`, `;` and tab that occurs most in it.
pub fn delimiter(header: &[u8]) -> u8 {
    let mut best = (b',', 0);
    for delimiter in [b',', b';', b'\t'] {
        let count = memchr::memchr_iter(delimiter, header).count();
        if count > best.1 {
            best = (delimiter, count);
        }
    }
    best.0
}

/// Whether the line is what PowerShell's `Export-Csv` writes before the header.
pub fn is_type_line(line: &[u8]) -> bool {
    line.starts_with(b"#TYPE ")
}

/// What the first rows of a text say; `None` when it is no CSV that is known.
pub fn columns(text: &str) -> Option<Columns> {
    let header = text
        .lines()
        .find(|line| !line.trim().is_empty() && !is_type_line(line.as_bytes()))?;
    column_count(header)?;
    let names = row(header, delimiter(header.as_bytes())).0;
    columns_of(&names)
}

fn columns_of(names: &[Cow<'_, str>]) -> Option<Columns> {
    let has = |name: &str| names.iter().any(|known| known == name);
    let any = |system: &str| {
        CSV.system
            .get(system)
            .is_some_and(|columns| columns.iter().any(|column| has(column)))
    };
    if has("_raw") {
        Some(Columns::Raw)
    } else if has("Message") && any("EventID") && any("Provider") {
        Some(Columns::Message)
    } else {
        json::detect_columns(names).map(Columns::Fields)
    }
}

/// The record of a row that stands behind its header row.
pub fn parse(text: &str, origin: Origin) -> Result<Record, String> {
    let delimiter = delimiter(first_line(text));
    let (header, rest) = row(text, delimiter);
    let (cells, _) = row(rest, delimiter);
    if cells.len() < header.len() && !rest.ends_with('\n') {
        return Err(format!(
            "cut off: the log ends in cell {} of {}",
            cells.len(),
            header.len()
        ));
    }
    let cell = |name: &str| {
        let index = header.iter().position(|known| known == name)?;
        cells.get(index).map(AsRef::as_ref)
    };
    if let Some(raw) = cell("_raw") {
        let mut record = splunk::parse(raw, origin, 0)?;
        splunk::set_time(&mut record, cell("_time"), origin.context);
        return Ok(record);
    }
    let Some(message) = cell("Message") else {
        if header.iter().any(|name| name == "Message") {
            return Err("the row ends before its 'Message'".to_owned());
        }
        let names = header.iter().map(AsRef::as_ref);
        return json::parse_cells(names.zip(cells.iter().map(AsRef::as_ref)), origin);
    };
    let mut event = WindowsEvent::new(origin);
    for (name, columns) in &CSV.system {
        let value = columns
            .iter()
            .find_map(|column| cell(column).filter(|v| !v.is_empty()));
        match (name.as_str(), value) {
            (_, None) => {}
            // A wall clock's, in the format of the machine that exported it: no `TimeCreated`.
            ("TimeCreated", Some(value)) => event.set_time(times::any(value)),
            (name, Some(value)) => event.set(name, value),
        }
    }
    if event.event_id().is_none() {
        return Err("no event id in its column".to_owned());
    }
    add_message(&mut event, message)?;
    Ok(event.finish())
}

/// The cells of the row that a text begins with, and the text behind it. A quote counts at the
/// start of a cell alone, a doubled one in a quoted cell is one; a carriage return before the line
/// feed is part of the row's end. `framing::csv` finds the ends of rows by the same rules.
fn row(text: &str, delimiter: u8) -> (Vec<Cow<'_, str>>, &str) {
    let mut cells = Vec::new();
    let mut rest = text;
    loop {
        let (cell, after) = cell(rest, delimiter);
        cells.push(cell);
        match after.as_bytes().first() {
            Some(b'\n') | None => {
                if let Some(last) = cells.last_mut() {
                    drop_return(last);
                }
                return (cells, after.get(1..).unwrap_or_default());
            }
            Some(_) => rest = after.get(1..).unwrap_or_default(),
        }
    }
}

fn drop_return(cell: &mut Cow<'_, str>) {
    let Some(kept) = cell.strip_suffix('\r').map(str::len) else {
        return;
    };
    match cell {
        Cow::Borrowed(text) => *text = text.get(..kept).unwrap_or_default(),
        Cow::Owned(text) => text.truncate(kept),
    }
}

/// The cell that a text begins with, and the text from its delimiter or line end on.
fn cell(text: &str, delimiter: u8) -> (Cow<'_, str>, &str) {
    let plain =
        |text: &str| memchr::memchr2(delimiter, b'\n', text.as_bytes()).unwrap_or(text.len());
    let Some(quoted) = text.strip_prefix('"') else {
        let (cell, after) = text.split_at(plain(text));
        return (Cow::Borrowed(cell), after);
    };
    let mut value = Cow::Borrowed("");
    let mut rest = quoted;
    loop {
        let (piece, after) = match memchr::memchr(b'"', rest.as_bytes()) {
            Some(quote) => rest.split_at(quote),
            None => (rest, ""),
        };
        push(&mut value, piece);
        let Some(after) = after.strip_prefix("\"\"") else {
            rest = after.get(1..).unwrap_or_default();
            break;
        };
        push(&mut value, "\"");
        rest = after;
    }
    // What stands behind the closing quote belongs to the cell, as most readers have it. Right behind
    // it stands text only where a writer doubles no quotes, and means the quote: it stays, so that
    // no word is made of two.
    let (piece, after) = rest.split_at(plain(rest));
    if piece.starts_with(|letter: char| !letter.is_whitespace()) {
        push(&mut value, "\"");
    }
    push(&mut value, piece);
    (value, after)
}

fn push<'t>(value: &mut Cow<'t, str>, piece: &'t str) {
    if value.is_empty() {
        *value = Cow::Borrowed(piece);
    } else if !piece.is_empty() {
        value.to_mut().push_str(piece);
    }
}

/// How many columns a header row has; `None` when a name is longer than any column's, so that the
/// text is no table. What a row costs is bounded by it: the header is read again with each.
pub fn column_count(header: &str) -> Option<usize> {
    let names = row(header, delimiter(first_line(header))).0;
    names
        .iter()
        .all(|name| name.len() <= LONGEST_NAME)
        .then_some(names.len())
}

fn first_line(text: &str) -> &[u8] {
    text.lines().next().unwrap_or_default().as_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_those_of_rfc_4180() {
        let cells = |text: &str| -> Vec<String> {
            let (cells, rest) = row(text, b',');
            assert_eq!(rest, "rest");
            cells.into_iter().map(Cow::into_owned).collect()
        };
        assert_eq!(
            cells("a,,\"b,\n\"\"c\"\"\",d\r\nrest"),
            ["a", "", "b,\n\"c\"", "d"]
        );
        assert_eq!(cells("\"\"\nrest"), [""]);
        assert_eq!(cells("a\"b\"c,\"d\"e\r\nrest"), ["a\"b\"c", "d\"e"]);
        assert_eq!(cells("ü,\"ü\"\"\"\nrest"), ["ü", "ü\""]);
        assert_eq!(row("a,\"b", b','), (vec!["a".into(), "b".into()], ""));
        assert_eq!(row("", b','), (vec!["".into()], ""));
    }

    proptest::proptest! {
        #[test]
        fn any_row_is_read_as_another_writer_meant_it(
            mut cells in proptest::collection::vec("(?s)[a,\"\r\n ü]{0,6}", 1..6),
        ) {
            let mut writer = ::csv::Writer::from_writer(Vec::new());
            writer.write_record(&cells).unwrap();
            let text = String::from_utf8(writer.into_inner().unwrap()).unwrap();
            let (read, rest) = row(&text, b',');
            // A carriage return before the row's end is the one thing that is not kept.
            let last = cells.pop().unwrap();
            cells.push(last.strip_suffix('\r').unwrap_or(&last).to_owned());
            proptest::prop_assert_eq!((read, rest), (cells.into_iter().map(Cow::Owned).collect(), ""));
        }
    }
}
