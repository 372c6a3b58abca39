//! Steps: every name they use, every value they pass, and that nothing stands behind an end.

mod asking;
mod calling;
mod changing;
mod saying;
mod waiting;

use super::cx::Checker;
use super::flows::FlowScope;
use super::hir::{Body, Step, StepKind};
use super::texts::Reader;
use crate::base::Span;
use crate::diag::{Code, Diagnostic};
use crate::ir::{Outcome, SkillId, StateId};
use crate::syntax::ast::{self, Name};

/// Outcomes by name.
pub(super) const OUTCOMES: [(&str, Outcome); 3] = [
    ("resolved", Outcome::Resolved),
    ("unresolved", Outcome::Unresolved),
    ("cancelled", Outcome::Cancelled),
];

impl Checker<'_> {
    /// `-> state`, or steps.
    pub(super) fn body(&mut self, body: &ast::Body, cx: &mut FlowScope) -> Option<Body> {
        match body {
            ast::Body::Goto(name) => {
                let at = self.at(name.span);
                let state = self.state_id(name, cx)?;
                Some(vec![Step { at, kind: StepKind::Goto(state) }])
            }
            ast::Body::Steps(steps) => self.body_steps(steps, cx),
        }
    }

    /// Steps in order.
    pub(super) fn body_steps(&mut self, steps: &[ast::Step], cx: &mut FlowScope) -> Option<Body> {
        let mut checked: Vec<Step> = Vec::with_capacity(steps.len());
        let mut whole = true;
        let mut reported = false;
        for step in steps {
            // Where a lost step belongs is not known.
            let lost = matches!(step.kind, ast::StepKind::Error { .. });
            if let Some(last) = checked.last().filter(|last| leaves(last) && !reported && !lost) {
                let finding =
                    Diagnostic::new(Code::E0404, self.at(step.span), "this step is never reached")
                        .label("comes after the way out")
                        .related(last.at, "the conversation leaves here")
                        .help("move it before, or remove it");
                self.report(finding);
                reported = true;
            }
            let at = self.at(step.span);
            match self.step(step, cx) {
                Some(kind) => checked.push(Step { at, kind }),
                None => whole = false,
            }
        }
        whole.then_some(checked)
    }

    fn step(&mut self, step: &ast::Step, cx: &mut FlowScope) -> Option<StepKind> {
        let span = step.span;
        Some(match &step.kind {
            ast::StepKind::Say(say) => StepKind::Say(self.say(say, cx)?),
            ast::StepKind::Fill(slots) => StepKind::Fill(self.fill(slots, cx)?),
            ast::StepKind::Confirm { text, yes, no } => {
                let text = self.text_ref(text, &cx.scope, Reader::Customer);
                let (yes, no) = (self.body(yes, cx), self.body(no, cx));
                StepKind::Confirm { text: text?, yes: yes?, no: no? }
            }
            ast::StepKind::Choose { prompt, arms } => {
                self.choose(prompt.as_ref(), arms, span, cx)?
            }
            ast::StepKind::ChooseFrom { item, list, prompt, label, then, none } => {
                self.choose_from(item, list, prompt.as_ref(), label, (then, none.as_ref()), cx)?
            }
            ast::StepKind::Do { bind, action, args, handlers } => {
                self.do_(bind.as_ref(), action, args, handlers, span, cx)?
            }
            ast::StepKind::Set { slot, value } => self.set(slot, value, cx)?,
            ast::StepKind::Clear(names) => {
                let mut places = Vec::new();
                for name in names {
                    let (_, cells) = self.changeable(name, cx)?;
                    places.extend(cells.places());
                }
                StepKind::Clear(places)
            }
            ast::StepKind::When { arms, otherwise } => {
                let mut checked = Vec::new();
                for arm in arms {
                    let cond = self.condition(&arm.cond, &cx.scope);
                    let body = self.body(&arm.body, cx);
                    checked.push(cond.zip(body));
                }
                let otherwise = otherwise.as_ref().map(|body| self.body(body, cx));
                let otherwise = match otherwise {
                    Some(None) => return None,
                    other => other.flatten(),
                };
                StepKind::When { arms: checked.into_iter().collect::<Option<_>>()?, otherwise }
            }
            ast::StepKind::Goto(name) => StepKind::Goto(self.state_id(name, cx)?),
            ast::StepKind::Call { flow, args } => self.call_flow(flow, args, cx)?,
            ast::StepKind::Wait(time) => StepKind::Wait(self.wait(time, cx)?),
            ast::StepKind::Mark(name) => {
                if name.value.trim().is_empty() {
                    self.blank(name.span, "this milestone has no name", "name it for analytics");
                }
                StepKind::Mark(name.value.clone())
            }
            ast::StepKind::Handoff { to, because } => {
                let to = match to {
                    Some(skill) => Some(SkillId(self.lookup(|s| &s.skills, "skill", skill)?)),
                    None => None,
                };
                let because = match because {
                    Some(text) => Some(self.text_ref(text, &cx.scope, Reader::Inside)?),
                    None => None,
                };
                StepKind::Handoff { to, because }
            }
            ast::StepKind::End(outcome) => match outcome {
                Some(name) => StepKind::End(self.outcome(name)?),
                None => StepKind::End(Outcome::Resolved),
            },
            ast::StepKind::Resume => self.repair_step(StepKind::Resume, "resume", span, cx)?,
            ast::StepKind::Repeat => self.repair_step(StepKind::Repeat, "repeat", span, cx)?,
            ast::StepKind::Abandon => self.repair_step(StepKind::Abandon, "abandon", span, cx)?,
            ast::StepKind::Correct => self.repair_step(StepKind::Correct, "correct", span, cx)?,
            ast::StepKind::Error { .. } => return None,
        })
    }

    fn repair_step(
        &mut self,
        kind: StepKind,
        word: &str,
        span: Span,
        cx: &FlowScope,
    ) -> Option<StepKind> {
        if cx.is_repair {
            return Some(kind);
        }
        self.error(
            Code::E0407,
            span,
            format!("`{word}` acts on the flow below, and this flow may have none"),
            "only in repair flows",
            "start the flow with `on repair INTENT`",
        );
        None
    }

    /// The outcome of that name.
    pub(super) fn outcome(&mut self, name: &Name) -> Option<Outcome> {
        let found = OUTCOMES.iter().find(|(known, _)| *known == name.text);
        if found.is_none() {
            self.unknown(Code::E0207, "outcome", name, OUTCOMES.map(|(known, _)| known));
        }
        found.map(|(_, outcome)| *outcome)
    }

    pub(super) fn state_id(&mut self, name: &Name, cx: &FlowScope) -> Option<StateId> {
        let found = cx.states.get(&name.text);
        if found.is_none() {
            let known = cx.states.keys().map(String::as_str);
            let elsewhere = self.state_elsewhere(name);
            self.unknown_here(Code::E0203, "state", name, known, elsewhere);
        }
        found.map(|number| StateId(*number))
    }
}

/// Whether nothing behind the step is reached.
fn leaves(step: &Step) -> bool {
    let body_leaves = |body: &Body| body.last().is_some_and(leaves);
    match &step.kind {
        StepKind::Goto(_) | StepKind::End(_) | StepKind::Handoff { .. } | StepKind::Resume => true,
        StepKind::When { arms, otherwise: Some(otherwise) } => {
            arms.iter().all(|(_, body)| body_leaves(body)) && body_leaves(otherwise)
        }
        StepKind::Confirm { yes, no, .. } => body_leaves(yes) && body_leaves(no),
        StepKind::Choose { arms, .. } => arms.iter().all(|(_, body)| body_leaves(body)),
        StepKind::ChooseFrom { then, none: Some(none), .. } => {
            body_leaves(then) && body_leaves(none)
        }
        _ => false,
    }
}
