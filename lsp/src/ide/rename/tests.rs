//! Names that can be others, and names that cannot, at marked places.
#![cfg(test)]

use flowright_compiler::diag::edits;

use super::{prepare, rename};
use crate::ide::fixture::Bench;

/// What every text below stands beside.
const BASE: &str = r##"
//- base.flow
bot b { languages en  timezone "UTC" }
use std.repair
customer { id: text  tier: level  products: list of text  note: text }
channel web: websocket { path "/chat" }
channel mail: email { address "a@b.example" }
skill desk { first_reply 15m }
slot impact: severity { ask "How bad?" }
slot secret: money visible to agent
role agent
entity severity: one_of { line_down, degraded }
entity level: severity
intent move_order { en "move {order: text}", "a later day", "move it", "later", "another day" }
intent prices { en "the prices", "what does it cost", "how much", "price list", "costs" }
action orders.get(order: text) -> { due: date, states: list of severity } {
  get "{env.CRM_URL}/orders/{order}"
  error not_found when status == 404
}
effect orders.move(order: text, due: date) { put "{env.CRM_URL}/orders/{order}"  body { due } }
route { prices -> desk  otherwise -> desk }
text promise(by: date) "By {by}, {impact}."
text desk.hello "Hello"
text core.miss "What?"
"##;

const FLOW: &str = r##"
flow main {
  on intent move_order
  slot order: text { ask "Which?" }
  slot how: one_of { slow, fast } { ask "How?" }
  slot bad: level { ask "Bad?" }
  state start {
    fill order, how, bad
    do found = orders.get(order) { not_found -> lost  failed -> lost }
    set impact = degraded
    when channel is web -> done
    when intent is move_order -> done
    when channel in ["web", "mail"] -> done
    when found.states contains line_down -> done
    when first(found.states) is line_down -> done
    when reveal(customer.tier) because "x" is degraded -> done
    when bad is line_down -> done
    say promise(today)
    -> lost
  }
  state lost { handoff to desk }
  state done { do orders.move(order, found.due)  end resolved }
}
flow other { state ask { end resolved } }
test "a" {
  user "later"
  expect state lost
}
migrate {
  flow main -> start
  slot customer.tier default degraded
  slot main.found.due default 2026-01-01
  slot main.how default slow
  slot impact default line_down
}
"##;

/// A flow with a marked place, beside the base.
fn at(marked: &str) -> String {
    let plain = marked.replace("$0", "");
    let (text, base) = match FLOW.contains(&plain) {
        true => (FLOW.replacen(&plain, marked, 1), BASE.to_owned()),
        false => (FLOW.to_owned(), BASE.replacen(&plain, marked, 1)),
    };
    let all = format!("{text}{base}");
    assert!(all.contains("$0"), "{marked}");
    all
}

/// The line of the text around a word once the marked name is `new`, or why it cannot be.
fn renamed(bench: &mut Bench, text: &str, new: &str) -> Result<String, String> {
    let fixture = bench.at(text);
    let edits = rename(&fixture.snapshot, fixture.file, fixture.offset, new)?;
    let sources = fixture.snapshot.analysis.sources.iter();
    let texts = sources.filter(|(id, _)| !fixture.snapshot.is_standard(*id));
    Ok(texts.map(|(id, file)| edits::apply(&file.text, id, &edits).unwrap()).collect())
}

#[test]
fn the_project_of_these_tests_is_right() {
    let mut bench = Bench::default();
    let fixture = bench.at(&at("flow ma$0in"));
    let errors = fixture.snapshot.analysis.diagnostics.iter().filter(|found| found.is_error());
    let errors: Vec<&str> = errors.map(|found| &*found.message).collect();
    assert!(errors.is_empty(), "{errors:#?}");
}

#[test]
fn every_place_that_names_it_changes() {
    let mut bench = Bench::default();
    for (marked, new, wanted) in [
        ("channel w$0eb", "chat", &["channel is chat", "channel in [\"chat\", \"mail\"]"][..]),
        ("intent move_or$0der {", "change", &["intent is change", "on intent change"]),
        (
            "{ line_d$0own, degraded }",
            "stopped",
            &[
                "found.states contains stopped",
                "first(found.states) is stopped",
                "when bad is stopped",
                "slot impact default stopped",
            ],
        ),
        (
            "degr$0aded }",
            "slower",
            &[
                "set impact = slower",
                "because \"x\" is slower",
                "slot customer.tier default slower",
            ],
        ),
        ("{ sl$0ow, fast }", "easy", &["slot main.how default easy"]),
        ("ti$0er: level", "class", &["reveal(customer.class)", "slot customer.class default"]),
        ("do fo$0und", "got", &["got.states contains", "slot main.got.due default"]),
        (
            "-> { d$0ue: date",
            "day",
            &["slot main.found.day default", "orders.move(order, found.day)"],
        ),
        ("effect orders.move(order: text, d$0ue", "day", &["body { due: day }"]),
        (
            "flow ma$0in {",
            "changes",
            &["flow main is changes -> start", "slot changes.how default"],
        ),
        ("state st$0art", "begin", &["flow main -> begin"]),
        ("text desk.he$0llo", "desk.hi", &["text desk.hi"]),
    ] {
        let text = renamed(&mut bench, &at(marked), new).unwrap();
        for wanted in wanted {
            assert!(text.contains(wanted), "{marked} -> {new}: no `{wanted}` in {text}");
        }
    }
}

