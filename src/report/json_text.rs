//! JSON whose text is harmless: every character that a terminal would act on or that a person
//! could not see stands as `\uXXXX`, so that a `cat` of it does nothing, and parsing it gives
//! the very same value. Escaping only; what is written is said elsewhere.

use crate::event::visible::is_hidden;
use serde::Serialize;
use serde_json::Serializer;
use serde_json::ser::{CompactFormatter, Formatter, PrettyFormatter};
use std::io::{self, Write};

/// Writes `value` as one line and ends it.
pub fn write_line(out: &mut dyn Write, value: &impl Serialize) -> io::Result<()> {
    write_with(out, value, CompactFormatter)
}

/// Writes `value` over several lines and ends the last.
pub fn write_pretty(out: &mut dyn Write, value: &impl Serialize) -> io::Result<()> {
    write_with(out, value, PrettyFormatter::new())
}

fn write_with(
    out: &mut dyn Write,
    value: &impl Serialize,
    shape: impl Formatter,
) -> io::Result<()> {
    let mut serializer = Serializer::with_formatter(&mut *out, Harmless(shape));
    value.serialize(&mut serializer)?;
    out.write_all(b"\n")
}

/// Escapes what serde does not have to: DEL, C1, bidi controls, zero-width characters, U+2028.
struct Harmless<F>(F);

type Out<'a, W> = &'a mut W;

impl<F: Formatter> Formatter for Harmless<F> {
    fn write_string_fragment<W: ?Sized + Write>(
        &mut self,
        out: Out<'_, W>,
        fragment: &str,
    ) -> io::Result<()> {
        let mut plain = 0;
        for (at, c) in fragment.char_indices().filter(|(_, c)| is_hidden(*c)) {
            out.write_all(fragment.get(plain..at).unwrap_or("").as_bytes())?;
            for unit in c.encode_utf16(&mut [0; 2]) {
                write!(out, "\\u{unit:04x}")?;
            }
            plain = at + c.len_utf8();
        }
        out.write_all(fragment.get(plain..).unwrap_or("").as_bytes())
    }

    fn begin_array<W: ?Sized + Write>(&mut self, out: Out<'_, W>) -> io::Result<()> {
        self.0.begin_array(out)
    }

    fn end_array<W: ?Sized + Write>(&mut self, out: Out<'_, W>) -> io::Result<()> {
        self.0.end_array(out)
    }

    fn begin_array_value<W: ?Sized + Write>(
        &mut self,
        out: Out<'_, W>,
        first: bool,
    ) -> io::Result<()> {
        self.0.begin_array_value(out, first)
    }

    fn end_array_value<W: ?Sized + Write>(&mut self, out: Out<'_, W>) -> io::Result<()> {
        self.0.end_array_value(out)
    }

    fn begin_object<W: ?Sized + Write>(&mut self, out: Out<'_, W>) -> io::Result<()> {
        self.0.begin_object(out)
    }

    fn end_object<W: ?Sized + Write>(&mut self, out: Out<'_, W>) -> io::Result<()> {
        self.0.end_object(out)
    }

    fn begin_object_key<W: ?Sized + Write>(
        &mut self,
        out: Out<'_, W>,
        first: bool,
    ) -> io::Result<()> {
        self.0.begin_object_key(out, first)
    }

    fn begin_object_value<W: ?Sized + Write>(&mut self, out: Out<'_, W>) -> io::Result<()> {
        self.0.begin_object_value(out)
    }

    fn end_object_value<W: ?Sized + Write>(&mut self, out: Out<'_, W>) -> io::Result<()> {
        self.0.end_object_value(out)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(text: &str) -> String {
        let mut out = Vec::new();
        write_line(&mut out, &text).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn what_a_terminal_acts_on_is_escaped() {
        assert_eq!(line("a\u{1b}[31m\n\u{0}"), "\"a\\u001b[31m\\n\\u0000\"\n");
        assert_eq!(
            line("\u{9b}\u{7f}\u{202e}\u{2028}"),
            "\"\\u009b\\u007f\\u202e\\u2028\"\n"
        );
        assert_eq!(line("tag \u{e0041} end"), "\"tag \\udb40\\udc41 end\"\n");
        assert_eq!(
            line("ünïcode 漢字 \"q\" \\"),
            "\"ünïcode 漢字 \\\"q\\\" \\\\\"\n"
        );
    }

    proptest::proptest! {
        #[test]
        fn it_parses_to_the_same_text_and_hides_nothing(text in "\\PC*|(\\p{C}|.){0,40}") {
            let json = line(&text);
            proptest::prop_assert!(!json.trim_end().chars().any(is_hidden));
            let back: String = serde_json::from_str(&json).unwrap();
            proptest::prop_assert_eq!(back, text);
        }
    }
}
