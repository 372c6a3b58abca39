//! What a flow depends on without naming it itself.

use flowright_compiler::compile::MemorySources;
use flowright_compiler::{Workspace, analyse};

use super::{check_both, said};

/// A flow, and everything that it does not name itself but depends on.
const FROM_AFAR: &str = r#"bot afar { languages en  timezone "UTC" }
customer { id: text  kind: customer_kind }
entity customer_kind: one_of { old, new }
entity severity: one_of { bad, worse }
entity reason: one_of { late, lost }
slot impact: severity { default bad }
channel web: websocket
channel shop: webhook { provider whatsapp }
skill frontline
skill backline { overflow frontline after 5m }
route { otherwise -> frontline }
action orders.get(id: text) -> { why: reason } {
  get "{env.CRM}/{id}"
  error gone when status == 404
}
text promise(n: number) { en "{n}: {impact}" }
flow helper {
  slot note: text
  state start { confirm "Sure?" { yes -> { clear impact  end resolved }  no -> done } }
  state done { set impact = worse  end resolved }
}
flow main {
  on start
  slot choice: one_of { a, b } { ask "Which?" }
  state start {
    when impact is worse -> last
    when customer.kind is new { say "Welcome." }
    do found = orders.get(customer.id) { failed -> handoff because "no answer" }
    when found.why is lost { say "Lost." }
    fill choice
    say promise(2)
    call helper(note: "{customer.id}")
    say "{impact}"
    say "Choice: {choice}." choices { "Yes", "No" }
    handoff to backline because "{choice}"
  }
  state last { end resolved }
  ensure found.why is late before orders.get
}
"#;

#[test]
fn what_a_flow_depends_on_without_naming_it() {
    let edits = [
        ("entity severity: one_of { bad, worse }", "entity severity: one_of { worse, bad }"),
        ("entity severity: one_of { bad, worse }", "entity severity: one_of { bad, worst }"),
        ("one_of { old, new }", "one_of { former, new }"),
        ("one_of { old, new }", "one_of { new }"),
        ("one_of { old, new }", "one_of { old }"),
        ("{ late, lost }", "{ lost, late, broken }"),
        ("{ late, lost }", "{ late }"),
        ("error gone when", "error away when"),
        ("impact: severity { default bad }", "impact: severity"),
        ("slot impact: severity", "slot other: text\nslot impact: severity"),
        ("slot impact: severity", "slot impact: severity personal"),
        ("id: text", "id: text personal"),
        ("kind: customer_kind", "extra: text  kind: customer_kind"),
        ("kind: customer_kind }", "kind: customer_kind personal }"),
        ("customer { id: text ", "customer { tier: one_of { a, b }  id: text "),
        (
            "customer { id: text  kind: customer_kind }",
            "customer { kind: customer_kind  id: text }",
        ),
        ("clear impact  ", ""),
        ("set impact = worse", "mark \"x\""),
        ("confirm \"Sure?\"", "choose { \"Yes\" -> done  \"No\" -> done } // "),
        ("slot note: text", "slot note: number"),
        ("slot note: text", "slot more: text  slot note: text"),
        ("text promise(n: number) { en \"{n}", "text promise(n: number) { en \"{n} {customer.id}"),
        (
            "\"{n}: {impact}\"",
            "\"{n}: {impact} and so on, for a very long while, until nobody reads it\"",
        ),
        ("whatsapp", "messenger"),
        ("languages en", "languages en, zh"),
        ("skill frontline\n", ""),
        ("skill backline { overflow frontline after 5m }", "skill backline"),
        ("bot afar", "flow first { on start  state s { end resolved } }\nbot afar"),
        ("bot afar", "use std.repair\nbot afar"),
        (
            "bot afar",
            "text core.yes { en \"Yes, a label that is longer than a button can show\" }\nbot afar",
        ),
        ("bot afar", "slot warned: bool\nfallback { handoff after 3 misses }\nbot afar"),
        ("flow helper {", "entity number_of_it: number\nflow helper {"),
        ("on start\n  slot choice", "slot choice"),
        ("bot afar", "slot found: text\nbot afar"),
        ("bot afar", "slot note: text\nbot afar"),
        ("bot afar", "slot choice: text\nbot afar"),
        ("bot afar", "migrate { slot main.choice is main.choice }\nbot afar"),
        ("slot impact", "/// How bad?\nslot impact"),
        ("slot impact", "slot impact: text\nslot impact"),
        ("{ default bad }", "{ default worse }"),
        ("{ default bad }", "{ default bad  ask \"How bad is it, {customer.id}?\"  tries 1 }"),
        ("fill choice", "fill impact, choice"),
        ("{ default bad }", "{ default bad  ask \"How bad?\" }"),
        ("{ default bad }", "{ default bad  check impact is worse else \"No: {impact}\" }"),
        ("{ default bad }", "{ default before }\nslot before: severity { default worse }"),
        ("get \"{env", "timeout 1s  retries 3  get \"{env"),
        ("get \"{env.CRM}/{id}\"", ""),
        ("get \"{env.CRM}/{id}\"", "get \"{id}\""),
        ("status == 404", "status == 410"),
        ("status == 404", "why is lost"),
        ("action orders", "effect orders"),
        ("orders.get(id: text)", "orders.get(id: text personal)"),
        ("why: reason }", "why: reason optional }"),
    ];
    assert_each_is_seen(FROM_AFAR, &edits);
}

