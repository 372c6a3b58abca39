//! The floor by itself: what follows from what happens, without a store and without waiting.

use flowright_compiler::compile::{MemorySources, compile};
use flowright_engine::model::{DeskMove, Owner, Released};

use super::floor::{Effect, Floor};
use super::worker::{Presence, Worker};
use crate::dispatch::Held;
use crate::limits::AGENT_GONE_MS;

const SOURCE: &str = r#"
bot b { languages en  timezone "UTC" }
channel web: websocket
channel api: rest
skill frontline
skill billing { first_reply 5m  overflow frontline after 10m }
intent invoice { en "my invoice", "a bill", "the invoice", "billing", "pay" }
route { invoice -> billing  otherwise -> frontline }
flow invoice { on intent invoice  state start { handoff because "a bill" } }
"#;

const MINUTE_MS: i64 = 60_000;

fn floor() -> Floor {
    let made = compile(&MemorySources::one("a.flow", SOURCE)).unwrap();
    assert_eq!(made.analysis.diagnostics, []);
    Floor::new(&made.bundle.unwrap().program).unwrap()
}

fn waits(session: &str, skill: Option<&str>, at_ms: i64) -> Held {
    Held {
        session: session.to_owned(),
        epoch: 1,
        customer: None,
        channel: "web".to_owned(),
        language: "en".to_owned(),
        skill: skill.map(str::to_owned),
        urgency: 1,
        at_ms,
        since_ms: at_ms,
        wanted_at_ms: at_ms,
        replied_at_ms: None,
        heard_at_ms: at_ms,
        owner: None,
        notes: 0,
        turn: 1,
    }
}

fn owned(held: &Held, agent: &str) -> Held {
    let owner = Owner { agent: agent.to_owned(), name: agent.to_owned() };
    Held { epoch: held.epoch + 1, owner: Some(owner), ..held.clone() }
}

/// Who gets what, and what is put back.
fn told(effects: Vec<Effect>) -> Vec<String> {
    let told = |effect: Effect| {
        let Effect { session, order } = effect;
        match order.what {
            DeskMove::Claim { owner, why } => {
                assert!(why.is_some(), "the journal says why");
                format!("{session}@{} -> {}", order.epoch, owner.agent)
            }
            DeskMove::Release { why: Released::Gone } => format!("{session}@{} back", order.epoch),
            other => format!("{other:?}"),
        }
    };
    effects.into_iter().map(told).collect()
}

impl Floor {
    fn signs_on(&mut self, agent: &str, skills: &[&str]) {
        self.declare(Worker::new(agent, agent, skills.iter().copied())).unwrap();
        self.arrives(agent).unwrap();
    }

    fn now(&mut self, held: &Held, now_ms: i64) {
        self.becomes(&held.session, Some(held.clone()), now_ms).unwrap();
    }

    /// Until nothing follows: every order comes to pass.
    fn carried_out(&mut self, now_ms: i64) -> Vec<String> {
        let mut all = Vec::new();
        loop {
            let effects = self.orders(now_ms);
            if effects.is_empty() {
                return all;
            }
            for Effect { session, order } in &effects {
                let held = self.overview(|held| held.session == *session).places;
                let held = &held.first().unwrap().held;
                let now = match &order.what {
                    DeskMove::Claim { owner, .. } => owned(held, &owner.agent),
                    _ => Held { epoch: held.epoch + 1, owner: None, ..held.clone() },
                };
                self.now(&now, now_ms);
            }
            all.extend(told(effects));
        }
    }
}

#[test]
fn what_waits_goes_to_who_can_and_is_there() {
    let mut floor = floor();
    floor.now(&waits("a", Some("billing"), 0), 0);
    floor.now(&waits("b", Some("frontline"), 1), 1);
    floor.now(&waits("c", None, 2), 2);
    assert_eq!(told(floor.orders(3)), [""; 0], "nobody is there");
    floor.signs_on("ann", &["billing"]);
    assert_eq!(floor.carried_out(3), ["a@1 -> ann", "c@1 -> ann"], "and what no rule took");
    floor.wants("ann", Presence::Away).unwrap();
    floor.signs_on("bob", &["frontline"]);
    assert_eq!(floor.carried_out(4), ["b@1 -> bob"]);
    floor.now(&waits("d", Some("billing"), 5), 5);
    assert_eq!(told(floor.orders(5)), [""; 0], "she takes none while she is away");
    floor.wants("ann", Presence::Online).unwrap();
    assert_eq!(floor.carried_out(6), ["d@1 -> ann"]);
}

/// A floor of a bot with hours of its own, as `hours …` says them.
fn floor_with(hours: &str, timezone: &str) -> Floor {
    let bot = format!("bot b {{ languages en  timezone \"{timezone}\"  {hours} }}");
    let rest = "channel web: websocket\nskill billing { first_reply 2h }\n\
                route { otherwise -> billing }\n\
                flow f { on start  state s { say \"Hello.\"  end } }";
    let made = compile(&MemorySources::one("a.flow", &format!("{bot}\n{rest}"))).unwrap();
    Floor::new(&made.bundle.expect("it compiles").program).unwrap()
}

