//! Connections: accepted within limits, HTTP/2 from the first byte on, told to go when they are idle
//! or the server goes down, and drained.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use hyper::server::conn::http2;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::task::{JoinHandle, JoinSet};
use tokio::time::timeout;

use super::route::Services;
use crate::http::App;
use crate::http::idle::Usage;
use crate::http::listen::{ACCEPT_PAUSE, is_http2};
use crate::http::stream::TimedStream;
use crate::limits::{
    CONNECTION_WINDOW_BYTES, CONNECTIONS_MAX, GRPC_IDLE, GRPC_SEND_BYTES_MAX, GRPC_STREAMS_MAX,
    HEADER_BYTES_MAX, HEADER_TIMEOUT, PING_EVERY, RESETS_WAITING_MAX, SOCKET_SEND_TIMEOUT,
};

/// What whoever speaks something else is told.
const NOT_GRPC: &[u8] = b"HTTP/1.1 426 Upgrade Required\r\nconnection: close\r\n\
    content-type: text/plain; charset=utf-8\r\ncontent-length: 38\r\n\r\n\
    this address speaks gRPC over HTTP/2.\n";

/// Accepts and serves connections until it is stopped.
#[derive(Debug)]
pub struct Server {
    app: App,
    accepting: JoinHandle<JoinSet<()>>,
}

impl Server {
    /// Serves a listener's connections.
    #[must_use]
    pub fn start(listener: TcpListener, services: Services) -> Self {
        let app = services.app.clone();
        Self { app, accepting: tokio::spawn(accept(listener, services)) }
    }

    /// No new connections; those open are told to go and finish what is under way, for at most
    /// `patience`.
    pub async fn stop(self, patience: Duration) {
        self.app.0.close();
        let Ok(mut open) = self.accepting.await else { return };
        let drained = async { while open.join_next().await.is_some() {} };
        if timeout(patience, drained).await.is_err() {
            tracing::warn!("connections of gRPC were cut off at the end");
        }
        open.shutdown().await;
    }
}

async fn accept(listener: TcpListener, services: Services) -> JoinSet<()> {
    let app = services.app.clone();
    let mut open = JoinSet::new();
    let places = Arc::new(Semaphore::new(CONNECTIONS_MAX));
    loop {
        while open.try_join_next().is_some() {}
        let place = tokio::select! {
            place = Arc::clone(&places).acquire_owned() => match place {
                Ok(place) => place,
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
        let services = services.clone();
        open.spawn(async move {
            serve(stream, peer, services).await;
            drop(place);
        });
    }
}

async fn serve(mut stream: TcpStream, peer: SocketAddr, services: Services) {
    // Answers are small and whole: waiting for more to send only delays them.
    let _ = stream.set_nodelay(true);
    let app = services.app.clone();
    let first = tokio::select! {
        first = timeout(HEADER_TIMEOUT, is_http2(&stream)) => first,
        () = app.0.closed() => return,
    };
    match first {
        Ok(Ok(true)) => {}
        Ok(Ok(false)) => {
            // Whoever it is may be gone.
            let _ = timeout(HEADER_TIMEOUT, refuse(&mut stream)).await;
            return;
        }
        // Nothing, or too slowly: there is nobody to answer to.
        Ok(Err(_)) | Err(_) => return,
    }
    let usage = Usage::new();
    let used = usage.clone();
    let service = service_fn(move |request| {
        let answer = services.clone().answer(request, Arc::new(used.begin()));
        async move { Ok::<_, Infallible>(answer.await) }
    });
    let stream = TokioIo::new(TimedStream::new(stream, SOCKET_SEND_TIMEOUT));
    let mut connection = pin!(builder().serve_connection(stream, service));
    tokio::select! {
        ended = connection.as_mut() => return told(peer, ended),
        () = app.0.closed() => {}
        () = usage.idle_for(GRPC_IDLE) => tracing::debug!(%peer, "an idle connection is closed"),
    }
    // GOAWAY: what is under way comes to its end, and nothing new begins.
    connection.as_mut().graceful_shutdown();
    told(peer, connection.await);
}

/// Says what is spoken here. What was sent is read first: closing on it would take the answer along.
async fn refuse(stream: &mut TcpStream) -> std::io::Result<()> {
    stream.write_all(NOT_GRPC).await?;
    stream.shutdown().await?;
    tokio::io::copy(&mut stream.take(HEADER_BYTES_MAX as u64), &mut tokio::io::sink()).await?;
    Ok(())
}

fn told(peer: SocketAddr, ended: hyper::Result<()>) {
    if let Err(error) = ended {
        tracing::debug!(%peer, %error, "a connection ended");
    }
}

fn builder() -> http2::Builder<TokioExecutor> {
    let mut builder = http2::Builder::new(TokioExecutor::new());
    builder
        .timer(TokioTimer::new())
        .max_concurrent_streams(GRPC_STREAMS_MAX)
        .max_header_list_size(HEADER_BYTES_MAX as u32)
        .max_pending_accept_reset_streams(RESETS_WAITING_MAX)
        .max_local_error_reset_streams(RESETS_WAITING_MAX)
        .max_send_buf_size(GRPC_SEND_BYTES_MAX)
        .initial_connection_window_size(CONNECTION_WINDOW_BYTES)
        .initial_stream_window_size(CONNECTION_WINDOW_BYTES)
        .keep_alive_interval(PING_EVERY)
        .keep_alive_timeout(HEADER_TIMEOUT);
    builder
}

#[cfg(test)]
mod tests {
    use super::NOT_GRPC;

    #[test]
    fn what_others_are_told_is_as_long_as_it_says() {
        let text = std::str::from_utf8(NOT_GRPC).unwrap();
        let (head, body) = text.split_once("\r\n\r\n").unwrap();
        assert!(head.ends_with(&format!("content-length: {}", body.len())), "{head}");
    }
}
