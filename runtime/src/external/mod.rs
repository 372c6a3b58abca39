//! A model elsewhere, asked over HTTP with each utterance before its turn. Whatever goes wrong, the
//! local model is used: nothing here fails a turn.
//!
//! What goes out is the utterance, the bot's language, timezone and intents, and the time: no session,
//! no profile, no slots.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use flowright_engine::LoadedProgram;
use flowright_engine::external::{Read, Unknown, read_answer};
use flowright_engine::model::{Session, Status};
use flowright_nlu::external::External;
use flowright_nlu::{Context, UTTERANCE_CHARS_MAX};
use http_body_util::{BodyExt as _, Full, LengthLimitError, Limited};
use hyper::body::Bytes;
use hyper::header::{AUTHORIZATION, HeaderValue};
use hyper::{Request, StatusCode, Uri};
use serde_json::{Value as Json, json};
use tokio::sync::Semaphore;

use crate::circuit::{Change, Circuit, FAILURES_MAX, PAUSE};
use crate::clock::SharedClock;
use crate::config::{ConfigError, ElsewhereConfig};
use crate::limits::{EXTERNAL_ANSWER_BYTES_MAX, EXTERNAL_AT_ONCE_MAX, EXTERNAL_NAMES_TOLD_MAX};
use crate::telemetry::Metrics;
use crate::transport::{HttpClient, http_client};

/// Whom to ask.
#[derive(Debug, Clone)]
pub struct ExternalOptions {
    url: Uri,
    timeout: Duration,
    authorization: Option<HeaderValue>,
}

impl ExternalOptions {
    /// As configured, with the token that the environment has.
    ///
    /// # Errors
    /// A token that cannot be sent.
    pub fn new(config: &ElsewhereConfig, token: Option<&str>) -> Result<Self, ConfigError> {
        let header = |token: &str| {
            let name = config.token_env.clone().unwrap_or_default();
            let mut value = HeaderValue::from_str(&format!("Bearer {token}"))
                .map_err(|_| ConfigError::UnusableToken(name))?;
            value.set_sensitive(true);
            Ok(value)
        };
        Ok(Self {
            url: config.url.0.clone(),
            timeout: config.timeout.0,
            authorization: token.map(header).transpose()?,
        })
    }
}

/// What came of a question.
#[derive(Debug, Default)]
pub struct Asked {
    /// What it made of the utterance; nothing where the local model is to be used.
    pub external: Option<Box<External>>,
    /// What operators should hear: once when it begins to fail, when it is left alone, when it
    /// answers again, and for each name that means nothing. Holds no customer's words.
    pub notices: Vec<String>,
}

/// Why there is no answer to use.
enum Failure {
    TimedOut,
    Unreachable(String),
    Refused(String),
}

/// Asks.
#[derive(Debug)]
pub struct Asker {
    options: ExternalOptions,
    http: HttpClient,
    clock: SharedClock,
    metrics: Arc<Metrics>,
    circuit: Mutex<Circuit>,
    at_once: Semaphore,
    /// Names that were told already.
    told: Mutex<BTreeSet<Unknown>>,
}

impl Asker {
    /// Ready to ask. Inside a runtime.
    #[must_use]
    pub fn new(options: ExternalOptions, clock: SharedClock, metrics: Arc<Metrics>) -> Self {
        Self {
            options,
            http: http_client(),
            clock,
            metrics,
            circuit: Mutex::default(),
            at_once: Semaphore::new(EXTERNAL_AT_ONCE_MAX),
            told: Mutex::default(),
        }
    }

    /// Asks about an utterance. Comes back within the timeout, with nothing where the local model is
    /// to be used. A pressed button is no utterance, and where a human has the conversation nobody
    /// needs to know.
    pub async fn ask(
        &self,
        program: &LoadedProgram,
        session: &Session,
        text: &str,
        payload: Option<&str>,
    ) -> Asked {
        if payload.is_some() || text.trim().is_empty() || session.status != Status::Bot {
            return Asked::default();
        }
        let now_ms = self.clock.now_ms();
        // A place first: the one question that goes through after a pause must not be lost.
        let place = self.at_once.try_acquire().ok();
        let Some(_place) = place.filter(|_| self.circuit().lets_through(now_ms)) else {
            self.count("skipped");
            return Asked::default();
        };
        let text: String = text.chars().take(UTTERANCE_CHARS_MAX).collect();
        let timezone = &program.program.bot.timezone;
        let cx = Context::at(now_ms, timezone, session.lang);
        let answer = tokio::time::timeout(self.options.timeout, self.fetch(program, &text, &cx));
        let read = match answer.await {
            Err(_) => Err(Failure::TimedOut),
            Ok(Err(failure)) => Err(failure),
            Ok(Ok(json)) => read_answer(program, &text, &cx, &json).map_err(Failure::Refused),
        };
        match read {
            Ok(Read { external, unknown }) => {
                self.count("answered");
                let mut notices = self.unknown(unknown);
                notices.extend(told(self.circuit().answered(), ""));
                Asked { external: Some(Box::new(external)), notices }
            }
            Err(failure) => {
                let (result, cause) = self.words(failure);
                self.count(result);
                let change = self.circuit().failed(self.clock.now_ms());
                Asked { external: None, notices: told(change, &cause).into_iter().collect() }
            }
        }
    }

