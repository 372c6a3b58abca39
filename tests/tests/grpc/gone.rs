//! Callers whose time is over or who went away: what was begun comes to its end once, what was not does
//! not begin, and nothing waits for them.

use std::time::{Duration, Instant};

use flowright_tests::World;
use tonic::{Code, Request};

use super::caller::{client, is_status, message, message_of, open, say, texts};
use super::echo;
use super::raw::{Raw, SEND, framed};

const TEXT: &str = "把订单12345改到6月20日交货";
const DONE: &str = "更新成功,新交货日为6月20日。";

/// The answer is late, the work is not lost: the same id gets it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_deadline_ends_the_waiting_and_not_the_work() {
    let world = World::start("order_change").await;
    let mut client = client(&world).await;
    world.crm.set_delay(Duration::from_millis(600));
    let mut request = Request::new(message_of("s", "1", TEXT, "C-1001"));
    request.set_timeout(Duration::from_millis(200));
    let late = client.send(request).await.unwrap_err();
    // Who of the two notices it first says it.
    assert!(matches!(late.code(), Code::DeadlineExceeded | Code::Cancelled), "{late:?}");
    world.crm.set_delay(Duration::ZERO);
    let answer = say(&client, message_of("s", "1", TEXT, "C-1001")).await.unwrap();
    assert!(answer.is_repeat && texts(&answer).contains(&DONE), "{answer:?}");
    assert_eq!(world.crm.data().audit.len(), 1);
}

/// The server's own account of it, with a client that has no clock of its own.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_server_counts_the_time_itself() {
    use prost::Message as _;
    let world = World::start("order_change").await;
    world.crm.set_delay(Duration::from_millis(1_000));
    let raw = Raw::open(&world).await;
    let headers = [("content-type", "application/grpc"), ("grpc-timeout", "150m")];
    let body = framed(&message_of("s", "1", TEXT, "C-1001").encode_to_vec());
    let late = raw.ask("POST", SEND, &headers, &body).await.unwrap();
    assert_eq!(late.grpc, Some(Code::DeadlineExceeded as i32));
    let first = flowright_access::v1::talk_request::Kind::Open(flowright_access::v1::TalkOpen {
        session: "t".to_owned(),
        ..Default::default()
    });
    let first = flowright_access::v1::TalkRequest { kind: Some(first) };
    // A stream whose caller keeps its side open; a reader that came to its end would end it.
    let mut requests = raw.requests.clone();
    let request = hyper::Request::post(format!("http://localhost{}", super::raw::TALK))
        .header("content-type", "application/grpc")
        .header("grpc-timeout", "150m")
        .body(())
        .unwrap();
    let (answer, mut sending) = requests.send_request(request, false).unwrap();
    sending.send_data(framed(&first.encode_to_vec()).into(), false).unwrap();
    let mut answer = answer.await.unwrap().into_body();
    while let Some(part) = answer.data().await {
        answer.flow_control().release_capacity(part.unwrap().len()).unwrap();
    }
    let trailers = answer.trailers().await.unwrap().unwrap();
    let late = (Code::DeadlineExceeded as i32).to_string();
    assert_eq!(trailers.get("grpc-status").unwrap(), &late);
    // The turn goes on without anybody.
    let until = Instant::now() + Duration::from_secs(30);
    while world.crm.data().audit.is_empty() {
        assert!(Instant::now() < until, "nobody carries it out");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// Callers go away at any moment of a call.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_caller_that_goes_away_leaves_nothing_half_done() {
    let world = World::start("order_change").await;
    world.crm.set_delay(Duration::from_millis(100));
    for (number, ms) in [0, 1, 5, 50, 150, 250, 350].into_iter().enumerate() {
        let session = format!("s{number}");
        // A connection each: it goes with its caller.
        let client = client(&world).await;
        let call = say(&client, message_of(&session, "1", TEXT, "C-1001"));
        let _ = tokio::time::timeout(Duration::from_millis(ms), call).await;
        drop(client);
        let client = super::caller::client(&world).await;
        let again = say(&client, message_of(&session, "1", TEXT, "C-1001")).await.unwrap();
        assert!(texts(&again).contains(&DONE), "{ms} ms: {again:?}");
        assert_eq!(again.turn, 1, "{ms} ms");
        assert_eq!(world.crm.data().audit.len(), number + 1, "{ms} ms: once each");
    }
}

/// Streams that are dropped take everything along that served them.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stream_that_is_dropped_is_listened_to_no_more() {
    let world = echo().await;
    let client = client(&world).await;
    let mut warm = open(&client, "warm", 0).await;
    warm.until(is_status).await;
    let tasks = || tokio::runtime::Handle::current().metrics().num_alive_tasks();
    let before = tasks();
    let mut streams = Vec::new();
    for number in 0..100 {
        let mut stream = open(&client, &format!("s{number}"), 0).await;
        stream.until(is_status).await;
        if number % 2 == 0 {
            stream.say("1", "echo");
        }
        streams.push(stream);
    }
    assert!(tasks() >= before + 100, "{before} {}", tasks());
    drop(streams);
    // The sessions stay in memory for a while, with a task each.
    let until = Instant::now() + Duration::from_secs(30);
    while tasks() > before + 110 {
        assert!(Instant::now() < until, "they are served still: {before} {}", tasks());
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    warm.say("1", "echo");
    assert_eq!(warm.until_ack("1").await.len(), 1);
    // What was on its way when its stream went is carried out.
    let again = say(&client, message("s0", "1", "echo")).await.unwrap();
    assert_eq!((again.turn, texts(&again)), (2, vec!["What?"]));
}
