//! Functions on multivalue fields (Search Reference, "Multivalue eval functions"). A single value
//! is a field of one.

use super::super::datum::Datum;
use super::super::expression::Scope;
use super::Call;
use super::text::whole;
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

pub(super) fn mvfind(call: &Call, scope: &Scope<'_>) -> Datum {
    let Some(pattern) = call.pattern(scope) else {
        return Datum::Null;
    };
    let texts = call.value(0, scope).texts();
    let found = texts.iter().position(|text| pattern.is_match(text));
    found.map_or(Datum::Null, Datum::count)
}
