//! What becomes of replies that are not taken at once.

use flowright_access::email::smtp::Outcome;
use flowright_access::v1::DeliveryStage;

use super::smarthost::Smarthost;
use super::{mail_address, raw, sent, until, world};

const MAIL: [&[u8]; 5] = [
    b"EHLO x\r\n",
    b"MAIL FROM:<ann@x.example>\r\n",
    b"RCPT TO:<support@acme.example>\r\n",
    b"DATA\r\n",
    b"From: ann@x.example\r\n\r\necho\r\n.\r\n",
];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_reply_is_sent_again_with_the_same_id() {
    let smarthost = Smarthost::start().await;
    let world = world(smarthost.address, "").await;
    smarthost.answer_next([Outcome::Again, Outcome::Again]);
    let told = raw(mail_address(&world), &MAIL).await;
    assert!(told.contains("250 2.0.0 taken"), "{told}");
    until("it was not sent", async || {
        world.clock.advance_ms(1_000);
        !smarthost.mails().is_empty()
    })
    .await;
    sent(&smarthost, 1).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_servers_no_is_shown() {
    let smarthost = Smarthost::start().await;
    let world = world(smarthost.address, "").await;
    smarthost.answer_next([Outcome::Refused("no such user".to_owned())]);
    raw(mail_address(&world), &MAIL).await;
    let dispatch = world.server.dispatch();
    until("it is not dead", async || dispatch.outbox_sizes().await.unwrap() == (0, 1)).await;
    let letter = &dispatch.dead_letters(1).await.unwrap()[0];
    let known = world.server.access().deliveries(&letter.session).await.unwrap();
    assert_eq!(known[0].stage(), DeliveryStage::Failed);
    assert!(known[0].cause.contains("no such user"), "{}", known[0].cause);
    // Revived, it is one message, whatever was said before.
    assert!(dispatch.revive(letter.id).await.unwrap());
    sent(&smarthost, 1).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_smarthost_that_is_not_there_is_waited_for() {
    let smarthost = Smarthost::start().await;
    let gone = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = gone.local_addr().unwrap();
    drop(gone);
    let world = world(address, "").await;
    raw(mail_address(&world), &MAIL).await;
    let dispatch = world.server.dispatch();
    until("nothing waits", async || dispatch.outbox_sizes().await.unwrap() == (1, 0)).await;
    drop(smarthost);
}
