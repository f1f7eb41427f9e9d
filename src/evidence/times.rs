//! Which spelling of a time a record carries, and whether it can be believed. Does not decide
//! which field is the event's time: each format does, by the table in the architecture document.

use super::format::ParseContext;
use crate::event::time::Reading;
use crate::event::{EventTime, Timestamp, Zone};

/// Before this year no endpoint wrote these logs: a clock that was never set (FILETIME 0 is 1601,
/// an empty UNIX time 1970).
const FIRST_YEAR: i16 = 1990;

/// The instants from [`FIRST_YEAR`] until 2100, told without taking them apart.
const USUAL: std::ops::Range<Timestamp> = Timestamp::from_ticks(631_152_000 * 10_000_000)
    ..Timestamp::from_ticks(4_102_444_800 * 10_000_000);

/// Milliseconds since the epoch have more digits than this from 1973 on, seconds until 5138 fewer.
const SECONDS_DIGITS: usize = 11;

/// The event's time, `None` when it is impossible. A time after the evidence's own date is judged
/// later, by those who know that date.
pub fn event_time(reading: Option<Reading>, context: ParseContext) -> Option<EventTime> {
    let (at, assumed) = reading?.resolve(context.assume_tz);
    let possible = USUAL.contains(&at) || at.year() >= FIRST_YEAR;
    possible.then_some(EventTime { at, assumed })
}

/// A time that is UTC by definition, whether it says so or not: `TimeCreated`, Sysmon's `UtcTime`.
pub fn utc(text: &str) -> Option<Reading> {
    match Reading::iso8601(text)? {
        Reading::Instant(at) | Reading::WallClock(at) => Some(Reading::Instant(at)),
    }
}

/// Any spelling that exports use: ISO 8601, seconds or milliseconds since the epoch, or the
/// American one of Windows.
pub fn any(text: &str) -> Option<Reading> {
    Reading::iso8601(text)
        .or_else(|| epoch(text).map(Reading::Instant))
        .or_else(|| Reading::us_header(text))
}

/// Any of those, or what portals show a person and export so: Kibana (`Jun 26, 2025 @ 16:08:54.123`),
/// Microsoft Defender (`Jun 26, 2025 4:08:54 PM`), Azure (`6/26/2025, 4:08:54.123 PM`).
pub fn shown(text: &str) -> Option<Reading> {
    const FORMATS: [&str; 4] = [
        "%b %d, %Y @ %H:%M:%S.%3N",
        "%b %d, %Y %I:%M:%S %p",
        "%m/%d/%Y, %I:%M:%S.%3N %p",
        "%m/%d/%Y, %I:%M:%S %p",
    ];
    any(text).or_else(|| {
        let mut formats = FORMATS.iter();
        let at = formats.find_map(|format| Timestamp::parse(text, format, Zone::UTC));
        at.map(Reading::WallClock)
    })
}

/// Seconds (with or without fraction) or milliseconds since the epoch.
pub fn epoch(text: &str) -> Option<Timestamp> {
    let text = text.trim();
    if text.len() > SECONDS_DIGITS && text.bytes().all(|b| b.is_ascii_digit()) {
        Timestamp::from_millis_text(text)
    } else {
        Timestamp::from_epoch_text(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> String {
        event_time(any(text), ParseContext::default()).map_or("none".to_owned(), |time| {
            format!(
                "{}{}",
                if time.assumed { "~" } else { "" },
                time.at.rfc3339(Zone::UTC)
            )
        })
    }

    #[test]
    fn spellings_of_portals() {
        let at = |text: &str| {
            event_time(super::shown(text), ParseContext::default())
                .map_or("none".to_owned(), |time| time.at.rfc3339(Zone::UTC))
        };
        assert_eq!(
            at("Jun 26, 2025 @ 16:08:54.123"),
            "2025-06-26T16:08:54.123Z"
        );
        assert_eq!(at("Jun 26, 2025 4:08:54 PM"), "2025-06-26T16:08:54Z");
        assert_eq!(at("6/26/2025, 4:08:54.123 PM"), "2025-06-26T16:08:54.123Z");
        assert_eq!(at("6/26/2025, 4:08:54 PM"), "2025-06-26T16:08:54Z");
        assert_eq!(at("2025-06-26T16:08:54Z"), "2025-06-26T16:08:54Z");
        assert_eq!(at("June"), "none");
    }

    #[test]
    fn spellings_of_exports() {
        assert_eq!(shown("1655402652.123"), "2022-06-16T18:04:12.123Z");
        assert_eq!(shown("1655402652123"), "2022-06-16T18:04:12.123Z");
        assert_eq!(
            shown("2022-06-16T18:04:12.123+0000"),
            "2022-06-16T18:04:12.123Z"
        );
        assert_eq!(shown("6/16/2022 6:04:12 PM"), "~2022-06-16T18:04:12Z");
        assert_eq!(shown("1601-01-01T00:00:00Z"), "none");
        assert_eq!(shown("1989-12-31T23:59:59.9999999Z"), "none");
        assert_eq!(USUAL.start, epoch("631152000").unwrap());
        assert_eq!(USUAL.start.rfc3339(Zone::UTC), "1990-01-01T00:00:00Z");
        assert_eq!(USUAL.end.rfc3339(Zone::UTC), "2100-01-01T00:00:00Z");
        assert_eq!(shown("0"), "none");
        assert_eq!(shown("soon"), "none");
    }
}
