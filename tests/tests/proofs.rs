//! Random flows: what the compiler proves of them never fails when they run, and what it refutes
//! fails in the conversation that it gives, but for a few whose words are taken otherwise.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use std::fmt::Write as _;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use flowright_compiler::compile::MemorySources;
use flowright_compiler::diag::Code;
use flowright_engine::LoadedProgram;
use flowright_engine::explore::{Customer, Explorer};
use flowright_tests::programs::{
    Atom, Count, Statement, any_atom, any_statement, each, is_shown, write_states,
};
use proptest::prelude::*;

const STATES: u8 = 4;
const PROGRAMS: u32 = 100;
/// Conversations with each program; those with a way to a violation mostly show it in far fewer.
const RUNS: u64 = 150;
/// Refuted claims that are talked to as the proved ones are: what finds nothing shows nothing.
const TRIED: u32 = 15;

const COMMON: &str = r#"bot b { languages en  timezone "UTC" }
use std.repair
channel web: websocket
skill s
route { otherwise -> s }
customer { tier: one_of { gold, silver, basic }, vip: bool }
slot total: number { ask "Total?" }
action probe() -> { ok: bool, count: number, price: money } { get "https://example.com/probe" }
effect pay(x: number) { post "https://example.com/pay"  body { x } }
intent buy { en "I want to buy", "buy it please", "an order", "order something" }
intent other { en "change the total", "another total", "the total is wrong", "total again" }
flow other { on intent other
  state start {
    when customer.vip { set total = 20 }
    otherwise { clear total }
    say "Changed." end resolved
  }
}
flow buy { on intent buy
  slot n: number { ask "N?"  check n > 0 else "More than none." }
  slot m: number { ask "M?" }
  slot c: one_of { red { en "red" }, green { en "green" }, blue { en "blue" } } { ask "C?" }
  slot d: date { ask "D?" }
  slot a: money { ask "A?" }
  slot p: money { ask "P?" }
  on silence 10m { when has m { say "{m}" } }
  state first { do r = probe() { failed -> handoff }  -> s0 }
"#;

#[derive(Debug, Clone, Copy)]
struct Cond {
    first: Atom,
    second: Atom,
    joined: u8,
}

fn atom_text(atom: Atom) -> String {
    let (op, by) = (atom.sign(), atom.by % 6);
    let color = ["red", "green", "blue"][usize::from(atom.by % 3)];
    match atom.kind % 12 {
        0 => format!("(has n and n {op} {by})"),
        1 => format!("(has m and m {op} {by})"),
        2 => format!("(has n and has m and n {op} m)"),
        3 => format!("(has c and c is {color})"),
        4 => format!("(has d and d {op} 2027-06-0{})", by + 1),
        5 => "customer.vip".to_owned(),
        6 => "r.ok".to_owned(),
        7 => format!("r.count {op} {by}"),
        8 => format!("(has total and total {op} {})", by * 5),
        9 => format!("(has a and a {op} EUR {by})"),
        10 => format!("(has p and p {op} USD {by})"),
        _ => "has m".to_owned(),
    }
}

impl Cond {
    fn text(self) -> String {
        let (first, second) = (atom_text(self.first), atom_text(self.second));
        match self.joined % 5 {
            0 => format!("({first} and {second})"),
            1 => format!("({first} or {second})"),
            2 => format!("not {first}"),
            _ => first,
        }
    }
}

/// The flow with its claim, or with a state that is entered when the claim fails.
fn source(states: &[Vec<Statement<Cond>>], claim: Cond, watched: bool) -> String {
    let claim = claim.text();
    let mut out = COMMON.to_owned();
    let pay = pay(&claim, watched);
    write_states(&mut out, states, &pay, |out, number, statement| {
        write_statement(out, number, statement, &claim, &pay)
    });
    let _ = writeln!(out, "  state s{STATES} {{ say \"Done.\"  end resolved }}");
    if watched {
        out.push_str("  state violated { say \"Violated.\"  end unresolved }\n}\n");
    } else {
        let _ = writeln!(out, "  ensure {claim} before pay\n}}");
    }
    out
}

/// Whether control leaves the body.
fn write_statement(
    out: &mut String,
    state: u8,
    s: Statement<Cond>,
    claim: &str,
    pay: &str,
) -> bool {
    // Back only where the customer is asked: a loop without her is refused.
    let (next, back, by) = (state + 1, s.to % STATES, s.by % 6);
    let ahead = (next + s.to % 2).min(STATES);
    let slot = ["n", "m", "c", "d", "total", "a", "p"][usize::from(s.by % 7)];
    let _ = match s.kind % 14 {
        0 | 1 => writeln!(out, "    fill {slot}"),
        2 => writeln!(out, "    set m = {by}"),
        3 => writeln!(out, "    when has m {{ set n = m }}"),
        4 => writeln!(out, "    when has a {{ set p = a }}"),
        5 => writeln!(out, "    when has n {{ set n = n + {by} }}"),
        6 => writeln!(out, "    clear {slot}"),
        7 => writeln!(out, "    do r = probe() {{ failed -> handoff }}"),
        8 => writeln!(out, "    when {} -> s{ahead}", s.cond.text()),
        9 => writeln!(out, "    confirm \"Sure?\" {{ yes -> s{back}  no -> s{next} }}"),
        10 | 11 => writeln!(out, "    when not ({claim}) -> s{ahead}"),
        _ => {
            out.push_str(pay);
            Ok(())
        }
    };
    s.kind % 14 == 9
}

/// The effect that the claim is about, watched or not.
fn pay(claim: &str, watched: bool) -> String {
    let watch = format!("    when not ({claim}) -> violated\n");
    format!("{}    do pay(1) {{ failed -> handoff }}\n", if watched { &watch } else { "" })
}

fn any_flow() -> impl Strategy<Value = (Vec<Vec<Statement<Cond>>>, Cond)> {
    let cond = || {
        let parts = (any_atom(), any_atom(), any::<u8>());
        parts.prop_map(|(first, second, joined)| Cond { first, second, joined })
    };
    let body = proptest::collection::vec(any_statement(cond(), Just(0)), 1..6);
    (proptest::collection::vec(body, usize::from(STATES)), cond())
}

/// Whether conversations with the watched flow come to the violation; nothing when it does not
/// compile.
fn is_violated(source: &str) -> Option<bool> {
    let compiled = flowright_compiler::compile(&MemorySources::one("w.flow", source)).unwrap();
    let program = LoadedProgram::interpreted(compiled.bundle?, [7; 32]).unwrap();
    let project = compiled.analysis.project.unwrap();
    let customer = Customer::of(&project, &program.program, None).unwrap();
    let catching = Arc::new(|run: &mut dyn FnMut()| {
        catch_unwind(AssertUnwindSafe(run)).map_err(|_| "a panic".to_owned())
    });
    let mut explorer = Explorer::new(&program, None, &customer, catching, 1);
    let flow = program.program.flows.iter().position(|flow| flow.name == "buy").unwrap();
    let states = &program.program.flows[flow].states;
    let violated = states.iter().position(|state| state.name == "violated").unwrap();
    for _ in 0..RUNS {
        let _ = explorer.play_one();
        let mut entered = explorer.entered().iter();
        if entered.any(|e| e.flow.index() == flow && e.state.index() == violated) {
            return Some(true);
        }
    }
    Some(false)
}

#[derive(Debug, Default)]
struct Counts {
    proved: Count,
    /// Of these, the ones whose watched flow ran.
    watched: Count,
    refuted: Count,
    /// The first of these, talked to as the proved ones are, and those whose violation that shows.
    tried: Count,
    found: Count,
    shown: Count,
    open: Count,
    left_out: Count,
}

#[test]
fn what_is_proved_holds_and_what_is_refuted_does_not() {
    let counts = Counts::default();
    each(PROGRAMS, &any_flow(), |(states, claim)| {
        let claimed = source(&states, claim, false);
        let analysis =
            flowright_compiler::analyse(&MemorySources::one("p.flow", &claimed)).unwrap();
        let errors: Vec<Code> =
            analysis.diagnostics.iter().filter(|d| d.is_error()).map(|d| d.code).collect();
        match errors.as_slice() {
            [Code::E0801] => {
                counts.refuted.one_more();
                if counts.tried.get() < TRIED
                    && let Some(violated) = is_violated(&source(&states, claim, true))
                {
                    counts.tried.one_more();
                    if violated {
                        counts.found.one_more();
                    }
                }
                if is_shown(&claimed, &analysis) {
                    counts.shown.one_more();
                }
            }
            [] if analysis.diagnostics.iter().any(|d| d.code == Code::W0801) => {
                counts.open.one_more();
            }
            [] => {
                counts.proved.one_more();
                let watched = source(&states, claim, true);
                // Nothing: the watched flow reads what may be empty.
                if let Some(violated) = is_violated(&watched) {
                    counts.watched.one_more();
                    prop_assert!(!violated, "proved, but it fails:\n{}", watched);
                }
            }
            _ => counts.left_out.one_more(),
        }
        Ok(())
    });
    println!("{counts:?}");
    let (proved, watched) = (counts.proved.get(), counts.watched.get());
    let (refuted, open) = (counts.refuted.get(), counts.open.get());
    // In the others the engine takes the words otherwise than the proof says they may be taken (two
    // numbers in one utterance, an answer beside a yes or no), or another flow would have to come first.
    let shown = counts.shown.get();
    assert!(shown * 100 >= refuted * 95, "refuted, but played it does not fail: {counts:?}");
    assert!(proved >= 10 && refuted >= 50 && open <= 5, "too few tell anything: {counts:?}");
    assert!(watched * 2 >= proved, "too few of the proved ran: {counts:?}");
    let (tried, found) = (counts.tried.get(), counts.found.get());
    assert!(tried == TRIED && found * 2 >= tried, "violations are not found: {counts:?}");
}
