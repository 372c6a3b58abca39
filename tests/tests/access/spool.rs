//! Messages that are acknowledged first and carried out later.

use std::sync::Arc;

use flowright_runtime::access::AccessError;
use flowright_runtime::service::Options;
use flowright_tests::{ECHO, World, bundle_of_text, send};
use serde_json::{Value as Json, json};

use super::outlet::Postbox;
use super::{envelope, outlets, until, world};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_is_carried_out_once_and_in_order_whatever_stops_the_server() {
    const MESSAGES: usize = 60;
    let mail = Arc::new(Postbox::default());
    let mut world = world(&mail).await;
    let senders = ["ann", "bob", "陈"];
    for sender in senders {
        world
            .server
            .access()
            .accept(envelope("api", sender, &id(sender, 0), "echo"))
            .await
            .unwrap();
    }
    for number in 1..=MESSAGES {
        for sender in senders {
            let message = envelope("api", sender, &id(sender, number), &format!("w{number}"));
            // As providers do who have missed the acknowledgement.
            for _ in 0..1 + number % 3 {
                world.server.access().accept(message.clone()).await.unwrap();
            }
        }
        if number % 20 == 7 {
            let again = Arc::clone(&mail);
            world = world.restart_as(move |o| Options { outlets: outlets(&again), ..o }).await;
        }
    }
    let all = 3 * (1 + 2 * MESSAGES);
    until("not all was said", async || mail.texts().len() >= all).await;
    until("some still wait", async || world.server.access().spool_sizes().await.unwrap() == (0, 0))
        .await;
    for sender in senders {
        let mut said = mail.texts_to(&format!("to {sender}"));
        // One that was taken just when the server stopped may be sent again.
        said.dedup();
        let mut expected = vec!["What?".to_owned()];
        for number in 1..=MESSAGES {
            expected.extend([format!("{number}: w{number}"), "What?".to_owned()]);
        }
        assert_eq!(said, expected, "{sender}");
    }
}

fn id(sender: &str, number: usize) -> String {
    // Ids are unique in the channel, not only for one sender.
    let hash = sender.bytes().fold(0, |sum, byte| sum * 31 + u64::from(byte));
    format!("{hash}-{number}")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_no_message_is_refused_and_what_no_session_takes_is_kept() {
    let mail = Arc::new(Postbox::default());
    let world = world(&mail).await;
    let access = world.server.access();
    let good = || envelope("api", "ann", "1", "hello");
    let long = "x".repeat(10_001);
    let mut nobody = good();
    nobody.from = None;
    for (envelope, cause) in [
        (envelope("api", "ann", "", "hello"), "its id"),
        (envelope("api", "ann", "a/b", "hello"), "its id"),
        (envelope("api", "ann", "1", " "), "empty"),
        (envelope("api", "ann", "1", &long), "longer than 10000"),
        (envelope("api", &"a".repeat(513), "1", "hello"), "512 bytes"),
        (nobody, "who writes"),
    ] {
        let refused = access.accept(envelope).await.unwrap_err();
        assert!(
            matches!(&refused, AccessError::BadEnvelope(why) if why.contains(cause)),
            "{refused}"
        );
    }
    assert_eq!(access.spool_sizes().await, Ok((0, 0)));
    // The bot declares nothing of its customers: nobody can vouch for a field.
    let profile = serde_json::json!({ "id": "C-1", "colour": "red" });
    access.accept(super::vouched(good(), &profile)).await.unwrap();
    until("it still waits", async || access.spool_sizes().await.unwrap() == (0, 1)).await;
    access.accept(envelope("api", "ann", "2", "echo")).await.unwrap();
    until("nothing was said", async || mail.texts().len() == 1).await;
    // An operator sees why, and has it tried again: with a bot that declares the field, it is taken.
    let spool = async |world: &World| send(&world.url("/admin/spool"), "GET", None, &[]).await.1;
    let shown = spool(&world).await;
    assert_eq!((&shown["waiting"], &shown["dead"]), (&json!(0), &json!(1)));
    let dead = &shown["dead_messages"][0];
    assert_eq!((&dead["channel"], &dead["message"]), (&json!("api"), &json!("1")));
    assert!(dead["cause"].as_str().unwrap().contains("`colour` is not a field"), "{shown}");
    let bot = bundle_of_text(&format!("customer {{ id: text  colour: text }}\n{ECHO}"));
    let again = Arc::clone(&mail);
    let with_mail = move |o| Options { outlets: outlets(&again), ..o };
    let world = world.restart_after(|_| {}, Some(bot), with_mail).await;
    let retry = async |id: &Json| {
        send(&world.url(&format!("/admin/spool/{id}/retry")), "POST", None, &[]).await.0
    };
    assert_eq!((retry(&json!(99)).await, retry(&dead["id"]).await), (404, 202));
    assert_eq!(retry(&dead["id"]).await, 404);
    until("it still waits", async || {
        let shown = spool(&world).await;
        shown["waiting"] == json!(0) && shown["dead"] == json!(0)
    })
    .await;
}
