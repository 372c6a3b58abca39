//! What a desk elsewhere is told: each step of a conversation that a human has, or that waits for one, in
//! order, signed anew for each attempt, and without what is for a role.

use flowright_access::social::Keys;
use flowright_engine::model::{DeskMove, Owner, Ownership, Released, Then};
use flowright_runtime::dispatch::{AgentMove, DeskNote, DeskOrder};
use flowright_runtime::outbox::{Address, Addresses};
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

use super::*;

const SECRETS: [&str; 2] =
    ["a-secret-of-thirty-two-characters", "the-one-before-of-thirty-two-char"];

/// What is said is sent nowhere; what becomes of conversations with humans is.
async fn world(desk: &Receiver) -> World {
    serving(desk, ECHO).await
}

async fn serving(desk: &Receiver, bot: &str) -> World {
    let secrets = Some(Keys::new("secret_env", SECRETS).unwrap());
    let address = Address { secrets, ..desk.at("/events", Some(TOKEN)) };
    let deliver = Addresses { desk: Some(address), ..Addresses::default() };
    let change = |options| Options { deliver, ..options };
    World::start_bundle(bundle_of_text(bot), change).await
}

fn signed_with(secret: &str, time: &str, body: &str) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).unwrap();
    mac.update(format!("{time}.{body}").as_bytes());
    mac.finalize().into_bytes().iter().map(|byte| format!("{byte:02x}")).collect()
}

fn ann() -> Owner {
    Owner { agent: "a1".to_owned(), name: "Ann".to_owned() }
}

fn says(id: &str, text: Option<&str>, then: Then, epoch: u64) -> AgentMove {
    AgentMove {
        id: id.to_owned(),
        name: "Ann".to_owned(),
        text: text.map(str::to_owned),
        then,
        handoff_at_ms: None,
        by: Some(Ownership { agent: "a1".to_owned(), epoch }),
    }
}

async fn order(world: &World, epoch: u64, what: DeskMove) {
    let order = DeskOrder { id: epoch.to_string(), epoch, what };
    world.server.dispatch().desk("s", order).await.unwrap();
}

