//! Instants, and every spelling of one that a log has. With the files below it the only one that
//! names `jiff`.
//!
//! An instant is UTC inside, in ticks of 100 ns: the resolution of a FILETIME, so that an EVTX
//! time is kept whole (the plan said microseconds; the identity of an event needs the last digit).
//! No time zone database: UTC and fixed offsets, so no local arithmetic and no daylight saving gap.

pub mod calendar;
mod pattern;
mod usual;

use super::zone::Zone;
use jiff::civil::{Date, DateTime, Time};
use jiff::tz::{Offset, TimeZone};
use std::fmt::Write as _;

const TICKS_PER_SECOND: i64 = 10_000_000;

/// The letters behind a `%` that [`Timestamp::format`] knows.
const CONVERSIONS: &str = "YymdeHkIMSpbhBaAjZzTFDsNQf%";

/// An instant: ticks of 100 ns since 1970-01-01T00:00:00Z, negative before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(i64);

/// What a text said: an instant when it carried its zone, else the wall clock's reading.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reading {
    /// With a zone.
    Instant(Timestamp),
    /// Without: the instant it would be in UTC. Give it a zone with [`Timestamp::in_zone`].
    WallClock(Timestamp),
}

impl Timestamp {
    /// From ticks of 100 ns since the UNIX epoch.
    pub const fn from_ticks(ticks: i64) -> Self {
        Self(ticks)
    }

    /// Ticks of 100 ns since the UNIX epoch.
    pub const fn ticks(self) -> i64 {
        self.0
    }

    /// From whole seconds since the UNIX epoch; `None` outside of the range.
    pub fn from_seconds(seconds: i64) -> Option<Self> {
        seconds.checked_mul(TICKS_PER_SECOND).map(Self)
    }

    /// From milliseconds since the UNIX epoch; `None` outside of the range.
    pub fn from_millis(millis: i64) -> Option<Self> {
        millis.checked_mul(TICKS_PER_SECOND / 1000).map(Self)
    }

