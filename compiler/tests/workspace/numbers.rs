//! Choices and entities, whose numbers count what is declared above them.

use flowright_compiler::Workspace;
use flowright_compiler::compile::MemorySources;

use super::afar::assert_each_is_seen;
use super::check_both;

/// Choices of slots of the session and of flows, of entities, of the profile and of what actions give;
/// flows that compare them, and examples that hold entities.
const PROJECT: &str = r#"bot b { languages en  timezone "UTC" }
customer { id: text  tier: one_of { gold, silver }  age: number }
role agent
channel web: websocket
skill s
route { otherwise -> s }
entity reason: one_of { late, lost }
entity code: text { pattern r"C-(\d+)" }
slot mood: one_of { good, bad }
slot why: reason
slot where: text
action orders.get(id: code) -> { state: one_of { open, closed }, due: date, why: reason } { get "{env.CRM}/{id}" }
intent order_wish { en "order {code: code} please", "what of {code: code}", "about {code: code} again" }
intent kind_wish { en "choose a kind", "let me choose a kind" }
intent mood_wish { en "how I feel", "my mood today" }
flow order {
  on intent order_wish
  slot code: code { ask "Which order?" }
  slot day: date { ask "Which day?" }
  state start {
    fill code
    do found = orders.get(code) { failed -> handoff because "no answer" }
    when found.state is closed { say "It is closed."  end resolved }
    when found.why is lost { set why = lost }
    fill day
    say "It is {found.state}, due {day}."
    end resolved
  }
  ensure found.state is open before orders.get
}
flow kind {
  on intent kind_wish
  slot kind: one_of { tea, coffee } { ask "Which kind?" }
  slot size: one_of { small, large } { ask "How large, for {kind}?"  check size is small or kind is tea else "Not so." }
  slot count: number { ask "How many?"  check count > 0 else "More." }
  state start {
    fill kind, size, count
    when kind is tea and mood is bad { set mood = good }
    when customer.tier is gold { say "Gold."  end resolved }
    say "{count} of {kind}."
    end resolved
  }
}
flow mood {
  on intent mood_wish
  slot tone: one_of { calm, loud } { ask "What tone?" }
  state start {
    fill tone
    when mood is good -> fine
    when why is late or tone is loud -> bad
    -> fine
  }
  state fine { say "Fine, {tone}."  end resolved }
  state bad { say "Bad."  end unresolved }
}
"#;

/// Each an edit by itself: what is replaced, and by what.
const EDITS: [(&str, &str); 33] = [
    ("slot mood: one_of", "slot other: one_of { here, there }\nslot mood: one_of"),
    ("slot why", "slot other: one_of { here, there }\nslot why"),
    ("action orders.get", "slot other: one_of { here, there }\naction orders.get"),
    ("action orders.get", "slot other: list of one_of { here, there }\naction orders.get"),
    ("action orders.get", "entity other: one_of { here, there }\naction orders.get"),
    ("entity reason", "entity other: one_of { here, there }\nentity reason"),
    ("entity reason", "entity other: text { pattern r\"x\" }\nentity reason"),
    ("entity reason", "entity first: number\nentity reason"),
    ("entity code", "entity tone: reason\nentity code"),
    ("slot mood: one_of { good, bad }", "slot mood: one_of { good, neither, bad }"),
    ("slot mood: one_of { good, bad }", "slot mood: one_of { bad, good }"),
    (
        "slot mood: one_of { good, bad }",
        "slot mood: one_of { good { en \"well\" } bad { en \"ill\" } }",
    ),
    ("slot mood: one_of { good, bad }", "slot mood: one_of { good, ill }"),
    ("slot mood: one_of { good, bad }", "slot mood: feeling\nentity feeling: one_of { good, bad }"),
    ("slot mood: one_of { good, bad }", "slot mood: reason"),
    ("slot mood: one_of { good, bad }", "slot mood: text"),
    ("slot why: reason", "slot why: one_of { late, lost, gone }"),
    ("slot where: text", "slot where: one_of { late, lost }"),
    ("slot where: text", "slot where: duration"),
    ("entity reason: one_of { late, lost }", "entity reason: one_of { late, lost, gone }"),
    ("tier: one_of { gold, silver }", "tier: text"),
    ("tier: one_of { gold, silver }", "tier: one_of { silver, gold }"),
    ("id: text  tier", "id: text  sort: one_of { old, new }  tier"),
    ("age: number", "age: date"),
    ("age: number", ""),
    ("state: one_of { open, closed }", "sort: one_of { a, b }, state: one_of { open, closed }"),
    ("state: one_of { open, closed }", "state: one_of { open, closed, lost }"),
    ("state: one_of { open, closed }", "state: one_of { closed, open }"),
    ("slot day: date", "slot sort: one_of { old, new } { ask \"Which?\" }\n  slot day: date"),
    ("slot kind: one_of { tea, coffee }", "slot kind: one_of { tea, coffee, milk }"),
    ("slot kind: one_of { tea, coffee }", "slot kind: reason"),
    (
        "flow kind {",
        "flow first { on start  slot a: one_of { b, c } { ask \"A?\" }  slot n: money { ask \"N?\" }  state s { fill a, n  say \"{a}{n}\"  end resolved } }\nflow kind {",
    ),
    (
        "intent kind_wish",
        "intent other_wish { en \"at {day: date} or so\", \"on {day: date}\" }\nintent kind_wish",
    ),
];

#[test]
fn choices_and_entities_above_others() {
    assert_each_is_seen(PROJECT, &EDITS);
}

/// Edits one upon another, and some of them taken back.
#[test]
fn choices_that_come_and_go() {
    let (mut sound, mut edits) = (0, 0);
    for seed in [0xc401_u64, 0xe471 * 3, 0x90_0d * 7] {
        let mut random = seed | 1;
        let mut below = |end: usize| {
            random ^= random << 13;
            random ^= random >> 7;
            random ^= random << 17;
            usize::try_from(random % end as u64).unwrap()
        };
        let mut workspace = Workspace::default();
        let mut done: Vec<usize> = Vec::new();
        for _ in 0..120 {
            match below(3) {
                0 if !done.is_empty() => drop(done.remove(below(done.len()))),
                _ if done.len() < 5 => done.push(below(EDITS.len())),
                _ => done.clear(),
            }
            let edited = done.iter().map(|number| EDITS[*number]);
            let text =
                edited.fold(PROJECT.to_owned(), |text, (from, to)| text.replacen(from, to, 1));
            edits += 1;
            let sources = MemorySources::one("a.flow", &text);
            sound += usize::from(check_both(&mut workspace, &sources, &format!("{done:?}")));
        }
    }
    assert!(sound * 4 >= edits, "only {sound} of {edits} edits left a project");
}
