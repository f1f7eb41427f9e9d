//! Functions that compare, test and choose (Search Reference, "Comparison and conditional
//! functions", "Informational functions"). A condition that is null counts as not met.

use super::super::datum::{Datum, compare};
use super::super::expression::Scope;
use super::super::subnet::Subnet;
use super::Call;
use crate::spl::ast::BinaryOp;

pub(super) fn choose(call: &Call, scope: &Scope<'_>) -> Datum {
    let met = call.value(0, scope).truth() == Some(true);
    call.value(if met { 1 } else { 2 }, scope)
}

pub(super) fn case(call: &Call, scope: &Scope<'_>) -> Datum {
    let conditions = (0..call.arguments.len()).step_by(2);
    let met = conditions
        .into_iter()
        .find(|place| call.value(*place, scope).truth() == Some(true));
    met.map_or(Datum::Null, |place| call.value(place + 1, scope))
}

pub(super) fn coalesce(call: &Call, scope: &Scope<'_>) -> Datum {
    let mut values = call.values(scope);
    values.find(|value| !value.is_null()).unwrap_or(Datum::Null)
}

pub(super) fn nullif(call: &Call, scope: &Scope<'_>) -> Datum {
    let (first, second) = (call.value(0, scope), call.value(1, scope));
    match compare(BinaryOp::Equal, &first, &second, false) {
        Some(true) => Datum::Null,
        _ => first,
    }
}

pub(super) fn among(call: &Call, scope: &Scope<'_>) -> Datum {
    let sought = call.value(0, scope);
    if sought.is_null() {
        return Datum::Null;
    }
    let found = call
        .values(scope)
        .skip(1)
        .any(|value| compare(BinaryOp::Equal, &sought, &value, false) == Some(true));
    Datum::Boolean(found)
}

/// `match` and `like`: they differ in how their pattern is compiled.
pub(super) fn matches(call: &Call, scope: &Scope<'_>) -> Datum {
    let Some(pattern) = call.pattern(scope) else {
        return Datum::Null;
    };
    Datum::from_truth(call.value(0, scope).any(|text| pattern.is_match(text)))
}

pub(super) fn cidrmatch(call: &Call, scope: &Scope<'_>) -> Datum {
    let subnet = call.value(0, scope);
    let Some(subnet) = subnet.as_text().and_then(|text| Subnet::parse(&text)) else {
        return Datum::Null;
    };
    Datum::from_truth(call.value(1, scope).any(|text| subnet.holds(text)))
}

pub(super) fn isnull(call: &Call, scope: &Scope<'_>) -> Datum {
    Datum::Boolean(call.value(0, scope).is_null())
}

pub(super) fn isnotnull(call: &Call, scope: &Scope<'_>) -> Datum {
    Datum::Boolean(!call.value(0, scope).is_null())
}

pub(super) fn isnum(call: &Call, scope: &Scope<'_>) -> Datum {
    Datum::Boolean(call.number(0, scope).is_some())
}

pub(super) fn isint(call: &Call, scope: &Scope<'_>) -> Datum {
    let number = call.number(0, scope);
    Datum::Boolean(number.is_some_and(|n| n.fract() == 0.0))
}

pub(super) fn isstr(call: &Call, scope: &Scope<'_>) -> Datum {
    let value = call.value(0, scope);
    Datum::Boolean(value.as_number().is_none() && value.as_text().is_some())
}

pub(super) fn truth(_: &Call, _: &Scope<'_>) -> Datum {
    Datum::Boolean(true)
}

pub(super) fn falsehood(_: &Call, _: &Scope<'_>) -> Datum {
    Datum::Boolean(false)
}

pub(super) fn null(_: &Call, _: &Scope<'_>) -> Datum {
    Datum::Null
}
