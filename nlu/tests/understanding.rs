//! Small flows as designers write them, and public sets where they are at hand.
#![expect(clippy::unwrap_used, reason = "tests")]

use std::path::PathBuf;

use flowright_nlu::lang::Lang;
use flowright_nlu::spec::{
    Builtin, EntityId, EntityKind, EntitySpec, Example, IntentSpec, Piece, Spec,
};
use flowright_nlu::value::{Date, Value};
use flowright_nlu::{Context, Model, Understander, train};

fn cx() -> Context {
    Context {
        today: Date::from_ymd(2026, 6, 1).unwrap(),
        now_ms: 1_780_272_000_000,
        timezone: "Asia/Shanghai".to_owned(),
        lang: Lang::ZH,
    }
}

fn example(text: &str) -> Example {
    let mut pieces = Vec::new();
    for (i, part) in text.split(['{', '}']).enumerate() {
        match (i % 2, part) {
            (0, "") => {}
            (0, text) => pieces.push(Piece::Text(text.to_owned())),
            (_, "order") => pieces.push(Piece::Slot { slot: "order".into(), entity: EntityId(0) }),
            (_, other) => pieces.push(Piece::Slot { slot: other.into(), entity: EntityId(1) }),
        }
    }
    Example { lang: None, pieces }
}

fn order_bot() -> Understander {
    let intent = |name: &str, examples: &[&str]| IntentSpec {
        name: name.to_owned(),
        examples: examples.iter().map(|text| example(text)).collect(),
        ..IntentSpec::default()
    };
    let order =
        EntityKind::Pattern { base: Builtin::Text, regexes: vec![r"#?(\d{5,10})".to_owned()] };
    let spec = Spec {
        languages: vec![Lang::ZH, Lang::EN],
        intents: vec![
            intent(
                "change",
                &[
                    "I need to change the delivery date of order {order}",
                    "move order {order} to {date}",
                    "我需要修改订单{order}的交货日期",
                    "把订单{order}改到{date}交货",
                ],
            ),
            intent(
                "cancel_order",
                &[
                    "cancel order {order}",
                    "please cancel my order",
                    "取消订单{order}",
                    "我不要这个订单了",
                ],
            ),
            intent("human", &["talk to a human", "give me an agent", "转人工", "我要找人工客服"]),
        ],
        entities: vec![
            EntitySpec { name: "order_number".into(), kind: order },
            EntitySpec { name: "date".into(), kind: EntityKind::Builtin(Builtin::Date) },
        ],
    };
    let model = train(&spec).unwrap();
    let bytes = model.to_bytes();
    assert_eq!(bytes, train(&spec).unwrap().to_bytes(), "training is deterministic");
    Understander::new(Model::from_bytes(&bytes).unwrap()).unwrap()
}

#[test]
fn a_small_flow_accepts_what_it_knows_and_doubts_the_rest() {
    let bot = order_bot();
    for (text, intent, at_least, at_most) in [
        ("我需要修改订单#12345的交货日期。", 0, 0.95, 1.0),
        ("I need to change the delivery date of order 54321", 0, 0.95, 1.0),
        ("can you move order 54321 to next Friday", 0, 0.7, 1.0),
        ("我想把订单#12345改到6月20日", 0, 0.7, 1.0),
        ("cancel my order please", 1, 0.7, 1.0),
        ("我想转人工客服", 2, 0.7, 1.0),
        ("asdf qwer", 9, 0.0, 0.4),
        ("今天天气怎么样", 9, 0.0, 0.4),
        ("what is the capital of France", 9, 0.0, 0.4),
    ] {
        let understood = bot.understand(text, &cx());
        let best = understood.intents.first().map(|i| (i.intent, i.confidence)).unwrap_or((9, 0.0));
        println!("{text}: {best:?}");
        assert!((at_least..=at_most).contains(&best.1), "{text}: {best:?}");
        assert!(intent == 9 || best.0 == intent, "{text}: {best:?}");
    }
}

#[test]
fn one_utterance_gives_several_slots() {
    let understood = order_bot().understand("把订单#12345改到6月15日交货", &cx());
    let best = understood.intents.first().unwrap();
    let slots: Vec<_> =
        best.slots.iter().map(|(name, found)| (name.as_str(), found.value.clone())).collect();
    let day = Value::Date(Date::from_ymd(2026, 6, 15).unwrap());
    assert_eq!(slots, [("order", Value::Text("12345".into())), ("date", day)]);
    assert_eq!(understood.lang, Some(Lang::ZH));
}

#[test]
fn a_damaged_model_is_refused() {
    let spec = Spec {
        intents: vec![IntentSpec { examples: vec![example("a b")], ..IntentSpec::default() }],
        ..Spec::default()
    };
    let bytes = train(&spec).unwrap().to_bytes();
    assert!(Model::from_bytes(&bytes[..bytes.len() / 2]).is_err());
}

fn data(set: &str, file: &str) -> Option<Vec<(String, String)>> {
    let folder = std::env::var_os("FLOWRIGHT_DATA").map_or_else(
        || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../shared/data"),
        PathBuf::from,
    );
    let Ok(text) = std::fs::read_to_string(folder.join(set).join(file)) else {
        println!("skipped: no {set}/{file} in {}", folder.display());
        return None;
    };
    let row = |line: &str| line.split_once('\t').map(|(t, l)| (t.to_owned(), l.trim().to_owned()));
    Some(text.lines().filter_map(row).collect())
}

fn accuracy(train_rows: &[(String, String)], test_rows: &[(String, String)]) -> f64 {
    let mut names: Vec<&String> = train_rows.iter().map(|(_, label)| label).collect();
    names.sort();
    names.dedup();
    let plain = |text: &str| Example { lang: None, pieces: vec![Piece::Text(text.to_owned())] };
    let intent = |name: &&String| IntentSpec {
        name: (*name).clone(),
        examples: train_rows.iter().filter(|(_, l)| l == *name).map(|(t, _)| plain(t)).collect(),
        ..IntentSpec::default()
    };
    let spec = Spec { intents: names.iter().map(intent).collect(), ..Spec::default() };
    let bot = Understander::new(train(&spec).unwrap()).unwrap();
    let right = test_rows.iter().filter(|(text, label)| {
        let understood = bot.understand(text, &cx());
        understood.intents.first().and_then(|i| bot.intent_name(i.intent)) == Some(label)
    });
    right.count() as f64 / test_rows.len() as f64
}

#[test]
fn few_examples_of_a_public_set_go_far() {
    let (Some(train_rows), Some(test_rows)) =
        (data("banking77", "fewshot_5.tsv"), data("banking77", "test.tsv"))
    else {
        return;
    };
    let sample: Vec<_> = test_rows.into_iter().step_by(7).collect();
    let reached = accuracy(&train_rows, &sample);
    println!("BANKING77, 5 an intent: {reached:.3}");
    assert!(reached > 0.55, "{reached}");
}

#[test]
#[ignore = "minutes in a debug build: run with --release -- --ignored --nocapture"]
fn whole_public_sets() {
    for set in
        ["banking77", "hwu64", "crosswoz", "hint3_sofmattress", "braun_askubuntu", "braun_chatbot"]
    {
        let (Some(train_rows), Some(test_rows)) = (data(set, "train.tsv"), data(set, "test.tsv"))
        else {
            continue;
        };
        println!("{set}: {:.4}", accuracy(&train_rows, &test_rows));
    }
}
