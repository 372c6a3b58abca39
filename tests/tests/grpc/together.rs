//! Many callers at once: each message is carried out once, and each stream hears its own.

use std::sync::Arc;

use flowright_tests::World;
use futures_util::future::join_all;
use tokio::task::JoinSet;

use super::caller::{Client, client, is_status, message, open, say, texts};
use super::echo;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_message_sent_by_many_is_carried_out_once() {
    let world = World::start("order_change").await;
    let mut clients = Vec::new();
    for _ in 0..4 {
        clients.push(client(&world).await);
    }
    let text = "把订单12345改到6月20日交货";
    let calls = (0..40).map(|number| {
        let client = clients.get(number % 4).unwrap();
        say(client, super::caller::message_of("s", "m", text, "C-1001"))
    });
    let answers: Vec<_> = join_all(calls).await.into_iter().map(Result::unwrap).collect();
    let first: Vec<_> = answers.iter().filter(|answer| !answer.is_repeat).collect();
    assert_eq!(first.len(), 1);
    for answer in &answers {
        assert_eq!(answer.replies, first.first().unwrap().replies);
    }
    assert_eq!(world.crm.data().audit.len(), 1);
}

/// One conversation on a stream of its own, ten messages ahead.
async fn converse(client: Client, session: String) {
    let mut stream = open(&client, &session, 0).await;
    let mut seen = super::caller::replies(&stream.until(is_status).await);
    stream.say("begin", "echo");
    seen.extend(stream.until_ack("begin").await);
    let ids: Vec<String> = (1..=10).map(|number| format!("m{number}")).collect();
    for id in &ids {
        stream.say(id, &format!("{session}-{id}"));
    }
    let mut seqs: Vec<u64> = seen.iter().map(|(seq, _)| *seq).collect();
    for (id, number) in ids.iter().zip(1..) {
        let seen = stream.until_ack(id).await;
        let said: Vec<&str> = seen.iter().map(|(_, text)| text.as_str()).collect();
        assert_eq!(said, [format!("{number}: {session}-{id}").as_str(), "What?"]);
        seqs.extend(seen.iter().map(|(seq, _)| *seq));
    }
    assert!(seqs.iter().zip(1..).all(|(seq, expected)| *seq == expected), "{seqs:?}");
    let (_, ended) = stream.finish().await;
    ended.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_streams_share_a_connection() {
    let world = Arc::new(echo().await);
    let mut talks = JoinSet::new();
    for connection in 0..2 {
        let client = client(&world).await;
        for number in 0..150 {
            talks.spawn(converse(client.clone(), format!("c{connection}-{number}")));
        }
    }
    while let Some(talk) = talks.join_next().await {
        talk.unwrap();
    }
    let said = say(&client(&world).await, message("c0-0", "m10", "again")).await.unwrap();
    assert_eq!((said.is_repeat, texts(&said).len()), (true, 2));
}
