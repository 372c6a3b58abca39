//! The answers of a model elsewhere: what is read of them, what is refused, and what becomes of a turn.
#![expect(clippy::unwrap_used, reason = "tests")]

use flowright_compiler::bundle;
use flowright_compiler::compile::MemorySources;
use flowright_engine::external::{Read, read_answer};
use flowright_engine::model::{Command, Event, Session};
use flowright_engine::{LoadedProgram, open_session, step};
use flowright_nlu::Context;
use flowright_nlu::lang::Lang;
use serde_json::{Value as Json, json};

/// 2026-06-01 09:00 in Shanghai.
const NOW_MS: i64 = 1_780_275_600_000;

const SOURCE: &str = r##"
bot b { languages en, zh  timezone "Asia/Shanghai" }
channel web: websocket
skill s
skill calm
route {
  when sentiment < -0.5 -> calm
  otherwise -> s
}

entity order_number: text { pattern r"#?(\d{5})" }
entity size: one_of { small { en "small"  zh "小" }  large { en "large"  zh "大" } }

intent deliver {
  en "deliver {order: order_number} on {day: date}", "bring my order", "deliver it", "deliver my order"
  zh "送货", "请送货"
}
intent refund { en "give me my money back", "refund it", "refund please", "I want a refund"  zh "退款", "请退款" }
intent person { en "talk to a person", "a human please", "somebody real"  zh "人工"  pattern r"(?i)operator" }

flow deliver {
  on intent deliver
  slot order: order_number { ask { en "Which order?"  zh "哪个订单?" } }
  slot day: date { ask { en "Which day?"  zh "哪天?" } }
  slot size: size { ask { en "Which size?"  zh "多大?" } }
  state start {
    fill order, day, size
    say { en "{order} on {day}, {size}."  zh "{order},{day},{size}。" }
    end resolved
  }
}
flow refund {
  on intent refund
  state start { say { en "Refunded."  zh "已退款。" }  end resolved }
}
flow person {
  on intent person
  state start { handoff because "wanted" }
}
"##;

fn program() -> LoadedProgram {
    let compiled = flowright_compiler::compile(&MemorySources::one("a.flow", SOURCE)).unwrap();
    let shown: Vec<_> = compiled.analysis.diagnostics.iter().map(|d| &d.message).collect();
    assert!(compiled.bundle.is_some(), "{shown:?}");
    let encoded = bundle::write(&compiled.bundle.unwrap()).unwrap();
    LoadedProgram::interpreted(bundle::read(&encoded.bytes).unwrap().0, encoded.hash).unwrap()
}

fn read(program: &LoadedProgram, text: &str, answer: &Json) -> Result<Read, String> {
    let cx = Context::at(NOW_MS, "Asia/Shanghai", Lang::EN);
    read_answer(program, text, &cx, answer)
}

struct Talk<'p> {
    program: &'p LoadedProgram,
    session: Session,
}

impl<'p> Talk<'p> {
    fn new(program: &'p LoadedProgram) -> Self {
        Self { program, session: open_session(program, "s", "web", None, NOW_MS) }
    }

    /// What the bot says to a text that is understood as `answer` has it; null: nobody was asked.
    fn say(&mut self, text: &str, answer: Json) -> Vec<String> {
        let external = (!answer.is_null())
            .then(|| Box::new(read(self.program, text, &answer).unwrap().external));
        let (channel, text) = ("web".to_owned(), text.to_owned());
        let event = Event::Message {
            channel,
            text,
            payload: None,
            external,
            knowledge: Vec::new(),
            attachments: Vec::new(),
            from: None,
        };
        // As it is when it comes out of the journal.
        let kept: Event = serde_json::from_str(&serde_json::to_string(&event).unwrap()).unwrap();
        assert_eq!(kept, event);
        let done = step(self.program, &mut self.session, kept, NOW_MS).unwrap();
        let said = |command: Command| match command {
            Command::Reply(reply) => Some(reply.text),
            Command::Handoff(handoff) => Some(format!("to {}", handoff.skill_name.unwrap())),
            _ => None,
        };
        done.commands.into_iter().filter_map(said).collect()
    }
}

fn intent(name: &str, confidence: f64) -> Json {
    json!({ "name": name, "confidence": confidence })
}

fn entity(name: &str, start: usize, end: usize, value: Json) -> Json {
    json!({ "entity": name, "start": start, "end": end, "value": value })
}

