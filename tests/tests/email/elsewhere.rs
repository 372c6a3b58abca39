//! A customer chats on the web, and what the flow says on the channel `mail` comes to her by mail: to an
//! address that was proved to be hers, in the thread that she wrote last, whatever stops the server.

use flowright_access::email::smtp::Outcome;
use flowright_access::v1::proof::Kind;
use flowright_access::v1::{Envelope, Identity, ListRepliesRequest, Proof};
use flowright_runtime::grpc::v1::conversations_client::ConversationsClient;
use flowright_runtime::secret::Secret;
use flowright_runtime::service::Options;
use flowright_runtime::store::verify;
use flowright_tests::mail::{mailbox, with_mailboxes};
use flowright_tests::{World, bundle_of_text, send};
use futures_util::{SinkExt as _, StreamExt as _};
use serde_json::{Value as Json, json};
use tokio::net::TcpStream;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tonic::transport::Endpoint;

use super::smarthost::Smarthost;
use super::{config, mail, mail_address, python, sent, session_of, until};

/// What the company's site signs with, and its token for C-1001, made with Python's `hmac`.
const KEY: &str = "the-shop's-own-key-of-32-bytes-!";
const TOKEN: &str = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiJDLTEwMDEiLCJleHAiOjE3ODAyNzkyMDB9.oDokerOfXC0UK0rGeGjo_dvSoT7ygodIbQZg_lgnWVk";

const ASK: &str = "confirm it in writing";
const BY_MAIL: &str =
    "Dear customer,\nyour order moves to 15 June.\n\nAll orders: https://acme.example/orders";
const HERE: &str = "It moves to 15 June (we have no address of yours).";

type Page = WebSocketStream<TcpStream>;

async fn world(smarthost: &Smarthost) -> World {
    let bundle = bundle_of_text(include_str!("../elsewhere/bot.flow"));
    let text = config_of(smarthost);
    let world = World::start_bundle(bundle, move |options| with_mail(options, &text)).await;
    knows(&world, "ann@x.example");
    world
}

fn config_of(smarthost: &Smarthost) -> String {
    let more = "trusted = [\"127.0.0.1\"]\nauthserv_id = \"mx.acme.example\"\n";
    config(smarthost.address, more)
}

fn with_mail(options: Options, text: &str) -> Options {
    let options = with_mailboxes(options, text, &[mailbox("mail", "support@acme.example")]);
    Options { token_keys: vec![Secret::from(KEY.to_owned())], ..options }
}

/// The company's records know the customer by this address.
fn knows(world: &World, address: &str) {
    world.crm.data().customers.get_mut("C-1001").unwrap()["email"] = json!(address);
}

/// A mail that the company's mail server vouches for. Whether there was anybody to send it.
async fn writes(world: &World, from: &str, id: &str, text: &str, answers: Option<&str>) -> bool {
    let mut headers = json!({
        "From": from, "Subject": format!("Order {id}"), "Message-ID": format!("<{id}@x.example>"),
        "Authentication-Results": "mx.acme.example; dmarc=pass header.from=x.example",
    });
    if let Some(answers) = answers {
        headers["In-Reply-To"] = json!(format!("<{answers}>"));
    }
    let taken = python(mail_address(world), &[mail(headers, text)], None).await;
    taken.inspect(|taken| assert_eq!(taken[0]["code"], 250)).is_some()
}

/// A page of the web chat, of the customer who is logged in or of a visitor.
async fn page(world: &World, query: &str, token: Option<&str>) -> (Page, Vec<Json>) {
    let stream = TcpStream::connect(world.server.address).await.unwrap();
    let url = format!("ws://{}/chat?session=0123456789abcdef0123{query}", world.server.address);
    let mut request = url.into_client_request().unwrap();
    if let Some(token) = token {
        let protocols = format!("flowright.v1, token.{token}").parse().unwrap();
        request.headers_mut().insert("sec-websocket-protocol", protocols);
    }
    let (mut page, _) = tokio_tungstenite::client_async(request, stream).await.unwrap();
    let begun = seen(&mut page, "status").await;
    (page, begun)
}

