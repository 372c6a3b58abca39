//! A model elsewhere that is asked with each utterance: what it says counts, whatever it does no
//! turn fails, and no message is asked about twice.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use flowright_runtime::service::Options;
use flowright_tests::{World, bundle_of_text};
use serde_json::{Value as Json, json};

use super::model::{Does, Model, asks};

const SOURCE: &str = r#"
bot b { languages en  timezone "UTC" }
channel api: rest
skill s
route { otherwise -> s }
customer { email: text personal }
intent deliver { en "bring my order", "deliver it", "deliver my order", "send me the order" }
intent refund  { en "give me my money back", "refund it", "refund please", "I want a refund" }
intent person  { en "talk to a person", "a human please", "somebody real", "an agent please" }
flow deliver {
  on intent deliver
  slot day: date { ask "Which day?" }
  state start { fill day  say "On {day}."  end resolved }
}
flow refund { on intent refund  state start { say "Refunded."  end resolved } }
flow person { on intent person  state start { handoff because "wanted" } }
"#;

/// Longer than any answer of the model takes on a busy machine.
const PATIENT: &str = "5s";
/// Taken for a delivery by the local model, and for a refund by the one elsewhere.
const TEXT: &str = "please deliver my order now";

fn refund() -> Json {
    json!({ "intents": [{ "name": "refund", "confidence": 0.9 }], "entities": [] })
}

async fn world(model: SocketAddr, timeout: &str) -> World {
    let external = asks(model, timeout, None);
    World::start_bundle(bundle_of_text(SOURCE), |options| Options { external, ..options }).await
}

/// The count that a metric has, 0 where it has none.
fn count(world: &World, metric: &str) -> u64 {
    let all = world.server.dispatch().metrics().render();
    let line = all.lines().find_map(|line| line.strip_prefix(metric));
    line.map_or(0, |count| count.trim().parse().unwrap())
}