#[test]
fn what_is_not_as_it_must_be_is_refused_with_its_place() {
    let program = program();
    let with = |intents: Json, entities: Json| json!({ "intents": intents, "entities": entities });
    let date = |json: Json| with(json!([]), json!([json]));
    let many: Vec<Json> = (0..201).map(|i| intent(&format!("i{i}"), 0.1)).collect();
    let cases = [
        (json!([]), "the answer must be an object"),
        (json!({ "error": "no model" }), "intents: is missing"),
        (json!({ "intents": [] }), "entities: is missing"),
        (with(json!({}), json!([])), "intents: must be a list"),
        (with(json!(many), json!([])), "intents: has 201 items, at most 200 are read"),
        (with(json!(["refund"]), json!([])), "intents[0]: must be an object"),
        (
            with(json!([{ "name": 1, "confidence": 1 }]), json!([])),
            "intents[0].name: must be a text",
        ),
        (
            with(json!([intent("deliver", 0.5), intent("refund", 1.01)]), json!([])),
            "intents[1].confidence: must be a number from 0 to 1",
        ),
        (
            with(json!([intent("other", -0.1)]), json!([])),
            "intents[0].confidence: must be a number from 0 to 1",
        ),
        (
            with(json!([{ "name": "refund", "confidence": "0.5" }]), json!([])),
            "intents[0].confidence: must be a number from 0 to 1",
        ),
        (
            with(json!([intent("refund", 0.5), intent("refund", 0.4)]), json!([])),
            "intents[1].name: this intent was named before",
        ),
        (date(json!("date")), "entities[0]: must be an object"),
        (date(json!({ "start": 0, "end": 1 })), "entities[0].entity: must be a text"),
        (
            date(entity("date", 3, 3, json!("2026-06-15"))),
            "entities[0].end: must be greater than `start`",
        ),
        (
            date(entity("date", 0, 6, json!("2026-06-15"))),
            "entities[0].end: is beyond the end of the text",
        ),
        (
            date(json!({ "entity": "date", "start": -1, "end": 2, "value": "2026-06-15" })),
            "entities[0].start: must be a whole number, a count of characters",
        ),
        (date(json!({ "entity": "date", "start": 0, "end": 2 })), "entities[0].value: is missing"),
        (
            date(entity("date", 0, 2, json!("soon"))),
            "entities[0].value: is no value of `date`, or not in the form that the API has it",
        ),
        (
            date(entity("size", 0, 2, json!("huge"))),
            "entities[0].value: is no value of `size`, or not in the form that the API has it",
        ),
        (
            date(entity("order_number", 0, 2, json!("abc"))),
            "entities[0].value: is no value of `order_number`, or not in the form that the API has it",
        ),
        (
            date(json!({
                "entity": "date", "start": 0, "end": 2, "value": "2026-06-15", "negated": "no",
            })),
            "entities[0].negated: must be true or false",
        ),
        (
            json!({ "intents": [], "entities": [], "language": "english" }),
            "language: must be two small letters such as \"en\"",
        ),
        (
            json!({ "intents": [], "entities": [], "language": 1 }),
            "language: must be a text such as \"en\"",
        ),
        (
            json!({ "intents": [], "entities": [], "sentiment": -2 }),
            "sentiment: must be a number from -1 to 1",
        ),
    ];
    for (answer, expected) in cases {
        // Five characters, fifteen bytes.
        assert_eq!(read(&program, "六月十五日", &answer).unwrap_err(), expected, "{answer}");
    }
}

#[test]
fn names_that_there_are_not_are_left_out_and_told() {
    let program = program();
    let answer = json!({
        "intents": [intent("weather", 0.9), intent("refund", 0.7)],
        "entities": [entity("city", 0, 4, json!("Rome")), entity("text", 0, 4, json!("Rome"))],
        "language": "fr", "sentiment": 0.256, "model": "v7",
    });
    let Read { external, unknown } = read(&program, "Rome", &answer).unwrap();
    let named: Vec<_> = unknown.iter().map(|u| (u.kind.name(), u.name.as_str())).collect();
    assert_eq!(
        named,
        [("intent", "weather"), ("entity", "city"), ("entity", "text"), ("language", "fr")]
    );
    assert_eq!(external.intents.unwrap().len(), 1);
    assert_eq!((external.entities.len(), external.lang), (0, None));
    assert_eq!(external.sentiment_percent, Some(26));
}

