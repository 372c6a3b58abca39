//! Steps: every name they use, every value they pass, and that nothing stands behind an end.

use super::cx::Checker;
use super::flows::FlowScope;
use super::hir::{self, Body, Step, StepKind};
use super::texts::Reader;
use crate::base::Span;
use crate::diag::{Code, Diagnostic};
use crate::ir::{
    ActionId, FlowId, Outcome, RecordCells, SkillId, SlotIndex, StateId, Type, cells_of,
};
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
        let mut checked: Vec<Step> = Vec::new();
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
                    places.extend(cells_of(&cells));
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
            ast::StepKind::Wait(time) => StepKind::Wait(self.expr_of(
                time,
                &cx.scope,
                &Type::Duration,
                "what to wait for",
            )?),
            ast::StepKind::Mark(name) => StepKind::Mark(name.value.clone()),
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
            self.unknown(Code::E0203, "state", name, cx.states.keys().map(String::as_str));
        }
        found.map(|number| StateId(*number))
    }

    fn say(&mut self, say: &ast::Say, cx: &FlowScope) -> Option<hir::Say> {
        let text = self.text_ref(&say.text, &cx.scope, Reader::Customer);
        let choices: Option<Vec<_>> =
            say.choices.iter().map(|c| self.text_ref(c, &cx.scope, Reader::Customer)).collect();
        let links = self.media(&say.links, cx);
        let images = self.media(&say.images, cx);
        let card = match &say.card {
            Some(card) => Some(hir::Card {
                title: self.text_ref(&card.title, &cx.scope, Reader::Customer)?,
                body: match &card.body {
                    Some(body) => Some(self.text_ref(body, &cx.scope, Reader::Customer)?),
                    None => None,
                },
                links: self.media(&card.links, cx)?,
                images: self.media(&card.images, cx)?,
            }),
            None => None,
        };
        Some(hir::Say { text: text?, choices: choices?, links: links?, images: images?, card })
    }

    fn media(&mut self, media: &[ast::Media], cx: &FlowScope) -> Option<Vec<hir::Media>> {
        let mut checked = Vec::new();
        for medium in media {
            let url = self.plain_text(&medium.url, &cx.scope)?;
            let label = match &medium.label {
                Some(label) => Some(self.text_ref(label, &cx.scope, Reader::Customer)?),
                None => None,
            };
            checked.push(hir::Media { url, label });
        }
        Some(checked)
    }

    fn fill(&mut self, names: &[Name], cx: &mut FlowScope) -> Option<Vec<SlotIndex>> {
        let mut slots = Vec::new();
        let mut whole = true;
        for name in names {
            let Some(index) = self.slot_index(name, cx) else {
                whole = false;
                continue;
            };
            let asks = cx.slots.get(index.index()).is_some_and(|slot| slot.ask.is_some());
            let broken =
                cx.scope.lost.contains(&name.text) || self.symbols.slots.lost.contains(&name.text);
            if !asks && broken {
                whole = false;
            } else if !asks {
                let message = format!("nothing asks for `{}`", name.text);
                self.error(
                    Code::E0405,
                    name.span,
                    message,
                    "has no question",
                    "add `ask \"…\"` to the slot",
                );
                whole = false;
            }
            slots.push(index);
        }
        whole.then_some(slots)
    }

    fn choose(
        &mut self,
        prompt: Option<&ast::TextRef>,
        arms: &[ast::ChooseArm],
        span: Span,
        cx: &mut FlowScope,
    ) -> Option<StepKind> {
        if arms.is_empty() {
            self.error(
                Code::E0309,
                span,
                "a menu of nothing",
                "no choices",
                "add `\"…\" -> state`",
            );
            return None;
        }
        let prompt = prompt.map(|prompt| self.text_ref(prompt, &cx.scope, Reader::Customer));
        let mut checked = Vec::new();
        for arm in arms {
            let text = self.text_ref(&arm.text, &cx.scope, Reader::Customer);
            let body = self.body(&arm.body, cx);
            checked.push(text.zip(body));
        }
        let prompt = match prompt {
            Some(None) => return None,
            other => other.flatten(),
        };
        Some(StepKind::Choose { prompt, arms: checked.into_iter().collect::<Option<_>>()? })
    }

    fn choose_from(
        &mut self,
        item: &Name,
        list: &ast::Expr,
        prompt: Option<&ast::TextRef>,
        label: &ast::TextRef,
        (then, none): (&ast::Body, Option<&ast::Body>),
        cx: &mut FlowScope,
    ) -> Option<StepKind> {
        let values = self.expr(list, &cx.scope, None)?;
        if !matches!(values.ty, Type::List(_)) {
            let got = self.type_name(&values.ty);
            self.error(
                Code::E0301,
                list.span,
                format!("a {got} is not a list to choose from"),
                "not a list",
                "give a list that an action returned",
            );
            return None;
        }
        let (_, cells) = cx.scope.locals.get(&item.text)?.clone();
        let prompt = match prompt {
            Some(prompt) => Some(self.text_ref(prompt, &cx.scope, Reader::Customer)?),
            None => None,
        };
        let label = self.text_ref(label, &cx.scope, Reader::Customer);
        let then = self.body(then, cx);
        let none = match none {
            Some(none) => Some(self.body(none, cx)?),
            None => None,
        };
        Some(StepKind::ChooseFrom {
            item: cells,
            list: values,
            prompt,
            label: label?,
            then: then?,
            none,
        })
    }

    fn do_(
        &mut self,
        bind: Option<&Name>,
        action: &Name,
        args: &[ast::Arg],
        handlers: &[ast::DoHandler],
        span: Span,
        cx: &mut FlowScope,
    ) -> Option<StepKind> {
        let number = self.lookup(|s| &s.actions, "action", action)?;
        let signature = self.actions.get(number as usize)?.clone();
        let params = signature.params.as_deref();
        let args = self.arguments(&action.text, params, args, &cx.scope, action.span);
        let mut checked = Vec::new();
        let (mut failed, mut whole) = (None, true);
        for handler in handlers {
            let body = self.body(&handler.body, cx);
            let known = signature.errors.iter().position(|error| *error == handler.error.text);
            match (known, body) {
                (_, None) => whole = false,
                (None, body) if handler.error.text == "failed" => failed = body,
                (Some(error), Some(body)) => checked.push((u32::try_from(error).ok()?, body)),
                (None, _) if self.actions_broken() => whole = false,
                (None, _) => {
                    let what = format!("error of `{}`", action.text);
                    let known = signature.errors.iter().map(String::as_str).chain(["failed"]);
                    self.unknown(Code::E0212, &what, &handler.error, known);
                    whole = false;
                }
            }
        }
        if failed.is_none() && !cx.handles_failure {
            self.unhandled(action, span);
        }
        let bind = match bind {
            Some(bind) => Some(cx.scope.locals.get(&bind.text)?.1.clone()),
            None => None,
        };
        if !whole {
            return None;
        }
        Some(StepKind::Do {
            bind,
            action: ActionId(number),
            args: args?,
            handlers: checked,
            failed,
        })
    }

    fn unhandled(&mut self, action: &Name, span: Span) {
        let message = format!("nothing says what happens when `{}` fails", action.text);
        let finding = self
            .finding(Code::W0402, span, message)
            .label("the customer would be handed to a human")
            .help("add `failed -> …` to it, or `on failure { … }` to the flow");
        self.report(finding);
    }

    fn set(&mut self, slot: &Name, value: &ast::Expr, cx: &FlowScope) -> Option<StepKind> {
        let (ty, cells) = self.changeable(slot, cx)?;
        let RecordCells::One(place) = cells else {
            self.error(
                Code::E0308,
                slot.span,
                format!("`{}` is a record, not one value", slot.text),
                "a record",
                "set its fields one by one",
            );
            return None;
        };
        let value = self.expr_of(value, &cx.scope, &ty, &format!("`{}`", slot.text))?;
        Some(StepKind::Set { place, value })
    }

    /// A slot or result that steps may change.
    fn changeable(&mut self, name: &Name, cx: &FlowScope) -> Option<(Type, RecordCells)> {
        let names = split(name);
        let first = names.first()?;
        let known = cx.scope.locals.contains_key(&first.text)
            || self.session_types.contains_key(&first.text);
        let fixed = first.text == "customer"
            || super::scope::BUILTIN_NAMES.iter().any(|builtin| builtin.name == first.text);
        if !known && fixed {
            self.error(
                Code::E0310,
                name.span,
                format!("`{}` cannot be changed", name.text),
                "not a slot",
                "keep the value in a slot of your own",
            );
            return None;
        }
        self.cells(&names, name.span, &cx.scope)
    }

    fn call_flow(&mut self, flow: &Name, args: &[ast::Arg], cx: &FlowScope) -> Option<StepKind> {
        let number = self.lookup(|s| &s.flows, "flow", flow)?;
        let called = self.symbols.flows.items.get(number as usize)?.node;
        let mut checked = Vec::new();
        for arg in args {
            let Some(name) = &arg.name else {
                self.error(
                    Code::E0303,
                    arg.value.span,
                    "a flow's slots are given by name",
                    "no name",
                    "write `slot: value`",
                );
                return None;
            };
            let Some(slot) = called.slots.iter().position(|slot| slot.name.text == name.text)
            else {
                let what = format!("slot of `{}`", flow.text);
                self.unknown(
                    Code::E0303,
                    &what,
                    name,
                    called.slots.iter().map(|s| s.name.text.as_str()),
                );
                return None;
            };
            let before = self.diagnostics.len();
            let owner = format!("{}.{}", flow.text, name.text);
            let ty = called.slots.get(slot).and_then(|slot| self.resolve_type(&slot.ty, &owner));
            // What is wrong with the slot's type is said at the slot.
            self.diagnostics.truncate(before);
            let what = format!("`{}` of `{}`", name.text, flow.text);
            let value = self.expr_of(&arg.value, &cx.scope, &ty?.0, &what)?;
            checked.push((SlotIndex(u32::try_from(slot).ok()?), value));
        }
        Some(StepKind::Call { flow: FlowId(number), args: checked })
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

/// `found.due` as two names.
fn split(name: &Name) -> Vec<Name> {
    let mut at = name.span.start;
    let mut names = Vec::new();
    for part in name.text.split('.') {
        let end = at + u32::try_from(part.len()).unwrap_or_default();
        names.push(Name { text: part.to_owned(), span: Span::new(at, end) });
        at = end + 1;
    }
    names
}