    /// From decimal text of seconds since the epoch, with or without fraction: `1655402652.123`.
    pub fn from_epoch_text(text: &str) -> Option<Self> {
        let text = text.trim();
        let (negative, digits) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text),
        };
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
        if whole.is_empty() || !whole.bytes().all(|b| b.is_ascii_digit()) {
            return None;
        }
        let ticks = whole.parse::<i64>().ok()?.checked_mul(TICKS_PER_SECOND)?;
        let ticks = ticks.checked_add(fraction_ticks(fraction)?)?;
        Some(Self(if negative { -ticks } else { ticks }))
    }

    /// From decimal text of milliseconds since the epoch: `1633132609942`.
    pub fn from_millis_text(text: &str) -> Option<Self> {
        Self::from_millis(text.trim().parse().ok()?)
    }

    /// Seconds since the epoch as decimal text with up to seven decimals, none when whole: the
    /// form of `_time` inside a search.
    pub fn epoch_text(self) -> String {
        let (whole, part) = (self.0 / TICKS_PER_SECOND, (self.0 % TICKS_PER_SECOND).abs());
        let sign = if self.0 < 0 && whole == 0 { "-" } else { "" };
        if part == 0 {
            return format!("{sign}{whole}");
        }
        let text = format!("{sign}{whole}.{part:07}");
        text.trim_end_matches('0').to_owned()
    }

    /// Whole seconds since the epoch, rounded down.
    pub fn seconds(self) -> i64 {
        self.0.div_euclid(TICKS_PER_SECOND)
    }

    /// Ticks after the whole second.
    fn part(self) -> i64 {
        self.0.rem_euclid(TICKS_PER_SECOND)
    }

    /// The same wall clock reading taken as one of `zone`.
    #[must_use]
    pub fn in_zone(self, zone: Zone) -> Self {
        Self(self.0.saturating_sub(zone.ticks()))
    }

    /// Later by so many seconds (earlier when negative); stops at the ends of the range.
    #[must_use]
    pub fn plus_seconds(self, seconds: i64) -> Self {
        Self(
            self.0
                .saturating_add(seconds.saturating_mul(TICKS_PER_SECOND)),
        )
    }

    /// The year in UTC.
    pub fn year(self) -> i16 {
        self.civil(Zone::UTC).map_or(0, DateTime::year)
    }

    fn civil(self, zone: Zone) -> Option<DateTime> {
        let seconds = self.seconds().checked_add(i64::from(zone.minutes()) * 60)?;
        let at = jiff::Timestamp::from_second(seconds).ok()?;
        Some(TimeZone::UTC.to_datetime(at))
    }

    /// RFC 3339 with every digit the instant has and its zone: `2022-06-16T18:04:12.1234567Z`.
    pub fn rfc3339(self, zone: Zone) -> String {
        let mut text = self.format("%Y-%m-%dT%H:%M:%S", zone);
        let part = self.part();
        if part != 0 {
            let _ = write!(text, ".{part:07}");
            text.truncate(text.trim_end_matches('0').len());
        }
        text + &zone.suffix()
    }

    /// By a `strftime` format as Splunk's `convert` and `strftime` know it (Search Reference,
    /// "Date and time format variables"): %Y %y %m %d %e %H %I %M %S %p %b %B %a %A %j %Z %z %T %F
    /// %D %s %N (with a width) %Q %f %%. Others stay as they stand.
    pub fn format(self, format: &str, zone: Zone) -> String {
        let Some(at) = self.civil(zone) else {
            return self.epoch_text();
        };
        let mut out = String::with_capacity(format.len() + 16);
        let mut rest = format.chars().peekable();
        while let Some(c) = rest.next() {
            if c != '%' {
                out.push(c);
                continue;
            }
            let mut width = String::new();
            while let Some(digit) = rest.next_if(char::is_ascii_digit) {
                width.push(digit);
            }
            match rest.next() {
                Some(conversion) => self.convert(&mut out, conversion, &width, at, zone),
                None => out.push('%'),
            }
        }
        out
    }

    /// The first `%x` of a format that [`Timestamp::format`] leaves as it stands.
    pub fn unknown_conversion(format: &str) -> Option<String> {
        let mut rest = format;
        while let Some((_, behind)) = rest.split_once('%') {
            let letters = behind.trim_start_matches(|c: char| c.is_ascii_digit());
            let Some(conversion) = letters.chars().next() else {
                return Some(format!("%{behind}"));
            };
            if !CONVERSIONS.contains(conversion) {
                let width = behind.len() - letters.len() + conversion.len_utf8();
                return Some(format!("%{}", behind.get(..width).unwrap_or(behind)));
            }
            rest = letters.get(1..).unwrap_or("");
        }
        None
    }

    fn convert(self, out: &mut String, conversion: char, width: &str, at: DateTime, zone: Zone) {
        let hour12 = (at.hour() + 11) % 12 + 1;
        let (month, weekday) = (month_name(at.month()), weekday_name(at.date()));
        let _ = match conversion {
            'Y' => write!(out, "{:04}", at.year()),
            'y' => write!(out, "{:02}", at.year().rem_euclid(100)),
            'm' => write!(out, "{:02}", at.month()),
            'd' => write!(out, "{:02}", at.day()),
            'e' => write!(out, "{:2}", at.day()),
            'H' => write!(out, "{:02}", at.hour()),
            'k' => write!(out, "{:2}", at.hour()),
            'I' => write!(out, "{hour12:02}"),
            'M' => write!(out, "{:02}", at.minute()),
            'S' => write!(out, "{:02}", at.second()),
            'p' => write!(out, "{}", if at.hour() < 12 { "AM" } else { "PM" }),
            'b' | 'h' => write!(out, "{}", month.get(..3).unwrap_or(month)),
            'B' => write!(out, "{month}"),
            'a' => write!(out, "{}", weekday.get(..3).unwrap_or(weekday)),
            'A' => write!(out, "{weekday}"),
            'j' => write!(out, "{:03}", at.date().day_of_year()),
            'Z' => write!(out, "{}", zone.name()),
            'z' => write!(out, "{}", zone.offset_text("")),
            'T' => write!(
                out,
                "{:02}:{:02}:{:02}",
                at.hour(),
                at.minute(),
                at.second()
            ),
            'F' => write!(out, "{:04}-{:02}-{:02}", at.year(), at.month(), at.day()),
            'D' => write!(
                out,
                "{:02}/{:02}/{:02}",
                at.month(),
                at.day(),
                at.year() % 100
            ),
            's' => write!(out, "{}", self.seconds()),
            'N' | 'Q' | 'f' => write!(out, "{}", self.subseconds(conversion, width)),
            '%' => write!(out, "%"),
            other => write!(out, "%{width}{other}"),
        };
    }

    fn subseconds(self, conversion: char, width: &str) -> String {
        let usual = match conversion {
            'Q' => 3,
            'f' => 6,
            _ => 9,
        };
        let nanos = format!("{:09}", self.part() * 100);
        let digits = width.parse().unwrap_or(usual).min(9);
        nanos.get(..digits).unwrap_or(&nanos).to_owned()
    }
}

