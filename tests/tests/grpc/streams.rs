//! Conversations on a stream: what comes in which order, and going on where it was.

use flowright_access::v1::talk_request::Kind as Asked;
use flowright_access::v1::talk_response::Kind;
use flowright_access::v1::{ActRequest, ConversationStatus, TalkOpen, Then};
use flowright_tests::{World, bundle_of_text};
use serde_json::json;
use tonic::Code;

use super::caller::{client, is_status, open, open_as, profile, replies};
use super::echo;

const GREETS: &str = r#"
bot b { languages en, zh  timezone "UTC" }
channel rpc: grpc
skill s
route { otherwise -> s }
flow hello {
  on start
  state start { say { en "Hello."  zh "您好。" }  end resolved }
}
"#;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_order_is_changed_on_a_stream() {
    let world = World::start("order_change").await;
    let client = client(&world).await;
    let session = "order".to_owned();
    let first = TalkOpen { session, customer: Some(profile("C-1001")), ..TalkOpen::default() };
    let mut stream = open_as(&client, first).await;
    stream.until(is_status).await;
    stream.say("1", "I need to change the delivery date of order #12345.");
    let asked = stream.until_ack("1").await;
    assert_eq!(asked.last().unwrap().1, "It is due on 10 June. What is the new date (YYYY-MM-DD)?");
    stream.say("2", "15 June");
    let (seen, ended) = stream.finish().await;
    ended.unwrap();
    let said: Vec<String> = replies(&seen).into_iter().map(|(_, text)| text).collect();
    let expected = ["Permission verified, updating…", "Done. The new delivery date is 15 June."];
    assert_eq!(said, expected);
    // In order: what was said, that it is durable, who has the conversation.
    let tail = seen.get(seen.len() - 2..).unwrap();
    assert!(matches!(tail, [Kind::Ack(ack), Kind::Status(1)] if ack.id == "2"), "{seen:?}");
    assert_eq!(world.crm.data().orders.get("12345").unwrap()["due"], "2026-06-15");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_new_session_is_greeted_once() {
    let world = World::start_bundle(bundle_of_text(GREETS), |options| options).await;
    let client = client(&world).await;
    let mut stream = open(&client, "s", 0).await;
    let seen = stream.until(is_status).await;
    assert_eq!(replies(&seen), [(1, "Hello.".to_owned())]);
    let mut again = open(&client, "s", 1).await;
    assert_eq!(replies(&again.until(is_status).await), []);
    let mut whole = open(&client, "s", 0).await;
    assert_eq!(replies(&whole.until(is_status).await).len(), 1);
    let (session, language) = ("z".to_owned(), "zh".to_owned());
    let mut chinese = open_as(&client, TalkOpen { session, language, ..TalkOpen::default() }).await;
    assert_eq!(replies(&chinese.until(is_status).await), [(1, "您好。".to_owned())]);
}

/// Messages of other channels are heard, each once and in order.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn everything_that_is_said_is_heard_once() {
    let world = echo().await;
    let client = client(&world).await;
    world.say_plain("s", "begin", "echo").await;
    let (mut one, mut two) = (open(&client, "s", 0).await, open(&client, "s", 0).await);
    one.until(is_status).await;
    two.until(is_status).await;
    for number in 0..20 {
        let id = format!("m{number}");
        match number % 3 {
            0 => one.say(&id, &id),
            1 => two.say(&id, &id),
            _ => drop(world.say_plain("s", &id, &id).await),
        }
        if number % 3 < 2 {
            let stream = if number % 3 == 0 { &mut one } else { &mut two };
            stream.until_ack(&id).await;
        }
    }
    world.say_plain("s", "end", "the end").await;
    let is_end = |kind: &Kind| matches!(kind, Kind::Reply(reply) if reply.text == "21: the end");
    for stream in [one, two] {
        // What one of them has heard before is not among it.
        let mut stream = stream;
        stream.until(is_end).await;
    }
    let mut all = open(&client, "s", 0).await;
    let seqs = replies(&all.until(is_status).await).into_iter().map(|(seq, _)| seq);
    assert_eq!(seqs.collect::<Vec<_>>(), (1..=43).collect::<Vec<u64>>());
}

/// A stream breaks while an action is under way, and the server starts anew: whoever comes back with
/// the last number hears the rest, and the message that was not acknowledged is not carried out twice.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stream_that_breaks_goes_on_after_a_restart() {
    let world = World::start("order_change").await;
    world.say("s", "1", "我需要修改订单#12345的交货日期。", "C-1001").await;
    world.crm.set_delay(std::time::Duration::from_millis(300));
    let mut stream = open(&client(&world).await, "s", 0).await;
    stream.until(is_status).await;
    stream.say("2", "6月15日。");
    let updating = |kind: &Kind| matches!(kind, Kind::Reply(reply) if reply.text.contains("正在"));
    let Some(Kind::Reply(last)) = stream.until(updating).await.pop() else { panic!("no reply") };
    drop(stream);
    let world = world.restart().await;
    let mut stream = open(&client(&world).await, "s", last.seq).await;
    stream.say("2", "6月15日。");
    let rest = stream.until_ack("2").await;
    assert_eq!(rest, [(last.seq + 1, "更新成功,新交货日为6月15日。".to_owned())]);
    assert_eq!(world.crm.data().audit.len(), 1);
    assert_eq!(world.crm.data().orders.get("12345").unwrap()["due"], "2026-06-15");
}

