//! The world outside: a desk that books machines and takes what is sent out, over a network that is
//! late, forgets requests and answers, and brings some twice.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use flowright_runtime::transport::{Pieces, Transport};
use futures_util::future::BoxFuture;
use futures_util::{StreamExt as _, stream};
use hyper::body::Bytes;
use hyper::{Request, Response, StatusCode};
use serde_json::{Value as Json, json};

use crate::fate::Fate;

/// Requests that arrived, with their keys and bodies, in order.
pub(crate) type Requests = Vec<(String, String)>;

/// What the desk knows; it goes on while the server dies.
#[derive(Debug, Default)]
pub(crate) struct Desk {
    pub(crate) booked: Requests,
    pub(crate) sent: Requests,
    numbers: BTreeMap<String, u64>,
}

/// See the module.
#[derive(Debug, Clone)]
pub(crate) struct Network {
    pub(crate) desk: Arc<Mutex<Desk>>,
    pub(crate) fate: Arc<Fate>,
}

impl Network {
    /// What the desk does with a request, and what it answers.
    fn answer(&self, request: &Request<Bytes>) -> (StatusCode, Json) {
        let key = request.headers().get("idempotency-key").unwrap().to_str().unwrap().to_owned();
        let body = String::from_utf8(request.body().to_vec()).unwrap();
        let mut desk = self.desk.lock().unwrap();
        self.fate.note(&format!("arrives {} {key}", request.uri().path()));
        if request.uri().path() != "/rents" {
            desk.sent.push((key, body));
            return (StatusCode::OK, json!({}));
        }
        let asked: Json = serde_json::from_str(&body).unwrap();
        desk.booked.push((key.clone(), body));
        let next = desk.numbers.len() as u64 + 1;
        let number = *desk.numbers.entry(key).or_insert(next);
        if asked["days"] == 13 {
            return (StatusCode::CONFLICT, json!({ "code": "full" }));
        }
        (StatusCode::OK, json!({ "number": number }))
    }
}

impl Transport for Network {
    fn send(
        &self,
        request: Request<Bytes>,
        _bytes_max: usize,
    ) -> BoxFuture<'static, Result<Response<Bytes>, String>> {
        let here = self.clone();
        Box::pin(async move {
            here.fate.pause().await;
            if here.fate.happens(5) {
                return Err("the connection was refused".to_owned());
            }
            // It was not taken, and that is said.
            if here.fate.happens(5) {
                return Ok(bare(StatusCode::SERVICE_UNAVAILABLE));
            }
            let (status, json) = here.answer(&request);
            here.fate.pause().await;
            match here.fate.below(20) {
                0 => return Err("the connection was lost".to_owned()),
                // Longer than anybody waits.
                1 => tokio::time::sleep(std::time::Duration::from_secs(60)).await,
                // It was taken, and something between says that it was not.
                2 => return Ok(bare(StatusCode::BAD_GATEWAY)),
                _ => {}
            }
            let mut response = Response::new(Bytes::from(json.to_string()));
            *response.status_mut() = status;
            Ok(response)
        })
    }

    fn open(
        &self,
        request: Request<Bytes>,
    ) -> BoxFuture<'static, Result<Response<Pieces>, String>> {
        let sent = self.send(request, usize::MAX);
        let whole = |body| stream::once(async { Ok(body) }).boxed();
        Box::pin(async move { Ok(sent.await?.map(whole)) })
    }
}

fn bare(status: StatusCode) -> Response<Bytes> {
    let mut response = Response::new(Bytes::new());
    *response.status_mut() = status;
    response
}
