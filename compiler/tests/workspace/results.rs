//! What actions give: flows depend on those results that they name.

use std::fmt::Write as _;

use flowright_compiler::compile::MemorySources;
use flowright_compiler::{Workspace, analyse};

use super::afar::assert_each_is_seen;
use super::check_both;

/// Callers that name some, none and all of what actions give, that look at all of it at once, and that
/// give one name to the results of two actions.
const CALLERS: &str = r#"bot b { languages en  timezone "UTC" }
customer { id: text }
role agent
channel web: websocket
skill s
route { otherwise -> s }
entity reason: one_of { late, lost }
intent some_wish { en "some of it please", "a part of it" }
intent menu_wish { en "show me the list", "let me choose" }
intent pick_wish { en "pick one", "let me pick" }
intent sum_wish { en "the sum", "all at once" }
intent twice_wish { en "twice over", "do it again" }
action orders.get(id: text) -> { why: reason, due: date, note: text, paid: bool } { get "{env.CRM}/{id}" }
action orders.old(id: text) -> { why: reason, due: date, note: text, paid: bool } { get "{env.OLD}/{id}" }
action orders.list(id: text) -> { items: list of { number: text, total: money }, at: { place: text, street: text } } { get "{env.CRM}/all/{id}" }
flow none {
  on start
  state start { do orders.get(customer.id) { failed -> last }  do kept = orders.get("x") { failed -> last }  -> last }
  state last { say "Done."  end resolved }
}
flow some {
  on intent some_wish
  slot day: date { ask "Which day, {found.due}?"  check day > found.due else "Later than {found.due}." }
  state start {
    do found = orders.get(customer.id) { failed -> handoff because "no answer" }
    when found.why is lost { say "Lost." }
    fill day
    end resolved
  }
  ensure found.why is late before orders.get
}
flow menu {
  on intent menu_wish
  state start {
    do all = orders.list(customer.id) { failed -> handoff because "no answer" }
    when has all.at { say "At {all.at.place}." }
    choose item in all.items "Which?" { "{item.number}" -> { say "{item.total}"  clear all  -> start }  none -> over }
  }
  state over { end resolved }
}
flow pick {
  on intent pick_wish
  state start {
    do got = orders.list(customer.id) { failed -> handoff because "no answer" }
    when count(got.items) == 0 -> over
    choose one in got.items "Which?" { "{one.number}" -> { say "{one.total}"  end resolved }  none -> over }
  }
  state over { end unresolved }
}
flow sum {
  on intent sum_wish
  state start {
    do got = orders.list(customer.id) { failed -> handoff because "no answer" }
    choose one in got.items "Which?" { "{one.total}" -> { clear one  -> start }  none -> over }
  }
  state over {
    when has got.items { say "Some are left."  end resolved }
    end unresolved
  }
}
flow twice {
  on intent twice_wish
  state start {
    do found = orders.get(customer.id) { failed -> old }
    -> told
  }
  state old {
    do found = orders.old(customer.id) { failed -> told }
    -> told
  }
  state told {
    when has found { clear found.note  say "There is something."  end resolved }
    end unresolved
  }
}
"#;

