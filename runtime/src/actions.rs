//! Outside calls over HTTP: time-limited, repeated with the same key; and questions to the company's
//! records, which are asked once.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use flowright_compiler::ir::{
    ActionDef, BodyValue, FieldType, LookupDef, Program, RequestDef, RequestPart, Type,
};
use flowright_engine::model::{ActionResult, PendingCall};
use flowright_nlu::value::Value;
use hyper::Request;
use hyper::body::Bytes;

use crate::limits::{ANSWER_BYTES_MAX, PROFILE_ANSWER_BYTES_MAX};
use crate::requests::Filler;
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
    for request in program.requests() {
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
        let variable = |name: &str| self.variable(name);
        let fill =
            Filler { variable: &variable, program, params: &action.params, args: &call.args };
        fill.request(def, Some(&call.key))
    }

    /// Asks the company's records about an id or an address, once and no longer than the question
    /// allows: the status, and the answer's JSON. Else why there is none.
    pub(crate) async fn look_up(
        &self,
        program: &Program,
        lookup: &LookupDef,
        asked: &str,
    ) -> Result<(u16, serde_json::Value), String> {
        let request = self.question(program, lookup, asked)?;
        let timeout = Duration::from_millis(u64::try_from(lookup.timeout_ms).unwrap_or(1));
        let response = self.transport.send(request, PROFILE_ANSWER_BYTES_MAX);
        let response = match tokio::time::timeout(timeout, response).await {
            Err(_) => return Err(format!("no answer within {} ms", lookup.timeout_ms)),
            Ok(response) => response?,
        };
        let (status, body) = (response.status().as_u16(), response.into_body());
        let json = match serde_json::from_slice(&body) {
            Ok(json) => json,
            Err(_) if !(200..300).contains(&status) => serde_json::Value::Null,
            Err(_) => return Err("the answer is not JSON".to_owned()),
        };
        Ok((status, json))
    }

    fn question(
        &self,
        program: &Program,
        lookup: &LookupDef,
        asked: &str,
    ) -> Result<Request<Bytes>, String> {
        let variable = |name: &str| self.variable(name);
        let params = [FieldType { name: "it".to_owned(), ty: Type::Text, optional: false }];
        let args = [Some(Value::Text(asked.to_owned()))];
        let fill = Filler { variable: &variable, program, params: &params, args: &args };
        fill.request(&lookup.request, None)
    }
}

/// A pause that grows, spread by the call's key so that many do not come back at once.
fn backoff(attempt: u32, key: &str) -> Duration {
    let spread = blake3::hash(key.as_bytes()).as_bytes().first().copied().unwrap_or(0);
    let base = BACKOFF_MS.saturating_mul(1 << attempt.min(6)).min(BACKOFF_MAX_MS);
    Duration::from_millis(base / 2 + base * u64::from(spread) / 512)
}
