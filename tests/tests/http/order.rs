//! Messages of a session come over two channels at once while its timers go off: each channel's are
//! carried out in the order in which they came, a turn at a time, and nobody hears of an error.

use std::sync::Arc;
use std::time::Duration;

use flowright_runtime::dispatch::StoredReply;
use flowright_tests::seeds::{Random, is_long, seed};
use flowright_tests::{World, bundle_of_text};
use futures_util::StreamExt as _;
use serde_json::Value as Json;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio_tungstenite::tungstenite::Message;

use super::once::bot;
use super::plain::{Plain, message};
use super::sockets::{Socket, open, say};

/// Messages of a session: half of them over each channel.
const PER_SESSION: usize = 50;
const PER_CHANNEL: usize = PER_SESSION / 2;
/// Messages that a sender has under way on one connection.
const AHEAD_MAX: usize = 8;
/// Sessions that are talked to at once.
const SESSIONS_AT_ONCE: usize = 500;
const PATIENCE: Duration = Duration::from_secs(120);

/// Sends messages one after the other without waiting for their answers, a few at a time.
async fn send_rest(world: &World, session: &str, mut random: Random) {
    let mut plain = Plain::new(world.server.address);
    let mut next = 1;
    while next <= PER_CHANNEL {
        let last = (next + random.below(AHEAD_MAX)).min(PER_CHANNEL);
        let requests = (next..=last).flat_map(|number| rest_message(session, number));
        plain.send(&requests.collect::<Vec<u8>>()).await.unwrap();
        for number in next..=last {
            let answer = tokio::time::timeout(PATIENCE, plain.answer()).await;
            let (status, body) = answer.unwrap().unwrap();
            if status == 429 {
                repeat(world, session, number).await;
                continue;
            }
            assert_eq!(status, 200, "{session} r{number}: {body}");
            let answer: Json = serde_json::from_str(&body).unwrap();
            let says = texts_of(&answer);
            assert!(says.contains(&format!("end of r{number}")), "{session} r{number}: {body}");
        }
        next = last + 1;
    }
}

fn rest_message(session: &str, number: usize) -> Vec<u8> {
    message(session, &format!("r{number}"), &format!("r{number}"))
}

/// A message that found the mailbox full is sent again.
async fn repeat(world: &World, session: &str, number: usize) {
    let mut plain = Plain::new(world.server.address);
    loop {
        match plain.ask(&rest_message(session, number)).await.unwrap() {
            (200, _) => return,
            (429, _) => tokio::time::sleep(Duration::from_millis(20)).await,
            (status, body) => panic!("{session} r{number}: {status}: {body}"),
        }
    }
}

fn texts_of(answer: &Json) -> Vec<String> {
    let replies = answer.get("replies").unwrap().as_array().unwrap();
    replies.iter().map(|reply| reply.get("text").unwrap().as_str().unwrap().to_owned()).collect()
}

/// The same over a WebSocket. What it was sent, from the first reply on.
async fn send_socket(mut socket: Socket, session: &str, mut random: Random) -> Vec<u64> {
    let (mut next, mut acks, mut seqs) = (1, 0, Vec::new());
    while acks < PER_CHANNEL {
        if next == acks + 1 {
            let last = (next + random.below(AHEAD_MAX)).min(PER_CHANNEL);
            for number in next..=last {
                say(&mut socket, &format!("w{number}"), &format!("w{number}")).await;
            }
            next = last + 1;
        }
        let got = tokio::time::timeout(PATIENCE, socket.next()).await.unwrap().unwrap().unwrap();
        let Message::Text(text) = got else { continue };
        let document: Json = serde_json::from_str(text.as_str()).unwrap();
        match document.get("type").and_then(Json::as_str).unwrap() {
            "reply" => seqs.push(document.get("seq").unwrap().as_u64().unwrap()),
            "ack" => {
                acks += 1;
                assert_eq!(document.get("id").unwrap(), &format!("w{acks}"), "{session}");
            }
            "error" => {
                let problem = document.get("problem").unwrap();
                assert_eq!(problem.get("status").unwrap(), 429, "{session}: {problem}");
                let id = document.get("id").unwrap().as_str().unwrap().to_owned();
                tokio::time::sleep(Duration::from_millis(20)).await;
                say(&mut socket, &id, &id).await;
            }
            _ => {}
        }
    }
    seqs
}

