//! `/admin/bundles`: what is taken and what is refused, and what becomes of a conversation under way.

use std::path::Path;

use flowright_tests::{World, bundle_of_text, send};
use http_body_util::{BodyExt as _, Full};
use hyper::body::Bytes;
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;
use serde_json::{Value as Json, json};

/// Asks for a name and a town.
const SOURCE: &str = r#"
bot b { languages en  timezone "UTC" }
channel api: rest
skill s
route { otherwise -> s }
intent hello { pattern r"^hello$"  en "hello", "good morning", "hi there", "hey you", "good evening" }
flow greet {
  on intent hello
  slot name: text { ask "What is your name?" }
  slot town: text { ask "Where do you live?" }
  state first  { fill name  -> second }
  state second { fill town  say "{name} of {town}."  end resolved }
}
"#;

/// Hands bytes over.
pub(crate) async fn post_bundle(
    world: &World,
    bytes: Vec<u8>,
    headers: &[(&str, &str)],
) -> (u16, Json) {
    let client: Client<_, Full<Bytes>> = Client::builder(TokioExecutor::new()).build_http();
    let mut request = hyper::Request::post(world.url("/admin/bundles"));
    if headers.iter().all(|(name, _)| *name != "content-type") {
        request = request.header("content-type", "application/octet-stream");
    }
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let response = client.request(request.body(Full::new(bytes.into())).unwrap()).await.unwrap();
    let status = response.status().as_u16();
    let bytes = response.into_body().collect().await.unwrap().to_bytes();
    (status, serde_json::from_slice(&bytes).unwrap_or(Json::Null))
}

/// The bundles as the server lists them: the current one, and those of which something is stored.
pub(crate) async fn listed(world: &World) -> Vec<Json> {
    let (status, document) = send(&world.url("/admin/bundles"), "GET", None, &[]).await;
    assert_eq!(status, 200, "{document}");
    document["bundles"].as_array().unwrap().clone()
}

