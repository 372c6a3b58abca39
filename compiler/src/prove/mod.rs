//! What can be proved of conversations: conditions as sets of cases, what is possible at every
//! point of a flow, branches and rules that nothing reaches, and the properties that flows claim.
//!
//! Everything holds over an abstraction: actions return any declared result or fail in any way,
//! customers say anything, understanding may take it for anything, and wherever the customer is
//! waited for other flows may change what the session remembers.
//!
//! Forwards, [`explore`] finds what is possible at every point. Backwards, [`witness`] finds a
//! conversation that comes to where a property fails, [`inputs`] what is said in it, and [`leads`]
//! from where an end or a human can be reached.

mod always;
mod asking;
mod assigned;
mod back;
mod boxes;
mod case;
mod cases;
mod compared;
mod counterexample;
mod dead;
mod empty;
mod explore;
mod follow;
mod functions;
mod guards;
mod inputs;
mod leads;
mod properties;
mod routes;
mod said;
mod sets;
mod slots;
mod terms;
mod transcript;
mod waits;
mod witness;
mod words;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

pub(crate) use self::asking::Asking;
use self::boxes::Vocabulary;
use self::explore::{Possible, explore};
use self::follow::{Follower, Others};
use self::properties::{Prover, Verdict};
use self::transcript::Teller;
use self::words::Words;
use crate::base::{FileSpan, SourceMap, Spans};
use crate::diag::{Code, Diagnostic};
use crate::graph::large::{self, not_followed};
use crate::graph::points::{Op, Points, Way};
use crate::graph::{Doubt, NeverTaken, Summary, under_way_twice};
use crate::ir::{FlowId, Place, SlotIndex, StateId};
use crate::sema::hir::{EnsureKind, Project};

pub use self::counterexample::{Answer, Claim, Counterexample, Line};
pub use self::inputs::TODAY;

/// What came of it.
#[derive(Debug, Clone, Default)]
pub struct Proofs {
    /// Findings.
    pub diagnostics: Vec<Diagnostic>,
    /// Places of the properties that hold.
    pub proved: Vec<FileSpan>,
    /// A conversation for each property that does not.
    pub counterexamples: Vec<Counterexample>,
}

impl Spans for Proofs {
    fn spans(&mut self, see: &mut dyn FnMut(&mut FileSpan)) {
        self.diagnostics.spans(see);
        self.proved.spans(see);
    }
}

/// What is possible in one flow.
pub(crate) struct Explored<'p> {
    words: Vocabulary<'p>,
    others: Others,
    possible: Possible,
    /// There is a condition or a property to look at.
    worth: bool,
}

impl<'p> Explored<'p> {
    fn left_out(project: &'p Project) -> Self {
        let others = Others::default();
        let words = Vocabulary::new(project);
        Self { words, others, possible: Possible::default(), worth: false }
    }
}

/// How many flows have each place in what `of` says of them.
pub(crate) fn counted(
    summaries: &[Arc<Summary>],
    of: fn(&Summary) -> &BTreeSet<Place>,
) -> BTreeMap<Place, usize> {
    let mut counted: BTreeMap<Place, usize> = BTreeMap::new();
    let places = summaries.iter().flat_map(|summary| of(summary));
    places.for_each(|place| *counted.entry(*place).or_default() += 1);
    counted
}

