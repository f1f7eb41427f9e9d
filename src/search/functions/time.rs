//! Functions on times (Search Reference, "Date and Time functions").
//!
//! `now` is the clock of the evidence: the end of its span of time, which is known when it has been
//! read, or what a person gave. `time`, which in Splunk is the clock of the machine, is the same
//! here, so that two runs agree.

use super::super::cells::epoch;
use super::super::datum::Datum;
use super::super::expression::Scope;
use super::Call;
use crate::event::{Relative, Timestamp};

/// Whole seconds (Search Reference, "now").
pub(super) fn now(_: &Call, scope: &Scope<'_>) -> Datum {
    let now = scope.environment.now;
    now.map_or(Datum::Null, |now| Datum::text(now.seconds().to_string()))
}

pub(super) fn strftime(call: &Call, scope: &Scope<'_>) -> Datum {
    let format = call.value(1, scope);
    match (instant(call, scope), format.as_text()) {
        (Some(at), Some(format)) => Datum::text(at.format(&format, scope.environment.zone)),
        _ => Datum::Null,
    }
}

/// Of a multivalue field each text that fits.
pub(super) fn strptime(call: &Call, scope: &Scope<'_>) -> Datum {
    let format = call.value(1, scope);
    let Some(format) = format.as_text() else {
        return Datum::Null;
    };
    let zone = scope.environment.zone;
    let texts = call.value(0, scope).texts();
    let read = texts
        .iter()
        .filter_map(|text| Timestamp::parse(text, &format, zone));
    Datum::many(read.map(|at| at.epoch_text().into()).collect())
}

pub(super) fn relative_time(call: &Call, scope: &Scope<'_>) -> Datum {
    let by = call.value(1, scope);
    let by = by.as_text().and_then(|by| Relative::parse(&by));
    let (Some(at), Some(by)) = (instant(call, scope), by) else {
        return Datum::Null;
    };
    let moved = by.applied(at, scope.environment.zone);
    moved.map_or(Datum::Null, |at| Datum::text(at.epoch_text()))
}

fn instant(call: &Call, scope: &Scope<'_>) -> Option<Timestamp> {
    epoch(&call.value(0, scope).into_value()?)
}
