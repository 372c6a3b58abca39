//! The conversations that are open, each known by its id.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::{Begin, Conversation};
use crate::talk::Refused;
use crate::talk::limits::CONVERSATIONS_MAX;
use crate::talk::program::Ready;

/// Those that are open.
#[derive(Debug, Default)]
pub struct Conversations {
    open: BTreeMap<String, Conversation>,
    begun: u64,
}

impl Conversations {
    /// Begins one more.
    ///
    /// # Errors
    /// There are too many, or it cannot begin so.
    pub fn start(&mut self, ready: Arc<Ready>, begin: Begin) -> Result<&Conversation, Refused> {
        if self.open.len() >= CONVERSATIONS_MAX {
            let why = format!("{CONVERSATIONS_MAX} conversations are open: close one of them");
            return Err(Refused::new(why));
        }
        self.begun += 1;
        let id = self.begun.to_string();
        let conversation = Conversation::start(&id, ready, begin)?;
        Ok(self.open.entry(id).or_insert(conversation))
    }

    /// One of them.
    ///
    /// # Errors
    /// There is none of that id.
    pub fn get(&mut self, id: &str) -> Result<&mut Conversation, Refused> {
        self.open.get_mut(id).ok_or_else(|| Refused::new("that conversation is closed"))
    }

    /// Closes one, if it is open.
    pub fn stop(&mut self, id: &str) {
        self.open.remove(id);
    }

    /// How many are open.
    #[must_use]
    pub fn count(&self) -> usize {
        self.open.len()
    }

    /// Those of a project.
    pub fn of_project(&mut self, project: &str) -> impl Iterator<Item = &mut Conversation> {
        self.open.values_mut().filter(move |talk| talk.begin().project == project)
    }
}
