//! After an edit of the sources a conversation goes on in the new program, by the same plan that a
//! server moves its sessions by; where it does not fit it stays in the old one.

use std::sync::Arc;

use flowright_compiler::upgrade::{Class, Diff, Version, diff};
use flowright_engine::model::Event;
use flowright_engine::upgrade::{Stays, move_session};
use serde::Serialize;

use super::Conversation;
use crate::talk::Refused;
use crate::talk::program::Ready;

/// Changes that are told of where a conversation stays.
const CHANGES_TOLD_MAX: usize = 3;

/// How a conversation came over the last edit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Kept {
    /// It goes on in the new program.
    pub kept: bool,
    /// Why it does not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
}

impl Conversation {
    /// The sources have changed, if it does not have this program already.
    ///
    /// # Errors
    /// What went wrong where the new program sends it on.
    pub fn survive(&mut self, newest: Arc<Ready>) -> Result<(), Refused> {
        if Arc::ptr_eq(&self.newest, &newest) {
            return Ok(());
        }
        self.newest = newest;
        self.revision += 1;
        self.catch_up()
    }

    /// Moves on to the newest program where it fits. Where it did not, the next move tries again: it may
    /// be somewhere else by then.
    pub(super) fn catch_up(&mut self) -> Result<(), Refused> {
        let (old, new) = (&self.ready.loaded, &self.newest.loaded);
        if old.bundle == new.bundle {
            self.ready = Arc::clone(&self.newest);
            return Ok(());
        }
        let diff = diff(
            Version { program: &old.program, hash: old.bundle },
            Version { program: &new.program, hash: new.bundle },
        );
        match move_session(&diff.plan, &self.session, &new.program) {
            Ok(session) => {
                self.session = session;
                self.ready = Arc::clone(&self.newest);
                self.kept = Some(Kept { kept: true, why: None });
                self.wake_if_due()
            }
            Err(stays) => {
                let why = Some(self.why(&stays, &diff));
                self.kept = Some(Kept { kept: false, why });
                Ok(())
            }
        }
    }

    /// Why it is not in the sources as they are now, if it is not.
    pub(super) fn left_behind(&self) -> Option<&str> {
        match Arc::ptr_eq(&self.ready, &self.newest) {
            true => None,
            false => Some(self.kept.as_ref()?.why.as_deref().unwrap_or("it does not fit")),
        }
    }

    /// Where `migrate` sends it on, that runs before anything else.
    fn wake_if_due(&mut self) -> Result<(), Refused> {
        if self.session.wake_at_ms.is_some_and(|due| due <= self.now_ms) {
            self.lost.insert("that the sources change".to_owned());
            return self.take(Event::Wake);
        }
        Ok(())
    }

    fn why(&self, stays: &Stays, diff: &Diff) -> String {
        let program = self.ready.program();
        let flow = |number: u32| program.flows.get(number as usize);
        let name = |number: u32| flow(number).map_or("", |flow| flow.name.as_str());
        let why = match stays {
            Stays::Calling => return "a call is under way: answer it first".to_owned(),
            Stays::Flow(number) => format!("the flow `{}` has no place any more", name(*number)),
            Stays::Wait { flow: of, state } => {
                let state = flow(*of).and_then(|flow| flow.states.get(*state as usize));
                let state = state.map_or("", |state| state.name.as_str());
                format!("what it waits for in `{}.{state}` has no place any more", name(*of))
            }
            Stays::Value(_) => "a value that it holds has no place any more".to_owned(),
            Stays::Skill(number) => {
                let skill = program.skills.get(*number as usize);
                let skill = skill.map_or("", |skill| skill.name.as_str());
                format!("the skill `{skill}` has no place any more")
            }
            Stays::Channel(name) => format!("the channel `{name}` has no place any more"),
            Stays::OtherBundle => "it belongs to other sources".to_owned(),
        };
        let changes = diff.changes.iter().filter(|change| change.class != Class::Safe);
        let told = changes
            .take(CHANGES_TOLD_MAX)
            .map(|change| format!("; {} `{}`: {}", change.what, change.name, change.message));
        why + &told.collect::<String>()
    }
}
