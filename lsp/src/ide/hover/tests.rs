//! What is told of marked places, and of every place of the examples.
#![cfg(test)]
#![expect(clippy::string_slice, reason = "tests")]

use super::hover;
use crate::ide::fixture::{Bench, examples};

const PROJECT: &str = r##"
//- base.flow
bot b { languages en, zh  timezone "UTC" }
use std.repair
role agent
role supervisor includes agent
customer { id: text  email: email personal  debt: money visible to agent }
channel web: websocket { path "/chat" }
skill desk { first_reply 15m  overflow billing after 10m }
skill billing
/// How bad it is, _for us_.
slot impact: severity { ask { en "How bad?"  zh "多严重?" } }
slot secret: money
entity severity: one_of { line_down { en "line is down"  zh "停产" }  degraded { en "slow"  zh "变慢" } }
entity order_number: text { pattern r"#?(\d{5})" }
intent move_order {
  en "move {order: order_number}", "another day for {order: order_number}", "a later day", "move it", "later"
  zh "改到", "换一天", "晚点送", "改期", "换个日期"
}
/// Looks an order up.
action orders.get(order: order_number personal) -> { due: date optional, debt: money visible to agent } {
  get "{env.CRM_URL}/orders/{order}"
  timeout 2s  retries 3
  error not_found when status == 404
}
effect orders.move(order: text) { put "{env.CRM_URL}/orders"  body { order } }
route { urgency high when impact is line_down  move_order -> billing  otherwise -> desk }
text promise(by: date) { en "By {by}."  en on web "*{by}*"  zh "{by}前。" }
flow helper { slot why: text { ask { en "?"  zh "?" } }  state start { fill why  end resolved } }
"##;

const FLOW: &str = r##"
/// Moves orders.
flow main {
  on intent move_order
  /// Which order.
  slot order: order_number { ask { en "Order, {impact}?"  zh "订单{impact}?" }  check length(order) > 2 else "short"  tries 2 }
  /// The beginning.
  state start {
    fill order, impact
    do found = orders.get(order) {
      not_found -> lost
      failed -> handoff to desk because "x"
    }
    set secret = found.debt
    say promise(today)
    say { en "Order {order} is {impact}."  zh "订单{order}" }
    -> done
  }
  state lost { end unresolved }
  state done { do orders.move(order)  { failed -> lost }  end resolved }
  allow(W0403, "meant")
  state far { end cancelled }
  state branch { when impact is line_down { confirm "sure?" { yes -> done  no -> done } }  otherwise -> done }
  state runs { call helper()  -> done }
  state later { wait 2h  -> done }
  state fetched { do orders.move(order) { failed -> choose "?" { "a" -> done } }  -> done }
}
"##;

/// What is told of the place in a text of the flow.
fn told(bench: &mut Bench, marked: &str) -> String {
    let plain = marked.replace("$0", "");
    assert!(FLOW.contains(&plain), "{plain}");
    let text = FLOW.replacen(&plain, marked, 1);
    let fixture = bench.at(&format!("{text}{PROJECT}"));
    let found = hover(&fixture.snapshot, fixture.file, fixture.offset);
    found.map(|(_, text)| text).unwrap_or_default()
}

#[test]
fn every_kind_of_thing_is_told() {
    let mut bench = Bench::default();
    for (marked, wanted) in [
        (
            "flow ma$0in",
            &[
                "```flow\nflow main\n```",
                "Moves orders.",
                "the intent `move_order`",
                "states: `start`",
            ][..],
        ),
        (
            "intent move_or$0der",
            &[
                "intent move_order",
                "5 in `en`, 5 in `zh`",
                "starts the flow `main`",
                "routed by `move_order -> billing`",
            ],
        ),
        (
            "slot or$0der: order",
            &[
                "slot order: order_number",
                "Which order.",
                "**en** Order, ⟨impact⟩?",
                "tries: 2",
                "⟨impact⟩ is for example `line is down`",
                "checks: 1",
            ],
        ),
        ("order: order_num$0ber", &["entity order_number: text", "found by `r\"#?(\\d{5})\"`"]),
        (
            "state sta$0rt",
            &[
                "state start",
                "The beginning.",
                "asks order, impact",
                "waits for the customer",
                "from `start`",
            ],
        ),
        ("-> do$0ne", &["state done", "changes orders.move", "waits for nobody", "from `start`"]),
        ("state f$0ar", &["state far", "**No way leads here.**"]),
        ("state bra$0nch", &["waits for the customer: asks yes or no"]),
        ("state ru$0ns", &["waits for the customer: runs helper, which waits"]),
        ("state lat$0er", &["waits for a time: `2h`"]),
        ("state fet$0ched", &["waits for the customer: offers a choice"]),
        (
            "fill order, im$0pact",
            &[
                "slot impact: severity",
                "How bad it is, _for us_.",
                "**zh** 多严重?",
                "`degraded`: slow, 变慢",
                "Everybody may see it.",
            ],
        ),
        ("do fou$0nd", &["found: { due, debt }", "`main`"]),
        (
            "orders.g$0et(",
            &[
                "action orders.get(order: order_number personal) -> { due: date optional, debt: money visible to agent }",
                "Looks an order up.",
                "GET",
                "answers within `2s`",
                "up to 3 times",
                "error `not_found` when `status == 404`",
                "changes nothing",
            ],
        ),
        ("orders.mo$0ve", &["effect orders.move", "changes the world"]),
        ("not_fo$0und ->", &["error not_found when status == 404"]),
        ("fai$0led -> handoff", &["Every failure without a name.", "language.md#steps"]),
        (
            "to de$0sk",
            &[
                "first reply within `15m`",
                "overflows to `billing` after `10m`",
                "takes `otherwise -> desk`",
            ],
        ),
        (
            "set sec$0ret",
            &[
                "slot secret: money",
                "**Seen by** agents with the role `agent`, and `supervisor`",
                "takes on",
            ],
        ),
        ("found.de$0bt", &["debt: money visible to agent", "`orders.get`"]),
        (
            "say prom$0ise",
            &["text promise(by: date)", "**en** on `web` \\*⟨by⟩\\*", "**zh** ⟨by⟩前。"],
        ),
        ("promise(tod$0ay", &["today: date", "The day, in the bot"]),
        ("\"Order {order} i$0s", &["**en** Order ⟨order⟩ is ⟨impact⟩.", "**zh** 订单⟨order⟩"]),
        (
            "leng$0th(order)",
            &["length(text) -> number", "How many characters", "language.md#values-and-types"],
        ),
        ("$0say promise", &["Sends a text.", "language.md#steps"]),
        ("end unres$0olved", &["does not have what she wanted"]),
        ("allow(W04$003", &["W0403: unused-slot", "nothing reads it", "docs/errors/W0403.md"]),
        ("on int$0ent", &["Starts the flow when the customer wants this"]),
    ] {
        let told = told(&mut bench, marked);
        let missing: Vec<&&str> = wanted.iter().filter(|word| !told.contains(**word)).collect();
        assert!(missing.is_empty(), "{marked}\n  missing {missing:?}\n  told {told}");
    }
    assert_eq!(told(&mut bench, "\n  }\n$0  state lost"), "");
}

