//! What is said as server-sent events, and page by page.

use std::time::Duration;

use flowright_tests::{ECHO, World, bundle_of_text, send};
use serde_json::{Value as Json, json};
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::TcpStream;

/// A client that listens.
struct Listener(BufReader<TcpStream>);

impl Listener {
    async fn open(world: &World, path: &str, header: &str) -> Self {
        let mut stream = TcpStream::connect(world.server.address).await.unwrap();
        let request = format!("GET {path} HTTP/1.1\r\nhost: x\r\n{header}\r\n");
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut this = Self(BufReader::new(stream));
        assert_eq!(this.line().await, "HTTP/1.1 200 OK");
        let mut kind = false;
        loop {
            let line = this.line().await;
            kind |= line == "content-type: text/event-stream";
            if line.is_empty() {
                break;
            }
        }
        assert!(kind);
        this
    }

    async fn line(&mut self) -> String {
        let mut line = String::new();
        let read = self.0.read_line(&mut line);
        tokio::time::timeout(Duration::from_secs(10), read).await.unwrap().unwrap();
        line.trim_end().to_owned()
    }

    /// The next events of a kind, with their ids and data.
    async fn next(&mut self, kind: &str, count: usize) -> Vec<(String, Json)> {
        let (mut seen, mut event, mut id) = (Vec::new(), String::new(), String::new());
        while seen.len() < count {
            let line = self.line().await;
            match line.split_once(": ") {
                Some(("event", name)) => (event, id) = (name.to_owned(), String::new()),
                Some(("id", number)) => number.clone_into(&mut id),
                Some(("data", data)) if event == kind => {
                    seen.push((id.clone(), serde_json::from_str(data).unwrap()));
                }
                _ => {}
            }
        }
        seen
    }

    /// Whether the body comes to its end.
    async fn ends(mut self) -> bool {
        let mut rest = Vec::new();
        let read = self.0.read_to_end(&mut rest);
        matches!(tokio::time::timeout(Duration::from_secs(10), read).await, Ok(Ok(_)))
    }
}

fn texts(events: &[(String, Json)]) -> Vec<(&str, &str)> {
    events.iter().map(|(id, data)| (id.as_str(), data["text"].as_str().unwrap())).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_said_is_heard_as_it_is_said_and_after_a_pause() {
    let world = World::start_bundle(bundle_of_text(ECHO), |o| o).await;
    world.say_plain("s", "1", "echo").await;
    let mut first = Listener::open(&world, "/v1/sessions/s/events", "").await;
    assert_eq!(texts(&first.next("reply", 1).await), [("1", "What?")]);
    assert_eq!(first.next("status", 1).await[0].1["status"], "bot");
    world.say_plain("s", "2", "one").await;
    assert_eq!(texts(&first.next("reply", 2).await), [("2", "1: one"), ("3", "What?")]);
    // One that comes again says what it has, as browsers do or in the address.
    let mut again = Listener::open(&world, "/v1/sessions/s/events", "last-event-id: 2\r\n").await;
    assert_eq!(texts(&again.next("reply", 1).await), [("3", "What?")]);
    let mut again = Listener::open(&world, "/v1/sessions/s/events?after=1", "").await;
    assert_eq!(texts(&again.next("reply", 1).await), [("2", "1: one")]);
    world.say_plain("s", "3", "human").await;
    assert_eq!(first.next("status", 1).await[0].1["status"], "handed_off");
    // Those who listen keep no server from going down.
    world.server.stop().await;
    assert!(first.ends().await && again.ends().await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn replies_are_read_page_by_page() {
    let world = World::start_bundle(bundle_of_text(ECHO), |o| o).await;
    world.say_plain("s", "0", "echo").await;
    for number in 1..=5 {
        world.say_plain("s", &number.to_string(), &format!("w{number}")).await;
    }
    let get = async |query: &str| {
        send(&world.url(&format!("/v1/sessions/s/replies{query}")), "GET", None, &[]).await
    };
    let (mut after, mut seen) = (0, Vec::new());
    loop {
        let (status, page) = get(&format!("?after={after}&limit=4")).await;
        assert_eq!(status, 200, "{page}");
        let replies = page["replies"].as_array().unwrap();
        seen.extend(replies.iter().map(|reply| reply["seq"].as_u64().unwrap()));
        if page["more"] == json!(false) {
            break;
        }
        assert_eq!(replies.len(), 4);
        after = *seen.last().unwrap();
    }
    assert_eq!(seen, (1..=11).collect::<Vec<_>>());
    let (_, all) = get("").await;
    assert_eq!(all["replies"].as_array().unwrap().len(), 11);
    for (query, detail) in [
        ("?limit=0", "from 1 to 1000"),
        ("?limit=1001", "from 1 to 1000"),
        ("?limit=x", "`limit`"),
        ("?after=-1", "`after`"),
        ("?after=9223372036854775808", "`after`"),
    ] {
        let (status, problem) = get(query).await;
        assert_eq!(status, 400, "{query}");
        assert!(problem["detail"].as_str().unwrap().contains(detail), "{problem}");
    }
    for path in ["replies", "events", "deliveries"] {
        let url = world.url(&format!("/v1/sessions/nobody/{path}"));
        assert_eq!(send(&url, "GET", None, &[]).await.0, 404, "{path}");
    }
    // An id may be written as browsers write it.
    world.say_plain("a:b@c", "1", "echo").await;
    let url = world.url("/v1/sessions/a%3Ab%40c/replies");
    assert_eq!(send(&url, "GET", None, &[]).await.1["session"], "a:b@c");
    let url = world.url("/v1/sessions/s/events?after=x");
    assert_eq!(send(&url, "GET", None, &[]).await.0, 400);
    let url = world.url("/v1/sessions/s/deliveries");
    let (status, none) = send(&url, "GET", None, &[]).await;
    assert_eq!((status, &none["deliveries"]), (200, &json!([])));
}
