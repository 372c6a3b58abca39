//! The providers' APIs in this process: they want what the real ones want, and answer in their words.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use http_body_util::{BodyExt as _, Full};
use hyper::body::{Bytes, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use serde_json::{Value as Json, json};
use tokio::net::TcpListener;

/// A request as it came.
#[derive(Debug, Clone)]
pub struct Asked {
    /// The first part of its path: whose API it is for.
    pub provider: String,
    /// The rest, and the query.
    pub path: String,
    pub headers: Vec<(String, String)>,
    pub body: Json,
}

impl Asked {
    pub fn header(&self, name: &str) -> &str {
        let found = self.headers.iter().find(|(key, _)| key == name);
        found.map_or("", |(_, value)| value.as_str())
    }
}

/// An answer: status, headers, body.
pub type Says = (u16, Vec<(&'static str, &'static str)>, Json);

#[derive(Debug, Default)]
struct Inner {
    /// All that came and was taken.
    taken: Vec<Asked>,
    /// All that came.
    asked: Vec<Asked>,
    /// What is answered to the next messages instead.
    instead: VecDeque<Says>,
    /// How many tokens were given out: only the last one is valid.
    tokens: usize,
    /// What `kf/sync_msg` has.
    waiting: Vec<Json>,
    ids: usize,
    /// The next message is taken, and a server in between says that it failed.
    loses: bool,
}

/// See the module.
#[derive(Debug, Clone)]
pub struct StandIn {
    pub address: SocketAddr,
    inner: Arc<Mutex<Inner>>,
}

impl StandIn {
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let api = Self { address: listener.local_addr().unwrap(), inner: Arc::default() };
        let own = api.clone();
        tokio::spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                let api = own.clone();
                let service = service_fn(move |request| {
                    let api = api.clone();
                    async move { Ok::<_, Infallible>(api.answer(request).await) }
                });
                let served = http1::Builder::new().serve_connection(TokioIo::new(stream), service);
                tokio::spawn(async move { drop(served.await) });
            }
        });
        api
    }

    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The messages that were taken for a provider.
    pub fn taken(&self, provider: &str) -> Vec<Asked> {
        let inner = self.inner.lock().unwrap();
        inner.taken.iter().filter(|asked| asked.provider == provider).cloned().collect()
    }

    /// All that was asked.
    pub fn asked(&self) -> Vec<Asked> {
        self.inner.lock().unwrap().asked.clone()
    }

    /// What the next message is answered.
    pub fn says_once(&self, says: Says) {
        self.inner.lock().unwrap().instead.push_back(says);
    }

    /// The next message is taken, and nobody learns of it.
    pub fn loses_next_answer(&self) {
        self.inner.lock().unwrap().loses = true;
    }

    /// A message that WeChat Customer Service has.
    pub fn waits(&self, message: Json) {
        self.inner.lock().unwrap().waiting.push(message);
    }

    /// No token that was given out is valid any more.
    pub fn ends_tokens(&self) {
        self.inner.lock().unwrap().tokens += 1;
    }

    async fn answer(&self, request: Request<Incoming>) -> Response<Full<Bytes>> {
        let (parts, body) = request.into_parts();
        let bytes = body.collect().await.unwrap().to_bytes();
        let text = |v: &hyper::header::HeaderValue| v.to_str().unwrap().to_owned();
        let uri = parts.uri.path_and_query().unwrap().as_str().trim_start_matches('/');
        let (provider, path) = uri.split_once('/').unwrap_or((uri, ""));
        let asked = Asked {
            provider: provider.to_owned(),
            path: path.to_owned(),
            headers: parts.headers.iter().map(|(k, v)| (k.to_string(), text(v))).collect(),
            body: serde_json::from_slice(&bytes).unwrap_or(Json::Null),
        };
        if let Some(file) = self.file(&asked) {
            self.inner.lock().unwrap().asked.push(asked);
            return Response::new(Full::new(file.into()));
        }
        let (status, headers, body) = self.inner.lock().unwrap().says(asked);
        let mut response = Response::builder().status(status);
        for (name, value) in headers {
            response = response.header(name, value);
        }
        response.body(Full::new(body.to_string().into())).unwrap()
    }
}

/// What customers send: a PDF as far as its first bytes go.
pub const FILE: &[u8] = b"%PDF-1.7\nall of a contract";

