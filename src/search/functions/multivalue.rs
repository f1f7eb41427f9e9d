//! Functions on multivalue fields (Search Reference, "Multivalue eval functions"). A single value
//! is a field of one.

use super::super::datum::Datum;
use super::super::expression::Scope;
use super::super::span::TimeSpan;
use super::Call;
use super::text::whole;
use crate::event::value::number_text;
use std::sync::Arc;

pub(super) fn mvcount(call: &Call, scope: &Scope<'_>) -> Datum {
    match call.value(0, scope).texts().len() {
        0 => Datum::Null,
        count => Datum::count(count),
    }
}

/// Places count from 0, negative ones from the end; the second is the last that is taken.
pub(super) fn mvindex(call: &Call, scope: &Scope<'_>) -> Datum {
    let texts = call.value(0, scope).texts();
    let place = |place: usize| -> Option<i64> {
        let count = i64::try_from(texts.len()).ok()?;
        let place = whole(call.number(place, scope)?);
        Some(if place < 0 { place + count } else { place })
    };
    let first = place(1);
    let last = if call.arguments.len() > 2 {
        place(2)
    } else {
        first
    };
    let (Some(first), Some(last)) = (first, last) else {
        return Datum::Null;
    };
    let kept = (0_i64..).zip(&texts);
    let kept = kept.filter(|(place, _)| (first..=last).contains(place));
    Datum::many(kept.map(|(_, text)| text.clone()).collect())
}

pub(super) fn mvjoin(call: &Call, scope: &Scope<'_>) -> Datum {
    let texts = call.value(0, scope).texts();
    let between = call.value(1, scope);
    match between.as_text() {
        Some(between) if !texts.is_empty() => Datum::text(texts.join(&between)),
        _ => Datum::Null,
    }
}

pub(super) fn split(call: &Call, scope: &Scope<'_>) -> Datum {
    let (value, delimiter) = (call.value(0, scope), call.value(1, scope));
    let (Some(text), Some(delimiter)) = (value.as_text(), delimiter.as_text()) else {
        return Datum::Null;
    };
    if delimiter.is_empty() {
        let letters = text
            .chars()
            .map(|c| Arc::from(c.encode_utf8(&mut [0; 4]) as &str));
        return Datum::many(letters.collect());
    }
    Datum::many(text.split(&*delimiter).map(Arc::from).collect())
}

pub(super) fn mvappend(call: &Call, scope: &Scope<'_>) -> Datum {
    Datum::many(call.values(scope).flat_map(|value| value.texts()).collect())
}

pub(super) fn mvdedup(call: &Call, scope: &Scope<'_>) -> Datum {
    let mut seen = hashbrown::HashSet::new();
    let texts = call.value(0, scope).texts();
    Datum::many(
        texts
            .into_iter()
            .filter(|t| seen.insert(t.clone()))
            .collect(),
    )
}

pub(super) fn mvsort(call: &Call, scope: &Scope<'_>) -> Datum {
    let mut texts = call.value(0, scope).texts();
    texts.sort_unstable();
    Datum::many(texts)
}

/// A text of which it can't be told ends the search for it: null.
pub(super) fn mvfind(call: &Call, scope: &Scope<'_>) -> Datum {
    let Some(pattern) = call.pattern(scope) else {
        return Datum::Null;
    };
    for (place, text) in call.value(0, scope).texts().iter().enumerate() {
        match pattern.is_match(text) {
            Some(false) => {}
            Some(true) => return Datum::count(place),
            None => return Datum::Null,
        }
    }
    Datum::Null
}

/// Keeps the values for which the condition is true.
pub(super) fn mvfilter(call: &Call, scope: &Scope<'_>) -> Datum {
    let Some(slot) = call.each else {
        return Datum::Null;
    };
    let mut texts = scope.field(slot).texts();
    texts.retain(|text| {
        let value = Datum::Text(text.clone());
        let met = scope.with(slot, &value, |scope| call.value(0, scope));
        met.truth() == Some(true)
    });
    Datum::many(texts)
}

/// What the expression gives for each value; a null leaves no value.
pub(super) fn mvmap(call: &Call, scope: &Scope<'_>) -> Datum {
    let Some(slot) = call.each else {
        return Datum::Null;
    };
    let texts = scope.field(slot).texts();
    let made = texts.into_iter().flat_map(|text| {
        let value = Datum::Text(text);
        scope
            .with(slot, &value, |scope| call.value(1, scope))
            .texts()
    });
    Datum::many(made.collect())
}

/// So many numbers of `mvrange` and no more, so that no argument can fill the memory.
const RANGE_LIMIT: usize = 10_000;

/// From the first to before the second. The step is a number, 1 without one, or a span of time as
/// `7d`, which counts in seconds (Search Reference, "mvrange").
pub(super) fn mvrange(call: &Call, scope: &Scope<'_>) -> Datum {
    let step = match call.arguments.len() {
        2 => Some(1.0),
        _ => call.number(2, scope).or_else(|| {
            let span = call.value(2, scope);
            #[expect(clippy::cast_precision_loss, reason = "no step needs 53 bits")]
            let seconds = |span: TimeSpan| span.seconds() as f64;
            TimeSpan::parse(&span.as_text()?).map(seconds)
        }),
    };
    let (Some(start), Some(end), Some(step)) = (call.number(0, scope), call.number(1, scope), step)
    else {
        return Datum::Null;
    };
    if step == 0.0 {
        return Datum::Null;
    }
    let steps = (0_u32..).map(|count| start + f64::from(count) * step);
    let inside = |number: &f64| {
        if step > 0.0 {
            *number < end
        } else {
            *number > end
        }
    };
    let numbers = steps.take_while(inside).take(RANGE_LIMIT);
    Datum::many(numbers.map(|n| Arc::from(number_text(n))).collect())
}

/// The first values of both, the second ones and so on; it ends with the shorter of both.
pub(super) fn mvzip(call: &Call, scope: &Scope<'_>) -> Datum {
    let between = match call.arguments.len() {
        2 => Datum::text(","),
        _ => call.value(2, scope),
    };
    let Some(between) = between.as_text() else {
        return Datum::Null;
    };
    let (left, right) = (call.value(0, scope).texts(), call.value(1, scope).texts());
    let pairs = left.iter().zip(&right);
    Datum::many(
        pairs
            .map(|(l, r)| Arc::from(format!("{l}{between}{r}")))
            .collect(),
    )
}
