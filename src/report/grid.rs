//! Columns for a terminal: as wide as what they hold where there is room, else narrower with their
//! texts wrapped, never cut. Knows nothing of what the columns mean.

use super::wrap::{width, wrap};
use crate::event::visible::visible;
use std::io::{self, Write};

/// Between two columns.
const GAP: usize = 2;
/// Labels of notes line up to here; a longer one (it may come from a log) stands out.
const WIDEST_LABEL: usize = 24;
/// Narrower terminals are written to as if they had so many columns.
pub(super) const NARROWEST: usize = 20;

/// How text is laid out.
#[derive(Debug, Clone, Copy)]
pub(super) struct Page {
    /// Cells a line may take; `None`: as many as it needs.
    pub(super) width: Option<usize>,
    /// The rule under the header is drawn in ASCII.
    pub(super) ascii: bool,
}

/// A column.
pub(super) struct Column {
    title: String,
    /// Numbers stand to the right.
    right: bool,
    /// It may be made so narrow and no narrower.
    least: usize,
}

/// A line of cells; each cell is one or more texts, one under the other.
type Line = Vec<Vec<String>>;

/// What belongs together: lines of cells, then notes below them.
#[derive(Default)]
pub(super) struct Entry {
    lines: Vec<Line>,
    notes: Vec<(String, String)>,
}

/// Columns, entries, and what the notes hold.
#[derive(Default)]
pub(super) struct Grid {
    columns: Vec<Column>,
    entries: Vec<Entry>,
    /// The titles of the notes: label and text.
    note_titles: Vec<(String, String)>,
}

impl Page {
    pub(super) fn limit(self) -> usize {
        self.width.map_or(usize::MAX, |width| width.max(NARROWEST))
    }
}

impl Entry {
    /// Adds a line of cells; hostile texts are made visible here.
    pub(super) fn line(&mut self, cells: impl IntoIterator<Item = Vec<String>>) {
        let shown = |texts: Vec<String>| texts.iter().map(|t| visible(t).into_owned()).collect();
        self.lines.push(cells.into_iter().map(shown).collect());
    }

    /// Adds a note: a label, which may be empty, and a text, without which there is no note;
    /// hostile texts are made visible here.
    pub(super) fn note(&mut self, label: &str, text: &str) {
        if text.is_empty() {
            return;
        }
        self.notes
            .push((visible(label).into_owned(), visible(text).into_owned()));
    }
}

impl Grid {
    /// Adds a column that holds texts and is never narrower than `least` (or its own texts).
    pub(super) fn column(&mut self, title: &str, least: usize) {
        self.columns.push(Column {
            title: visible(title).into_owned(),
            right: false,
            least,
        });
    }

    /// Adds a column of numbers, which are never wrapped.
    pub(super) fn numbers(&mut self, title: &str) {
        self.columns.push(Column {
            title: visible(title).into_owned(),
            right: true,
            least: usize::MAX,
        });
    }

    /// Says in the header what a note holds.
    pub(super) fn note_title(&mut self, label: &str, text: &str) {
        self.note_titles.push((label.to_owned(), text.to_owned()));
    }

    pub(super) fn push(&mut self, entry: Entry) {
        self.entries.push(entry);
    }

    /// Writes it as columns; `false`, and nothing written, when they do not fit.
    pub(super) fn write(&self, out: &mut dyn Write, page: Page) -> io::Result<bool> {
        let Some(widths) = self.widths(page) else {
            return Ok(false);
        };
        let titles: Line = self.columns.iter().map(|c| vec![c.title.clone()]).collect();
        self.write_line(out, &titles, &widths)?;
        let room = self.label_room();
        write_notes(out, &self.note_titles, room, page)?;
        let rule = if page.ascii { "-" } else { "─" };
        let gaps = GAP * widths.len().saturating_sub(1);
        writeln!(out, "{}", rule.repeat(widths.iter().sum::<usize>() + gaps))?;
        for entry in &self.entries {
            for line in &entry.lines {
                self.write_line(out, line, &widths)?;
            }
            write_notes(out, &entry.notes, room, page)?;
        }
        Ok(true)
    }

    /// Writes one line a cell, `title  text`, entry by entry under a heading: for when the
    /// columns do not fit.
    pub(super) fn write_upright(&self, out: &mut dyn Write, page: Page) -> io::Result<()> {
        for (number, entry) in (1..).zip(&self.entries) {
            if number > 1 {
                writeln!(out)?;
            }
            writeln!(out, "row {number} of {}", self.entries.len())?;
            let mut pairs = Vec::new();
            for line in &entry.lines {
                for (column, cell) in self.columns.iter().zip(line) {
                    for (nth, text) in cell.iter().filter(|t| !t.is_empty()).enumerate() {
                        let title = if nth == 0 { &*column.title } else { "" };
                        pairs.push((title.to_owned(), text.clone()));
                    }
                }
            }
            pairs.extend(entry.notes.iter().cloned());
            write_pairs(out, &pairs, 2, page)?;
        }
        Ok(())
    }

