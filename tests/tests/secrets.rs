//! Random programs with one secret: what a customer sees does not depend on it, unless the compiler
//! has said so. Each program is run in sessions that differ only in the secret.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use std::fmt::Write as _;

use flowright_compiler::Analysis;
use flowright_compiler::compile::{MemorySources, build};
use flowright_compiler::diag::{Code, Severity};
use flowright_engine::explore::Random;
use flowright_engine::model::{ActionResult, Command, Event, Session};
use flowright_engine::{LoadedProgram, open_session, step};
use flowright_nlu::value::{Decimal, Value};
use flowright_tests::programs::{
    Atom, Count, Statement, any_atom, any_statement, each, write_states,
};
use proptest::prelude::*;
use serde_json::json;

const PROGRAMS: u32 = 400;
const STATES: u8 = 4;
const START_MS: i64 = 1_780_000_000_000;
const STEP_MS: i64 = 10 * 60 * 1000;
/// Secrets that a program's conditions tell apart.
const SECRETS: [i64; 4] = [0, 2, 4, 9];
const TALKS: u64 = 8;
const WORDS: [&str; 10] = ["1", "2", "3", "5", "yes", "no", "Red", "Blue", "go on then", "rrr"];

const COMMON: &str = r#"bot b { languages en  timezone "UTC" }
channel web: websocket
role agent
skill s
skill t
route {
  urgency high when customer.score > 3
  when customer.score > 2 -> t
  otherwise -> s
}
customer { score: number visible to agent  open: number }
slot total: number { ask "Total?" }
action peek(x: number visible to agent) -> { n: number, all: list of { name: text } } {
  post "https://example.com/peek"  body { x }
}
intent go { en "go on then", "please go on", "let us go on", "we go on" }
"#;

fn cond_text(cond: Atom, sub: bool) -> String {
    let op = cond.sign();
    let by = cond.by % 6;
    let own = if sub { "y" } else { "a" };
    match cond.kind % 16 {
        0 | 1 => format!("customer.score {op} {by}"),
        2 => format!("(has total and total {op} {by})"),
        3 => "has total".to_owned(),
        4 => format!("not (has {own})"),
        5 if !sub => format!("r.n {op} {by}"),
        6 if !sub => format!("(has b and b {op} {by})"),
        7 if !sub => format!("({own} == 1 or k {op} {by})"),
        8 => format!("customer.open {op} {by}"),
        9 if !sub => "count(shown) > 0".to_owned(),
        10 if !sub => format!("(k {op} {by} and total < 3)"),
        _ => format!("(has {own} and {own} {op} {by})"),
    }
}

/// A slot that a step changes or shows.
fn slot(by: u8, sub: bool) -> &'static str {
    match sub {
        true => ["y", "total"][usize::from(by % 2)],
        false => ["a", "b", "k", "total"][usize::from(by % 4)],
    }
}

/// A step that goes nowhere.
fn plain(s: Statement<Atom>, kind: u8, sub: bool) -> String {
    let (one, two) = (slot(s.by, sub), slot(s.to, sub));
    match kind % 16 {
        0 | 1 => format!("say \"Said {}.\"", s.by % 3),
        2 => format!("say \"It is {{{one}}}.\""),
        3 | 4 => format!("set {one} = {}", s.to % 4),
        5 => format!("set {one} = {two} + {}", s.by % 3),
        6 if s.to.is_multiple_of(3) => format!("set {one} = customer.score"),
        6 | 7 => format!("clear {one}"),
        8 if !sub => "set shown = r.all".to_owned(),
        8 if s.to.is_multiple_of(2) => "wait 10m".to_owned(),
        9 if !sub => format!("call sub(y: {one})"),
        10 if !sub => "call sub()".to_owned(),
        11 if !sub => format!("do r = peek({one}) {{ failed -> handoff }}"),
        12 if !sub => "clear shown".to_owned(),
        13 => format!(
            "fill {}",
            if sub { "total" } else { ["a", "b", "total"][usize::from(s.by % 3)] }
        ),
        _ => format!("set {one} = {}", s.by % 5),
    }
}