impl StandIn {
    /// A file, where one is asked for with what its provider wants.
    fn file(&self, asked: &Asked) -> Option<&'static [u8]> {
        let (path, query) = asked.path.split_once('?').unwrap_or((&asked.path, ""));
        let is_bearer = asked.header("authorization") == "Bearer 123:t0ken";
        let tokens = self.inner.lock().unwrap().tokens;
        let is = match (asked.provider.as_str(), path) {
            ("whatsapp", "files/106") | ("slack", "files/F1") => is_bearer,
            ("line", "v2/bot/message/354718705033693861/content") => is_bearer,
            ("messenger", "files/1") | ("generic", "files/1") => !is_bearer,
            ("telegram", "file/bot123:t0ken/documents/file_1.pdf") => true,
            ("wechat" | "wecom", "cgi-bin/media/get") => {
                query == format!("access_token=T{tokens}&media_id=M1")
            }
            _ => false,
        };
        is.then_some(FILE)
    }
}

fn ok(body: Json) -> Says {
    (200, Vec::new(), body)
}

impl Inner {
    fn says(&mut self, asked: Asked) -> Says {
        self.asked.push(asked.clone());
        let (path, query) = asked.path.split_once('?').unwrap_or((&asked.path, ""));
        match (asked.provider.as_str(), path) {
            ("whatsapp", "106") if asked.header("authorization") == "Bearer 123:t0ken" => {
                let host = asked.header("host");
                return ok(
                    json!({ "id": "106", "url": format!("http://{host}/whatsapp/files/106") }),
                );
            }
            ("telegram", "bot123:t0ken/getFile") if query == "file_id=doc_1" => {
                return ok(
                    json!({ "ok": true, "result": { "file_path": "documents/file_1.pdf" } }),
                );
            }
            ("slack", "files/F2") => return (302, vec![("location", "/login")], json!({})),
            _ => {}
        }
        match path {
            "cgi-bin/gettoken" | "cgi-bin/stable_token" => {
                self.tokens += 1;
                let token = format!("T{}", self.tokens);
                return ok(json!({ "errcode": 0, "access_token": token, "expires_in": 7200 }));
            }
            _ if path.starts_with("cgi-bin/")
                && query != format!("access_token=T{}", self.tokens) =>
            {
                return ok(json!({ "errcode": 42001, "errmsg": "access_token expired" }));
            }
            "cgi-bin/kf/sync_msg" => return self.sync(&asked),
            _ => {}
        }
        if let Some(instead) = self.instead.pop_front() {
            return instead;
        }
        self.ids += 1;
        let id = format!("OUT{}", self.ids);
        let is_bearer = asked.header("authorization") == "Bearer 123:t0ken";
        let says = match (asked.provider.as_str(), path) {
            ("whatsapp", "106540352242922/messages") if is_bearer => {
                json!({ "messaging_product": "whatsapp", "messages": [{ "id": format!("wamid.{id}") }] })
            }
            ("messenger", "437364/messages") if is_bearer => {
                json!({ "recipient_id": "6491", "message_id": format!("m_{id}") })
            }
            ("slack", "chat.postMessage") if is_bearer => {
                json!({ "ok": true, "channel": "D1", "ts": format!("{}.1", self.ids) })
            }
            ("telegram", "bot123:t0ken/sendMessage") => {
                json!({ "ok": true, "result": { "message_id": self.ids, "chat": { "id": 1111111 } } })
            }
            ("line", "v2/bot/message/push") if is_bearer => {
                let key = asked.header("x-line-retry-key");
                if self.taken.iter().any(|t| t.header("x-line-retry-key") == key) {
                    return (
                        409,
                        Vec::new(),
                        json!({ "message": "The retry key is already accepted" }),
                    );
                }
                json!({ "sentMessages": [{ "id": id }] })
            }
            ("wechat", "cgi-bin/message/custom/send") => json!({ "errcode": 0, "errmsg": "ok" }),
            ("wecom", "cgi-bin/kf/send_msg") => {
                json!({ "errcode": 0, "errmsg": "ok", "msgid": asked.body["msgid"] })
            }
            ("generic", "") => json!({ "id": id }),
            _ => return (404, Vec::new(), json!({ "error": "there is nothing here" })),
        };
        self.taken.push(asked);
        if std::mem::take(&mut self.loses) {
            return (502, Vec::new(), Json::Null);
        }
        ok(says)
    }

    /// What is there behind a cursor, one message at a time.
    fn sync(&self, asked: &Asked) -> Says {
        assert_eq!(asked.body["token"], "ENC");
        let from: usize = asked.body["cursor"].as_str().unwrap().parse().unwrap_or(0);
        let messages: Vec<&Json> = self.waiting.iter().skip(from).take(1).collect();
        let next = from + messages.len();
        let more = i32::from(next < self.waiting.len());
        ok(json!({
            "errcode": 0, "errmsg": "ok", "next_cursor": next.to_string(), "has_more": more,
            "msg_list": messages,
        }))
    }
}
