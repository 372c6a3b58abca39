//! Conversations written down as tests: they pass when they are run.

use std::collections::BTreeMap;
use std::sync::Arc;

use flowright_compiler::compile::MemorySources;
use flowright_compiler::fmt::format;
use flowright_compiler::ir::ActionId;
use flowright_engine::explore::{self, Customer, Explorer, Move};
use flowright_engine::json::value_to_json;
use flowright_lsp::talk::conversation::{Answer, Begin, Conversation};
use flowright_lsp::talk::program::{Programs, Ready};
use flowright_lsp::talk::tests::run;
use serde_json::{Value as Json, json};

use crate::{ORDERS, answers, checked, example, ready, small, talk, value};

#[test]
fn a_conversation_becomes_a_test_as_people_write_it() {
    let mut talk = talk(&ORDERS, Some("change_delivery_date"));
    let set = flowright_lsp::talk::conversation::Set {
        channel: Some("api".to_owned()),
        customer: Some(json!({ "id": "C-1001", "tier": "gold" })),
        language: None,
    };
    talk.set(set).unwrap();
    talk.say("12345", None).unwrap();
    answers(&mut talk, "orders.get", &Answer::Error("not_found".to_owned()));
    talk.say("54321", None).unwrap();
    answers(&mut talk, "orders.get", &value(json!({ "due": "2026-06-10", "owner": "C-1001" })));
    talk.say("15 June", None).unwrap();
    answers(&mut talk, "crm.permission", &value(json!({ "granted": true })));
    answers(&mut talk, "orders.reschedule", &Answer::Value(None));
    assert_eq!(
        talk.record("a new date").unwrap(),
        "test \"a new date\" {\n  today 2026-06-01\n  language en\n  channel api\n  \
         customer { id \"C-1001\"  tier gold }\n  \
         given orders.get -> not_found\n  \
         given orders.get -> { due: 2026-06-10, owner: \"C-1001\" }\n  \
         given crm.permission -> { granted: true }\n\n  \
         user \"please reschedule my delivery\"\n  bot  \"Which order is it?\"\n\n  \
         user \"12345\"\n  bot  \"I can't find order 12345.\"\n  bot  \"Which order is it?\"\n\n  \
         user \"54321\"\n  \
         bot  \"It is due on 10 June. What is the new date (YYYY-MM-DD)?\"\n\n  \
         user \"15 June\"\n  bot  \"Permission verified, updating…\"\n  \
         bot  \"Done. The new delivery date is 15 June.\"\n  \
         expect called orders.reschedule(order: \"54321\", due: 2026-06-15)\n  \
         expect ended resolved\n}\n"
    );
    assert!(talk.record(" ").is_err());
    // Two tests of one name would be one error.
    let known = &talk_tests(&ORDERS)[0];
    let why = talk.record(known).unwrap_err().0;
    assert!(why.contains(known.as_str()) && why.contains("another name"), "{why}");
}

/// The names of a project's tests.
fn talk_tests(ready: &Ready) -> Vec<String> {
    ready.program().tests.iter().map(|test| test.name.clone()).collect()
}

/// Conversations that a made-up customer had, with what they need to begin.
fn made_up(sources: &MemorySources, ready: &Ready, count: u64) -> Vec<explore::Conversation> {
    let analysis = checked(sources);
    let customer = Customer::of(analysis.project.as_ref().unwrap(), ready.program(), None).unwrap();
    let guard: explore::Guard = Arc::new(|step| {
        step();
        Ok(())
    });
    let mut explorer = Explorer::new(&ready.loaded, None, &customer, guard, 11);
    for _ in 0..count {
        explorer.play_one();
    }
    explorer.kept().to_vec()
}

/// How such a conversation begins, as somebody in an editor says it.
fn begin(ready: &Ready, made_up: &explore::Conversation) -> Begin {
    let program = ready.program();
    let known = program.customer.iter().zip(&made_up.customer);
    let customer = known.filter_map(|(field, value)| {
        Some((field.name.clone(), value_to_json(program, &field.ty, value.as_ref()?)))
    });
    let (day, time_s) = made_up.today;
    let channel = made_up.channel.and_then(|id| program.channels.get(id.index()));
    Begin {
        channel: channel.map(|channel| channel.name.clone()),
        language: made_up.lang.map(|lang| lang.to_string()),
        customer: Some(Json::Object(customer.collect())),
        at: Some(format!("{day}T{:02}:{:02}", time_s / 3_600, time_s / 60 % 60)),
        ..Begin::default()
    }
}

/// Answers calls as the made-up world did, as long as there are some.
fn answer_calls(
    talk: &mut Conversation,
    ready: &Ready,
    made_up: &explore::Conversation,
    used: &mut BTreeMap<ActionId, usize>,
) {
    let program = ready.program();
    while let Some(call) = talk.view().call {
        let number = program.actions.iter().position(|a| a.name == call.action).unwrap();
        let (id, action) = (ActionId(u32::try_from(number).unwrap()), &program.actions[number]);
        let given = made_up.answers.get(&id).map_or(&[][..], Vec::as_slice);
        let at = used.entry(id).or_default();
        let answer = given.get(*at).or(given.last());
        *at += 1;
        let answer = match answer {
            Some(explore::Answer::Value(Some(value))) => {
                let json = value_to_json(program, action.result.as_ref().unwrap(), value);
                Answer::Value(Some(json))
            }
            Some(explore::Answer::Value(None)) => Answer::Value(None),
            Some(explore::Answer::Error(n)) => {
                Answer::Error(action.errors[*n as usize].name.clone())
            }
            // The first suggestion is one for success.
            None => Answer::Value(call.suggestions[0].value.clone()),
            Some(explore::Answer::Fails | explore::Answer::Http { .. }) => {
                Answer::Error("fails".to_owned())
            }
        };
        // What somebody in an editor could not answer either.
        if talk.answer(&call.key, &answer).is_err() {
            talk.answer(&call.key, &Answer::Error("fails".to_owned())).unwrap();
        }
    }
}

