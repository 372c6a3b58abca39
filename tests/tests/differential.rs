//! Whole conversations in both executors: generated messages, buttons, silences and answers of
//! actions against the example projects, the sessions compared after every step.
#![expect(clippy::unwrap_used, reason = "tests")]

use std::sync::OnceLock;

use flowright_compiler::ir::TestStep;
use flowright_engine::model::{ActionResult, Command, Event, Session};
use flowright_engine::{LoadedProgram, open_session, step};
use flowright_tests::{bundle_of, load};
use proptest::prelude::*;
use serde_json::{Value as Json, json};

const PROJECTS: [&str; 3] = ["order_change", "invoice_query", "outage_report"];

struct Pair {
    oracle: LoadedProgram,
    machine: LoadedProgram,
    /// What the customers of the project's own tests say.
    words: Vec<String>,
}

fn pairs() -> &'static [Pair] {
    static PAIRS: OnceLock<Vec<Pair>> = OnceLock::new();
    PAIRS.get_or_init(|| PROJECTS.iter().map(|project| pair(project)).collect())
}

fn pair(project: &str) -> Pair {
    let bytes = bundle_of(project);
    let (oracle, machine) = (load(&bytes, false).unwrap(), load(&bytes, true).unwrap());
    let lines = oracle.program.tests.iter().flat_map(|test| &test.lines);
    let mut words: Vec<String> = lines
        .filter_map(|line| match &line.kind {
            TestStep::User(text) => Some(text.clone()),
            _ => None,
        })
        .collect();
    let more = [
        "取消",
        "不对,是54321",
        "help",
        "转人工",
        "再说一遍",
        "yes",
        "no",
        "2",
        "2030-01-01",
        "",
        "💥",
    ];
    words.extend(more.map(str::to_owned));
    Pair { oracle, machine, words }
}

/// What happens next; numbers are taken modulo what there is.
#[derive(Debug, Clone)]
enum Happens {
    Says(usize),
    Presses(usize),
    Waits(u32),
    Knows(usize),
}

fn happens() -> impl Strategy<Value = Happens> {
    prop_oneof![
        6 => any::<usize>().prop_map(Happens::Says),
        3 => any::<usize>().prop_map(Happens::Presses),
        1 => (0_u32..7_200_000).prop_map(Happens::Waits),
        1 => any::<usize>().prop_map(Happens::Knows),
    ]
}

/// What an action may answer, right and wrong.
fn answers(number: usize) -> ActionResult {
    let body = |body: Json| ActionResult::Answer { status: 200, body };
    let item = json!({ "number": "INV-2024-001", "title": "T", "amount": { "currency": "CNY", "amount": "5" } });
    match number % 9 {
        0 => body(
            json!({ "due": "2030-06-10", "owner": "C", "granted": true, "status": "open", "number": "T-1",
                          "amount": { "currency": "USD", "amount": "12.5" }, "items": [item] }),
        ),
        1 => body(
            json!({ "granted": false, "items": [], "status": "incident", "since": "2026-01-01" }),
        ),
        2 => ActionResult::Answer { status: 404, body: Json::Null },
        3 => ActionResult::Answer { status: 500, body: json!({ "code": "x" }) },
        4 => ActionResult::Failed("no answer".to_owned()),
        5 => body(json!({ "due": 5, "granted": "yes", "items": {} })),
        6 => {
            body(json!({ "granted": true, "due": "2030-06-10", "status": "paid", "number": "T-2" }))
        }
        7 => body(json!([])),
        _ => body(
            json!({ "items": [item.clone(), item], "status": "ok", "granted": true, "due": "2030-02-01" }),
        ),
    }
}

/// One step in both executors; the commands, when both did the same.
fn both(
    pair: &Pair,
    sessions: &mut [Session; 2],
    event: &Event,
    now_ms: i64,
) -> Result<Vec<Command>, TestCaseError> {
    let [left, right] = sessions;
    let expected = step(&pair.oracle, left, event.clone(), now_ms);
    let actual = step(&pair.machine, right, event.clone(), now_ms);
    prop_assert_eq!(&expected, &actual, "{:?}", event);
    prop_assert_eq!(&*left, &*right, "{:?}", event);
    let stored = serde_json::to_string(left).unwrap();
    let read: Session = serde_json::from_str(&stored).unwrap();
    prop_assert_eq!(&read, &*left, "a session is what is stored of it");
    Ok(expected.map(|step| step.commands).unwrap_or_default())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, ..ProptestConfig::default() })]

    #[test]
    fn conversations_go_the_same_way(
        project in 0..PROJECTS.len(),
        story in prop::collection::vec(happens(), 1..25),
        outcomes in prop::collection::vec(any::<usize>(), 12),
    ) {
        let pair = pairs().get(project).unwrap();
        let mut now_ms = 1_780_275_600_000_i64;
        let open = |program: &LoadedProgram| open_session(program, "s", "web", None, now_ms);
        let mut sessions = [open(&pair.oracle), open(&pair.machine)];
        let mut buttons: Vec<String> = Vec::new();
        let mut called = 0_usize;
        for happens in story {
            now_ms += 1_000;
            let message = |text: String, payload: Option<String>| {
                Event::Message { channel: "web".to_owned(), text, payload, external: None, knowledge: Vec::new(), attachments: Vec::new(), from: None, }
            };
            let event = match happens {
                Happens::Says(n) => message(pair.words.get(n % pair.words.len()).unwrap().clone(), None),
                Happens::Presses(n) if !buttons.is_empty() => {
                    let payload = buttons.get(n % buttons.len()).unwrap().clone();
                    message(String::new(), Some(payload))
                }
                Happens::Presses(_) => message("?".to_owned(), Some("nothing".to_owned())),
                Happens::Waits(ms) => {
                    now_ms += i64::from(ms);
                    Event::Wake
                }
                Happens::Knows(n) => {
                    let fields = pair.oracle.program.customer.len();
                    let id = flowright_nlu::value::Value::Text(format!("C-{}", n % 3));
                    let mut profile = vec![None; fields];
                    if let Some(first) = profile.first_mut() {
                        *first = Some(id);
                    }
                    Event::Customer { profile }
                }
            };
            let mut commands = both(pair, &mut sessions, &event, now_ms)?;
            let mut calls = 0;
            while let Some(call) = sessions.first().and_then(Session::pending_call).cloned() {
                calls += 1;
                prop_assert!(calls < 100, "calls without end");
                let result = answers(*outcomes.get(called % outcomes.len()).unwrap());
                called += 1;
                let event = Event::ActionResult { key: call.key, result };
                commands.extend(both(pair, &mut sessions, &event, now_ms)?);
            }
            for command in commands {
                if let Command::Reply(reply) = command {
                    buttons = reply.choices.into_iter().map(|choice| choice.payload).collect();
                }
            }
        }
    }
}
