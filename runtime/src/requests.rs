//! Requests to the outside, with their holes filled: parameters, environment variables.

use flowright_compiler::ir::{BodyValue, FieldType, Program, RequestDef, RequestPart, Type};
use flowright_engine::json::value_to_json;
use flowright_nlu::value::Value;
use hyper::body::Bytes;
use hyper::header::{HeaderName, HeaderValue};
use hyper::{Method, Request, Uri};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use crate::secret::Secret;

/// Fills templates with values.
pub(crate) struct Filler<'c> {
    /// The value of an environment variable.
    pub(crate) variable: &'c dyn Fn(&str) -> Option<Secret>,
    pub(crate) program: &'c Program,
    pub(crate) params: &'c [FieldType],
    /// One a parameter.
    pub(crate) args: &'c [Option<Value>],
}

impl Filler<'_> {
    /// A request; with a key, the same key is the same request.
    pub(crate) fn request(
        &self,
        def: &RequestDef,
        key: Option<&str>,
    ) -> Result<Request<Bytes>, String> {
        let uri: Uri = self
            .text(&def.url, true)?
            .parse()
            .map_err(|e| format!("the address is not one: {e}"))?;
        let method = Method::from_bytes(def.method.as_bytes()).map_err(|e| e.to_string())?;
        let mut request = Request::builder()
            .method(method)
            .uri(uri)
            .header("accept", "application/json")
            .header("user-agent", concat!("flowright/", env!("CARGO_PKG_VERSION")));
        if let Some(key) = key {
            request = request.header("idempotency-key", key);
        }
        for (name, parts) in &def.headers {
            let name = HeaderName::from_bytes(name.as_bytes()).map_err(|e| e.to_string())?;
            let value = HeaderValue::from_str(&self.text(parts, false)?)
                .map_err(|_| format!("a value cannot stand in the header `{name}`"))?;
            request = request.header(name, value);
        }
        let body = match &def.body {
            Some(fields) => {
                request = request.header("content-type", "application/json");
                Bytes::from(self.body(fields)?.to_string())
            }
            None => Bytes::new(),
        };
        request.body(body).map_err(|e| e.to_string())
    }

    fn param(&self, number: u32) -> Option<(&Type, &Value)> {
        let ty = &self.params.get(number as usize)?.ty;
        Some((ty, self.args.get(number as usize)?.as_ref()?))
    }

    /// A parameter as it stands in an address or text: a date as `2026-06-15`, money as `CNY 5`.
    fn param_text(&self, number: u32) -> Result<String, String> {
        let Some((ty, value)) = self.param(number) else {
            let name = self.params.get(number as usize).map_or("", |p| p.name.as_str());
            return Err(format!("`{name}` has no value"));
        };
        Ok(match value_to_json(self.program, ty, value) {
            serde_json::Value::String(text) => text,
            json => json.to_string(),
        })
    }

    fn text(&self, parts: &[RequestPart], in_address: bool) -> Result<String, String> {
        let mut out = String::new();
        for part in parts {
            match part {
                RequestPart::Literal(text) => out.push_str(text),
                RequestPart::Env(name) => match (self.variable)(name) {
                    Some(value) => out.push_str(value.reveal()),
                    None => return Err(format!("the environment variable `{name}` is not set")),
                },
                RequestPart::Param(number) if in_address => {
                    out.push_str(&percent_encode(&self.param_text(*number)?));
                }
                RequestPart::Param(number) => out.push_str(&self.param_text(*number)?),
            }
        }
        Ok(out)
    }

    fn body(&self, fields: &[(String, BodyValue)]) -> Result<serde_json::Value, String> {
        let mut object = serde_json::Map::new();
        for (name, value) in fields {
            let json = match value {
                BodyValue::Param(number) => {
                    self.param(*number).map_or(serde_json::Value::Null, |(ty, value)| {
                        value_to_json(self.program, ty, value)
                    })
                }
                BodyValue::Constant(value) => value_to_json(self.program, &type_of(value), value),
                BodyValue::Text(parts) => serde_json::Value::String(self.text(parts, false)?),
            };
            object.insert(name.clone(), json);
        }
        Ok(serde_json::Value::Object(object))
    }
}

/// The type of a constant that needs no table to be written.
const fn type_of(value: &Value) -> Type {
    match value {
        Value::Bool(_) => Type::Bool,
        Value::Number(_) => Type::Number,
        Value::Money(_) => Type::Money,
        Value::Date(_) => Type::Date,
        Value::Time(_) => Type::Time,
        Value::DateTime(_) => Type::DateTime,
        Value::Duration(_) => Type::Duration,
        _ => Type::Text,
    }
}

/// All but the unreserved characters of RFC 3986.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// Everything but unreserved characters as `%XX`: a value never becomes a path, a query or a host.
fn percent_encode(text: &str) -> String {
    // `.` and `..` would be steps in a path.
    match text {
        "." => "%2E".to_owned(),
        ".." => "%2E%2E".to_owned(),
        _ => utf8_percent_encode(text, RESERVED).to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::percent_encode;

    #[test]
    fn a_value_cannot_leave_its_place_in_an_address() {
        for (value, encoded) in [
            ("12345", "12345"),
            ("../admin", "..%2Fadmin"),
            ("..", "%2E%2E"),
            ("a?b=c#d@e:1", "a%3Fb%3Dc%23d%40e%3A1"),
            ("订单", "%E8%AE%A2%E5%8D%95"),
        ] {
            assert_eq!(percent_encode(value), encoded);
        }
    }
}
