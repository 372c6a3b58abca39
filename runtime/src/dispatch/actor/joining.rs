//! Two sessions of one customer become one: what one holds goes on in the other, once, whatever stops the
//! server in between.

use flowright_engine::model::{Event, Session};

use super::{Actor, Begun};
use crate::dispatch::{Answer, DispatchError};

/// Stands before the id of the session that was joined; no id of a customer's message has it.
const IDS: &str = "joined/";

impl Actor {
    /// Comes back when nothing of the session is under way any more.
    pub(super) async fn settle(&mut self) -> Result<Answer, DispatchError> {
        self.load(None).await?;
        self.finish_call().await?;
        self.move_on().await?;
        Ok(self.answer(0, Vec::new(), false))
    }

    /// Takes over what another session holds, if that was not done before.
    pub(super) async fn join(&mut self, other: Session) -> Result<Answer, DispatchError> {
        self.load(None).await?;
        self.finish_call().await?;
        let id = format!("{IDS}{}", other.id);
        if let Some(answer) = self.repeated(&id).await? {
            return Ok(answer);
        }
        if self.live.is_none() {
            return Err(DispatchError::NoSession(self.id.clone()));
        }
        self.move_on().await?;
        let begun = Begun { id, reply_to: None };
        let replies = self.step(Event::Joined { other: Box::new(other) }, Some(begun)).await?;
        let turn = self.live.as_ref().map_or(0, |live| live.session.turn);
        Ok(self.answer(turn, replies, false))
    }

    /// Holds nothing any more: it goes on in another session.
    pub(super) async fn leave(&mut self, into: String) -> Result<Answer, DispatchError> {
        self.load(None).await?;
        if self.live.is_none() {
            return Err(DispatchError::NoSession(self.id.clone()));
        }
        self.finish_call().await?;
        let replies = self.step(Event::Left { into }, None).await?;
        Ok(self.answer(0, replies, false))
    }
}