/// The conversation, had again in the editor.
fn had(ready: &Arc<Ready>, made_up: &explore::Conversation) -> Option<Conversation> {
    let mut talk = Conversation::start("1", Arc::clone(ready), begin(ready, made_up)).ok()?;
    let mut used = BTreeMap::new();
    answer_calls(&mut talk, ready, made_up, &mut used);
    for made in &made_up.moves {
        let done = match made {
            Move::Say(text) => talk.say(text, None),
            Move::Press(label) | Move::PressOld { label, .. } => {
                let shown =
                    talk.view().lines.into_iter().rev().find(|line| !line.choices.is_empty());
                let choices = shown.map(|line| line.choices).unwrap_or_default();
                match choices.into_iter().find(|choice| choice.label == *label) {
                    Some(choice) => talk.say(&choice.label, Some(&choice.payload)),
                    None => continue,
                }
            }
            Move::Silence(ms) => talk.pass(*ms),
        };
        // Words that are none, and no time at all.
        if done.is_err() {
            continue;
        }
        answer_calls(&mut talk, ready, made_up, &mut used);
    }
    Some(talk)
}

/// What keeps a conversation from being a test that is no fault: values and ways to begin that tests
/// have no words for.
fn has_no_words(why: &str) -> bool {
    why.starts_with("a test cannot say ")
}

#[test]
fn made_up_conversations_pass_as_tests() {
    for (project, count) in
        [("order_change", 60), ("outage_report", 60), ("invoice_query", 60), ("crane_service", 40)]
    {
        let sources = example(project);
        let mut programs = Programs::default();
        let ready = programs.of(&checked(&sources)).unwrap();
        let mut text = String::new();
        let (mut written, mut silent) = (Vec::new(), 0);
        for made_up in made_up(&sources, &ready, count) {
            let Some(talk) = had(&ready, &made_up) else { continue };
            let name = format!("made up {}", written.len());
            match talk.record(&name) {
                Ok(test) => {
                    assert_eq!(format(&test).text, test, "formatted");
                    text.push_str(&test);
                    text.push('\n');
                    written.push(format!("made_up.flow#{name}"));
                }
                Err(why) if has_no_words(&why.0) => silent += 1,
                Err(why) => panic!("{project}: {why}: {:#?}", crate::said(&talk.view())),
            }
        }
        assert!(
            written.len() > 8 && written.len() > silent,
            "{project}: {} {silent}",
            written.len()
        );
        let mut files = sources.0.clone();
        files.push(("made_up.flow".to_owned(), text.clone().into()));
        let analysis = checked(&MemorySources(files));
        let errors: Vec<_> = analysis.diagnostics.iter().filter(|d| d.is_error()).collect();
        assert!(errors.is_empty(), "{project}: {errors:#?}\n{text}");
        let ran = run(&programs.of(&analysis).unwrap(), Some(&written), &|| false);
        assert_eq!(ran.results.len(), written.len());
        for result in ran.results {
            assert!(result.passed, "{project}: {result:#?}");
        }
    }
}

#[test]
fn an_answer_from_an_article_is_recorded_by_its_name() {
    let mut talk = talk(&ready(&example("crane_service")), Some("order_part"));
    talk.say("how long is the warranty", None).unwrap();
    let view = talk.view();
    let asked = view.lines.iter().rfind(|line| line.understanding.len() > 1).unwrap();
    assert_eq!(asked.taken.as_deref(), Some("a question that an article answers"));
    talk.say("12", None).unwrap();
    let test = talk.record("warranty").unwrap();
    assert!(test.contains("\n  bot  knowledge \"warranty\"\n"), "{test}");
    assert!(test.contains("\n  bot  \"Ordered 12.\"\n  expect ended resolved\n"), "{test}");
}

#[test]
fn buttons_are_pressed_by_what_they_say() {
    let sources = small(
        "intent go { en \"go on\", \"start it\", \"begin\" }\n\
         flow f {\n  on intent go\n  \
         state s { confirm { en \"Sure?\" } { yes -> t  no -> end cancelled } }\n  \
         state t { choose { en \"Which?\" } { { en \"Red\" } -> end resolved  { en \"Blue\" } -> s } }\n}\n",
    );
    let mut talk = talk(&ready(&sources), Some("f"));
    let press = |talk: &mut Conversation, label: &str| {
        let shown = talk.view().lines.into_iter().rfind(|line| !line.choices.is_empty()).unwrap();
        let choice = shown.choices.into_iter().find(|choice| choice.label == label).unwrap();
        talk.say(&choice.label, Some(&choice.payload)).unwrap();
        choice.payload
    };
    let old = press(&mut talk, "Yes");
    assert_eq!(talk.view().waits_for.as_deref(), Some("a choice: Red | Blue"));
    press(&mut talk, "Red");
    let test = talk.record("buttons").unwrap();
    assert!(
        test.contains("user presses \"Yes\"") && test.contains("user presses \"Red\""),
        "{test}"
    );
    talk.say("Yes", Some(&old)).unwrap();
    assert!(talk.record("old").unwrap_err().0.contains("a button of an earlier reply"));
}
