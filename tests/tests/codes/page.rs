//! A visitor's page in the web chat.

use std::time::Duration;

use flowright_runtime::store::verify;
use flowright_tests::World;
use futures_util::{SinkExt as _, StreamExt as _};
use serde_json::{Value as Json, json};
use tokio::net::TcpStream;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;

use super::{ASKED, CONFIRMED, Site, is_in_store};

const PAGE: &str = "0123456789abcdef0123";

struct Page(WebSocketStream<TcpStream>);

impl Page {
    async fn open(world: &World) -> (Self, Vec<Json>) {
        let stream = TcpStream::connect(world.server.address).await.unwrap();
        let url = format!("ws://{}/chat?session={PAGE}", world.server.address);
        let (socket, _) = tokio_tungstenite::client_async(url, stream).await.unwrap();
        let mut page = Self(socket);
        let seen = page.until("status").await;
        (page, seen)
    }

    /// The next document; nothing but the code when the server closes.
    async fn next(&mut self) -> Result<Json, CloseCode> {
        loop {
            let next = tokio::time::timeout(Duration::from_secs(30), self.0.next()).await;
            match next.unwrap().unwrap().unwrap() {
                Message::Text(text) => return Ok(serde_json::from_str(&text).unwrap()),
                Message::Close(Some(frame)) => return Err(frame.code),
                _ => {}
            }
        }
    }

    async fn until(&mut self, kind: &str) -> Vec<Json> {
        let mut seen: Vec<Json> = Vec::new();
        while seen.last().is_none_or(|last| last["type"] != kind) {
            seen.push(self.next().await.unwrap());
        }
        seen
    }

    /// What is answered.
    async fn say(&mut self, id: &str, text: &str) -> Vec<String> {
        let message = json!({ "type": "message", "id": id, "text": text });
        self.0.send(Message::text(message.to_string())).await.unwrap();
        let seen = self.until("ack").await;
        self.until("status").await;
        said(&seen)
    }
}

fn said(seen: &[Json]) -> Vec<String> {
    let replies = seen.iter().filter(|seen| seen["type"] == "reply");
    replies.map(|reply| reply["text"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_visitor_confirms_her_address_and_goes_on_by_mail() {
    let site = Site::start().await;
    let (mut page, _) = Page::open(&site.world).await;
    assert_eq!(page.say("1", "I like a colour").await, ["Which colour?"]);
    assert_eq!(page.say("2", "blue").await, ["Noted."]);
    assert_eq!(page.say("3", "my mail is ann@x.example").await, [ASKED]);
    let code = site.code(1).await;
    // Nobody finds it in what the server keeps, before she says it herself.
    assert!(!is_in_store(&site.world.store, &code));
    assert_eq!(page.say("4", &format!("it is {code}")).await, CONFIRMED);
    assert_eq!(site.linked("ann@x.example").await, [PAGE, "", ""]);
    assert_eq!(site.log("ann@x.example"), [["linked", "", "code"]]);
    // A mail from there is the same conversation, with what was said in it; the page hears it, too.
    site.mail("ann@x.example", "1", "what did I tell you", true).await;
    let mails = site.sent(2).await;
    assert_eq!(mails[1].body.trim_end(), "It is blue.");
    assert_eq!(said(&page.until("reply").await), ["It is blue."]);
    // Who only claims to be her is in a conversation of his own.
    site.mail("ann@x.example", "2", "what did I tell you", false).await;
    assert_eq!(site.sent(3).await[2].body.trim_end(), "Nothing.");
    let report = verify(&site.world.store).unwrap();
    assert_eq!((report.is_whole(), report.count("codes")), (true, 1), "{report:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_visitor_who_has_a_customers_mailbox_is_that_customer() {
    let site = Site::start().await;
    // The customer has a conversation, in which her address is known.
    assert_eq!(site.say_as("C-1", "1", "I like a colour").await, ["Which colour?"]);
    assert_eq!(site.say_as("C-1", "2", "green").await, ["Noted."]);
    assert_eq!(site.say_as("C-1", "3", "my mail is ann@x.example").await, [ASKED]);
    let code = site.code(1).await;
    assert_eq!(site.say_as("C-1", "4", &code).await, CONFIRMED);
    let [hers, customer, proof] = site.linked("ann@x.example").await;
    assert_eq!([customer, proof], ["C-1", "code"]);
    let (mut page, _) = Page::open(&site.world).await;
    assert_eq!(page.say("1", "what did I tell you").await, ["Nothing."]);
    assert_eq!(page.say("2", "my mail is ann@x.example").await, [ASKED]);
    let code = site.code(2).await;
    assert_eq!(page.say("3", &code).await, CONFIRMED);
    // The page is told to come again, and which conversation it is in then.
    assert_eq!(page.next().await, Err(CloseCode::Restart));
    let (mut page, seen) = Page::open(&site.world).await;
    assert_eq!(
        (&seen[0]["type"], &seen[0]["conversation"]),
        (&json!("conversation"), &json!(hers))
    );
    let said = page.say("4", "what did I tell you").await;
    assert_eq!(said, ["You are C-1.", "It is green."]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_visitor_confirmed_is_hers_when_her_site_says_who_she_is() {
    let site = Site::start().await;
    let (mut page, _) = Page::open(&site.world).await;
    page.say("1", "my mail is ann@x.example").await;
    let code = site.code(1).await;
    assert_eq!(page.say("2", &code).await, CONFIRMED);
    site.linked("ann@x.example").await;
    let profile = json!({ "id": "C-7" }).to_string();
    let kind = flowright_access::v1::proof::Kind::VouchedProfile(profile);
    let proofs = [flowright_access::v1::Proof { kind: Some(kind) }];
    let (session, _) = site.world.server.access().enter("web", PAGE, &proofs).await.unwrap();
    assert_eq!(site.known("ann@x.example").unwrap(), [&*session, "C-7", "code"]);
    let log = site.log("ann@x.example");
    assert_eq!(log, [["linked", "", "code"], ["linked", "C-7", "code"]]);
}