/// Follows every flow whose points are there.
pub(crate) fn explored<'p>(
    project: &'p Project,
    flows: &[Points<'p>],
    summaries: &[Arc<Summary>],
) -> Vec<Explored<'p>> {
    let written = counted(summaries, |summary| &summary.writes);
    let emptied = counted(summaries, |summary| &summary.empties);
    let mut given: BTreeMap<FlowId, BTreeSet<SlotIndex>> = BTreeMap::new();
    for point in flows.iter().flat_map(|points| &points.all) {
        if let Op::Call { flow, args } = point.op {
            given.entry(flow).or_default().extend(args.iter().map(|(slot, _)| *slot));
        }
    }
    let twice = under_way_twice(project, summaries);
    // What a flow does itself it has to expect of another one of its kind, if there can be one.
    let by_others = |all: &BTreeMap<Place, usize>, own: &BTreeSet<Place>, id: FlowId| {
        let others = all.iter().filter(|(place, count)| {
            twice.contains(&id) || **count - usize::from(own.contains(place)) > 0
        });
        others.map(|(place, _)| *place).collect::<BTreeSet<Place>>()
    };
    let all = (0..).map(FlowId).zip(flows).zip(summaries);
    all.map(|((id, points), own)| {
        if points.is_left_out() {
            return Explored::left_out(project);
        }
        let others = Others {
            writes: by_others(&written, &own.writes, id),
            empties: by_others(&emptied, &own.empties, id),
            calls_it: given.contains_key(&id),
            gives: given.remove(&id).unwrap_or_default(),
        };
        let mut words = Vocabulary::new(project);
        let worth = learn(&mut words, points) || !points.flow.ensures.is_empty();
        let possible = match worth {
            true => explore(&mut Follower::new(&mut words, points, &others, None)),
            false => Possible::default(),
        };
        Explored { words, others, possible, worth }
    })
    .collect()
}

