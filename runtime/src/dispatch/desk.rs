//! What humans do with conversations: agents in those that they have, the desk with all that were handed
//! over.

use std::sync::Arc;

use flowright_engine::model::{Session, Status};
use tokio::sync::broadcast;

use super::mail::Wish;
use super::{
    AgentMove, Answer, DeskNote, DeskOrder, Dispatch, DispatchError, Held, StoreError, Typing,
};

/// What became of a conversation that a human has, or that waits for one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeldNews {
    /// The session.
    pub session: String,
    /// As it is now; nothing: the bot has it.
    pub held: Option<Held>,
}

impl Dispatch {
    /// Carries out what an agent does.
    ///
    /// # Errors
    /// See [`DispatchError`].
    pub async fn agent(&self, session: &str, done: AgentMove) -> Result<Answer, DispatchError> {
        self.ask(session, Wish::Agent(Box::new(done))).await
    }

    /// Gives a conversation that was handed over to an agent, or to a queue.
    ///
    /// # Errors
    /// See [`DispatchError`]: [`DispatchError::NotTheOwner`] where somebody else was first.
    pub async fn desk(&self, session: &str, order: DeskOrder) -> Result<Answer, DispatchError> {
        self.ask(session, Wish::Desk(Box::new(order))).await
    }

    /// Keeps what somebody at the desk writes down about a conversation.
    ///
    /// # Errors
    /// See [`DispatchError`].
    pub async fn note(&self, session: &str, note: DeskNote) -> Result<Answer, DispatchError> {
        self.ask(session, Wish::Note(Box::new(note))).await
    }

    /// What is ready to be said to the customer of a session, with its name.
    pub(crate) async fn ready_texts(
        &self,
        session: &Session,
    ) -> Result<Vec<(String, String)>, StoreError> {
        let program = self.inner.programs.pinned(session, &*self.inner.store).await?;
        Ok(flowright_engine::ready_texts(&program, session, self.now_ms()))
    }

    /// The conversations that humans have, or that wait for one.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn held(&self) -> Result<Vec<Held>, StoreError> {
        self.inner.store.held().await
    }

    /// Every change of them from now on, as it becomes durable. Whoever is too slow misses some, is told
    /// so, and reads all of them anew.
    #[must_use]
    pub fn listen_held(&self) -> broadcast::Receiver<Arc<HeldNews>> {
        self.inner.held.subscribe()
    }

    /// Tells whoever listens to a session that the human who has it is writing.
    ///
    /// # Errors
    /// [`DispatchError::NoSession`], [`DispatchError::NotHandedOff`], or of the store.
    pub async fn agent_typing(&self, session: &str, name: String) -> Result<(), DispatchError> {
        let stored = self.inner.store.session(session).await?;
        let stored = stored.ok_or_else(|| DispatchError::NoSession(session.to_owned()))?;
        if stored.session.status == Status::Bot {
            return Err(DispatchError::NotHandedOff);
        }
        self.typing(session, Typing::Agent { name });
        Ok(())
    }
}
