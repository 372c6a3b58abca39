//! What the rules of `route` say of a conversation: how urgent it is, and which skill it needs.

use flowright_compiler::ir::{Exit, SkillId, turn};
use flowright_nlu::value::Value;

use crate::LoadedProgram;
use crate::model::{Session, Status};
use crate::stepper::Stepper;

/// Urgency of a conversation whose rules could not be run.
const URGENCY_NORMAL: u8 = 1;

/// What the rules say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Routed {
    /// From 0, low, to 3, critical.
    pub urgency: u8,
    /// The rule that says so, by its place in the program's; nothing where none fits.
    pub urgency_rule: Option<u32>,
    /// What an agent must be able to do; nothing where no rule fits.
    pub skill: Option<SkillId>,
    /// The rule that says so; nothing where none fits or a flow has named the skill.
    pub skill_rule: Option<u32>,
}

impl Routed {
    /// The rules that took it.
    pub fn rules(&self) -> impl Iterator<Item = u32> {
        self.urgency_rule.into_iter().chain(self.skill_rule)
    }
}

/// What the rules say of a conversation as it is now, of a customer who has waited so long. Where nothing
/// has happened in it yet, slots have their defaults.
#[must_use]
pub fn route(program: &LoadedProgram, session: &Session, now_ms: i64, waited_ms: i64) -> Routed {
    let mut session = session.clone();
    let is_new = session.turn == 0;
    let mut stepper = Stepper::new(program, &mut session, now_ms);
    stepper.set_turn_cells();
    if is_new {
        stepper.default_session_slots();
    }
    stepper.routed(None, waited_ms)
}

impl Stepper<'_> {
    /// Runs both kinds of rules; those for a skill unless one is named.
    pub(crate) fn routed(&mut self, named: Option<SkillId>, waited_ms: i64) -> Routed {
        let (urgency, urgency_rule) = self.urgency(waited_ms);
        let route = &self.program.program.route;
        if named.is_some() {
            return Routed { urgency, urgency_rule, skill: named, skill_rule: None };
        }
        match self.run(route.skill).map(|exited| exited.exit) {
            Ok(Exit::Skill { skill, rule }) => {
                Routed { urgency, urgency_rule, skill: Some(skill), skill_rule: Some(rule) }
            }
            _ => Routed { urgency, urgency_rule, skill: None, skill_rule: None },
        }
    }

    /// How urgent it is after so long, and by which rule.
    fn urgency(&mut self, waited_ms: i64) -> (u8, Option<u32>) {
        self.set_intent_cells();
        self.set_turn(turn::WAITED, Some(Value::Duration(waited_ms)));
        match self.run(self.program.program.route.urgency).map(|exited| exited.exit) {
            Ok(Exit::Urgency { level, rule }) => (level, rule),
            _ => (URGENCY_NORMAL, None),
        }
    }

    /// When rules look again at how long she has waited; nothing while a human has her conversation.
    pub(crate) fn waits_until(&self) -> Option<i64> {
        let Status::HandedOff(handoff) = &self.session.status else { return None };
        if handoff.owner.is_some() {
            return None;
        }
        // A moment later: `waited > 10m` does not hold of ten minutes.
        let moments = self.program.program.route.waits_ms.iter();
        let mut moments =
            moments.map(|ms| handoff.wanted_since_ms().saturating_add(*ms).saturating_add(1));
        moments.find(|at_ms| *at_ms > self.now_ms)
    }

    /// She still waits for a human: that may make it more urgent, and never makes it less so.
    pub(crate) fn waits_longer(&mut self) {
        let Status::HandedOff(handoff) = &self.session.status else { return };
        if handoff.owner.is_some() {
            return;
        }
        let waited_ms = self.now_ms.saturating_sub(handoff.wanted_since_ms()).max(0);
        let (urgency, rule) = self.urgency(waited_ms);
        let rules = &self.program.program.route.rules;
        let rule = rule.and_then(|rule| rules.get(rule as usize)).map(|rule| rule.text.clone());
        let Status::HandedOff(handoff) = &mut self.session.status else { return };
        if urgency > handoff.urgency {
            handoff.urgency = urgency;
            rule.into_iter().for_each(|rule| handoff.rules.insert(0, rule));
        }
    }

    /// The intent that routing looks at: the one that began the flow at the bottom, else the last
    /// one recognised.
    fn set_intent_cells(&mut self) {
        let intents = &self.program.program.intents;
        let flow = self.session.stack.first().map(|frame| frame.flow);
        let started =
            flow.and_then(|flow| intents.iter().position(|intent| intent.starts == Some(flow)));
        let last = self.session.last_intent.map(|(intent, _)| intent.index());
        let number = started.or(last);
        let name =
            number.and_then(|n| intents.get(n)).map(|intent| Value::Text(intent.name.clone()));
        self.set_turn(turn::INTENT, name);
        let choice = number.and_then(|n| u16::try_from(n).ok()).map(Value::Choice);
        self.set_turn(turn::INTENT_NUMBER, choice);
    }
}
