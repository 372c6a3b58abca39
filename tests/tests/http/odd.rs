//! A server that does not behave: for each request it does what comes next in its script.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

/// What it does with a request.
#[derive(Debug, Clone, Copy)]
pub enum Does {
    /// Answers.
    Answers(u16, &'static str),
    /// Answers after a while.
    Delays(Duration, u16, &'static str),
    /// Promises more than it sends, and closes.
    CutsBody,
    /// Sends a byte of its answer now and then, without end.
    Drips,
    /// Closes without an answer.
    Closes,
    /// Says what is no HTTP.
    Babbles,
}

/// The server, with the idempotency keys of the requests that came.
#[derive(Debug, Clone)]
pub struct Odd {
    pub address: SocketAddr,
    keys: Arc<Mutex<Vec<String>>>,
}

impl Odd {
    /// Does what the script says, one request after the other; then the last thing again.
    pub async fn start(script: &'static [Does]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let odd = Self { address: listener.local_addr().unwrap(), keys: Arc::default() };
        let keys = Arc::clone(&odd.keys);
        tokio::spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                tokio::spawn(serve(stream, Arc::clone(&keys), script));
            }
        });
        odd
    }

    pub fn keys(&self) -> Vec<String> {
        self.keys.lock().unwrap().clone()
    }
}

async fn serve(mut stream: TcpStream, keys: Arc<Mutex<Vec<String>>>, script: &'static [Does]) {
    let Some(head) = head(&mut stream).await else { return };
    let key = head.lines().find_map(|line| line.strip_prefix("idempotency-key: "));
    let number = {
        let mut keys = keys.lock().unwrap();
        keys.push(key.unwrap_or("").to_owned());
        keys.len() - 1
    };
    // A client that gave up is no fault of this test.
    let _ = match script.get(number).or(script.last()).unwrap() {
        Does::Answers(status, body) => answer(&mut stream, *status, body).await,
        Does::Delays(time, status, body) => {
            tokio::time::sleep(*time).await;
            answer(&mut stream, *status, body).await
        }
        Does::CutsBody => {
            stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 500\r\n\r\n{\"due\": \"to").await
        }
        Does::Drips => loop {
            if let Err(gone) = stream.write_all(b"H").await {
                break Err(gone);
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        },
        Does::Closes => Ok(()),
        Does::Babbles => stream.write_all(b"220 mail.example ESMTP\r\n").await,
    };
}

/// A request's head; its body is small enough to be of no interest.
async fn head(stream: &mut TcpStream) -> Option<String> {
    let mut bytes = Vec::new();
    let mut part = [0; 1024];
    loop {
        let length = stream.read(&mut part).await.ok().filter(|length| *length > 0)?;
        bytes.extend_from_slice(part.get(..length)?);
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if let Some((head, _)) = text.split_once("\r\n\r\n") {
            return Some(head.to_owned());
        }
    }
}

async fn answer(stream: &mut TcpStream, status: u16, body: &str) -> std::io::Result<()> {
    let length = body.len();
    let head = format!(
        "HTTP/1.1 {status} X\r\ncontent-type: application/json\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n"
    );
    stream.write_all(head.as_bytes()).await?;
    stream.write_all(body.as_bytes()).await
}
