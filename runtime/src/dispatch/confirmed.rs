//! What an address that was confirmed comes to in sessions.

use super::mail::Wish;
use super::{Dispatch, DispatchError, Incoming};
use crate::access::Confirmations;

impl Dispatch {
    /// What sends one-time codes and checks them.
    pub(crate) fn confirmations(&self) -> Option<&Confirmations> {
        self.inner.outside.confirmations.as_ref()
    }

    /// Has a session learn which customer writes there.
    ///
    /// # Errors
    /// See [`DispatchError`].
    pub(crate) async fn introduce(
        &self,
        session: &str,
        channel: &str,
        customer: &str,
    ) -> Result<(), DispatchError> {
        let who = Incoming::nobody(channel).by_id(customer);
        self.ask(session, Wish::Meet(Box::new(who))).await.map(|_| ())
    }

    /// Tells whoever listens to a session that it goes on in another one.
    pub(crate) fn tell_left(&self, session: &str) {
        self.inner.lines.left(session);
    }
}
