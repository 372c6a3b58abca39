//! A flow as points that control passes through, one for each thing a step does, with every way
//! between them: answers, branches, errors, handlers, corrections. Analyses over paths read this.
//!
//! A handler may run wherever the customer is waited for, and goes back to waiting there: each
//! waiting point has copies of the handlers that hold at it. What waits inside a handler can be
//! interrupted by the handlers of the point that it came from.

use std::collections::BTreeSet;

use crate::base::FileSpan;
use crate::ir::{ActionId, FlowId, IntentId, Outcome, Place, RecordCells, SlotIndex, StateId};
use crate::sema::hir::{self, Body, Expr, Flow, Handlers, Step, StepKind, TextRef};

/// Points of one flow beyond which it is not analysed.
pub(crate) const POINTS_MAX: usize = 50_000;

/// A point of a flow; its place in [`Points::all`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct PointId(pub(crate) u32);

impl PointId {
    pub(crate) const fn index(self) -> usize {
        self.0 as usize
    }
}

/// What happens at a point.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Op<'p> {
    /// Goes on at once: the flow's beginning, a join.
    Pass,
    Enter(StateId),
    Say(&'p hir::Say),
    /// Asks for a slot unless it is filled.
    Ask(SlotIndex),
    Confirm(&'p TextRef),
    Choose {
        prompt: Option<&'p TextRef>,
        arms: &'p [(TextRef, Body)],
    },
    ChooseFrom {
        item: &'p RecordCells,
        list: &'p Expr,
        prompt: Option<&'p TextRef>,
    },
    Do {
        bind: Option<&'p RecordCells>,
        action: ActionId,
        args: &'p [Expr],
    },
    Set {
        place: Place,
        value: &'p Expr,
    },
    Clear(&'p [Place]),
    /// Decides by a condition.
    Branch(&'p Expr),
    Call {
        flow: FlowId,
        args: &'p [(SlotIndex, Expr)],
    },
    /// Waits for a time; the customer may write meanwhile.
    Wait(&'p Expr),
    Handoff(Option<&'p TextRef>),
    End(Outcome),
    /// Back to the flow below; the end of a repair.
    Resume,
    /// Off the end of a state or failure handler: nothing would ever happen again.
    Nowhere,
}

/// When a way is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Way {
    /// The next thing.
    Next,
    /// The customer answered.
    Answer,
    /// The slot was filled already: nobody is asked.
    Known,
    Yes,
    No,
    /// The menu's choice of this number.
    Arm(u32),
    Chosen,
    /// The list is empty.
    NoneThere,
    Holds,
    Fails,
    Done,
    /// The declared error of this number.
    Error(u32),
    /// Any failure without a name.
    Failed,
    Intent(IntentId),
    Silence(i64),
    /// The customer put the value of this cell right.
    Correction(Place),
    /// Back to waiting after a handler.
    Back,
}

impl Way {
    /// Whether the customer spoke, or let time pass, on it.
    pub(crate) const fn is_turn(self) -> bool {
        matches!(
            self,
            Self::Answer
                | Self::Yes
                | Self::No
                | Self::Arm(_)
                | Self::Chosen
                | Self::Intent(_)
                | Self::Silence(_)
                | Self::Correction(_)
        )
    }
}

/// A way to another point.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Edge {
    pub(crate) to: PointId,
    pub(crate) way: Way,
}

/// A point.
#[derive(Debug, Clone)]
pub(crate) struct Point<'p> {
    pub(crate) op: Op<'p>,
    pub(crate) at: FileSpan,
    /// The state it belongs to.
    pub(crate) state: StateId,
    pub(crate) next: Vec<Edge>,
}

impl Point<'_> {
    /// Whether the customer is waited for here.
    pub(crate) const fn waits(&self) -> bool {
        matches!(
            self.op,
            Op::Ask(_) | Op::Confirm(_) | Op::Choose { .. } | Op::ChooseFrom { .. } | Op::Wait(_)
        )
    }
}

/// A flow's points.
#[derive(Debug)]
pub(crate) struct Points<'p> {
    pub(crate) flow: &'p Flow,
    pub(crate) all: Vec<Point<'p>>,
    /// Where the flow begins.
    pub(crate) start: PointId,
    /// Where each state begins.
    pub(crate) states: Vec<PointId>,
    /// There are more than [`POINTS_MAX`]: what is said of this flow would be incomplete.
    pub(crate) too_many: bool,
}

