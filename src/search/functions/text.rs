//! Functions on texts (Search Reference, "Text functions"). Of a multivalue field each text is
//! worked on.

use super::super::datum::Datum;
use super::super::expression::Scope;
use super::super::pcre::{Groups, Pcre};
use super::Call;

/// Blanks for `trim` (Search Reference, "trim": spaces and tabs).
const BLANKS: &[char] = &[' ', '\t'];

pub(super) fn len(call: &Call, scope: &Scope<'_>) -> Datum {
    let value = call.value(0, scope);
    let text = value.as_text();
    text.map_or(Datum::Null, |text| Datum::count(text.chars().count()))
}

pub(super) fn lower(call: &Call, scope: &Scope<'_>) -> Datum {
    call.value(0, scope).map(str::to_lowercase)
}

pub(super) fn upper(call: &Call, scope: &Scope<'_>) -> Datum {
    call.value(0, scope).map(str::to_uppercase)
}

pub(super) fn trim(call: &Call, scope: &Scope<'_>) -> Datum {
    trimmed(call, scope, |text, set| text.trim_matches(set))
}

pub(super) fn ltrim(call: &Call, scope: &Scope<'_>) -> Datum {
    trimmed(call, scope, |text, set| text.trim_start_matches(set))
}

pub(super) fn rtrim(call: &Call, scope: &Scope<'_>) -> Datum {
    trimmed(call, scope, |text, set| text.trim_end_matches(set))
}

fn trimmed(call: &Call, scope: &Scope<'_>, cut: for<'t> fn(&'t str, &[char]) -> &'t str) -> Datum {
    let set: Vec<char> = if call.arguments.len() < 2 {
        BLANKS.to_vec()
    } else {
        match call.value(1, scope).as_text() {
            Some(set) => set.chars().collect(),
            None => return Datum::Null,
        }
    };
    call.value(0, scope).map(|text| cut(text, &set).to_owned())
}

/// The first character is 1; a negative place counts from the end.
pub(super) fn substr(call: &Call, scope: &Scope<'_>) -> Datum {
    let Some(start) = call.number(1, scope).map(whole) else {
        return Datum::Null;
    };
    let length = match call.arguments.get(2) {
        None => None,
        Some(_) => match call.number(2, scope) {
            Some(length) => Some(usize::try_from(whole(length)).unwrap_or(0)),
            None => return Datum::Null,
        },
    };
    call.value(0, scope).map(|text| {
        let skipped = if start < 0 {
            let count = text.chars().count();
            count.saturating_sub(usize::try_from(start.unsigned_abs()).unwrap_or(usize::MAX))
        } else {
            usize::try_from(start.saturating_sub(1)).unwrap_or(0)
        };
        let rest = text.chars().skip(skipped);
        match length {
            Some(length) => rest.take(length).collect(),
            None => rest.collect(),
        }
    })
}

/// A number without its decimals, held at the ends of the range.
#[expect(
    clippy::cast_possible_truncation,
    reason = "the cast stops at the ends"
)]
pub(super) fn whole(number: f64) -> i64 {
    number.trunc() as i64
}

pub(super) fn replace(call: &Call, scope: &Scope<'_>) -> Datum {
    let (Some(pattern), with) = (call.pattern(scope), call.value(2, scope)) else {
        return Datum::Null;
    };
    match with.as_text() {
        Some(with) => call
            .value(0, scope)
            .try_map(|text| replaced(&pattern, text, &with)),
        None => Datum::Null,
    }
}

/// `\1` to `\9` in the replacement are the groups, `\0` is the whole match.
fn replaced(pattern: &Pcre, text: &str, with: &str) -> Option<String> {
    pattern.replace_all(text, |groups: &Groups<'_>| {
        let mut out = String::with_capacity(with.len());
        let mut rest = with.chars().peekable();
        while let Some(c) = rest.next() {
            let group = (c == '\\')
                .then(|| rest.next_if(char::is_ascii_digit)?.to_digit(10))
                .flatten();
            match group.and_then(|group| usize::try_from(group).ok()) {
                Some(group) => out.push_str(groups.get(group)),
                None => out.push(c),
            }
        }
        out
    })
}

/// `%41` is read as a byte, a `+` as it stands. Bytes that are no UTF-8 become `\u{fffd}`, a `%`
/// without two digits of hex stays (Search Reference, "urldecode").
pub(super) fn urldecode(call: &Call, scope: &Scope<'_>) -> Datum {
    call.value(0, scope).map(|text| {
        let mut bytes = Vec::with_capacity(text.len());
        let mut rest = text.as_bytes();
        while let [first, behind @ ..] = rest {
            let digit = |place: usize| (*behind.get(place)? as char).to_digit(16);
            let byte = match (first, digit(0), digit(1)) {
                (b'%', Some(high), Some(low)) => u8::try_from(high * 16 + low).ok(),
                _ => None,
            };
            bytes.push(byte.unwrap_or(*first));
            rest = match byte {
                Some(_) => behind.get(2..).unwrap_or(&[]),
                None => behind,
            };
        }
        String::from_utf8_lossy(&bytes).into_owned()
    })
}