    /// Fits the columns into the page; `None` when that can't be.
    fn widths(&self, page: Page) -> Option<Vec<usize>> {
        let natural: Vec<usize> = (0..self.columns.len()).map(|at| self.natural(at)).collect();
        let Some(limit) = page.width.map(|_| page.limit()) else {
            return Some(natural);
        };
        let room = limit.checked_sub(GAP * natural.len().saturating_sub(1))?;
        let least = self.columns.iter().map(|c| c.least.max(2));
        let mut widths: Vec<usize> = natural.iter().zip(least).map(|(n, l)| *n.min(&l)).collect();
        let mut left = room.checked_sub(widths.iter().sum())?;
        // What is left goes to the columns that want more, to each the same, until all are
        // content or nothing is left.
        loop {
            let wanting = widths.iter().zip(&natural).filter(|(w, n)| w < n).count();
            if wanting == 0 || left == 0 {
                return Some(widths);
            }
            let share = (left / wanting).max(1);
            for (width, natural) in widths.iter_mut().zip(&natural) {
                let more = share.min(natural - *width).min(left);
                *width += more;
                left -= more;
            }
        }
    }

    fn natural(&self, at: usize) -> usize {
        let title = self.columns.get(at).map_or(0, |c| width(&c.title));
        let cells = self.entries.iter().flat_map(|e| &e.lines);
        let texts = cells.filter_map(|line| line.get(at)).flatten();
        texts.map(|text| width(text)).max().unwrap_or(0).max(title)
    }

    fn write_line(&self, out: &mut dyn Write, line: &Line, widths: &[usize]) -> io::Result<()> {
        let wrapped: Vec<Vec<&str>> = line
            .iter()
            .zip(widths)
            .map(|(cell, width)| cell.iter().flat_map(|t| wrap(t, *width)).collect())
            .collect();
        let height = wrapped.iter().map(Vec::len).max().unwrap_or(0);
        for level in 0..height {
            let mut text = String::new();
            for ((cell, room), column) in wrapped.iter().zip(widths).zip(&self.columns) {
                let piece = cell.get(level).copied().unwrap_or("");
                let blanks = room.saturating_sub(width(piece));
                let before = if column.right { blanks } else { 0 };
                text.extend(std::iter::repeat_n(' ', before));
                text.push_str(piece);
                text.extend(std::iter::repeat_n(' ', blanks - before + GAP));
            }
            writeln!(out, "{}", text.trim_end_matches(' '))?;
        }
        Ok(())
    }

    /// The cells that the labels of all notes line up in.
    fn label_room(&self) -> usize {
        let all = self.entries.iter().flat_map(|e| &e.notes);
        let labels = all.chain(&self.note_titles).map(|(label, _)| width(label));
        labels.max().unwrap_or(0).min(WIDEST_LABEL)
    }
}

/// Writes notes with their labels filled up to `room` cells.
fn write_notes(
    out: &mut dyn Write,
    notes: &[(String, String)],
    room: usize,
    page: Page,
) -> io::Result<()> {
    let padded: Vec<(String, String)> = notes
        .iter()
        .map(|(label, text)| {
            let blanks = room.saturating_sub(width(label));
            (label.clone() + &" ".repeat(blanks), text.clone())
        })
        .collect();
    write_pairs(out, &padded, 4, page)
}

/// Writes labels and texts in two columns; under one another when there is little room.
fn write_pairs(
    out: &mut dyn Write,
    pairs: &[(String, String)],
    indent: usize,
    page: Page,
) -> io::Result<()> {
    let labels = pairs.iter().map(|(label, _)| width(label)).max();
    let label_room = labels.unwrap_or(0);
    let beside = indent + label_room + if label_room > 0 { GAP } else { 0 };
    let side_by_side = beside + NARROWEST <= page.limit();
    let at = if side_by_side { beside } else { indent + 2 };
    for (label, text) in pairs {
        let mut head = " ".repeat(indent);
        if side_by_side {
            head.push_str(label);
            head.push_str(&" ".repeat(at.saturating_sub(width(&head))));
        } else {
            for piece in wrap(label.trim_end(), page.limit() - indent) {
                if !piece.is_empty() {
                    writeln!(out, "{}{piece}", " ".repeat(indent))?;
                }
            }
            head = " ".repeat(at);
        }
        for piece in wrap(text, page.limit() - at) {
            writeln!(out, "{}", format!("{head}{piece}").trim_end_matches(' '))?;
            head = " ".repeat(at);
        }
    }
    Ok(())
}