/// A refutation says for a learned entity what some example says, of an intent that its flow knows
/// nothing of.
const LEARNED: &str = r#"bot b { languages en  timezone "UTC" }
channel web: websocket
skill s
route { otherwise -> s }
entity venue: learned
intent eat { en "eat at {at: venue = "La Scala"}", "dinner at {at: venue = "Blue Lagoon"}", "lunch" }
intent book { en "book a table", "I want to book", "a reservation please" }
flow eat { on intent eat  slot at: venue { ask "Where?" }  state start { fill at  say "{at}"  end resolved } }
flow book {
  on intent book
  slot place: venue { ask "Where?" }
  slot people: number { ask "How many?" }
  state start { fill place, people  say "{place} {people}"  end resolved }
  ensure at most 1 turns
}
"#;

#[test]
fn what_a_refutation_depends_on_without_naming_it() {
    assert_each_is_seen(
        LEARNED,
        &[
            ("La Scala", "Casa Pepe"),
            (" = \"La Scala\"", ""),
            (
                "intent eat {",
                "intent drink { en \"a drink at {at: venue = \"Joe\"}\" }\nintent eat {",
            ),
            ("slot at: venue", "slot at: text"),
        ],
    );
}

/// Slots of the session: one that a flow fills, one that it only reads.
const FILLED: &str = r#"bot b { languages en  timezone "UTC" }
channel web: websocket
skill s
route { otherwise -> s }
slot size: number { ask "How many, {other}?"  check size > 0 else "More."  tries 2 }
slot other: number { ask "How many others?"  default 3 }
flow f {
  on start
  state start {
    fill size
    when size > 5 -> big
    say "{size} {other}"
    end resolved
  }
  state big { say "Many."  end resolved }
  ensure at most 3 turns
}
flow g { slot mine: text { ask "What?" }  state s { set other = 2  fill mine, other  end resolved } }
"#;

#[test]
fn what_is_asked_of_a_slot_of_the_session() {
    assert_each_is_seen(
        FILLED,
        &[
            ("How many, {other}", "How much, {other}"),
            ("{other}?", "?"),
            ("check size > 0", "check size > 5"),
            ("check size > 0", "check size < 5"),
            ("check size > 0 else \"More.\"", ""),
            ("tries 2", "tries 5"),
            ("ask \"How many others?\"", ""),
            ("default 3", "default 2"),
            ("default 3", "check other > 1"),
            ("default 3", "tries 1"),
            ("fill size", "fill size, other"),
            ("fill size", "set size = 1"),
        ],
    );
}

/// A workspace says after each edit what a check from nothing says, which is not what was said before.
pub(super) fn assert_each_is_seen(original: &str, edits: &[(&str, &str)]) {
    let sources = |text: &str| MemorySources::one("a.flow", text);
    let mut workspace = Workspace::default();
    let at_first = analyse(&sources(original)).unwrap();
    assert!(at_first.project.is_some(), "{:?}", at_first.diagnostics);
    for (from, to) in edits {
        let edited = original.replacen(from, to, 1);
        assert_ne!(edited, original, "{from}");
        check_both(&mut workspace, &sources(original), "as it was");
        check_both(&mut workspace, &sources(&edited), &format!("{from} -> {to}"));
        let said = |text: &str| said(&analyse(&sources(text)).unwrap());
        // An edit that changes nothing would show nothing.
        assert_ne!(said(original), said(&edited), "{from} -> {to}");
    }
}
