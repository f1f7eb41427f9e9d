//! Instants moved and snapped by the units of the calendar, in a zone of fixed distance.

use super::{Timestamp, wall_clock};
use crate::event::Zone;
use jiff::civil::{Date, DateTime, Time};
use jiff::{Span, ToSpan};

/// A unit of time as a relative time names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// A second.
    Second,
    /// A minute.
    Minute,
    /// An hour.
    Hour,
    /// A day.
    Day,
    /// A week, which begins on that day: 0 is Sunday.
    Week(i8),
    /// A month.
    Month,
    /// Three months from January, April, July or October on.
    Quarter,
    /// A year.
    Year,
}

impl Unit {
    /// Its length where that is always the same.
    fn seconds(self) -> Option<i64> {
        Some(match self {
            Self::Second => 1,
            Self::Minute => 60,
            Self::Hour => 3600,
            Self::Day => 86_400,
            Self::Week(_) => 7 * 86_400,
            Self::Month | Self::Quarter | Self::Year => return None,
        })
    }

    fn months(self) -> i64 {
        match self {
            Self::Year => 12,
            Self::Quarter => 3,
            _ => 1,
        }
    }
}

impl Timestamp {
    /// Later by so many units, earlier when negative. A day that the month does not have becomes
    /// its last. `None` outside of the calendar.
    pub fn moved(self, count: i64, unit: Unit, zone: Zone) -> Option<Self> {
        if let Some(seconds) = unit.seconds() {
            let seconds = count.checked_mul(seconds)?;
            let moved = self.plus_seconds(seconds);
            return moved.civil(zone).map(|_| moved);
        }
        let months = count.checked_mul(unit.months())?;
        let span: Span = Span::new().try_months(months).ok()?;
        let at = self.civil(zone)?.checked_add(span).ok()?;
        let moved = of_wall_clock(at, zone)?;
        Some(Self::from_ticks(moved.ticks().checked_add(self.part())?))
    }

    /// The start of the unit that it lies in.
    pub fn snapped(self, unit: Unit, zone: Zone) -> Option<Self> {
        let at = self.civil(zone)?;
        let clock = |hour, minute, second| Time::new(hour, minute, second, 0).ok();
        let (day, time) = (at.date(), at.time());
        let (day, time) = match unit {
            Unit::Second => (day, clock(time.hour(), time.minute(), time.second())?),
            Unit::Minute => (day, clock(time.hour(), time.minute(), 0)?),
            Unit::Hour => (day, clock(time.hour(), 0, 0)?),
            Unit::Day => (day, Time::midnight()),
            Unit::Week(first) => {
                let since = (day.weekday().to_sunday_zero_offset() - first).rem_euclid(7);
                let start = day.checked_sub(i64::from(since).days()).ok()?;
                (start, Time::midnight())
            }
            Unit::Month => (day.first_of_month(), Time::midnight()),
            Unit::Quarter => {
                let month = (day.month() - 1) / 3 * 3 + 1;
                (Date::new(day.year(), month, 1).ok()?, Time::midnight())
            }
            Unit::Year => (Date::new(day.year(), 1, 1).ok()?, Time::midnight()),
        };
        of_wall_clock(day.to_datetime(time), zone)
    }
}

fn of_wall_clock(at: DateTime, zone: Zone) -> Option<Timestamp> {
    wall_clock(at.date(), at.time(), "").map(|at| at.in_zone(zone))
}