/// Whether control leaves the body.
fn write_statement(out: &mut String, s: Statement<Atom>, next: u8, sub: bool) -> bool {
    let (ahead, any) = ((next + s.to % 2).min(STATES), s.to % STATES);
    let cond = cond_text(s.cond, sub);
    let kind = s.kind % 24;
    let text = match kind {
        0..=2 => format!("when {cond} {{ {} }}", plain(s, s.inner, sub)),
        3 => format!(
            "when {cond} {{ {} }} otherwise {{ {} }}",
            plain(s, s.inner, sub),
            plain(s, s.inner.wrapping_add(1), sub)
        ),
        4 if sub => format!("when {cond} {{ end }}"),
        4 | 5 if !sub => format!("when {cond} -> s{ahead}"),
        6 => format!(
            "when {cond} {{ {} }}",
            ["end", "handoff", "handoff to t"][usize::from(s.by % 3)]
        ),
        7 if !sub => format!("confirm \"Sure?\" {{ yes -> s{any}  no -> s{next} }}"),
        8 if !sub => format!("choose \"Which?\" {{ \"Red\" -> s{any}  \"Blue\" -> s{next} }}"),
        9 if !sub => format!(
            "choose it in shown \"Which of them?\" {{ \"{{it.name}}\" -> s{any}  none -> s{next} }}"
        ),
        _ => plain(s, s.inner, sub),
    };
    let _ = writeln!(out, "    {text}");
    // So that steps in a row are not one choice.
    if kind < 7 {
        out.push_str("    mark \"m\"\n");
    }
    !sub && matches!(kind, 7..=9)
}

fn source(
    states: &[Vec<Statement<Atom>>],
    sub: &[Statement<Atom>],
    check: Atom,
    default: u8,
) -> String {
    let mut out = COMMON.to_owned();
    let _ = writeln!(
        out,
        "flow sub {{\n  slot y: number {{ default {} }}\n  state start {{",
        default % 3
    );
    for statement in sub {
        write_statement(&mut out, *statement, 0, true);
    }
    out.push_str("    end\n  }\n}\n");
    let checked = match check.kind % 8 {
        0 => format!(
            "check b {} customer.score else \"Not that.\"",
            ["<", ">"][usize::from(check.op % 2)]
        ),
        1 => "check b < k + 3 else \"Not so much.\"".to_owned(),
        _ => String::new(),
    };
    let _ = writeln!(
        out,
        "flow go {{\n  on intent go\n  slot a: number {{ ask \"A?\" }}\n  slot b: number {{ ask \"B?\" {checked} }}\n  slot k: number {{ default 1 }}\n  slot shown: list of {{ name: text }}\n  on silence 10m {{ say \"There?\" }}\n  state first {{ do r = peek(1) {{ failed -> handoff }}  set shown = r.all  -> s0 }}"
    );
    write_states(&mut out, states, "", |out, number, statement| {
        write_statement(out, statement, number + 1, false)
    });
    let _ = writeln!(out, "  state s{STATES} {{ say \"Done.\"  end resolved }}\n}}");
    out
}

fn any_program() -> impl Strategy<Value = String> {
    let body = proptest::collection::vec(any_statement(any_atom(), any::<u8>()), 1..5);
    let states = proptest::collection::vec(body, usize::from(STATES));
    let sub = proptest::collection::vec(any_statement(any_atom(), any::<u8>()), 0..4);
    (states, sub, any_atom(), any::<u8>())
        .prop_map(|(states, sub, check, default)| source(&states, &sub, check, default))
}

/// What the customer sees of one event, answers of actions included.
fn seen(program: &LoadedProgram, session: &mut Session, event: Event, now_ms: i64) -> String {
    let mut seen = String::new();
    let mut next = Some(event);
    while let Some(event) = next.take() {
        for command in step(program, session, event, now_ms).unwrap().commands {
            match command {
                Command::Reply(reply) => {
                    let labels: Vec<&str> =
                        reply.choices.iter().map(|c| c.label.as_str()).collect();
                    let _ = writeln!(seen, "{} {labels:?}", reply.text);
                }
                Command::Call(call) => {
                    let body = json!({ "n": 3, "all": [{ "name": "Red" }, { "name": "Blue" }] });
                    let result = ActionResult::Answer { status: 200, body };
                    next = Some(Event::ActionResult { key: call.key, result });
                }
                _ => {}
            }
        }
    }
    seen
}

