//! Who listens to which session: what is said goes to every open WebSocket of a session.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::broadcast;

use crate::store::StoredReply;

/// What listeners hear.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Heard {
    /// What was said.
    Reply(Arc<StoredReply>),
    /// An agent gave the conversation back, or closed it.
    Returned,
    /// The conversation goes on in another one: whoever listens is to come again.
    Left,
    /// Somebody is writing: only a sign, which is kept nowhere and may get lost.
    Typing(Typing),
}

/// Who is writing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Typing {
    /// The bot is at work on what it will say.
    Bot,
    /// The customer.
    Customer {
        /// Which of the open pages she writes in.
        page: u64,
    },
    /// The human who has the conversation.
    Agent {
        /// Her name, as the customer sees it.
        name: String,
    },
}

/// Listeners by session.
#[derive(Debug)]
pub(crate) struct Lines {
    queue: usize,
    open: Mutex<HashMap<String, broadcast::Sender<Heard>>>,
}

impl Lines {
    /// So much may wait for one listener; a slower one learns that it missed some.
    pub(crate) fn new(queue: usize) -> Self {
        Self { queue, open: Mutex::default() }
    }

    pub(crate) fn listen(&self, session: &str) -> broadcast::Receiver<Heard> {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        // Lines that nobody listens to any more go when others come.
        if open.len().is_multiple_of(64) {
            open.retain(|_, line| line.receiver_count() > 0);
        }
        let line = open.entry(session.to_owned());
        line.or_insert_with(|| broadcast::channel(self.queue).0).subscribe()
    }

    pub(crate) fn send(&self, session: &str, replies: &[StoredReply]) {
        self.tell(session, replies.iter().cloned().map(Arc::new).map(Heard::Reply));
    }

    /// That a human is done with it.
    pub(crate) fn returned(&self, session: &str) {
        self.tell(session, std::iter::once(Heard::Returned));
    }

    /// That it goes on in another one.
    pub(crate) fn left(&self, session: &str) {
        self.tell(session, std::iter::once(Heard::Left));
    }

    /// That somebody is writing.
    pub(crate) fn typing(&self, session: &str, who: Typing) {
        self.tell(session, std::iter::once(Heard::Typing(who)));
    }

    fn tell(&self, session: &str, news: impl Iterator<Item = Heard>) {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(line) = open.get(session) else { return };
        if line.receiver_count() == 0 {
            open.remove(session);
            return;
        }
        for heard in news {
            // Fails only when the last listener left just now.
            let _ = line.send(heard);
        }
    }
}

#[cfg(test)]
mod tests {
    use flowright_engine::model::Reply;

    use super::*;

    #[test]
    fn every_listener_of_a_session_hears_its_replies_and_no_others() {
        let lines = Lines::new(4);
        let (mut first, mut second) = (lines.listen("a"), lines.listen("a"));
        let mut other = lines.listen("b");
        let reply = StoredReply { seq: 1, turn: 1, reply: Reply::default() };
        lines.send("a", std::slice::from_ref(&reply));
        let reply = Arc::new(reply);
        assert_eq!(first.try_recv(), Ok(Heard::Reply(reply.clone())));
        assert_eq!(second.try_recv(), Ok(Heard::Reply(reply)));
        lines.returned("b");
        assert_eq!((first.try_recv().ok(), other.try_recv()), (None, Ok(Heard::Returned)));
        assert!(other.try_recv().is_err());
        drop((first, second));
        lines.send("a", &[]);
        assert_eq!(lines.open.lock().unwrap().len(), 1);
    }
}