#[test]
fn what_is_said_of_a_flow_of_the_version_before_stays() {
    let mut bench = Bench::default();
    let text = at("flow ma$0in {").replace("  flow main -> start\n", "  state main.old -> start\n");
    let text = renamed(&mut bench, &text, "changes").unwrap();
    assert!(text.contains("  state main.old -> start\n"), "{text}");
    assert!(text.contains("default line_down\n  flow main is changes\n"), "{text}");
    let text = at("state st$0art {")
        .replace("  flow main -> start\n", "  flow was is main\n  state was.old -> start\n");
    let text = renamed(&mut bench, &text, "begin").unwrap();
    assert!(text.contains("  state was.old -> begin\n"), "{text}");
}

#[test]
fn words_of_the_language_are_refused_where_they_would_be_read() {
    let mut bench = Bench::default();
    for (marked, words) in [
        ("state lo$0st", &["handoff", "end", "when", "resume", "slot"][..]),
        ("intent pri$0ces", &["otherwise", "when", "urgency", "allow"]),
        ("text prom$0ise", &["say", "end", "on", "wait.for"]),
        ("{ sl$0ow, fast }", &["not", "true", "false", "has", "empty"]),
        ("entity seve$0rity", &["text", "one_of", "list", "learned", "date"]),
        ("error not_fo$0und", &["failed", "fails", "true"]),
        ("channel w$0eb", &["intent", "silence"]),
        ("no$0te: text", &["from", "confirm", "personal"]),
        ("slot or$0der", &["today", "channel", "status", "reachable"]),
        ("slot imp$0act", &["customer", "env", "not"]),
    ] {
        for word in words {
            let found = renamed(&mut bench, &at(marked), word);
            let why = found.expect_err(&format!("{marked} -> {word}"));
            assert!(why.contains("word of the language"), "{marked} -> {word}: {why}");
        }
    }
}

#[test]
fn names_that_would_be_taken_for_others_are_refused() {
    let mut bench = Bench::default();
    for (marked, new, why) in [
        (
            "text promise(b$0y",
            "impact",
            "what is the session's slot there would be read as the parameter",
        ),
        ("slot imp$0act", "by", "read as the parameter `by`"),
        ("slot or$0der", "degraded", "what is the choice there would be read as the slot"),
        ("slot sec$0ret", "degraded", "read as the session's slot `degraded`"),
        ("do fo$0und", "line_down", "read as the result `line_down`"),
        ("{ line_down, degr$0aded }", "order", "read as the slot `order`"),
        ("{ line_down, degr$0aded }", "secret", "read as the session's slot `secret`"),
        ("state lo$0st", "ask", "what is the state there would be read as something"),
    ] {
        let found = renamed(&mut bench, &at(marked), new);
        let told = found.expect_err(&format!("{marked} -> {new}"));
        assert!(told.contains(why), "{marked} -> {new}: {told}");
    }
}

#[test]
fn names_that_others_know_are_kept() {
    let mut bench = Bench::default();
    let extra = "text core.m$0iss";
    for (text, why) in [
        (at(extra), "in place of the standard library's"),
        (
            format!(
                "{}\nflow repair.can$0cel {{\n  on repair cancel\n  state start {{ abandon }}\n}}\n{BASE}",
                FLOW
            ),
            "in place of the standard library's",
        ),
        (at("customer { i$0d"), "profile is known by"),
        (at("prod$0ucts:"), "which articles"),
    ] {
        let fixture = bench.at(&text);
        let told = prepare(&fixture.snapshot, fixture.file, fixture.offset).unwrap_err();
        assert!(told.contains(why), "{told}");
    }
    for (marked, new, why) in [
        ("text desk.he$0llo", "hello", "would not be among them"),
        ("text prom$0ise", "desk.promise", "would be among them"),
        ("no$0te: text", "product", "which articles"),
    ] {
        let told = renamed(&mut bench, &at(marked), new).unwrap_err();
        assert!(told.contains(why), "{marked} -> {new}: {told}");
    }
}
