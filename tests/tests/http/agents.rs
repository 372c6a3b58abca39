//! Agents' moves: they go through the session's mailbox, once each, and only while an agent has the
//! conversation.

use std::sync::Arc;

use flowright_tests::seeds::{Random, seed};
use flowright_tests::{ECHO, World, bundle_of_text, send, texts};
use futures_util::future::join_all;
use serde_json::{Value as Json, json};

use super::sockets::{open, until};

/// What an agent does, as her desk sends it.
async fn moves(world: &World, session: &str, body: Json) -> (u16, Json) {
    let path = world.url(&format!("/v1/sessions/{session}/agent"));
    send(&path, "POST", Some(body), &[]).await
}

async fn handed_over(session: &str) -> World {
    let world = World::start("order_change").await;
    world.say(session, "1", "move order 12345 to 20 June", "C-2002").await;
    assert_eq!(world.session(session).await["status"], "handed_off");
    world
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_agent_speaks_and_gives_it_back() {
    let session = "0123456789abcdef0123";
    let world = handed_over(session).await;
    let mut page = open(&world, &format!("session={session}")).await;
    until(&mut page, "status").await;
    let said = json!({ "id": "a1", "agent": "Li Wei", "text": "I am looking into it." });
    let (status, first) = moves(&world, session, said.clone()).await;
    assert_eq!((status, &first["status"]), (200, &json!("handed_off")), "{first}");
    let reply = &first["replies"][0];
    assert_eq!((&reply["text"], &reply["agent"]), (&said["text"], &json!("Li Wei")));
    let seen = until(&mut page, "reply").await;
    assert_eq!(seen[0]["agent"], "Li Wei");
    // The customer's id may be the same: it is another message.
    let (_, customers) = world.post(session, json!({ "id": "a1", "text": "thank you" })).await;
    assert_eq!((&customers["replies"], &customers["repeated"]), (&json!([]), &json!(false)));
    let (_, again) = moves(&world, session, said.clone()).await;
    assert_eq!((&again["replies"], &again["repeated"]), (&first["replies"], &json!(true)));
    let world = world.restart().await;
    let (_, again) = moves(&world, session, said).await;
    assert_eq!((&again["turn"], &again["replies"]), (&first["turn"], &first["replies"]));
    let done = json!({ "id": "a2", "agent": "Li Wei", "text": "Back to our bot.", "then": "bot" });
    let mut page = open(&world, &format!("session={session}&after=99")).await;
    assert_eq!(until(&mut page, "status").await[0]["status"], "handed_off");
    let (status, back) = moves(&world, session, done.clone()).await;
    assert_eq!(until(&mut page, "status").await.last().unwrap()["status"], "bot");
    assert_eq!((status, &back["status"]), (200, &json!("bot")), "{back}");
    let where_it_is = world.session(session).await;
    assert_eq!((&where_it_is["status"], &where_it_is["flows"]), (&json!("bot"), &json!([])));
    let repeated = world.say(session, "3", "please repeat that", "C-2002").await;
    assert!(!repeated.contains(&"Back to our bot.".to_owned()), "her words are not the bot's");
    // The bot understands again, and remembers who she is.
    let text = "I need to change the delivery date of order #12345.";
    let asked = world.say(session, "2", text, "C-1001").await;
    assert_eq!(asked, ["It is due on 10 June. What is the new date (YYYY-MM-DD)?"]);
    let (status, _) =
        moves(&world, session, json!({ "id": "a3", "agent": "Li", "text": "x" })).await;
    assert_eq!(status, 409, "the bot has it");
    let (status, again) = moves(&world, session, done).await;
    assert_eq!((status, &again["replies"]), (200, &back["replies"]), "what was done was done");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_an_agent_closes_is_over() {
    let world = handed_over("s").await;
    let close = json!({ "id": "1", "agent": "李伟", "then": "close", "outcome": "unresolved" });
    let (status, closed) = moves(&world, "s", close).await;
    assert_eq!((status, &closed["status"], &closed["replies"]), (200, &json!("bot"), &json!([])));
    let said = world.say("s", "2", "我需要修改订单#12345的交货日期。", "C-1001").await;
    assert_eq!(said, ["当前交货日为6月10日,请确认新日期(格式YYYY-MM-DD):"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_move_for_an_earlier_handoff_is_refused() {
    let world = handed_over("s").await;
    let at_ms = world.session("s").await["handoff"]["at_ms"].as_i64().unwrap();
    let of = |id: &str, at_ms: i64| json!({ "id": id, "agent": "Li", "then": "bot", "handoff_at_ms": at_ms });
    let (status, problem) = moves(&world, "s", of("1", at_ms - 1)).await;
    assert_eq!(status, 409, "{problem}");
    assert!(problem["detail"].as_str().unwrap().contains("again"), "{problem}");
    assert_eq!(moves(&world, "s", of("1", at_ms)).await.0, 200, "a refused id was not used up");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_no_move_is_said_to_be_none() {
    let world = handed_over("s").await;
    for (session, body, expected) in [
        ("nobody", json!({ "id": "1", "agent": "Li", "text": "x" }), 404),
        ("s", json!({ "agent": "Li", "text": "x" }), 400),
        ("s", json!({ "id": "a b", "agent": "Li", "text": "x" }), 400),
        ("s", json!({ "id": "1", "text": "x" }), 400),
        ("s", json!({ "id": "1", "agent": " ", "text": "x" }), 400),
        ("s", json!({ "id": "1", "agent": "a\nb", "text": "x" }), 400),
        ("s", json!({ "id": "1", "agent": "x".repeat(101), "text": "x" }), 400),
        ("s", json!({ "id": "1", "agent": "Li" }), 400),
        ("s", json!({ "id": "1", "agent": "Li", "text": " " }), 400),
        ("s", json!({ "id": "1", "agent": "Li", "text": "x".repeat(10_001) }), 413),
        ("s", json!({ "id": "1", "agent": "Li", "then": "leave" }), 400),
        ("s", json!({ "id": "1", "agent": "Li", "then": "bot", "outcome": "resolved" }), 400),
        ("s", json!({ "id": "1", "agent": "Li", "then": "close", "outcome": "won" }), 400),
    ] {
        let (status, problem) = moves(&world, session, body.clone()).await;
        assert_eq!(status, expected, "{body}: {problem}");
        assert!(problem["detail"].as_str().is_some_and(|detail| !detail.is_empty()), "{problem}");
    }
    let path = world.url("/v1/sessions/s/agent");
    let body = json!({ "id": "1", "agent": "Li", "text": "x" });
    let (status, _) = send(&path, "POST", Some(body), &[("origin", "http://evil.example")]).await;
    assert_eq!(status, 403, "a web page is no desk");
    assert_eq!(send(&path, "GET", None, &[]).await.0, 405);
}

/// Customers write and an agent moves at the same time: each keeps its order, nobody hears of an error,
/// and the bot says nothing while she has the conversation.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn agents_and_customers_do_not_come_between_each_other() {
    const SESSIONS: usize = 40;
    const MOVES: usize = 20;
    let seed = seed("agents");
    let world = Arc::new(World::start_bundle(bundle_of_text(ECHO), |options| options).await);
    let talks = (0..SESSIONS).map(|number| {
        let world = Arc::clone(&world);
        tokio::spawn(async move {
            let session = format!("s{number}");
            let mut random = Random::new(seed.wrapping_add(number as u64));
            world.say_plain(&session, "begin", "echo").await;
            world.say_plain(&session, "over", "human").await;
            assert_eq!(world.session(&session).await["status"], "handed_off");
            let agent = async {
                for number in 0..MOVES {
                    let said = json!({ "id": format!("{number}"), "agent": "Li", "text": format!("a{number}") });
                    // The desk sends it twice at once, now and then.
                    let times = 1 + usize::from(random.below(4) == 0);
                    let sent = join_all((0..times).map(|_| moves(&world, &session, said.clone())));
                    for (status, answer) in sent.await {
                        assert_eq!((status, texts(&answer)), (200, vec![format!("a{number}")]));
                    }
                }
            };
            let customer = async {
                for number in 0..MOVES {
                    world.say_plain(&session, &format!("c{number}"), "hello").await;
                }
            };
            tokio::join!(agent, customer);
            let said = world.server.dispatch().replies_after(&session, 0).await.unwrap();
            let by_her: Vec<&str> = said
                .iter()
                .filter(|said| said.reply.agent.is_some())
                .map(|said| said.reply.text.as_str())
                .collect();
            let expected: Vec<String> = (0..MOVES).map(|number| format!("a{number}")).collect();
            assert_eq!(by_her, expected, "{session} seed {seed}");
            let turns: Vec<u64> = said.iter().map(|said| said.turn).collect();
            assert!(turns.is_sorted(), "{session}: {turns:?}");
            // That the first word was passed on is said once, unless she was quicker; else the bot is silent.
            let by_the_bot = said.iter().skip_while(|said| said.turn <= 2);
            let by_the_bot = by_the_bot.filter(|said| said.reply.agent.is_none()).count();
            assert!(by_the_bot <= 1, "{session} seed {seed}");
            let turn = world.session(&session).await["turn"].as_u64().unwrap();
            assert_eq!(turn, 2 + 2 * MOVES as u64, "{session}: each once");
        })
    });
    for talk in talks.collect::<Vec<_>>() {
        talk.await.unwrap();
    }
}
