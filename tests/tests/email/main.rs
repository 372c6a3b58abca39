//! Email in and out: real connections, Python's own client, a mail server of Debian's, and what only
//! somebody with bad intentions sends.
#![expect(clippy::indexing_slicing, clippy::unwrap_used, reason = "tests")]

mod elsewhere;
mod encrypted;
mod files;
mod hostile;
mod journey;
mod mta;
mod order_change;
mod replies;
mod smarthost;
mod talks;

use std::io::Write as _;
use std::net::SocketAddr;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use flowright_access::email::mime::{self, Mail};
use flowright_access::email::thread::Key;
use flowright_runtime::service::Options;
use flowright_tests::mail::{mailbox, with_mailboxes};
use flowright_tests::{ECHO, World, bundle_of_text, root};
use serde_json::{Value as Json, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use smarthost::Smarthost;

/// Long enough for anything on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);

/// A bot on the channel `mail`, whose replies go to a mail server; more of `[email]` at will.
async fn world(smarthost: SocketAddr, more: &str) -> World {
    let text = config(smarthost, more);
    World::start_bundle(bundle(), move |options| with_mail(options, &text)).await
}

/// The same with another mail server.
async fn world_with(smarthost: &str, tls: &str, more: &str) -> World {
    let text = config_with(smarthost, tls, more);
    World::start_bundle(bundle(), move |options| with_mail(options, &text)).await
}

/// What ids of messages are sealed with.
const KEY: &str = "0123456789abcdef";

fn config(smarthost: SocketAddr, more: &str) -> String {
    config_with(&smarthost.to_string(), "none", more)
}

fn config_with(smarthost: &str, tls: &str, more: &str) -> String {
    format!(
        "[env]\nKEY = \"{KEY}\"\n[email]\nlisten = \"127.0.0.1:0\"\nkey_env = \"KEY\"\n\
         name = \"Acme 客服\"\nhostname = \"mx.acme.example\"\n\
         smarthost = \"{smarthost}\"\nsmarthost_tls = \"{tls}\"\n{more}"
    )
}

/// The session that an id of ours names.
fn session_of(id: &str) -> String {
    Key::new(KEY.as_bytes()).place(id).unwrap().session
}

fn bundle() -> Vec<u8> {
    let channels = "channel mail: email { address \"support@acme.example\" }\n\
                    channel sales: email { address \"sales@acme.example\" }\nchannel api: rest";
    bundle_of_text(&ECHO.replace("channel api: rest", channels))
}

fn with_mail(options: Options, config: &str) -> Options {
    let channels =
        [mailbox("mail", "support@acme.example"), mailbox("sales", "sales@acme.example")];
    with_mailboxes(options, config, &channels)
}

/// Where it takes mail.
fn mail_address(world: &World) -> SocketAddr {
    world.server.mail_address.unwrap()
}

/// Waits for something.
async fn until(what: &str, mut holds: impl AsyncFnMut() -> bool) {
    let begun = Instant::now();
    while !holds().await {
        assert!(begun.elapsed() < PATIENCE, "{what}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// A mail as Python's client makes it.
fn mail(headers: Json, text: &str) -> Json {
    let from = headers["From"].as_str().unwrap_or("ann@x.example").to_owned();
    json!({ "headers": headers, "text": text, "from": from, "to": ["support@acme.example"] })
}

/// Sends mails with Python; what came of each. Nothing where there is no Python.
async fn python(to: SocketAddr, mails: &[Json], ca: Option<&str>) -> Option<Vec<Json>> {
    let mut job = json!({ "host": to.ip().to_string(), "port": to.port(), "mails": mails });
    if let Some(ca) = ca {
        job["ca"] = json!(ca);
    }
    let run = move || {
        let script = root().join("tests/tests/email/client.py");
        let mut command = Command::new("python3");
        let command = command.arg(script).stdin(Stdio::piped()).stdout(Stdio::piped());
        let Ok(mut child) = command.spawn() else {
            eprintln!("skipped: there is no python3");
            return None;
        };
        child.stdin.take().unwrap().write_all(job.to_string().as_bytes()).unwrap();
        let output = child.wait_with_output().unwrap();
        assert!(output.status.success(), "the client failed: its errors are above");
        Some(serde_json::from_slice(&output.stdout).unwrap())
    };
    tokio::task::spawn_blocking(run).await.unwrap()
}

/// A raw conversation: what a client sends, piece by piece, each after an answer; all that it is told.
async fn raw(to: SocketAddr, pieces: &[&[u8]]) -> String {
    let mut stream = TcpStream::connect(to).await.unwrap();
    let mut told = line(&mut stream).await;
    for piece in pieces {
        if stream.write_all(piece).await.is_err() {
            break;
        }
        let answer = line(&mut stream).await;
        if answer.is_empty() {
            break;
        }
        told.push_str(&answer);
    }
    drop(stream.shutdown().await);
    let mut rest = Vec::new();
    drop(tokio::time::timeout(PATIENCE, stream.read_to_end(&mut rest)).await.unwrap());
    told + &String::from_utf8_lossy(&rest)
}

/// What a server says until it has said something whole; nothing when it hangs up.
async fn line(stream: &mut TcpStream) -> String {
    let mut told = Vec::new();
    let mut buffer = [0; 4_096];
    loop {
        let read = tokio::time::timeout(PATIENCE, stream.read(&mut buffer)).await.unwrap();
        let read = read.unwrap_or(0);
        told.extend_from_slice(&buffer[..read]);
        let text = String::from_utf8_lossy(&told);
        let last = text.trim_end().rsplit("\r\n").next().unwrap_or("");
        if read == 0 || (text.ends_with("\r\n") && last.as_bytes().get(3) == Some(&b' ')) {
            return text.into_owned();
        }
    }
}

/// The mails that a smarthost has, once there are so many.
async fn sent(smarthost: &Smarthost, count: usize) -> Vec<Mail> {
    until("a reply is missing", async || smarthost.mails().len() >= count).await;
    let mails = smarthost.mails();
    assert_eq!(mails.len(), count, "{mails:#?}");
    mails.iter().map(|mail| mime::read(&mail.bytes).unwrap()).collect()
}
