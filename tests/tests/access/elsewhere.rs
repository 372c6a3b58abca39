//! What a flow says on a messenger of its choice, while the customer writes by another system: to where
//! she wrote from there, as long as it takes a message, and without waiting for anything on another channel.

use std::sync::Arc;

use flowright_engine::model::{Command, Contact, Event, Reply};
use flowright_engine::open_session;
use flowright_runtime::access::{Outlets, Sent};
use flowright_runtime::service::Options;
use flowright_runtime::store::{
    AccessStore as _, Claim, Commit, Deliver, Durability, HeldChange, Proven, SqliteOptions,
    SqliteStore, Store as _,
};
use flowright_runtime::telemetry::Metrics;
use flowright_tests::{Fresh, World, bundle_of_text, load};
use serde_json::json;

use super::outlet::Postbox;
use super::{envelope, until, vouched};

const HOUR_MS: i64 = 3_600_000;

/// A server that sends on these two channels.
async fn world(shop: &Arc<Postbox>, api: &Arc<Postbox>) -> World {
    let bundle = bundle_of_text(include_str!("../elsewhere/bot.flow"));
    let outlets = [("shop", shop), ("api", api)]
        .map(|(name, postbox)| (name.to_owned(), Arc::<Postbox>::clone(postbox) as _));
    World::start_bundle(bundle, move |o| Options { outlets: Outlets::from(outlets), ..o }).await
}

/// The customer writes.
async fn says(world: &World, channel: &str, from: &str, id: &str, text: &str) -> Vec<String> {
    let message = vouched(envelope(channel, from, id, text), &json!({ "id": "C-1001" }));
    let answered = world.server.access().carry_out(message).await.unwrap();
    let said = |r: &flowright_runtime::dispatch::StoredReply| match &r.reply.on {
        Some(on) => format!("{on}: {}", r.reply.text),
        None => r.reply.text.clone(),
    };
    answered.answer.replies.iter().map(said).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_messenger_gets_it_where_she_wrote_from_as_long_as_it_takes_a_message() {
    let (shop, api) = (Arc::new(Postbox::default()), Arc::new(Postbox::default()));
    let world = world(&shop, &api).await;
    let ask = "send me a receipt";
    let none = ["Your receipt has the number 4711."];
    assert_eq!(says(&world, "api", "crm", "1", ask).await, none);
    assert_eq!(says(&world, "shop", "4711", "2", "hello").await, ["Hello."]);
    let there = ["shop: Receipt 4711", "It is on your phone."];
    assert_eq!(says(&world, "api", "crm", "3", ask).await, there);
    assert_eq!(says(&world, "api", "crm", "3", ask).await, there, "the same message again");
    until("it is not sent", async || api.texts().len() == 2 && shop.texts().len() == 2).await;
    let sent = |text: &str| ("to 4711".to_owned(), text.to_owned());
    assert_eq!(shop.texts(), [sent("Hello."), sent("Receipt 4711")]);
    assert_eq!(
        api.texts_to("to crm"),
        ["Your receipt has the number 4711.", "It is on your phone."]
    );
    assert_eq!(shop.channels(), ["", "shop"]);
    // She has not written there for a day.
    world.clock.advance_ms(24 * HOUR_MS);
    assert_eq!(says(&world, "api", "crm", "4", ask).await, none);
    assert_eq!(says(&world, "shop", "4711", "5", "hello").await, ["Hello."]);
    assert_eq!(says(&world, "api", "crm", "6", ask).await, there);
    // Where nothing is sent on the channel any more, it is said where she writes.
    let world = world.restart().await;
    assert_eq!(says(&world, "api", "crm", "7", ask).await, none);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_waits_on_one_channel_keeps_nothing_on_another_back() {
    let (shop, api) = (Arc::new(Postbox::default()), Arc::new(Postbox::default()));
    let world = world(&shop, &api).await;
    says(&world, "shop", "4711", "1", "hello").await;
    until("it is not sent", async || shop.texts().len() == 1).await;
    let again = Sent::Again { cause: "busy".to_owned(), after_ms: Some(HOUR_MS) };
    shop.answer_next(again);
    says(&world, "api", "crm", "2", "send me a receipt").await;
    until("it waits with the other", async || api.texts().len() == 1).await;
    says(&world, "api", "crm", "3", "send me a receipt").await;
    until("it waits with the other", async || api.texts().len() == 2).await;
    // On its own channel it keeps its place.
    assert_eq!(shop.texts().len(), 1);
    until("more waits than the two", async || {
        world.server.dispatch().outbox_sizes().await.unwrap() == (2, 0)
    })
    .await;
    until("it is not sent", async || {
        world.clock.advance_ms(60_000);
        shop.texts().len() == 3
    })
    .await;
}

/// An address may be taken away from her while a step is carried out: the commit itself looks once more.
#[tokio::test]
async fn what_is_not_hers_any_more_when_it_is_kept_is_never_sent() {
    let program = load(&bundle_of_text(include_str!("../elsewhere/bot.flow")), false).unwrap();
    let path = Fresh::new("store.sqlite");
    let options = SqliteOptions { inline: true, ..SqliteOptions::new(Durability::ProcessOnly) };
    let store = SqliteStore::open(&path, &options, Arc::new(Metrics::default())).unwrap();
    let claim = Claim {
        channel: "mail".to_owned(),
        address: "ann".to_owned(),
        customer: Some(("C-1001".to_owned(), Proven::Token)),
        session: "hers".to_owned(),
        begun: false,
        joined: false,
        at_ms: 0,
    };
    store.identify(claim).await.unwrap();
    for (id, body) in [("hers", ",\"to\":\"ann\",\"reply_to\":\"to ann\"}"), ("another", "}}")] {
        let mut session = open_session(&program, id, "web", None, 0);
        session.contacts = vec![Contact {
            channel: "mail".to_owned(),
            address: "ann".to_owned(),
            reply_to: Some("to ann".to_owned()),
            heard_at_ms: 0,
        }];
        let on = Some("mail".to_owned());
        let commit = Commit {
            unanswered: None,
            session,
            seq: 1,
            replies_before: 0,
            messages_before: 0,
            at_ms: 0,
            event: Event::Opened { channel: "web".to_owned() },
            commands: vec![Command::Reply(Reply { text: "x".to_owned(), on, ..Reply::default() })],
            wake_at_ms: None,
            message_id: None,
            reply_to: None,
            settled: true,
            deliver: Deliver { elsewhere: ["mail".to_owned()].into(), ..Deliver::default() },
            held: HeldChange::Same,
        };
        store.commit(commit).await.unwrap();
        let item = store.outbox_due(0, 10, &[]).await.unwrap().pop().unwrap();
        assert_eq!((item.session.as_str(), item.channel.as_str()), (id, "mail"));
        assert!(item.body.ends_with(body), "{}", item.body);
    }
}
