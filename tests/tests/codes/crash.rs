//! The server is killed at its writes, before and while a code is sent, repeated and followed: in the end
//! there is one code, one answer, and the address is linked once.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use flowright_access::email::mime;
use flowright_access::v1::{Envelope, Identity};
use flowright_faultfs::FaultFs;
use flowright_runtime::programs::interpreter_loader;
use flowright_runtime::service::{Handle, Options, Service};
use flowright_runtime::store::{Durability, SqliteOptions, verify};
use flowright_tests::{Fresh, ManualClock, bundle_of_text};
use serde_json::{Value as Json, json};

use super::smarthost::Smarthost;
use super::{ASKED, BOT, CONFIRMED, code_in, config, until, with_mail};

/// What a child process is told in its environment.
const TOLD: &str = "FLOWRIGHT_KILL_CODES";

/// About so many times each part is killed.
const KILLS: u64 = 16;

/// The server in a process of its own; does nothing when it is not called by the test below.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "a process of the test that kills it"]
async fn child() {
    let Ok(told) = std::env::var(TOLD) else { return };
    let told: Json = serde_json::from_str(&told).unwrap();
    let fs = FaultFs::register("killed");
    fs.kill_at(told["kill_at"].as_u64().unwrap());
    let sqlite =
        SqliteOptions { vfs: Some("killed".to_owned()), ..SqliteOptions::new(Durability::Full) };
    let options = Options {
        sqlite,
        clock: ManualClock::at("2026-06-01T01:00:00Z"),
        ..Options::local(told["store"].as_str().unwrap().into())
    };
    let options = with_mail(options, told["config"].as_str().unwrap());
    let bundle = std::fs::read(told["bundle"].as_str().unwrap()).unwrap();
    let server = Service::start(&bundle, interpreter_loader(), options).await.unwrap();
    let mut said = say(&server, "1", "my mail is ann@x.example").await;
    if let Some(code) = told["code"].as_str() {
        said.extend(say(&server, "2", code).await);
        until("the address is not linked", async || is_linked(told["store"].as_str().unwrap()))
            .await;
    }
    until("the code is not sent", async || {
        server.dispatch().outbox_sizes().await.unwrap() == (0, 0)
    })
    .await;
    server.stop().await;
    println!("\nEND {}", json!({ "said": said, "operations": fs.count() }));
}

async fn say(server: &Handle, id: &str, text: &str) -> Vec<String> {
    let from = Identity { channel: "api".into(), address: "v".into(), ..Identity::default() };
    let envelope = Envelope {
        id: id.to_owned(),
        channel: "api".to_owned(),
        from: Some(from),
        text: text.to_owned(),
        ..Envelope::default()
    };
    let answered = server.access().carry_out(envelope).await.unwrap();
    answered.answer.replies.into_iter().map(|reply| reply.reply.text).collect()
}

/// Whether what follows from the code is done.
fn is_linked(store: &str) -> bool {
    let db = rusqlite::Connection::open(store).unwrap();
    let query = "SELECT count(*) FROM identities WHERE channel = 'mail'";
    let owed = "SELECT count(*) FROM codes WHERE state = 2";
    let count = |query| db.query_row(query, [], |row| row.get::<_, i64>(0)).unwrap();
    count(query) == 1 && count(owed) == 0
}

/// Runs a process on a store: what it said, and its writes; nothing when it was killed.
fn run(store: &Path, told: &Json, kill_at: u64) -> Option<Json> {
    let mut told = told.clone();
    told["store"] = json!(store.display().to_string());
    told["kill_at"] = json!(kill_at);
    let output = Command::new(std::env::current_exe().unwrap())
        .args(["crash::child", "--exact", "--ignored", "--nocapture", "--test-threads=1"])
        .env(TOLD, told.to_string())
        .stderr(Stdio::piped())
        .output()
        .unwrap();
    let out = String::from_utf8(output.stdout).unwrap();
    let end = out.lines().find_map(|line| line.strip_prefix("END "));
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(end.is_some() || (kill_at > 0 && output.status.code().is_none()), "{errors}");
    end.map(|end| serde_json::from_str(end).unwrap())
}

/// Runs a part until it is over, killed once; whether it was.
fn part(store: &Path, told: &Json, kill_at: u64) -> (bool, Json) {
    match run(store, told, kill_at) {
        Some(end) => (false, end),
        None => (true, run(store, told, 0).unwrap()),
    }
}

/// One conversation, killed once while the code is sent and once while it is repeated: what each part
/// wrote, and how often it was killed.
fn conversation(host: &Smarthost, told: &Json, kills: [u64; 2]) -> ([u64; 2], u64) {
    let store = Fresh::new("store.sqlite");
    let before = host.mails().len();
    let (first_killed, first) = part(&store, told, kills[0]);
    assert_eq!(first["said"], json!([ASKED]), "{kills:?}");
    // A mail server may be handed a mail twice, when nobody knows whether it has it: it is the same.
    let mails: Vec<_> =
        host.mails()[before..].iter().map(|m| mime::read(&m.bytes).unwrap()).collect();
    let mut sent: Vec<_> =
        mails.iter().map(|mail| (code_in(mail), mail.message_id.clone())).collect();
    sent.dedup();
    assert_eq!(sent.len(), 1, "{kills:?}: {sent:?}");
    let mut told = told.clone();
    told["code"] = json!(sent[0].0);
    let (second_killed, second) = part(&store, &told, kills[1]);
    assert_eq!(second["said"], json!([ASKED, CONFIRMED[0], CONFIRMED[1]]), "{kills:?}");
    assert_eq!(host.mails().len(), before + mails.len(), "{kills:?}");
    let report = verify(&store).unwrap();
    assert!(report.is_whole(), "{:?}", report.faults);
    assert_eq!(report.count("codes"), 1);
    let db = rusqlite::Connection::open(&*store).unwrap();
    let count = |query: &str| db.query_row(query, [], |row| row.get::<_, i64>(0)).unwrap();
    assert_eq!(count("SELECT count(*) FROM identity_log WHERE channel = 'mail'"), 1, "{kills:?}");
    assert_eq!(count("SELECT count(*) FROM codes WHERE state = 2"), 0, "{kills:?}");
    let wrote = |end: &Json| end["operations"].as_u64().unwrap();
    ([wrote(&first), wrote(&second)], u64::from(first_killed) + u64::from(second_killed))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_is_killed_sends_one_code_and_links_once() {
    let host = Smarthost::start().await;
    let bundle = Fresh::new("bot.flowb");
    std::fs::write(&*bundle, bundle_of_text(BOT)).unwrap();
    let told = json!({
        "bundle": bundle.display().to_string(),
        "config": config(&host.address.to_string(), ""),
    });
    let work = move || {
        let (operations, _) = conversation(&host, &told, [0, 0]);
        let mut killed = 0;
        for kill in 0..KILLS {
            let at = operations.map(|all| 1 + kill * all / KILLS);
            killed += conversation(&host, &told, at).1;
        }
        // One that is a little quicker than the first is over before its point.
        assert!(killed >= KILLS, "{killed}");
    };
    let limit = Duration::from_secs(300);
    tokio::time::timeout(limit, tokio::task::spawn_blocking(work)).await.unwrap().unwrap();
}
