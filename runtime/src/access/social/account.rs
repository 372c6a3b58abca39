//! An account at a provider: its requests, and the token that some providers want on each.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use flowright_access::social::{Answer, Call, Key, Outcome, Pace, Token, Verb};
use hyper::body::Bytes;
use hyper::{Method, Request, Response};
use tokio::sync::Semaphore;

use super::open::SocialChannel;
use super::pace::Paces;
use crate::clock::SharedClock;
use crate::limits::{ANSWER_BYTES_MAX, MEDIA_AT_ONCE_MAX};
use crate::transport::SharedTransport;

/// See the module.
#[derive(Debug)]
pub(crate) struct Account {
    pub(super) channel: SocialChannel,
    pub(super) transport: SharedTransport,
    pub(super) clock: SharedClock,
    /// Whoever asks for a token holds this: nobody else does at the same time.
    token: tokio::sync::Mutex<Option<Token>>,
    paces: Mutex<Paces>,
    /// How many messages of a reply are sent already, by its key.
    half_sent: Mutex<HashMap<String, usize>>,
    /// How far an announced account was fetched. Fetching is one after another.
    pub(super) cursors: tokio::sync::Mutex<HashMap<String, String>>,
    /// So many files are fetched at the same time.
    pub(super) fetching: Semaphore,
}

impl Account {
    pub(super) fn new(
        channel: SocialChannel,
        transport: SharedTransport,
        clock: SharedClock,
    ) -> Self {
        let pace = channel.provider.pace();
        let pace = Pace { per_second: channel.per_second.unwrap_or(pace.per_second), ..pace };
        Self {
            channel,
            transport,
            clock,
            token: tokio::sync::Mutex::default(),
            paces: Mutex::new(Paces::new(pace)),
            half_sent: Mutex::default(),
            cursors: tokio::sync::Mutex::default(),
            fetching: Semaphore::new(MEDIA_AT_ONCE_MAX),
        }
    }

    /// The channel's name.
    pub(crate) fn name(&self) -> &str {
        &self.channel.name
    }

    pub(super) fn paces(&self) -> MutexGuard<'_, Paces> {
        self.paces.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn half_sent(&self) -> MutexGuard<'_, HashMap<String, usize>> {
        self.half_sent.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Makes a request, and has its answer read.
    pub(super) async fn ask<T>(
        &self,
        call: Call,
        read: impl FnOnce(&Answer<'_>) -> T,
    ) -> Result<T, Outcome> {
        let request = self.request(call).map_err(|cause| Outcome::Dead { cause })?;
        let sent = self.transport.send(request, ANSWER_BYTES_MAX).await;
        let response = sent.map_err(|cause| Outcome::Again { cause, after_ms: None })?;
        Ok(answer_of(&response, read))
    }

    fn request(&self, call: Call) -> Result<Request<Bytes>, String> {
        let method = match call.verb {
            Verb::Get => Method::GET,
            Verb::Post => Method::POST,
        };
        let mut request = Request::builder()
            .method(method)
            .uri(format!("{}{}", self.channel.api, call.path))
            .header("user-agent", concat!("flowright/", env!("CARGO_PKG_VERSION")));
        for (name, value) in call.headers {
            request = request.header(name, value);
        }
        // The address is not told: it may hold a token.
        request.body(Bytes::from(call.body)).map_err(|_| "the request cannot be made".to_owned())
    }

    /// The token, where this provider wants one; asked for when there is none that holds.
    pub(super) async fn token(&self) -> Result<Option<Key>, Outcome> {
        let provider = &self.channel.provider;
        let Some(call) = provider.ask_token() else { return Ok(None) };
        let mut held = self.token.lock().await;
        if let Some(token) = held.as_ref().filter(|token| token.until_ms > self.clock.now_ms()) {
            return Ok(Some(token.key.clone()));
        }
        let now_ms = self.clock.now_ms();
        let token = self.ask(call, |answer| provider.read_token(answer, now_ms)).await??;
        let key = token.key.clone();
        *held = Some(token);
        Ok(Some(key))
    }

    /// Forgets a token that is not valid any more, unless there is another one by now.
    pub(super) async fn forget(&self, stale: Option<&Key>) {
        let mut held = self.token.lock().await;
        if held.as_ref().map(|token| &token.key) == stale {
            *held = None;
        }
    }
}

pub(super) fn answer_of<T>(response: &Response<Bytes>, read: impl FnOnce(&Answer<'_>) -> T) -> T {
    let headers: Vec<(&str, &[u8])> =
        response.headers().iter().map(|(name, value)| (name.as_str(), value.as_bytes())).collect();
    let (status, body) = (response.status().as_u16(), response.body());
    read(&Answer { status, headers: &headers, body })
}