#[test]
fn what_stands_in_other_declarations_is_told() {
    let mut bench = Bench::default();
    for (marked, wanted) in [
        ("use std.re$0pair", "use std.repair"),
        ("role super$0visor", "role supervisor includes agent"),
        ("role age$0nt\n", "Sees of the customer: `debt`"),
        ("role super$0visor", "Sees of the customer: `debt`"),
        ("  ema$0il: email", "**Personal**"),
        ("deb$0t: money visible", "`supervisor`"),
        ("channel we$0b", "channel web: websocket"),
        ("web: webs$0ocket", "Chat on a web page."),
        ("line_do$0wn {", "`line_down`: line is down, 停产"),
        ("secret: mon$0ey", "An amount in a currency"),
        ("urgency hi$0gh", "More urgent than most."),
        ("(by: d$0ate", "A day"),
        ("(b$0y: date", "by: date"),
        ("languages e$0n", "The language `en`."),
    ] {
        let plain = marked.replace("$0", "");
        assert!(PROJECT.contains(&plain), "{plain}");
        let base = PROJECT.replacen(&plain, marked, 1);
        let fixture = bench.at(&format!("{FLOW}{base}"));
        let told = hover(&fixture.snapshot, fixture.file, fixture.offset);
        let told = told.map(|(_, text)| text).unwrap_or_default();
        assert!(told.contains(wanted), "{marked}: {told}");
    }
}

#[test]
fn what_is_known_of_an_earlier_version_is_said_to_be_so() {
    let mut bench = Bench::default();
    let mut at = |marked: &str, broken: bool| {
        let text = FLOW.replacen(&marked.replace("$0", ""), marked, 1);
        let error = if broken { "slot wrong: nothing_known\n" } else { "" };
        let fixture = bench.at(&format!("{text}{error}{PROJECT}"));
        hover(&fixture.snapshot, fixture.file, fixture.offset).unwrap().1
    };
    // Nothing came before: nothing is known.
    let told = at("fill order, im$0pact", true);
    assert!(told.contains("is not known while the project has errors"), "{told}");
    assert!(!told.contains("Everybody"), "{told}");
    let told = at("state f$0ar", true);
    assert!(told.contains("Which ways lead here is not known"), "{told}");
    at("fill order, im$0pact", false);
    let told = at("fill order, im$0pact", true);
    assert!(
        told.contains("Everybody may see it, as of the last version without errors."),
        "{told}"
    );
    let told = at("set sec$0ret", true);
    assert!(told.contains("by what is put in, as of the last version"), "{told}");
    let told = at("state f$0ar", true);
    assert!(told.contains("No way led here in the last version"), "{told}");
    let told = at("-> do$0ne", true);
    assert!(told.contains("The ways are those of the last version"), "{told}");
}

#[test]
fn it_tells_something_or_nothing_everywhere() {
    let mut told = 0;
    for (name, sources) in examples() {
        let mut bench = Bench::default();
        let snapshot = bench.check(sources);
        for (file, source) in snapshot.analysis.sources.iter() {
            for (offset, _) in source.text.char_indices() {
                let offset = u32::try_from(offset).unwrap();
                if let Some((span, text)) = hover(&snapshot, file, offset) {
                    assert!(span.start <= offset && offset <= span.end, "{name} {offset}");
                    assert!(text.len() < 20_000 && !text.is_empty(), "{name} {offset}");
                    told += 1;
                }
            }
        }
    }
    assert!(told > 10_000, "{told}");
}

#[test]
fn what_people_wrote_is_no_markup() {
    let mut bench = Bench::default();
    let text = "text x { en \"a <b> [c](d) `e` {{f}}\\n# g\" }\nflow m { state s { say x$0  end resolved } }\n";
    let fixture = bench.at(&format!("{text}{PROJECT}"));
    let (span, told) = hover(&fixture.snapshot, fixture.file, fixture.offset).unwrap();
    assert!(told.contains(r"a \<b\> \[c\](d) \`e\` {f} ⏎ \# g"), "{told}");
    assert_eq!(&text.replace("$0", "")[span.range()], "x");
}
