//! Reading JSON of unknown shape: what is not there, or is something else, is empty.

use serde_json::Value;

use crate::attachment::clean;
use crate::v1;

/// The text at a path, `/message/text`.
pub(super) fn text<'a>(value: &'a Value, path: &str) -> &'a str {
    value.pointer(path).and_then(Value::as_str).unwrap_or_default()
}

/// A text or a whole number, as text: providers are not of one mind about ids.
pub(super) fn id(value: &Value, path: &str) -> String {
    match value.pointer(path) {
        Some(Value::String(text)) => text.clone(),
        Some(Value::Number(number)) if number.is_i64() || number.is_u64() => number.to_string(),
        _ => String::new(),
    }
}

/// A whole number, also where it is written as a text.
pub(super) fn whole(value: &Value, path: &str) -> Option<i64> {
    match value.pointer(path)? {
        Value::Number(number) => number.as_i64(),
        Value::String(text) => text.parse().ok(),
        _ => None,
    }
}

/// A time in seconds, as milliseconds; 0 where there is none.
pub(super) fn seconds_ms(value: &Value, path: &str) -> i64 {
    whole(value, path).unwrap_or(0).saturating_mul(1_000).max(0)
}

/// Whether something is true.
pub(super) fn is_true(value: &Value, path: &str) -> bool {
    value.pointer(path).and_then(Value::as_bool).unwrap_or(false)
}

/// The items of a list.
pub(super) fn items<'a>(value: &'a Value, path: &str) -> impl Iterator<Item = &'a Value> {
    value.pointer(path).and_then(Value::as_array).into_iter().flatten()
}

/// The items of lists in the items of a list.
pub(super) fn nested<'a>(
    value: &'a Value,
    outer: &'a str,
    inner: &'a str,
) -> impl Iterator<Item = (&'a Value, &'a Value)> {
    items(value, outer).flat_map(move |of| items(of, inner).map(move |item| (of, item)))
}

/// A file that its provider keeps.
pub(super) fn attachment(
    at_provider: &str,
    media_type: &str,
    name: &str,
    bytes: Option<i64>,
) -> v1::Attachment {
    v1::Attachment {
        at_provider: at_provider.to_owned(),
        media_type: media_type.split(';').next().unwrap_or_default().trim().to_owned(),
        name: clean(name),
        bytes: bytes.and_then(|bytes| u64::try_from(bytes).ok()).unwrap_or(0),
        ..v1::Attachment::default()
    }
}
