//! Values to and from JSON, by declared type: what actions return, what the API shows and takes.

use flowright_compiler::ir::{FieldType, Program, Type};
use flowright_nlu::value::{Currency, Date, Decimal, Money, Value};
use serde_json::{Map, Value as Json, json};

use crate::limits::{LIST_ITEMS_MAX, TEXT_CHARS_MAX};

/// Reads a value of a type. `null` is empty; so are fields that are missing or `null`, where they
/// may be; unknown fields are ignored.
///
/// # Errors
/// Where the JSON is not as declared, and why: `due: expected a date, found "soon"`.
pub fn value_from_json(program: &Program, ty: &Type, json: &Json) -> Result<Option<Value>, String> {
    if json.is_null() {
        return Ok(None);
    }
    let expected = |what: &str| Err(format!("expected {what}, found {}", shortened(json)));
    let value = match ty {
        Type::Text => match json {
            Json::String(text) if text.chars().count() <= TEXT_CHARS_MAX => {
                Value::Text(text.clone())
            }
            Json::String(_) => {
                return Err(format!("a text of more than {TEXT_CHARS_MAX} characters"));
            }
            Json::Number(number) => Value::Text(number.to_string()),
            _ => return expected("a text"),
        },
        Type::Bool => match json {
            Json::Bool(yes) => Value::Bool(*yes),
            _ => return expected("true or false"),
        },
        Type::Number => match decimal(json) {
            Some(number) => Value::Number(number),
            None => return expected("a number"),
        },
        Type::Money => match money(json) {
            Some(money) => Value::Money(money),
            None => {
                return expected(
                    "an amount such as {\"currency\": \"CNY\", \"amount\": \"12.50\"}",
                );
            }
        },
        Type::Date => match json.as_str().and_then(|text| text.parse::<jiff::civil::Date>().ok()) {
            Some(date) => Value::Date(Date::from_civil(date)),
            None => return expected("a date such as \"2026-06-15\""),
        },
        Type::Time => match json.as_str().and_then(|text| text.parse::<jiff::civil::Time>().ok()) {
            Some(time) => Value::Time(
                u32::try_from(
                    i64::from(time.hour()) * 3600
                        + i64::from(time.minute()) * 60
                        + i64::from(time.second()),
                )
                .unwrap_or(0),
            ),
            None => return expected("a time such as \"09:30\""),
        },
        Type::DateTime => match json.as_str().and_then(|text| text.parse::<jiff::Timestamp>().ok())
        {
            Some(at) => Value::DateTime(at.as_millisecond()),
            None => return expected("an instant such as \"2026-06-15T09:30:00Z\""),
        },
        Type::Duration => {
            match json.as_str().and_then(|text| text.parse::<jiff::SignedDuration>().ok()) {
                Some(time) => Value::Duration(i64::try_from(time.as_millis()).unwrap_or(i64::MAX)),
                None => return expected("a duration such as \"PT2H\""),
            }
        }
        Type::Choice(choice) => {
            let Some(choice) = program.choices.get(choice.index()) else {
                return expected("a choice");
            };
            let name = json.as_str().unwrap_or("");
            let found = choice.options.iter().position(|option| option.name == name);
            match found.and_then(|n| u16::try_from(n).ok()) {
                Some(number) => Value::Choice(number),
                None => {
                    let names: Vec<&str> = choice.options.iter().map(|o| o.name.as_str()).collect();
                    return expected(&format!("one of {}", names.join(", ")));
                }
            }
        }
        Type::List(item) => match json {
            Json::Array(items) if items.len() <= LIST_ITEMS_MAX => list(program, item, items)?,
            Json::Array(_) => return Err(format!("a list of more than {LIST_ITEMS_MAX} items")),
            _ => return expected("a list"),
        },
        Type::Record(fields) => match json {
            Json::Object(object) => Value::Record(record(program, fields, object)?),
            _ => return expected("an object"),
        },
    };
    Ok(Some(value))
}

