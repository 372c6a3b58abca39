//! A flow that is under way and is asked for again: it comes to the top of the stack and goes on.
//! Otherwise two wishes in turns would fill the stack, each begun anew every time.
//!
//! Flows that called each other move together: a *request* is a flow that nobody called, with those
//! on top of it that were called.

use std::ops::Range;

use flowright_compiler::ir::{FlowId, IntentId, Outcome, SlotDef, Space};
use flowright_nlu::{EntityMatch, ScoredIntent};

use crate::drive::Next;
use crate::fill::Accepted;
use crate::model::{Command, Frame, Status, Wait};
use crate::step::Taken;
use crate::stepper::Stepper;

impl Stepper<'_> {
    /// Goes on with the flow that an intent starts, where it is under way; whether it is.
    pub(super) fn go_on_with(&mut self, flow: FlowId, intent: &ScoredIntent) -> bool {
        let is_repair = self.is_repair(flow);
        let found = self.requests().into_iter().rev().find(|request| {
            let frames = self.session.stack.get(request.clone()).unwrap_or_default();
            let has = |frame: &Frame| frame.flow == flow && !self.differs(frame, &intent.slots);
            frames.iter().any(has)
        });
        let found = found.filter(|request| !is_repair || self.is_on_top(request));
        let Some(request) = found else {
            // A repair is about what it was asked on: the same one further down is over.
            if is_repair {
                self.end_waiting(flow);
            }
            return false;
        };
        self.taken.push(Taken::WentOn(IntentId(intent.intent.into())));
        if !self.is_on_top(&request) {
            self.bring_up(request);
            self.remind_of(flow);
        }
        // What an example says by name is for the flow that it starts, not for one that it called.
        let is_active = self.session.stack.last().is_some_and(|frame| frame.flow == flow);
        let named = if is_active { intent.slots.as_slice() } else { &[] };
        if self.fill_from_utterance(named, &[]) != Accepted::HandedOff {
            self.go_on_or_ask();
            self.answer_if_silent();
        }
        true
    }

    /// The flow that nobody called of the request on top: what the customer would call it by.
    pub(crate) fn flow_asked_for(&self) -> Option<FlowId> {
        let called = self.session.stack.iter().rev().find(|frame| frame.return_to.is_none());
        called.map(|frame| frame.flow)
    }

    /// Where each request lies in the stack, lowest first.
    fn requests(&self) -> Vec<Range<usize>> {
        let stack = &self.session.stack;
        let begins = |(at, frame): (usize, &Frame)| frame.return_to.is_none().then_some(at);
        let starts: Vec<usize> = stack.iter().enumerate().filter_map(begins).collect();
        let ends = starts.iter().skip(1).copied().chain([stack.len()]);
        starts.iter().copied().zip(ends).map(|(start, end)| start..end).collect()
    }

    fn is_on_top(&self, request: &Range<usize>) -> bool {
        request.end == self.session.stack.len()
    }

    fn is_repair(&self, flow: FlowId) -> bool {
        self.program.program.flows.get(flow.index()).is_some_and(|flow| flow.is_repair)
    }

    /// Whether the utterance has a value for a flow that goes against one it has: then it is about
    /// something else (another order), and no slot of that kind is left to take it.
    fn differs(&self, frame: &Frame, named: &[(String, EntityMatch)]) -> bool {
        let flow = self.program.program.flows.get(frame.flow.index());
        let slots = flow.map_or(&[][..], |flow| flow.slots.as_slice());
        let own = |slot: &&SlotDef| slot.place.space == Space::Flow;
        let value =
            |slot: &SlotDef| frame.cells.get(slot.place.index as usize).and_then(Option::as_ref);
        named.iter().any(|(name, found)| {
            let Some(slot) = slots.iter().filter(own).find(|slot| slot.name == *name) else {
                return false;
            };
            let of_its_kind = |other: &&SlotDef| other.entity == slot.entity;
            let takes = |other: &SlotDef| value(other).is_none_or(|known| *known == found.value);
            !slots.iter().filter(own).filter(of_its_kind).any(takes)
        })
    }

    /// Moves a request to the top. Repairs that lie on it were about it, and are over.
    fn bring_up(&mut self, request: Range<usize>) {
        let requests = self.requests();
        let above = requests.iter().filter(|other| other.start >= request.end);
        let repairs = above.take_while(|other| {
            self.session.stack.get(other.start).is_some_and(|frame| self.is_repair(frame.flow))
        });
        let repairs_end = repairs.last().map_or(request.end, |last| last.end);
        self.end_frames(request.end..repairs_end);
        if let Some(from) = self.session.stack.get_mut(request.start..) {
            from.rotate_left(request.len());
        }
    }

    /// Ends every request that began with a flow.
    fn end_waiting(&mut self, flow: FlowId) {
        for request in self.requests().into_iter().rev() {
            if self.session.stack.get(request.start).is_some_and(|frame| frame.flow == flow) {
                self.end_frames(request);
            }
        }
    }

    /// Everything that belongs to this conversation is over. Who the customer is, what was tried and said
    /// stay: a human may want to know. Where the bot has said that it comes back, it does: only what was
    /// asked on top of that is over.
    pub(crate) fn expire(&mut self) {
        if self.session.status != Status::Bot {
            return;
        }
        if self.end_under_way(Outcome::Cancelled) {
            self.forget();
        }
    }

    /// Ends what is under way, but for what the bot has said that it comes back for. Whether all of it is
    /// over.
    pub(super) fn end_under_way(&mut self, outcome: Outcome) -> bool {
        let is_until = |wait: &Wait| matches!(wait, Wait::Until { .. });
        let comes_back =
            |frame: &Frame| is_until(&frame.wait) || frame.held.as_deref().is_some_and(is_until);
        let kept = self.session.stack.iter().rposition(comes_back).map_or(0, |last| last + 1);
        self.end_frames_with(kept..self.session.stack.len(), outcome);
        self.session.clarifying = None;
        self.session.last_said.clear();
        self.session.misses = 0;
        if let Some(frame) = self.session.stack.last_mut() {
            // A handler that asked something while the flow waited.
            if let Some(held) = frame.held.take_if(|_| !is_until(&frame.wait)) {
                frame.wait = *held;
            }
        }
        self.session.stack.is_empty()
    }

    /// Forgets what was said in this conversation, but for who the customer is.
    pub(super) fn forget(&mut self) {
        self.session.slots.fill(None);
        self.session.last_intent = None;
        self.session.sentiment_percent = None;
        self.set_turn_cells();
        self.default_session_slots();
    }

    fn end_frames(&mut self, frames: Range<usize>) {
        self.end_frames_with(frames, Outcome::Cancelled);
    }

    fn end_frames_with(&mut self, frames: Range<usize>, outcome: Outcome) {
        for frame in self.session.stack.drain(frames).rev() {
            let def = self.program.program.flows.get(frame.flow.index());
            let flow = def.map(|flow| flow.name.clone()).unwrap_or_default();
            self.commands.push(Command::FlowEnded { flow, outcome });
        }
    }

    /// After slots were filled from the side: the waiting slot may be among them.
    fn go_on_or_ask(&mut self) {
        match self.session.stack.last().map(|frame| frame.wait.clone()) {
            Some(Wait::Slot { slot, mut rest, then }) => {
                rest.insert(0, slot);
                match self.ask_slots(rest, then) {
                    Ok(Next::Run(function)) => self.drive(function),
                    Ok(Next::Wait) => {}
                    Err(trouble) => self.trouble(&trouble),
                }
            }
            // Its time came while other flows were on top of it.
            Some(Wait::Until { at_ms, then }) if at_ms <= self.now_ms => {
                self.go_on(then);
            }
            _ => {
                self.ask_again();
            }
        }
    }
}
