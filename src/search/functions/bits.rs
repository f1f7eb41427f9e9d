//! Functions on the bits of whole numbers (Search Reference, "Bitwise functions"): from nought to
//! 2^53 - 1, the numbers that every floating number of Splunk holds exactly. Others make null.

use super::super::datum::Datum;
use super::super::expression::Scope;
use super::Call;

/// All bits that a number can have.
const ALL: u64 = (1 << 53) - 1;

pub(super) fn and(call: &Call, scope: &Scope<'_>) -> Datum {
    together(call, scope, |left, right| left & right)
}

pub(super) fn or(call: &Call, scope: &Scope<'_>) -> Datum {
    together(call, scope, |left, right| left | right)
}

pub(super) fn xor(call: &Call, scope: &Scope<'_>) -> Datum {
    together(call, scope, |left, right| left ^ right)
}

fn together(call: &Call, scope: &Scope<'_>, join: fn(u64, u64) -> u64) -> Datum {
    let bits: Option<Vec<u64>> = (0..call.arguments.len())
        .map(|place| bits(call, place, scope))
        .collect();
    let joined = bits.and_then(|bits| bits.into_iter().reduce(join));
    joined.map_or(Datum::Null, number)
}

pub(super) fn not(call: &Call, scope: &Scope<'_>) -> Datum {
    let mask = match call.arguments.len() {
        1 => Some(ALL),
        _ => bits(call, 1, scope),
    };
    match (bits(call, 0, scope), mask) {
        (Some(bits), Some(mask)) => number(!bits & mask),
        _ => Datum::Null,
    }
}

/// What is moved beyond the highest bit is lost.
pub(super) fn left(call: &Call, scope: &Scope<'_>) -> Datum {
    shifted(call, scope, |bits, by| {
        bits.checked_shl(by).unwrap_or(0) & ALL
    })
}

pub(super) fn right(call: &Call, scope: &Scope<'_>) -> Datum {
    shifted(call, scope, |bits, by| bits.checked_shr(by).unwrap_or(0))
}

fn shifted(call: &Call, scope: &Scope<'_>, shift: fn(u64, u32) -> u64) -> Datum {
    match (bits(call, 0, scope), bits(call, 1, scope)) {
        (Some(bits), Some(by)) => number(shift(bits, u32::try_from(by).unwrap_or(u32::MAX))),
        _ => Datum::Null,
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss,
    reason = "a whole number from nought to 2^53"
)]
fn bits(call: &Call, place: usize, scope: &Scope<'_>) -> Option<u64> {
    let number = call.number(place, scope)?;
    let fits = number.fract() == 0.0 && (0.0..=ALL as f64).contains(&number);
    fits.then_some(number as u64)
}

#[expect(clippy::cast_precision_loss, reason = "it has 53 bits")]
fn number(bits: u64) -> Datum {
    Datum::Number(bits as f64)
}
