//! What agents do and see over HTTP and WebSocket: the same that the console does.

use std::time::Duration;

use flowright_tests::{World, bundle_of_text, send};
use futures_util::{SinkExt as _, StreamExt as _};
use serde_json::{Value as Json, json};
use tokio::net::TcpStream;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;

use super::accounts::{PASSWORD, operate, options, token};

const BOT: &str = r#"
bot shop { languages en  timezone "UTC" }
role agent
role supervisor includes agent
customer { id: text  email: text personal  contract: text visible to supervisor }
channel api: rest
skill billing { first_reply 15m }
skill legal
route { otherwise -> billing }
intent bill { en "my bill is wrong", "a wrong bill", "the bill", "billing", "invoice" }
flow bill { on intent bill  slot number: text { ask "Which one?" }
  state start { fill number  handoff because "a wrong bill" } }
"#;

/// A shop with Ann and Bob, who can do `billing`, Eve, who can do `legal`, and Sue, who supervises.
pub(super) struct Shop {
    pub(super) world: World,
    tokens: Vec<(&'static str, String)>,
}

impl Shop {
    pub(super) async fn open() -> Self {
        let world = World::start_bundle(bundle_of_text(BOT), options).await;
        let mut tokens = Vec::new();
        for (login, role, skill) in [
            ("ann", "agent", Some("billing")),
            ("bob", "agent", Some("billing")),
            ("eve", "agent", Some("legal")),
            ("sue", "supervisor", None),
        ] {
            let skills: Json = skill.map_or(json!({}), |skill| json!({ skill: 3 }));
            let body = json!({
                "login": login, "name": login.to_uppercase(), "role": role, "password": PASSWORD,
                "skills": skills,
            });
            let (status, made) = operate(&world, "POST", "/admin/accounts", Some(body)).await;
            assert_eq!(status, 201, "{made}");
            tokens.push((login, token(&world, login, PASSWORD).await));
        }
        Self { world, tokens }
    }

    pub(super) fn token(&self, who: &str) -> &str {
        &self.tokens.iter().find(|(login, _)| *login == who).unwrap().1
    }

    pub(super) async fn get(&self, who: &str, path: &str) -> (u16, Json) {
        let path = self.world.url(&format!("/desk/v1/{path}"));
        send(&path, "GET", None, &[("authorization", self.token(who))]).await
    }

    pub(super) async fn post(&self, who: &str, path: &str, body: Json) -> (u16, Json) {
        let path = self.world.url(&format!("/desk/v1/{path}"));
        send(&path, "POST", Some(body), &[("authorization", self.token(who))]).await
    }

    /// Does something in a conversation as it is now.
    pub(super) async fn does(
        &self,
        who: &str,
        session: &str,
        what: &str,
        more: Json,
    ) -> (u16, Json) {
        let epoch = self.epoch(session).await;
        let mut body = json!({ "id": format!("{what}-{epoch}"), "epoch": epoch });
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        self.post(who, &format!("conversations/{session}/{what}"), body).await
    }

    async fn epoch(&self, session: &str) -> u64 {
        let all = self.world.server.dispatch().held().await.unwrap();
        all.into_iter().find(|held| held.session == session).map_or(0, |held| held.epoch)
    }

    pub(super) async fn handed_over(&self, session: &str) {
        for (id, text) in [("1", "my bill is wrong"), ("2", "R-77")] {
            self.writes(session, id, text).await;
        }
    }

    /// The customer writes.
    pub(super) async fn writes(&self, session: &str, id: &str, text: &str) {
        let customer = json!({ "id": "C-1", "email": "li@x.example", "contract": "CNY 9" });
        let body = json!({ "id": id, "text": text, "customer": customer });
        let path = self.world.url(&format!("/v1/sessions/{session}/messages"));
        let token = super::accounts::operators();
        assert_eq!(send(&path, "POST", Some(body), &[("authorization", &token)]).await.0, 200);
    }

    pub(super) async fn live(&self, who: &str) -> Live {
        let stream = TcpStream::connect(self.world.server.address).await.unwrap();
        let url = format!("ws://{}/desk/v1/live", self.world.server.address);
        let mut request = url.into_client_request().unwrap();
        request.headers_mut().insert("authorization", self.token(who).parse().unwrap());
        let (socket, _) = tokio_tungstenite::client_async(request, stream).await.unwrap();
        Live(socket)
    }
}

/// An open page.
pub(super) struct Live(WebSocketStream<TcpStream>);

impl Live {
    /// The next document that is wanted.
    pub(super) async fn until(&mut self, wanted: impl Fn(&Json) -> bool) -> Json {
        loop {
            match self.next().await {
                Ok(document) if wanted(&document) => return document,
                Ok(_) => {}
                Err(code) => panic!("closed with {code:?}"),
            }
        }
    }

