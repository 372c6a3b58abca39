//! A turn whose end could not be stored: somebody else holds the database for longer than anybody
//! waits. Nobody asks again, and it still comes to its end, with one key for its effect.
#![expect(clippy::unwrap_used, reason = "tests")]

use std::collections::BTreeSet;
use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use flowright_compiler::bundle;
use flowright_compiler::compile::MemorySources;
use flowright_runtime::programs::interpreter_loader;
use flowright_runtime::service::{Options, Service};

const SOURCE: &str = r#"
bot b { languages en  timezone "UTC" }
channel api: rest
skill s
route { otherwise -> s }
effect crm.close(order: text) {
  put "{env.CRM_URL}/orders/{order}"
  body { order }
}
intent close { en "close it", "close my order", "please close the order", "closing", "shut it" }
flow close {
  on intent close
  state start {
    do crm.close("1") { failed -> { say "Failed."  end unresolved } }
    say "Closed."
    end resolved
  }
}
"#;

struct Folder(PathBuf);

impl Drop for Folder {
    fn drop(&mut self) {
        std::fs::remove_dir_all(&self.0).unwrap();
    }
}

/// Says yes to everything, half a second late; keeps the idempotency keys.
fn crm(keys: Arc<Mutex<Vec<String>>>) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let (mut stream, mut bytes) = (stream.unwrap(), [0; 4_096]);
            let length = stream.read(&mut bytes).unwrap();
            let head = String::from_utf8_lossy(bytes.get(..length).unwrap()).into_owned();
            let key = head.lines().find_map(|line| line.strip_prefix("idempotency-key: "));
            keys.lock().unwrap().push(key.unwrap_or("").to_owned());
            std::thread::sleep(Duration::from_millis(500));
            let _ = stream
                .write_all(b"HTTP/1.1 204 Done\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
        }
    });
    address
}

fn request(address: SocketAddr, method: &str, path: &str, body: &str) -> String {
    let mut stream = TcpStream::connect(address).unwrap();
    write!(
        stream,
        "{method} {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    )
    .unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_turn_whose_end_could_not_be_stored_comes_to_its_end() {
    let folder = std::env::temp_dir().join(format!("flowright-unstored-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let (folder, path) = (Folder(folder.clone()), folder.join("store.sqlite"));
    let keys = Arc::new(Mutex::new(Vec::new()));
    let mut options = Options::local(path.clone());
    options.variables.insert("CRM_URL".to_owned(), format!("http://{}", crm(Arc::clone(&keys))));
    let compiled = flowright_compiler::compile(&MemorySources::one("a.flow", SOURCE)).unwrap();
    let bytes = bundle::write(&compiled.bundle.unwrap()).unwrap().bytes;
    let server = Service::start(&bytes, interpreter_loader(), options).await.unwrap();
    let address = server.address;
    let asked = tokio::task::spawn_blocking(move || {
        request(address, "POST", "/v1/sessions/s/messages", r#"{"id":"1","text":"close it"}"#)
    });
    let until = Instant::now() + Duration::from_secs(20);
    while keys.lock().unwrap().is_empty() {
        assert!(Instant::now() < until, "the effect was not asked for");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    // The effect is under way; what comes of it cannot be stored.
    let other = rusqlite::Connection::open(&path).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let answer = asked.await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 500"), "{answer}");
    assert!(answer.contains("send it again with the same id"), "{answer}");
    other.execute_batch("ROLLBACK").unwrap();
    let until = Instant::now() + Duration::from_secs(30);
    let ended = || async {
        let get = move || request(address, "GET", "/v1/sessions/s", "");
        tokio::task::spawn_blocking(get).await.unwrap()
    };
    while !ended().await.contains("\"Closed.\"") {
        assert!(Instant::now() < until, "nobody asked again, and it must still come to its end");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    let keys: BTreeSet<String> = keys.lock().unwrap().iter().cloned().collect();
    assert_eq!(keys.len(), 1, "{keys:?}");
    server.stop().await;
    drop(folder);
}
