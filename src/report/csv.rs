//! Rows as CSV: RFC 4180 with its CRLF line ends, a header of the columns, a multivalue field
//! joined by line feeds, a missing field empty. Spreadsheets run a cell that begins like a formula
//! (CWE-1236), so a text that begins with one of [`FORMULA`] gets a `'` before it.

use crate::event::Value;
use crate::event::value::FORMULA;
use crate::event::visible::visible_lines;
use crate::search::Table;
use std::borrow::Cow;
use std::io::{self, Write};

/// Where the CSV goes. CSV has no escape for control characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Medium {
    /// A file or another program: the exact text.
    File,
    /// A terminal: hostile characters are made visible; line feeds stay.
    Terminal,
}

/// Writes `table` in `order`.
pub fn write_csv(
    out: &mut dyn Write,
    table: &Table,
    order: &[usize],
    medium: Medium,
) -> io::Result<()> {
    let mut writer = csv::WriterBuilder::new()
        .terminator(csv::Terminator::CRLF)
        .from_writer(out);
    let header = table.columns.iter().map(|name| cell_text(name, medium));
    writer
        .write_record(header.map(into_bytes))
        .map_err(io_error)?;
    for row in order.iter().filter_map(|place| table.rows.get(*place)) {
        let cells = (0..table.columns.len()).map(|at| {
            let value = row.cells.get(at).and_then(Option::as_ref);
            into_bytes(value.map_or(Cow::Borrowed(""), |v| cell(v, medium)))
        });
        writer.write_record(cells).map_err(io_error)?;
    }
    writer.flush()
}

/// The error beneath, so that a closed pipe is known as one.
fn io_error(error: csv::Error) -> io::Error {
    match error.into_kind() {
        csv::ErrorKind::Io(error) => error,
        other => io::Error::other(format!("CSV: {other:?}")),
    }
}

fn into_bytes(text: Cow<'_, str>) -> Vec<u8> {
    text.into_owned().into_bytes()
}

fn cell(value: &Value, medium: Medium) -> Cow<'_, str> {
    match value {
        // A negative number is a number and no formula.
        Value::Number(_) => value.as_text(),
        Value::Text(text) => cell_text(text, medium),
        Value::Many(_) => Cow::Owned(cell_text(&value.as_text(), medium).into_owned()),
    }
}

fn cell_text(text: &str, medium: Medium) -> Cow<'_, str> {
    let shown = match medium {
        Medium::File => Cow::Borrowed(text),
        Medium::Terminal => Cow::Owned(visible_lines(text).join("\n")),
    };
    if text.starts_with(FORMULA) {
        Cow::Owned(format!("'{shown}"))
    } else {
        shown
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::search::Row;
    use std::sync::Arc;

    fn written(columns: &[&str], cells: Vec<Option<Value>>, medium: Medium) -> String {
        let table = Table {
            columns: columns.iter().map(|c| Arc::from(*c)).collect(),
            rows: vec![Row {
                cells,
                events: vec![],
            }],
        };
        let mut out = Vec::new();
        write_csv(&mut out, &table, &[0], medium).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn quotes_and_line_ends() {
        let many = Value::many(vec!["a".into(), "b".into()]);
        let cells = vec![Some("say \"hi\", \"".into()), None, many];
        assert_eq!(
            written(&["user", "de,st", "names"], cells, Medium::File),
            "user,\"de,st\",names\r\n\"say \"\"hi\"\", \"\"\",,\"a\nb\"\r\n"
        );
        assert_eq!(
            written(&["user"], vec![None], Medium::File),
            "user\r\n\"\"\r\n"
        );
    }

    #[test]
    fn formulas_are_made_harmless_and_numbers_are_left() {
        for text in ["=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\rx", "＝1"] {
            let line = written(&["f"], vec![Some(text.into())], Medium::File);
            let cell = line.split_once("\r\n").unwrap().1.trim_start_matches('"');
            assert!(cell.starts_with(&format!("'{text}")), "{line}");
        }
        let line = written(&["f"], vec![Some(Value::Number(-1.0))], Medium::File);
        assert_eq!(line, "f\r\n-1\r\n");
        assert_eq!(written(&["=f"], vec![], Medium::File), "'=f\r\n\"\"\r\n");
    }

    #[test]
    fn a_terminal_gets_nothing_to_act_on() {
        let cells = vec![Some("a\u{1b}]52;c;x\u{7}\nb\u{9b}".into())];
        let line = written(&["f"], cells, Medium::Terminal);
        assert_eq!(line, "f\r\n\"a␛]52;c;x␇\nb⟨U+009B⟩\"\r\n");
    }

    proptest::proptest! {
        #[test]
        fn it_is_read_back_as_it_was(
            texts in proptest::collection::vec("(?s)[a,\"'\r\n=é\u{0} ]{0,8}|(?s).{0,12}", 1..5),
        ) {
            let names: Vec<String> = (0..texts.len()).map(|i| format!("f{i}")).collect();
            let names: Vec<&str> = names.iter().map(String::as_str).collect();
            let cells = texts.iter().map(|t| Some(Value::text(t))).collect();
            let file = written(&names, cells, Medium::File);
            let mut reader = csv::Reader::from_reader(file.as_bytes());
            let record = reader.records().next().unwrap().unwrap();
            for (cell, text) in record.iter().zip(&texts) {
                let guarded = text.starts_with(FORMULA);
                let bare = if guarded { cell.strip_prefix('\'').unwrap() } else { cell };
                proptest::prop_assert_eq!(bare, text);
            }
            proptest::prop_assert_eq!(record.len(), texts.len());
        }
    }
}
