//! Outside calls over HTTP: addresses filled in, time-limited, repeated with the same key.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use flowright_compiler::ir::{ActionDef, BodyValue, Program, RequestDef, RequestPart, Type};
use flowright_engine::json::value_to_json;
use flowright_engine::model::{ActionResult, PendingCall};
use flowright_nlu::value::Value;
use hyper::body::Bytes;
use hyper::header::{HeaderName, HeaderValue};
use hyper::{Method, Request, Uri};

use crate::limits::ANSWER_BYTES_MAX;
use crate::secret::Secret;
use crate::transport::SharedTransport;

/// First pause before another attempt.
const BACKOFF_MS: u64 = 100;
/// Longest pause before another attempt.
const BACKOFF_MAX_MS: u64 = 5_000;

/// Calls actions.
#[derive(Debug, Clone)]
pub struct ActionClient {
    transport: SharedTransport,
    variables: BTreeMap<String, Secret>,
    more: MoreVariables,
}

/// Where the values of other environment variables come from: a bundle that is taken while the server
/// runs may need some that the first one did not, and one of the past too.
#[derive(Clone, Default)]
pub struct MoreVariables(Option<Arc<FindVariable>>);

/// The value of an environment variable.
type FindVariable = dyn Fn(&str) -> Option<String> + Send + Sync;

impl MoreVariables {
    /// From a function by name.
    #[must_use]
    pub fn new(find: impl Fn(&str) -> Option<String> + Send + Sync + 'static) -> Self {
        Self(Some(Arc::new(find)))
    }

    fn find(&self, name: &str) -> Option<Secret> {
        self.0.as_ref()?(name).map(Secret::from)
    }
}

impl std::fmt::Debug for MoreVariables {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("MoreVariables").field(&self.0.is_some()).finish()
    }
}

/// Environment variables that a program's requests and channels need.
#[must_use]
pub fn variables_needed(program: &Program) -> Vec<String> {
    let of_parts = |parts: &[RequestPart]| {
        let names = parts.iter().filter_map(|part| match part {
            RequestPart::Env(name) => Some(name.clone()),
            _ => None,
        });
        names.collect::<Vec<_>>()
    };
    let mut needed = Vec::new();
    for request in program.actions.iter().filter_map(|action| action.request.as_ref()) {
        needed.extend(of_parts(&request.url));
        request.headers.iter().for_each(|(_, parts)| needed.extend(of_parts(parts)));
        for (_, value) in request.body.iter().flatten() {
            if let BodyValue::Text(parts) = value {
                needed.extend(of_parts(parts));
            }
        }
    }
    needed.sort();
    needed.dedup();
    needed
}

/// How one attempt went.
enum Attempt {
    Answered(u16, serde_json::Value),
    /// Worth another attempt, in words.
    Again(String),
    /// Not worth one.
    Refused(String),
}

impl ActionClient {
    /// With the values of the environment variables that requests use.
    #[must_use]
    pub fn new(transport: SharedTransport, variables: BTreeMap<String, Secret>) -> Self {
        Self { transport, variables, more: MoreVariables::default() }
    }

    /// The same with a source of further values.
    #[must_use]
    pub fn with_more(mut self, more: MoreVariables) -> Self {
        self.more = more;
        self
    }

    fn variable(&self, name: &str) -> Option<Secret> {
        self.variables.get(name).cloned().or_else(|| self.more.find(name))
    }

    /// Whether an environment variable has a value.
    #[must_use]
    pub fn knows(&self, name: &str) -> bool {
        self.variable(name).is_some()
    }

    /// Carries out a call, with as many attempts as the action allows, each with the same
    /// `Idempotency-Key`.
    pub async fn call(&self, program: &Program, call: &PendingCall) -> ActionResult {
        let Some(action) = program.actions.get(call.action.index()) else {
            return ActionResult::Failed("no such action".to_owned());
        };
        let Some(request) = &action.request else {
            return ActionResult::Failed(format!("`{}` has no request", action.name));
        };
        let mut cause = String::new();
        for attempt in 0..=action.retries {
            if attempt > 0 {
                tokio::time::sleep(backoff(attempt, &call.key)).await;
            }
            let built = match self.request(program, action, request, call) {
                Ok(built) => built,
                Err(cause) => return ActionResult::Failed(cause),
            };
            match self.attempt(action, built).await {
                Attempt::Answered(status, body) => return ActionResult::Answer { status, body },
                Attempt::Refused(cause) => return ActionResult::Failed(cause),
                Attempt::Again(why) => cause = why,
            }
        }
        ActionResult::Failed(cause)
    }

