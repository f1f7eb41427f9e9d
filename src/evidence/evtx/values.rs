//! How long the values in a record are, by their kinds (MS-EVEN6, section 2.2.12, and what the
//! renderer reads). A value that is read as longer or shorter than its record tells would lead
//! astray from there on.

/// How long a value of a kind is.
#[derive(Debug, Clone, Copy)]
pub(super) enum Size {
    /// As long as its record tells.
    Any,
    /// So many bytes.
    Exactly(u8),
    /// Whole UTF-16 letters.
    Even,
    /// Its bytes tell, see [`is_whole`]; those of a fragment in their own way.
    Told,
    /// It is not read.
    Never,
}

/// By the kind. From 0x80 on are arrays, of which that of strings alone is more than a run of bytes.
pub(super) fn size(kind: u8) -> Size {
    match kind {
        // Nothing; bytes; arrays.
        0x00 | 0x0e | 0x82..=0x8d | 0x8f | 0x91 | 0x92 | 0x94 | 0x95 => Size::Any,
        // UTF-16.
        0x01 => Size::Even,
        // Integers, floating point numbers, truths, integers in hex.
        0x03 | 0x04 => Size::Exactly(1),
        0x05 | 0x06 => Size::Exactly(2),
        0x07 | 0x08 | 0x0b | 0x0d | 0x14 => Size::Exactly(4),
        // The same; a FILETIME.
        0x09 | 0x0a | 0x0c | 0x11 | 0x15 => Size::Exactly(8),
        // A GUID; a SYSTEMTIME.
        0x0f | 0x12 => Size::Exactly(16),
        // 8-bit text; a size; a SID; a fragment; strings.
        0x02 | 0x10 | 0x13 | 0x21 | 0x81 => Size::Told,
        _ => Size::Never,
    }
}

/// Whether a value ends where its bytes do, and nothing of a text in it is left out.
pub(super) fn is_whole(kind: u8, value: &[u8]) -> bool {
    let size = value.len();
    match kind {
        0x02 => {
            let text = value.iter().rposition(|byte| *byte != 0);
            let text = text.and_then(|last| value.get(..last)).unwrap_or_default();
            !text.contains(&0)
        }
        0x10 => matches!(size, 4 | 8),
        0x13 => value
            .get(1)
            .is_some_and(|count| size == 8 + 4 * usize::from(*count)),
        0x81 => size == 0 || (size & 1 == 0 && value.ends_with(&[0, 0])),
        _ => false,
    }
}
