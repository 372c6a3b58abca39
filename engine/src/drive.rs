//! Drives the frame on top from function to function until it waits.

use flowright_compiler::ir::{Exit, FlowId, FuncId, Outcome, StateId};
use flowright_nlu::value::Value;

use crate::limits::{PATH_MAX, STACK_MAX};
use crate::model::{Command, Frame, Reason, Status, Visited, Wait};
use crate::step::Entered;
use crate::stepper::{Exited, Stepper, Trouble};

/// What comes after an exit.
pub(crate) enum Next {
    /// Run this function of the frame on top.
    Run(FuncId),
    /// The frame on top waits, or nothing is under way.
    Wait,
}

impl Stepper<'_> {
    /// Starts a flow on top of what is under way.
    pub(crate) fn start_flow(&mut self, flow: FlowId) -> Result<(), Trouble> {
        if self.session.stack.len() >= STACK_MAX {
            return Err(Trouble::TooDeep);
        }
        let Some(def) = self.program.program.flows.get(flow.index()) else {
            return Err(Trouble::Unsound("no such flow"));
        };
        self.session.stack.push(Frame::new(flow, def));
        self.commands.push(Command::FlowStarted { flow: def.name.clone() });
        for (number, slot) in def.slots.iter().enumerate() {
            if let Some(default) = slot.default.filter(|_| self.read(slot.place).is_none()) {
                let value = self.run(default)?.args.into_iter().next().flatten();
                self.write(slot.place, value);
                self.mark_filled(number);
            }
        }
        Ok(())
    }

    /// The turn that filled a slot of the frame on top.
    pub(crate) fn mark_filled(&mut self, slot: usize) {
        let turn = self.session.turn;
        let frame = self.session.stack.last_mut();
        if let Some(filled) = frame.and_then(|frame| frame.filled_in_turn.get_mut(slot)) {
            *filled = turn;
        }
    }

    /// Enters a state of the frame on top and drives on.
    pub(crate) fn enter(&mut self, state: StateId) {
        match self.enter_state(state) {
            Ok(entry) => self.drive(entry),
            Err(trouble) => self.trouble(&trouble),
        }
    }

    fn enter_state(&mut self, state: StateId) -> Result<FuncId, Trouble> {
        let entry = self.flow().and_then(|flow| flow.states.get(state.index())).map(|s| s.entry);
        let (Some(entry), Some(frame)) = (entry, self.session.stack.last_mut()) else {
            return Err(Trouble::Unsound("no such state"));
        };
        let from = frame.path.last().map(|visited| visited.state);
        self.trace.push(Entered { flow: frame.flow, from, state });
        self.before.push(self.commands.len());
        frame.state = state;
        frame.wait = Wait::Nothing;
        frame.held = None;
        frame.path.push(Visited { state, effect: false });
        let surplus = frame.path.len().saturating_sub(PATH_MAX);
        frame.path.drain(..surplus);
        Ok(entry)
    }

    /// Runs from `function` until something waits. What cannot go on ends at a human.
    pub(crate) fn drive(&mut self, function: FuncId) {
        let mut next = Next::Run(function);
        while let Next::Run(function) = next {
            let result = self.run(function).and_then(|exited| self.follow(exited));
            next = match result {
                Ok(next) => next,
                Err(trouble) => {
                    self.trouble(&trouble);
                    Next::Wait
                }
            };
        }
    }

    fn follow(&mut self, exited: Exited) -> Result<Next, Trouble> {
        let Exited { exit, args } = exited;
        Ok(match exit {
            Exit::Goto(state) => Next::Run(self.enter_state(state)?),
            Exit::Continue(then) => Next::Run(then),
            Exit::Stay => self.stay(),
            Exit::Fill { slots, then } => self.ask_slots(slots, then)?,
            Exit::Confirm { text, yes, no } => self.ask_confirm(text, &args, yes, no),
            Exit::Choose { prompt, arms } => self.ask_choice(prompt, &args, &arms),
            Exit::ChooseFrom { prompt, item, label, then, none } => {
                self.ask_item(prompt, &args, item, label, then, none)?
            }
            Exit::Do { action, bind, handlers, failed, then } => {
                self.call_action(action, args, bind, handlers, failed, then)?
            }
            Exit::Call { flow, slots, then } => self.call_flow(flow, &slots, args, then)?,
            Exit::Wait { then } => self.wait_for(args.first().cloned().flatten(), then),
            Exit::Handoff { skill, because } => {
                let because = because.map(|text| self.render(text, &args)).unwrap_or_default();
                self.hand_off(Reason::Flow, skill, because);
                Next::Wait
            }
            Exit::End(outcome) => self.end_flow(outcome)?,
            Exit::Resume => {
                self.pop(Outcome::Resolved);
                let next = self.resume(false);
                if matches!(next, Next::Wait) {
                    self.answer_if_silent();
                }
                next
            }
            Exit::Repeat { then } => {
                for reply in self.said_before.clone() {
                    self.reply(reply);
                }
                self.said_again = true;
                Next::Run(then)
            }
            Exit::Abandon { then } => {
                self.abandon_below();
                Next::Run(then)
            }
            Exit::Correct { then } => self.correct_below(then)?,
            _ => return Err(Trouble::Unsound("an exit that steps cannot take")),
        })
    }

    /// A handler is done.
    fn stay(&mut self) -> Next {
        let Some(frame) = self.session.stack.last_mut() else { return Next::Wait };
        if let Some(wait) = frame.held.take() {
            frame.wait = *wait;
        }
        if self.understanding.is_some() {
            return self.ask_again();
        }
        Next::Wait
    }

    fn call_flow(
        &mut self,
        flow: FlowId,
        slots: &[flowright_compiler::ir::SlotIndex],
        args: Vec<Option<Value>>,
        then: FuncId,
    ) -> Result<Next, Trouble> {
        if let Some(caller) = self.session.stack.last_mut() {
            caller.wait = Wait::Return;
        }
        self.start_flow(flow)?;
        if let Some(frame) = self.session.stack.last_mut() {
            frame.return_to = Some(then);
        }
        for (slot, value) in slots.iter().zip(args) {
            if let Some(def) = self.flow().and_then(|flow| flow.slots.get(slot.index())) {
                self.write(def.place, value);
                self.mark_filled(slot.index());
            }
        }
        Ok(Next::Run(self.enter_state(StateId(0))?))
    }

    fn wait_for(&mut self, time: Option<Value>, then: FuncId) -> Next {
        let ms = match time {
            Some(Value::Duration(ms)) => ms.max(0),
            // A time that could not be computed is no time: the flow goes on at once.
            _ => return Next::Run(then),
        };
        let at_ms = self.now_ms.saturating_add(ms);
        if let Some(frame) = self.session.stack.last_mut() {
            frame.wait = Wait::Until { at_ms, then };
        }
        Next::Wait
    }

    /// Takes the frame on top away.
    pub(crate) fn pop(&mut self, outcome: Outcome) -> Option<Frame> {
        let name = self.flow().map(|flow| flow.name.clone()).unwrap_or_default();
        let frame = self.session.stack.pop()?;
        self.commands.push(Command::FlowEnded { flow: name, outcome });
        Some(frame)
    }

    fn end_flow(&mut self, outcome: Outcome) -> Result<Next, Trouble> {
        let Some(frame) = self.pop(outcome) else { return Ok(Next::Wait) };
        let Some(then) = frame.return_to else { return Ok(self.resume(true)) };
        let Some(caller) = self.session.stack.last_mut() else {
            return Err(Trouble::Unsound("a called flow without its caller"));
        };
        caller.wait = Wait::Nothing;
        // What was carried out for the caller was carried out in its state: a correction does not
        // go back across the call either.
        let effect = frame.path.iter().any(|visited| visited.effect);
        if let Some(visited) = caller.path.last_mut() {
            visited.effect |= effect;
        }
        Ok(Next::Run(then))
    }

    /// Nothing was said in this turn, and what goes on has nothing to ask: the customer still gets
    /// an answer.
    pub(crate) fn answer_if_silent(&mut self) {
        let said = !self.session.last_said.is_empty()
            || self
                .commands
                .iter()
                .any(|command| matches!(command, Command::Reply(said) if said.on.is_none()));
        if said || self.session.status != Status::Bot {
            return;
        }
        let phrases = self.program.program.phrases;
        let waits = self.session.stack.last().map(|frame| &frame.wait);
        let text = match (self.flow_asked_for(), waits) {
            (Some(flow), Some(Wait::Until { .. })) => {
                let what = self.flow_title(flow);
                self.phrase(phrases.resume, &[what])
            }
            (None, _) => self.phrase(phrases.greeting, &[]),
            _ => return,
        };
        self.reply_text(text);
    }

    /// Goes back to the flow that waits below, with a reminder if wanted, and asks again.
    fn resume(&mut self, remind: bool) -> Next {
        let Some(frame) = self.session.stack.last() else { return Next::Wait };
        if let Wait::Until { at_ms, then } = frame.wait
            && at_ms <= self.now_ms
        {
            return Next::Run(then);
        }
        if remind && let Some(flow) = self.flow_asked_for() {
            self.remind_of(flow);
        }
        self.ask_again()
    }

    /// Says that a flow goes on, unless it has nothing to ask yet.
    pub(crate) fn remind_of(&mut self, flow: FlowId) {
        if matches!(self.session.stack.last().map(|frame| &frame.wait), Some(Wait::Until { .. })) {
            return;
        }
        let what = self.flow_title(flow);
        let text = self.phrase(self.program.program.phrases.resume, &[what]);
        self.reply_text(text);
    }

    /// What a flow is called before the customer: the title of the intent that starts it.
    pub(crate) fn flow_title(&mut self, flow: FlowId) -> String {
        let program = self.program;
        let titled = program.program.intents.iter().find(|intent| intent.starts == Some(flow));
        match titled.and_then(|intent| intent.title) {
            Some(title) => self.text_of(title),
            None => {
                let def = program.program.flows.get(flow.index());
                def.map(|flow| flow.doc.clone().unwrap_or_else(|| flow.name.clone()))
                    .unwrap_or_default()
            }
        }
    }

    /// Ends the flow below the one on top, and those that called it, as cancelled.
    fn abandon_below(&mut self) {
        let Some(top) = self.session.stack.pop() else { return };
        while let Some(frame) = self.pop(Outcome::Cancelled) {
            if frame.return_to.is_none() {
                break;
            }
        }
        self.session.stack.push(top);
    }

    /// What cannot go on.
    pub(crate) fn trouble(&mut self, trouble: &Trouble) {
        let text = format!("{trouble:?}");
        self.commands.push(Command::Note { code: "R0102".to_owned(), text: text.clone() });
        let phrase = self.program.program.phrases.trouble;
        // The step's budget may be spent: then the phrase cannot be run, and only the handoff says.
        let said = self.phrase(phrase, &[]);
        if !said.is_empty() {
            self.reply_text(said);
        }
        self.hand_off(Reason::Failure, None, format!("the flow could not go on: {text}"));
    }

    /// A timer is due.
    pub(crate) fn wake(&mut self) {
        if self.session.status != Status::Bot {
            return self.waits_longer();
        }
        let Some(frame) = self.session.stack.last() else { return };
        if let Wait::Until { at_ms, then } = frame.wait {
            if at_ms <= self.now_ms {
                // She was not asked anything while the flow waited: her silence begins now.
                self.session.heard_at_ms = self.now_ms;
                if let Some(frame) = self.session.stack.last_mut() {
                    frame.silences = 0;
                }
                self.set_waiting_nothing();
                self.drive(then);
            }
            return;
        }
        let silence = self.silences().get(frame.silences as usize).copied();
        let due =
            silence.filter(|(ms, _)| self.session.heard_at_ms.saturating_add(*ms) <= self.now_ms);
        if let Some((_, handler)) = due {
            if let Some(frame) = self.session.stack.last_mut() {
                frame.silences += 1;
            }
            self.run_handler(handler);
        }
    }

    /// Runs a handler of the frame on top; what it waited for is kept until the handler is done.
    pub(crate) fn run_handler(&mut self, handler: FuncId) {
        if let Some(frame) = self.session.stack.last_mut() {
            let wait = std::mem::replace(&mut frame.wait, Wait::Nothing);
            frame.held.get_or_insert(Box::new(wait));
        }
        self.drive(handler);
    }

    pub(crate) fn set_waiting_nothing(&mut self) {
        if let Some(frame) = self.session.stack.last_mut() {
            frame.wait = Wait::Nothing;
        }
    }
}
