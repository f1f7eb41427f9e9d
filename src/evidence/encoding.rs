//! Text of any of the encodings that logs come in, as UTF-8: the byte order mark is dropped,
//! UTF-16 (wevtutil, PowerShell redirection) is decoded while it streams.
//!
//! UTF-8 itself passes unchecked, and so does any 8-bit code page: a record is repaired where it
//! is parsed, so that one bad byte costs one record its byte and not the file its records.

use encoding_rs::{CoderResult, Decoder, UTF_16BE, UTF_16LE};
use std::fmt;
use std::io::{Read, Result};

/// How the bytes of a text stand for characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Encoding {
    /// UTF-8 (or an 8-bit code page) without a mark.
    #[default]
    Utf8,
    /// UTF-8 behind a byte order mark.
    Utf8Bom,
    /// UTF-16, low byte first; `bom` tells whether a mark said so or the pattern of its bytes.
    Utf16Le {
        /// A mark said so.
        bom: bool,
    },
    /// UTF-16, high byte first.
    Utf16Be {
        /// A mark said so.
        bom: bool,
    },
}

/// A UTF-16 text without mark is believed to be one when this many of its first characters are
/// plain ASCII: every log format opens with that (`<Event xml…`, `{"…`).
const SURE_AFTER: usize = 8;
/// Bytes decoded at a time.
const BLOCK: usize = 64 * 1024;

impl Encoding {
    /// By the first bytes.
    pub fn of(head: &[u8]) -> Self {
        match head {
            [0xef, 0xbb, 0xbf, ..] => Self::Utf8Bom,
            [0xff, 0xfe, ..] => Self::Utf16Le { bom: true },
            [0xfe, 0xff, ..] => Self::Utf16Be { bom: true },
            head if is_wide(head, |low, high| (low, high)) => Self::Utf16Le { bom: false },
            head if is_wide(head, |high, low| (low, high)) => Self::Utf16Be { bom: false },
            _ => Self::Utf8,
        }
    }

    /// How many bytes the mark takes.
    fn mark(self) -> u64 {
        match self {
            Self::Utf8Bom => 3,
            Self::Utf16Le { bom: true } | Self::Utf16Be { bom: true } => 2,
            _ => 0,
        }
    }

    fn decoder(self) -> Option<Decoder> {
        match self {
            Self::Utf8 | Self::Utf8Bom => None,
            Self::Utf16Le { .. } => Some(UTF_16LE.new_decoder_without_bom_handling()),
            Self::Utf16Be { .. } => Some(UTF_16BE.new_decoder_without_bom_handling()),
        }
    }

    /// Whether its bytes are UTF-8 as they stand.
    pub fn is_utf8(self) -> bool {
        matches!(self, Self::Utf8 | Self::Utf8Bom)
    }
}

fn is_wide(head: &[u8], order: impl Fn(u8, u8) -> (u8, u8)) -> bool {
    let mut pairs = 0;
    for pair in head.chunks_exact(2).take(SURE_AFTER) {
        let [first, second] = pair else { return false };
        let (low, high) = order(*first, *second);
        if high != 0 || !(matches!(low, b'\t' | b'\r' | b'\n' | b' '..=b'~')) {
            return false;
        }
        pairs += 1;
    }
    pairs == SURE_AFTER
}

impl fmt::Display for Encoding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Utf8 => "UTF-8",
            Self::Utf8Bom => "UTF-8 with a byte order mark",
            Self::Utf16Le { bom: true } => "UTF-16LE",
            Self::Utf16Le { bom: false } => "UTF-16LE without a byte order mark",
            Self::Utf16Be { bom: true } => "UTF-16BE",
            Self::Utf16Be { bom: false } => "UTF-16BE without a byte order mark",
        })
    }
}

/// Reads a text of some encoding as UTF-8.
pub(super) struct Decoded<R> {
    inner: R,
    encoding: Encoding,
    decoder: Option<Decoder>,
    /// Bytes of the mark that are still to be dropped.
    mark: u64,
    /// Bytes read and not decoded yet.
    input: Vec<u8>,
    taken: usize,
    ended: bool,
    /// Decoded and not given out yet.
    output: Vec<u8>,
    given: usize,
    repaired: bool,
}

impl<R: Read> Decoded<R> {
    /// Of a stream that begins with `head` (which is still to be read from it).
    pub(super) fn new(inner: R, head: &[u8]) -> Self {
        let encoding = Encoding::of(head);
        Self {
            inner,
            encoding,
            decoder: encoding.decoder(),
            mark: encoding.mark(),
            input: Vec::new(),
            taken: 0,
            ended: false,
            output: Vec::new(),
            given: 0,
            repaired: false,
        }
    }

    /// What it is decoded from.
    pub(super) fn encoding(&self) -> Encoding {
        self.encoding
    }

    /// Whether something was no UTF-16 and became U+FFFD, so far.
    pub(super) fn repaired(&self) -> bool {
        self.repaired
    }

    fn drop_mark(&mut self) -> Result<()> {
        while self.mark > 0 {
            let mut mark = [0_u8; 3];
            let want = usize::try_from(self.mark).unwrap_or(mark.len());
            let count = self.inner.read(mark.get_mut(..want).unwrap_or_default())?;
            if count == 0 {
                self.mark = 0;
            }
            self.mark = self.mark.saturating_sub(count as u64);
        }
        Ok(())
    }