/// A server that goes down says so on every stream, and what is under way comes to its end first.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_goes_down_tells_its_streams() {
    use tonic_types::StatusExt as _;
    for own in [false, true] {
        let world = World::start_with("order_change", |options| match own {
            true => super::alone(options),
            false => options,
        })
        .await;
        world.say("s", "1", "我需要修改订单#12345的交货日期。", "C-1001").await;
        world.crm.set_delay(std::time::Duration::from_millis(300));
        let client = client(&world).await;
        let mut idle = open(&client, "idle", 0).await;
        idle.until(is_status).await;
        let mut busy = open(&client, "s", 1).await;
        busy.until(is_status).await;
        busy.say("2", "6月15日。");
        busy.until(|kind| matches!(kind, Kind::Reply(_))).await;
        let stopped = tokio::spawn(world.server.stop());
        let seen = busy.until_ack("2").await;
        assert_eq!(seen.last().unwrap().1, "更新成功,新交货日为6月15日。", "{own}");
        for stream in [idle, busy] {
            let (_, ended) = stream.finish().await;
            let told = ended.unwrap_err();
            assert_eq!(told.code(), Code::Unavailable, "{own}: {told:?}");
            assert!(told.get_details_retry_info().is_some(), "{own}: {told:?}");
        }
        assert_eq!(stopped.await.unwrap(), 0, "{own}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_message_that_is_refused_does_not_end_the_stream() {
    let world = echo().await;
    let client = client(&world).await;
    let mut stream = open(&client, "s", 0).await;
    stream.until(is_status).await;
    let is_refusal = |kind: &Kind| matches!(kind, Kind::Refusal(_));
    let refusals = [
        ("", "text", "the message has no id"),
        ("a b", "text", "the message id is not one"),
        ("1", "", "the message is empty"),
        ("1", &"x".repeat(10_001), "longer than 10000 characters"),
    ];
    for (id, text, why) in refusals {
        stream.say(id, text);
        let Some(Kind::Refusal(refusal)) = stream.until(is_refusal).await.pop() else { panic!() };
        assert_eq!((refusal.id.as_str(), refusal.code), (id, Code::InvalidArgument as i32));
        assert!(refusal.detail.contains(why), "{refusal:?}");
        assert_eq!(refusal.retry_after, None);
    }
    stream.ask(None);
    assert_eq!(stream.until(is_refusal).await.len(), 1);
    stream.say("1", "echo");
    assert_eq!(stream.until_ack("1").await, [(2, "What?".to_owned())]);
    stream.say("1", "echo");
    let ack = stream.until(|kind| matches!(kind, Kind::Ack(_))).await.pop();
    assert!(matches!(ack, Some(Kind::Ack(ack)) if ack.is_repeat && ack.turn == 2));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stream_is_opened_first_and_once() {
    let world = echo().await;
    let client = client(&world).await;
    let mut twice = open(&client, "s", 0).await;
    twice.until(is_status).await;
    twice.ask(Some(Asked::Open(TalkOpen { session: "t".to_owned(), ..TalkOpen::default() })));
    let (_, ended) = twice.finish().await;
    assert_eq!(ended.unwrap_err().code(), Code::InvalidArgument);
    for session in ["", "a b"] {
        let (seen, ended) = open(&client, session, 0).await.finish().await;
        assert_eq!((seen, ended.unwrap_err().code()), (vec![], Code::InvalidArgument));
    }
    let fax = TalkOpen { session: "s".into(), channel: "fax".into(), ..TalkOpen::default() };
    let (_, ended) = open_as(&client, fax).await.finish().await;
    assert_eq!(ended.unwrap_err().code(), Code::InvalidArgument);
    let mut client = client;
    let nothing = client.talk(futures_util::stream::empty()).await.unwrap();
    let ended = nothing.into_inner().message().await.unwrap_err();
    assert_eq!(ended.code(), Code::InvalidArgument);
}

/// Who has the conversation is told when it changes, whoever changes it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn that_a_human_has_it_and_gives_it_back_is_told() {
    let world = echo().await;
    let client = client(&world).await;
    let mut stream = open(&client, "s", 0).await;
    stream.until(is_status).await;
    stream.say("1", "echo");
    stream.until_ack("1").await;
    stream.until(is_status).await;
    stream.say("2", "human");
    stream.until_ack("2").await;
    let status = stream.until(is_status).await.pop();
    assert_eq!(status, Some(Kind::Status(ConversationStatus::HandedOff as i32)));
    let act = ActRequest {
        session: "s".to_owned(),
        id: "a".to_owned(),
        agent: "Li Wei".to_owned(),
        text: "All done.".to_owned(),
        then: Then::Bot as i32,
        ..ActRequest::default()
    };
    client.clone().act(act).await.unwrap();
    let seen = stream.until(is_status).await;
    assert!(
        matches!(seen.first(), Some(Kind::Reply(reply)) if reply.agent == "Li Wei"),
        "{seen:?}"
    );
    assert_eq!(seen.last(), Some(&Kind::Status(ConversationStatus::Bot as i32)));
}

/// What the bot says by itself is heard, and missed by nobody who comes back.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_timer_says_is_heard() {
    let world = echo().await;
    let client = client(&world).await;
    world.post("s", json!({ "id": "1", "text": "echo" })).await;
    let mut stream = open(&client, "s", 1).await;
    stream.until(is_status).await;
    world.clock.advance_ms(3_600_000);
    let asked = stream.until(|kind| matches!(kind, Kind::Reply(_))).await;
    assert_eq!(replies(&asked), [(2, "Are you there?".to_owned())]);
}