#[test]
fn what_an_action_gives() {
    let get = "{ why: reason, due: date, note: text, paid: bool } { get \"{env.CRM}";
    let gives = |result: &str| format!("{{ {result} }} {{ get \"{{env.CRM}}");
    let results = [
        // Some that `some` does not name, that it names, and all: `twice` has one name for two.
        "why: reason, due: date, note: text, paid: bool, other: text",
        "other: text, why: reason, due: date, note: text, paid: bool",
        "due: date, why: reason, note: text, paid: bool",
        "why: reason, due: date, note: text",
        "why: reason, due: date, note: text, paid: text",
        "why: reason, due: date, note: text, payed: bool",
        "why: reason, due: date, note: text, paid: bool optional",
        "why: reason, due: date optional, note: text, paid: bool",
        "why: reason, due: date personal, note: text, paid: bool",
        "why: reason, due: date visible to agent, note: text, paid: bool",
        "why: reason, due: date, note: text personal, paid: bool",
        "why: reason, due: text, note: text, paid: bool",
        "why: reason, duet: date, note: text, paid: bool",
        "why: text, due: date, note: text, paid: bool",
        "why: reason, due: date, note: reason, paid: bool",
        "why: reason, due: date, note: one_of { a, b }, paid: bool",
        "why: reason, due: date, note: { text: text, by: text }, paid: bool",
        "why: reason, due: date, note: nothing, paid: bool",
        "why: reason, due: date, note: text, paid: bool, due: date",
        "why: reason, due: date, note: text, paid: bool, note: date",
        "why: reason, due: date, note: text, paid",
        "",
    ];
    let edits: Vec<(&str, String)> = results.iter().map(|one| (get, gives(one))).collect();
    let edits: Vec<(&str, &str)> = edits.iter().map(|(from, to)| (*from, to.as_str())).collect();
    assert_each_is_seen(CALLERS, &edits);
    let list = "items: list of { number: text, total: money }, at: { place: text, street: text }";
    let in_lists = [
        (list, "at: { place: text, street: text }, items: list of { number: text, total: money }"),
        ("number: text, total: money", "number: text, by: date, total: money"),
        ("number: text, total: money", "total: money, number: text"),
        ("number: text, total: money", "by: reason, number: text, total: money"),
        ("number: text, total: money", "number: text, by: one_of { a, b }, total: money"),
        ("number: text, total: money", "number: text, total: money, by: { at: date, of: text }"),
        ("number: text, total: money", "number: text, total: money optional"),
        ("number: text, total: money", "number: text, total: number"),
        ("number: text, total: money", "number: one_of { a, b }, total: money"),
        ("number: text, total: money", "number: text, sum: money"),
        (
            "list of { number: text, total: money }",
            "list of list of { number: text, total: money }",
        ),
        ("list of { number: text, total: money }", "{ number: text, total: money }"),
        ("choose one in got.items", "choose one in got.others"),
        (
            "{ failed -> handoff because \"no answer\" }\n    when count",
            "{ failed -> over }\n    when count",
        ),
        ("number: text, total", "number: text personal, total"),
        ("place: text, street: text", "street: text, place: text"),
        ("place: text, street: text", "place: text, street: text optional, code: text"),
        ("place: text, street: text", "place: text optional, street: text optional"),
        ("at: { place: text, street: text }", "at: { place: text, street: text } optional"),
        ("{ items: list of", "{ more: list of { number: text }, items: list of"),
        ("{ items: list of { number: text", "list of { items: text, number: text"),
    ];
    assert_each_is_seen(CALLERS, &in_lists);
}

#[test]
fn who_looks_at_all_of_a_result() {
    let edits = [
        ("when has found {", "when has found.due {"),
        ("clear found.note", "clear found"),
        ("clear all  ->", "->"),
        ("do kept =", "do"),
        ("do kept = orders.get(\"x\")", "do kept = orders.list(\"x\")"),
        ("do found = orders.old", "do found = orders.list"),
        ("do found = orders.old", "do other = orders.old"),
        ("{found.due}?", "{found}?"),
        ("{found.due}?", "{found.dye}?"),
        ("{found.due}?", "{found.note}?"),
        ("clear all  ->", "clear all.at, all.items  ->"),
        ("bot b", "migrate { slot some.found.was is some.found.note }\nbot b"),
        ("bot b", "migrate { slot some.found.was is some.found.nowt }\nbot b"),
        ("bot b", "migrate { slot none.kept is none.kept }\nbot b"),
    ];
    assert_each_is_seen(CALLERS, &edits);
}

/// Names of fields, some of which flows name, and what they may be.
const NAMES: [&str; 8] = ["why", "due", "note", "paid", "other", "items", "at", "day"];
const TYPES: [&str; 13] = [
    "reason",
    "date",
    "text",
    "bool",
    "one_of { a, b }",
    "list of { number: text, total: money }",
    "list of { number: text, by: date, total: money personal }",
    "list of { total: money, of: one_of { a, b }, number: text }",
    "list of { number: reason, total: money, other: { a: text, b: text } }",
    "list of { number: text, by: one_of { c, d }, total: money optional }",
    "{ place: text, street: text }",
    "money",
    "nothing",
];
const LABELS: [&str; 5] = ["", "", " optional", " personal", " visible to agent"];

