//! Who is called by the bot and sent its replies: a real HTTP server that remembers keys. It answers a
//! key as it answered it before, as a system with idempotency keys does; it refuses 13 days; and now
//! and then it does what it is asked and says nothing.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::sync::mpsc::channel;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use http_body_util::{BodyExt as _, Full};
use hyper::body::{Bytes, Incoming};
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use serde_json::{Value as Json, json};
use tokio::net::TcpListener;

/// Requests: their keys with what was asked.
type Requests = Vec<(String, String)>;

#[derive(Debug, Default)]
struct Seen {
    booked: Requests,
    sent: Requests,
    /// Requests without an answer so far.
    silent: u32,
    numbers: BTreeMap<String, u64>,
    /// How long it takes before it says that something was taken.
    takes: Duration,
}

/// A desk on a port of its own, in a thread of its own.
#[derive(Debug)]
pub(crate) struct Desk {
    pub(crate) url: String,
    seen: Arc<Mutex<Seen>>,
}

impl Desk {
    pub(crate) fn start() -> Self {
        let seen = Arc::new(Mutex::new(Seen::default()));
        let (sender, receiver) = channel();
        let theirs = Arc::clone(&seen);
        std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            runtime.unwrap().block_on(async move {
                let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
                sender.send(listener.local_addr().unwrap()).unwrap();
                loop {
                    let (stream, _) = listener.accept().await.unwrap();
                    let seen = Arc::clone(&theirs);
                    tokio::spawn(async move {
                        let service = service_fn(move |request| answer(Arc::clone(&seen), request));
                        // Whoever is killed ends its connections, and that is all.
                        let _ = hyper::server::conn::http1::Builder::new()
                            .serve_connection(TokioIo::new(stream), service)
                            .await;
                    });
                }
            });
        });
        Self { url: format!("http://{}", receiver.recv().unwrap()), seen }
    }

    /// From now on it says what it took only after a while.
    pub(crate) fn dawdle(&self, takes: Duration) {
        self.seen.lock().unwrap().takes = takes;
    }

    /// What was asked and sent since the last time; what was booked is forgotten.
    pub(crate) fn take(&self) -> (Requests, Requests) {
        let mut seen = self.seen.lock().unwrap();
        seen.numbers.clear();
        (std::mem::take(&mut seen.booked), std::mem::take(&mut seen.sent))
    }
}

async fn answer(
    seen: Arc<Mutex<Seen>>,
    request: Request<Incoming>,
) -> Result<Response<Full<Bytes>>, Infallible> {
    let key = request.headers().get("idempotency-key").and_then(|key| key.to_str().ok());
    let (key, path) = (key.unwrap_or("").to_owned(), request.uri().path().to_owned());
    let body = request.into_body().collect().await.map(|body| body.to_bytes()).unwrap_or_default();
    let text = String::from_utf8_lossy(&body).into_owned();
    let (status, json, takes) = {
        let mut seen = seen.lock().unwrap();
        if path == "/rents" {
            seen.booked.push((key.clone(), text.clone()));
            let asked: Json = serde_json::from_str(&text).unwrap_or_default();
            let next = seen.numbers.len() as u64 + 1;
            let number = *seen.numbers.entry(key).or_insert(next);
            if asked["days"] == 13 {
                (StatusCode::CONFLICT, json!({ "code": "full" }), seen.takes)
            } else {
                (StatusCode::OK, json!({ "number": number }), seen.takes)
            }
        } else {
            seen.sent.push((key, text));
            seen.silent += 1;
            // It was taken; that it was is not said.
            let status = if seen.silent.is_multiple_of(7) {
                StatusCode::BAD_GATEWAY
            } else {
                StatusCode::OK
            };
            (status, json!({}), seen.takes)
        }
    };
    tokio::time::sleep(takes).await;
    let mut response = Response::new(Full::new(Bytes::from(json.to_string())));
    *response.status_mut() = status;
    Ok(response)
}