#[test]
fn an_answer_decides_where_the_local_model_is_not_sure() {
    let program = program();
    let refund = json!({ "intents": [intent("refund", 0.9)], "entities": [] });
    let nothing = json!({ "intents": [], "entities": [] });
    let elsewhere = json!({ "intents": [intent("weather", 0.9)], "entities": [] });
    let miss = Talk::new(&program).say("plugh xyzzy", Json::Null);
    let cases = [
        ("plugh xyzzy", refund.clone(), "Refunded."),
        ("please deliver my order now", refund.clone(), "Refunded."),
        // Word for word an example, and a pattern: these are sure.
        ("Deliver my order!", refund.clone(), "Which order?"),
        ("the operator", refund.clone(), "to s"),
        ("please deliver my order now", Json::Null, "Which order?"),
        ("please deliver my order now", nothing, miss[0].as_str()),
        // It knows none of our intents: the local model does.
        ("please deliver my order now", elsewhere, "Which order?"),
    ];
    for (text, answer, expected) in cases {
        let said = Talk::new(&program).say(text, answer.clone());
        assert_eq!(said.last().unwrap(), expected, "{text} {answer}: {said:?}");
    }
}

#[test]
fn entities_fill_slots_of_the_flow_and_answer_its_questions() {
    let program = program();
    let mut talk = Talk::new(&program);
    let text = "将一二三四五号订单在儿童节后两周送达";
    let answer = json!({
        "intents": [intent("deliver", 0.8)],
        "entities": [
            entity("order_number", 1, 6, json!("12345")),
            entity("date", 10, 16, json!("2026-06-15")),
        ],
    });
    assert_eq!(talk.say(text, answer), ["多大?"]);
    let answer = json!({ "intents": [], "entities": [entity("size", 0, 2, json!("large"))] });
    assert_eq!(talk.say("巨型", answer), ["12345,6月15日,大。"]);
}

#[test]
fn what_patterns_find_stays_and_other_values_are_replaced() {
    let program = program();
    let mut talk = Talk::new(&program);
    let answer = json!({
        "intents": [intent("deliver", 0.8)],
        "entities": [
            entity("order_number", 8, 13, json!("99999")),
            entity("date", 17, 24, json!("2026-06-20")),
        ],
    });
    // The local model finds the order 12345 and the 15th.
    assert_eq!(talk.say("deliver 12345 on 15 June please", answer), ["Which size?"]);
    assert_eq!(talk.say("small", Json::Null), ["12345 on 20 June, small."]);
}

#[test]
fn a_value_that_is_denied_fills_nothing() {
    let program = program();
    let mut denied = entity("date", 0, 9, json!("2026-06-20"));
    denied["negated"] = json!(true);
    let answer = json!({ "intents": [intent("deliver", 0.8)], "entities": [denied] });
    let mut talk = Talk::new(&program);
    assert_eq!(talk.say("whichever", answer), ["Which order?"]);
    assert_eq!(talk.say("12345", Json::Null), ["Which day?"]);
}

#[test]
fn after_a_clarifying_question_the_first_answer_still_holds() {
    let program = program();
    let mut talk = Talk::new(&program);
    let answer = json!({
        "intents": [intent("deliver", 0.5), intent("refund", 0.45)],
        "entities": [entity("order_number", 0, 5, json!("12345"))],
    });
    let said = talk.say("plugh xyzzy", answer);
    assert!(said.len() == 1 && said[0] != "Which order?", "{said:?}");
    // The session as it is when it comes out of the store.
    let kept = serde_json::to_string(&talk.session).unwrap();
    talk.session = serde_json::from_str(&kept).unwrap();
    assert_eq!(talk.say("deliver", Json::Null), ["Which day?"]);
}

#[test]
fn language_and_sentiment_count() {
    let program = program();
    let refund = |language: &str| json!({ "intents": [intent("refund", 0.9)], "entities": [], "language": language });
    assert_eq!(Talk::new(&program).say("xyzzy", refund("zh")), ["已退款。"]);
    assert_eq!(Talk::new(&program).say("xyzzy", refund("en")), ["Refunded."]);
    let person = |sentiment: f64| json!({ "intents": [intent("person", 0.9)], "entities": [], "sentiment": sentiment });
    let said = Talk::new(&program).say("xyzzy", person(-0.8));
    assert!(said.contains(&"to calm".to_owned()), "{said:?}");
    let said = Talk::new(&program).say("xyzzy", person(0.2));
    assert!(said.contains(&"to s".to_owned()), "{said:?}");
}