impl Reading {
    /// ISO 8601 as logs write it: `T` or a blank between, up to nine decimals (`.` or `,`), `Z`,
    /// `+02:00`, `+0200` or nothing behind. `None` for anything else.
    pub fn iso8601(text: &str) -> Option<Self> {
        if let Some(at) = usual::utc(text.as_bytes()) {
            return Some(Self::Instant(at));
        }
        let text = text.trim();
        let date = date(text.get(..10)?)?;
        let rest = text.get(10..)?;
        let rest = rest.strip_prefix(['T', 't', ' '])?;
        let end = rest
            .find(|c: char| !(c.is_ascii_digit() || matches!(c, ':' | '.' | ',')))
            .unwrap_or(rest.len());
        let (clock, zone) = rest.split_at_checked(end)?;
        let (clock, fraction) = clock.split_once(['.', ',']).unwrap_or((clock, ""));
        let at = wall_clock(date, time_of_day(clock)?, fraction)?;
        match zone.trim() {
            "" => Some(Self::WallClock(at)),
            zone => Zone::parse(zone).map(|zone| Self::Instant(at.in_zone(zone))),
        }
    }

    /// The header of a classic Windows event text: `09/15/2020 11:48:27 PM`, month first.
    pub fn us_header(text: &str) -> Option<Self> {
        let mut parts = text.split_whitespace();
        let mut numbers = parts.next()?.split('/');
        let (month, day, year) = (numbers.next()?, numbers.next()?, numbers.next()?);
        let date = Date::new(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?).ok()?;
        let (clock, fraction) = split_fraction(parts.next()?);
        let mut time = time_of_day(clock)?;
        let half = parts.next().map(str::to_ascii_uppercase);
        if let Some(half) = half {
            let hour = match half.as_str() {
                "AM" => time.hour() % 12,
                "PM" => time.hour() % 12 + 12,
                _ => return None,
            };
            time = Time::new(hour, time.minute(), time.second(), 0).ok()?;
        }
        wall_clock(date, time, fraction).map(Self::WallClock)
    }

    /// C's `ctime`: `Thu Jun 26 16:08:54 2025` (Cisco NVM's `fst`).
    pub fn ctime(text: &str) -> Option<Self> {
        let mut parts = text.split_whitespace();
        let (_, month, day) = (parts.next()?, parts.next()?, parts.next()?);
        let clock = parts.next()?;
        let year = parts.next()?.parse().ok()?;
        let month = (1..=12).find(|m| month_name(*m).get(..3) == Some(month))?;
        let date = Date::new(year, month, day.parse().ok()?).ok()?;
        wall_clock(date, time_of_day(clock)?, "").map(Self::WallClock)
    }

    /// The instant: as it stands with a zone, else read in `assumed`; and whether that was done.
    pub fn resolve(self, assumed: Zone) -> (Timestamp, bool) {
        match self {
            Self::Instant(at) => (at, false),
            Self::WallClock(at) => (at.in_zone(assumed), true),
        }
    }
}

fn split_fraction(clock: &str) -> (&str, &str) {
    clock.split_once('.').unwrap_or((clock, ""))
}

fn fraction_ticks(digits: &str) -> Option<i64> {
    if digits.len() > 18 || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let seven: String = digits.chars().chain("0000000".chars()).take(7).collect();
    seven.parse().ok()
}

fn date(text: &str) -> Option<Date> {
    let mut parts = text.split(['-', '/']);
    let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?);
    Date::new(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?).ok()
}

fn time_of_day(text: &str) -> Option<Time> {
    let mut parts = text.split(':');
    let (hour, minute) = (parts.next()?.parse().ok()?, parts.next()?.parse().ok()?);
    let second: i8 = parts.next().unwrap_or("0").parse().ok()?;
    // A leap second is shown as the last second of its minute, as POSIX time has it.
    Time::new(hour, minute, second.min(59), 0).ok()
}

fn wall_clock(date: Date, time: Time, fraction: &str) -> Option<Timestamp> {
    let at = Offset::UTC.to_timestamp(date.to_datetime(time)).ok()?;
    let ticks = at.as_second().checked_mul(TICKS_PER_SECOND)?;
    Some(Timestamp(ticks.checked_add(fraction_ticks(fraction)?)?))
}

fn month_name(month: i8) -> &'static str {
    const NAMES: [&str; 12] = [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ];
    usize::try_from(month - 1)
        .ok()
        .and_then(|i| NAMES.get(i))
        .unwrap_or(&"")
}

