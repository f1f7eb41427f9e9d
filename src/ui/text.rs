//! The one way of a text to the screen. A [`Piece`] is made only here: hostile characters are made
//! visible (`event::visible`), on an ASCII terminal everything else is written out; pieces are
//! measured, cut and wrapped by display width and never inside of a grapheme.

use super::cut;
use super::theme::{Role, Theme};
use crate::event::visible::{is_hidden, visible};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use std::borrow::Cow;
use std::fmt::Write as _;
use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

/// A run of text in one style, safe to be shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Piece {
    text: String,
    style: Style,
    /// It is what is searched.
    found: bool,
}

/// A line before it is cut or wrapped.
pub type Line = Vec<Piece>;

/// What our own drawing is on an ASCII terminal.
const ASCII: [(char, &str); 32] = [
    ('·', "-"),
    ('▸', ">"),
    ('▾', "v"),
    ('…', ".."),
    ('×', "x"),
    ('╭', "+"),
    ('╮', "+"),
    ('╰', "+"),
    ('╯', "+"),
    ('─', "-"),
    ('│', "|"),
    ('▁', "_"),
    ('▂', "."),
    ('▃', ":"),
    ('▄', "-"),
    ('▅', "="),
    ('▆', "+"),
    ('▇', "*"),
    ('█', "#"),
    ('✔', "+"),
    ('←', "<"),
    ('→', ">"),
    ('¦', "|"),
    ('–', "-"),
    ('◐', "|"),
    ('◓', "/"),
    ('◑', "-"),
    ('◒', "\\"),
    ('═', "="),
    ('Σ', "S"),
    ('↑', "^"),
    ('↓', "v"),
];

impl Theme {
    /// A text from outside: of a log, a file name, an error, a rule.
    pub fn data(self, text: impl AsRef<str>, role: Role) -> Piece {
        self.styled(text.as_ref(), self.style(role))
    }

    fn styled(self, text: &str, style: Style) -> Piece {
        let text = if self.ascii {
            written_out(text)
        } else {
            visible(text).into_owned()
        };
        Piece {
            text,
            style,
            found: false,
        }
    }

    /// A text of our own, with our own signs in it.
    pub fn label(self, text: impl Into<String>, role: Role) -> Piece {
        let mut text: String = text.into();
        if self.ascii && !text.is_ascii() {
            for (sign, plain) in ASCII {
                text = text.replace(sign, plain);
            }
        }
        self.styled(&text, self.style(role))
    }

    /// Blanks.
    pub fn blank(self, width: usize) -> Piece {
        self.label(" ".repeat(width), Role::Plain)
    }

    /// A text from outside in exactly so many cells: cut at its end, or filled up.
    pub fn column(self, text: &str, width: usize, role: Role) -> Piece {
        let piece = self.data(text, role);
        self.fill(piece, width)
    }

    /// As [`Theme::column`], but cut in its middle: both ends of a path say something.
    pub fn middle_column(self, text: &str, width: usize, role: Role) -> Piece {
        let mut piece = self.data(text, role);
        piece.text = cut::middle(&piece.text, width, self.ellipsis());
        self.fill(piece, width)
    }

    /// As [`Theme::column`], but the name behind the last slash stays whole as long as it can.
    pub fn path_column(self, text: &str, width: usize, role: Role) -> Piece {
        let mut piece = self.data(text, role);
        piece.text = cut::path(&piece.text, width, self.ellipsis());
        self.fill(piece, width)
    }

    /// At the right end of so many cells.
    pub fn right_column(self, text: &str, width: usize, role: Role) -> Piece {
        let mut piece = self.data(text, role);
        let free = width.saturating_sub(piece.width());
        piece.text.insert_str(0, &" ".repeat(free));
        self.fill(piece, width)
    }

    fn fill(self, mut piece: Piece, width: usize) -> Piece {
        if piece.width() > width {
            piece.text = cut::end(&piece.text, width, self.ellipsis()).into_owned();
        }
        let free = width.saturating_sub(piece.width());
        piece.text.push_str(&" ".repeat(free));
        piece
    }

    fn ellipsis(self) -> &'static str {
        if self.ascii { "~" } else { "…" }
    }
}

impl Piece {
    /// Cells that it takes.
    pub fn width(&self) -> usize {
        self.text.width()
    }
}

/// On an ASCII terminal: what is no printable ASCII as `\u{…}`.
fn written_out(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if c.is_ascii() && !is_hidden(c) {
            out.push(c);
        } else {
            let _ = write!(out, "\\u{{{:x}}}", u32::from(c));
        }
    }
    out
}

/// Cells that a line takes.
pub fn width(line: &[Piece]) -> usize {
    line.iter().map(Piece::width).sum()
}

