//! What a customer does, exactly: no words that would have to be understood.

use flowright_compiler::ir::{IntentId, turn};
use flowright_nlu::ScoredIntent;
use flowright_nlu::value::{Decimal, Value};

use crate::LoadedProgram;
use crate::drive::Next;
use crate::fill::Accepted;
use crate::model::{ActionResult, Command, Event, Session, Wait};
use crate::step::step;
use crate::stepper::Stepper;

/// One deed, in the numbers of one program.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Act {
    /// She wants this.
    Intent(IntentId),
    /// She gives the value that is asked for.
    Value(Value),
    /// She says yes or no.
    Yes(bool),
    /// She picks the choice or item of this number.
    Pick(usize),
    /// The call under way is answered.
    Answer(ActionResult),
    /// Time passes until the next timer is due.
    Wake,
}

/// Does it; what the shell would have to do then. The clock of the session goes on with it.
pub(super) fn act(
    program: &LoadedProgram,
    session: &mut Session,
    now_ms: &mut i64,
    act: &Act,
) -> Vec<Command> {
    let event = match act {
        Act::Answer(result) => {
            let key = session.pending_call().map(|call| call.key.clone()).unwrap_or_default();
            Some(Event::ActionResult { key, result: result.clone() })
        }
        Act::Wake => {
            *now_ms = session.wake_at_ms.unwrap_or(*now_ms).max(*now_ms);
            Some(Event::Wake)
        }
        _ => None,
    };
    if let Some(event) = event {
        return step(program, session, event, *now_ms).map_or_else(|_| Vec::new(), |s| s.commands);
    }
    let mut stepper = Stepper::new(program, session, *now_ms);
    let channel = stepper.session.channel.clone();
    stepper.begin_turn(channel);
    if let Some(frame) = stepper.session.stack.last_mut() {
        frame.silences = 0;
    }
    stepper.session.misses = 0;
    match act {
        Act::Intent(intent) => stepper.want(*intent),
        act => stepper.answer_exactly(act),
    }
    stepper.finish().commands
}

impl Stepper<'_> {
    fn want(&mut self, intent: IntentId) {
        let program = self.program;
        let name = program.program.intents.get(intent.index()).map(|i| i.name.clone());
        let Ok(number) = u16::try_from(intent.0) else { return };
        self.session.last_intent = Some((intent, 100));
        self.set_turn(turn::INTENT, name.map(Value::Text));
        self.set_turn(turn::INTENT_NUMBER, Some(Value::Choice(number)));
        self.set_turn(turn::CONFIDENCE, Decimal::from_int(1).map(Value::Number));
        self.follow_intent(&ScoredIntent { intent: number, confidence: 1.0, slots: Vec::new() });
    }

    fn answer_exactly(&mut self, act: &Act) {
        let Some(wait) = self.session.stack.last().map(|frame| frame.wait.clone()) else { return };
        match (wait, act) {
            (Wait::Slot { slot, rest, then }, Act::Value(value)) => {
                match self.accept(slot, value.clone()) {
                    Accepted::HandedOff => return,
                    Accepted::No => {
                        self.ask_again();
                        return;
                    }
                    Accepted::Yes => self.set_waiting_nothing(),
                }
                match self.ask_slots(rest, then) {
                    Ok(Next::Run(function)) => self.drive(function),
                    Ok(Next::Wait) => {}
                    Err(trouble) => self.trouble(&trouble),
                }
            }
            (Wait::Confirm { yes, no, .. }, Act::Yes(is_yes)) => {
                self.go_on(if *is_yes { yes } else { no });
            }
            (Wait::Choose { arms, .. }, Act::Pick(number)) => {
                if let Some(arm) = arms.get(*number) {
                    self.go_on(arm.then);
                }
            }
            (Wait::ChooseFrom { items, item, then, .. }, Act::Pick(number)) => {
                if let Some(chosen) = items.get(*number) {
                    self.spread(&item, Some(&chosen.value));
                    self.go_on(then);
                }
            }
            _ => {}
        }
    }
}
