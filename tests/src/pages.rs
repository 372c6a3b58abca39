//! Pages of the web chat that come and are sent away.

use std::net::SocketAddr;

use futures_util::StreamExt as _;
use serde_json::Value as Json;
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;

/// Opens a page at `/chat`: the problem that it was told when it was sent away to come again; nothing
/// when its conversation began.
pub async fn sent_away(address: SocketAddr, session: &str) -> Option<Json> {
    let stream = TcpStream::connect(address).await.unwrap();
    let url = format!("ws://{address}/chat?session={session}");
    let (mut socket, _) = tokio_tungstenite::client_async(url, stream).await.unwrap();
    let mut told = None;
    loop {
        match socket.next().await.unwrap().unwrap() {
            Message::Text(text) => {
                let mut document: Json = serde_json::from_str(text.as_str()).unwrap();
                match document.get("type").and_then(Json::as_str) {
                    Some("status") => return None,
                    Some("error") => told = document.get_mut("problem").map(Json::take),
                    _ => {}
                }
            }
            Message::Close(frame) => {
                assert_eq!(frame.unwrap().code, CloseCode::Again);
                return Some(told.unwrap_or_else(|| panic!("it was not told why")));
            }
            _ => {}
        }
    }
}
