//! A state's steps, and the handlers around them, as points.

use super::{Edge, Op, PointId, Points, Way};
use crate::base::FileSpan;
use crate::ir::StateId;
use crate::sema::hir::{self, Body, Handlers, Step, StepKind};

/// Adds one state's points, last step first: each step knows what follows it.
pub(super) struct Builder<'b, 'p> {
    pub(super) points: &'b mut Points<'p>,
    project: &'p hir::Project,
    state: StateId,
    /// Waiting points without their interrupts.
    pub(super) waiting: Vec<PointId>,
    /// Inside a handler: the first points of the handlers that interrupt it.
    hold: Option<Vec<Edge>>,
}

impl<'b, 'p> Builder<'b, 'p> {
    pub(super) const fn new(
        points: &'b mut Points<'p>,
        project: &'p hir::Project,
        state: StateId,
    ) -> Self {
        Self { points, project, state, waiting: Vec::new(), hold: None }
    }

    fn add(&mut self, op: Op<'p>, at: FileSpan) -> PointId {
        self.points.add(op, at, self.state)
    }

    pub(super) fn body(&mut self, steps: &'p [Step], after: PointId) -> PointId {
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
    pub(super) fn interrupts(&mut self, wait: PointId, state: &'p hir::State) {
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
