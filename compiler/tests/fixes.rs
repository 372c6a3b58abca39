//! What each fix makes of a source: the text before, and after all first fixes were made at once.

use flowright_compiler::base::FileId;
use flowright_compiler::compile::MemorySources;
use flowright_compiler::diag::edits;

const BOT: &str = "bot b {\n  languages en\n  timezone \"UTC\"\n}\nchannel web: websocket\n\
    skill s\naction get_it(a: text) -> { due: date } {\n  get \"https://x/{a}\"\n  \
    error gone when status == 404\n}\neffect tell(a: text) { post \"https://x\" body { a } }\n";

/// What it is about, the source, the source mended.
const CASES: &[(&str, &str, &str)] = &[
    (
        "one skill to go to",
        "intent i { pattern r\"i\" }\nroute {\n  i -> s\n}\n",
        "intent i { pattern r\"i\" }\nroute {\n  i -> s\n  otherwise -> s\n}\n",
    ),
    ("a route for everybody", "route { }\n", "route { otherwise -> s }\n"),
    (
        "a rule that is never taken goes with its line",
        "intent i { pattern r\"i\" }\nroute {\n  otherwise -> s\n  i -> s\n}\n",
        "intent i { pattern r\"i\" }\nroute {\n  otherwise -> s\n}\n",
    ),
    (
        "a slot that nothing names goes with its documentation",
        "flow f {\n  on start\n  /// Left over.\n  /// Long ago.\n  slot old: text {\n    ask \"x\"\n  }\n  \
         slot kept: text { ask \"y\" }\n  state a {\n    fill kept\n    end\n  }\n}\n",
        "flow f {\n  on start\n  slot kept: text { ask \"y\" }\n  state a {\n    fill kept\n    \
         end\n  }\n}\n",
    ),
    (
        "a name for the result of what gives none",
        "flow f { state a { do x = tell(\"a\") { failed -> end } end } }\n",
        "flow f { state a { do tell(\"a\") { failed -> end } end } }\n",
    ),
    (
        "one argument too many, at the end and alone",
        "text hi { en \"hi\" }\nflow f { state a { do tell(\"a\", \"b\") { failed -> end } say hi(1) end } }\n",
        "text hi { en \"hi\" }\nflow f { state a { do tell(\"a\") { failed -> end } say hi() end } }\n",
    ),
    (
        "names, nearly right",
        "flow f {\n  state a {\n    do x = get_it(\"1\") { gome -> a  failed -> end }\n    \
         say \"{x.deu}\"\n    -> finsh\n  }\n  state finish { end resolvd }\n}\n",
        "flow f {\n  state a {\n    do x = get_it(\"1\") { gone -> a  failed -> end }\n    \
         say \"{x.due}\"\n    -> finish\n  }\n  state finish { end resolved }\n}\n",
    ),
    (
        "an intent and the flow that it starts, a field of the customer",
        "customer { name: text }\nintent i { pattern r\"i\" }\nflow g {\n  on intent i\n  \
         state a { end }\n}\nflow f { state a { call i() say \"{name}\" end } on intent g { end } }\n",
        "customer { name: text }\nintent i { pattern r\"i\" }\nflow g {\n  on intent i\n  \
         state a { end }\n}\nflow f { state a { call g() say \"{customer.name}\" end } on intent i { end } }\n",
    ),
    (
        "a name that a list has already",
        "customer { tier: one_of { gold, silver, gold, other, silver } }\n",
        "customer { tier: one_of { gold, silver, other } }\n",
    ),
    (
        "a name that is there twice and says something each time",
        "entity e: one_of { a { en \"x\" }, b, a { en \"y\" } }\n",
        "entity e: one_of { a { en \"x\" }, b, a { en \"y\" } }\n",
    ),
    (
        "roles that include themselves",
        "role a\nrole b includes b\nrole c includes c, a\nrole d includes a, d\n",
        "role a\nrole b\nrole c includes a\nrole d includes a\n",
    ),
    (
        "an allow of a code that is nearly one",
        "allow(W041, \"started by hand\")\nflow f { state a { end } }\n",
        "allow(W0401, \"started by hand\")\nflow f { state a { end } }\n",
    ),
    (
        "an allow that cannot be",
        "allow(E0201, \"never mind\")\nflow f { state a { end } }\n",
        "flow f { state a { end } }\n",
    ),
    (
        "a comma before a reason",
        "allow(W0401 \"x\")\nflow f { state a { end } }\n",
        "allow(W0401, \"x\")\nflow f { state a { end } }\n",
    ),
    ("a colon", "customer { id text }\n", "customer { id: text }\n"),
    ("a comma too many", "entity e: one_of { a, b, , c }\n", "entity e: one_of { a, b, c }\n"),
    (
        "an equals sign",
        "flow f { state a { do x get_it(\"1\") { failed -> end } end } }\n",
        "flow f { state a { do x = get_it(\"1\") { failed -> end } end } }\n",
    ),
    (
        "a brace that closes nothing goes with its line",
        "flow f {\n  state a { end }\n}\n}\n",
        "flow f {\n  state a { end }\n}\n",
    ),
    (
        "a brace before the next state",
        "flow f {\n  state a {\n    -> b\n\n  state b { end }\n}\n",
        "flow f {\n  state a {\n    -> b\n  }\n\n  state b { end }\n}\n",
    ),
    ("a brace at the end", "flow f {\n  state a { end }\n", "flow f {\n  state a { end }\n}\n"),
    ("a quote before what closes", "text hi { en \"Good day }\n", "text hi { en \"Good day\" }\n"),
    (
        "quotes of a word processor, and what is inside them stays",
        "text hi { en \u{201c}Good day\u{ff0c} you\u{ff01}\u{201d} }\n",
        "text hi { en \"Good day\u{ff0c} you\u{ff01}\" }\n",
    ),
    (
        "semicolons",
        "flow f { state a { say \"x\"; end; } }\n",
        "flow f { state a { say \"x\" end } }\n",
    ),
    (
        "operators of programming languages",
        "slot x: text\nflow f { state a { when x == \"a\"||!(x == \"b\") && has x -> a  end } }\n",
        "slot x: text\nflow f { state a { when x == \"a\"or not (x == \"b\") and has x -> a  end } }\n",
    ),
    (
        "a text in single quotes",
        "text hi { en 'Good day\u{ff0c} you' }\n",
        "text hi { en \"Good day\u{ff0c} you\" }\n",
    ),
    (
        "a keyword behind a whole declaration",
        "flow f {\n  on start\n  state a { end }\n}\nAllow(W0401, \"by hand\")\nflow g { state a { end } }\n",
        "flow f {\n  on start\n  state a { end }\n}\nallow(W0401, \"by hand\")\nflow g { state a { end } }\n",
    ),
    (
        "lines end as they do elsewhere in the text",
        "flow f {\r\n  state a { end }\r\n",
        "flow f {\r\n  state a { end }\r\n}\r\n",
    ),
    (
        "words of other languages",
        "import std.repair\nvar x: number { default 1 }\nflow f {\n  state a {\n    if x > 1 { print \"x\" }\n    \
         goto b\n  }\n  state b {\n    sleep 5m\n    return\n  }\n}\n",
        "use std.repair\nslot x: number { default 1 }\nflow f {\n  state a {\n    when x > 1 { print \"x\" }\n    \
         -> b\n  }\n  state b {\n    wait 5m\n    end\n  }\n}\n",
    ),
    (
        "branches as elsewhere",
        "slot x: text\nflow f {\n  state a {\n    when has x { end } else if x == \"a\" { -> a }\n    \
         when x = \"b\" { end } else { -> a }\n  }\n}\n",
        "slot x: text\nflow f {\n  state a {\n    when has x { end } when x == \"a\" { -> a }\n    \
         when x == \"b\" { end } else { -> a }\n  }\n}\n",
    ),
    (
        "signs of other languages",
        "slot x: number { default 1 }\nflow f { state a {\n  when x <> 1 -> a\n  when x === 1 -> a\n  \
         set x := 1\n  => a\n} }\n",
        "slot x: number { default 1 }\nflow f { state a {\n  when x != 1 -> a\n  when x == 1 -> a\n  \
         set x = 1\n  -> a\n} }\n",
    ),
    (
        "an arrow with an equals sign that can only be a comparison",
        "slot x: number { default 1 }\nflow f { state a { when x => 1 -> a  end } }\n",
        "slot x: number { default 1 }\nflow f { state a { when x >= 1 -> a  end } }\n",
    ),
    (
        "amounts, days, times and spans as elsewhere",
        "slot a: money { default $20 }\nslot b: money { default cny 20 }\nslot c: money { default 20\u{20ac} }\n\
         slot d: money { default EUR20 }\nslot e: money { default USD 1,200.50 }\n\
         slot f: date { default 15/06/2026 }\nslot g: time { default 9:30pm }\nslot h: duration { default 1h30m }\n\
         slot i: money { default RMB 1 }\nslot j: duration { default 5 minutes }\n",
        "slot a: money { default USD 20 }\nslot b: money { default CNY 20 }\nslot c: money { default EUR 20 }\n\
         slot d: money { default EUR 20 }\nslot e: money { default USD 1_200.50 }\n\
         slot f: date { default 2026-06-15 }\nslot g: time { default 21:30 }\nslot h: duration { default 90m }\n\
         slot i: money { default CNY 1 }\nslot j: duration { default 5m }\n",
    ),
    ("a language with its region", "text hi { en-GB \"hi\" }\n", "text hi { en \"hi\" }\n"),
    (
        "what is in quotes and should have none, and what should have them",
        "slot n: number { default \"3\" }\nslot t: time { default 9 }\nslot name: text { default 5 }\n\
         slot b: bool { default \"true\" }\n",
        "slot n: number { default 3 }\nslot t: time { default 09:00 }\nslot name: text { default \"5\" }\n\
         slot b: bool { default true }\n",
    ),
    (
        "the same in conditions",
        "slot n: number { default 3 }\nslot t: time { default 09:00 }\nslot name: text { default \"5\" }\n\
         flow f { on start state a { when n == \"4\" or t > 10h or name == -7 { say \"x\" } \
         when today + \"2d\" > today or today < \"2026-06-01\" or business_hours == 1 { say \"y\" } end } }\n",
        "slot n: number { default 3 }\nslot t: time { default 09:00 }\nslot name: text { default \"5\" }\n\
         flow f { on start state a { when n == 4 or t > 10:00 or name == \"-7\" { say \"x\" } \
         when today + 2d > today or today < 2026-06-01 or business_hours == true { say \"y\" } end } }\n",
    ),
    (
        "texts joined with plus signs, and those with nothing between them",
        "slot a: text { default \"a\" }\nslot b: text\nflow f { on start state s { \
         set b = \"Dear \" + a + \", 5{{ \\\"x\\\"\" + 2 + \".\" say \"{\"<{a}>\" + \"{b}\"} {a + b}\" end } }\n",
        "slot a: text { default \"a\" }\nslot b: text\nflow f { on start state s { \
         set b = \"Dear {a}, 5{{ \\\"x\\\"2.\" say \"{\"<{a}>{b}\"} {a + b}\" end } }\n",
    ),
    (
        "functions of what has no fields, and of something else",
        "flow f { on start state s { say \"{now.year} {today.month} {utterance.length} {weekday(now)} {count(utterance)}\" end } }\n",
        "flow f { on start state s { say \"{year(date_of(now))} {month(today)} {length(utterance)} {weekday(date_of(now))} {length(utterance)}\" end } }\n",
    ),
    (
        "types of another language",
        "customer { id: String  age: int  is_new: Boolean }\n",
        "customer { id: text  age: number  is_new: bool }\n",
    ),
    (
        "addresses without their beginning, and where it is not known",
        "flow f { on start state s { say \"x\" link \"www.example.com/a\" image \"example.com/{today}\" link \"a b\" end } }\n",
        "flow f { on start state s { say \"x\" link \"https://www.example.com/a\" image \"https://example.com/{today}\" link \"a b\" end } }\n",
    ),
    // Where there are several ways, nobody is served by one of them.
    (
        "a slot that is filled, or given by another flow",
        "flow f {\n  on start\n  slot old: text { ask \"x\" }\n  state a { fill old end }\n}\n",
        "flow f {\n  on start\n  slot old: text { ask \"x\" }\n  state a { fill old end }\n}\n",
    ),
    (
        "a route to one of two skills",
        "skill t\nintent i { pattern r\"i\" }\nroute {\n  i -> s\n}\n",
        "skill t\nintent i { pattern r\"i\" }\nroute {\n  i -> s\n}\n",
    ),
    (
        "single quotes, one of them perhaps an apostrophe",
        "text hi { en 'I don't know' }\n",
        "text hi { en 'I don't know' }\n",
    ),
    (
        "an amount in a sign of two currencies, a day that may be in two months",
        "slot a: money { default \u{a5}20 }\nslot b: date { default 05/06/2026 }\n",
        "slot a: money { default \u{a5}20 }\nslot b: date { default 05/06/2026 }\n",
    ),
    ("a brace in a text", "text hi { en \"hi name}\" }\n", "text hi { en \"hi name}\" }\n"),
    (
        "a word too many",
        "flow f { state a { say \"x\" now end } }\n",
        "flow f { state a { say \"x\" now end } }\n",
    ),
];

#[test]
fn fixes_make_of_a_source_what_they_should() {
    let mut wrong = String::new();
    for (about, before, after) in CASES {
        let text = format!("{before}{BOT}");
        let analysis = flowright_compiler::analyse(&MemorySources::one("a.flow", &text)).unwrap();
        let fixes = edits::compatible(&analysis.diagnostics, |_| true);
        let all = fixes.iter().flat_map(|fix| &fix.edits);
        let mended = edits::apply(&text, FileId(0), all).unwrap();
        let mended = mended.strip_suffix(BOT).unwrap_or(&mended);
        if mended != *after {
            let said: Vec<_> = analysis.diagnostics.iter().map(|d| &d.message).collect();
            wrong.push_str(&format!("{about}: {said:?} gives\n{mended}\n"));
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}