/// One line of an area; of no height when the area has no such line.
pub fn row(area: Rect, line: usize) -> Rect {
    rows(area, line, 1)
}

/// So many lines of an area from a line on, as far as it has them.
pub fn rows(area: Rect, line: usize, count: usize) -> Rect {
    let from = cells(line).min(area.height);
    Rect {
        y: area.y + from,
        height: cells(count).min(area.height - from),
        ..area
    }
}

/// A count as cells of a screen.
pub fn cells(count: usize) -> u16 {
    u16::try_from(count).unwrap_or(u16::MAX)
}

/// Writes a line into the first line of an area, cut at its end. `over` is a style for the whole
/// line, its blanks too.
pub fn put(buffer: &mut Buffer, area: Rect, line: &[Piece], over: Option<Style>, theme: Theme) {
    let area = area.intersection(buffer.area);
    if area.is_empty() {
        return;
    }
    let room = usize::from(area.width);
    let (mut x, mut left) = (area.x, room);
    let cuts = width(line) > room;
    for piece in line {
        // Over whatever was drawn there before, whose colours must not shine through.
        let style = Style::reset().patch(over.unwrap_or(piece.style));
        let last = cuts && piece.width() >= left;
        let text = if last {
            // Whatever comes behind it is cut off too, and the sign says so.
            Cow::Owned(cut::head(&piece.text, left.saturating_sub(1)).to_owned() + theme.ellipsis())
        } else {
            Cow::Borrowed(piece.text.as_str())
        };
        let (next, _) = buffer.set_stringn(x, area.y, text, left, style);
        left = left.saturating_sub(usize::from(next - x));
        x = next;
        if last {
            break;
        }
    }
    if let Some(style) = over {
        let rest = Rect {
            x,
            width: cells(left),
            height: 1,
            ..area
        };
        buffer.set_style(rest, style);
    }
}

/// The line with everything that matches `needle`, case aside, in another style.
pub fn mark(line: Line, needle: &str, theme: Theme) -> Line {
    let needle: Vec<char> = needle.chars().map(lower).collect();
    if needle.is_empty() {
        return line;
    }
    let text: Vec<char> = line
        .iter()
        .flat_map(|p| p.text.chars().map(lower))
        .collect();
    let mut found = vec![false; text.len()];
    let mut from = 0;
    while let Some(rest) = text.get(from..) {
        let Some(at) = rest.windows(needle.len()).position(|w| *w == needle) else {
            break;
        };
        let until = from + at + needle.len();
        found
            .iter_mut()
            .take(until)
            .skip(from + at)
            .for_each(|f| *f = true);
        from = until;
    }
    let mut marks = found.into_iter();
    let mut out = Line::new();
    for piece in line {
        for c in piece.text.chars() {
            let found = marks.next().unwrap_or(false);
            let style = if found {
                theme.style(Role::Match)
            } else {
                piece.style
            };
            push(&mut out, c.encode_utf8(&mut [0; 4]), style, found);
        }
    }
    out
}

/// Whether a part of the line is what is searched.
pub fn is_found(line: &[Piece]) -> bool {
    line.iter().any(|piece| piece.found)
}

fn lower(c: char) -> char {
    c.to_lowercase().next().unwrap_or(c)
}

fn push(line: &mut Line, text: &str, style: Style, found: bool) {
    match line.last_mut() {
        Some(last) if last.style == style && last.found == found => last.text.push_str(text),
        _ => line.push(Piece {
            text: text.to_owned(),
            style,
            found,
        }),
    }
}

struct Cell<'a> {
    text: &'a str,
    width: usize,
    style: Style,
    found: bool,
}

/// Breaks a line so that none is wider than `width`; lines after the first begin with `hang`
/// blanks. No character is lost: a command line can be read off as it was recorded.
pub fn wrap(line: &Line, width: usize, hang: usize) -> Vec<Line> {
    let width = width.max(1);
    let hang = if hang + 8 > width { 0 } else { hang };
    let cells: Vec<Cell<'_>> = line.iter().flat_map(cells_of).collect();
    let mut lines = Vec::new();
    let mut rest = cells.as_slice();
    loop {
        let indent = if lines.is_empty() { 0 } else { hang };
        let taken = fitting(rest, width - indent);
        let (now, after) = rest.split_at_checked(taken).unwrap_or((rest, &[]));
        let mut out = Line::new();
        if indent > 0 {
            push(&mut out, &" ".repeat(indent), Style::default(), false);
        }
        for cell in now {
            push(&mut out, cell.text, cell.style, cell.found);
        }
        lines.push(out);
        rest = after;
        if rest.is_empty() {
            return lines;
        }
    }
}