fn result(world: &World, result: &str) -> u64 {
    count(world, &format!("flowright_understandings_total{{result=\"{result}\"}}"))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn its_answer_overrules_the_local_model_and_fills_slots() {
    let model = Model::start(|text| match text {
        "as soon as you can" => Does::Answers(json!({
            "intents": [],
            "entities": [{ "entity": "date", "start": 0, "end": 18, "value": "2026-06-03" }],
        })),
        "deliver my order" => Does::Answers(json!({ "intents": [], "entities": [] })),
        _ => Does::Answers(refund()),
    })
    .await;
    let world = world(model.address, PATIENT).await;
    assert_eq!(world.say_plain("s", "1", TEXT).await, ["Refunded."]);
    assert_eq!(world.say_plain("s", "2", "deliver my order").await, ["Which day?"], "an example");
    assert_eq!(world.say_plain("s", "3", "as soon as you can").await, ["On 3 June."]);
    assert_eq!(result(&world, "answered"), 3);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn only_the_utterance_goes_out_of_what_is_known_of_the_customer() {
    let model = Model::start(|_| Does::Answers(refund())).await;
    let external = asks(model.address, PATIENT, Some("s3cret"));
    assert!(!format!("{external:?}").contains("s3cret"), "{external:?}");
    let bundle = bundle_of_text(SOURCE);
    let world = World::start_bundle(bundle, |options| Options { external, ..options }).await;
    let customer = json!({ "email": "li@example.com" });
    let body = json!({ "id": "m-1", "text": TEXT, "customer": customer });
    world.post("session-of-li", body).await;
    let questions = model.questions();
    assert_eq!(questions.len(), 1);
    let expected = json!({
        "text": TEXT, "language": "en", "timezone": "UTC", "now": "2026-06-01T01:00:00Z",
        "intents": questions[0].body["intents"],
    });
    assert_eq!(questions[0].body, expected);
    let intents = questions[0].body["intents"].as_array().unwrap();
    assert!(intents.contains(&json!("refund")) && intents.contains(&json!("deliver")));
    let head = questions[0].head.to_lowercase();
    assert!(head.starts_with("post /understand http/1.1"), "{head}");
    assert!(head.contains("authorization: bearer s3cret"), "{head}");
    for secret in ["li@example.com", "session-of-li", "m-1"] {
        assert!(!format!("{questions:?}").contains(secret), "{secret}");
    }
}

/// What it does, and how that is counted: always the local model answers.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whatever_it_does_wrong_the_local_model_answers() {
    let bad = json!({ "intents": [{ "name": "refund", "confidence": 7 }], "entities": [] });
    let huge =
        format!("{{\"intents\": [], \"entities\": [], \"x\": \"{}\"}}", "y".repeat(10 << 20));
    let cases = [
        (Does::Says(500, b"oh".to_vec()), "refused"),
        (Does::Says(302, Vec::new()), "refused"),
        (Does::Says(401, Vec::new()), "refused"),
        (Does::Says(200, b"<html>".to_vec()), "refused"),
        (Does::Says(200, Vec::new()), "refused"),
        (Does::Says(200, vec![0xff; 100]), "refused"),
        (Does::Says(200, "[".repeat(50_000).into_bytes()), "refused"),
        (Does::Says(200, huge.into_bytes()), "refused"),
        (Does::Answers(bad), "refused"),
        (Does::Cuts, "unreachable"),
    ];
    for (does, counted) in cases {
        let shown = format!("{does:?}").chars().take(60).collect::<String>();
        let model = Model::start(move |_| does.clone()).await;
        let world = world(model.address, PATIENT).await;
        assert_eq!(world.say_plain("s", "1", TEXT).await, ["Which day?"], "{shown}");
        assert_eq!(result(&world, counted), 1, "{shown}");
        assert_eq!(model.questions().len(), 1, "{shown}: it is not asked again");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_listens_and_the_local_model_answers() {
    let free = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = free.local_addr().unwrap();
    drop(free);
    let world = world(address, PATIENT).await;
    assert_eq!(world.say_plain("s", "1", TEXT).await, ["Which day?"]);
    assert_eq!(result(&world, "unreachable"), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_that_never_answers_costs_the_timeout_and_holds_up_nobody_else() {
    let model = Model::start(|text| match text {
        TEXT => Does::Hangs,
        _ => Does::Answers(refund()),
    })
    .await;
    let world = world(model.address, "3s").await;
    let begun = Instant::now();
    let slow = async { (world.say_plain("slow", "1", TEXT).await, begun.elapsed()) };
    let quick = async {
        while model.questions().is_empty() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        (world.say_plain("quick", "1", "xyzzy").await, begun.elapsed())
    };
    let ((slow, slow_time), (quick, quick_time)) = tokio::join!(slow, quick);
    assert_eq!((slow, quick), (vec!["Which day?".to_owned()], vec!["Refunded.".to_owned()]));
    assert!(slow_time >= Duration::from_secs(3) && slow_time < Duration::from_secs(20));
    assert!(quick_time < Duration::from_secs(3), "{quick_time:?}");
    assert_eq!((result(&world, "timed_out"), result(&world, "answered")), (1, 1));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_late_answer_counts_for_nothing() {
    let model = Model::start(|_| Does::Delays(Duration::from_millis(800), refund())).await;
    let world = world(model.address, "100ms").await;
    assert_eq!(world.say_plain("s", "1", TEXT).await, ["Which day?"]);
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert_eq!((result(&world, "timed_out"), result(&world, "answered")), (1, 0));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn after_five_failures_it_is_left_alone_for_ten_seconds() {
    let model = Model::start(|_| Does::Says(503, Vec::new())).await;
    let world = world(model.address, PATIENT).await;
    let mut number = 0;
    let mut say = || {
        number += 1;
        let (session, world) = (format!("s{number}"), &world);
        async move { world.say_plain(&session, "1", TEXT).await }
    };
    for _ in 0..8 {
        assert_eq!(say().await, ["Which day?"]);
    }
    assert_eq!((model.questions().len(), result(&world, "skipped")), (5, 3));
    world.clock.advance_ms(9_999);
    say().await;
    assert_eq!(model.questions().len(), 5, "not yet");
    world.clock.advance_ms(1);
    say().await;
    say().await;
    assert_eq!(model.questions().len(), 6, "once, and then left alone again");
    model.changes(|_| Does::Answers(refund()));
    assert_eq!(say().await, ["Which day?"], "it is not known yet");
    world.clock.advance_ms(10_000);
    for _ in 0..3 {
        assert_eq!(say().await, ["Refunded."]);
    }
    assert_eq!(model.questions().len(), 9);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_message_is_asked_about_once_and_its_answer_is_stored_with_it() {
    let model = Model::start(|_| Does::Answers(refund())).await;
    let world = world(model.address, PATIENT).await;
    let body = json!({ "id": "m", "text": TEXT });
    let (_, first) = world.post("s", body.clone()).await;
    assert_eq!(flowright_tests::texts(&first), ["Refunded."]);
    // It has changed its mind; what was answered stays answered.
    model.changes(|_| Does::Answers(json!({ "intents": [], "entities": [] })));
    let (_, again) = world.post("s", body.clone()).await;
    assert_eq!(again["replies"], first["replies"]);
    let external = asks(model.address, PATIENT, None);
    let world = world.restart_as(|options| Options { external, ..options }).await;
    let (_, later) = world.post("s", body).await;
    assert_eq!((&later["replies"], &later["repeated"]), (&first["replies"], &json!(true)));
    assert_eq!(model.texts(), [TEXT], "asked once in all");
    world.say_plain("s", "2", "xyzzy").await;
    assert_eq!(model.texts().len(), 2, "it is still asked about others");
    let db = rusqlite::Connection::open(&*world.store).unwrap();
    let event: String = db
        .query_row("SELECT event FROM journal WHERE session = 's' AND seq = 1", [], |row| {
            row.get(0)
        })
        .unwrap();
    let event: Json = serde_json::from_str(&event).unwrap();
    assert_eq!(event["external"]["intents"][0]["confidence_thousandths"], 900, "{event}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn buttons_and_what_a_human_reads_are_not_asked_about() {
    let model = Model::start(|_| Does::Answers(refund())).await;
    let world = world(model.address, PATIENT).await;
    world.post("s", json!({ "id": "1", "text": "Refund", "payload": "1:0" })).await;
    world.say_plain("s", "2", "talk to a person").await;
    assert_eq!(world.session("s").await["status"], "handed_off");
    world.say_plain("s", "3", "my card is 4111").await;
    assert_eq!(model.texts(), ["talk to a person"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn names_that_mean_nothing_are_counted() {
    let model = Model::start(|_| {
        let mut answer = refund();
        answer["intents"].as_array_mut().unwrap().push(json!({ "name": "x", "confidence": 0.1 }));
        answer["entities"] = json!([{ "entity": "y", "start": 0, "end": 1, "value": 1 }]);
        Does::Answers(answer)
    })
    .await;
    let world = world(model.address, PATIENT).await;
    assert_eq!(world.say_plain("s", "1", TEXT).await, ["Refunded."]);
    for kind in ["intent", "entity"] {
        assert_eq!(count(&world, &format!("flowright_unknown_names_total{{kind=\"{kind}\"}}")), 1);
    }
}