impl Floor {
    /// When a first reply is nearly late, and late, of what waits since a moment; all in ms UTC.
    fn target(&mut self, since_ms: i64) -> Option<(i64, i64)> {
        self.keep_hours(since_ms);
        self.now(&waits("a", Some("billing"), since_ms), since_ms);
        let place = self.overview(|_| true).places.pop().unwrap();
        Some((place.reply_soon_ms?, place.reply_due_ms?))
    }
}

fn moment(text: &str) -> i64 {
    text.parse::<jiff::Timestamp>().unwrap().as_millisecond()
}

#[test]
fn targets_stand_still_outside_business_hours() {
    let week = "hours monday to friday 09:00 to 17:00";
    for (hours, timezone, since, soon, due) in [
        ("", "UTC", "2026-06-12T16:00Z", "2026-06-12T17:36Z", "2026-06-12T18:00Z"),
        // Friday, an hour before the end: the other hour is Monday's.
        (week, "UTC", "2026-06-12T16:00Z", "2026-06-15T09:36Z", "2026-06-15T10:00Z"),
        (week, "UTC", "2026-06-13T11:00Z", "2026-06-15T10:36Z", "2026-06-15T11:00Z"),
        (week, "Asia/Shanghai", "2026-06-12T08:00Z", "2026-06-15T01:36Z", "2026-06-15T02:00Z"),
        // Over the weekend the clocks go forward: nine is an hour earlier.
        (week, "Europe/Berlin", "2026-03-27T15:00Z", "2026-03-30T07:36Z", "2026-03-30T08:00Z"),
    ] {
        let expected = Some((moment(soon), moment(due)));
        let found = floor_with(hours, timezone).target(moment(since));
        assert_eq!(found, expected, "{hours} {timezone} {since}");
    }
}

#[test]
fn the_hours_go_on_with_the_days() {
    let mut floor = floor_with("hours monday to sunday 09:00 to 17:00", "UTC");
    floor.keep_hours(moment("2026-01-01T12:00Z"));
    // More than half a year later it still knows them.
    let expected = (moment("2026-09-02T09:36Z"), moment("2026-09-02T10:00Z"));
    assert_eq!(floor.target(moment("2026-09-01T16:00Z")), Some(expected));
}

#[test]
fn a_claim_says_who_else_could_have_had_it() {
    let mut floor = floor();
    for agent in ["ann", "bob", "eve"] {
        floor.signs_on(agent, &["billing"]);
    }
    floor.signs_on("joe", &["frontline"]);
    floor.now(&waits("a", Some("billing"), 0), 2_000);
    let orders = floor.orders(2_000);
    let [Effect { order, .. }] = orders.as_slice() else { panic!("{orders:?}") };
    let DeskMove::Claim { owner, why: Some(why) } = &order.what else { panic!("{order:?}") };
    assert_eq!((owner.agent.as_str(), why["waited_ms"].as_i64()), ("ann", Some(2_000)));
    assert_eq!((why["skill"].as_str(), why["candidates"].as_u64()), (Some("billing"), Some(3)));
    let others = why["runners_up"].as_array().unwrap();
    let names: Vec<_> =
        others.iter().map(|other| other["agent"]["agent"].as_str().unwrap()).collect();
    assert_eq!(names, ["bob", "eve"]);
    assert!(others.iter().all(|other| other["score"]["total"] == why["score"]["total"]), "{why}");
}

#[test]
fn what_becomes_more_urgent_goes_first() {
    let mut floor = floor();
    let (a, b) = (waits("a", Some("billing"), 0), waits("b", Some("billing"), 1_000));
    floor.now(&a, 1_000);
    floor.now(&b, 1_000);
    let order = |floor: &Floor| -> Vec<String> {
        floor.overview(|_| true).places.into_iter().map(|place| place.held.session).collect()
    };
    assert_eq!(order(&floor), ["a", "b"]);
    floor.now(&Held { urgency: 3, ..b }, 2_000);
    assert_eq!(order(&floor), ["b", "a"]);
    floor.signs_on("ann", &["billing"]);
    assert_eq!(floor.carried_out(3_000).first().map(String::as_str), Some("b@1 -> ann"));
}

#[test]
fn a_queue_overflows_and_a_target_is_told_of_once() {
    let mut floor = floor();
    floor.signs_on("bob", &["frontline"]);
    floor.now(&waits("a", Some("billing"), 0), 0);
    assert_eq!(floor.carried_out(MINUTE_MS), [""; 0]);
    assert_eq!(floor.next_due_ms(), Some(4 * MINUTE_MS), "80 % of five minutes");
    assert_eq!(floor.due(4 * MINUTE_MS).len(), 1);
    assert_eq!(floor.due(4 * MINUTE_MS), []);
    assert_eq!(floor.due(5 * MINUTE_MS).len(), 1, "broken");
    assert_eq!(floor.due(10 * MINUTE_MS).len(), 1, "overflowed");
    assert_eq!(floor.carried_out(10 * MINUTE_MS), ["a@1 -> bob"]);
}

