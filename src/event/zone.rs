//! Zones as fixed distances from UTC, for showing times and for reading those that carry none.
//! No zone database: no local arithmetic, no daylight saving gap.

/// A fixed distance from UTC, for showing times and for reading those without zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Zone {
    /// Minutes east of UTC.
    minutes: i32,
}

impl Zone {
    /// UTC itself.
    pub const UTC: Self = Self { minutes: 0 };

    /// From `UTC`, `Z`, `+02:00`, `-0530`, `+9`; `None` for anything else. Names of places are not
    /// known: there is no zone database.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        if text.eq_ignore_ascii_case("utc") || text.eq_ignore_ascii_case("z") {
            return Some(Self::UTC);
        }
        let text = text
            .strip_prefix("UTC")
            .or_else(|| text.strip_prefix("utc"))
            .unwrap_or(text);
        let (sign, digits) = match text.split_at_checked(1)? {
            ("+", digits) => (1, digits),
            ("-", digits) => (-1, digits),
            _ => return None,
        };
        let (hours, minutes) = match (digits.split_once(':'), digits.len()) {
            (Some((hours, minutes)), _) => (hours, minutes),
            (None, 4) => digits.split_at_checked(2)?,
            (None, _) => (digits, "0"),
        };
        let whole = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
        if !whole(hours) || !whole(minutes) {
            return None;
        }
        let (hours, minutes): (u16, u16) = (hours.parse().ok()?, minutes.parse().ok()?);
        let minutes = sign * (i32::from(hours) * 60 + i32::from(minutes));
        (minutes.abs() <= 18 * 60).then_some(Self { minutes })
    }

    /// Minutes east of UTC.
    pub fn minutes(self) -> i32 {
        self.minutes
    }

    /// The same in ticks of 100 ns.
    pub(super) fn ticks(self) -> i64 {
        i64::from(self.minutes) * 60 * 10_000_000
    }

    /// As shown in a header: `UTC` or `UTC+02:00`.
    pub fn name(self) -> String {
        if self.minutes == 0 {
            "UTC".to_owned()
        } else {
            format!("UTC{}", self.offset_text(":"))
        }
    }

    /// As put behind a time: `Z` or `+02:00`.
    pub fn suffix(self) -> String {
        if self.minutes == 0 {
            "Z".to_owned()
        } else {
            self.offset_text(":")
        }
    }

    /// `+02:00`, with `between` between hours and minutes.
    pub(super) fn offset_text(self, between: &str) -> String {
        let sign = if self.minutes < 0 { '-' } else { '+' };
        let minutes = self.minutes.abs();
        format!("{sign}{:02}{between}{:02}", minutes / 60, minutes % 60)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_of_a_zone() {
        assert_eq!(Zone::parse("+2"), Zone::parse("UTC+02:00"));
        assert_eq!(Zone::parse("z"), Some(Zone::UTC));
        for text in [
            "Europe/Berlin",
            "+1a",
            "",
            "+",
            "+99",
            "2",
            "+99999999999",
            "\u{fc}",
        ] {
            assert_eq!(Zone::parse(text), None, "{text}");
        }
        assert_eq!(Zone::parse("-0530").unwrap().name(), "UTC-05:30");
        assert_eq!(Zone::UTC.suffix(), "Z");
    }
}
