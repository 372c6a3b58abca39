//! Connections: accepted within limits, HTTP/1.1 or HTTP/2 by their first bytes, closed when they
//! dawdle, drained at the end.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto;
use hyper_util::server::graceful::{GracefulShutdown, Watcher};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::task::JoinHandle;

use super::app::App;
use super::router::route;
use crate::limits::{CONNECTIONS_MAX, HEADER_TIMEOUT, PING_EVERY};

/// What an HTTP/2 connection begins with (RFC 9113, 3.4).
const PREFACE: &[u8; 24] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
/// Streams at once on an HTTP/2 connection.
const STREAMS_MAX: u32 = 128;
/// Pause after an accept that failed, which it does when file handles run out.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

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
        let accepting = tokio::spawn(accept(listener, app.clone()));
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

async fn accept(listener: TcpListener, app: App) -> GracefulShutdown {
    let open = GracefulShutdown::new();
    let places = Arc::new(Semaphore::new(CONNECTIONS_MAX));
    loop {
        let Ok(place) = Arc::clone(&places).acquire_owned().await else { return open };
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
        let (app, watcher) = (app.clone(), open.watcher());
        tokio::spawn(async move {
            serve(stream, peer, app, watcher).await;
            drop(place);
        });
    }
}

async fn serve(stream: TcpStream, peer: SocketAddr, app: App, watcher: Watcher) {
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
    builder.http1().timer(TokioTimer::new()).header_read_timeout(HEADER_TIMEOUT);
    builder
        .http2()
        .timer(TokioTimer::new())
        .max_concurrent_streams(STREAMS_MAX)
        .keep_alive_interval(PING_EVERY)
        .keep_alive_timeout(HEADER_TIMEOUT);
    let builder = if http2 { builder.http2_only() } else { builder.http1_only() };
    let service = service_fn(move |request| {
        let app = app.clone();
        async move { Ok::<_, Infallible>(route(app, request).await) }
    });
    let connection = builder.serve_connection_with_upgrades(TokioIo::new(stream), service);
    if let Err(error) = watcher.watch(connection).await {
        tracing::debug!(%peer, %error, "a connection ended");
    }
}

/// Looks at a connection's first bytes without taking them.
async fn is_http2(stream: &TcpStream) -> std::io::Result<bool> {
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
