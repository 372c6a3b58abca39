//! WebSockets.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use futures_util::{SinkExt as _, StreamExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::{WebSocketStream, accept_async, client_async};

use super::TIME;

/// Says back what it hears, and ends as a turn does.
pub async fn bare() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            stream.set_nodelay(true).unwrap();
            tokio::spawn(async move {
                let mut socket = accept_async(stream).await.unwrap();
                while let Some(Ok(message)) = socket.next().await {
                    let ack = Message::text(r#"{"type":"ack"}"#);
                    if message.is_text()
                        && (socket.send(message).await.is_err() || socket.send(ack).await.is_err())
                    {
                        return;
                    }
                }
            });
        }
    });
    address
}

async fn until_ack(socket: &mut WebSocketStream<TcpStream>) {
    loop {
        if let Message::Text(text) = socket.next().await.unwrap().unwrap()
            && text.contains(r#""type":"ack""#)
        {
            return;
        }
    }
}

/// Says one thing after the other.
pub async fn client(at: SocketAddr, number: usize, begun: Instant) -> Vec<Duration> {
    let stream = TcpStream::connect(at).await.unwrap();
    stream.set_nodelay(true).unwrap();
    let url = format!("ws://{at}/chat?session=client-{number:016}");
    let (mut socket, _) = client_async(url, stream).await.unwrap();
    let mut times = Vec::new();
    while begun.elapsed() < TIME {
        let text = if times.is_empty() { "echo" } else { "some words of a customer" };
        let message = format!(r#"{{"type":"message","id":"{}","text":"{text}"}}"#, times.len());
        let sent = Instant::now();
        socket.send(Message::text(message)).await.unwrap();
        until_ack(&mut socket).await;
        times.push(sent.elapsed());
    }
    times
}