impl<'p> Points<'p> {
    /// The points of a flow.
    pub(crate) fn of(project: &'p hir::Project, flow: &'p Flow) -> Self {
        let mut points =
            Self { flow, all: Vec::new(), start: PointId(0), states: Vec::new(), too_many: false };
        let first = StateId(0);
        points.start = points.add(Op::Pass, flow.at, first);
        for (id, state) in (0..).map(StateId).zip(&flow.states) {
            let entry = points.add(Op::Enter(id), state.at, id);
            points.states.push(entry);
        }
        if let Some(entry) = points.states.first().copied() {
            points.link(points.start, entry, Way::Next);
        }
        for (id, state) in (0..).map(StateId).zip(&flow.states) {
            let mut builder = Builder {
                points: &mut points,
                project,
                state: id,
                waiting: Vec::new(),
                hold: None,
            };
            let nowhere = builder.points.add(Op::Nowhere, state.at, id);
            let body = builder.body(&state.body, nowhere);
            let waiting = std::mem::take(&mut builder.waiting);
            waiting.iter().for_each(|wait| builder.interrupts(*wait, state));
            if let Some(entry) = points.states.get(id.index()).copied() {
                points.link(entry, body, Way::Next);
            }
        }
        points.corrections();
        points
    }

    pub(crate) fn get(&self, id: PointId) -> Option<&Point<'p>> {
        self.all.get(id.index())
    }

    /// Every point with its number.
    pub(crate) fn ids(&self) -> impl Iterator<Item = (PointId, &Point<'p>)> {
        (0..).map(PointId).zip(&self.all)
    }

    fn add(&mut self, op: Op<'p>, at: FileSpan, state: StateId) -> PointId {
        if self.all.len() >= POINTS_MAX {
            self.too_many = true;
            return self.start;
        }
        self.all.push(Point { op, at, state, next: Vec::new() });
        PointId(u32::try_from(self.all.len() - 1).unwrap_or(u32::MAX))
    }

    fn link(&mut self, from: PointId, to: PointId, way: Way) {
        if let Some(point) = self.all.get_mut(from.index()) {
            let edge = Edge { to, way };
            if !point.next.contains(&edge) {
                point.next.push(edge);
            }
        }
    }

    /// A value put right leads back to the first state on the way that reads it: for each slot, a
    /// state that some way reaches past no other reader of it.
    fn corrections(&mut self) {
        let waits: Vec<(PointId, StateId)> =
            self.ids().filter(|(_, p)| p.waits()).map(|(id, p)| (id, p.state)).collect();
        let mut corrections = BTreeSet::new();
        for slot in self.flow.slots.iter().filter(|slot| slot.entity.is_some()) {
            let readers = self.readers(slot.place);
            for reader in self.first_of(&readers) {
                let reached = self.states_from(reader);
                let here = waits.iter().filter(|(_, state)| reached.contains(state));
                corrections.extend(here.map(|(wait, _)| (*wait, reader, slot.place)));
            }
        }
        for (wait, reader, place) in corrections {
            if let Some(entry) = self.states.get(reader.index()).copied() {
                self.link(wait, entry, Way::Correction(place));
            }
        }
    }

    /// States that ask for a cell or read it.
    fn readers(&self, place: Place) -> BTreeSet<StateId> {
        let mut readers = BTreeSet::new();
        for point in &self.all {
            let mut reads = false;
            let mut look = |read: Place| reads |= read == place;
            match point.op {
                Op::Branch(cond) => super::reads::places(cond, &mut |place, _| look(place)),
                Op::Ask(slot) => {
                    self.flow.slots.get(slot.index()).iter().for_each(|slot| look(slot.place));
                }
                _ => {}
            }
            super::reads::of_op(self.flow, &point.op, &mut |expr| {
                super::reads::places(expr, &mut |place, _| look(place));
            });
            if reads {
                readers.insert(point.state);
            }
        }
        readers
    }

    /// Those of some states that can be entered before all others of them.
    fn first_of(&self, states: &BTreeSet<StateId>) -> BTreeSet<StateId> {
        let mut seen = BTreeSet::new();
        let mut first = BTreeSet::new();
        let mut open = vec![self.start];
        while let Some(id) = open.pop() {
            let Some(point) = self.get(id).filter(|_| seen.insert(id)) else { continue };
            match point.op {
                Op::Enter(state) if states.contains(&state) => {
                    first.insert(state);
                }
                _ => open.extend(point.next.iter().map(|edge| edge.to)),
            }
        }
        first
    }

    /// States that can follow a state, itself included.
    fn states_from(&self, from: StateId) -> BTreeSet<StateId> {
        let entry = self.states.get(from.index()).copied();
        let reached = entry.map(|entry| self.reached(entry)).unwrap_or_default();
        reached.iter().filter_map(|id| self.get(*id)).map(|point| point.state).collect()
    }

    /// Points that can follow a point, corrections left out.
    pub(crate) fn reached(&self, from: PointId) -> BTreeSet<PointId> {
        let mut seen = BTreeSet::new();
        let mut open = vec![from];
        while let Some(id) = open.pop() {
            let Some(point) = self.get(id).filter(|_| seen.insert(id)) else { continue };
            let forward = point.next.iter().filter(|e| !matches!(e.way, Way::Correction(_)));
            open.extend(forward.map(|edge| edge.to));
        }
        seen
    }
}

