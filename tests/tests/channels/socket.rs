//! A page's WebSocket.

use flowright_tests::World;
use futures_util::future::BoxFuture;
use futures_util::{SinkExt as _, StreamExt as _};
use serde_json::{Value as Json, json};
use tokio::net::TcpStream;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;

use super::cases::GREETING;
use super::{Kind, Line, Said};

pub struct Socket;

struct SocketLine {
    socket: WebSocketStream<TcpStream>,
    said: Said,
}

impl Kind for Socket {
    fn name(&self) -> &'static str {
        "websocket"
    }

    fn declared(&self) -> &'static str {
        "channel web: websocket { path \"/chat\" }"
    }

    fn line<'w>(&'w self, world: &'w World, sender: &'w str) -> BoxFuture<'w, Box<dyn Line>> {
        Box::pin(async move {
            let stream = TcpStream::connect(world.server.address).await.unwrap();
            let url = format!("ws://{}/chat?session={sender}", world.server.address);
            let (socket, _) = tokio_tungstenite::client_async(url, stream).await.unwrap();
            let mut line = SocketLine { socket, said: Said::new() };
            // It greets, or says what the page had missed.
            line.until("status").await;
            line.said.clear();
            Box::new(line) as Box<dyn Line>
        })
    }
}

impl SocketLine {
    async fn next(&mut self) -> Json {
        loop {
            if let Message::Text(text) = self.socket.next().await.unwrap().unwrap() {
                return serde_json::from_str(&text).unwrap();
            }
        }
    }

    async fn until(&mut self, kind: &str) {
        loop {
            let document = self.next().await;
            assert_ne!(document["type"], "error", "{document}");
            if document["type"] == "reply" && document["text"] != GREETING {
                self.said.push_back(document["text"].as_str().unwrap().to_owned());
            }
            if document["type"] == kind {
                return;
            }
        }
    }
}

impl Line for SocketLine {
    fn say<'l>(&'l mut self, id: &'l str, text: &'l str) -> BoxFuture<'l, ()> {
        Box::pin(async move {
            let message = json!({ "type": "message", "id": id, "text": text });
            self.socket.send(Message::text(message.to_string())).await.unwrap();
            self.until("ack").await;
        })
    }

    fn hear(&mut self) -> BoxFuture<'_, String> {
        Box::pin(async move {
            while self.said.is_empty() {
                self.until("reply").await;
            }
            self.said.pop_front().unwrap()
        })
    }
}