    /// Decodes the next block into `output`; leaves it empty at the end.
    fn decode_block(&mut self) -> Result<()> {
        self.output.clear();
        self.given = 0;
        while self.output.is_empty() {
            if self.taken == self.input.len() && !self.ended {
                self.input.resize(BLOCK, 0);
                self.taken = 0;
                let count = self.inner.read(&mut self.input);
                self.input.truncate(*count.as_ref().unwrap_or(&0));
                self.ended = count? == 0;
            }
            let Some(decoder) = self.decoder.as_mut() else {
                return Ok(());
            };
            self.output.resize(BLOCK, 0);
            let source = self.input.get(self.taken..).unwrap_or_default();
            let (result, read, written, repaired) =
                decoder.decode_to_utf8(source, &mut self.output, self.ended);
            self.output.truncate(written);
            self.taken += read;
            self.repaired |= repaired;
            if self.ended && result == CoderResult::InputEmpty {
                // A decoder is not to be used again after its last block.
                self.decoder = None;
            }
        }
        Ok(())
    }
}

impl<R: Read> Read for Decoded<R> {
    fn read(&mut self, into: &mut [u8]) -> Result<usize> {
        self.drop_mark()?;
        if self.encoding.is_utf8() {
            return self.inner.read(into);
        }
        if self.given == self.output.len() {
            self.decode_block()?;
        }
        let mut left = self.output.get(self.given..).unwrap_or_default();
        let count = left.read(into)?;
        self.given += count;
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Gives its bytes in pieces of the lengths told, over and over.
    struct Pieces<'a>(&'a [u8], Vec<usize>, usize);

    impl Read for Pieces<'_> {
        fn read(&mut self, into: &mut [u8]) -> Result<usize> {
            let piece = self.1[self.2 % self.1.len()].min(into.len());
            self.2 += 1;
            let count = self.0.len().min(piece.max(1)).min(into.len());
            into[..count].copy_from_slice(&self.0[..count]);
            self.0 = &self.0[count..];
            Ok(count)
        }
    }

    fn decode(bytes: &[u8], pieces: Vec<usize>) -> (Vec<u8>, Encoding, bool) {
        let mut decoded = Decoded::new(Pieces(bytes, pieces, 0), bytes);
        let mut all = Vec::new();
        decoded.read_to_end(&mut all).unwrap();
        (all, decoded.encoding(), decoded.repaired())
    }

    fn wide(text: &str, big: bool) -> Vec<u8> {
        text.encode_utf16()
            .flat_map(|unit| {
                if big {
                    unit.to_be_bytes()
                } else {
                    unit.to_le_bytes()
                }
            })
            .collect()
    }

    #[test]
    fn marks_and_patterns_are_known() {
        let text = "<Event xmlns='x'>ü€😀</Event>";
        let utf8 = |bytes: Vec<u8>| {
            let (all, encoding, repaired) = decode(&bytes, vec![7]);
            assert!(!repaired);
            (String::from_utf8(all).unwrap(), encoding)
        };
        assert_eq!(utf8(text.into()), (text.to_owned(), Encoding::Utf8));
        assert_eq!(
            utf8([b"\xef\xbb\xbf", text.as_bytes()].concat()),
            (text.to_owned(), Encoding::Utf8Bom)
        );
        for (mark, big) in [(b"\xff\xfe", false), (b"\xfe\xff", true)] {
            let (with, encoding) = utf8([&mark[..], &wide(text, big)].concat());
            assert_eq!(with, text);
            assert!(matches!(
                encoding,
                Encoding::Utf16Le { bom: true } | Encoding::Utf16Be { bom: true }
            ));
            assert_eq!(utf8(wide(text, big)).0, text);
        }
    }

    #[test]
    fn short_and_binary_heads_are_left_alone() {
        for bytes in [
            &b""[..],
            b"\xef\xbb",
            b"<\0E\0",
            b"\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0",
        ] {
            assert_eq!(Encoding::of(bytes), Encoding::Utf8, "{bytes:?}");
        }
    }

    #[test]
    fn half_a_character_is_repaired_and_said() {
        let mut bytes = [b"\xff\xfe", &wide("abc", false)[..]].concat();
        bytes.extend([0x00, 0xd8, 0x41]);
        let (all, _, repaired) = decode(&bytes, vec![1]);
        assert!(repaired);
        assert!(String::from_utf8(all).unwrap().starts_with("abc\u{fffd}"));
    }

    proptest! {
        #[test]
        fn any_cut_gives_what_the_whole_gives(
            units in proptest::collection::vec(any::<u16>(), 0..300),
            odd in any::<bool>(),
            big in any::<bool>(),
            pieces in proptest::collection::vec(1_usize..9, 1..6),
        ) {
            let mut bytes = if big { vec![0xfe, 0xff] } else { vec![0xff, 0xfe] };
            bytes.extend(units.iter().flat_map(|u| if big { u.to_be_bytes() } else { u.to_le_bytes() }));
            if odd { bytes.push(b'x'); }
            let encoding = if big { UTF_16BE } else { UTF_16LE };
            let (whole, repaired) = encoding.decode_without_bom_handling(&bytes[2..]);
            let (cut, _, cut_repaired) = decode(&bytes, pieces);
            prop_assert_eq!(whole.as_bytes(), &cut[..]);
            prop_assert_eq!(repaired, cut_repaired);
        }
    }
}