/// A conversation with a customer who says the same whatever the secret is.
fn talk(program: &LoadedProgram, secret: i64, seed: u64) -> Vec<String> {
    let mut session = open_session(program, "x", "web", None, START_MS);
    let number = |n: i64| Some(Value::Number(Decimal::from_int(n).unwrap()));
    let profile = vec![number(secret), number(2)];
    let (mut now_ms, mut random) = (START_MS, Random::new(seed));
    let mut lines = vec![seen(program, &mut session, Event::Customer { profile }, now_ms)];
    let mut say = |session: &mut Session, text: &str, now_ms: i64| {
        let event = Event::Message {
            channel: "web".to_owned(),
            text: text.to_owned(),
            payload: None,
            external: None,
            knowledge: Vec::new(),
            attachments: Vec::new(),
            from: None,
        };
        lines.push(seen(program, session, event, now_ms));
        // Ten minutes pass, and what was to happen in them does.
        let due = session.wake_at_ms.is_some_and(|at| at <= now_ms + STEP_MS);
        let woken =
            if due { seen(program, session, Event::Wake, now_ms + STEP_MS) } else { String::new() };
        lines.push(woken);
    };
    say(&mut session, "go on then", now_ms);
    for _ in 0..8 {
        now_ms += STEP_MS;
        say(&mut session, WORDS[random.below(WORDS.len())], now_ms);
    }
    lines
}

/// Whether two conversations that differ in the secret alone look different.
fn differs(program: &LoadedProgram) -> Option<(i64, i64, Vec<String>, Vec<String>)> {
    (0..TALKS).find_map(|seed| {
        let first = talk(program, SECRETS[0], seed);
        SECRETS.iter().skip(1).find_map(|other| {
            let second = talk(program, *other, seed);
            (first != second).then(|| (SECRETS[0], *other, first.clone(), second))
        })
    })
}

/// The program, unless it could not run as it stands: an endless loop ends at a human.
fn program(analysis: &Analysis) -> Option<LoadedProgram> {
    let bad = |code: Code| {
        code.severity() == Severity::Error
            && !matches!(code, Code::E0401 | Code::E0410 | Code::E0701 | Code::E0702 | Code::E0704)
    };
    if analysis.diagnostics.iter().any(|finding| bad(finding.code)) {
        return None;
    }
    Some(LoadedProgram::interpreted(build(analysis).ok()?, [7; 32]).unwrap())
}

#[test]
fn what_a_customer_sees_does_not_depend_on_a_secret_that_nothing_was_said_of() {
    let [clean, reported, differing, left_out] = [(); 4].map(|()| Count::default());
    each(PROGRAMS, &any_program(), |source| {
        let analysis = flowright_compiler::analyse(&MemorySources::one("p.flow", &source)).unwrap();
        let Some(program) = program(&analysis) else {
            left_out.one_more();
            return Ok(());
        };
        let is_said = analysis
            .diagnostics
            .iter()
            .any(|finding| finding.code.as_str().starts_with("E07") || finding.code == Code::W0702);
        let found = differs(&program);
        match (&found, is_said) {
            (Some(found), false) => prop_assert!(false, "{found:#?}\n{source}"),
            (Some(_), true) => {
                reported.one_more();
                differing.one_more();
            }
            (None, true) => reported.one_more(),
            (None, false) => clean.one_more(),
        }
        Ok(())
    });
    let [clean, reported, differing, left_out] =
        [clean, reported, differing, left_out].map(|count| count.get());
    println!("{clean} clean, {reported} reported, {differing} of them differ, {left_out} left out");
    assert!(clean >= 40, "{clean} programs without a finding");
    assert!(differing >= 40 && differing * 3 >= reported, "{differing} of {reported} differ");
    assert!(left_out * 3 <= PROGRAMS, "{left_out} left out");
}
