//! Providers that are busy, forget tokens, take half of a reply; actions that hang.

use flowright_tests::World;
use serde_json::json;
use tokio::net::TcpListener;

use super::standin::StandIn;
use super::{SECRETS, path, requests, send, settings, shop, shop_with, until};

/// Replies that wait and that will never be sent.
async fn outbox(world: &World) -> (u64, u64) {
    world.server.dispatch().outbox_sizes().await.unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_is_busy_is_asked_again_not_before_it_wants() {
    let api = StandIn::start().await;
    let world = shop(&api).await;
    let error = json!({ "ok": false, "error_code": 429, "description": "Too Many Requests",
        "parameters": { "retry_after": 3600 } });
    api.says_once((429, Vec::new(), error));
    send(&world, "/webhooks/telegram", &requests("telegram")[0]).await;
    until(&world.clock, 0, "nothing was tried", async || api.asked().len() == 1).await;
    until(&world.clock, 0, "it does not wait", async || outbox(&world).await == (2, 0)).await;
    world.clock.advance_ms(3_500_000);
    tokio::time::sleep(std::time::Duration::from_millis(200)).await;
    assert_eq!(api.taken("telegram").len(), 0, "it wants to be left alone for an hour");
    until(&world.clock, 100_000, "it is not sent", async || api.taken("telegram").len() == 2).await;
    assert_eq!(outbox(&world).await.1, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_token_that_ended_is_asked_for_anew() {
    let api = StandIn::start().await;
    let world = shop(&api).await;
    let tokens =
        || api.asked().iter().filter(|a| a.path.starts_with("cgi-bin/stable_token")).count();
    send(&world, "/webhooks/wechat", &requests("wechat")[0]).await;
    until(&world.clock, 0, "it is not sent", async || api.taken("wechat").len() == 2).await;
    assert_eq!(tokens(), 1, "one token for all messages");
    api.ends_tokens();
    send(&world, "/webhooks/wechat", &requests("wechat")[1]).await;
    until(&world.clock, 0, "it is not sent", async || api.taken("wechat").len() == 3).await;
    assert_eq!(tokens(), 2);
    assert_eq!(outbox(&world).await, (0, 0));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_can_never_be_sent_is_shown_with_the_providers_words() {
    let api = StandIn::start().await;
    let world = shop(&api).await;
    let error = json!({ "error": { "message": "Re-engagement message", "code": 131047 } });
    api.says_once((400, Vec::new(), error));
    send(&world, "/webhooks/whatsapp", &requests("whatsapp")[0]).await;
    until(&world.clock, 100, "it is not given up", async || outbox(&world).await == (0, 1)).await;
    let letters = world.server.dispatch().dead_letters(1).await.unwrap();
    let shown = format!("{letters:?}");
    assert!(shown.contains("131047: Re-engagement message"), "{shown}");
    assert!(!shown.contains("t0ken"), "{shown}");
}

/// An answer that is lost makes no second message where the provider can tell: it has the same key.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lost_answer_makes_no_second_message() {
    let api = StandIn::start().await;
    let world = shop(&api).await;
    api.loses_next_answer();
    send(&world, "/hooks/line", &requests("line")[0]).await;
    until(&world.clock, 200, "it is not sent", async || {
        api.taken("line").len() == 2 && outbox(&world).await == (0, 0)
    })
    .await;
    let keys: Vec<String> =
        api.asked().iter().map(|asked| asked.header("x-line-retry-key").to_owned()).collect();
    assert_eq!(keys.len(), 3, "the first one was sent twice");
    assert_eq!(keys[0], keys[1]);
    assert_ne!(keys[1], keys[2]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_announced_and_cannot_be_fetched_is_announced_again() {
    let api = StandIn::start().await;
    let config = settings("http://127.0.0.1:9", SECRETS);
    let world = shop_with(&config, |options| options).await;
    let (status, answer) = send(&world, "/webhooks/wecom", &requests("wecom")[0]).await;
    assert_eq!(status, 503, "{answer}");
    assert!(api.asked().is_empty());
}

/// Whatever an action does, a provider is answered: 40 customers ask for something that never comes.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn intake_is_acknowledged_while_actions_hang() {
    let api = StandIn::start().await;
    // Takes connections, and says nothing.
    let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let desk = format!("http://{}", silent.local_addr().unwrap());
    let world = shop_with(&settings(&api.url(), SECRETS), |mut options| {
        options.variables.insert("DESK".to_owned(), desk.into());
        options
    })
    .await;
    // Telegram signs nothing: its updates can be made here.
    for customer in 1..=40 {
        let user = json!({ "id": customer, "is_bot": false, "first_name": "T" });
        let update = json!({ "update_id": customer, "message": { "message_id": 1, "date": 1_700_000_000,
            "text": "is it in stock", "chat": { "id": customer, "type": "private" }, "from": user } });
        let headers = json!([["x-telegram-bot-api-secret-token", "new-secret-27aa"]]);
        let request = json!({ "headers": headers, "body": update.to_string() });
        let (status, answer) = send(&world, &path("telegram"), &request).await;
        assert_eq!(status, 200, "{answer}");
    }
    assert!(api.taken("telegram").is_empty(), "nobody was answered by the action");
    let hanging = silent.accept().await.unwrap();
    drop(hanging);
}
