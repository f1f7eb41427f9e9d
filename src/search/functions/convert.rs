//! Between numbers and texts (Search Reference, "Conversion functions").

use super::super::datum::Datum;
use super::super::expression::Scope;
use super::Call;
use super::text::whole;
use crate::event::value::{number_text, parse_number};

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
    format!("{sign}{}", grouped(digits))
}

/// Digits with a comma before every three of them; decimals stay as they are.
pub(super) fn grouped(digits: &str) -> String {
    let (whole, decimals) = digits.split_once('.').unwrap_or((digits, ""));
    let mut out = String::new();
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
