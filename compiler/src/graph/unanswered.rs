//! Messages of the customer that nothing answers: a way from her turn on which nothing is said, to
//! an end of the conversation or a timer.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use flowright_nlu::value::Value;

use super::facts::Facts;
use super::large::{self, not_followed};
use super::points::{Edge, Op, Point, PointId, Points, Way};
use crate::base::FileSpan;
use crate::diag::{Code, Diagnostic};
use crate::ir::FlowId;
use crate::sema::calls::callees_first;
use crate::sema::hir::{Body, Expr, ExprKind, Flow, Project, StepKind};
use crate::sema::lints::{called_flows, inner_bodies};

/// Ways followed from the turns of one flow; beyond, it is said that there are more.
const WAYS_MAX: usize = 20_000;
/// Ways to one point that differ in what is known on them.
const AT_POINT_MAX: usize = 16;
/// A pause that nobody takes for silence.
const SHORT_MS: i64 = 60_000;
/// Branches of a way that a finding tells.
const TOLD_MAX: usize = 6;

/// Outcomes of a flow's branches that no conversation comes to: a branch, and whether it holds.
pub(crate) type NeverTaken = BTreeSet<(PointId, bool)>;

/// Every flow.
pub(super) fn check(
    project: &Project,
    flows: &[Points<'_>],
    never: &[NeverTaken],
) -> Vec<Diagnostic> {
    let calls: Vec<BTreeSet<FlowId>> =
        flows.iter().map(|points| called_flows(points.flow)).collect();
    let called_at_all: BTreeSet<FlowId> = calls.iter().flatten().copied().collect();
    let mut called = vec![Called::default(); flows.len()];
    let mut found = Vec::new();
    for id in callees_first(&calls) {
        let Some(points) = flows.get(id.index()).filter(|points| !points.too_many) else {
            continue;
        };
        let mut search = Search::new(project, points, &called, never.get(id.index()));
        // Nobody asks how a flow looks to its callers that has none.
        let own = called_at_all.contains(&id).then(|| search.as_called());
        let flow = points.flow;
        // The end of a repair goes back to what waits below, which asks again.
        if !flow.from_std && !flow.is_repair {
            let is_called_only =
                called_at_all.contains(&id) && flow.triggers.is_empty() && !flow.on_start;
            found.extend(search.findings(is_called_only));
            found.extend(search.gave_up.then(|| not_followed(flow, large::ANSWERS)));
        }
        if let Some((known, own)) = called.get_mut(id.index()).zip(own) {
            *known = own;
        }
    }
    found
}

/// A called flow as its callers see it.
#[derive(Debug, Clone, Default)]
struct Called {
    /// It can be over without a word on either side.
    is_mute: bool,
    /// Where the customer has a turn after which it is over without a word.
    turn: Option<Told>,
}

/// A place of a finding, with what happens there.
type Told = (FileSpan, &'static str);

/// A way that is followed.
#[derive(Debug, Clone)]
struct Step<'p> {
    at: PointId,
    facts: Facts<'p>,
    /// The step before, and what is told of the way from it.
    from: Option<usize>,
    told: Vec<Told>,
}

struct Search<'s, 'p> {
    project: &'s Project,
    points: &'s Points<'p>,
    called: &'s [Called],
    never: Option<&'s NeverTaken>,
    steps: Vec<Step<'p>>,
    open: VecDeque<usize>,
    seen: BTreeMap<PointId, Vec<usize>>,
    /// There were more ways than are followed.
    gave_up: bool,
}

impl<'s, 'p> Search<'s, 'p> {
    fn new(
        project: &'s Project,
        points: &'s Points<'p>,
        called: &'s [Called],
        never: Option<&'s NeverTaken>,
    ) -> Self {
        let (steps, open, seen) = (Vec::new(), VecDeque::new(), BTreeMap::new());
        Self { project, points, called, never, steps, open, seen, gave_up: false }
    }

    fn call(&self, point: &Point<'_>) -> Option<&'s Called> {
        match point.op {
            Op::Call { flow, .. } => self.called.get(flow.index()),
            _ => None,
        }
    }

    /// The flow as its callers see it.
    fn as_called(&mut self) -> Called {
        let ends = |points: &Points<'_>, id: PointId| {
            points.get(id).is_some_and(|point| matches!(point.op, Op::End(_)))
        };
        self.follow(vec![(self.points.start, Vec::new())]);
        let is_mute = self.steps.iter().any(|step| ends(self.points, step.at));
        self.follow(self.turns());
        let last = self.steps.iter().position(|step| ends(self.points, step.at));
        let turn = last.and_then(|last| self.told(last).into_iter().next());
        Called { is_mute, turn }
    }

    /// Points that come after a turn of the customer.
    fn turns(&self) -> Vec<(PointId, Vec<Told>)> {
        let mut turns = Vec::new();
        for (_, point) in self.points.ids() {
            for edge in &point.next {
                let words = match edge.way {
                    Way::Answer => "after her answer here",
                    Way::Yes => "after a yes here",
                    Way::No => "after a no here",
                    Way::Arm(_) | Way::Chosen => "after her choice here",
                    Way::Intent(_) => "she asks for something else here",
                    _ => continue,
                };
                turns.push((edge.to, vec![(point.at, words)]));
            }
            if let Some(turn) = self.call(point).and_then(|called| called.turn) {
                let back = (point.at, "the flow that is called here is over then");
                let after = point.next.iter().map(|edge| (edge.to, vec![turn, back]));
                turns.extend(after);
            }
        }
        turns
    }

    /// Follows ways on which nothing is said.
    fn follow(&mut self, begin: Vec<(PointId, Vec<Told>)>) {
        self.steps.clear();
        self.open.clear();
        self.seen.clear();
        for (at, told) in begin {
            self.come(Step { at, facts: Facts::default(), from: None, told });
        }
        while let Some(number) = self.open.pop_front() {
            let Some(Step { at, facts, .. }) = self.steps.get(number) else { break };
            let (at, facts) = (*at, facts.clone());
            let Some(point) = self.points.get(at).filter(|point| !self.answers(point)) else {
                continue;
            };
            let never = self.never;
            let never = |edge: &&Edge| {
                let is_branch = matches!(point.op, Op::Branch(_));
                let outcome = (at, edge.way == Way::Holds);
                is_branch && never.is_some_and(|never| never.contains(&outcome))
            };
            for edge in point.next.iter().filter(|edge| !never(edge)) {
                let Some(facts) = self.after(point, edge, facts.clone()) else { continue };
                let told = told_of(point, edge).into_iter().collect();
                self.come(Step { at: edge.to, facts, from: Some(number), told });
            }
        }
    }

    fn come(&mut self, step: Step<'p>) {
        let known = self.seen.entry(step.at).or_default();
        let steps = &self.steps;
        let is_known =
            known.iter().any(|n| steps.get(*n).is_some_and(|s| s.facts.same(&step.facts)));
        if is_known || known.len() >= AT_POINT_MAX {
            return;
        }
        if self.steps.len() >= WAYS_MAX {
            self.gave_up = true;
            return;
        }
        let number = self.steps.len();
        known.push(number);
        self.steps.push(step);
        self.open.push_back(number);
    }

    /// Whether the way is over at a point: something is said there, or nothing will be.
    fn answers(&self, point: &Point<'_>) -> bool {
        match point.op {
            // Who writes on one channel does not look at another.
            Op::Say(say) => say.on.is_none() || self.project.channels.len() < 2,
            // A slot that is known already was asked for on some other way.
            Op::Ask(_)
            | Op::Confirm(_)
            | Op::Choose { .. }
            | Op::Handoff(_)
            | Op::Resume
            | Op::End(_)
            | Op::Nowhere => true,
            Op::Wait(time) => !is_short(time),
            Op::Call { .. } => self.call(point).is_none_or(|called| !called.is_mute),
            _ => false,
        }
    }

    /// What is known after a way away from a point; nothing when it cannot be gone.
    fn after(&self, point: &Point<'p>, edge: &Edge, facts: Facts<'p>) -> Option<Facts<'p>> {
        let mut facts = facts;
        match (point.op, edge.way) {
            (Op::Branch(cond), way) => return facts.and(self.project, cond, way == Way::Holds),
            // While a timer runs, what she says has its own answer.
            (Op::Wait(_), way) if way != Way::Next => return None,
            // The menu is shown unless there is nothing in it.
            (Op::ChooseFrom { .. }, way) if way != Way::NoneThere => return None,
            (Op::Set { place, .. }, _) => facts.forget(place),
            (Op::Clear(places), _) => places.iter().for_each(|place| facts.forget(*place)),
            (Op::Do { bind: Some(bind), .. }, _) => {
                bind.places().into_iter().for_each(|place| facts.forget(place));
            }
            (Op::Call { .. }, _) => facts.forget_turn(),
            _ => {}
        }
        Some(facts)
    }

    /// What is told of the way to a step, from its beginning.
    fn told(&self, last: usize) -> Vec<Told> {
        let mut told = Vec::new();
        let mut at = Some(last);
        while let Some(step) = at.and_then(|number| self.steps.get(number)) {
            told.extend(step.told.iter().rev());
            at = step.from;
        }
        told.reverse();
        told
    }

    fn findings(&mut self, is_called_only: bool) -> Vec<Diagnostic> {
        let mut begin = self.turns();
        if !self.points.flow.triggers.is_empty() {
            let words = "after her wish, which this flow begins with";
            begin.push((self.points.start, vec![(self.points.flow.at, words)]));
        }
        self.follow(begin);
        let repeats = repeats(self.points.flow);
        let mut reported = BTreeSet::new();
        let mut found = Vec::new();
        for (number, step) in self.steps.iter().enumerate() {
            let Some(point) = self.points.get(step.at) else { continue };
            let what = match point.op {
                Op::End(_) if !is_called_only => "the flow is over without a word",
                // What was said before may be repeated on the way.
                Op::Wait(time) if !repeats && !is_short(time) => "the flow waits without a word",
                _ => continue,
            };
            if reported.insert(point.at) {
                let message = "the customer said something and gets no answer";
                let finding = Diagnostic::new(Code::W0410, point.at, message).label(what);
                let told = self.told(number).into_iter().take(TOLD_MAX);
                let finding = told.fold(finding, |finding, (at, words)| finding.related(at, words));
                found.push(finding.help("`say` a word on this way"));
            }
        }
        found
    }
}

/// Whether a timer is no more than a moment's thought.
fn is_short(time: &Expr) -> bool {
    matches!(time.kind, ExprKind::Const(Value::Duration(ms)) if ms <= SHORT_MS)
}

/// What a finding says of a way.
fn told_of(point: &Point<'_>, edge: &Edge) -> Option<Told> {
    let words = match (point.op, edge.way) {
        (Op::Branch(_), Way::Holds) => "when this holds",
        (Op::Branch(_), _) => "when this does not hold",
        (Op::Do { .. }, Way::Error(_) | Way::Failed) => "when this fails",
        (Op::ChooseFrom { .. }, _) => "when there is nothing to choose from",
        (Op::Call { .. }, _) => "this call says nothing",
        _ => return None,
    };
    Some((point.at, words))
}

/// Whether a flow says again what it said, somewhere.
fn repeats(flow: &Flow) -> bool {
    let mut open: Vec<&Body> = flow.bodies().collect();
    while let Some(body) = open.pop() {
        for step in body {
            if matches!(step.kind, StepKind::Repeat) {
                return true;
            }
            open.extend(inner_bodies(step));
        }
    }
    false
}
