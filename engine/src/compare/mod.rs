//! The shortest conversation that two programs carry on differently.
//!
//! Both are driven side by side, breadth first, from the beginning of a session. What the customer
//! means is given exactly, not in words: what is compared is the programs, not what they
//! understand. After each move it counts what is called with which arguments, which flows end and
//! how, who gets the conversation and how urgent it is, and where it waits for what; how that is
//! worded does not count.

mod act;
mod moves;
mod outcome;
mod samples;

use std::collections::{BTreeSet, VecDeque};

use flowright_compiler::upgrade::{MigrationPlan, Version, diff};
use serde::Serialize;

use self::act::{Act, act};
use self::moves::{Move, Side, moves};
use self::outcome::{Did, Names, outcome};
use self::samples::{Named, nth_of_each, samples};
use crate::LoadedProgram;
use crate::model::{Command, Session, Wait};
use crate::session::open_session;

/// How far to look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Moves of one conversation.
    pub moves: usize,
    /// Conversations that are gone on with.
    pub conversations: usize,
    /// Profiles of customers to begin with.
    pub customers: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { moves: 16, conversations: 10_000, customers: 4 }
    }
}

/// What came of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Comparison {
    /// A conversation that goes differently; none is shorter.
    pub difference: Option<Difference>,
    /// Conversations that were looked at.
    pub conversations: usize,
    /// A limit kept it from looking further.
    pub limited: bool,
}

/// A conversation that goes differently at its end.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// The customer's profile as JSON, where she has one.
    pub customer: Vec<(String, String)>,
    /// What happens, in order.
    pub exchanges: Vec<Exchange>,
    /// What the old program does at the end.
    pub before: Vec<String>,
    /// What the new program does there.
    pub now: Vec<String>,
}

/// Something that happens, and what the bot says to it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Exchange {
    /// What happens, in words.
    pub what: String,
    /// What the old program says.
    pub before: Vec<String>,
    /// What the new program says.
    pub now: Vec<String>,
}

/// The beginning of time, for conversations that nobody has: 2026-01-05 09:00 UTC, a Monday.
const BEGIN_MS: i64 = 1_767_603_600_000;

/// Two conversations at the same place.
struct Node {
    old: Session,
    old_ms: i64,
    new: Session,
    new_ms: i64,
    parent: Option<usize>,
    depth: usize,
    exchange: Exchange,
}

/// Looks for the shortest conversation whose outcome differs. `plan` says what the names of the
/// old program are in the new one.
#[must_use]
pub fn compare(
    old: &LoadedProgram,
    new: &LoadedProgram,
    plan: &MigrationPlan,
    limits: Limits,
) -> Comparison {
    let mut search = Search::new(old, new, plan, limits);
    let difference = search.run();
    Comparison { difference, conversations: search.nodes.len(), limited: search.limited }
}

struct Search<'s> {
    old: &'s LoadedProgram,
    new: &'s LoadedProgram,
    plan: &'s MigrationPlan,
    limits: Limits,
    named: Named,
    nodes: Vec<Node>,
    open: VecDeque<usize>,
    seen: BTreeSet<[u8; 32]>,
    limited: bool,
}

/// A session at every place that a search of one program comes to, each with its time, ms UTC.
#[must_use]
pub fn places(program: &LoadedProgram, limits: Limits) -> Vec<(Session, i64)> {
    let version = Version { program: &program.program, hash: program.bundle };
    let same = diff(version, version).plan;
    let mut search = Search::new(program, program, &same, limits);
    search.run();
    search.nodes.into_iter().map(|node| (node.old, node.old_ms)).collect()
}

impl<'s> Search<'s> {
    fn new(
        old: &'s LoadedProgram,
        new: &'s LoadedProgram,
        plan: &'s MigrationPlan,
        limits: Limits,
    ) -> Self {
        let mut search = Self {
            old,
            new,
            plan,
            limits,
            named: Named::of([&old.program, &new.program]),
            nodes: Vec::new(),
            open: VecDeque::new(),
            seen: BTreeSet::new(),
            limited: false,
        };
        search.begin();
        search
    }

    fn begin(&mut self) {
        let fields = |program: &LoadedProgram| {
            let fields = &program.program.customer;
            let of = |f: &flowright_compiler::ir::FieldDef| {
                samples(&program.program, &self.named, &f.ty, BEGIN_MS)
            };
            fields.iter().map(of).collect::<Vec<_>>()
        };
        let (before, now) = (fields(self.old), fields(self.new));
        let count = before.iter().chain(&now).map(Vec::len).max().unwrap_or(1);
        self.limited |= count > self.limits.customers;
        for number in 0..count.min(self.limits.customers).max(1) {
            let open = |program: &LoadedProgram, samples: &[Vec<_>]| {
                let channel = program.program.channels.first().map_or("", |channel| &channel.name);
                let mut session = open_session(program, "compared", channel, None, BEGIN_MS);
                session.customer = nth_of_each(samples, number);
                session
            };
            let (old, new) = (open(self.old, &before), open(self.new, &now));
            let exchange = Exchange { what: String::new(), before: Vec::new(), now: Vec::new() };
            self.add(Node {
                old,
                old_ms: BEGIN_MS,
                new,
                new_ms: BEGIN_MS,
                parent: None,
                depth: 0,
                exchange,
            });
        }
    }

