//! A model elsewhere, in this process: it answers by what it is asked, and keeps what it was asked.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use flowright_runtime::config::Config;
use flowright_runtime::external::ExternalOptions;
use serde_json::Value as Json;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use super::elsewhere::{self, Mind};

/// What it does with a question.
#[derive(Debug, Clone)]
pub enum Does {
    /// Answers 200 with this.
    Answers(Json),
    /// Answers 200 after a while.
    Delays(Duration, Json),
    /// Answers with a status and any bytes.
    Says(u16, Vec<u8>),
    /// Takes the question and never answers.
    Hangs,
    /// Begins an answer and closes.
    Cuts,
}

/// A request that came.
#[derive(Debug, Clone)]
pub struct Question {
    pub head: String,
    pub body: Json,
}

impl Question {
    fn text(&self) -> String {
        self.body.get("text").unwrap().as_str().unwrap().to_owned()
    }
}

/// The model.
#[derive(Clone)]
pub struct Model {
    pub address: SocketAddr,
    questions: Arc<Mutex<Vec<Question>>>,
    mind: Mind<str, Does>,
}

impl Model {
    pub async fn start(mind: impl Fn(&str) -> Does + Send + Sync + 'static) -> Self {
        let listener = elsewhere::listener().await;
        let address = listener.local_addr().unwrap();
        let model = Self { address, questions: Arc::default(), mind: Mind::new(mind) };
        let own = model.clone();
        elsewhere::serve(listener, move |stream| {
            let own = own.clone();
            async move { own.serve(stream).await }
        });
        model
    }

    /// From now on it answers otherwise.
    pub fn changes(&self, mind: impl Fn(&str) -> Does + Send + Sync + 'static) {
        self.mind.changes(mind);
    }

    pub fn questions(&self) -> Vec<Question> {
        self.questions.lock().unwrap().clone()
    }

    /// The texts that it was asked about.
    pub fn texts(&self) -> Vec<String> {
        self.questions().iter().map(Question::text).collect()
    }

    async fn serve(&self, mut stream: TcpStream) -> Option<()> {
        let question = question(&mut stream).await?;
        let text = question.text();
        self.questions.lock().unwrap().push(question);
        match self.mind.decides(&text) {
            Does::Answers(json) => answer(&mut stream, 200, json.to_string().as_bytes()).await,
            Does::Delays(time, json) => {
                tokio::time::sleep(time).await;
                answer(&mut stream, 200, json.to_string().as_bytes()).await
            }
            Does::Says(status, bytes) => answer(&mut stream, status, &bytes).await,
            Does::Hangs => {
                tokio::time::sleep(Duration::from_secs(60)).await;
                None
            }
            Does::Cuts => {
                let part = b"HTTP/1.1 200 OK\r\ncontent-length: 500\r\n\r\n{\"intents\": [";
                stream.write_all(part).await.ok()
            }
        }
    }
}

async fn question(stream: &mut TcpStream) -> Option<Question> {
    let mut bytes = Vec::new();
    let mut part = [0; 4096];
    loop {
        let length = stream.read(&mut part).await.ok().filter(|length| *length > 0)?;
        bytes.extend_from_slice(part.get(..length)?);
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n")
            && let Ok(body) = serde_json::from_str(body)
        {
            return Some(Question { head: head.to_owned(), body });
        }
    }
}

async fn answer(stream: &mut TcpStream, status: u16, body: &[u8]) -> Option<()> {
    let length = body.len();
    let head = format!(
        "HTTP/1.1 {status} X\r\ncontent-type: application/json\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n"
    );
    stream.write_all(head.as_bytes()).await.ok()?;
    stream.write_all(body).await.ok()
}

/// How a server asks a model, by what flowright.toml would say.
pub fn asks(address: SocketAddr, timeout: &str, token: Option<&str>) -> Option<ExternalOptions> {
    let toml = format!("[nlu]\nurl = \"http://{address}/understand\"\ntimeout = \"{timeout}\"\n");
    let config = Config::parse("flowright.toml", &toml).unwrap().nlu.elsewhere.unwrap();
    Some(ExternalOptions::new(&config, token).unwrap())
}
