//! Which conversation it is afterwards, and whose.

use flowright_runtime::clients::{Client, Clients, Right};
use flowright_runtime::service::Options;
use flowright_tests::{send, texts};
use serde_json::{Value as Json, json};

use super::{ASKED, BOT, CONFIRMED, Site, WRONG};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_mail_began_goes_on_in_the_customers_conversation() {
    let site = Site::start().await;
    site.mail("ann@x.example", "1", "I like a colour", true).await;
    assert_eq!(site.sent(1).await[0].body.trim_end(), "Which colour?");
    site.mail("ann@x.example", "2", "red", true).await;
    site.sent(2).await;
    let [before, ..] = site.known("ann@x.example").unwrap();
    assert_eq!(site.say_as("C-1", "1", "my mail is ann@x.example").await, [ASKED]);
    let code = site.code(3).await;
    assert_eq!(site.say_as("C-1", "2", &code).await, CONFIRMED);
    let [session, customer, proof] = site.linked("ann@x.example").await;
    assert_eq!([customer, proof], ["C-1", "code"]);
    assert_ne!(session, before);
    assert_eq!(site.log("ann@x.example"), [["met", "", ""], ["merged", "C-1", "code"]]);
    let said = site.say_as("C-1", "3", "what did I tell you").await;
    assert_eq!(said, ["You are C-1.", "It is red."]);
    site.mail("ann@x.example", "3", "what did I tell you", true).await;
    let mails = site.sent(5).await;
    let said: Vec<&str> = mails[3..].iter().map(|mail| mail.body.trim_end()).collect();
    assert_eq!(said, ["You are C-1.", "It is red."]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_who_ask_for_one_address_have_a_code_each_and_are_one_when_both_are_right() {
    let site = Site::start().await;
    site.say("v", "0", "I like a colour").await;
    site.say("v", "0b", "black").await;
    assert_eq!(site.say("v", "1", "my mail is ann@x.example").await, [ASKED]);
    let of_v = site.code(1).await;
    assert_eq!(site.say("w", "1", "my mail is ann@x.example").await, [ASKED]);
    let of_w = site.code(2).await;
    assert_ne!(of_v, of_w);
    assert_eq!(site.say("w", "2", &of_v).await, [WRONG, ASKED]);
    assert_eq!(site.say("v", "2", &of_v).await, CONFIRMED);
    let [first, ..] = site.linked("ann@x.example").await;
    assert_eq!(site.say("w", "3", &of_w).await, CONFIRMED);
    let [second, ..] = site.linked("ann@x.example").await;
    assert_ne!(first, second);
    // Both read the mailbox: what one of them said is known to the other.
    assert_eq!(site.say("w", "4", "what did I tell you").await, ["It is black."]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whose_address_the_records_know_is_that_customer() {
    let records = "customer {\n  from get \"{env.CRM_URL}/customers/{id}\" { timeout 2s }\n  \
                   find on mail get \"{env.CRM_URL}/customers?email={address}\" { timeout 2s }\n";
    let site = Site::start_as(&BOT.replace("customer {", records), "", |o| o).await;
    let address = "li.wei@hongda.example";
    let asked = format!("What are the six digits of the code that I sent to {address}?");
    assert_eq!(site.say("v", "1", &format!("my mail is {address}")).await, [asked]);
    let code = site.code(1).await;
    assert_eq!(site.say("v", "2", &code).await.len(), 2);
    let [session, customer, proof] = site.linked(address).await;
    assert_eq!([customer.as_str(), proof.as_str()], ["C-1001", "code"]);
    // She is known at once, and so is who comes with her id.
    let said = site.say("v", "3", "what did I tell you").await;
    assert_eq!(said, ["You are C-1001.", "Nothing."]);
    let body = json!({ "id": "x", "customer": { "id": "C-1001" }, "text": "what did I tell you" });
    assert_eq!(site.post(body).await.0, session);
}

/// A flow that writes by mail, if it can.
const LETTER: &str = r#"
intent letter {
  en "put it in writing", "I want that in writing", "send it in writing", "in writing please", "write it down for me"
  zh "请书面确认", "发一封信", "写下来给我", "我要书面的", "书面发给我"
}

flow letter {
  on intent letter
  state start {
    when reachable on mail {
      say on mail { en "As agreed."  zh "如约。" }
      say { en "It is in your mailbox."  zh "已发到您的邮箱。" }
      end resolved
    }
    say { en "Where to?"  zh "发到哪里?" }
    end unresolved
  }
}
"#;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_said_on_the_channel_goes_to_the_confirmed_address() {
    let site = Site::start_as(&format!("{BOT}{LETTER}"), "", |options| options).await;
    assert_eq!(site.say_as("C-1", "1", "put it in writing").await, ["Where to?"]);
    assert_eq!(site.say_as("C-1", "2", "my mail is ann@x.example").await, [ASKED]);
    let code = site.code(1).await;
    assert_eq!(site.say_as("C-1", "3", &code).await, CONFIRMED);
    site.linked("ann@x.example").await;
    let said = site.say_as("C-1", "4", "put it in writing").await;
    assert_eq!(said, ["As agreed.", "It is in your mailbox."]);
    let mails = site.sent(2).await;
    assert_eq!(mails[1].body.trim_end(), "As agreed.");
    assert!(site.smarthost.mails()[1].channels.iter().any(|to| to == "ann@x.example"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_client_that_names_its_conversations_stays_in_them() {
    let site = Site::start().await;
    site.say_as("C-1", "1", "my mail is ann@x.example").await;
    let code = site.code(1).await;
    site.say_as("C-1", "2", &code).await;
    let [hers, ..] = site.linked("ann@x.example").await;
    let say = async |id: &str, text: &str| {
        texts(&site.world.post("ticket-17", json!({ "id": id, "text": text })).await.1)
    };
    assert_eq!(say("1", "my mail is ann@x.example").await, [ASKED]);
    let code = site.code(2).await;
    assert_eq!(say("2", &code).await, CONFIRMED);
    assert_eq!(site.linked("ann@x.example").await, [&*hers, "C-1", "code"]);
    // It knows who she is; what was said elsewhere is not in it.
    assert_eq!(say("3", "I like a colour").await, ["Which colour?"]);
    assert_eq!(say("4", "white").await, ["Noted."]);
    assert_eq!(say("5", "what did I tell you").await, ["You are C-1.", "It is white."]);
    let said = site.say_as("C-1", "3", "what did I tell you").await;
    assert_eq!(said, ["You are C-1.", "Nothing."]);
}

/// What it names is kept as an address of its channel from the first message on.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn so_does_a_client_that_is_kept_to_a_channel() {
    let key = |name: &str| format!("{name}-key-{}", "x".repeat(32));
    let client = |name: &str, channels: Option<Vec<String>>| {
        let rights = Right::ALL.into_iter().collect();
        (Client { name: name.to_owned(), rights, channels }, vec![key(name).into()])
    };
    let kept = Some(vec!["api".to_owned()]);
    let clients = Clients::new(vec![client("all", None), client("desk", kept)]);
    let site = Site::start_as(BOT, "", |o| Options { clients, ..o }).await;
    let say = async |name: &str, path: &str, body: Json| {
        let bearer = format!("Bearer {}", key(name));
        let url = site.world.url(path);
        let (status, answer) = send(&url, "POST", Some(body), &[("authorization", &bearer)]).await;
        assert_eq!(status, 200, "{answer}");
        texts(&answer)
    };
    let hers = async |id: &str, text: &str| {
        let body = json!({ "id": id, "customer": { "id": "C-1" }, "text": text });
        say("all", "/v1/messages", body).await
    };
    let desk = async |id: &str, text: &str| {
        let body = json!({ "id": id, "text": text });
        say("desk", "/v1/sessions/ticket-17/messages", body).await
    };
    assert_eq!(hers("1", "my mail is ann@x.example").await, [ASKED]);
    let code = site.code(1).await;
    assert_eq!(hers("2", &code).await, CONFIRMED);
    let [session, ..] = site.linked("ann@x.example").await;
    assert_eq!(desk("1", "I like a colour").await, ["Which colour?"]);
    assert_eq!(desk("2", "grey").await, ["Noted."]);
    assert_eq!(desk("3", "my mail is ann@x.example").await, [ASKED]);
    let code = site.code(2).await;
    assert_eq!(desk("4", &code).await, CONFIRMED);
    assert_eq!(site.linked("ann@x.example").await, [&*session, "C-1", "code"]);
    assert_eq!(desk("5", "what did I tell you").await, ["You are C-1.", "It is grey."]);
    assert_eq!(hers("3", "what did I tell you").await, ["You are C-1.", "Nothing."]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_restart_between_sending_and_checking_changes_nothing() {
    let site = Site::start().await;
    site.say("v", "1", "my mail is ann@x.example").await;
    let code = site.code(1).await;
    let site = site.restart().await;
    // The same message again sends nothing again.
    assert_eq!(site.say("v", "1", "my mail is ann@x.example").await, [ASKED]);
    assert_eq!(site.say("v", "2", &code).await, CONFIRMED);
    let site = site.restart().await;
    assert_eq!(site.say("v", "2", &code).await, CONFIRMED);
    site.linked("ann@x.example").await;
    assert_eq!(site.sent(1).await.len(), 1);
    assert_eq!(site.log("ann@x.example").len(), 1);
}
