//! A small CRM: a real HTTP server with its data in memory, for the example projects, the demo
//! and the tests. It keeps what is written until it ends and tells what was asked of it.
//!
//! Days in the data may be relative: `--06-10` is the next 10 June, `+14` in two weeks.

mod data;
mod requests;

use std::convert::Infallible;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use http_body_util::{BodyExt as _, Full, Limited};
use hyper::body::{Bytes, Incoming};
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto;
use serde_json::Value as Json;
use tokio::net::TcpListener;

pub use data::Data;
pub use requests::Audited;

/// Bytes of a request's body.
const BODY_BYTES_MAX: usize = 1 << 16;

/// The server's state. Cheap to clone; tests look into it.
#[derive(Debug, Clone)]
pub struct Crm {
    data: Arc<Mutex<Data>>,
}

impl Crm {
    /// With its data.
    #[must_use]
    pub fn new(data: Data) -> Self {
        Self { data: Arc::new(Mutex::new(data)) }
    }

    /// The data as they are now.
    pub fn data(&self) -> MutexGuard<'_, Data> {
        self.data.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits this long before each answer: for trying timeouts and crashes out.
    pub fn set_delay(&self, delay: Duration) {
        self.data().delay = delay;
    }

    /// Waits this long after what was asked for is done, before it says so.
    pub fn set_answer_delay(&self, delay: Duration) {
        self.data().answer_delay = delay;
    }

    /// Answers requests until the task is dropped.
    pub async fn serve(self, listener: TcpListener) {
        loop {
            let Ok((stream, _)) = listener.accept().await else {
                tokio::time::sleep(Duration::from_millis(20)).await;
                continue;
            };
            let crm = self.clone();
            tokio::spawn(async move {
                let mut server = auto::Builder::new(TokioExecutor::new());
                server.http1().timer(TokioTimer::new());
                let service = service_fn(move |request| {
                    let crm = crm.clone();
                    async move { Ok::<_, Infallible>(crm.answer(request).await) }
                });
                // A client that goes away ends its connection, and that is all.
                let _ = server.serve_connection(TokioIo::new(stream), service).await;
            });
        }
    }

    async fn answer(&self, request: Request<Incoming>) -> Response<Full<Bytes>> {
        let (head, body) = request.into_parts();
        let body = Limited::new(body, BODY_BYTES_MAX).collect().await;
        let body = body.map(http_body_util::Collected::to_bytes).unwrap_or_default();
        let body: Json = serde_json::from_slice(&body).unwrap_or(Json::Null);
        let delay = self.data().delay;
        if !delay.is_zero() {
            tokio::time::sleep(delay).await;
        }
        let key = head.headers.get("idempotency-key").and_then(|v| v.to_str().ok());
        let asked = head.uri.path_and_query().map_or("", |path| path.as_str());
        let (status, answer) = self.data().answer(&head.method, asked, key, &body);
        let delay = self.data().answer_delay;
        if !delay.is_zero() {
            tokio::time::sleep(delay).await;
        }
        let mut response = Response::new(Full::new(Bytes::from(answer.to_string())));
        *response.status_mut() = status;
        let json = hyper::header::HeaderValue::from_static("application/json");
        response.headers_mut().insert("content-type", json);
        response
    }
}
