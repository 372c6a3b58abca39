//! Completion at marked places: in whole texts, and in texts that end with the place.
#![cfg(test)]
#![expect(clippy::string_slice, reason = "tests")]

use super::{Asked, Item, Offered, complete};
use crate::ide::fixture::{Bench, Fixture};

/// What every text below stands beside.
pub(super) const BASE: &str = r##"
//- base.flow
bot b { languages en, zh  timezone "UTC" }
use std.repair
role agent
role supervisor includes agent
customer { id: text  tier: one_of { standard, gold }  contract: money visible to supervisor }
channel web: websocket { path "/chat" }
channel mail: email { address "a@b.example" }
skill desk { first_reply 15m }
skill billing
/// How bad it is.
slot impact: severity { ask { en "How bad?"  zh "多严重?" } }
entity severity: one_of {
  line_down { en "line is down"  zh "停产" }
  degraded  { en "slow"  zh "变慢" }
}
entity level: severity
slot how_bad: level
slot secret: text
entity order_number: text { pattern r"#?(\d{5})" }
intent move_order {
  en "move {order: order_number}", "another day for {order: order_number}", "a later day", "move it", "later"
  zh "改到{day: date}", "换一天", "晚点送", "改期", "换个日期"
}
intent prices {
  en "the prices", "what does it cost", "how much", "price list", "costs"
  zh "价格", "多少钱", "价目表", "费用", "要付多少"
}
/// Looks an order up.
action orders.get(order: order_number, by: one_of { id, name }) -> { due: date, state: severity, states: list of severity, items: list of { title: text } } {
  get "{env.CRM_URL}/orders/{order}/{by}"
  error not_found when status == 404
  error closed    when status == 409
}
effect orders.move(order: text, due: date) { put "{env.CRM_URL}/orders/{order}"  body { due } }
route { prices -> billing  otherwise -> desk }
text promise(by: date) { en "By {by}."  zh "{by}前。" }
/// Asks why.
flow helper {
  slot reason: text { ask { en "Why?"  zh "为什么?" } }
  slot count_of: number { default 1 }
  state start { fill reason  say { en "{reason} {count_of}"  zh "{reason} {count_of}" }  end resolved }
}
"##;

/// A flow around steps.
pub(super) fn flow(steps: &str) -> String {
    format!(
        "flow main {{\n  on intent move_order\n  slot order: order_number {{ ask {{ en \"?\"  zh \"?\" }} }}\n  \
         slot day: date {{ ask {{ en \"?\"  zh \"?\" }} }}\n  slot how: one_of {{ slow, fast }} {{ ask {{ en \"?\"  zh \"?\" }} }}\n  \
         state start {{\n    {steps}\n  }}\n  state 收集 {{ fill day, how  -> finish }}\n  \
         state finish {{ say {{ en \"{{order}} {{day}}\"  zh \"{{order}} {{day}}\" }}  when how is slow {{ end resolved }}  end cancelled }}\n}}\n"
    )
}

pub(super) fn offered(bench: &mut Bench, text: &str, snippets: bool) -> (Fixture, Offered) {
    let fixture = bench.at(&format!("{text}{BASE}"));
    let asked = Asked { snippets, typed: None };
    let offered = complete(&fixture.snapshot, fixture.file, fixture.offset, asked);
    (fixture, offered)
}

pub(super) fn labels(offered: &Offered) -> Vec<&str> {
    offered.items.iter().map(|item| item.label.as_str()).collect()
}

/// Whether words come in this order, others between them.
fn in_order(labels: &[&str], wanted: &[&str]) -> bool {
    let mut labels = labels.iter();
    wanted.iter().all(|word| labels.any(|label| label == word))
}

