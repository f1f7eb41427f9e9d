//! `printf` (Search Reference, "printf"): a format with `%` variables, each filled by the next
//! argument.
//!
//! Known: `%c %d %i %u %o %x %X %e %E %f %F %g %G %s %%`, the flags `-`, `+`, blank, `#`, `0` and
//! `'`, a width and a precision, each a number or `*`. A format with another variable makes null,
//! and so does a variable without an argument. An argument that is no number fills a variable of
//! numbers with 0, as in Splunk.

use super::super::datum::Datum;
use super::super::expression::Scope;
use super::Call;
use super::convert::grouped;
use super::text::whole;
use std::iter::Peekable;
use std::str::Chars;

/// A wider field, or more decimals, than anyone reads.
const WIDEST: usize = 1000;

/// How one variable is to be written.
#[derive(Debug, Default)]
struct Shape {
    /// Of `-+ #0'` those that were written.
    flags: String,
    width: usize,
    precision: Option<usize>,
}

pub(super) fn printf(call: &Call, scope: &Scope<'_>) -> Datum {
    let format = call.value(0, scope);
    let Some(format) = format.as_text() else {
        return Datum::Null;
    };
    let arguments: Vec<Datum> = call.values(scope).skip(1).collect();
    written(&format, &mut arguments.iter()).map_or(Datum::Null, Datum::text)
}

fn written<'d>(format: &str, arguments: &mut impl Iterator<Item = &'d Datum>) -> Option<String> {
    let mut out = String::new();
    let mut letters = format.chars().peekable();
    while let Some(letter) = letters.next() {
        if letter != '%' {
            out.push(letter);
        } else if letters.next_if_eq(&'%').is_some() {
            out.push('%');
        } else {
            let shape = Shape::read(&mut letters, arguments)?;
            let variable = letters.next()?;
            out.push_str(&shape.filled(variable, arguments.next()?)?);
        }
    }
    Some(out)
}

impl Shape {
    fn read<'d>(
        letters: &mut Peekable<Chars<'_>>,
        arguments: &mut impl Iterator<Item = &'d Datum>,
    ) -> Option<Self> {
        let mut shape = Self::default();
        while let Some(flag) = letters.next_if(|c| "-+ #0'".contains(*c)) {
            shape.flags.push(flag);
        }
        shape.width = size(letters, arguments)?.unwrap_or(0);
        if letters.next_if_eq(&'.').is_some() {
            shape.precision = Some(size(letters, arguments)?.unwrap_or(0));
        }
        Some(shape)
    }

    fn has(&self, flag: char) -> bool {
        self.flags.contains(flag)
    }

    fn filled(&self, variable: char, value: &Datum) -> Option<String> {
        let number = value.as_number().unwrap_or(0.0);
        let text = match variable {
            's' => {
                let text = value.as_text().unwrap_or_default();
                text.chars()
                    .take(self.precision.unwrap_or(usize::MAX))
                    .collect()
            }
            'c' => value.as_text()?.chars().next()?.to_string(),
            'd' | 'i' | 'u' => {
                let number = whole(number);
                self.signed(number < 0, self.digits(&number.unsigned_abs().to_string()))
            }
            'o' => self.prefixed("0", &format!("{:o}", whole(number))),
            'x' => self.prefixed("0x", &format!("{:x}", whole(number))),
            'X' => self.prefixed("0X", &format!("{:X}", whole(number))),
            'f' | 'F' => {
                let decimals = self.precision.unwrap_or(6);
                self.signed(
                    number < 0.0,
                    self.group(format!("{:.decimals$}", number.abs())),
                )
            }
            'e' | 'E' => {
                let text = exponential(number.abs(), self.precision.unwrap_or(6));
                self.signed(number < 0.0, upper_if(variable == 'E', text))
            }
            'g' | 'G' => {
                let text = general(number.abs(), self.precision.unwrap_or(6));
                self.signed(number < 0.0, upper_if(variable == 'G', text))
            }
            _ => return None,
        };
        Some(self.padded(text, !matches!(variable, 's' | 'c')))
    }

    /// At least as many digits as the precision says.
    fn digits(&self, digits: &str) -> String {
        let least = self.precision.unwrap_or(1);
        self.group(format!("{digits:0>least$}"))
    }

    fn group(&self, digits: String) -> String {
        if self.has('\'') {
            grouped(&digits)
        } else {
            digits
        }
    }

    fn prefixed(&self, prefix: &str, digits: &str) -> String {
        let digits = self.digits(digits);
        if self.has('#') {
            format!("{prefix}{digits}")
        } else {
            digits
        }
    }

    fn signed(&self, negative: bool, digits: String) -> String {
        let sign = match (negative, self.has('+'), self.has(' ')) {
            (true, ..) => "-",
            (false, true, _) => "+",
            (false, false, true) => " ",
            _ => return digits,
        };
        format!("{sign}{digits}")
    }

    fn padded(&self, text: String, is_number: bool) -> String {
        let missing = self.width.saturating_sub(text.chars().count());
        if missing == 0 {
            return text;
        }
        if self.has('-') {
            return text + &" ".repeat(missing);
        }
        if self.has('0') && is_number {
            let digits = text.find(|c: char| c.is_ascii_hexdigit()).unwrap_or(0);
            let (sign, digits) = text.split_at(digits);
            return format!("{sign}{}{digits}", "0".repeat(missing));
        }
        " ".repeat(missing) + &text
    }
}

