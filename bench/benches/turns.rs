//! Turns in process: the whole conversation of the order change, understanding included.
#![expect(clippy::unwrap_used, reason = "a benchmark may stop at the first surprise")]

use std::hint::black_box;
use std::time::Duration;

use flowright_bench::{grouped, nanos};
use flowright_engine::model::{ActionResult, Event};
use flowright_engine::{LoadedProgram, open_session, step};
use flowright_tests::{bundle_of, load};
use serde_json::json;

const ROUND: Duration = Duration::from_millis(150);
const NOW_MS: i64 = 1_780_275_600_000;

/// Two messages and three answers of actions: five steps.
fn conversation(program: &LoadedProgram) {
    let mut session = open_session(program, "s", "web", None, NOW_MS);
    session.customer = vec![None; program.program.customer.len()];
    let mut take = |event: Event| {
        black_box(step(program, &mut session, event, NOW_MS).unwrap());
        session.pending_call().map(|call| call.key.clone())
    };
    let message = |text: &str| Event::Message {
        channel: "web".to_owned(),
        text: text.to_owned(),
        payload: None,
        external: None,
        knowledge: Vec::new(),
        attachments: Vec::new(),
        from: None,
    };
    let answer = |key: Option<String>, body: serde_json::Value| Event::ActionResult {
        key: key.unwrap(),
        result: ActionResult::Answer { status: 200, body },
    };
    let key = take(message("我需要修改订单#12345的交货日期。"));
    take(answer(key, json!({ "due": "2026-06-10", "owner": "C-1001" })));
    let key = take(message("6月15日。"));
    let key = take(answer(key, json!({ "granted": true })));
    assert!(take(answer(key, json!({}))).is_none());
}

fn main() {
    let bytes = bundle_of("order_change");
    let (oracle, machine) = (load(&bytes, false).unwrap(), load(&bytes, true).unwrap());
    let interpreted = nanos(ROUND, || conversation(&oracle));
    let compiled = nanos(ROUND, || conversation(&machine));
    println!("a conversation of 2 turns, 5 steps:");
    for (name, took) in [("interpreter", interpreted), ("machine code", compiled)] {
        let rate = grouped(2e9 / took);
        println!(
            "{name:<14} {:>8.1} us  {rate:>10} turns/s  {:>5.2}x",
            took / 1e3,
            interpreted / took
        );
    }
}
