//! Functions that compare, test and choose (Search Reference, "Comparison and conditional
//! functions", "Informational functions"). A condition that is null counts as not met.

use super::super::datum::{Datum, compare};
use super::super::expression::Scope;
use super::super::subnet::Subnet;
use super::Call;
use crate::spl::ast::BinaryOp;
use std::net::Ipv4Addr;

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
    Datum::from_truth(
        call.value(0, scope)
            .any_known(|text| pattern.is_match(text)),
    )
}

pub(super) fn cidrmatch(call: &Call, scope: &Scope<'_>) -> Datum {
    let subnet = call.value(0, scope);
    let Some(subnet) = subnet.as_text().and_then(|text| Subnet::parse(&text)) else {
        return Datum::Null;
    };
    Datum::from_truth(call.value(1, scope).any(|text| subnet.holds(text)))
}

/// The IPv4 address with the bits of the mask only (Search Reference, "ipmask").
pub(super) fn ipmask(call: &Call, scope: &Scope<'_>) -> Datum {
    let four = |text: &str| text.trim().parse::<Ipv4Addr>().ok();
    let mask = call.value(0, scope);
    let Some(mask) = mask.as_text().and_then(|text| four(&text)) else {
        return Datum::Null;
    };
    call.value(1, scope)
        .try_map(|text| Some((four(text)? & mask).to_string()))
}

/// What `search` would say of the row (Search Reference, "searchmatch").
pub(super) fn searchmatch(call: &Call, scope: &Scope<'_>) -> Datum {
    let search = call.search.as_ref();
    search.map_or(Datum::Null, |search| {
        Datum::Boolean(search.test(scope.cells))
    })
}

/// The value after the first condition that is false; null when none is (Search Reference,
/// "validate").
pub(super) fn validate(call: &Call, scope: &Scope<'_>) -> Datum {
    let mut conditions = (0..call.arguments.len()).step_by(2);
    let failed = conditions.find(|place| call.value(*place, scope).truth() == Some(false));
    failed.map_or(Datum::Null, |place| call.value(place + 1, scope))
}

pub(super) fn isbool(call: &Call, scope: &Scope<'_>) -> Datum {
    Datum::Boolean(call.value(0, scope).truth().is_some())
}

/// A text that is wholly a number is one, since fields have no types of their own.
pub(super) fn type_of(call: &Call, scope: &Scope<'_>) -> Datum {
    let value = call.value(0, scope);
    Datum::text(match &value {
        Datum::Null => "Invalid",
        Datum::Boolean(_) => "Boolean",
        other if other.as_number().is_some() => "Number",
        _ => "String",
    })
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
