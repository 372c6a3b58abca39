//! Who takes it: shares, ties, capacity, levels, who is left out and why.

use std::collections::BTreeMap;

use flowright_routing::{
    AgentId, Capacity, Desk, DeskError, LeftOut, Overflow, Policy, Presence, Setup, Skill, SkillId,
};

use crate::desks::{CHAT, MAIL, MINUTE_MS, agent, chat, desk, desk_of, given};

/// Gives so many conversations away, each over at once, and says who had them.
fn turns(desk: &mut Desk, count: usize, handle_ms: impl Fn(u32) -> i64) -> Vec<u32> {
    let one = |number: usize| {
        let id = number.to_string();
        desk.enqueue(chat(&id, 0, 0)).unwrap();
        let decision = desk.next_decision(0).unwrap();
        desk.release(&id, handle_ms(decision.agent.0), 0).unwrap();
        decision.agent.0
    };
    (0..count).map(one).collect()
}

fn counted(turns: &[u32]) -> BTreeMap<u32, usize> {
    let mut counts = BTreeMap::new();
    turns.iter().for_each(|turn| *counts.entry(*turn).or_insert(0) += 1);
    counts
}

#[test]
fn turns_are_as_weights_are_and_evenly_spread() {
    let weighing = |id, weight_milli| {
        let mut agent = agent(id, &[0]);
        agent.weight_milli = weight_milli;
        agent
    };
    let mut desk = desk(1, [weighing(1, 5_000), weighing(2, 1_000), weighing(3, 1_000)]);
    let turns = turns(&mut desk, 14, |_| MINUTE_MS);
    assert_eq!(turns, [1, 1, 2, 1, 3, 1, 1, 1, 1, 2, 1, 3, 1, 1], "smooth, not 1 1 1 1 1 2 3");
}

#[test]
fn who_takes_twice_as_long_has_half_as_many() {
    let mut desk = desk(1, [agent(1, &[0]), agent(2, &[0])]);
    let turns = turns(&mut desk, 600, |who| if who == 1 { 10 * MINUTE_MS } else { 5 * MINUTE_MS });
    let late = counted(&turns[300..]);
    let ratio = late[&2] as f64 / late[&1] as f64;
    assert!((1.8..2.2).contains(&ratio), "{late:?}");
}

#[test]
fn ties_go_to_the_lower_number_whatever_order_they_came_in() {
    let mut desk = desk(1, [7, 3, 5].map(|id| agent(id, &[0])));
    assert_eq!(turns(&mut desk, 6, |_| MINUTE_MS), [3, 5, 7, 3, 5, 7]);
}

#[test]
fn the_baselines_are_plain() {
    let with = |policy| {
        let setup = Setup { policy, ..Setup::new(vec![Skill::named("a")]) };
        let mut desk = Desk::new(setup).unwrap();
        [3, 1, 2].into_iter().for_each(|id| desk.set_agent(agent(id, &[0])).unwrap());
        desk
    };
    let mut robin = with(Policy::RoundRobin);
    assert_eq!(turns(&mut robin, 5, |_| MINUTE_MS), [1, 2, 3, 1, 2]);
    let mut idle = with(Policy::LongestIdle);
    for (number, who) in [1, 2, 3, 1].into_iter().enumerate() {
        let now_ms = number as i64;
        idle.enqueue(chat(&number.to_string(), 0, now_ms)).unwrap();
        assert_eq!(idle.next_decision(now_ms).unwrap().agent, AgentId(who));
    }
    // Who ended something just now was busy just now.
    idle.release("1", MINUTE_MS, 9).unwrap();
    idle.enqueue(chat("x", 0, 10)).unwrap();
    assert_eq!(idle.next_decision(10).unwrap().agent, AgentId(3));
    // First come, first served: urgency is nothing to them.
    let mut urgent = chat("urgent", 0, 5);
    urgent.urgency = 3;
    robin.enqueue(urgent).unwrap();
    robin.enqueue(chat("early", 0, 4)).unwrap();
    assert_eq!(robin.next_decision(5).unwrap().item, "early");
}

#[test]
fn an_agent_is_never_fuller_than_she_can_be() {
    let mut one = agent(1, &[0]);
    one.capacity = Capacity { by_channel: vec![(CHAT, 2), (MAIL, 4)], other: 0, total: 3 };
    let mut desk = desk(1, [one]);
    for (id, channel) in [("c1", CHAT), ("m1", MAIL), ("m2", MAIL), ("c2", CHAT), ("m3", MAIL)] {
        let mut waiting = chat(id, 0, 0);
        waiting.channel = channel;
        desk.enqueue(waiting).unwrap();
    }
    let ids = |given: Vec<(String, u32)>| given.into_iter().map(|(id, _)| id).collect::<Vec<_>>();
    assert_eq!(ids(given(&mut desk, 0)), ["c1", "m1", "m2"], "a half and two quarters");
    assert_eq!(desk.load(AgentId(1)), Some((3, 1_000_000)));
    desk.release("m1", MINUTE_MS, 1).unwrap();
    assert_eq!(ids(given(&mut desk, 1)), ["m3"], "half a chat does not fit, a mail does");
    desk.release("c1", MINUTE_MS, 2).unwrap();
    assert_eq!(ids(given(&mut desk, 2)), ["c2"]);
}