/// Each: the text, what is offered in this order, what is not offered at all.
fn check(rows: &[(&str, &str, &str)], wrap: fn(&str) -> String) {
    let mut bench = Bench::default();
    let mut wrong = Vec::new();
    for (text, wanted, never) in rows {
        let whole = wrap(text);
        let cut = &whole[..whole.find("$0").unwrap() + 2];
        // Also where the text ends with the cursor, and where a bracket before it is too many.
        for text in [whole.as_str(), cut] {
            // What is declared behind the cut is nowhere.
            let is_there =
                |word: &&str| text.len() > cut.len() || !["finish", "收集"].contains(word);
            let wanted: Vec<&str> = wanted.split_whitespace().filter(is_there).collect();
            let (_, offered) = offered(&mut bench, &format!("{text}\n"), false);
            let labels = labels(&offered);
            let bad: Vec<&str> = never.split_whitespace().filter(|n| labels.contains(n)).collect();
            if !in_order(&labels, &wanted) || !bad.is_empty() {
                wrong.push(format!(
                    "{text}\n  wanted {wanted:?}\n  never {bad:?}\n  got {labels:?}"
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

#[test]
fn steps() {
    check(
        &[
            ("$0", "say", "start order languages resume repeat abandon correct otherwise"),
            ("when how is slow -> finish $0", "otherwise", ""),
            ("when how is slow { end } $0", "otherwise", ""),
            ("when how is slow -> $0", "finish say", "otherwise"),
            ("when how is slow -> say \"x\" $0", "otherwise", ""),
            ("when how is slow { say \"x\" $0 }", "say", "otherwise"),
            ("when how is slow -> finish  say \"x\" $0", "say", "otherwise"),
            ("when how is slow -> finish  otherwise -> finish  $0", "say", "otherwise"),
            ("say \"x\" $0 -> finish", "choices do fill", "finish flow"),
            ("fi$0", "fill", "finish"),
            ("fill order -> $0", "收集 finish start", "order flow"),
            ("fill order -> 收$0", "收集 finish", "order"),
            ("fill $0", "order day how impact", "start finish secret"),
            ("fill order, $0 -> finish", "day how impact", "order"),
            ("clear $0", "order day how impact", "finish"),
            ("set $0", "order day how impact", "finish"),
            ("set how = $0", "slow fast order", "standard"),
            ("set impact = $0", "line_down degraded", "standard slow"),
            ("set day = $0", "day today days_between", "slow"),
            ("call $0", "helper", "main orders.get"),
            ("call helper($0)", "reason: count_of: order", ""),
            ("call helper(reason: \"x\", $0)", "count_of:", "reason:"),
            ("do $0", "orders.get orders.move", "order helper"),
            ("do found = $0", "orders.get orders.move", "helper"),
            ("do found = orders.$0", "orders.get orders.move", "helper"),
            ("do found = orders.get(order, $0) { failed -> handoff }", "id name order", ""),
            ("do found = orders.get(order, id) { $0 }", "not_found closed failed", "order"),
            (
                "do found = orders.get(order, id) { not_found -> finish $0 }",
                "closed failed",
                "not_found",
            ),
            ("do found = orders.get(order, id) { $0 closed -> finish }", "not_found failed", ""),
            (
                "do found = orders.get(order, id) { not_found -> $0 }",
                "收集 finish end say",
                "order",
            ),
            ("end $0", "resolved unresolved cancelled", "finish"),
            ("handoff $0", "because to say", "desk"),
            ("handoff to $0", "billing desk", "web"),
            ("wait 1h $0", "say", ""),
            ("confirm \"x\" { yes -> $0 no -> finish }", "收集 finish say", "order"),
            ("confirm \"x\" { $0 }", "no yes", "finish"),
            ("on $0", "intent silence", "repair"),
            ("on intent $0", "prices", "web"),
            ("say on $0", "mail web", "order"),
            ("say $0", "promise on", "order"),
            ("say promise($0)", "day by:", ""),
            ("allow($0", "W0403", "E0410 W0902"),
        ],
        flow,
    );
}

#[test]
fn expressions() {
    check(
        &[
            ("when $0", "customer today length has", "finish"),
            ("when how is $0 -> finish", "slow fast", "order not_found gold"),
            ("when how is not $0", "slow fast", "order"),
            ("when customer.tier is $0", "standard gold", "slow"),
            ("when customer.$0", "id tier contract", "order today"),
            ("when customer.ti$0 is gold", "tier", "order"),
            ("when impact is $0", "line_down degraded", "slow"),
            ("when channel is $0", "mail web", "order"),
            ("when language is $0", "en zh", "web"),
            ("when intent == \"$0\"", "move_order prices", "web order"),
            ("when channel in [\"$0\"]", "mail web", "order"),
            ("when how == $0", "slow fast order", "gold"),
            ("when reveal(customer.tier) because \"x\" is $0", "standard gold", "slow"),
            (
                "do found = orders.get(order, id) when first(found.states) is $0",
                "line_down",
                "slow",
            ),
            ("do found = orders.get(order, id) when found.states contains $0", "line_down", "slow"),
            ("when how_bad is $0", "line_down degraded", "slow"),
            ("when how in [slow, $0]", "slow fast order", "gold"),
            ("when order $0", "and contains is", "finish"),
            ("when has $0", "order customer", "today length"),
            ("when reachable on $0", "mail web", "order"),
            (
                "do found = orders.get(order, id) when found.$0 -> finish",
                "due state items",
                "order",
            ),
            (
                "do found = orders.get(order, id) when found.state is $0",
                "line_down degraded",
                "slow",
            ),
            ("do found = orders.get(order, id) choose x in $0", "found.items", "order"),
            (
                "do found = orders.get(order, id) choose x in found.items \"?\" { \"{x.$0}\" -> finish }",
                "title",
                "due",
            ),
            ("when days_between(day, $0", "day today", "slow"),
            ("say \"{$0}\"", "order customer today length", "finish"),
            ("say \"{or$0 and\"", "order", ""),
            ("say { en \"{customer.$0}\" }", "id tier", "order"),
            ("say { en \"x\" $0 }", "zh en", "order"),
            ("say { en \"x\"  zh on $0 }", "mail web", "en"),
            ("say \"$0\"", "", "order say customer"),
            ("// $0", "", "order say"),
            ("wait 2$0", "", "order say"),
        ],
        flow,
    );
}

#[test]
fn declarations() {
    check(
        &[
            ("$0", "bot flow intent slot test", "say"),
            ("fl$0", "flow", "fill"),
            ("flow x { $0 }", "ensure on slot state", "say flow"),
            ("flow x { on $0 }", "intent repair start", "order"),
            ("flow x { slot y: $0", "order_number severity text number one_of", "learned x"),
            ("slot y: list of $0", "severity text", ""),
            ("slot y: text $0", "personal visible", ""),
            ("slot y: text visible to $0", "agent supervisor", "desk"),
            ("slot y: severity { default $0 }", "line_down degraded", "gold"),
            ("slot y: date { $0 }", "ask check default tries", "say"),
            ("entity y: $0", "order_number severity text date learned one_of", ""),
            ("customer { id: text  from get \"{$0}\" }", "id env", "customer today impact address"),
            ("customer { from get \"x\" { header \"a\" \"{$0}\" } }", "id env", "customer impact"),
            ("customer { find on mail get \"{$0}\" }", "address env", "customer today impact id"),
            ("customer { from get \"{env.$0}\" }", "CRM_URL", "id"),
            ("use $0", "std.contact std.dates", "std.repair std.core"),
            ("use std.d$0", "std.dates", "std.repair"),
            ("role x includes $0", "agent supervisor", "desk"),
            ("channel x: $0", "websocket rest grpc email webhook", "text"),
            ("channel x: webhook { $0 }", "path provider secret", "order"),
            ("channel x: webhook { provider $0 }", "slack", "path"),
            ("skill x { overflow $0", "billing desk", "web"),
            ("skill x { overflow desk $0", "after", "first_reply desk"),
            ("intent x { $0 }", "en zh not pattern title", "order"),
            ("intent x { en \"a\" $0 }", "zh en", ""),
            ("intent x { en \"move {$0} please\" }", "impact", "today"),
            ("intent x { en \"move {impact: $0} please\" }", "severity order_number", "today"),
            ("route { $0 }", "move_order prices otherwise urgency", "desk"),
            ("route { move_order -> $0 }", "billing desk", "prices"),
            ("route { urgency $0 }", "low normal high critical", "desk"),
            ("route { urgency high when $0 }", "impact customer waited", "desk"),
            ("fallback { $0 }", "accept clarify handoff margin", "desk"),
            ("fallback { handoff after 2 misses to $0 }", "billing desk", ""),
            ("knowledge x { level $0 }", "enterprise product scenario", ""),
            ("text x(by: date) { en \"{$0}\" }", "by customer", "order"),
            ("bot x { languages en, $0 }", "zh", "en"),
            ("action x(a: text) { get \"{$0}\" }", "a env", "impact today"),
            ("action x(a: text) { get \"{env.$0}\" }", "CRM_URL", "a"),
            ("action x(a: text) { error y when $0 }", "code status", "today env"),
            ("migrate { flow old is $0 }", "helper", "desk"),
            ("migrate { flow helper -> $0 }", "start end handoff", "desk"),
            ("migrate { slot helper.x is $0 }", "helper.reason impact", ""),
            (
                "migrate { slot impact default $0 }",
                "line_down degraded empty false",
                "impact today customer length not",
            ),
            ("migrate { slot impact default customer.$0 }", "", "id tier"),
            ("migrate { slot customer.tier default $0 }", "standard gold empty", "line_down"),
            ("migrate { flow old is helper  state old.x -> $0 }", "start end handoff", "desk"),
        ],
        str::to_owned,
    );
}

#[test]
fn tests_of_conversations() {
    check(
        &[
            ("test \"x\" { $0 }", "bot customer expect given user", "say"),
            ("test \"x\" { channel $0 }", "mail web", "desk"),
            ("test \"x\" { language $0 }", "en zh", "web"),
            ("test \"x\" { customer { $0 } }", "id tier contract", "impact"),
            ("test \"x\" { customer { id \"1\" $0 } }", "tier contract id", "impact"),
            (
                "test \"x\" { customer { tier $0 } }",
                "standard gold",
                "slow impact today customer length has",
            ),
            ("test \"x\" { given $0 }", "orders.get orders.move", "helper"),
            ("test \"x\" { given orders.get -> $0 }", "not_found closed fails", "start"),
            ("test \"x\" { given orders.get -> { $0 } }", "due state items", "order"),
            ("test \"x\" { given orders.get -> { due: 2026-01-01, $0 } }", "state items", "due"),
            ("test \"x\" { given orders.get -> { state: $0 } }", "line_down degraded", "gold"),
            ("test \"x\" { expect $0 }", "called ended handoff state", "say"),
            ("test \"x\" { expect state $0 }", "start helper.start", "desk"),
            (
                "flow own { state alone { end }  state ask { end } }\ntest \"x\" { expect state $0 }",
                "alone own.alone own.ask",
                "ask",
            ),
            ("test \"x\" { expect called $0 }", "orders.get orders.move", "helper"),
            ("test \"x\" { expect called orders.get(by: $0", "id name", "gold impact today"),
            ("test \"x\" { expect ended $0 }", "resolved", "start"),
            ("test \"x\" { expect handoff to $0 }", "billing desk", "web"),
            ("test \"x\" { reachable on web, $0 }", "mail", "desk"),
        ],
        str::to_owned,
    );
}

pub(super) fn item<'o>(offered: &'o Offered, label: &str) -> &'o Item {
    offered.items.iter().find(|item| item.label == label).unwrap()
}

#[test]
fn what_is_filled_comes_first_also_while_the_text_is_wrong() {
    let mut bench = Bench::default();
    let right = flow("fill order  say { en \"{order}\"  zh \"{order}\" }  -> 收集");
    offered(&mut bench, &right.replace("fill order", "fill order$0"), false);
    for broken in
        ["fill order  say { en \"{$0", "fill order  say { en \"{$0}\"  zh \"x\" }  -> nowhere"]
    {
        let (_, offered) = offered(&mut bench, &flow(broken), false);
        assert_eq!(item(&offered, "order").detail, "order_number · filled here");
        assert_eq!(item(&offered, "day").detail, "date · may be empty here");
        assert!(in_order(&labels(&offered), &["order", "day"]), "{:?}", labels(&offered));
    }
    let (_, offered) = offered(
        &mut bench,
        &flow("$0").replace("fill day, how", "fill $0").replacen("$0", "", 1),
        false,
    );
    assert_eq!(item(&offered, "how").detail, "one_of { slow, fast }");
}
