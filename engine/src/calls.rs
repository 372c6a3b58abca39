//! Actions: the call goes out as a command, its answer comes back as an event.

use flowright_compiler::ir::{ActionDef, ActionId, Exit, FuncId, RecordCells, turn};
use flowright_nlu::value::{Decimal, Value};

use crate::drive::Next;
use crate::json::value_from_json;
use crate::limits::{CALLS_IN_A_ROW_MAX, TRIED_MAX};
use crate::model::{ActionResult, Command, PendingCall, PendingCallRef, Reason, Tried, Wait};
use crate::stepper::{Stepper, Trouble};

/// An answer as the flow sees it.
enum Answer {
    Value(Option<Value>),
    /// The declared error of this number.
    Error(u32),
    /// In words for the log and the agent.
    Failed(String),
}

impl Stepper<'_> {
    pub(crate) fn call_action(
        &mut self,
        action: ActionId,
        args: Vec<Option<Value>>,
        bind: Option<RecordCells>,
        handlers: Vec<(u32, FuncId)>,
        failed: Option<FuncId>,
        then: FuncId,
    ) -> Result<Next, Trouble> {
        let number = self.session.calls;
        if number.saturating_sub(self.session.calls_before) >= CALLS_IN_A_ROW_MAX {
            return Err(Trouble::TooManyCalls);
        }
        self.session.calls = number.saturating_add(1);
        let is_effect =
            self.program.program.actions.get(action.index()).is_some_and(|a| a.is_effect);
        let turn = self.session.turn;
        // The time tells apart two stores that know a session of the same id.
        let key = format!("{}/{turn}/{number}@{}", self.session.id, self.now_ms);
        if let Some(frame) = self.session.stack.last_mut() {
            // From here on the effect may have happened, whatever comes back.
            if let Some(visited) = frame.path.last_mut() {
                visited.effect |= is_effect;
            }
            let call = PendingCall { key: key.clone(), action, args, bind, handlers, failed, then };
            frame.wait = Wait::Action(Box::new(call));
        }
        self.commands.push(Command::Call(PendingCallRef { key, action }));
        Ok(Next::Wait)
    }

    /// The answer to the call under way.
    pub(crate) fn action_result(&mut self, key: &str, result: &ActionResult) {
        let Some(call) = self.session.pending_call().filter(|call| call.key == key).cloned() else {
            let text = "an answer came for a call that is not under way".to_owned();
            self.commands.push(Command::Note { code: "R0103".to_owned(), text });
            return;
        };
        self.set_waiting_nothing();
        let program = self.program;
        let Some(action) = program.program.actions.get(call.action.index()) else { return };
        let answer = self.read_answer(action, result);
        self.remember(action, &answer);
        match answer {
            Answer::Value(value) => {
                if let Some(cells) = &call.bind {
                    self.spread(cells, value.as_ref());
                }
                self.drive(call.then);
            }
            Answer::Error(error) => {
                let handler =
                    call.handlers.iter().find(|(known, _)| *known == error).map(|(_, body)| *body);
                let name =
                    action.errors.get(error as usize).map_or("", |error| error.name.as_str());
                self.failed(action, handler.or(call.failed), name);
            }
            Answer::Failed(cause) => {
                let text = format!("`{}` failed: {cause}", action.name);
                self.commands.push(Command::Note { code: "R0104".to_owned(), text });
                self.failed(action, call.failed, &cause);
            }
        }
    }

    fn read_answer(&mut self, action: &ActionDef, result: &ActionResult) -> Answer {
        match result {
            ActionResult::Value(value) => Answer::Value(value.clone()),
            ActionResult::Error(error) => Answer::Error(*error),
            ActionResult::Failed(cause) => Answer::Failed(cause.clone()),
            ActionResult::Answer { status, body } => self.read_http(action, *status, body),
        }
    }

    fn read_http(&mut self, action: &ActionDef, status: u16, body: &serde_json::Value) -> Answer {
        let code = body.get("code").and_then(serde_json::Value::as_str);
        self.set_turn(turn::STATUS, Decimal::from_int(status.into()).map(Value::Number));
        self.set_turn(turn::CODE, code.map(|code| Value::Text(code.to_owned())));
        for (number, error) in (0..).zip(&action.errors) {
            let holds = self.run(error.cond).ok().is_some_and(|exited| {
                matches!(
                    (exited.exit, exited.args.first()),
                    (Exit::Value, Some(Some(Value::Bool(true))))
                )
            });
            if holds {
                return Answer::Error(number);
            }
        }
        if !(200..300).contains(&status) {
            return Answer::Failed(format!("status {status}"));
        }
        match &action.result {
            None => Answer::Value(None),
            Some(ty) => match value_from_json(&self.program.program, ty, body) {
                Ok(value) => Answer::Value(value),
                Err(cause) => Answer::Failed(format!("the answer is not as declared: {cause}")),
            },
        }
    }

    fn remember(&mut self, action: &ActionDef, answer: &Answer) {
        let result = match answer {
            Answer::Value(_) => "ok".to_owned(),
            Answer::Error(error) => action
                .errors
                .get(*error as usize)
                .map(|error| error.name.clone())
                .unwrap_or_default(),
            Answer::Failed(_) => "failed".to_owned(),
        };
        let turn = self.session.turn;
        self.session.tried.push(Tried { action: action.name.clone(), result, turn });
        let surplus = self.session.tried.len().saturating_sub(TRIED_MAX);
        self.session.tried.drain(..surplus);
    }

    /// The `do`'s own handler, else the state's, else the flow's, else a human.
    fn failed(&mut self, action: &ActionDef, handler: Option<FuncId>, cause: &str) {
        let of_flow = self.flow().and_then(|flow| flow.handlers.failure);
        let state = self.session.stack.last().map(|frame| frame.state);
        let of_state = self
            .flow()
            .zip(state)
            .and_then(|(flow, state)| flow.states.get(state.index())?.handlers.failure);
        if let Some(handler) = handler.or(of_state).or(of_flow) {
            return self.drive(handler);
        }
        let said = self.phrase(self.program.program.phrases.trouble, &[]);
        self.reply_text(said);
        self.hand_off(Reason::Failure, None, format!("`{}` failed: {cause}", action.name));
    }
}
