//! Signed webhooks.

use std::net::SocketAddr;
use std::time::{Duration, Instant, SystemTime};

use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use super::{SECRET, TIME};

fn request(number: usize, id: usize) -> String {
    let text = if id == 0 { "echo" } else { "some words of a customer" };
    let body = format!(
        r#"{{"messages":[{{"id":"c{number}-{id}","from":{{"address":"client-{number}"}},"text":"{text}"}}]}}"#
    );
    let time = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap().as_secs();
    let mut mac = Hmac::<Sha256>::new_from_slice(SECRET.as_bytes()).unwrap();
    mac.update(format!("{time}.{body}").as_bytes());
    let sum: String =
        mac.finalize().into_bytes().iter().map(|byte| format!("{byte:02x}")).collect();
    format!(
        "POST /webhooks/hook HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n\
         flowright-signature: t={time},v1={sum}\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    )
}

/// Sends one thing after the other.
pub async fn client(at: SocketAddr, number: usize, begun: Instant) -> Vec<Duration> {
    let mut stream = TcpStream::connect(at).await.unwrap();
    stream.set_nodelay(true).unwrap();
    let mut answer = vec![0_u8; 16 << 10];
    let mut times = Vec::new();
    while begun.elapsed() < TIME {
        let request = request(number, times.len());
        let sent = Instant::now();
        stream.write_all(request.as_bytes()).await.unwrap();
        let length = stream.read(&mut answer).await.unwrap();
        times.push(sent.elapsed());
        let answer = answer.get(..length).unwrap();
        assert!(answer.starts_with(b"HTTP/1.1 200"), "{}", String::from_utf8_lossy(answer));
    }
    times
}
