//! Small flows as designers write them.
#![expect(clippy::unwrap_used, reason = "tests")]

mod common;

use common::{cx, example, order_and_date};
use flowright_nlu::lang::Lang;
use flowright_nlu::spec::{
    Builtin, ChoiceOption, EntityId, EntityKind, EntitySpec, Example, IntentSpec, Piece, Spec,
};
use flowright_nlu::value::{Date, Value};
use flowright_nlu::{Model, Understander, train};

fn order_bot() -> Understander {
    let intent = |name: &str, examples: &[&str]| IntentSpec {
        name: name.to_owned(),
        examples: examples.iter().map(|text| example(text)).collect(),
        ..IntentSpec::default()
    };
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
        entities: order_and_date(),
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
        ("我需要修改訂單#12345的交貨日期。", 0, 0.95, 1.0),
        ("我想轉人工客服", 2, 0.7, 1.0),
        ("cancel my order please", 1, 0.7, 1.0),
        ("ｃａｎｃｅｌ my order please", 1, 0.7, 1.0),
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

/// What an intent is not says nothing of the others: they may well be that.
#[test]
fn what_one_intent_is_not_another_may_be() {
    let intent = |name: &str, examples: &[&str], negatives: &[&str]| IntentSpec {
        name: name.to_owned(),
        examples: examples.iter().map(|text| example(text)).collect(),
        negatives: negatives.iter().map(|text| example(text)).collect(),
        ..IntentSpec::default()
    };
    let cancel = ["cancel my order please", "I do not want my order any more", "stop the order"];
    let track =
        ["where is my order now", "when does my order come", "has the order left the house"];
    let not = ["where did my order go", "where is my wife's order", "where has it been so long"];
    let bot = |of_cancel: &[&str], of_track: &[&str]| {
        let intents = vec![intent("cancel", &cancel, of_cancel), intent("track", &track, of_track)];
        let spec = Spec { languages: vec![Lang::EN], intents, ..Spec::default() };
        Understander::new(train(&spec).unwrap()).unwrap()
    };
    let (not_cancel, not_track) = (bot(&not, &[]), bot(&[], &not));
    let margin = |bot: &Understander, intent: &str, text: &str| {
        let explained = bot.explain(text, &cx(), 2).unwrap();
        explained.intents.iter().find(|own| own.intent == intent).map_or(-9.0, |own| own.margin)
    };
    for text in ["where is my order", "where did the order go", not[0]] {
        let (free, denied) =
            (margin(&not_cancel, "track", text), margin(&not_track, "track", text));
        assert!(free > denied + 0.1, "track, {text}: {free} {denied}");
        let (free, denied) =
            (margin(&not_track, "cancel", text), margin(&not_cancel, "cancel", text));
        assert!(free > denied + 0.1, "cancel, {text}: {free} {denied}");
    }
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

/// A pattern and the words of a choice are found however Chinese is written, and the value is what
/// was said.
#[test]
fn either_kind_of_chinese_finds_the_other() {
    let pattern =
        |regex: &str| EntityKind::Pattern { base: Builtin::Text, regexes: vec![regex.to_owned()] };
    let red = ChoiceOption { name: "red".into(), words: vec![(Some(Lang::ZH), "红色".into())] };
    let kinds = [pattern(r"订单(\d{5})"), pattern(r"訂單(\d{5})"), EntityKind::Choice(vec![red])];
    let entities = kinds.map(|kind| EntitySpec { name: String::new(), kind }).into();
    let bot = Understander::new(train(&Spec { entities, ..Spec::default() }).unwrap()).unwrap();
    for (text, entity, place) in [
        ("查订单12345", 0, "订单12345"),
        ("查訂單１２３４５吧", 0, "訂單１２３４５"),
        ("查訂單12345", 1, "訂單12345"),
        ("😀要紅色的", 2, "紅色"),
        ("要红\u{200b}色的", 2, "红\u{200b}色"),
    ] {
        let found = bot.find(text, EntityId(entity), &cx());
        let [found] = found.as_slice() else { panic!("{text}: {found:?}") };
        assert_eq!(text.get(found.start..found.end), Some(place), "{text}");
        let means = if entity == 2 { Value::Choice(0) } else { Value::Text("12345".into()) };
        assert_eq!(found.value, means, "{text}");
    }
}

/// What is called like a choice of the bot is that choice, and no order.
#[test]
fn the_name_of_a_choice_is_no_reference() {
    let option = |name: &str, word: &str| ChoiceOption {
        name: name.into(),
        words: vec![(None, word.into())],
    };
    let cards = vec![option("fast", "RTX4090"), option("long", "SO 2024-1187 case")];
    let kinds = [EntityKind::Builtin(Builtin::Reference), EntityKind::Choice(cards)];
    let entities = kinds.map(|kind| EntitySpec { name: String::new(), kind }).into();
    let bot = Understander::new(train(&Spec { entities, ..Spec::default() }).unwrap()).unwrap();
    for (text, references) in [
        ("my rtx4090 is broken", vec![]),
        ("the RTX4090 of order AB12345", vec!["AB12345"]),
        ("my RTX4080 is broken", vec!["RTX4080"]),
        ("SO 2024-1187 case", vec![]),
    ] {
        let found = bot.find(text, EntityId(0), &cx());
        let said: Vec<Value> = found.into_iter().map(|found| found.value).collect();
        let meant: Vec<Value> = references.into_iter().map(|r| Value::Text(r.into())).collect();
        assert_eq!(said, meant, "{text}");
    }
}

/// The ends of a range are for an intent with two such slots, and are no value for one.
#[test]
fn a_range_fills_two_slots_or_none() {
    let entities =
        vec![EntitySpec { name: "date".into(), kind: EntityKind::Builtin(Builtin::Date) }];
    let slot = |slot: &str| Piece::Slot { slot: slot.into(), entity: EntityId(0), said: None };
    let text = |text: &str| Piece::Text(text.into());
    let intent = |name: &str, pieces: Vec<Piece>| IntentSpec {
        name: name.into(),
        examples: vec![Example { lang: None, pieces }],
        ..IntentSpec::default()
    };
    let intents = vec![
        intent("stay", vec![text("a room from "), slot("first"), text(" to "), slot("last")]),
        intent("visit", vec![text("a technician on "), slot("day")]),
    ];
    let bot = Understander::new(train(&Spec { entities, intents, ..Spec::default() }).unwrap());
    let said = "from Monday to Wednesday";
    let understood = bot.unwrap().understand(said, &cx());
    let slots = |intent: u16| {
        let own = understood.intents.iter().find(|i| i.intent == intent).unwrap();
        own.slots.iter().map(|(name, _)| name.clone()).collect::<Vec<_>>()
    };
    assert_eq!(slots(0), ["first", "last"]);
    assert!(slots(1).is_empty());
}
