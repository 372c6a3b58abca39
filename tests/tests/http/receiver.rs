//! Somebody who is sent replies and handoffs: an HTTP server in this process that keeps all that
//! came, and does with each as it is told.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use flowright_runtime::outbox::Address;
use serde_json::Value as Json;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use super::elsewhere::{self, Mind};

/// What it does with a message.
#[derive(Debug, Clone, Copy)]
pub enum Does {
    /// Answers with a status.
    Says(u16),
    /// Answers 503, and to come back later.
    Later(&'static str),
    /// Takes the message and closes without an answer.
    Drops,
    /// Takes the message and never answers.
    Hangs,
}

/// A message as it came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parcel {
    pub path: String,
    pub key: String,
    pub token: String,
    pub signature: String,
    pub body: String,
    /// How often its key had come before.
    pub before: usize,
    /// Whether it was answered with 200.
    pub taken: bool,
}

impl Parcel {
    pub fn json(&self) -> Json {
        serde_json::from_str(&self.body).unwrap()
    }

    pub fn session(&self) -> String {
        self.json().get("session").unwrap().as_str().unwrap().to_owned()
    }
}

/// The receiver.
#[derive(Clone)]
pub struct Receiver {
    pub address: SocketAddr,
    parcels: Arc<Mutex<Vec<Parcel>>>,
    mind: Mind<Parcel, Does>,
}

impl Receiver {
    pub async fn start(mind: impl Fn(&Parcel) -> Does + Send + Sync + 'static) -> Self {
        let listener = elsewhere::listener().await;
        let address = listener.local_addr().unwrap();
        let receiver = Self { address, parcels: Arc::default(), mind: Mind::new(mind) };
        let own = receiver.clone();
        elsewhere::serve(listener, move |mut stream| {
            let own = own.clone();
            async move { while own.serve(&mut stream).await.is_some() {} }
        });
        receiver
    }

    /// From now on it does otherwise.
    pub fn changes(&self, mind: impl Fn(&Parcel) -> Does + Send + Sync + 'static) {
        self.mind.changes(mind);
    }

    /// All that came, in order.
    pub fn parcels(&self) -> Vec<Parcel> {
        self.parcels.lock().unwrap().clone()
    }

    /// What was answered with 200, in order, each once: the later ones are the same again.
    pub fn taken(&self) -> Vec<Parcel> {
        let mut taken: Vec<Parcel> = Vec::new();
        for parcel in self.parcels().into_iter().filter(|parcel| parcel.taken) {
            if taken.iter().all(|known| known.key != parcel.key) {
                taken.push(parcel);
            }
        }
        taken
    }

    /// Where a server sends to.
    pub fn at(&self, path: &str, token: Option<&str>) -> Address {
        let url = format!("http://{}{path}", self.address).parse().unwrap();
        Address { token: token.map(|token| token.to_owned().into()), ..Address::new(url) }
    }

    async fn serve(&self, stream: &mut TcpStream) -> Option<()> {
        let mut parcel = read(stream).await?;
        let does = {
            // One after the other: what came first is first in the list.
            let mut parcels = self.parcels.lock().unwrap();
            parcel.before = parcels.iter().filter(|known| known.key == parcel.key).count();
            let does = self.mind.decides(&parcel);
            parcel.taken = matches!(does, Does::Says(200));
            parcels.push(parcel);
            does
        };
        let (status, more) = match does {
            Does::Says(status) => (status, String::new()),
            Does::Later(when) => (503, format!("retry-after: {when}\r\n")),
            Does::Drops => return None,
            Does::Hangs => {
                tokio::time::sleep(Duration::from_secs(60)).await;
                return None;
            }
        };
        let answer = format!("HTTP/1.1 {status} X\r\n{more}content-length: 0\r\n\r\n");
        stream.write_all(answer.as_bytes()).await.ok()
    }
}

async fn read(stream: &mut TcpStream) -> Option<Parcel> {
    let mut bytes = Vec::new();
    let mut part = [0; 4096];
    loop {
        let length = stream.read(&mut part).await.ok().filter(|length| *length > 0)?;
        bytes.extend_from_slice(part.get(..length)?);
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
        let header = |name: &str| {
            let found = head.lines().find_map(|line| line.strip_prefix(name));
            found.unwrap_or_default().to_owned()
        };
        if body.len() < header("content-length: ").parse().unwrap() {
            continue;
        }
        assert_eq!(header("content-type: "), "application/json", "{head}");
        return Some(Parcel {
            path: head.split(' ').nth(1)?.to_owned(),
            key: header("idempotency-key: "),
            token: header("authorization: "),
            signature: header("flowright-signature: "),
            body: body.to_owned(),
            before: 0,
            taken: false,
        });
    }
}
