//! Who has a conversation that was handed over: it is claimed, put back, given to those with another skill.
//! One number tells all who decide this at once apart from each other ([`crate::model::Session::epoch`]).
//! And what they write down for each other.

use flowright_compiler::ir::{Program, SkillId};

use crate::LoadedProgram;
use crate::limits::{NOTE_CHARS_MAX, NOTES_MAX};
use crate::model::{DeskMove, Event, Note, Owner, Ownership, Session, Status};
use crate::step::StepError;
use crate::stepper::Stepper;

/// Whether a human's move, or the desk's, fits who has the conversation now.
///
/// # Errors
/// Why it does not.
pub fn admits(program: &LoadedProgram, session: &Session, event: &Event) -> Result<(), StepError> {
    let (by, epoch, what) = match event {
        Event::Agent { by, .. } => (by.as_ref(), None, None),
        Event::Desk { epoch, what } => (None, Some(*epoch), Some(what)),
        // Whoever looks at it may write something down: that changes nothing for the others.
        Event::Note { .. } if session.status != Status::Bot => return Ok(()),
        Event::Note { .. } => return Err(StepError::NotHandedOff),
        _ => return Ok(()),
    };
    let Status::HandedOff(handoff) = &session.status else { return Err(StepError::NotHandedOff) };
    if let Some(DeskMove::Transfer { skill }) = what
        && skill_of(&program.program, skill).is_none()
    {
        return Err(StepError::NoSkill);
    }
    let fits = match (epoch, by, &handoff.owner) {
        (Some(epoch), _, _) => epoch == session.epoch,
        (None, None, owner) => owner.is_none(),
        (None, Some(Ownership { agent, epoch }), Some(owner)) => {
            *agent == owner.agent && *epoch == session.epoch
        }
        (None, Some(_), None) => false,
    };
    if fits { Ok(()) } else { Err(StepError::NotTheOwner) }
}

fn skill_of(program: &Program, name: &str) -> Option<SkillId> {
    let number = program.skills.iter().position(|skill| skill.name == name)?;
    u32::try_from(number).ok().map(SkillId)
}

impl Stepper<'_> {
    /// What [`admits`] let in.
    pub(crate) fn desk(&mut self, what: DeskMove) {
        let skill = match &what {
            DeskMove::Transfer { skill } => skill_of(&self.program.program, skill),
            _ => None,
        };
        let Status::HandedOff(handoff) = &mut self.session.status else { return };
        handoff.owner = None;
        handoff.assigned = None;
        handoff.since_ms = self.now_ms;
        match what {
            DeskMove::Claim { owner, why } => {
                handoff.owner = Some(owner);
                handoff.assigned = why;
            }
            DeskMove::Release { .. } => {}
            DeskMove::Transfer { skill: name } => {
                handoff.skill = skill;
                handoff.skill_name = Some(name);
                handoff.wanted_at_ms = self.now_ms;
                // Whoever gets it now has not answered yet.
                handoff.replied_at_ms = None;
            }
        }
        self.session.epoch += 1;
        // What its time has brought while an agent had it.
        self.waits_longer();
    }

    /// Keeps what somebody at the desk wrote down.
    pub(crate) fn note(&mut self, by: Owner, text: &str) {
        let text = text.chars().take(NOTE_CHARS_MAX).collect();
        let session = &mut *self.session;
        session.notes.push(Note { at_ms: self.now_ms, turn: session.turn, by, text });
        let surplus = session.notes.len().saturating_sub(NOTES_MAX);
        session.notes.drain(..surplus);
    }
}
