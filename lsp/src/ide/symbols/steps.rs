//! Names in flows and their steps.

use flowright_compiler::syntax::ast::{
    Body, Ensure, EnsureKind, Flow, Handler, HandlerOn, Media, Say, Slot, Step, StepKind, Trigger,
};

use super::scope::{Scope, slot_owner};
use super::types::ty_of;
use super::walk::Walk;
use super::{Kind, Role, Symbol};

/// The flow whose steps these are.
pub(super) struct Place<'f> {
    pub(super) flow: &'f str,
    pub(super) scope: Scope,
}

impl Walk<'_> {
    pub(super) fn flow(&mut self, flow: &Flow) {
        self.declares(Kind::Flow, &flow.name);
        let place = Place { flow: &flow.name.text, scope: Scope::of_flow(self.model, flow) };
        for trigger in &flow.triggers {
            match trigger {
                Trigger::Intent { intent, .. } | Trigger::Repair { intent, .. } => {
                    self.uses(Kind::Intent, intent);
                }
                Trigger::Start { .. } => {}
            }
        }
        for slot in &flow.slots {
            self.inside(Kind::Slot, place.flow, &slot.name, Role::Declares);
            self.slot(slot, &slot_owner(place.flow, &slot.name.text), &place.scope);
        }
        for state in &flow.states {
            self.inside(Kind::State, place.flow, &state.name, Role::Declares);
            self.steps(&state.steps, &place);
            state.handlers.iter().for_each(|handler| self.handler(handler, &place));
        }
        flow.handlers.iter().for_each(|handler| self.handler(handler, &place));
        if let Some(fallback) = &flow.fallback {
            self.fallback(fallback, &place.scope);
        }
        flow.ensures.iter().for_each(|ensure| self.ensure(ensure, &place));
    }

    /// What stands in a slot besides its name.
    pub(super) fn slot(&mut self, slot: &Slot, owner: &str, scope: &Scope) {
        self.written(&slot.ty, owner, "");
        self.labels(&slot.labels);
        let ty = ty_of(&slot.ty, owner, "");
        if let Some(ask) = &slot.ask {
            self.text_ref(ask, scope);
        }
        for check in &slot.checks {
            self.expr(&check.cond, scope, None);
            check.otherwise.iter().for_each(|text| self.text_ref(text, scope));
        }
        if let Some(default) = &slot.default {
            self.expr(default, scope, Some(&ty));
        }
    }

    fn handler(&mut self, handler: &Handler, place: &Place<'_>) {
        if let HandlerOn::Intent(intent) = &handler.on {
            self.uses(Kind::Intent, intent);
        }
        self.body(&handler.body, place);
    }

    fn ensure(&mut self, ensure: &Ensure, place: &Place<'_>) {
        if let EnsureKind::Before { cond, action } = &ensure.kind {
            self.expr(cond, &place.scope, None);
            self.uses(Kind::Action, action);
        }
    }

    fn body(&mut self, body: &Body, place: &Place<'_>) {
        match body {
            Body::Goto(state) => self.inside(Kind::State, place.flow, state, Role::GoesTo),
            Body::Steps(steps) => self.steps(steps, place),
        }
    }

    pub(super) fn steps(&mut self, steps: &[Step], place: &Place<'_>) {
        steps.iter().for_each(|step| self.step(&step.kind, place));
    }

    fn step(&mut self, step: &StepKind, place: &Place<'_>) {
        let Place { flow, scope } = place;
        match step {
            StepKind::Say(say) => self.say(say, scope),
            StepKind::Fill(slots) | StepKind::Clear(slots) => {
                slots.iter().for_each(|slot| self.written_slot(slot, scope));
            }
            StepKind::Confirm { text, yes, no } => {
                self.text_ref(text, scope);
                self.body(yes, place);
                self.body(no, place);
            }
            StepKind::Choose { prompt, arms } => {
                prompt.iter().for_each(|text| self.text_ref(text, scope));
                for arm in arms {
                    self.text_ref(&arm.text, scope);
                    self.body(&arm.body, place);
                }
            }
            StepKind::ChooseFrom { item, list, prompt, label, then, none } => {
                self.inside(Kind::Bind, flow, item, Role::Declares);
                self.expr(list, scope, None);
                prompt.iter().for_each(|text| self.text_ref(text, scope));
                self.text_ref(label, scope);
                self.body(then, place);
                none.iter().for_each(|body| self.body(body, place));
            }
            StepKind::Do { bind, action, args, handlers } => {
                if let Some(bind) = bind {
                    self.inside(Kind::Bind, flow, bind, Role::Declares);
                }
                self.uses(Kind::Action, action);
                let params = self.model.action_params(&action.text);
                self.args_for(args, scope, &params);
                for handler in handlers {
                    if handler.error.text != "failed" {
                        self.inside(Kind::ActionError, &action.text, &handler.error, Role::Uses);
                    }
                    self.body(&handler.body, place);
                }
            }
            StepKind::Set { slot, value } => {
                self.written_slot(slot, scope);
                let ty = scope.first(self.model, &slot.text).map(|(_, ty)| ty);
                self.expr(value, scope, ty.as_ref());
            }
            StepKind::When { arms, otherwise } => {
                for arm in arms {
                    self.expr(&arm.cond, scope, None);
                    self.body(&arm.body, place);
                }
                otherwise.iter().for_each(|body| self.body(body, place));
            }
            StepKind::Goto(state) => self.inside(Kind::State, flow, state, Role::GoesTo),
            StepKind::Call { flow, args } => {
                self.put(flow.span, Symbol::top(Kind::Flow, &flow.text), Role::GoesTo);
                let slots = self.model.flow_slots(&flow.text);
                self.args_for(args, scope, &slots);
            }
            StepKind::Wait(time) => self.expr(time, scope, None),
            StepKind::Handoff { to, because } => {
                to.iter().for_each(|skill| self.uses(Kind::Skill, skill));
                because.iter().for_each(|text| self.text_ref(text, scope));
            }
            StepKind::Mark(_)
            | StepKind::End(_)
            | StepKind::Resume
            | StepKind::Repeat
            | StepKind::Abandon
            | StepKind::Correct
            | StepKind::Error { .. } => {}
        }
    }

    /// A slot that a step asks for or changes.
    fn written_slot(&mut self, slot: &flowright_compiler::syntax::ast::Name, scope: &Scope) {
        if let Some((symbol, _)) = scope.first(self.model, &slot.text) {
            self.put(slot.span, symbol, Role::Writes);
        }
    }

    fn say(&mut self, say: &Say, scope: &Scope) {
        if let Some(channel) = &say.on {
            self.uses(Kind::Channel, channel);
        }
        self.text_ref(&say.text, scope);
        say.choices.iter().for_each(|text| self.text_ref(text, scope));
        self.media(say.links.iter().chain(&say.images), scope);
        if let Some(card) = &say.card {
            self.text_ref(&card.title, scope);
            card.body.iter().for_each(|text| self.text_ref(text, scope));
            self.media(card.links.iter().chain(&card.images), scope);
        }
    }

    fn media<'a>(&mut self, media: impl Iterator<Item = &'a Media>, scope: &Scope) {
        for one in media {
            self.template(&one.url, scope);
            one.label.iter().for_each(|text| self.text_ref(text, scope));
        }
    }
}
