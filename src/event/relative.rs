//! Relative times: `-1d@d`, `@w1+2h`, `+90m`. What they count from is for those who use them.
//!
//! Facts: Search Reference, "Time modifiers": a sign and a unit, the number being 1 when it is left
//! out, then perhaps `@` and a unit to snap down to, then perhaps more of both, from left to right.
//! `@w` and `@w0` snap to Sunday, `@w1` to Monday, `@w7` to Sunday again.

use super::time::calendar::Unit;
use super::{Timestamp, Zone};

/// A relative time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Relative(Vec<Step>);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    Move(i64, Unit),
    Snap(Unit),
}

impl Relative {
    /// From its text; `now` and an empty one are no change. `None` for anything else.
    pub fn parse(text: &str) -> Option<Self> {
        let mut rest = text.trim();
        if rest.is_empty() || rest == "now" {
            return Some(Self(Vec::new()));
        }
        rest = rest.strip_prefix("now").unwrap_or(rest);
        let mut steps = Vec::new();
        while !rest.is_empty() {
            let (sign, behind) = rest.split_at_checked(1)?;
            let digits = behind.bytes().take_while(u8::is_ascii_digit).count();
            let (number, behind) = behind.split_at_checked(digits)?;
            let end = behind.find(['+', '-', '@']).unwrap_or(behind.len());
            let (unit, behind) = behind.split_at_checked(end)?;
            let count = |sign: i64| match number {
                "" => Some(sign),
                number => number.parse::<i64>().ok()?.checked_mul(sign),
            };
            steps.push(match sign {
                "-" => Step::Move(count(-1)?, known(unit)?),
                "+" => Step::Move(count(1)?, known(unit)?),
                "@" if number.is_empty() => Step::Snap(snapping(unit)?),
                _ => return None,
            });
            rest = behind;
        }
        Some(Self(steps))
    }

    /// The instant that it means, counted from `at`; days and longer units are those of `zone`.
    /// `None` outside of the calendar.
    pub fn applied(&self, at: Timestamp, zone: Zone) -> Option<Timestamp> {
        self.0.iter().try_fold(at, |at, step| match *step {
            Step::Move(count, unit) => at.moved(count, unit, zone),
            Step::Snap(unit) => at.snapped(unit, zone),
        })
    }
}

fn known(name: &str) -> Option<Unit> {
    Some(match name {
        "s" | "sec" | "secs" | "second" | "seconds" => Unit::Second,
        "m" | "min" | "mins" | "minute" | "minutes" => Unit::Minute,
        "h" | "hr" | "hrs" | "hour" | "hours" => Unit::Hour,
        "d" | "day" | "days" => Unit::Day,
        "w" | "week" | "weeks" => Unit::Week(0),
        "mon" | "month" | "months" => Unit::Month,
        "q" | "qtr" | "qtrs" | "quarter" | "quarters" => Unit::Quarter,
        "y" | "yr" | "yrs" | "year" | "years" => Unit::Year,
        _ => return None,
    })
}

fn snapping(name: &str) -> Option<Unit> {
    let day = name
        .strip_prefix('w')
        .and_then(|day| day.parse::<i8>().ok());
    match day {
        Some(day @ 0..=7) => Some(Unit::Week(day % 7)),
        Some(_) => None,
        None => known(name),
    }
}

#[cfg(test)]
mod tests {
    use super::super::time::Reading;
    use super::*;

    fn moved(from: &str, by: &str, zone: &str) -> Option<String> {
        let at = Reading::iso8601(from).unwrap().resolve(Zone::UTC).0;
        let at = Relative::parse(by)?.applied(at, Zone::parse(zone).unwrap())?;
        Some(at.rfc3339(Zone::UTC))
    }

    #[test]
    fn times_are_moved_and_snapped() {
        // 2022-06-16 was a Thursday.
        let from = "2022-06-16T18:04:12.5Z";
        for (by, expected) in [
            ("now", "2022-06-16T18:04:12.5Z"),
            ("-h", "2022-06-16T17:04:12.5Z"),
            ("-70m@m", "2022-06-16T16:54:00Z"),
            ("-1d@d", "2022-06-15T00:00:00Z"),
            ("@w", "2022-06-12T00:00:00Z"),
            ("@w0", "2022-06-12T00:00:00Z"),
            ("@w7", "2022-06-12T00:00:00Z"),
            ("@w1", "2022-06-13T00:00:00Z"),
            ("@w5", "2022-06-10T00:00:00Z"),
            ("-1mon@mon+7d", "2022-05-08T00:00:00Z"),
            ("+1y", "2023-06-16T18:04:12.5Z"),
            ("@q", "2022-04-01T00:00:00Z"),
            ("-1qtr", "2022-03-16T18:04:12.5Z"),
            ("@y-1s", "2021-12-31T23:59:59Z"),
            ("@s", "2022-06-16T18:04:12Z"),
        ] {
            assert_eq!(moved(from, by, "UTC").as_deref(), Some(expected), "{by}");
        }
    }

    #[test]
    fn days_are_those_of_the_zone() {
        let at = moved("2022-06-16T23:04:12Z", "@d", "+02:00");
        assert_eq!(at.as_deref(), Some("2022-06-16T22:00:00Z"));
        let at = moved("2022-03-31T12:00:00Z", "-1mon", "UTC");
        assert_eq!(at.as_deref(), Some("2022-02-28T12:00:00Z"));
    }

    #[test]
    fn what_is_no_relative_time_is_none() {
        for text in [
            "d",
            "1d",
            "-1x",
            "-1d@",
            "@1d",
            "@w8",
            "-",
            "-99999999999999999999d",
            "–1d",
        ] {
            assert_eq!(Relative::parse(text), None, "{text}");
        }
        assert_eq!(moved("2022-06-16T00:00:00Z", "-9000000000d", "UTC"), None);
        assert_eq!(moved("2022-06-16T00:00:00Z", "+999999999y", "UTC"), None);
    }

    proptest::proptest! {
        #[test]
        fn no_text_and_no_instant_is_too_much(
            text in "(now)?([-+@][0-9]{0,19}(s|m|h|d|w|w1|w7|mon|q|y|x)?){0,4}", ticks in proptest::prelude::any::<i64>(),
        ) {
            if let Some(relative) = Relative::parse(&text) {
                let at = Timestamp::from_ticks(ticks);
                let _ = relative.applied(at, Zone::parse("-09:30").unwrap());
            }
        }

        /// What is snapped stays where it is when it is snapped again, and lies before.
        #[test]
        fn snapping_goes_back_and_once(ticks in 0_i64..40_000_000_000_000_000, unit in "(s|m|h|d|w|w3|mon|q|y)") {
            let snap = Relative::parse(&format!("@{unit}")).unwrap();
            let at = Timestamp::from_ticks(ticks);
            let snapped = snap.applied(at, Zone::UTC).unwrap();
            proptest::prop_assert!(snapped <= at);
            proptest::prop_assert_eq!(snap.applied(snapped, Zone::UTC), Some(snapped));
        }
    }
}