/// The clusters of a piece. One that is wider than two columns (a letter with spacing marks, as
/// many as a log likes) is taken apart, so that none of it stands outside of a narrow pane.
fn cells_of(piece: &Piece) -> impl Iterator<Item = Cell<'_>> {
    let whole = |text: &str| text.width() <= 2;
    let clusters = piece.text.graphemes(true);
    let parts = clusters.flat_map(move |text| {
        let parts: Vec<&str> = if whole(text) {
            vec![text]
        } else {
            text.split_inclusive(|_| true).collect()
        };
        parts
    });
    parts.map(|text| Cell {
        text,
        width: text.width(),
        style: piece.style,
        found: piece.found,
    })
}

/// How many cells fit, at least one: up to the last blank, else the last separator of a path or an
/// address, if those are not too far back.
fn fitting(cells: &[Cell<'_>], width: usize) -> usize {
    let mut used = 0;
    let (mut blank, mut separator) = (0, 0);
    for (place, cell) in cells.iter().enumerate() {
        used += cell.width;
        if used > width {
            return if blank * 2 >= place && blank > 0 {
                blank
            } else if separator * 3 >= place * 2 && separator > 0 {
                separator
            } else {
                place.max(1)
            };
        }
        match cell.text {
            " " => blank = place + 1,
            "\\" | "/" | "," | ";" | "&" | "?" | ">" => separator = place + 1,
            _ => {}
        }
    }
    cells.len()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn texts(lines: &[Line]) -> Vec<String> {
        let text = |line: &Line| line.iter().map(|p| p.text.as_str()).collect();
        lines.iter().map(text).collect()
    }

    const ASCII_THEME: Theme = Theme {
        ascii: true,
        color: false,
    };

    #[test]
    fn hostile_text_is_made_visible() {
        let piece = Theme::default().data("a\x1b]52;c;x\x07\u{202e}", Role::Plain);
        assert_eq!(piece.text, "a␛]52;c;x␇⟨U+202E⟩");
        let piece = ASCII_THEME.data("a\x1b漢·", Role::Plain);
        assert_eq!(piece.text, r"a\u{1b}\u{6f22}\u{b7}");
        assert_eq!(
            ASCII_THEME.label("a · b ▸ …", Role::Plain).text,
            "a - b > .."
        );
    }

    #[test]
    fn texts_are_cut_by_their_width() {
        let theme = Theme::default();
        assert_eq!(theme.column("漢字漢", 4, Role::Plain).text, "漢… ");
        assert_eq!(theme.column("ab", 4, Role::Plain).text, "ab  ");
        assert_eq!(theme.right_column("12", 4, Role::Plain).text, "  12");
    }

    #[test]
    fn lines_are_wrapped_at_blanks_and_separators() {
        let theme = Theme::default();
        let line = vec![theme.data("msiexec.exe  /q /i https://github.com/x.msi", Role::Plain)];
        let wrapped = texts(&wrap(&line, 20, 2));
        assert_eq!(
            wrapped.concat().replace(' ', ""),
            line[0].text.replace(' ', "")
        );
        assert_eq!(wrapped[0], "msiexec.exe  /q /i ");
    }

    #[test]
    fn matches_are_marked_across_pieces() {
        let theme = Theme::default();
        let line = vec![
            theme.data("abMS", Role::Plain),
            theme.data("Iexec", Role::Dim),
        ];
        let marked = mark(line, "msi", theme);
        let found: String = marked
            .iter()
            .filter(|p| p.found)
            .map(|p| p.text.as_str())
            .collect();
        assert_eq!(found, "MSI");
        assert!(is_found(&marked));
    }

    #[test]
    fn a_letter_with_wide_marks_does_not_stand_outside() {
        let line = vec![Theme::default().data("\u{2ebf0}\u{a03}x", Role::Plain)];
        let wrapped = wrap(&line, 2, 0);
        assert_eq!(texts(&wrapped), ["\u{2ebf0}", "\u{a03}x"]);
    }

    proptest! {
        #[test]
        fn wrapping_loses_nothing_and_keeps_the_width(text in "\\PC{0,60}", width in 2_usize..40) {
            let line = vec![Theme::default().data(&text, Role::Plain)];
            let wrapped = wrap(&line, width, 0);
            prop_assert_eq!(texts(&wrapped).concat(), line[0].text.clone());
            for line in &wrapped {
                prop_assert!(super::width(line) <= width);
            }
        }

        #[test]
        fn columns_have_their_width(text in "\\PC{0,30}", width in 0_usize..20) {
            let theme = Theme::default();
            prop_assert_eq!(theme.column(&text, width, Role::Plain).width(), width);
            prop_assert_eq!(theme.middle_column(&text, width, Role::Plain).width(), width);
            prop_assert_eq!(theme.path_column(&text, width, Role::Plain).width(), width);
        }
    }
}
