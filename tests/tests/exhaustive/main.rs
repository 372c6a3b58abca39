//! Random small flows of which every conversation is played: what the compiler proves of turns, of
//! ends and of humans holds in all of them.
//!
//! The sessions of such a flow are finite when what does not matter is left out (the transcript,
//! turn numbers). From each, every move of the customer and every answer of the action is made; the
//! claims are then judged on the graph of sessions, by definitions of their own.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "tests")]

mod projects;

use std::collections::BTreeMap;

use flowright_compiler::compile::MemorySources;
use flowright_compiler::diag::Code;
use flowright_compiler::ir::FlowId;
use flowright_engine::model::{ActionResult, Event, Session, Status, Wait};
use flowright_engine::{LoadedProgram, open_session, step};
use flowright_nlu::value::Value;
use flowright_tests::programs::{Count, each, is_shown};
use proptest::prelude::*;
use serde_json::json;

use self::projects::{Claim, any_project, source};

const PROGRAMS: u32 = 120;
const NOW_MS: i64 = 1_780_000_000_000;
/// Sessions of one program beyond which it is left out.
const SESSIONS_MAX: usize = 6_000;

/// What a customer's words are to the flow that claims.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Said {
    /// An answer to what it asks.
    Right,
    /// An answer that its check refuses.
    Wrong,
    /// Something else, or not said to it.
    Else,
}

/// What may follow a session.
#[derive(Debug, Default)]
struct Node {
    /// Is the flow that claims under way, alone or with others above it?
    under_way: bool,
    /// The customer is waited for by that flow itself.
    asked: bool,
    /// A human has it.
    human: bool,
    /// The customer is to move, not the action to answer.
    customers: bool,
    /// Sessions that follow, and by what the customer did.
    next: Vec<(usize, Said)>,
}

/// Every session that a program can come to.
fn explore(program: &LoadedProgram, moves: &[&str]) -> Option<Vec<Node>> {
    let main = program.program.flows.iter().position(|flow| flow.name == "main").unwrap();
    let mut numbers: BTreeMap<String, usize> = BTreeMap::new();
    let (mut nodes, mut open) = (Vec::new(), Vec::new());
    let mut number = |session: Session, nodes: &mut Vec<Node>, open: &mut Vec<(usize, Session)>| {
        let key = serde_json::to_string(&without_history(&session)).unwrap();
        *numbers.entry(key).or_insert_with(|| {
            nodes.push(node(&session, main));
            open.push((nodes.len() - 1, session));
            nodes.len() - 1
        })
    };
    for vip in [false, true] {
        let mut session = open_session(program, "s", "web", None, NOW_MS);
        session.customer = vec![Some(Value::Bool(vip))];
        step(program, &mut session, Event::Opened { channel: "web".to_owned() }, NOW_MS).unwrap();
        number(session, &mut nodes, &mut open);
    }
    while let Some((id, session)) = open.pop() {
        if nodes.len() > SESSIONS_MAX {
            return None;
        }
        if nodes[id].human {
            continue;
        }
        let events: Vec<(Event, Said)> = match session.pending_call() {
            Some(call) => {
                let answer = |ok| ActionResult::Answer { status: 200, body: json!({ "ok": ok }) };
                [answer(true), answer(false), ActionResult::Failed("no".to_owned())]
                    .map(|result| {
                        (Event::ActionResult { key: call.key.clone(), result }, Said::Else)
                    })
                    .into()
            }
            None => moves.iter().map(|text| (said(text), answers(&session, main, text))).collect(),
        };
        for (event, answers) in events {
            let is_correction =
                matches!(&event, Event::Message { text, .. } if text.starts_with("no, "));
            let mut after = session.clone();
            step(program, &mut after, event, NOW_MS).unwrap();
            // Corrections of nothing are no way to a human, though they are not understood either.
            if is_correction && after.misses > session.misses {
                continue;
            }
            let next = number(after, &mut nodes, &mut open);
            nodes[id].next.push((next, answers));
        }
    }
    Some(nodes)
}

fn said(text: &str) -> Event {
    Event::Message {
        channel: "web".to_owned(),
        text: text.to_owned(),
        payload: None,
        external: None,
        knowledge: Vec::new(),
        attachments: Vec::new(),
        from: None,
    }
}

fn node(session: &Session, main: usize) -> Node {
    let is_main = |flow: FlowId| flow.index() == main;
    let human = session.status != Status::Bot;
    let top = session.stack.last().filter(|_| !human);
    Node {
        under_way: !human && session.stack.iter().any(|frame| is_main(frame.flow)),
        asked: top.is_some_and(|top| is_main(top.flow)) && !session.is_calling(),
        human,
        customers: !session.is_calling(),
        next: Vec::new(),
    }
}

fn answers(session: &Session, main: usize, text: &str) -> Said {
    let Some(top) = session.stack.last().filter(|top| top.flow.index() == main) else {
        return Said::Else;
    };
    let fits: &[&str] = match &top.wait {
        Wait::Slot { slot, .. } => {
            [&["red", "green", "red, 5"][..], &["5", "2", "0"], &["some words"]][slot.index()]
        }
        Wait::Confirm { .. } => &["yes", "no"],
        Wait::Choose { .. } => &["A", "B"],
        other => panic!("the flow waits for something else: {other:?}"),
    };
    match fits.contains(&text) {
        true if text == "0" => Said::Wrong,
        true => Said::Right,
        false => Said::Else,
    }
}

/// The session as far as it decides what follows.
fn without_history(session: &Session) -> Session {
    let mut session = session.clone();
    session.transcript.clear();
    session.tried.clear();
    session.last_said.clear();
    (session.turn, session.calls, session.calls_before) = (0, 0, 0);
    session.last_intent = None;
    session.sentiment_percent = None;
    for frame in &mut session.stack {
        frame.filled_in_turn.clear();
        // Where it came through matters to corrections, which are not made here.
        frame.path.clear();
        if let Wait::Action(call) = &mut frame.wait {
            call.key.clear();
        }
    }
    session
}

