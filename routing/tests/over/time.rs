//! What time brings: overflow, warnings, broken targets, each once; business hours.

use flowright_routing::{
    AgentId, Desk, Due, OpenHours, Overflow, Presence, Setup, Skill, SkillId, Waiting,
};

use crate::desks::{MINUTE_MS, agent, chat, desk_of, given};

/// `order_ops { first_reply 15m  overflow frontline after 10m }`, and the frontline.
fn skills() -> Vec<Skill> {
    let overflow = Some(Overflow { to: SkillId(1), after_ms: 10 * MINUTE_MS });
    let first_reply_ms = Some(15 * MINUTE_MS);
    vec![Skill { first_reply_ms, overflow, ..Skill::named("order_ops") }, Skill::named("frontline")]
}

fn told(desk: &mut Desk, now_min: i64) -> Vec<String> {
    let one = |due: Due| match due {
        Due::Overflowed { item, to, at_ms } => format!("{} {item} to {}", at_ms / MINUTE_MS, to.0),
        Due::Warned { item, target_ms, at_ms } => {
            format!("{} {item} until {}", at_ms / MINUTE_MS, target_ms / MINUTE_MS)
        }
        Due::Broken { item, at_ms } => format!("{} {item} broken", at_ms / MINUTE_MS),
    };
    desk.due(now_min * MINUTE_MS).into_iter().map(one).collect()
}

#[test]
fn each_is_told_once_and_in_order() {
    let mut desk = desk_of(skills(), []);
    desk.enqueue(chat("x", 0, 0)).unwrap();
    desk.enqueue(chat("y", 0, MINUTE_MS)).unwrap();
    assert_eq!(desk.next_due_ms(), Some(10 * MINUTE_MS));
    assert_eq!(told(&mut desk, 9), [""; 0]);
    assert_eq!(told(&mut desk, 10), ["10 x to 1"]);
    assert_eq!(told(&mut desk, 14), ["11 y to 1", "12 x until 15", "13 y until 16"]);
    assert_eq!(told(&mut desk, 99), ["15 x broken", "16 y broken"]);
    assert_eq!((told(&mut desk, 999), desk.next_due_ms()), (vec![], None));
}

#[test]
fn what_is_told_is_not_told_again_by_a_desk_that_was_kept() {
    let mut desk = desk_of(skills(), []);
    desk.enqueue(chat("x", 0, 0)).unwrap();
    assert_eq!(told(&mut desk, 12).len(), 2);
    let mut desk: Desk = serde_json::from_str(&serde_json::to_string(&desk).unwrap()).unwrap();
    assert_eq!(told(&mut desk, 99), ["15 x broken"]);
}

#[test]
fn a_first_reply_ends_it_and_an_agent_alone_does_not() {
    let mut desk = desk_of(skills(), [agent(1, &[0])]);
    desk.enqueue(chat("x", 0, 0)).unwrap();
    desk.enqueue(chat("y", 0, 0)).unwrap();
    assert_eq!(given(&mut desk, 0).len(), 2);
    desk.replied("x").unwrap();
    assert_eq!(
        told(&mut desk, 99),
        ["12 y until 15", "15 y broken"],
        "nobody overflows who has one"
    );
    desk.enqueue(Waiting { replied: true, ..chat("z", 0, 0) }).unwrap();
    assert_eq!(desk.next_due_ms(), Some(10 * MINUTE_MS), "it has had its reply, and overflows");
}

#[test]
fn overflow_lets_others_in_and_keeps_the_place() {
    let mut only = agent(2, &[1]);
    only.capacity.total = 1;
    let mut desk = desk_of(skills(), [only]);
    desk.enqueue(chat("orders", 0, 0)).unwrap();
    desk.enqueue(chat("front", 1, MINUTE_MS)).unwrap();
    assert_eq!(given(&mut desk, MINUTE_MS), [("front".to_owned(), 2)]);
    desk.enqueue(chat("later", 1, 2 * MINUTE_MS)).unwrap();
    assert_eq!(told(&mut desk, 10), ["10 orders to 1"]);
    desk.release("front", MINUTE_MS, 10 * MINUTE_MS).unwrap();
    assert_eq!(given(&mut desk, 10 * MINUTE_MS), [("orders".to_owned(), 2)], "it came before");
    desk.release("orders", MINUTE_MS, 11 * MINUTE_MS).unwrap();
    assert_eq!(given(&mut desk, 11 * MINUTE_MS), [("later".to_owned(), 2)]);
}

#[test]
fn outside_business_hours_targets_stand_still_unless_somebody_is_there() {
    let hours = OpenHours::new(vec![(0, 60 * MINUTE_MS), (1_000 * MINUTE_MS, 2_000 * MINUTE_MS)]);
    let mut desk = desk_of(skills(), [agent(1, &[0])]);
    desk.set_hours(hours);
    desk.set_presence(AgentId(1), Presence::Away).unwrap();
    desk.enqueue(chat("x", 0, 50 * MINUTE_MS)).unwrap();
    desk.enqueue(chat("y", 0, 70 * MINUTE_MS)).unwrap();
    desk.set_presence(AgentId(1), Presence::Online).unwrap();
    desk.enqueue(chat("z", 0, 80 * MINUTE_MS)).unwrap();
    desk.set_presence(AgentId(1), Presence::Away).unwrap();
    let told = told(&mut desk, 5_000);
    let told: Vec<&str> = told.iter().map(String::as_str).filter(|t| !t.contains(" to ")).collect();
    assert_eq!(
        told,
        [
            "92 z until 95",
            "95 z broken",
            "1002 x until 1005",
            "1005 x broken",
            "1012 y until 1015",
            "1015 y broken"
        ]
    );
    // Who is online takes them at any hour.
    desk.set_presence(AgentId(1), Presence::Online).unwrap();
    assert_eq!(given(&mut desk, 5_000 * MINUTE_MS).len(), 3);
}

#[test]
fn another_warning_is_another_share() {
    let setup = Setup { warn_percent: 50, ..Setup::new(skills()) };
    let mut desk = Desk::new(setup).unwrap();
    desk.enqueue(chat("x", 0, 0)).unwrap();
    assert_eq!(told(&mut desk, 8), ["7 x until 15"]);
    let none = Setup { warn_percent: 0, ..Setup::new(skills()) };
    assert!(Desk::new(none).is_err());
}
