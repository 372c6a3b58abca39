//! What an agent does comes through the mailbox too: never between the steps of a turn, once however
//! often it is sent, and only while she has the conversation.

use flowright_engine::model::{Event, Status};

use super::{Actor, Begun};
use crate::dispatch::{AgentMove, Answer, DispatchError};

/// Stands before the ids of agents' moves; no id of a customer's message has it.
const IDS: &str = "agent/";

impl Actor {
    pub(super) async fn agent(&mut self, done: AgentMove) -> Result<Answer, DispatchError> {
        self.load(None).await?;
        self.finish_call().await?;
        let AgentMove { id, name, text, then, handoff_at_ms } = done;
        let id = format!("{IDS}{id}");
        if let Some(answer) = self.repeated(&id).await? {
            return Ok(answer);
        }
        let Some(live) = &self.live else { return Err(DispatchError::NoSession(self.id.clone())) };
        let Status::HandedOff(handoff) = &live.session.status else {
            return Err(DispatchError::NotHandedOff);
        };
        if handoff_at_ms.is_some_and(|at_ms| at_ms != handoff.at_ms) {
            return Err(DispatchError::HandedOffAgain);
        }
        self.move_on().await?;
        self.inner.metrics.agent_moves.inc();
        let begun = Begun { id, reply_to: None };
        let replies = self.step(Event::Agent { name, text, then }, Some(begun)).await?;
        let turn = self.live.as_ref().map_or(0, |live| live.session.turn);
        let answer = self.answer(turn, replies, false);
        if !answer.handed_off {
            self.inner.lines.returned(&self.id);
        }
        Ok(answer)
    }
}
