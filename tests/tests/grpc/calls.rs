//! The calls that are asked and answered once: the same as over REST.

use flowright_access::v1::{
    ActRequest, ConversationStatus, HandoffReason, ListRepliesRequest, Outcome, SendRequest,
    Speaker, Then, Urgency,
};
use flowright_tests::{World, texts as rest_texts};
use serde_json::json;
use tonic::Code;

use super::caller::{client, get, message, message_of, say, texts};
use super::{alone, echo, echo_with};

/// A delivery date is changed: begun over REST, finished over gRPC, in one session.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_order_is_changed() {
    let world = World::start("order_change").await;
    let client = client(&world).await;
    let text = "我需要修改订单#12345的交货日期。";
    let first = say(&client, message_of("s", "1", text, "C-1001")).await.unwrap();
    assert_eq!(texts(&first), ["当前交货日为6月10日,请确认新日期(格式YYYY-MM-DD):"]);
    assert_eq!((first.turn, first.is_repeat, first.status()), (1, false, ConversationStatus::Bot));
    let second = say(&client, message("s", "2", "6月15日。")).await.unwrap();
    assert_eq!(texts(&second), ["已验证权限,正在更新...", "更新成功,新交货日为6月15日。"]);
    assert_eq!(world.crm.data().orders.get("12345").unwrap()["due"], "2026-06-15");
    let again = say(&client, message("s", "2", "6月15日。")).await.unwrap();
    assert_eq!((again.is_repeat, &again.replies), (true, &second.replies));
    assert_eq!(world.crm.data().audit.len(), 1);

    let english = "I need to change the delivery date of order #12345.";
    assert_eq!(world.say("r", "1", english, "C-1001").await.len(), 1);
    let done = say(&client, message("r", "2", "20 June")).await.unwrap();
    assert_eq!(texts(&done).last(), Some(&"Done. The new delivery date is 20 June."));
    let seen = get(&client, "r").await.unwrap();
    assert_eq!((seen.channel.as_str(), seen.turn), ("rpc", 2));
    assert_eq!(world.session("r").await["channel"], "rpc");
}