#[test]
fn an_order_is_given_once_and_again_when_it_came_to_nothing() {
    let mut floor = floor();
    floor.signs_on("ann", &["billing"]);
    let a = waits("a", Some("billing"), 0);
    floor.now(&a, 0);
    assert_eq!(told(floor.orders(1)), ["a@1 -> ann"]);
    // The customer writes on another channel meanwhile.
    floor.now(&Held { channel: "api".to_owned(), ..a.clone() }, 2);
    assert_eq!(told(floor.orders(2)), [""; 0]);
    floor.failed("a", 3).unwrap();
    assert_eq!(told(floor.orders(3)), ["a@1 -> ann"], "the store could not take it");
    // Bob was first.
    floor.signs_on("bob", &[]);
    floor.now(&owned(&a, "bob"), 4);
    assert_eq!(told(floor.orders(4)), [""; 0]);
    let overview = floor.overview(|_| true);
    let counts: Vec<u32> = overview.workers.iter().map(|worker| worker.conversations).collect();
    assert_eq!(counts, [0, 1], "{overview:?}");
    floor.becomes("a", None, 5).unwrap();
    assert_eq!(floor.overview(|_| true).places, []);
}

#[test]
fn what_those_have_who_are_gone_goes_to_others() {
    let mut floor = floor();
    floor.signs_on("ann", &["billing"]);
    floor.arrives("ann").unwrap();
    floor.now(&waits("a", Some("billing"), 0), 0);
    assert_eq!(floor.carried_out(0), ["a@1 -> ann"]);
    floor.signs_on("bob", &["billing"]);
    floor.leaves("ann", 1_000).unwrap();
    assert_eq!(floor.next_due_ms(), Some(4 * MINUTE_MS), "her other page is open");
    floor.leaves("ann", 2_000).unwrap();
    let gone = 2_000 + AGENT_GONE_MS;
    assert_eq!((floor.next_due_ms(), floor.carried_out(gone - 1)), (Some(gone), Vec::new()));
    assert_eq!(floor.carried_out(gone), ["a@2 back", "a@3 -> bob"]);
    // Who is back in time keeps hers.
    floor.leaves("bob", gone).unwrap();
    floor.arrives("bob").unwrap();
    assert_eq!(floor.carried_out(2 * gone), [""; 0]);
    assert_eq!(floor.overview(|_| true).places.first().unwrap().position, None);
}

#[test]
fn after_a_restart_who_does_not_come_back_is_gone() {
    let mut floor = floor();
    let [a, b] = ["a", "b"].map(|session| waits(session, Some("billing"), 0));
    floor.becomes_all(vec![owned(&a, "ann"), owned(&b, "bob")], 0).unwrap();
    assert_eq!(floor.next_due_ms(), Some(AGENT_GONE_MS));
    floor.signs_on("bob", &["billing"]);
    assert_eq!(floor.carried_out(AGENT_GONE_MS), ["a@2 back", "a@3 -> bob"]);
    assert_eq!(floor.counts(), (0, 1));
    // What the store no longer has is gone from the floor.
    floor.becomes_all(vec![owned(&b, "bob")], 9).unwrap();
    assert_eq!(floor.overview(|_| true).places.len(), 1);
}

#[test]
fn another_skill_and_another_program_leave_the_rest_as_it_is() {
    let mut floor = floor();
    floor.signs_on("ann", &["billing"]);
    let a = waits("a", Some("billing"), 0);
    floor.now(&a, 0);
    assert_eq!(floor.carried_out(0), ["a@1 -> ann"]);
    let transferred =
        Held { epoch: 3, skill: Some("frontline".to_owned()), wanted_at_ms: MINUTE_MS, ..a };
    floor.now(&transferred, MINUTE_MS);
    assert_eq!(floor.carried_out(MINUTE_MS), [""; 0], "she cannot do that");
    let skills = "skill frontline\nskill legal\nskill billing { first_reply 5m }";
    let source = SOURCE.replacen(
        "skill frontline\nskill billing { first_reply 5m  overflow frontline after 10m }",
        skills,
        1,
    );
    let made = compile(&MemorySources::one("a.flow", &source)).unwrap();
    floor.for_program(&made.bundle.unwrap().program, MINUTE_MS).unwrap();
    assert_eq!((floor.counts(), floor.carried_out(MINUTE_MS)), ((1, 1), Vec::new()));
    floor.signs_on("bob", &["frontline"]);
    assert_eq!(floor.carried_out(MINUTE_MS), ["a@3 -> bob"]);
}
