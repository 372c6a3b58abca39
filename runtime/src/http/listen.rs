//! Connections: accepted within limits, HTTP/1.1 or HTTP/2 by their first bytes, closed when they
//! dawdle, drained at the end.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use http_body_util::Either;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto;
use hyper_util::server::graceful::{GracefulShutdown, Watcher};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::task::JoinHandle;

use super::Request;
use super::app::App;
use super::idle::{InUse, Usage};
use super::router::route;
use super::stream::TimedStream;
use crate::grpc::{Services, is_grpc};
use crate::limits::{
    CONNECTION_IDLE, CONNECTION_WINDOW_BYTES, CONNECTIONS_MAX, HEADER_BYTES_MAX, HEADER_TIMEOUT,
    HEADERS_MAX, PING_EVERY, RESETS_WAITING_MAX, SOCKET_SEND_TIMEOUT, STREAMS_MAX,
};

/// What an HTTP/2 connection begins with (RFC 9113, 3.4).
const PREFACE: &[u8; 24] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
/// Pause after an accept that failed, which it does when file handles run out.
pub(crate) const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// Accepts and serves connections until it is stopped.
#[derive(Debug)]
pub struct Server {
    app: App,
    accepting: JoinHandle<GracefulShutdown>,
}

impl Server {
    /// Serves a listener's connections.
    #[must_use]
    pub fn start(listener: TcpListener, app: App) -> Self {
        Self::start_within(listener, app, CONNECTIONS_MAX, None)
    }

    /// The same with so many connections at once, and with what answers calls of gRPC.
    #[must_use]
    pub fn start_within(
        listener: TcpListener,
        app: App,
        connections: usize,
        grpc: Option<Services>,
    ) -> Self {
        let accepting = tokio::spawn(accept(listener, app.clone(), connections, grpc));
        Self { app, accepting }
    }

    /// No new connections; those open finish the requests under way, for at most `patience`.
    pub async fn stop(self, patience: Duration) {
        self.app.0.close();
        let Ok(open) = self.accepting.await else { return };
        if tokio::time::timeout(patience, open.shutdown()).await.is_err() {
            tracing::warn!("connections were cut off at the end");
        }
    }
}

/// A connection's place among all. What was a request and is a WebSocket now has it too: the connection
/// that served it is over, and it is still there.
#[derive(Debug, Clone)]
pub(super) struct Place(#[expect(dead_code, reason = "it is held")] Arc<OwnedSemaphorePermit>);

async fn accept(
    listener: TcpListener,
    app: App,
    connections: usize,
    grpc: Option<Services>,
) -> GracefulShutdown {
    let open = GracefulShutdown::new();
    let places = Arc::new(Semaphore::new(connections));
    loop {
        let place = tokio::select! {
            place = Arc::clone(&places).acquire_owned() => match place {
                Ok(place) => Place(Arc::new(place)),
                Err(_) => return open,
            },
            () = app.0.closed() => return open,
        };
        let (stream, peer) = tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok(accepted) => accepted,
                Err(error) => {
                    tracing::warn!(%error, "a connection could not be accepted");
                    tokio::time::sleep(ACCEPT_PAUSE).await;
                    continue;
                }
            },
            () = app.0.closed() => return open,
        };
        let (app, grpc, watcher) = (app.clone(), grpc.clone(), open.watcher());
        tokio::spawn(serve(stream, peer, (app, grpc), watcher, place));
    }
}

async fn serve(
    stream: TcpStream,
    peer: SocketAddr,
    (app, grpc): (App, Option<Services>),
    watcher: Watcher,
    place: Place,
) {
    // Answers are small and whole: waiting for more to send only delays them.
    let _ = stream.set_nodelay(true);
    let first = tokio::time::timeout(HEADER_TIMEOUT, is_http2(&stream));
    let http2 = tokio::select! {
        first = first => match first {
            Ok(Ok(http2)) => http2,
            // Nothing, or too slowly: there is nobody to answer to.
            Ok(Err(_)) | Err(_) => return,
        },
        () = app.0.closed() => return,
    };
    let mut builder = auto::Builder::new(TokioExecutor::new());
    // The timeout counts nothing unless there is a timer.
    builder
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(HEADER_TIMEOUT)
        .max_headers(HEADERS_MAX)
        .max_buf_size(HEADER_BYTES_MAX);
    builder
        .http2()
        .timer(TokioTimer::new())
        .max_concurrent_streams(STREAMS_MAX)
        .max_header_list_size(HEADER_BYTES_MAX as u32)
        .max_pending_accept_reset_streams(RESETS_WAITING_MAX)
        .max_local_error_reset_streams(RESETS_WAITING_MAX)
        .initial_connection_window_size(CONNECTION_WINDOW_BYTES)
        .initial_stream_window_size(CONNECTION_WINDOW_BYTES)
        .keep_alive_interval(PING_EVERY)
        .keep_alive_timeout(HEADER_TIMEOUT);
    let builder = if http2 { builder.http2_only() } else { builder.http1_only() };
    let usage = Usage::new();
    let used = usage.clone();
    let service = service_fn(move |mut request: Request| {
        let (app, under_way) = (app.clone(), Arc::new(used.begin()));
        let grpc = grpc.clone().filter(|_| is_grpc(&request));
        request.extensions_mut().insert(place.clone());
        request.extensions_mut().insert(InUse(Arc::clone(&under_way)));
        async move {
            if let Some(grpc) = grpc {
                return Ok(grpc.answer(request, under_way).await.map(Either::Right));
            }
            let answer = route(app, request).await;
            drop(under_way);
            Ok::<_, Infallible>(answer.map(Either::Left))
        }
    });
    let stream = TimedStream::new(stream, SOCKET_SEND_TIMEOUT);
    let connection = builder.serve_connection_with_upgrades(TokioIo::new(stream), service);
    tokio::select! {
        ended = watcher.watch(connection) => if let Err(error) = ended {
            tracing::debug!(%peer, %error, "a connection ended");
        },
        () = usage.idle_for(CONNECTION_IDLE) => tracing::debug!(%peer, "an idle connection is closed"),
    }
}

/// Looks at a connection's first bytes without taking them.
pub(crate) async fn is_http2(stream: &TcpStream) -> std::io::Result<bool> {
    let mut first = [0_u8; PREFACE.len()];
    loop {
        let length = stream.peek(&mut first).await?;
        let seen = first.get(..length).unwrap_or(&first);
        if seen.is_empty() {
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
        if seen == PREFACE {
            return Ok(true);
        }
        if !PREFACE.starts_with(seen) {
            return Ok(false);
        }
        // Peeking comes back at once as long as anything is there.
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}
