//! Texts read as times by a `strptime` format (Search Reference, "strptime", "Date and time format
//! variables").
//!
//! A blank in the format is any run of blanks or none. What stands behind all that the format asks
//! for is not looked at. Decided here: a text without a date is no time (Splunk takes the day of
//! the search); a time without a zone is one of the zone of the search.

use super::{Timestamp, fraction_ticks, month_name, wall_clock};
use crate::event::Zone;
use jiff::civil::{Date, Time};

/// What was read until now.
#[derive(Debug, Default)]
struct Parts {
    epoch: Option<i64>,
    year: Option<i16>,
    month: Option<i8>,
    day: Option<i8>,
    day_of_year: Option<i16>,
    hour: i8,
    minute: i8,
    second: i8,
    ticks: i64,
    afternoon: Option<bool>,
    zone: Option<Zone>,
}

impl Timestamp {
    /// The instant that a text says by a format; `None` when it does not fit.
    pub fn parse(text: &str, format: &str, zone: Zone) -> Option<Self> {
        let mut parts = Parts::default();
        let mut rest = text.trim_start();
        let mut letters = format.trim_start().chars().peekable();
        while let Some(letter) = letters.next() {
            if letter.is_whitespace() {
                rest = rest.trim_start();
                continue;
            }
            if letter != '%' {
                rest = rest.strip_prefix(letter)?;
                continue;
            }
            while letters
                .next_if(|c| c.is_ascii_digit() || *c == '-')
                .is_some()
            {}
            rest = parts.take(letters.next()?, rest)?;
        }
        parts.instant(zone)
    }
}

impl Parts {
    /// Reads one variable; what is left.
    fn take<'t>(&mut self, variable: char, text: &'t str) -> Option<&'t str> {
        let small = |most: usize| {
            let (number, rest) = number(text.trim_start(), most)?;
            Some((i8::try_from(number).ok()?, rest))
        };
        let rest;
        match variable {
            'Y' => (self.year, rest) = year(text)?,
            'y' => (self.year, rest) = short_year(text)?,
            'm' => (self.month, rest) = some(small(2)?),
            'd' | 'e' => (self.day, rest) = some(small(2)?),
            'j' => {
                let (day, behind) = number(text, 3)?;
                self.day_of_year = Some(i16::try_from(day).ok()?);
                rest = behind;
            }
            'H' | 'k' | 'I' | 'l' => (self.hour, rest) = small(2)?,
            'M' => (self.minute, rest) = small(2)?,
            'S' => (self.second, rest) = small(2)?,
            'N' | 'Q' | 'f' => (self.ticks, rest) = fraction(text)?,
            'p' => (self.afternoon, rest) = half(text)?,
            'b' | 'B' | 'h' => (self.month, rest) = month(text)?,
            'a' | 'A' => rest = text.trim_start_matches(|c: char| c.is_ascii_alphabetic()),
            'z' | 'Z' => (self.zone, rest) = zone_of(text)?,
            's' => {
                let (seconds, behind) = number(text, 18)?;
                self.epoch = Some(seconds);
                rest = behind;
            }
            'T' => return self.take_all("H:M:S", text),
            'F' => return self.take_all("Y-m-d", text),
            'D' => return self.take_all("m/d/y", text),
            'n' | 't' => rest = text.trim_start(),
            '%' => rest = text.strip_prefix('%')?,
            _ => return None,
        }
        Some(rest)
    }

    fn take_all<'t>(&mut self, variables: &str, text: &'t str) -> Option<&'t str> {
        variables.chars().try_fold(text, |text, c| {
            if c.is_ascii_alphabetic() {
                self.take(c, text)
            } else {
                text.strip_prefix(c)
            }
        })
    }

    fn instant(&self, zone: Zone) -> Option<Timestamp> {
        if let Some(epoch) = self.epoch {
            let at = Timestamp::from_seconds(epoch)?;
            return Some(Timestamp::from_ticks(at.ticks().checked_add(self.ticks)?));
        }
        let year = self.year?;
        let date = match (self.month, self.day, self.day_of_year) {
            (None, None, Some(day)) => {
                let first = Date::new(year, 1, 1).ok()?;
                let date = first.with().day_of_year(day).build().ok()?;
                (date.year() == year).then_some(date)?
            }
            (month, day, _) => Date::new(year, month?, day?).ok()?,
        };
        let hour = match self.afternoon {
            Some(afternoon) if (1..=12).contains(&self.hour) => {
                self.hour % 12 + if afternoon { 12 } else { 0 }
            }
            Some(_) => return None,
            None => self.hour,
        };
        // A leap second is the last second of its minute, as POSIX time has it.
        let second = if self.second == 60 { 59 } else { self.second };
        let at = wall_clock(date, Time::new(hour, self.minute, second, 0).ok()?, "")?;
        let at = at.in_zone(self.zone.unwrap_or(zone));
        Some(Timestamp::from_ticks(at.ticks().checked_add(self.ticks)?))
    }
}

fn some<T>((value, rest): (T, &str)) -> (Option<T>, &str) {
    (Some(value), rest)
}

/// A whole number of at most so many digits.
fn number(text: &str, most: usize) -> Option<(i64, &str)> {
    let digits = text.bytes().take(most).take_while(u8::is_ascii_digit);
    let (number, rest) = text.split_at_checked(digits.count())?;
    Some((number.parse().ok()?, rest))
}

fn year(text: &str) -> Option<(Option<i16>, &str)> {
    let (year, rest) = number(text, 4)?;
    Some((Some(i16::try_from(year).ok()?), rest))
}

