//! What humans do comes through the mailbox too: never between the steps of a turn, once however often it
//! is sent. An agent moves in what she has; the desk says who has it; whoever sees it may write notes.

use std::sync::Arc;

use flowright_engine::model::{Event, Status};
use flowright_engine::{StepError, admits};

use super::{Actor, Begun};
use crate::dispatch::{AgentMove, Answer, DeskNote, DeskOrder, DispatchError, HeldNews};
use crate::store::HeldChange;

/// Stands before the ids of agents' moves; no id of a customer's message has it.
const IDS: &str = "agent/";

/// The same of the desk's orders.
const ORDER_IDS: &str = "desk/";

/// The same of its notes.
const NOTE_IDS: &str = "note/";

impl Actor {
    pub(super) async fn agent(&mut self, done: AgentMove) -> Result<Answer, DispatchError> {
        let AgentMove { id, name, text, then, handoff_at_ms, by } = done;
        let event = Event::Agent { name, text, then, by };
        let answer = self.by_human(format!("{IDS}{id}"), event, handoff_at_ms).await?;
        self.inner.metrics.agent_moves.inc();
        Ok(answer)
    }

    pub(super) async fn desk(&mut self, order: DeskOrder) -> Result<Answer, DispatchError> {
        let DeskOrder { id, epoch, what } = order;
        self.by_human(format!("{ORDER_IDS}{id}"), Event::Desk { epoch, what }, None).await
    }

    pub(super) async fn write_down(&mut self, note: DeskNote) -> Result<Answer, DispatchError> {
        let DeskNote { id, by, text } = note;
        self.by_human(format!("{NOTE_IDS}{id}"), Event::Note { by, text }, None).await
    }

    async fn by_human(
        &mut self,
        id: String,
        event: Event,
        handoff_at_ms: Option<i64>,
    ) -> Result<Answer, DispatchError> {
        self.load(None).await?;
        self.finish_call().await?;
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
        admits(&live.program, &live.session, &event).map_err(refused)?;
        self.move_on().await?;
        // The program that it goes on with may have other skills.
        if let Some(live) = &self.live {
            admits(&live.program, &live.session, &event).map_err(refused)?;
        }
        let begun = Begun { id, reply_to: None };
        let replies = self.step(event, Some(begun)).await?;
        let turn = self.live.as_ref().map_or(0, |live| live.session.turn);
        let answer = self.answer(turn, replies, false);
        if !answer.handed_off {
            self.inner.lines.returned(&self.id);
        }
        Ok(answer)
    }

    /// What has become of the conversation's place at the desk, which is durable now.
    pub(super) fn tell_desk(&mut self, change: HeldChange) {
        let held = match change {
            HeldChange::Same => return,
            HeldChange::Now(held) => Some(held),
            HeldChange::Gone => None,
        };
        let news = HeldNews { session: self.id.clone(), held: held.as_deref().cloned() };
        if let Some(live) = &mut self.live {
            live.held = held;
        }
        // Nobody listens where there is no desk.
        let _ = self.inner.held.send(Arc::new(news));
    }
}

fn refused(error: StepError) -> DispatchError {
    match error {
        StepError::NotHandedOff => DispatchError::NotHandedOff,
        StepError::NotTheOwner => DispatchError::NotTheOwner,
        StepError::NoSkill => DispatchError::NoSkill,
        other => DispatchError::Engine(other.to_string()),
    }
}