    async fn fetch(
        &self,
        program: &LoadedProgram,
        text: &str,
        cx: &Context,
    ) -> Result<Json, Failure> {
        let request = self.request(program, text, cx);
        let request = request.map_err(|e| Failure::Unreachable(e.to_string()))?;
        let response =
            self.http.request(request).await.map_err(|e| Failure::Unreachable(cause(&e)))?;
        if response.status() != StatusCode::OK {
            return Err(Failure::Refused(format!("status {}", response.status().as_u16())));
        }
        let body = Limited::new(response.into_body(), EXTERNAL_ANSWER_BYTES_MAX).collect().await;
        let body = body.map_err(|e| match e.downcast_ref::<LengthLimitError>() {
            Some(_) => {
                let most = EXTERNAL_ANSWER_BYTES_MAX >> 10;
                Failure::Refused(format!("the answer has more than {most} KiB"))
            }
            None => Failure::Unreachable(e.to_string()),
        })?;
        serde_json::from_slice(&body.to_bytes())
            .map_err(|e| Failure::Refused(format!("the answer is not JSON: {e}")))
    }

    fn request(
        &self,
        program: &LoadedProgram,
        text: &str,
        cx: &Context,
    ) -> Result<Request<Full<Bytes>>, hyper::http::Error> {
        let now = jiff::Timestamp::from_millisecond(cx.now_ms).unwrap_or_default();
        let intents: Vec<&str> = program.program.intents.iter().map(|i| i.name.as_str()).collect();
        let body = json!({
            "text": text,
            "language": cx.lang.to_string(),
            "timezone": cx.timezone,
            "now": now.to_string(),
            "intents": intents,
        });
        let mut request = Request::post(self.options.url.clone())
            .header("accept", "application/json")
            .header("content-type", "application/json")
            .header("user-agent", concat!("flowright/", env!("CARGO_PKG_VERSION")));
        if let Some(authorization) = &self.options.authorization {
            request = request.header(AUTHORIZATION, authorization.clone());
        }
        request.body(Full::new(body.to_string().into()))
    }

    fn circuit(&self) -> std::sync::MutexGuard<'_, Circuit> {
        self.circuit.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn count(&self, result: &str) {
        let labels = vec![("result".to_owned(), result.to_owned())];
        self.metrics.understandings.get_or_create(&labels).inc();
    }

    fn words(&self, failure: Failure) -> (&'static str, String) {
        match failure {
            Failure::TimedOut => {
                let ms = self.options.timeout.as_millis();
                ("timed_out", format!("no answer within {ms} ms"))
            }
            Failure::Unreachable(cause) => ("unreachable", cause),
            Failure::Refused(cause) => ("refused", cause),
        }
    }

    /// Counts names that mean nothing here, and tells each once.
    fn unknown(&self, unknown: Vec<Unknown>) -> Vec<String> {
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        let mut notices = Vec::new();
        for unknown in unknown {
            let kind = unknown.kind.name();
            let labels = vec![("kind".to_owned(), kind.to_owned())];
            self.metrics.unknown_names.get_or_create(&labels).inc();
            if !is_name(&unknown.name) || told.len() >= EXTERNAL_NAMES_TOLD_MAX {
                continue;
            }
            let name = unknown.name.clone();
            if told.insert(unknown) {
                notices.push(format!(
                    "the model at `[nlu] url` names the {kind} `{name}`, which this bot does not have: it is left out"
                ));
            }
        }
        notices
    }
}

/// An error with what caused it: "client error" alone helps nobody.
fn cause(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(error) = source {
        text.push_str(&format!(": {error}"));
        source = error.source();
    }
    text
}

/// Whether a name can be one. What is none may be anything, a customer's words too, and is only
/// counted.
fn is_name(name: &str) -> bool {
    let allowed = |c: char| c.is_ascii_alphanumeric() || "_-.".contains(c);
    (1..=64).contains(&name.len()) && name.chars().all(allowed)
}

/// What is told of a change.
fn told(change: Change, cause: &str) -> Option<String> {
    let pause = PAUSE.as_secs();
    match change {
        Change::Nothing => None,
        Change::Fails => Some(format!(
            "the model at `[nlu] url` gave no answer that can be used ({cause}): the local model is used"
        )),
        Change::Opens => Some(format!(
            "the model at `[nlu] url` failed {FAILURES_MAX} times in a row (last: {cause}): it is asked once every {pause} s until it answers"
        )),
        Change::Answers => Some("the model at `[nlu] url` answers again".to_owned()),
    }
}