/// 69 to 99 are of the last century (POSIX, strptime).
fn short_year(text: &str) -> Option<(Option<i16>, &str)> {
    let (year, rest) = number(text, 2)?;
    let year = i16::try_from(year).ok()?;
    Some((
        Some(if year < 69 { 2000 + year } else { 1900 + year }),
        rest,
    ))
}

fn fraction(text: &str) -> Option<(i64, &str)> {
    let digits = text.bytes().take(18).take_while(u8::is_ascii_digit).count();
    let (digits, rest) = text.split_at_checked(digits)?;
    (!digits.is_empty()).then_some((fraction_ticks(digits)?, rest))
}

fn half(text: &str) -> Option<(Option<bool>, &str)> {
    let (half, rest) = text.split_at_checked(2)?;
    match half.to_ascii_uppercase().as_str() {
        "AM" => Some((Some(false), rest)),
        "PM" => Some((Some(true), rest)),
        _ => None,
    }
}

/// A month's name, whole or its first three letters.
fn month(text: &str) -> Option<(Option<i8>, &str)> {
    let starts = |name: &str| {
        let head = text.get(..name.len())?;
        head.eq_ignore_ascii_case(name).then_some(name.len())
    };
    (1..=12).find_map(|month| {
        let name = month_name(month);
        let length = starts(name).or_else(|| starts(name.get(..3)?))?;
        Some((Some(month), text.get(length..)?))
    })
}

/// `Z`, `UTC`, `GMT`, `+02:00`, `+0200`. Other names are not known: there is no zone database.
fn zone_of(text: &str) -> Option<(Option<Zone>, &str)> {
    let text = text.trim_start();
    let end = match text.bytes().next()? {
        b'+' | b'-' => {
            let part = |b: &u8| b.is_ascii_digit() || *b == b':';
            1 + text.bytes().skip(1).take(5).take_while(part).count()
        }
        _ => text.bytes().take_while(u8::is_ascii_alphabetic).count(),
    };
    let (zone, rest) = text.split_at_checked(end)?;
    if zone.eq_ignore_ascii_case("gmt") {
        return Some((Some(Zone::UTC), rest));
    }
    Zone::parse(zone).map(|zone| (Some(zone), rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str, format: &str) -> Option<String> {
        Timestamp::parse(text, format, Zone::UTC).map(|at| at.rfc3339(Zone::UTC))
    }

    #[test]
    fn texts_are_read_by_their_format() {
        for (text, format, expected) in [
            (
                "2022-06-16T18:04:12",
                "%Y-%m-%dT%H:%M:%S",
                "2022-06-16T18:04:12Z",
            ),
            (
                "2022-06-16 18:04:12.123456Z",
                "%Y-%m-%d %H:%M:%S.%6N%Z",
                "2022-06-16T18:04:12.123456Z",
            ),
            (
                "2022-06-16T18:04:12.5+02:00",
                "%Y-%m-%dT%H:%M:%S.%Q%z",
                "2022-06-16T16:04:12.5Z",
            ),
            (
                "09/15/2020 11:48:27 PM",
                "%m/%d/%Y %I:%M:%S %p",
                "2020-09-15T23:48:27Z",
            ),
            (
                "09/15/2020 12:48:27 am",
                "%m/%d/%Y %I:%M:%S %p",
                "2020-09-15T00:48:27Z",
            ),
            (
                "Thu Jun  5 16:08:54 2025",
                "%a %b %d %H:%M:%S %Y",
                "2025-06-05T16:08:54Z",
            ),
            ("5 September 99", "%d %B %y", "1999-09-05T00:00:00Z"),
            ("1655402652.25", "%s.%N", "2022-06-16T18:04:12.25Z"),
            ("2024 366", "%Y %j", "2024-12-31T00:00:00Z"),
            ("06/16/22 and more", "%D", "2022-06-16T00:00:00Z"),
            ("2022-06-16 07:05:09", "%F %T", "2022-06-16T07:05:09Z"),
        ] {
            assert_eq!(read(text, format).as_deref(), Some(expected), "{text}");
        }
    }

    #[test]
    fn what_does_not_fit_is_none() {
        for (text, format) in [
            ("soon", "%Y-%m-%d"),
            ("2022-06-16", "%Y-%m-%d %H"),
            ("2022-02-30", "%F"),
            ("2023 366", "%Y %j"),
            ("18:04", "%H:%M"),
            ("13:00 PM 2022-06-16", "%I:%M %p %F"),
            ("2022-06-16 CEST", "%F %Z"),
            ("2022-06-16", "%F%"),
            ("2022-06-16", "%!"),
            ("é", "%Y"),
            ("é", "%p"),
            ("", "%Y"),
        ] {
            assert_eq!(read(text, format), None, "{text} {format}");
        }
    }

    proptest::proptest! {
        #[test]
        fn what_is_written_is_read_back(ticks in -20_000_000_000_000_000_i64..40_000_000_000_000_000) {
            let at = Timestamp::from_ticks(ticks);
            let format = "%Y-%m-%d %H:%M:%S.%7N %z";
            let text = at.format(format, Zone::UTC);
            proptest::prop_assert_eq!(Timestamp::parse(&text, format, Zone::UTC), Some(at));
        }

        #[test]
        fn no_text_and_no_format_is_too_much(text in "\\PC{0,30}", format in "(%.|\\PC){0,12}") {
            let _ = Timestamp::parse(&text, &format, Zone::UTC);
        }
    }
}