/// What comes to a page up to a document of a kind.
async fn seen(page: &mut Page, kind: &str) -> Vec<Json> {
    let mut seen: Vec<Json> = Vec::new();
    while seen.last().is_none_or(|last| last["type"] != kind) {
        if let Message::Text(text) = page.next().await.unwrap().unwrap() {
            seen.push(serde_json::from_str(&text).unwrap());
        }
    }
    seen
}

/// What a page shows of the answer to a message, and the acknowledgement.
async fn says(page: &mut Page, id: &str, text: &str) -> (Vec<String>, Json) {
    let message = json!({ "type": "message", "id": id, "text": text });
    page.send(Message::text(message.to_string())).await.unwrap();
    let mut seen = seen(page, "ack").await;
    (shown(&seen), seen.pop().unwrap())
}

fn shown(seen: &[Json]) -> Vec<String> {
    let replies = seen.iter().filter(|document| document["type"] == "reply");
    replies.map(|reply| reply["text"].as_str().unwrap().to_owned()).collect()
}

fn counted(world: &World, channel: &str, result: &str) -> u64 {
    let text = world.server.dispatch().metrics().render();
    let line = format!("flowright_elsewhere_total{{channel=\"{channel}\",result=\"{result}\"}} ");
    let mut counts = text.lines().filter_map(|l| l.strip_prefix(line.as_str()));
    counts.next().map_or(0, |count| count.parse().unwrap())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_chat_on_the_web_is_confirmed_by_mail_in_the_thread_that_she_wrote_last() {
    let smarthost = Smarthost::start().await;
    let world = world(&smarthost).await;
    if !writes(&world, "Ann Lee <ann@x.example>", "1", "hello", None).await {
        return;
    }
    assert_eq!(sent(&smarthost, 1).await[0].body.trim_end(), "Hello.");
    let (mut web, begun) = page(&world, "", Some(TOKEN)).await;
    let session = begun[0]["conversation"].as_str().unwrap().to_owned();
    let (replies, ack) = says(&mut web, "1", ASK).await;
    assert_eq!((replies, &ack["repeated"]), (vec!["Confirmed.".to_owned()], &json!(false)));
    let mails = sent(&smarthost, 2).await;
    assert_eq!(mails[1].body.replace("\r\n", "\n").trim_end(), BY_MAIL);
    assert!(mails[1].header("to").unwrap().contains("ann@x.example"));
    assert_eq!(mails[1].subject, "Re: Order 1");
    assert_eq!(mails[1].header("in-reply-to"), Some("<1@x.example>"));
    let id = mails[1].message_id.clone().unwrap();
    assert_eq!(session_of(&id), session);
    // The same message again: the same answer, and no other mail.
    let (_, ack) = says(&mut web, "1", ASK).await;
    assert_eq!(ack["repeated"], true);
    // A page that comes back, and one that was never there, are told nothing of the mail.
    drop(web);
    let came_back = format!("&conversation={session}&after=1");
    let (web, begun) = page(&world, &came_back, Some(TOKEN)).await;
    assert_eq!(shown(&begun), ["Confirmed."]);
    drop(web);
    // Systems see where it went and how far it has come.
    let document = world.session(&session).await;
    let said: Vec<_> = document["replies"].as_array().unwrap().iter().map(|r| &r["on"]).collect();
    assert_eq!(said, [&Json::Null, &json!("mail"), &Json::Null]);
    let url = world.url(&format!("/v1/sessions/{session}/deliveries"));
    until("it is not sent", async || {
        let deliveries = send(&url, "GET", None, &[]).await.1["deliveries"].clone();
        deliveries[1]["stage"] == "sent" && deliveries[1]["seq"] == 2
    })
    .await;
    assert_eq!((counted(&world, "mail", "sent"), counted(&world, "mail", "not_reached")), (1, 0));
    // She answers the confirmation: it is the same conversation.
    assert!(writes(&world, "ann@x.example", "2", "hello", Some(&id)).await);
    assert_eq!(sent(&smarthost, 3).await[2].body.trim_end(), "Hello.");
    assert_eq!(world.session(&session).await["channel"], "mail");
    let address = format!("http://{}", world.server.grpc_address);
    let channel = Endpoint::from_shared(address).unwrap().connect().await.unwrap();
    let asked = ListRepliesRequest { session: session.clone(), ..ListRepliesRequest::default() };
    let listed = ConversationsClient::new(channel).list_replies(asked).await.unwrap().into_inner();
    let said: Vec<_> = listed.replies.iter().map(|reply| reply.on.as_str()).collect();
    assert_eq!(said, ["", "mail", "", ""]);
    // Over REST, too, and twice the same.
    let body = json!({ "id": "7", "text": ASK, "customer": { "id": "C-1001" } });
    let post = async || send(&world.url("/v1/messages"), "POST", Some(body.clone()), &[]).await.1;
    let (answer, again) = (post().await, post().await);
    assert_eq!((&answer["session"], &answer["replies"]), (&json!(session), &again["replies"]));
    assert_eq!((&answer["replies"][0]["on"], &again["repeated"]), (&json!("mail"), &json!(true)));
    let mails = sent(&smarthost, 4).await;
    assert_eq!(mails[3].header("in-reply-to"), Some("<2@x.example>"));
    let whole = |path: &std::path::Path| assert!(verify(path).unwrap().is_whole());
    let text = config_of(&smarthost);
    world.restart_after(whole, None, move |options| with_mail(options, &text)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whom_nobody_knows_reads_it_where_she_writes() {
    let smarthost = Smarthost::start().await;
    let world = world(&smarthost).await;
    let (mut web, _) = page(&world, "", None).await;
    assert_eq!(says(&mut web, "1", ASK).await.0, [HERE, "Confirmed."]);
    assert_eq!(says(&mut web, "2", "send me a receipt").await.0.len(), 1);
    assert_eq!((counted(&world, "mail", "sent"), counted(&world, "mail", "not_reached")), (0, 1));
    // A mail that nobody vouches for is nobody's: it says nothing of where she is to be written to.
    let headers = json!({ "From": "ann@x.example", "Message-ID": "<1@x.example>" });
    if python(mail_address(&world), &[mail(headers, "hello")], None).await.is_some() {
        sent(&smarthost, 1).await;
        let (mut web, _) = page(&world, "", Some(TOKEN)).await;
        assert_eq!(says(&mut web, "3", ASK).await.0, [HERE, "Confirmed."]);
        sent(&smarthost, 1).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_address_that_was_taken_away_from_her_gets_nothing_more() {
    let smarthost = Smarthost::start().await;
    let world = world(&smarthost).await;
    if !writes(&world, "ann@x.example", "1", "hello", None).await {
        return;
    }
    sent(&smarthost, 1).await;
    let (mut web, _) = page(&world, "", Some(TOKEN)).await;
    assert_eq!(says(&mut web, "1", ASK).await.0, ["Confirmed."]);
    sent(&smarthost, 2).await;
    let split = json!({ "channel": "mail", "address": "ann@x.example" });
    let (status, _) = send(&world.url("/admin/identities/split"), "POST", Some(split), &[]).await;
    assert!((200..300).contains(&status), "{status}");
    assert_eq!(says(&mut web, "2", ASK).await.0, [HERE, "Confirmed."]);
    sent(&smarthost, 2).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_two_addresses_it_is_the_one_that_she_wrote_from_last() {
    let smarthost = Smarthost::start().await;
    let world = world(&smarthost).await;
    if !writes(&world, "ann@x.example", "1", "hello", None).await {
        return;
    }
    sent(&smarthost, 1).await;
    knows(&world, "bob@x.example");
    world.clock.advance_ms(1_000);
    assert!(writes(&world, "bob@x.example", "2", "hello", None).await);
    sent(&smarthost, 2).await;
    let (mut web, _) = page(&world, "", Some(TOKEN)).await;
    says(&mut web, "1", ASK).await;
    let mails = sent(&smarthost, 3).await;
    assert!(mails[2].header("to").unwrap().contains("bob@x.example"));
    assert_eq!(mails[2].header("in-reply-to"), Some("<2@x.example>"));
    world.clock.advance_ms(1_000);
    assert!(writes(&world, "ann@x.example", "3", "hello", None).await);
    sent(&smarthost, 4).await;
    says(&mut web, "2", ASK).await;
    let mails = sent(&smarthost, 5).await;
    assert!(mails[4].header("to").unwrap().contains("ann@x.example"));
    assert_eq!(mails[4].header("in-reply-to"), Some("<3@x.example>"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_mail_that_was_committed_is_sent_after_a_restart_and_only_once() {
    let smarthost = Smarthost::start().await;
    let world = world(&smarthost).await;
    if !writes(&world, "ann@x.example", "1", "hello", None).await {
        return;
    }
    sent(&smarthost, 1).await;
    let (mut web, begun) = page(&world, "", Some(TOKEN)).await;
    let session = begun[0]["conversation"].as_str().unwrap().to_owned();
    // The mail server is away when it is to be sent: it stays in the outbox.
    smarthost.answer_next([Outcome::Again]);
    assert_eq!(says(&mut web, "1", ASK).await.0, ["Confirmed."]);
    until("it was not tried", async || {
        world.server.dispatch().metrics().render().contains("result=\"again\"} 1")
    })
    .await;
    assert_eq!(world.server.dispatch().outbox_sizes().await.unwrap(), (1, 0));
    drop(web);
    let text = config_of(&smarthost);
    let world = world.restart_as(move |options| with_mail(options, &text)).await;
    // Nobody waits for it meanwhile, on no other channel.
    let (mut web, _) = page(&world, &format!("&conversation={session}&after=3"), Some(TOKEN)).await;
    assert_eq!(says(&mut web, "2", "hello").await.0, ["Hello."]);
    world.clock.advance_ms(60_000);
    let mails = sent(&smarthost, 2).await;
    assert_eq!(mails[1].body.replace("\r\n", "\n").trim_end(), BY_MAIL);
    assert_eq!(session_of(mails[1].message_id.as_deref().unwrap()), session);
    until("it is still there", async || {
        world.server.dispatch().outbox_sizes().await.unwrap() == (0, 0)
    })
    .await;
    // The message again, after all of it.
    assert_eq!(says(&mut web, "1", ASK).await.1["repeated"], true);
    sent(&smarthost, 2).await;
}

/// Another system has proved that the address is hers: nothing was written from there yet.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_first_mail_begins_a_thread_under_the_bots_name() {
    let smarthost = Smarthost::start().await;
    let world = world(&smarthost).await;
    let proof = Proof { kind: Some(Kind::VouchedProfile(json!({ "id": "C-1001" }).to_string())) };
    let from = Identity {
        channel: "mail".to_owned(),
        address: "ann@x.example".to_owned(),
        ..Identity::default()
    };
    let message = Envelope {
        id: "1".to_owned(),
        channel: "mail".to_owned(),
        from: Some(from),
        text: "hello".to_owned(),
        proofs: vec![proof, Proof { kind: Some(Kind::AddressVerified(true)) }],
        ..Envelope::default()
    };
    world.server.access().carry_out(message).await.unwrap();
    let (mut web, _) = page(&world, "", Some(TOKEN)).await;
    assert_eq!(says(&mut web, "1", ASK).await.0, ["Confirmed."]);
    let mails = sent(&smarthost, 1).await;
    assert_eq!((mails[0].subject.as_str(), mails[0].header("in-reply-to")), ("Acme 客服", None));
    assert_eq!(mails[0].body.replace("\r\n", "\n").trim_end(), BY_MAIL);
}
