//! What a code does not do: too late, too often, by guessing, for others.

use flowright_runtime::store::verify;
use serde_json::json;

use super::{ASKED, BOT, CONFIRMED, Site, WRONG, other_than, until};

const OFFERED: &str = "That code is no longer good. Shall I send a new one?";
/// A bot that takes anything for an address.
const OWN: &str = include_str!("own.flow");
const SENT: [&str; 1] = ["It is on its way."];
const TOO_MANY: [&str; 1] = ["Too many."];

/// What it answers to an address.
async fn raw(site: &Site, from: &str, id: &str, address: &str) -> Vec<String> {
    let said = site.say(from, &format!("{id}-a"), "take anything for an address").await;
    assert_eq!(said, ["Which?"]);
    site.say(from, &format!("{id}-b"), address).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn after_five_wrong_ones_a_new_one_is_needed() {
    let site = Site::start().await;
    assert_eq!(site.say("v", "1", "my mail is ann@x.example").await, [ASKED]);
    let code = site.code(1).await;
    let wrong = other_than(&code);
    for id in 2..6 {
        assert_eq!(site.say("v", &id.to_string(), &wrong).await, [WRONG, ASKED], "{id}");
    }
    assert_eq!(site.say("v", "6", &wrong).await, [OFFERED]);
    assert_eq!(site.say("v", "7", "yes").await, [ASKED]);
    let new = site.code(2).await;
    assert_ne!(new, code);
    // The one before is none any more.
    assert_eq!(site.say("v", "8", &code).await, [WRONG, ASKED]);
    let (a, b) = new.split_at(3);
    assert_eq!(site.say("v", "9", &format!("{a} {b}")).await, CONFIRMED);
    site.linked("ann@x.example").await;
    // The same message again has the same answer, and does nothing.
    let log = site.log("ann@x.example");
    assert_eq!(site.say("v", "9", &format!("{a} {b}")).await, CONFIRMED);
    assert_eq!(site.say("v", "6", &wrong).await, [OFFERED]);
    assert_eq!(site.log("ann@x.example"), log);
    site.sent(2).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn it_is_good_for_ten_minutes_and_once() {
    let site = Site::start().await;
    site.say("v", "1", "my mail is ann@x.example").await;
    let code = site.code(1).await;
    site.world.clock.advance_ms(10 * 60_000);
    assert_eq!(site.say("v", "2", &code).await, [OFFERED]);
    assert_eq!(site.say("v", "3", "yes").await, [ASKED]);
    let code = site.code(2).await;
    site.world.clock.advance_ms(10 * 60_000 - 1);
    assert_eq!(site.say("v", "4", &code).await, CONFIRMED);
    // Used once, it is no code of another conversation's, nor of the next question.
    assert_eq!(site.say("w", "1", "my mail is ann@x.example").await, [ASKED]);
    site.sent(3).await;
    assert_eq!(site.say("w", "2", &code).await, [WRONG, ASKED]);
    assert_eq!(site.say("v", "5", "my mail is ann@x.example").await, [ASKED]);
    site.sent(4).await;
    assert_eq!(site.say("v", "6", &code).await, [WRONG, ASKED]);
    assert_eq!(site.log("ann@x.example").len(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_takes_another_customers_address() {
    let site = Site::start().await;
    site.say_as("C-1", "1", "my mail is ann@x.example").await;
    let code = site.code(1).await;
    assert_eq!(site.say_as("C-1", "2", &code).await, CONFIRMED);
    let linked = site.linked("ann@x.example").await;
    // Until the code is right, nothing tells that somebody has the address.
    assert_eq!(site.say_as("C-2", "1", "my mail is ann@x.example").await, [ASKED]);
    let code = site.code(2).await;
    assert_eq!(site.say_as("C-2", "2", &other_than(&code)).await, [WRONG, ASKED]);
    let said = site.say_as("C-2", "3", &code).await;
    let taken = "That address is another customer's and cannot be confirmed here.";
    assert_eq!(said, [taken, "We go on here."]);
    assert_eq!(site.known("ann@x.example").unwrap(), linked);
    let log = site.log("ann@x.example");
    assert_eq!(log, [["linked", "C-1", "code"], ["refused", "C-2", "code"]]);
    // Her own again is hers.
    site.say_as("C-1", "3", "my mail is ann@x.example").await;
    let code = site.code(3).await;
    assert_eq!(site.say_as("C-1", "4", &code).await, CONFIRMED);
    assert_eq!(site.linked("ann@x.example").await, linked);
    // An address that was taken away from her may be another's.
    let split = json!({ "channel": "mail", "address": "ann@x.example" });
    let url = site.world.url("/admin/identities/split");
    assert_eq!(flowright_tests::send(&url, "POST", Some(split), &[]).await.0, 200);
    site.say_as("C-2", "4", "my mail is ann@x.example").await;
    let code = site.code(4).await;
    assert_eq!(site.say_as("C-2", "5", &code).await, CONFIRMED);
    assert_eq!(site.linked("ann@x.example").await[1], "C-2");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_mailbox_is_not_flooded() {
    let limits = "[customers]\ncodes_per_address = \"3\"\ncodes_per_conversation = \"2\"\n";
    let site = Site::start_as(OWN, limits, |o| o).await;
    assert_eq!(raw(&site, "v", "1", "ann@x.example").await, SENT);
    assert_eq!(raw(&site, "v", "2", "bob@x.example").await, SENT);
    assert_eq!(raw(&site, "v", "3", "bob@x.example").await, TOO_MANY);
    // From other conversations two more, whichever way the address is written.
    assert_eq!(raw(&site, "w", "1", "ANN@x.example").await, SENT);
    assert_eq!(raw(&site, "w", "2", "ann@X.EXAMPLE").await, SENT);
    assert_eq!(raw(&site, "x", "1", "Ann@x.example").await, TOO_MANY);
    assert_eq!(raw(&site, "x", "2", "bob@x.example").await, SENT);
    site.sent(5).await;
    // The count goes over a restart, and is over after an hour.
    let site = site.restart().await;
    assert_eq!(raw(&site, "y", "1", "ann@x.example").await, TOO_MANY);
    site.world.clock.advance_ms(3_600_000 - 1);
    assert_eq!(raw(&site, "y", "2", "ann@x.example").await, TOO_MANY);
    site.world.clock.advance_ms(1);
    assert_eq!(raw(&site, "y", "3", "ann@x.example").await, SENT);
    site.sent(6).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_no_address_is_sent_nothing() {
    let site = Site::start_as(OWN, "", |o| o).await;
    for (number, none) in [
        "ann@x.example\r\nBcc: bob@x.example",
        "ann@x.example\nBcc: bob@x.example",
        "ann@x.example, bob@x.example",
        "Ann <ann@x.example>",
        "ann@x.example>",
        "ann",
        "@x.example",
        "\"a b\"@x.example",
        "ann@[127.0.0.1]",
    ]
    .iter()
    .enumerate()
    {
        let said = raw(&site, &format!("v{number}"), "1", none).await;
        assert_eq!(said, ["That is none."], "{none:?}");
    }
    assert_eq!(raw(&site, "v", "1", "ann@x.example").await, SENT);
    let mails = site.sent(1).await;
    assert_eq!(mails[0].header("to"), Some("ann@x.example"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_a_mail_server_it_is_told_and_nothing_waits() {
    let site = Site::start_as(BOT, "", |options| flowright_runtime::service::Options {
        outlets: Default::default(),
        ..options
    })
    .await;
    let said = site.say("v", "1", "my mail is ann@x.example").await;
    assert_eq!(said, ["Addresses cannot be confirmed at the moment.", "We go on here."]);
    let outbox = site.world.server.dispatch().outbox_sizes().await.unwrap();
    assert_eq!(outbox, (0, 0));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_code_that_is_damaged_is_none() {
    let site = Site::start().await;
    site.say("v", "1", "my mail is ann@x.example").await;
    let code = site.code(1).await;
    site.db().execute("UPDATE codes SET expires_at_ms = expires_at_ms + 1", []).unwrap();
    let report = verify(&site.world.store).unwrap();
    assert!(report.faults.iter().any(|fault| fault.starts_with("a code of the")), "{report:?}");
    let said = site.say("v", "2", &code).await;
    assert_eq!(said, ["Addresses cannot be confirmed at the moment.", "We go on here."]);
    assert_eq!(site.known("ann@x.example"), None);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn after_a_day_nothing_is_known_of_it() {
    let site = Site::start().await;
    site.say("v", "1", "my mail is ann@x.example").await;
    let code = site.code(1).await;
    let count = || {
        let db = site.db();
        db.query_row("SELECT count(*) FROM codes", [], |row| row.get::<_, i64>(0)).unwrap()
    };
    assert_eq!(count(), 1);
    until("the code is kept", async || {
        site.world.clock.advance_ms(3_600_000);
        count() == 0
    })
    .await;
    assert_eq!(site.say("v", "2", &code).await, [OFFERED]);
}
