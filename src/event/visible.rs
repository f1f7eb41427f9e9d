//! Makes hostile text visible: the one function between a byte of a log, a file name or an error
//! and a terminal or an export. Does not cut or wrap (that is `ui::text`).
//!
//! What is replaced: C0 and DEL, C1 (8-bit CSI, OSC, DCS), bidi controls and isolates,
//! zero-width and other default-ignorable format characters, line and paragraph separators,
//! tag characters and lone variation selectors used to smuggle text. CWE-150.

use std::borrow::Cow;
use std::fmt::Write as _;

/// `text` with every character that a terminal would act on, or that a person could not see,
/// written out: `\n` as `␊`, ESC as `␛`, U+202E as `⟨U+202E⟩`. Borrowed when nothing changes.
pub fn visible(text: &str) -> Cow<'_, str> {
    if !text.chars().any(is_hidden) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        push_visible(&mut out, c);
    }
    Cow::Owned(out)
}

/// The same, but a line feed stays: for panes that show text over several lines.
/// A carriage return before a line feed is dropped, a tab becomes a blank.
pub fn visible_lines(text: &str) -> Vec<Cow<'_, str>> {
    text.split('\n')
        .map(|line| visible(line.strip_suffix('\r').unwrap_or(line)))
        .collect()
}

fn push_visible(out: &mut String, c: char) {
    match c {
        '\0'..='\u{1f}' => {
            // U+2400.. are the pictures of the C0 controls, in their order.
            out.push(char::from_u32(0x2400 + u32::from(c)).unwrap_or('\u{fffd}'));
        }
        '\u{7f}' => out.push('\u{2421}'),
        c if is_hidden(c) => {
            out.push_str("⟨U+");
            let _ = write!(out, "{:04X}", u32::from(c));
            out.push('⟩');
        }
        c => out.push(c),
    }
}

/// Whether a terminal would act on the character or a person could not see it.
pub fn is_hidden(c: char) -> bool {
    matches!(c,
        '\0'..='\u{1f}' | '\u{7f}'..='\u{9f}' | '\u{ad}' | '\u{34f}' | '\u{61c}'
        | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}'
        | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
        | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}'
        | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn controls_bidi_and_zero_width_become_visible() {
        assert_eq!(visible("plain ünïcode 漢字"), "plain ünïcode 漢字");
        assert_eq!(visible("a\x1b[31mb"), "a␛[31mb");
        assert_eq!(visible("a\u{9b}31m"), "a⟨U+009B⟩31m");
        assert_eq!(visible("gpj.\u{202e}exe"), "gpj.⟨U+202E⟩exe");
        assert_eq!(visible("a\u{200b}b\tc\r\n"), "a⟨U+200B⟩b␉c␍␊");
        assert!(matches!(visible("x"), Cow::Borrowed("x")));
    }

    #[test]
    fn nothing_hidden_is_left() {
        let all: String = (0..=0x10_ffff).filter_map(char::from_u32).collect();
        assert!(!visible(&all).chars().any(is_hidden));
        assert_eq!(visible_lines("a\r\nb\x07"), ["a", "b␇"]);
    }
}