/// Adds one state's points, last step first: each step knows what follows it.
struct Builder<'b, 'p> {
    points: &'b mut Points<'p>,
    project: &'p hir::Project,
    state: StateId,
    /// Waiting points without their interrupts.
    waiting: Vec<PointId>,
    /// Inside a handler: the first points of the handlers that interrupt it.
    hold: Option<Vec<Edge>>,
}

impl<'p> Builder<'_, 'p> {
    fn add(&mut self, op: Op<'p>, at: FileSpan) -> PointId {
        self.points.add(op, at, self.state)
    }

    fn body(&mut self, steps: &'p [Step], after: PointId) -> PointId {
        steps.iter().rev().fold(after, |after, step| self.step(step, after))
    }

    /// A point that leads to `after`.
    fn plain(&mut self, op: Op<'p>, at: FileSpan, after: PointId) -> PointId {
        let point = self.add(op, at);
        self.points.link(point, after, Way::Next);
        point
    }

    /// A point at which the customer is waited for.
    fn wait(&mut self, op: Op<'p>, at: FileSpan) -> PointId {
        let point = self.add(op, at);
        match self.hold.clone() {
            Some(held) => held.iter().for_each(|edge| self.points.link(point, edge.to, edge.way)),
            None => self.waiting.push(point),
        }
        point
    }

    fn step(&mut self, step: &'p Step, after: PointId) -> PointId {
        let at = step.at;
        match &step.kind {
            StepKind::Say(say) => self.plain(Op::Say(say), at, after),
            StepKind::Set { place, value } => {
                self.plain(Op::Set { place: *place, value }, at, after)
            }
            StepKind::Clear(places) => self.plain(Op::Clear(places), at, after),
            StepKind::Call { flow, args } => {
                let point = self.add(Op::Call { flow: *flow, args }, at);
                self.points.link(point, after, Way::Done);
                point
            }
            StepKind::Mark(_) | StepKind::Repeat | StepKind::Abandon => after,
            StepKind::Goto(state) => {
                let target = self.points.states.get(state.index()).copied();
                let point = self.add(Op::Pass, at);
                self.points.link(point, target.unwrap_or(after), Way::Next);
                point
            }
            StepKind::Handoff { because, .. } => self.add(Op::Handoff(because.as_ref()), at),
            StepKind::End(outcome) => self.add(Op::End(*outcome), at),
            StepKind::Resume => self.add(Op::Resume, at),
            StepKind::Correct => {
                let resumed = self.add(Op::Resume, at);
                let point = self.plain(Op::Pass, at, after);
                self.points.link(point, resumed, Way::Next);
                point
            }
            StepKind::Wait(time) => {
                let point = self.wait(Op::Wait(time), at);
                self.points.link(point, after, Way::Next);
                point
            }
            StepKind::Fill(slots) => slots.iter().rev().fold(after, |after, slot| {
                let point = self.wait(Op::Ask(*slot), at);
                self.points.link(point, after, Way::Answer);
                self.points.link(point, after, Way::Known);
                point
            }),
            _ => self.branching(step, after),
        }
    }

    fn branching(&mut self, step: &'p Step, after: PointId) -> PointId {
        let at = step.at;
        match &step.kind {
            StepKind::Confirm { text, yes, no } => {
                let point = self.wait(Op::Confirm(text), at);
                for (body, way) in [(yes, Way::Yes), (no, Way::No)] {
                    let body = self.body(body, after);
                    self.points.link(point, body, way);
                }
                point
            }
            StepKind::Choose { prompt, arms } => {
                let point = self.wait(Op::Choose { prompt: prompt.as_ref(), arms }, at);
                for (number, (_, body)) in (0..).zip(arms) {
                    let body = self.body(body, after);
                    self.points.link(point, body, Way::Arm(number));
                }
                point
            }
            StepKind::ChooseFrom { item, list, prompt, then, none, .. } => {
                let prompt = prompt.as_ref();
                let point = self.wait(Op::ChooseFrom { item, list, prompt }, at);
                let then = self.body(then, after);
                self.points.link(point, then, Way::Chosen);
                // Without `none`, an empty list ends at a human.
                let none = match none {
                    Some(none) => self.body(none, after),
                    None => self.add(Op::Handoff(None), at),
                };
                self.points.link(point, none, Way::NoneThere);
                point
            }
            StepKind::When { arms, otherwise } => {
                let last = match otherwise {
                    Some(body) => self.body(body, after),
                    None => after,
                };
                arms.iter().rev().fold(last, |next, (cond, body)| {
                    let body = self.body(body, after);
                    let point = self.add(Op::Branch(cond), cond.at);
                    self.points.link(point, body, Way::Holds);
                    self.points.link(point, next, Way::Fails);
                    point
                })
            }
            StepKind::Do { bind, action, args, handlers, failed } => {
                let op = Op::Do { bind: bind.as_ref(), action: *action, args };
                let point = self.add(op, at);
                self.points.link(point, after, Way::Done);
                let failing = self.failing(failed.as_ref(), at, after);
                let errors = self.project.actions.get(action.index()).map_or(0, |a| a.errors.len());
                for error in (0..).take(errors) {
                    let body = handlers.iter().find(|(known, _)| *known == error);
                    let to = body.map_or(failing, |(_, body)| self.body(body, after));
                    self.points.link(point, to, Way::Error(error));
                }
                self.points.link(point, failing, Way::Failed);
                point
            }
            _ => after,
        }
    }

    /// What runs when an action fails and no handler names how: `failed`, the state's or flow's
    /// `on failure`, else a human.
    fn failing(&mut self, failed: Option<&'p Body>, at: FileSpan, after: PointId) -> PointId {
        if let Some(failed) = failed {
            return self.body(failed, after);
        }
        let flow = self.points.flow;
        let state = flow.states.get(self.state.index());
        let handler =
            state.and_then(|s| s.handlers.failure.as_ref()).or(flow.handlers.failure.as_ref());
        match handler {
            Some(handler) => {
                let nowhere = self.add(Op::Nowhere, at);
                self.body(handler, nowhere)
            }
            None => self.add(Op::Handoff(None), at),
        }
    }

    /// The handlers that can interrupt a waiting point.
    fn interrupts(&mut self, wait: PointId, state: &'p hir::State) {
        let flow = self.points.flow;
        let of = |handlers: &'p Handlers| {
            let intents = handlers.intents.iter().map(|(id, body)| (Way::Intent(*id), body));
            let silences = handlers.silences.iter().map(|(ms, body)| (Way::Silence(*ms), body));
            (intents.collect::<Vec<_>>(), silences.collect::<Vec<_>>())
        };
        let (mut intents, mut silences) = of(&state.handlers);
        let (of_flow, flow_silences) = of(&flow.handlers);
        let new = |(way, _): &(Way, &Body)| !intents.iter().any(|(known, _)| known == way);
        let more: Vec<_> = of_flow.into_iter().filter(new).collect();
        intents.extend(more);
        if silences.is_empty() {
            silences = flow_silences;
        }
        let bodies: Vec<(Way, &'p Body)> = intents.into_iter().chain(silences).collect();
        // Entries first: what waits inside one handler is interrupted by all of them.
        let at = self.points.get(wait).map_or(state.at, |point| point.at);
        let entries: Vec<Edge> =
            bodies.iter().map(|(way, _)| Edge { to: self.add(Op::Pass, at), way: *way }).collect();
        let back = self.add(Op::Pass, at);
        self.points.link(back, wait, Way::Back);
        self.hold = Some(entries.clone());
        for (entry, (_, body)) in entries.iter().zip(bodies) {
            let body = self.body(body, back);
            self.points.link(entry.to, body, Way::Next);
            self.points.link(wait, entry.to, entry.way);
        }
        self.hold = None;
    }
}
