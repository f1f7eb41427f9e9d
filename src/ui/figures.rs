//! Numbers and times as a person reads them.

use crate::event::{Timestamp, Zone};

/// `1204113` as `1,204,113`.
pub fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// `1 row`, `2 rows`.
pub fn count(number: u64, what: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{} {what}{plural}", thousands(number))
}

/// A length as a number.
pub fn long(length: usize) -> u64 {
    u64::try_from(length).unwrap_or(u64::MAX)
}

/// `1536` as `1.5 KB`.
pub fn bytes(number: u64) -> String {
    const UNITS: [&str; 5] = ["KB", "MB", "GB", "TB", "PB"];
    if number < 1024 {
        return format!("{number} B");
    }
    let mut tenths = number.saturating_mul(10) / 1024;
    let mut units = UNITS.iter();
    let mut unit = units.next();
    while tenths >= 10_240 {
        let Some(next) = units.next() else { break };
        tenths /= 1024;
        unit = Some(next);
    }
    format!("{}.{} {}", tenths / 10, tenths % 10, unit.unwrap_or(&""))
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
        assert_eq!(thousands(0), "0");
        assert_eq!(thousands(999), "999");
        assert_eq!(thousands(1_204_113), "1,204,113");
        assert_eq!(count(1, "row"), "1 row");
        assert_eq!(count(2000, "row"), "2,000 rows");
        assert_eq!(bytes(1023), "1023 B");
        assert_eq!(bytes(1536), "1.5 KB");
        assert_eq!(bytes(u64::MAX), "1638.3 PB");
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
