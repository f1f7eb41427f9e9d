//! Numbers and times as the screen shows them; what is not its own is `report`'s.

use crate::event::{Timestamp, Zone};
pub use crate::report::{counted, grouped, size};

/// A length as a number.
pub fn long(length: usize) -> u64 {
    u64::try_from(length).unwrap_or(u64::MAX)
}

/// How much of it, in whole per cent; 100 only when it is all.
pub fn percent(part: u64, whole: u64) -> u64 {
    if whole == 0 {
        return 100;
    }
    let hundred = u128::from(part) * 100 / u128::from(whole);
    u64::try_from(hundred).unwrap_or(100).min(100)
}

/// Date and time of a row, with the year when asked; the zone is in the header.
pub fn row_time(at: Timestamp, zone: Zone, year: bool) -> String {
    let format = if year {
        "%Y-%m-%d %H:%M:%S"
    } else {
        "%m-%d %H:%M:%S"
    };
    at.format(format, zone)
}

/// A span of time, to the minute; the zone is in the header.
pub fn span(first: Timestamp, last: Timestamp, zone: Zone) -> String {
    let year = first.format("%Y", zone) != last.format("%Y", zone);
    let format = if year {
        "%Y-%m-%d %H:%M"
    } else {
        "%m-%d %H:%M"
    };
    let from = first.format(format, zone);
    let format = if first.format("%F", zone) == last.format("%F", zone) {
        "%H:%M"
    } else {
        format
    };
    let until = last.format(format, zone);
    if first.format("%F %H:%M", zone) == last.format("%F %H:%M", zone) {
        return from;
    }
    format!("{from} … {until}")
}

/// A time of the ledger, which is RFC 3339 in UTC, in the shown zone.
pub fn ledger_time(text: &str, zone: Zone) -> String {
    match crate::event::time::Reading::iso8601(text) {
        Some(reading) => reading.resolve(Zone::UTC).0.rfc3339(zone),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers() {
        assert_eq!(percent(999, 1000), 99);
        assert_eq!(percent(u64::MAX, 1), 100);
    }

    #[test]
    fn spans() {
        let at = |text| Timestamp::from_epoch_text(text).unwrap();
        let (a, b, c) = (at("1655402652"), at("1655402712"), at("1687000000"));
        assert_eq!(span(a, a, Zone::UTC), "06-16 18:04");
        assert_eq!(span(a, b, Zone::UTC), "06-16 18:04 … 18:05");
        assert_eq!(span(a, c, Zone::UTC), "2022-06-16 18:04 … 2023-06-17 11:06");
    }
}