/// A message that REST has carried out is the same message here.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_id_is_one_message_whatever_it_comes_by() {
    let world = echo().await;
    let client = client(&world).await;
    let (_, first) = world.post("s", json!({ "id": "1", "text": "echo" })).await;
    let again = say(&client, message("s", "1", "echo")).await.unwrap();
    assert!(again.is_repeat);
    assert_eq!(texts(&again), rest_texts(&first));
    let said = say(&client, message("s", "2", "words")).await.unwrap();
    assert_eq!(texts(&said), ["1: words", "What?"]);
    let (_, again) = world.post("s", json!({ "id": "2", "text": "words" })).await;
    assert_eq!((&again["repeated"], rest_texts(&again).len()), (&json!(true), 2));
    let world = world.restart().await;
    let later = say(&super::caller::client(&world).await, message("s", "2", "words")).await;
    let later = later.unwrap();
    assert_eq!((later.is_repeat, later.replies), (true, said.replies));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_human_gets_the_summary_and_answers() {
    let world = World::start("order_change").await;
    let client = client(&world).await;
    let asked = message_of("s", "1", "move order 12345 to 20 June", "C-2002");
    let handed = say(&client, asked).await.unwrap();
    assert_eq!(handed.status(), ConversationStatus::HandedOff);
    let seen = get(&client, "s").await.unwrap();
    let handoff = seen.handoff.clone().unwrap();
    assert_eq!((handoff.skill.as_str(), handoff.reason()), ("order_ops", HandoffReason::Flow));
    assert_eq!(handoff.because, "no permission to change order 12345");
    assert_ne!(handoff.urgency(), Urgency::Unspecified);
    let summary = handoff.summary.unwrap();
    let order = summary.slots.first().unwrap();
    assert_eq!(
        (order.name.as_str(), order.value.as_str(), order.turn),
        ("order", "12345", Some(1))
    );
    let withheld = summary.customer.iter().filter(|fact| !fact.withheld.is_empty());
    assert!(withheld.clone().all(|fact| fact.value.is_empty()), "{:?}", summary.customer);
    let line = summary.transcript.first().unwrap();
    assert_eq!(
        (line.from(), line.text.as_str()),
        (Speaker::Customer, "move order 12345 to 20 June")
    );

    let act = ActRequest {
        session: "s".to_owned(),
        id: "a1".to_owned(),
        agent: "Li Wei".to_owned(),
        text: "I am looking into it.".to_owned(),
        handoff_at_ms: Some(handoff.at_ms),
        ..ActRequest::default()
    };
    let mut desk = client.clone();
    let said = desk.act(act.clone()).await.unwrap().into_inner();
    assert_eq!(said.status(), ConversationStatus::HandedOff);
    let reply = said.replies.first().unwrap();
    assert_eq!((reply.text.as_str(), reply.agent.as_str()), ("I am looking into it.", "Li Wei"));
    assert!(desk.act(act.clone()).await.unwrap().into_inner().is_repeat);
    let early = ActRequest { id: "a2".to_owned(), handoff_at_ms: Some(1), ..act.clone() };
    assert_eq!(desk.act(early).await.unwrap_err().code(), Code::FailedPrecondition);
    let close = ActRequest {
        id: "a3".to_owned(),
        then: Then::Close as i32,
        outcome: Outcome::Unresolved as i32,
        text: String::new(),
        ..act.clone()
    };
    let closed = desk.act(close).await.unwrap().into_inner();
    assert_eq!(closed.status(), ConversationStatus::Bot);
    let late = ActRequest { id: "a4".to_owned(), ..act };
    assert_eq!(desk.act(late).await.unwrap_err().code(), Code::FailedPrecondition);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_field_for_supervisors_is_withheld() {
    let world = World::start("order_change").await;
    let client = client(&world).await;
    let mut asked = message_of("s", "1", "move order 12345 to 20 June", "C-2002");
    let text = |text: &str| prost_types::Value {
        kind: Some(prost_types::value::Kind::StringValue(text.to_owned())),
    };
    let fields = &mut asked.customer.as_mut().unwrap().fields;
    fields.insert("contract".to_owned(), text("CNY 300000"));
    fields.insert("email".to_owned(), text("li@example.com"));
    say(&client, asked).await.unwrap();
    let seen = format!("{:?}", get(&client, "s").await.unwrap());
    assert!(seen.contains("visible to supervisor") && seen.contains("\"personal\""), "{seen}");
    for secret in ["300,000", "300000", "li@example.com"] {
        assert!(!seen.contains(secret), "{secret} in {seen}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn replies_are_listed_in_parts() {
    let world = echo().await;
    let client = client(&world).await;
    say(&client, message("s", "begin", "echo")).await.unwrap();
    for number in 0..6 {
        say(&client, message("s", &format!("m{number}"), "words")).await.unwrap();
    }
    let list = |after, limit| {
        let session = "s".to_owned();
        let mut client = client.clone();
        async move {
            let asked = ListRepliesRequest { session, after, limit };
            let listed = client.list_replies(asked).await.unwrap().into_inner();
            let seqs: Vec<u64> = listed.replies.iter().map(|reply| reply.seq).collect();
            (seqs, listed.has_more)
        }
    };
    assert_eq!(list(0, 0).await, ((1..=13).collect(), false));
    assert_eq!(list(0, 5).await, ((1..=5).collect(), true));
    assert_eq!(list(5, 8).await, ((6..=13).collect(), false));
    assert_eq!(list(13, 1).await, (vec![], false));
    assert_eq!(list(u64::MAX, 1).await, (vec![], false));
    // What is long comes in parts that a caller takes: 200 replies of 10,000 characters.
    let long = "x".repeat(9_990);
    for number in 0..200 {
        say(&client, message("s", &format!("l{number}"), &long)).await.unwrap();
    }
    let (mut after, mut parts) = (13, 0);
    loop {
        let (seqs, has_more) = list(after, 1_000).await;
        assert_eq!(seqs.first(), Some(&(after + 1)));
        after = *seqs.last().unwrap();
        parts += 1;
        if !has_more {
            break;
        }
    }
    assert_eq!((after, parts), (413, 2));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_wrong_has_its_code_and_nothing_is_done() {
    let world = World::start("order_change").await;
    let client = client(&world).await;
    let good = || message("s", "1", "你好");
    let with = |change: fn(&mut SendRequest)| {
        let mut message = good();
        change(&mut message);
        message
    };
    let unknown = |message: &mut SendRequest| {
        let fields = [("idd".to_owned(), prost_types::Value::default())].into();
        message.customer = Some(prost_types::Struct { fields });
    };
    let cases = [
        (with(|m| m.session.clear()), Code::InvalidArgument),
        (with(|m| m.session = "a b".to_owned()), Code::InvalidArgument),
        (with(|m| m.id.clear()), Code::InvalidArgument),
        (with(|m| m.id = "ä".to_owned()), Code::InvalidArgument),
        (with(|m| m.id = "x".repeat(129)), Code::InvalidArgument),
        (with(|m| m.text.clear()), Code::InvalidArgument),
        (with(|m| m.text = "x".repeat(10_001)), Code::InvalidArgument),
        (with(|m| m.payload = "x".repeat(10_001)), Code::InvalidArgument),
        (with(|m| m.language = "chinese".to_owned()), Code::InvalidArgument),
        (with(|m| m.language = "x".repeat(1 << 20)), Code::InvalidArgument),
        (with(|m| m.channel = "fax".to_owned()), Code::InvalidArgument),
        (with(|m| m.channel = "api".to_owned()), Code::InvalidArgument),
        (with(unknown), Code::InvalidArgument),
    ];
    for (message, code) in cases {
        let refused = say(&client, message.clone()).await.unwrap_err();
        assert_eq!(refused.code(), code, "{refused:?}");
        assert!(!refused.message().is_empty());
    }
    assert_eq!(get(&client, "s").await.unwrap_err().code(), Code::NotFound);
    let mut asked = client.clone();
    let list = ListRepliesRequest { session: "s".to_owned(), ..ListRepliesRequest::default() };
    assert_eq!(asked.list_replies(list).await.unwrap_err().code(), Code::NotFound);
    let act = ActRequest { session: "s".to_owned(), ..ActRequest::default() };
    assert_eq!(asked.act(act.clone()).await.unwrap_err().code(), Code::InvalidArgument);
    let act = ActRequest { id: "a".to_owned(), agent: "Li".to_owned(), ..act };
    assert_eq!(asked.act(act.clone()).await.unwrap_err().code(), Code::InvalidArgument);
    let act = ActRequest { text: "hello".to_owned(), ..act };
    assert_eq!(asked.act(act.clone()).await.unwrap_err().code(), Code::NotFound);
    let act = ActRequest { outcome: Outcome::Resolved as i32, ..act };
    assert_eq!(asked.act(act).await.unwrap_err().code(), Code::InvalidArgument);
    assert_eq!(say(&client, good()).await.unwrap().turn, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_bot_without_the_channel_says_so() {
    let bundle = flowright_tests::bundle_of_text(flowright_tests::ECHO);
    let world = World::start_bundle(bundle, |options| options).await;
    let refused = say(&client(&world).await, message("s", "1", "echo")).await.unwrap_err();
    assert_eq!(refused.code(), Code::NotFound);
    assert!(refused.message().contains("channel api: grpc"), "{refused:?}");
}

/// With an address of its own, gRPC is spoken there and nowhere else.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn grpc_may_have_an_address_of_its_own() {
    let world = echo_with(alone).await;
    assert_ne!(world.server.address, world.server.grpc_address);
    let here = client(&world).await;
    assert_eq!(texts(&say(&here, message("s", "1", "echo")).await.unwrap()), ["What?"]);
    let there = tonic::transport::Endpoint::from_shared(world.url("")).unwrap();
    let there = there.connect().await.unwrap();
    let there = flowright_runtime::grpc::v1::conversations_client::ConversationsClient::new(there);
    assert!(say(&there, message("s", "2", "words")).await.is_err());
    assert_eq!(say(&here, message("s", "2", "words")).await.unwrap().turn, 2);
    let mut stream = tokio::net::TcpStream::connect(world.server.grpc_address).await.unwrap();
    let mut answer = String::new();
    {
        use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
        stream.write_all(b"GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n").await.unwrap();
        stream.read_to_string(&mut answer).await.unwrap();
    }
    assert!(answer.starts_with("HTTP/1.1 426") && answer.contains("speaks gRPC"), "{answer}");
}

/// Whoever names no session is in the one of the customer, wherever she began it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_customer_has_one_session_by_whatever_she_writes() {
    let world = World::start("order_change").await;
    let client = client(&world).await;
    let by = |sender: &str, id: &str, text: &str, customer: Option<&str>| SendRequest {
        session: String::new(),
        sender: sender.to_owned(),
        customer: customer.map(super::caller::profile),
        ..message("", id, text)
    };
    let text = "我需要修改订单#12345的交货日期。";
    let first = say(&client, by("", "1", text, Some("C-1001"))).await.unwrap();
    assert_eq!(texts(&first), ["当前交货日为6月10日,请确认新日期(格式YYYY-MM-DD):"]);
    // Another address of hers, proved by the same customer; then without a proof.
    let second = say(&client, by("li@desk", "2", "谢谢", Some("C-1001"))).await.unwrap();
    assert_eq!((&second.session, second.turn), (&first.session, 2));
    let third = say(&client, by("li@desk", "3", "6月15日。", None)).await.unwrap();
    assert_eq!(third.session, first.session);
    let other = say(&client, by("wang@desk", "4", "你好", None)).await.unwrap();
    assert_ne!(other.session, first.session);
    for (session, sender) in [("s", "li@desk"), ("", "")] {
        let asked = SendRequest { session: session.to_owned(), ..by(sender, "9", "你好", None) };
        assert_eq!(say(&client, asked).await.unwrap_err().code(), Code::InvalidArgument);
    }
    let long = by(&"x".repeat(513), "9", "你好", None);
    assert_eq!(say(&client, long).await.unwrap_err().code(), Code::InvalidArgument);
}
