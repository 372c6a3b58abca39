//! Sessions: how one begins, and the small questions asked of it everywhere.

use flowright_compiler::ir::{FlowDef, FlowId, StateId};
use flowright_nlu::lang::Lang;

use crate::LoadedProgram;
use crate::limits::{ATTACHMENTS_MAX, LINE_CHARS_MAX, TRANSCRIPT_LINES_MAX};
use crate::model::{Attached, Attachment, Frame, Line, Session, Speaker, Status, Wait};

/// A session in which nothing has happened. `lang` is used when the bot speaks it.
#[must_use]
pub fn open_session(
    program: &LoadedProgram,
    id: &str,
    channel: &str,
    lang: Option<Lang>,
    now_ms: i64,
) -> Session {
    let languages = &program.program.bot.languages;
    let spoken = lang.filter(|lang| languages.contains(lang));
    Session {
        id: id.to_owned(),
        bundle: program.bundle,
        lang: spoken.or(languages.first().copied()).unwrap_or(Lang::EN),
        channel: channel.to_owned(),
        customer: vec![None; program.program.customer.len()],
        slots: vec![None; program.program.session_slots.len()],
        stack: Vec::new(),
        status: Status::Bot,
        misses: 0,
        turn: 0,
        clarifying: None,
        last_said: Vec::new(),
        transcript: Vec::new(),
        attachments: Vec::new(),
        notes: Vec::new(),
        contacts: Vec::new(),
        wake_at_ms: None,
        heard_at_ms: now_ms,
        tried: Vec::new(),
        last_intent: None,
        sentiment_percent: None,
        calls: 0,
        calls_before: 0,
        epoch: 0,
    }
}

impl Session {
    /// Whether a call of an action is under way.
    #[must_use]
    pub fn is_calling(&self) -> bool {
        matches!(self.stack.last().map(|frame| &frame.wait), Some(Wait::Action(_)))
    }

    /// The call under way.
    #[must_use]
    pub fn pending_call(&self) -> Option<&crate::model::PendingCall> {
        match &self.stack.last()?.wait {
            Wait::Action(call) => Some(call),
            _ => None,
        }
    }

    /// When a conversation that lasts so long without a word is over, ms UTC. One that holds nothing is
    /// over already; none is while a human has it, an action is under way, or all that is left is that the
    /// bot comes back.
    #[must_use]
    pub fn expires_at_ms(&self, lasts_ms: i64) -> Option<i64> {
        let waits = self
            .stack
            .last()
            .is_some_and(|frame| matches!(frame.wait, Wait::Action(_) | Wait::Until { .. }));
        let holds_nothing = self.stack.is_empty()
            && self.clarifying.is_none()
            && self.last_said.is_empty()
            && self.misses == 0;
        if waits || holds_nothing || self.status != Status::Bot {
            return None;
        }
        Some(self.heard_at_ms.saturating_add(lasts_ms))
    }

    /// Moves everything that is reckoned from a clock by some milliseconds: the clock was set.
    pub fn shift_timers(&mut self, by_ms: i64) {
        let shift = |at_ms: &mut i64| *at_ms = at_ms.saturating_add(by_ms);
        shift(&mut self.heard_at_ms);
        self.wake_at_ms.iter_mut().for_each(shift);
        for frame in &mut self.stack {
            let waits = std::iter::once(&mut frame.wait).chain(frame.held.as_deref_mut());
            for wait in waits {
                if let Wait::Until { at_ms, .. } = wait {
                    shift(at_ms);
                }
            }
        }
    }

    /// Keeps a line of the conversation.
    pub(crate) fn record(&mut self, from: Speaker, text: &str, at_ms: i64) {
        let text: String = text.chars().take(LINE_CHARS_MAX).collect();
        let (turn, attachments) = (self.turn, Vec::new());
        self.transcript.push(Line {
            at_ms,
            turn,
            from,
            text,
            on: None,
            attachments,
            article: None,
        });
        let surplus = self.transcript.len().saturating_sub(TRANSCRIPT_LINES_MAX);
        self.transcript.drain(..surplus);
    }

    /// Keeps what is known of files that came with the line that was kept last.
    pub(crate) fn attach(&mut self, attachments: &[Attachment]) {
        if let Some(line) = self.transcript.last_mut() {
            line.attachments = attachments.to_vec();
        }
        let turn = self.turn;
        let new = attachments.iter().map(|file| Attached { turn, attachment: file.clone() });
        self.attachments.extend(new);
        let surplus = self.attachments.len().saturating_sub(ATTACHMENTS_MAX);
        self.attachments.drain(..surplus);
    }
}

impl Frame {
    /// A flow at its first state, nothing filled.
    pub(crate) fn new(id: FlowId, flow: &FlowDef) -> Self {
        Self {
            flow: id,
            state: StateId(0),
            cells: vec![None; flow.cells as usize],
            wait: Wait::Nothing,
            path: Vec::new(),
            tries: vec![0; flow.slots.len()],
            return_to: None,
            filled_in_turn: vec![0; flow.slots.len()],
            held: None,
            silences: 0,
        }
    }
}
