//! Clients that ask again as soon as they are answered.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use flowright_runtime::dispatch::{Dispatch, Incoming};
use futures_util::future::BoxFuture;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// Turns of one session before its client begins another.
pub const TURNS: usize = 10;

/// One client: answers the message of this number.
pub type Client = Box<dyn FnMut(usize) -> BoxFuture<'static, ()> + Send>;

/// What the clients came to.
pub struct Measured {
    /// Turns a second.
    pub rate: f64,
    /// The time within which 99 of 100 were answered.
    pub p99: Duration,
}

/// Lets so many clients ask for so long.
pub async fn measure(
    clients: usize,
    time: Duration,
    make: impl Fn(usize) -> BoxFuture<'static, Client>,
) -> Measured {
    let begun = Instant::now();
    let all = (0..clients).map(|number| {
        let client = make(number);
        tokio::spawn(async move {
            let (mut client, mut times) = (client.await, Vec::new());
            while begun.elapsed() < time {
                let sent = Instant::now();
                client(times.len()).await;
                times.push(sent.elapsed());
            }
            times
        })
    });
    let mut times = Vec::new();
    for client in all.collect::<Vec<_>>() {
        times.extend(client.await.unwrap());
    }
    let rate = times.len() as f64 / begun.elapsed().as_secs_f64();
    times.sort_unstable();
    Measured { rate, p99: *times.get(times.len() * 99 / 100).unwrap() }
}

pub fn message(text: &str, id: String) -> Incoming {
    Incoming {
        reply_to: None,
        customer_id: None,
        attachments: Vec::new(),
        from: None,
        id,
        channel: "api".to_owned(),
        text: text.to_owned(),
        payload: None,
        customer: None,
        lang: None,
    }
}

fn text(number: usize) -> String {
    if number.is_multiple_of(TURNS) { "echo".to_owned() } else { format!("word {number}") }
}

/// Through the dispatch, in this process.
pub fn within(dispatch: &Dispatch) -> impl Fn(usize) -> BoxFuture<'static, Client> {
    let dispatch = dispatch.clone();
    move |client| {
        let dispatch = dispatch.clone();
        let ask = move |number: usize| -> BoxFuture<'static, ()> {
            let dispatch = dispatch.clone();
            Box::pin(async move {
                let session = format!("c{client}-{}", number / TURNS);
                let message = message(&text(number), format!("m{number}"));
                let answer = dispatch.message(&session, message).await.unwrap();
                assert_eq!(answer.turn, (number % TURNS) as u64 + 1);
            })
        };
        Box::pin(std::future::ready(Box::new(ask) as Client))
    }
}

/// Over a connection of its own.
pub fn over_http(address: SocketAddr) -> impl Fn(usize) -> BoxFuture<'static, Client> {
    move |client| {
        Box::pin(async move {
            let stream = TcpStream::connect(address).await.unwrap();
            stream.set_nodelay(true).unwrap();
            let stream = std::sync::Arc::new(tokio::sync::Mutex::new(stream));
            let ask = move |number: usize| -> BoxFuture<'static, ()> {
                let stream = std::sync::Arc::clone(&stream);
                Box::pin(async move {
                    let mut stream = stream.lock().await;
                    let body = format!("{{\"id\":\"m{number}\",\"text\":\"{}\"}}", text(number));
                    let session = format!("c{client}-{}", number / TURNS);
                    let length = body.len();
                    let request = format!(
                        "POST /v1/sessions/{session}/messages HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n\r\n{body}"
                    );
                    stream.write_all(request.as_bytes()).await.unwrap();
                    let mut answer = vec![0_u8; 16 << 10];
                    let length = stream.read(&mut answer).await.unwrap();
                    let head = answer.get(..length).unwrap();
                    assert!(head.starts_with(b"HTTP/1.1 200"), "{}", String::from_utf8_lossy(head));
                })
            };
            Box::new(ask) as Client
        })
    }
}
