//! Functions on JSON (Search Reference, "JSON functions", "spath").
//!
//! A path is keys with dots between, `{}` for every element of an array and `{0}` for one of them.
//! An object or an array at its end is given as JSON. XML, which Splunk's `spath` reads too, is not
//! read here: null.

use super::super::datum::Datum;
use super::super::expression::Scope;
use super::Call;
use serde_json::Value;
use std::sync::Arc;

pub(super) fn valid(call: &Call, scope: &Scope<'_>) -> Datum {
    let value = call.value(0, scope);
    let text = value.as_text();
    let valid = text.map(|text| serde_json::from_str::<serde::de::IgnoredAny>(&text).is_ok());
    Datum::from_truth(valid)
}

pub(super) fn spath(call: &Call, scope: &Scope<'_>) -> Datum {
    let (value, path) = (call.value(0, scope), call.value(1, scope));
    let (Some(text), Some(path)) = (value.as_text(), path.as_text()) else {
        return Datum::Null;
    };
    let Ok(tree) = serde_json::from_str::<Value>(&text) else {
        return Datum::Null;
    };
    let mut found = vec![&tree];
    for step in path.split('.') {
        let (key, places) = step.split_once('{').unwrap_or((step, ""));
        if !key.is_empty() {
            found = found.into_iter().filter_map(|at| at.get(key)).collect();
        }
        for place in places.split_terminator('{') {
            found = elements(&found, place.trim_end_matches('}'));
        }
    }
    Datum::many(found.into_iter().map(text_of).collect())
}

fn elements<'v>(arrays: &[&'v Value], place: &str) -> Vec<&'v Value> {
    let arrays = arrays.iter().filter_map(|value| value.as_array());
    match place.parse::<usize>() {
        Ok(place) => arrays.filter_map(|array| array.get(place)).collect(),
        Err(_) => arrays.flatten().collect(),
    }
}

fn text_of(value: &Value) -> Arc<str> {
    match value {
        Value::String(text) => Arc::from(text.as_str()),
        other => Arc::from(other.to_string()),
    }
}
