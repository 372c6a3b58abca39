//! To a human: which skill, how urgent, and what she needs to know at once.

use flowright_compiler::ir::SkillId;
use flowright_nlu::value::Value;

use crate::model::{Command, Fact, Handoff, Reason, Status, Summary};
use crate::stepper::Stepper;

impl Stepper<'_> {
    /// Hands the conversation over. The bot is silent from here on.
    pub(crate) fn hand_off(&mut self, reason: Reason, skill: Option<SkillId>, because: String) {
        if self.session.status != Status::Bot {
            return;
        }
        let text = self.phrase(self.program.program.phrases.handoff, &[]);
        self.reply_text(text);
        let program = self.program;
        let routed = self.routed(skill, 0);
        let skill = routed.skill;
        let named = skill.and_then(|skill| program.program.skills.get(skill.index()));
        let rule_text =
            |rule: u32| program.program.route.rules.get(rule as usize).map(|r| r.text.clone());
        let handoff = Handoff {
            at_ms: self.now_ms,
            skill,
            skill_name: named.map(|skill| skill.name.clone()),
            urgency: routed.urgency,
            reason,
            because,
            rules: routed.rules().filter_map(rule_text).collect(),
            summary: self.summary(),
            owner: None,
            assigned: None,
            since_ms: self.now_ms,
            wanted_at_ms: self.now_ms,
            replied_at_ms: None,
        };
        self.session.status = Status::HandedOff(Box::new(handoff.clone()));
        self.session.epoch += 1;
        self.commands.push(Command::Handoff(Box::new(handoff)));
    }

    fn summary(&self) -> Summary {
        let program = &self.program.program;
        let (intent, confidence_percent) = match self.session.last_intent {
            Some((intent, percent)) => (
                program.intents.get(intent.index()).map(|intent| intent.name.clone()),
                Some(percent),
            ),
            None => (None, None),
        };
        let frame = self.session.stack.last();
        let flow = self.flow();
        let state = flow.zip(frame).and_then(|(flow, frame)| flow.states.get(frame.state.index()));
        Summary {
            flow: flow.map(|flow| flow.name.clone()),
            state: state.map(|state| state.name.clone()),
            intent,
            confidence_percent,
            sentiment_percent: self.session.sentiment_percent,
            lang: self.session.lang,
            customer: self.customer_facts(),
            slots: self.slot_facts(),
            tried: self.session.tried.clone(),
            transcript: self.session.transcript.clone(),
            attachments: self.session.attachments.clone(),
        }
    }

    fn customer_facts(&self) -> Vec<Fact> {
        let fields = self.program.program.customer.iter().zip(&self.session.customer);
        let fact = |(field, value): (&flowright_compiler::ir::FieldDef, &Option<Value>)| {
            Some(Fact {
                name: field.name.clone(),
                value: self.shown(value.as_ref()?, &field.ty, self.session.lang),
                turn: None,
                personal: field.personal,
                visible_to: field.visible_to.clone(),
            })
        };
        fields.filter_map(fact).collect()
    }

    fn slot_facts(&self) -> Vec<Fact> {
        let program = &self.program.program;
        let mut facts = Vec::new();
        for frame in &self.session.stack {
            let Some(flow) = program.flows.get(frame.flow.index()) else { continue };
            let own = flow.slots.iter().enumerate();
            for (number, slot) in
                own.filter(|(_, s)| s.place.space == flowright_compiler::ir::Space::Flow)
            {
                let Some(Some(value)) = frame.cells.get(slot.place.index as usize) else {
                    continue;
                };
                facts.push(Fact {
                    name: slot.name.clone(),
                    value: self.shown(value, &slot.ty, self.session.lang),
                    turn: frame.filled_in_turn.get(number).copied().filter(|turn| *turn > 0),
                    personal: slot.personal,
                    visible_to: slot.visible_to.clone(),
                });
            }
        }
        for slot in &program.session_slots {
            if let Some(value) = self.read(slot.place) {
                facts.push(Fact {
                    name: slot.name.clone(),
                    value: self.shown(value, &slot.ty, self.session.lang),
                    turn: None,
                    personal: slot.personal,
                    visible_to: slot.visible_to.clone(),
                });
            }
        }
        facts
    }
}