#[test]
fn everybody_who_is_left_out_hears_why() {
    let overflow = Some(Overflow { to: SkillId(1), after_ms: 10 * MINUTE_MS });
    let skills = vec![
        Skill { overflow, ..Skill::named("orders") },
        Skill::named("frontline"),
        Skill::named("tech"),
    ];
    let mut agents: Vec<_> = (1..=8).map(|id| agent(id, &[0])).collect();
    agents[1].skills = vec![(SkillId(2), 5)];
    agents[2].skills = vec![(SkillId(0), 1)];
    agents[3].presence = Presence::Away;
    agents[4].presence = Presence::Offline;
    agents[5].capacity = Capacity { by_channel: vec![(CHAT, 0)], other: 3, total: 3 };
    agents[6].capacity = Capacity::of(1);
    agents[7].skills = vec![(SkillId(1), 5)];
    let mut desk = desk_of(skills, agents);
    desk.enqueue(chat("before", 0, 0)).unwrap();
    desk.take("before", AgentId(7), 0).unwrap();
    let mut waiting = chat("x", 0, 0);
    waiting.level = 2;
    desk.enqueue(waiting).unwrap();
    let weighing = desk.weigh("x").unwrap();
    assert_eq!(weighing.candidates.iter().map(|c| c.agent.0).collect::<Vec<_>>(), [1]);
    let left_out = [
        (AgentId(2), LeftOut::LacksSkill),
        (AgentId(3), LeftOut::LevelTooLow { has: 1, needs: 2 }),
        (AgentId(4), LeftOut::Away),
        (AgentId(5), LeftOut::Offline),
        (AgentId(6), LeftOut::NotThisChannel),
        (AgentId(7), LeftOut::Full { has: 1 }),
        (AgentId(8), LeftOut::OverflowLater { at_ms: 10 * MINUTE_MS }),
    ];
    assert_eq!(weighing.left_out, left_out);
    desk.due(10 * MINUTE_MS);
    let weighing = desk.weigh("x").unwrap();
    assert!(weighing.left_out.contains(&(AgentId(8), LeftOut::EarlierSkillFirst)));
    desk.set_presence(AgentId(1), Presence::Away).unwrap();
    assert_eq!(given(&mut desk, 0), [("x".to_owned(), 8)]);
    assert_eq!(desk.weigh("x"), None, "it waits no more");
}

#[test]
fn what_an_agent_had_waits_again_where_it_stood() {
    let mut desk = desk(1, [agent(1, &[0])]);
    desk.enqueue(chat("first", 0, 0)).unwrap();
    assert_eq!(given(&mut desk, 0), [("first".to_owned(), 1)]);
    desk.set_presence(AgentId(1), Presence::Offline).unwrap();
    desk.enqueue(chat("second", 0, 1)).unwrap();
    assert_eq!(given(&mut desk, 1), []);
    assert_eq!(desk.remove_agent(AgentId(1), 2).unwrap(), ["first"]);
    assert_eq!(
        desk.in_order().iter().map(|w| w.id.as_str()).collect::<Vec<_>>(),
        ["first", "second"]
    );
    desk.set_agent(agent(2, &[0])).unwrap();
    assert_eq!(given(&mut desk, 3), [("first".to_owned(), 2), ("second".to_owned(), 2)]);
}

#[test]
fn what_cannot_be_is_refused_and_changes_nothing() {
    let mut desk = desk(1, [agent(1, &[0])]);
    desk.enqueue(chat("x", 0, 0)).unwrap();
    let before = format!("{desk:?}");
    let said = |result: Result<(), DeskError>| result.unwrap_err().to_string();
    let level = |level| flowright_routing::Waiting { level, ..chat("y", 0, 0) };
    assert_eq!(said(desk.enqueue(chat("x", 0, 0))), "the conversation `x` is at the desk already");
    assert_eq!(said(desk.enqueue(chat("y", 9, 0))), "there is no skill number 9");
    assert_eq!(said(desk.enqueue(level(6))), "a level is from 1 to 5, not 6");
    assert_eq!(said(desk.release("x", 1, 0)), "the conversation `x` is with nobody");
    assert_eq!(said(desk.remove("z", 0)), "there is no conversation `z` at the desk");
    assert_eq!(said(desk.take("x", AgentId(9), 0)), "there is no agent number 9");
    assert_eq!(said(desk.set_agent(agent(2, &[4]))), "there is no skill number 4");
    assert_eq!(format!("{desk:?}"), before);
}

#[test]
fn who_came_nearest_is_told() {
    for (policy, name) in Policy::ALL {
        let setup = Setup { policy, ..Setup::new(vec![Skill::named("a")]) };
        let mut desk = Desk::new(setup).unwrap();
        (1..=9).for_each(|id| desk.set_agent(agent(id, &[0])).unwrap());
        let mut had = Vec::new();
        for number in 0..20 {
            let id = number.to_string();
            desk.enqueue(chat(&id, 0, 0)).unwrap();
            let weighing = desk.weigh(&id).unwrap();
            let decision = desk.next_decision(number).unwrap();
            let told: Vec<AgentId> = decision.runners_up.iter().map(|other| other.agent).collect();
            let (first, others) = weighing.candidates.split_first().unwrap();
            assert_eq!((first.agent, told.len()), (decision.agent, 5), "{name}");
            if policy == Policy::Smooth {
                let nearest: Vec<AgentId> =
                    others.iter().take(5).map(|other| other.agent).collect();
                assert_eq!(told, nearest, "by what each is owed, as `weigh` has them");
            }
            had.push((decision.agent, told));
            desk.release(&id, MINUTE_MS * i64::from(decision.agent.0), number).unwrap();
        }
        if policy != Policy::Smooth {
            let next = had.windows(2).all(|two| two[0].1[0] == two[1].0);
            assert!(next, "{name}: who came nearest is next: {had:?}");
        }
    }
}
