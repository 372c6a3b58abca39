//! Properties that flows claim, each proved, refuted by a conversation, or left open.

use std::collections::BTreeSet;

use super::asking::Asking;
use super::boxes::{Case, Var, Vocabulary};
use super::explore::{Possible, explore};
use super::follow::{Follower, Others};
use super::inputs::{self, Inputs};
use super::leads;
use super::sets::Set;
use super::witness::{self, Effort, Witness};
use crate::graph::points::{Op, PointId, Points, Way};
use crate::ir::{ActionId, FlowId};
use crate::sema::hir::{EnsureKind, Expr, Project};

/// What became of a property.
#[derive(Debug)]
pub(super) enum Verdict {
    Proved,
    /// It does not hold in this conversation; and why, in words.
    Refuted {
        witness: Witness,
        inputs: Inputs,
        why: String,
    },
    /// Neither could be shown; and why, in words.
    Open(&'static str),
}

/// There was more than could be followed.
const TOO_MANY: &str = "too many cases to follow";
/// Something seems wrong, but perhaps it cannot be.
const NO_WAY: &str = "it seems to fail, but no conversation was found that comes there";

/// Something seems wrong, and conditions that are not understood may say that it cannot be.
const NO_VALUE: &str = "it seems to fail, but conditions on the way there are not all understood";
/// Conversations looked at one by one.
const TRIED_MAX: usize = 8;

/// Tries the properties of one flow.
pub(super) struct Prover<'e, 'p> {
    pub(super) project: &'p Project,
    pub(super) words: &'e mut Vocabulary<'p>,
    pub(super) points: &'e Points<'p>,
    pub(super) possible: &'e Possible,
    pub(super) others: &'e Others,
    /// Flows by number, for what calls of them do.
    pub(super) flows: &'e [Points<'p>],
    pub(super) asking: Asking,
}

