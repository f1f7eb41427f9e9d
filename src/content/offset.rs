//! The offsets of a drilldown and the time bounds that come of them.
//!
//! Facts: ES takes `earliest_offset` as time before the finding and `latest_offset` as time after it
//! (`splunk.es` Ansible collection, notable event module), both positive; `$info_min_time$` and
//! `$info_max_time$` are the bounds of the detection's own run (Search Reference, "addinfo").
//! Decided here: the anchor is the row's last event, the own run is all that was loaded, both ends
//! belong to the range. A month has 30 days and a year 365: there is no calendar in an offset.

use crate::event::{Relative, Timestamp, Zone};
use crate::spl::time_modifiers::TimeModifier;

const DAY: i64 = 86_400;

/// One end of a drilldown's time range.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Offset {
    /// `$info_min_time$`: where the loaded data begin.
    SearchEarliest,
    /// `$info_max_time$`: where they end.
    SearchLatest,
    /// So many seconds from the finding: before it for the one end, after it for the other.
    Seconds(i64),
}

/// A time range, both ends belonging to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Bounds {
    /// None: from the first event on.
    pub earliest: Option<Timestamp>,
    /// None: to the last event.
    pub latest: Option<Timestamp>,
}

/// A text that is no offset.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("'{0}' is no time offset: write a number and s, m, h, d, w, mon or y, such as 7d")]
pub struct OffsetError(pub String);

impl Offset {
    /// From `$info_min_time$`, `$info_max_time$`, `7d`, `0`, `0y`, `604800`; a sign in front is
    /// allowed, since older files write `-7d`.
    pub fn parse(text: &str) -> Result<Self, OffsetError> {
        match text.trim() {
            "$info_min_time$" => return Ok(Self::SearchEarliest),
            "$info_max_time$" => return Ok(Self::SearchLatest),
            _ => {}
        }
        let text = text.trim();
        duration(text)
            .map(Self::Seconds)
            .ok_or_else(|| OffsetError(text.to_owned()))
    }

    /// The instant before the anchor. A sign says nothing here: before is before.
    pub fn before(self, anchor: Option<Timestamp>, window: Bounds) -> Option<Timestamp> {
        match self {
            Self::SearchEarliest => window.earliest,
            Self::SearchLatest => window.latest,
            Self::Seconds(seconds) => {
                anchor.map(|at| at.plus_seconds(seconds.saturating_abs().saturating_neg()))
            }
        }
    }

    /// The instant after the anchor, or before it with a minus sign.
    pub fn after(self, anchor: Option<Timestamp>, window: Bounds) -> Option<Timestamp> {
        match self {
            Self::SearchEarliest => window.earliest,
            Self::SearchLatest => window.latest,
            Self::Seconds(seconds) => anchor.map(|at| at.plus_seconds(seconds)),
        }
    }
}

impl Bounds {
    /// Whether an instant is in it.
    pub fn contains(self, at: Timestamp) -> bool {
        self.earliest.is_none_or(|earliest| at >= earliest)
            && self.latest.is_none_or(|latest| at <= latest)
    }

    /// Narrowed by a bound that the search itself holds, counted from `anchor`. An error when the
    /// value is none that is known; the bounds stay as they were.
    pub fn narrow(
        &mut self,
        modifier: &TimeModifier,
        anchor: Option<Timestamp>,
    ) -> Result<(), OffsetError> {
        let unknown = || OffsetError(format!("{}={}", modifier.name, modifier.value));
        let Some(anchor) = anchor else {
            return Ok(());
        };
        let value = modifier.value.trim();
        let ago = |unit: i64| {
            let number: i64 = value.parse().map_err(|_| unknown())?;
            Ok(anchor.plus_seconds(number.saturating_mul(unit).saturating_neg()))
        };
        match modifier.name.as_str() {
            "starthoursago" => self.earliest = Some(ago(3600)?),
            "startdaysago" => self.earliest = Some(ago(DAY)?),
            "startminutesago" => self.earliest = Some(ago(60)?),
            "endhoursago" => self.latest = Some(ago(3600)?),
            "enddaysago" => self.latest = Some(ago(DAY)?),
            "endminutesago" => self.latest = Some(ago(60)?),
            "earliest" => self.earliest = relative(value, anchor).ok_or_else(unknown)?,
            "latest" => self.latest = relative(value, anchor).ok_or_else(unknown)?,
            _ => return Err(unknown()),
        }
        Ok(())
    }
}

/// `7d`, `-24h`, `604800`: in seconds.
fn duration(text: &str) -> Option<i64> {
    let (sign, rest) = match text.strip_prefix('-') {
        Some(rest) => (-1, rest),
        None => (1, text.strip_prefix('+').unwrap_or(text)),
    };
    let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
    let (number, unit) = rest.split_at_checked(digits)?;
    let number: i64 = number.parse().ok()?;
    number.checked_mul(unit_seconds(unit)?)?.checked_mul(sign)
}

/// The units of the Search Reference, "Time modifiers"; none is seconds.
fn unit_seconds(unit: &str) -> Option<i64> {
    Some(match unit {
        "" | "s" | "sec" | "secs" | "second" | "seconds" => 1,
        "m" | "min" | "mins" | "minute" | "minutes" => 60,
        "h" | "hr" | "hrs" | "hour" | "hours" => 3600,
        "d" | "day" | "days" => DAY,
        "w" | "week" | "weeks" => 7 * DAY,
        "mon" | "month" | "months" => 30 * DAY,
        "q" | "qtr" | "quarter" | "quarters" => 90 * DAY,
        "y" | "yr" | "yrs" | "year" | "years" => 365 * DAY,
        _ => return None,
    })
}

