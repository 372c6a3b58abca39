//! Two conversations that turn out to be one customer's: what one holds goes on in the other.

use std::mem;

use crate::limits::{ATTACHMENTS_MAX, NOTES_MAX, STACK_MAX, TRANSCRIPT_LINES_MAX, TRIED_MAX};
use crate::model::{Session, Status};
use crate::stepper::Stepper;

impl Stepper<'_> {
    /// Takes over what another conversation holds. Nothing is said: what waited there waits here.
    ///
    /// Where both know something, what the customer said last counts. What was under way there comes on
    /// top of what is under way here, as a digression does: she is talking there now. A human who has
    /// one of them has both.
    pub(crate) fn join(&mut self, other: Session) {
        let is_calling = other.is_calling();
        let is_later = other.heard_at_ms >= self.session.heard_at_ms;
        self.join_contacts(other.contacts);
        let session = &mut *self.session;
        session.turn = session.turn.max(other.turn);
        session.transcript.extend(other.transcript);
        session.transcript.sort_by_key(|line| line.at_ms);
        let surplus = session.transcript.len().saturating_sub(TRANSCRIPT_LINES_MAX);
        session.transcript.drain(..surplus);
        session.attachments.extend(other.attachments);
        session.attachments.sort_by_key(|attached| attached.turn);
        let surplus = session.attachments.len().saturating_sub(ATTACHMENTS_MAX);
        session.attachments.drain(..surplus);
        session.notes.extend(other.notes);
        session.notes.sort_by_key(|note| note.at_ms);
        let surplus = session.notes.len().saturating_sub(NOTES_MAX);
        session.notes.drain(..surplus);
        session.tried.extend(other.tried);
        let surplus = session.tried.len().saturating_sub(TRIED_MAX);
        session.tried.drain(..surplus);
        if is_later {
            session.lang = other.lang;
            session.heard_at_ms = other.heard_at_ms;
        }
        // What another program keeps is not told apart here.
        if other.bundle != session.bundle {
            return;
        }
        for (here, there) in session.slots.iter_mut().zip(other.slots) {
            if here.is_none() || (is_later && there.is_some()) {
                *here = there;
            }
        }
        if is_later {
            session.last_intent = other.last_intent.or(session.last_intent);
            session.sentiment_percent = other.sentiment_percent.or(session.sentiment_percent);
        }
        if matches!((&session.status, &other.status), (Status::Bot, Status::HandedOff(_))) {
            session.status = other.status;
            session.epoch = session.epoch.max(other.epoch) + 1;
        } else if session.stack.len() + other.stack.len() <= STACK_MAX && !is_calling {
            let goes_on = !other.stack.is_empty() || other.clarifying.is_some();
            session.stack.extend(other.stack);
            if goes_on {
                session.clarifying = other.clarifying;
                session.last_said = other.last_said;
                session.misses = other.misses;
            }
        }
    }

    /// Nothing is under way here any more, and nothing is known.
    pub(crate) fn leave(&mut self) {
        self.session.status = Status::Bot;
        self.session.epoch += 1;
        drop(mem::take(&mut self.session.stack));
        self.session.clarifying = None;
        self.session.last_said.clear();
        self.session.contacts.clear();
        self.session.notes.clear();
        self.session.misses = 0;
        self.forget();
    }
}
