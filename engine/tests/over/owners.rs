//! Who has a conversation that was handed over: at most one agent, whoever else decides meanwhile.

use std::collections::BTreeSet;

use flowright_compiler::ir::Outcome;
use flowright_engine::limits::{NOTE_CHARS_MAX, NOTES_MAX};
use flowright_engine::model::{
    Command, DeskMove, Event, Handoff, Note, Owner, Ownership, Released, Session, Status, Then,
};
use flowright_engine::{StepError, step};

use super::Talk;

fn owner(agent: &str) -> Owner {
    Owner { agent: agent.to_owned(), name: agent.to_uppercase() }
}

fn claim(epoch: u64, agent: &str) -> Event {
    Event::Desk { epoch, what: DeskMove::Claim { owner: owner(agent), why: None } }
}

fn says(by: Option<(&str, u64)>, then: Then) -> Event {
    let by = by.map(|(agent, epoch)| Ownership { agent: agent.to_owned(), epoch });
    Event::Agent { name: "Ann".to_owned(), text: Some("Hello.".to_owned()), then, by }
}

fn note(agent: &str, text: &str) -> Event {
    Event::Note { by: owner(agent), text: text.to_owned() }
}

fn message(text: &str) -> Event {
    Event::Message {
        channel: "web".to_owned(),
        text: text.to_owned(),
        payload: None,
        external: None,
        attachments: Vec::new(),
        from: None,
        knowledge: Vec::new(),
    }
}

fn handoff(session: &Session) -> Option<&Handoff> {
    match &session.status {
        Status::HandedOff(handoff) => Some(handoff),
        Status::Bot => None,
    }
}

fn handed_over() -> Talk {
    let mut talk = Talk::new();
    talk.now_ms = 1_000;
    talk.say("a human please");
    assert_eq!(talk.session.epoch, 1);
    talk
}

impl Talk {
    fn refused(&mut self, event: Event) -> StepError {
        let before = self.session.clone();
        let refused = step(&self.program, &mut self.session, event, self.now_ms).unwrap_err();
        assert_eq!(self.session, before, "what is refused changes nothing");
        refused
    }
}

#[test]
fn of_two_who_claim_one_conversation_one_has_it() {
    let mut talk = handed_over();
    assert_eq!(talk.event(claim(1, "ann")), [], "the customer is told by what she says");
    assert_eq!(talk.refused(claim(1, "bob")), StepError::NotTheOwner);
    let has = handoff(&talk.session).unwrap();
    assert_eq!((has.owner.as_ref(), has.since_ms), (Some(&owner("ann")), 1_000));
    // She speaks, another does not, nor a desk elsewhere.
    for by in [None, Some(("bob", 2)), Some(("ann", 1))] {
        assert_eq!(talk.refused(says(by, Then::Stay)), StepError::NotTheOwner, "{by:?}");
    }
    talk.now_ms = 5_000;
    assert_eq!(talk.event(says(Some(("ann", 2)), Then::Stay)).len(), 1);
    talk.now_ms = 6_000;
    talk.event(says(Some(("ann", 2)), Then::Stay));
    assert_eq!(handoff(&talk.session).unwrap().replied_at_ms, Some(5_000), "the first reply");
}

#[test]
fn what_is_put_back_waits_and_what_is_transferred_waits_elsewhere() {
    let mut talk = handed_over();
    talk.event(claim(1, "ann"));
    talk.event(says(Some(("ann", 2)), Then::Stay));
    talk.now_ms = 9_000;
    talk.event(Event::Desk { epoch: 2, what: DeskMove::Release { why: Released::PutBack } });
    let waits = handoff(&talk.session).unwrap();
    assert_eq!((&waits.owner, waits.since_ms, waits.at_ms), (&None, 9_000, 1_000));
    assert_eq!(talk.refused(says(Some(("ann", 2)), Then::Stay)), StepError::NotTheOwner);
    let to = |skill: &str| DeskMove::Transfer { skill: skill.to_owned() };
    assert_eq!(talk.refused(Event::Desk { epoch: 3, what: to("biling") }), StepError::NoSkill);
    talk.event(Event::Desk { epoch: 3, what: to("billing") });
    let waits = handoff(&talk.session).unwrap();
    assert_eq!((waits.skill_name.as_deref(), waits.replied_at_ms), (Some("billing"), None));
    assert_eq!(
        talk.program.program.skills.get(waits.skill.unwrap().index()).unwrap().name,
        "billing"
    );
}

#[test]
fn what_the_bot_has_again_no_claim_of_before_reaches() {
    for then in [Then::Bot, Then::Close(Outcome::Resolved)] {
        let mut talk = handed_over();
        talk.event(claim(1, "ann"));
        talk.event(says(Some(("ann", 2)), then));
        assert_eq!(talk.refused(claim(2, "bob")), StepError::NotHandedOff);
        talk.say("a human please");
        // Ann's claim was for the conversation that she closed.
        assert_eq!(talk.refused(says(Some(("ann", 2)), then)), StepError::NotTheOwner);
        assert_eq!(talk.refused(claim(2, "bob")), StepError::NotTheOwner);
        talk.event(claim(talk.session.epoch, "bob"));
    }
}

