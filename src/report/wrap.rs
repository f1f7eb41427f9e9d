//! Cuts text into lines by display width, losing nothing: the lines joined are the text. Expects
//! text that `event::visible` has seen (so no joiners and no selectors that change a width).

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// After these a line is rather ended than in the midst of a word, a path or a URL.
const BREAKS: &[char] = &[
    ' ', '/', '\\', '?', '&', '=', ',', ';', '.', '-', '_', ':', '|',
];

/// The cells that `text` takes on a terminal.
pub fn width(text: &str) -> usize {
    text.width()
}

/// `text` in lines of at most `width` cells; one line, empty, for empty text. A `width` of 1 has
/// no room for a wide character, so such a line is 2 wide.
pub fn wrap(text: &str, width: usize) -> Vec<&str> {
    let mut lines = Vec::new();
    let (mut start, mut used) = (0, 0);
    // Behind the last break character of the line: its place, and the cells up to there.
    let mut soft: Option<(usize, usize)> = None;
    for (at, c) in text.char_indices() {
        let cells = c.width().unwrap_or(0);
        if used + cells > width && at > start {
            // A break in the first third would leave the line too ragged.
            let (cut, before) = soft
                .filter(|(_, before)| before * 3 >= width)
                .unwrap_or((at, used));
            lines.push(text.get(start..cut).unwrap_or(""));
            (start, used, soft) = (cut, used - before, None);
            if used + cells > width && at > start {
                lines.push(text.get(start..at).unwrap_or(""));
                (start, used) = (at, 0);
            }
        }
        used += cells;
        if BREAKS.contains(&c) {
            soft = Some((at + c.len_utf8(), used));
        }
    }
    lines.push(text.get(start..).unwrap_or(""));
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_end_behind_separators_where_there_is_one() {
        assert_eq!(
            wrap("https://github.com/redcanaryco/atomic.msi", 20),
            ["https://github.com/", "redcanaryco/atomic.", "msi"]
        );
        assert_eq!(wrap("aaaaaaaaaa", 4), ["aaaa", "aaaa", "aa"]);
        assert_eq!(wrap("", 4), [""]);
        assert_eq!(wrap("漢字漢字", 5), ["漢字", "漢字"]);
    }

    proptest::proptest! {
        #[test]
        fn nothing_is_lost_and_no_line_is_too_wide(
            text in "[a-c/ .漢é\u{301}]{0,60}|.{0,40}",
            limit in 2_usize..30,
        ) {
            let text = crate::event::visible::visible(&text);
            let lines = wrap(&text, limit);
            proptest::prop_assert_eq!(lines.concat(), &*text);
            for line in lines {
                proptest::prop_assert!(width(line) <= limit, "'{}' {}", line, limit);
            }
        }
    }
}
