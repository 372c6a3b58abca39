//! Who waits for a human: after the times that rules name it is more urgent, while nobody has it.

use flowright_engine::model::{DeskMove, Event, Handoff, Owner, Released, Status};
use flowright_engine::{Routed, route};

use super::{SOURCE, Talk};

const MINUTE_MS: i64 = 60_000;

/// With rules that look at the time: the second one has the least.
fn waits() -> Talk {
    let rules = "route { urgency critical when waited > 30m  urgency high when waited >= 10m \
                 urgency low when misses < 1  otherwise -> desk }";
    let mut talk = Talk::of(&SOURCE.replace("route { otherwise -> desk }", rules));
    talk.now_ms = MINUTE_MS;
    talk.say("a human please");
    talk
}

fn handoff(talk: &Talk) -> &Handoff {
    let handoff = match &talk.session.status {
        Status::HandedOff(handoff) => Some(handoff),
        Status::Bot => None,
    };
    handoff.unwrap()
}

impl Talk {
    /// Goes on to when it is looked at next; how long after it was handed over, and how urgent it is then.
    fn wakes(&mut self) -> Option<(i64, u8)> {
        self.now_ms = self.session.wake_at_ms?;
        assert_eq!(self.event(Event::Wake), [], "the customer is told nothing");
        Some((self.now_ms - handoff(self).wanted_at_ms, handoff(self).urgency))
    }

    fn moves(&mut self, what: DeskMove) {
        let epoch = self.session.epoch;
        self.event(Event::Desk { epoch, what });
    }
}

#[test]
fn waiting_makes_it_more_urgent() {
    let mut talk = waits();
    assert_eq!(handoff(&talk).urgency, 0);
    let (rules, epoch) = (handoff(&talk).rules.len(), talk.session.epoch);
    assert_eq!(talk.wakes(), Some((10 * MINUTE_MS + 1, 2)));
    assert_eq!(talk.wakes(), Some((30 * MINUTE_MS + 1, 3)));
    assert_eq!(talk.wakes(), None, "there is nothing more to look at");
    assert_eq!(handoff(&talk).rules[0], "urgency critical when waited > 30m");
    assert_eq!((handoff(&talk).rules.len(), talk.session.epoch), (rules + 2, epoch));
    // What the customer writes meanwhile moves no time.
    let mut talk = waits();
    talk.now_ms += 5 * MINUTE_MS;
    talk.say("hello?");
    assert_eq!(talk.wakes(), Some((10 * MINUTE_MS + 1, 2)));
}

#[test]
fn nobody_waits_whom_an_agent_has() {
    let mut talk = waits();
    let owner = Owner { agent: "ann".to_owned(), name: "Ann".to_owned() };
    let claim = DeskMove::Claim { owner, why: None };
    talk.moves(claim.clone());
    assert_eq!(talk.session.wake_at_ms, None);
    // Put back, it stands where it stood; handed on, it is wanted from now on, and no less urgent.
    talk.now_ms += 12 * MINUTE_MS;
    talk.moves(DeskMove::Release { why: Released::PutBack });
    assert_eq!(handoff(&talk).urgency, 2, "more than ten minutes have passed");
    assert_eq!(talk.wakes(), Some((30 * MINUTE_MS + 1, 3)));
    talk.moves(claim);
    talk.moves(DeskMove::Transfer { skill: "billing".to_owned() });
    assert_eq!(talk.wakes(), Some((10 * MINUTE_MS + 1, 3)));
    // Late, after a stop of the server, all is seen at once.
    let mut late = waits();
    late.now_ms += 60 * MINUTE_MS;
    late.event(Event::Wake);
    assert_eq!((handoff(&late).urgency, late.session.wake_at_ms), (3, None));
}

#[test]
fn rules_are_explained_for_any_time() {
    let talk = waits();
    let urgency = |minutes: i64| {
        let Routed { urgency, .. } = route(&talk.program, &talk.session, 0, minutes * MINUTE_MS);
        urgency
    };
    assert_eq!([0, 9, 10, 30, 31].map(urgency), [0, 0, 2, 2, 3]);
}