/// Edits at random of what all three actions give, one step after another.
#[test]
fn results_that_change_again_and_again() {
    let (mut template, mut originals) = (CALLERS.to_owned(), Vec::new());
    for number in 0..3 {
        // What is marked already is no record any more.
        let (before, rest) = template.split_once("-> { ").unwrap();
        let (record, rest) = rest.split_once(" } { get").unwrap();
        originals.push(fields_of(record));
        template = format!("{before}->{{ @{number} }} {{ get{rest}");
    }
    let (mut sound, mut edits) = (0, 0);
    for seed in [0x5e1f_u64, 0xab1e_u64 * 7] {
        let mut random = seed | 1;
        let mut below = |end: usize| {
            random ^= random << 13;
            random ^= random >> 7;
            random ^= random << 17;
            usize::try_from(random % end as u64).unwrap()
        };
        let mut workspace = Workspace::default();
        let mut now = originals.clone();
        for _ in 0..250 {
            let action = below(3);
            change(&mut now[action], &mut below);
            // Two of them go on giving the same, more often than not.
            if action < 2 && below(3) > 0 {
                now[1 - action] = now[action].clone();
            }
            let mut text = template.clone();
            for (number, new) in now.iter().enumerate() {
                text = text.replace(&format!("@{number}"), &new.join(", "));
            }
            let sources = MemorySources::one("a.flow", &text);
            edits += 1;
            if check_both(&mut workspace, &sources, &format!("{now:?}")) {
                sound += 1;
            } else if below(3) > 0 {
                now.clone_from(&originals);
            }
        }
    }
    assert!(sound * 4 >= edits, "only {sound} of {edits} edits left a project");
}

/// The fields of a record, as they are written.
fn fields_of(record: &str) -> Vec<String> {
    let (mut fields, mut depth) = (vec![String::new()], 0);
    for c in record.chars() {
        depth += i32::from(c == '{') - i32::from(c == '}');
        match (c, depth) {
            (',', 0) => fields.push(String::new()),
            _ => fields.last_mut().into_iter().for_each(|field| field.push(c)),
        }
    }
    fields.into_iter().map(|field| field.trim().to_owned()).collect()
}

fn change(fields: &mut Vec<String>, below: &mut impl FnMut(usize) -> usize) {
    let place = below(fields.len() + 1);
    let (name, ty, label) = (NAMES[below(8)], TYPES[below(13)], LABELS[below(5)]);
    match below(9) {
        0 | 1 => fields.insert(place, format!("{name}: {ty}{label}")),
        2 if place < fields.len() && fields.len() > 1 => drop(fields.remove(place)),
        3 | 4 if place < fields.len() => {
            let other = below(fields.len());
            fields.swap(place, other);
        }
        5 if place < fields.len() => {
            let (_, rest) = fields[place].split_once(':').unwrap();
            fields[place] = format!("{name}:{rest}");
        }
        6 if place < fields.len() => {
            let (name, _) = fields[place].split_once(':').unwrap();
            fields[place] = format!("{name}: {ty}{label}");
        }
        7 if place < fields.len() => {
            let label = if label.is_empty() { " // nothing\n" } else { label };
            fields[place].push_str(label);
        }
        _ => fields.insert(0, format!("\n/// Something new.\nmore_{place}: text{label}")),
    }
}

/// A flow whose frame is as large as it may be, with what it does not name.
#[test]
fn what_is_not_named_has_its_place_in_the_frame() {
    let project = |fields: usize| {
        let mut result = String::new();
        (0..fields).for_each(|n| write!(result, ", f{n}: text").unwrap());
        let text =
            CALLERS.replacen(", note: text, paid", &format!("{result}, note: text, paid"), 1);
        MemorySources::one("a.flow", &text)
    };
    let mut workspace = Workspace::default();
    let most = 4_096 - 5;
    for (fields, is_sound) in [(0, true), (most, true), (most + 1, false), (most, true), (0, true)]
    {
        // The flow that has one name for two results would not find them alike.
        let mut sources = project(fields);
        let call = "orders.get(customer.id) { failed -> old }";
        let text = sources.0[0].1.replace(&format!("do found = {call}"), &format!("do {call}"));
        sources.0[0].1 = text.into();
        assert_eq!(check_both(&mut workspace, &sources, &fields.to_string()), is_sound, "{fields}");
        let too_large = analyse(&sources).unwrap().diagnostics;
        let too_large = too_large.iter().filter(|d| format!("{d:?}").contains("is too large"));
        assert_eq!(too_large.count() > 0, !is_sound);
    }
}
