//! Calls of actions: what a step asks for is asked outside, or of the server itself, and its answer is the
//! next step.

use flowright_compiler::ir::Program;
use flowright_engine::LoadedProgram;
use flowright_engine::model::{ActionResult, Event, PendingCall, Session};

use super::Actor;
use crate::dispatch::{DispatchError, Typing};
use crate::limits::WORKING_EVERY_MS;
use crate::store::StoredReply;

impl Actor {
    /// Carries out the call under way, and those that follow from its answer.
    pub(super) async fn finish_call(&mut self) -> Result<Vec<StoredReply>, DispatchError> {
        let mut replies = Vec::new();
        while let Some(live) = &self.live {
            let Some(call) = live.session.pending_call().cloned() else { break };
            self.place = None;
            let result = self.ask_outside(&live.program, &live.session, &call).await;
            self.count_call(&live.program.program, &call, &result);
            replies.extend(self.step(Event::ActionResult { key: call.key, result }, None).await?);
        }
        Ok(replies)
    }

    /// Carries a call out. Whoever listens meanwhile is told that the bot is at work.
    async fn ask_outside(
        &self,
        program: &LoadedProgram,
        session: &Session,
        call: &PendingCall,
    ) -> ActionResult {
        let outside = &self.inner.outside;
        let action = program.program.actions.get(call.action.index());
        let own = action.and_then(|action| action.request.as_ref()?.own());
        if let Some(own) = own {
            let Some(confirmations) = &outside.confirmations else {
                return ActionResult::Failed("no codes are sent here".to_owned());
            };
            return confirmations.carry_out(program, session, call, own).await;
        }
        let answer = outside.actions.call(&program.program, call);
        tokio::pin!(answer);
        loop {
            self.inner.lines.typing(&self.id, Typing::Bot);
            let again = self.inner.clock.now_ms().saturating_add(WORKING_EVERY_MS);
            tokio::select! {
                biased;
                result = &mut answer => return result,
                () = self.inner.clock.sleep_until(again) => {}
            }
        }
    }

    fn count_call(&self, program: &Program, call: &PendingCall, result: &ActionResult) {
        let action = program.actions.get(call.action.index()).map_or("", |a| a.name.as_str());
        let how = match result {
            ActionResult::Answer { status, .. } if (200..300).contains(status) => "ok",
            ActionResult::Answer { .. } => "refused",
            _ => "failed",
        };
        let labels =
            vec![("action".to_owned(), action.to_owned()), ("result".to_owned(), how.to_owned())];
        self.inner.metrics.actions.get_or_create(&labels).inc();
    }
}
