//! Steps to functions. A body is cut at every step that waits: what follows becomes a function of
//! its own, which the exit names.

use std::rc::Rc;

use super::Lowering;
use super::builder::Builder;
use crate::ir::{BlockId, Exit, FuncId, Inst, Outcome, RecordCells, Reg, TextUse, Type};
use crate::sema::hir::{Bind, Frame, Step, StepKind, TextRef, item_type};

/// Where control goes when a body runs off its end.
#[derive(Debug, Clone, Copy)]
pub(super) enum After {
    /// The graph checks refuse such states; should one run, the flow ends unresolved.
    StateEnd,
    /// A handler is done.
    HandlerEnd,
    /// Steps follow in the same function.
    Jump(BlockId),
    /// Steps follow in another function.
    Function(FuncId),
}

/// A function still to be filled.
#[derive(Debug)]
pub(super) struct Pending<'h> {
    pub(super) id: FuncId,
    pub(super) steps: &'h [Step],
    pub(super) after: After,
    /// Of the flow that it runs in.
    pub(super) frame: Rc<Frame>,
}

impl<'h> Lowering<'h> {
    /// The function that runs `steps` and then `after`. Its code is made later, so that long
    /// bodies do not nest.
    pub(super) fn body(&mut self, name: &str, steps: &'h [Step], after: After) -> FuncId {
        if let ([], After::Function(next)) = (steps, after) {
            return next;
        }
        let id = self.reserve_function(name);
        let frame = Rc::clone(&self.frame);
        self.pending.push_back(Pending { id, steps, after, frame });
        id
    }

    /// Fills every function that [`Lowering::body`] promised.
    pub(super) fn fill_pending(&mut self) {
        while let Some(Pending { id, steps, after, frame }) = self.pending.pop_front() {
            self.frame = frame;
            let mut b = Builder::new(self.function_name(id));
            self.steps(&mut b, steps, after);
            self.places.set(id, b.take_marks());
            let function = b.finish(Exit::End(Outcome::Unresolved));
            self.set_function(id, function);
        }
    }

    fn steps(&mut self, b: &mut Builder, steps: &'h [Step], after: After) {
        for (i, step) in steps.iter().enumerate() {
            let rest = steps.get(i + 1..).unwrap_or(&[]);
            if !self.step(b, step, rest, after) {
                return;
            }
        }
        self.fall_off(b, after);
    }

    fn fall_off(&mut self, b: &mut Builder, after: After) {
        match after {
            After::StateEnd => b.exit(Exit::End(Outcome::Unresolved), Vec::new()),
            After::HandlerEnd => b.exit(Exit::Stay, Vec::new()),
            After::Jump(block) => b.jump(block),
            After::Function(function) => b.exit(Exit::Continue(function), Vec::new()),
        }
    }

    /// Lowers one step; whether the same function goes on behind it.
    fn step(&mut self, b: &mut Builder, step: &'h Step, rest: &'h [Step], after: After) -> bool {
        b.mark(step.at);
        match &step.kind {
            StepKind::Say(say) => self.say(b, say),
            StepKind::Mark(name) => self.mark(b, name),
            StepKind::Set { place, value } => {
                let src = self.value(b, value, &[]);
                b.push(Inst::Store { place: *place, src });
            }
            StepKind::Clear(places) => {
                places.iter().for_each(|place| b.push(Inst::Clear { place: *place }));
            }
            StepKind::When { arms, otherwise } => {
                return self.when(b, arms, otherwise.as_deref(), rest, after);
            }
            _ => {
                let (exit, args) = self.leaving(b, &step.kind, rest, after);
                b.exit(exit, args);
                return false;
            }
        }
        true
    }

    fn when(
        &mut self,
        b: &mut Builder,
        arms: &'h [(crate::sema::hir::Expr, Vec<Step>)],
        otherwise: Option<&'h [Step]>,
        rest: &'h [Step],
        after: After,
    ) -> bool {
        let bodies = arms.iter().map(|(_, body)| body.as_slice()).chain(otherwise);
        let waits = bodies.clone().any(waits_somewhere);
        let join = b.block();
        // An arm that waits goes on in another function, from where no block of this one can be
        // reached; what follows the arms is then a function too.
        let after_arm =
            if waits { After::Function(self.rest(b, rest, after)) } else { After::Jump(join) };
        for (cond, body) in arms {
            let (then, next) = (b.block(), b.block());
            self.condition(b, cond, then, next);
            b.enter(then);
            self.steps(b, body, after_arm);
            b.enter(next);
        }
        match otherwise {
            Some(body) => self.steps(b, body, after_arm),
            None => self.fall_off(b, after_arm),
        }
        b.enter(join);
        if waits {
            self.fall_off(b, after_arm);
        }
        !waits
    }

    /// The function for the steps behind one that leaves the function of `b`.
    fn rest(&mut self, b: &Builder, rest: &'h [Step], after: After) -> FuncId {
        // `after` is never a jump here: bodies with a step that leaves were given a function to go
        // on in (see `when`).
        self.body(b.name(), rest, after)
    }

