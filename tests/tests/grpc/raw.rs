//! HTTP/2 as it is: for what no client would send.

use std::time::Duration;

use flowright_tests::World;
use h2::client::SendRequest;
use hyper::body::Bytes;
use tokio::net::TcpStream;

const PATIENCE: Duration = Duration::from_secs(60);
pub(crate) const SEND: &str = "/flowright.v1.Conversations/Send";
pub(crate) const TALK: &str = "/flowright.v1.Conversations/Talk";

/// A connection.
#[derive(Clone)]
pub(crate) struct Raw {
    pub(crate) requests: SendRequest<Bytes>,
}

/// What came of a call: the status of HTTP, that of gRPC, and the bytes of the answer.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Outcome {
    pub(crate) http: u16,
    pub(crate) grpc: Option<i32>,
    pub(crate) body: Vec<u8>,
}

impl Raw {
    pub(crate) async fn open(world: &World) -> Self {
        let stream = TcpStream::connect(world.server.grpc_address).await.unwrap();
        stream.set_nodelay(true).unwrap();
        let (requests, connection) = h2::client::handshake(stream).await.unwrap();
        tokio::spawn(async move {
            // It ends with the test.
            let _ = connection.await;
        });
        Self { requests }
    }

    /// A call with these bytes as its body, and no more.
    pub(crate) async fn call(&self, path: &str, body: &[u8]) -> Result<Outcome, h2::Error> {
        self.ask("POST", path, &[("content-type", "application/grpc")], body).await
    }

    pub(crate) async fn ask(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &[u8],
    ) -> Result<Outcome, h2::Error> {
        let mut request =
            hyper::Request::builder().method(method).uri(format!("http://localhost{path}"));
        for (name, value) in headers.iter().chain(&[("te", "trailers")]) {
            request = request.header(*name, *value);
        }
        let mut requests = self.requests.clone().ready().await?;
        let request = request.body(()).unwrap();
        let (answer, mut sending) = requests.send_request(request, body.is_empty())?;
        if !body.is_empty() {
            // A server that has had enough resets the stream before all is sent.
            let _ = sending.send_data(Bytes::copy_from_slice(body), true);
        }
        let finished = async {
            let (head, mut stream) = answer.await?.into_parts();
            let mut body = Vec::new();
            while let Some(part) = stream.data().await {
                let part = part?;
                stream.flow_control().release_capacity(part.len())?;
                body.extend_from_slice(&part);
            }
            let trailers = stream.trailers().await?;
            let code = |headers: &hyper::HeaderMap| {
                headers.get("grpc-status")?.to_str().ok()?.parse().ok()
            };
            let grpc = trailers.as_ref().and_then(code).or_else(|| code(&head.headers));
            Ok(Outcome { http: head.status.as_u16(), grpc, body })
        };
        tokio::time::timeout(PATIENCE, finished).await.unwrap()
    }
}

/// A message as it goes over the wire.
pub(crate) fn framed(message: &[u8]) -> Vec<u8> {
    let mut bytes = vec![0];
    bytes.extend(u32::try_from(message.len()).unwrap().to_be_bytes());
    bytes.extend_from_slice(message);
    bytes
}