    fn add(&mut self, node: Node) {
        // A place that cannot be written down is looked at as a new one.
        if key(&node).is_some_and(|key| !self.seen.insert(key)) {
            return;
        }
        if self.nodes.len() >= self.limits.conversations {
            self.limited = true;
            return;
        }
        self.open.push_back(self.nodes.len());
        self.nodes.push(node);
    }

    fn run(&mut self) -> Option<Difference> {
        while let Some(number) = self.open.pop_front() {
            let Some(node) = self.nodes.get(number) else { continue };
            if node.depth >= self.limits.moves {
                self.limited = true;
                continue;
            }
            let side = |program, session, now_ms| Side { program, session, now_ms };
            let next = moves(
                (self.plan, &self.named),
                &side(self.old, &node.old, node.old_ms),
                &side(self.new, &node.new, node.new_ms),
            );
            for step in next {
                match self.follow(number, step) {
                    Some(Followed::Alike(node)) => self.add(*node),
                    Some(Followed::Apart(difference)) => return Some(difference),
                    None => {}
                }
            }
        }
        None
    }

    fn follow(&self, number: usize, step: Move) -> Option<Followed> {
        let node = self.nodes.get(number)?;
        let names = Names::Old { plan: self.plan, new: &self.new.program };
        let old = Turn::take(self.old, &names, (&node.old, node.old_ms), &step.old);
        let new = Turn::take(self.new, &Names::New, (&node.new, node.new_ms), &step.new);
        let exchange = Exchange { what: step.words, before: old.said, now: new.said };
        if old.did != new.did {
            let shown = |did: &[Did]| did.iter().map(Did::to_string).collect();
            let mut difference = self.story(number);
            difference.exchanges.push(exchange);
            difference.before = shown(&old.did);
            difference.now = shown(&new.did);
            return Some(Followed::Apart(difference));
        }
        Some(Followed::Alike(Box::new(Node {
            old: old.session,
            old_ms: old.now_ms,
            new: new.session,
            new_ms: new.now_ms,
            parent: Some(number),
            depth: node.depth + 1,
            exchange,
        })))
    }

    /// How it came to a place.
    fn story(&self, number: usize) -> Difference {
        let mut exchanges = Vec::new();
        let mut at = self.nodes.get(number);
        let mut first = at;
        while let Some(node) = at {
            first = at;
            at = node.parent.and_then(|parent| self.nodes.get(parent));
            if node.parent.is_some() {
                exchanges.push(node.exchange.clone());
            }
        }
        exchanges.reverse();
        let tables = &self.old.program;
        let fact = |(field, value): (&flowright_compiler::ir::FieldDef, &Option<_>)| {
            let value = crate::json::value_to_json(tables, &field.ty, value.as_ref()?);
            Some((field.name.clone(), value.to_string()))
        };
        let customer = first.map_or_else(Vec::new, |node| {
            tables.customer.iter().zip(&node.old.customer).filter_map(fact).collect()
        });
        Difference { customer, exchanges, before: Vec::new(), now: Vec::new() }
    }
}

enum Followed {
    Alike(Box<Node>),
    Apart(Difference),
}

/// One program's turn.
struct Turn {
    session: Session,
    now_ms: i64,
    did: Vec<Did>,
    said: Vec<String>,
}

impl Turn {
    fn take(
        program: &LoadedProgram,
        names: &Names<'_>,
        (session, now_ms): (&Session, i64),
        deed: &Act,
    ) -> Self {
        let (mut session, mut now_ms) = (session.clone(), now_ms);
        let commands = act(program, &mut session, &mut now_ms, deed);
        let did = outcome(program, names, &session, &commands);
        let said = commands.iter().filter_map(|command| match command {
            Command::Reply(reply) => Some(reply.text.clone()),
            _ => None,
        });
        let said = said.collect();
        forget(&mut session);
        Self { session, now_ms, did, said }
    }
}

/// Takes from a session what has no bearing on how it goes on, so that places are met again.
fn forget(session: &mut Session) {
    session.transcript.clear();
    session.last_said.clear();
    session.tried.clear();
    (session.calls, session.calls_before) = (0, 0);
    session.turn = 1;
    for frame in &mut session.stack {
        frame.path.clear();
        frame.filled_in_turn.iter_mut().for_each(|turn| *turn = 0);
    }
}

/// What makes two places the same.
fn key(node: &Node) -> Option<[u8; 32]> {
    let timeless = |session: &Session| {
        let mut session = session.clone();
        session.heard_at_ms = 0;
        session.wake_at_ms = session.wake_at_ms.map(|_| 0);
        for frame in &mut session.stack {
            match &mut frame.wait {
                Wait::Until { at_ms, .. } => *at_ms = 0,
                Wait::Action(call) => call.key.clear(),
                _ => {}
            }
        }
        session
    };
    let both = (timeless(&node.old), timeless(&node.new));
    let bytes = postcard::to_stdvec(&both).ok()?;
    Some(*blake3::hash(&bytes).as_bytes())
}