#[test]
fn notes_are_kept_and_move_nothing() {
    let mut talk = handed_over();
    talk.event(claim(1, "ann"));
    let (had, lines) = (talk.session.status.clone(), talk.session.transcript.len());
    talk.now_ms = 7_000;
    assert_eq!(talk.event(note("bob", "calls back at 4")), [], "the customer is told nothing");
    assert_eq!((&talk.session.status, talk.session.epoch), (&had, 2));
    assert_eq!(talk.session.transcript.len(), lines, "what was said is without it");
    let kept = Note {
        at_ms: 7_000,
        turn: talk.session.turn,
        by: owner("bob"),
        text: "calls back at 4".to_owned(),
    };
    assert_eq!(talk.session.notes, std::slice::from_ref(&kept));
    talk.event(says(Some(("ann", 2)), Then::Close(Outcome::Resolved)));
    assert_eq!(talk.refused(note("bob", "too late")), StepError::NotHandedOff);
    assert_eq!(
        talk.session.notes,
        std::slice::from_ref(&kept),
        "it is there when it is handed over again"
    );
    // The conversation that it goes on in has it, the one that is left has not.
    let mut other = handed_over();
    other.event(note("ann", "VIP"));
    let of_other = other.session.notes[0].clone();
    talk.event(Event::Joined { other: Box::new(other.session.clone()) });
    assert_eq!(talk.session.notes, [of_other, kept], "by time");
    other.event(Event::Left { into: "s".to_owned() });
    assert_eq!(other.session.notes, []);
}

#[test]
fn notes_are_bounded() {
    let mut talk = handed_over();
    for n in 0..=NOTES_MAX {
        talk.event(note("ann", &n.to_string()));
    }
    let first = &talk.session.notes[0];
    assert_eq!((talk.session.notes.len(), first.text.as_str()), (NOTES_MAX, "1"), "the last ones");
    talk.event(note("ann", &"备".repeat(2 * NOTE_CHARS_MAX)));
    let last = talk.session.notes.last().unwrap();
    assert_eq!(last.text.chars().count(), NOTE_CHARS_MAX);
}

/// What two agents, a supervisor, a desk elsewhere and the customer may do. Each of the agents knows the
/// conversation as it was at some time: now, or when she last looked.
fn moves(now: u64, seen: [u64; 2]) -> Vec<Event> {
    let mut all = vec![message("book a visit"), message("a human please"), says(None, Then::Stay)];
    all.push(note("bob", "calm"));
    for (agent, seen) in ["ann", "bob"].into_iter().zip(seen) {
        for epoch in BTreeSet::from([seen, now]) {
            all.push(claim(epoch, agent));
            all.extend(
                [Then::Stay, Then::Bot, Then::Close(Outcome::Resolved)]
                    .map(|then| says(Some((agent, epoch)), then)),
            );
            let billing = DeskMove::Transfer { skill: "billing".to_owned() };
            let gone = DeskMove::Release { why: Released::Gone };
            all.extend([billing, gone].map(|what| Event::Desk { epoch, what }));
        }
    }
    all
}

/// What holds of every move, taken or not.
fn holds(before: &Session, event: &Event, done: Result<&[Command], &StepError>, after: &Session) {
    let (had, has) = (handoff(before), handoff(after));
    let moved = done.is_ok();
    let owner_of = |handoff: Option<&Handoff>| handoff.and_then(|h| h.owner.clone());
    match event {
        Event::Message { .. } if had.is_some() => {
            let said = done.unwrap().iter().filter(|c| matches!(c, Command::Reply(_))).count();
            assert!(said <= 1 && has == had, "the bot only says that it was passed on");
        }
        Event::Desk { epoch, .. } => assert_eq!(moved, had.is_some() && *epoch == before.epoch),
        Event::Agent { by, .. } => {
            let mine = owner_of(had).map(|o| (o.agent, before.epoch));
            let claimed = by.clone().map(|by| (by.agent, by.epoch));
            assert_eq!(moved, had.is_some() && claimed == mine);
        }
        Event::Note { .. } => {
            assert!(moved == had.is_some() && has == had && after.epoch == before.epoch);
        }
        _ => {}
    }
    let changed = owner_of(had) != owner_of(has) || had.is_some() != has.is_some();
    assert!(!changed || after.epoch > before.epoch, "every change of hands has its own number");
    assert!(after.epoch <= before.epoch + 1);
    // Never in between: the bot has it, an agent has it, or it waits and one knows since when.
    assert!(has.is_none_or(|h| h.since_ms > 0 && h.skill.is_some()));
}

/// All orders of up to six moves by people who know what is, or what was: a model small enough to be
/// looked at whole.
#[test]
fn whoever_moves_in_whatever_order_one_has_it() {
    let talk = handed_over();
    let mut open = vec![(talk.session.clone(), [0, 0])];
    let mut known = BTreeSet::new();
    for _ in 0..6 {
        let mut next = Vec::new();
        for (session, seen) in open {
            for event in moves(session.epoch, seen) {
                let mut after = session.clone();
                let done = step(&talk.program, &mut after, event.clone(), 2_000);
                holds(&session, &event, done.as_ref().map(|d| &*d.commands), &after);
                // One of them looks, or none does.
                for looks in 0..3 {
                    let mut seen = seen;
                    if let Some(seen) = seen.get_mut(looks) {
                        *seen = after.epoch;
                    }
                    let has = handoff(&after).map(|h| (h.owner.clone().map(|o| o.agent), h.skill));
                    if known.insert((has, after.epoch, seen, after.stack.len())) {
                        next.push((after.clone(), seen));
                    }
                }
            }
        }
        open = next;
    }
    assert!(known.len() > 500, "{} states", known.len());
}
