//! Functions on JSON (Search Reference, "JSON functions", "spath").
//!
//! What a path is: `search::paths`.

use super::super::datum::Datum;
use super::super::expression::Scope;
use super::super::paths;
use super::Call;
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
    let found = paths::at(&text, &paths::steps(&path));
    Datum::many(found.into_iter().map(Arc::from).collect())
}
