//! Conversations over HTTP: what is said, repeated, resumed and handed over.

use std::time::{Duration, Instant};

use flowright_tests::{World, texts};
use serde_json::json;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_delivery_date_is_changed_in_chinese() {
    let world = World::start("order_change").await;
    let said = world.say("s", "1", "我需要修改订单#12345的交货日期。", "C-1001").await;
    assert_eq!(said, ["当前交货日为6月10日,请确认新日期(格式YYYY-MM-DD):"]);
    let said = world.say("s", "2", "6月15日。", "C-1001").await;
    assert_eq!(said, ["已验证权限,正在更新...", "更新成功,新交货日为6月15日。"]);
    assert_eq!(world.crm.data().orders["12345"]["due"], "2026-06-15");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_delivery_date_is_changed_in_english() {
    let world = World::start("order_change").await;
    let text = "I need to change the delivery date of order #12345.";
    let said = world.say("s", "1", text, "C-1001").await;
    assert_eq!(said, ["It is due on 10 June. What is the new date (YYYY-MM-DD)?"]);
    let said = world.say("s", "2", "15 June", "C-1001").await;
    assert_eq!(said, ["Permission verified, updating…", "Done. The new delivery date is 15 June."]);
    assert_eq!(world.crm.data().orders["12345"]["due"], "2026-06-15");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_permission_a_human_gets_the_summary() {
    let world = World::start("order_change").await;
    world.say("s", "1", "move order 12345 to 20 June", "C-2002").await;
    assert_eq!(world.crm.data().orders["12345"]["due"], "2026-06-10");
    let session = world.session("s").await;
    assert_eq!(session["status"], "handed_off");
    let handoff = &session["handoff"];
    assert_eq!(handoff["skill"], "order_ops");
    assert_eq!(handoff["because"], "no permission to change order 12345");
    assert_eq!(
        handoff["summary"]["slots"][0],
        json!({ "name": "order", "value": "12345", "turn": 1 })
    );
    assert_eq!(handoff["summary"]["transcript"][0]["text"], "move order 12345 to 20 June");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_field_for_supervisors_is_withheld() {
    let world = World::start("order_change").await;
    let customer = json!({ "id": "C-2002", "contract": "CNY 300000", "email": "li@example.com" });
    let body = json!({ "id": "1", "text": "move order 12345 to 20 June", "customer": customer });
    world.post("s", body).await;
    let session = world.session("s").await.to_string();
    assert!(session.contains("visible to supervisor"), "{session}");
    for secret in ["300,000", "300000", "li@example.com"] {
        assert!(!session.contains(secret), "{secret} in {session}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_messages_not_understood_end_at_a_human() {
    let world = World::start("order_change").await;
    world.say("s", "1", "qwerty asdf zxcv", "C-1001").await;
    assert_eq!(world.session("s").await["status"], "bot");
    world.say("s", "2", "plugh xyzzy", "C-1001").await;
    let session = world.session("s").await;
    assert_eq!(session["status"], "handed_off");
    assert_eq!(session["handoff"]["reason"], "misses");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_repeated_message_is_answered_alike_and_not_carried_out_twice() {
    let world = World::start("order_change").await;
    let body =
        json!({ "id": "m", "text": "把订单12345改到6月20日交货", "customer": { "id": "C-1001" } });
    let (_, first) = world.post("s", body.clone()).await;
    let again = futures_util::future::join_all((0..8).map(|_| world.post("s", body.clone()))).await;
    for (status, answer) in again {
        assert_eq!((status, &answer["replies"]), (200, &first["replies"]));
        assert_eq!(answer["repeated"], true);
    }
    assert_eq!(world.crm.data().audit.len(), 1);
    let world = world.restart().await;
    let (_, later) = world.post("s", body).await;
    assert_eq!(later["replies"], first["replies"], "days later too");
    assert_eq!(world.crm.data().audit.len(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn messages_sent_at_once_are_carried_out_one_by_one() {
    let world = World::start("order_change").await;
    let posts = (0..20).map(|i| {
        let body = json!({ "id": format!("m{i}"), "text": "你好", "customer": { "id": "C-1001" } });
        world.post("s", body)
    });
    let answers = futures_util::future::join_all(posts).await;
    let mut turns: Vec<u64> = answers.iter().map(|(_, a)| a["turn"].as_u64().unwrap()).collect();
    turns.sort_unstable();
    assert_eq!(turns, (1..=20).collect::<Vec<u64>>());
    let session = world.session("s").await;
    let seqs: Vec<u64> =
        session["replies"].as_array().unwrap().iter().map(|r| r["seq"].as_u64().unwrap()).collect();
    assert_eq!(seqs, (1..=seqs.len() as u64).collect::<Vec<u64>>(), "no gaps");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_conversation_goes_on_after_a_restart() {
    let world = World::start("order_change").await;
    world.say("s", "1", "我需要修改订单#12345的交货日期。", "C-1001").await;
    let world = world.restart().await;
    let said = world.say("s", "2", "6月15日。", "C-1001").await;
    assert_eq!(said, ["已验证权限,正在更新...", "更新成功,新交货日为6月15日。"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_slow_crm_ends_at_a_human_after_its_retries() {
    let world = World::start("order_change").await;
    world.crm.set_delay(Duration::from_secs(60));
    let begun = Instant::now();
    let said = world.say("s", "1", "我需要修改订单#12345的交货日期。", "C-1001").await;
    assert_eq!(said, ["我为您转接人工客服,请稍候。"]);
    // Three attempts of two seconds each.
    assert!(begun.elapsed() >= Duration::from_secs(6));
    assert_eq!(world.session("s").await["handoff"]["because"], "the order system does not answer");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_message_to_a_human_is_held_and_recorded() {
    let world = World::start("order_change").await;
    world.say("s", "1", "move order 12345 to 20 June", "C-2002").await;
    let held = |id: &'static str, text: &'static str| {
        let body = json!({ "id": id, "text": text });
        async { world.post("s", body).await.1 }
    };
    let answer = held("2", "are you there?").await;
    assert_eq!(answer["status"], "handed_off");
    assert_eq!(texts(&answer), ["Your message has been passed on to my colleague."]);
    // It is said once; a message that is repeated gets it again.
    for (id, text) in [("3", "hello?"), ("4", "有人吗?"), ("5", "yes")] {
        let answer = held(id, text).await;
        assert_eq!((texts(&answer).len(), &answer["status"]), (0, &json!("handed_off")), "{id}");
    }
    assert_eq!(texts(&held("2", "are you there?").await).len(), 1);
    let world = world.restart().await;
    let (_, answer) = world.post("s", json!({ "id": "6", "text": "still there?" })).await;
    assert_eq!(texts(&answer).len(), 0, "nor after a restart: {answer}");
}

const SILENT: &str = r#"
bot b { languages en  timezone "UTC" }
channel api: rest
skill s
route { otherwise -> s }
intent rent { en "rent a machine", "I want to rent", "machine rental", "renting", "hire one" }
flow rent {
  on intent rent
  slot days: number { ask "For how many days?" }
  state start { fill days  say "{days} days."  end resolved }
  on silence 10m { say "Still there?" }
  on silence 20m { handoff because "she is gone" }
}
"#;

/// What the bot says later, by itself, is no part of the answer to a message.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_repeated_message_is_answered_alike_whatever_was_said_since() {
    let world = World::start_bundle(flowright_tests::bundle_of_text(SILENT), |o| o).await;
    let body = json!({ "id": "m", "text": "rent a machine" });
    let (_, first) = world.post("s", body.clone()).await;
    assert_eq!(texts(&first), ["For how many days?"]);
    let alike = |answer: serde_json::Value, when: &str| {
        let mut expected = first.clone();
        expected["repeated"] = json!(true);
        assert_eq!(answer.to_string(), expected.to_string(), "{when}");
    };
    alike(world.post("s", body.clone()).await.1, "at once");
    for (minutes, replies) in [(10, 2), (10, 3)] {
        world.clock.advance_ms(minutes * 60_000);
        let until = Instant::now() + Duration::from_secs(20);
        while world.session("s").await["replies"].as_array().unwrap().len() < replies {
            assert!(Instant::now() < until, "nobody woke the session");
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        alike(world.post("s", body.clone()).await.1, "after a silence");
    }
    assert_eq!(world.session("s").await["status"], "handed_off");
    let world = world.restart().await;
    alike(world.post("s", body).await.1, "after a restart");
}