/// Whether a claim holds in all conversations.
fn holds(nodes: &[Node], claim: Claim) -> bool {
    match claim {
        Claim::End => {
            let good = fixed(nodes, |nodes, good, id| {
                let node = &nodes[id];
                // Being misunderstood until a human comes is no end.
                let counts = |said| !node.asked || said == Said::Right;
                !node.under_way || node.next.iter().any(|(next, said)| counts(*said) && good[*next])
            });
            good.iter().all(|good| *good)
        }
        // Counted from the start: what starts it is the first turn.
        Claim::Turns(turns) => {
            let over = within(
                nodes,
                u32::from(turns) - 1,
                |node, good| {
                    !node.under_way
                        || node
                            .next
                            .iter()
                            .filter(|(_, said)| *said != Said::Else)
                            .all(|(n, _)| good[*n])
                },
                |node| node.under_way,
            );
            over[0] && over[1]
        }
        Claim::Human(turns) => {
            let near = within(
                nodes,
                turns.into(),
                |node, good| node.human || node.next.iter().any(|(next, _)| good[*next]),
                |node| !node.human,
            );
            nodes.iter().zip(near).all(|(node, near)| !node.asked || near)
        }
    }
}

/// Where something holds that holds where it follows: the least such set.
fn fixed(nodes: &[Node], is_good: impl Fn(&[Node], &[bool], usize) -> bool) -> Vec<bool> {
    let mut good = vec![false; nodes.len()];
    loop {
        let next: Vec<bool> = (0..nodes.len()).map(|id| is_good(nodes, &good, id)).collect();
        if next == good {
            return good;
        }
        good = next;
    }
}

/// From where, after so many turns of the customer, something is so: `turn` says it of a session in
/// which she moves, of where that leads with one turn less. The action answers as it likes.
fn within(
    nodes: &[Node],
    turns: u32,
    turn: impl Fn(&Node, &[bool]) -> bool,
    is_open: impl Fn(&Node) -> bool,
) -> Vec<bool> {
    let mut fewer = vec![false; nodes.len()];
    for left in 0..=turns {
        fewer = fixed(nodes, |nodes, good, id| {
            let node = &nodes[id];
            match node.customers {
                _ if !is_open(node) => true,
                true => left > 0 && turn(node, &fewer),
                false => node.next.iter().all(|(next, _)| good[*next]),
            }
        });
    }
    fewer
}

#[derive(Debug, Default)]
struct Counts {
    proved: [Count; 3],
    refuted: [Count; 3],
    /// Refuted, and it holds in every conversation.
    unshown: [Count; 3],
    /// Refuted, and its counterexample fails in the engine.
    played: [Count; 3],
    open: Count,
    left_out: Count,
}

#[test]
fn what_is_proved_of_turns_ends_and_humans_holds_in_every_conversation() {
    let counts = Counts::default();
    each(PROGRAMS, &any_project(), |(states, around, claim)| {
        let text = source(&states, around, claim);
        let analysis = flowright_compiler::analyse(&MemorySources::one("p.flow", &text)).unwrap();
        let errors: Vec<Code> =
            analysis.diagnostics.iter().filter(|d| d.is_error()).map(|d| d.code).collect();
        let refuted = errors == [claim.code()];
        if !refuted && !errors.is_empty() {
            counts.left_out.one_more();
            return Ok(());
        }
        if analysis.diagnostics.iter().any(|d| d.code == Code::W0801) {
            counts.open.one_more();
            return Ok(());
        }
        let kind = match claim {
            Claim::End => 0,
            Claim::Turns(_) => 1,
            Claim::Human(_) => 2,
        };
        let without = text.replace(&format!("  ensure {}\n", claim.text()), "");
        let bundle = flowright_compiler::compile(&MemorySources::one("p.flow", &without)).unwrap();
        let program = LoadedProgram::interpreted(bundle.bundle.unwrap(), [7; 32]).unwrap();
        let mut moves =
            vec!["red", "green", "red, 5", "5", "2", "0", "some words", "yes", "no", "A", "B"];
        moves.extend(["talk to a human", "qwxz vbn", "no, I mean red", "no, I mean green"]);
        moves.extend(around.other.then_some("change the total"));
        let Some(nodes) = explore(&program, &moves) else {
            counts.left_out.one_more();
            return Ok(());
        };
        let really = holds(&nodes, claim);
        if !refuted {
            counts.proved[kind].one_more();
            prop_assert!(really, "proved, but it does not hold:\n{}", text);
            return Ok(());
        }
        counts.refuted[kind].one_more();
        if really {
            counts.unshown[kind].one_more();
            println!("refuted, but it holds:\n{text}\n{:?}", analysis.diagnostics);
        }
        if is_shown(&text, &analysis) {
            counts.played[kind].one_more();
        }
        Ok(())
    });
    println!("{counts:?}");
    for kind in 0..3 {
        let (proved, refuted) = (counts.proved[kind].get(), counts.refuted[kind].get());
        assert!(proved >= 10 && refuted >= 1, "too few tell anything: {counts:?}");
        assert_eq!(counts.unshown[kind].get(), 0, "refuted, but it holds: {counts:?}");
        assert_eq!(counts.played[kind].get(), refuted, "refuted, but not played: {counts:?}");
    }
    assert!(counts.open.get() <= 5, "too few are told: {counts:?}");
    assert!(counts.left_out.get() * 3 <= PROGRAMS, "too many are left out: {counts:?}");
}