/// `0` (no bound), epoch seconds, and what is relative, in UTC: `now`, `-7d`, `-7d@d`; a number
/// without a unit is of seconds. The outer option: whether it is known.
#[expect(
    clippy::option_option,
    reason = "no bound and no known text are two answers"
)]
fn relative(text: &str, anchor: Timestamp) -> Option<Option<Timestamp>> {
    if text == "0" {
        return Some(None);
    }
    let signed = text.starts_with(['-', '+']);
    if let Some(at) = Timestamp::from_epoch_text(text).filter(|_| !signed) {
        return Some(Some(at));
    }
    let counted = Relative::parse(text).and_then(|by| by.applied(anchor, Zone::UTC));
    let seconds = || signed.then(|| Some(anchor.plus_seconds(duration(text)?)))?;
    counted.or_else(seconds).map(Some)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::time::Reading;
    use crate::spl::ast::Span;

    fn at(text: &str) -> Timestamp {
        Reading::iso8601(text).unwrap().resolve(Zone::UTC).0
    }

    fn said(at: Option<Timestamp>) -> String {
        at.map_or("none".to_owned(), |at| at.rfc3339(Zone::UTC))
    }

    #[test]
    fn offsets_in_their_spellings() {
        for (text, seconds) in [
            ("7d", 604_800),
            ("0", 0),
            ("0y", 0),
            ("1w", 604_800),
            ("24h", 86_400),
            ("30m", 1800),
            ("604800", 604_800),
            ("-7d", -604_800),
            (" 2mon ", 5_184_000),
        ] {
            assert_eq!(Offset::parse(text), Ok(Offset::Seconds(seconds)), "{text}");
        }
        assert_eq!(Offset::parse("$info_min_time$"), Ok(Offset::SearchEarliest));
        assert_eq!(Offset::parse("$info_max_time$"), Ok(Offset::SearchLatest));
        for text in [
            "",
            "d",
            "7x",
            "now",
            "7d@d",
            "99999999999999999999d",
            "9223372036854775807d",
        ] {
            assert!(Offset::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn the_seven_days_before_the_row_include_both_ends() {
        let anchor = Some(at("2022-06-16T18:04:12.5Z"));
        let window = Bounds::default();
        let week = Offset::parse("7d").unwrap();
        let bounds = Bounds {
            earliest: week.before(anchor, window),
            latest: Offset::Seconds(0).after(anchor, window),
        };
        assert_eq!(said(bounds.earliest), "2022-06-09T18:04:12.5Z");
        assert_eq!(said(bounds.latest), "2022-06-16T18:04:12.5Z");
        let (earliest, latest) = (bounds.earliest.unwrap(), bounds.latest.unwrap());
        assert!(bounds.contains(earliest) && bounds.contains(latest));
        let tick = |at: Timestamp, by: i64| Timestamp::from_ticks(at.ticks() + by);
        assert!(!bounds.contains(tick(earliest, -1)) && !bounds.contains(tick(latest, 1)));
        // Older files write the sign.
        assert_eq!(
            Offset::Seconds(-604_800).before(anchor, window),
            bounds.earliest
        );
        assert_eq!(week.before(None, window), None);
        let window = Bounds {
            earliest: Some(at("2022-06-01T00:00:00Z")),
            latest: None,
        };
        assert_eq!(
            Offset::SearchEarliest.before(anchor, window),
            window.earliest
        );
        assert_eq!(Offset::SearchLatest.after(anchor, window), None);
    }

    #[test]
    fn bounds_inside_of_the_search_count_from_the_anchor() {
        let anchor = Some(at("2022-06-16T18:04:12Z"));
        let narrow = |name: &str, value: &str| {
            let mut bounds = Bounds::default();
            let modifier = TimeModifier {
                name: name.to_owned(),
                value: value.to_owned(),
                span: Span::default(),
            };
            let result = bounds.narrow(&modifier, anchor);
            result.map(|()| format!("{} {}", said(bounds.earliest), said(bounds.latest)))
        };
        for (name, value, expected) in [
            ("starthoursago", "168", "2022-06-09T18:04:12Z none"),
            ("endhoursago", "1", "none 2022-06-16T17:04:12Z"),
            ("earliest", "-7d", "2022-06-09T18:04:12Z none"),
            ("earliest", "-1d@d", "2022-06-15T00:00:00Z none"),
            ("earliest", "@w0", "2022-06-12T00:00:00Z none"),
            ("earliest", "-1d@mon", "2022-06-01T00:00:00Z none"),
            ("earliest", "-60", "2022-06-16T18:03:12Z none"),
            ("earliest", "", "2022-06-16T18:04:12Z none"),
            ("earliest", "0", "none none"),
            ("latest", "now", "none 2022-06-16T18:04:12Z"),
            ("latest", "1655402652", "none 2022-06-16T18:04:12Z"),
        ] {
            assert_eq!(
                narrow(name, value).as_deref(),
                Ok(expected),
                "{name}={value}"
            );
        }
        for (name, value) in [
            ("earliest", "x"),
            ("earliest", "-1d@x"),
            ("earliest", "7d"),
            ("starttimeu", "1"),
            ("endhoursago", ""),
        ] {
            assert!(narrow(name, value).is_err(), "{name}={value}");
        }
    }
}
