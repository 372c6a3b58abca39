//! `expect` lines.

use flowright_compiler::base::FileSpan;
use flowright_compiler::ir::{FlowId, FuncId, Outcome, SkillId, StateId, TestStep};

use super::Failure;
use super::actions::Called;
use super::player::{Player, failure};
use crate::holds::holds;
use crate::json::value_to_json;
use crate::model::{Frame, Status};

impl Player<'_> {
    pub(super) fn expect(&mut self, at: FileSpan, step: &TestStep) -> Result<(), Failure> {
        match step {
            TestStep::Called { negated, action, args } => {
                let was = self.called.iter().any(|call| call.matches(*action, args));
                if was == *negated {
                    return Err(self.wrong_calls(at, *negated));
                }
                Ok(())
            }
            TestStep::Ended(outcome) => self.expect_ended(at, *outcome),
            TestStep::Handoff { to, because } => self.expect_handoff(at, *to, because.as_deref()),
            TestStep::State(flow, state) => self.expect_state(at, *flow, *state),
            TestStep::Holds { cond, flow, text } => self.expect_holds(at, *cond, *flow, text),
            _ => Ok(()),
        }
    }

    fn wrong_calls(&self, at: FileSpan, negated: bool) -> Failure {
        let program = &self.program.program;
        let shown = |call: &Called| {
            let Some(action) = program.actions.get(call.action.index()) else {
                return String::new();
            };
            let args = action.params.iter().zip(&call.args).map(|(param, value)| {
                let json = value.as_ref().map(|value| value_to_json(program, &param.ty, value));
                format!("{}: {}", param.name, json.unwrap_or_default())
            });
            format!("{}({})", action.name, args.collect::<Vec<_>>().join(", "))
        };
        let calls: Vec<String> = self.called.iter().map(shown).collect();
        let message =
            if negated { "the action was called" } else { "the action was not called so" };
        let actual =
            if calls.is_empty() { "nothing was called".to_owned() } else { calls.join("; ") };
        failure(at, message, None, Some(actual))
    }

    fn expect_ended(&self, at: FileSpan, outcome: Outcome) -> Result<(), Failure> {
        if self.ended == Some(outcome) {
            return Ok(());
        }
        let expected = format!("{outcome:?}").to_lowercase();
        let actual = self.ended.map(|ended| format!("{ended:?}").to_lowercase());
        let actual = actual.unwrap_or("no flow has ended".to_owned());
        Err(failure(at, "the flow ended otherwise", Some(&expected), Some(actual)))
    }

    fn expect_handoff(
        &self,
        at: FileSpan,
        to: Option<SkillId>,
        because: Option<&str>,
    ) -> Result<(), Failure> {
        let Status::HandedOff(handoff) = &self.session.status else {
            return Err(failure(at, "the conversation was not handed to a human", None, None));
        };
        if let Some(because) = because.filter(|because| *because != handoff.because) {
            let actual = Some(handoff.because.clone());
            return Err(failure(
                at,
                "it was handed over for another reason",
                Some(because),
                actual,
            ));
        }
        if to.is_some() && handoff.skill != to {
            let wanted = to.and_then(|to| self.program.program.skills.get(to.index()));
            let wanted = wanted.map(|skill| skill.name.clone()).unwrap_or_default();
            let actual = handoff.skill_name.clone().unwrap_or("no skill".to_owned());
            return Err(failure(at, "it was handed to another skill", Some(&wanted), Some(actual)));
        }
        Ok(())
    }

    fn expect_state(&self, at: FileSpan, flow: FlowId, state: StateId) -> Result<(), Failure> {
        let name = |flow: FlowId, state: StateId| {
            let flow = self.program.program.flows.get(flow.index());
            let state_name =
                flow.and_then(|flow| flow.states.get(state.index())).map(|s| s.name.as_str());
            format!("{}.{}", flow.map_or("", |f| f.name.as_str()), state_name.unwrap_or_default())
        };
        let top = self.session.stack.last();
        if top.is_some_and(|frame| frame.flow == flow && frame.state == state) {
            return Ok(());
        }
        let actual =
            top.map_or("nothing is under way".to_owned(), |frame| name(frame.flow, frame.state));
        Err(failure(at, "another state waits", Some(&name(flow, state)), Some(actual)))
    }

    fn expect_holds(
        &self,
        at: FileSpan,
        cond: FuncId,
        flow: Option<FlowId>,
        text: &str,
    ) -> Result<(), Failure> {
        let of_flow = |frame: &Frame| flow.is_none_or(|flow| frame.flow == flow);
        let mut session = self.session.clone();
        let frames = session.stack.iter().rposition(of_flow).map_or(0, |n| n + 1);
        session.stack.truncate(frames);
        if holds(self.program, session, cond, self.now_ms) {
            return Ok(());
        }
        Err(failure(at, "this does not hold", Some(text), None))
    }
}