fn list(program: &Program, item: &Type, items: &[Json]) -> Result<Value, String> {
    let mut values = Vec::with_capacity(items.len());
    for (i, json) in items.iter().enumerate() {
        values.extend(value_from_json(program, item, json).map_err(|e| format!("[{i}] {e}"))?);
    }
    Ok(Value::List(values))
}

fn record(
    program: &Program,
    fields: &[FieldType],
    object: &Map<String, Json>,
) -> Result<Vec<Option<Value>>, String> {
    let field = |field: &FieldType| match object.get(&field.name) {
        Some(json) if !json.is_null() => {
            value_from_json(program, &field.ty, json).map_err(|e| format!("{}: {e}", field.name))
        }
        _ if field.optional => Ok(None),
        _ => Err(format!("`{}` is missing", field.name)),
    };
    fields.iter().map(field).collect()
}

fn decimal(json: &Json) -> Option<Decimal> {
    match json {
        Json::Number(number) => Decimal::parse(&number.to_string()),
        Json::String(text) => Decimal::parse(text),
        _ => None,
    }
}

/// `{"currency": "CNY", "amount": "12.50"}` or `"CNY 12.50"`.
fn money(json: &Json) -> Option<Money> {
    let (currency, amount) = match json {
        Json::Object(object) => {
            (object.get("currency")?.as_str()?.to_owned(), decimal(object.get("amount")?)?)
        }
        Json::String(text) => {
            let (currency, amount) = text.split_once(' ')?;
            (currency.to_owned(), Decimal::parse(amount)?)
        }
        _ => return None,
    };
    Some(Money { currency: Currency::parse(&currency)?, amount })
}

/// The start of a JSON text, for messages.
fn shortened(json: &Json) -> String {
    let text = json.to_string();
    match text.char_indices().nth(60) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or("")),
        None => text,
    }
}

/// A value as JSON, in the form that [`value_from_json`] reads.
#[must_use]
pub fn value_to_json(program: &Program, ty: &Type, value: &Value) -> Json {
    match (value, ty) {
        (Value::Bool(yes), _) => json!(yes),
        (Value::Number(number), _) => number_json(*number),
        (Value::Money(money), _) => {
            json!({ "currency": money.currency.to_string(), "amount": money.amount.to_string() })
        }
        (Value::Date(date), _) => json!(date.to_string()),
        (Value::Time(s), _) => json!(format!("{:02}:{:02}:{:02}", s / 3600, s / 60 % 60, s % 60)),
        (Value::DateTime(ms), _) => {
            jiff::Timestamp::from_millisecond(*ms).map_or(Json::Null, |at| json!(at.to_string()))
        }
        (Value::Duration(ms), _) => json!(jiff::SignedDuration::from_millis(*ms).to_string()),
        (Value::Text(text), _) => json!(text),
        (Value::Choice(number), Type::Choice(choice)) => {
            let option = program
                .choices
                .get(choice.index())
                .and_then(|c| c.options.get(usize::from(*number)));
            option.map_or(Json::Null, |option| json!(option.name))
        }
        (Value::List(items), Type::List(item)) => {
            Json::Array(items.iter().map(|v| value_to_json(program, item, v)).collect())
        }
        (Value::Record(values), Type::Record(fields)) => {
            let field = |(field, value): (&FieldType, &Option<Value>)| {
                let json =
                    value.as_ref().map_or(Json::Null, |v| value_to_json(program, &field.ty, v));
                (field.name.clone(), json)
            };
            Json::Object(fields.iter().zip(values).map(field).collect())
        }
        _ => Json::Null,
    }
}

/// A JSON number when it is exactly one, else the digits as a text.
fn number_json(number: Decimal) -> Json {
    if number.is_integer() {
        return json!(number.trunc());
    }
    serde_json::from_str(&number.to_string()).unwrap_or_else(|_| json!(number.to_string()))
}