    /// The exit of a step that leaves the function, with its values.
    fn leaving(
        &mut self,
        b: &mut Builder,
        kind: &'h StepKind,
        rest: &'h [Step],
        after: After,
    ) -> (Exit, Vec<Reg>) {
        let mut args = Vec::new();
        let exit = match kind {
            StepKind::Goto(state) => Exit::Goto(*state),
            StepKind::End(outcome) => Exit::End(*outcome),
            StepKind::Resume => Exit::Resume,
            StepKind::Handoff { to, because } => {
                let because = because.as_ref().map(|text| self.text(b, text, &mut args));
                Exit::Handoff { skill: *to, because }
            }
            StepKind::Fill(slots) => {
                Exit::Fill { slots: slots.clone(), then: self.rest(b, rest, after) }
            }
            StepKind::Repeat => Exit::Repeat { then: self.rest(b, rest, after) },
            StepKind::Abandon => Exit::Abandon { then: self.rest(b, rest, after) },
            StepKind::Correct => Exit::Correct { then: self.rest(b, rest, after) },
            StepKind::Wait(time) => {
                args.push(self.value(b, time, &[]));
                Exit::Wait { then: self.rest(b, rest, after) }
            }
            StepKind::Call { flow, args: given } => {
                args.extend(given.iter().map(|(_, value)| self.value(b, value, &[])));
                let slots = given.iter().map(|(slot, _)| *slot).collect();
                Exit::Call { flow: *flow, slots, then: self.rest(b, rest, after) }
            }
            _ => self.asking(b, kind, rest, after, &mut args),
        };
        (exit, args)
    }

    /// The exits with bodies of their own: questions and calls.
    fn asking(
        &mut self,
        b: &mut Builder,
        kind: &'h StepKind,
        rest: &'h [Step],
        after: After,
        args: &mut Vec<Reg>,
    ) -> Exit {
        let next = After::Function(self.rest(b, rest, after));
        let name = b.name().to_owned();
        match kind {
            StepKind::Confirm { text, yes, no } => Exit::Confirm {
                text: self.text(b, text, args),
                yes: self.body(&name, yes, next),
                no: self.body(&name, no, next),
            },
            StepKind::Choose { prompt, arms } => {
                let prompt = self.prompt(b, prompt.as_ref(), args);
                let mut lowered = Vec::with_capacity(arms.len());
                for (label, body) in arms {
                    lowered.push((self.text(b, label, args), self.body(&name, body, next)));
                }
                Exit::Choose { prompt, arms: lowered }
            }
            StepKind::ChooseFrom { item, list, prompt, label, then, none } => {
                args.push(self.value(b, list, &[]));
                Exit::ChooseFrom {
                    prompt: self.prompt(b, prompt.as_ref(), args),
                    item: self.cells(item, item_type(list)),
                    label: self.text_function(format!("{name}.label"), label),
                    then: self.body(&name, then, next),
                    none: none.as_ref().map(|body| self.body(&name, body, next)),
                }
            }
            StepKind::Do { bind, action, args: given, handlers, failed } => {
                args.extend(given.iter().map(|value| self.value(b, value, &[])));
                let mut lowered = Vec::with_capacity(handlers.len());
                for (error, body) in handlers {
                    lowered.push((*error, self.body(&name, body, next)));
                }
                Exit::Do {
                    action: *action,
                    bind: bind.as_ref().map(|bind| self.cells(bind, self.result(*action))),
                    handlers: lowered,
                    failed: failed.as_ref().map(|body| self.body(&name, body, next)),
                    then: self.body(&name, &[], next),
                }
            }
            // Every other step was taken by `step` or `leaving`.
            _ => Exit::End(Outcome::Unresolved),
        }
    }

    /// Where all that a step keeps lies.
    fn cells(&self, bind: &Bind, ty: Option<&Type>) -> RecordCells {
        // What is kept has a type.
        ty.map_or_else(|| RecordCells::Fields(Vec::new()), |ty| self.frame.cells(&bind.name, ty))
    }

    fn prompt(
        &mut self,
        b: &mut Builder,
        prompt: Option<&TextRef>,
        args: &mut Vec<Reg>,
    ) -> Option<TextUse> {
        prompt.map(|text| self.text(b, text, args))
    }
}

/// Whether some step of the body leaves the function and comes back.
fn waits_somewhere(body: &[Step]) -> bool {
    body.iter().any(|step| match &step.kind {
        StepKind::Fill(_)
        | StepKind::Confirm { .. }
        | StepKind::Choose { .. }
        | StepKind::ChooseFrom { .. }
        | StepKind::Do { .. }
        | StepKind::Call { .. }
        | StepKind::Wait(_)
        | StepKind::Repeat
        | StepKind::Abandon
        | StepKind::Correct => true,
        StepKind::When { arms, otherwise } => {
            arms.iter().any(|(_, body)| waits_somewhere(body))
                || otherwise.as_deref().is_some_and(waits_somewhere)
        }
        _ => false,
    })
}
