//! Texts shortened to so many cells, with a sign that they were; never inside of a grapheme. What
//! is shortened has been made visible already.

use std::borrow::Cow;
use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

/// In fewer cells a name says nothing when it is cut itself.
const LEAST_NAME: usize = 9;

/// Cut at its end.
pub fn end<'a>(text: &'a str, width: usize, ellipsis: &str) -> Cow<'a, str> {
    if text.width() <= width {
        return Cow::Borrowed(text);
    }
    if width == 0 {
        return Cow::Borrowed("");
    }
    Cow::Owned(head(text, width - 1).to_owned() + ellipsis)
}

/// Cut in its middle.
pub fn middle(text: &str, width: usize, ellipsis: &str) -> String {
    if text.width() <= width {
        return text.to_owned();
    }
    if width == 0 {
        return String::new();
    }
    let front = (width - 1) / 2;
    let tail = tail(text, width - 1 - front);
    format!("{}{ellipsis}{tail}", head(text, front))
}

/// A path, cut before its last part: the name of a file says most, then where the path begins. A
/// query behind it goes first.
pub fn path(text: &str, width: usize, ellipsis: &str) -> String {
    if text.width() <= width {
        return text.to_owned();
    }
    let plain = text.split(['?', '#']).next().unwrap_or(text);
    let sign = if plain.len() < text.len() {
        ellipsis
    } else {
        ""
    };
    if !sign.is_empty() && plain.width() < width {
        return end(text, width, ellipsis).into_owned();
    }
    let from = plain.rfind(['/', '\\', '!']).unwrap_or(0);
    let (before, name) = plain.split_at(from);
    let free = width.saturating_sub(name.width() + 1 + sign.width());
    if name.width() + 1 + sign.width() <= width && !before.is_empty() {
        return format!("{}{ellipsis}{name}{sign}", head(before, free));
    }
    if width > LEAST_NAME && !before.is_empty() {
        return format!("{ellipsis}{}", middle(name, width - 1, ellipsis));
    }
    middle(plain, width, ellipsis)
}

/// How wide each of some texts is drawn in so many cells together: what doesn't fit is taken from
/// the widest.
pub fn share(wanted: &[usize], room: usize) -> Vec<usize> {
    let mut widths: Vec<(usize, usize)> = wanted.iter().copied().enumerate().collect();
    widths.sort_by_key(|(_, wide)| *wide);
    let (mut free, mut rest) = (room, widths.len());
    for (_, wide) in &mut widths {
        *wide = (*wide).min(free / rest);
        free -= *wide;
        rest -= 1;
    }
    widths.sort_unstable();
    widths.into_iter().map(|(_, wide)| wide).collect()
}

/// The beginning that takes at most so many cells.
pub fn head(text: &str, width: usize) -> &str {
    let mut used = 0;
    for (place, grapheme) in text.grapheme_indices(true) {
        used += grapheme.width();
        if used > width {
            return text.get(..place).unwrap_or("");
        }
    }
    text
}

/// The end that takes at most so many cells.
pub fn tail(text: &str, width: usize) -> &str {
    let mut from = text.len();
    let mut used = 0;
    for (place, grapheme) in text.grapheme_indices(true).rev() {
        used += grapheme.width();
        if used > width {
            break;
        }
        from = place;
    }
    text.get(from..).unwrap_or("")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_widest_give_what_is_missing() {
        for (wanted, room, widths) in [
            (&[4, 30, 20][..], 60, &[4, 30, 20][..]),
            (&[4, 30, 20], 40, &[4, 18, 18]),
            (&[30, 4, 5], 10, &[4, 3, 3]),
            (&[3, 3], 0, &[0, 0]),
            (&[], 5, &[]),
        ] {
            assert_eq!(share(wanted, room), widths, "{wanted:?} in {room}");
        }
    }

    #[test]
    fn a_text_is_cut_where_it_says_least() {
        let agent = "/agents/2022/06/T1218.007_JScript.msi";
        assert_eq!(middle(agent, 15, "…"), "/agents…ipt.msi");
        assert_eq!(tail("漢字漢", 3), "漢");
        assert_eq!(end("漢字漢", 4, "…"), "漢…");
        for (text, width, cut) in [
            (agent, 37, agent),
            (agent, 30, "/agents…/T1218.007_JScript.msi"),
            (agent, 23, "…/T1218.007_JScript.msi"),
            (agent, 15, "…/T1218…ipt.msi"),
            (agent, 9, "/age….msi"),
            ("/a/b/setup.msi?token=0123", 16, "/a/b/setup.msi?…"),
            ("/a/b/setup.msi?token=0123", 14, "/a…/setup.msi…"),
            ("/setup-of-everything.msi", 12, "/setu…ng.msi"),
            (r"C:\logs\Security.evtx", 17, r"C:…\Security.evtx"),
            ("", 0, ""),
            ("/a", 0, ""),
        ] {
            assert_eq!(path(text, width, "…"), cut, "{text} in {width}");
        }
    }
}
