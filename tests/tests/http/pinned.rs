//! Sessions that are pinned to a bundle of another format: they stand still, with words, and come to
//! no harm; what their error's page says to do about them is done here.

use std::path::Path;
use std::time::{Duration, Instant};

use flowright_compiler::bundle::FORMAT_VERSION;
use flowright_tests::{World, bundle_of, bundle_of_text, send};
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;
use serde_json::{Value as Json, json};

const PAGE: &str = include_str!("../../../docs/errors/R0305.md");

/// Asks for a name, and says it.
const SOURCE: &str = include_str!("../../conformance/slots.flow");

/// Says something a minute after its greeting.
const QUIET: &str = r#"
bot b { languages en  timezone "UTC" }
channel api: rest
skill s
route { otherwise -> s }
intent hello { en "hello", "good morning", "hi there", "hey you", "good evening" }
flow greet {
  on intent hello
  slot name: text { ask "Hello. What is your name?" }
  state start { fill name  say "{name}."  end resolved }
  on silence 1m { say "Are you there?"  end unresolved }
}
"#;

/// Gives every stored bundle another format. The checksum is of the body alone: it is still right.
fn set_format(world: &World, format: u32) {
    let db = rusqlite::Connection::open(&*world.store).unwrap();
    let bytes: Vec<u8> = db.query_row("SELECT bytes FROM bundles", [], |row| row.get(0)).unwrap();
    let mut changed = bytes;
    changed.splice(8..12, format.to_le_bytes());
    assert_eq!(db.execute("UPDATE bundles SET bytes = ?1", [&changed]).unwrap(), 1);
}

fn said(problem: &Json, name: &str) -> String {
    problem[name].as_str().unwrap_or_default().to_owned()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_session_of_another_format_stands_still_and_goes_on_later() {
    for other in [FORMAT_VERSION - 1, FORMAT_VERSION + 1] {
        let old = bundle_of_text(SOURCE);
        let world = World::start_bundle(old.clone(), |options| options).await;
        let (status, begun) = world.post("old", json!({ "id": "1", "text": "hello" })).await;
        assert_eq!(status, 200, "{begun}");
        set_format(&world, other);
        let world = world.restart_with(bundle_of("order_change")).await;
        let message = json!({ "id": "2", "text": "hello again" });
        let (status, problem) = world.post("old", message.clone()).await;
        assert_eq!((status, said(&problem, "code").as_str()), (503, "R0305"), "{problem}");
        assert!(said(&problem, "detail").contains("another version of the bot"), "{problem}");
        assert!(said(&problem, "help").contains("again later with the same id"), "{problem}");
        let (status, problem) = send(&world.url("/v1/sessions/old"), "GET", None, &[]).await;
        assert_eq!((status, said(&problem, "code").as_str()), (503, "R0305"), "{problem}");
        let client: Client<_, String> = Client::builder(TokioExecutor::new()).build_http();
        let got = client.get(world.url("/v1/sessions/old").parse().unwrap()).await.unwrap();
        assert!(got.headers().contains_key("retry-after"));
        let why = world.server.dispatch().session("old").await.unwrap_err().to_string();
        let older_or_newer = if other < FORMAT_VERSION { "older" } else { "newer" };
        let hash = old.get(20..52).unwrap();
        let name: String = hash.iter().map(|byte| format!("{byte:02x}")).collect();
        for part in ["`old`", &name, &format!("{older_or_newer} format {other}")] {
            assert!(why.contains(part), "{part}: {why}");
        }
        let (status, begun) = world.post("new", json!({ "id": "1", "text": "hello" })).await;
        assert_eq!(status, 200, "others go on: {begun}");
        // The flowright that reads this format is back: the message that was refused is taken now.
        let db = rusqlite::Connection::open(&*world.store).unwrap();
        let back = db
            .execute("UPDATE bundles SET bytes = ?1 WHERE bytes <> ?1 AND hash = ?2", (&old, hash));
        assert_eq!(back.unwrap(), 1);
        let (status, answer) = world.post("old", message).await;
        assert_eq!((status, &answer["turn"]), (200, &json!(2)), "{answer}");
        world.server.stop().await;
    }
}

/// The statements of the page, as they stand there.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_session_of_another_format_can_be_given_up_as_the_page_says() {
    let world = World::start_bundle(bundle_of_text(SOURCE), |options| options).await;
    for id in ["1", "2"] {
        assert_eq!(world.post("s", json!({ "id": id, "text": "hello" })).await.0, 200);
    }
    set_format(&world, FORMAT_VERSION - 1);
    let world = world.restart_with(bundle_of("order_change")).await;
    assert_eq!(world.post("s", json!({ "id": "3", "text": "hello" })).await.0, 503);
    let give_up = |store: &Path| {
        let db = rusqlite::Connection::open(store).unwrap();
        let list = PAGE.split_once("my_bot.sqlite \"").unwrap().1.split_once('"').unwrap().0;
        let listed: (String, String) =
            db.query_row(list, [], |row| Ok((row.get(0)?, row.get(1)?))).unwrap();
        assert_eq!((listed.0.len(), listed.1.as_str()), (64, "s"));
        let sql = PAGE.split_once("```sql\n").unwrap().1.split_once("```").unwrap().0;
        db.execute_batch(&sql.replace("SESSION", "s")).unwrap();
    };
    let bundle = bundle_of_text(SOURCE);
    let world = world.restart_after(give_up, Some(bundle), |options| options).await;
    let (status, answer) = world.post("s", json!({ "id": "1", "text": "hello" })).await;
    assert_eq!((status, &answer["turn"], &answer["repeated"]), (200, &json!(1), &json!(false)));
    world.server.stop().await;
}

/// More than are woken at once: those who can go on are woken all the same.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn timers_go_off_whatever_stands_still_before_them() {
    let world = World::start_bundle(bundle_of_text(QUIET), |options| options).await;
    assert_eq!(world.post("old", json!({ "id": "1", "text": "hello" })).await.0, 200);
    set_format(&world, FORMAT_VERSION - 1);
    let many = |store: &Path| {
        let db = rusqlite::Connection::open(store).unwrap();
        let copied = db.execute(
            "WITH RECURSIVE n (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < 1500)
             INSERT INTO sessions SELECT 'old-' || n, bundle, record, seq, reply_seq, wake_at_ms,
             calling, updated_ms, messages, sum FROM sessions, n",
            [],
        );
        assert_eq!(copied.unwrap(), 1500);
    };
    let other = QUIET.replace("Hello.", "Good day.");
    let world = world.restart_after(many, Some(bundle_of_text(&other)), |options| options).await;
    world.clock.advance_ms(1_000);
    assert_eq!(world.say_plain("new", "1", "hello").await.len(), 1);
    // Nobody is in memory any more.
    let world = world.restart().await;
    world.clock.advance_ms(120_000);
    let until = Instant::now() + Duration::from_secs(20);
    while world.server.dispatch().replies_after("new", 1).await.unwrap().is_empty() {
        assert!(Instant::now() < until, "the timer did not go off");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    world.server.stop().await;
}
