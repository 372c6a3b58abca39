//! What an accepted intent does: a handler runs, what is under way goes on, or a flow begins.

use flowright_compiler::ir::{FlowId, FuncId, IntentId, StateId};
use flowright_nlu::ScoredIntent;

use crate::fill::Accepted;
use crate::step::Taken;
use crate::stepper::Stepper;

impl Stepper<'_> {
    /// Whether an intent starts the flow on top.
    pub(super) fn starts_here(&self, intent: u16) -> bool {
        let flow = self.session.stack.last().map(|frame| frame.flow);
        let intent = self.program.program.intents.get(usize::from(intent));
        flow.is_some() && intent.is_some_and(|intent| intent.starts == flow)
    }

    /// Does what an accepted intent asks for; whether anything does.
    pub(crate) fn follow_intent(&mut self, intent: &ScoredIntent) -> bool {
        let id = IntentId(intent.intent.into());
        let program = self.program;
        let Some(def) = program.program.intents.get(id.index()) else { return false };
        if !def.is_repair
            && let Some(handler) = self.intent_handler(id)
        {
            self.taken.push(Taken::Handled(id));
            self.run_handler(handler);
            return true;
        }
        let Some(flow) = def.starts else { return false };
        if self.go_on_with(flow, intent) {
            return true;
        }
        self.taken.push(Taken::Began(id));
        self.begin(flow, Some(intent));
        true
    }

    pub(super) fn intent_handler(&self, intent: IntentId) -> Option<FuncId> {
        let (flow, frame) = self.flow().zip(self.session.stack.last())?;
        let state = flow.states.get(frame.state.index())?;
        let handlers = state.handlers.intents.iter().chain(&flow.handlers.intents);
        handlers.into_iter().find(|(known, _)| *known == intent).map(|(_, function)| *function)
    }

    /// Starts a flow as a turn of its own, without an utterance.
    pub(crate) fn begin_alone(&mut self, flow: FlowId) {
        let channel = self.session.channel.clone();
        self.begin_turn(channel);
        self.begin(flow, None);
    }

    /// Starts a flow with what the utterance says for its slots.
    pub(super) fn begin(&mut self, flow: FlowId, intent: Option<&ScoredIntent>) {
        if let Err(trouble) = self.start_flow(flow) {
            return self.trouble(&trouble);
        }
        let is_repair = self.flow().is_some_and(|flow| flow.is_repair);
        if let Some(intent) = intent.filter(|_| !is_repair)
            && self.fill_from_utterance(&intent.slots, &[]) == Accepted::HandedOff
        {
            return;
        }
        self.enter(StateId(0));
    }
}