/// Those values that may be missing in a flow which some conversation bears out, with the states on
/// the way there where one is known.
pub(crate) fn borne_out(
    project: &Project,
    flows: &[Points<'_>],
    explored: &[Explored<'_>],
    flow: FlowId,
    doubts: &BTreeSet<Doubt>,
) -> BTreeMap<Doubt, Vec<StateId>> {
    match (flows.get(flow.index()), explored.get(flow.index())) {
        (Some(points), Some(own)) => empty::borne_out(project, points, &own.others, doubts),
        _ => doubts.iter().map(|doubt| (*doubt, Vec::new())).collect(),
    }
}

/// By flow: the states at whose end control can fall off, each with a case in which it does, in
/// words. Nothing for flows of which that cannot be told.
pub(crate) fn dead_ends(
    flows: &[Points<'_>],
    explored: &[Explored<'_>],
) -> Vec<Option<BTreeMap<StateId, String>>> {
    let of_flow = |(points, explored): (&Points<'_>, &Explored<'_>)| {
        if !explored.worth || explored.possible.too_much {
            return None;
        }
        let words = Words { vocabulary: &explored.words, flow: Some(points.flow) };
        let mut ends = BTreeMap::new();
        for (id, point) in points.ids().filter(|(_, point)| matches!(point.op, Op::Nowhere)) {
            if let Some(case) = explored.possible.at(id).first() {
                ends.entry(point.state).or_insert_with(|| words.case(case));
            }
        }
        Some(ends)
    };
    flows.iter().zip(explored).map(of_flow).collect()
}

/// By flow: outcomes of branches that conversations come to, which none of them has.
pub(crate) fn never_taken(flows: &[Points<'_>], explored: &[Explored<'_>]) -> Vec<NeverTaken> {
    let of_flow = |(points, explored): (&Points<'_>, &Explored<'_>)| {
        let possible = &explored.possible;
        if !explored.worth || possible.too_much {
            return NeverTaken::new();
        }
        let branches = points.ids().filter(|(_, point)| matches!(point.op, Op::Branch(_)));
        let come_to = branches.filter(|(id, _)| !possible.at(*id).is_empty());
        come_to
            .flat_map(|(id, _)| [(id, true), (id, false)])
            .filter(|(id, holds)| {
                let way = if *holds { Way::Holds } else { Way::Fails };
                !possible.ways(points, *id).any(|edge| edge.way == way)
            })
            .collect()
    };
    flows.iter().zip(explored).map(of_flow).collect()
}

/// Looks at the routing rules.
pub(crate) fn check_rules(project: &Project) -> Vec<Diagnostic> {
    routes::check(project)
}

/// Looks at every flow.
pub(crate) fn check<'p>(
    project: &'p Project,
    sources: &SourceMap,
    flows: &[Points<'p>],
    explored: Vec<Explored<'p>>,
) -> Proofs {
    let mut proofs = Proofs::default();
    let asking = Asking::of(project, flows);
    for (points, explored) in flows.iter().zip(explored).filter(|(p, _)| !p.flow.from_std) {
        check_flow(project, sources, flows, points, explored, asking, &mut proofs);
    }
    proofs
}

fn check_flow<'p>(
    project: &'p Project,
    sources: &SourceMap,
    flows: &[Points<'p>],
    points: &Points<'p>,
    explored: Explored<'p>,
    asking: Asking,
    proofs: &mut Proofs,
) {
    let flow = points.flow;
    let Explored { mut words, others, possible, worth } = explored;
    if !worth {
        return;
    }
    let hopeless = flow.slots.iter().filter_map(|slot| guards::hopeless_checks(&mut words, slot));
    proofs.diagnostics.extend(hopeless.collect::<Vec<_>>());
    // Where there are too many points, that is said already.
    let too_much = possible.too_much && !points.too_many;
    proofs.diagnostics.extend(too_much.then(|| not_followed(flow, large::BRANCHES)));
    proofs.diagnostics.extend(dead::dead_branches(&mut words, points, &possible));
    proofs.diagnostics.extend(always::conditions(&mut words, points, &possible));
    for ensure in &flow.ensures {
        let mut prover = Prover {
            project,
            words: &mut words,
            points,
            possible: &possible,
            others: &others,
            flows,
            asking,
        };
        match prover.verdict(&ensure.kind) {
            Verdict::Proved => proofs.proved.push(ensure.at),
            Verdict::Open(why) => proofs.diagnostics.push(left_open(ensure.at, why)),
            Verdict::Refuted { witness, inputs, why } => {
                let mut follower = Follower::new(&mut words, points, &others, None);
                let teller = Teller::new(&mut follower, &ensure.kind, &witness, inputs);
                let (lines, customer) = (teller.lines(), teller.customer());
                let told = counterexample::told(project, flow, &customer, &lines);
                proofs.diagnostics.push(refuted(&ensure.kind, ensure.at, &why, told));
                proofs.counterexamples.push(Counterexample {
                    property: sources.one_line(ensure.at),
                    claim: Claim::of(&ensure.kind, project),
                    flow: flow.name.clone(),
                    customer,
                    opens: flow.on_start && flow.triggers.is_empty(),
                    lines,
                });
            }
        }
    }
}

/// Looks at every condition of a flow beforehand; whether there is any.
fn learn(words: &mut Vocabulary<'_>, points: &Points<'_>) -> bool {
    let mut any = false;
    for point in &points.all {
        if let Op::Branch(cond) = point.op {
            words.learn(cond);
            any = true;
        }
    }
    for (cond, _) in points.flow.slots.iter().flat_map(|slot| &slot.checks) {
        words.learn(cond);
        any = true;
    }
    for ensure in &points.flow.ensures {
        match &ensure.kind {
            EnsureKind::Before { cond, .. } => words.learn(cond),
            // Whether a slot is asked for, or the flow goes on without a turn, must be told apart.
            EnsureKind::HumanWithin(_) | EnsureKind::ReachesEnd | EnsureKind::AtMostTurns(_) => {
                points.flow.slots.iter().for_each(|slot| words.learn_place(slot.place));
            }
        }
    }
    any
}

fn refuted(kind: &EnsureKind, at: FileSpan, why: &str, told: String) -> Diagnostic {
    let (code, message) = match kind {
        EnsureKind::Before { .. } => (Code::E0801, "this does not always hold"),
        EnsureKind::ReachesEnd => (Code::E0802, "not every conversation can come to an end"),
        EnsureKind::AtMostTurns(_) => (Code::E0803, "a conversation can take more turns"),
        EnsureKind::HumanWithin(_) => (Code::E0804, "a human can be further away"),
    };
    Diagnostic::new(code, at, message).label(why).help(told)
}

fn left_open(at: FileSpan, why: &str) -> Diagnostic {
    Diagnostic::new(Code::W0801, at, "this property could be neither proved nor refuted")
        .label(why)
        .help("split the flow into smaller ones, or cover it with a `test`")
}