/// One session's conversation, from its greeting to its last answer.
async fn converse(world: Arc<World>, session: String, seed: u64) {
    world.say_plain(&session, "begin", "echo").await;
    let socket = open(&world, &format!("session={session}")).await;
    let (rest, page) = tokio::join!(
        send_rest(&world, &session, Random::new(seed)),
        send_socket(socket, &session, Random::new(seed ^ 1)),
    );
    let () = rest;
    assert!(page.iter().zip(1..).all(|(seq, expected)| *seq == expected), "{session}: {page:?}");
    let said = world.server.dispatch().replies_after(&session, 0).await.unwrap();
    check(&session, &said);
}

/// What was said is what the messages call for, in their order.
fn check(session: &str, said: &[StoredReply]) {
    let shown = || {
        let line = |reply: &StoredReply| format!("{} {}", reply.turn, reply.reply.text);
        said.iter().map(line).collect::<Vec<_>>()
    };
    assert!(said.is_sorted_by_key(|reply| reply.turn), "{session}: {:?}", shown());
    let mut count = 0;
    for (at, reply) in said.iter().enumerate() {
        let Some((number, words)) = reply.reply.text.split_once(": ") else { continue };
        count += 1;
        assert_eq!(number.parse(), Ok(count), "{session}: {:?}", shown());
        // The two parts of a turn, with nothing between them.
        let next = said.get(at + 1).unwrap();
        assert_eq!(next.reply.text, format!("end of {words}"), "{session}: {:?}", shown());
        assert_eq!(next.turn, reply.turn, "{session}: {:?}", shown());
    }
    for channel in ["r", "w"] {
        let prefix = format!("end of {channel}");
        let order: Vec<usize> = said
            .iter()
            .filter_map(|reply| reply.reply.text.strip_prefix(&prefix)?.parse().ok())
            .collect();
        assert_eq!(order, (1..=PER_CHANNEL).collect::<Vec<_>>(), "{session}: {:?}", shown());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_channel_keeps_its_order() {
    let seed = seed("order");
    let sessions = if is_long() { 10_000 } else { 200 };
    let world = World::start_bundle(bundle_of_text(&bot()), |options| options).await;
    let world = Arc::new(world);
    let places = Arc::new(Semaphore::new(SESSIONS_AT_ONCE));
    let mut talks = JoinSet::new();
    for number in 0..sessions {
        let (world, places) = (Arc::clone(&world), Arc::clone(&places));
        talks.spawn(async move {
            let _place = places.acquire().await.unwrap();
            let session = format!("session-{number:0>12}");
            converse(world, session, seed.wrapping_add(number as u64)).await;
        });
    }
    // Timers go off meanwhile: two minutes pass every 30 ms.
    let clock = Arc::clone(&world.clock);
    let ticking = tokio::spawn(async move {
        loop {
            clock.advance_ms(120_000);
            tokio::time::sleep(Duration::from_millis(30)).await;
        }
    });
    while let Some(talk) = talks.join_next().await {
        talk.unwrap();
    }
    ticking.abort();
    let mut silences = 0;
    for number in 0..sessions {
        let session = format!("session-{number:0>12}");
        let said = world.server.dispatch().replies_after(&session, 0).await.unwrap();
        silences += said.iter().filter(|reply| reply.reply.text == "Are you there?").count();
    }
    println!("{silences} timers went off");
    assert!(silences > sessions, "timers went off among the messages: {silences}");
}
