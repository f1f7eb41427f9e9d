//! The one spelling of a time that nearly every record has, read at once: ISO 8601 in UTC as Windows
//! writes it, `2022-06-16T18:04:12.1234567Z`. Anything else is left to the reader of all spellings.

use super::{TICKS_PER_SECOND, Timestamp};

/// The instant; `None` for another spelling, which is not to say that it is none.
pub fn utc(text: &[u8]) -> Option<Timestamp> {
    let (head, tail) = text.split_first_chunk::<19>()?;
    let [y0, y1, y2, y3, b'-', m0, m1, b'-', d0, d1, b'T', clock @ ..] = head else {
        return None;
    };
    let [h0, h1, b':', n0, n1, b':', s0, s1] = clock else {
        return None;
    };
    let (year, month, day) = (
        number(&[*y0, *y1, *y2, *y3])?,
        number(&[*m0, *m1])?,
        number(&[*d0, *d1])?,
    );
    let (hour, minute, second) = (
        number(&[*h0, *h1])?,
        number(&[*n0, *n1])?,
        number(&[*s0, *s1])?,
    );
    // Leap days and leap seconds are left to the other reader.
    let is_date = (1601..9999).contains(&year)
        && match day {
            1..=28 => (1..=12).contains(&month),
            29..=30 => matches!(month, 1 | 3..=12),
            31 => matches!(month, 1 | 3 | 5 | 7 | 8 | 10 | 12),
            _ => false,
        };
    if !is_date || hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    let seconds = days(year, month, day) * 86_400 + hour * 3_600 + minute * 60 + second;
    let ticks = fraction(tail.strip_suffix(b"Z")?)?;
    Some(Timestamp(seconds * TICKS_PER_SECOND + ticks))
}

fn number(digits: &[u8]) -> Option<i64> {
    digits.iter().try_fold(0, |number, digit| {
        digit
            .is_ascii_digit()
            .then(|| number * 10 + i64::from(digit - b'0'))
    })
}

/// Ticks of `.1234567`; more digits are cut off.
fn fraction(text: &[u8]) -> Option<i64> {
    let Some((point, digits)) = text.split_first() else {
        return Some(0);
    };
    let (used, cut) = digits.split_at_checked(7).unwrap_or((digits, &[]));
    if *point != b'.' || digits.len() > 18 || !cut.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let missing = 7 - u32::try_from(used.len()).ok()?;
    Some(number(used)? * 10_i64.pow(missing))
}

/// Days since the UNIX epoch of a date in the Gregorian calendar. Years are taken from March on, so
/// that the leap day is the last of its year, and the months before March are the year before's.
fn days(year: i64, month: i64, day: i64) -> i64 {
    let year = if month > 2 { year } else { year - 1 };
    let months = (month + 9) % 12;
    let in_year = (153 * months + 2) / 5 + day - 1;
    year * 365 + year / 4 - year / 100 + year / 400 + in_year - 719_468
}

#[cfg(test)]
mod tests {
    use super::super::Reading;
    use super::*;
    use crate::event::Zone;

    fn iso(text: &str) -> String {
        match Reading::iso8601(text) {
            Some(Reading::Instant(at)) => at.rfc3339(Zone::UTC),
            other => format!("{other:?}"),
        }
    }

    #[test]
    fn the_usual_spelling_is_every_spelling() {
        for (text, expected) in [
            (
                "2024-02-28T23:59:59.9999999Z",
                "2024-02-28T23:59:59.9999999Z",
            ),
            ("2024-02-29T00:00:00Z", "2024-02-29T00:00:00Z"),
            ("2023-02-29T00:00:00Z", "None"),
            ("2024-04-31T00:00:00Z", "None"),
            ("2024-01-01T00:00:60Z", "2024-01-01T00:00:59Z"),
            (
                "2024-01-01T00:00:00.1234567899Z",
                "2024-01-01T00:00:00.1234567Z",
            ),
            ("2024-01-01T00:00:00.Z", "2024-01-01T00:00:00Z"),
            ("2024-01-01T00:00:00.12a4567Z", "None"),
        ] {
            assert_eq!(iso(text), expected, "{text}");
        }
    }

    proptest::proptest! {
        #[test]
        fn the_usual_spelling_is_read_as_any_other(
            year in 1590_i32..10_010, month in 0_u8..14, day in 0_u8..33,
            hour in 0_u8..26, minute in 0_u8..62, second in 0_u8..62,
            fraction in "|[.][0-9]{0,20}",
        ) {
            let text = format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}{fraction}Z");
            if let Some(at) = utc(text.as_bytes()) {
                // A blank before it keeps it from being read at once.
                let other = Reading::iso8601(&format!(" {text}"));
                proptest::prop_assert_eq!(Some(Reading::Instant(at)), other);
            }
        }

    }
}