/// From being handed over to being closed, twice, by all that people do there.
async fn conversation(world: &World) {
    let dispatch = world.server.dispatch();
    world.say_plain("s", "m1", "echo").await;
    world.say_plain("s", "m2", "human").await;
    world.say_plain("s", "m3", "anybody there?").await;
    let note = DeskNote { id: "n".to_owned(), by: ann(), text: "calm".to_owned() };
    dispatch.note("s", note).await.unwrap();
    order(world, 1, DeskMove::Claim { owner: ann(), why: None }).await;
    dispatch.agent("s", says("a1", Some("Hello."), Then::Stay, 2)).await.unwrap();
    order(world, 2, DeskMove::Release { why: Released::Gone }).await;
    order(world, 3, DeskMove::Claim { owner: ann(), why: None }).await;
    dispatch.agent("s", says("a2", None, Then::Bot, 4)).await.unwrap();
    world.say_plain("s", "m4", "echo").await;
    world.say_plain("s", "m5", "human").await;
    order(world, 6, DeskMove::Claim { owner: ann(), why: None }).await;
    let close = Then::Close(flowright_compiler::ir::Outcome::Unresolved);
    dispatch.agent("s", says("a3", Some("Bye."), close, 7)).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_desk_elsewhere_is_told_all_in_order_and_signed() {
    let desk = Receiver::start(|parcel: &Parcel| {
        // The first attempt at some of it fails.
        let fails = parcel.before == 0 && ["note", "claimed"].contains(&kind(parcel).as_str());
        Does::Says(if fails { 503 } else { 200 })
    })
    .await;
    let world = world(&desk).await;
    conversation(&world).await;
    until_sent(&world, 1_000).await;
    let told: Vec<Json> = desk.taken().iter().map(Parcel::json).collect();
    let kinds: Vec<&str> = told.iter().map(|event| event["type"].as_str().unwrap()).collect();
    let expected = [
        "handed_over",
        "message",
        "note",
        "claimed",
        "message",
        "waiting",
        "claimed",
        "returned",
        "handed_over",
        "claimed",
        "closed",
    ];
    assert_eq!(kinds, expected);
    let (first, last) = (&told[0], &told[10]);
    assert_eq!(first["handoff"]["because"], json!("wanted"));
    assert_eq!((&first["channel"], &first["epoch"]), (&json!("api"), &json!(1)));
    assert_eq!(
        (&told[1]["from"], &told[1]["text"]),
        (&json!("customer"), &json!("anybody there?"))
    );
    assert_eq!(told[2]["by"]["name"], json!("Ann"));
    assert_eq!((&told[4]["from"], &told[4]["agent"]), (&json!("agent"), &json!("Ann")));
    assert_eq!(told[5]["why"], json!("gone"));
    assert_eq!(told[7].get("text"), None, "she said nothing");
    assert_eq!((&last["text"], &last["outcome"]), (&json!("Bye."), &json!("unresolved")));
    let seqs: Vec<u64> = told.iter().map(|event| event["seq"].as_u64().unwrap()).collect();
    assert!(seqs.is_sorted_by(|a, b| a < b), "{seqs:?}");
    for parcel in desk.parcels() {
        let time = parcel.signature.split([',', '=']).nth(1).unwrap();
        let by = SECRETS.map(|secret| signed_with(secret, time, &parcel.body));
        assert_eq!(parcel.signature, format!("t={time},v1={},v1={}", by[0], by[1]));
        assert_eq!((parcel.path.as_str(), parcel.token), ("/events", format!("Bearer {TOKEN}")));
        assert_eq!(
            parcel.key,
            format!("s/desk/{}", serde_json::from_str::<Json>(&parcel.body).unwrap()["seq"])
        );
    }
    // Each attempt has the time at which it was made.
    let times = |wanted: &str| -> Vec<String> {
        let all = desk.parcels().into_iter().filter(|parcel| kind(parcel) == wanted);
        all.map(|parcel| parcel.signature.split(',').next().unwrap().to_owned()).collect()
    };
    let notes = times("note");
    assert!(notes.len() == 2 && notes[0] != notes[1], "{notes:?}");
    world.server.stop().await;
}

fn kind(parcel: &Parcel) -> String {
    parcel.json()["type"].as_str().unwrap().to_owned()
}

/// With a desk elsewhere that never answers, customers and agents go on as without.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_desk_elsewhere_that_hangs_keeps_nobody_waiting() {
    let desk = Receiver::start(|_: &Parcel| Does::Hangs).await;
    let world = world(&desk).await;
    conversation(&world).await;
    assert_eq!(sizes(&world).await.0, 11, "all of it is kept until it is taken");
    desk.changes(|_| Does::Says(200));
    until_sent(&world, 10_000).await;
    assert_eq!(desk.taken().len(), 11);
    world.server.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_waits_too_long_is_more_urgent() {
    let desk = Receiver::start(|_: &Parcel| Does::Says(200)).await;
    let bot = ECHO.replacen("route {", "route { urgency critical when waited > 10m", 1);
    let world = serving(&desk, &bot).await;
    world.say_plain("s", "m1", "echo").await;
    world.say_plain("s", "m2", "human").await;
    let urgency = async || world.server.dispatch().held().await.unwrap()[0].urgency;
    assert_eq!(urgency().await, 1);
    // The server is asked for nothing meanwhile.
    until(&world, 30_000, "it becomes critical", || desk.taken().len() == 2).await;
    let told = desk.taken()[1].json();
    assert_eq!((&told["type"], &told["urgency"]), (&json!("more_urgent"), &json!("critical")));
    assert_eq!(urgency().await, 3);
    world.server.stop().await;
}