fn events(store: &Path, session: &str) -> Vec<Json> {
    let db = rusqlite::Connection::open(store).unwrap();
    let mut query =
        db.prepare("SELECT event FROM journal WHERE session = ?1 ORDER BY seq").unwrap();
    let rows = query.query_map([session], |row| row.get::<_, String>(0)).unwrap();
    rows.map(|text| serde_json::from_str(&text.unwrap()).unwrap()).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_new_bundle_is_taken_and_a_conversation_moves_when_it_is_touched() {
    let world = World::start_bundle(bundle_of_text(SOURCE), |options| options).await;
    assert_eq!(world.say_plain("s", "1", "hello").await, ["What is your name?"]);
    let new = SOURCE.replace("{name} of {town}.", "So you are {name} of {town}.");
    let (status, taken) = post_bundle(&world, bundle_of_text(&new), &[]).await;
    assert_eq!((status, &taken["changed"], &taken["class"]), (200, &json!(true), &json!("safe")));
    let changes = taken["changes"].as_array().unwrap();
    assert!(!changes.is_empty() && changes[0]["what"].is_string(), "{taken}");
    let state = |bundle: &Json, current: bool, sessions: u64, in_memory: bool| json!({ "bundle": bundle, "current": current, "sessions": sessions, "in_memory": in_memory });
    let bundles = taken["bundles"].as_array().unwrap();
    assert_eq!(bundles.len(), 2, "{taken}");
    assert!(bundles.contains(&state(&taken["from"], false, 1, true)), "{taken}");
    assert!(bundles.contains(&state(&taken["to"], true, 0, true)), "{taken}");
    assert_eq!(world.session("s").await["bundle"], taken["from"], "nobody has touched it");
    // A repeated message touches nothing.
    let (_, again) = world.post("s", json!({ "id": "1", "text": "hello" })).await;
    assert_eq!(again["repeated"], true);
    assert_eq!(world.session("s").await["bundle"], taken["from"]);
    assert_eq!(world.say_plain("s", "2", "Ann").await, ["Where do you live?"]);
    assert_eq!(world.session("s").await["bundle"], taken["to"]);
    let moved = events(&world.store, "s");
    let kinds: Vec<&str> = moved.iter().map(|event| event["type"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["message", "upgraded", "message"]);
    let (_, again) = world.post("s", json!({ "id": "1", "text": "hello" })).await;
    assert_eq!((&again["repeated"], &again["turn"]), (&json!(true), &json!(1)), "{again}");
    assert_eq!(again["replies"][0]["text"], "What is your name?");
    assert_eq!(world.say_plain("s", "3", "Rome").await, ["So you are Ann of Rome."]);
    // The first bundle goes with the next one, and nothing is done for one that runs already.
    let third = SOURCE.replace("Where do you live?", "And your town?");
    let (_, next) = post_bundle(&world, bundle_of_text(&third), &[]).await;
    let kept: Vec<&Json> =
        next["bundles"].as_array().unwrap().iter().map(|b| &b["bundle"]).collect();
    assert!(kept.len() == 2 && !kept.contains(&&taken["from"]), "{next}");
    let (status, same) = post_bundle(&world, bundle_of_text(&third), &[]).await;
    assert_eq!((status, &same["changed"], &same["from"]), (200, &json!(false), &next["to"]));
    assert_eq!(listed(&world).await, next["bundles"].as_array().unwrap().clone());
    world.server.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_conversation_that_does_not_fit_stays_and_its_bundle_too() {
    let world = World::start_bundle(bundle_of_text(SOURCE), |options| options).await;
    world.say_plain("stays", "1", "hello").await;
    world.say_plain("stays", "2", "Ann").await;
    let gone = SOURCE.replace(
        "state second { fill town",
        "state other { confirm \"So?\" { yes -> third  no -> third } }\n  state third { fill town",
    );
    let gone = gone.replace("-> second", "-> other");
    let (_, taken) = post_bundle(&world, bundle_of_text(&gone), &[]).await;
    assert_eq!(taken["class"], "needs_migrate", "{taken}");
    let world = world.restart_with(bundle_of_text(&gone)).await;
    let before = listed(&world).await;
    assert_eq!(before.len(), 2, "what a session runs is kept at the start: {before:?}");
    assert_eq!(world.say_plain("stays", "3", "Rome").await, ["Ann of Rome."]);
    assert_eq!(events(&world.store, "stays").len(), 3, "it was not moved before it answered");
    // It waits for nothing any more: with the next word it moves.
    world.say_plain("stays", "4", "hello").await;
    assert_eq!(world.session("stays").await["bundle"], taken["to"]);
    let world = world.restart_with(bundle_of_text(&gone)).await;
    let after = listed(&world).await;
    assert_eq!(after.len(), 1, "what no session runs is dropped at the start: {after:?}");
    world.server.stop().await;
}

/// Where `migrate` sends a session on, it goes before the message that touched it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_conversation_that_is_sent_on_goes_before_the_message() {
    let world = World::start_bundle(bundle_of_text(SOURCE), |options| options).await;
    world.say_plain("s", "1", "hello").await;
    world.say_plain("s", "2", "Ann").await;
    let sent = SOURCE.replace("second", "third").replace("Where do you live?", "Your town?")
        + "migrate { state greet.second -> third }\n";
    let (_, taken) = post_bundle(&world, bundle_of_text(&sent), &[]).await;
    assert_eq!(taken["class"], "safe", "{taken}");
    assert_eq!(world.say_plain("s", "3", "Rome").await, ["Ann of Rome."]);
    let said: Vec<String> = world
        .server
        .dispatch()
        .replies_after("s", 2)
        .await
        .unwrap()
        .into_iter()
        .map(|reply| reply.reply.text)
        .collect();
    assert_eq!(said, ["Your town?", "Ann of Rome."]);
    world.server.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_cannot_be_run_is_refused_and_changes_nothing() {
    let world = World::start_bundle(bundle_of_text(SOURCE), |mut options| {
        let address =
            flowright_runtime::outbox::Address::new("http://127.0.0.1:9/replies".parse().unwrap());
        options.deliver.replies.insert("api".to_owned(), address);
        options.more_variables = flowright_runtime::actions::MoreVariables::new(|name| {
            (name == "CRM_URL_2").then(|| "http://127.0.0.1:9".to_owned())
        });
        options
    })
    .await;
    let before = listed(&world).await;
    let good = bundle_of_text(&SOURCE.replace("Where", "And where"));
    let mut other_format = good.clone();
    other_format[8] += 1;
    let mut altered = good.clone();
    *altered.last_mut().unwrap() ^= 1;
    let calls = |name: &str| {
        let action = format!(
            "action crm.due() -> {{ due: text }} {{ get \"{{env.{name}}}/due\" }}\n\
             flow due {{ on intent due  state start {{ do found = crm.due() {{ failed -> handoff }} \
             say \"{{found.due}}\"  end resolved }} }}\n\
             intent due {{ pattern r\"^due$\"  en \"due\", \"is it due\", \"when is it\", \"the date\", \"which day\" }}\n"
        );
        bundle_of_text(&format!("{SOURCE}{action}"))
    };
    let no_channel = bundle_of_text(&SOURCE.replace("channel api: rest", "channel apis: rest"));
    let cases: [(Vec<u8>, &str, &str); 7] = [
        (Vec::new(), "R0211", "not a flowright bundle"),
        (b"{}".to_vec(), "R0211", "not a flowright bundle"),
        (other_format, "R0211", "newer format"),
        (altered, "R0211", "checksum"),
        (good[..good.len() - 1].to_vec(), "R0211", "truncated"),
        (calls("CRM_URL_3"), "R0212", "CRM_URL_3"),
        (no_channel, "R0213", "did you mean `apis`?"),
    ];
    for (bytes, code, says) in cases {
        let (status, problem) = post_bundle(&world, bytes, &[]).await;
        assert_eq!((status, &problem["code"]), (422, &json!(code)), "{problem}");
        assert!(problem["detail"].as_str().unwrap().contains(says), "{problem}");
        assert!(problem["help"].as_str().unwrap().contains("nothing has changed"), "{problem}");
    }
    let (status, problem) =
        post_bundle(&world, good.clone(), &[("origin", "http://evil.example")]).await;
    assert_eq!(status, 403, "a page without a token: {problem}");
    let (status, _) = post_bundle(&world, good, &[("content-type", "application/json")]).await;
    assert_eq!(status, 415);
    let (status, problem) = post_bundle(&world, vec![0; (64 << 20) + 1], &[]).await;
    assert_eq!(status, 413, "{problem}");
    assert_eq!(listed(&world).await, before, "nothing has changed");
    // A variable that the first bundle did not need, and that is set.
    let (status, taken) = post_bundle(&world, calls("CRM_URL_2"), &[]).await;
    assert_eq!((status, &taken["changed"]), (200, &json!(true)), "{taken}");
    assert_eq!(world.session("nobody").await["status"], 404);
    world.server.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn with_a_token_only_who_has_it_hands_bundles_over() {
    let world = World::start_bundle(bundle_of_text(SOURCE), |mut options| {
        options.token = Some("t0ken".to_owned().into());
        options
    })
    .await;
    let new = bundle_of_text(&SOURCE.replace("Where", "And where"));
    let (origin, right) = (("origin", "http://a.example"), ("authorization", "Bearer t0ken"));
    for headers in [&[][..], &[origin], &[("authorization", "Bearer x")]] {
        assert_eq!(post_bundle(&world, new.clone(), headers).await.0, 401);
    }
    assert_eq!(send(&world.url("/admin/bundles"), "GET", None, &[]).await.0, 401);
    // A page is no operator, with the token neither.
    assert_eq!(post_bundle(&world, new.clone(), &[origin, right]).await.0, 403);
    let (status, taken) = post_bundle(&world, new, &[right]).await;
    assert_eq!((status, &taken["changed"]), (200, &json!(true)), "{taken}");
    world.server.stop().await;
}

/// What new conversations meet is the new program's: the channels, the description, the chat page.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_holds_on_to_the_first_program() {
    let world = World::start_bundle(bundle_of_text(SOURCE), |options| options).await;
    let chat = async |world: &World| send(&world.url("/chat.json"), "GET", None, &[]).await.1;
    assert_eq!(
        (&chat(&world).await["bot"], &chat(&world).await["socket"]),
        (&json!("b"), &Json::Null)
    );
    let new = SOURCE.replace("bot b {", "customer { tier: text }\nbot second {").replace(
        "channel api: rest",
        "channel rest2: rest\nchannel web: websocket { path \"/talk\" }",
    );
    let (status, taken) = post_bundle(&world, bundle_of_text(&new), &[]).await;
    assert_eq!(status, 200, "{taken}");
    let now = chat(&world).await;
    assert_eq!((&now["bot"], &now["socket"]), (&json!("second"), &json!("/talk")));
    let (_, api) = send(&world.url("/openapi.json"), "GET", None, &[]).await;
    assert_eq!(api["info"]["title"], "Flowright: second");
    let customer = &api["components"]["schemas"]["Message"]["properties"]["customer"];
    assert!(customer["properties"]["tier"].is_object(), "{customer}");
    assert_eq!(send(&world.url("/talk?session=0123456789abcdef"), "GET", None, &[]).await.0, 426);
    let old = json!({ "id": "1", "text": "hello", "channel": "api" });
    assert_eq!(world.post("s", old).await.0, 400);
    let with = json!({ "id": "1", "text": "hello", "customer": { "tier": "gold" } });
    assert_eq!(world.post("s", with).await.0, 200);
    world.server.stop().await;
}