    async fn attempt(&self, action: &ActionDef, request: Request<Bytes>) -> Attempt {
        let timeout = Duration::from_millis(u64::try_from(action.timeout_ms).unwrap_or(1));
        let exchange = async {
            let response = self.transport.send(request, ANSWER_BYTES_MAX).await?;
            Ok::<_, String>((response.status().as_u16(), response.into_body()))
        };
        let (status, body) = match tokio::time::timeout(timeout, exchange).await {
            Err(_) => return Attempt::Again(format!("no answer within {} ms", action.timeout_ms)),
            Ok(Err(cause)) => return Attempt::Again(cause),
            Ok(Ok(answer)) => answer,
        };
        if matches!(status, 502..=504) {
            return Attempt::Again(format!("status {status}"));
        }
        if body.is_empty() {
            return Attempt::Answered(status, serde_json::Value::Null);
        }
        match serde_json::from_slice(&body) {
            Ok(json) => Attempt::Answered(status, json),
            // An error page need not be JSON; an answer that a flow reads must be.
            Err(_) if !(200..300).contains(&status) || action.result.is_none() => {
                Attempt::Answered(status, serde_json::Value::Null)
            }
            Err(error) => Attempt::Refused(format!("the answer is not JSON: {error}")),
        }
    }

    fn request(
        &self,
        program: &Program,
        action: &ActionDef,
        def: &RequestDef,
        call: &PendingCall,
    ) -> Result<Request<Bytes>, String> {
        let fill = Filler { client: self, program, action, args: &call.args };
        let uri: Uri = fill
            .text(&def.url, true)?
            .parse()
            .map_err(|e| format!("the address is not one: {e}"))?;
        let method = Method::from_bytes(def.method.as_bytes()).map_err(|e| e.to_string())?;
        let mut request = Request::builder()
            .method(method)
            .uri(uri)
            .header("accept", "application/json")
            .header("idempotency-key", call.key.as_str())
            .header("user-agent", concat!("flowright/", env!("CARGO_PKG_VERSION")));
        for (name, parts) in &def.headers {
            let name = HeaderName::from_bytes(name.as_bytes()).map_err(|e| e.to_string())?;
            let value = HeaderValue::from_str(&fill.text(parts, false)?)
                .map_err(|_| format!("a value cannot stand in the header `{name}`"))?;
            request = request.header(name, value);
        }
        let body = match &def.body {
            Some(fields) => {
                request = request.header("content-type", "application/json");
                Bytes::from(fill.body(fields)?.to_string())
            }
            None => Bytes::new(),
        };
        request.body(body).map_err(|e| e.to_string())
    }
}

/// A pause that grows, spread by the call's key so that many do not come back at once.
fn backoff(attempt: u32, key: &str) -> Duration {
    let spread = blake3::hash(key.as_bytes()).as_bytes().first().copied().unwrap_or(0);
    let base = BACKOFF_MS.saturating_mul(1 << attempt.min(6)).min(BACKOFF_MAX_MS);
    Duration::from_millis(base / 2 + base * u64::from(spread) / 512)
}

/// Fills templates with the call's values.
struct Filler<'c> {
    client: &'c ActionClient,
    program: &'c Program,
    action: &'c ActionDef,
    args: &'c [Option<Value>],
}

impl Filler<'_> {
    fn param(&self, number: u32) -> Option<(&Type, &Value)> {
        let ty = &self.action.params.get(number as usize)?.ty;
        Some((ty, self.args.get(number as usize)?.as_ref()?))
    }

    /// A parameter as it stands in an address or text: a date as `2026-06-15`, money as `CNY 5`.
    fn param_text(&self, number: u32) -> Result<String, String> {
        let Some((ty, value)) = self.param(number) else {
            let name = self.action.params.get(number as usize).map_or("", |p| p.name.as_str());
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
                RequestPart::Env(name) => match self.client.variable(name) {
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

/// Everything but unreserved characters (RFC 3986) as `%XX`: a value never becomes a path, a query
/// or a host.
fn percent_encode(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    // `.` and `..` would be steps in a path.
    match out.as_str() {
        "." => "%2E".to_owned(),
        ".." => "%2E%2E".to_owned(),
        _ => out,
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
