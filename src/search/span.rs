//! The `span=` of a time to group by: `30s`, `15m`, `1h`.

use crate::event::Timestamp;

const TICKS_PER_SECOND: i64 = 10_000_000;

/// The units of time (Search Reference, "bin": timescale), in ticks of 100 ns. Months and years
/// have no fixed length and are not here.
const UNITS: &[(&str, i64)] = &[
    ("us", 10),
    ("ms", 10_000),
    ("cs", 100_000),
    ("ds", 1_000_000),
    ("s", TICKS_PER_SECOND),
    ("sec", TICKS_PER_SECOND),
    ("secs", TICKS_PER_SECOND),
    ("second", TICKS_PER_SECOND),
    ("seconds", TICKS_PER_SECOND),
    ("m", 60 * TICKS_PER_SECOND),
    ("min", 60 * TICKS_PER_SECOND),
    ("mins", 60 * TICKS_PER_SECOND),
    ("minute", 60 * TICKS_PER_SECOND),
    ("minutes", 60 * TICKS_PER_SECOND),
    ("h", 3600 * TICKS_PER_SECOND),
    ("hr", 3600 * TICKS_PER_SECOND),
    ("hrs", 3600 * TICKS_PER_SECOND),
    ("hour", 3600 * TICKS_PER_SECOND),
    ("hours", 3600 * TICKS_PER_SECOND),
    ("d", 86_400 * TICKS_PER_SECOND),
    ("day", 86_400 * TICKS_PER_SECOND),
    ("days", 86_400 * TICKS_PER_SECOND),
    ("w", 7 * 86_400 * TICKS_PER_SECOND),
    ("week", 7 * 86_400 * TICKS_PER_SECOND),
    ("weeks", 7 * 86_400 * TICKS_PER_SECOND),
];

/// A length of time that times are grouped by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct TimeSpan {
    ticks: i64,
}

impl TimeSpan {
    /// From `<number><unit>`; a bare unit is one of it. None for months, `auto` and nonsense.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let digits = text.bytes().take_while(u8::is_ascii_digit).count();
        let (number, unit) = text.split_at_checked(digits)?;
        let (_, ticks) = UNITS.iter().find(|(name, _)| *name == unit)?;
        let number: i64 = if number.is_empty() {
            1
        } else {
            number.parse().ok()?
        };
        let ticks = ticks.checked_mul(number).filter(|ticks| *ticks > 0)?;
        Some(Self { ticks })
    }

    /// How many ticks it is long.
    pub(super) fn ticks(self) -> i64 {
        self.ticks
    }

    /// How many seconds it is long, a begun one left out.
    pub(super) fn seconds(self) -> i64 {
        self.ticks / TICKS_PER_SECOND
    }

    /// The start of the span that a time is in, counted from the UNIX epoch in UTC.
    pub(super) fn start(self, at: Timestamp) -> Timestamp {
        let into = at.ticks().rem_euclid(self.ticks);
        Timestamp::from_ticks(at.ticks().saturating_sub(into))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_start_at_their_floor() {
        let start = |span: &str, at: &str| {
            let at = Timestamp::from_epoch_text(at).unwrap();
            TimeSpan::parse(span).unwrap().start(at).epoch_text()
        };
        assert_eq!(start("1h", "1655402652.5"), "1655402400");
        assert_eq!(start("30s", "1655402652.5"), "1655402640");
        assert_eq!(start("15m", "0"), "0");
        assert_eq!(start("1d", "-1"), "-86400");
        for text in ["", "5", "1mon", "auto", "0s", "-1h", "9999999999999w"] {
            assert_eq!(TimeSpan::parse(text), None, "{text}");
        }
    }
}