impl<'p> Prover<'_, 'p> {
    pub(super) fn verdict(&mut self, kind: &EnsureKind) -> Verdict {
        if self.possible.too_much {
            return Verdict::Open(TOO_MANY);
        }
        match kind {
            EnsureKind::Before { cond, action } => self.before(cond, *action),
            EnsureKind::ReachesEnd => self.reaches_end(),
            EnsureKind::AtMostTurns(turns) => self.at_most(*turns),
            EnsureKind::HumanWithin(turns) => self.human_within(*turns),
        }
    }

    fn follower(&mut self, counted: Option<u32>) -> Follower<'_, 'p> {
        Follower::new(self.words, self.points, self.others, counted)
    }

    /// Proved when nothing is wrong anywhere, refuted by a conversation that comes to where it is.
    fn decide(&mut self, wrong: &[(PointId, Case)], why: String) -> Verdict {
        if wrong.is_empty() {
            return Verdict::Proved;
        }
        let possible = self.possible;
        shown(&mut self.follower(None), possible, wrong, why)
    }

    /// Wherever the action is called, no case may be left in which the condition does not hold.
    fn before(&mut self, cond: &Expr, action: ActionId) -> Verdict {
        let Some(failing) = self.words.cases(cond, false) else { return Verdict::Open(TOO_MANY) };
        let mut wrong = Vec::new();
        for (point, case) in self.possible.all() {
            let own = match self.points.get(point).map(|point| point.op) {
                Some(Op::Do { action: called, .. }) if called == action => None,
                Some(Op::Call { flow, .. }) if self.calls(flow, action) => Some(flow),
                _ => continue,
            };
            let Some(met) = self.words.meet(std::slice::from_ref(case), &failing) else {
                return Verdict::Open(TOO_MANY);
            };
            // A called flow that asks something first may call it when time has passed.
            if met.is_empty() && own.is_some_and(|flow| waits(self.flows, flow)) {
                let Some(later) = self.follower(None).after(point, Way::Done, case) else {
                    return Verdict::Open(TOO_MANY);
                };
                match self.words.meet(&later, &failing) {
                    Some(met) if met.is_empty() => {}
                    Some(_) => wrong.push((point, case.clone())),
                    None => return Verdict::Open(TOO_MANY),
                }
            }
            wrong.extend(met.into_iter().map(|case| (point, case)));
        }
        let name = self.project.actions.get(action.index()).map_or("", |a| a.name.as_str());
        self.decide(&wrong, format!("`{name}` can be called without it"))
    }

    /// Whether a flow calls an action, itself or in a flow that it calls.
    fn calls(&self, flow: FlowId, action: ActionId) -> bool {
        within_calls(self.flows, flow)
            .any(|op| matches!(op, Op::Do { action: a, .. } if a == action))
    }

    /// From everywhere that is possible some answers lead to an end.
    fn reaches_end(&mut self) -> Verdict {
        let possible = self.possible;
        let back = possible.ways_back(self.points);
        let good = leads::to_an_end(&mut self.follower(None), &back);
        let all = possible.all().map(|(point, case)| (point, case.clone())).collect();
        let Some(wrong) = leads::not_in(self.words, all, &good.cases) else {
            return Verdict::Open(TOO_MANY);
        };
        match self.decide(&wrong, "from there no answer leads to an end".to_owned()) {
            Verdict::Refuted { .. } if good.doubtful => Verdict::Open(TOO_MANY),
            verdict => verdict,
        }
    }

    /// The most turns of any way: what starts the flow, then each question once and once more for
    /// each wrong answer that its slot allows.
    fn at_most(&mut self, turns: u32) -> Verdict {
        let mut follower = self.follower(Some(turns));
        let possible = explore(&mut follower);
        if possible.too_much {
            return Verdict::Open(TOO_MANY);
        }
        let more = Case::from([(Var::Turns, Set::one(i64::from(turns) + 1))]);
        let over = possible
            .all()
            .filter_map(|(point, case)| Some((point, follower.words.meet_case(case, &more)?)));
        let wrong: Vec<(PointId, Case)> = over.collect();
        if wrong.is_empty() {
            return Verdict::Proved;
        }
        let why = format!("this takes more than {turns} turns");
        shown(&mut follower, &possible, &wrong, why)
    }

    fn human_within(&mut self, turns: u32) -> Verdict {
        if self.asking.by_flow.is_some_and(|needed| needed <= turns) {
            return Verdict::Proved;
        }
        let (possible, asking, flows) = (self.possible, self.asking, self.flows);
        let mut follower = self.follower(None);
        let Some(good) = leads::to_a_human(&mut follower, possible, flows, asking, turns) else {
            return Verdict::Open(TOO_MANY);
        };
        let mut waiting = |point, case: &Case| leads::waiting(&mut follower, point, case);
        let mut wrong = Vec::new();
        for (point, case) in possible.all() {
            let Some(cases) = waiting(point, case) else { return Verdict::Open(TOO_MANY) };
            wrong.extend(cases.into_iter().map(|case| (point, case)));
        }
        let Some(wrong) = leads::not_in(self.words, wrong, &good) else {
            return Verdict::Open(TOO_MANY);
        };
        self.decide(&wrong, format!("from there a human is more than {turns} turns away"))
    }
}

/// Refuted by a conversation that comes to where something is wrong, with values that are as all
/// conditions on the way want them.
fn shown(
    follower: &mut Follower<'_, '_>,
    possible: &Possible,
    wrong: &[(PointId, Case)],
    why: String,
) -> Verdict {
    let (mut open, mut effort) = (NO_WAY, Effort::new());
    // The shortest of all first; if that is doubtful, the shortest to each.
    let each = wrong.chunks(1).take(TRIED_MAX);
    for wrong in std::iter::once(wrong).chain(each) {
        let Some(witness) = witness::find(follower, possible, wrong, &mut effort) else { continue };
        let inputs = inputs::choose(follower, &witness);
        if !inputs.is_doubtful {
            return Verdict::Refuted { witness, inputs, why };
        }
        open = NO_VALUE;
    }
    Verdict::Open(open)
}

/// What a flow does, and what those do that it calls.
fn within_calls<'a, 'p>(
    flows: &'a [Points<'p>],
    flow: FlowId,
) -> impl Iterator<Item = Op<'p>> + 'a {
    let mut all = Vec::new();
    let mut open = vec![flow];
    let mut seen = BTreeSet::new();
    while let Some(flow) = open.pop() {
        let Some(points) = flows.get(flow.index()).filter(|_| seen.insert(flow)) else { continue };
        for point in &points.all {
            if let Op::Call { flow, .. } = point.op {
                open.push(flow);
            }
        }
        all.push(points);
    }
    all.into_iter().flat_map(|points| points.all.iter().map(|point| point.op))
}

/// Whether a flow, or one that it calls, waits for the customer.
pub(super) fn waits(flows: &[Points<'_>], flow: FlowId) -> bool {
    within_calls(flows, flow).any(|op| op.waits())
}
