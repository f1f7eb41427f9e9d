//! Functions on numbers (Search Reference, "Mathematical functions", "Trigonometry and Hyperbolic
//! functions"). What is no number (the root of -1) is null.

use super::super::datum::Datum;
use super::super::expression::Scope;
use super::Call;
use super::text::whole;
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

pub(super) fn acos(call: &Call, scope: &Scope<'_>) -> Datum {
    of_number(call, scope, f64::acos)
}

pub(super) fn acosh(call: &Call, scope: &Scope<'_>) -> Datum {
    of_number(call, scope, f64::acosh)
}

pub(super) fn asin(call: &Call, scope: &Scope<'_>) -> Datum {
    of_number(call, scope, f64::asin)
}

pub(super) fn asinh(call: &Call, scope: &Scope<'_>) -> Datum {
    of_number(call, scope, f64::asinh)
}

pub(super) fn atan(call: &Call, scope: &Scope<'_>) -> Datum {
    of_number(call, scope, f64::atan)
}

pub(super) fn atanh(call: &Call, scope: &Scope<'_>) -> Datum {
    of_number(call, scope, f64::atanh)
}

pub(super) fn cos(call: &Call, scope: &Scope<'_>) -> Datum {
    of_number(call, scope, f64::cos)
}

pub(super) fn cosh(call: &Call, scope: &Scope<'_>) -> Datum {
    of_number(call, scope, f64::cosh)
}

pub(super) fn exp(call: &Call, scope: &Scope<'_>) -> Datum {
    of_number(call, scope, f64::exp)
}

pub(super) fn ln(call: &Call, scope: &Scope<'_>) -> Datum {
    of_number(call, scope, f64::ln)
}

pub(super) fn sin(call: &Call, scope: &Scope<'_>) -> Datum {
    of_number(call, scope, f64::sin)
}

pub(super) fn sinh(call: &Call, scope: &Scope<'_>) -> Datum {
    of_number(call, scope, f64::sinh)
}

pub(super) fn sqrt(call: &Call, scope: &Scope<'_>) -> Datum {
    of_number(call, scope, f64::sqrt)
}

pub(super) fn tan(call: &Call, scope: &Scope<'_>) -> Datum {
    of_number(call, scope, f64::tan)
}

pub(super) fn tanh(call: &Call, scope: &Scope<'_>) -> Datum {
    of_number(call, scope, f64::tanh)
}

/// Nothing is rounded before it is shown, here as there.
pub(super) fn exact(call: &Call, scope: &Scope<'_>) -> Datum {
    of_number(call, scope, |number| number)
}

/// To 11 decimals (Search Reference, "pi").
pub(super) fn pi(_: &Call, _: &Scope<'_>) -> Datum {
    Datum::Number((std::f64::consts::PI * 1e11).round() / 1e11)
}

pub(super) fn atan2(call: &Call, scope: &Scope<'_>) -> Datum {
    of_two(call, scope, f64::atan2)
}

pub(super) fn hypot(call: &Call, scope: &Scope<'_>) -> Datum {
    of_two(call, scope, f64::hypot)
}

pub(super) fn pow(call: &Call, scope: &Scope<'_>) -> Datum {
    of_two(call, scope, f64::powf)
}

pub(super) fn log(call: &Call, scope: &Scope<'_>) -> Datum {
    if call.arguments.len() < 2 {
        return of_number(call, scope, f64::log10);
    }
    of_two(call, scope, |number, base| {
        // By quotients the logarithm of 1000 to the base of 10 would not be 3.
        let nearest = number.log(base).round();
        if base.powf(nearest).total_cmp(&number).is_eq() {
            nearest
        } else {
            number.log(base)
        }
    })
}

fn of_two(call: &Call, scope: &Scope<'_>, join: fn(f64, f64) -> f64) -> Datum {
    match (call.number(0, scope), call.number(1, scope)) {
        (Some(first), Some(second)) => Datum::number(join(first, second)),
        _ => Datum::Null,
    }
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
