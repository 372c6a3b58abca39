//! A conversation with the order desk, from its first word to its end, and what is refused.

use std::sync::Arc;

use flowright_compiler::base::FileSpan;
use flowright_lsp::talk::Refused;
use flowright_lsp::talk::conversation::{Answer, Begin, Conversation, Conversations, Set, View};
use flowright_lsp::talk::limits::{CONVERSATIONS_MAX, TEXT_CHARS_MAX};
use flowright_lsp::talk::program::Programs;
use serde_json::json;

use crate::{ORDERS, answers, begin, checked, ready, said, slot, small, talk, value};

/// The piece of the sources at a place.
fn at(talk: &Conversation, place: Option<FileSpan>) -> String {
    let place = place.unwrap();
    talk.sources().get(place.file).unwrap().text[place.span.range()].to_owned()
}

fn customer(view: &View) -> String {
    serde_json::to_string(&view.customer).unwrap()
}

#[test]
fn a_flow_is_talked_through_with_made_up_answers() {
    let mut talk = talk(&ORDERS, Some("change_delivery_date"));
    talk.set(Set { customer: Some(json!({ "id": "C-1001" })), ..Set::default() }).unwrap();
    let view = talk.view();
    assert_eq!(
        said(&view),
        ["user please reschedule my delivery", "bot Which order is it?"],
        "an example of the flow's intent is its first word"
    );
    assert_eq!(customer(&view), r#"{"id":"C-1001"}"#);
    let first = &view.lines[0];
    assert_eq!(first.understanding[0].intent, "change_delivery_date");
    assert!(first.understanding[0].confidence > 0.5, "{first:?}");
    let begins = "the intent `change_delivery_date`, whose flow begins";
    assert_eq!(first.taken.as_deref(), Some(begins));
    assert_eq!(view.waits_for.as_deref(), Some("a value for `order`: text"));
    let state = view.lines[1].state.clone().unwrap();
    assert_eq!((state.flow.as_str(), state.state.as_str()), ("change_delivery_date", "locate"));
    assert_eq!(at(&talk, state.location), "locate");

    talk.say("12345", None).unwrap();
    let view = talk.view();
    assert_eq!(view.lines[2].taken.as_deref(), Some("the answer to `order`"));
    assert_eq!(view.waits_for.as_deref(), Some("the answer of `orders.get`"));
    let call = view.call.clone().unwrap();
    assert_eq!(serde_json::to_value(&call.args).unwrap(), json!({ "order": "12345" }));
    let labels: Vec<&str> = call.suggestions.iter().map(|s| s.label.as_str()).collect();
    assert!(labels[0].contains("2026-06-10") && labels[0].contains("修改交货日期"), "{labels:?}");
    assert_eq!(labels[labels.len() - 2..], ["not_found", "no answer"]);
    assert_eq!(slot(&view, "order").as_deref(), Some("12345"));
    let order = view.slots.iter().find(|slot| slot.name == "order").unwrap();
    assert_eq!((order.of.as_str(), order.turn), ("change_delivery_date", Some(2)));
    assert_eq!(at(&talk, order.location), "order");

    answers(&mut talk, "orders.get", &Answer::Error("not_found".to_owned()));
    let last = talk.view().lines.pop().unwrap();
    assert_eq!(last.text, "Which order is it?");
    talk.say("54321", None).unwrap();
    answers(&mut talk, "orders.get", &value(json!({ "due": "2026-06-10", "owner": "C-1001" })));
    assert_eq!(slot(&talk.view(), "found.due").as_deref(), Some("2026-06-10"));
    talk.say("15 June", None).unwrap();
    answers(&mut talk, "crm.permission", &value(json!({ "granted": true })));
    let view = talk.view();
    let suggested = &view.call.as_ref().unwrap().suggestions[0];
    assert_eq!(
        (suggested.label.as_str(), &suggested.value, &suggested.error),
        ("done", &None, &None)
    );
    assert_eq!(view.lines.last().unwrap().text, "Permission verified, updating…");
    answers(&mut talk, "orders.reschedule", &Answer::Value(None));
    let view = talk.view();
    assert_eq!((view.status, view.waits_for.as_deref()), ("ended", None));
    let path: Vec<&str> = view.path.iter().map(|place| place.state.as_str()).collect();
    assert_eq!(path, ["locate", "locate", "collect", "authorise", "update"]);
    // The next word begins anew.
    talk.say("move order 12345 to 20 June", None).unwrap();
    assert_eq!(talk.view().status, "bot");
}

#[test]
fn replies_go_with_the_state_that_they_are_said_in() {
    let sources = small(
        "intent go { en \"go on\", \"start it\", \"begin\" }\n\
         flow inner { state one { say { en \"inner\" } end resolved } }\n\
         flow outer {\n  on intent go\n  state a { say { en \"in a\" } -> b }\n  \
         state b { say { en \"in b\" } call inner()   say { en \"back in b\" } -> c }\n  \
         state c { say { en \"in c\" } end resolved }\n}\n",
    );
    let analysis = checked(&sources);
    let errors: Vec<_> = analysis.diagnostics.iter().filter(|d| d.is_error()).collect();
    assert!(errors.is_empty(), "{errors:?}");
    let talk = talk(&ready(&sources), Some("outer"));
    let view = talk.view();
    let replies: Vec<(String, String)> = view
        .lines
        .iter()
        .filter_map(|line| Some((line.text.clone(), line.state.as_ref()?.state.clone())))
        .collect();
    let replies: Vec<(&str, &str)> =
        replies.iter().map(|(said, state)| (said.as_str(), state.as_str())).collect();
    assert_eq!(
        replies,
        [("in a", "a"), ("in b", "b"), ("inner", "one"), ("back in b", "b"), ("in c", "c")]
    );
    let entered: Vec<&str> = view.lines[0].entered.iter().map(|p| p.state.as_str()).collect();
    assert_eq!(entered, ["a", "b", "one", "c"]);
}

#[test]
fn a_flow_that_no_words_lead_to_begins_by_itself() {
    let sources = small(
        "flow inner { slot n: number { ask { en \"How many?\" } } state one { fill n  end resolved } }\n\
         flow outer { on start  state a { say { en \"welcome\" } call inner()   end resolved } }\n",
    );
    let ready = ready(&sources);
    let inner = talk(&ready, Some("inner"));
    assert_eq!(inner.view().lines.last().unwrap().text, "How many?");
    assert!(inner.record("x").unwrap_err().0.contains("begins by itself"));
    for flow in [None, Some("outer")] {
        let view = talk(&ready, flow).view();
        assert_eq!(said(&view), ["bot welcome", "bot How many?"], "{flow:?}");
    }
}

#[test]
fn nothing_is_said_before_the_customer_where_no_flow_begins_with_a_session() {
    let talk = talk(&ORDERS, None);
    assert_eq!(said(&talk.view()), Vec::<String>::new());
    assert_eq!(talk.view().now, "2026-06-01T09:00:00");
}

#[test]
fn requests_that_cannot_be_met_say_why() {
    let refused =
        |begin: Begin| Conversation::start("1", Arc::clone(&ORDERS), begin).unwrap_err().0;
    let flow = refused(begin(Some("nothing")));
    assert!(flow.contains("no flow `nothing`") && flow.contains("change_delivery_date"), "{flow}");
    let with = |change: &dyn Fn(&mut Begin)| {
        let mut begin = begin(None);
        change(&mut begin);
        refused(begin)
    };
    assert!(with(&|b| b.channel = Some("pigeon".to_owned())).contains("no channel `pigeon`"));
    assert!(with(&|b| b.language = Some("fr".to_owned())).contains("no language `fr`"));
    assert!(with(&|b| b.at = Some("tomorrow".to_owned())).contains("no time"));
    assert!(with(&|b| b.customer = Some(json!({ "tier": "iron" }))).contains("customer's `tier`"));
    assert!(with(&|b| b.customer = Some(json!(7))).contains("an object"));

    let mut talk = talk(&ORDERS, Some("change_delivery_date"));
    let why = |done: Result<(), Refused>| done.unwrap_err().0;
    assert!(why(talk.say("  ", None)).contains("writes something"));
    assert!(why(talk.say(&"a".repeat(TEXT_CHARS_MAX + 1), None)).contains("characters"));
    assert!(why(talk.pass(0)).contains("1ms"));
    assert!(why(talk.answer("1", &Answer::Value(None))).contains("not under way"));
    talk.say("12345", None).unwrap();
    assert!(why(talk.say("hello", None)).contains("`orders.get` is called: answer it first"));
    assert!(why(talk.pass(1_000)).contains("answer it first"));
    assert!(talk.record("x").unwrap_err().0.contains("answer it first"));
    let key = talk.view().call.unwrap().key;
    let mut answer = |answer: Answer| why(talk.answer(&key, &answer));
    assert!(
        answer(Answer::Error("lost".to_owned())).contains("no error `lost`; it has: not_found")
    );
    assert!(answer(value(json!({ "due": "soon", "owner": "x" }))).contains("expected a date"));
    assert!(answer(Answer::Value(None)).contains("gives something back"));
}

#[test]
fn sources_with_errors_are_named() {
    let broken = small("flow f { state s { -> nowhere } }\n");
    let why = Programs::default().of(&checked(&broken)).unwrap_err().0;
    assert!(why.starts_with("the sources have errors: bot.flow:6: "), "{why}");
    assert!(why.contains("nowhere"), "{why}");
}

#[test]
fn what_is_wrong_beside_names_and_types_can_be_tried_out() {
    let unread = small(
        "intent go { en \"go on\", \"start it\", \"begin\" }\n\
         flow f { on intent go  slot n: number { ask { en \"n?\" } } \
         state s { say { en \"{n}\" } end resolved } }\n",
    );
    let analysis = checked(&unread);
    assert!(analysis.errors() > 0 && analysis.project.is_some());
    let ready = Programs::default().of(&analysis).unwrap();
    assert_eq!(talk(&ready, Some("f")).view().status, "ended");
}

#[test]
fn only_what_is_learned_from_trains_anew() {
    let source = |ask: &str, example: &str| {
        small(&format!(
            "intent go {{ en \"go on\", \"start it\", \"{example}\" }}\n\
             flow f {{ on intent go  slot n: number {{ ask {{ en \"{ask}\" }} }} \
             state s {{ fill n  end resolved }} }}\n"
        ))
    };
    let mut programs = Programs::default();
    let mut trained = |sources| {
        let mut analysis = checked(&sources);
        // As where the intents are too many to be tried out by a check.
        analysis.model = None;
        programs.of(&analysis).unwrap();
        programs.trained()
    };
    let counts = [
        trained(source("How many?", "begin")),
        trained(source("How many are there?", "begin")),
        trained(source("How many are there?", "begin it now")),
        trained(source("How many?", "begin")),
    ];
    assert_eq!(counts, [1, 1, 2, 2]);
}

#[test]
fn channel_language_and_customer_change_before_and_after_the_first_word() {
    let mut talk = talk(&ORDERS, None);
    let set = |channel: &str, language: &str, tier: &str| Set {
        channel: Some(channel.to_owned()),
        language: Some(language.to_owned()),
        customer: Some(json!({ "tier": tier })),
    };
    talk.set(set("mail", "zh", "gold")).unwrap();
    let view = talk.view();
    assert_eq!((view.channel.as_str(), view.language.as_str()), ("mail", "zh"));
    assert_eq!(customer(&view), r#"{"tier":"gold"}"#);
    assert!(view.lines.is_empty());
    talk.say("我需要修改订单12345的交货日期", None).unwrap();
    answers(&mut talk, "orders.get", &Answer::Error("fails".to_owned()));
    assert_eq!(talk.view().status, "human");
    talk.set(set("web", "en", "silver")).unwrap();
    let view = talk.view();
    assert_eq!((view.channel.as_str(), view.language.as_str()), ("web", "en"));
    assert_eq!(customer(&view), r#"{"tier":"silver"}"#);
    let why = talk.record("x").unwrap_err().0;
    for what in ["the channel changes", "the language changes", "customer changes"] {
        assert!(why.contains(what), "{why}");
    }
    talk.restart().unwrap();
    let view = talk.view();
    assert_eq!((view.channel.as_str(), view.language.as_str()), ("web", "en"));
    assert_eq!((customer(&view).as_str(), view.lines.len()), (r#"{"tier":"silver"}"#, 0));
    let field = view.customer_fields.iter().find(|field| field.name == "tier").unwrap();
    assert_eq!((field.ty.as_str(), field.options.len()), ("one_of", 3));
    assert!(talk.set(set("web", "fr", "gold")).is_err());
    assert_eq!(customer(&talk.view()), r#"{"tier":"silver"}"#);
}

#[test]
fn only_so_many_are_open() {
    let mut all = Conversations::default();
    let begin = || Begin { project: "p".to_owned(), ..begin(None) };
    for _ in 0..CONVERSATIONS_MAX {
        all.start(Arc::clone(&ORDERS), begin()).unwrap();
    }
    assert!(all.start(Arc::clone(&ORDERS), begin()).unwrap_err().0.contains("are open"));
    assert_eq!((all.count(), all.of_project("p").count()), (CONVERSATIONS_MAX, CONVERSATIONS_MAX));
    assert_eq!(all.of_project("q").count(), 0);
    let id = all.of_project("p").next().unwrap().id().to_owned();
    all.stop(&id);
    assert!(all.get(&id).is_err());
    let id = all.start(Arc::clone(&ORDERS), begin()).unwrap().id().to_owned();
    all.get(&id).unwrap().say("hello", None).unwrap();
}
