//! HTTP/2 by hand (RFC 9113): frames that no well-behaved client sends.

use std::net::SocketAddr;
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

pub const DATA: u8 = 0;
pub const HEADERS: u8 = 1;
pub const RST_STREAM: u8 = 3;
pub const SETTINGS: u8 = 4;
pub const PING: u8 = 6;
pub const GOAWAY: u8 = 7;
pub const CONTINUATION: u8 = 9;

pub const END_STREAM: u8 = 1;
pub const ACK: u8 = 1;
pub const END_HEADERS: u8 = 4;

/// A frame as it came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Frame {
    pub kind: u8,
    pub flags: u8,
    pub stream: u32,
    pub payload: Vec<u8>,
}

impl Frame {
    /// The code of an error in a RST_STREAM or GOAWAY.
    pub fn error(&self) -> Option<u32> {
        let at = match self.kind {
            RST_STREAM => 0,
            GOAWAY => 4,
            _ => return None,
        };
        let bytes = self.payload.get(at..at + 4)?;
        Some(u32::from_be_bytes(bytes.try_into().ok()?))
    }
}

/// The bytes of a frame.
pub fn frame(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let length = u32::try_from(payload.len()).unwrap().to_be_bytes();
    let mut bytes = length.get(1..).unwrap().to_vec();
    bytes.extend([kind, flags]);
    bytes.extend(stream.to_be_bytes());
    bytes.extend(payload);
    bytes
}

/// A header that is in no table, names and values of up to 126 bytes.
pub fn header(name: &str, value: &str) -> Vec<u8> {
    let mut bytes = vec![0, u8::try_from(name.len()).unwrap()];
    bytes.extend(name.bytes());
    bytes.push(u8::try_from(value.len()).unwrap());
    bytes.extend(value.bytes());
    bytes
}

/// The headers of a request: `:method`, `:scheme`, `:path`, `:authority`.
pub fn request(method: &str, path: &str) -> Vec<u8> {
    request_to("x", method, path)
}

/// The same to somebody of a name.
pub fn request_to(name: &str, method: &str, path: &str) -> Vec<u8> {
    let parts = [(":method", method), (":scheme", "http"), (":path", path), (":authority", name)];
    parts.iter().flat_map(|(name, value)| header(name, value)).collect()
}

/// A client that sends what it is told to.
pub struct Raw {
    pub stream: TcpStream,
    /// What of a frame has come so far.
    read: Vec<u8>,
}

impl Raw {
    /// A connection with its preface, and these settings.
    pub async fn open(address: SocketAddr, settings: &[u8]) -> Self {
        let socket = tokio::net::TcpSocket::new_v4().unwrap();
        socket.set_recv_buffer_size(4_096).unwrap();
        let mut stream = socket.connect(address).await.unwrap();
        stream.write_all(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n").await.unwrap();
        stream.write_all(&frame(SETTINGS, 0, 0, settings)).await.unwrap();
        Self { stream, read: Vec::new() }
    }

    /// Sends bytes over and over, at most so often, until the server has closed, or takes nothing
    /// for a second. How many times it took them.
    pub async fn flood(&mut self, times: usize, mut bytes: impl FnMut(usize) -> Vec<u8>) -> usize {
        for number in 0..times {
            let bytes = bytes(number);
            let sent = self.stream.write_all(&bytes);
            match tokio::time::timeout(Duration::from_secs(1), sent).await {
                Ok(Ok(())) => {}
                _ => return number,
            }
        }
        times
    }

    /// The frames that come until the server closes, or none comes for so long; and whether it
    /// closed.
    pub async fn frames(&mut self, patience: Duration) -> (Vec<Frame>, bool) {
        let mut frames = Vec::new();
        loop {
            match tokio::time::timeout(patience, self.next()).await {
                Ok(Some(frame)) => frames.push(frame),
                Ok(None) => return (frames, true),
                Err(_) => return (frames, false),
            }
        }
    }

    async fn next(&mut self) -> Option<Frame> {
        loop {
            if let Some(frame) = self.take() {
                return Some(frame);
            }
            let length = self.stream.read_buf(&mut self.read).await.ok()?;
            if length == 0 {
                return None;
            }
        }
    }

    fn take(&mut self) -> Option<Frame> {
        let head: [u8; 9] = self.read.get(..9)?.try_into().ok()?;
        let [a, b, c, kind, flags, stream @ ..] = head;
        let end = 9 + usize::try_from(u32::from_be_bytes([0, a, b, c])).unwrap();
        let payload = self.read.get(9..end)?.to_vec();
        self.read.drain(..end);
        Some(Frame { kind, flags, stream: u32::from_be_bytes(stream), payload })
    }
}
