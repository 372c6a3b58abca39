//! Slots: asked for in order, filled in any order, checked before they count.

use flowright_compiler::ir::{Exit, FuncId, SlotDef, SlotIndex, Type};
use flowright_nlu::spec::EntityId;
use flowright_nlu::value::Value;
use flowright_nlu::{Context, EntityMatch};

use crate::drive::Next;
use crate::model::{Reason, Wait};
use crate::step::Taken;
use crate::stepper::{Stepper, Trouble};

/// What became of a new value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Accepted {
    /// It is in the slot.
    Yes,
    /// A check refused it, and said so.
    No,
    /// It was refused once too often: a human has the conversation.
    HandedOff,
}

impl Stepper<'_> {
    /// Slots of the session begin with their defaults, which may depend on the customer.
    pub(crate) fn default_session_slots(&mut self) {
        let program = self.program;
        for slot in &program.program.session_slots {
            let Some(default) = slot.default.filter(|_| self.read(slot.place).is_none()) else {
                continue;
            };
            // A default that cannot be computed leaves its slot empty, as one that is empty does.
            if let Ok(exited) = self.run(default) {
                self.write(slot.place, exited.args.into_iter().next().flatten());
            }
        }
    }

    /// Asks for the first slot that is empty, or whose value no longer passes its checks; with none,
    /// goes on.
    pub(crate) fn ask_slots(
        &mut self,
        slots: Vec<SlotIndex>,
        then: FuncId,
    ) -> Result<Next, Trouble> {
        let mut wanted = None;
        for (number, slot) in slots.iter().enumerate() {
            match self.check_again(*slot) {
                Accepted::Yes => {}
                Accepted::No => {
                    wanted = Some((number, *slot));
                    break;
                }
                Accepted::HandedOff => return Ok(Next::Wait),
            }
        }
        let Some((first, slot)) = wanted else { return Ok(Next::Run(then)) };
        let rest = slots.get(first + 1..).unwrap_or(&[]).to_vec();
        let Some(ask) = self.slot(slot).and_then(|def| def.ask) else {
            return Err(Trouble::Unsound("a slot without a question"));
        };
        if let Some(frame) = self.session.stack.last_mut() {
            frame.wait = Wait::Slot { slot, rest, then };
        }
        let question = self.text_of(ask);
        let choices = self.slot_choices(slot);
        self.reply(crate::model::Reply { text: question, choices, ..Default::default() });
        Ok(Next::Wait)
    }

    /// A slot of the flow on top.
    pub(crate) fn slot(&self, slot: SlotIndex) -> Option<&SlotDef> {
        self.program
            .program
            .flows
            .get(self.session.stack.last()?.flow.index())?
            .slots
            .get(slot.index())
    }

    /// Buttons for a slot that is a choice or yes/no.
    fn slot_choices(&mut self, slot: SlotIndex) -> Vec<crate::model::Choice> {
        let ty = self.slot(slot).map(|slot| slot.ty.clone());
        match ty {
            Some(Type::Choice(choice)) => {
                let count =
                    self.program.program.choices.get(choice.index()).map_or(0, |c| c.options.len());
                let labels = (0..count).map(|i| {
                    let value = Value::Choice(u16::try_from(i).unwrap_or(u16::MAX));
                    self.shown(&value, &Type::Choice(choice), self.session.lang)
                });
                let labels: Vec<String> = labels.collect();
                self.buttons(&labels)
            }
            Some(Type::Bool) => self.yes_no_buttons(),
            _ => Vec::new(),
        }
    }

    /// Asks again what the frame on top waits for.
    pub(crate) fn ask_again(&mut self) -> Next {
        if std::mem::take(&mut self.said_again) {
            return Next::Wait;
        }
        let wait = self.session.stack.last().map(|frame| frame.wait.clone());
        match wait {
            Some(Wait::Slot { slot, .. }) => {
                if let Some(ask) = self.slot(slot).and_then(|def| def.ask) {
                    let text = self.text_of(ask);
                    let choices = self.slot_choices(slot);
                    self.reply(crate::model::Reply { text, choices, ..Default::default() });
                }
            }
            Some(Wait::Confirm { text, .. }) => {
                let choices = self.yes_no_buttons();
                self.reply(crate::model::Reply { text, choices, ..Default::default() });
            }
            Some(Wait::Choose { prompt, arms }) => {
                let labels: Vec<String> = arms.iter().map(|arm| arm.label.clone()).collect();
                self.reply_menu(prompt, &labels);
            }
            Some(Wait::ChooseFrom { prompt, items, .. }) => {
                let labels: Vec<String> = items.iter().map(|item| item.label.clone()).collect();
                self.reply_menu(prompt, &labels);
            }
            _ => {}
        }
        Next::Wait
    }

    /// Puts a value into a slot of the frame on top, if its checks let it.
    pub(crate) fn accept(&mut self, slot: SlotIndex, value: Value) -> Accepted {
        let Some(def) = self.slot(slot).cloned() else { return Accepted::No };
        let before = self.read(def.place).cloned();
        self.write(def.place, Some(value));
        if let Some(text) = self.refusal(&def) {
            self.write(def.place, before);
            return self.refuse(slot, &def, text);
        }
        self.mark_filled(slot.index());
        // Where it is emptied and asked for anew, tries are counted anew.
        let frame = self.session.stack.last_mut();
        if let Some(tries) = frame.and_then(|frame| frame.tries.get_mut(slot.index())) {
            *tries = 0;
        }
        Accepted::Yes
    }

    /// Whether a slot is filled, and well: what was said earlier may no longer pass (a day is over,
    /// what it is compared with has changed). Then it is emptied, and asked for.
    fn check_again(&mut self, slot: SlotIndex) -> Accepted {
        let Some(def) = self.slot(slot).cloned() else { return Accepted::No };
        if self.read(def.place).is_none() {
            return Accepted::No;
        }
        let Some(text) = self.refusal(&def) else { return Accepted::Yes };
        self.write(def.place, None);
        self.refuse(slot, &def, text)
    }

    /// What the first check that a slot's value does not pass says of it.
    fn refusal(&mut self, def: &SlotDef) -> Option<String> {
        for check in &def.checks {
            let holds = self.run(check.cond).is_ok_and(|exited| {
                matches!(
                    (exited.exit, exited.args.first()),
                    (Exit::Value, Some(Some(Value::Bool(true))))
                )
            });
            if !holds {
                return Some(match check.otherwise {
                    Some(text) => self.text_of(text),
                    None => self.phrase(self.program.program.phrases.invalid, &[]),
                });
            }
        }
        None
    }

    fn refuse(&mut self, slot: SlotIndex, def: &SlotDef, text: String) -> Accepted {
        self.reply_text(text);
        self.taken.push(Taken::Refused(slot));
        let frame = self.session.stack.last_mut();
        let tries = frame.and_then(|frame| frame.tries.get_mut(slot.index())).map_or(1, |tries| {
            *tries += 1;
            *tries
        });
        if def.tries > 0 && tries >= def.tries {
            let because = format!("no valid answer for `{}` after {tries} tries", def.name);
            self.hand_off(Reason::Tries, None, because);
            return Accepted::HandedOff;
        }
        Accepted::No
    }

    /// What understanding needs to know of the moment.
    pub(crate) fn context(&self) -> Context {
        Context {
            today: self.today(),
            now_ms: self.now_ms,
            timezone: self.program.program.bot.timezone.clone(),
            lang: self.session.lang,
        }
    }

    /// The value that an utterance holds for a slot; with its place, unless it is plain text.
    pub(crate) fn value_for(&self, slot: SlotIndex, text: &str) -> Option<EntityMatch> {
        let entity = self.slot(slot)?.entity?;
        let entity = EntityId(u16::try_from(entity.0).ok()?);
        let understander = &self.program.understander;
        let found = understander.find_with(text, entity, &self.context(), self.external.as_deref());
        found.into_iter().find(EntityMatch::is_meant)
    }

    /// Fills what else an utterance says: named slots of the recognised intent first, then any
    /// empty slot whose kind of value occurs once. Plain-text slots wait for their question.
    pub(crate) fn fill_from_utterance(
        &mut self,
        named: &[(String, EntityMatch)],
        taken: &[(usize, usize)],
    ) -> Accepted {
        let mut taken = taken.to_vec();
        let slots: Vec<SlotDef> = self.flow().map(|flow| flow.slots.clone()).unwrap_or_default();
        for (number, slot) in slots.iter().enumerate() {
            let index = SlotIndex(u32::try_from(number).unwrap_or(u32::MAX));
            if self.read(slot.place).is_some() || !self.can_check(slot) {
                continue;
            }
            let by_name =
                named.iter().find(|(name, _)| *name == slot.name).map(|(_, found)| found.clone());
            let found = by_name.or_else(|| self.only_match(slot, &taken));
            let Some(found) = found else { continue };
            taken.push((found.start, found.end));
            if self.accept(index, found.value) == Accepted::HandedOff {
                return Accepted::HandedOff;
            }
        }
        Accepted::Yes
    }

    /// Whether all that a slot's checks compare with is known yet. A value said too early is asked
    /// for in its turn, when the compiler has shown that it can be judged.
    fn can_check(&self, slot: &SlotDef) -> bool {
        slot.checks.iter().all(|check| {
            let function = self.program.program.functions.get(check.cond.index());
            let reads =
                function.map(flowright_compiler::ir::Function::flow_reads).unwrap_or_default();
            reads.iter().all(|place| *place == slot.place || self.read(*place).is_some())
        })
    }

    /// The one match of a slot's entity in the utterance that does not overlap what is taken, and is
    /// not a part of what is meant for another slot: the 3 of "EUR 3" is no number where amounts are
    /// asked for.
    fn only_match(&self, slot: &SlotDef, taken: &[(usize, usize)]) -> Option<EntityMatch> {
        let entity = u16::try_from(slot.entity?.0).ok()?;
        let understanding = self.understanding.as_ref()?;
        let slots = self.flow().map_or(&[][..], |flow| &flow.slots);
        let is_asked_for = |entity: EntityId| {
            slots.iter().any(|slot| slot.entity.is_some_and(|own| own.0 == u32::from(entity.0)))
        };
        let is_part = |found: &EntityMatch| {
            understanding.entities.iter().any(|whole| {
                whole.start <= found.start
                    && found.end <= whole.end
                    && whole.end - whole.start > found.end - found.start
                    && is_asked_for(whole.entity)
            })
        };
        let free = |found: &&EntityMatch| {
            found.entity.0 == entity
                && found.is_meant()
                && !is_part(found)
                && !taken.iter().any(|(start, end)| found.start < *end && *start < found.end)
        };
        let mut matches = understanding.entities.iter().filter(free);
        let first = matches.next()?;
        matches.next().is_none().then(|| first.clone())
    }

    /// Session slots that are choices or patterns are learned from any utterance.
    pub(crate) fn learn_session_slots(&mut self) {
        let program = std::sync::Arc::clone(&self.program.program);
        for slot in &program.session_slots {
            if matches!(slot.ty, Type::Choice(_))
                && let Some(found) = self.only_match(slot, &[])
            {
                self.write(slot.place, Some(found.value));
            }
        }
    }
}