fn weekday_name(date: Date) -> &'static str {
    const NAMES: [&str; 7] = [
        "Monday",
        "Tuesday",
        "Wednesday",
        "Thursday",
        "Friday",
        "Saturday",
        "Sunday",
    ];
    usize::try_from(date.weekday().to_monday_zero_offset())
        .ok()
        .and_then(|i| NAMES.get(i))
        .unwrap_or(&"")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn iso(text: &str) -> String {
        match Reading::iso8601(text) {
            Some(Reading::Instant(at)) => at.rfc3339(Zone::UTC),
            Some(Reading::WallClock(at)) => format!("~{}", at.rfc3339(Zone::UTC)),
            None => "none".to_owned(),
        }
    }

    #[test]
    fn iso_8601_as_logs_write_it() {
        assert_eq!(
            iso("2022-06-16T18:04:12.123456700Z"),
            "2022-06-16T18:04:12.1234567Z"
        );
        assert_eq!(iso("2022-06-16 18:04:12.5"), "~2022-06-16T18:04:12.5Z");
        assert_eq!(iso("2022-06-16T18:04:12+09:00"), "2022-06-16T09:04:12Z");
        assert_eq!(iso("2022-06-16T18:04:12-0530"), "2022-06-16T23:34:12Z");
        assert_eq!(iso("2022-06-16T25:04:12Z"), "none");
        assert_eq!(iso("2022-06-16"), "none");
        assert_eq!(iso("1601-01-01T00:00:00Z"), "1601-01-01T00:00:00Z");
        assert_eq!(iso("２０２２-06-16T18:04:12Z"), "none");
    }

    #[test]
    fn other_spellings() {
        let us = Reading::us_header("09/15/2020 11:48:27 PM").unwrap();
        assert_eq!(
            us.resolve(Zone::UTC).0.rfc3339(Zone::UTC),
            "2020-09-15T23:48:27Z"
        );
        let noon = Reading::us_header("09/15/2020 12:00:00 AM").unwrap();
        assert_eq!(
            noon.resolve(Zone::UTC).0.rfc3339(Zone::UTC),
            "2020-09-15T00:00:00Z"
        );
        let c = Reading::ctime("Thu Jun 26 16:08:54 2025").unwrap();
        let plus2 = Zone::parse("+02:00").unwrap();
        assert_eq!(
            c.resolve(plus2),
            (Timestamp::from_seconds(1_750_946_934).unwrap(), true)
        );
    }

    #[test]
    fn epoch_text_keeps_the_fraction() {
        for text in ["1655402652", "1655402652.1234567", "0.5", "-3.25", "0"] {
            assert_eq!(Timestamp::from_epoch_text(text).unwrap().epoch_text(), text);
        }
        assert_eq!(Timestamp::from_epoch_text("1e9"), None);
        assert_eq!(Timestamp::from_epoch_text(""), None);
        let ms = Timestamp::from_millis_text("1633132609942").unwrap();
        assert_eq!(ms.epoch_text(), "1633132609.942");
    }

    #[test]
    fn strftime_and_zones() {
        let at = Timestamp::from_epoch_text("1655402652.123").unwrap();
        assert_eq!(
            at.format("%Y-%m-%dT%H:%M:%S", Zone::UTC),
            "2022-06-16T18:04:12"
        );
        assert_eq!(
            at.format("%m/%d/%Y %I:%M %p %a %b %j", Zone::UTC),
            "06/16/2022 06:04 PM Thu Jun 167"
        );
        assert_eq!(
            at.format("%3N %6N %Q %s 100%%", Zone::UTC),
            "123 123000 123 1655402652 100%"
        );
        let zone = Zone::parse("-0530").unwrap();
        assert_eq!(at.rfc3339(zone), "2022-06-16T12:34:12.123-05:30");
        assert_eq!(at.format("%H:%M %Z %z", zone), "12:34 UTC-05:30 -0530");
        assert_eq!(Zone::parse("Europe/Berlin"), None);
        assert_eq!(Zone::parse("+2"), Zone::parse("UTC+02:00"));
    }

    #[test]
    fn what_is_no_part_of_a_time_is_named() {
        for (format, unknown) in [
            ("%Y-%m-%dT%H:%M:%S.%3N %%", None),
            ("%Y-%U", Some("%U")),
            ("%5ü", Some("%5ü")),
            ("100%", Some("%")),
        ] {
            let found = Timestamp::unknown_conversion(format);
            assert_eq!(found.as_deref(), unknown);
        }
        let at = Timestamp::from_ticks(0);
        for letter in ('!'..='~').filter(|c| !c.is_ascii_digit()) {
            let format = format!("%{letter}");
            let known = Timestamp::unknown_conversion(&format).is_none();
            assert_eq!(
                known,
                letter == '%' || at.format(&format, Zone::UTC) != format
            );
        }
    }

    proptest::proptest! {
        #[test]
        fn every_instant_is_printed_and_read_back(ticks in -116_444_736_000_000_000_i64..2_534_023_007_990_000_000) {
            let at = Timestamp::from_ticks(ticks);
            proptest::prop_assert_eq!(Reading::iso8601(&at.rfc3339(Zone::UTC)), Some(Reading::Instant(at)));
            proptest::prop_assert_eq!(Timestamp::from_epoch_text(&at.epoch_text()), Some(at));
        }
    }
}