/// A number or `*`; the inner one is none when neither stands there.
#[expect(
    clippy::option_option,
    reason = "no size and a size that can't be had are two answers"
)]
fn size<'d>(
    letters: &mut Peekable<Chars<'_>>,
    arguments: &mut impl Iterator<Item = &'d Datum>,
) -> Option<Option<usize>> {
    if letters.next_if_eq(&'*').is_some() {
        let number = whole(arguments.next()?.as_number()?);
        return Some(Some(usize::try_from(number).unwrap_or(0).min(WIDEST)));
    }
    let mut digits = String::new();
    while let Some(digit) = letters.next_if(char::is_ascii_digit) {
        digits.push(digit);
    }
    if digits.is_empty() {
        return Some(None);
    }
    Some(Some(digits.parse().unwrap_or(WIDEST).min(WIDEST)))
}

/// As C writes it: at least two digits of exponent, with a sign.
fn exponential(number: f64, decimals: usize) -> String {
    let text = format!("{number:.decimals$e}");
    let (digits, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    let (sign, exponent) = match exponent.strip_prefix('-') {
        Some(exponent) => ('-', exponent),
        None => ('+', exponent),
    };
    format!("{digits}e{sign}{exponent:0>2}")
}

/// The shorter of both, without noughts at the end.
fn general(number: f64, digits: usize) -> String {
    let digits = digits.max(1);
    let scientific = exponential(number, digits - 1);
    let exponent = scientific
        .rsplit_once('e')
        .map_or(0, |(_, e)| e.parse().unwrap_or(0));
    let precision = i32::try_from(digits).unwrap_or(i32::MAX);
    if exponent < -4 || exponent >= precision {
        let (head, tail) = scientific.split_once('e').unwrap_or((&scientific, "+00"));
        return format!("{}e{tail}", without_noughts(head));
    }
    let decimals = usize::try_from(precision.saturating_sub(1).saturating_sub(exponent));
    let decimals = decimals.unwrap_or(0);
    without_noughts(&format!("{number:.decimals$}")).to_owned()
}

fn without_noughts(text: &str) -> &str {
    if text.contains('.') {
        text.trim_end_matches('0').trim_end_matches('.')
    } else {
        text
    }
}

fn upper_if(upper: bool, text: String) -> String {
    if upper { text.to_uppercase() } else { text }
}