    async fn next(&mut self) -> Result<Json, CloseCode> {
        loop {
            let next = tokio::time::timeout(Duration::from_secs(20), self.0.next()).await.unwrap();
            match next.unwrap().unwrap() {
                Message::Text(text) => return Ok(serde_json::from_str(text.as_str()).unwrap()),
                Message::Close(frame) => return Err(frame.unwrap().code),
                _ => {}
            }
        }
    }

    pub(super) async fn watch(&mut self, session: &str) {
        let watch = json!({ "type": "watch", "conversation": session });
        self.0.send(Message::text(watch.to_string())).await.unwrap();
    }

    /// Until the queue has so many conversations of this owner.
    async fn has(&mut self, owner: Option<&str>, count: usize) -> Json {
        self.until(|told| {
            let all = told["queue"]["conversations"].as_array();
            all.is_some_and(|all| {
                all.iter().filter(|one| one["owner"]["name"].as_str() == owner).count() == count
            })
        })
        .await
    }
}

fn names(facts: &Json) -> Vec<&str> {
    facts.as_array().unwrap().iter().map(|fact| fact["name"].as_str().unwrap()).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_conversation_is_claimed_answered_and_closed() {
    let shop = Shop::open().await;
    shop.handed_over("s").await;
    let (status, queue) = shop.get("ann", "queue").await;
    assert_eq!((status, queue["conversations"][0]["position"].as_u64()), (200, Some(1)), "{queue}");
    assert_eq!(queue["skills"], json!(["billing", "legal"]));
    // The address is personal, the contract is for who supervises.
    assert_eq!(queue["conversations"][0]["customer"], json!("C-1"));
    let (status, document) = shop.get("ann", "conversations/s").await;
    assert_eq!((status, &document["because"]), (200, &json!("a wrong bill")));
    assert_eq!(names(&document["summary"]["customer"]), ["id"], "it is not hers yet");
    let epoch = shop.epoch("s").await;
    let claim = json!({ "id": "c", "epoch": epoch });
    let (status, claimed) = shop.post("ann", "conversations/s/claim", claim.clone()).await;
    assert_eq!((status, &claimed["status"]), (200, &json!("handed_off")), "{claimed}");
    let (_, again) = shop.post("ann", "conversations/s/claim", claim.clone()).await;
    assert_eq!(again["repeated"], json!(true));
    // Bob was late; to him it is as if there were none.
    assert_eq!(shop.post("bob", "conversations/s/claim", claim).await.0, 404);
    let (_, document) = shop.get("ann", "conversations/s").await;
    assert_eq!(names(&document["summary"]["customer"]), ["id", "email"]);
    assert_eq!(names(&document["summary"]["slots"]), ["number"]);
    assert!(!document.to_string().contains("contract"), "{document}");
    let (_, document) = shop.get("sue", "conversations/s").await;
    assert_eq!(names(&document["summary"]["customer"]), ["id", "email", "contract"]);
    let (status, said) = shop.does("ann", "s", "say", json!({ "text": "I look at it." })).await;
    assert_eq!((status, &said["replies"][0]["agent"]), (200, &json!("ANN")), "{said}");
    let more = json!({ "text": "It is right now.", "outcome": "resolved" });
    let (status, closed) = shop.does("ann", "s", "close", more).await;
    assert_eq!((status, &closed["status"]), (200, &json!("bot")), "{closed}");
    assert_eq!(shop.get("ann", "conversations/s").await.0, 404);
    assert_eq!(shop.get("sue", "queue").await.1["conversations"], json!([]));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_may_do_what_and_what_is_no_move() {
    let shop = Shop::open().await;
    shop.handed_over("s").await;
    shop.does("ann", "s", "claim", json!({})).await;
    for (who, what, more, expected) in [
        ("bob", "say", json!({ "text": "x" }), 409),
        ("bob", "release", json!({}), 404),
        ("ann", "assign", json!({ "agent": "x" }), 403),
        ("sue", "assign", json!({ "agent": "nobody" }), 422),
        ("sue", "assign", json!({}), 400),
        ("sue", "say", json!({ "text": "x" }), 409),
        ("ann", "say", json!({}), 400),
        ("ann", "say", json!({ "text": "x", "skill": "legal" }), 400),
        ("ann", "transfer", json!({ "skill": "lega" }), 422),
        ("ann", "transfer", json!({}), 400),
        ("ann", "eat", json!({}), 404),
        ("ann", "say", json!({ "text": "x", "epoch": 1 }), 409),
        ("ann", "close", json!({ "outcome": "eaten" }), 400),
    ] {
        let (status, problem) = shop.does(who, "s", what, more.clone()).await;
        assert_eq!(status, expected, "{who} {what} {more}: {problem}");
    }
    let (status, _) = shop.does("ann", "s", "transfer", json!({ "skill": "legal" })).await;
    assert_eq!(status, 200);
    assert_eq!(shop.get("ann", "conversations/s").await.0, 404, "another skill's now");
    assert_eq!(shop.get("eve", "conversations/s").await.0, 200);
    let (status, _) = shop.does("eve", "s", "claim", json!({})).await;
    assert_eq!(status, 200);
    let (status, _) = shop.does("sue", "s", "release", json!({})).await;
    assert_eq!(status, 200, "who supervises puts it back");
    assert_eq!(shop.does("eve", "s", "return", json!({})).await.0, 409, "it is not hers any more");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_open_page_is_told_what_changes_and_gets_what_waits() {
    let shop = Shop::open().await;
    let mut sue = shop.live("sue").await;
    sue.has(None, 0).await;
    shop.handed_over("s").await;
    sue.has(None, 1).await;
    let mut ann = shop.live("ann").await;
    ann.has(Some("ANN"), 1).await;
    let told = sue.has(Some("ANN"), 1).await;
    assert_eq!(told["queue"]["agents"].as_array().unwrap().len(), 2, "{told}");
    ann.watch("s").await;
    let said = |text: &'static str| {
        move |told: &Json| {
            let lines = told["document"]["transcript"].as_array();
            lines.is_some_and(|lines| lines.iter().any(|line| line["text"] == text))
        }
    };
    ann.until(said("R-77")).await;
    let headers = [("authorization", super::accounts::operators())];
    let headers = headers.each_ref().map(|(name, value)| (*name, value.as_str()));
    let path = shop.world.url("/v1/sessions/s/messages");
    send(&path, "POST", Some(json!({ "id": "3", "text": "Are you there?" })), &headers).await;
    ann.until(said("Are you there?")).await;
    // Ann writes: Sue is told, who sees it, and Eve is not, who watches what is not hers to see.
    let mut eve = shop.live("eve").await;
    for watcher in [&mut sue, &mut eve] {
        watcher.watch("s").await;
    }
    eve.until(|told| told["type"] == "gone").await;
    sue.until(|told| told["type"] == "conversation").await;
    assert_eq!(shop.post("ann", "conversations/s/typing", json!({})).await.0, 204);
    sue.until(|told| told["type"] == "typing").await;
    eve.watch("nothing").await;
    eve.until(|told| {
        assert_ne!(told["type"], "typing", "{told}");
        told["type"] == "gone" && told["conversation"] == "nothing"
    })
    .await;
    shop.does("ann", "s", "close", json!({})).await;
    ann.until(|told| told["type"] == "gone").await;
    sue.has(Some("ANN"), 0).await;
    // Away, she gets none.
    shop.post("ann", "presence", json!({ "presence": "away" })).await;
    shop.handed_over("t").await;
    sue.has(None, 1).await;
    shop.post("ann", "presence", json!({ "presence": "online" })).await;
    sue.has(Some("ANN"), 1).await;
    // Her account is closed: so is her page.
    let (_, account) = operate(&shop.world, "GET", "/admin/accounts/ann", None).await;
    let mut body = json!({ "name": account["name"], "disabled": true });
    body["skills"] = account["skills"].clone();
    assert_eq!(operate(&shop.world, "PUT", "/admin/accounts/ann", Some(body)).await.0, 200);
    let code = loop {
        if let Err(code) = ann.next().await {
            break code;
        }
    };
    assert_eq!(code, CloseCode::Policy);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_supervises_sees_why_it_is_hers_and_who_came_nearest() {
    let shop = Shop::open().await;
    let (mut ann, mut bob) = (shop.live("ann").await, shop.live("bob").await);
    ann.has(None, 0).await;
    bob.has(None, 0).await;
    shop.handed_over("s").await;
    let mut sue = shop.live("sue").await;
    sue.has(None, 0).await;
    let (_, document) = shop.get("sue", "conversations/s").await;
    let owner = document["conversation"]["owner"]["name"].as_str().unwrap();
    let (who, other) = if owner == "ANN" { ("ann", "BOB") } else { ("bob", "ANN") };
    let assigned = &document["assigned"];
    assert_eq!((&assigned["skill"], &assigned["candidates"]), (&json!("billing"), &json!(2)));
    assert_eq!(assigned["runners_up"][0]["agent"]["name"], json!(other));
    let total = |score: &Json| score["total"].as_i64().unwrap();
    let (hers, his) = (total(&assigned["score"]), total(&assigned["runners_up"][0]["score"]));
    assert!(hers >= his && his > 0, "{assigned}");
    // How colleagues stand beside her is not for her.
    let (_, document) = shop.get(who, "conversations/s").await;
    assert!(document.get("assigned").is_none() && !document.to_string().contains(other));
    // Nobody weighed anything where somebody takes it over.
    shop.does("sue", "s", "claim", json!({})).await;
    let (_, document) = shop.get("sue", "conversations/s").await;
    assert_eq!(document["assigned"], Json::Null);
}
