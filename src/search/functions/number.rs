//! Functions on numbers and times, and between numbers and texts (Search Reference,
//! "Mathematical functions", "Conversion functions", "Date and Time functions").

use super::super::cells::epoch;
use super::super::datum::Datum;
use super::super::expression::Scope;
use super::Call;
use super::text::whole;
use crate::event::value::{number_text, parse_number};
use std::cmp::Ordering;

pub(super) fn abs(call: &Call, scope: &Scope<'_>) -> Datum {
    of_number(call, scope, f64::abs)
}

pub(super) fn floor(call: &Call, scope: &Scope<'_>) -> Datum {
    of_number(call, scope, f64::floor)
}

pub(super) fn ceiling(call: &Call, scope: &Scope<'_>) -> Datum {
    of_number(call, scope, f64::ceil)
}

fn of_number(call: &Call, scope: &Scope<'_>, change: fn(f64) -> f64) -> Datum {
    let number = call.number(0, scope);
    number.map_or(Datum::Null, |number| Datum::number(change(number)))
}

/// More decimals than a number has are none.
const DECIMALS: i64 = 15;

pub(super) fn round(call: &Call, scope: &Scope<'_>) -> Datum {
    let decimals = if call.arguments.len() > 1 {
        call.number(1, scope)
    } else {
        Some(0.0)
    };
    let (Some(number), Some(decimals)) = (call.number(0, scope), decimals) else {
        return Datum::Null;
    };
    let decimals = whole(decimals).clamp(-DECIMALS, DECIMALS);
    let factor = 10_f64.powi(i32::try_from(decimals).unwrap_or(0));
    let scaled = number * factor;
    if !scaled.is_finite() {
        return Datum::number(number);
    }
    Datum::number(scaled.round() / factor)
}

pub(super) fn min(call: &Call, scope: &Scope<'_>) -> Datum {
    all_values(call, scope).min_by(order).unwrap_or(Datum::Null)
}

pub(super) fn max(call: &Call, scope: &Scope<'_>) -> Datum {
    all_values(call, scope).max_by(order).unwrap_or(Datum::Null)
}

fn all_values(call: &Call, scope: &Scope<'_>) -> impl Iterator<Item = Datum> {
    call.values(scope).flat_map(|value| match value {
        Datum::Many(texts) => texts.iter().map(|t| Datum::Text(t.clone())).collect(),
        Datum::Null | Datum::Boolean(_) => Vec::new(),
        other => vec![other],
    })
}

/// Numbers before texts (Search Reference, "max": strings are greater than numbers).
fn order(left: &Datum, right: &Datum) -> Ordering {
    match (left.as_number(), right.as_number()) {
        (Some(left), Some(right)) => left.total_cmp(&right),
        (Some(_), None) => Ordering::Less,
        (None, Some(_)) => Ordering::Greater,
        (None, None) => left.as_text().cmp(&right.as_text()),
    }
}

pub(super) fn tonumber(call: &Call, scope: &Scope<'_>) -> Datum {
    let value = call.value(0, scope);
    let Some(text) = value.as_text() else {
        return Datum::Null;
    };
    if call.arguments.len() < 2 {
        return parse_number(&text).map_or(Datum::Null, Datum::Number);
    }
    let base = call.number(1, scope).map(whole);
    match base.and_then(|base| u32::try_from(base).ok()) {
        Some(10) => parse_number(&text).map_or(Datum::Null, Datum::Number),
        Some(base @ 2..=36) => of_base(text.trim(), base),
        _ => Datum::Null,
    }
}

#[expect(
    clippy::cast_precision_loss,
    reason = "numbers of a search have 53 bits"
)]
fn of_base(text: &str, base: u32) -> Datum {
    let digits = if base == 16 {
        text.strip_prefix("0x").or_else(|| text.strip_prefix("0X"))
    } else {
        None
    };
    let number = i64::from_str_radix(digits.unwrap_or(text), base);
    number.map_or(Datum::Null, |number| Datum::Number(number as f64))
}

pub(super) fn tostring(call: &Call, scope: &Scope<'_>) -> Datum {
    let value = call.value(0, scope);
    if let Datum::Boolean(truth) = value {
        return Datum::text(if truth { "True" } else { "False" });
    }
    let Some(format) = call.arguments.get(1).map(|format| format.evaluate(scope)) else {
        return value.as_text().map_or(Datum::Null, Datum::text);
    };
    let (Some(number), Some(format)) = (value.as_number(), format.as_text()) else {
        return Datum::Null;
    };
    match &*format {
        "hex" if number >= 0.0 => Datum::text(format!("0x{:X}", whole(number))),
        "commas" => Datum::text(commas(number)),
        "duration" => Datum::text(duration(whole(number))),
        _ => Datum::Null,
    }
}

/// Groups of three, two decimals when there are any (Search Reference, "tostring").
fn commas(number: f64) -> String {
    let text = if number.fract() == 0.0 {
        number_text(number)
    } else {
        format!("{number:.2}")
    };
    let (sign, digits) = text.strip_prefix('-').map_or(("", &*text), |t| ("-", t));
    let (whole, decimals) = digits.split_once('.').unwrap_or((digits, ""));
    let mut out = sign.to_owned();
    for (place, digit) in whole.chars().enumerate() {
        if place > 0 && (whole.len() - place).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    if !decimals.is_empty() {
        out.push('.');
        out.push_str(decimals);
    }
    out
}

/// Seconds as `HH:MM:SS`, days in front as `1+`.
fn duration(seconds: i64) -> String {
    let sign = if seconds < 0 { "-" } else { "" };
    let seconds = seconds.unsigned_abs();
    let (days, rest) = (seconds / 86_400, seconds % 86_400);
    let clock = format!("{:02}:{:02}:{:02}", rest / 3600, rest / 60 % 60, rest % 60);
    if days == 0 {
        format!("{sign}{clock}")
    } else {
        format!("{sign}{days}+{clock}")
    }
}

pub(super) fn now(_: &Call, scope: &Scope<'_>) -> Datum {
    let now = scope.environment.now;
    // Whole seconds (Search Reference, "now").
    now.map_or(Datum::Null, |now| Datum::text(now.seconds().to_string()))
}

pub(super) fn strftime(call: &Call, scope: &Scope<'_>) -> Datum {
    let at = call.value(0, scope).into_value();
    let format = call.value(1, scope);
    match (at.as_ref().and_then(epoch), format.as_text()) {
        (Some(at), Some(format)) => Datum::text(at.format(&format, scope.environment.zone)),
        _ => Datum::Null,
    }
}
