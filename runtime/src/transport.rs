//! Requests to the outside: HTTP over TCP or TLS, or what a simulation puts in its place.

use std::sync::Arc;

use futures_util::future::BoxFuture;
use futures_util::stream::BoxStream;
use futures_util::{StreamExt as _, TryStreamExt as _};
use http_body_util::{BodyExt as _, Full, Limited};
use hyper::body::Bytes;
use hyper::{Request, Response};
use hyper_rustls::HttpsConnector;
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;

/// A body as it comes; or, in words, why no more of it does.
pub type Pieces = BoxStream<'static, Result<Bytes, String>>;

/// Carries requests to whoever they are for.
pub trait Transport: Send + Sync + std::fmt::Debug {
    /// Sends a request. Comes back with the answer, of at most `bytes_max` bytes; or, in words, why
    /// there is none.
    fn send(
        &self,
        request: Request<Bytes>,
        bytes_max: usize,
    ) -> BoxFuture<'static, Result<Response<Bytes>, String>>;

    /// Sends a request whose answer may be large. Comes back when the answer begins.
    fn open(&self, request: Request<Bytes>)
    -> BoxFuture<'static, Result<Response<Pieces>, String>>;
}

/// A transport that many hold.
pub type SharedTransport = Arc<dyn Transport>;

/// Makes requests, over TLS where the address says so.
pub(crate) type HttpClient = Client<HttpsConnector<HttpConnector>, Full<Bytes>>;

/// The one kind of client for all that goes out.
pub(crate) fn http_client() -> HttpClient {
    let connector = hyper_rustls::HttpsConnectorBuilder::new()
        .with_webpki_roots()
        .https_or_http()
        .enable_http1()
        .build();
    Client::builder(TokioExecutor::new()).build(connector)
}

/// HTTP over sockets.
#[derive(Debug, Clone)]
pub struct HttpTransport {
    http: HttpClient,
}

impl Default for HttpTransport {
    fn default() -> Self {
        Self { http: http_client() }
    }
}

impl Transport for HttpTransport {
    fn send(
        &self,
        request: Request<Bytes>,
        bytes_max: usize,
    ) -> BoxFuture<'static, Result<Response<Bytes>, String>> {
        let sent = self.http.request(request.map(Full::new));
        Box::pin(async move {
            let (head, body) = sent.await.map_err(|e| e.to_string())?.into_parts();
            let body = Limited::new(body, bytes_max).collect().await.map_err(|e| e.to_string())?;
            Ok(Response::from_parts(head, body.to_bytes()))
        })
    }

    fn open(
        &self,
        request: Request<Bytes>,
    ) -> BoxFuture<'static, Result<Response<Pieces>, String>> {
        let sent = self.http.request(request.map(Full::new));
        Box::pin(async move {
            let response = sent.await.map_err(|e| e.to_string())?;
            Ok(response.map(|body| body.into_data_stream().map_err(|e| e.to_string()).boxed()))
        })
    }
}
