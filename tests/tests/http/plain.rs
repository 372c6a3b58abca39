//! A client of HTTP/1.1 over one connection that it opens again when it breaks.

use std::net::SocketAddr;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// The client.
#[derive(Debug)]
pub struct Plain {
    address: SocketAddr,
    stream: Option<TcpStream>,
    /// What came after the last answer.
    read: Vec<u8>,
}

/// The bytes of a message's request.
pub fn message(session: &str, id: &str, text: &str) -> Vec<u8> {
    let body = format!("{{\"id\":\"{id}\",\"text\":\"{text}\"}}");
    let length = body.len();
    format!(
        "POST /v1/sessions/{session}/messages HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n\r\n{body}"
    )
    .into_bytes()
}

impl Plain {
    pub const fn new(address: SocketAddr) -> Self {
        Self { address, stream: None, read: Vec::new() }
    }

    /// Sends a request; the status and body of its answer, or nothing when the connection broke.
    pub async fn ask(&mut self, request: &[u8]) -> Option<(u16, String)> {
        let answer = match self.send(request).await {
            Some(()) => self.answer().await,
            None => None,
        };
        if answer.is_none() {
            self.stream = None;
            self.read.clear();
        }
        answer
    }

    /// Sends bytes.
    pub async fn send(&mut self, bytes: &[u8]) -> Option<()> {
        if self.stream.is_none() {
            let stream = TcpStream::connect(self.address).await.ok()?;
            stream.set_nodelay(true).ok()?;
            self.stream = Some(stream);
        }
        self.stream.as_mut()?.write_all(bytes).await.ok()
    }

    /// The next answer.
    pub async fn answer(&mut self) -> Option<(u16, String)> {
        loop {
            if let Some(answer) = self.take() {
                return Some(answer);
            }
            let length = self.stream.as_mut()?.read_buf(&mut self.read).await.ok()?;
            if length == 0 {
                return None;
            }
        }
    }

    fn take(&mut self) -> Option<(u16, String)> {
        let end = self.read.windows(4).position(|four| four == b"\r\n\r\n")? + 4;
        let head = std::str::from_utf8(self.read.get(..end)?).ok()?;
        let length = head.lines().find_map(|line| line.strip_prefix("content-length: "))?;
        let length: usize = length.parse().ok()?;
        let status = head.split(' ').nth(1)?.parse().ok()?;
        let body = String::from_utf8(self.read.get(end..end + length)?.to_vec()).ok()?;
        self.read.drain(..end + length);
        Some((status, body))
    }
}
