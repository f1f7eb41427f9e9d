//! Repairs JSON strings that exporters write although JSON forbids them: half of a surrogate pair
//! as an escape (a Windows text may hold one) and bare control characters. Without this a command
//! line could be built that takes its own record out of sight.

use std::fmt::Write as _;

/// The text with such places repaired; `None` when there is none.
pub fn strings(text: &str) -> Option<String> {
    let mut out = String::with_capacity(text.len() + 16);
    let mut changed = false;
    let mut in_string = false;
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let mut len = c.len_utf8();
        match c {
            '"' => {
                in_string = !in_string;
                out.push(c);
            }
            '\\' if in_string => {
                let (taken, good) = escape(rest);
                len = taken;
                if good {
                    out.push_str(rest.get(..len).unwrap_or_default());
                } else {
                    out.push('\u{fffd}');
                    changed = true;
                }
            }
            '\0'..='\u{1f}' if in_string => {
                let _ = write!(out, "\\u{:04x}", u32::from(c));
                changed = true;
            }
            c => out.push(c),
        }
        rest = rest.get(len..).unwrap_or_default();
    }
    changed.then_some(out)
}

/// The length of the escape at the start and whether it stands for a character.
fn escape(text: &str) -> (usize, bool) {
    let Some(unit) = unit(text) else {
        let len = text.chars().nth(1).map_or(1, |c| 1 + c.len_utf8());
        return (len, true);
    };
    match unit {
        0xd800..=0xdbff => match text.get(6..).and_then(self::unit) {
            Some(0xdc00..=0xdfff) => (12, true),
            _ => (6, false),
        },
        0xdc00..=0xdfff => (6, false),
        _ => (6, true),
    }
}

/// The UTF-16 unit that a `\uXXXX` at the start stands for.
fn unit(text: &str) -> Option<u32> {
    let digits = text.strip_prefix("\\u")?.get(..4)?;
    if !digits.bytes().all(|b| b.is_ascii_hexdigit()) {
        return None;
    }
    u32::from_str_radix(digits, 16).ok()
}

#[cfg(test)]
mod tests {
    use super::strings;

    #[test]
    fn lone_surrogates_and_controls_are_replaced() {
        assert_eq!(strings(r#"{"a":"\ud83d\ude00 \\ \" x"}"#), None);
        assert_eq!(
            strings(r#"{"a":"x\ud800y\udc00"}"#).as_deref(),
            Some("{\"a\":\"x\u{fffd}y\u{fffd}\"}")
        );
        assert_eq!(
            strings("{\"a\":\t\"x\ty\"}").as_deref(),
            Some("{\"a\":\t\"x\\u0009y\"}")
        );
        assert_eq!(strings("{\"a\":\"\\"), None);
    }
}
