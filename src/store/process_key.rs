//! The id by which a source tells one process from all others: Sysmon's `ProcessGuid`, Falcon's
//! number, whatever else is unique. Not the system's process id, which is used again.

use std::fmt;

/// An id that is unique among all processes of a host.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ProcessKey<'a> {
    /// A GUID, however it is spelled.
    Guid(u128),
    /// A decimal number.
    Number(u64),
    /// Anything else, as it is.
    Text(&'a str),
}

impl<'a> ProcessKey<'a> {
    /// Of a text as recorded; `None` for an empty one and for the GUID of zeros, by which Sysmon
    /// says that it does not know.
    pub fn parse(text: &'a str) -> Option<Self> {
        let text = text.trim();
        if let Some(guid) = guid(text) {
            return (guid != 0).then_some(Self::Guid(guid));
        }
        let digits = !text.starts_with('0') && text.bytes().all(|b| b.is_ascii_digit());
        match text.parse().ok().filter(|_| digits) {
            Some(number) => Some(Self::Number(number)),
            None => (!text.is_empty()).then_some(Self::Text(text)),
        }
    }
}

impl fmt::Display for ProcessKey<'_> {
    /// A GUID as Sysmon writes it: upper case, in braces.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Guid(guid) => {
                let part = |from: u32, bits: u32| (guid >> from) & ((1 << bits) - 1);
                write!(
                    f,
                    "{{{:08X}-{:04X}-{:04X}-{:04X}-{:012X}}}",
                    part(96, 32),
                    part(80, 16),
                    part(64, 16),
                    part(48, 16),
                    part(0, 48)
                )
            }
            Self::Number(number) => write!(f, "{number}"),
            Self::Text(text) => f.write_str(text),
        }
    }
}

/// `8-4-4-4-12` hex digits, in braces or not.
fn guid(text: &str) -> Option<u128> {
    let inside = text.strip_prefix('{').and_then(|t| t.strip_suffix('}'));
    let text = inside.unwrap_or(text);
    if text.len() != 36 {
        return None;
    }
    let mut guid = 0_u128;
    for (place, byte) in text.bytes().enumerate() {
        match (place, char::from(byte).to_digit(16)) {
            (8 | 13 | 18 | 23, _) if byte == b'-' => {}
            (8 | 13 | 18 | 23, _) | (_, None) => return None,
            (_, Some(digit)) => guid = guid << 4 | u128::from(digit),
        }
    }
    Some(guid)
}

/// A process id or a logon session as recorded, `0xf84` or `3972`.
pub fn number(text: &str) -> Option<u64> {
    let text = text.trim();
    let hex = text.strip_prefix("0x").or_else(|| text.strip_prefix("0X"));
    let (digits, radix) = hex.map_or((text, 10), |digits| (digits, 16));
    if digits.starts_with('+') {
        return None;
    }
    u64::from_str_radix(digits, radix).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn spellings_of_a_guid_are_one_key() {
        let guid = "{AB12CD34-0000-6284-0102-000000000F00}";
        let key = ProcessKey::parse(guid);
        assert_eq!(key.unwrap().to_string(), guid);
        for other in [
            "ab12cd34-0000-6284-0102-000000000f00",
            " {ab12cd34-0000-6284-0102-000000000F00} ",
        ] {
            assert_eq!(ProcessKey::parse(other), key);
        }
        assert_eq!(
            ProcessKey::parse("{00000000-0000-0000-0000-000000000000}"),
            None
        );
        assert_eq!(ProcessKey::parse(" "), None);
        for text in [
            "AB12CD34-0000-6284-0102-00000000F00",
            "AB12CD34x0000-6284-0102-000000000F00",
            "007",
            "18446744073709551616",
            "-1",
        ] {
            assert_eq!(ProcessKey::parse(text), Some(ProcessKey::Text(text)));
        }
        let number = ProcessKey::parse("1234567890123");
        assert_eq!(number, Some(ProcessKey::Number(1_234_567_890_123)));
    }

    #[test]
    fn process_ids_are_hex_or_decimal() {
        assert_eq!((number("0xF84"), number("3972")), (Some(3972), Some(3972)));
        for text in ["", "0x", "+3", "-3", "3.0", "0x+3"] {
            assert_eq!(number(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn what_is_shown_is_the_key(guid in 1_u128.., plain in any::<u64>()) {
            let shown = ProcessKey::Guid(guid).to_string();
            prop_assert_eq!(ProcessKey::parse(&shown), Some(ProcessKey::Guid(guid)));
            let shown = ProcessKey::Number(plain).to_string();
            let expected = if plain == 0 { ProcessKey::Text("0") } else { ProcessKey::Number(plain) };
            prop_assert_eq!(ProcessKey::parse(&shown), Some(expected));
        }
    }
}
